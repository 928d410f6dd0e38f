//! Drafts, which are left out of a regeneration so that they don't keep others from being written.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use port_catalog_tests::files;
use port_catalog_tests::relay::{PAGE, relay};
use port_import::new_product::{NewEdition, NewProduct, new_edition, new_product};
use port_import::regenerate::{Outcome, PageFacts, RegenerateOptions, regenerate};
use port_import::report::Report;
use tempfile::TempDir;

const GATE: &str =
    "# Ports\n\n| From | To | Use | Port |\n|---|---|---|---|\n| Gate | Clock | Set the time | UDP/123 |\n";

/// The data of a product that is published.
struct Data {
    _directory: TempDir,
    data: PathBuf,
}

impl Data {
    fn new() -> Data {
        let (directory, data) = relay();
        let data = Data { _directory: directory, data };
        data.write("../relay.md", PAGE);
        data.write("../gate.md", GATE);
        let (report, outcome) = data.run(&["relay"], |_| {});
        assert_eq!(outcome, Outcome::Done, "{report}");
        data
    }

    /// With a draft of another product.
    fn with_draft() -> Data {
        let data = Data::new();
        let new = NewProduct {
            data: data.data.clone(),
            id: "gate".to_string(),
            edition: "1".to_string(),
            doc: data.path("../gate.md"),
            ..NewProduct::default()
        };
        new_product(&new).unwrap_or_else(|diagnostics| panic!("{diagnostics:?}"));
        data
    }

    fn path(&self, path: &str) -> PathBuf {
        self.data.join(path)
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    fn write(&self, path: &str, text: &str) {
        fs::write(self.path(path), text).unwrap();
    }

    /// Regenerates from the pages with some names: `relay@1` is that of `relay.md`.
    fn run(&self, docs: &[&str], set: impl FnOnce(&mut RegenerateOptions)) -> (Report, Outcome) {
        let doc = |name: &&str| {
            let file = format!("../{}.md", name.split('@').next().unwrap());
            ((*name).to_string(), self.path(&file))
        };
        let mut options = RegenerateOptions {
            data: self.data.clone(),
            root: self.data.clone(),
            docs: docs.iter().map(doc).collect(),
            page_facts: PageFacts { retrieved: Some("2026-02-28".to_string()), ..PageFacts::default() },
            ..RegenerateOptions::default()
        };
        set(&mut options);
        regenerate(&options)
    }

    /// Every file whose path contains a word, with its contents.
    fn files_of(&self, word: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        let own = |file: &PathBuf| file.to_string_lossy().contains(word);
        let read = |file: PathBuf| (file.clone(), fs::read(self.data.join(file)).unwrap());
        files::below(Path::new(&self.data)).into_iter().filter(own).map(read).collect()
    }
}

#[test]
fn the_draft_of_a_product_is_left_out_and_others_are_written() {
    let data = Data::with_draft();
    let before = data.files_of("gate");
    data.write("../relay.md", &PAGE.replace("UDP/389", "UDP/390"));
    let (report, outcome) = data.run(&["relay"], |_| {});
    let text = report.to_string();
    assert_eq!(outcome, Outcome::Done, "{text}");
    assert!(text.contains("changed  relay-out-ldap-groups ports: \"udp/389\" -> \"udp/390\"\n"), "{text}");
    assert!(text.contains("draft    gate@1 is left out until it is finished\n"), "{text}");
    assert!(text.contains("draft[curation-unresolved]: curation/gate/flows.toml:"), "{text}");
    assert!(
        text.contains("draft[curation-unresolved]: tables/editions.csv:3: unresolved FIXME; replace it\n"),
        "{text}"
    );
    assert!(data.read("tables/flows/relay/1.csv").contains("udp/390"));
    // Nothing of the draft is published or changed.
    assert_eq!(data.files_of("gate"), before);
    let generated = data.read("port-catalog/src/generated.rs");
    assert!(!generated.to_lowercase().contains("gate") && !data.read("changes.json").contains("gate"), "{generated}");
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["drafts"], serde_json::json!(["gate@1"]));
    // A run without a page shows the draft too.
    let (report, outcome) = data.run(&[], |_| {});
    assert_eq!((outcome, report.is_empty()), (Outcome::Done, true), "{report}");
    assert!(!report.draft_errors.is_empty(), "{report}");
}

#[test]
fn a_draft_is_an_error_if_it_is_asked_for() {
    let data = Data::with_draft();
    let before = data.files_of("");
    let (report, outcome) = data.run(&["gate"], |_| {});
    assert_eq!((outcome, report.drafts.len()), (Outcome::Failed, 0), "{report}");
    assert!(report.errors.iter().any(|error| error.code == "curation-unresolved"), "{report}");
    let (report, outcome) = data.run(&[], |options| options.no_drafts = true);
    assert_eq!((outcome, report.drafts.len()), (Outcome::Failed, 0), "{report}");
    assert_eq!(data.files_of(""), before);
}

#[test]
fn an_error_elsewhere_is_not_hidden_by_a_draft() {
    let data = Data::with_draft();
    let before = data.files_of("");
    data.write("../relay.md", &PAGE.replace("| Console |", "| Consoles |"));
    let (report, outcome) = data.run(&["relay"], |_| {});
    assert_eq!((outcome, report.drafts.len()), (Outcome::Failed, 1), "{report}");
    assert!(report.errors.iter().all(|error| error.file != "curation/gate/flows.toml"), "{report}");
    assert_eq!(data.files_of(""), before);
}

#[test]
fn the_draft_of_an_edition_leaves_the_others_of_its_product() {
    let data = Data::new();
    let new = NewEdition {
        data: data.data.clone(),
        product: "relay".to_string(),
        edition: "2".to_string(),
        doc: data.path("../relay.md"),
        ..NewEdition::default()
    };
    new_edition(&new).unwrap_or_else(|diagnostics| panic!("{diagnostics:?}"));
    data.write("../relay.md", &PAGE.replace("UDP/389", "UDP/390"));
    let (report, outcome) = data.run(&["relay@1"], |_| {});
    assert_eq!((outcome, report.drafts.as_slice()), (Outcome::Done, &["relay@2".to_string()][..]), "{report}");
    assert!(data.read("tables/flows/relay/1.csv").contains("udp/390"));
    assert!(!data.path("tables/flows/relay/2.csv").exists());
    // Without an edition, the newest one is meant, which is the draft.
    assert_eq!(data.run(&["relay"], |_| {}).1, Outcome::Failed);
}

#[test]
fn a_published_product_with_a_draft_of_a_flow_stays_as_it_is() {
    let data = Data::new();
    data.write("curation/relay/1.toml", &data.read("curation/relay/1.toml").replace("\"Take mail\"", "\"FIXME\""));
    let before = data.files_of("");
    let (report, outcome) = data.run(&[], |_| {});
    assert_eq!((outcome, report.drafts.as_slice()), (Outcome::Done, &["relay@1".to_string()][..]), "{report}");
    assert!(report.is_empty(), "{report}");
    assert_eq!(data.files_of(""), before);
    // A table that is published can't contain a FIXME.
    data.write("tables/editions.csv", &data.read("tables/editions.csv").replace(",Ports,", ",FIXME,"));
    assert_eq!(data.run(&[], |_| {}).1, Outcome::Failed);
}
