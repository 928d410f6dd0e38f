//! What the file says: chains with their rules, and named sets, by family and table.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::audit::Family;
use crate::audit::input::looks_like;
use crate::fault::Fault;

/// The version of nft's JSON that this reads.
const SCHEMA: u64 = 1;

/// What names a chain or a set.
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
    /// What stands beside it in its table.
    pub fn beside(&self, name: &str) -> Key {
        Key { name: name.to_string(), ..self.clone() }
    }

    fn is_of(&self, family: Family) -> bool {
        match self.family.as_str() {
            "ip" => family == Family::Ipv4,
            "ip6" => family == Family::Ipv6,
            family => family == "inet" || family == "netdev",
        }
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {}", self.family, self.table, self.name)
    }
}

/// What the kernel calls by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// Where packets come by.
    pub name: String,
    /// Whether packets that no rule decides are accepted.
    pub accepts: bool,
    /// Whether some packets may not come by: those of other devices, or all of them where the table may be dormant.
    pub in_doubt: bool,
}

/// A chain of rules.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    /// Where it begins on its own, and not only by a jump.
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

/// Whether a table is in force.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Force {
    Certain,
    Dormant,
    InDoubt,
}

/// All that is in force for traffic that comes in.
#[derive(Debug, Default)]
pub struct Ruleset {
    /// The chains.
    pub chains: BTreeMap<Key, Chain>,
    /// The elements of named sets and maps.
    pub sets: BTreeMap<Key, Vec<Value>>,
    /// What could not be interpreted while it was read.
    pub not_interpreted: Vec<String>,
    /// Whether a rule exempts packets from tracking, so that new ones may be `untracked`.
    pub exempts: bool,
}

impl Ruleset {
    /// Reads the listing of a whole ruleset.
    pub fn parse(file: &Path, text: &str) -> Result<Ruleset, Fault> {
        let fault = |message: String| Fault::of_file(file, message);
        let not_of_nft =
            || fault(format!("looks like {}, expected the output of `nft -j list ruleset`", looks_like(text)));
        let document: Value = serde_json::from_str(text).map_err(|error| match text.trim_start().starts_with('{') {
            true => Fault::of_json(file, text, &error, |complaint| format!("{complaint}; was the file cut off?")),
            false => not_of_nft(),
        })?;
        let Some(objects) = document.get("nftables").and_then(Value::as_array) else {
            return Err(not_of_nft());
        };
        let version = objects.first().and_then(|first| first.pointer("/metainfo/json_schema_version"));
        if version.and_then(Value::as_u64) != Some(SCHEMA) {
            let found = version
                .map_or("no json_schema_version".to_string(), |version| format!("the json_schema_version {version}"));
            let message = format!("nftables[0]: found {found}, expected {SCHEMA}, as nft lists it in a metainfo");
            return Err(fault(message));
        }
        let mut ruleset = Ruleset { exempts: text.contains("\"notrack\""), ..Ruleset::default() };
        let mut tables = BTreeMap::new();
        for (number, object) in objects.iter().enumerate().skip(1) {
            let read = ruleset.take(object, &mut tables);
            read.map_err(|message| fault(format!("nftables[{number}]: {message}")))?;
        }
        Ok(ruleset)
    }

    /// Whether a chain filters what comes in over the family.
    pub fn filters(&self, family: Family) -> bool {
        self.hooked(family).any(|(_, hook, _)| hook.name == "input")
    }

    /// The chains by which packets of the family come in, by their names: each hook is looked at by itself.
    pub fn hooked(&self, family: Family) -> impl Iterator<Item = (&Key, &Hook, &Chain)> {
        let hooked = self.chains.iter().filter(move |(key, _)| key.is_of(family));
        hooked.filter_map(|(key, chain)| {
            let hook = chain.hook.as_ref()?;
            matches!(hook.name.as_str(), "ingress" | "prerouting" | "input").then_some((key, hook, chain))
        })
    }

    /// Takes in one object of the list.
    fn take(&mut self, object: &Value, tables: &mut BTreeMap<(String, String), Force>) -> Result<(), String> {
        let Some((kind, object)) =
            object.as_object().filter(|object| object.len() == 1).and_then(|one| one.iter().next())
        else {
            return Err("found no object with one key, expected one such as rule; list the ruleset again".to_string());
        };
        let text = |name: &str| match object.get(name).and_then(Value::as_str) {
            Some(text) => Ok(text.to_string()),
            None => Err(format!("{kind}: found no text as {name}, expected one; list the ruleset again")),
        };
        let key =
            |name: &str| Ok::<_, String>(Key { family: text("family")?, table: text("table")?, name: text(name)? });
        let force = |key: &Key, tables: &BTreeMap<(String, String), Force>| {
            let table = (key.family.clone(), key.table.clone());
            tables.get(&table).copied().ok_or_else(|| {
                format!("{kind}: found no table {} {} before it; list the whole ruleset", key.family, key.table)
            })
        };
        match kind.as_str() {
            "table" => {
                let (family, name) = (text("family")?, text("name")?);
                let force = in_force(object.get("flags"));
                match force {
                    Force::Certain => {}
                    Force::Dormant => self.not_interpreted.push(format!("{family} {name}: the table is dormant")),
                    Force::InDoubt => self.not_interpreted.push(format!(
                        "{family} {name}: the table's flags do not say whether it is dormant; what it drops is unknown"
                    )),
                }
                if family == "bridge" {
                    self.not_interpreted.push(format!("{family} {name}: a bridge's rules are not interpreted"));
                }
                tables.insert((family, name), force);
            }
            "chain" => {
                let key = key("name")?;
                let force = force(&key, tables)?;
                let hook = match object.get("hook") {
                    None => None,
                    Some(_) if force == Force::Dormant => None,
                    Some(_) => {
                        let name = text("hook")?;
                        let policy = object.get("policy").map_or(Some("accept"), Value::as_str);
                        let accepts = match policy {
                            Some("accept") => true,
                            Some("drop") => false,
                            _ => {
                                return Err(format!(
                                    "chain: found the policy {}, expected accept or drop",
                                    object["policy"]
                                ));
                            }
                        };
                        let in_doubt = name == "ingress" || force == Force::InDoubt;
                        Some(Hook { name, accepts, in_doubt })
                    }
                };
                if self.chains.insert(key.clone(), Chain { hook, rules: Vec::new() }).is_some() {
                    return Err(format!("chain: found {key} a second time, expected it once; list the ruleset again"));
                }
            }
            "rule" => {
                let key = key("chain")?;
                let Some(chain) = self.chains.get_mut(&key) else {
                    return Err(format!("rule: found no chain {key} before it; list the whole ruleset"));
                };
                let (Some(handle), Some(parts)) =
                    (object.get("handle").and_then(Value::as_u64), object.get("expr").and_then(Value::as_array))
                else {
                    return Err(
                        "rule: found no number as handle or no list as expr, expected both; list the ruleset again"
                            .to_string(),
                    );
                };
                chain.rules.push(Rule { handle, parts: parts.clone() });
            }
            "set" | "map" => {
                let elements = match object.get("elem") {
                    None => Vec::new(),
                    Some(Value::Array(elements)) => elements.clone(),
                    Some(_) => {
                        return Err(format!(
                            "{kind}: found an elem that is no list, expected a list; list the ruleset again"
                        ));
                    }
                };
                self.sets.insert(key("name")?, elements);
            }
            "add" | "insert" | "create" | "delete" | "replace" | "flush" | "rename" | "reset" => {
                return Err(format!(
                    "found the command {kind:?}, expected a listing, as `nft -j list ruleset` prints it"
                ));
            }
            // Counters, quotas, helpers, flow tables: nothing that decides by ports.
            _ => {}
        }
        Ok(())
    }
}

/// What the flags of a table say of its force. Some versions of nft print something else in their place.
fn in_force(flags: Option<&Value>) -> Force {
    let flags: Vec<&str> = match flags {
        None => Vec::new(),
        Some(Value::String(flag)) => vec![flag],
        Some(Value::Array(flags)) => flags.iter().map(|flag| flag.as_str().unwrap_or_default()).collect(),
        Some(_) => vec![""],
    };
    if flags.contains(&"dormant") {
        Force::Dormant
    } else if flags.iter().all(|flag| ["owner", "persist"].contains(flag)) {
        Force::Certain
    } else {
        Force::InDoubt
    }
}
