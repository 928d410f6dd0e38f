//! Parses the listing: chains with their rules, and named sets, by family and table.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use port_data::{Code, Diagnostic, Place};
use serde_json::Value;

use super::value::{Kind, number};
use crate::audit::address_family::AddressFamily;
use crate::audit::codes;
use crate::audit::input_kind::wrong_kind;
use crate::protocol::Protocol;

/// The version of nft's JSON schema that is parsed.
const SCHEMA: u64 = 1;

/// Identifies a chain or a set.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
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
}

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The number by which `nft -a` names it.
    pub handle: u64,
    /// Its conditions and statements, in order.
    pub parts: Vec<Value>,
}

/// Whether a table is active.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Activity {
    Active,
    Dormant,
    Unclear,
}

/// A parsed ruleset.
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
}

impl Ruleset {
    /// Parses the listing of a complete ruleset.
    pub fn parse(file: &Path, text: &str) -> Result<Ruleset, Diagnostic> {
        let not_nft = || wrong_kind(file, text, "nft -j list ruleset");
        let document: Value = serde_json::from_str(text).map_err(|error| match text.trim_start().starts_with('{') {
            true => malformed(file, text, &error),
            false => not_nft(),
        })?;
        let Some(objects) = document.get("nftables").and_then(Value::as_array) else {
            return Err(not_nft());
        };
        let version = objects.first().and_then(|first| first.pointer("/metainfo/json_schema_version"));
        if version.and_then(Value::as_u64) != Some(SCHEMA) {
            let message = match version {
                Some(version) => format!("nftables[0]: unsupported json_schema_version {version} (only {SCHEMA} is)"),
                None => "nftables[0]: json_schema_version is missing".to_string(),
            };
            let problem = Diagnostic::new(codes::NFT_SCHEMA, message);
            return Err(problem.help("list the ruleset with `nft -j list ruleset`").at(Place::file(file)));
        }
        let mut ruleset = Ruleset::default();
        let mut tables = BTreeMap::new();
        for (number, object) in objects.iter().enumerate().skip(1) {
            ruleset.add(object, &mut tables).map_err(|problem| {
                let message = format!("nftables[{number}]: {}", problem.message);
                Diagnostic { message, ..problem }.at(Place::file(file))
            })?;
        }
        Ok(ruleset)
    }

    /// Whether a chain filters incoming packets of the family.
    pub fn filters(&self, family: AddressFamily) -> bool {
        !self.hooked(family, "input").is_empty()
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

    /// Adds one object of the list.
    fn add(&mut self, object: &Value, tables: &mut BTreeMap<(String, String), Activity>) -> Result<(), Diagnostic> {
        let Some((kind, object)) =
            object.as_object().filter(|object| object.len() == 1).and_then(|one| one.iter().next())
        else {
            return Err(problem(codes::NFT_INVALID_OBJECT, "not an object with a single key"));
        };
        let text = |name: &str| match object.get(name).and_then(Value::as_str) {
            Some(text) => Ok(text.to_string()),
            None => Err(problem(codes::NFT_INVALID_OBJECT, format!("{kind}: {name} is missing or not a string"))),
        };
        let key =
            |name: &str| Ok::<_, Diagnostic>(Key { family: text("family")?, table: text("table")?, name: text(name)? });
        let table_activity = |key: &Key, tables: &BTreeMap<(String, String), Activity>| {
            let table = (key.family.clone(), key.table.clone());
            tables.get(&table).copied().ok_or_else(|| {
                incomplete(format!("{kind}: table {} {} is not listed before it", key.family, key.table))
            })
        };
        match kind.as_str() {
            "table" => {
                let (family, name) = (text("family")?, text("name")?);
                let activity = activity(object.get("flags"));
                match activity {
                    Activity::Active => {}
                    Activity::Dormant => self.not_interpreted.push(format!("{family} {name}: the table is dormant")),
                    Activity::Unclear => self.not_interpreted.push(format!(
                        "{family} {name}: the table may be dormant (unclear flags), so what it drops is unknown"
                    )),
                }
                if family == "bridge" {
                    self.not_interpreted.push(format!("{family} {name}: rules of bridges are not interpreted"));
                }
                tables.insert((family, name), activity);
            }
            "chain" => {
                let key = key("name")?;
                let activity = table_activity(&key, tables)?;
                let hook = match object.get("hook") {
                    None => None,
                    Some(_) if activity == Activity::Dormant => None,
                    Some(_) => {
                        let name = text("hook")?;
                        let policy = object.get("policy").map_or(Some("accept"), Value::as_str);
                        let accepts = match policy {
                            Some("accept") => true,
                            Some("drop") => false,
                            _ => {
                                let message =
                                    format!("chain: unknown policy {} (accept and drop are known)", object["policy"]);
                                return Err(problem(codes::NFT_INVALID_OBJECT, message));
                            }
                        };
                        let devices: Vec<String> = match object.get("dev") {
                            Some(Value::String(device)) => vec![device.clone()],
                            Some(Value::Array(devices)) => {
                                devices.iter().filter_map(Value::as_str).map(str::to_string).collect()
                            }
                            _ => Vec::new(),
                        };
                        let bypasses = name == "ingress" && devices.is_empty();
                        if bypasses {
                            self.not_interpreted.push(format!("{key}: the device of the chain is not listed"));
                        }
                        let priority = object.get("prio").and_then(Value::as_i64).unwrap_or_default();
                        Some(Hook {
                            accepts,
                            in_doubt: bypasses || activity == Activity::Unclear,
                            priority,
                            is_nat: object.get("type").and_then(Value::as_str) == Some("nat"),
                            devices,
                            position: self.chains.len(),
                            name,
                        })
                    }
                };
                if self.chains.insert(key.clone(), Chain { hook, rules: Vec::new() }).is_some() {
                    return Err(problem(codes::NFT_DUPLICATE_CHAIN, format!("chain: {key} is listed twice")));
                }
            }
            "rule" => {
                let key = key("chain")?;
                let Some(chain) = self.chains.get_mut(&key) else {
                    return Err(incomplete(format!("rule: chain {key} is not listed before it")));
                };
                let (Some(handle), Some(parts)) =
                    (object.get("handle").and_then(Value::as_u64), object.get("expr").and_then(Value::as_array))
                else {
                    let message = "rule: handle is not a number, or expr is not a list";
                    return Err(problem(codes::NFT_INVALID_OBJECT, message));
                };
                let updated = parts.iter().filter_map(|part| part.pointer("/set/set").and_then(Value::as_str));
                self.updated.extend(updated.map(|name| key.sibling(name.trim_start_matches('@'))));
                chain.rules.push(Rule { handle, parts: parts.clone() });
            }
            "set" | "map" => {
                let elements = match object.get("elem") {
                    None => Vec::new(),
                    Some(Value::Array(elements)) => elements.clone(),
                    Some(_) => {
                        return Err(problem(codes::NFT_INVALID_OBJECT, format!("{kind}: elem is not a list")));
                    }
                };
                self.sets.insert(key("name")?, elements);
            }
            "add" | "insert" | "create" | "delete" | "replace" | "flush" | "rename" | "reset" => {
                let message = format!("command {kind:?} in a listing");
                let problem = Diagnostic::new(codes::NFT_INVALID_OBJECT, message);
                return Err(problem.help("list the ruleset with `nft -j list ruleset`"));
            }
            // Counters, quotas, helpers and flow tables don't decide by port.
            _ => {}
        }
        Ok(())
    }
}

/// Whether a table is active, by its flags. Some versions of nft print something else instead of the flags.
fn activity(flags: Option<&Value>) -> Activity {
    let flags: Vec<&str> = match flags {
        None => Vec::new(),
        Some(Value::String(flag)) => vec![flag],
        Some(Value::Array(flags)) => flags.iter().map(|flag| flag.as_str().unwrap_or_default()).collect(),
        Some(_) => vec![""],
    };
    if flags.contains(&"dormant") {
        Activity::Dormant
    } else if flags.iter().all(|flag| ["owner", "persist"].contains(flag)) {
        Activity::Active
    } else {
        Activity::Unclear
    }
}

fn problem(code: Code, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(code, message).help("list the ruleset again")
}

/// The diagnostic for a reference to something that isn't listed.
pub(super) fn incomplete(message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(codes::NFT_INCOMPLETE, message).help("list the whole ruleset")
}

/// The diagnostic for invalid JSON. The columns of `serde_json` count bytes, and are 0 before the first one of a line.
fn malformed(file: &Path, text: &str, error: &serde_json::Error) -> Diagnostic {
    let (line, column) = (error.line(), error.column());
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let offset = start + column.saturating_sub(1);
    let message = error.to_string();
    let message = message.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&message);
    let problem = Diagnostic::new(codes::NFT_MALFORMED, format!("malformed JSON ({message})"));
    problem.help("check whether the file was cut off").at(Place::at_offset(file, text, offset))
}
