//! What can be chosen for rules: where the firewall is, and how to resolve what a document leaves open.

use std::fmt;
use std::str::FromStr;

use port_data::id::is_id;

use crate::words::words;

words! {
    /// Where the firewall is.
    FirewallLocation is a "firewall location" {
        /// On the product's own machine: inbound flows are its input, outbound flows its output
        Host = "host",
        /// Between the product and its peers: it forwards both
        Network = "network",
    }
}

words! {
    /// Which of several alternative ports to open.
    Alternatives is a "choice of alternatives" {
        /// All of them
        All = "all",
        /// The one that the document lists first
        First = "first",
        /// Those whose service is encrypted, such as HTTPS; all if none is known to be
        Encrypted = "encrypted",
    }
}

words! {
    /// What to do with flows whose peer has no address.
    UnnamedPeers is a "choice for peers without an address" {
        /// Allow any address, with a warning
        Any = "any",
        /// Allow the host names that the document gives for the peer; any address if it gives none, with a warning
        Hosts = "hosts",
        /// Leave the flows out
        LeaveOut = "leave-out",
        /// Report an error
        Fail = "fail",
    }
}

words! {
    /// What to open if a document states a port without a transport.
    UnstatedTransport is a "choice of transports" {
        /// The port over TCP and over UDP
        Both = "both",
        /// Over TCP
        Tcp = "tcp",
        /// Over UDP
        Udp = "udp",
    }
}

impl UnnamedPeers {
    /// Whether a flow whose peer has no address isn't allowed.
    #[must_use]
    pub fn needs_addresses(self) -> bool {
        matches!(self, UnnamedPeers::LeaveOut | UnnamedPeers::Fail)
    }
}

/// How to resolve what a document leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choices {
    /// Which of several alternative ports to open.
    pub alternatives: Alternatives,
    /// What to open if the document states no transport.
    pub unstated: UnstatedTransport,
    /// What to do with flows whose peer has no address.
    pub unnamed: UnnamedPeers,
    /// Leave out flows that are conditional, or that the document doesn't call required.
    pub required_only: bool,
    /// Leave out flows that the document calls off by default.
    pub enabled_only: bool,
    /// Also allow flows whose traffic stays inside a machine, or between pods.
    pub all_scopes: bool,
}

/// All alternatives over every possible transport, for every flow between machines, with any address for peers without one.
impl Default for Choices {
    fn default() -> Choices {
        Choices {
            alternatives: Alternatives::All,
            unstated: UnstatedTransport::Both,
            unnamed: UnnamedPeers::Any,
            required_only: false,
            enabled_only: false,
            all_scopes: false,
        }
    }
}

/// A name for a ruleset that every format can express: lowercase kebab-case, as ids are.
///
/// ```
/// use port_engine::rules::options::RulesetName;
///
/// assert_eq!("mail-gateway-2".parse::<RulesetName>().unwrap().as_str(), "mail-gateway-2");
/// assert!("Mail Gateway".parse::<RulesetName>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulesetName(String);

impl RulesetName {
    /// The name as a text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text that isn't a valid name for a ruleset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseNameError;

impl fmt::Display for ParseNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "write at most 80 lowercase letters, digits and single hyphens, beginning with a letter, such as mail-gateway-2",
        )
    }
}

impl std::error::Error for ParseNameError {}

impl FromStr for RulesetName {
    type Err = ParseNameError;

    fn from_str(text: &str) -> Result<RulesetName, ParseNameError> {
        if is_id(text) { Ok(RulesetName(text.to_string())) } else { Err(ParseNameError) }
    }
}
