//! Checks that an edition whose page was a text capture can be read from HTML, with edits in the file of the edition only.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use port_catalog_tests::{documents, files};
use port_data::FlowRow;
use port_data::schema::FLOWS;
use port_import::capture::{self, Capture, Text};
use port_import::curation::Curation;
use port_import::page::{self, Page};
use port_import::regenerate::{Outcome, PageFacts, RegenerateOptions, regenerate};
use port_import::report::Report;
use tempfile::TempDir;

use crate::{fortinet_style, html};

/// The rows whose peer cells the text capture lost, by their tables, each with what the page prints; `None` if the cell above spans.
const LOST: [(usize, &str, Option<&str>); 8] = [
    (0, "SNMP Poll", Some("FortiManager")),
    (0, "Config/Firmware Push", None),
    (0, "AV Push", Some("FortiGuard")),
    (1, "OFTP", Some("FortiAnalyzer")),
    (1, "SNMP Traps", Some("FortiManager")),
    (1, "Reg, Config Backup, Config/Firmware Pull", None),
    (1, "AS Rating", Some("FortiGuard")),
    (1, "AV/AS Update", None),
];

/// The column that has no name in the text capture.
const PEERS: &str = "Device";

/// A copy of the catalog's data, and the page of `fortimail@6.2.0`.
struct Copied {
    _directory: TempDir,
    data: PathBuf,
    page: Page,
    capture: Capture,
}

impl Copied {
    fn new(documents: &Path) -> Copied {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("port-data");
        let original = Path::new(env!("CARGO_MANIFEST_DIR")).join("../port-data");
        for file in files::below(&original) {
            fs::create_dir_all(data.join(&file).parent().unwrap()).unwrap();
            fs::copy(original.join(&file), data.join(&file)).unwrap();
        }
        let curation = Curation::read(&data.join("curation/fortimail"), "6.2.0").unwrap();
        let file = documents.join("fortimail.txt");
        let text = fs::read_to_string(&file).unwrap();
        let mut page = page::read(&file, &text, curation.layout, &curation.hints()).unwrap();
        let capture = capture::from_page(&page, &file, curation.layout, &curation).unwrap();
        for table in &mut page.tables {
            table.header[0].text = PEERS.to_string();
        }
        Copied { _directory: directory, data, page, capture }
    }

    /// Prints the peers that the text capture lost.
    fn print_lost_cells(&mut self) {
        for (table, label, peer) in LOST {
            let rows = &mut self.page.tables[table].rows;
            let at = rows.iter().position(|row| row.cells[1].text == label).unwrap();
            let cell = &mut self.capture.tables[table].rows[at].cells[0];
            match peer {
                Some(peer) => {
                    rows[at].cells[0].text = peer.to_string();
                    cell.text = Text::Printed(peer.to_string());
                }
                None => cell.spans_from_above = true,
            }
        }
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.data.join(path)).unwrap()
    }

    fn flows(&self) -> Vec<FlowRow> {
        FlowRow::read(&self.data.join(FLOW_TABLE)).unwrap()
    }

    /// Edits the file of the edition, and regenerates from the page as HTML. Nothing else that people write changes.
    fn regenerate(&self, edit: impl Fn(&str) -> String) -> (Report, Outcome) {
        let unedited = self.people_write();
        fs::write(self.data.join(EDITION), edit(&self.read(EDITION))).unwrap();
        let doc = self.data.join("../fortimail.html");
        fs::write(&doc, html(&self.page, &self.capture, &fortinet_style())).unwrap();
        let day = "2026-11-27".to_string();
        let result = regenerate(&RegenerateOptions {
            data: self.data.clone(),
            root: self.data.clone(),
            docs: vec![("fortimail@6.2.0".to_string(), doc)],
            page_facts: PageFacts { retrieved: Some(day), ..PageFacts::default() },
            ..RegenerateOptions::default()
        });
        for ((file, before), (_, after)) in unedited.iter().zip(self.people_write()) {
            assert_eq!(before == &after, file != Path::new(EDITION), "{}", file.display());
        }
        result
    }

    /// The files of the curation of all products, with their texts.
    fn people_write(&self) -> Vec<(PathBuf, String)> {
        let curation =
            files::below(&self.data.join("curation")).into_iter().map(|file| Path::new("curation").join(file));
        curation.map(|file| (file.clone(), fs::read_to_string(self.data.join(file)).unwrap())).collect()
    }
}

const EDITION: &str = "curation/fortimail/6.2.0.toml";
const FLOW_TABLE: &str = "tables/flows/fortimail/6.2.0.csv";

/// The curation of the edition with the layout and the columns of its HTML.
fn as_html(curation: &str) -> String {
    let replace = |text: &str, old: &str, new: &str| {
        assert_eq!(text.matches(old).count(), 1, "{old}");
        text.replace(old, new)
    };
    let text = replace(curation, "layout = \"bars\"\n", "layout = \"html\"\n");
    let text = replace(&text, "head = \"\"", &format!("head = \"{PEERS}\""));
    let text = replace(&text, "spanning = [\"\"]\n", "");
    text.replace("\ncolumn = \"\"\n", &format!("\ncolumn = \"{PEERS}\"\n"))
}

/// The same without what the page now prints.
fn with_printed_peers(curation: &str) -> String {
    let mut blocks: Vec<String> = as_html(curation).split("\n\n").map(str::to_string).collect();
    blocks.retain(|block| !block.starts_with("[[lost]]"));
    for block in &mut blocks {
        *block = block.lines().filter_map(without_added_peer).collect::<Vec<_>>().join("\n");
    }
    let peers = "[peers]\n\"FortiManager\" = \"fortimanager\"\n\"FortiGuard\" = \"fortiguard\"\n\
                 \"FortiAnalyzer\" = \"fortianalyzer\"";
    let first_entry = blocks.iter().position(|block| block.contains("[[text]]")).unwrap();
    blocks.insert(first_entry, peers.to_string());
    blocks.join("\n\n")
}

/// A line without an added peer. The service is added on its own.
fn without_added_peer(line: &str) -> Option<String> {
    match line.split_once("adds = { peer = ") {
        Some((id, adds)) => {
            adds.split_once(", services = ").map(|(_, rest)| format!("{id}adds = {{ services = {rest}"))
        }
        None => Some(line.to_string()),
    }
}

/// What a report says about flows.
fn reported(report: &Report) -> [usize; 4] {
    [report.added.len(), report.removed.len(), report.changed.len(), report.reworded.len()]
}

#[test]
fn a_page_that_becomes_html_changes_no_flow() {
    let Some(documents) = documents() else { return };
    let data = Copied::new(&documents);
    let before = data.read(FLOW_TABLE);
    let (report, outcome) = data.regenerate(as_html);
    assert_eq!(outcome, Outcome::Done, "{report}");
    assert_eq!(reported(&report), [0; 4], "{report}");
    assert_eq!(data.read(FLOW_TABLE), before);
    assert!(report.documents[0].changed, "the page has another column");
    assert!(report.files.contains(&"captures/fortimail/6.2.0.csv".to_string()), "{report}");
    assert!(report.files.iter().all(|file| !file.starts_with("tables/flows")), "{report}");
}

#[test]
fn peers_that_html_prints_after_all_change_only_where_they_come_from() {
    let Some(documents) = documents() else { return };
    let mut data = Copied::new(&documents);
    data.print_lost_cells();
    let before = data.flows();
    // Without an edit of the additions, the report names each of them.
    let (report, outcome) = data.regenerate(as_html);
    assert_eq!((outcome, report.errors.len()), (Outcome::Failed, LOST.len()), "{report}");
    assert!(report.errors.iter().all(|error| error.code == "curation-lost-cell"), "{report}");
    let (report, outcome) = data.regenerate(|_| {
        let original = Path::new(env!("CARGO_MANIFEST_DIR")).join("../port-data").join(EDITION);
        with_printed_peers(&fs::read_to_string(original).unwrap())
    });
    assert_eq!(outcome, Outcome::Done, "{report}");
    let changed: BTreeSet<&str> = report.changed.iter().map(|change| change.field.as_str()).collect();
    assert_eq!(changed, BTreeSet::from(["curated", "source.peer"]), "{report}");
    assert_eq!(reported(&report), [0, 0, 2 * LOST.len(), 0], "{report}");
    let after = data.flows();
    assert_eq!(after.len(), before.len());
    let is_fact = |name: &str| !["curated", "printed_peer"].contains(&name);
    for (old, new) in before.iter().zip(&after) {
        for column in FLOWS.iter().filter(|column| is_fact(column.name)) {
            assert_eq!(old.cell(column.name), new.cell(column.name), "{}: {}", new.id, column.name);
        }
    }
}
