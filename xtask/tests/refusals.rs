//! What is wrong with a page, its curation, the data or a call is refused by the chores: with its place, what stood there and what to
//! do, exit code 2, and every file as it was.

mod relay;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use port_catalog_tests::errors::Page;
use port_catalog_tests::files;
use relay::{CURATION, PAGE, relay};
use tempfile::TempDir;
use xtask::capture::Prose;

/// A workspace with the data of a small product, and its page beside it.
struct Workspace {
    folder: TempDir,
}

/// Every file below a folder, with its contents.
fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let read = |file: PathBuf| (file.clone(), fs::read(folder.join(file)).unwrap());
    files::below(folder).into_iter().map(read).collect()
}

impl Workspace {
    fn new() -> Workspace {
        let (folder, data) = relay();
        fs::rename(data, folder.path().join("port-data")).unwrap();
        Workspace { folder }
    }

    /// The same after its first regeneration.
    fn regenerated() -> Workspace {
        let workspace = Workspace::new();
        let output = workspace.run(&["regenerate", "--doc", "relay=relay.md"]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        workspace
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        fs::write(self.path(path), text).unwrap();
    }

    fn call(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.current_dir(self.folder.path()).env("CARGO_MANIFEST_DIR", self.path("xtask"));
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.call().args(arguments).output().unwrap()
    }

    /// A row of a call that is refused, and leaves every file as it was.
    fn refuse(&self, page: &mut Page, command: &str, input: &str, arguments: &[&str]) {
        let before = tree(self.folder.path());
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{input}\n{}", said(&output));
        assert!(tree(self.folder.path()) == before, "{input}: something was written");
        page.told(command, input, &in_errors(output), &[self.folder.path()]);
    }
}

/// All that a run printed.
fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

/// A regeneration reports its errors among all else that it reports, to standard output: here they are as if told beside it.
fn in_errors(output: Output) -> Output {
    let errors = |text: &str| {
        text.lines().filter(|line| line.starts_with("error: ")).fold(String::new(), |all, line| all + line + "\n")
    };
    let told = errors(&String::from_utf8_lossy(&output.stdout));
    let is_report = !told.is_empty();
    let stderr = [told.as_bytes(), &output.stderr].concat();
    Output { stdout: if is_report { Vec::new() } else { output.stdout }, stderr, ..output }
}

/// A page, and what its curation says of it.
struct Pair {
    page: &'static str,
    curation: String,
}

impl Pair {
    fn relay() -> Pair {
        Pair { page: PAGE, curation: CURATION.to_string() }
    }

    /// A page with columns for the direction, the interfaces, the protocol and what can be changed, and lines outside its tables.
    fn gate() -> Pair {
        let page = "\
First line.

| Way | Interface | Use | Protocol | Port | Change |
|---|---|---|---|---|---|
| Inbound | C/P1 (C recommended) | Administer | TCP | 443 | Settings |
| Outbound | P1 | Ask the store | TCP | 1433* | Ask a person about 9 lives of gate.acme.example. |

\\* The port 1433 or 1434.
";
        let lines = ["First line.", "\\* The port 1433 or 1434."].map(|line| Prose::of(line).digest);
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

/// What is wrong with something that is sound but for one text.
fn change(from: &str, to: &str) -> String {
    match to.strip_prefix(from).or(to.strip_suffix(from)) {
        _ if to.is_empty() => format!("without {}", from.trim()),
        Some(more) => more.trim().to_string(),
        None => format!("{} for {}", to.trim(), from.trim()),
    }
}

#[test]
fn what_does_not_fit_together_is_refused_with_its_line() {
    let mut page = Page::new(
        "curation",
        "Errors of curation",
        "xtask/tests/refusals.rs",
        "What of a vendor's page does not fit its curation, or is of no use there. All that is wrong is told at once, and nothing is \
         written. `cargo xtask regenerate` tells it in its report, as `error:` lines or as `errors` of the JSON. Shown is what was \
         changed of a page and a curation that fit.",
    );
    let workspace = Workspace::new();
    let call = ["regenerate", "--check", "--doc", "relay=relay.md"];
    for pair in [Pair::relay(), Pair::gate(), Pair::ends()] {
        workspace.write("relay.md", pair.page);
        workspace.write("port-data/curation/relay.toml", &pair.curation);
        let output = workspace.run(&call);
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    }
    let with_page = |page: &mut Page, pair: &Pair, changes: &[(&str, &str)]| {
        workspace.write("port-data/curation/relay.toml", &pair.curation);
        for (from, to) in changes {
            assert!(pair.page.contains(from), "{from}");
            workspace.write("relay.md", pair.page.replacen(from, to, 1));
            workspace.refuse(page, "regenerate --doc", &change(from, to), &call);
        }
    };
    page.section("Rows of a page", "");
    let row = "| Console | Administer | TCP/443 (default) | |\n";
    let doubled = format!("{row}{row}");
    with_page(
        &mut page,
        &Pair::relay(),
        &[
            ("TCP/25 or 465", "TCP/25 or 587"),
            ("TCP/389 |", "TCP/389 (at night) |"),
            ("| | Look up groups |", "| Directory | Look up groups |"),
            ("| Directory | Look up users |", "| Directory | Find users |"),
            ("| Mail clients | Send mail | TCP/25 or 465 | Ask the help desk. |\n", ""),
            (
                "| | Look up groups | UDP/389 | |\n",
                "| | Look up groups | UDP/389 | |\n| Clock | Set the time | UDP/123 | |\n",
            ),
            (row, &doubled),
            ("| Console |", "| Consoles |"),
            ("| Directory | Look up users | TCP/389 |", "| Staff | Look up users | TCP/389 |"),
            ("port 636", "port 637"),
            ("| Send mail |", "| |"),
            ("| TCP/443 (default) |", "| |"),
            ("| TCP/443 (default) |", "| HTTPS |"),
            ("Ask the help desk.", "prose 0123456789abcdef"),
            ("| Console |", "| prose 0123456789abcdef |"),
        ],
    );
    with_page(
        &mut page,
        &Pair::gate(),
        &[
            ("| Inbound |", "| Sideways |"),
            ("C/P1 (C recommended)", "C and P1"),
            ("| Administer | TCP |", "| Administer | |"),
            ("| Ask a person about 9 lives of gate.acme.example. |", "| Settings |"),
            ("1433*", "1436*"),
            ("The port 1433 or 1434", "The port 1433"),
        ],
    );
    with_page(
        &mut page,
        &Pair::ends(),
        &[("| Clients | Relay |", "| Clients | Gateway |"), ("| Clients | Relay |", "| | Relay |")],
    );
    page.section("Tables, and lines outside of them", "");
    with_page(
        &mut page,
        &Pair::relay(),
        &[
            ("# Outbound", "# Outgoing"),
            ("| Peer | Use |", "| Peer | Usage |"),
            ("\n# Outbound\n\n| Peer | Use | Ports | Remarks |\n|---|---|---|---|\n", ""),
            ("# Inbound\n", "# Inbound\n\nMind the gap.\n"),
        ],
    );
    let gate = Pair::gate();
    with_page(&mut page, &gate, &[("First line.\n", ""), ("First line.\n", "First line.\n\nFirst line.\n")]);

    page.section("Port cells", "The ports of one row.");
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
    let relay = Pair::relay();
    workspace.write("port-data/curation/relay.toml", &relay.curation);
    for cell in cells {
        workspace.write("relay.md", relay.page.replacen("TCP/443 (default)", cell, 1));
        workspace.refuse(&mut page, "regenerate --doc", cell, &call);
    }
    workspace.write("port-data/curation/relay.toml", &gate.curation);
    for (protocol, ports) in [("TCP", "UDP/443"), ("TCP or UDP and SCTP", "443"), ("whatever", "443")] {
        workspace.write("relay.md", gate.page.replacen("| TCP | 443 |", &format!("| {protocol} | {ports} |"), 1));
        workspace.refuse(&mut page, "regenerate --doc", &format!("protocol {protocol}, ports {ports}"), &call);
    }

    page.section("Entries of the curation", "");
    let with_curation = |page: &mut Page, pair: &Pair, changes: &[(&str, &str)]| {
        workspace.write("relay.md", pair.page);
        for (from, to) in changes {
            assert!(pair.curation.contains(from), "{from}");
            workspace.write("port-data/curation/relay.toml", pair.curation.replacen(from, to, 1));
            workspace.refuse(page, "regenerate", &change(from, to), &call);
        }
    };
    let take = "purpose = \"Take mail\"\n";
    let more = |more: &str| format!("{take}{more}\n");
    with_curation(
        &mut page,
        &Pair::relay(),
        &[
            ("\"Console\" = \"admin\"\n", "\"Console\" = \"admin\"\n\"Robot\" = \"admin\"\n"),
            ("other_numbers = [\"636\"]", "other_numbers = [\"636\", \"7\"]"),
            (take, &more("other_hosts = [\"mail.acme.example\"]")),
            ("465 = \"smtps\"", "466 = \"smtps\""),
            ("465 = \"smtps\"", "465 = \"smpts\""),
            ("465 = \"smtps\"", "465 = \"smtps, tcp/22\""),
            ("\"Console\" = \"admin\"", "\"Console\" = \"amdin\""),
            ("reason = \"The cell is empty.\"", "reason = \" \""),
            ("purpose = \"Take mail\"", "purpose = \"FIXME\""),
            ("purpose = \"Take mail\"", "purpose = \"\""),
            ("row = { peer = \"Console\" }", "row = { peer = \"Console\" }\nmarks = [\"only at night\"]"),
            ("row = { peer = \"Console\" }", "row = { peer = \"Consul\" }"),
            ("row = { peer = \"Console\" }", "row = { peer = \"Mail clients\" }"),
            ("row = { label = \"Look up users\" }", "row = { label = \"Look up groups\" }"),
            ("id = \"relay-in-admin\"", "id = \"relay-in-client\""),
            ("id = \"relay-in-admin\"", "id = \"Relay_admin\""),
            (take, &more("condition = \"at night\"\nrequirement = \"required\"")),
            (take, &more("adds = { services = { 25 = \"smtp\" }, reason = \"The registry.\" }")),
            (take, &more("adds = { ports = \"tcp/26\", reason = \"A guess.\" }")),
            ("adds = { peer = \"ldap-server\", reason = \"The cell is empty.\" }\n", ""),
            (take, &more("footnote = { digest = \"0123456789abcdef\", ports = \"tcp/25\" }")),
            (
                "[peers]",
                "[[lost]]\nsection = \"Inbound\"\ncolumn = \"Peer\"\nlabels = [\"Send\"]\nreason = \"It is empty.\"\n\n[peers]",
            ),
            (
                "[peers]",
                "[[lost]]\nsection = \"Inbound\"\ncolumn = \"Peer\"\nlabels = [\"Send mail\"]\nreason = \"It is empty.\"\n\n[peers]",
            ),
            ("row = { peer = \"Console\" }", "row = { peer = \"Console\", ports = \"TCP/80\" }"),
        ],
    );
    with_curation(
        &mut page,
        &gate,
        &[
            ("ports = \"tcp/1433 | tcp/1434\"", "ports = \"tcp/1433 | tcp/1436\""),
            ("marks = [\"*\"]\n", "marks = [\"*\"]\nservices = { 1433 = \"smtp\" }\n"),
            ("marks = [\"*\"]\n", "marks = [\"*\"]\nadds = { ports = \"tcp/1433\", reason = \"A guess.\" }\n"),
            (
                "purpose = \"Administer the relay\"\n",
                "purpose = \"Administer the relay\"\ncustomization = \"in words\"\n",
            ),
            (
                "what = \"a title\"\n",
                "what = \"a title\"\n\n[[line]]\ndigest = \"0123456789abcdef\"\nwhat = \"gone\"\n",
            ),
        ],
    );
    page.section("The form of the curation", "");
    with_curation(
        &mut page,
        &Pair::relay(),
        &[
            ("is = \"peer\"", "is = \"label\""),
            ("is = \"label\"", "is = \"note\""),
            ("is = \"peer\"", "is = \"from\""),
            ("is = \"peer\"", "is = \"pear\""),
            ("purpose = \"Take mail\"\n", ""),
            ("purpose = \"Take mail\"", "purpos = \"Take mail\""),
            ("layout = \"markdown\"", "layout = \"word\""),
            ("direction = \"inbound\"", "direction = \"in\""),
            ("layout = \"markdown\"", "layout = markdown"),
            ("purpose = \"Take mail\"", "purpose = 5"),
            (take, "purpose = \"Take mail\" # one \u{202e}of two\n"),
            ("purpose = \"Take mail\"", "purpose = \"Take \\u001b[1m mail\""),
        ],
    );
    workspace.write("port-data/curation/relay.toml", b"# caf\xe9\n");
    workspace.refuse(&mut page, "regenerate", "caf\\xe9", &call);
    fs::remove_file(workspace.path("port-data/curation/relay.toml")).unwrap();
    workspace.refuse(&mut page, "regenerate", "the file is not there", &call);
    page.assert();
}

/// The data with one file changed, which is put back after it was refused.
fn with_file(page: &mut Page, workspace: &Workspace, path: &str, input: &str, text: Option<&str>) {
    let before = fs::read(workspace.path(path)).ok();
    match text {
        Some(text) => workspace.write(path, text),
        None => fs::remove_file(workspace.path(path)).unwrap(),
    }
    workspace.refuse(page, "regenerate", input, &["regenerate"]);
    match before {
        Some(text) => workspace.write(path, text),
        None => fs::remove_file(workspace.path(path)).unwrap(),
    }
}

#[test]
fn what_the_chores_are_called_with_is_refused_and_writes_nothing() {
    let mut page = Page::new(
        "regenerate",
        "Errors of the chores",
        "xtask/tests/refusals.rs",
        "What stands in a call of `cargo xtask`, and in the files that it finds. What is wrong with a page or its curation: \
         [pages](pages.md), [curation](curation.md).",
    );
    let workspace = Workspace::regenerated();
    page.section("Calls", "");
    workspace.write("pages/realy.md", PAGE);
    fs::create_dir(workspace.path("empty")).unwrap();
    workspace.write("relay.pdf", "no page");
    workspace.write("latin.md", b"| Peer |\n|---|\n| caf\xe9 |\n");
    let refused: [&[&str]; 12] = [
        &["--doc", "relay"],
        &["--doc", "realy=relay.md"],
        &["--doc", "relay=relay.md", "--doc", "relay=other.md"],
        &["--doc", "relay=nowhere.md"],
        &["--doc", "relay=relay.pdf"],
        &["--doc", "relay=latin.md"],
        &["--docs", "pages"],
        &["--docs", "empty"],
        &["--docs", "nowhere"],
        &["--report", "html"],
        &["--out", "relay.pdf"],
        &["--chek"],
    ];
    for options in refused {
        workspace.refuse(&mut page, "regenerate", &options.join(" "), &[&["regenerate"], options].concat());
    }
    for call in [&["regenrate"][..], &["scale", "0"], &["scale"], &["expand", "nowhere"], &["new-product", "relay"]] {
        workspace.refuse(&mut page, call[0], &call[1..].join(" "), call);
    }

    page.section("Files of the data", "");
    let products = fs::read_to_string(workspace.path("port-data/tables/products.csv")).unwrap();
    with_file(&mut page, &workspace, "port-data/tables/products.csv", "products.csv is not there", None);
    with_file(
        &mut page,
        &workspace,
        "port-data/tables/products.csv",
        "name for id, in products.csv",
        Some(&products.replacen("id,", "name,", 1)),
    );
    with_file(
        &mut page,
        &workspace,
        "port-data/tables/products.csv",
        "FIXME for Relay, in products.csv",
        Some(&products.replacen(",Relay,", ",FIXME,", 1)),
    );
    with_file(
        &mut page,
        &workspace,
        "port-data/tables/products.csv",
        "acne for acme, in products.csv",
        Some(&products.replacen(",acme,", ",acne,", 1)),
    );
    with_file(&mut page, &workspace, "port-data/tables/peers.csv", "peers.csv is not there", None);
    with_file(
        &mut page,
        &workspace,
        "port-data/tables/flows/realy.csv",
        "a table of flows of no product",
        Some("id\n"),
    );
    with_file(&mut page, &workspace, "port-data/curation/realy.toml", "a curation of no product", Some(CURATION));
    with_file(&mut page, &workspace, "port-data/captures/relay.csv", "the capture is not there", None);
    with_file(&mut page, &workspace, "port-data/captures/relay.csv", "a capture of two columns", Some("kind,line\n"));
    let capture = fs::read_to_string(workspace.path("port-data/captures/relay.csv")).unwrap();
    for (from, to) in [("row,", "raw,"), ("heading,", "line,")] {
        assert!(capture.contains(from), "{capture}");
        with_file(
            &mut page,
            &workspace,
            "port-data/captures/relay.csv",
            &format!("{to} for {from} in a capture"),
            Some(&capture.replacen(from, to, 1)),
        );
    }
    let flows = fs::read_to_string(workspace.path("port-data/tables/flows/relay.csv")).unwrap();
    with_file(
        &mut page,
        &workspace,
        "port-data/tables/flows/relay.csv",
        "a quote inside a cell, in flows/relay.csv",
        Some(&flows.replacen("Take mail", "Take \"mail\"", 1)),
    );

    page.section(
        "Writing",
        "A regeneration writes all or nothing. One that was cut off, or that the disk would not take whole, is finished by the next one.",
    );
    fs::remove_file(workspace.path("port-data/expanded.rs")).unwrap();
    fs::create_dir(workspace.path("port-data/expanded.rs")).unwrap();
    workspace.refuse(&mut page, "regenerate", "expanded.rs is a folder", &["regenerate"]);
    fs::remove_dir(workspace.path("port-data/expanded.rs")).unwrap();
    workspace.write("port-data/.regenerate/list", "0 expanded.rs\n");
    workspace.refuse(&mut page, "regenerate", "--check, after a run that was cut off", &["regenerate", "--check"]);
    fs::remove_dir_all(workspace.path("port-data/.regenerate")).unwrap();
    let output = workspace.run(&["regenerate", "--check"]);
    assert_eq!(output.status.code(), Some(1));
    page.told_beside("regenerate", "--check, where expanded.rs is missing", &output, &[workspace.folder.path()]);

    page.section("New products", "");
    let text = "A | B |\n---|---|\nx | y |\n";
    workspace.write("text.txt", text);
    workspace.write("words.md", "No table.\n");
    workspace
        .write("two.md", "| Use | Port |\n|---|---|\n| Mail | 25 |\n\n| Use | Number |\n|---|---|\n| Web | 80 |\n");
    workspace.write("none.md", "| Use | Number |\n|---|---|\n| Web | 80 |\n");
    let refused: [&[&str]; 9] = [
        &["Gateway", "--doc", "relay.md"],
        &["gateway", "--doc", "relay.md", "--vendor", "ACME"],
        &["relay", "--doc", "relay.md"],
        &["gateway", "--doc", "nowhere.md"],
        &["gateway", "--doc", "latin.md"],
        &["gateway", "--doc", "text.txt", "--layout", "word"],
        &["gateway", "--doc", "words.md"],
        &["gateway", "--doc", "two.md"],
        &["gateway", "--doc", "none.md"],
    ];
    for options in refused {
        workspace.refuse(&mut page, "new-product", &options.join(" "), &[&["new-product"], options].concat());
    }
    let tables = "Use,Port\n<table><tr><td>a<td>b<tr><td>c<td>d</table>,25\n";
    workspace.write("text.txt", tables);
    let call = ["new-product", "gateway", "--doc", "text.txt"];
    workspace.refuse(&mut page, "new-product", "gateway --doc text.txt, which is CSV and HTML", &call);
    workspace.write("text.txt", format!("| a |\n{}", "b |\n".repeat(1_001)));
    let call = ["new-product", "gateway", "--doc", "text.txt", "--layout", "pipes"];
    workspace.refuse(
        &mut page,
        "new-product",
        "gateway --doc text.txt --layout pipes, with a row of 1002 cells",
        &call,
    );
    workspace.write("text.txt", "words\n");
    workspace.refuse(
        &mut page,
        "new-product",
        "gateway --doc text.txt",
        &["new-product", "gateway", "--doc", "text.txt"],
    );
    let peers = fs::read_to_string(workspace.path("port-data/tables/peers.csv")).unwrap();
    workspace.write("port-data/tables/peers.csv", peers.replacen("id,name", "id,title", 1));
    workspace.refuse(
        &mut page,
        "new-product",
        "peers.csv has no column name",
        &["new-product", "gateway", "--doc", "relay.md"],
    );
    page.assert();
}
