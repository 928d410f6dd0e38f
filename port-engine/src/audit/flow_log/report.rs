//! The result: how many records each flow explains, and what none explains.

use port_core::{Requirement, Scope};
use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use super::explain::{Explainer, RowKey};
use super::explanation::{Explanation, FlowRecords, Records};
use super::peer_summary::PeerSummary;
use super::reader::LineCounts;
use crate::dataset::Flow;
use crate::words::words;

words! {
    /// Whether a flow was seen.
    Sighting is a "sighting" {
        /// Records show it that no other flow explains
        Seen = "seen",
        /// Records may show it, or another flow
        PossiblySeen = "possibly-seen",
        /// No record shows it
        NeverSeen = "never-seen",
        /// The document gives no port, so records can't show it
        NoPort = "no-port",
        /// It stays within the machine or the pod, where these logs don't look
        Local = "local",
    }
}

/// A flow with its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlowSighting<'a> {
    /// The flow.
    pub flow: &'a Flow,
    /// Whether it was seen.
    pub sighting: Sighting,
    records: FlowRecords,
}

impl FlowSighting<'_> {
    /// The records with an explanation.
    #[must_use]
    pub fn records(&self, explanation: Explanation) -> Records {
        match explanation {
            Explanation::Explained => self.records.explained,
            Explanation::PortOnly => self.records.port_only,
            Explanation::EitherDirection => self.records.either_direction,
            Explanation::Undecided => self.records.undecided,
            _ => Records::default(),
        }
    }

    /// The records that no other flow explains equally well.
    #[must_use]
    pub fn sole(&self) -> Records {
        self.records.sole
    }

    /// The records whose direction the log states.
    #[must_use]
    pub fn with_direction(&self) -> Records {
        let FlowRecords { explained, port_only, .. } = self.records;
        Records {
            records: explained.records + port_only.records,
            unanswered: explained.unanswered + port_only.unanswered,
        }
    }
}

/// Unexplained records that have their ports in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnexplainedRow<'a> {
    /// What they have in common.
    pub key: RowKey,
    /// How many there are.
    pub records: Records,
    /// How many there may be, if the table was full.
    pub at_most: u64,
    /// The addresses at the other end.
    pub peers: PeerSummary,
    /// The flows that have the port, but don't explain the records.
    pub flows: Vec<&'a Flow>,
}

/// The result. It serializes as the command's JSON.
#[derive(Clone, Debug)]
pub struct FlowLogReport<'a> {
    /// The products.
    pub products: Vec<&'a str>,
    /// The only components of the products that are meant; all, if it is empty.
    pub components: Vec<&'a str>,
    /// The lines of the logs.
    pub lines: LineCounts,
    /// The flows, in catalog order for each product.
    pub flows: Vec<FlowSighting<'a>>,
    /// The unexplained rows that are listed, those with the most records first.
    pub rows: Vec<UnexplainedRow<'a>>,
    /// The number of rows, and their records, that are not listed.
    pub other_rows: (usize, u64),
    /// The most records of a row that is not in the table; 0 if all rows are.
    pub bound: u64,
    totals: [Records; Explanation::ALL.len()],
}

impl<'a> FlowLogReport<'a> {
    /// The result of an explainer, with at most `top` rows.
    #[must_use]
    pub fn new(
        products: &[&'a str],
        components: &[&'a str],
        explainer: &Explainer<'a>,
        lines: LineCounts,
        top: usize,
    ) -> FlowLogReport<'a> {
        let flows = explainer.expectation.flows.iter().zip(explainer.by_flow());
        let flows = flows.map(|(flow, records)| FlowSighting { flow, sighting: sighting(flow, &records), records });
        let mut rows: Vec<UnexplainedRow> = explainer
            .rows
            .rows()
            .map(|(key, row)| {
                let (records, peers) = &row.value;
                let at_most = records.records + row.uncounted;
                UnexplainedRow { key: *key, records: *records, at_most, peers: peers.clone(), flows: Vec::new() }
            })
            .collect();
        rows.sort_by(|one, other| {
            other.records.records.cmp(&one.records.records).then_with(|| one.key.cmp(&other.key))
        });
        let others = rows.split_off(top.min(rows.len()));
        for row in &mut rows {
            row.flows = flows_at(explainer, &row.key);
        }
        let listed: u64 = rows.iter().map(|row| row.records.records).sum();
        let unexplained = Explanation::ALL.iter().filter(|explanation| explanation.is_unexplained());
        let all: u64 = unexplained.map(|explanation| explainer.totals[*explanation as usize].records).sum();
        FlowLogReport {
            products: products.to_vec(),
            components: components.to_vec(),
            lines,
            flows: flows.collect(),
            rows,
            other_rows: (others.len(), all - listed),
            bound: explainer.rows.bound(),
            totals: explainer.totals,
        }
    }

    /// The records with an explanation.
    #[must_use]
    pub fn total(&self, explanation: Explanation) -> Records {
        self.totals[explanation as usize]
    }

    /// All records.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.totals.iter().map(|records| records.records).sum()
    }

    /// The flows with a sighting.
    pub fn flows_that_are(&self, sighting: Sighting) -> impl Iterator<Item = &FlowSighting<'a>> {
        self.flows.iter().filter(move |flow| flow.sighting == sighting)
    }

    /// The number of flows that were never seen; only those that the document requires, if `is_required`.
    #[must_use]
    pub fn never_seen(&self, is_required: bool) -> usize {
        let flows = self.flows_that_are(Sighting::NeverSeen);
        flows.filter(|one| !is_required || one.flow.requirement == Requirement::Required).count()
    }
}

fn sighting(flow: &Flow, records: &FlowRecords) -> Sighting {
    let all = [records.explained, records.port_only, records.either_direction, records.undecided];
    let all: u64 = all.iter().map(|records| records.records).sum();
    if records.sole.records > 0 {
        Sighting::Seen
    } else if all > 0 {
        Sighting::PossiblySeen
    } else if flow.scope != Scope::Network {
        Sighting::Local
    } else if flow.ports.iter().all(|spec| spec.transport().is_none()) {
        Sighting::NoPort
    } else {
        Sighting::NeverSeen
    }
}

/// The flows that have the ports of a row.
fn flows_at<'a>(explainer: &Explainer<'a>, key: &RowKey) -> Vec<&'a Flow> {
    use port_core::Direction::{Inbound, Outbound};

    let expectation = &explainer.expectation;
    let sides = [(Inbound, key.own_port), (Outbound, key.peer_port)];
    let sides = sides.into_iter().filter(|(direction, _)| key.direction.is_none_or(|own| own == *direction));
    let has_port = |port: &Option<u16>| port.is_some() || !key.protocol.has_ports();
    let lists = sides
        .filter(|(_, port)| has_port(port))
        .map(|(direction, port)| expectation.find(direction, key.protocol, port, key.icmp_type));
    let mut flows: Vec<usize> = lists.flat_map(|list| expectation.flows_of(list)).collect();
    flows.sort_unstable();
    flows.dedup();
    flows.into_iter().map(|flow| expectation.flows[flow]).collect()
}

impl Serialize for FlowSighting<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("FlowSighting", 16)?;
        object.serialize_field("id", &self.flow.id)?;
        object.serialize_field("product", &self.flow.product)?;
        object.serialize_field("edition", &self.flow.edition)?;
        object.serialize_field("direction", &self.flow.direction)?;
        object.serialize_field("component", &self.flow.component)?;
        object.serialize_field("peer", &self.flow.peer)?;
        object.serialize_field("ports", &self.flow.expression())?;
        object.serialize_field("requirement", &self.flow.requirement)?;
        object.serialize_field("condition", &self.flow.condition)?;
        object.serialize_field("note", &self.flow.note)?;
        object.serialize_field("sighting", &self.sighting)?;
        object.serialize_field("explained", &self.records.explained)?;
        object.serialize_field("port_only", &self.records.port_only)?;
        object.serialize_field("either_direction", &self.records.either_direction)?;
        object.serialize_field("undecided", &self.records.undecided)?;
        object.serialize_field("sole", &self.records.sole)?;
        object.end()
    }
}

impl Serialize for UnexplainedRow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("UnexplainedRow", 13)?;
        object.serialize_field("explanation", &self.key.explanation)?;
        object.serialize_field("direction", &self.key.direction)?;
        object.serialize_field("transport", &self.key.protocol)?;
        object.serialize_field("own_port", &self.key.own_port)?;
        object.serialize_field("peer_port", &self.key.peer_port)?;
        object.serialize_field("icmp_type", &self.key.icmp_type)?;
        object.serialize_field("records", &self.records.records)?;
        object.serialize_field("records_at_most", &self.at_most)?;
        object.serialize_field("unanswered", &self.records.unanswered)?;
        object.serialize_field("peers", &self.peers.addresses)?;
        object.serialize_field("has_more_peers", &self.peers.has_more)?;
        let networks: Vec<String> = self.peers.networks.iter().map(ToString::to_string).collect();
        object.serialize_field("peer_networks", &networks)?;
        object.serialize_field("flows", &self.flows.iter().map(|flow| &flow.id).collect::<Vec<_>>())?;
        object.end()
    }
}

impl Serialize for FlowLogReport<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// A map from explanations to their records, in order.
        struct Totals<'a>(&'a [Records]);

        impl Serialize for Totals<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_map(Explanation::ALL.iter().zip(self.0))
            }
        }

        #[derive(Serialize)]
        struct Others {
            rows: usize,
            records: u64,
            row_has_at_most: u64,
        }
        let mut object = serializer.serialize_struct("FlowLogReport", 8)?;
        object.serialize_field("products", &self.products)?;
        object.serialize_field("components", &self.components)?;
        object.serialize_field("lines", &self.lines)?;
        object.serialize_field("records", &self.records())?;
        object.serialize_field("totals", &Totals(&self.totals))?;
        object.serialize_field("flows", &self.flows)?;
        object.serialize_field("unexplained", &self.rows)?;
        let (rows, records) = self.other_rows;
        object.serialize_field("other_unexplained", &Others { rows, records, row_has_at_most: self.bound })?;
        object.end()
    }
}
