//! Facts of the curation that name the printed text on which they rest.

use std::fs;

use port_catalog_tests::diagnostics::Cases;
use port_import::capture::Prose;
use port_import::new_product::{NewEdition, new_edition};
use port_import::regenerate::{Outcome, RegenerateOptions, regenerate};

use crate::workspace::{Pair, Workspace};

const PAGE: &str = "\
The remote cluster uses all of these ports.

# Remote

| Peer | Use | Port | Remarks |
|---|---|---|---|
| Console | Administer | TCP/443 | Only while the cluster is being upgraded. |
| Console | Sleep | TCP/444 | |
";

const INTRODUCTION: &str = "The remote cluster uses all of these ports.";

fn curation() -> String {
    let digest = Prose::digest(INTRODUCTION).digest;
    let remark = Prose::digest("Only while the cluster is being upgraded.").digest;
    format!(
        r#"layout = "markdown"
columns = [
    {{ head = "Peer", is = "peer" }},
    {{ head = "Use", is = "label" }},
    {{ head = "Port", is = "ports" }},
    {{ head = "Remarks", is = "note" }},
]

[[tables]]
heading = "Remote"
direction = "inbound"
condition = "a remote cluster is used"
note_of = ["Remote", "{digest}"]

[[text]]
digest = "{digest}"

[[row]]
row = {{ label = "Sleep" }}
no_flow = "Nobody sleeps."
note_of = "TCP/444"

[flow.relay-in-admin]
row = {{ label = "Administer" }}
purpose = "Administer the relay"
peer = "admin"
note = "Only during upgrades."
note_of = ["Console", "{remark}"]
"#
    )
}

#[test]
fn facts_whose_text_is_not_printed_are_rejected() {
    let mut cases = Cases::new("port-import/tests/diagnostics/basis.txt");
    let workspace = Workspace::new();
    let pair = Pair { page: PAGE, curation: curation() };
    workspace.write("relay.md", PAGE);
    workspace.write_curation(&pair.curation);
    let options = RegenerateOptions { check: true, ..workspace.options(&["relay=relay.md"]) };
    let (report, outcome) = regenerate(&options);
    assert_eq!(outcome, Outcome::Differs, "{report}");
    let digest = Prose::digest(INTRODUCTION).digest;
    let of_table = format!("note_of = [\"Remote\", \"{digest}\"]");
    let remark = Prose::digest("Only while the cluster is being upgraded.").digest;
    let of_flow = format!("note_of = [\"Console\", \"{remark}\"]");
    let condition = "condition = \"a remote cluster is used\"\n";
    workspace.curation_cases(
        &mut cases,
        &pair,
        &[
            ("the condition of a table names no text", &*format!("{of_table}\n"), ""),
            (
                "the requirement of a table names no text",
                &format!("{condition}{of_table}"),
                "requirement = \"required\"",
            ),
            (
                "a table with a text and no facts",
                "direction = \"inbound\"\ncondition = \"a remote cluster is used\"\n",
                "",
            ),
            ("the condition of a table rests on another text", &of_table, "note_of = [\"Local\"]"),
            ("the condition of a table rests on words", &of_table, &format!("note_of = {INTRODUCTION:?}")),
            ("the condition of a table rests on some of the words", &of_table, "note_of = \"remote cluster uses\""),
            ("a row that isn't a flow rests on another text", "note_of = \"TCP/444\"", "note_of = \"TCP/445\""),
            ("a flow rests on words of its prose", &of_flow, "note_of = \"Only while the cluster is being upgraded.\""),
            ("a flow rests on some words of its prose", &of_flow, "note_of = \"while the cluster\""),
            (
                "the peer of a flow rests on another text",
                &format!("note = \"Only during upgrades.\"\n{of_flow}"),
                "note_of = \"Staff\"",
            ),
        ],
    );
    workspace.page_cases(
        &mut cases,
        &pair,
        &[
            ("the text under a condition is reworded", "uses all of these ports", "uses some of these ports"),
            ("the cell under a reason changes", "| TCP/444 | |", "| TCP/445 | |"),
        ],
    );
    cases.assert();
}

#[test]
fn a_new_edition_does_not_take_over_facts_without_their_text() {
    let workspace = Workspace::new();
    workspace.write("relay.md", PAGE);
    workspace.write_curation(&curation());
    let (report, outcome) = regenerate(&workspace.options(&["relay=relay.md"]));
    assert_eq!(outcome, Outcome::Done, "{report}");
    workspace.write("second.md", PAGE.replace(INTRODUCTION, "All clusters use these ports."));
    let new = NewEdition {
        data: workspace.path("port-data"),
        product: "relay".to_string(),
        edition: "2".to_string(),
        doc: workspace.path("second.md"),
        retrieved: Some("2026-01-31".to_string()),
        ..NewEdition::default()
    };
    new_edition(&new).unwrap_or_else(|diagnostics| panic!("{diagnostics:?}"));
    let file = workspace.path("port-data/curation/relay/2.toml");
    let draft = fs::read_to_string(&file).unwrap();
    fs::write(&file, draft.replace("FIXME", "Something")).unwrap();
    let (report, outcome) = regenerate(&workspace.options(&["relay@2=second.md"]));
    assert_eq!(outcome, Outcome::Failed, "{report}");
    let digest = Prose::digest(INTRODUCTION).digest;
    let expected = format!("condition and direction of the table \"Remote\" rest on \"{digest}\"");
    assert!(report.errors.iter().any(|error| error.message.starts_with(&expected)), "{draft}\n{report}");
}
