//! The text on an arrow: the ports of its flows.

use std::collections::BTreeMap;

use port_core::{Fact, PortRange, Transport};

use crate::dataset::{Dataset, Flow, PortSpec};

/// Marks a fact that the document doesn't state.
pub(super) const MARK: &str = " *";

/// The longest line of a label, in characters. Mermaid doesn't wrap lines of this length.
const WIDTH: usize = 24;

/// The ports of flows as lines.
pub(super) fn lines(flows: &[&Flow], dataset: &Dataset) -> Vec<String> {
    wrap(&items(flows, dataset))
}

/// Whether a fact on the arrow of a flow is curated.
pub(super) fn is_curated(flow: &Flow) -> bool {
    let drawn = [Fact::Direction, Fact::Ports, Fact::Service, Fact::Requirement, Fact::Condition];
    flow.curated.iter().any(|fact| drawn.contains(fact))
}

/// A port spec without its group. Specs are ordered by transport, ports and service.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Spec<'a> {
    transport: Option<Transport>,
    ports: Option<PortRange>,
    /// The index of the service in the dataset, and its id.
    service: Option<(usize, &'a str)>,
}

impl<'a> Spec<'a> {
    fn new(spec: &'a PortSpec, dataset: &Dataset) -> Spec<'a> {
        let service = spec.service_ref().map(|id| {
            let index = dataset.services.iter().position(|service| service.id == *id);
            (index.unwrap_or(usize::MAX), id.as_str())
        });
        Spec { transport: spec.transport(), ports: spec.range(), service }
    }

    /// Both as one spec, if `next` has the same transport and service, and its ports overlap or follow these.
    fn merged(self, next: Spec<'a>) -> Option<Spec<'a>> {
        let (ports, more) = (self.ports?, next.ports?);
        let joins = (self.transport, self.service) == (next.transport, next.service)
            && u32::from(more.first()) <= u32::from(ports.last()) + 1;
        joins.then(|| Spec { ports: PortRange::new(ports.first(), ports.last().max(more.last())), ..self })
    }

    /// As `tcp/25 smtp`, with a mark if it is curated.
    fn text(self, is_curated: bool) -> String {
        let service = self.service.map(|(_, id)| id.to_string());
        let spec = PortSpec::from_parts(self.transport, self.ports, service, 0);
        format!("{spec}{}", if is_curated { MARK } else { "" })
    }
}

/// The ports of flows, each once and in order: first those that are needed, then alternatives.
fn items(flows: &[&Flow], dataset: &Dataset) -> Vec<String> {
    let mut groups: BTreeMap<Vec<Spec>, bool> = BTreeMap::new();
    for flow in flows {
        for group in flow.port_groups() {
            let mut specs: Vec<Spec> = group.iter().map(|spec| Spec::new(spec, dataset)).collect();
            specs.sort_unstable();
            *groups.entry(specs).or_default() |= is_curated(flow);
        }
    }
    let mut single: Vec<(Spec, bool)> = Vec::new();
    let mut alternatives = Vec::new();
    for (group, is_curated) in groups {
        let [spec] = group.as_slice() else {
            let texts: Vec<String> = group.into_iter().map(|spec| spec.text(is_curated)).collect();
            alternatives.push(texts.join(" | "));
            continue;
        };
        match single.last_mut() {
            Some((last, curated)) if *curated == is_curated && last.merged(*spec).is_some() => {
                *last = last.merged(*spec).unwrap_or(*last);
            }
            _ => single.push((*spec, is_curated)),
        }
    }
    single.into_iter().map(|(spec, is_curated)| spec.text(is_curated)).chain(alternatives).collect()
}

/// Items as an expression in lines. A list of ports is broken at commas, alternatives begin a line.
fn wrap(items: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let mut begins_line = item.contains(" | ");
        for part in item.split_inclusive(" | ") {
            let comma = if item.ends_with(part) && index + 1 < items.len() { "," } else { "" };
            let part = format!("{}{comma}", part.trim_end());
            match lines.last_mut() {
                Some(line) if !begins_line && line.len() + 1 + part.len() <= WIDTH => *line = format!("{line} {part}"),
                _ => lines.push(part),
            }
            begins_line = false;
        }
    }
    lines
}
