//! Which editions a call is about.

use serde_json::{Value, json};

use crate::{error, ids, json_of, printed, run};

#[test]
fn editions_are_listed_oldest_first_with_everything_known_about_them() {
    let editions = json_of(&["editions", "cluster"]);
    let expected = json!([
        {
            "product": "cluster", "edition": "1.0", "printed": "Version 1.0", "flows": 12, "complete": true,
            "retrieved": "2023-05-01", "document": "Ports of Acme Cluster",
            "url": "https://acme.example/cluster/1.0/ports", "source": null, "licence": null, "note": null
        },
        {
            "product": "cluster", "edition": "2.0", "printed": "Version 2.0", "flows": 14, "complete": true,
            "retrieved": "2025-05-01", "document": "Ports of Acme Cluster",
            "url": "https://acme.example/cluster/2.0/ports", "source": "github.com/acme/docs, ports.md, 0123abc",
            "licence": "CC-BY-4.0", "note": null
        }
    ]);
    assert_eq!(editions.to_string(), expected.to_string());
    assert_eq!(json_of(&["editions", "cluster@1.0"]), json!([expected[0]]));
    assert_eq!(json_of(&["editions", "console"])[0]["complete"], false);
    assert_eq!(json_of(&["editions", "console"])[0]["retrieved"], Value::Null);
    let csv = printed(&["editions", "cluster", "--format", "csv"]);
    let header = "edition,printed,flows,complete,retrieved,document,url,source,licence,note";
    assert_eq!(csv.lines().next(), Some(header));
    assert_eq!(csv.lines().count(), 3);
    assert_eq!(printed(&["editions", "cluster", "--format", "jsonl"]).lines().count(), 2);
}

#[test]
fn products_name_the_newest_edition_and_the_older_ones() {
    let products = json_of(&["products"]);
    let expected = json!({
        "id": "cluster", "vendor": "acme", "name": "Acme Cluster", "field": null, "flows": 14, "document": "Ports of Acme Cluster",
        "edition": "2.0", "older": ["1.0"], "retrieved": "2025-05-01", "url": "https://acme.example/cluster/2.0/ports"
    });
    assert_eq!(products[0].to_string(), expected.to_string());
}

#[test]
fn an_edition_may_be_named_wherever_a_product_is() {
    for (call, found) in [
        (&["list", "--product", "cluster@1.0", "--port", "22"][..], "cluster-in-admin-ssh"),
        (&["list", "--product", "cluster@1.0", "--product", "console", "--format", "csv"], "cluster-in-admin-ssh"),
        (&["peers", "--product", "cluster@1.0"], "admin"),
        (&["editions", "cluster@1.0"], "Version 1.0"),
        (&["rules", "--product", "cluster@1.0", "--format", "nftables", "--only", "cluster-in-admin-ssh"], "dport 22"),
        (&["conflicts", "cluster@1.0", "console@2024-03", "--format", "json"], "cluster"),
        (&["diagram", "--product", "cluster@1.0", "--port", "22"], "tcp/22"),
    ] {
        let output = run(call);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && text.contains(found), "{call:?}: {text}{:?}", output.stderr);
    }
    // The newest edition doesn't have this flow, so its peer has one flow less.
    assert!(!printed(&["list", "--product", "cluster", "--format", "csv"]).contains("cluster-in-admin-ssh"));
    let flows_of_admin = |product: &str| {
        let peers = json_of(&["peers", "--product", product]);
        let admin = peers.as_array().unwrap().iter().find(|peer| peer["id"] == "admin").unwrap();
        admin["flows"].as_u64().unwrap()
    };
    assert_eq!(["cluster", "cluster@2.0", "cluster@1.0"].map(flows_of_admin), [1, 1, 2]);
}

#[test]
fn an_edition_that_a_product_does_not_have_is_an_error_that_lists_its_editions() {
    let expected = "error[dataset-unknown-edition]: unknown edition \"3.0\" of cluster; its editions are 1.0, 2.0\n";
    for call in [
        &["list", "--product", "cluster@3.0"][..],
        &["list", "--product", "cluster@3.0", "--edition", "all"],
        &["list", "--product", "cluster", "--product", "cluster@3.0"],
        &["peers", "--product", "cluster@3.0"],
        &["editions", "cluster@3.0"],
        &["show", "cluster-in-client-api@3.0"],
        &["upgrade", "cluster", "3.0", "2.0"],
        &["upgrade", "cluster", "1.0", "3.0"],
    ] {
        assert_eq!(error(call), expected, "{call:?}");
    }
}

#[test]
fn every_edition_or_several_of_them_can_be_listed() {
    assert_eq!(ids(&["list", "--product", "cluster", "--port", "6443"], true), ["cluster-in-client-api@2.0"]);
    assert_eq!(ids(&["list", "--product", "cluster@1.0", "--port", "8443"], true), ["cluster-in-client-api@1.0"]);
    let all = ids(&["list", "--product", "cluster", "--edition", "all", "--peer", "client-or-admin"], true);
    assert_eq!(all, ["cluster-in-client-api@1.0", "cluster-in-client-api@2.0"]);
    let both = ids(&["list", "--product", "cluster", "--product", "cluster@1.0", "--peer", "client-or-admin"], true);
    assert_eq!(both, all);
    // A named edition is the only one of its product, also with --edition all.
    let mixed =
        ids(&["list", "--product", "cluster@1.0", "--product", "console", "--edition", "all", "--peer", "admin"], true);
    assert_eq!(
        mixed,
        [
            "cluster-in-client-api@1.0",
            "cluster-in-admin-ssh@1.0",
            "console-in-admin@2024-03",
            "console-in-admin@2025-03"
        ]
    );
}

#[test]
fn show_finds_a_row_of_another_edition_and_a_retired_flow() {
    let line = |call: &[&str], name: &str| {
        let text = printed(call);
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line[name.len()..].trim().to_string()
    };
    assert_eq!(line(&["show", "cluster-in-client-api"], "ports "), "tcp/6443 https");
    assert_eq!(line(&["show", "cluster-in-client-api"], "edition "), "2.0");
    assert_eq!(line(&["show", "cluster-in-client-api@1.0"], "ports "), "tcp/8443 https");
    assert_eq!(line(&["show", "cluster-in-client-api@1.0"], "edition "), "1.0 (the newest is 2.0)");
    let retired = line(&["show", "cluster-in-admin-ssh"], "edition ");
    assert_eq!(retired, "1.0 (2.0, the newest, doesn't have this flow)");
    assert_eq!(json_of(&["show", "cluster-in-admin-ssh"])[0]["edition"], "1.0");
    let incomplete = line(&["show", "console-in-admin@2024-03"], "edition ");
    assert_eq!(incomplete, "2024-03 (the newest is 2025-03; incomplete: parts of the document were not available)");
    assert_eq!(line(&["show", "cluster-in-client-health"], "scope "), "host");
    assert_eq!(line(&["show", "cluster-in-client-api"], "component "), "control-plane");
    assert_eq!(line(&["show", "cluster-in-worker-overlay"], "enabled "), "no");
    assert_eq!(
        error(&["show", "cluster-in-admin-ssh@2.0"]),
        "error[call-unknown-id]: cluster@2.0 doesn't have the flow cluster-in-admin-ssh; edition 1.0 has it\n"
    );
}

#[test]
fn an_upgrade_that_finds_what_it_must_not_fails() {
    let fails = |fail_on: &str| {
        let output = run(&["upgrade", "cluster", "1.0", "2.0", "--fail-on", fail_on]);
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(!output.stdout.is_empty());
        (output.status.code(), message)
    };
    assert_eq!(fails("narrows"), (Some(0), String::new()));
    assert_eq!(fails("moves"), (Some(1), "fails: moves in 1 flow\n".to_string()));
    let output = run(&["upgrade", "cluster", "1.0", "1.0", "--fail-on", "opens,closes,moves,reworded,unknown"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        error(&["upgrade", "cluster@1.0", "1.0", "2.0"]),
        "error[call-arguments]: PRODUCT is \"cluster@1.0\", but the editions are FROM and TO; write \"cluster\" and an edition \
         for each\n"
    );
    assert_eq!(
        error(&["upgrade", "clustr", "1.0", "2.0"]),
        "error[call-unknown-id]: unknown product \"clustr\" (PRODUCT); did you mean \"cluster\"?\n"
    );
}
