//! What flows allow: ports, each for a direction, a peer, a host and an interface.

#![allow(clippy::needless_pass_by_value, reason = "iterators are small, and most are used once")]

use core::iter;

use port_core::{Direction, Groups, PeerKind, PortSpec, Scope, Transport};

use crate::catalog::{Catalog, Id, PeerFacts};
use crate::edition::{Edition, flow_in_edition};
use crate::flow::Flow;
use crate::query::is_at_or_below;

/// A range of ports, or of types of ICMP, of one protocol. Other protocols have the range `0..=0`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct PortSet {
    /// The number of the IP protocol; above all of these, a service whose transport isn't stated.
    protocol: usize,
    pub(super) first: u16,
    pub(super) last: u16,
}

impl PortSet {
    /// The sets of a spec. A spec whose transport isn't stated means TCP and UDP.
    pub(super) fn of_spec<S: Id>(spec: PortSpec<S>) -> impl Iterator<Item = PortSet> + Clone {
        const SERVICES: usize = 256;
        let stated = spec.ip_protocol().map(usize::from);
        let [protocol, also] = match spec.transport() {
            Some(Transport::Any) => [Some(6), Some(17)],
            Some(_) => [stated, None],
            None => [spec.service().map(|service| SERVICES + service.index()), None],
        };
        let [first, last] = match (spec.range(), spec.icmp_type(), protocol) {
            (Some(range), ..) => [range.first(), range.last()],
            (None, Some(number), _) => [number.into(); 2],
            (None, None, Some(1 | 58)) => [0, 255],
            (None, None, Some(6 | 17 | 132)) => [1, u16::MAX],
            (None, None, _) => [0, 0],
        };
        [protocol, also].into_iter().flatten().map(move |protocol| PortSet { protocol, first, last })
    }

    /// What both sets have.
    #[inline]
    fn common(self, other: PortSet) -> Option<PortSet> {
        let (first, last) = (self.first.max(other.first), self.last.min(other.last));
        (self.protocol == other.protocol && first <= last).then_some(PortSet { first, last, ..self })
    }

    pub(super) fn overlaps(self, mut others: impl Iterator<Item = PortSet>) -> bool {
        others.any(|other| self.common(other).is_some())
    }

    /// Whether other sets together have all of it.
    pub(super) fn is_within(self, others: impl Iterator<Item = PortSet> + Clone) -> bool {
        let mut rest = self;
        // The set that has the first port, and most after it.
        while let Some(last) = others
            .clone()
            .filter_map(|other| rest.common(other))
            .filter(|common| common.first == rest.first)
            .map(|common| common.last)
            .max()
        {
            if last == self.last {
                return true;
            }
            rest.first = last + 1;
        }
        false
    }
}

/// What a flow allows.
pub(super) fn port_sets<C: Catalog>(flow: Flow<C>) -> impl Iterator<Item = PortSet> + Clone {
    flow.ports().flat_map(PortSet::of_spec)
}

/// What a flow needs for certain, whatever is chosen: what all alternatives of a group have. If the document doesn't say how the groups
/// relate, one of them may be enough.
pub(super) fn needed<C: Catalog>(flow: Flow<C>) -> impl Iterator<Item = PortSet> + Clone {
    let group_of = move |spec: &PortSpec<C::Service>| match flow.groups() {
        Groups::All => spec.group(),
        Groups::Unstated => 0,
    };
    let groups = flow.ports().next_back().map_or(0, |spec| group_of(&spec) + 1);
    (0..groups).filter_map(move |group| {
        let mut sets = flow.ports().filter(|spec| group_of(spec) == group).flat_map(PortSet::of_spec);
        let first = sets.next()?;
        sets.try_fold(first, PortSet::common)
    })
}

/// Whether a flow needs ports for certain that another allows, but not for certain.
pub(super) fn needs_more<C: Catalog>(flow: Flow<C>, other: Flow<C>) -> bool {
    let is_more = |ports: PortSet| !ports.is_within(needed(other)) && !lacks(iter::once(other), flow, ports);
    // The first port that is needed more begins a set, or follows one that the other needs.
    let begins = port_sets(other).map(|ports| ports.first);
    let candidates = begins.chain(needed(other).map(|ports| ports.last.saturating_add(1)));
    flow.scope() == Scope::Network
        && needed(flow).any(|ports| {
            let is_among = |first: &u16| ports.first <= *first && *first <= ports.last;
            let firsts = iter::once(ports.first).chain(candidates.clone().filter(is_among));
            firsts.map(|port| PortSet { first: port, last: port, ..ports }).any(is_more)
        })
}

/// The flows of an edition, and if it isn't complete, those that only another edition has: it may have them too.
pub(super) fn known_flows<C: Catalog>(edition: Edition<C>, other: Edition<C>) -> impl Iterator<Item = Flow<C>> + Clone {
    let unknown = (!edition.is_complete()).then(|| other.flows()).into_iter().flatten();
    edition.flows().chain(unknown.filter(move |flow| flow_in_edition(flow.id_index(), edition).is_none()))
}

/// The component, the direction and the peer of a flow. What one component opens to another is the same as the inbound flow of the
/// other component.
pub(super) fn ends<C: Catalog>(flow: Flow<C>) -> (Option<&'static str>, Direction, C::Peer) {
    let stored = (flow.component(), flow.direction(), flow.peer());
    let (Some(own), Direction::Outbound, Some(listening)) = (flow.component(), flow.direction(), flow.peer_component())
    else {
        return stored;
    };
    let is_own = |peer: &C::Peer| {
        peer.kind() == PeerKind::Component
            && peer.as_str().strip_prefix(flow.product().as_str()).and_then(|rest| rest.strip_prefix('-')) == Some(own)
    };
    let peer = C::Peer::ALL.iter().copied().find(is_own);
    peer.map_or(stored, |peer| (Some(listening), Direction::Inbound, peer))
}

/// Whether some of the ports of a flow are not allowed by others for one of its peers, hosts and interfaces. Traffic within a host or
/// a pod passes no firewall.
pub(super) fn lacks<C: Catalog>(others: impl Iterator<Item = Flow<C>> + Clone, flow: Flow<C>, ports: PortSet) -> bool {
    let (component, direction, peer) = ends(flow);
    // A flow without a component is for any part of the product.
    let is_same_end = |other: &Flow<C>| {
        let (others_component, others_direction, _) = ends(*other);
        (other.scope(), other.product(), others_direction) == (Scope::Network, flow.product(), direction)
            && (others_component.is_none() || others_component == component)
    };
    let others = others.filter(is_same_end);
    flow.scope() == Scope::Network
        && any_member(peer, &mut |peer| {
            each_or_any(flow.hosts()).any(|host| {
                each_or_any(flow.interfaces()).any(|interface| {
                    let covers = |other: &Flow<C>| {
                        each_or_any(other.hosts()).any(|wider| covers_host(wider, host))
                            && each_or_any(other.interfaces()).any(|wider| wider.is_none() || wider == interface)
                            && is_member(ends(*other).2, peer)
                    };
                    !ports.is_within(others.clone().filter(covers).flat_map(port_sets))
                })
            })
        })
}

/// Each text; `None` for an empty list, which means any.
fn each_or_any<'a>(texts: impl Iterator<Item = &'a str> + Clone) -> impl Iterator<Item = Option<&'a str>> + Clone {
    let any = texts.clone().next().is_none().then_some(None);
    texts.map(Some).chain(any)
}

/// Whether a host includes another: it is any host, the same, or a wildcard for it.
#[inline]
fn covers_host(wider: Option<&str>, host: Option<&str>) -> bool {
    match (wider, host) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(wider), Some(host)) => {
            wider == host
                || wider.strip_prefix("*.").is_some_and(|domain| {
                    let name = host.strip_prefix("*.").unwrap_or(host);
                    name != domain && is_at_or_below(name, domain)
                })
        }
    }
}

/// Whether every host or interface of a list is in another. An empty list means any.
pub(super) fn is_within<'a>(
    texts: impl Iterator<Item = &'a str> + Clone,
    others: impl Iterator<Item = &'a str> + Clone,
) -> bool {
    each_or_any(texts).all(|text| each_or_any(others.clone()).any(|other| covers_host(other, text)))
}

/// Whether one of the peers that a peer means has a property: the peer itself, or those that it includes, directly or through
/// another peer.
pub(super) fn any_member<P: Id>(peer: P, property: &mut dyn FnMut(P) -> bool) -> bool
where
    P::Catalog: Catalog<Peer = P>,
{
    /// Peers may include each other.
    const DEEPEST: usize = 8;
    any_member_within(DEEPEST, peer, property)
}

fn any_member_within<P: Id>(depth: usize, peer: P, property: &mut dyn FnMut(P) -> bool) -> bool
where
    P::Catalog: Catalog<Peer = P>,
{
    let mut included = crate::facts::peer_includes::<P::Catalog>(peer.index());
    if included.is_empty() {
        return property(peer);
    }
    depth > 0 && included.any(|peer| any_member_within(depth - 1, peer, property))
}

/// Whether a peer means another.
pub(super) fn is_member<P: Id>(peer: P, member: P) -> bool
where
    P::Catalog: Catalog<Peer = P>,
{
    any_member(peer, &mut |included| included == member)
}
