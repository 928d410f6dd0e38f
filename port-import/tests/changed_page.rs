//! A page that changed: the day of its retrieval, and the edition and URL that go with it.

use std::fs;
use std::path::{Path, PathBuf};

use port_catalog_tests::relay::{HTML_CURATION, html_page, relay};
use port_import::regenerate::{Outcome, PageFacts, RegenerateOptions, regenerate};
use port_import::report::{Bump, Report};
use tempfile::TempDir;

/// A product after its first regeneration.
fn regenerated() -> (TempDir, PathBuf) {
    let (directory, data) = relay();
    fs::write(data.join("curation/relay/1.toml"), HTML_CURATION).unwrap();
    let (report, outcome) = regenerate_with(&data, &["TCP/25 or TCP/465"], &PageFacts::default(), false);
    assert_eq!(outcome, Outcome::Done, "{report}");
    (directory, data)
}

/// Regenerates the newest editions from pages with some ports.
fn regenerate_with(data: &Path, ports: &[&str], facts: &PageFacts, check: bool) -> (Report, Outcome) {
    let doc = |(index, ports): (usize, &&str)| {
        let file = data.parent().unwrap().join(format!("{index}.html"));
        fs::write(&file, html_page(ports, "TCP/8443")).unwrap();
        (format!("relay@{}", index + 1), file)
    };
    regenerate(&RegenerateOptions {
        data: data.to_path_buf(),
        root: data.to_path_buf(),
        docs: ports.iter().enumerate().map(doc).collect(),
        check,
        page_facts: facts.clone(),
        ..RegenerateOptions::default()
    })
}

fn retrieved(day: &str) -> PageFacts {
    PageFacts { retrieved: Some(day.to_string()), ..PageFacts::default() }
}

fn editions(data: &Path) -> String {
    fs::read_to_string(data.join("tables/editions.csv")).unwrap()
}

const CHANGED: &str = "TCP/25 or TCP/587";

#[test]
fn a_changed_page_asks_for_its_day_and_shows_what_is_known() {
    let (_directory, data) = regenerated();
    let before = editions(&data);
    let (report, outcome) = regenerate_with(&data, &[CHANGED], &PageFacts::default(), false);
    assert_eq!((outcome, report.errors.len()), (Outcome::Failed, 1), "{report}");
    let text = report.to_string();
    let shown = "page     relay@1 changed: was edition \"1\", https://acme.example/ports, retrieved 2026-01-31\n";
    assert!(text.contains(shown), "{text}");
    let error = "error[regenerate-changed-page]: tables/editions.csv:2: the page of relay@1 changed (known: edition \"1\", \
                 https://acme.example/ports, retrieved 2026-01-31); set --retrieved to the day";
    assert!(text.contains(error), "{text}");
    assert!(text.contains("changed  relay-in-mail ports: "), "{text}");
    assert_eq!(editions(&data), before);
    // --check only shows.
    let (report, outcome) = regenerate_with(&data, &[CHANGED], &PageFacts::default(), true);
    assert_eq!((outcome, report.errors.len(), report.documents[0].changed), (Outcome::Differs, 0, true), "{report}");
    assert!(report.to_string().contains(shown), "{report}");
}

#[test]
fn the_facts_about_a_changed_page_are_written_and_reported() {
    let (_directory, data) = regenerated();
    let facts = PageFacts {
        printed_edition: Some("7.6, \"beta\"".to_string()),
        url: Some("https://acme.example/7.6".to_string()),
        ..retrieved("2026-11-27")
    };
    let (report, outcome) = regenerate_with(&data, &[CHANGED], &facts, false);
    assert_eq!((outcome, report.bump), (Outcome::Done, Bump::Patch), "{report}");
    let expected = "product,edition,printed_edition,document,url,retrieved\n\
                    relay,1,\"7.6, \"\"beta\"\"\",Ports,https://acme.example/7.6,2026-11-27\n";
    assert_eq!(editions(&data), expected);
    let text = report.to_string();
    for line in [
        "changed  relay@1 source.edition: \"1\" -> \"7.6, \\\"beta\\\"\"\n",
        "changed  relay@1 source.url: \"https://acme.example/ports\" -> \"https://acme.example/7.6\"\n",
        "changed  relay@1 retrieved: \"2026-01-31\" -> \"2026-11-27\"\n",
        "file     tables/editions.csv\nfile     captures/relay/1.csv\n",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["documents"][0]["changes"][2]["after"], "2026-11-27");
    // A page that is the same changes nothing, also on another day.
    let (report, outcome) = regenerate_with(&data, &[CHANGED], &retrieved("2026-11-28"), false);
    assert_eq!((outcome, report.is_empty()), (Outcome::Done, true), "{report}");
    assert_eq!(editions(&data), expected);
    assert_eq!(regenerate_with(&data, &[CHANGED], &PageFacts::default(), false).1, Outcome::Done);
}

#[test]
fn each_changed_page_is_one_error_and_a_url_is_that_of_one_page() {
    let (_directory, data) = regenerated();
    let second = "relay,2,2,Ports,https://acme.example/2,2026-02-01\n";
    fs::write(data.join("tables/editions.csv"), editions(&data) + second).unwrap();
    fs::copy(data.join("curation/relay/1.toml"), data.join("curation/relay/2.toml")).unwrap();
    let same = ["TCP/25 or TCP/465"; 2];
    let (report, outcome) = regenerate_with(&data, &same, &PageFacts::default(), false);
    assert_eq!(outcome, Outcome::Done, "{report}");
    let changed = [CHANGED; 2];
    let (report, _) = regenerate_with(&data, &changed, &PageFacts::default(), false);
    let errors: Vec<_> = report.errors.iter().map(|error| (error.code, error.line)).collect();
    assert_eq!(errors, [("regenerate-changed-page", 2), ("regenerate-changed-page", 3)], "{report}");
    let facts = PageFacts { url: Some("https://acme.example/3".into()), ..retrieved("2026-11-27") };
    let (report, _) = regenerate_with(&data, &changed, &facts, false);
    assert_eq!(report.errors.iter().map(|error| error.code).collect::<Vec<_>>(), ["regenerate-page-facts"]);
    let (report, outcome) = regenerate_with(&data, &changed, &retrieved("2026-11-27"), false);
    assert_eq!(outcome, Outcome::Done, "{report}");
    assert_eq!(editions(&data).matches(",2026-11-27\n").count(), 2);
}

#[test]
fn a_new_edition_needs_a_day_of_retrieval() {
    let (_directory, data) = regenerated();
    let with =
        |day: &str| fs::write(data.join("tables/editions.csv"), editions(&data).replace("2026-01-31", day)).unwrap();
    // A day that nobody wrote down is accepted for an edition that has flows.
    with("unknown");
    let run = || regenerate_with(&data, &[], &PageFacts::default(), false);
    assert_eq!(run().1, Outcome::Done);
    fs::remove_dir_all(data.join("tables/flows")).unwrap();
    let (report, _) = run();
    let expected = "edition relay@1 is new, but its day of retrieval is unknown; write the day";
    assert!(report.to_string().contains(expected), "{report}");
    fs::write(data.join("tables/editions.csv"), editions(&data).replace("unknown", "")).unwrap();
    assert!(run().0.to_string().contains("edition relay@1 has no day of retrieval"));
}

#[test]
fn another_curation_of_the_same_page_does_not_ask_for_a_day() {
    let (_directory, data) = regenerated();
    let file = data.join("curation/relay/1.toml");
    let captured = || fs::read_to_string(data.join("captures/relay/1.csv")).unwrap();
    let run = |ports| regenerate_with(&data, &[ports], &PageFacts::default(), false);
    let before = (editions(&data), captured());
    let as_note = HTML_CURATION.replace("{ head = \"Use\", is = \"label\" }", "{ head = \"Use\", is = \"note\" }");
    let as_note = as_note.replace("label = \"Receive mail\"", "peer = \"Mail clients\"");
    fs::write(&file, as_note.replace("label = \"Administer\"", "peer = \"Browser\"")).unwrap();
    let (report, outcome) = run("TCP/25 or TCP/465");
    assert_eq!((outcome, report.documents[0].changed), (Outcome::Done, false), "{report}");
    assert!(report.files.contains(&"captures/relay/1.csv".to_string()), "{report}");
    assert!(!report.to_string().contains("page     "), "{report}");
    assert_eq!(editions(&data), before.0);
    assert_ne!(captured(), before.1);
    // If the page changes too, its day is needed.
    fs::write(&file, HTML_CURATION).unwrap();
    let (report, outcome) = run(CHANGED);
    assert_eq!((outcome, report.errors[0].code), (Outcome::Failed, "regenerate-changed-page"), "{report}");
    // A capture from which somebody removed the digest could be that of any file.
    let without: String =
        captured().lines().filter(|line| !line.starts_with("page,")).map(|line| format!("{line}\n")).collect();
    fs::write(data.join("captures/relay/1.csv"), without).unwrap();
    let (report, outcome) = run("TCP/25 or TCP/465");
    assert_eq!((outcome, report.errors[0].code), (Outcome::Failed, "regenerate-changed-page"), "{report}");
}

#[test]
fn a_changed_row_that_no_flow_shows_is_reported() {
    let (_directory, data) = regenerated();
    let file = data.join("curation/relay/1.toml");
    let without_flow = "[[tables]]\nheading = \"Sizes\"\nignore = \"Memory.\"\n\n[[row]]\nrow = { label = \"Old\" }\n\
                        no_flow = \"Nobody uses it.\"\n";
    let ports = "{ head = \"Ports\", is = \"ports\" }]";
    let ignored = "{ head = \"Ports\", is = \"ports\" }, { head = \"Day\", is = \"ignored\", reason = \"Its day.\" }]";
    let tables = "tables = [{ heading = \"Inbound\", section = \"Inbound\", direction = \"inbound\" }]\n";
    let own_table = "[[tables]]\nheading = \"Inbound\"\nsection = \"Inbound\"\ndirection = \"inbound\"\n\n";
    let curation = HTML_CURATION.replace(ports, ignored).replace(tables, "");
    fs::write(
        &file,
        curation.replace("[flow.relay-in-mail]", &format!("{own_table}{without_flow}\n[flow.relay-in-mail]")),
    )
    .unwrap();
    let page = |day: &str, old: &str, size: &str| {
        let row = |peer: &str, label: &str, ports: &str, day: &str| {
            format!("<tr><td>{peer}</td><td>{label}</td><td>{ports}</td><td>{day}</td></tr>\n")
        };
        format!(
            "<h2>Inbound</h2>\n<table>\n<tr><th>Peer</th><th>Use</th><th>Ports</th><th>Day</th></tr>\n{}{}{}</table>\n\
             <h2>Sizes</h2><table><tr><th>Users</th><th>Size</th></tr><tr><td>9</td><td>{size}</td></tr></table>",
            row("Mail clients", "Receive mail", "TCP/25 or TCP/465", day),
            row("Browser", "Administer", "TCP/8443", ""),
            row("Browser", "Old", old, ""),
        )
    };
    let run = |page: String| {
        let doc = data.parent().unwrap().join("0.html");
        fs::write(&doc, page).unwrap();
        let (report, outcome) = regenerate(&RegenerateOptions {
            data: data.clone(),
            root: data.clone(),
            docs: vec![("relay".to_string(), doc)],
            page_facts: retrieved("2026-11-27"),
            ..RegenerateOptions::default()
        });
        assert_eq!(outcome, Outcome::Done, "{report}");
        report
    };
    run(page("Monday", "TCP/1", "1 GB"));
    let report = run(page("Monday", "TCP/2", "2 GB"));
    let text = report.to_string();
    for line in [
        "no flow  relay@1: \"Inbound: Browser | Old | TCP/1 | \" -> \"Inbound: Browser | Old | TCP/2 | \"; check that it still has none\n",
        "no flow  relay@1: \"Sizes: Users | Size: prose ",
    ] {
        assert!(text.contains(line), "{text}");
    }
    assert_eq!((report.without_flow.len(), report.changed.len(), report.reworded.len()), (2, 0, 0), "{report}");
    assert_eq!(serde_json::to_value(&report).unwrap()["without_flow"][0]["edition"], "relay@1");
    // Another row with the same key.
    let row = "<tr><td>Browser</td><td>Old</td><td>TCP/2</td>";
    let doubled =
        page("Monday", "TCP/2", "2 GB").replace(row, &format!("{}<td></td></tr>{row}", row.replace("/2", "/3")));
    let report = run(doubled);
    let added = ("", "Inbound: Browser | Old | TCP/3 | ");
    assert_eq!(
        report.without_flow.iter().map(|row| (row.before.as_str(), row.after.as_str())).collect::<Vec<_>>(),
        [added],
        "{report}"
    );
    // An ignored cell of a row with a flow.
    let report = run(page("Friday", "TCP/2", "2 GB"));
    let reworded: Vec<&str> = report.reworded.iter().map(|row| row.id.as_str()).collect();
    assert_eq!((reworded, report.changed.len()), (vec!["relay-in-mail"], 0), "{report}");
    // If a fact changes too, it is enough to report that.
    let report = run(page("Sunday", "TCP/2", "2 GB").replace("TCP/465", "TCP/587"));
    assert_eq!((report.changed.is_empty(), report.reworded.len()), (false, 0), "{report}");
}
