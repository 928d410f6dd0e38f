//! Every diagnostic of captures, curations, drafts and regenerations, with its whole message. No case writes a file.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use port_catalog_tests::diagnostics::{Cases, assert_every_code_has_a_case};
use port_catalog_tests::files;
use port_catalog_tests::relay::{CURATION, PAGE, relay};
use port_import::capture::Prose;
use port_import::codes;
use port_import::new_product::{NewProduct, new_product};
use port_import::page::Layout;
use port_import::regenerate::{Outcome, RegenerateOptions, regenerate};
use tempfile::TempDir;

const FILES: [&str; 3] = [
    "port-import/tests/diagnostics/curation.txt",
    "port-import/tests/diagnostics/regenerate.txt",
    "port-import/tests/diagnostics/draft.txt",
];

/// A workspace with the data of a small product and its page.
struct Workspace {
    directory: TempDir,
}

/// Every file below a directory, with its contents.
fn tree(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let read = |file: PathBuf| (file.clone(), fs::read(directory.join(file)).unwrap());
    files::below(directory).into_iter().map(read).collect()
}

impl Workspace {
    fn new() -> Workspace {
        let (directory, data) = relay();
        fs::rename(data, directory.path().join("port-data")).unwrap();
        Workspace { directory }
    }

    /// A workspace after its first regeneration.
    fn regenerated() -> Workspace {
        let workspace = Workspace::new();
        let (report, outcome) = regenerate(&workspace.options(&["relay=relay.md"]));
        assert_eq!(outcome, Outcome::Done, "{report}");
        workspace
    }

    fn path(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        fs::write(self.path(path), text).unwrap();
    }

    fn write_curation(&self, curation: &str) {
        self.write("port-data/curation/relay.toml", curation);
    }

    /// A regeneration with pages, each as `PRODUCT=FILE`.
    fn options(&self, docs: &[&str]) -> RegenerateOptions {
        let doc = |doc: &&str| {
            let (product, file) = doc.split_once('=').unwrap();
            (product.to_string(), self.path(file))
        };
        RegenerateOptions {
            data: self.path("port-data"),
            root: self.directory.path().to_path_buf(),
            docs: docs.iter().map(doc).collect(),
            docs_directory: None,
            out: None,
            check: false,
        }
    }

    /// A case of a regeneration that fails and writes nothing.
    fn case(&self, cases: &mut Cases, name: &str, input: &str, options: &RegenerateOptions) {
        let before = tree(self.directory.path());
        let (report, outcome) = regenerate(options);
        assert_eq!(outcome, Outcome::Failed, "{name}\n{report}");
        assert!(report.to_string().ends_with("nothing was written\n"), "{name}\n{report}");
        assert!(tree(self.directory.path()) == before, "{name}: something was written");
        let errors: String = report.errors.iter().map(|error| format!("{error}\n")).collect();
        cases.text(name, input, &errors);
    }

    /// Cases of a page in which one text is replaced.
    fn page_cases(&self, cases: &mut Cases, pair: &Pair, changes: &[(&str, &str, &str)]) {
        self.write_curation(&pair.curation);
        for (name, from, to) in changes {
            assert!(pair.page.contains(from), "{name}: {from}");
            self.write("relay.md", pair.page.replacen(from, to, 1));
            self.case(cases, name, &change(from, to), &self.options(&["relay=relay.md"]));
        }
    }

    /// Cases of a curation in which one text is replaced.
    fn curation_cases(&self, cases: &mut Cases, pair: &Pair, changes: &[(&str, &str, &str)]) {
        self.write("relay.md", pair.page);
        for (name, from, to) in changes {
            assert!(pair.curation.contains(from), "{name}: {from}");
            self.write_curation(&pair.curation.replacen(from, to, 1));
            self.case(cases, name, &change(from, to), &self.options(&["relay=relay.md"]));
        }
    }

    /// A case of a file of the data that is changed or removed, and restored afterwards.
    fn file_case(&self, cases: &mut Cases, name: &str, path: &str, text: Option<&str>) {
        let before = fs::read(self.path(path)).ok();
        match text {
            Some(text) => self.write(path, text),
            None => fs::remove_file(self.path(path)).unwrap(),
        }
        self.case(cases, name, path, &self.options(&[]));
        match before {
            Some(text) => self.write(path, text),
            None => fs::remove_file(self.path(path)).unwrap(),
        }
    }
}

/// A page and its curation.
struct Pair {
    page: &'static str,
    curation: String,
}

impl Pair {
    fn relay() -> Pair {
        Pair { page: PAGE, curation: CURATION.to_string() }
    }

    /// A page with columns for the direction, the interfaces, the protocol and the customization, and with lines outside its tables.
    fn gate() -> Pair {
        let page = "\
First line.

| Way | Interface | Use | Protocol | Port | Change |
|---|---|---|---|---|---|
| Inbound | C/P1 (C recommended) | Administer | TCP | 443 | Settings |
| Outbound | P1 | Ask the store | TCP | 1433* | Ask a person about 9 lives of gate.acme.example. |

\\* The port 1433 or 1434.
";
        let lines = ["First line.", "\\* The port 1433 or 1434."].map(|line| Prose::digest(line).digest);
        let curation = format!(
            r#"layout = "markdown"
columns = [
    {{ head = "Way", is = "direction" }},
    {{ head = "Interface", is = "interfaces" }},
    {{ head = "Use", is = "label" }},
    {{ head = "Protocol", is = "protocol" }},
    {{ head = "Port", is = "ports" }},
    {{ head = "Change", is = "customization", short = {{ "Settings" = "in the settings" }} }},
]
tables = [{{ section = "All" }}]

[[line]]
digest = "{}"
what = "a title"

[[line]]
digest = "{}"
after_tables = 1
what = "the footnote of the store's port"

[[flow]]
id = "relay-in-admin"
row = {{ label = "Administer" }}
peer = "admin"
purpose = "Administer the relay"

[[flow]]
id = "relay-out-store"
row = {{ label = "Ask the store", ports = "1433*" }}
peer = "admin"
purpose = "Ask the store"
marks = ["*"]
footnote = {{ digest = "{}", ports = "tcp/1433 | tcp/1434" }}
other_numbers = ["9"]
other_hosts = ["gate.acme.example"]
"#,
            lines[0], lines[1], lines[1]
        );
        Pair { page, curation }
    }

    /// A page with columns From and To.
    fn ends() -> Pair {
        let page = "\
| From | To | Use | Port |
|---|---|---|---|
| Relay | Directory | Look up users | TCP/389 |
| Clients | Relay | Send mail | TCP/25 |
";
        let curation = r#"layout = "markdown"
own_name = "Relay"
columns = [
    { head = "From", is = "from" },
    { head = "To", is = "to" },
    { head = "Use", is = "label" },
    { head = "Port", is = "ports" },
]
tables = [{}]

[peers]
"Directory" = "ldap-server"
"Clients" = "client"

[[flow]]
id = "relay-out-ldap"
row = { label = "Look up users" }
purpose = "Look up users"

[[flow]]
id = "relay-in-client"
row = { label = "Send mail" }
purpose = "Take mail"
"#;
        Pair { page, curation: curation.to_string() }
    }
}

/// A description of a replaced text.
fn change(from: &str, to: &str) -> String {
    match to.strip_prefix(from).or(to.strip_suffix(from)) {
        _ if to.is_empty() => format!("without {}", from.trim()),
        Some(more) => format!("added: {}", more.trim()),
        None => format!("{} instead of {}", to.trim(), from.trim()),
    }
}

#[test]
fn a_page_that_does_not_match_its_curation_is_rejected() {
    let mut cases = Cases::new(FILES[0]);
    let workspace = Workspace::new();
    let [relay, gate, ends] = [Pair::relay(), Pair::gate(), Pair::ends()];
    for pair in [&relay, &gate, &ends] {
        workspace.write("relay.md", pair.page);
        workspace.write_curation(&pair.curation);
        let options = RegenerateOptions { check: true, ..workspace.options(&["relay=relay.md"]) };
        let (report, outcome) = regenerate(&options);
        assert_eq!(outcome, Outcome::Differs, "{report}");
    }
    row_cases(&mut cases, &workspace, &relay, &gate, &ends);
    outside_cases(&mut cases, &workspace, &relay, &gate);
    port_cell_cases(&mut cases, &workspace, &relay, &gate);
    entry_cases(&mut cases, &workspace, &relay, &gate);
    form_cases(&mut cases, &workspace, &relay);
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
        ("a port cell contains only a name", "| TCP/443 (default) |", "| HTTPS |"),
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
        ("a protocol isn't in the catalog", "| TCP | 443 |", "| SCTP | 443 |"),
    ];
    workspace.page_cases(cases, gate, &gate_changes);
    let ends_changes = [
        ("neither end is the product", "| Clients | Relay |", "| Clients | Gateway |"),
        ("the end of the peer is empty", "| Clients | Relay |", "| | Relay |"),
    ];
    workspace.page_cases(cases, ends, &ends_changes);
}

fn outside_cases(cases: &mut Cases, workspace: &Workspace, relay: &Pair, gate: &Pair) {
    let relay_changes = [
        ("a heading is renamed", "# Outbound", "# Outgoing"),
        ("a column is renamed", "| Peer | Use |", "| Peer | Usage |"),
        ("a table is removed", "\n# Outbound\n\n| Peer | Use | Ports | Remarks |\n|---|---|---|---|\n", ""),
        ("a line is added outside the tables", "# Inbound\n", "# Inbound\n\nMind the gap.\n"),
    ];
    workspace.page_cases(cases, relay, &relay_changes);
    let gate_changes = [
        ("a line outside the tables is removed", "First line.\n", ""),
        ("a line outside the tables is duplicated", "First line.\n", "First line.\n\nFirst line.\n"),
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
        "1,024",
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
        "80, 443, or 8080",
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
        ("a duplicate id", "id = \"relay-in-admin\"", "id = \"relay-in-client\""),
        ("an invalid id", "id = \"relay-in-admin\"", "id = \"Relay_admin\""),
        ("a condition and a requirement", take, &more("condition = \"at night\"\nrequirement = \"required\"")),
        (
            "services both stated and added",
            take,
            &more("adds = { services = { 25 = \"smtp\" }, reason = \"The registry.\" }"),
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
            "a line that the page doesn't have",
            "what = \"a title\"\n",
            "what = \"a title\"\n\n[[line]]\ndigest = \"0123456789abcdef\"\nwhat = \"gone\"\n",
        ),
    ];
    workspace.curation_cases(cases, gate, &changes);
}

fn form_cases(cases: &mut Cases, workspace: &Workspace, relay: &Pair) {
    let changes = [
        ("two label columns", "is = \"peer\"", "is = \"label\""),
        ("no label column", "is = \"label\"", "is = \"note\""),
        ("from without to", "is = \"peer\"", "is = \"from\""),
        ("an unknown meaning", "is = \"peer\"", "is = \"pear\""),
        ("a missing key", "purpose = \"Take mail\"\n", ""),
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
    workspace.write("port-data/curation/relay.toml", b"# caf\xe9\n");
    workspace.case(cases, "a curation that isn't UTF-8", "caf\\xe9", &workspace.options(&[]));
    fs::remove_file(workspace.path("port-data/curation/relay.toml")).unwrap();
    workspace.case(cases, "a missing curation", "", &workspace.options(&[]));
}

#[test]
fn bad_files_and_pages_are_rejected() {
    let mut cases = Cases::new(FILES[1]);
    let workspace = Workspace::regenerated();
    workspace.write("pages/realy.md", PAGE);
    fs::create_dir(workspace.path("empty")).unwrap();
    workspace.write("relay.pdf", "no page");
    workspace.write("latin.md", b"| Peer |\n|---|\n| caf\xe9 |\n");
    fs::File::create(workspace.path("long.md")).unwrap().set_len((16 << 20) + 1).unwrap();
    for (name, docs) in [
        ("a page of an unknown product", &["realy=relay.md"][..]),
        ("two pages of a product", &["relay=relay.md", "relay=other.md"]),
        ("a missing page", &["relay=nowhere.md"]),
        ("a file that isn't a page", &["relay=relay.pdf"]),
        ("a page that isn't UTF-8", &["relay=latin.md"]),
        ("a page that is too long", &["relay=long.md"]),
    ] {
        workspace.case(&mut cases, name, &format!("--doc {}", docs.join(" --doc ")), &workspace.options(docs));
    }
    for (name, directory) in [
        ("a directory with a page of an unknown product", "pages"),
        ("a directory without pages", "empty"),
        ("a missing directory of pages", "nowhere"),
    ] {
        let options = RegenerateOptions { docs_directory: Some(workspace.path(directory)), ..workspace.options(&[]) };
        workspace.case(&mut cases, name, &format!("--docs {directory}"), &options);
    }
    let options = RegenerateOptions { out: Some(workspace.path("relay.pdf")), ..workspace.options(&[]) };
    workspace.case(&mut cases, "an output directory that is a file", "--out relay.pdf", &options);
    data_cases(&mut cases, &workspace);
    fs::remove_file(workspace.path("port-catalog/src/generated.rs")).unwrap();
    fs::create_dir(workspace.path("port-catalog/src/generated.rs")).unwrap();
    workspace.case(&mut cases, "a directory instead of generated.rs", "", &workspace.options(&[]));
    cases.assert();
}

fn data_cases(cases: &mut Cases, workspace: &Workspace) {
    let products_csv = "port-data/tables/products.csv";
    let products = fs::read_to_string(workspace.path(products_csv)).unwrap();
    workspace.file_case(cases, "products.csv is missing", products_csv, None);
    for (name, from, to) in [
        ("products.csv has no column id", "id,", "name,"),
        ("products.csv has an unresolved FIXME", ",Relay,", ",FIXME,"),
        ("products.csv has an unknown vendor", ",acme,", ",acne,"),
    ] {
        workspace.file_case(cases, name, products_csv, Some(&products.replacen(from, to, 1)));
    }
    workspace.file_case(cases, "peers.csv is missing", "port-data/tables/peers.csv", None);
    workspace.file_case(cases, "a flow table without a product", "port-data/tables/flows/realy.csv", Some("id\n"));
    workspace.file_case(cases, "a curation without a product", "port-data/curation/realy.toml", Some(CURATION));
    let capture_csv = "port-data/captures/relay.csv";
    workspace.file_case(cases, "the capture is missing", capture_csv, None);
    workspace.file_case(cases, "a capture with two columns", capture_csv, Some("kind,line\n"));
    let capture = fs::read_to_string(workspace.path(capture_csv)).unwrap();
    for (name, from, to) in [
        ("a capture with an unknown kind of record", "row,", "raw,"),
        ("a capture with a line without a number", "heading,", "line,"),
    ] {
        assert!(capture.contains(from), "{capture}");
        workspace.file_case(cases, name, capture_csv, Some(&capture.replacen(from, to, 1)));
    }
    let flows_csv = "port-data/tables/flows/relay.csv";
    let flows = fs::read_to_string(workspace.path(flows_csv)).unwrap();
    for (name, from, to) in [
        ("a flow table with a quote inside a cell", "Take mail", "Take \"mail\""),
        ("a flow table with an unknown direction", "inbound", "inbuond"),
    ] {
        workspace.file_case(cases, name, flows_csv, Some(&flows.replacen(from, to, 1)));
    }
}

#[test]
fn a_product_that_cannot_be_drafted_is_rejected() {
    let mut cases = Cases::new(FILES[2]);
    let workspace = Workspace::regenerated();
    let mut case = |name: &str, id: &str, doc: &str, layout: Option<Layout>| {
        let new = NewProduct {
            data: workspace.path("port-data"),
            id: id.to_string(),
            doc: workspace.path(doc),
            layout,
            vendor: None,
        };
        let before = tree(workspace.directory.path());
        let diagnostics = new_product(&new).unwrap_err();
        assert!(tree(workspace.directory.path()) == before, "{name}: something was written");
        let root = workspace.directory.path();
        let diagnostics: Vec<_> = diagnostics
            .into_iter()
            .map(|diagnostic| {
                let place = diagnostic.place.clone().relative_to(root);
                diagnostic.at(place)
            })
            .collect();
        cases.diagnostics(name, &format!("{id} --doc {doc}"), &diagnostics);
    };
    workspace.write("latin.md", b"| Peer |\n|---|\n| caf\xe9 |\n");
    workspace.write("words.md", "No table.\n");
    workspace
        .write("two.md", "| Use | Port |\n|---|---|\n| Mail | 25 |\n\n| Use | Number |\n|---|---|\n| Web | 80 |\n");
    workspace.write("none.md", "| Use | Number |\n|---|---|\n| Web | 80 |\n");
    workspace.write("both.txt", "Use,Port\n<table><tr><td>a<td>b<tr><td>c<td>d</table>,25\n");
    workspace.write("wide.txt", format!("| a |\n{}", "b |\n".repeat(1_001)));
    workspace.write("words.txt", "words\n");
    case("the product exists already", "relay", "relay.md", None);
    case("the page is missing", "gateway", "nowhere.md", None);
    case("the page isn't UTF-8", "gateway", "latin.md", None);
    case("the page has no table", "gateway", "words.md", None);
    case("the tables have different columns", "gateway", "two.md", None);
    case("no column contains ports", "gateway", "none.md", None);
    case("two layouts fit", "gateway", "both.txt", None);
    case("a row with 1002 cells", "gateway", "wide.txt", Some(Layout::Pipes));
    case("no layout fits", "gateway", "words.txt", None);
    let peers_csv = "port-data/tables/peers.csv";
    let peers = fs::read_to_string(workspace.path(peers_csv)).unwrap();
    workspace.write(peers_csv, peers.replacen("id,name", "id,title", 1));
    case("peers.csv has no column name", "gateway", "relay.md", None);
    cases.assert();
}

#[test]
fn every_code_has_a_case() {
    assert_every_code_has_a_case(codes::ALL, &FILES);
}
