//! What the file of an edition says about its flows: a line below `[flow]` for each key of a flow that other editions have too, and a
//! table for each flow that only this edition has.

use std::collections::BTreeMap;

use super::blocks::{Block, comment_length};

/// The flows of a drafted file.
#[derive(Debug, Default)]
pub(super) struct EditionFlows {
    lines: String,
    tables: String,
}

impl EditionFlows {
    /// Adds keys of a flow that is in the file of all editions.
    pub(super) fn add_keys(&mut self, id: &str, keys: impl IntoIterator<Item = String>) {
        for key in keys {
            let (comment, key) = key.split_at(comment_length(&key));
            self.lines += &format!("{comment}{id}.{key}");
        }
    }

    /// Adds a flow that only this edition has.
    pub(super) fn add_table(&mut self, id: &str, comment: &str, keys: impl IntoIterator<Item = String>) {
        self.tables += &format!("\n[flow.{id}]{comment}\n");
        self.tables.extend(keys);
    }

    /// Adds the keys that somebody wrote in the same form.
    pub(super) fn add_written(&mut self, id: &str, written: WrittenKeys) {
        let has_table = written.has_table && !written.keys.is_empty();
        let keys = written.keys.into_iter().map(|(_, lines)| lines);
        match has_table {
            true => self.add_table(id, "", keys),
            false => self.add_keys(id, keys),
        }
    }

    /// Their text, with a blank line above each header.
    pub(super) fn text(&self) -> String {
        let header = if self.lines.is_empty() { "" } else { "\n[flow]\n" };
        format!("{header}{}{}", self.lines, self.tables)
    }
}

/// What somebody wrote about a flow.
#[derive(Clone, Debug, Default)]
pub(super) struct WrittenKeys {
    /// The keys, each with its lines.
    keys: Vec<(String, String)>,
    /// Whether the flow has a table of its own.
    has_table: bool,
}

impl WrittenKeys {
    /// The keys of all flows in the blocks of a file, by their ids.
    pub(super) fn by_id(blocks: &[Block]) -> BTreeMap<String, WrittenKeys> {
        let mut by_id: BTreeMap<String, WrittenKeys> = BTreeMap::new();
        for (block, path) in blocks.iter().filter_map(|block| Some((block, path_of(block)?))) {
            for (key, lines) in block.keys() {
                let whole = format!("{path}{key}");
                let Some((id, own)) = whole.split_once('.') else { continue };
                let (comment, line) = lines.split_at(comment_length(&lines));
                let value = &line.trim_start()[key.len()..];
                let written = by_id.entry(id.to_string()).or_default();
                written.keys.push((own.to_string(), format!("{comment}{own}{value}")));
                written.has_table |= !path.is_empty();
            }
        }
        by_id
    }

    /// Whether a key is written.
    pub(super) fn has(&self, wanted: &str) -> bool {
        self.keys.iter().any(|(key, _)| key == wanted)
    }

    /// The other keys.
    pub(super) fn without(mut self, unwanted: &str) -> WrittenKeys {
        self.keys.retain(|(key, _)| key != unwanted);
        self
    }

    /// The same with more keys, each with its line.
    pub(super) fn with(mut self, more: impl IntoIterator<Item = (&'static str, String)>) -> WrittenKeys {
        self.keys.extend(more.into_iter().map(|(key, line)| (key.to_string(), line)));
        self
    }
}

/// Whether a block is about flows of an edition.
pub(super) fn is_of_flows(block: &Block) -> bool {
    path_of(block).is_some()
}

/// What precedes the keys of a block about flows: nothing below `[flow]`, and the id with a dot below `[flow.<id>]`.
fn path_of(block: &Block) -> Option<String> {
    match block.header.strip_prefix("[flow")?.strip_suffix(']')? {
        "" => Some(String::new()),
        path => path.strip_prefix('.').map(|path| format!("{path}.")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::blocks::blocks as blocks_of;
    use super::{EditionFlows, WrittenKeys, is_of_flows};

    #[test]
    fn written_keys_are_written_again() {
        let text = "
[flow]
# Why.
a.marks = [
    \"*\",
] # here
a.note = \"b.marks\"
b.note_of = \"= x\"

[flow.c]
row = { label = \"d\" }
# Why not.
purpose = \"e\"
";
        let blocks = blocks_of(text);
        assert!(!is_of_flows(&blocks[0]) && blocks[1..].iter().all(is_of_flows));
        let mut flows = EditionFlows::default();
        for (id, written) in WrittenKeys::by_id(&blocks) {
            flows.add_written(&id, written);
        }
        assert_eq!(flows.text(), text);
        let sub_table = blocks_of("[flow.a]\nrow = {}\n\n[flow.a.adds]\nreason = \"b\"\n");
        let written = WrittenKeys::by_id(&sub_table).remove("a").unwrap();
        assert!(written.has("row") && written.has("adds.reason") && !written.clone().without("row").has("row"));
        let mut flows = EditionFlows::default();
        flows.add_written("z", written.with([("note", "note = \"c\"\n".to_string())]));
        assert_eq!(flows.text(), "\n[flow.z]\nrow = {}\nadds.reason = \"b\"\nnote = \"c\"\n");
    }
}
