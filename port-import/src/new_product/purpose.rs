//! Drafts the purposes of flows from the texts of their rows.
//!
//! A purpose says what traffic is for. A text that says so is a fair draft. The name of a service, a program or a part of the product
//! isn't one, so that a person must say it.

use super::content::{MAX_LABEL_WORDS, word_count};
use super::header_words::{HeaderWord, header_word};
use super::names::{Services, words};
use crate::curation::FIXME;

/// What a person must do about a label that is only a name.
const QUESTION: &str = "what is it for?";
/// Words of the names of columns that say what something is for.
const PURPOSE_WORDS: [&str; 19] = [
    "purpose", "use", "usage", "used", "description", "function", "reason", "required", "why", "label", "beschreibung",
    "zweck", "verwendung", "función", "descripción", "propósito", "uso", "objet", "fonction",
];
/// The beginnings of texts such as "used for backups", without which the rest is a purpose.
const BEGINNINGS: [&str; 14] = [
    "is used for ", "is used to ", "are used for ", "are used to ", "used for ", "used to ", "is required for ",
    "is required to ", "required for ", "required to ", "is needed for ", "needed for ", "needed to ", "to ",
];

/// The texts of a row that may say what its traffic is for.
#[derive(Default)]
pub(super) struct RowTexts<'a> {
    /// The label, or the only service that the row prints.
    pub(super) label: Option<&'a str>,
    /// The name of the column of labels.
    pub(super) column: Option<&'a str>,
    /// Other cells with the names of their columns.
    pub(super) notes: Vec<(&'a str, &'a str)>,
    /// The source and the destination.
    pub(super) ends: [Option<&'a str>; 2],
    pub(super) component: Option<&'a str>,
    pub(super) section: Option<&'a str>,
    /// Whether a cell is prose, which a person must read.
    pub(super) has_prose: bool,
}

/// The purpose, and what a person must decide.
///
/// A short text that says what something is for is the purpose. If the row prints names only, and no prose, the page says no more
/// than they do: they are the purpose together.
pub(super) fn purpose(row: &RowTexts<'_>, services: &Services<'_>) -> (String, Option<String>) {
    let label = plain(row.label.unwrap_or_default());
    let telling = |text: &str| services.telling_words(text);
    let is_of_purpose = row.column.is_none_or(says_purpose);
    if let Some(label) = label.as_ref().filter(|label| telling(label) >= if is_of_purpose { 1 } else { 2 }) {
        if is_of_purpose {
            return (label.clone(), None);
        }
    }
    let notes = row.notes.iter().filter(|(_, column)| says_purpose(column)).filter_map(|(text, _)| plain(text));
    if let Some(note) = notes.into_iter().find(|note| word_count(note) <= MAX_LABEL_WORDS && telling(note) > 1) {
        return (note, None);
    }
    match label {
        Some(label) if telling(&label) >= 2 => (label, None),
        Some(label) if row.has_prose => (label, Some(QUESTION.to_string())),
        None if row.has_prose || row.label.is_some() => (FIXME.to_string(), None),
        label => match with_ends(label.as_deref(), row) {
            Some(purpose) => (purpose, None),
            None => (label.clone().unwrap_or(FIXME.to_string()), label.map(|_| QUESTION.to_string())),
        },
    }
}

/// A name with the ends of the traffic, or with what it belongs to.
fn with_ends(name: Option<&str>, row: &RowTexts<'_>) -> Option<String> {
    let end = |text: Option<&str>| plain(text.unwrap_or_default()).filter(|text| word_count(text) <= MAX_LABEL_WORDS);
    let ends = match [end(row.ends[0]), end(row.ends[1])] {
        [Some(from), Some(to)] => format!("from {from} to {to}"),
        [Some(from), None] => format!("from {from}"),
        [None, Some(to)] => format!("to {to}"),
        [None, None] => {
            let whole = end(row.component).or(end(row.section))?;
            return name.map(|name| format!("{name} of {whole}"));
        }
    };
    let name = name.unwrap_or("Traffic");
    Some(format!("{name} {ends}"))
}

/// A text without marks and without a beginning such as "used for"; `None` if it isn't a plain text.
fn plain(text: &str) -> Option<String> {
    let is_mark = |letter: char| " .:;,*†‡§".contains(letter);
    let text = without_beginning(text.trim_matches(is_mark));
    let is_plain = |letter: char| letter.is_alphanumeric() || " -–/()&+:,.'’\"_".contains(letter);
    let first = words(&text).into_iter().next()?;
    let of_sentence = ["is", "are", "used", "this", "it", "if", "when", "needed", "required", "see", "optional", "all"];
    let is_plain = text.chars().all(is_plain) && !text.contains(FIXME) && !of_sentence.contains(&first.as_str());
    (is_plain && text.chars().any(char::is_alphabetic)).then_some(text)
}

/// Whether a column with a name says what its rows are for.
fn says_purpose(column: &str) -> bool {
    let is_purpose = |word: &String| PURPOSE_WORDS.contains(&word.as_str());
    words(column).iter().any(is_purpose)
        || !column.is_ascii() && header_word(column) == Some(HeaderWord::Label) && !column.contains(['名', '服', 'サ'])
}

/// A text without its beginning, such as "used for", and with a capital letter instead.
fn without_beginning(text: &str) -> String {
    let lower = text.to_lowercase();
    let found = BEGINNINGS.iter().find(|beginning| lower.starts_with(*beginning));
    let rest = found.and_then(|beginning| text.get(beginning.len()..)).unwrap_or_default().trim();
    let rest = rest.strip_prefix("the ").unwrap_or(rest);
    match rest.chars().next() {
        Some(first) => first.to_uppercase().to_string() + &rest[first.len_utf8()..],
        None => text.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{QUESTION, RowTexts, Services, purpose};

    fn services() -> BTreeMap<String, String> {
        ["http", "https"].map(|id| (id.to_string(), id.to_string())).into()
    }

    #[test]
    fn short_texts_are_purposes_and_names_need_prose_that_a_person_reads() {
        let ids = services();
        let services = Services { ids: &ids, of_port: &BTreeMap::new() };
        for (label, column, expected, is_marked) in [
            ("HTTPS", "Description", "HTTPS", true),
            ("HTTP/HTTPS", "Service", "HTTP/HTTPS", true),
            ("etcd", "Service", "etcd", true),
            ("Retrieval", "Purpose", "Retrieval", false),
            ("kubelet metrics", "Service", "kubelet metrics", false),
            ("NodePort Services†", "Purpose", "NodePort Services", false),
            ("Used for the web pages", "Notes", "Web pages", false),
            ("To create a database", "Use", "Create a database", false),
            ("is the web port", "Description", "FIXME", false),
            ("<b>", "Description", "FIXME", false),
        ] {
            let row = RowTexts { label: Some(label), column: Some(column), has_prose: true, ..RowTexts::default() };
            let (value, question) = purpose(&row, &services);
            assert_eq!(value, expected, "{label}");
            assert_eq!(question.as_deref(), is_marked.then_some(QUESTION), "{label}");
        }
    }

    #[test]
    fn names_and_ends_together_are_all_that_some_pages_say() {
        let ids = services();
        let services = Services { ids: &ids, of_port: &BTreeMap::new() };
        let names = RowTexts { label: Some("HTTPS"), column: Some("Service"), ..RowTexts::default() };
        let certain = |text: &str| (text.to_string(), None);
        let marked = |text: &str| (text.to_string(), Some(QUESTION.to_string()));
        assert_eq!(purpose(&names, &services), marked("HTTPS"));
        assert_eq!(purpose(&RowTexts::default(), &services), certain("FIXME"));
        let with = |row| purpose(&row, &services);
        assert_eq!(with(RowTexts { component: Some("nginx"), ..names }), certain("HTTPS of nginx"));
        let names = RowTexts { label: Some("HTTPS"), column: Some("Service"), ..RowTexts::default() };
        let notes = vec![("Data storage and retrieval", "Required for"), ("Fast", "Notes")];
        assert_eq!(with(RowTexts { notes, ..names }), certain("Data storage and retrieval"));
        let ends = [Some("Client"), Some("Management point")];
        assert_eq!(with(RowTexts { ends, ..RowTexts::default() }), certain("Traffic from Client to Management point"));
    }
}
