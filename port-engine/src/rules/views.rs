//! Flows as their ends see them. A flow between two components is one row of the document, and has rules at both ends.

use std::borrow::Cow;
use std::collections::BTreeSet;

use port_core::Direction;

use crate::dataset::{Dataset, Flow};
use crate::filter::Filter;

/// The suffix of the name of a flow that is seen from its other end. Ids contain no underscore.
const TURNED: &str = "_out";

/// A flow at one of its ends.
#[derive(Clone, Debug)]
pub struct FlowView<'a> {
    /// The flow, with the direction, component and peer of this end.
    pub flow: Cow<'a, Flow>,
    /// What formats name it.
    pub name: String,
}

impl<'a> FlowView<'a> {
    /// A flow as its row has it.
    fn stored(flow: &'a Flow) -> FlowView<'a> {
        FlowView { flow: Cow::Borrowed(flow), name: flow.id.clone() }
    }

    /// A flow between two components as its peer sees it. `None` if its peer isn't a component of the same product.
    fn turned(flow: &'a Flow, dataset: &Dataset) -> Option<FlowView<'a>> {
        let component = flow.peer_component(dataset)?.to_string();
        let peer = match &flow.component {
            Some(component) => format!("{}-{component}", flow.product),
            None => flow.product.clone(),
        };
        let direction = match flow.direction {
            Direction::Inbound => Direction::Outbound,
            Direction::Outbound => Direction::Inbound,
        };
        let turned = Flow { direction, peer, component: Some(component), ..flow.clone() };
        Some(FlowView { flow: Cow::Owned(turned), name: format!("{}{TURNED}", flow.id) })
    }
}

/// The flows that a filter selects for a firewall between the ends: each once, as its row has it.
#[must_use]
pub fn between_ends<'a>(filter: &Filter, dataset: &'a Dataset) -> Vec<FlowView<'a>> {
    filter.select(dataset).into_iter().map(FlowView::stored).collect()
}

/// The flows that a filter selects for a machine of the product: those of its components, from the end at which they are.
/// Without components in the filter, the machine has all of them.
#[must_use]
pub fn at_machine<'a>(filter: &Filter, dataset: &'a Dataset) -> Vec<FlowView<'a>> {
    let others = Filter { components: Vec::new(), ..filter.clone() };
    let is_here = |flow: &Flow| {
        let is_selected = |component: &String| filter.components.contains(component);
        filter.components.is_empty() || flow.component.as_ref().is_some_and(is_selected)
    };
    let views = dataset.flows.iter().flat_map(|flow| {
        let turned = FlowView::turned(flow, dataset);
        std::iter::once(FlowView::stored(flow)).chain(turned)
    });
    views.filter(|view| is_here(&view.flow) && others.matches(&view.flow, dataset)).collect()
}

/// The flows that the other criteria of a filter select, but for which the document doesn't say which component they are of, if the
/// filter has components.
#[must_use]
pub fn without_component<'a>(filter: &Filter, dataset: &'a Dataset) -> BTreeSet<&'a str> {
    if filter.components.is_empty() {
        return BTreeSet::new();
    }
    let others = Filter { components: Vec::new(), ..filter.clone() };
    let flows = others.select(dataset).into_iter();
    let unknown = flows.filter(|flow| flow.component.is_none() && flow.peer_component(dataset).is_none());
    unknown.map(|flow| flow.id.as_str()).collect()
}
