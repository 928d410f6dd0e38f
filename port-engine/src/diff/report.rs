//! The JSON of a difference: one object with everything.
//!
//! - `summary`: how many flows differ with each impact.
//! - `impacts`: for each flow that differs its `id`, its `impact`, the ports that it `opens` and `closes`, those `needed` that had an
//!   alternative before, and those `optional` that have one now. A `port` that is new in the flow, but that old `flows` needed for
//!   the same peers, is in `already`; one that it no longer needs, but that new `flows` need for the same peers, is in `stays`.
//!   Closed ports that new flows need for other peers, hosts or interfaces are in `elsewhere`.
//! - `added`, `removed`: flows as in their export.
//! - `not_known`: flows that only one list has, since the document of the other list's `edition` isn't complete. `missing` is
//!   `before` or `after`, `flow` is as in its export. Their impact is `unknown`.
//! - `renamed`: a likely rename, `from` one id `to` another, and the facts in which the two are `alike`.
//! - `changed`: for each fact that differs the flow's `id`, the `field`, its value `before` and `after` (ports as an expression;
//!   left out if the flow doesn't have the fact) and the `impact` of this change alone.
//!
//! `groups`, `component`, `scope` and `enabled` are facts. An export of an earlier version, which lacks them, is compared as if all
//! groups were needed, the scope were `network`, `enabled` were `unstated`, and there were no component.
//!
//! An id is that of the new flow, or of the old one if the flow was removed.

use std::collections::BTreeMap;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::{Difference, Elsewhere, FlowChange, FlowDifference, Impact};

#[derive(Serialize)]
struct Report<'a> {
    summary: ImpactCounts<'a>,
    impacts: Vec<FlowImpact<'a>>,
    added: Vec<&'a Map<String, Value>>,
    removed: Vec<&'a Map<String, Value>>,
    not_known: Vec<NotKnown<'a>>,
    renamed: Vec<Renamed<'a>>,
    changed: Vec<Changed<'a>>,
}

/// Counts flows by impact.
pub(crate) struct ImpactCounts<'a>(pub &'a Difference<'a>);

#[derive(Serialize)]
struct FlowImpact<'a> {
    id: &'a str,
    impact: Impact,
    #[serde(flatten)]
    ports: FlowReport<'a>,
}

/// What a change of a flow opens and closes.
#[derive(Serialize)]
pub(crate) struct FlowReport<'a> {
    opens: Vec<String>,
    closes: Vec<String>,
    needed: Vec<String>,
    optional: Vec<String>,
    already: Vec<PortFlows<'a>>,
    stays: Vec<PortFlows<'a>>,
    elsewhere: &'a [Elsewhere<'a>],
}

/// A port, and the flows that need it.
#[derive(Serialize)]
struct PortFlows<'a> {
    port: &'a str,
    flows: &'a [&'a str],
}

/// A flow that only one list has.
#[derive(Serialize)]
struct NotKnown<'a> {
    edition: &'a str,
    missing: &'static str,
    flow: &'a Map<String, Value>,
}

#[derive(Serialize)]
struct Renamed<'a> {
    from: &'a str,
    to: &'a str,
    alike: &'a [&'static str],
}

#[derive(Serialize)]
struct Changed<'a> {
    id: &'a str,
    field: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<&'a Value>,
    impact: Impact,
}

impl Serialize for Difference<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Report::new(self).serialize(serializer)
    }
}

impl Serialize for ImpactCounts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(Impact::ALL.len()))?;
        for impact in Impact::ALL {
            map.serialize_entry(impact.as_str(), &self.0.with_impact(*impact).count())?;
        }
        map.end()
    }
}

impl<'a> Report<'a> {
    fn new(difference: &'a Difference<'a>) -> Report<'a> {
        let mut report = Report {
            summary: ImpactCounts(difference),
            impacts: difference.flows.iter().map(FlowImpact::new).collect(),
            added: Vec::new(),
            removed: Vec::new(),
            not_known: Vec::new(),
            renamed: Vec::new(),
            changed: difference.flows.iter().flat_map(changed).collect(),
        };
        for flow in &difference.flows {
            match &flow.change {
                FlowChange::Added(flow) => report.added.push(&flow.object),
                FlowChange::Removed(flow) => report.removed.push(&flow.object),
                FlowChange::Renamed(old, new, alike) => {
                    report.renamed.push(Renamed { from: old.id(), to: new.id(), alike });
                }
                FlowChange::NotKnownBefore(flow, edition) => {
                    report.not_known.push(NotKnown { edition, missing: "before", flow: &flow.object });
                }
                FlowChange::NotKnownAfter(flow, edition) => {
                    report.not_known.push(NotKnown { edition, missing: "after", flow: &flow.object });
                }
                FlowChange::Changed(..) => {}
            }
        }
        report
    }
}

impl<'a> FlowImpact<'a> {
    fn new(flow: &'a FlowDifference<'a>) -> FlowImpact<'a> {
        FlowImpact { id: flow.change.flow().id(), impact: flow.impact, ports: FlowReport::new(flow) }
    }
}

impl<'a> FlowReport<'a> {
    pub(crate) fn new(flow: &'a FlowDifference<'a>) -> FlowReport<'a> {
        FlowReport {
            opens: flow.opens.items().collect(),
            closes: flow.closes.items().collect(),
            needed: flow.needed.items().collect(),
            optional: flow.optional.items().collect(),
            already: port_flows(&flow.already),
            stays: port_flows(&flow.stays),
            elsewhere: &flow.elsewhere,
        }
    }
}

fn port_flows<'a>(ports: &'a BTreeMap<String, Vec<&'a str>>) -> Vec<PortFlows<'a>> {
    ports.iter().map(|(port, flows)| PortFlows { port, flows }).collect()
}

fn changed<'a>(flow: &'a FlowDifference<'a>) -> impl Iterator<Item = Changed<'a>> {
    flow.facts.iter().map(|fact| Changed {
        id: flow.change.flow().id(),
        field: &fact.field,
        before: fact.before.as_ref(),
        after: fact.after.as_ref(),
        impact: fact.impact,
    })
}
