//! The JSON of conflicts.
//!
//! `products` and every `product` are names of what was compared: `cluster`, `cluster@1.0`, or `cluster/worker` for a part. A
//! collision that isn't `certain` has in `uncertain` the reasons: `transport`, `groups` or `protocol`.

use std::collections::BTreeSet;

use port_core::PortRange;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::{Choice, Conflicts, Endpoint, Listener, Uncertainty};
use crate::protocol::Protocol;

/// The ports of an endpoint.
#[derive(Serialize)]
struct Ports {
    transport: Protocol,
    first: Option<u16>,
    last: Option<u16>,
}

impl Ports {
    fn of(endpoint: &Endpoint) -> Ports {
        let (first, last) = (endpoint.range.map(PortRange::first), endpoint.range.map(PortRange::last));
        Ports { transport: endpoint.protocol, first, last }
    }
}

#[derive(Serialize)]
struct Collision<'a> {
    #[serde(flatten)]
    ports: Ports,
    avoidable: bool,
    certain: bool,
    uncertain: BTreeSet<Uncertainty>,
    products: Vec<ProductListeners<'a>>,
}

#[derive(Serialize)]
struct ProductListeners<'a> {
    product: &'a str,
    listeners: &'a [Listener<'a>],
}

#[derive(Serialize)]
struct Listening<'a> {
    #[serde(flatten)]
    ports: Ports,
    flows: Vec<&'a str>,
}

#[derive(Serialize)]
struct Unnumbered<'a> {
    product: &'a str,
    flow: &'a str,
    service: Option<&'a String>,
}

/// A note that users of a flow should read.
#[derive(Serialize)]
struct Note<'a> {
    flow: &'a str,
    note: &'a str,
}

/// `notes` has the note of every flow in the object.
impl Serialize for Conflicts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let collisions = self.collisions().map(|endpoint| Collision {
            ports: Ports::of(endpoint),
            avoidable: endpoint.avoidable,
            certain: endpoint.uncertainties().is_empty(),
            uncertain: endpoint.uncertainties(),
            products: endpoint.products().map(|(product, listeners)| ProductListeners { product, listeners }).collect(),
        });
        let listens = self.endpoints.iter().map(|endpoint| Listening {
            ports: Ports::of(endpoint),
            flows: endpoint.listeners.iter().map(|listener| listener.flow.id.as_str()).collect(),
        });
        let unnumbered = self.unnumbered().map(|listener| Unnumbered {
            product: listener.participant,
            flow: &listener.flow.id,
            service: listener.spec.service_ref(),
        });
        let mut object = serializer.serialize_struct("Conflicts", 7)?;
        object.serialize_field("products", &self.products)?;
        object.serialize_field("collisions", &collisions.collect::<Vec<_>>())?;
        object.serialize_field("listens", &listens.collect::<Vec<_>>())?;
        object.serialize_field("unnumbered", &unnumbered.collect::<Vec<_>>())?;
        object.serialize_field("choices", &self.choices)?;
        object.serialize_field("exact", &self.exact)?;
        object.serialize_field("notes", &notes(&self.listeners))?;
        object.end()
    }
}

/// The note of each flow that has one, once.
fn notes<'a>(listeners: &[Listener<'a>]) -> Vec<Note<'a>> {
    let by_flow = listeners.chunk_by(|one, next| one.flow.id == next.flow.id);
    let flows = by_flow.filter_map(|listeners| listeners.first()).map(|listener| listener.flow);
    flows.filter_map(|flow| Some(Note { flow: &flow.id, note: flow.note.as_deref()? })).collect()
}

/// `ports` is null for another port than those of the document.
impl Serialize for Choice<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let flows: Vec<&str> = self.flows.iter().map(|flow| flow.id.as_str()).collect();
        let mut object = serializer.serialize_struct("Choice", 4)?;
        object.serialize_field("product", self.participant)?;
        object.serialize_field("flows", &flows)?;
        object.serialize_field("ports", &self.spec)?;
        object.serialize_field("changed", &self.is_changed())?;
        object.end()
    }
}

impl Serialize for Listener<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Listener", 8)?;
        object.serialize_field("flow", &self.flow.id)?;
        object.serialize_field("ports", self.spec)?;
        object.serialize_field("component", &self.flow.component)?;
        object.serialize_field("scope", &self.flow.scope)?;
        object.serialize_field("condition", &self.flow.condition)?;
        object.serialize_field("configurable", &self.flow.configurable)?;
        object.serialize_field("customization", &self.flow.customization)?;
        object.serialize_field("alternatives", &self.alternatives)?;
        object.end()
    }
}
