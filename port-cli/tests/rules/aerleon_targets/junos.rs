//! Configurations of Junos: filters, and the policies of SRX.

use std::collections::{BTreeMap, BTreeSet};

use super::entry::{Entry, direction_of, named_protocol, range};

/// A statement: its words, and the statements in its braces.
#[derive(Debug, Default)]
struct Statement {
    words: Vec<String>,
    inner: Vec<Statement>,
}

impl Statement {
    /// The inner statements whose first words are these.
    fn all(&self, first: &[&str]) -> Vec<&Statement> {
        let begins =
            |one: &&Statement| one.words.len() >= first.len() && first.iter().zip(&one.words).all(|(a, b)| a == b);
        self.inner.iter().filter(begins).collect()
    }

    fn one(&self, first: &[&str]) -> Option<&Statement> {
        let found = self.all(first);
        assert!(found.len() <= 1, "{first:?}: {found:?}");
        found.first().copied()
    }

    /// The words after the first one of an inner statement.
    fn values(&self, name: &str) -> Vec<&str> {
        self.one(&[name]).map(|one| one.words[1..].iter().map(String::as_str).collect()).unwrap_or_default()
    }
}

/// The statements of a text. Comments are left out, and `replace:` too, which says how to load a statement.
fn parse(text: &str) -> Statement {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("/*") {
        plain += before;
        rest = comment.split_once("*/").expect("a comment ends").1;
    }
    plain += rest;
    for mark in ["{", "}", ";", "[", "]"] {
        plain = plain.replace(mark, &format!(" {mark} "));
    }
    let mut open = vec![Statement::default()];
    let mut words = Vec::new();
    for word in plain.split_whitespace().filter(|word| *word != "replace:") {
        match word {
            "[" | "]" => {}
            "{" => open.push(Statement { words: std::mem::take(&mut words), inner: Vec::new() }),
            ";" | "}" => {
                let done = match word {
                    ";" => Statement { words: std::mem::take(&mut words), inner: Vec::new() },
                    _ => open.pop().unwrap(),
                };
                assert!(words.is_empty(), "{words:?}");
                open.last_mut().expect("a brace too many").inner.push(done);
            }
            word => words.push(word.to_string()),
        }
    }
    assert_eq!(open.len(), 1, "a brace is open");
    open.pop().unwrap()
}

/// Filters, which don't track connections.
pub fn read_filters(text: &str) -> Vec<Entry> {
    let root = parse(text);
    let mut entries = Vec::new();
    for family in root.all(&["firewall"]).into_iter().flat_map(|firewall| firewall.all(&["family"])) {
        let number = if family.words[1] == "inet" { 4 } else { 6 };
        for filter in family.all(&["filter"]) {
            let name = filter.words[1].strip_suffix(&number.to_string()).expect("the family");
            entries
                .extend(filter.all(&["term"]).into_iter().map(|term| filter_entry(term, number, direction_of(name))));
        }
    }
    entries
}

fn filter_entry(term: &Statement, family: u8, direction: &'static str) -> Entry {
    let mut entry = Entry { term: term.words[1].clone(), family: Some(family), direction, ..Entry::default() };
    let then = term.one(&["then"]).unwrap();
    let action = then.words.get(1).or_else(|| then.inner.last().map(|last| &last.words[0])).unwrap();
    let Some(from) = term.one(&["from"]) else {
        assert_eq!(action, "discard");
        return Entry { drops: true, ..entry };
    };
    assert_eq!(action, "accept");
    let key = if family == 4 { "protocol" } else { "next-header" };
    entry.protocol = named_protocol(from.values(key)[0]);
    for one in &from.inner {
        match one.words[0].as_str() {
            "source-address" => entry.source = addresses(one),
            "destination-address" => entry.destination = addresses(one),
            "protocol" | "next-header" => assert_eq!(one.words.len(), 2),
            "source-port" => entry.source_ports = one.words[1..].iter().map(|port| range(port, "-")).collect(),
            "destination-port" => entry.ports = one.words[1..].iter().map(|port| range(port, "-")).collect(),
            "icmp-type" => entry.icmp_types = one.words[1..].iter().map(|number| number.parse().unwrap()).collect(),
            "tcp-established" => entry.established = true,
            other => panic!("{other}"),
        }
    }
    entry
}

/// Addresses in braces.
fn addresses(end: &Statement) -> BTreeSet<String> {
    end.inner.iter().map(|one| one.words[0].clone()).collect()
}

/// Policies of SRX.
pub fn read_policies(text: &str) -> Vec<Entry> {
    let root = parse(text);
    let security = root.one(&["security"]).unwrap();
    let book = security.one(&["address-book"]).unwrap().one(&["global"]).unwrap();
    let applications = Applications::new(root.one(&["applications"]));
    let mut entries = Vec::new();
    for zones in security.one(&["policies"]).unwrap().all(&["from-zone"]) {
        let direction = match [zones.words[1].as_str(), zones.words[3].as_str()] {
            ["peers", "product"] => "inbound",
            ["product", "peers"] => "outbound",
            other => panic!("{other:?}"),
        };
        for policy in zones.all(&["policy"]) {
            let [matched, then] = ["match", "then"].map(|word| policy.one(&[word]).unwrap());
            let entry = Entry { term: policy.words[1].clone(), direction, ..Entry::default() };
            let [source, destination] = ["source-address", "destination-address"].map(|key| matched.values(key));
            let application = matched.values("application");
            if then.one(&["deny"]).is_some() {
                assert_eq!([&source[..], &destination, &application], [["any"]; 3]);
                entries.push(Entry { drops: true, ..entry });
                continue;
            }
            assert!(then.one(&["permit"]).is_some(), "{policy:?}");
            let entry = Entry { source: named(book, &source), destination: named(book, &destination), ..entry };
            entries.extend(applications.traffic(application[0]).into_iter().map(|traffic| Entry {
                protocol: traffic.protocol,
                ports: traffic.ports,
                icmp_types: traffic.icmp_types,
                ..entry.clone()
            }));
        }
    }
    entries
}

/// The addresses of sets of an address book.
fn named(book: &Statement, sets: &[&str]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for set in sets.iter().filter(|set| **set != "any") {
        for member in &book.one(&["address-set", set]).unwrap().inner {
            let address = book.one(&["address", &member.words[1]]).unwrap();
            let name = address.one(&["dns-name"]).map(|name| name.words[1].clone());
            found.insert(name.unwrap_or_else(|| address.words[2].clone()));
        }
    }
    found
}

/// The terms of applications, and the applications of sets, by their names.
struct Applications<'a> {
    terms: BTreeMap<&'a str, Vec<&'a Statement>>,
    sets: BTreeMap<&'a str, Vec<&'a str>>,
}

impl<'a> Applications<'a> {
    fn new(applications: Option<&'a Statement>) -> Applications<'a> {
        let inner = |word| {
            applications.into_iter().flat_map(move |all| all.inner.iter().filter(move |one| one.words[0] == word))
        };
        let terms = inner("application").map(|one| (one.words[1].as_str(), one.inner.iter().collect()));
        let sets = inner("application-set")
            .map(|one| (one.words[1].as_str(), one.inner.iter().map(|member| member.words[1].as_str()).collect()));
        Applications { terms: terms.collect(), sets: sets.collect() }
    }

    fn traffic(&self, name: &str) -> Vec<Entry> {
        if let Some(members) = self.sets.get(name) {
            return members.iter().flat_map(|member| self.traffic(member)).collect();
        }
        self.terms[name].iter().map(|term| application(&term.words)).collect()
    }
}

fn application(words: &[String]) -> Entry {
    let mut entry = Entry::default();
    for pair in words[2..].chunks(2) {
        match pair[0].as_str() {
            "protocol" => entry.protocol = named_protocol(&pair[1]),
            "destination-port" => entry.ports.push(range(&pair[1], "-")),
            "icmp-type" | "icmp6-type" => entry.icmp_types.push(pair[1].parse().unwrap()),
            "inactivity-timeout" => {}
            other => panic!("{other}"),
        }
    }
    entry
}
