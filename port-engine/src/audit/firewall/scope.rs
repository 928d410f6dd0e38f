//! What an observation of a firewall is about: which packets, and what is known about the machine.

use std::collections::BTreeSet;

use ipnet::IpNet;

use crate::audit::address_family::AddressFamily;
use crate::protocol::Protocol;

/// Where the packets go to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HookPath {
    /// To the machine with the rules: ingress, prerouting, input.
    #[default]
    Input,
    /// To another machine, by way of the machine with the rules: ingress, prerouting, forward, postrouting.
    Forward,
}

/// The packets that an observation is about, and facts about the machine that its rules don't contain.
///
/// ```
/// use port_engine::audit::firewall::{HookPath, Scope};
///
/// // Everything that reaches the machine itself.
/// let scope = Scope::default();
/// assert_eq!(scope.path, HookPath::Input);
/// // What one peer reaches on a machine behind the firewall.
/// let scope = Scope {
///     path: HookPath::Forward,
///     destinations: vec!["192.0.2.20/32".parse()?],
///     sources: vec!["198.51.100.7/32".parse()?],
///     ..Scope::default()
/// };
/// # Ok::<(), ipnet::AddrParseError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// The only address family that is audited; both, if it is `None`.
    pub family: Option<AddressFamily>,
    /// The addresses that packets come from; any, if empty. A family without any of them has no packets.
    pub sources: Vec<IpNet>,
    /// The interfaces by which packets arrive; any but the loopback interface, if empty. `*` at the end abbreviates.
    pub interfaces: Vec<String>,
    /// Where the packets go to.
    pub path: HookPath,
    /// The addresses that packets are sent to: the machine's own ones on the path `Input`, those of the machines behind it on the
    /// path `Forward`. If the list is empty, they aren't known: packets are sent to any address, and whether a translated packet
    /// stays on the machine is unknown.
    pub destinations: Vec<IpNet>,
    /// The protocols that are followed even if no rule names them, such as those that a document lists.
    pub protocols: BTreeSet<Protocol>,
    /// Whether peers send so few packets that they never exceed a rate or a quota.
    pub within_rates: bool,
}

impl Scope {
    /// Whether packets of a family are in the scope.
    pub(super) fn has(&self, family: AddressFamily) -> bool {
        let is_own = |network: &IpNet| network.addr().is_ipv4() == (family == AddressFamily::Ipv4);
        let has = |networks: &[IpNet]| networks.is_empty() || networks.iter().any(is_own);
        // Without an address of the machine in a family, its rules still decide about that family.
        has(&self.sources) && (self.path == HookPath::Input || has(&self.destinations))
    }
}
