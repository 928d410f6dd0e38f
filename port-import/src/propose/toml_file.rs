//! Edits of TOML files. They replace only what they change, so that comments and formatting stay.

use std::collections::BTreeMap;
use std::path::Path;

use port_data::{Diagnostic, LineIndex, Place};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::splice::Splice;
use super::{Change, Key};
use crate::codes;
use crate::curation::{FIXME, quote};

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
    let table = DeTable::parse(text).map_err(|error| {
        let place = error.span().map_or(Place::file(file), |span| Place::at_offset(file, text, span.start));
        vec![Diagnostic::new(codes::INVALID_CURATION, error.message().replace('\n', ", ")).at(place)]
    })?;
    let mut editor =
        Editor { text, root: table.get_ref(), flows: BTreeMap::new(), splices: Vec::new(), end: Vec::new() };
    editor.flows = editor.entries("flow").filter_map(|entry| Some((id_of(entry.get_ref())?, entry))).collect();
    for change in changes {
        editor.change(change);
    }
    Ok(editor.finish())
}

/// An entry of an array of tables.
type Entry<'a> = &'a Spanned<DeValue<'a>>;

struct Editor<'a> {
    text: &'a str,
    root: &'a DeTable<'a>,
    /// The flows by their ids.
    flows: BTreeMap<&'a str, Entry<'a>>,
    splices: Vec<Splice>,
    /// What is added at the end of the file: a header, if the lines are those of a table, and the lines.
    end: Vec<(Option<String>, String)>,
}

impl<'a> Editor<'a> {
    fn change(&mut self, change: &Change) {
        match change {
            Change::Append { text } => self.end.push((None, text.clone())),
            Change::Key { line, key } => {
                let index = LineIndex::new(self.text);
                let starts_there = |entry: &Entry<'a>| index.line(entry.span().start) == *line;
                if let Some(DeValue::Table(entry)) = self.all_entries().find(starts_there).map(Spanned::get_ref) {
                    self.set_key(entry, key);
                }
            }
            Change::FlowKey { id, key } => match self.flows.get(id.as_str()).map(|entry| entry.get_ref()) {
                Some(DeValue::Table(flow)) => self.set_key(flow, key),
                _ => self.add_at_end(format!("[[flow]]\nid = {}\n", quote(id)), &line(key)),
            },
            Change::TableKey { table, key } => self.add_table_key(table, key),
            Change::Absent { id } => {
                let header = "[[absent]]\nflows = [\n".to_string();
                self.add_at_end(header, &format!("    {},\n", quote(id)));
            }
            Change::RemoveFlow { id } => {
                if let Some(entry) = self.flows.get(id.as_str()) {
                    let range = self.whole_entry(entry);
                    self.splices.push(Splice::replace(range, ""));
                }
            }
            _ => {}
        }
    }

    /// The entries of an array of tables.
    fn entries(&self, name: &str) -> impl Iterator<Item = Entry<'a>> + use<'a> {
        match value(self.root, name).map(Spanned::get_ref) {
            Some(DeValue::Array(entries)) => entries.iter(),
            _ => [].iter(),
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
        match self.end.iter_mut().find(|(known, _)| known.as_ref() == Some(&header)) {
            Some((_, known)) => known.push_str(lines),
            None => self.end.push((Some(header), lines.to_string())),
        }
    }

    /// Sets a key of a table with a header.
    fn set_key(&mut self, table: &DeTable<'a>, key: &Key) {
        match value(table, &key.name) {
            Some(value) => self.splices.push(Splice::replace(value.span(), &with_check(key))),
            None => {
                if let Some(end) = self.end_of_values(table) {
                    self.splices.push(Splice::insert(end, &format!("\n{}", line(key).trim_end())));
                }
            }
        }
    }

    /// Adds a key to the table with a name.
    fn add_table_key(&mut self, name: &str, key: &Key) {
        let found = value(self.root, name);
        let Some((DeValue::Table(table), span)) = found.map(|value| (value.get_ref(), value.span())) else {
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
        let values = table.iter().filter(|(key, value)| value.span().start >= key.span().end);
        values.map(|(_, value)| self.end_of_line(value.span().end)).max()
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
        for (header, lines) in std::mem::take(&mut self.end) {
            // Lines without a header of their own come with the blank lines that they need.
            let needs_blank = header.is_some() && !self.text.is_empty();
            let blank = if needs_blank { "\n" } else { "" };
            let header = header.unwrap_or_default();
            let footer = match header.starts_with("[[absent]]") {
                true => format!("]\nreason = {FIXME:?}\n"),
                false => String::new(),
            };
            // A file that doesn't end with a line end gets one.
            let end = if self.text.is_empty() || self.text.ends_with('\n') { "" } else { "\n" };
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

fn value<'a, 'b>(table: &'b DeTable<'a>, name: &str) -> Option<&'b Spanned<DeValue<'a>>> {
    let is_named = |key: &str| key == name || quote(key) == name;
    table.iter().find(|(key, _)| is_named(key.get_ref())).map(|(_, value)| value)
}

fn id_of<'a>(entry: &'a DeValue<'a>) -> Option<&'a str> {
    match entry {
        DeValue::Table(table) => match value(table, "id")?.get_ref() {
            DeValue::String(id) => Some(id),
            _ => None,
        },
        _ => None,
    }
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

[[flow]] # one
id = "one"
row = { label = "x",
        peer = "y" } # why
marks = [
    "a",
]

[flow.adds]
reason = "r"

[[flow]]
id = "two"
purpose = "p"
"#;

    #[test]
    fn keys_of_flows_are_set_and_everything_else_stays() {
        let check = Key::new("row", "{ label = \"z\" }").check("is it this flow?");
        let changes = [
            Change::FlowKey { id: "one".into(), key: check },
            flow_key("one", "note", "\"n\""),
            flow_key("two", "marks", "[\"b\"]"),
            flow_key("three", "marks", "[]"),
            flow_key("three", "row", "{}"),
        ];
        let expected = TEXT
            .replace(
                "{ label = \"x\",\n        peer = \"y\" } # why",
                "{ label = \"z\" } # FIXME: is it this flow? # why",
            )
            .replace("    \"a\",\n]\n", "    \"a\",\n]\nnote = \"n\"\n")
            .replace("purpose = \"p\"\n", "purpose = \"p\"\nmarks = [\"b\"]\n")
            + "\n[[flow]]\nid = \"three\"\nmarks = []\nrow = {}\n";
        assert_eq!(edited(TEXT, &changes), expected);
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
        let (before, rest) = TEXT.split_at(TEXT.find("[[flow]] # one").unwrap());
        let after = &rest[rest.find("[[flow]]\n").unwrap()..];
        assert_eq!(edited(TEXT, &[Change::RemoveFlow { id: "one".into() }]), format!("{before}{after}"));
        assert_eq!(edited(TEXT, &[Change::RemoveFlow { id: "three".into() }]), TEXT);
    }

    #[test]
    fn an_entry_is_found_by_its_line() {
        let change = |line, name: &str| Change::Key { line, key: Key::new(name, "1") };
        let expected = TEXT.replace("purpose = \"p\"\n", "purpose = \"p\"\nnew = 1\n");
        assert_eq!(edited(TEXT, &[change(18, "new"), change(19, "other")]), expected);
        assert_eq!(edited(TEXT, &[change(4, "\"A\"")]), TEXT.replace("\"a\" #", "1 #"));
    }
}
