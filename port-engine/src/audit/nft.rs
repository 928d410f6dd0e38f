//! Parses what `nft -j list ruleset` prints into a [`Firewall`].
//!
//! ```
//! use std::path::Path;
//!
//! use port_engine::audit::firewall::Scope;
//! use port_engine::audit::nft;
//! use port_engine::audit::observation::State;
//! use port_engine::protocol::Protocol;
//!
//! let listing = r#"{"nftables": [
//!     {"metainfo": {"json_schema_version": 1}},
//!     {"table": {"family": "inet", "name": "filter"}},
//!     {"chain": {"family": "inet", "table": "filter", "name": "input", "type": "filter", "hook": "input", "prio": 0,
//!         "policy": "drop"}}]}"#;
//! let firewall = nft::parse(Path::new("rules.json"), listing)?;
//! let observation = firewall.observe(&Scope::default())?;
//! assert_eq!(observation.pieces(Protocol::TCP)[0].state, State::NotOpen);
//! # Ok::<(), port_data::Diagnostic>(())
//! ```

use std::collections::BTreeMap;
use std::path::Path;

use port_data::{Diagnostic, Place};
use serde_json::{Map, Value};

use super::address_family::AddressFamily;
use super::codes;
use super::firewall::ruleset::{Chain, Hook, Key, Rule, Ruleset, incomplete};
use super::firewall::{Firewall, Scope};
use super::input_kind::wrong_kind;
use super::observation::{Observation, Tool};

/// The version of nft's JSON schema that is parsed.
const SCHEMA: u64 = 1;

/// Parses the listing of a complete ruleset.
///
/// # Errors
///
/// The text isn't such a listing.
pub fn parse(file: &Path, text: &str) -> Result<Firewall, Diagnostic> {
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
    let mut listing = Listing::default();
    for (number, object) in objects.iter().enumerate().skip(1) {
        listing.add(object).map_err(|problem| {
            let message = format!("nftables[{number}]: {}", problem.message);
            Diagnostic { message, ..problem }.at(Place::file(file))
        })?;
    }
    Ok(Firewall::new(file, Tool::Nft, listing.ruleset))
}

/// What the rules accept, over one address family or over both.
///
/// # Errors
///
/// The text isn't the listing of a complete ruleset.
pub fn read(file: &Path, text: &str, family: Option<AddressFamily>) -> Result<Observation, Diagnostic> {
    parse(file, text)?.observe(&Scope { family, ..Scope::default() })
}

/// Whether a table is active.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Activity {
    Active,
    Dormant,
    Unclear,
}

/// The objects of a listing that are parsed so far.
#[derive(Default)]
struct Listing {
    ruleset: Ruleset,
    /// The tables, by family and name.
    tables: BTreeMap<(String, String), Activity>,
}

/// An object of the listing: what it is, and its properties.
struct Object<'v> {
    kind: &'v str,
    properties: &'v Map<String, Value>,
}

impl<'v> Object<'v> {
    fn get(&self, name: &str) -> Option<&'v Value> {
        self.properties.get(name)
    }

    fn text(&self, name: &str) -> Result<String, Diagnostic> {
        let text = self.get(name).and_then(Value::as_str);
        text.map(str::to_string).ok_or_else(|| problem(format!("{}: {name} is missing or not a string", self.kind)))
    }

    /// The key of a chain or a set, whose name is in the property `name`.
    fn key(&self, name: &str) -> Result<Key, Diagnostic> {
        Ok(Key { family: self.text("family")?, table: self.text("table")?, name: self.text(name)? })
    }
}

impl Listing {
    /// Adds one object of the list.
    fn add(&mut self, object: &Value) -> Result<(), Diagnostic> {
        let single = object.as_object().filter(|object| object.len() == 1).and_then(|one| one.iter().next());
        let Some((kind, properties)) = single else {
            return Err(problem("not an object with a single key"));
        };
        let no_properties = Map::new();
        let object = Object { kind, properties: properties.as_object().unwrap_or(&no_properties) };
        match kind.as_str() {
            "table" => self.add_table(&object),
            "chain" => self.add_chain(&object),
            "rule" => self.add_rule(&object),
            "set" | "map" => self.add_set(&object),
            "add" | "insert" | "create" | "delete" | "replace" | "flush" | "rename" | "reset" => {
                let problem = Diagnostic::new(codes::NFT_INVALID_OBJECT, format!("command {kind:?} in a listing"));
                Err(problem.help("list the ruleset with `nft -j list ruleset`"))
            }
            // Counters, quotas, helpers and flow tables don't decide by port.
            _ => Ok(()),
        }
    }

    fn add_table(&mut self, object: &Object) -> Result<(), Diagnostic> {
        let (family, name) = (object.text("family")?, object.text("name")?);
        let activity = activity(object.get("flags"));
        let not_interpreted = &mut self.ruleset.not_interpreted;
        match activity {
            Activity::Active => {}
            Activity::Dormant => not_interpreted.push(format!("{family} {name}: the table is dormant")),
            Activity::Unclear => not_interpreted.push(format!(
                "{family} {name}: the table may be dormant (unclear flags), so what it drops is unknown"
            )),
        }
        if family == "bridge" {
            not_interpreted.push(format!("{family} {name}: rules of bridges are not interpreted"));
        }
        self.tables.insert((family, name), activity);
        Ok(())
    }

    fn add_chain(&mut self, object: &Object) -> Result<(), Diagnostic> {
        let key = object.key("name")?;
        let activity = self.tables.get(&(key.family.clone(), key.table.clone()));
        let activity = *activity.ok_or_else(|| {
            incomplete(format!("{}: table {} {} is not listed before it", object.kind, key.family, key.table))
        })?;
        let is_hooked = object.get("hook").is_some() && activity != Activity::Dormant;
        let hook = if is_hooked { Some(self.hook(object, &key, activity)?) } else { None };
        if self.ruleset.chains.insert(key.clone(), Chain { hook, ..Chain::default() }).is_some() {
            let problem = Diagnostic::new(codes::NFT_DUPLICATE_CHAIN, format!("chain: {key} is listed twice"));
            return Err(problem.help("list the ruleset again"));
        }
        Ok(())
    }

    /// The hook of a base chain.
    fn hook(&mut self, object: &Object, key: &Key, activity: Activity) -> Result<Hook, Diagnostic> {
        let name = object.text("hook")?;
        let accepts = match object.get("policy").map_or(Some("accept"), Value::as_str) {
            Some("accept") => true,
            Some("drop") => false,
            _ => {
                let policy = object.get("policy").unwrap_or(&Value::Null);
                return Err(problem(format!("chain: unknown policy {policy} (accept and drop are known)")));
            }
        };
        let devices: Vec<String> = match object.get("dev") {
            Some(Value::String(device)) => vec![device.clone()],
            Some(Value::Array(devices)) => devices.iter().filter_map(Value::as_str).map(str::to_string).collect(),
            _ => Vec::new(),
        };
        let bypasses = name == "ingress" && devices.is_empty();
        if bypasses {
            self.ruleset.not_interpreted.push(format!("{key}: the device of the chain is not listed"));
        }
        Ok(Hook {
            accepts,
            in_doubt: bypasses || activity == Activity::Unclear,
            priority: object.get("prio").and_then(Value::as_i64).unwrap_or_default(),
            is_nat: object.get("type").and_then(Value::as_str) == Some("nat"),
            devices,
            position: self.ruleset.chains.len(),
            name,
        })
    }

    fn add_rule(&mut self, object: &Object) -> Result<(), Diagnostic> {
        let key = object.key("chain")?;
        let Some(chain) = self.ruleset.chains.get_mut(&key) else {
            return Err(incomplete(format!("rule: chain {key} is not listed before it")));
        };
        let (Some(handle), Some(parts)) =
            (object.get("handle").and_then(Value::as_u64), object.get("expr").and_then(Value::as_array))
        else {
            return Err(problem("rule: handle is not a number, or expr is not a list"));
        };
        let updated = parts.iter().filter_map(|part| part.pointer("/set/set").and_then(Value::as_str));
        self.ruleset.updated.extend(updated.map(|name| key.sibling(name.trim_start_matches('@'))));
        chain.rules.push(Rule { number: handle, parts: parts.clone() });
        Ok(())
    }

    fn add_set(&mut self, object: &Object) -> Result<(), Diagnostic> {
        let elements = match object.get("elem") {
            None => Vec::new(),
            Some(Value::Array(elements)) => elements.clone(),
            Some(_) => return Err(problem(format!("{}: elem is not a list", object.kind))),
        };
        self.ruleset.sets.insert(object.key("name")?, elements);
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

/// The diagnostic for an object that isn't one that nft writes.
fn problem(message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(codes::NFT_INVALID_OBJECT, message).help("list the ruleset again")
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

#[cfg(test)]
mod tests;
