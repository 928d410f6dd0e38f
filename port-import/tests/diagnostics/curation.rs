//! Pages that don't match their curation.

use std::fs;

use port_catalog_tests::diagnostics::Cases;
use port_catalog_tests::relay::listed_flows;
use port_import::regenerate::{Outcome, RegenerateOptions, regenerate};

use crate::readings::reading_cases;
use crate::texts::{text_cases, two_row_cases};
use crate::workspace::{Pair, Workspace};

/// The expected messages.
pub const FILE: &str = "port-import/tests/diagnostics/curation.txt";

#[test]
fn a_page_that_does_not_match_its_curation_is_rejected() {
    let mut cases = Cases::new(FILE);
    let workspace = Workspace::new();
    let [relay, gate, ends, screen] = [Pair::relay(), Pair::gate(), Pair::ends(), Pair::screen()];
    let headings = Pair::headings();
    for pair in [&relay, &gate, &ends, &screen, &headings] {
        workspace.write("relay.md", pair.page);
        workspace.write_curation(&pair.curation);
        let options = RegenerateOptions { check: true, ..workspace.options(&["relay=relay.md"]) };
        let (report, outcome) = regenerate(&options);
        assert_eq!(outcome, Outcome::Differs, "{report}");
    }
    row_cases(&mut cases, &workspace, &relay, &gate, &ends);
    outside_cases(&mut cases, &workspace, &relay, &gate);
    port_cell_cases(&mut cases, &workspace, &relay, &gate);
    reading_cases(&mut cases, &workspace, &screen);
    entry_cases(&mut cases, &workspace, &relay, &gate);
    heading_cases(&mut cases, &workspace, &headings);
    form_cases(&mut cases, &workspace, &relay);
    text_cases(&mut cases);
    two_row_cases(&mut cases);
    cases.assert();
}

fn row_cases(cases: &mut Cases, workspace: &Workspace, relay: &Pair, gate: &Pair, ends: &Pair) {
    let row = "| Console | Administer | TCP/443 (default) | |\n";
    let duplicate = format!("{row}{row}");
    let relay_changes = [
        ("a port with a service is replaced", "TCP/25 or 465", "TCP/25 or 587"),
        ("a remark is added to a port cell", "TCP/389 |", "TCP/389 (at night) |"),
        ("a peer cell is filled in", "| | Look up groups |", "| Directory | Look up groups |"),
        ("a label is changed", "| Directory | Look up users |", "| Directory | Find users |"),
        ("a row is removed", "| Mail clients | Send mail | TCP/25 or 465 | Ask the help desk. |\n", ""),
        (
            "a row is added",
            "| | Look up groups | UDP/389 | |\n",
            "| | Look up groups | UDP/389 | |\n| Clock | Set the time | UDP/123 | |\n",
        ),
        ("a row is duplicated", row, &duplicate),
        ("a peer cell is renamed", "| Console |", "| Consoles |"),
        ("a peer cell isn't mapped", "| Directory | Look up users | TCP/389 |", "| Staff | Look up users | TCP/389 |"),
        ("a number in the prose is changed", "port 636", "port 637"),
        ("a label is removed", "| Send mail |", "| |"),
        ("a port cell is emptied", "| TCP/443 (default) |", "| |"),
        ("a port cell contains only a name", "| TCP/443 (default) |", "| GOPHER |"),
        ("a port cell names an unknown service", "| TCP/443 (default) |", "| TCP/443 (WebUI, default) |"),
        ("prose begins with the reserved word", "Ask the help desk.", "prose 0123456789abcdef"),
        ("a cell begins with the reserved word", "| Console |", "| prose 0123456789abcdef |"),
    ];
    workspace.page_cases(cases, relay, &relay_changes);
    let gate_changes = [
        ("a direction is unknown", "| Inbound |", "| Sideways |"),
        ("interfaces are joined by and", "C/P1 (C recommended)", "C and P1"),
        ("a protocol is removed", "| Administer | TCP |", "| Administer | |"),
        ("prose is replaced by a short text", "| Ask a person about 9 lives of gate.acme.example. |", "| Settings |"),
        ("a port isn't one of the footnote", "1433*", "1436*"),
        ("a footnote is reworded", "The port 1433 or 1434", "The port 1433"),
        ("a protocol isn't in the catalog", "| TCP | 443 |", "| DCCP | 443 |"),
    ];
    workspace.page_cases(cases, gate, &gate_changes);
    let ends_changes = [
        ("neither end is the product", "| Clients | Relay |", "| Clients | Gateway |"),
        ("the end of the peer is empty", "| Clients | Relay |", "| | Relay |"),
    ];
    workspace.page_cases(cases, ends, &ends_changes);
    let part = ("a part of the product next to both ends", "tables = [{}]", "tables = [{ component = \"part\" }]");
    workspace.curation_cases(cases, ends, &[part]);
}

fn outside_cases(cases: &mut Cases, workspace: &Workspace, relay: &Pair, gate: &Pair) {
    let relay_changes = [
        ("a heading is renamed", "# Outbound", "# Outgoing"),
        ("a column is renamed", "| Peer | Use |", "| Peer | Usage |"),
        ("a table is removed", "\n# Outbound\n\n| Peer | Use | Ports | Remarks |\n|---|---|---|---|\n", ""),
        (
            "a table is added",
            "# Outbound\n",
            "# Hardware\n\n| Part | Size |\n|---|---|\n| Disk | Large |\n\n# Outbound\n",
        ),
        ("text is added outside the tables", "# Inbound\n", "# Inbound\n\nMind the gap.\n"),
        ("a number is added outside the tables", "# Inbound\n", "# Inbound\n\nMind the gap of 8443.\n"),
    ];
    workspace.page_cases(cases, relay, &relay_changes);
    let gate_changes = [
        ("text outside the tables is removed", "First line.\n", ""),
        ("text outside the tables is duplicated", "First line.\n", "First line.\n\nFirst line.\n"),
    ];
    workspace.page_cases(cases, gate, &gate_changes);
}

fn port_cell_cases(cases: &mut Cases, workspace: &Workspace, relay: &Pair, gate: &Pair) {
    let cells = [
        "TCP/0",
        "65536",
        "0443",
        "5000-1024",
        "1-2-3",
        "TCP",
        "TCP/",
        "443/",
        "443 or",
        "80,",
        "80,,443",
        "(443",
        "443)",
        "443 ()",
        "ports above 1024",
        "see page 5",
        "TCP only",
        "443.5",
        "8080a",
        "HTTPS443",
        "443 (or 8443)",
        "SSH (22, 2222)",
        "443/TCP (UDP)",
        "ESP (IP 51)",
        "ESP (TCP)",
        "ESP 4500",
        "ESP/50",
        "80/TCP/443",
        "HTTP/HTTPS/443",
        "HTTP or HTTPS 443",
        "SMTP IMAP",
        "25 or 465 and 587",
        "20/21 or 22",
        "53/udp+tcp or 54",
        "443 #",
        "TCP or UDP and SCTP 53",
        "53 TCP or UDP and SCTP",
        "TCP/UDP or SCTP 53",
        "53 (TCP) and (UDP) or (SCTP)",
        "TCP/443/TCP",
    ];
    for cell in cells {
        let change = (&*format!("port cell {cell}"), "TCP/443 (default)", cell);
        workspace.page_cases(cases, relay, &[change]);
    }
    for (protocol, ports) in [("TCP", "UDP/443"), ("TCP or UDP and SCTP", "443"), ("whatever", "443")] {
        let name = format!("protocol {protocol} with ports {ports}");
        let row = format!("| {protocol} | {ports} |");
        workspace.page_cases(cases, gate, &[(&name, "| TCP | 443 |", &row)]);
    }
}

fn entry_cases(cases: &mut Cases, workspace: &Workspace, relay: &Pair, gate: &Pair) {
    let take = "purpose = \"Take mail\"\n";
    let more = |more: &str| format!("{take}{more}\n");
    let console = "row = { peer = \"Console\" }";
    let changes = [
        ("an unused peer", "\"Console\" = \"admin\"\n", "\"Console\" = \"admin\"\n\"Robot\" = \"admin\"\n"),
        ("an unused number", "other_numbers = [\"636\"]", "other_numbers = [\"636\", \"7\"]"),
        ("an unused host", take, &more("other_hosts = [\"mail.acme.example\"]")),
        ("a service of a missing port", "465 = \"smtps\"", "466 = \"smtps\""),
        ("an unknown service", "465 = \"smtps\"", "465 = \"smpts\""),
        ("a service that isn't an id", "465 = \"smtps\"", "465 = \"smtps, tcp/22\""),
        ("an unknown peer", "\"Console\" = \"admin\"", "\"Console\" = \"amdin\""),
        ("an addition without a reason", "reason = \"The cell is empty.\"", "reason = \" \""),
        ("an unresolved FIXME", "purpose = \"Take mail\"", "purpose = \"FIXME\""),
        ("an empty purpose", "purpose = \"Take mail\"", "purpose = \"\""),
        ("marks that aren't printed", console, "row = { peer = \"Console\" }\nmarks = [\"only at night\"]"),
        ("a key that matches no row", console, "row = { peer = \"Consul\" }"),
        ("a key that matches the row of another flow", console, "row = { peer = \"Mail clients\" }"),
        ("two flows with the same key", "row = { label = \"Look up users\" }", "row = { label = \"Look up groups\" }"),
        ("an invalid id", "[flow.relay-in-admin]", "[flow.Relay_admin]"),
        ("a note that rests on nothing", take, &more("note = \"Ask the help desk.\"")),
        ("a note that rests on another text", take, &more("note = \"By day.\"\nnote_of = \"TCP/26\"")),
        ("a text under no note", take, &more("note_of = \"Send mail\"")),
        ("some of the ports of a row", take, &more("only = \"tcp/25\"")),
        ("some of other ports", take, &more("only = \"tcp/26\"")),
        (
            "a row without a flow that the page doesn't have",
            "[peers]",
            "[[row]]\nrow = { label = \"Sleep\" }\nno_flow = \"No.\"\n\n[peers]",
        ),
        (
            "a row without a flow and without a reason",
            "[peers]",
            "[[row]]\nrow = { peer = \"Console\" }\nno_flow = \"\"\n\n[peers]",
        ),
        (
            "every row rests on another heading",
            "[peers]",
            "[every_row]\nrequirement = \"required\"\nof = \"Needed\"\nreason = \"It says so.\"\n\n[peers]",
        ),
        (
            "a condition and a requirement",
            take,
            &more("note_of = \"\"\ncondition = \"at night\"\nrequirement = \"required\""),
        ),
        (
            "services both stated and added",
            take,
            &more("adds = { services = { 25 = \"smtp\" }, reason = \"The registry.\" }"),
        ),
        ("a label next to a printed one", take, &more("label = \"Mail\"")),
        (
            "some of the ports that are added",
            "adds = { peer = \"ldap-server\", reason = \"The cell is empty.\" }\n",
            "adds = { peer = \"ldap-server\", ports = \"tcp/1\", reason = \"The cell is empty.\" }\nonly = \"tcp/1\"\n",
        ),
        ("ports added to printed ports", take, &more("adds = { ports = \"tcp/26\", reason = \"A guess.\" }")),
        ("a row without a peer", "adds = { peer = \"ldap-server\", reason = \"The cell is empty.\" }\n", ""),
        (
            "a footnote that the page doesn't have",
            take,
            &more("footnote = { digest = \"0123456789abcdef\", ports = \"tcp/25\" }"),
        ),
        (
            "a lost cell without its row",
            "[peers]",
            "[[lost]]\nsection = \"Inbound\"\ncolumn = \"Peer\"\nlabels = [\"Send\"]\nreason = \"It is empty.\"\n\n[peers]",
        ),
        (
            "a lost cell that isn't empty",
            "[peers]",
            "[[lost]]\nsection = \"Inbound\"\ncolumn = \"Peer\"\nlabels = [\"Send mail\"]\nreason = \"It is empty.\"\n\n[peers]",
        ),
        ("ports that identify another row", console, "row = { peer = \"Console\", ports = \"TCP/80\" }"),
        ("a table without a direction", ", direction = \"inbound\"", ""),
        (
            "an invalid port in added ports",
            "465 = \"smtps\" }\n",
            "465 = \"smtps\" }\nadds = { ports = \"tcp/0\", reason = \"A guess.\" }\n",
        ),
    ];
    workspace.curation_cases(cases, relay, &changes);
    let marks = "marks = [\"*\"]\n";
    let changes = [
        (
            "a port that the footnote doesn't contain",
            "ports = \"tcp/1433 | tcp/1434\"",
            "ports = \"tcp/1433 | tcp/1436\"",
        ),
        ("a service outside of whole ports", marks, "marks = [\"*\"]\nservices = { 1433 = \"smtp\" }\n"),
        (
            "ports both added and of a footnote",
            marks,
            "marks = [\"*\"]\nadds = { ports = \"tcp/1433\", reason = \"A guess.\" }\n",
        ),
        (
            "a customization of a short text",
            "purpose = \"Administer the relay\"\n",
            "purpose = \"Administer the relay\"\ncustomization = \"in words\"\n",
        ),
        (
            "a direction that the page contradicts",
            "purpose = \"Administer the relay\"\n",
            "purpose = \"Administer the relay\"\ndirection = \"outbound\"\n",
        ),
        (
            "a text that the page doesn't have",
            "what = \"a title\"\n",
            "what = \"a title\"\n\n[[text]]\ndigest = \"0123456789abcdef\"\nwhat = \"gone\"\n",
        ),
        ("a number outside the tables that isn't explained", "what = \"the footnote of the store's port\"\n", ""),
    ];
    workspace.curation_cases(cases, gate, &changes);
}

/// Entries about several editions, or several flows of a row.
fn edition_cases(cases: &mut Cases, workspace: &Workspace, relay: &Pair) {
    let take = "purpose = \"Take mail\"\n";
    let more = |more: &str| format!("{take}{more}\n");
    let changes = [
        ("a flow without a row", "row = { peer = \"Console\" }\n", ""),
        ("a flow with two rows", take, &*more("shares_row_with = \"relay-in-admin\"")),
        ("a shared row without its flow", "row = { peer = \"Console\" }", "shares_row_with = \"relay-in-amdin\""),
        ("a key left out of nothing", take, &more("without = [\"note\"]")),
        ("a flow that is written as in flows.toml", "[flow.relay-in-admin]\n", "[[flow]]\nid = \"relay-in-admin\"\n"),
        ("a flow that is there twice", "[flow.relay-in-admin]\n", "[flow.relay-in-client]\n"),
        ("two tables of flows", "[peers]", "[flow]\nrelay-in-admin.note = \"a\"\n\n[flow]\n\n[peers]"),
        ("a key of a flow that is there twice", "[peers]", "[flow]\na.note = \"b\"\na.note = \"c\"\n\n[peers]"),
        ("an unknown key of a flow", "[peers]", "[flow]\na.notes = \"b\"\n\n[peers]"),
        ("a key of a flow without the id", "[peers]", "[flow]\nnote_of = \"b\"\n\n[peers]"),
        ("an id that is not a key", take, &more("id = \"relay-in-client\"")),
        (
            "an unknown absent flow",
            "[flow.relay-in-admin]",
            "[[absent]]\nflows = [\"relay-in-robot\"]\nreason = \"No.\"\n\n[flow.relay-in-admin]",
        ),
        (
            "absent flows without a reason",
            "[flow.relay-in-admin]",
            "[[absent]]\nflows = []\nreason = \"\"\n\n[flow.relay-in-admin]",
        ),
        (
            "an added direction that the page states",
            take,
            &more("adds = { direction = \"inbound\", reason = \"A guess.\" }"),
        ),
        ("groups of alternatives", take, &more("groups = \"all\"")),
        ("groups added to alternatives", take, &more("adds = { groups = \"all\", reason = \"A guess.\" }")),
        (
            "groups both stated and added",
            take,
            &more("groups = \"all\"\nadds = { groups = \"all\", reason = \"A guess.\" }"),
        ),
        ("an unknown meaning of groups", take, &more("groups = \"some\"")),
        (
            "a scope both stated and added",
            take,
            &more("scope = \"host\"\nadds = { scope = \"host\", reason = \"A guess.\" }"),
        ),
        ("an unknown component", take, &more("component = \"worker\"")),
        ("sections without their column", "[peers]", "sections = [{ heading = \"In\" }]\n\n[peers]"),
    ];
    workspace.curation_cases(cases, relay, &changes);
    let section =
        relay.curation.replace("{ head = \"Remarks\", is = \"note\" }", "{ head = \"Remarks\", is = \"section\" }");
    let section = section.replace("[peers]", "sections = [{ heading = \"Ask the help desk.\" }]\n\n[peers]");
    let pair = Pair { page: relay.page, curation: section };
    workspace.curation_cases(
        cases,
        &pair,
        &[("a section that isn't curated", "Ask the help desk.", "Call the help desk.")],
    );
    let shared = "[[flow]]\nid = \"relay-in-robot\"\nrow = { peer = \"Robot\" }\npurpose = \"Nothing\"\n\n[peers]\n\"Robot\" = \"admin\"\n";
    workspace.write("port-data/curation/relay/flows.toml", shared);
    let absent = |more: &str| {
        format!("[[absent]]\nflows = [\"relay-in-robot\"]\nreason = \"No robots.\"\n\n{more}[flow.relay-in-admin]")
    };
    let admin = "[flow.relay-in-admin]";
    let changes = [
        ("a flow and a peer that no edition has", admin, absent("")),
        ("a flow that is absent and described", admin, absent("[flow.relay-in-robot]\ngroups = \"all\"\n\n")),
        (
            "a shared flow without a row on the page",
            admin,
            format!("[flow.relay-in-robot]\ngroups = \"all\"\n\n{admin}"),
        ),
        ("an unknown key that is left out", admin, format!("[flow.relay-in-robot]\nwithout = [\"color\"]\n\n{admin}")),
        ("an id that no flow has", admin, format!("[flow]\nrelay-in-robots.note_of = \"Robot\"\n\n{admin}")),
    ];
    for (name, from, to) in &changes {
        workspace.curation_cases(cases, relay, &[(name, from, to)]);
    }
    let flows_toml = "port-data/curation/relay/flows.toml";
    workspace.file_case(cases, "flows of all editions by their ids", flows_toml, Some("[flow]\na.note = \"b\"\n"));
    let only_lists = relay.curation.replace("[flow.relay-in-client]", "[[flow]]\nid = \"relay-in-client\"");
    let end = only_lists.find("\n[flow.").unwrap();
    workspace.write_curation(&only_lists[..end]);
    workspace.case(cases, "an edition that lists its flows", "[[flow]]", &workspace.options(&[]));
    let (keys, flows) = relay.curation.split_at(relay.curation.find("[flow.").unwrap());
    workspace.write_curation(keys);
    let flows = listed_flows(flows).replace("relay-in-admin", "relay-in-client");
    workspace.write(flows_toml, &flows);
    let options = workspace.options(&["relay=relay.md"]);
    workspace.case(cases, "two flows of all editions with one id", flows_toml, &options);
    workspace.write(flows_toml, "");
}

fn heading_cases(cases: &mut Cases, workspace: &Workspace, headings: &Pair) {
    let changes = [
        ("a source without a destination", ", to = \"Relay\" }", " }"),
        ("ends of a heading next to a peer", "to = \"Relay\" }", "to = \"Relay\", peer = \"admin\" }"),
        (
            "ends of a heading next to those of cells",
            "{ head = \"Use\", is = \"label\" }",
            "{ head = \"Use\", is = \"peer\" }",
        ),
        ("an end of a heading isn't mapped", "\"Relay\" = \"\"", "\"Relays\" = \"\""),
        (
            "a flow in one direction is missing",
            "[flow.relay-out-client]\nshares_row_with = \"relay-in-client\"\ndirection = \"outbound\"\n",
            "",
        ),
        ("a flow and the one that shares its row have no purpose", "purpose = \"Talk to agents\"\n", ""),
    ];
    workspace.curation_cases(cases, headings, &changes);
}

fn form_cases(cases: &mut Cases, workspace: &Workspace, relay: &Pair) {
    let changes = [
        ("two label columns", "is = \"peer\"", "is = \"label\""),
        ("no port column", "is = \"ports\"", "is = \"note\""),
        ("a source next to a peer", "is = \"label\"", "is = \"from\""),
        ("a first port without a last one", "is = \"ports\"", "is = \"first-port\""),
        ("an ignored column without a reason", "is = \"note\"", "is = \"ignored\""),
        ("an ignored table without a reason", "heading = \"Inbound\"", "ignore = \"\", heading = \"Inbound\""),
        ("an unknown meaning", "is = \"peer\"", "is = \"pear\""),
        ("a missing key", "purpose = \"Take mail\"\n", ""),
        (
            "two ignored tables without a reason",
            "heading = \"Inbound\", section = \"Inbound\", direction = \"inbound\" },\n",
            "heading = \"Inbound\", ignore = \"\" },\n    { heading = \"Other\", ignore = \" \" },\n",
        ),
        ("an unknown key", "purpose = \"Take mail\"", "purpos = \"Take mail\""),
        ("an unknown layout", "layout = \"markdown\"", "layout = \"word\""),
        ("an unknown direction", "direction = \"inbound\"", "direction = \"in\""),
        ("a text without quotes", "layout = \"markdown\"", "layout = markdown"),
        ("a number instead of a text", "purpose = \"Take mail\"", "purpose = 5"),
        (
            "a hidden character in a comment",
            "purpose = \"Take mail\"\n",
            "purpose = \"Take mail\" # one \u{202e}of two\n",
        ),
        ("a hidden character as an escape", "purpose = \"Take mail\"", "purpose = \"Take \\u001b[1m mail\""),
    ];
    workspace.curation_cases(cases, relay, &changes);
    edition_cases(cases, workspace, relay);
    workspace.write("port-data/curation/relay/1.toml", b"# caf\xe9\n");
    workspace.case(cases, "a curation that isn't UTF-8", "caf\\xe9", &workspace.options(&[]));
    fs::remove_file(workspace.path("port-data/curation/relay/1.toml")).unwrap();
    workspace.case(cases, "a missing curation", "", &workspace.options(&[]));
}
