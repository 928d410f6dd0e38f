//! A workspace with a small product, and the cases of changed files in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use port_catalog_tests::diagnostics::Cases;
use port_catalog_tests::files;
use port_catalog_tests::relay::{CURATION, PAGE, relay};
use port_import::capture::Prose;
use port_import::regenerate::{Outcome, PageFacts, RegenerateOptions, regenerate};
use tempfile::TempDir;

/// A workspace with the data of a small product and its page.
pub struct Workspace {
    pub directory: TempDir,
}

/// Every file below a directory, with its contents.
pub fn tree(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let read = |file: PathBuf| (file.clone(), fs::read(directory.join(file)).unwrap());
    files::below(directory).into_iter().map(read).collect()
}

impl Workspace {
    pub fn new() -> Workspace {
        let (directory, data) = relay();
        fs::rename(data, directory.path().join("port-data")).unwrap();
        Workspace { directory }
    }

    /// A workspace after its first regeneration.
    pub fn regenerated() -> Workspace {
        let workspace = Workspace::new();
        let (report, outcome) = regenerate(&workspace.options(&["relay=relay.md"]));
        assert_eq!(outcome, Outcome::Done, "{report}");
        workspace
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        fs::write(self.path(path), text).unwrap();
    }

    pub fn write_curation(&self, curation: &str) {
        self.write("port-data/curation/relay/1.toml", curation);
    }

    /// A regeneration with pages, each as `PRODUCT=FILE`.
    pub fn options(&self, docs: &[&str]) -> RegenerateOptions {
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
            no_drafts: false,
            check: false,
            page_facts: PageFacts { retrieved: Some("2026-01-31".to_string()), ..PageFacts::default() },
        }
    }

    /// A case of a regeneration that fails and writes nothing.
    pub fn case(&self, cases: &mut Cases, name: &str, input: &str, options: &RegenerateOptions) {
        let before = tree(self.directory.path());
        let (report, outcome) = regenerate(options);
        assert_eq!(outcome, Outcome::Failed, "{name}\n{report}");
        assert!(report.to_string().ends_with("nothing was written\n"), "{name}\n{report}");
        assert!(tree(self.directory.path()) == before, "{name}: something was written");
        let errors: String = report.errors.iter().map(|error| format!("{error}\n")).collect();
        cases.text(name, input, &errors);
    }

    /// Cases of a page in which one text is replaced.
    pub fn page_cases(&self, cases: &mut Cases, pair: &Pair, changes: &[(&str, &str, &str)]) {
        self.write_curation(&pair.curation);
        for (name, from, to) in changes {
            assert!(pair.page.contains(from), "{name}: {from}");
            self.write("relay.md", pair.page.replacen(from, to, 1));
            self.case(cases, name, &change(from, to), &self.options(&["relay=relay.md"]));
        }
    }

    /// Cases of a curation in which one text is replaced.
    pub fn curation_cases(&self, cases: &mut Cases, pair: &Pair, changes: &[(&str, &str, &str)]) {
        self.write("relay.md", pair.page);
        for (name, from, to) in changes {
            assert!(pair.curation.contains(from), "{name}: {from}");
            self.write_curation(&pair.curation.replacen(from, to, 1));
            self.case(cases, name, &change(from, to), &self.options(&["relay=relay.md"]));
        }
    }

    /// A case of a file of the data that is changed or removed, and restored afterwards.
    pub fn file_case(&self, cases: &mut Cases, name: &str, path: &str, text: Option<&str>) {
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
#[derive(Clone)]
pub struct Pair {
    pub page: &'static str,
    pub curation: String,
}

impl Pair {
    pub fn relay() -> Pair {
        Pair { page: PAGE, curation: CURATION.to_string() }
    }

    /// A page with columns for the direction, the interfaces, the protocol and the customization, and with lines outside its tables.
    pub fn gate() -> Pair {
        let page = "\
First line.

| Way | Interface | Use | Protocol | Port | Change |
|---|---|---|---|---|---|
| Inbound | C/P1 (C recommended) | Administer | TCP | 443 | Settings |
| Outbound | P1 | Ask the store | TCP | 1433* | Ask a person about 9 lives of gate.acme.example. |

\\* The port 1433 or 1434.
";
        let lines = ["First line.", "* The port 1433 or 1434."].map(|line| Prose::digest(line).digest);
        let curation = format!(
            r#"layout = "markdown"
columns = [
    {{ head = "Way", is = "direction" }},
    {{ head = "Interface", is = "interfaces" }},
    {{ head = "Use", is = "label" }},
    {{ head = "Protocol", is = "protocol" }},
    {{ head = "Port", is = "ports" }},
    {{ head = "Change", is = "customization", means = {{ "Settings" = "in the settings" }} }},
]
tables = [{{ section = "All" }}]

[[text]]
digest = "{}"
what = "a title"

[[text]]
digest = "{}"
below = "Way | Interface | Use | Protocol | Port | Change"
what = "the footnote of the store's port"

[flow.relay-in-admin]
row = {{ label = "Administer" }}
peer = "admin"
purpose = "Administer the relay"

[flow.relay-out-store]
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

    /// A page whose port cell a person must read.
    pub fn screen() -> Pair {
        let page = "\
| Peer | Use | Port |
|---|---|---|
| Viewers | Show displays | TCP 5900+100 |
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

[flow.relay-in-client]
row = { peer = "Viewers" }
purpose = "Show displays"
reading = { cell = "TCP 5900+100", ports = "tcp/5900+100" }
"#;
        Pair { page, curation: curation.to_string() }
    }

    /// A page with columns From and To.
    pub fn ends() -> Pair {
        let page = "\
| From | To | Use | Port |
|---|---|---|---|
| Relay | Directory | Look up users | TCP/389 |
| Clients | Relay | Send mail | TCP/25 |
";
        let curation = r#"layout = "markdown"
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

[components]
"Relay" = ""

[flow.relay-out-ldap]
row = { label = "Look up users" }
purpose = "Look up users"

[flow.relay-in-client]
row = { label = "Send mail" }
purpose = "Take mail"
"#;
        Pair { page, curation: curation.to_string() }
    }
}

impl Pair {
    /// A page whose headings name the ends: one connects, or either.
    pub fn headings() -> Pair {
        let page = "\
# Console --> Relay

| Use | Port |
|---|---|
| Administer | TCP/443 |

# Relay <--> Agent

| Use | Port |
|---|---|
| Talk | TCP/8013 |
";
        let curation = r#"layout = "markdown"
columns = [
    { head = "Use", is = "label" },
    { head = "Port", is = "ports" },
]
tables = [
    { heading = "Console --> Relay", from = "Console", to = "Relay" },
    { heading = "Relay <--> Agent", from = "Relay", to = "Agent", both_ways = true },
]

[peers]
"Console" = "admin"
"Agent" = "client"

[components]
"Relay" = ""

[flow.relay-in-admin]
row = { label = "Administer" }
purpose = "Administer"

[flow.relay-in-client]
row = { label = "Talk" }
purpose = "Talk to agents"
direction = "inbound"

[flow.relay-out-client]
shares_row_with = "relay-in-client"
direction = "outbound"
"#;
        Pair { page, curation: curation.to_string() }
    }
}

/// A description of a replaced text.
pub fn change(from: &str, to: &str) -> String {
    match to.strip_prefix(from).or(to.strip_suffix(from)) {
        _ if to.is_empty() => format!("without {}", from.trim()),
        Some(more) => format!("added: {}", more.trim()),
        None => format!("{} instead of {}", to.trim(), from.trim()),
    }
}
