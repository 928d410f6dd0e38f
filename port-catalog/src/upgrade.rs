//! What changes at a firewall from one edition of a product's document to another.
//!
//! `port_engine::upgrade` gives the same classes, with the ports and the flows that explain them. This module doesn't allocate.

use core::iter::FusedIterator;

use port_core::ChangeClass;

use crate::catalog::Catalog;
use crate::edition::{Edition, flow_in_edition};
use crate::flow::Flow;
use crate::flow_lists::Flows;
use crate::own_catalog::Data;

mod allowed;
mod class;

use allowed::{known_flows, lacks, port_sets};
use class::Difference;

/// A flow that differs between two editions. [`upgrade`] finds it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Change<C: Catalog = Data> {
    /// The id of the flow.
    pub id: C::FlowId,
    /// What the change means for firewall rules.
    pub class: ChangeClass,
    /// The flow in the edition that is in use; `None` if that edition doesn't have it.
    pub before: Option<Flow<C>>,
    /// The flow in the edition to change to; `None` if that edition doesn't have it.
    pub after: Option<Flow<C>>,
}

/// The flows that differ between two editions of a product's document, and what each change means for firewall rules.
///
/// First the flows of the edition to change to, in document order, then those that only the other edition has. A port opens only
/// if no flow of the edition in use needs it in the same direction for the same peer, host and interface, and closes only if no
/// flow of the other edition does. If an edition isn't complete, a flow that only the other one has is [`ChangeClass::Unknown`].
/// Exchanging the editions inverts the classes.
///
/// ```
/// use port_catalog::{ChangeClass, Product, flows, upgrade};
///
/// let [old, new] = ["6.0.4", "6.2.0"].map(|name| Product::FortiClient.edition(name).unwrap());
/// let moved = upgrade(old, new).find(|change| change.class == ChangeClass::Moves).unwrap();
/// assert_eq!(moved.id, flows::FortiClient::OutUrlRating);
/// assert_eq!(moved.before.unwrap().ports().to_string(), "udp/8888");
/// assert_eq!(moved.after.unwrap().ports().to_string(), "tcp/8888");
/// ```
pub fn upgrade<C: Catalog>(from: Edition<C>, to: Edition<C>) -> Upgrade<C> {
    Upgrade { from, to, new: to.flows(), old: from.flows() }
}

/// An iterator over the changes from one edition to another. [`upgrade`] returns it.
#[derive(Clone, Debug)]
#[must_use = "iterators do nothing unless they are consumed"]
pub struct Upgrade<C: Catalog = Data> {
    from: Edition<C>,
    to: Edition<C>,
    /// The flows of both editions that have not been compared yet.
    new: Flows<C>,
    old: Flows<C>,
}

impl<C: Catalog> Iterator for Upgrade<C> {
    type Item = Change<C>;

    fn next(&mut self) -> Option<Change<C>> {
        let Upgrade { from, to, .. } = *self;
        for flow in self.new.by_ref() {
            let before = flow_in_edition(flow.id_index(), from);
            let class = match before {
                Some(before) => Difference { before, after: flow, from, to }.class(),
                None => Some(class_of_single(flow, [from, to], ChangeClass::Opens)),
            };
            if let Some(class) = class {
                return Some(Change { id: flow.id(), class, before, after: Some(flow) });
            }
        }
        let dropped = self.old.find(|flow| flow_in_edition(flow.id_index(), to).is_none())?;
        let class = class_of_single(dropped, [to, from], ChangeClass::Closes);
        Some(Change { id: dropped.id(), class, before: Some(dropped), after: None })
    }
}

impl<C: Catalog> FusedIterator for Upgrade<C> {}

/// The class of a flow of the second edition that the first doesn't have, given the class if the first doesn't allow all of it.
fn class_of_single<C: Catalog>(flow: Flow<C>, [without, with]: [Edition<C>; 2], class: ChangeClass) -> ChangeClass {
    if !without.is_complete() {
        ChangeClass::Unknown
    } else if port_sets(flow).any(|ports| lacks(known_flows(without, with), flow, ports)) {
        class
    } else {
        ChangeClass::Limits
    }
}
