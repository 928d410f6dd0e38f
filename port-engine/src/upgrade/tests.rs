//! Tests of upgrades between the editions of the fixture catalog and of the live one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use port_catalog_tests::fixture;
use serde_json::{Value, json};

use super::{EditionFlows, Upgrade};
use crate::dataset::Dataset;
use crate::diff::{FlowDifference, Impact};
use crate::export::ExportedFlow;

fn dataset(tables: &Path) -> Dataset {
    Dataset::from_tables(&port_data::read(tables).unwrap())
}

fn live() -> Dataset {
    dataset(port_data::TABLES.as_ref())
}

/// Calls a function with an upgrade.
fn with_upgrade<T>(dataset: &Dataset, product: &str, [from, to]: [&str; 2], call: impl FnOnce(&Upgrade) -> T) -> T {
    let product = dataset.product(product).unwrap();
    let editions = [from, to].map(|id| dataset.edition(product, id).unwrap());
    let flows = EditionFlows::new(dataset, &product.id, from, to);
    call(&Upgrade::new(dataset, product, editions, &flows))
}

/// The impact of each flow that differs, and the number of others.
fn impacts(dataset: &Dataset, product: &str, editions: [&str; 2]) -> (BTreeMap<String, Impact>, usize) {
    with_upgrade(dataset, product, editions, |upgrade| {
        let flows = upgrade.difference.flows.iter();
        (flows.map(|flow| (flow.change.flow().id().to_string(), flow.impact)).collect(), upgrade.unchanged)
    })
}

#[test]
fn an_upgrade_lists_what_opens_closes_and_moves() {
    let (found, unchanged) = impacts(&dataset(&fixture::editions()), "cluster", ["1.0", "2.0"]);
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

/// What an upgrade says about a flow. The report of the inverse is the same as that of the upgrade.
fn report(flow: &FlowDifference, is_inverse: bool) -> Vec<String> {
    let text = |flow: Option<&ExportedFlow>| flow.map(|flow| Value::from(flow.object.clone()).to_string());
    let (before, after) = (text(flow.change.before()), text(flow.change.after()));
    let pairs = [
        [before.unwrap_or_default(), after.unwrap_or_default()],
        [flow.closes.to_string(), flow.opens.to_string()],
        [flow.optional.to_string(), flow.needed.to_string()],
        [format!("{:?}", flow.stays), format!("{:?}", flow.already)],
        [flow.has(Impact::Closes).to_string(), flow.has(Impact::Opens).to_string()],
    ];
    let impact = if is_inverse { flow.impact.inverse() } else { flow.impact };
    let facts = flow.facts.iter().map(|fact| {
        let values = [&fact.before, &fact.after].map(|value| format!("{value:?}"));
        let impact = if is_inverse { fact.impact.inverse() } else { fact.impact };
        let [one, other] = if is_inverse { [&values[1], &values[0]] } else { [&values[0], &values[1]] };
        format!("{}: {one} {other} {impact}", fact.field)
    });
    let facts: BTreeSet<String> = facts.collect();
    let pairs = pairs.into_iter().flat_map(|[one, other]| if is_inverse { [other, one] } else { [one, other] });
    let edition = flow.change.not_known_for().unwrap_or_default().to_string();
    [impact.to_string(), edition, format!("{facts:?}")].into_iter().chain(pairs).collect()
}

#[test]
fn a_downgrade_is_the_inverse_for_every_pair_of_editions() {
    let mut pairs = 0;
    for dataset in [dataset(&fixture::editions()), live()] {
        for product in &dataset.products {
            let ids: Vec<&str> = product.editions.iter().map(|edition| edition.id.as_str()).collect();
            for (from, to) in ids.iter().flat_map(|from| ids.iter().map(move |to| (*from, *to))) {
                let reports = |editions, is_inverse| {
                    with_upgrade(&dataset, &product.id, editions, |upgrade| {
                        let flows = upgrade.difference.flows.iter();
                        let reports: BTreeSet<_> = flows.map(|flow| report(flow, is_inverse)).collect();
                        (reports, upgrade.unchanged)
                    })
                };
                let there = reports([from, to], false);
                assert_eq!(there, reports([to, from], true), "{} {from} {to}", product.id);
                if from == to {
                    assert_eq!(there, (BTreeSet::new(), dataset.flows_of_edition(&product.id, from).count()));
                }
                pairs += usize::from(from != to);
            }
        }
    }
    assert!(pairs >= 8, "{pairs}");
}

#[test]
fn what_an_incomplete_edition_lacks_is_not_known() {
    let dataset = dataset(&fixture::editions());
    let (found, unchanged) = impacts(&dataset, "console", ["2024-03", "2025-03"]);
    assert_eq!(found, [("console-out-dns".to_string(), Impact::Unknown)].into());
    assert_eq!(unchanged, 2);
    let object = with_upgrade(&dataset, "console", ["2024-03", "2025-03"], |upgrade| {
        assert_eq!(upgrade.not_known().count(), 1);
        serde_json::to_value(upgrade).unwrap()
    });
    let dns = &object["changes"][0];
    assert_eq!([&dns["change"], &dns["not_known_for"], &dns["impact"]], ["not-known", "2024-03", "unknown"]);
    assert_eq!([&dns["opens"], &dns["closes"], &dns["fields"]], [&json!([]); 3]);
    assert_eq!((&object["from"]["complete"], &object["to"]["complete"]), (&json!(false), &json!(true)));
}

#[test]
fn a_port_that_an_incomplete_edition_may_need_is_not_closed() {
    let mut dataset = dataset(&fixture::editions());
    // A flow that both editions have needs the port of the flow that only the complete one has, for the same peer.
    for flow in dataset.flows.iter_mut().chain(&mut dataset.older_flows) {
        if flow.id == "console-out-cluster-api" && flow.edition == "2025-03" {
            flow.ports.truncate(1);
        }
    }
    let mut other = dataset.flows.iter().find(|flow| flow.id == "console-out-dns").unwrap().clone();
    other.peer = "cluster".to_string();
    other.id = "console-out-cluster-update".to_string();
    other.ports = dataset.older_flows.iter().find(|flow| flow.id == "console-out-cluster-api").unwrap().ports.clone();
    other.ports.remove(0);
    // In the complete edition, the port is gone from the first flow, and the other flow needs it.
    dataset.flows.push(other);
    let closes = |dataset: &Dataset, editions| {
        with_upgrade(dataset, "console", editions, |upgrade| {
            let flows = upgrade.difference.flows.iter();
            let flow = flows.clone().find(|flow| flow.change.flow().id() == "console-out-cluster-api").unwrap();
            (flow.opens.to_string(), flow.closes.to_string())
        })
    };
    // The incomplete edition may have the other flow, so its port neither opens nor closes.
    assert_eq!(closes(&dataset, ["2025-03", "2024-03"]), (String::new(), String::new()));
    assert_eq!(closes(&dataset, ["2024-03", "2025-03"]), (String::new(), String::new()));
    // Without the other flow, it does.
    dataset.flows.pop();
    assert_eq!(closes(&dataset, ["2024-03", "2025-03"]), (String::new(), "tcp/443".to_string()));
    assert_eq!(closes(&dataset, ["2025-03", "2024-03"]), ("tcp/443".to_string(), String::new()));
}

#[test]
fn url_rating_of_forticlient_moves_and_nothing_else_opens_or_closes() {
    let dataset = live();
    with_upgrade(&dataset, "forticlient", ["6.0.4", "6.2.0"], |upgrade| {
        let moved: Vec<_> = upgrade.difference.flows.iter().filter(|flow| flow.impact != Impact::Reworded).collect();
        let moved: Vec<_> = moved
            .iter()
            .map(|flow| (flow.change.flow().id(), flow.impact, flow.opens.to_string(), flow.closes.to_string()))
            .collect();
        let expected = ("tcp/8888".to_string(), "udp/8888".to_string());
        assert_eq!(moved, [("forticlient-out-url-rating", Impact::Moves, expected.0, expected.1)]);
        assert_eq!(upgrade.unchanged + upgrade.difference.flows.len(), 12);
    });
}

#[test]
fn fortimail_changes_as_its_two_pages_do() {
    let dataset = live();
    with_upgrade(&dataset, "fortimail", ["5.4", "6.2.0"], |upgrade| {
        // Checked by hand against the pages.
        let known = upgrade.difference.flows.iter().filter(|flow| flow.change.not_known_for().is_none());
        let known: Vec<String> = known
            .map(|flow| format!("{} {}: +{} -{}", flow.impact, flow.change.flow().id(), flow.opens, flow.closes))
            .collect();
        assert_eq!(
            known,
            [
                "reworded fortimail-in-admin: + -",
                "reworded fortimail-out-fortianalyzer-oftp: + -",
                "opens fortimail-out-fortiguard-as-rating: +udp/8888 -",
                "reworded fortimail-out-dynamic-dns: + -",
                "widens fortimail-out-fortisandbox: +tcp/443, tcp/514 -",
            ]
        );
        assert_eq!((upgrade.unchanged, upgrade.not_known().count()), (20, 29));
    });
}
