//! A machine and all sources of its audit: what anybody reaches, and what the peers of a site reach.

use std::collections::BTreeMap;
use std::path::Path;

use ipnet::IpNet;
use port_data::Diagnostic;

use super::address_family::AddressFamily;
use super::combine::{Named, complete, for_all, let_in, named, over_both, reached};
use super::firewall::{Firewall, HookPath, Scope};
use super::observation::{Observation, Perspective, Tool, View};
use super::pointwise::deduplicated;
use super::ss;
use super::verdict::PeerObservation;
use crate::dataset::Dataset;
use crate::rules::address::Address;
use crate::rules::site::Site;

/// What a source needs to answer a question.
#[derive(Debug)]
enum Content<'a> {
    /// What a scan found.
    Scan(Observation),
    /// The listeners that `ss` printed.
    Listeners { file: &'a Path, text: String },
    /// The rules of a firewall.
    Firewall(Firewall),
}

/// A source of an audit.
#[derive(Debug)]
pub struct Source<'a> {
    /// The name in reasons: of the tool, or of the file if the tool has several.
    pub name: String,
    /// The only address family that the source is about.
    pub family: Option<AddressFamily>,
    content: Content<'a>,
}

impl<'a> Source<'a> {
    /// What a scan found on one host.
    #[must_use]
    pub fn scan(name: String, observation: Observation) -> Source<'a> {
        let address = observation.host.as_deref().and_then(|host| host.parse::<std::net::IpAddr>().ok());
        let family = address.map(|address| if address.is_ipv4() { AddressFamily::Ipv4 } else { AddressFamily::Ipv6 });
        Source { name, family, content: Content::Scan(observation) }
    }

    /// The output of `ss`.
    ///
    /// # Errors
    ///
    /// The text isn't the output of `ss`.
    pub fn listeners(name: String, file: &'a Path, text: String) -> Result<Source<'a>, Diagnostic> {
        ss::read(file, &text, None)?;
        Ok(Source { name, family: None, content: Content::Listeners { file, text } })
    }

    /// The rules of the firewall.
    #[must_use]
    pub fn firewall(name: String, firewall: Firewall) -> Source<'a> {
        Source { name, family: firewall.covered(), content: Content::Firewall(firewall) }
    }

    fn view(&self) -> View {
        match self.content {
            Content::Scan(_) => View::Scan,
            Content::Listeners { .. } => View::Listeners,
            Content::Firewall(_) => View::Firewall,
        }
    }

    fn observe(&self, scope: &Scope) -> Result<Observation, Diagnostic> {
        match &self.content {
            Content::Scan(observation) => Ok(observation.clone()),
            Content::Listeners { file, text } => ss::read(file, text, scope.family),
            Content::Firewall(firewall) => firewall.observe(scope),
        }
    }

    fn is_about(&self, family: AddressFamily) -> bool {
        self.family.is_none_or(|own| own == family)
    }
}

/// All sources about one machine.
#[derive(Debug, Default)]
pub struct Machine<'a> {
    /// The sources.
    pub sources: Vec<Source<'a>>,
}

impl Machine<'_> {
    /// Whether the rules of a firewall are among the sources.
    #[must_use]
    pub fn has_firewall(&self) -> bool {
        self.sources.iter().any(|source| source.view() == View::Firewall)
    }

    /// What the sources report about the packets in the scope, combined.
    ///
    /// # Errors
    ///
    /// The rules of a firewall are incomplete or too complex.
    pub fn observe(&self, scope: &Scope) -> Result<Observation, Diagnostic> {
        let sources: Vec<&Source> = self.sources.iter().collect();
        let mut observation = observe(&sources, scope)?;
        observation.perspective = Perspective::of(scope);
        let covered =
            self.sources.iter().filter(|source| source.view() == View::Firewall).find_map(|source| source.family);
        if let (Some(family), None) = (covered, scope.family) {
            let (own, other, option) = match family {
                AddressFamily::Ipv4 => ("IPv4", "IPv6", "--ip6tables"),
                AddressFamily::Ipv6 => ("IPv6", "IPv4", "--iptables"),
            };
            observation
                .remarks
                .push(format!("only {own} is audited, since the rules of {other} ({option}) are missing"));
        }
        Ok(observation)
    }

    /// What the peers reach for which a site has addresses, each from all of them. A scan shows only what its own peer reaches, so
    /// scans don't take part.
    ///
    /// # Errors
    ///
    /// The rules of a firewall are incomplete or too complex.
    pub fn observe_peers(
        &self,
        dataset: &Dataset,
        products: &[&str],
        site: &Site,
        scope: &Scope,
    ) -> Result<SitePeers, Diagnostic> {
        let sources: Vec<&Source> = self.sources.iter().filter(|source| source.view() != View::Scan).collect();
        let flows = products.iter().flat_map(|product| dataset.flows_of(product));
        let inbound = flows.filter(|flow| flow.direction == port_core::Direction::Inbound);
        let mut known: BTreeMap<IpNet, Observation> = BTreeMap::new();
        let mut found = SitePeers::default();
        for peer in deduplicated(inbound.map(|flow| flow.peer.as_str())) {
            let site_peer = site.peer(peer, dataset);
            let mut networks = Vec::new();
            for address in site_peer.endpoints.addresses() {
                match address {
                    Address::Net(network) if is_asked(*network, scope) => networks.push(*network),
                    Address::Net(_) => {}
                    Address::Host(_) | Address::Wildcard(_) => found.remarks.push(format!(
                        "{peer}: what the host name {address} reaches is not audited, since rules contain addresses only"
                    )),
                }
            }
            for network in &networks {
                if !known.contains_key(network) {
                    let scope = Scope { family: Some(family_of(*network)), sources: vec![*network], ..scope.clone() };
                    known.insert(*network, observe(&sources, &scope)?);
                }
            }
            if !networks.is_empty() {
                let addresses: Vec<String> =
                    networks.iter().map(|network| Address::Net(*network).to_string()).collect();
                let parts = addresses.iter().zip(&networks);
                let parts: Vec<Named> =
                    parts.map(|(name, network)| Named { name, observation: &known[network] }).collect();
                let observation = for_all(&parts);
                found.peers.insert(peer.to_string(), PeerObservation { addresses, observation });
            }
        }
        Ok(found)
    }
}

/// What the peers of a site reach.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SitePeers {
    /// The peers by their ids.
    pub peers: BTreeMap<String, PeerObservation>,
    /// What could not be audited.
    pub remarks: Vec<String>,
}

impl Perspective {
    /// The perspective of a scope.
    fn of(scope: &Scope) -> Perspective {
        let texts = |networks: &[IpNet]| networks.iter().map(|network| Address::Net(*network).to_string()).collect();
        Perspective {
            from: texts(&scope.sources),
            interfaces: scope.interfaces.clone(),
            destinations: if scope.path == HookPath::Forward { texts(&scope.destinations) } else { Vec::new() },
        }
    }
}

/// The address family of a network.
fn family_of(network: IpNet) -> AddressFamily {
    if network.addr().is_ipv4() { AddressFamily::Ipv4 } else { AddressFamily::Ipv6 }
}

/// Whether a peer's address can be the source of packets in a scope: behind a firewall, an address connects to one of its family.
fn is_asked(network: IpNet, scope: &Scope) -> bool {
    let family = family_of(network);
    let is_destination =
        scope.destinations.is_empty() || scope.destinations.iter().any(|own| family_of(*own) == family);
    is_destination && scope.family.is_none_or(|only| only == family)
}

/// What sources report, combined.
///
/// A machine's own sources are combined for each address family, since something may listen over one and be let in over the
/// other.
fn observe(sources: &[&Source], scope: &Scope) -> Result<Observation, Diagnostic> {
    if let [source] = sources {
        let family = scope.family.or(source.family.filter(|_| source.view() != View::Scan));
        return source.observe(&Scope { family, ..scope.clone() });
    }
    if sources.iter().all(|source| source.view() == View::Scan) {
        return of_view(sources, View::Scan, scope);
    }
    let asked = scope.family.map_or_else(|| AddressFamily::ALL.to_vec(), |family| vec![family]);
    // Over a family whose rules aren't known, a listener may or may not be let in.
    let firewall = sources.iter().find(|source| source.view() == View::Firewall);
    let is_known = |family: &AddressFamily| firewall.is_none_or(|firewall| firewall.is_about(*family));
    let families: Vec<AddressFamily> = asked.iter().copied().filter(is_known).collect();
    let mut observations = Vec::new();
    for family in &families {
        let own: Vec<&Source> = sources.iter().copied().filter(|source| source.is_about(*family)).collect();
        observations.push(of_family(&own, &Scope { family: Some(*family), ..scope.clone() })?);
    }
    let mut observation = match (observations.as_slice(), firewall) {
        ([v4, v6], _) => return Ok(over_both(v4, v6)),
        ([only], _) => only.clone(),
        // Nothing is known about the only family that is asked about.
        (_, Some(firewall)) => firewall.observe(scope)?,
        (_, None) => Observation::new(Tool::Nft, &[]),
    };
    observation.family = families.first().copied().or(scope.family);
    Ok(observation)
}

/// What sources report about one address family, combined.
fn of_family(sources: &[&Source], scope: &Scope) -> Result<Observation, Diagnostic> {
    let own = |view| -> Result<Option<Observation>, Diagnostic> {
        let own: Vec<&Source> = sources.iter().copied().filter(|source| source.view() == view).collect();
        if own.is_empty() { Ok(None) } else { of_view(&own, view, scope).map(Some) }
    };
    let name = |view| -> String {
        let mut own = sources.iter().filter(|source| source.view() == view);
        match (own.next(), own.next()) {
            (Some(only), None) => only.name.clone(),
            _ => match view {
                View::Scan => "scans".to_string(),
                View::Listeners | View::Firewall => "ss".to_string(),
            },
        }
    };
    let (scan, listeners, firewall) = (own(View::Scan)?, own(View::Listeners)?, own(View::Firewall)?);
    let [scan_name, listeners_name, firewall_name] = [View::Scan, View::Listeners, View::Firewall].map(name);
    let machine = match (&listeners, &firewall) {
        (Some(listeners), Some(firewall)) => Some(let_in(
            Named { name: &listeners_name, observation: listeners },
            Named { name: &firewall_name, observation: firewall },
        )),
        (Some(only), None) => Some(named(Named { name: &listeners_name, observation: only }, View::Listeners)),
        (None, Some(only)) => Some(named(Named { name: &firewall_name, observation: only }, View::Firewall)),
        (None, None) => None,
    };
    Ok(match (&scan, machine) {
        (Some(scan), Some(machine)) => reached(Named { name: &scan_name, observation: scan }, &machine),
        (Some(scan), None) => named(Named { name: &scan_name, observation: scan }, View::Scan),
        (None, Some(machine)) => machine,
        (None, None) => Observation::new(Tool::Nft, &[]),
    })
}

/// What scans, or lists of listeners, report. There is only one firewall.
fn of_view(sources: &[&Source], view: View, scope: &Scope) -> Result<Observation, Diagnostic> {
    let observations = sources.iter().map(|source| source.observe(scope)).collect::<Result<Vec<_>, _>>()?;
    if let [only] = observations.as_slice() {
        return Ok(only.clone());
    }
    let parts = sources.iter().zip(&observations);
    let parts: Vec<Named> = parts.map(|(source, observation)| Named { name: &source.name, observation }).collect();
    Ok(complete(&parts, view))
}
