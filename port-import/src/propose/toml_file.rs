//! Edits of TOML files. They replace only what they change, so that comments and formatting stay.

use std::path::Path;

use port_data::{Diagnostic, LineIndex};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::splice::Splice;
use super::{Change, Key};
use crate::curation::{FIXME, SHARED_FILE, quote, toml_error};

/// The replacements of the changes that concern TOML.
///
/// # Errors
///
/// The file isn't valid TOML.
pub(super) fn toml_splices(file: &Path, text: &str, changes: &[&Change]) -> Result<Vec<Splice>, Vec<Diagnostic>> {
    // A CSV file has none of these changes.
    let is_toml =
        |change: &&&Change| !matches!(change, Change::Line { .. } | Change::Below { .. } | Change::Cell { .. });
    if !changes.iter().any(|change| is_toml(&change)) {
        return Ok(Vec::new());
    }
    let table = DeTable::parse(text).map_err(|error| vec![toml_error(file, text, &error)])?;
    let is_shared = file.ends_with(SHARED_FILE);
    let mut editor = Editor { text, root: table.get_ref(), is_shared, splices: Vec::new(), end: Vec::new() };
    for change in changes {
        editor.change(change);
    }
    Ok(editor.finish())
}

/// A value with its place.
type Entry<'a> = &'a Spanned<DeValue<'a>>;

struct Editor<'a> {
    text: &'a str,
    root: &'a DeTable<'a>,
    /// Whether the file is that of all editions, which lists its flows. In other files, their ids are keys.
    is_shared: bool,
    splices: Vec<Splice>,
    /// What is added at the end of the file: headers, and the lines below them.
    end: Vec<(String, String)>,
}

impl<'a> Editor<'a> {
    fn change(&mut self, change: &Change) {
        match change {
            Change::Key { line, key } => {
                let index = LineIndex::new(self.text);
                let starts_there = |entry: &Entry<'a>| index.line(entry.span().start) == *line;
                if let Some(DeValue::Table(entry)) = self.all_entries().find(starts_there).map(Spanned::get_ref) {
                    self.set_key(entry, key, "");
                }
            }
            Change::FlowKey { id, key } => self.set_flow_key(id, key),
            Change::NewFlow { id, row } => {
                let header = match self.is_shared {
                    true => format!("[[flow]]\nid = {}\n", quote(id)),
                    false => format!("[flow.{id}]\n"),
                };
                self.add_at_end(header, &format!("row = {row}\npurpose = {FIXME:?}\n"));
            }
            Change::TableKey { table, key } => self.add_table_key(table, key),
            Change::Absent { id } => {
                let header = "[[absent]]\nflows = [\n".to_string();
                self.add_at_end(header, &format!("    {},\n", quote(id)));
            }
            Change::RemoveFlow { id } => {
                if let Some((id, flow)) = self.flow(id) {
                    self.remove(id, flow);
                }
            }
            _ => {}
        }
    }

    /// A flow of an edition.
    fn flow(&self, id: &str) -> Option<Pair<'a>> {
        match entry(self.root, "flow")?.1.get_ref() {
            DeValue::Table(flows) => entry(flows, id),
            _ => None,
        }
    }

    /// Sets a key of a flow of an edition: in the table of the flow, if it has one with a header, and otherwise in a line of `[flow]`.
    fn set_flow_key(&mut self, id: &str, key: &Key) {
        let prefix = format!("{id}.");
        let Some((id, flow)) = self.flow(id) else {
            self.add_table_key("flow", &Key { name: prefix + &key.name, ..key.clone() });
            return;
        };
        match flow.get_ref() {
            DeValue::Table(keys) if is_dotted(id, flow) => self.set_key(keys, key, &prefix),
            DeValue::Table(keys) if has_header(id, flow) => self.set_key(keys, key, ""),
            // The keys of an inline table have no lines of their own. A person edits it.
            _ => {}
        }
    }

    /// Every table with a header of its own.
    fn all_entries(&self) -> impl Iterator<Item = Entry<'a>> + use<'a> {
        self.root.iter().flat_map(|(_, value)| match value.get_ref() {
            DeValue::Array(entries) => entries.iter().collect(),
            _ => vec![value],
        })
    }

    /// Adds lines at the end, below the header that they belong to.
    fn add_at_end(&mut self, header: String, lines: &str) {
        match self.end.iter_mut().find(|(known, _)| *known == header) {
            Some((_, known)) => known.push_str(lines),
            None => self.end.push((header, lines.to_string())),
        }
    }

    /// Sets a key of a table. A new line begins with a prefix. A value in several lines with keys is left to a person.
    fn set_key(&mut self, table: &'a DeTable<'a>, key: &Key, prefix: &str) {
        match entry(table, &key.name) {
            Some((name, value)) if is_dotted(name, value) || has_header(name, value) => {}
            Some((_, value)) => self.splices.push(Splice::replace(value.span(), &with_check(key))),
            None => {
                if let Some(end) = self.end_of_values(table) {
                    self.splices.push(Splice::insert(end, &format!("\n{prefix}{}", line(key).trim_end())));
                }
            }
        }
    }

    /// Adds a key to the table with a name.
    fn add_table_key(&mut self, name: &str, key: &Key) {
        let found = entry(self.root, name).filter(|(name, table)| !is_dotted(name, table));
        let Some((DeValue::Table(table), span)) = found.map(|(_, table)| (table.get_ref(), table.span())) else {
            self.add_at_end(format!("[{name}]\n"), &line(key));
            return;
        };
        if self.text[span.clone()].starts_with('{') {
            // An inline table. Its last line has no comment.
            let separator = if table.is_empty() { " " } else { ", " };
            let before = self.text[..span.end - 1].trim_end().len();
            self.splices.push(Splice::insert(before, &format!("{separator}{} = {}", key.name, key.value)));
            return;
        }
        let end = self.end_of_values(table).unwrap_or(self.end_of_line(span.start));
        self.splices.push(Splice::insert(end, &format!("\n{}", line(key).trim_end())));
    }

    /// The end of the line of the last value of a table, without tables that have a header of their own.
    fn end_of_values(&self, table: &DeTable<'a>) -> Option<usize> {
        let ends = table.iter().filter_map(|(key, value)| match value.get_ref() {
            DeValue::Table(values) if is_dotted(key, value) => self.end_of_values(values),
            _ if has_header(key, value) => None,
            _ => Some(self.end_of_line(value.span().end)),
        });
        ends.max()
    }

    /// Removes the lines of a value.
    fn remove(&mut self, key: &'a Spanned<DeString<'a>>, value: Entry<'a>) {
        let range = match value.get_ref() {
            DeValue::Table(values) if is_dotted(key, value) => {
                values.iter().for_each(|(key, value)| self.remove(key, value));
                return;
            }
            _ if has_header(key, value) => self.whole_entry(value),
            _ => {
                let start = self.text[..key.span().start].rfind('\n').map_or(0, |end| end + 1);
                let rest = &self.text[value.span().end..];
                start..self.text.len() - rest.split_once('\n').map_or(0, |(_, below)| below.len())
            }
        };
        self.splices.push(Splice::replace(range, ""));
    }

    fn end_of_line(&self, position: usize) -> usize {
        let rest = &self.text[position..];
        position + rest.find('\n').map_or(rest.len(), |end| rest[..end].trim_end_matches('\r').len())
    }

    /// The lines of an entry with a header, and the blank lines below it.
    fn whole_entry(&self, entry: Entry<'a>) -> std::ops::Range<usize> {
        let end = self.end_of_line(last_end(entry));
        let rest = &self.text[end..];
        entry.span().start..end + (rest.len() - rest.trim_start_matches(['\n', '\r']).len())
    }

    fn finish(mut self) -> Vec<Splice> {
        // A file that doesn't end with a line end gets one.
        let end = if self.text.is_empty() || self.text.ends_with('\n') { "" } else { "\n" };
        let blank = if self.text.is_empty() { "" } else { "\n" };
        for (header, lines) in std::mem::take(&mut self.end) {
            let footer = match header.starts_with("[[absent]]") {
                true => format!("]\nreason = {FIXME:?}\n"),
                false => String::new(),
            };
            self.splices.push(Splice::insert(self.text.len(), &format!("{end}{blank}{header}{lines}{footer}")));
        }
        self.splices
    }
}

/// The last position of a value and of the values in it.
fn last_end(value: Entry<'_>) -> usize {
    let own = value.span().end;
    match value.get_ref() {
        DeValue::Table(table) => table.iter().map(|(_, value)| last_end(value)).max().unwrap_or(own).max(own),
        DeValue::Array(values) => values.iter().map(last_end).max().unwrap_or(own).max(own),
        _ => own,
    }
}

/// A key of a table with its value.
type Pair<'a> = (&'a Spanned<DeString<'a>>, Entry<'a>);

fn entry<'a>(table: &'a DeTable<'a>, name: &str) -> Option<Pair<'a>> {
    let is_named = |key: &str| key == name || quote(key) == name;
    table.iter().find(|(key, _)| is_named(key.get_ref()))
}

/// Whether a table has no place of its own, but only that of its key before a dot.
fn is_dotted(key: &Spanned<DeString<'_>>, value: Entry<'_>) -> bool {
    value.span() == key.span()
}

/// Whether a value has a header, such as `[peers]`, which contains its key.
fn has_header(key: &Spanned<DeString<'_>>, value: Entry<'_>) -> bool {
    value.span().start < key.span().start
}

/// A key as a line.
fn line(key: &Key) -> String {
    format!("{} = {}\n", key.name, with_check(key))
}

/// The value, and what to check as a comment. Only values at the end of a line have one.
fn with_check(key: &Key) -> String {
    match &key.check {
        Some(check) => format!("{} # {FIXME}: {check}", key.value),
        None => key.value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::splice::apply;
    use super::super::{Change, Key};
    use super::toml_splices;

    fn edited(text: &str, changes: &[Change]) -> String {
        let changes: Vec<&Change> = changes.iter().collect();
        apply(text, toml_splices(Path::new("a.toml"), text, &changes).unwrap())
    }

    fn flow_key(id: &str, name: &str, value: &str) -> Change {
        Change::FlowKey { id: id.into(), key: Key::new(name, value) }
    }

    fn peer(name: &str) -> Change {
        Change::TableKey { table: "peers".into(), key: Key::new(name, "\"FIXME\"") }
    }

    const TEXT: &str = r#"# A comment.
layout = "html"

[peers]
"A" = "a" # first

[flow]
two.purpose = "p" # of two
zero.other_numbers = [
    "1",
]

[flow.one] # one
row = { label = "x",
        peer = "y" } # why
marks = [
    "a",
]

[flow.one.adds]
reason = "r"
"#;

    #[test]
    fn keys_of_flows_are_set_and_everything_else_stays() {
        let check = Key::new("row", "{ label = \"z\" }").check("is it this flow?");
        let changes = [
            Change::FlowKey { id: "one".into(), key: check },
            flow_key("one", "note", "\"n\""),
            flow_key("two", "marks", "[\"b\"]"),
            flow_key("two", "purpose", "\"q\""),
            flow_key("zero", "note", "\"n\""),
            flow_key("three", "marks", "[]"),
            flow_key("three", "row", "{}"),
        ];
        let expected = TEXT
            .replace(
                "{ label = \"x\",\n        peer = \"y\" } # why",
                "{ label = \"z\" } # FIXME: is it this flow? # why",
            )
            .replace("    \"a\",\n]\n", "    \"a\",\n]\nnote = \"n\"\n")
            .replace("two.purpose = \"p\" # of two\n", "two.purpose = \"q\" # of two\ntwo.marks = [\"b\"]\n")
            .replace("    \"1\",\n]\n", "    \"1\",\n]\nzero.note = \"n\"\nthree.marks = []\nthree.row = {}\n");
        assert_eq!(edited(TEXT, &changes), expected);
        let without_lines = "[flow.one]\nnote = \"n\"\n";
        let expected = format!("{without_lines}\n[flow]\ntwo.marks = []\n");
        assert_eq!(edited(without_lines, &[flow_key("two", "marks", "[]")]), expected);
        let by_hand = "[flow]\na = { note = \"n\" }\nb.row.label = \"c\"\n";
        assert_eq!(edited(by_hand, &[flow_key("a", "marks", "[]"), flow_key("b", "row", "{}")]), by_hand);
    }

    #[test]
    fn new_flows_have_the_form_of_their_file() {
        let change = Change::NewFlow { id: "a".into(), row: "{ label = \"b\" }".into() };
        let added = |file: &str| apply("", toml_splices(Path::new(file), "", &[&change]).unwrap());
        let keys = "row = { label = \"b\" }\npurpose = \"FIXME\"\n";
        assert_eq!(added("relay/1.toml"), format!("[flow.a]\n{keys}"));
        assert_eq!(added("relay/flows.toml"), format!("[[flow]]\nid = \"a\"\n{keys}"));
    }

    #[test]
    fn tables_get_keys_at_their_end() {
        let expected = TEXT.replace("# first\n", "# first\n\"B\" = \"FIXME\"\nC = \"FIXME\"\n");
        assert_eq!(edited(TEXT, &[peer("\"B\""), peer("C")]), expected);
        assert_eq!(edited("[peers]\n", &[peer("B")]), "[peers]\nB = \"FIXME\"\n");
        assert_eq!(edited("peers = { a = \"b\" }", &[peer("B")]), "peers = { a = \"b\", B = \"FIXME\" }");
        assert_eq!(edited("a = 1", &[peer("B"), peer("C")]), "a = 1\n\n[peers]\nB = \"FIXME\"\nC = \"FIXME\"\n");
        assert_eq!(edited("", &[peer("B")]), "[peers]\nB = \"FIXME\"\n");
    }

    #[test]
    fn flows_are_listed_as_absent_or_removed() {
        let absent = |id: &str| Change::Absent { id: id.into() };
        let expected = format!("{TEXT}\n[[absent]]\nflows = [\n    \"a\",\n    \"b\",\n]\nreason = \"FIXME\"\n");
        assert_eq!(edited(TEXT, &[absent("a"), absent("b")]), expected);
        let remove = |id: &str| Change::RemoveFlow { id: id.into() };
        let before = &TEXT[..TEXT.find("[flow.one]").unwrap()];
        assert_eq!(edited(TEXT, &[remove("one")]), before);
        let without_zero = TEXT.replace("zero.other_numbers = [\n    \"1\",\n]\n", "");
        assert_eq!(edited(TEXT, &[remove("zero")]), without_zero);
        assert_eq!(
            edited(TEXT, &[remove("zero"), remove("two")]),
            without_zero.replace("two.purpose = \"p\" # of two\n", "")
        );
        assert_eq!(edited(TEXT, &[remove("three")]), TEXT);
    }

    #[test]
    fn an_entry_is_found_by_its_line() {
        let change = |line, name: &str| Change::Key { line, key: Key::new(name, "1") };
        let text = "[[text]]\na = 1\n[[text]]\nb = 1\n";
        assert_eq!(edited(text, &[change(3, "new"), change(4, "other")]), format!("{text}new = 1\n"));
        assert_eq!(edited(TEXT, &[change(4, "\"A\"")]), TEXT.replace("\"a\" #", "1 #"));
    }
}
