//! Regenerates the project's own data, and a small product with a page written for the tests.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use port_catalog_tests::documents;
use port_catalog_tests::relay::{PAGE, relay};
use port_catalog_tests::tools::print_uncaptured;
use port_import::new_product::{NewProduct, new_product};
use port_import::regenerate::{Outcome, PageFacts, RegenerateOptions, regenerate};
use port_import::report::{Bump, Report};
use tempfile::TempDir;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

fn options(data: &Path) -> RegenerateOptions {
    RegenerateOptions {
        data: data.to_path_buf(),
        root: data.to_path_buf(),
        page_facts: PageFacts { retrieved: Some("2026-01-31".to_string()), ..PageFacts::default() },
        ..RegenerateOptions::default()
    }
}

/// Every file below a directory, with its contents and its modification time.
fn tree(directory: &Path) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
    let mut files = BTreeMap::new();
    let mut directorys = vec![directory.to_path_buf()];
    while let Some(directory) = directorys.pop() {
        for path in fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                directorys.push(path);
            } else {
                let modified = fs::metadata(&path).unwrap().modified().unwrap();
                files.insert(path.clone(), (fs::read(&path).unwrap(), modified));
            }
        }
    }
    files
}

/// Regenerates the small product from a page in which one text is replaced.
fn regenerate_with(data: &Path, from: &str, to: &str) -> (Report, Outcome) {
    assert!(PAGE.contains(from), "{from}");
    let page = data.parent().unwrap().join("changed.md");
    fs::write(&page, PAGE.replacen(from, to, 1)).unwrap();
    regenerate(&RegenerateOptions { docs: vec![("relay".to_string(), page)], ..options(data) })
}

/// The small product after its first regeneration.
fn regenerated_relay() -> (TempDir, PathBuf) {
    let (directory, data) = relay();
    let (report, outcome) = regenerate_with(&data, "Inbound", "Inbound");
    assert_eq!(outcome, Outcome::Done, "{report}");
    (directory, data)
}

#[test]
fn the_committed_tables_are_up_to_date_with_captures_and_curation() {
    let root = workspace();
    let options = RegenerateOptions { root: root.clone(), check: true, ..options(&root.join("port-data")) };
    let (report, outcome) = regenerate(&options);
    assert_eq!(outcome, Outcome::Done, "run `cargo xtask regenerate` and review what changes:\n{report}");
}

#[test]
fn the_vendors_documents_give_the_committed_tables() {
    let root = workspace();
    let Some(directory) = documents() else { return };
    let options = RegenerateOptions {
        root: root.clone(),
        docs_directory: Some(directory),
        check: true,
        ..options(&root.join("port-data"))
    };
    let (report, outcome) = regenerate(&options);
    assert_eq!(outcome, Outcome::Done, "{report}");
    assert_eq!(report.documents.iter().map(|document| document.rows).collect::<Vec<_>>(), [54, 12, 20, 39]);
}

#[test]
fn the_tables_of_older_editions_give_the_committed_tables() {
    let root = workspace();
    let Some(directory) = documents().map(|documents| documents.join("../editions")).filter(|found| found.is_dir())
    else {
        print_uncaptured(
            "NOT CHECKED against the tables of older editions: there is no directory `editions` next to the documents",
        );
        return;
    };
    let options = RegenerateOptions {
        root: root.clone(),
        docs_directory: Some(directory),
        check: true,
        ..options(&root.join("port-data"))
    };
    let (report, outcome) = regenerate(&options);
    assert_eq!(outcome, Outcome::Done, "{report}");
    let read = report.documents.iter().map(|document| (document.product.as_str(), &*document.edition, document.rows));
    assert_eq!(read.collect::<Vec<_>>(), [("fortimail", "5.4", 25), ("forticlient", "6.0.4", 12)]);
}

#[test]
fn a_page_becomes_tables() {
    let (_directory, data) = regenerated_relay();
    let catalog = port_data::read(&data.join("tables")).unwrap();
    let flows: Vec<_> =
        catalog.flows.iter().map(|flow| (flow.row.id.as_str(), flow.row.specs.len(), flow.row.hosts.len())).collect();
    let expected = [
        ("relay-in-client", 2, 0),
        ("relay-in-admin", 1, 0),
        ("relay-out-ldap-users", 1, 1),
        ("relay-out-ldap-groups", 1, 0),
    ];
    assert_eq!(flows, expected);
    assert!(catalog.flows[1].row.configurable, "the page calls 443 a default");
    // The vendor's sentence isn't kept.
    let capture = fs::read_to_string(data.join("captures/relay/1.csv")).unwrap();
    assert!(capture.contains("636 ldap.acme.example") && !capture.contains("help desk"));
}

#[test]
fn no_file_is_touched_if_nothing_changed() {
    let (_directory, data) = regenerated_relay();
    let before = tree(&data);
    for check in [true, false] {
        let (report, outcome) = regenerate(&RegenerateOptions { check, ..options(&data) });
        assert_eq!((outcome, report.bump, report.is_empty()), (Outcome::Done, Bump::None, true));
    }
    assert_eq!(regenerate_with(&data, "Inbound", "Inbound").1, Outcome::Done);
    assert_eq!(tree(&data), before);
}

#[test]
fn a_changed_fact_is_reported_by_its_key() {
    let cases = [
        ("TCP/443 (default)", "TCP/8443 (default)", "relay-in-admin", "ports", "tcp/443", "tcp/8443"),
        ("TCP/443 (default)", "TCP/443", "relay-in-admin", "configurable", "true", "false"),
        (
            "ldap.acme.example",
            "ldap2.acme.example",
            "relay-out-ldap-users",
            "hosts",
            "ldap.acme.example",
            "ldap2.acme.example",
        ),
        ("UDP/389", "TCP/389", "relay-out-ldap-groups", "ports", "udp/389", "tcp/389"),
        (
            "| Console | Administer |",
            "| Console | Administer relay.acme.example |",
            "relay-in-admin",
            "hosts",
            "",
            "relay.acme.example",
        ),
        ("| Console | Administer |", "| Console | Manage |", "relay-in-admin", "source.label", "Administer", "Manage"),
    ];
    for (from, to, id, field, before, after) in cases {
        let (_directory, data) = regenerated_relay();
        let (report, outcome) = regenerate_with(&data, from, to);
        assert_eq!((outcome, report.bump), (Outcome::Done, Bump::Patch), "{to}: {report}");
        let change =
            report.changed.iter().find(|change| change.field == field).unwrap_or_else(|| panic!("{to}: {report}"));
        assert_eq!((change.id.as_str(), change.before.as_str(), change.after.as_str()), (id, before, after));
        assert!(report.changed.len() <= 2 && report.added.is_empty() && report.removed.is_empty(), "{report}");
    }
}

#[test]
fn reworded_prose_is_reported_and_changes_no_table() {
    let (_directory, data) = regenerated_relay();
    let table = fs::read(data.join("tables/flows/relay/1.csv")).unwrap();
    let (report, outcome) = regenerate_with(&data, "Ask the help desk.", "Call the help desk.");
    assert_eq!((outcome, report.changed.len()), (Outcome::Done, 0));
    assert_eq!(report.reworded.iter().map(|reworded| reworded.id.as_str()).collect::<Vec<_>>(), ["relay-in-client"]);
    assert_eq!(fs::read(data.join("tables/flows/relay/1.csv")).unwrap(), table);
}

#[test]
fn check_writes_nothing_and_lists_the_files_that_would_change() {
    let (directory, data) = regenerated_relay();
    fs::write(directory.path().join("relay.md"), PAGE.replace("TCP/389", "TCP/390")).unwrap();
    let before = tree(&data);
    let docs = vec![("relay".to_string(), directory.path().join("relay.md"))];
    let (report, outcome) = regenerate(&RegenerateOptions { docs, check: true, ..options(&data) });
    assert_eq!(outcome, Outcome::Differs);
    assert_eq!(report.files, ["captures/relay/1.csv", "tables/flows/relay/1.csv", "port-catalog/src/generated.rs"]);
    assert_eq!(tree(&data), before);
}

#[test]
fn with_out_everything_is_written_there_and_the_data_is_unchanged() {
    let (directory, data) = regenerated_relay();
    let pages = directory.path().join("pages");
    fs::create_dir(&pages).unwrap();
    fs::write(pages.join("relay.md"), PAGE.replace("TCP/389", "TCP/390")).unwrap();
    fs::write(pages.join("readme.pdf"), "not a page").unwrap();
    let before = tree(&data);
    let contents = |directory: &Path| -> BTreeMap<PathBuf, Vec<u8>> {
        let files = tree(directory).into_iter();
        files.map(|(path, (bytes, _))| (path.strip_prefix(directory).unwrap().to_path_buf(), bytes)).collect()
    };
    let mut outs = Vec::new();
    for out in ["a", "b/c"] {
        let out = directory.path().join(out);
        let docs_directory = Some(pages.clone());
        let (report, outcome) =
            regenerate(&RegenerateOptions { docs_directory, out: Some(out.clone()), ..options(&data) });
        assert_eq!(outcome, Outcome::Done, "{report}");
        outs.push(contents(&out));
    }
    assert_eq!(outs[0], outs[1]);
    let names: Vec<String> = outs[0].keys().map(|path| path.display().to_string()).collect();
    assert_eq!(
        names,
        [
            "captures/relay/1.csv",
            "changes.atom",
            "changes.json",
            "tables/editions.csv",
            "tables/flows/relay/1.csv",
            "tables/peers.csv",
            "tables/products.csv",
            "tables/services.csv",
            "tables/vendors.csv",
        ]
    );
    assert_eq!(tree(&data), before);
}

#[test]
fn rows_that_only_moved_are_reported_in_one_line() {
    let (_directory, data) = regenerated_relay();
    let first = "| Mail clients | Send mail | TCP/25 or 465 | Ask the help desk. |\n";
    let second = "| Console | Administer | TCP/443 (default) | |\n";
    let (report, outcome) = regenerate_with(&data, &format!("{first}{second}"), &format!("{second}{first}"));
    assert_eq!(outcome, Outcome::Done);
    assert_eq!(report.to_string().lines().filter(|line| line.starts_with("moved")).count(), 1);
    assert!(report.changed.iter().all(|change| change.field == "source.row") && report.reworded.is_empty(), "{report}");
}

#[test]
fn the_json_report_has_the_documented_form() {
    let (_directory, data) = regenerated_relay();
    let (report, _) = regenerate_with(&data, "TCP/389", "TCP/390");
    let json = serde_json::to_value(&report).unwrap();
    let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["documents", "added", "removed", "changed", "reworded", "bump", "errors"]);
    assert_eq!(
        json["changed"][0],
        serde_json::json!({ "id": "relay-out-ldap-users", "field": "ports", "before": "tcp/389", "after": "tcp/390" })
    );
    assert_eq!(json["bump"], "patch");
    let (report, _) = regenerate_with(&data, "TCP/389", "TCP/0");
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["errors"][0]["line"], 12);
    assert!(json["errors"][0]["code"].is_string() && json["errors"][0]["message"].is_string(), "{json}");
}

#[test]
fn added_and_removed_flows_raise_the_version() {
    let (_directory, data) = regenerated_relay();
    let file = data.join("curation/relay/1.toml");
    let curation = fs::read_to_string(&file).unwrap();
    fs::write(&file, curation.replace("relay-in-admin", "relay-in-console")).unwrap();
    let (report, outcome) = regenerate(&RegenerateOptions { check: true, ..options(&data) });
    assert_eq!((outcome, report.bump), (Outcome::Differs, Bump::Major));
    assert_eq!((report.added.len(), report.removed.len()), (1, 1));
    // Flows in the report have the form of `port-catalog list --format json`.
    let added = serde_json::json!({
        "id": "relay-in-console", "vendor": "acme", "product": "relay", "edition": "1",
        "direction": "inbound", "component": null, "peer": "admin", "purpose": "Administer the relay",
        "ports": [{ "transport": "tcp", "first": 443, "last": 443, "service": null, "group": 0 }], "groups": "all",
        "requirement": "unstated", "condition": null, "scope": "network", "enabled": "unstated",
        "interfaces": [], "recommended_interface": null, "hosts": [],
        "configurable": true, "customization": null, "note": null, "curated": [],
        "source": {
            "document": "Ports", "edition": "1", "url": "https://acme.example/ports", "section": "Inbound", "row": 2,
            "peer": "Console", "label": "Administer", "ports": "TCP/443 (default)",
        },
    });
    assert_eq!(report.added[0], added);
    let clock =
        "\n[flow.relay-out-clock]\nrow = { label = \"Set the time\" }\npeer = \"admin\"\npurpose = \"Set the clock\"\n";
    fs::write(&file, curation + clock).unwrap();
    let row = "| | Look up groups | UDP/389 | |\n";
    let (report, outcome) = regenerate_with(&data, row, &format!("{row}| Clock | Set the time | UDP/123 | |\n"));
    assert_eq!((outcome, report.bump, report.added.len()), (Outcome::Done, Bump::Minor, 1), "{report}");
}

#[test]
fn a_drafted_product_needs_only_what_is_marked_and_what_the_page_does_not_state() {
    for (ending, page) in [("md", PAGE.to_string()), ("html", html())] {
        let (directory, data) = relay();
        fs::remove_dir_all(data.join("curation/relay")).unwrap();
        fs::write(data.join("tables/products.csv"), "id,vendor,name\n").unwrap();
        fs::write(data.join("tables/editions.csv"), "product,edition,printed_edition,document,url,retrieved\n")
            .unwrap();
        let doc = directory.path().join(format!("page.{ending}"));
        fs::write(&doc, page).unwrap();
        let new = NewProduct {
            data: data.clone(),
            id: "relay".into(),
            edition: "4.2".into(),
            doc: doc.clone(),
            retrieved: Some("2026-02-28".into()),
            vendor: Some("acme".into()),
            ..NewProduct::default()
        };
        let files = new_product(&new).unwrap().files;
        let names: Vec<_> = files.iter().map(|file| file.strip_prefix(&data).unwrap().display().to_string()).collect();
        let expected = [
            "captures/relay/4.2.csv",
            "curation/relay/flows.toml",
            "curation/relay/4.2.toml",
            "tables/products.csv",
            "tables/editions.csv",
        ];
        assert_eq!(names, expected);
        let products = fs::read_to_string(data.join("tables/products.csv")).unwrap();
        assert_eq!(products, "id,vendor,name\nrelay,acme,FIXME\n");

        // Nothing is generated until every FIXME is resolved.
        let (report, outcome) = regenerate(&options(&data));
        assert_eq!((outcome, report.drafts.len()), (Outcome::Failed, 0), "{report}");

        // Resolve every FIXME, and add what the page doesn't state.
        let replace = |file: &str, changes: &[(&str, &str)]| {
            let mut text = fs::read_to_string(data.join(file)).unwrap();
            for (from, to) in changes {
                assert!(text.contains(from), "{from}: {text}");
                text = text.replace(from, to);
            }
            fs::write(data.join(file), text).unwrap();
        };
        replace("tables/products.csv", &[("FIXME", "Relay")]);
        replace("tables/editions.csv", &[("FIXME,FIXME,FIXME", "4.2,Ports,https://acme.example/ports")]);
        replace(
            "curation/relay/flows.toml",
            &[
                ("\"Console\" = \"FIXME\"", "\"Console\" = \"admin\""),
                ("\"Directory\" = \"FIXME\"", "\"Directory\" = \"ldap-server\""),
                ("\"Mail clients\" = \"FIXME\"", "\"Mail clients\" = \"client\""),
                ("other_numbers = [\"636\"] # FIXME: is none of these a port?", "other_numbers = [\"636\"]"),
            ],
        );
        if ending == "md" {
            replace("curation/relay/flows.toml", &[("peer = \"FIXME\"", "peer = \"ldap-server\"")]);
        }
        let (report, outcome) = regenerate(&RegenerateOptions { docs: vec![("relay".into(), doc)], ..options(&data) });
        assert_eq!(outcome, Outcome::Done, "{report}");
        assert_eq!(port_data::read(&data.join("tables")).unwrap().flows.len(), 4);

        // An existing product isn't overwritten.
        assert!(new_product(&new).unwrap_err()[0].message.contains("exists already"));
    }
}

/// The small product's page as HTML.
fn html() -> String {
    let mut html = String::from("<main>");
    for line in PAGE.lines().filter(|line| !line.starts_with("|---")) {
        if let Some(heading) = line.strip_prefix("# ") {
            html += &format!("</table><h1>{heading}</h1><table>");
        } else if let Some(cells) = line.strip_prefix('|') {
            let tag = if line.contains("Peer") { "th" } else { "td" };
            let cells = cells.trim_end_matches('|').split('|').map(|cell| format!("<{tag}>{}</{tag}>", cell.trim()));
            // A cell that is empty in Markdown spans in HTML.
            let row = cells.collect::<String>().replacen("<td>Directory", "<td rowspan=\"2\">Directory", 1);
            html +=
                &format!("<tr>{}</tr>\n", if line.starts_with("| |") { row.replacen("<td></td>", "", 1) } else { row });
        }
    }
    html + "</table></main>"
}
