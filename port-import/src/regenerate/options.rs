//! The options of a regeneration.

use std::path::{Path, PathBuf};

use super::page_facts::PageFacts;

/// What to regenerate, from which pages, and where to write it.
#[derive(Clone, Debug, Default)]
pub struct RegenerateOptions {
    /// The directory with captures, curation and tables.
    pub data: PathBuf,
    /// The root of the workspace. Paths in the report are relative to it.
    pub root: PathBuf,
    /// The pages to read: `product` or `product@edition`, and the file.
    pub docs: Vec<(String, PathBuf)>,
    /// A directory of pages, each named after its product, or `product@edition`.
    pub docs_directory: Option<PathBuf>,
    /// Where to write captures and tables instead.
    pub out: Option<PathBuf>,
    /// Whether drafts are errors instead of being left out.
    pub no_drafts: bool,
    /// Whether to write nothing.
    pub check: bool,
    /// What changed in `editions.csv` about the pages that changed.
    pub page_facts: PageFacts,
}

impl RegenerateOptions {
    /// The path of a file as the report prints it.
    pub(super) fn relative_path(&self, file: &Path) -> String {
        file.strip_prefix(&self.root).unwrap_or(file).display().to_string()
    }
}
