//! Several editions of a product: their curation, their tables, the report, and the draft of another edition.

use std::fs;
use std::path::{Path, PathBuf};

use port_catalog_tests::relay::{PAGE, relay_with_shared_flows};
use port_import::new_product::{NewEdition, new_edition};
use port_import::regenerate::{Outcome, PageFacts, RegenerateOptions, regenerate};
use port_import::report::{Bump, Report};
use tempfile::TempDir;

fn options(data: &Path) -> RegenerateOptions {
    RegenerateOptions {
        data: data.to_path_buf(),
        root: data.to_path_buf(),
        page_facts: PageFacts { retrieved: Some("2026-01-31".to_string()), ..PageFacts::default() },
        ..RegenerateOptions::default()
    }
}

fn with_doc(data: &Path, name: &str, file: &Path) -> (Report, Outcome) {
    regenerate(&RegenerateOptions { docs: vec![(name.to_string(), file.to_path_buf())], ..options(data) })
}

fn replace(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{from}: {text}");
    fs::write(file, text.replace(from, to)).unwrap();
}

/// The small product after its first regeneration, with the flows in the file that all editions share.
fn regenerated_with_shared_flows() -> (TempDir, PathBuf) {
    let (directory, data) = relay_with_shared_flows();
    let (report, outcome) = with_doc(&data, "relay", &directory.path().join("relay.md"));
    assert_eq!(outcome, Outcome::Done, "{report}");
    (directory, data)
}

/// Adds edition 2, whose page has another port for the console, a renamed row, no row for groups, and one for the clock.
fn drafted_second_edition() -> (TempDir, PathBuf, PathBuf) {
    let (directory, data) = regenerated_with_shared_flows();
    let page = PAGE
        .replace("TCP/443 (default)", "TCP/8443 (default)")
        .replace("| Send mail |", "| Send mails |")
        .replace("| | Look up groups | UDP/389 | |\n", "| Clock | Set the time | UDP/123 | |\n");
    let doc = directory.path().join("two.md");
    fs::write(&doc, page).unwrap();
    let new = NewEdition {
        data: data.clone(),
        product: "relay".into(),
        edition: "2".into(),
        doc: doc.clone(),
        ..NewEdition::default()
    };
    let files = new_edition(&new).unwrap_or_else(|diagnostics| panic!("{diagnostics:?}")).files;
    let names: Vec<_> = files.iter().map(|file| file.strip_prefix(&data).unwrap().display().to_string()).collect();
    assert_eq!(names, ["captures/relay/2.csv", "curation/relay/2.toml", "tables/editions.csv"]);
    let again = new_edition(&new).unwrap_err();
    assert!(again[0].message.contains("edition relay@2 exists already"), "{again:?}");
    (directory, data, doc)
}

/// Resolves every FIXME of the draft.
fn second_edition() -> (TempDir, PathBuf, PathBuf) {
    let (directory, data, doc) = drafted_second_edition();
    replace(
        &data.join("tables/editions.csv"),
        "relay,2,FIXME,FIXME,FIXME,FIXME",
        "relay,2,2,Ports,https://acme.example/ports,2026-02-28",
    );
    let curation = data.join("curation/relay/2.toml");
    replace(&curation, " # FIXME: is it the same?", "");
    replace(&curation, "reason = \"FIXME\"", "reason = \"The page has no such row.\"");
    replace(&curation, "peer = \"FIXME\"", "peer = \"admin\"");
    (directory, data, doc)
}

#[test]
fn the_draft_of_an_edition_has_only_what_its_page_needs() {
    let (_directory, data, _) = drafted_second_edition();
    let draft = fs::read_to_string(data.join("curation/relay/2.toml")).unwrap();
    let flows = &draft[draft.find("\n[[absent]]").unwrap()..];
    let expected = r#"
[[absent]]
flows = [
    "relay-out-ldap-groups",
]
reason = "FIXME"

[same.label]
"Send mail" = ["Send mails"] # FIXME: is it the same?

[flow]
relay-out-ldap-users.other_numbers = ["636"]

[flow.relay-out-set-time] # udp/123
row = { section = "Outbound", peer = "Clock", label = "Set the time" }
purpose = "Set the time"
peer = "FIXME"
"#;
    assert_eq!(flows, expected);
    assert!(draft.contains("{ head = \"Remarks\", is = \"note\" }"), "{draft}");
    assert!(draft.contains("heading = \"Inbound\"\nsection = \"Inbound\"\ndirection = \"inbound\"\n"), "{draft}");
    let (report, outcome) = regenerate(&options(&data));
    assert_eq!((outcome, report.drafts.as_slice()), (Outcome::Done, &["relay@2".to_string()][..]), "{report}");
    assert!(report.to_string().contains("unresolved FIXME"), "{report}");
}

#[test]
fn the_draft_of_an_edition_keeps_what_another_says_about_its_flows() {
    let (directory, data) = regenerated_with_shared_flows();
    let [flows, first] = ["flows.toml", "1.toml"].map(|file| data.join("curation/relay").join(file));
    let text = fs::read_to_string(&flows).unwrap();
    let (shared, own) = text.split_once("\n[[flow]]\nid = \"relay-out-ldap-groups\"\n").unwrap();
    fs::write(&flows, shared).unwrap();
    let facts = "# By day.\nrelay-in-client.note = \"By day.\"\nrelay-in-client.note_of = [\n    \"Mail clients\", # its peer\n]\n";
    let more = format!("{facts}\n[flow.relay-out-ldap-groups]\n{own}");
    fs::write(&first, fs::read_to_string(&first).unwrap() + &more).unwrap();
    let (report, outcome) = regenerate(&options(&data));
    assert_eq!(outcome, Outcome::Done, "{report}");
    let page = PAGE.replace("| Send mail |", "| Send mails |").replace("TCP/389 ", "TCP/389 (new) ");
    let draft = |edition: &str, page: &str| {
        let doc = directory.path().join("page.md");
        fs::write(&doc, page).unwrap();
        let (product, edition) = ("relay".into(), edition.into());
        let new = NewEdition { data: data.clone(), product, edition, doc, ..NewEdition::default() };
        new_edition(&new).unwrap_or_else(|diagnostics| panic!("{diagnostics:?}"));
        fs::read_to_string(data.join(format!("curation/relay/{}.toml", new.edition))).unwrap()
    };
    let second = draft("2", &page);
    let marks =
        "relay-out-ldap-users.other_numbers = [\"636\"]\nrelay-out-ldap-users.marks = [\"new\"] # FIXME: were []\n";
    let label = "\n[same.label]\n\"Send mail\" = [\"Send mails\"] # FIXME: is it the same?\n";
    let own = format!("\n[flow.relay-out-ldap-groups]\n{own}");
    assert!(second.ends_with(&format!("{label}\n[flow]\n{marks}{facts}{own}")), "{second}");
    // A flow that only another edition has isn't absent.
    let third = draft("3", &PAGE.replace("| | Look up groups | UDP/389 | |\n", ""));
    assert!(!third.contains("[[absent]]") && !third.contains("relay-out-ldap-groups"), "{third}");
}

#[test]
fn an_edition_that_replaces_another_is_one_line_of_the_report() {
    let (_directory, data, doc) = second_edition();
    let first = fs::read(data.join("tables/flows/relay/1.csv")).unwrap();
    let (report, outcome) = with_doc(&data, "relay@2", &doc);
    assert_eq!((outcome, report.bump), (Outcome::Done, Bump::Minor), "{report}");
    let text = report.to_string();
    assert!(text.contains("read relay@2: "), "{text}");
    let line = "edition  relay@2 replaces 1: 2 flows unchanged, 1 changed, 1 only in 2, 1 only in 1\n";
    assert!(text.contains(line), "{text}");
    let added: Vec<_> = report.added.iter().map(|flow| flow["id"].as_str().unwrap()).collect();
    assert_eq!((added, report.removed.len(), report.changed.len()), (vec!["relay-out-set-time"], 0, 0), "{text}");
    // The old edition keeps its flows.
    assert_eq!(fs::read(data.join("tables/flows/relay/1.csv")).unwrap(), first);
    let catalog = port_data::read(&data.join("tables")).unwrap();
    assert_eq!((catalog.editions.len(), catalog.flow_ids, catalog.flows.len()), (2, 5, 8));
}

#[test]
fn a_page_without_an_edition_is_that_of_the_newest_one() {
    let (directory, data, doc) = second_edition();
    assert_eq!(with_doc(&data, "relay", &doc).1, Outcome::Done);
    let (report, outcome) = with_doc(&data, "relay", &doc);
    assert_eq!((outcome, report.documents[0].edition.as_str(), report.is_empty()), (Outcome::Done, "2", true));
    // The names of files in a directory of pages work in the same way.
    let pages = directory.path().join("pages");
    fs::create_dir(&pages).unwrap();
    fs::copy(&doc, pages.join("relay.md")).unwrap();
    fs::write(pages.join("relay@1.md"), PAGE.replace("TCP/389", "TCP/390")).unwrap();
    let docs_directory = Some(pages);
    let (report, outcome) = regenerate(&RegenerateOptions { docs_directory, check: true, ..options(&data) });
    assert_eq!(outcome, Outcome::Differs, "{report}");
    let changed: Vec<_> = report.changed.iter().map(|change| (change.id.as_str(), change.field.as_str())).collect();
    assert_eq!(changed, [("relay-out-ldap-users@1", "ports"), ("relay-out-ldap-users@1", "source.ports")]);
    assert_eq!((report.bump, report.reworded.len()), (Bump::Patch, 0));
}

#[test]
fn a_flow_that_only_the_newest_edition_loses_is_retired_and_not_removed() {
    let (_directory, data, doc) = second_edition();
    assert_eq!(with_doc(&data, "relay", &doc).1, Outcome::Done);
    let curation = data.join("curation/relay/2.toml");
    replace(&curation, "    \"relay-out-ldap-groups\",\n", "    \"relay-out-ldap-groups\",\n    \"relay-in-admin\",\n");
    replace(&doc, "| Console | Administer | TCP/8443 (default) | |\n", "");
    let (report, outcome) = with_doc(&data, "relay", &doc);
    assert_eq!((outcome, report.removed.len(), report.bump), (Outcome::Done, 1, Bump::Minor), "{report}");
    // Without the flow in the old edition too, its id is gone.
    replace(&data.join("curation/relay/flows.toml"), "id = \"relay-in-client\"", "id = \"relay-in-mail\"");
    let (report, _) = regenerate(&RegenerateOptions { check: true, ..options(&data) });
    assert_eq!((report.removed.len(), report.added.len(), report.bump), (2, 2, Bump::Major), "{report}");
}

#[test]
fn a_row_with_both_directions_or_several_peers_has_several_flows() {
    let (directory, data) = regenerated_with_shared_flows();
    let page = data.join("curation/relay/1.toml");
    let doc = directory.path().join("relay.md");
    let text = PAGE.replace(
        "| Peer | Use | Ports | Remarks |\n|---|---|---|---|",
        "| Peer | Use | Way | Ports | Remarks |\n|---|---|---|---|---|",
    );
    let text = text.replace("| Send mail |", "| Send mail | in |").replace("| Administer |", "| Administer | in |");
    let text = text
        .replace("| Look up users |", "| Look up users | both |")
        .replace("| Look up groups |", "| Look up groups | out |");
    fs::write(&doc, text).unwrap();
    replace(&page, "    { head = \"Ports\"", "    { head = \"Way\", is = \"direction\" },\n    { head = \"Ports\"");
    let (report, outcome) = with_doc(&data, "relay", &doc);
    assert_eq!(outcome, Outcome::Failed);
    assert!(
        report.to_string().contains("row 3 prints more than one direction; give relay-out-ldap-users its direction"),
        "{report}"
    );
    let flows = data.join("curation/relay/flows.toml");
    replace(&flows, "purpose = \"Look up users\"\n", "purpose = \"Look up users\"\ndirection = \"outbound\"\n");
    let (report, _) = with_doc(&data, "relay", &doc);
    assert!(report.to_string().contains("row 3 has no flow inbound with ldap-server"), "{report}");
    let shared = "\n[[flow]]\nid = \"relay-in-ldap-users\"\nshares_row_with = \"relay-out-ldap-users\"\ndirection = \"inbound\"\n\
                  purpose = \"Be looked up\"\nother_numbers = [\"636\"]\nscope = \"host\"\nenabled = \"no\"\n\
                  \n[[flow]]\nid = \"relay-in-ldap-admin\"\nshares_row_with = \"relay-out-ldap-users\"\ndirection = \"inbound\"\n\
                  purpose = \"Be looked up\"\npeer = \"admin\"\nother_numbers = [\"636\"]\n";
    fs::write(&flows, fs::read_to_string(&flows).unwrap() + shared).unwrap();
    let (report, outcome) = with_doc(&data, "relay", &doc);
    assert_eq!(outcome, Outcome::Done, "{report}");
    let table = fs::read_to_string(data.join("tables/flows/relay/1.csv")).unwrap();
    let rows: Vec<&str> = table.lines().filter(|line| line.contains(",Outbound,3,")).collect();
    assert_eq!(rows.len(), 3, "{table}");
    assert!(rows[1].starts_with("relay-in-ldap-users,inbound,,ldap-server,"), "{}", rows[1]);
    assert!(rows[1].contains(",host,no,"), "{}", rows[1]);
    assert!(rows[2].starts_with("relay-in-ldap-admin,inbound,,admin,"), "{}", rows[2]);
}

#[test]
fn an_edition_may_leave_out_what_the_others_share() {
    let (_directory, data) = regenerated_with_shared_flows();
    let flows = data.join("curation/relay/flows.toml");
    replace(&flows, "purpose = \"Take mail\"\n", "purpose = \"Take mail\"\nnote = \"A warning.\"\n");
    let page = data.join("curation/relay/1.toml");
    let own = "\n[flow.relay-in-client]\nwithout = [\"note\"]\n";
    fs::write(&page, fs::read_to_string(&page).unwrap() + own).unwrap();
    let (report, outcome) = regenerate(&options(&data));
    assert_eq!((outcome, report.is_empty()), (Outcome::Done, true), "{report}");
    replace(&page, "without = [\"note\"]", "without = [\"notes\"]");
    let (report, _) = regenerate(&options(&data));
    assert!(report.to_string().contains("flow relay-in-client leaves out \"notes\"; name keys of a flow"), "{report}");
}

#[test]
fn an_older_edition_is_drafted_above_newer_ones_without_services_that_the_curation_knows() {
    let (directory, data) = regenerated_with_shared_flows();
    let (flows, doc) = (data.join("curation/relay/flows.toml"), directory.path().join("old.md"));
    replace(&flows, "services = { 25 = \"smtp\", 465 = \"smtps\" }", "services = { 25 = \"smtp\", GOPHER = \"\" }");
    fs::write(&doc, PAGE.replace("TCP/25 or 465", "GOPHER").replace("TCP/443 (default)", "TCP/79 FINGER")).unwrap();
    let (data_of_new, product) = (data.clone(), "relay".to_string());
    let new = NewEdition { data: data_of_new, product, edition: "0.9".into(), doc, ..NewEdition::default() };
    new_edition(&new).unwrap_or_else(|diagnostics| panic!("{diagnostics:?}"));
    let editions = fs::read_to_string(data.join("tables/editions.csv")).unwrap();
    let ids: Vec<&str> = editions.lines().filter_map(|line| line.split(',').nth(1)).collect();
    assert_eq!(ids, ["edition", "0.9", "1"]);
    let services = fs::read_to_string(data.join("tables/services.csv")).unwrap();
    assert!(!services.contains("gopher") && services.contains("finger"), "{services}");
}
