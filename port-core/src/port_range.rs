//! A contiguous range of ports.

use core::fmt;

/// An inclusive range of ports. A single port is a range of one. A range is never empty and never contains port 0.
///
/// ```
/// use port_catalog::{PortRange, flows};
///
/// let flow = flows::ForcepointEmailSecurity::OutDlpMessageAnalysis.flow();
/// let range = flow.ports().next().unwrap().range().unwrap();
/// assert_eq!(range, PortRange::new(17500, 17515).unwrap());
/// assert_eq!(range.to_string(), "17500-17515");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortRange {
    first: u16,
    last: u16,
}

impl PortRange {
    /// The ports `first..=last`, 1 to 65535; `None` if `first` is 0 or greater than `last`.
    ///
    /// ```
    /// use port_catalog::PortRange;
    ///
    /// assert!(PortRange::new(20, 21).is_some());
    /// assert!(PortRange::new(21, 20).is_none());
    /// assert!(PortRange::new(0, 20).is_none());
    /// ```
    #[inline]
    pub const fn new(first: u16, last: u16) -> Option<PortRange> {
        if first == 0 || first > last { None } else { Some(PortRange { first, last }) }
    }

    /// The lowest port, 1 to 65535.
    #[inline]
    pub const fn first(self) -> u16 {
        self.first
    }

    /// The highest port, 1 to 65535; the same as [`first`](PortRange::first) for a single port.
    #[inline]
    pub const fn last(self) -> u16 {
        self.last
    }

    /// Whether the range contains the port.
    ///
    /// ```
    /// use port_catalog::PortRange;
    ///
    /// assert!(PortRange::new(17700, 17714).unwrap().contains(17714));
    /// ```
    #[inline]
    pub const fn contains(self, port: u16) -> bool {
        self.first <= port && port <= self.last
    }
}

impl fmt::Display for PortRange {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last { write!(f, "{}", self.first) } else { write!(f, "{}-{}", self.first, self.last) }
    }
}
