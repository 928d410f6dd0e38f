//! What the headings and the text above a table say about all of its rows.

use super::content::direction_in;
use crate::page::{Line, LineKind, Page, Table};

/// The arrows between a source and a destination, and whether they go both ways.
const ARROWS: [(&str, bool); 13] = [
    ("< -- >", true),
    ("<-->", true),
    ("<->", true),
    ("⟷", true),
    ("↔", true),
    ("-- >", false),
    ("-->", false),
    ("->", false),
    ("→", false),
    ("⟶", false),
    ("➔", false),
    ("=>", false),
    ("⇒", false),
];

/// The source and the destination that a heading such as `Client --> Server` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Arrow {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) both_ways: bool,
}

pub(super) fn arrow_in(heading: &str) -> Option<Arrow> {
    let Some((arrow, both_ways)) = ARROWS.iter().find(|(arrow, _)| heading.contains(arrow)) else {
        return ends_in_words(heading);
    };
    let (from, to) = heading.split_once(arrow)?;
    let (from, to) = (from.trim().to_string(), to.trim().to_string());
    let has_words = |text: &str| text.chars().any(char::is_alphanumeric);
    (has_words(&from) && has_words(&to)).then_some(Arrow { from, to, both_ways: *both_ways })
}

/// The ends that a heading such as "Ports used for client to server communications" names.
fn ends_in_words(heading: &str) -> Option<Arrow> {
    let lower = heading.to_ascii_lowercase();
    let suffix = [" communications", " communication", " traffic", " connections"]
        .into_iter()
        .find(|end| lower.ends_with(end))?;
    let prefix = ["ports used for ", "required ports for ", "ports for ", "ports required for ", "from "];
    let start = prefix.into_iter().find(|start| lower.starts_with(start)).map_or(0, str::len);
    let ends = heading.get(start..heading.len() - suffix.len())?;
    let (from, to) = ends.split_once(" to ").filter(|(_, to)| !to.contains(" to "))?;
    Some(Arrow { from: from.trim().to_string(), to: to.trim().to_string(), both_ways: false })
}

/// A value for all rows, and whether a person must confirm it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Proposal {
    pub(super) value: String,
    pub(super) question: Option<&'static str>,
}

impl Proposal {
    pub(super) fn certain(value: impl Into<String>) -> Proposal {
        Proposal { value: value.into(), question: None }
    }
}

/// The texts between the heading of a table and the table.
pub(super) fn introduction(page: &Page, table: &Table) -> String {
    let Some(header) = table.header.first() else { return String::new() };
    let start = table.heading.as_ref().map_or(0, |heading| heading.number);
    let previous =
        page.tables.iter().filter_map(|other| other.header.first()).filter(|other| other.number < header.number);
    let previous = previous.map(|line| line.number).max().unwrap_or_default();
    let lines = page.text_outside_tables.iter().filter(|line| line.kind == LineKind::Text);
    let between = lines.filter(|line| line.number > start && line.number > previous && line.number < header.number);
    between.map(|line| line.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// Who opens the connection, as the heading, the names of the columns, or the text above say.
pub(super) fn direction(page: &Page, table: &Table) -> Option<Proposal> {
    let heading = table.heading.as_ref().map_or("", |heading| heading.text.as_str());
    let heads: Vec<&str> = table.header.iter().map(|head| head.text.as_str()).collect();
    let heads = heads.join(" ");
    let one = |text: &str| match direction_in(text) {
        None if has_word(text, &["listen", "listens", "listening", "listener"]) => Some("inbound"),
        found => found.filter(|direction| *direction != "both"),
    };
    if let Some(direction) = one(heading).or_else(|| one(&heads)) {
        return Some(Proposal::certain(direction));
    }
    let direction = one(&introduction(page, table))?;
    Some(Proposal { value: direction.to_string(), question: Some("is this what the text above the table says?") })
}

/// The transport, as a short heading or the text above says.
pub(super) fn transport(page: &Page, table: &Table) -> Option<Proposal> {
    let heading = table.heading.as_ref().map_or("", |heading| heading.text.as_str());
    let one = |text: &str| match (has_word(text, &["tcp"]), has_word(text, &["udp"])) {
        (true, false) => Some("tcp"),
        (false, true) => Some("udp"),
        _ => None,
    };
    if let Some(transport) = one(heading).filter(|_| heading.split_whitespace().count() <= 3) {
        return Some(Proposal::certain(transport));
    }
    let transport = one(&introduction(page, table)).or_else(|| one(heading))?;
    Some(Proposal {
        value: transport.to_string(),
        question: Some("does the text above the table say this about every port?"),
    })
}

/// The heading whose part of the product a table is about: that above a heading such as "Ingress" or "Outbound rules".
pub(super) fn owner(page: &Page, table: &Table) -> Option<String> {
    let heading = table.heading.as_ref()?;
    let words = ["traffic", "rules", "connections", "ports", "rule", "port", "connection", "network"];
    let lower = heading.text.to_lowercase();
    let is_only_direction = direction_in(&lower).is_some_and(|direction| direction != "both")
        && lower
            .split(|letter: char| !letter.is_alphanumeric())
            .all(|word| word.is_empty() || words.contains(&word) || direction_in(word).is_some());
    if is_only_direction { parent(page, table) } else { None }
}

/// The nearest heading above that of a table that isn't the heading of another one.
fn parent(page: &Page, table: &Table) -> Option<String> {
    let number = table.heading.as_ref()?.number;
    let headings = || page.tables.iter().filter_map(|table| table.heading.as_ref());
    let is_of_table = |line: &&Line| {
        headings().any(|own| own.number == line.number || tidy(&own.text).eq_ignore_ascii_case(&tidy(&line.text)))
    };
    let above = page.headings.iter().filter(|line| line.number < number && !is_of_table(line));
    above.max_by_key(|line| line.number).map(|line| tidy(&line.text))
}

/// The part of the product that a heading names, such as "Control plane" or "Worker node(s)".
pub(super) fn component(heading: &str) -> Option<Proposal> {
    let lower = heading.to_lowercase();
    // The words of "Services on control plane nodes only" and "Master: TCP" that say which part it is.
    let others = ["services", "ports", "on", "of", "for", "the", "only", "required", "used", "by", "tcp", "udp"];
    let words: Vec<&str> = lower
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| word.len() > 1 && !others.contains(word))
        .collect();
    if words == ["all", "nodes"] {
        return Some(Proposal::certain("node"));
    }
    let (last, kept) = words.split_last()?;
    let kept =
        if ["node", "nodes", "server", "servers"].contains(last) && !kept.is_empty() { kept } else { &words[..] };
    let id = match kept {
        ["control", "plane"] | ["kubernetes", "control", "plane"] => "control-plane",
        ["worker" | "workers"] | ["kubernetes", "worker"] => "worker",
        ["master" | "masters"] => "master",
        ["agent" | "agents"] => "agent",
        _ => return None,
    };
    Some(Proposal::certain(id))
}

fn has_word(text: &str, wanted: &[&str]) -> bool {
    let lower = text.to_lowercase();
    lower.split(|letter: char| !letter.is_alphanumeric()).any(|word| wanted.contains(&word))
}

/// The names of sections for tables: their headings, with the nearest heading above that has no table, if several have the same.
pub(super) fn sections(page: &Page) -> Vec<Option<String>> {
    let remarks = ["note", "notes", "important", "warning", "tip", "caution", "hinweis", "hinweise"];
    let heading = |table: &Table| {
        let own = tidy(&table.heading.as_ref()?.text);
        // "Notes" in bold doesn't name the table that follows it.
        if remarks.contains(&own.to_lowercase().as_str()) { parent(page, table).or(Some(own)) } else { Some(own) }
    };
    let headings: Vec<Option<String>> = page.tables.iter().map(heading).collect();
    page.tables
        .iter()
        .zip(&headings)
        .map(|(table, own)| {
            let own = own.clone()?;
            let others = page
                .tables
                .iter()
                .zip(&headings)
                .filter(|(_, heading)| heading.as_ref().is_some_and(|heading| heading.eq_ignore_ascii_case(&own)));
            let parents: std::collections::BTreeSet<Option<String>> =
                others.map(|(other, _)| parent(page, other)).collect();
            match parent(page, table) {
                Some(parent) if parents.len() > 1 => Some(format!("{parent}: {own}")),
                _ => Some(own),
            }
        })
        .collect()
}

/// A heading without the colon at its end.
fn tidy(heading: &str) -> String {
    heading.trim().trim_end_matches([':', '：']).trim().to_string()
}

#[cfg(test)]
mod tests {
    use super::{arrow_in, component};

    #[test]
    fn headings_name_both_ends_or_a_part_of_the_product() {
        let arrow = arrow_in("Site server < -- > Fallback point").unwrap();
        assert_eq!((arrow.from.as_str(), arrow.to.as_str(), arrow.both_ways), ("Site server", "Fallback point", true));
        assert_eq!(arrow_in("Client -- > Server").unwrap().to, "Server");
        assert_eq!(arrow_in("Client-server ports"), None);
        let arrow = arrow_in("Ports used for all-machine to control plane communications").unwrap();
        assert_eq!((arrow.from.as_str(), arrow.to.as_str()), ("all-machine", "control plane"));
        assert_eq!(arrow_in("Introduction to ports"), None);
        let id = |heading| component(heading).map(|found| found.value);
        assert_eq!(id("Control plane").as_deref(), Some("control-plane"));
        assert_eq!(id("Worker node(s)").as_deref(), Some("worker"));
        assert_eq!(id("Control plane management tools"), None);
        assert_eq!(id("Calico"), None);
    }
}
