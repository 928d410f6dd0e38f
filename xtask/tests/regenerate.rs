//! `regenerate` as a maintainer calls it: on the project's own data, and on a small product with a page of our own.

mod relay;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use port_catalog_tests::documents;
use relay::{PAGE, relay};
use tempfile::TempDir;
use xtask::new_product::{NewProduct, new_product};
use xtask::regenerate::{End, Regeneration, regenerate};
use xtask::report::{Bump, Report};

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

fn on(data: &Path) -> Regeneration {
    Regeneration {
        data: data.to_path_buf(),
        root: data.to_path_buf(),
        docs: Vec::new(),
        docs_in: None,
        out: None,
        check: false,
    }
}

/// Every file below a folder, with its contents and the time of its last change.
fn tree(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else {
                let modified = fs::metadata(&path).unwrap().modified().unwrap();
                files.insert(path.clone(), (fs::read(&path).unwrap(), modified));
            }
        }
    }
    files
}

/// Regenerates the small product from a page with one text of it replaced.
fn with(data: &Path, from: &str, to: &str) -> (Report, End) {
    assert!(PAGE.contains(from), "{from}");
    let page = data.parent().unwrap().join("changed.md");
    fs::write(&page, PAGE.replacen(from, to, 1)).unwrap();
    regenerate(&Regeneration { docs: vec![("relay".to_string(), page)], ..on(data) })
}

/// The small product after its first regeneration.
fn regenerated_relay() -> (TempDir, PathBuf) {
    let (folder, data) = relay();
    let (report, end) = with(&data, "Inbound", "Inbound");
    assert_eq!(end, End::Done, "{report}");
    (folder, data)
}

#[test]
fn the_committed_tables_are_what_the_captures_and_the_curation_make() {
    let root = workspace();
    let regeneration = Regeneration { root: root.clone(), check: true, ..on(&root.join("port-data")) };
    let (report, end) = regenerate(&regeneration);
    assert_eq!(end, End::Done, "run `cargo xtask regenerate` and review what changes:\n{report}");
}

#[test]
fn the_vendors_documents_make_the_committed_tables() {
    let root = workspace();
    let Some(folder) = documents() else { return };
    let regeneration =
        Regeneration { root: root.clone(), docs_in: Some(folder), check: true, ..on(&root.join("port-data")) };
    let (report, end) = regenerate(&regeneration);
    assert_eq!(end, End::Done, "{report}");
    assert_eq!(report.documents.iter().map(|document| document.rows).collect::<Vec<_>>(), [54, 12, 20, 39]);
}

#[test]
fn a_page_becomes_tables() {
    let (_folder, data) = regenerated_relay();
    let catalog = port_data::read(&data.join("tables")).unwrap();
    let flows: Vec<_> =
        catalog.flows.iter().map(|flow| (flow.id.as_str(), flow.specs.len(), flow.hosts.len())).collect();
    let expected = [
        ("relay-in-client", 2, 0),
        ("relay-in-admin", 1, 0),
        ("relay-out-ldap-users", 1, 1),
        ("relay-out-ldap-groups", 1, 0),
    ];
    assert_eq!(flows, expected);
    assert!(catalog.flows[1].configurable, "the page calls 443 a default");
    // The vendor's sentence is not kept.
    let capture = fs::read_to_string(data.join("captures/relay.csv")).unwrap();
    assert!(capture.contains("636 ldap.acme.example") && !capture.contains("help desk"));
}

#[test]
fn nothing_is_touched_where_nothing_changed() {
    let (_folder, data) = regenerated_relay();
    let before = tree(&data);
    for check in [true, false] {
        let (report, end) = regenerate(&Regeneration { check, ..on(&data) });
        assert_eq!((end, report.bump, report.is_empty()), (End::Done, Bump::None, true));
    }
    assert_eq!(with(&data, "Inbound", "Inbound").1, End::Done);
    assert_eq!(tree(&data), before);
}

#[test]
fn a_changed_fact_is_told_by_name() {
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
        let (_folder, data) = regenerated_relay();
        let (report, end) = with(&data, from, to);
        assert_eq!((end, report.bump), (End::Done, Bump::Patch), "{to}: {report}");
        let told =
            report.changed.iter().find(|change| change.field == field).unwrap_or_else(|| panic!("{to}: {report}"));
        assert_eq!((told.id.as_str(), told.before.as_str(), told.after.as_str()), (id, before, after));
        assert!(report.changed.len() <= 2 && report.added.is_empty() && report.removed.is_empty(), "{report}");
    }
}

#[test]
fn a_rewording_is_told_and_changes_no_table() {
    let (_folder, data) = regenerated_relay();
    let table = fs::read(data.join("tables/flows/relay.csv")).unwrap();
    let (report, end) = with(&data, "Ask the help desk.", "Call the help desk.");
    assert_eq!((end, report.changed.len()), (End::Done, 0));
    assert_eq!(report.reworded.iter().map(|reworded| reworded.id.as_str()).collect::<Vec<_>>(), ["relay-in-client"]);
    assert_eq!(fs::read(data.join("tables/flows/relay.csv")).unwrap(), table);
}

#[test]
fn check_writes_nothing_and_says_that_it_would() {
    let (folder, data) = regenerated_relay();
    fs::write(folder.path().join("relay.md"), PAGE.replace("TCP/389", "TCP/390")).unwrap();
    let before = tree(&data);
    let docs = vec![("relay".to_string(), folder.path().join("relay.md"))];
    let (report, end) = regenerate(&Regeneration { docs, check: true, ..on(&data) });
    assert_eq!(end, End::Differs);
    assert_eq!(report.files, ["captures/relay.csv", "expanded.rs", "tables/flows/relay.csv"]);
    assert_eq!(tree(&data), before);
}

#[test]
fn out_gets_everything_and_the_data_nothing() {
    let (folder, data) = regenerated_relay();
    let pages = folder.path().join("pages");
    fs::create_dir(&pages).unwrap();
    fs::write(pages.join("relay.md"), PAGE.replace("TCP/389", "TCP/390")).unwrap();
    fs::write(pages.join("readme.pdf"), "not a page").unwrap();
    let before = tree(&data);
    let contents = |folder: &Path| -> BTreeMap<PathBuf, Vec<u8>> {
        let files = tree(folder).into_iter();
        files.map(|(path, (bytes, _))| (path.strip_prefix(folder).unwrap().to_path_buf(), bytes)).collect()
    };
    let mut outs = Vec::new();
    for out in ["a", "b/c"] {
        let out = folder.path().join(out);
        let docs_in = Some(pages.clone());
        let (report, end) = regenerate(&Regeneration { docs_in, out: Some(out.clone()), ..on(&data) });
        assert_eq!(end, End::Done, "{report}");
        outs.push(contents(&out));
    }
    assert_eq!(outs[0], outs[1]);
    let names: Vec<String> = outs[0].keys().map(|path| path.display().to_string()).collect();
    assert_eq!(
        names,
        [
            "captures/relay.csv",
            "tables/flows/relay.csv",
            "tables/peers.csv",
            "tables/products.csv",
            "tables/services.csv",
            "tables/vendors.csv",
        ]
    );
    assert_eq!(tree(&data), before);
}

#[test]
fn rows_that_only_moved_are_told_in_one_line() {
    let (_folder, data) = regenerated_relay();
    let first = "| Mail clients | Send mail | TCP/25 or 465 | Ask the help desk. |\n";
    let second = "| Console | Administer | TCP/443 (default) | |\n";
    let (report, end) = with(&data, &format!("{first}{second}"), &format!("{second}{first}"));
    assert_eq!(end, End::Done);
    assert_eq!(report.to_string().lines().filter(|line| line.starts_with("moved")).count(), 1);
    assert!(report.changed.iter().all(|change| change.field == "source.row") && report.reworded.is_empty(), "{report}");
}

#[test]
fn the_report_as_json_has_its_form() {
    let (_folder, data) = regenerated_relay();
    let (report, _) = with(&data, "TCP/389", "TCP/390");
    let json = serde_json::to_value(&report).unwrap();
    let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["documents", "added", "removed", "changed", "reworded", "bump", "errors"]);
    assert_eq!(
        json["changed"][0],
        serde_json::json!({ "id": "relay-out-ldap-users", "field": "ports", "before": "tcp/389", "after": "tcp/390" })
    );
    assert_eq!(json["bump"], "patch");
    let (report, _) = with(&data, "TCP/389", "TCP/0");
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["errors"][0]["line"], 12);
}

#[test]
fn flows_that_come_and_go_raise_the_version() {
    let (_folder, data) = regenerated_relay();
    let file = data.join("curation/relay.toml");
    let curation = fs::read_to_string(&file).unwrap();
    fs::write(&file, curation.replace("id = \"relay-in-admin\"", "id = \"relay-in-console\"")).unwrap();
    let (report, end) = regenerate(&Regeneration { check: true, ..on(&data) });
    assert_eq!((end, report.bump), (End::Differs, Bump::Major));
    assert_eq!((report.added.len(), report.removed.len()), (1, 1));
    // A flow of the report is a flow as the command lists it.
    let added = serde_json::json!({
        "id": "relay-in-console", "vendor": "acme", "product": "relay",
        "direction": "inbound", "peer": "admin", "purpose": "Administer the relay",
        "ports": [{ "transport": "tcp", "first": 443, "last": 443, "service": null, "group": 0 }],
        "requirement": "unstated", "condition": null,
        "interfaces": [], "recommended_interface": null, "hosts": [],
        "configurable": true, "customization": null, "curated": [],
        "source": {
            "document": "Ports", "edition": "1", "section": "Inbound", "row": 2, "peer": "Console", "label": "Administer",
            "ports": "TCP/443 (default)",
        },
    });
    assert_eq!(report.added[0], added);
    let clock = "\n[[flow]]\nid = \"relay-out-clock\"\nrow = { label = \"Set the time\" }\npeer = \"admin\"\npurpose = \"Set the clock\"\n";
    fs::write(&file, curation + clock).unwrap();
    let row = "| | Look up groups | UDP/389 | |\n";
    let (report, end) = with(&data, row, &format!("{row}| Clock | Set the time | UDP/123 | |\n"));
    assert_eq!((end, report.bump, report.added.len()), (End::Done, Bump::Minor, 1), "{report}");
}

#[test]
fn a_new_product_is_drafted_and_needs_only_what_a_person_must_say() {
    for (ending, page) in [("md", PAGE.to_string()), ("html", html())] {
        let (folder, data) = relay();
        let curation = data.join("curation/relay.toml");
        fs::remove_file(&curation).unwrap();
        fs::write(data.join("tables/products.csv"), "id,vendor,name,document,url,edition,retrieved\n").unwrap();
        let doc = folder.path().join(format!("page.{ending}"));
        fs::write(&doc, page).unwrap();
        let new = NewProduct {
            data: data.clone(),
            id: "relay".into(),
            doc: doc.clone(),
            layout: None,
            vendor: Some("acme".into()),
        };
        let files = new_product(&new).unwrap();
        assert_eq!(files.len(), 3);
        let draft = fs::read_to_string(&curation).unwrap();
        let products = fs::read_to_string(data.join("tables/products.csv")).unwrap();
        assert!(products.contains("relay,acme,FIXME,FIXME,FIXME,FIXME,"), "{products}");

        // Before anything is said, nothing is made.
        let (report, end) = regenerate(&on(&data));
        assert_eq!(end, End::Bad, "{report}");
        assert!(report.to_string().contains("found FIXME, expected what a person must say"), "{report}");

        // The person says what is marked, and what the page does not say.
        let said = products.replacen("FIXME", "Relay", 1).replacen("FIXME", "Ports", 1);
        let said = said.replacen("FIXME", "https://acme.example/ports", 1).replacen("FIXME", "1", 1);
        fs::write(data.join("tables/products.csv"), said).unwrap();
        let said = draft.replace("purpose = \"FIXME\"", "purpose = \"Something\"");
        let said = said.replace("\"Console\" = \"FIXME\"", "\"Console\" = \"admin\"");
        let said = said.replace("\"Directory\" = \"FIXME\"", "\"Directory\" = \"ldap-server\"");
        let said = said.replace("\"Mail clients\" = \"FIXME\"", "\"Mail clients\" = \"client\"");
        let users = "label = \"Look up users\" }\n";
        assert!(said.contains(users), "{said}");
        let said = said.replace(users, &format!("{users}other_numbers = [\"636\"]\n"));
        let groups = "label = \"Look up groups\" }\n";
        let said = said.replace(groups, &format!("{groups}peer = \"ldap-server\"\n"));
        fs::write(&curation, said).unwrap();
        let (report, end) = regenerate(&Regeneration { docs: vec![("relay".into(), doc)], ..on(&data) });
        assert_eq!(end, End::Done, "{report}");
        assert_eq!(port_data::read(&data.join("tables")).unwrap().flows.len(), 4);

        // A product that is there is not drafted over.
        assert!(new_product(&new).unwrap_err()[0].message.contains("is there already"));
    }
}

/// The page of the small product as HTML.
fn html() -> String {
    let mut html = String::from("<main>");
    for line in PAGE.lines().filter(|line| !line.starts_with("|---")) {
        if let Some(heading) = line.strip_prefix("# ") {
            html += &format!("</table><h1>{heading}</h1><table>");
        } else if let Some(cells) = line.strip_prefix('|') {
            let tag = if line.contains("Peer") { "th" } else { "td" };
            let cells = cells.trim_end_matches('|').split('|').map(|cell| format!("<{tag}>{}</{tag}>", cell.trim()));
            // What Markdown leaves empty, HTML spans.
            let row = cells.collect::<String>().replacen("<td>Directory", "<td rowspan=\"2\">Directory", 1);
            html +=
                &format!("<tr>{}</tr>\n", if line.starts_with("| |") { row.replacen("<td></td>", "", 1) } else { row });
        }
    }
    html + "</table></main>"
}
