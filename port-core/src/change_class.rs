//! What a change between two editions means for firewall rules.

use crate::vocabulary::vocabulary;

vocabulary! {
    /// What a change of a flow between two editions means for firewall rules, the most serious first.
    ///
    /// ```
    /// use port_catalog::ChangeClass;
    /// assert!(ChangeClass::Widens.opens() && !ChangeClass::Widens.closes());
    /// ```
    #[non_exhaustive]
    ChangeClass is a "class of change" {
        /// Something opens and something closes.
        Moves = "moves",
        /// A flow is new, or needs another port.
        Opens = "opens",
        /// No flow needs a port any more.
        Closes = "closes",
        /// A larger range, TCP and UDP, more peers, hosts or interfaces, required, or all alternatives needed.
        Widens = "widens",
        /// The inverse of widens.
        Narrows = "narrows",
        /// Something to review: another condition or order, or other flows allow the same ports.
        Limits = "limits",
        /// Not known, since the edition that doesn't have the flow isn't complete.
        Unknown = "unknown",
        /// Only the wording differs: the purpose, the note, how to change the port, or what is curated.
        Reworded = "reworded",
    }
}

impl ChangeClass {
    /// Whether something has to be opened.
    ///
    /// ```
    /// use port_catalog::ChangeClass;
    ///
    /// assert!(ChangeClass::Moves.opens());
    /// ```
    #[inline]
    pub const fn opens(self) -> bool {
        matches!(self, ChangeClass::Moves | ChangeClass::Opens | ChangeClass::Widens)
    }

    /// Whether something has to be closed.
    ///
    /// ```
    /// use port_catalog::ChangeClass;
    ///
    /// assert!(!ChangeClass::Opens.closes());
    /// ```
    #[inline]
    pub const fn closes(self) -> bool {
        matches!(self, ChangeClass::Moves | ChangeClass::Closes | ChangeClass::Narrows)
    }
}
