//! Reads the two files of a curation, puts them together, and checks the result.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use port_core::nearest::nearest;
use port_data::hidden::QuotedAscii;
use port_data::{Diagnostic, LineIndex, Place};
use serde::Deserialize;
use toml::Spanned;

use super::by_id::{check_list, list_flows};
use super::flow::FlowKeys;
use super::keys::{keys, parse_toml};
use super::{Column, Curation, Flow, Meaning, MeaningOfCell, OneOrMore, RowOf, SHARED_FILE, table, unresolved};
use crate::codes;
use crate::file;

/// What all editions of a product share.
#[derive(Debug)]
pub struct SharedFlows {
    file: PathBuf,
    lines_index: LineIndex,
    unresolved: Vec<Diagnostic>,
    keys: SharedKeys,
}

/// The keys of `flows.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SharedKeys {
    #[serde(default)]
    peers: BTreeMap<Spanned<String>, OneOrMore>,
    #[serde(default)]
    components: BTreeMap<Spanned<String>, OneOrMore>,
    #[serde(default, rename = "flow")]
    flows: Vec<Spanned<FlowKeys>>,
}

impl SharedFlows {
    /// Reads the file of a product's directory.
    ///
    /// # Errors
    ///
    /// The file can't be read, or isn't valid.
    pub fn read(directory: &Path) -> Result<SharedFlows, Diagnostic> {
        let file = directory.join(SHARED_FILE);
        SharedFlows::parse(&file, &read_file(&file, "draft it with `cargo xtask new-product`")?)
    }

    /// Parses its text. `file` is the path that diagnostics name.
    ///
    /// # Errors
    ///
    /// The text isn't valid, or contains a hidden character.
    pub fn parse(file: &Path, text: &str) -> Result<SharedFlows, Diagnostic> {
        let table = parse_toml(file, text)?;
        check_list(file, text, table.get_ref())?;
        let keys = keys(file, text, table)?;
        Ok(SharedFlows {
            file: file.to_path_buf(),
            lines_index: LineIndex::new(text),
            unresolved: unresolved(file, text),
            keys,
        })
    }

    /// The printed cells that mean peers or components, with their places.
    pub fn mapped_cells(&self) -> impl Iterator<Item = (&str, Place)> {
        let cells = self.keys.peers.keys().chain(self.keys.components.keys());
        cells.map(|cell| (cell.get_ref().as_str(), self.place(cell)))
    }

    /// The ids of the flows, with their places.
    pub fn flow_ids(&self) -> impl Iterator<Item = (&str, Place)> {
        self.keys.flows.iter().map(|entry| (entry.get_ref().id.as_str(), self.place(entry)))
    }

    fn place<T>(&self, entry: &Spanned<T>) -> Place {
        Place::line(&self.file, self.lines_index.line(entry.span().start))
    }
}

impl Curation {
    /// Reads the curation of an edition in a product's directory.
    ///
    /// # Errors
    ///
    /// A file can't be read, isn't a valid curation, or contradicts itself or the other file.
    pub fn read(directory: &Path, edition: &str) -> Result<Curation, Vec<Diagnostic>> {
        let one = |diagnostic| vec![diagnostic];
        let shared = SharedFlows::read(directory).map_err(one)?;
        let file = directory.join(format!("{edition}.toml"));
        let text = read_file(&file, "draft it with `cargo xtask new-edition`").map_err(one)?;
        Curation::parse_with(&file, &text, &shared)
    }

    /// Parses the text of a curation that shares nothing with other editions. `file` is the path that diagnostics name.
    ///
    /// # Errors
    ///
    /// The text isn't a valid curation, contains a hidden character, or contradicts itself.
    pub fn parse(file: &Path, text: &str) -> Result<Curation, Vec<Diagnostic>> {
        let shared = SharedFlows {
            file: file.to_path_buf(),
            lines_index: LineIndex::default(),
            unresolved: Vec::new(),
            keys: SharedKeys::default(),
        };
        Curation::parse_with(file, text, &shared)
    }

    /// Parses the text of an edition's file.
    ///
    /// # Errors
    ///
    /// As for [`parse`](Curation::parse), or if it contradicts what the editions share.
    pub fn parse_with(file: &Path, text: &str, shared: &SharedFlows) -> Result<Curation, Vec<Diagnostic>> {
        let mut curation = parse_edition(file, text).map_err(|diagnostic| vec![diagnostic])?;
        curation.file = file.to_path_buf();
        curation.flows_file.clone_from(&shared.file);
        curation.lines_index = LineIndex::new(text);
        curation.unresolved.clone_from(&shared.unresolved);
        curation.unresolved.extend(unresolved(file, text));
        let directory = if shared.file.ends_with(SHARED_FILE) { shared.file.parent() } else { None };
        let name = directory.map_or(file.file_stem(), Path::file_name).unwrap_or_default();
        curation.product = name.to_string_lossy().into_owned();
        let mut diagnostics = curation.table_contradictions();
        curation.combine_peers(shared);
        diagnostics.extend(curation.combine_flows(shared));
        if diagnostics.is_empty() { Ok(curation) } else { Err(diagnostics) }
    }

    /// The lines that a draft left to a person.
    #[must_use]
    pub fn unresolved(&self) -> Vec<Diagnostic> {
        self.unresolved.clone()
    }

    /// What cells mean in all editions, then in this one, which may change it.
    fn combine_peers(&mut self, shared: &SharedFlows) {
        let place = |cell: &Spanned<String>| Place::line(&self.file, self.lines_index.line(cell.span().start));
        for (shared_cells, own_cells, combined) in [
            (&shared.keys.peers, &self.own_peers, &mut self.peers),
            (&shared.keys.components, &self.own_components, &mut self.components),
        ] {
            let shared = shared_cells.iter().map(|(cell, ids)| (cell, ids, shared.place(cell), true));
            let own = own_cells.iter().map(|(cell, ids)| (cell, ids, place(cell), false));
            for (cell, ids, place, is_shared) in shared.chain(own) {
                let meaning = MeaningOfCell { ids: ids.clone(), place, is_shared };
                combined.insert(cell.get_ref().clone(), meaning);
            }
        }
    }

    /// The flows of all editions but for the absent ones, with what this edition changes in them, and then its own flows.
    /// Returns everything that contradicts.
    fn combine_flows(&mut self, shared: &SharedFlows) -> Vec<Diagnostic> {
        let mut diagnostics = Vec::new();
        let mut absent: Vec<(String, Place)> = Vec::new();
        for entry in &self.absent {
            let place = self.place(entry);
            if entry.get_ref().reason.trim().is_empty() {
                let diagnostic = Diagnostic::new(codes::NO_REASON, "absent flows have no reason");
                diagnostics.push(diagnostic.help("write why the page doesn't have them").at(place.clone()));
            }
            absent.extend(entry.get_ref().flows.iter().map(|id| (id.clone(), place.clone())));
        }
        let ids = || shared.keys.flows.iter().map(|entry| entry.get_ref().id.as_str());
        let known: HashSet<&str> = ids().collect();
        self.shared_ids = ids().map(str::to_string).collect();
        for (id, place) in absent.iter().filter(|(id, _)| !known.contains(id.as_str())) {
            let message = format!("absent flow {} isn't in {}", QuotedAscii(id), Place::file(&shared.file));
            let diagnostic = Diagnostic::new(codes::UNUSED_ENTRY, message).nearest(nearest(id, ids()));
            diagnostics.push(diagnostic.at(place.clone()));
        }
        let mut own: Vec<Option<(FlowKeys, Place)>> =
            self.own_flows.iter().map(|entry| Some((entry.get_ref().clone(), self.place(entry)))).collect();
        let mut index_of_id: HashMap<&str, usize> = HashMap::new();
        for (index, entry) in self.own_flows.iter().enumerate() {
            index_of_id.entry(&entry.get_ref().id).or_insert(index);
        }
        let absent_ids: HashSet<&str> = absent.iter().map(|(id, _)| id.as_str()).collect();
        let mut flows: Vec<Flow> = Vec::new();
        for entry in &shared.keys.flows {
            let keys = entry.get_ref().clone();
            let own = index_of_id.get(keys.id.as_str()).and_then(|index| own[*index].take());
            match (own, absent_ids.contains(keys.id.as_str())) {
                (None, true) => {}
                (None, false) => {
                    let place = shared.place(entry);
                    diagnostics.extend(keys.check_without().map(|diagnostic| diagnostic.at(place.clone())));
                    collect(keys.resolve(place), &mut flows, &mut diagnostics);
                }
                (Some((_, place)), true) => {
                    let message = format!("flow {} is both absent and described", keys.id);
                    let diagnostic = Diagnostic::new(codes::CONTRADICTION, message).help("remove one of the two");
                    diagnostics.push(diagnostic.at(place));
                }
                (Some((own, place)), false) => {
                    let (keys, unknown) = own.over(keys);
                    if let Some(key) = unknown {
                        let message = format!("flow {} leaves out {}", keys.id, QuotedAscii(&key));
                        let help = "name keys of a flow, such as note or adds, in without";
                        let diagnostic = Diagnostic::new(codes::INVALID_CURATION, message).help(help);
                        diagnostics.push(diagnostic.at(place.clone()));
                    }
                    collect(keys.resolve(place), &mut flows, &mut diagnostics);
                }
            }
        }
        for (keys, place) in own.into_iter().flatten() {
            diagnostics.extend(keys.check_without().map(|diagnostic| diagnostic.at(place.clone())));
            match nearest(&keys.id, ids()).filter(|_| !keys.has_row()) {
                Some(nearest) => {
                    let message =
                        format!("flow {} isn't in {} and has no row", QuotedAscii(&keys.id), Place::file(&shared.file));
                    let diagnostic = Diagnostic::new(codes::INVALID_CURATION, message).nearest(Some(nearest));
                    diagnostics.push(diagnostic.at(place));
                }
                None => collect(keys.resolve(place), &mut flows, &mut diagnostics),
            }
        }
        let purposes: HashMap<String, String> =
            flows.iter().map(|flow| (flow.id.clone(), flow.purpose.clone())).collect();
        for flow in flows.iter_mut().filter(|flow| flow.purpose.is_empty()) {
            if let RowOf::Flow(main) = &flow.row {
                flow.purpose = purposes.get(main).cloned().unwrap_or_default();
            }
        }
        self.flows = flows;
        diagnostics
    }

    /// The contradictions within the entries of the tables: the first of each entry.
    fn table_contradictions(&self) -> Vec<Diagnostic> {
        let invalid = |message: String, help: &str| Diagnostic::new(codes::COLUMN_MEANINGS, message).help(help);
        let of_page = Some(&self.columns).filter(|columns| !columns.is_empty());
        if let Some((message, help)) = of_page.and_then(|columns| table::contradiction(columns)) {
            // The entries of tables with these columns would repeat it.
            return vec![invalid(message, help).at(Place::line(&self.file, 1))];
        }
        let mut diagnostics = Vec::new();
        for entry in &self.tables {
            let table = entry.get_ref();
            let (is_ignored, columns) = (table.ignore.is_some(), self.columns_of(table));
            let problem = if let Some(problem) = table.text_contradiction(columns) {
                Some(problem)
            } else if table.ignore.as_ref().is_some_and(|reason| reason.trim().is_empty()) {
                Some(("ignored table has no reason".to_string(), "write why it isn't in the catalog"))
            } else if !is_ignored && columns.is_empty() {
                Some(("table has no columns".to_string(), "list them, or ignore the table with a reason"))
            } else if is_ignored {
                None
            } else {
                let of_columns = if table.columns.is_empty() { None } else { table::contradiction(columns) };
                of_columns.or_else(|| table.contradiction(columns))
            };
            diagnostics.extend(problem.map(|(message, help)| invalid(message, help).at(self.place(entry))));
        }
        let is_section = |column: &Column| column.is == Meaning::Section;
        let tables = self.tables.iter().map(|table| self.columns_of(table.get_ref()));
        if tables.flatten().chain(&self.columns).any(is_section) == self.sections.is_empty() {
            let message = "a column \"section\" and sections are only useful together".to_string();
            diagnostics.push(invalid(message, "add the other, or remove it").at(Place::line(&self.file, 1)));
        }
        diagnostics
    }
}

/// Adds a flow to the others, or its diagnostic.
fn collect(flow: Result<Flow, Diagnostic>, flows: &mut Vec<Flow>, diagnostics: &mut Vec<Diagnostic>) {
    match flow {
        Ok(flow) => flows.push(flow),
        Err(diagnostic) => diagnostics.push(diagnostic),
    }
}

fn read_file(file: &Path, help: &str) -> Result<String, Diagnostic> {
    if !file.exists() {
        let diagnostic = Diagnostic::new(codes::NO_CURATION, "curation is missing");
        return Err(diagnostic.help(help).at(Place::file(file)));
    }
    file::read(file)
}

/// Parses the file of an edition by itself.
fn parse_edition(file: &Path, text: &str) -> Result<Curation, Diagnostic> {
    let mut table = parse_toml(file, text)?;
    list_flows(file, text, table.get_mut())?;
    keys(file, text, table)
}
