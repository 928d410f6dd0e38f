//! Hostile texts in a vendor's page or a curation stay in their cells, or are rejected at their place and nothing is written.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use port_catalog_tests::hostile::{TEXTS, write_tables};
use port_data::hidden::{escape_json, is_hidden};
use port_data::write::Csv;
use port_import::curation::Curation;
use port_import::generated_file::expand;
use port_import::new_product::{NewProduct, new_product};
use port_import::regenerate::{Outcome, PageFacts, RegenerateOptions, regenerate};
use port_import::report::ReportedError;
use tempfile::TempDir;

/// The texts, as labels of rows. Digits are replaced, since the curation would have to list numbers in labels.
/// Longer ones are prose, of which captures don't keep the words.
fn texts() -> impl Iterator<Item = String> {
    let has_words = |word: &&str| word.chars().any(char::is_alphanumeric);
    let texts = TEXTS.iter().copied().filter(move |text| text.split_whitespace().filter(has_words).count() <= 8);
    texts.map(|text| text.replace(|digit: char| digit.is_ascii_digit(), "n"))
}

/// A text with its whitespace collapsed, as the reader of a page does.
fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Tables without any product.
fn data() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    fs::create_dir_all(data.join("tables")).unwrap();
    for (file, text) in [
        ("vendors", "id,name,url\nacme,Acme,https://acme.example\n"),
        ("products", "id,vendor,name\n"),
        ("editions", "product,edition,printed_edition,document,url,retrieved\n"),
        ("peers", "id,name,kind,description\nclient,Client,role,A client\n"),
        ("services", "id,name,transports,port,description\nsmtp,SMTP,tcp,25,Mail\n"),
    ] {
        fs::write(data.join(format!("tables/{file}.csv")), text).unwrap();
    }
    (directory, data)
}

fn options(data: &Path, page: &Path) -> RegenerateOptions {
    RegenerateOptions {
        data: data.to_path_buf(),
        root: data.to_path_buf(),
        docs: vec![("relay".to_string(), page.to_path_buf())],
        docs_directory: None,
        out: None,
        no_drafts: false,
        check: false,
        page_facts: PageFacts { retrieved: Some("2026-02-28".to_string()), ..PageFacts::default() },
    }
}

/// A page with a row for each text.
fn page(layout: &str) -> String {
    let html = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
    match layout {
        "csv" => {
            let mut csv = Csv::new(["Peer", "Direction", "Use", "Ports"].map(str::to_string));
            for (number, text) in texts().enumerate() {
                csv.row(["Clients", "Inbound", &text, &format!("TCP/{}", number + 1)].map(str::to_string));
            }
            csv.finish()
        }
        _ => {
            let rows = texts()
                .enumerate()
                .map(|(number, text)| format!("<tr><td>Clients<td>Inbound<td>{}<td>TCP/{}\n", html(&text), number + 1));
            let rows: String = rows.collect();
            format!("<table><tr><th>Peer<th>Direction<th>Use<th>Ports\n{rows}</table>")
        }
    }
}

/// Drafts a product from a page, and resolves every FIXME.
fn drafted(layout: &str) -> (TempDir, PathBuf, PathBuf) {
    let (directory, data) = data();
    let file = directory.path().join(format!("relay.{layout}"));
    fs::write(&file, page(layout)).unwrap();
    let new = NewProduct {
        data: data.clone(),
        id: "relay".to_string(),
        edition: "1".to_string(),
        doc: file.clone(),
        retrieved: Some("2026-02-28".to_string()),
        vendor: Some("acme".to_string()),
        ..NewProduct::default()
    };
    let written = new_product(&new).unwrap_or_else(|diagnostics| panic!("{diagnostics:?}")).files;
    for file in written {
        let text = fs::read_to_string(&file).unwrap();
        let text = match file.file_name().unwrap().to_str().unwrap() {
            "products.csv" => text.replace("relay,acme,FIXME", "relay,acme,Relay"),
            "editions.csv" => text.replace("relay,1,FIXME,FIXME,FIXME", "relay,1,1,Ports,https://acme.example"),
            _ => text.replace("\"Clients\" = \"FIXME\"", "\"Clients\" = \"client\"").replace("FIXME", "A purpose"),
        };
        fs::write(file, text).unwrap();
    }
    (directory, data, file)
}

#[test]
fn every_text_of_a_page_survives_the_draft_the_curation_and_the_tables() {
    for layout in ["csv", "html"] {
        let (_directory, data, page) = drafted(layout);
        let expected: Vec<String> = texts().map(|text| folded(&text)).collect();
        let curation =
            Curation::read(&data.join("curation/relay"), "1").unwrap_or_else(|diagnostics| panic!("{diagnostics:?}"));
        let keys: Vec<&str> = curation
            .flows
            .iter()
            .map(|flow| flow.key().and_then(|key| key.label.as_deref()).unwrap_or_default())
            .collect();
        assert_eq!(keys, expected, "{layout}");
        let (report, outcome) = regenerate(&options(&data, &page));
        assert_eq!(outcome, Outcome::Done, "{layout}: {report}");
        let catalog = port_data::read(&data.join("tables")).unwrap();
        let printed: Vec<&str> =
            catalog.flows.iter().map(|flow| flow.row.printed_label.as_deref().unwrap_or_default()).collect();
        assert_eq!(printed, expected, "{layout}");
        // The capture gives the same files again.
        let again = RegenerateOptions { docs: Vec::new(), check: true, ..options(&data, &page) };
        let (report, outcome) = regenerate(&again);
        assert_eq!(outcome, Outcome::Done, "{layout}: {report}");
    }
}

#[test]
fn the_expansion_of_hostile_texts_is_formatted_rust() {
    let tables = tempfile::tempdir().unwrap();
    write_tables(tables.path());
    let catalog = port_data::read(tables.path()).unwrap_or_else(|errors| panic!("{errors:?}"));
    let expanded = expand(&catalog);
    // Comments and blank lines are all that formatting adds to the tokens.
    let formatted = prettyplease::unparse(&syn::parse_file(&expanded).unwrap());
    let tokens = prettyplease::unparse(&syn::parse2(port_codegen::expand(&catalog)).unwrap());
    assert!(formatted == tokens, "the formatted file has other tokens");
}

const HIDDEN: &str = "\u{0}\u{7}\u{1b}\u{85}\u{9b}\u{61c}\u{200f}\u{202e}\u{2067}";

#[test]
fn a_page_with_a_hidden_character_is_rejected_at_its_place_and_nothing_is_written() {
    let (directory, data, page) = drafted("csv");
    let (report, outcome) = regenerate(&options(&data, &page));
    assert_eq!(outcome, Outcome::Done, "{report}");
    let text = fs::read_to_string(&page).unwrap();
    let capture = fs::read_to_string(data.join("captures/relay/1.csv")).unwrap();
    for hidden in HIDDEN.chars() {
        for from in ["a|b,", "Peer,", "TCP/1\n"] {
            let line = text.lines().position(|line| format!("{line}\n").contains(from)).unwrap() + 1;
            let changed = directory.path().join("changed.csv");
            let at = text.find(from).unwrap() + 1;
            fs::write(&changed, format!("{}{hidden}{}", &text[..at], &text[at..])).unwrap();
            let column = text[..at].rsplit('\n').next().unwrap().chars().count() + 1;
            let (report, outcome) = regenerate(&options(&data, &changed));
            assert_eq!(outcome, Outcome::Failed, "{from}");
            let message = format!("character U+{:04X}", u32::from(hidden));
            let is_expected = |error: &ReportedError| {
                (error.line, error.column) == (line, Some(column)) && error.message.contains(&message)
            };
            assert!(report.errors.iter().any(is_expected), "{message} at {line}:{column}, not {report}");
            assert_visible(&report.to_string());
            assert_visible(&escape_json(&serde_json::to_string_pretty(&report).unwrap()));
            assert_eq!(fs::read_to_string(data.join("captures/relay/1.csv")).unwrap(), capture);
        }
    }
}

const CURATION: &str = r#"
layout = "csv"
columns = [
    { head = "Peer", is = "peer" },
    { head = "Use", is = "label" },
    { head = "Ports", is = "ports" },
    { head = "Where", is = "customization", means = { "x" = "in x" } },
]
spanning = ["Peer"]
headings = ["Ports"]
tables = [{ heading = "Inbound", section = "Inbound" }]
sections = [{ heading = "In" }]

[values]
"Peer" = ["Clients"]

[every_row]
requirement = "required"
of = "Ports"
reason = "The title says so."

[peers]
"Clients" = "client"

[[text]]
digest = "0123456789abcdef"
what = "A title."

[[lost]]
section = "Inbound"
column = "Peer"
labels = ["Mail"]
reason = "The capture lost it."

[flow.relay-in]
row = { section = "Inbound", direction = "inbound", peer = "Clients", label = "Mail", ports = "TCP/25" }
purpose = "Take mail"
services = { "25" = "smtp" }
marks = ["*"]
condition = "server mode"
customization = "in the settings"
note = "A note."
note_of = "Mail"
other_numbers = ["1"]
other_hosts = ["a.example"]
adds = { reason = "Known." }
"#;

#[test]
fn a_curation_with_a_hidden_character_is_rejected_at_its_line() {
    let parse = |text: &str| {
        Curation::parse(Path::new("relay.toml"), text).map_err(|mut diagnostics| diagnostics.swap_remove(0))
    };
    // It has sections, but no column for them. Nothing else is wrong with it.
    let message = parse(CURATION).unwrap_err().to_string();
    assert!(message.starts_with("relay.toml:1: a column \"section\""), "{message}");
    let mut tried = 0;
    for hidden in HIDDEN.chars() {
        let code = u32::from(hidden);
        let expected = |at: usize| {
            let line = CURATION[..at].matches('\n').count() + 1;
            (format!("relay.toml:{line}:"), format!("character U+{code:04X} is not visible"))
        };
        // As itself, anywhere.
        for at in (0..CURATION.len()).step_by(7) {
            let (place, what) = expected(at);
            let message = parse(&format!("{}{hidden}{}", &CURATION[..at], &CURATION[at..])).unwrap_err().to_string();
            assert!(message.starts_with(&place) && message.contains(&what), "{message}, not {place}{what}");
        }
        // As an escape, in each text and each key in quotes.
        for (at, _) in CURATION.match_indices('"').step_by(2) {
            let (place, what) = expected(at);
            let message =
                parse(&format!("{}\\u{code:04x}{}", &CURATION[..=at], &CURATION[at + 1..])).unwrap_err().to_string();
            assert!(message.starts_with(&place) && message.contains(&what), "{message}, not {place}{what}");
            tried += 1;
        }
    }
    assert!(tried > 300, "only {tried} texts were tried");
}

/// Asserts that a text has no hidden characters.
fn assert_visible(text: &str) {
    let hidden: Vec<char> = text.chars().filter(|character| is_hidden(*character) && *character != '\n').collect();
    assert!(hidden.is_empty(), "{hidden:?} in {text:?}");
}

#[test]
fn no_input_or_argument_controls_the_terminal() {
    const STEERING: &str = "\u{1b}[2J\u{1b}]0;x\u{7}\u{9b}31m\u{202e}\u{2066}\u{200b}\r\u{8}\u{7f}\nerror: all is well";
    let (directory, data, _) = drafted("csv");
    let workspace = directory.path().join("xtask");
    let file = |name: &str, text: &str| {
        let path = directory.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_string()
    };
    fs::rename(&data, directory.path().join("port-data")).unwrap();
    let named = file(&format!("name{STEERING}.md"), "no table");
    let html = file(
        "relay.html",
        &format!("<table><tr><th>Peer<th>Use<tr><td>a{STEERING}<td>b&#x202e;&#x9b;</table>{STEERING}"),
    );
    let text = file("relay.txt", &format!("Peer{STEERING}|\nx{STEERING}|\n|\n"));
    let pages = directory.path().join(format!("pages{STEERING}"));
    fs::create_dir(&pages).unwrap();
    fs::write(pages.join(format!("relay{STEERING}.md")), "x").unwrap();
    let pages = pages.to_str().unwrap();
    let tables = directory.path().join(format!("tables{STEERING}"));
    fs::create_dir_all(tables.join("flows")).unwrap();
    fs::write(tables.join("vendors.csv"), format!("id,name,url\n{STEERING},\"{STEERING}\",{STEERING}\n")).unwrap();
    let doc = |page: &str| format!("relay={page}");
    let calls: [&[&str]; 16] = [
        &["regenerate", "--doc", &doc(&named)],
        &["regenerate", "--doc", &doc(&named), "--report", "json"],
        &["regenerate", "--doc", &doc(&html)],
        &["regenerate", "--doc", &doc(&html), "--report", "json"],
        &["regenerate", "--doc", &doc(&text)],
        &["regenerate", "--doc", &doc(&text), "--report", "json"],
        &["regenerate", "--docs", pages],
        &["regenerate", "--docs", pages, "--report", "json"],
        &["regenerate", "--doc", &format!("{STEERING}=x.md")],
        &["regenerate", "--doc", STEERING],
        &["regenerate", "--report", STEERING],
        &[STEERING],
        &["expand", tables.to_str().unwrap()],
        &["new-product", STEERING, "--doc", &html],
        &["new-product", "other", "--doc", &named],
        &["new-product", "other", "--doc", &html, "--layout", STEERING],
    ];
    for call in calls {
        let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(call)
            .env("CARGO_MANIFEST_DIR", &workspace)
            .output()
            .unwrap();
        let [stdout, stderr] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8(bytes.clone()).unwrap());
        assert_eq!(output.status.code(), Some(2), "{call:?}: {stderr}");
        assert_visible(&stdout);
        assert_visible(&stderr);
        let lines = || stdout.lines().chain(stderr.lines());
        assert!(lines().next().is_some() && !lines().any(|line| line == "error: all is well"), "{call:?}: {stderr}");
    }
}
