//! The text on an arrow: the ports of its flows.

use std::collections::BTreeMap;

use port_core::{Fact, Groups, PortRange, Transport};

use crate::dataset::{Dataset, Flow, PortSpec};

/// Marks a fact that the document doesn't state.
pub(super) const MARK: &str = " *";

/// The longest line of a label, in characters. Mermaid doesn't wrap lines of this length.
const WIDTH: usize = 24;

/// The longest line of a note in the legend, in characters.
const NOTE_WIDTH: usize = 60;

/// The ports of flows as lines.
pub(super) fn lines(flows: &[&Flow], dataset: &Dataset) -> Vec<String> {
    wrap(&items(flows, dataset))
}

/// Whether a fact on the arrow of a flow is curated.
pub(super) fn is_curated(flow: &Flow) -> bool {
    let drawn = [
        Fact::Direction,
        Fact::Ports,
        Fact::Groups,
        Fact::Service,
        Fact::Requirement,
        Fact::Condition,
        Fact::Component,
    ];
    flow.curated.iter().any(|fact| drawn.contains(fact))
}

/// A port spec without its group. Specs are ordered by transport, number, ports and service.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Spec<'a> {
    transport: Option<Transport>,
    /// The type of ICMP, or the number of an IP protocol.
    number: Option<u8>,
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
        Spec { transport: spec.transport(), number: spec.number(), ports: spec.range(), service }
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
        let spec = PortSpec::from_parts(self.transport, self.ports, service, 0, self.number);
        format!("{spec}{}", if is_curated { MARK } else { "" })
    }
}

/// Alternatives as `tcp/25 smtp | tcp/465 smtps`.
fn alternatives(group: &[Spec], is_curated: bool) -> String {
    group.iter().map(|spec| spec.text(is_curated)).collect::<Vec<_>>().join(" | ")
}

/// The ports of flows, each once and in order: first those that are needed, then alternatives, then groups that may not all be needed.
fn items(flows: &[&Flow], dataset: &Dataset) -> Vec<String> {
    let mut groups: BTreeMap<Vec<Spec>, bool> = BTreeMap::new();
    let mut unstated: BTreeMap<Vec<Vec<Spec>>, bool> = BTreeMap::new();
    for flow in flows {
        let of_flow: Vec<Vec<Spec>> = flow.port_groups().map(|group| sorted(group, dataset)).collect();
        if flow.groups == Groups::Unstated && of_flow.len() > 1 {
            *unstated.entry(of_flow).or_default() |= is_curated(flow);
            continue;
        }
        for group in of_flow {
            *groups.entry(group).or_default() |= is_curated(flow);
        }
    }
    let mut single: Vec<(Spec, bool)> = Vec::new();
    let mut several = Vec::new();
    for (group, is_curated) in groups {
        let [spec] = group.as_slice() else {
            several.push(alternatives(&group, is_curated));
            continue;
        };
        match single.last_mut() {
            Some((last, curated)) if *curated == is_curated && last.merged(*spec).is_some() => {
                *last = last.merged(*spec).unwrap_or(*last);
            }
            _ => single.push((*spec, is_curated)),
        }
    }
    for (groups, is_curated) in unstated {
        let groups: Vec<String> = groups.iter().map(|group| alternatives(group, is_curated)).collect();
        several.push(groups.join("; "));
    }
    single.into_iter().map(|(spec, is_curated)| spec.text(is_curated)).chain(several).collect()
}

/// The specs of a group in order.
fn sorted<'a>(group: &'a [PortSpec], dataset: &Dataset) -> Vec<Spec<'a>> {
    let mut specs: Vec<Spec> = group.iter().map(|spec| Spec::new(spec, dataset)).collect();
    specs.sort_unstable();
    specs
}

/// Items as an expression in lines. A list of ports is broken at commas; alternatives, and groups that may not all be needed, begin a
/// line.
fn wrap(items: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let comma = if index + 1 < items.len() { "," } else { "" };
        let item = format!("{item}{comma}");
        let parts: Vec<&str> =
            item.split_inclusive(" | ").flat_map(|alternative| alternative.split_inclusive("; ")).collect();
        let mut begins_line = parts.len() > 1;
        for part in parts.into_iter().map(str::trim_end) {
            match lines.last_mut() {
                Some(line) if !begins_line && line.len() + 1 + part.len() <= WIDTH => *line = format!("{line} {part}"),
                _ => lines.push(part.to_string()),
            }
            begins_line = false;
        }
    }
    lines
}

/// A note as lines of the legend, broken between words. The first one begins with its number.
pub(super) fn note_lines(number: usize, note: &str) -> Vec<String> {
    let mut lines = vec![format!("{number}:")];
    for word in note.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= NOTE_WIDTH => {
                *line = format!("{line} {word}");
            }
            _ => lines.push(word.to_string()),
        }
    }
    lines
}
