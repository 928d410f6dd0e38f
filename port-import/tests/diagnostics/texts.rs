//! Texts that print rows of tables, and readings that rest on another row.

use port_catalog_tests::diagnostics::Cases;
use port_data::FlowRow;
use port_import::digest::digest_of_words;
use port_import::regenerate::{Outcome, RegenerateOptions, regenerate};

use crate::workspace::{Pair, Workspace};

const SENTENCE: &str =
    "Nodes use 7000 for the cluster (7001 with TLS) and 9042 for clients, up to 64 of them. All ports are TCP.";

const PAGE: &str = "\
# Ports

Nodes use 7000 for the cluster (7001 with TLS) and 9042 for clients, up to 64 of them. All ports are TCP.

# Web

| Use | Port |
|---|---|
| Administer | TCP/443 |

# More

Nothing else.
";

/// A page that prints its ports in a sentence and in a table.
fn sentence() -> Pair {
    let curation = r#"layout = "markdown"
columns = [
    { head = "Use", is = "label" },
    { head = "Port", is = "ports" },
]

[[tables]]
text = "DIGEST"
heading = "Ports"
direction = "inbound"
columns = [
    { head = "Use", is = "label" },
    { head = "Port", is = "ports" },
    { head = "Protocol", is = "protocol" },
    { head = "If", is = "note" },
]
rows = [
    { Use = "the cluster", Port = "7000", Protocol = "TCP" },
    { Use = "the cluster", Port = "7001", Protocol = "TCP", If = "with TLS" },
    { Use = "clients", Port = "9042", Protocol = "TCP" },
]
what = "The greatest number of clients."

[[tables]]
heading = "Web"
direction = "inbound"

[[text]]
digest = "HEADING"

[[text]]
digest = "MORE"
below = "Web"

[flow.relay-in-cluster]
row = { label = "the cluster", ports = "7000" }
purpose = "Connect nodes"
peer = "admin"

[flow.relay-in-cluster-tls]
row = { label = "the cluster", ports = "7001" }
purpose = "Connect nodes over TLS"
peer = "admin"
note = "Only with TLS."
note_of = "DIGEST"

[flow.relay-in-client]
row = { label = "clients" }
purpose = "Query"
peer = "client"

[flow.relay-in-admin]
row = { label = "Administer" }
purpose = "Administer the relay"
peer = "admin"
"#;
    let digests = [("DIGEST", SENTENCE), ("HEADING", "Ports"), ("MORE", "More Nothing else.")];
    let set = |text: String, (name, words): (&str, &str)| text.replace(name, &digest_of_words(words));
    Pair { page: PAGE, curation: digests.into_iter().fold(curation.to_string(), set) }
}

/// A page that prints the two ends of a range in two rows.
fn ends_of_range() -> Pair {
    let page = "\
| Peer | Use | Port |
|---|---|---|
| Viewers | First display | 21000 |
| Viewers | Last display | 21255 |
| Viewers | Administer | 443 |
";
    let curation = r#"layout = "markdown"
columns = [
    { head = "Peer", is = "peer" },
    { head = "Use", is = "label" },
    { head = "Port", is = "ports" },
]
tables = [{ direction = "inbound" }]

[peers]
"Viewers" = "client"

[[row]]
row = { label = "Last display" }
no_flow = "The row prints only the last port of the range of relay-in-client."

[flow.relay-in-client]
row = { label = "First display" }
purpose = "Show displays"
reading = { cell = "21000", ports = "any/21000-21255" }
note = "The page prints the ends of the range in two rows."
note_of = ["21255", "Port"]

[flow.relay-in-admin]
row = { label = "Administer" }
purpose = "Administer the relay"
peer = "admin"
note = "One port."
note_of = "Use"
"#;
    Pair { page, curation: curation.to_string() }
}

/// The ports of each flow, with the number of its row.
fn flows(workspace: &Workspace, pair: &Pair) -> Vec<String> {
    workspace.write("relay.md", pair.page);
    workspace.write_curation(&pair.curation);
    let (report, outcome) = regenerate(&workspace.options(&["relay=relay.md"]));
    assert_eq!(outcome, Outcome::Done, "{report}");
    // Without the page, everything is in the capture.
    let (report, outcome) = regenerate(&RegenerateOptions { check: true, ..workspace.options(&[]) });
    assert_eq!(outcome, Outcome::Done, "{report}");
    let flows = FlowRow::read(&workspace.path("port-data/tables/flows/relay/1.csv")).unwrap();
    flows.iter().map(|flow| format!("{} {} {}", flow.row, flow.id, flow.cell("ports"))).collect()
}

#[test]
fn rows_are_read_in_a_text_and_ranges_in_two_rows() {
    let expected = [
        "1 relay-in-cluster tcp/7000",
        "2 relay-in-cluster-tls tcp/7001",
        "3 relay-in-client tcp/9042",
        "4 relay-in-admin tcp/443",
    ];
    assert_eq!(flows(&Workspace::new(), &sentence()), expected);
    let expected = ["1 relay-in-client any/21000-21255", "3 relay-in-admin any/443"];
    assert_eq!(flows(&Workspace::new(), &ends_of_range()), expected);
}

#[test]
fn every_change_of_a_text_with_rows_is_an_error_at_its_line() {
    let workspace = Workspace::new();
    let pair = sentence();
    flows(&workspace, &pair);
    let start = PAGE.find(SENTENCE).unwrap();
    let letters = SENTENCE.char_indices().filter(|(_, letter)| *letter != ' ');
    let changes = letters.flat_map(|(at, letter)| {
        let (before, after) = (&SENTENCE[..at], &SENTENCE[at + letter.len_utf8()..]);
        let other = if letter == 'x' { 'y' } else { 'x' };
        [format!("{before}{after}"), format!("{before}{other}{after}"), format!("{before}9{letter}{after}")]
    });
    let words = SENTENCE.split(' ').map(|word| SENTENCE.replacen(word, "", 1));
    let options = RegenerateOptions { check: true, ..workspace.options(&["relay=relay.md"]) };
    for text in changes.chain(words) {
        workspace.write("relay.md", format!("{}{text}{}", &PAGE[..start], &PAGE[start + SENTENCE.len()..]));
        let (report, outcome) = regenerate(&options);
        assert_eq!(outcome, Outcome::Failed, "{text}\n{report}");
        assert_eq!(report.errors[0].line, 3, "{text}\n{report}");
    }
    // Only the width of whitespace doesn't matter.
    workspace.write("relay.md", PAGE.replacen("the cluster", "the\n  cluster", 1));
    let (report, outcome) = regenerate(&options);
    assert_eq!((outcome, report.errors.len()), (Outcome::Done, 0), "{report}");
}

/// The cases of rows in texts.
pub fn text_cases(cases: &mut Cases) {
    let workspace = Workspace::new();
    let pair = sentence();
    flows(&workspace, &pair);
    let second = format!("{SENTENCE}\n\nNodes use 7000");
    let moved = format!("# More\n\nNothing else.\n\n{SENTENCE}\n");
    let swapped = PAGE.replacen(&format!("{SENTENCE}\n\n"), "", 1);
    let swapped = swapped.replacen("# More\n\nNothing else.\n", &moved, 1);
    workspace.page_cases(
        cases,
        &pair,
        &[
            ("a port in a text with rows changes", "9042", "9043"),
            ("a word of a text with rows changes", "All ports are", "Every port is"),
            ("a text with rows is reworded and lacks a row", " and 9042 for clients", ""),
            ("a text with rows is removed", SENTENCE, ""),
            ("a text with rows is printed twice", "Nothing else.", &format!("Nothing else.\n\n{SENTENCE}")),
            ("a text next to one with rows is added", "Nodes use 7000", &second.replacen(SENTENCE, "Port 22 too.", 1)),
            ("a text with rows is below another heading", PAGE, &swapped),
        ],
    );
    let digest = format!("text = \"{}\"\n", digest_of_words(SENTENCE));
    let what = "what = \"The greatest number of clients.\"\n";
    let client = "    { Use = \"clients\", Port = \"9042\", Protocol = \"TCP\" },\n";
    let rows = &pair.curation[pair.curation.find("rows = [").unwrap()..pair.curation.find(what).unwrap()];
    workspace.curation_cases(
        cases,
        &pair,
        &[
            ("a cell that its text doesn't print", "Use = \"clients\"", "Use = \"customers\""),
            ("a cell with a part of a number", "Port = \"9042\"", "Port = \"904\""),
            ("a number of a text with rows that nothing explains", what, ""),
            ("a number of a text with rows that is in no row", &format!("{client}]\n{what}"), "]\n"),
            ("a text without rows", rows, ""),
            ("rows without a text", &digest, ""),
            ("an explanation without a text", "heading = \"Web\"", "heading = \"Web\"\nwhat = \"Forms.\""),
            ("rows of a text and the pattern of a list", what, "item = \"{Port}: {Use}\"\n"),
            ("an ignored text with rows", what, "ignore = \"Clients.\"\n"),
            ("a cell of a text in an unknown column", "Use = \"clients\"", "Users = \"clients\""),
            (
                "a text with rows that is listed again",
                "[[text]]\n",
                &format!("[[text]]\ndigest = {:?}\n\n[[text]]\n", digest_of_words(SENTENCE)),
            ),
        ],
    );
    for (name, from, to) in [
        ("a row of a text is added without its page", client, &*format!("{client}{}", client.replace("9042", "64"))),
        ("a cell of a text is changed without its page", "If = \"with TLS\"", "If = \"TLS\""),
        ("the digest of a text is changed without its page", &*digest, "text = \"0123456789abcdef\"\n"),
    ] {
        workspace.write_curation(&pair.curation.replacen(from, to, 1));
        workspace.case(cases, name, &crate::workspace::change(from, to), &workspace.options(&[]));
    }
}

/// The cases of a range whose ends are in two rows.
pub fn two_row_cases(cases: &mut Cases) {
    let workspace = Workspace::new();
    let pair = ends_of_range();
    flows(&workspace, &pair);
    workspace.page_cases(
        cases,
        &pair,
        &[
            ("the end of a range in another row changes", "21255", "21300"),
            ("the start of a range in two rows changes", "21000", "21001"),
            ("a column on which a note rests is renamed", "| Use |", "| Purpose |"),
        ],
    );
    workspace.curation_cases(
        cases,
        &pair,
        &[
            ("a range with an end that no text prints", "note_of = [\"21255\", \"Port\"]", "note_of = \"Port\""),
            ("a range with an end in a row that doesn't print it", "21000-21255", "21000-21256"),
            ("a range without the port of its row", "any/21000-21255", "any/20000-21255"),
            ("a note that rests on the cell of another row", "note_of = \"Use\"", "note_of = \"21255\""),
            (
                "a reading that doesn't use the cell of another row",
                "\"21255\", \"Port\"",
                "\"21255\", \"Port\", \"443\"",
            ),
        ],
    );
}
