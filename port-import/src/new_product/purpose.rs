//! Drafts the purposes of flows from the texts of their rows.
//!
//! A purpose says what traffic is for, with a verb first. A text that says so is a fair draft. The name of a program or a part of the
//! product isn't one, so that a person must say it.

use std::collections::BTreeSet;

use port_core::Direction;

use super::content::{MAX_LABEL_WORDS, is_hosts, word_count};
use super::end_names::Namer;
use super::header_words::{HeaderWord, header_word};
use super::imperative::{british, imperative};
use super::names::{Services, words};
use super::phrase_book::Traffic;
use super::phrases::{beginning, doing, plain};
use super::service_phrases::{between_ends, of_service, to_end, with_protocol};
use crate::curation::FIXME;

/// What a person must do if the catalog's purpose of a label may be that of another row.
const NAMESAKE: &str = "another row has this label and other notes";
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
    /// The id of the part of the product at its end.
    pub(super) part: Option<&'a str>,
    /// That of the part at the other end.
    pub(super) other_part: Option<&'a str>,
    pub(super) section: Option<&'a str>,
    pub(super) direction: Option<Direction>,
    /// Whether the draft asks who connects.
    pub(super) asks_direction: bool,
    /// The id of the row's only service.
    pub(super) service: Option<&'a str>,
    /// What the catalog may have a purpose for.
    pub(super) traffic: Traffic<'a>,
    /// Whether another row has the label and other notes.
    pub(super) has_namesake: bool,
}

impl RowTexts<'_> {
    /// The direction, if it isn't a guess that the draft asks about.
    fn certain_direction(&self) -> Option<Direction> {
        self.direction.filter(|_| !self.asks_direction)
    }
}

/// The purpose, and what a person must decide.
///
/// The catalog's words for the same traffic come first. A short text that says what something is for is the purpose, or the beginning of
/// a longer one. If the row prints only names, the page says no more than they do: they are the purpose together.
pub(super) fn purpose(row: &RowTexts<'_>, services: &Services<'_>, namer: Namer<'_>) -> (String, Option<String>) {
    let text = row.label.unwrap_or_default();
    let is_of_purpose = row.column.is_some_and(says_purpose);
    // Host names in brackets say who it is, and not what for.
    let bare =
        text.split_once(" (").filter(|(_, rest)| is_hosts(rest.trim_end_matches(')'))).map_or(text, |(bare, _)| bare);
    let label = plain(bare).filter(|label| word_count(label) <= MAX_LABEL_WORDS);
    if is_hosts(text) && !text.is_empty() {
        let verb = if row.direction == Some(Direction::Outbound) { "Connect to" } else { "Traffic with" };
        return (format!("{verb} {text}"), None);
    }
    let telling = label.as_ref().map_or(0, |label| telling_words(label, services));
    let is_name = label.as_ref().is_none_or(|label| services.telling_words(label) == 0);
    if let Some(known) = namer.book.purpose(&row.traffic).filter(|_| !is_name) {
        return (known, row.has_namesake.then(|| NAMESAKE.to_string()));
    }
    let of_bare_service = || {
        let bare = label.as_ref()?.split(" (").next()?;
        let service = only_service(bare, services).filter(|_| services.telling_words(bare) == 0)?;
        // The API of a DNS service isn't DNS.
        of_service(row.service.filter(|own| *own == service)?, row.certain_direction())
    };
    if let Some(phrase) = of_bare_service().filter(|_| row.part.is_none() && row.ends == [None, None]) {
        if row.notes.iter().all(|(text, _)| services.telling_words(text) <= 1) {
            return (phrase.to_string(), None);
        }
    }
    let names_role = |label: &str| {
        let roles = ["server", "servers", "service", "services", "client", "clients"];
        words(label).iter().any(|word| roles.contains(&word.as_str())) && word_count(label) > 1 && is_name
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
    let verb_first = |text: &str| {
        let is_label = label.as_deref() == Some(text);
        imperative(text, row.direction, namer).or_else(|| program(text, row, namer).filter(|_| is_label))
    };
    if let Some(found) = of_label.or_else(of_notes).or_else(of_remarks).or(label.clone().filter(|_| telling > 1)) {
        return (verb_first(&found).unwrap_or_else(|| british(&found)), None);
    }
    let says_more = |text: &str| text.contains(' ') && services.telling_words(text) > 1;
    let is_silent = (label.is_some() || text.is_empty()) && !row.notes.iter().any(|(text, _)| says_more(text));
    match (of_names(label.as_deref(), row, services, namer), label.clone()) {
        (Some(found), _) if is_silent => (found, None),
        (found, Some(label)) => match verb_first(&label) {
            Some(found) => (found, None),
            // A person should read what the row says more.
            None => (found.filter(|_| telling == 0).unwrap_or(label), Some(QUESTION.to_string())),
        },
        (_, None) => (FIXME.to_string(), None),
    }
}

/// The words of a label that say more than the name of a service, such as `Server Message Block (SMB)`, does.
fn telling_words(label: &str, services: &Services<'_>) -> usize {
    let (bare, rest) = label.split_once(" (").unwrap_or((label, ""));
    let is_short = is_abbreviation(rest.trim_end_matches(')'));
    let is_name = |text: &str| services.named(text).is_some() || services.is_protocol(text);
    if is_short && is_name(bare) { 0 } else { services.telling_words(label) }
}

/// The purpose of a row that prints only names: of a service, of the ends, or of what it belongs to.
fn of_names(name: Option<&str>, row: &RowTexts<'_>, services: &Services<'_>, namer: Namer<'_>) -> Option<String> {
    let short = |text: &str| plain(text).filter(|text| word_count(text) <= MAX_LABEL_WORDS);
    // Half of the ends would say something else, and a text about traffic is no end.
    let is_text = |end: &str| words(end).iter().any(|word| ["traffic", "inbound", "outbound"].contains(&word.as_str()));
    if row.ends.iter().flatten().any(|end| short(end).is_none() || is_text(end)) {
        return None;
    }
    // A word such as "all" is neither a name nor a service.
    if name.is_some_and(|name| services.telling_words(name) == 0 && services.names_none(name)) {
        return None;
    }
    let service =
        name.map_or_else(|| row.service.unwrap_or_default().to_string(), |name| service_in(name, row, services));
    // The name of a program stands for its service.
    let is_program =
        |name: &str| row.service.is_some_and(|service| !name.contains(' ') && services.means(service, name));
    let is_service = name.is_none_or(|name| telling_words(name, services) == 0 || is_program(name));
    let protocol = name.filter(|_| is_service).map(short_name);
    let subject = |printed: String| match name {
        Some(name) if !is_service => format!("{printed} ({name})"),
        _ => printed,
    };
    let found = match row.ends {
        [Some(from), Some(to)] => of_two_ends([from, to], &service, protocol, row, namer),
        [None, Some(to)] => {
            // The part of the product that connects: its own end, or the other one of a flow to another part.
            let from = if row.direction == Some(Direction::Inbound) { row.other_part } else { row.part };
            match (from, of_service(&service, row.certain_direction())) {
                (Some(from), _) => between_ends(&service, protocol, &namer.part(from), &namer.named(to)),
                (None, Some(phrase)) => phrase.to_string(),
                (None, None) => to_end(&service, protocol, &namer.named(to)),
            }
        }
        [from, None] => match of_service(&service, row.certain_direction()).filter(|_| is_service) {
            Some(phrase) => phrase.to_string(),
            None => return of_whole(name, from, &service, protocol, row, services, namer),
        },
    };
    Some(subject(found))
}

/// The purpose of a row that prints two ends and at most a protocol.
fn of_two_ends(ends: [&str; 2], service: &str, protocol: Option<&str>, row: &RowTexts<'_>, namer: Namer<'_>) -> String {
    let [from, to] = ends.map(|end| namer.named(end));
    let how = with_protocol(service, protocol).map(|protocol| format!(" {protocol}")).unwrap_or_default();
    match (row.other_part, row.part) {
        _ if from == to => match from.strip_prefix("the ") {
            Some(one) => format!("Connect each {one} to the others{how}"),
            None => format!("Connect {from} to each other{how}"),
        },
        (Some(other), Some(own)) if row.both_ways => {
            // The name as it is printed, if a cell is the name of the part.
            let printed = |part: &str| {
                ends.into_iter().find(|end| part.split('-').all(|word| words(end).contains(&word.to_string())))
            };
            let name = |part: &str| printed(part).map_or_else(|| namer.part(part), |end| namer.named(end));
            between_ends(service, protocol, &name(other), &name(own))
        }
        _ if row.both_ways => format!("Connect {from} and {to}{how}"),
        _ => between_ends(service, protocol, &from, &to),
    }
}

/// The service that a text names, if it names one only.
fn only_service(text: &str, services: &Services<'_>) -> Option<String> {
    let named: BTreeSet<String> = words(text).iter().filter_map(|word| services.named(word)).collect();
    let mut named = named.into_iter();
    services.named(text).or_else(|| named.next().filter(|_| named.next().is_none()))
}

/// The service that a label names: the only service of the row, or the name of a protocol that the catalog doesn't have.
fn service_in(name: &str, row: &RowTexts<'_>, services: &Services<'_>) -> String {
    let named: Vec<String> = words(name).iter().filter_map(|word| services.named(word)).collect();
    let of_name = services.named(name.split(" (").next().unwrap_or_default());
    match (row.service.or(of_name.as_deref()), &named[..]) {
        (Some(service), _) => service.to_string(),
        (None, [service]) => service.clone(),
        (None, []) => words(name).into_iter().next().unwrap_or_default(),
        // Alternatives.
        (None, _) => String::new(),
    }
}

/// A protocol as purposes name it: the abbreviation in brackets, if there is one.
fn short_name(label: &str) -> &str {
    let Some((bare, rest)) = label.split_once(" (") else { return label.strip_suffix(" port").unwrap_or(label) };
    let abbreviation = rest.trim_end_matches(')');
    let is_short = is_abbreviation(abbreviation);
    if bare.contains(' ') && is_short { abbreviation } else { bare }
}

fn is_abbreviation(text: &str) -> bool {
    text.chars().all(|letter| letter.is_uppercase() || letter.is_ascii_digit())
}

/// The purpose of a row that names at most where traffic is from: the part of the product, or the product, is at the other end.
fn of_whole(
    name: Option<&str>,
    from: Option<&str>,
    service: &str,
    protocol: Option<&str>,
    row: &RowTexts<'_>,
    services: &Services<'_>,
    namer: Namer<'_>,
) -> Option<String> {
    let is_short = |text: &&str| {
        plain(text).is_some_and(|text| word_count(&text) <= MAX_LABEL_WORDS && services.telling_words(&text) > 0)
    };
    let component = row.component.filter(is_short);
    let own = component.map(|component| namer.named(component)).or_else(|| row.part.map(|part| namer.part(part)));
    let telling = name.map_or(0, |name| telling_words(name, services));
    let of_product = || namer.known.name.map(str::to_string);
    match (row.direction, own.or_else(of_product)) {
        (Some(Direction::Inbound), Some(own))
            if telling == 0
            && (from.is_some() || name.is_some())
            // Only what carries other protocols is used by anybody, whoever connects.
            && (!row.asks_direction || with_protocol(service, None).is_some()) =>
        {
            let reach = to_end(service, protocol, &own);
            return Some(from.map_or_else(|| reach.clone(), |from| format!("{reach} from {}", namer.named(from))));
        }
        _ => {}
    }
    if let Some(from) = from {
        return Some(format!("{} from {from}", name.unwrap_or("Traffic")));
    }
    let name = name?;
    if let Some(found) = program(name, row, namer).filter(|_| telling > 0) {
        return Some(found);
    }
    if let Some(component) = component {
        return Some(format!("{name} of {component}"));
    }
    if let Some(section) = row.section.filter(is_short) {
        return Some(format!("{section}: {name}"));
    }
    let mut protocols = row.notes.iter().map(|(text, _)| *text).filter(|text| services.is_protocol(text));
    protocols.next().filter(|_| telling > 0).map(|protocol| format!("{protocol} of {name}"))
}

/// The purpose of a row about a program that listens, if its column is one of programs.
fn program(name: &str, row: &RowTexts<'_>, namer: Namer<'_>) -> Option<String> {
    let is_listening = row.direction == Some(Direction::Inbound) && row.column.is_some_and(says_program);
    let is_name =
        word_count(name) <= 4 && name.chars().all(|letter| letter.is_alphanumeric() || " -_./()".contains(letter));
    let protocol = row.service.and_then(|service| with_protocol(service, None));
    let protocol = protocol.map(|protocol| format!(" {protocol}")).unwrap_or_default();
    let name = if name.contains('(') { name.to_string() } else { namer.named(name) };
    (is_listening && is_name).then(|| format!("Reach {name}{protocol}"))
}

/// Whether a column with a name contains parts and programs.
fn says_program(column: &str) -> bool {
    let names = ["component", "components", "process", "processes", "daemon", "program", "application"];
    words(column).iter().any(|word| names.contains(&word.as_str()))
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

    use port_core::Direction;

    use super::{Namer, QUESTION, RowTexts, Services};
    use crate::new_product::parties::Known;
    use crate::new_product::phrase_book::PhraseBook;

    fn services() -> BTreeMap<String, String> {
        ["dns", "http", "https"].map(|id| (id.to_string(), id.to_string())).into()
    }

    fn purpose(row: &RowTexts<'_>, services: &Services<'_>) -> (String, Option<String>) {
        let none = BTreeMap::new();
        let known = Known { peers: &none, product: "relay", name: Some("Acme Relay") };
        super::purpose(row, services, Namer { known: &known, book: &PhraseBook::default() })
    }

    #[test]
    fn short_texts_are_purposes_and_names_need_prose_that_a_person_reads() {
        let ids = services();
        let services = Services { ids: &ids, of_port: &BTreeMap::new(), transports: &BTreeMap::new() };
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
        let services = Services { ids: &ids, of_port: &BTreeMap::new(), transports: &BTreeMap::new() };
        let names = || RowTexts { label: Some("HTTPS"), column: Some("Service"), ..RowTexts::default() };
        let certain = |text: &str| (text.to_string(), None);
        let marked = |text: &str| (text.to_string(), Some(QUESTION.to_string()));
        assert_eq!(purpose(&names(), &services), marked("HTTPS"));
        assert_eq!(purpose(&RowTexts::default(), &services), certain("FIXME"));
        let with = |row| purpose(&row, &services);
        let inbound = Some(Direction::Inbound);
        assert_eq!(with(RowTexts { direction: inbound, ..names() }), certain("Reach Acme Relay over HTTPS"));
        let hosts =
            RowTexts { label: Some("HTTPS (*.acme.example)"), ends: [None, Some("Cloud")], ..RowTexts::default() };
        assert_eq!(with(hosts), certain("Reach Cloud over HTTPS"));
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
        let notes = vec![("Data storage and retrieval", "Required for"), ("Fast", "Notes")];
        assert_eq!(with(RowTexts { notes, ..names() }), certain("Data storage and retrieval"));
    }

    #[test]
    fn a_row_that_names_two_ends_and_a_protocol_has_them_as_its_purpose() {
        let ids = services();
        let services = Services { ids: &ids, of_port: &BTreeMap::new(), transports: &BTreeMap::new() };
        let purpose_of = |label, ends, row: RowTexts<'_>| purpose(&RowTexts { label, ends, ..row }, &services).0;
        let inbound = || RowTexts { direction: Some(Direction::Inbound), ..RowTexts::default() };
        let both_ways = || RowTexts { both_ways: true, ..inbound() };
        let ends = [Some("Client"), Some("Management point")];
        let https = Some("HTTPS");
        assert_eq!(purpose_of(https, ends, inbound()), "Connect the client to the management point over HTTPS");
        assert_eq!(purpose_of(https, ends, both_ways()), "Connect the client and the management point over HTTPS");
        assert_eq!(purpose_of(None, ends, inbound()), "Reach the management point from the client");
        let parts = || RowTexts { part: Some("management-point"), other_part: Some("client"), ..both_ways() };
        assert_eq!(purpose_of(https, ends, parts()), "Connect the client to the management point over HTTPS");
        assert_eq!(
            purpose_of(Some("Simple Object Access (SOA)"), [None, None], inbound()),
            "Simple Object Access (SOA)",
            "it is no service of the catalog"
        );
        let same = [Some("Site server"), Some("Site server")];
        assert_eq!(purpose_of(https, same, inbound()), "Connect each site server to the others over HTTPS");
        let from_manager = RowTexts { part: Some("instance-manager"), ..inbound() };
        assert_eq!(
            purpose_of(None, [Some("CSI plugin"), None], from_manager),
            "Reach the instance manager from the CSI plugin"
        );
        let outbound = RowTexts { direction: Some(Direction::Outbound), part: Some("manager"), ..RowTexts::default() };
        assert_eq!(
            purpose_of(None, [None, Some("Kubernetes API server")], outbound),
            "Call the Kubernetes API from the manager"
        );
        let nginx = RowTexts { component: Some("nginx"), ..inbound() };
        assert_eq!(purpose_of(https, [None, None], nginx), "Reach nginx over HTTPS");
        let dns = |row| purpose_of(Some("DNS"), [None, None], row);
        assert_eq!(dns(inbound()), "Answer DNS queries");
        assert_eq!(dns(RowTexts { asks_direction: true, ..inbound() }), "Look up names", "who connects is a guess");
    }
}
