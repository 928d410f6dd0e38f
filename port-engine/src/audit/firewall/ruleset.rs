//! A parsed ruleset: chains with their rules, and named sets, by family and table.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use port_data::Diagnostic;
use serde_json::Value;

use super::value::{Kind, number};
use crate::audit::address_family::AddressFamily;
use crate::audit::codes;
use crate::protocol::Protocol;

/// Identifies a chain or a set.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The family of the table: `ip`, `ip6`, `inet`, `netdev`.
    pub family: String,
    /// The table.
    pub table: String,
    /// The chain or the set in it.
    pub name: String,
}

impl Key {
    /// Another chain or set of the same table.
    pub fn sibling(&self, name: &str) -> Key {
        Key { name: name.to_string(), ..self.clone() }
    }

    fn applies_to(&self, family: AddressFamily) -> bool {
        match self.family.as_str() {
            "ip" => family == AddressFamily::Ipv4,
            "ip6" => family == AddressFamily::Ipv6,
            family => family == "inet" || family == "netdev",
        }
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {}", self.family, self.table, self.name)
    }
}

/// The hook at which the kernel calls a chain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hook {
    /// The hook's name.
    pub name: String,
    /// Whether the policy accepts packets that no rule decides.
    pub accepts: bool,
    /// Whether packets may bypass the chain, since the table may be dormant or the devices aren't listed.
    pub in_doubt: bool,
    /// The order of chains at the hook: the lowest first.
    pub priority: i64,
    /// Whether the chain translates addresses.
    pub is_nat: bool,
    /// The devices whose packets pass the chain; all, if empty.
    pub devices: Vec<String>,
    /// The position in the listing, which is the order in which chains were added.
    pub position: usize,
}

/// A chain of rules.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    /// Set for a base chain: one that the kernel calls, and not only another chain.
    pub hook: Option<Hook>,
    /// Its rules, in order.
    pub rules: Vec<Rule>,
    /// What the numbers of the rules are.
    pub numbers: RuleNumber,
}

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The number by which it is found in the tool's output.
    pub number: u64,
    /// Its conditions and statements, in order.
    pub parts: Vec<Value>,
}

/// What the number of a rule is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RuleNumber {
    /// The handle that `nft -a` prints.
    #[default]
    Handle,
    /// The line of the file.
    Line,
}

impl RuleNumber {
    /// The word before the number.
    pub fn word(self) -> &'static str {
        match self {
            RuleNumber::Handle => "handle",
            RuleNumber::Line => "line",
        }
    }
}

/// A parsed ruleset. The parts of rules are statements as nft writes them in JSON.
#[derive(Debug, Default)]
pub struct Ruleset {
    /// The chains.
    pub chains: BTreeMap<Key, Chain>,
    /// The elements of named sets and maps.
    pub sets: BTreeMap<Key, Vec<Value>>,
    /// The named sets to which rules add elements.
    pub updated: BTreeSet<Key>,
    /// What could not be interpreted while parsing.
    pub not_interpreted: Vec<String>,
    /// Warnings about the listing.
    pub remarks: Vec<String>,
    /// The tables of iptables-legacy, by family and name. nft doesn't list them.
    pub legacy_tables: BTreeSet<(String, String)>,
}

impl Ruleset {
    /// Whether a chain filters packets of the family at a hook.
    pub fn filters(&self, family: AddressFamily, hook: &str) -> bool {
        !self.hooked(family, hook).is_empty()
    }

    /// Whether rules or a policy decide about packets of the family to other machines.
    pub fn forwards(&self, family: AddressFamily) -> bool {
        let has_rules = |key: &Key| self.chains.get(key).is_some_and(|chain| !chain.rules.is_empty());
        self.hooked(family, "forward").into_iter().any(|(key, hook)| !hook.accepts || has_rules(key))
    }

    /// Whether rules make the kernel track connections of the family. A chain that translates doesn't: without a statement that does,
    /// the kernel calls no such chain, unless something else makes it track connections.
    pub fn tracks(&self, family: AddressFamily) -> bool {
        let own = self.chains.iter().filter(|(key, _)| key.applies_to(family) && key.family != "netdev");
        own.flat_map(|(_, chain)| &chain.rules).flat_map(|rule| &rule.parts).any(|part| needs_tracking(part, family))
    }

    /// The base chains at a hook that packets of the family pass, in the order in which the kernel calls them.
    pub fn hooked(&self, family: AddressFamily, name: &str) -> Vec<(&Key, &Hook)> {
        let hooked = self.chains.iter().filter(|(key, _)| key.applies_to(family));
        let hooked = hooked.filter_map(|(key, chain)| Some((key, chain.hook.as_ref()?)));
        let mut hooked: Vec<(&Key, &Hook)> = hooked.filter(|(_, hook)| hook.name == name).collect();
        // Of chains with the same priority, the kernel calls the one first that was added last.
        hooked.sort_by_key(|(_, hook)| (hook.priority, Reverse(hook.position)));
        hooked
    }

    /// The protocols that conditions name.
    pub fn protocols(&self) -> BTreeSet<Protocol> {
        let mut protocols = BTreeSet::new();
        for rule in self.chains.values().flat_map(|chain| &chain.rules) {
            for part in &rule.parts {
                let Some((left, right)) = part.pointer("/match/left").zip(part.pointer("/match/right")) else {
                    continue;
                };
                let field = left.pointer("/payload/field").or(left.pointer("/meta/key")).and_then(Value::as_str);
                if !matches!(field, Some("l4proto" | "protocol" | "nexthdr")) {
                    continue;
                }
                let elements = match right.get("set") {
                    Some(Value::Array(elements)) => elements.as_slice(),
                    _ => std::slice::from_ref(right),
                };
                let named = elements.iter().filter_map(|element| number(Kind::Protocol, element));
                protocols.extend(named.filter_map(|number| Some(Protocol::new(u8::try_from(number).ok()?))));
            }
        }
        protocols
    }
}

/// Whether a statement asks connection tracking about packets of a family, or translates them.
fn needs_tracking(part: &Value, family: AddressFamily) -> bool {
    const NAMES: [&str; 6] = ["ct", "ct count", "dnat", "snat", "masquerade", "redirect"];
    const EXTENSIONS: [&str; 7] = ["DNAT", "REDIRECT", "SNAT", "MASQUERADE", "NETMAP", "conntrack", "state"];
    let other = if family == AddressFamily::Ipv4 { "ip6" } else { "ip" };
    match part {
        Value::Object(members) => members.iter().any(|(name, value)| {
            let is_of_other = value.get("family").and_then(Value::as_str) == Some(other);
            let is_extension = || name == "xt" && EXTENSIONS.contains(&value["name"].as_str().unwrap_or_default());
            NAMES.contains(&name.as_str()) && !is_of_other || is_extension() || needs_tracking(value, family)
        }),
        Value::Array(elements) => elements.iter().any(|element| needs_tracking(element, family)),
        _ => false,
    }
}

/// The diagnostic for a reference to something that isn't listed.
pub fn incomplete(message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(codes::NFT_INCOMPLETE, message).help("list the whole ruleset")
}
