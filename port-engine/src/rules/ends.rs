//! The addresses of both ends of a flow that can reach each other.

use super::address::{Address, Endpoints, list};
use super::model::{FlowRules, RemarkKind};

/// The addresses of each end that can reach the other end: IPv4 reaches IPv4, IPv6 reaches IPv6, and a host name may be either.
/// `None` if no address can.
pub(super) fn compatible_ends(
    own: &Endpoints,
    peer: &Endpoints,
    result: &mut FlowRules,
) -> Option<(Endpoints, Endpoints)> {
    let (kept_own, lost_own) = split_by_reach(own, peer);
    let (kept_peer, lost_peer) = split_by_reach(peer, own);
    let peer_id = result.peer.clone();
    let (Some(kept_own), Some(kept_peer)) = (kept_own, kept_peer) else {
        let (own, peer) = (list(own.addresses()), list(peer.addresses()));
        let text = format!("the whole flow ({own} of the product and {peer} of {peer_id} are of different families)");
        result.remark(RemarkKind::Dropped, text);
        return None;
    };
    for (lost, owner) in [(lost_own, "the product"), (lost_peer, peer_id.as_str())] {
        if !lost.is_empty() {
            let text = format!("{} of {owner} (the other end has no address of the same family)", list(&lost));
            result.remark(RemarkKind::LeftOut, text);
        }
    }
    Some((kept_own, kept_peer))
}

/// The addresses of an end that can reach the other end, and those that can't.
fn split_by_reach(end: &Endpoints, other: &Endpoints) -> (Option<Endpoints>, Vec<Address>) {
    let Endpoints::Only(addresses) = end else { return (Some(Endpoints::Any), Vec::new()) };
    let can_reach_other = |one: &Address| match other {
        Endpoints::Any => true,
        Endpoints::Only(others) => others.iter().any(|other| one.can_reach(other)),
    };
    let (kept, lost): (Vec<Address>, Vec<Address>) = addresses.iter().cloned().partition(can_reach_other);
    ((!kept.is_empty()).then_some(Endpoints::Only(kept)), lost)
}
