//! Drafts a product again after somebody changed its columns or tables, and keeps what is written already.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use port_data::Diagnostic;

use super::blocks::{Block, blocks};
use super::draft::PageDraft;
use super::edition_flows::{WrittenKeys, is_of_flows};
use super::files::{DraftText, no_flow};
use super::flows::{DraftFlow, DraftRow};
use super::options::NewProduct;
use super::parties::Known;
use super::read::DraftedPage;
use super::sources::Source;
use super::write::key_line;
use crate::capture::Prose;
use crate::curation::{Curation, FIXME, Flow, RowOf, SHARED_FILE, SharedFlows, quote};
use crate::file;
use crate::page;
use crate::page_file::layout_of;
use crate::printed_row::PrintedRow;

/// The files of a draft that somebody has worked on.
pub(super) struct Written {
    curation: Curation,
    shared: Vec<Block>,
    edition: Vec<Block>,
    keys_of_edition: BTreeMap<String, WrittenKeys>,
}

/// The headers of blocks that are drafted again, apart from those of flows.
const DRAFTED: [&str; 2] = ["[[text]]", "[[row]]"];

impl Written {
    pub(super) fn read(directory: &Path, edition_file: &Path) -> Result<Written, Vec<Diagnostic>> {
        let one = |diagnostic| vec![diagnostic];
        let shared_file = directory.join(SHARED_FILE);
        // Somebody may have written only the file of the edition, for a page that prints its rows in texts.
        let shared = if shared_file.exists() { file::read(&shared_file).map_err(one)? } else { String::new() };
        let edition = file::read(edition_file).map_err(one)?;
        let flows = SharedFlows::parse(&shared_file, &shared).map_err(one)?;
        let curation = Curation::parse_with(edition_file, &edition, &flows)?;
        let edition = blocks(&edition);
        Ok(Written { curation, shared: blocks(&shared), keys_of_edition: WrittenKeys::by_id(&edition), edition })
    }

    pub(super) fn curation(&self) -> &Curation {
        &self.curation
    }

    /// The ids that somebody wrote.
    pub(super) fn ids(&self, earlier: &EarlierDrafts) -> BTreeSet<String> {
        let written = self.curation.flows.iter().map(|flow| &flow.id);
        written.filter(|id| !earlier.lines.contains_key(*id)).cloned().collect()
    }

    /// Reads the page with the columns and tables as they are written now. New cells are drafted.
    pub(super) fn read_page(&self, new: &NewProduct, known: &Known<'_>) -> Result<DraftedPage, Vec<Diagnostic>> {
        let text = file::read(&new.doc).map_err(|diagnostic| vec![diagnostic])?;
        let layout = new.layout.or(layout_of(&new.doc)).unwrap_or(self.curation.layout);
        let page = page::read(&new.doc, &text, layout, &self.curation.hints())?;
        let draft = PageDraft::from_curation(&page, layout, &self.curation, known);
        let is_kept = |block: &&Block| !DRAFTED.contains(&block.header.as_str()) && !is_of_flows(block);
        let keys: String = self.edition.iter().filter(is_kept).map(|block| block.text.as_str()).collect();
        let parties = self.parties(&draft);
        Ok(DraftedPage { page, layout, draft, keys: keys.trim_end().to_string() + "\n", parties })
    }

    /// The peers and components: those that somebody wrote, and drafts for the other cells of the page.
    fn parties(&self, draft: &PageDraft) -> String {
        let mut text = String::new();
        let is_mapped = |cell: &str| {
            self.shared.iter().chain(&self.edition).any(|block| {
                ["[peers]", "[components]"].contains(&block.header.as_str())
                    && block.keys().iter().any(|(key, line)| is_key(key, cell) && !line.contains(FIXME))
            })
        };
        for block in self.shared.iter().filter(|block| block.header.is_empty()) {
            text += &block.text;
        }
        for (header, cells) in [("[peers]", &draft.parties.peers), ("[components]", &draft.parties.components)] {
            let own = self.shared.iter().filter(|block| block.header == header);
            let lines = own.flat_map(Block::keys).filter(|(_, line)| !line.contains(FIXME));
            let mut lines: Vec<String> = lines.map(|(_, line)| line).collect();
            let new = cells.iter().filter(|(cell, _)| draft.cells.contains(*cell) && !is_mapped(cell));
            lines.extend(new.map(|(cell, id)| format!("{} = {}\n", quote(cell), quote(id))));
            let block = self.shared.iter().find(|block| block.header == header);
            if !lines.is_empty() {
                text += &block.map_or(format!("\n{header}\n"), Block::head);
                text += &lines.concat();
            }
        }
        text
    }

    /// The flow that is written for a row.
    pub(super) fn flow_of(&self, row: &PrintedRow, sources: &[Source<'_>]) -> Option<&Flow> {
        let printed = Printed::new(row, sources.get(row.number.saturating_sub(1)).copied());
        self.curation.flows.iter().find(|flow| flow.key().is_some_and(|key| printed.has(key)))
    }

    /// The drafted rows, with what is written about the same rows.
    pub(super) fn merge(
        &self,
        drafted: &[DraftRow],
        rows: &[PrintedRow],
        sources: &[Source<'_>],
        earlier: &EarlierDrafts,
    ) -> DraftText {
        let mut text = DraftText::default();
        let mut taken: BTreeSet<usize> = BTreeSet::new();
        let mut listed = BTreeSet::new();
        for (row, draft) in rows.iter().zip(drafted) {
            let printed = Printed::new(row, sources.get(row.number.saturating_sub(1)).copied());
            let flow = self
                .curation
                .flows
                .iter()
                .enumerate()
                .find(|(index, flow)| !taken.contains(index) && flow.key().is_some_and(|key| printed.has(key)));
            let not_a_flow =
                self.curation.rows.iter().map(toml::Spanned::get_ref).find(|entry| printed.has(&entry.row));
            match (flow, not_a_flow, draft) {
                (None, Some(entry), _) if !entry.no_flow.contains(FIXME) => {
                    let key = key_of(draft, row);
                    if listed.insert(key.clone()) {
                        text.rows += &no_flow(&key, &entry.no_flow);
                    }
                }
                (Some((index, _)), _, DraftRow::Flows(flows)) => {
                    taken.insert(index);
                    self.merge_row(index, flows, earlier, &mut text);
                }
                (_, _, DraftRow::NoFlow { key, reason }) => {
                    if listed.insert(key.clone()) {
                        text.rows += &no_flow(key, reason);
                    }
                }
                (None, _, DraftRow::Flows(flows)) => {
                    for flow in flows {
                        text.add(flow);
                    }
                }
            }
        }
        text
    }

    /// The flows of a row that is known: as they are written, with the row's new key.
    fn merge_row(&self, index: usize, drafted: &[DraftFlow], earlier: &EarlierDrafts, text: &mut DraftText) {
        let main = &self.curation.flows[index].id;
        let others = self.curation.flows.iter().filter(|flow| matches!(&flow.row, RowOf::Flow(id) if id == main));
        let ids: Vec<&String> = [main].into_iter().chain(others.map(|flow| &flow.id)).collect();
        let new_id = |id: &String, draft: &DraftFlow| match earlier.lines.contains_key(id) {
            true => draft.id.clone(),
            false => id.clone(),
        };
        let Some(first) = drafted.first() else { return };
        let main_id = new_id(main, first);
        let share = |text: &str| {
            text.replace(
                &format!("shares_row_with = {}", quote(&first.id)),
                &format!("shares_row_with = {}", quote(&main_id)),
            )
        };
        for (position, draft) in drafted.iter().enumerate() {
            let Some(id) = ids.get(position) else {
                text.shared += &share(&draft.shared());
                text.flows.add_keys(&draft.id, draft.page_keys().map(|(_, line)| line));
                continue;
            };
            text.shared += &share(&self.merge_flow(id, &new_id(id, draft), draft, earlier));
            text.flows.add_written(&new_id(id, draft), self.page_keys(id, draft));
        }
        // The row has fewer flows now. What a draft wrote of the others goes.
        for id in ids.iter().skip(drafted.len()).filter(|id| !earlier.lines.contains_key(**id)) {
            text.shared +=
                &self.shared_block(id).map_or(String::new(), |block| format!("\n{}", block.text.trim_start()));
        }
    }

    /// The flow with an id in the file of all editions.
    fn shared_block(&self, id: &str) -> Option<&Block> {
        self.shared.iter().find(|block| block.header == "[[flow]]" && block.text_of("id").as_deref() == Some(id))
    }

    /// A flow with the keys that somebody wrote, and the drafted ones that are still missing.
    fn merge_flow(&self, id: &str, new_id: &str, draft: &DraftFlow, earlier: &EarlierDrafts) -> String {
        let block = self.shared_block(id);
        let written: Vec<(String, String)> = block.map(Block::keys).unwrap_or_default();
        let is_new = |key: &str| draft.keys.iter().any(|(own, _, _)| *own == key);
        let is_kept = |(key, line): &&(String, String)| {
            !["id", "row", "shares_row_with"].contains(&key.as_str()) && !line.contains(FIXME) && !earlier.has(id, line)
        };
        let kept: Vec<&(String, String)> = written.iter().filter(is_kept).collect();
        let mut text = format!("\n[[flow]]\nid = {new_id:?} # {}\n", draft.ports);
        for (key, value, asked) in &draft.keys {
            match kept.iter().find(|(own, _)| own == key) {
                Some((_, line)) => text += line,
                None => text += &key_line(key, value, asked.as_deref()),
            }
        }
        text.extend(kept.iter().filter(|(key, _)| !is_new(key)).map(|(_, line)| line.as_str()));
        text
    }

    /// What the edition's file says about a flow, with the marks of the row.
    fn page_keys(&self, id: &str, draft: &DraftFlow) -> WrittenKeys {
        let written = self.keys_of_edition.get(id).cloned().unwrap_or_default().without("marks");
        let has_note_of = written.has("note_of");
        written.with(draft.page_keys().filter(|(key, _)| *key != "note_of" || !has_note_of))
    }
}

/// The lines of flows, by their ids, that earlier drafts wrote. A line that nobody has changed since is drafted again.
#[derive(Default)]
pub(super) struct EarlierDrafts {
    lines: BTreeMap<String, BTreeSet<String>>,
}

impl EarlierDrafts {
    /// Whether a draft wrote a line of a flow.
    fn has(&self, id: &str, line: &str) -> bool {
        self.lines.get(id).is_some_and(|lines| lines.contains(line.trim()))
    }
}

impl FromIterator<DraftRow> for EarlierDrafts {
    fn from_iter<T: IntoIterator<Item = DraftRow>>(rows: T) -> EarlierDrafts {
        let mut earlier = EarlierDrafts::default();
        for row in rows {
            let DraftRow::Flows(flows) = row else { continue };
            for DraftFlow { id, keys, .. } in flows {
                let lines = keys.into_iter().map(|(key, value, _)| key_line(key, &value, None).trim().to_string());
                earlier.lines.entry(id).or_default().extend(lines);
            }
        }
        earlier
    }
}

/// Whether a key of TOML is a cell.
fn is_key(key: &str, cell: &str) -> bool {
    key == cell || key == quote(cell)
}

/// The key of a row that isn't a flow.
fn key_of(draft: &DraftRow, row: &PrintedRow) -> String {
    match draft {
        DraftRow::NoFlow { key, .. } => key.clone(),
        DraftRow::Flows(flows) => {
            let keys = flows.first().map(|flow| flow.keys.as_slice()).unwrap_or_default();
            let key = keys.iter().find(|(name, _, _)| *name == "row").map(|(_, key, _)| key.clone());
            key.unwrap_or_else(|| format!("{{ label = {} }}", quote(row.label.as_deref().unwrap_or_default())))
        }
    }
}

/// All texts of a row, whatever the columns mean.
struct Printed {
    texts: BTreeSet<String>,
    digests: BTreeSet<String>,
}

impl Printed {
    fn new(row: &PrintedRow, source: Option<Source<'_>>) -> Printed {
        let cells = source.iter().flat_map(|source| &source.row.cells).map(|cell| cell.text.clone());
        let texts: BTreeSet<String> = cells.chain(row.ports.clone()).collect();
        let digests = texts.iter().map(|text| Prose::digest(text).digest).collect();
        Printed { texts, digests }
    }

    /// Whether the row has the texts of a key, if the key has any.
    fn has(&self, key: &crate::curation::Row) -> bool {
        let wanted: Vec<&String> = [&key.peer, &key.label, &key.ports].into_iter().flatten().collect();
        let has = |text: &String| {
            self.texts.contains(text) || text.split(" | ").all(|part| part.is_empty() || self.texts.contains(part))
        };
        (!wanted.is_empty() || key.prose.is_some())
            && wanted.into_iter().all(has)
            && key.prose.as_ref().is_none_or(|digest| self.digests.contains(digest))
    }
}
