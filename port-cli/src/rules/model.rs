//! What a firewall is to let through, whatever firewall it is: rules, each below the flow that asks for it.

use std::fmt;

use port_catalog::{Direction, PortRange};
use port_data::hidden::is_hidden;

use super::address::{Address, End, Family};
use super::choices::At;

/// The rules for the flows of one product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruleset {
    /// What chains, services and files are named after: lowercase kebab-case.
    pub name: String,
    /// What it is and where it is from, one line each.
    pub heading: Vec<String>,
    /// The address of the document that it is from.
    pub url: String,
    /// Where the firewall stands.
    pub at: At,
    /// The directions that were asked for; one without a flow lets nothing through.
    pub directions: Vec<Direction>,
    /// What is to be said of all of it.
    pub remarks: Vec<Remark>,
    /// The flows, in the catalog's order.
    pub flows: Vec<FlowRules>,
}

/// A flow and the rules that let it through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowRules {
    /// The flow's id.
    pub id: &'static str,
    /// Who opens the connection.
    pub direction: Direction,
    /// The other end.
    pub peer: &'static str,
    /// What it is for.
    pub purpose: &'static str,
    /// What is to be said of it.
    pub remarks: Vec<Remark>,
    /// Its rules; none where it was left out or cannot be said.
    pub rules: Vec<Rule>,
}

/// One thing to let through: new connections from the source to the destination.
///
/// Which end is the product's is told by the flow's direction: an inbound rule has the product as its destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What carries it.
    pub protocol: Protocol,
    /// The ports at the destination, in order, none of which overlap or touch; empty exactly for a protocol without ports.
    pub ports: Vec<PortRange>,
    /// Who connects.
    pub source: End,
    /// To whom.
    pub destination: End,
}

/// What carries a rule's traffic, in the order in which rules stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// IP protocol 50.
    Esp,
}

impl Protocol {
    /// Its name, as every format writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
            Protocol::Esp => "esp",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Rule {
    /// The family that its addresses limit it to.
    pub fn family(&self) -> Option<Family> {
        [&self.source, &self.destination].into_iter().flat_map(End::addresses).find_map(Address::family)
    }
}

/// What a reader of the rules must know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// What sort of thing it is.
    pub class: Class,
    /// The remark, in one line.
    pub text: String,
}

/// The sorts of remarks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// What the catalog knows beside: stands in the output only.
    Note,
    /// What is open beyond what is known to be needed.
    Opened,
    /// What was left out because somebody chose so.
    LeftOut,
    /// What was asked for and cannot be said; `--strict` makes an error of it.
    Dropped,
}

impl Remark {
    /// A remark of a class. What would end a line is a blank in it.
    pub fn new(class: Class, text: impl AsRef<str>) -> Remark {
        Remark { class, text: one_line(text.as_ref()) }
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.class {
            Class::Note => f.write_str(&self.text),
            Class::Opened => write!(f, "opened: {}", self.text),
            Class::LeftOut => write!(f, "left out: {}", self.text),
            Class::Dropped => write!(f, "dropped: {}", self.text),
        }
    }
}

/// A text without what could end a line, and with it the comment that the text stands in, and without all else that is hidden, so
/// that it does not look like something else. Some of it neither XML nor YAML can hold.
pub fn one_line(text: &str) -> String {
    text.chars().map(|character| if is_hidden(character) { ' ' } else { character }).collect()
}

impl FlowRules {
    /// Adds a remark, once.
    pub fn remark(&mut self, class: Class, text: impl AsRef<str>) {
        let remark = Remark::new(class, text);
        if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }

    /// What to write over its rules, one line each: what it is for, then the remarks.
    pub fn comments(&self) -> impl Iterator<Item = String> + '_ {
        let purpose = format!("{} ({} {})", self.purpose, self.direction.preposition(), self.peer);
        std::iter::once(one_line(&purpose)).chain(self.remarks.iter().map(ToString::to_string))
    }

    /// What its rules let through, each part once: for formats that name it, and then say between which [ends](Self::ends).
    /// Every pair of ends is let all of it, since a flow's rules are made for the same ends and split alike.
    pub fn traffic(&self) -> Vec<(Protocol, &[PortRange])> {
        once(self.rules.iter().map(|rule| (rule.protocol, rule.ports.as_slice())))
    }

    /// The sources and destinations of its rules, each pair once.
    pub fn ends(&self) -> Vec<(&End, &End)> {
        once(self.rules.iter().map(|rule| (&rule.source, &rule.destination)))
    }
}

/// Items in their order, each once.
fn once<T: PartialEq>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut found = Vec::new();
    for item in items {
        if !found.contains(&item) {
            found.push(item);
        }
    }
    found
}

impl Ruleset {
    /// The flows of a direction.
    pub fn towards(&self, direction: Direction) -> impl Iterator<Item = &FlowRules> {
        self.flows.iter().filter(move |flow| flow.direction == direction)
    }

    /// What to write over it all, one line each.
    pub fn comments(&self) -> impl Iterator<Item = String> + '_ {
        let heading = self.heading.iter().map(|line| one_line(line));
        heading.chain(self.remarks.iter().map(ToString::to_string))
    }

    /// What to tell on standard error: remarks that are no notes, each with the flows that it is about; and the notes as well,
    /// where the output has no place for them.
    pub fn told(&self, with_notes: bool) -> Vec<String> {
        let mut told: Vec<(&Remark, Vec<&str>)> = self.remarks.iter().map(|remark| (remark, Vec::new())).collect();
        for flow in &self.flows {
            for remark in flow.remarks.iter().filter(|remark| with_notes || remark.class != Class::Note) {
                match told.iter_mut().find(|(known, _)| *known == remark) {
                    Some((_, flows)) => flows.push(flow.id),
                    None => told.push((remark, vec![flow.id])),
                }
            }
        }
        told.sort_by_key(|(remark, _)| remark.class);
        let line = |(remark, flows): (&Remark, Vec<&str>)| match flows.is_empty() {
            true => remark.to_string(),
            false => format!("{remark}: {}", flows.join(", ")),
        };
        told.into_iter().map(line).collect()
    }

    /// Whether something that was asked for cannot be said.
    pub fn has_dropped(&self) -> bool {
        let mut remarks = self.remarks.iter().chain(self.flows.iter().flat_map(|flow| &flow.remarks));
        remarks.any(|remark| remark.class == Class::Dropped)
    }
}
