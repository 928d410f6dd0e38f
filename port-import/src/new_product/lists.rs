//! Finds the lists of a page whose items state ports, and the patterns of their items.

use std::collections::BTreeMap;

use super::columns::DraftColumn;
use super::content::{is_number_list, mentions_port, states_port, word_count};
use crate::curation::Meaning;
use crate::page::{Line, LineKind, ListPattern, Page, Pattern};
use crate::port_cell;

/// The lists below a heading, as the draft describes them.
#[derive(Clone, Debug)]
pub(super) struct DraftList {
    pub(super) heading: Option<String>,
    pub(super) patterns: Vec<String>,
}

/// The ways in which items are written, the most specific ones first.
const TEMPLATES: [&str; 22] = [
    "Port {Ports}: {Label}",
    "{Label} (Default {Ports}). {Note}",
    "{Label} (default {Ports}). {Note}",
    "{Label} (Default {Ports}): {Note}",
    "{Label} (default: {Ports})",
    "{Ports} => {Label}",
    "{Ports}: {Label}",
    "{Ports} - {Label}",
    "{Ports} – {Label}",
    "{Ports} — {Label}",
    "{Ports} for {Label}",
    "{Ports} ({Label})",
    "{Label} ({Ports}): {Note}",
    "{Label} ({Ports}). {Note}",
    "{Label} ({Ports})",
    "{Label}: TCP Port {Ports}",
    "{Label}: {Ports}",
    "{Label} - {Ports}",
    "{Label} – {Ports}",
    "{Label} => {Ports}",
    "{Ports}, {Label}",
    "{Ports}",
];

/// The lists that state ports.
pub(super) fn find_lists(page: &Page) -> Vec<DraftList> {
    let mut lists: BTreeMap<usize, Vec<&Line>> = BTreeMap::new();
    for line in &page.text_outside_tables {
        if let LineKind::Item { list } = line.kind {
            lists.entry(list).or_default().push(line);
        }
    }
    let heading =
        |items: &[&Line]| items.first().and_then(|item| page.heading_above(item)).map(|line| line.text.clone());
    let mut headings: Vec<Option<String>> = Vec::new();
    for items in lists.values().filter(|items| states_ports(page, items)) {
        let heading = heading(items);
        if !headings.contains(&heading) {
            headings.push(heading);
        }
    }
    let below = |wanted: &Option<String>| -> Vec<&Vec<&Line>> {
        lists.values().filter(|items| heading(items) == *wanted).collect()
    };
    headings
        .into_iter()
        .filter_map(|heading| {
            let lists = below(&heading);
            Some(DraftList { patterns: patterns(page, &lists)?, heading })
        })
        .collect()
}

/// Whether at least half of the items of a list state ports.
fn states_ports(page: &Page, items: &[&Line]) -> bool {
    let is_about_ports = is_about_ports(page, items);
    let stating = items.iter().filter(|item| template(&item.text, is_about_ports).is_some()).count();
    stating > 0 && stating * 2 >= items.len()
}

/// Whether the heading or a text above a list contains the word port.
fn is_about_ports(page: &Page, items: &[&Line]) -> bool {
    let Some(first) = items.first() else { return false };
    let has_word = |text: &str| {
        let lower = text.to_lowercase();
        lower.split(|letter: char| !letter.is_alphanumeric()).any(|word| ["port", "ports"].contains(&word))
            || lower.contains("端口")
    };
    let heading = page.heading_above(first).is_some_and(|heading| has_word(&heading.text));
    let above = page.text_outside_tables.iter().filter(|line| line.under == first.under && line.number < first.number);
    heading || above.filter(|line| line.kind == LineKind::Text).any(|line| has_word(&line.text))
}

/// The first template that reads ports in an item.
fn template(item: &str, is_about_ports: bool) -> Option<&'static str> {
    TEMPLATES.into_iter().find(|template| reads_ports(template, item, is_about_ports))
}

fn reads_ports(pattern: &str, item: &str, is_about_ports: bool) -> bool {
    let Some(found) = Pattern::parse(pattern).ok().as_ref().and_then(|pattern| {
        let found = pattern.match_text(item)?;
        Some(found.into_iter().map(|(name, text)| (name.to_string(), text.to_string())).collect::<Vec<_>>())
    }) else {
        return false;
    };
    let text = |wanted: &str| found.iter().find(|(name, _)| name == wanted).map_or("", |(_, text)| text.as_str());
    let (ports, label) = (text("Ports"), text("Label"));
    let units = ["kb", "mb", "gb", "tb", "mib", "gib", "mhz", "ghz"];
    let has_unit = ports.split_whitespace().any(|word| units.contains(&word.to_lowercase().as_str()));
    let is_short =
        word_count(ports) <= 6 && (label.is_empty() || word_count(label) <= 12 || pattern.ends_with("{Label}"));
    let parsed = port_cell::parse(ports, None);
    let has_port = parsed
        .as_ref()
        .is_ok_and(|cell| cell.specs.iter().any(|spec| spec.range().is_some()) && cell.remarks.is_empty());
    let is_stated =
        states_port(ports) || ports.to_lowercase().contains("/tcp") || ports.to_lowercase().contains("/udp");
    let is_number = is_about_ports && pattern != "{Ports}" && is_number_list(ports) && is_large(ports);
    let is_service =
        is_about_ports && pattern != "{Ports}" && has_port && ports.bytes().any(|byte| byte.is_ascii_digit());
    is_short && !has_unit && has_port && (is_stated || is_number || is_service && is_large(ports))
}

/// Whether the numbers of a text aren't those of steps and versions.
fn is_large(text: &str) -> bool {
    let numbers = text.split(|letter: char| !letter.is_ascii_digit()).filter_map(|number| number.parse::<u32>().ok());
    numbers.min().is_some_and(|smallest| smallest >= 7)
}

/// The patterns for all items of the lists below a heading, in an order in which each item has its own; `None` if there is none.
fn patterns(page: &Page, lists: &[&Vec<&Line>]) -> Option<Vec<String>> {
    let mut chosen: Vec<String> = Vec::new();
    let items = |items: &[&Line]| -> Vec<(String, Option<&'static str>)> {
        let is_about_ports = is_about_ports(page, items);
        items.iter().map(|item| (item.text.clone(), template(&item.text, is_about_ports))).collect()
    };
    let lists: Vec<Vec<(String, Option<&'static str>)>> = lists.iter().map(|list| items(list)).collect();
    for template in TEMPLATES {
        if lists.iter().flatten().any(|(_, own)| *own == Some(template)) {
            chosen.push(template.to_string());
        }
    }
    // Items without ports in a list with ports are read by their first words.
    let is_taken = |list: &&Vec<(String, Option<&'static str>)>| {
        list.iter().any(|(item, _)| chosen.iter().any(|pattern| is_match(pattern, item)))
    };
    let (mut first, mut last): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    // An item with numbers in the place of ports has ports, even if they can't be read.
    let has_numbers = |item: &str| {
        let pattern = chosen.iter().find(|pattern| is_match(pattern, item)).and_then(|text| Pattern::parse(text).ok());
        let found = pattern.as_ref().and_then(|pattern| pattern.match_text(item)).unwrap_or_default();
        found.iter().any(|(name, text)| *name == "Ports" && text.starts_with(|letter: char| letter.is_ascii_digit()))
    };
    let unread = |(item, own): &&(String, Option<&'static str>)| own.is_none() && !has_numbers(item);
    for (item, _) in lists.iter().filter(is_taken).flatten().filter(unread) {
        let pattern = prefix_pattern(item);
        let reads_others = lists.iter().flatten().any(|(other, own)| own.is_some() && is_match(&pattern, other));
        if !reads_others && !first.contains(&pattern) {
            first.push(pattern);
        } else if reads_others && !chosen.iter().chain(&last).any(|pattern| is_match(pattern, item)) {
            last.push(pattern);
        }
    }
    let mut chosen: Vec<String> = first.into_iter().chain(chosen).chain(last).collect();
    if chosen.len() > 40
        || lists.iter().flatten().any(|(item, own)| own.is_some() && !chosen.iter().any(|p| is_match(p, item)))
    {
        return None;
    }
    // An item that another pattern would read first gets that one moved behind its own.
    for _ in 0..chosen.len() * chosen.len() {
        let wrong = lists.iter().flatten().find_map(|(item, own)| {
            let own = chosen.iter().position(|pattern| Some(pattern.as_str()) == *own)?;
            let first = chosen.iter().position(|pattern| is_match(pattern, item))?;
            (first < own).then_some((first, own))
        });
        let Some((first, own)) = wrong else { return Some(chosen) };
        let pattern = chosen.remove(own);
        chosen.insert(first, pattern);
    }
    // No order is right for all: the most frequent ones come first, and the ports of the other items can't be read.
    let uses = |pattern: &String| lists.iter().flatten().filter(|(_, own)| *own == Some(pattern.as_str())).count();
    chosen.sort_by_key(|pattern| std::cmp::Reverse(uses(pattern)));
    Some(chosen)
}

fn is_match(pattern: &str, item: &str) -> bool {
    Pattern::parse(pattern).is_ok_and(|pattern| pattern.match_text(item).is_some())
}

/// A pattern for an item without ports: its first two words, and the rest.
fn prefix_pattern(item: &str) -> String {
    let escape = |text: &str| text.replace('{', "{{").replace('}', "}}");
    let words: Vec<&str> = item.split(' ').collect();
    match words.len() {
        0 | 1 => "{Label}".to_string(),
        2 => format!("{} {{Label}}", escape(words[0])),
        _ => format!("{} {} {{Label}}", escape(words[0]), escape(words[1])),
    }
}

impl DraftList {
    /// The columns of the table that the lists become.
    pub(super) fn columns(&self) -> Vec<DraftColumn> {
        let parsed: Vec<Pattern> = self.patterns.iter().filter_map(|pattern| Pattern::parse(pattern).ok()).collect();
        let mut names: Vec<&str> = Vec::new();
        for name in parsed.iter().flat_map(Pattern::columns) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let is_everywhere = |name: &str| parsed.iter().all(|pattern| pattern.columns().any(|own| own == name));
        let column = |name: &&str| DraftColumn {
            head: (*name).to_string(),
            is: match *name {
                "Ports" => Meaning::Ports,
                "Label" => Meaning::Label,
                _ => Meaning::Note,
            },
            means: BTreeMap::new(),
            may_be_empty: *name == "Label" && !is_everywhere("Label"),
            reason: None,
            question: None,
        };
        names.iter().map(column).collect()
    }

    /// What the reader of the page needs to know.
    pub(super) fn hints(&self) -> impl Iterator<Item = ListPattern> {
        self.patterns.iter().map(|pattern| ListPattern { heading: self.heading.clone(), pattern: pattern.clone() })
    }
}

/// The lines outside tables and lists that state ports, for pages on which nothing else does.
pub(super) fn stating_lines(page: &Page) -> Vec<&Line> {
    page.text_outside_tables.iter().filter(|line| mentions_port(&line.text)).collect()
}

#[cfg(test)]
mod tests {
    use super::{find_lists, template};
    use crate::page::{Hints, Layout, read};

    #[test]
    fn items_are_read_by_the_pattern_that_finds_their_ports() {
        for (item, expected) in [
            ("TCP 443: web pages", Some("{Ports}: {Label}")),
            ("HTTP binding: TCP 32843", Some("{Label}: {Ports}")),
            ("443/tcp - web", Some("{Ports} - {Label}")),
            ("RPC (Default 4647). For calls. TCP only.", Some("{Label} (Default {Ports}). {Note}")),
            ("4369: peer discovery", Some("{Ports}: {Label}")),
            ("22 for shells", Some("{Ports} for {Label}")),
            ("tcp/80", Some("{Ports}")),
            ("2: the second step", None),
            ("2024", None),
            ("Memory: 16 GB", None),
        ] {
            assert_eq!(template(item, true), expected, "{item}");
        }
        assert_eq!(template("4369: something", false), None);
    }

    #[test]
    fn lists_without_ports_stay_text() {
        let text = "# A\n\n- 8 GB of memory\n- Ubuntu 22.04\n\n# Ports\n\n- TCP 443: web\n- UDP 53 for names\n- See the guide for more.\n";
        let page = read(std::path::Path::new("a.md"), text, Layout::Markdown, &Hints::default()).unwrap();
        let lists = find_lists(&page);
        assert_eq!(lists.len(), 1);
        assert_eq!(lists[0].heading.as_deref(), Some("Ports"));
        assert_eq!(lists[0].patterns, ["See the {Label}", "{Ports}: {Label}", "{Ports} for {Label}"]);
    }
}
