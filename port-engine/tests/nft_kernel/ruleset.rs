//! A generated ruleset: a tree that prints as nft's syntax and that can lose any of its nodes.

use std::collections::BTreeSet;
use std::fmt;

/// A part of a rule: a condition or a statement, possibly with an anonymous set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The text up to the set.
    pub text: String,
    /// The elements of the anonymous set; empty without one.
    pub elements: Vec<String>,
}

/// A rule.
#[derive(Clone, Debug, Default)]
pub struct Rule {
    /// Its conditions and statements, in order.
    pub parts: Vec<Part>,
}

/// A chain, or a named set or map.
#[derive(Clone, Debug)]
pub enum Item {
    /// A chain; a base chain has a line that hooks it.
    Chain {
        /// Its name.
        name: String,
        /// `type filter hook input priority 0; policy drop;`, or empty.
        hook: String,
        /// Its rules.
        rules: Vec<Rule>,
    },
    /// A named set or map.
    Set {
        /// `set allowed`
        name: String,
        /// Its type and flags.
        properties: String,
        /// Its elements.
        elements: Vec<String>,
    },
}

/// A table.
#[derive(Clone, Debug)]
pub struct Table {
    /// `inet filter`
    pub name: String,
    /// Sets, maps and chains, in an order in which each is before its use.
    pub items: Vec<Item>,
}

/// A whole ruleset.
#[derive(Clone, Debug, Default)]
pub struct Ruleset {
    /// Its tables.
    pub tables: Vec<Table>,
    /// The grammar's features that it was generated with.
    pub features: BTreeSet<&'static str>,
    /// The ports that its rules name.
    pub ports: Vec<u16>,
    /// The source ports that its rules name.
    pub source_ports: Vec<u16>,
}

impl Part {
    /// A part without a set.
    pub fn new(text: impl Into<String>) -> Part {
        Part { text: text.into(), elements: Vec::new() }
    }

    /// A part with an anonymous set behind its text.
    pub fn with_set(text: impl Into<String>, elements: Vec<String>) -> Part {
        Part { text: text.into(), elements }
    }
}

impl Ruleset {
    /// Every ruleset that is this one without one node: a table, a chain, a set, a rule, a part or an element. Large nodes
    /// come first, since losing them makes the most of it.
    pub fn smaller(&self) -> Vec<Ruleset> {
        let mut smaller = Vec::new();
        let mut add = |remove: &dyn Fn(&mut Ruleset)| {
            let mut copy = self.clone();
            remove(&mut copy);
            smaller.push(copy);
        };
        for table in 0..self.tables.len() {
            add(&|copy| drop(copy.tables.remove(table)));
        }
        for (table, own) in self.tables.iter().enumerate() {
            for item in 0..own.items.len() {
                add(&|copy| drop(copy.tables[table].items.remove(item)));
            }
        }
        for (table, own) in self.tables.iter().enumerate() {
            for (item, own) in own.items.iter().enumerate() {
                match own {
                    Item::Chain { rules, .. } => smaller_rules(rules, &mut |change| {
                        add(&|copy| {
                            if let Item::Chain { rules, .. } = &mut copy.tables[table].items[item] {
                                change(rules);
                            }
                        });
                    }),
                    Item::Set { elements, .. } => {
                        for element in 0..elements.len() {
                            add(&|copy| {
                                if let Item::Set { elements, .. } = &mut copy.tables[table].items[item] {
                                    elements.remove(element);
                                }
                            });
                        }
                    }
                }
            }
        }
        smaller
    }
}

/// A change of a chain's rules.
type Change<'a> = dyn Fn(&mut Vec<Rule>) + 'a;

/// Calls `add` with each change that makes the rules of a chain smaller by one node.
fn smaller_rules(rules: &[Rule], add: &mut dyn FnMut(&Change)) {
    for rule in 0..rules.len() {
        add(&|rules| drop(rules.remove(rule)));
    }
    for (rule, own) in rules.iter().enumerate() {
        for (part, own) in own.parts.iter().enumerate() {
            add(&|rules| drop(rules[rule].parts.remove(part)));
            if own.elements.len() > 1 {
                for element in 0..own.elements.len() {
                    add(&|rules| drop(rules[rule].parts[part].elements.remove(element)));
                }
            }
        }
    }
}

impl fmt::Display for Ruleset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for table in &self.tables {
            writeln!(f, "table {} {{", table.name)?;
            for item in &table.items {
                write!(f, "{item}")?;
            }
            writeln!(f, "}}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Item::Chain { name, hook, rules } => {
                writeln!(f, "\tchain {name} {{")?;
                if !hook.is_empty() {
                    writeln!(f, "\t\t{hook}")?;
                }
                for rule in rules.iter().filter(|rule| !rule.parts.is_empty()) {
                    let parts: Vec<String> = rule.parts.iter().map(Part::to_string).collect();
                    writeln!(f, "\t\t{}", parts.join(" "))?;
                }
            }
            Item::Set { name, properties, elements } => {
                writeln!(f, "\t{name} {{\n\t\t{properties}")?;
                if !elements.is_empty() {
                    writeln!(f, "\t\telements = {{ {} }}", elements.join(", "))?;
                }
            }
        }
        writeln!(f, "\t}}")
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.elements.is_empty() {
            true => f.write_str(&self.text),
            false => write!(f, "{} {{ {} }}", self.text, self.elements.join(", ")),
        }
    }
}
