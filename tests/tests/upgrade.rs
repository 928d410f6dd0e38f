//! The changes between editions: the crate and the engine agree about every pair of editions.

use std::collections::BTreeMap;

use port_catalog::{Catalog, ChangeClass, Flow, Id, Product, ProductFacts, flows, upgrade};
use port_catalog_tests::fixture;
use port_engine::dataset::Dataset;
use port_engine::upgrade::{EditionFlows, Upgrade};

mod cluster {
    port_catalog::catalog! { dir = "fixtures/editions" }
}

mod relay {
    port_catalog::catalog! { dir = "fixtures/upgrades" }
}

/// A change: the id, its class, and whether the old and the new edition have the flow.
type Summary = (String, String, [bool; 2]);

/// The changes of all pairs of editions in both directions, by product and editions.
fn changes_of_the_crate<C: Catalog>() -> BTreeMap<[String; 3], Vec<Summary>> {
    let mut all = BTreeMap::new();
    for product in C::Product::ALL {
        let editions = || product.editions();
        for [from, to] in editions().flat_map(|from| editions().map(move |to| [from, to])) {
            let changes = upgrade(from, to).map(|change| {
                let has = [change.before, change.after].map(|flow| {
                    assert!(flow.is_none_or(|flow| flow.id() == change.id));
                    flow.is_some()
                });
                (change.id.to_string(), change.class.to_string(), has)
            });
            let names = [product.as_str(), from.name(), to.name()].map(str::to_string);
            all.insert(names, changes.collect());
        }
    }
    all
}

/// The same according to the engine.
fn changes_of_the_engine(dataset: &Dataset) -> BTreeMap<[String; 3], Vec<Summary>> {
    let mut all = BTreeMap::new();
    for product in &dataset.products {
        let editions = || product.editions.iter();
        for [from, to] in editions().flat_map(|from| editions().map(move |to| [from, to])) {
            let flows = EditionFlows::new(dataset, &product.id, &from.id, &to.id);
            let upgrade = Upgrade::new(dataset, product, [from, to], &flows);
            let changes = upgrade.difference.flows.iter().map(|flow| {
                let ends = [flow.change.before(), flow.change.after()];
                let id = flow.change.flow().id();
                assert!(ends.iter().flatten().all(|flow| flow.id() == id), "ids are stable, so {id} has no other id");
                (id.to_string(), flow.impact.to_string(), ends.map(|end| end.is_some()))
            });
            all.insert([product.id.clone(), from.id.clone(), to.id.clone()], changes.collect());
        }
    }
    all
}

#[test]
fn the_crate_and_the_engine_agree_about_every_pair_of_editions() {
    let own = [
        (changes_of_the_crate::<port_catalog::Data>(), std::path::PathBuf::from(port_data::TABLES), 6),
        (changes_of_the_crate::<cluster::Data>(), fixture::editions(), 8),
        (changes_of_the_crate::<relay::Data>(), fixture::upgrades(), 25),
    ];
    for (changes, tables, least) in own {
        assert!(changes.len() >= least, "{}", changes.len());
        let dataset = Dataset::from_tables(&port_data::read(&tables).unwrap());
        for (pair, engine) in changes_of_the_engine(&dataset) {
            assert_eq!(changes[&pair], engine, "{pair:?}");
        }
    }
}

/// The class of each change between two editions of the fixture.
fn classes(from: &str, to: &str) -> BTreeMap<&'static str, ChangeClass> {
    let [from, to] = [from, to].map(|name| relay::Product::Relay.edition(name).unwrap());
    upgrade(from, to).map(|change| (change.id.as_str(), change.class)).collect()
}

#[test]
fn each_class_has_its_changes() {
    let expected = [
        ("relay-in-client-web", ChangeClass::Opens),
        ("relay-in-client-alternatives", ChangeClass::Widens),
        ("relay-out-server-range", ChangeClass::Widens),
        ("relay-out-server-hosts", ChangeClass::Widens),
        ("relay-in-admin-interface", ChangeClass::Widens),
        ("relay-in-client-scope", ChangeClass::Opens),
        ("relay-out-server-protocols", ChangeClass::Opens),
        ("relay-out-server-wording", ChangeClass::Reworded),
        ("relay-out-server-groups", ChangeClass::Widens),
        ("relay-in-group", ChangeClass::Narrows),
        ("relay-in-client-component", ChangeClass::Moves),
        ("relay-out-server-files", ChangeClass::Closes),
        ("relay-in-server-only-first", ChangeClass::Closes),
        ("relay-front-to-back", ChangeClass::Reworded),
        ("relay-in-admin-ping", ChangeClass::Widens),
    ];
    assert_eq!(classes("1", "2"), expected.into());
}

#[test]
fn exchanging_the_editions_inverts_the_classes() {
    let inverse = |class| match class {
        ChangeClass::Opens => ChangeClass::Closes,
        ChangeClass::Closes => ChangeClass::Opens,
        ChangeClass::Widens => ChangeClass::Narrows,
        ChangeClass::Narrows => ChangeClass::Widens,
        same => same,
    };
    let names: Vec<&str> = relay::Product::Relay.editions().map(port_catalog::Edition::name).collect();
    for from in &names {
        assert!(classes(from, from).is_empty());
        for to in &names {
            let back: BTreeMap<_, _> = classes(to, from).into_iter().map(|(id, class)| (id, inverse(class))).collect();
            assert_eq!(classes(from, to), back, "{from} {to}");
        }
    }
}

#[test]
fn what_an_incomplete_edition_lacks_is_unknown() {
    let [old, new] = ["5.4", "6.2.0"].map(|name| Product::FortiMail.edition(name).unwrap());
    assert!(!old.is_complete());
    let is_new = |change: &port_catalog::Change| change.before.is_none();
    assert!(upgrade(old, new).any(|change| is_new(&change)));
    assert!(upgrade(old, new).filter(is_new).all(|change| change.class == ChangeClass::Unknown));
    let dropped: Vec<_> = upgrade(new, old).filter(|change| change.after.is_none()).collect();
    assert!(!dropped.is_empty() && dropped.iter().all(|change| change.class == ChangeClass::Unknown));
}

#[test]
fn forticlient_6_2_moves_url_rating_to_tcp_and_nothing_else() {
    let [old, new] = ["6.0.4", "6.2.0"].map(|name| Product::FortiClient.edition(name).unwrap());
    let moved: Vec<_> = upgrade(old, new).filter(|change| change.class.opens() || change.class.closes()).collect();
    let ids: Vec<_> = moved.iter().map(|change| change.id).collect();
    assert_eq!(ids, [flows::FortiClient::OutUrlRating]);
    let ports = [moved[0].before, moved[0].after].map(|flow: Option<Flow>| flow.unwrap().ports().to_string());
    assert_eq!(ports, ["udp/8888", "tcp/8888"]);
}
