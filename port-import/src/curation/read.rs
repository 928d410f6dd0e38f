//! Reads and checks a curation file.

use std::path::Path;

use port_data::hidden::{REMOVE_HIDDEN, first_in_file, hidden_character, is_hidden};
use port_data::{Diagnostic, LineIndex, Place};
use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::{Curation, Meaning, unresolved};
use crate::codes;
use crate::file;
use crate::page::MAX_BYTES;

impl Curation {
    /// Reads a curation.
    ///
    /// # Errors
    ///
    /// The file can't be read, isn't a valid curation, or contradicts itself.
    pub fn read(file: &Path) -> Result<Curation, Diagnostic> {
        if !file.exists() {
            let diagnostic = Diagnostic::new(codes::NO_CURATION, "curation is missing");
            return Err(diagnostic.help("draft it with `cargo xtask new-product`").at(Place::file(file)));
        }
        Curation::parse(file, &file::read(file)?)
    }

    /// Parses the text of a curation. `file` is the path that diagnostics name.
    ///
    /// # Errors
    ///
    /// The text isn't a valid curation, contains a hidden character, or contradicts itself.
    pub fn parse(file: &Path, text: &str) -> Result<Curation, Diagnostic> {
        if text.len() > MAX_BYTES {
            return Err(file::too_large(file));
        }
        let hidden = |(offset, found)| {
            let diagnostic = Diagnostic::new(codes::HIDDEN_CHARACTER, hidden_character(found));
            diagnostic.help(REMOVE_HIDDEN).at(Place::at_offset(file, text, offset))
        };
        if let Some(found) = first_in_file(text) {
            return Err(hidden(found));
        }
        let invalid = |error: toml::de::Error| {
            let place = error.span().map_or(Place::file(file), |span| Place::at_offset(file, text, span.start));
            Diagnostic::new(codes::INVALID_CURATION, error.message().replace('\n', ", ")).at(place)
        };
        let table = DeTable::parse(text).map_err(invalid)?;
        if let Some(found) = table.get_ref().iter().find_map(|(key, value)| escaped_hidden(key, value)) {
            return Err(hidden(found));
        }
        let mut curation = Curation::deserialize(toml::Deserializer::from(table)).map_err(invalid)?;
        curation.file = file.to_path_buf();
        curation.lines_index = LineIndex::new(text);
        curation.text = text.to_string();
        match curation.column_contradiction() {
            Some(diagnostic) => Err(diagnostic.at(Place::line(file, 1))),
            None => Ok(curation),
        }
    }

    /// The lines that a draft left to a person.
    #[must_use]
    pub fn unresolved(&self) -> Vec<Diagnostic> {
        unresolved(&self.file, &self.text)
    }

    /// A contradiction between the meanings of the columns.
    fn column_contradiction(&self) -> Option<Diagnostic> {
        let count = |meaning| self.columns.iter().filter(|column| column.is == meaning).count();
        let contradiction = |message: String| Some(Diagnostic::new(codes::COLUMN_MEANINGS, message));
        let duplicate = self.columns.iter().find(|column| column.is != Meaning::Note && count(column.is) > 1);
        if let Some(column) = duplicate {
            return contradiction(format!("two columns are {:?}", column.is.as_str()));
        }
        for meaning in [Meaning::Label, Meaning::Ports] {
            if count(meaning) == 0 {
                return contradiction(format!("no column is {:?}", meaning.as_str()));
            }
        }
        let ends = count(Meaning::From) + count(Meaning::To);
        match (ends, self.own_name.is_some(), count(Meaning::Peer) + count(Meaning::Direction)) {
            (0, false, _) | (2, true, 0) => None,
            _ => contradiction(
                "\"from\", \"to\" and own_name are incomplete, or there is a column for the peer too".to_string(),
            )
            .map(|diagnostic| diagnostic.help("use \"from\", \"to\" and own_name together, or none of them")),
        }
    }
}

/// The first hidden character that is written as an escape in a key or text of an entry, and the offset of that key or text.
fn escaped_hidden(key: &Spanned<DeString<'_>>, value: &Spanned<DeValue<'_>>) -> Option<(usize, char)> {
    hidden_in(key.get_ref(), key.span().start).or_else(|| match value.get_ref() {
        DeValue::Table(entries) => entries.iter().find_map(|(key, value)| escaped_hidden(key, value)),
        DeValue::Array(values) => values.iter().find_map(|value| escaped_hidden(key, value)),
        DeValue::String(text) => hidden_in(text, value.span().start),
        _ => None,
    })
}

fn hidden_in(text: &str, offset: usize) -> Option<(usize, char)> {
    Some((offset, text.chars().find(|character| is_hidden(*character))?))
}
