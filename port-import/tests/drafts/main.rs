//! Drafts of products: what they contain, and what they leave to a person.

mod again;
mod open_documents;
mod pages;
mod texts;
mod variants;

use std::fs;
use std::path::{Path, PathBuf};

use port_import::new_product::{NewProduct, Summary, new_product};
use tempfile::TempDir;

/// A directory with the handwritten tables of the catalog.
pub struct Workspace {
    directory: TempDir,
}

/// The files of a draft.
pub struct Draft {
    pub summary: Summary,
    /// `flows.toml`
    pub flows: String,
    /// The file of the edition.
    pub edition: String,
}

impl Default for Workspace {
    fn default() -> Workspace {
        Workspace::new()
    }
}

impl Workspace {
    pub fn new() -> Workspace {
        let directory = TempDir::new().unwrap();
        let tables = directory.path().join("port-data/tables");
        fs::create_dir_all(&tables).unwrap();
        for table in ["vendors", "products", "editions", "peers", "services"] {
            let file = format!("{table}.csv");
            fs::copy(port_catalog_tests::root().join("port-data/tables").join(&file), tables.join(&file)).unwrap();
        }
        Workspace { directory }
    }

    pub fn data(&self) -> PathBuf {
        self.directory.path().join("port-data")
    }

    /// A product to draft from a page that is a text.
    pub fn product(&self, id: &str, name: &str, page: &str) -> NewProduct {
        let doc = self.directory.path().join(name);
        fs::write(&doc, page).unwrap();
        self.product_of(id, &doc)
    }

    pub fn product_of(&self, id: &str, doc: &Path) -> NewProduct {
        NewProduct { data: self.data(), id: id.into(), edition: "1".into(), doc: doc.into(), ..NewProduct::default() }
    }

    pub fn draft(&self, new: &NewProduct) -> Draft {
        let summary = new_product(new).unwrap_or_else(|errors| panic!("{errors:?}"));
        let read = |file: &str| fs::read_to_string(self.data().join("curation").join(&new.id).join(file)).unwrap();
        Draft { summary, flows: read("flows.toml"), edition: read(&format!("{}.toml", new.edition)) }
    }
}

/// The draft of a Markdown page.
pub fn draft(page: &str) -> Draft {
    let workspace = Workspace::new();
    workspace.draft(&workspace.product("relay", "page.md", page))
}

impl Draft {
    /// The ids of the flows with their ports.
    pub fn ports(&self) -> Vec<&str> {
        self.flows.lines().filter_map(|line| Some(line.strip_prefix("id = ")?.split_once(" # ")?.1)).collect()
    }

    pub fn assert_has(&self, texts: &[&str]) {
        for text in texts {
            assert!(
                self.flows.contains(text) || self.edition.contains(text),
                "{text}\n{}\n{}",
                self.flows,
                self.edition
            );
        }
    }

    pub fn assert_lacks(&self, texts: &[&str]) {
        for text in texts {
            assert!(
                !self.flows.contains(text) && !self.edition.contains(text),
                "{text}\n{}\n{}",
                self.flows,
                self.edition
            );
        }
    }
}
