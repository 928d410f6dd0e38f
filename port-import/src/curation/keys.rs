//! Parses the TOML of a curation file into its keys.

use std::path::Path;

use port_data::hidden::{Escaped, REMOVE_HIDDEN, first_in_file, hidden_character, is_hidden};
use port_data::{Diagnostic, Place};
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::SHARED_FILE;
use super::by_id::wrong_form;
use crate::codes;
use crate::file;
use crate::page::MAX_BYTES;

/// Parses TOML without hidden characters.
pub(super) fn parse_toml<'a>(file: &Path, text: &'a str) -> Result<Spanned<DeTable<'a>>, Diagnostic> {
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
    let table = DeTable::parse(text).map_err(|error| toml_error(file, text, &error))?;
    if let Some(found) = table.get_ref().iter().find_map(|(key, value)| escaped_hidden(key, value)) {
        return Err(hidden(found));
    }
    Ok(table)
}

/// The keys of a file.
pub(super) fn keys<T: DeserializeOwned>(file: &Path, text: &str, table: Spanned<DeTable<'_>>) -> Result<T, Diagnostic> {
    T::deserialize(toml::Deserializer::from(table)).map_err(|error| toml_error(file, text, &error))
}

/// An error of TOML. One about a key that is there twice doesn't name it by itself.
pub(crate) fn toml_error(file: &Path, text: &str, error: &toml::de::Error) -> Diagnostic {
    let message = error.message().replace('\n', ", ");
    let Some(span) = error.span() else {
        return Diagnostic::new(codes::INVALID_CURATION, message).at(Place::file(file));
    };
    let place = Place::at_offset(file, text, span.start);
    if message != "duplicate key" {
        return Diagnostic::new(codes::INVALID_CURATION, message).at(place);
    }
    let is_list = text[..span.start].ends_with("[[");
    let key = &text[span];
    if key == "flow" && is_list != file.ends_with(SHARED_FILE) {
        return wrong_form(file).at(place);
    }
    let message = format!("duplicate key {}", Escaped(key));
    Diagnostic::new(codes::INVALID_CURATION, message).help("merge the two").at(place)
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
