//! What changes at a firewall between two editions of a product's document.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::dataset::{Dataset, Edition, Product};
use crate::diff::{self, Difference, FlowChange, Impact};
use crate::export::ExportedFlow;

/// The flows of two editions, as they are compared: without the source, which differs in every flow.
#[derive(Clone, Debug)]
pub struct EditionFlows {
    from: Vec<ExportedFlow>,
    to: Vec<ExportedFlow>,
}

impl EditionFlows {
    /// The flows of two editions of a product of the dataset.
    #[must_use]
    pub fn new(dataset: &Dataset, product: &str, from: &str, to: &str) -> EditionFlows {
        let flows = |edition: &str| {
            let mut flows = diff::exported(dataset.flows_of_edition(product, edition));
            for flow in &mut flows {
                flow.object.retain(|name, _| name != "source" && name != "edition");
            }
            flows
        };
        EditionFlows { from: flows(from), to: flows(to) }
    }
}

/// The changes from one edition to another. It serializes as `port-catalog upgrade --format json` prints it.
#[derive(Clone, Debug)]
pub struct Upgrade<'a> {
    /// The product.
    pub product: &'a Product,
    /// The edition that is in use.
    pub from: &'a Edition,
    /// The edition to change to.
    pub to: &'a Edition,
    /// The flows that differ. A flow that only one edition has is [`Impact::Unknown`] if the other edition isn't complete.
    pub difference: Difference<'a>,
    /// The number of flows that both editions have and that don't differ.
    pub unchanged: usize,
}

impl<'a> Upgrade<'a> {
    /// Compares two editions. `flows` are their flows.
    #[must_use]
    pub fn new(
        dataset: &'a Dataset,
        product: &'a Product,
        [from, to]: [&'a Edition; 2],
        flows: &'a EditionFlows,
    ) -> Upgrade<'a> {
        let mut difference = diff::compare(&flows.from, &flows.to, &dataset.peers);
        for flow in &mut difference.flows {
            let is_unknown = match flow.change {
                FlowChange::Added(_) => !from.is_complete,
                FlowChange::Removed(_) => !to.is_complete,
                FlowChange::Changed(..) | FlowChange::Renamed(..) => false,
            };
            if is_unknown {
                flow.impact = Impact::Unknown;
                flow.opens = diff::Openings::default();
                flow.closes = diff::Openings::default();
                flow.elsewhere.clear();
                flow.already.clear();
                flow.stays.clear();
            }
        }
        let is_in_both = |flow: &&diff::FlowDifference| flow.change.before().is_some() && flow.change.after().is_some();
        let added = difference.flows.iter().filter(|flow| flow.change.before().is_none()).count();
        let unchanged = flows.to.len() - added - difference.flows.iter().filter(is_in_both).count();
        Upgrade { product, from, to, difference, unchanged }
    }

    /// The flows that differ and are not known for one of the editions, since it isn't complete.
    pub fn not_known(&self) -> impl Iterator<Item = &diff::FlowDifference<'a>> {
        let is_one_sided =
            |flow: &&diff::FlowDifference| flow.change.before().is_none() || flow.change.after().is_none();
        self.difference.with_impact(Impact::Unknown).filter(is_one_sided)
    }
}

impl Serialize for Upgrade<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let edition = |edition: &Edition| {
            serde_json::json!({
                "edition": edition.id, "printed": edition.printed, "document": edition.document, "url": edition.url,
                "complete": edition.is_complete, "note": edition.note,
            })
        };
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("product", &self.product.id)?;
        object.serialize_entry("from", &edition(self.from))?;
        object.serialize_entry("to", &edition(self.to))?;
        object.serialize_entry("unchanged", &self.unchanged)?;
        object.serialize_entry("difference", &self.difference)?;
        object.end()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use port_catalog_tests::fixture;

    use super::{EditionFlows, Upgrade};
    use crate::dataset::Dataset;
    use crate::diff::Impact;

    fn dataset() -> Dataset {
        Dataset::from_tables(&port_data::read(&fixture::editions()).unwrap())
    }

    /// The impact of each flow that differs, and the number of others.
    fn impacts(product: &str, from: &str, to: &str) -> (BTreeMap<String, Impact>, usize) {
        let dataset = dataset();
        let product = dataset.product(product).unwrap();
        let editions = [from, to].map(|id| dataset.edition(product, id).unwrap());
        let flows = EditionFlows::new(&dataset, &product.id, from, to);
        let upgrade = Upgrade::new(&dataset, product, editions, &flows);
        let of_flow = |flow: &crate::diff::FlowDifference| (flow.change.flow().id().to_string(), flow.impact);
        (upgrade.difference.flows.iter().map(of_flow).collect(), upgrade.unchanged)
    }

    #[test]
    fn an_upgrade_lists_what_opens_closes_and_moves() {
        let (found, unchanged) = impacts("cluster", "1.0", "2.0");
        let expected = [
            ("cluster-in-client-api", Impact::Moves),
            ("cluster-in-control-plane-store", Impact::Widens),
            ("cluster-in-client-signalling", Impact::Opens),
            ("cluster-in-cluster-federation", Impact::Opens),
            ("cluster-out-cluster-federation", Impact::Opens),
            ("cluster-in-admin-ssh", Impact::Closes),
        ];
        assert_eq!(found, expected.map(|(id, impact)| (id.to_string(), impact)).into());
        assert_eq!(unchanged, 9);
    }

    #[test]
    fn a_downgrade_is_the_inverse() {
        for [from, to] in [["1.0", "2.0"], ["2.0", "1.0"]] {
            let (upgrade, unchanged) = impacts("cluster", from, to);
            let (downgrade, same) = impacts("cluster", to, from);
            assert_eq!(unchanged, same);
            let inverse: BTreeMap<String, Impact> =
                downgrade.into_iter().map(|(id, impact)| (id, impact.inverse())).collect();
            assert_eq!(upgrade, inverse);
        }
    }

    #[test]
    fn what_an_incomplete_edition_lacks_is_not_known() {
        let (found, unchanged) = impacts("console", "2024-03", "2025-03");
        assert_eq!(found, [("console-out-dns".to_string(), Impact::Unknown)].into());
        assert_eq!(unchanged, 2);
    }
}
