//! Drafts of a page that prints its ports in a sentence, and of its next edition.

use std::fs;

use port_import::digest::digest_of_words;
use port_import::new_product::{NewEdition, NewProduct, new_edition, new_product};

use crate::Workspace;

const SENTENCE: &str = "Nodes use TCP 7000 for the cluster and TCP 9042 for clients.";

fn page() -> String {
    format!("# Ports\n\n{SENTENCE}\n\n# Others\n\nThere are 25 nodes at most.\n")
}

/// What a person writes after the first error: the rows of the text.
fn edition() -> String {
    let digest = digest_of_words(SENTENCE);
    format!(
        r#"layout = "markdown"

[[tables]]
text = "{digest}"
section = "Ports"
direction = "inbound"
columns = [
    {{ head = "Ports", is = "ports" }},
    {{ head = "Use", is = "label" }},
]
rows = [
    {{ Ports = "TCP 7000", Use = "the cluster" }},
    {{ Ports = "TCP 9042", Use = "clients" }},
]
"#
    )
}

#[test]
fn a_page_with_its_ports_in_a_sentence_is_drafted_with_the_rows_that_a_person_wrote() {
    let workspace = Workspace::new();
    let new = workspace.product("relay", "page.md", &page());
    let digest = digest_of_words(SENTENCE);
    // Without lists or tables, the page isn't read, so that the digest isn't known.
    let errors = new_product(&new).unwrap_err();
    assert!(
        errors.iter().any(|error| error.place.line == 3 && error.text().contains("[[tables]] with text = ")),
        "{errors:?}"
    );
    let directory = workspace.data().join("curation/relay");
    fs::create_dir_all(&directory).unwrap();
    let again = NewProduct { again: true, ..new };
    fs::write(directory.join("1.toml"), edition().replace(&digest, "")).unwrap();
    let errors = new_product(&again).unwrap_err();
    let help = format!("set text = {digest:?} and correct the rows");
    assert!(errors.iter().any(|error| error.place.line == 3 && error.text().contains(&help)), "{errors:?}");

    fs::write(directory.join("1.toml"), edition()).unwrap();
    let draft = workspace.draft(&again);
    assert_eq!(draft.ports(), ["tcp/7000", "tcp/9042"], "{}", draft.flows);
    assert_eq!(
        (draft.summary.rows, draft.summary.texts, draft.summary.unexplained_texts),
        (2, 3, 1),
        "{}",
        draft.edition
    );
    assert!(draft.edition.starts_with(&edition()), "{}", draft.edition);
    draft.assert_lacks(&[&*format!("digest = {digest:?}")]);
}

#[test]
fn a_new_edition_has_the_rows_of_a_text_and_the_rows_that_are_printed_twice() {
    let workspace = Workspace::new();
    let table = "# Web\n\n| Use | Port |\n|---|---|\n| Administer | TCP/443 |\n| Administer | TCP/443 |\n";
    let doc = workspace.product("relay", "page.md", &(page() + table)).doc;
    let directory = workspace.data().join("curation/relay");
    fs::create_dir_all(&directory).unwrap();
    let tables = r#"
[[tables]]
heading = "Web"
direction = "inbound"
columns = [
    { head = "Use", is = "label" },
    { head = "Port", is = "ports" },
]

[[row]]
row = { label = "Administer" }
no_flow = "The page prints it twice."
repeats = true
"#;
    let flows = r#"[[flow]]
id = "relay-in-admin"
row = { label = "Administer" }
purpose = "Administer"
peer = "admin"
"#;
    fs::write(directory.join("1.toml"), edition() + tables).unwrap();
    fs::write(directory.join("flows.toml"), flows).unwrap();
    for (table, row) in [
        ("products", "relay,acme,Relay,,mail,,\n"),
        ("editions", "relay,1,1,Ports,https://acme.example,,,2026-01-31,true,\n"),
    ] {
        let file = workspace.data().join(format!("tables/{table}.csv"));
        fs::write(&file, fs::read_to_string(&file).unwrap() + row).unwrap();
    }
    let new = NewEdition {
        data: workspace.data(),
        product: "relay".into(),
        edition: "2".into(),
        doc,
        ..NewEdition::default()
    };
    new_edition(&new).unwrap_or_else(|errors| panic!("{errors:?}"));
    let drafted = fs::read_to_string(directory.join("2.toml")).unwrap();
    let rows = edition();
    for text in [&rows[rows.find("rows = ").unwrap()..], "no_flow = \"The page prints it twice.\"\nrepeats = true\n"] {
        assert!(drafted.contains(text), "{text}\n{drafted}");
    }
    // The first of the two rows has its flow.
    assert!(!drafted.contains("[[absent]]"), "{drafted}");
}
