//! Reads an export: an array of flows, as `port-catalog list --format json` prints it, of this version or of another.
//!
//! What a comparison stands on must be there and be of its type. Whatever else a flow has is kept as it is, so that the
//! facts of a version that tells more, or fewer, are compared too.

use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt;
use std::path::Path;

use port_catalog::PortRange;
use port_data::hidden::Shown;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::specs::Spec;
use crate::fault::Fault;

/// A flow of an export: its id, its ports, and all else that is told of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    /// The flow as it was read, every member of it.
    pub object: Map<String, Value>,
    /// Its port specs.
    pub specs: Vec<Spec>,
}

impl Flow {
    /// Its id.
    pub fn id(&self) -> &str {
        self.text("id")
    }

    /// A fact that is a text; empty where it is not there, or null.
    pub fn text(&self, fact: &str) -> &str {
        self.object.get(fact).and_then(Value::as_str).unwrap_or_default()
    }

    /// A fact that is a list of texts; empty where it is not there.
    pub fn texts(&self, fact: &str) -> impl Iterator<Item = &str> {
        self.object.get(fact).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }

    /// Its facts by their names, but for its id and its ports: those of its source as `source.row`, and those of its port
    /// specs that this version does not know as `ports.NAME`, with what stands there for each spec.
    pub fn facts(&self) -> Map<String, Value> {
        let mut facts = Map::new();
        let others = self.object.iter().filter(|(name, _)| !matches!(name.as_str(), "id" | "ports"));
        for (name, value) in others {
            add_facts(name.clone(), value, &mut facts);
        }
        let specs = self.object["ports"].as_array().map_or(&[][..], Vec::as_slice);
        let names = specs.iter().filter_map(Value::as_object).flat_map(Map::keys);
        for name in names.filter(|name| !Kind::Spec.needs().contains(&name.as_str())) {
            let of_specs = specs.iter().map(|spec| spec.get(name).cloned().unwrap_or_default());
            facts.insert(format!("ports.{name}"), of_specs.collect());
        }
        facts
    }
}

fn add_facts(name: String, value: &Value, facts: &mut Map<String, Value>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (member, value) in members {
                add_facts(format!("{name}.{member}"), value, facts);
            }
        }
        _ => {
            facts.insert(name, value.clone());
        }
    }
}

/// Reads the text of an export.
///
/// # Errors
///
/// Where it is no array of flows, with the place and what was expected there.
pub fn read(file: &Path, text: &[u8]) -> Result<Vec<Flow>, Fault> {
    // Some shells write a mark of the byte order in front of what they redirect.
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let text = std::str::from_utf8(text).map_err(|error| {
        let before = String::from_utf8_lossy(&text[..error.valid_up_to()]);
        Fault::at(file, &before, before.len(), format!("found bytes that are no UTF-8, expected {EXPORT}"))
    })?;
    let ids = RefCell::default();
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Seed { kind: Kind::Flows, ids: &ids }.deserialize(&mut reader);
    let value = value.and_then(|value| reader.end().map(|()| value)).map_err(|error| fault(file, text, &error))?;
    let Value::Array(flows) = value else { return Ok(Vec::new()) };
    Ok(flows.into_iter().filter_map(flow).collect())
}

/// What an export is, for messages.
const EXPORT: &str = "an array of flows, as `port-catalog list --format json` prints it";

/// What the reader of JSON complains of, with its place.
fn fault(file: &Path, text: &str, error: &serde_json::Error) -> Fault {
    Fault::of_json(file, text, error, |complaint| match error.classify() {
        serde_json::error::Category::Data => complaint.to_string(),
        serde_json::error::Category::Eof => format!("found the end of the file too early, expected {EXPORT}"),
        _ => format!("found what is no JSON ({complaint}), expected {EXPORT}"),
    })
}

/// The flow of an object that was checked while it was read.
fn flow(value: Value) -> Option<Flow> {
    let Value::Object(object) = value else { return None };
    let specs = object.get("ports")?.as_array()?.iter().map(spec).collect();
    Some(Flow { object, specs })
}

fn spec(value: &Value) -> Spec {
    let text = |name: &str| value[name].as_str().map(str::to_string);
    Spec {
        transport: text("transport"),
        range: range(value),
        service: text("service"),
        group: value["group"].as_u64().unwrap_or_default(),
    }
}

fn range(spec: &Value) -> Option<PortRange> {
    PortRange::new(port(&spec["first"])?, port(&spec["last"])?)
}

fn port(value: &Value) -> Option<u16> {
    value.as_u64().and_then(|port| u16::try_from(port).ok()).filter(|port| *port != 0)
}

/// What may stand at a place of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Flows,
    Flow,
    Id,
    Word,
    Texts,
    Text,
    Specs,
    Spec,
    OptionalWord,
    OptionalPort,
    Group,
    Anything,
}

impl Kind {
    fn expected(self) -> &'static str {
        match self {
            Kind::Flows => EXPORT,
            Kind::Flow => "a flow: an object with id, product, direction, peer and ports",
            Kind::Id => "an id, of lowercase letters, digits and hyphens",
            Kind::Word => "a word, of lowercase letters, digits and hyphens",
            Kind::OptionalWord => "a word, of lowercase letters, digits and hyphens, or null",
            Kind::Texts => "a list of texts",
            Kind::Text => "a text",
            Kind::Specs => "a list of port specs",
            Kind::Spec => "a port spec: an object with transport, first, last, service and group",
            Kind::OptionalPort => "a port from 1 to 65535, or null",
            Kind::Group => "a group's number, from 0",
            Kind::Anything => "JSON",
        }
    }

    /// What stands under a name of an object of this kind.
    fn of_member(self, name: &str) -> Kind {
        match (self, name) {
            (Kind::Flow, "id") => Kind::Id,
            (Kind::Flow, "product" | "direction" | "peer") => Kind::Word,
            (Kind::Flow, "ports") => Kind::Specs,
            (Kind::Flow, "hosts" | "interfaces") => Kind::Texts,
            (Kind::Spec, "transport" | "service") => Kind::OptionalWord,
            (Kind::Spec, "first" | "last") => Kind::OptionalPort,
            (Kind::Spec, "group") => Kind::Group,
            _ => Kind::Anything,
        }
    }

    /// What stands in a list of this kind.
    fn of_item(self) -> Option<Kind> {
        match self {
            Kind::Flows => Some(Kind::Flow),
            Kind::Specs => Some(Kind::Spec),
            Kind::Texts => Some(Kind::Text),
            Kind::Anything => Some(Kind::Anything),
            _ => None,
        }
    }

    /// The members that an object of this kind must have.
    fn needs(self) -> &'static [&'static str] {
        match self {
            Kind::Flow => &["id", "product", "direction", "peer", "ports"],
            Kind::Spec => &["transport", "first", "last", "service", "group"],
            _ => &[],
        }
    }

    /// Whether a value that is no list and no object may stand there.
    fn admits(self, value: &Value) -> bool {
        match self {
            Kind::Id | Kind::Word => value.as_str().is_some_and(is_word),
            Kind::OptionalWord => value.is_null() || value.as_str().is_some_and(is_word),
            Kind::Text => value.is_string(),
            Kind::OptionalPort => value.is_null() || port(value).is_some(),
            Kind::Group => value.is_u64(),
            Kind::Anything => true,
            Kind::Flows | Kind::Flow | Kind::Texts | Kind::Specs | Kind::Spec => false,
        }
    }
}

/// A value for a message, however long it is.
fn brief(value: &Value) -> String {
    const LONGEST: usize = 60;
    let text = Shown(value.to_string()).to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{} ...", &text[..end]),
        None => text,
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
}

/// Reads a value of a kind, and complains where it stands.
#[derive(Clone, Copy)]
struct Seed<'a> {
    kind: Kind,
    /// The ids that were met.
    ids: &'a RefCell<HashSet<String>>,
}

impl Seed<'_> {
    fn admitted<E: Error>(self, value: Value) -> Result<Value, E> {
        if !self.kind.admits(&value) {
            return Err(E::custom(format_args!("found {}, expected {}", brief(&value), self.kind.expected())));
        }
        match &value {
            Value::String(id) if self.kind == Kind::Id && !self.ids.borrow_mut().insert(id.clone()) => {
                Err(E::custom(format_args!("found the flow {id} a second time, expected each flow once")))
            }
            _ => Ok(value),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.expected())
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        self.admitted(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        self.admitted(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        self.admitted(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        self.admitted(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        self.admitted(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        self.admitted(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let Some(kind) = self.kind.of_item() else {
            return Err(A::Error::custom(format_args!("found a list, expected {}", self.kind.expected())));
        };
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element_seed(Seed { kind, ..self })? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        if !matches!(self.kind, Kind::Flow | Kind::Spec | Kind::Anything) {
            return Err(A::Error::custom(format_args!("found an object, expected {}", self.kind.expected())));
        }
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if object.contains_key(&name) {
                return Err(A::Error::custom(format_args!("found {name:?} twice in an object, expected it once")));
            }
            let value = members.next_value_seed(Seed { kind: self.kind.of_member(&name), ..self })?;
            object.insert(name, value);
        }
        if let Some(name) = self.kind.needs().iter().find(|name| !object.contains_key(**name)) {
            return Err(A::Error::custom(format_args!("found no {name:?}, expected {}", self.kind.expected())));
        }
        let value = Value::Object(object);
        if self.kind == Kind::Spec {
            check_spec(&value)?;
        }
        Ok(value)
    }
}

/// A spec has both ends of its range or none, in order, and a transport where it has ports; and it says something.
fn check_spec<E: Error>(spec: &Value) -> Result<(), E> {
    let [transport, first, last, service] = ["transport", "first", "last", "service"].map(|name| &spec[name]);
    let said = !(transport.is_null() && service.is_null());
    let numbered = range(spec).is_some() && !transport.is_null();
    if said && (numbered || first.is_null() && last.is_null()) {
        return Ok(());
    }
    Err(E::custom(format_args!(
        "found the ports {first} to {last} over {transport}, expected a transport with the lower port first, or a \
         transport or a service and no ports"
    )))
}
