//! Drafts the purposes of flows from the texts of their rows.
//!
//! A purpose says what traffic is for. A text that says so is a fair draft. The name of a service, a program or a part of the product
//! isn't one, so that a person must say it.

use super::content::{MAX_LABEL_WORDS, is_hosts, word_count};
use super::header_words::{HeaderWord, header_word};
use super::names::{Services, words};
use super::phrases::{beginning, doing, plain};
use crate::curation::FIXME;

/// What a person must do about a label that is only a name.
const QUESTION: &str = "what is it for?";
/// Words of the names of columns that say what something is for.
const PURPOSE_WORDS: [&str; 17] = [
    "purpose",
    "use",
    "usage",
    "used",
    "description",
    "function",
    "reason",
    "why",
    "beschreibung",
    "zweck",
    "verwendung",
    "función",
    "descripción",
    "propósito",
    "uso",
    "objet",
    "fonction",
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
    /// Whether either of the two connects.
    pub(super) both_ways: bool,
    pub(super) component: Option<&'a str>,
    pub(super) section: Option<&'a str>,
}

/// The purpose, and what a person must decide.
///
/// A short text that says what something is for is the purpose, or the beginning of a longer one. If the row prints only names, the
/// page says no more than they do: they are the purpose together.
pub(super) fn purpose(row: &RowTexts<'_>, services: &Services<'_>) -> (String, Option<String>) {
    let text = row.label.unwrap_or_default();
    let is_of_purpose = row.column.is_some_and(says_purpose);
    // Host names in brackets say who it is, and not what for.
    let bare =
        text.split_once(" (").filter(|(_, rest)| is_hosts(rest.trim_end_matches(')'))).map_or(text, |(bare, _)| bare);
    let label = plain(bare).filter(|label| word_count(label) <= MAX_LABEL_WORDS);
    if is_hosts(text) && !text.is_empty() {
        return (format!("Traffic with {text}"), None);
    }
    let telling = label.as_ref().map_or(0, |label| services.telling_words(label));
    let names_role = |label: &str| {
        let roles = ["server", "servers", "service", "services", "client", "clients"];
        words(label).iter().any(|word| roles.contains(&word.as_str())) && word_count(label) > 1
    };
    let is_purpose = |label: &String| is_of_purpose && (telling > 0 || names_role(label));
    let of_label = label.clone().filter(is_purpose).or_else(|| beginning(text, services).filter(|_| label.is_none()));
    let notes = row.notes.iter().filter(|(_, column)| says_purpose(column));
    let of_notes = || {
        let short = |text: &str| {
            let short = plain(text).filter(|note| word_count(note) <= MAX_LABEL_WORDS);
            short.filter(|note| services.telling_words(note) > 1).or_else(|| beginning(text, services))
        };
        notes.into_iter().find_map(|(text, _)| short(text))
    };
    let of_remarks = || {
        let mut remarks = row.notes.iter().filter(|(_, column)| header_word(column) == Some(HeaderWord::Note));
        remarks.find_map(|(text, _)| doing(text, services))
    };
    if let Some(found) = of_label.or_else(of_notes).or_else(of_remarks).or(label.clone().filter(|_| telling > 1)) {
        return (found, None);
    }
    let says_more = |text: &str| text.contains(' ') && services.telling_words(text) > 1;
    let is_silent = (label.is_some() || text.is_empty()) && !row.notes.iter().any(|(text, _)| says_more(text));
    match (with_ends(label.as_deref(), row, services).filter(|_| is_silent), label) {
        (Some(found), _) => (found, None),
        (None, Some(label)) => (label, Some(QUESTION.to_string())),
        (None, None) => (FIXME.to_string(), None),
    }
}

/// A name with the ends of the traffic, or with what it belongs to.
fn with_ends(name: Option<&str>, row: &RowTexts<'_>, services: &Services<'_>) -> Option<String> {
    let short = |text: &str| plain(text).filter(|text| word_count(text) <= MAX_LABEL_WORDS);
    // Half of the ends would say something else.
    if row.ends.iter().flatten().any(|end| short(end).is_none()) {
        return None;
    }
    let ends = match row.ends.map(|end| end.and_then(short)) {
        [Some(from), Some(to)] if row.both_ways => format!("between {from} and {to}"),
        [Some(from), Some(to)] => format!("from {from} to {to}"),
        [Some(from), None] => format!("from {from}"),
        [None, Some(to)] => format!("to {to}"),
        [None, None] => return of_whole(name?, row, services),
    };
    let name = name.unwrap_or("Traffic");
    Some(format!("{name} {ends}"))
}

/// A name with the part or the section that it belongs to, or the name of a program with that of its protocol.
fn of_whole(name: &str, row: &RowTexts<'_>, services: &Services<'_>) -> Option<String> {
    let short = |text: &str| {
        let is_name = |text: &String| word_count(text) <= MAX_LABEL_WORDS && services.telling_words(text) > 0;
        plain(text).filter(is_name)
    };
    if let Some(component) = row.component.and_then(short) {
        return Some(format!("{name} of {component}"));
    }
    if let Some(section) = row.section.and_then(short) {
        return Some(format!("{section}: {name}"));
    }
    let protocols = row.notes.iter().map(|(text, _)| *text).filter(|text| services.is_protocol(text));
    protocols
        .into_iter()
        .next()
        .filter(|_| services.telling_words(name) > 0)
        .map(|protocol| format!("{protocol} of {name}"))
}

/// Whether a column with a name says what its rows are for.
fn says_purpose(column: &str) -> bool {
    let is_purpose = |word: &String| PURPOSE_WORDS.contains(&word.as_str());
    words(column).iter().any(is_purpose)
        || ["required for", "required by", "needed for"].iter().any(|start| column.to_lowercase().starts_with(start))
        || !column.is_ascii() && header_word(column) == Some(HeaderWord::Label) && !column.contains(['名', '服', 'サ'])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{QUESTION, RowTexts, Services, purpose};

    fn services() -> BTreeMap<String, String> {
        ["dns", "http", "https"].map(|id| (id.to_string(), id.to_string())).into()
    }

    #[test]
    fn short_texts_are_purposes_and_names_need_prose_that_a_person_reads() {
        let ids = services();
        let services = Services { ids: &ids, of_port: &BTreeMap::new() };
        for (label, column, expected, is_marked) in [
            ("HTTPS", "Description", "HTTPS", true),
            ("HTTP/HTTPS", "Service", "HTTP/HTTPS", true),
            ("etcd", "Service", "etcd", true),
            ("DNS server", "Required for", "DNS server", false),
            ("DNS for name resolution of the next mail hop (not shown here)", "Use", "DNS for name resolution", false),
            ("Retrieval", "Purpose", "Retrieval", false),
            ("kubelet metrics", "Service", "kubelet metrics", false),
            ("NodePort Services†", "Purpose", "NodePort Services", false),
            ("Used for the web pages", "Notes", "Web pages", false),
            ("To create a database", "Use", "Create a database", false),
            (
                "Resource bridge (appliance) image download",
                "Service",
                "Resource bridge (appliance) image download",
                false,
            ),
            ("*.acme.example", "Cloud", "Traffic with *.acme.example", false),
            ("For the adapter to retrieve files", "Reason", "Retrieve files", false),
            ("kube-proxy", "Service", "kube-proxy", true),
            ("Used by agents to collect telemetry.", "Description", "Collect telemetry", false),
            ("ENABLE connections of the peers", "Use", "FIXME", false),
            ("is the xroot port", "Description", "Xroot port", false),
            ("Proxy port for the console that is used by the service of others", "Use", "FIXME", false),
            (
                "New endpoint used by tools of editors to connect to the store. Learn more",
                "Use",
                "Connect to the store",
                false,
            ),
            (
                "For the adapter of the host to retrieve files and drop them",
                "Reason",
                "Retrieve files and drop them",
                false,
            ),
            ("Update the database during the hours in which nobody else works", "Reason", "Update the database", false),
            ("<b>", "Description", "FIXME", false),
            (
                "Mail from outside (if nothing else in the page of settings says so)",
                "Purpose",
                "Mail from outside",
                false,
            ),
            ("Used for mail of clients. It is open by default on all servers.", "Purpose", "Mail of clients", false),
            ("The port must be open. It is used by all clients of the server.", "Purpose", "FIXME", false),
        ] {
            let notes = vec![("Ask somebody who knows about this", "Notes")];
            let row = RowTexts { label: Some(label), column: Some(column), notes, ..RowTexts::default() };
            let (value, question) = purpose(&row, &services);
            assert_eq!(value, expected, "{label}");
            assert_eq!(question.as_deref(), is_marked.then_some(QUESTION), "{label}");
        }
    }

    #[test]
    fn names_and_ends_together_are_all_that_some_pages_say() {
        let ids = services();
        let services = Services { ids: &ids, of_port: &BTreeMap::new() };
        let names = || RowTexts { label: Some("HTTPS"), column: Some("Service"), ..RowTexts::default() };
        let certain = |text: &str| (text.to_string(), None);
        let marked = |text: &str| (text.to_string(), Some(QUESTION.to_string()));
        assert_eq!(purpose(&names(), &services), marked("HTTPS"));
        assert_eq!(purpose(&RowTexts::default(), &services), certain("FIXME"));
        let with = |row| purpose(&row, &services);
        let hosts =
            RowTexts { label: Some("HTTPS (*.acme.example)"), ends: [None, Some("Cloud")], ..RowTexts::default() };
        assert_eq!(with(hosts), certain("HTTPS to Cloud"));
        let graph = |note| {
            let notes = vec![(note, "Notes")];
            with(RowTexts { label: Some("Acme Graph"), column: Some("Service"), notes, ..RowTexts::default() })
        };
        assert_eq!(graph("Required to update tokens."), certain("Update tokens"));
        assert_eq!(
            graph("Download product catalog, product bits, and OS images from Acme.").0,
            "Download product catalog, product bits, and OS images"
        );
        assert_eq!(graph("Slow on Mondays"), certain("Acme Graph"));
        let notes = vec![("gRPC", "Interface")];
        let sidecar = RowTexts { label: Some("Sidecar"), column: Some("Component"), notes, ..RowTexts::default() };
        assert_eq!(with(sidecar), certain("gRPC of Sidecar"));
        assert_eq!(with(RowTexts { section: Some("Worker"), ..names() }), certain("Worker: HTTPS"));
        let ends = [Some("Client"), Some("Server")];
        let both = RowTexts { ends, both_ways: true, ..names() };
        assert_eq!(with(both), certain("HTTPS between Client and Server"));
        assert_eq!(with(RowTexts { component: Some("nginx"), ..names() }), certain("HTTPS of nginx"));
        let notes = vec![("Data storage and retrieval", "Required for"), ("Fast", "Notes")];
        assert_eq!(with(RowTexts { notes, ..names() }), certain("Data storage and retrieval"));
        let ends = [Some("Client"), Some("Management point")];
        assert_eq!(with(RowTexts { ends, ..RowTexts::default() }), certain("Traffic from Client to Management point"));
    }
}
