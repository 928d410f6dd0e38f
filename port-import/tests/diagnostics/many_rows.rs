//! Faults of many rows become one diagnostic, and different faults are all reported.

use port_catalog_tests::diagnostics::Cases;

use crate::workspace::Workspace;

const COLUMNS: &str = r#"layout = "markdown"
columns = [
    { head = "Peer", is = "peer" },
    { head = "Way", is = "direction" },
    { head = "Use", is = "label" },
    { head = "Port", is = "ports" },
    { head = "More", is = "note" },
]
"#;

/// A page with a table below each heading.
fn page(tables: &[(&str, &[&str])]) -> String {
    let table = |(heading, rows): &(&str, &[&str])| {
        let rows: String = rows.iter().map(|row| format!("| {row} |\n")).collect();
        format!("# {heading}\n\n| Peer | Way | Use | Port | More |\n|---|---|---|---|---|\n{rows}\n")
    };
    tables.iter().map(table).collect()
}

/// A flow for each label.
fn flows(labels: &[&str]) -> String {
    let flow = |label: &&str| {
        let id = label.to_lowercase();
        format!("[flow.relay-in-{id}]\nrow = {{ label = \"{label}\" }}\npurpose = \"{label}\"\n")
    };
    labels.iter().map(flow).collect()
}

const LABELS: [&str; 5] = ["A", "B", "C", "D", "E"];

/// A row for each label. Each `X` becomes the label.
fn rows(row: &str) -> Vec<String> {
    LABELS.iter().map(|label| row.replace('X', label)).collect()
}

#[test]
fn faults_of_many_rows_are_one_diagnostic() {
    let mut cases = Cases::new("port-import/tests/diagnostics/many_rows.txt");
    let workspace = Workspace::new();
    let mut case = |name: &str, page: &str, curation: &str| {
        workspace.write("relay.md", page);
        workspace.write_curation(&format!("{COLUMNS}{curation}"));
        workspace.case(&mut cases, name, page.trim_end(), &workspace.options(&["relay=relay.md"]));
    };
    let tables = "tables = [{ heading = \"Ports\" }]\n";
    let peers = "[peers]\n\"Console\" = \"admin\"\n";
    let curated = format!("{tables}{peers}{}", flows(&LABELS));
    let one = |row: &str, curation: &str| {
        let rows = rows(row);
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        (page(&[("Ports", &rows)]), curation.to_string())
    };
    for (name, row, curation) in [
        ("rows without a peer", "| In | X | TCP/X1 |", &*curated.replace(peers, "")),
        ("rows with the same peer cell", "Staff | In | X | TCP/1 |", &curated.replace(peers, "")),
        ("rows with different peer cells", "Staff X | In | X | TCP/1 |", &curated.replace(peers, "")),
        ("rows without a flow", "Console | In | X | TCP/1 |", &format!("{tables}{peers}")),
        (
            "rows with a flow and rows without one",
            "Console | In | X | TCP/1 |",
            &format!("{tables}{peers}{}", flows(&["C"])),
        ),
        ("rows without ports", "Console | In | X | see X |", &curated),
        ("rows with a number", "Console | In | X | TCP/1 | Not 8443.", &curated),
        ("rows with remarks", "Console | In | X | TCP/1 (at night) |", &curated),
        ("rows with both directions", "Console | Both | X | TCP/1 |", &curated),
        ("rows with an unknown direction", "Console | Sideways | X | TCP/1 |", &curated),
    ] {
        let row = row.replace("TCP/X1", "TCP/1");
        let (page, curation) = one(&row, curation);
        case(name, &page, &curation);
    }
    let several =
        ["Staff | Sideways | A | 443 or | Not 8443.", "Staff | Sideways | B | 443 or |", "Console | In | C | 1-2-3 |"];
    case("several faults of each row", &page(&[("Ports", &several)]), &format!("{tables}{}", flows(&["A", "B"])));
    let (rows_of_a_to_e, _) = one("Console | In | X | TCP/1 |", "");
    let more = "notes = 1\n";
    assert!(!curated.contains(more));
    case(
        "flows without a row",
        &page(&[("Ports", &["Console | In | Z | TCP/9 |"])]),
        &format!("{tables}{peers}{}{}", flows(&LABELS), flows(&["Z"])),
    );
    let noted: String = flows(&LABELS).replace("purpose", "note = \"Mind it.\"\npurpose");
    case("flows with notes that rest on nothing", &rows_of_a_to_e, &format!("{tables}{peers}{noted}"));
    let stale = noted.replace("purpose", "note_of = \"Client\"\npurpose");
    case("flows with notes that rest on another text", &rows_of_a_to_e, &format!("{tables}{peers}{stale}"));
    let other_header = |heading: &str| rows_of_a_to_e.replace("| More |", "| Note |").replace("Ports", heading);
    case(
        "tables with another column",
        &(other_header("Ports") + &other_header("More ports")),
        &format!("tables = [{{ heading = \"Ports\" }}, {{ heading = \"More ports\" }}]\n{peers}{}", flows(&LABELS)),
    );
    case(
        "tables that aren't described",
        &(rows_of_a_to_e.clone() + &other_header("More ports") + &other_header("Even more ports")),
        &curated,
    );
    let texts = "First text.\n\n## Second\n\nSecond text.\n\n## Third\n\nThird text with port 8443.\n\n";
    case("texts outside the tables", &format!("{texts}{rows_of_a_to_e}"), &curated);
    let gone =
        "[[text]]\ndigest = \"0123456789abcdef\"\n\n[[text]]\ndigest = \"123456789abcdef0\"\nwhat = \"A title.\"\n\n";
    case("texts that the page doesn't have", &rows_of_a_to_e, &format!("{tables}{gone}{peers}{}", flows(&LABELS)));
    cases.assert();
}
