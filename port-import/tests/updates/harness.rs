//! A product whose page is accepted and then changes.

use std::fs;
use std::path::PathBuf;

use port_catalog_tests::diagnostics::Cases;
use port_catalog_tests::relay::relay;
use port_import::regenerate::{Outcome, PageFacts, RegenerateOptions, regenerate};
use port_import::report::Report;
use tempfile::TempDir;

/// A page and its curation.
pub struct Product {
    directory: TempDir,
}

impl Product {
    /// The curation of a page whose table has the columns Peer, Use, Ports and Notes. `flows` has what comes after the tables.
    pub fn new(flows: &str) -> Product {
        Product::with_curation(&format!(
            "layout = \"markdown\"\n\
             columns = [\n    {{ head = \"Peer\", is = \"peer\" }},\n    {{ head = \"Use\", is = \"label\" }},\n    \
             {{ head = \"Ports\", is = \"ports\" }},\n    {{ head = \"Notes\", is = \"note\" }},\n]\n{flows}"
        ))
    }

    pub fn with_curation(curation: &str) -> Product {
        let (directory, data) = relay();
        let product = Product { directory };
        fs::rename(data, product.path("port-data")).unwrap();
        let peers = "id,name,kind,description\nadmin,Administrator,role,A person\nemail-server,Email server,role,A server\n\
                     internet,Internet,role,Any host\nmanager,Manager,role,The manager\n";
        fs::write(product.path("port-data/tables/peers.csv"), peers).unwrap();
        let services = "id,name,transports,port,description\nsnmp,SNMP,\"tcp, udp\",161,Management\n";
        fs::write(product.path("port-data/tables/services.csv"), services).unwrap();
        product.curate(curation);
        product
    }

    fn path(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    pub fn curate(&self, curation: &str) {
        fs::write(self.path("port-data/curation/relay/1.toml"), curation).unwrap();
    }

    /// Adds to the curation.
    pub fn curate_more(&self, curation: &str) {
        let file = self.path("port-data/curation/relay/1.toml");
        fs::write(&file, fs::read_to_string(&file).unwrap() + curation).unwrap();
    }

    fn regenerate(&self, page: Option<&str>) -> (Report, Outcome) {
        let is_html = page.is_some_and(|page| page.starts_with('<'));
        let file = self.path(if is_html { "relay.html" } else { "relay.md" });
        if let Some(page) = page {
            fs::write(&file, page).unwrap();
        }
        regenerate(&RegenerateOptions {
            data: self.path("port-data"),
            root: self.directory.path().to_path_buf(),
            docs: page.iter().map(|_| ("relay".to_string(), file.clone())).collect(),
            docs_directory: None,
            out: None,
            no_drafts: false,
            check: false,
            page_facts: PageFacts { retrieved: Some("2026-02-28".to_string()), ..PageFacts::default() },
        })
    }

    /// A page that is accepted. Returns the report. Reading its capture again changes nothing.
    pub fn accept(&self, page: &str) -> Report {
        let (report, outcome) = self.regenerate(Some(page));
        assert_eq!(outcome, Outcome::Done, "{report}");
        let (again, outcome) = self.regenerate(None);
        assert_eq!(outcome, Outcome::Done, "{again}");
        assert!(again.changed.is_empty() && again.added.is_empty() && again.removed.is_empty(), "{again}");
        report
    }

    /// A case of a page that is rejected.
    pub fn reject(&self, cases: &mut Cases, name: &str, page: &str) {
        let (report, outcome) = self.regenerate(Some(page));
        assert_eq!(outcome, Outcome::Failed, "{name}\n{report}");
        let errors: String = report.errors.iter().map(|error| format!("{error}\n")).collect();
        cases.text(name, page, &errors);
    }

    /// The printed cells of the flow's row: row number, peer, label and ports.
    pub fn row_of(&self, id: &str) -> String {
        let file = self.path("port-data/tables/flows/relay/1.csv");
        let flows = port_data::FlowRow::read(&file).unwrap();
        let flow = flows.iter().find(|flow| flow.id == id).unwrap_or_else(|| panic!("{id}"));
        let cells =
            [&flow.printed_peer, &flow.printed_label, &flow.printed_ports].map(|cell| cell.as_deref().unwrap_or("-"));
        format!("{} {}", flow.row, cells.join(" | "))
    }
}

/// A page with a table of the columns Peer, Use, Ports and Notes.
pub fn page(rows: &[&str]) -> String {
    let rows: String = rows.iter().map(|row| format!("| {row} |\n")).collect();
    format!("| Peer | Use | Ports | Notes |\n|---|---|---|---|\n{rows}")
}

/// A flow with a row key.
pub fn flow(id: &str, key: &str) -> String {
    format!("\n[flow.relay-{id}]\nrow = {{ {key} }}\npurpose = \"Use\"\n")
}
