//! `upgrade` as it is called, and editions in `diff`.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use port_catalog_tests::fixture;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::text;

/// Runs the command on a directory of tables.
fn run(tables: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_port-catalog"));
    command.args(["--only-tables", "--tables"]).arg(tables).args(arguments).output().unwrap()
}

/// What a call on the fixture with several editions prints. It succeeds without messages.
fn printed(arguments: &[&str]) -> String {
    let output = run(&fixture::editions(), arguments);
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""), "{arguments:?}");
    text(&output.stdout).to_string()
}

/// What a call on the built-in catalog prints.
fn live(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_port-catalog")).args(arguments).output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""), "{arguments:?}");
    text(&output.stdout).to_string()
}

/// Fails if a line is wider than a page, unless it is a single word.
fn assert_fits_a_page(text: &str) {
    for line in text.lines().filter(|line| line.chars().count() > 80) {
        assert!(!line.trim_start().contains(' '), "{line}");
    }
}

#[test]
fn an_upgrade_as_people_read_it() {
    let text = printed(&["upgrade", "cluster", "1.0", "2.0"]);
    assert_fits_a_page(&text);
    insta::assert_snapshot!("upgrade_text", text);
    insta::assert_snapshot!("upgrade_markdown", printed(&["upgrade", "cluster", "1.0", "2.0", "--format", "markdown"]));
    insta::assert_snapshot!("upgrade_incomplete", printed(&["upgrade", "console", "2024-03", "2025-03"]));
}

#[test]
fn an_edition_does_not_differ_from_itself() {
    let text = printed(&["upgrade", "cluster", "2.0", "2.0"]);
    assert_eq!(text, "cluster from 2.0 to 2.0: 14 flows unchanged\nNothing differs.\n14 flows before, 14 after\n");
}

#[test]
fn an_upgrade_as_programs_read_it() {
    let object: Value =
        serde_json::from_str(&printed(&["upgrade", "cluster", "1.0", "2.0", "--format", "json"])).unwrap();
    let keys: Vec<&String> = object.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["product", "from", "to", "unchanged", "summary", "changes"]);
    assert_eq!((&object["product"], &object["unchanged"]), (&json!("cluster"), &json!(9)));
    assert_eq!(object["from"]["edition"], "1.0");
    assert_eq!(
        object["summary"],
        json!({"moves": 1, "opens": 3, "closes": 1, "widens": 1, "narrows": 0, "limits": 0, "unknown": 0, "reworded": 0})
    );
    let api =
        object["changes"].as_array().unwrap().iter().find(|change| change["id"] == "cluster-in-client-api").unwrap();
    let keys: Vec<&String> = api.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "id",
            "impact",
            "change",
            "not_known_for",
            "product",
            "component",
            "direction",
            "peer",
            "purpose",
            "note",
            "opens",
            "closes",
            "needed",
            "optional",
            "already",
            "stays",
            "elsewhere",
            "fields",
            "before",
            "after",
        ]
    );
    assert_eq!(
        (&api["impact"], &api["change"], &api["component"]),
        (&json!("moves"), &json!("changed"), &json!("control-plane"))
    );
    assert_eq!((&api["opens"], &api["closes"]), (&json!(["tcp/6443"]), &json!(["tcp/8443"])));
    assert_eq!(
        api["fields"],
        json!([{ "field": "ports", "before": "tcp/8443 https", "after": "tcp/6443 https", "impact": "moves" }])
    );
    // Both flows are as they are exported.
    let list = |edition: &str| -> Value {
        let product = format!("cluster@{edition}");
        let flows: Value =
            serde_json::from_str(&printed(&["list", "--product", &product, "--format", "json"])).unwrap();
        flows.as_array().unwrap().iter().find(|flow| flow["id"] == "cluster-in-client-api").unwrap().clone()
    };
    assert_eq!((&api["before"], &api["after"]), (&list("1.0"), &list("2.0")));
}

#[test]
fn fail_on_finds_every_impact_of_an_upgrade() {
    let call = |product: &str, from: &str, to: &str, fail_on: &str| {
        let output = run(&fixture::editions(), &["upgrade", product, from, to, "--fail-on", fail_on]);
        assert!(!output.stdout.is_empty());
        (output.status.code().unwrap(), text(&output.stderr).to_string())
    };
    let cases = [
        ("cluster", "1.0", "2.0", "opens", 1, "fails: opens in 5 flows\n"),
        ("cluster", "1.0", "2.0", "closes,moves", 1, "fails: moves in 1 flow, closes in 2 flows\n"),
        ("cluster", "2.0", "1.0", "closes", 1, "fails: closes in 5 flows\n"),
        ("cluster", "1.0", "2.0", "narrows,unknown,reworded,limits", 0, ""),
        // What is not known for the older edition neither opens nor closes.
        ("console", "2024-03", "2025-03", "opens,closes,moves,widens", 0, ""),
        ("console", "2025-03", "2024-03", "opens,closes,moves,narrows", 0, ""),
        ("console", "2024-03", "2025-03", "unknown", 1, "fails: unknown in 1 flow\n"),
        ("console", "2025-03", "2024-03", "unknown", 1, "fails: unknown in 1 flow\n"),
    ];
    for (product, from, to, fail_on, code, message) in cases {
        assert_eq!(call(product, from, to, fail_on), (code, message.to_string()), "{product} {from} {to} {fail_on}");
    }
}

#[test]
fn an_edition_that_the_product_does_not_have_is_never_the_newest_one() {
    let output = run(&fixture::editions(), &["upgrade", "cluster", "1.0", "3.0"]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), ""));
    assert_eq!(
        text(&output.stderr),
        "error[dataset-unknown-edition]: unknown edition \"3.0\" of cluster; its editions are 1.0, 2.0\n"
    );
}

#[test]
fn url_rating_of_forticlient_moves_to_tcp_and_no_other_rule_changes() {
    let text = live(&["upgrade", "forticlient", "6.0.4", "6.2.0"]);
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let is_summary = |line: &&str| line.starts_with("To do at the firewalls: replace the rules of 1 flow.");
    assert!(lines.iter().any(is_summary), "{text}");
    for line in ["opens tcp/8888 for fortiguard", "closes udp/8888 for fortiguard", "ports: udp/8888 -> tcp/8888"] {
        assert!(lines.contains(&line), "{line} in {text}");
    }
    assert_fits_a_page(&text);
    let back = live(&["upgrade", "forticlient", "6.2.0", "6.0.4"]);
    assert!(back.contains("closes tcp/8888 for fortiguard"), "{back}");
}

#[test]
fn what_is_missing_from_the_older_page_of_fortimail_is_not_new() {
    let text = live(&["upgrade", "fortimail", "5.4", "6.2.0"]);
    assert_fits_a_page(&text);
    assert!(text.contains("unknown: not known for 5.4, whose document is not complete\n"), "{text}");
    assert!(text.contains("tcp/443 was already open for fortimail-out-fortiguard-update\n"), "{text}");
    assert!(text.contains("ports: udp/53 -> udp/53 | udp/8888; tcp/443\n"), "{text}");
    assert!(!text.contains("  added "), "{text}");
}

#[test]
fn markdown_displays_the_texts_of_tables_unchanged() {
    use pulldown_cmark::{Event, Options, Parser, Tag};
    let directory = TempDir::new().unwrap();
    copy(&fixture::editions(), directory.path());
    let table = directory.path().join("flows/cluster/2.0.csv");
    let purpose = "Take <b>signalling</b> | `traffic` *now* [x](https://x.example) & $more$";
    let rows = fs::read_to_string(&table).unwrap();
    fs::write(&table, rows.replace("Take signalling traffic", purpose)).unwrap();
    let output = run(directory.path(), &["upgrade", "cluster", "1.0", "2.0", "--format", "markdown"]);
    assert_eq!(text(&output.stderr), "");
    let mut cells: Vec<String> = Vec::new();
    for event in Parser::new_ext(text(&output.stdout), Options::all() - Options::ENABLE_SMART_PUNCTUATION) {
        match event {
            Event::Start(Tag::TableCell) => cells.push(String::new()),
            Event::Text(text) => cells.iter_mut().last().into_iter().for_each(|cell| cell.push_str(&text)),
            Event::Start(Tag::Link { .. } | Tag::Emphasis | Tag::HtmlBlock) | Event::Code(_) => panic!("{event:?}"),
            _ => {}
        }
    }
    assert!(cells.iter().any(|cell| cell.contains(&format!("for: \"{purpose}\""))), "{cells:?}");
}

/// Copies a directory.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn diff_compares_editions_of_the_catalog_with_each_other_and_with_exports() {
    let text = printed(&["diff", "cluster@1.0", "cluster@2.0"]);
    assert!(text.contains("opens tcp/6443 for client-or-admin\n"), "{text}");
    let directory = TempDir::new().unwrap();
    let export = directory.path().join("cluster@2.0");
    fs::write(&export, printed(&["list", "--product", "cluster@2.0", "--format", "json"])).unwrap();
    // A file comes before an edition of the same name.
    let exported = printed(&["diff", "cluster@1.0", export.to_str().unwrap()]);
    assert_eq!(exported, text);
    assert!(printed(&["diff", "cluster@2.0", export.to_str().unwrap()]).starts_with("Nothing differs.\n"));
    // The catalog knows that the edition isn't complete.
    let text = printed(&["diff", "console@2024-03", "console@2025-03"]);
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("1 flow is not known for 2024-03, whose document is not complete: check it."), "{text}");
}

#[test]
fn exports_of_all_editions_are_compared_edition_by_edition() {
    let directory = TempDir::new().unwrap();
    let write = |name: &str, edition: &str| {
        let path = directory.path().join(name);
        fs::write(&path, printed(&["list", "--edition", edition, "--format", "json"])).unwrap();
        path.display().to_string()
    };
    let (all, newest) = (write("all.json", "all"), write("newest.json", "latest"));
    assert!(printed(&["diff", &all, &all]).starts_with("Nothing differs.\n"));
    let output = run(&fixture::editions(), &["diff", &newest, &all]);
    let warning = "warning: only the newer export has cluster@1.0, console@2024-03 (14 flows); if the exports were \
                   filtered differently, export the same products again\n";
    assert_eq!(text(&output.stderr), warning);
    assert!(text(&output.stdout).contains("; only after: cluster@1.0, console@2024-03\n"), "{}", text(&output.stdout));
}
