//! Reads an export, and checks every value while it is parsed.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::path::Path;

use port_core::Transport;
use port_data::hidden::Escaped;
use port_data::{Diagnostic, Place};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::{Map, Value};

use super::kind::{Checks, Kind};
use super::spec::{has_fitting_numbers, range};
use super::{ExportedFlow, codes};

/// Reads the text of an export. `file` names it in messages.
///
/// # Errors
///
/// The first value that isn't what it must be, with its place. The rest isn't read, since it is likely not an export at all.
pub fn read(file: &Path, text: &str, checks: Checks) -> Result<Vec<ExportedFlow>, Diagnostic> {
    // Some shells write a byte order mark when they redirect output.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let state =
        ReadState { checks, keys: RefCell::default(), have_editions: RefCell::default(), problem: RefCell::default() };
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = ValueSeed { kind: Kind::Flows, state: &state }.deserialize(&mut reader);
    let value = value.and_then(|value| reader.end().map(|()| value));
    let value = value.map_err(|error| {
        let problem = state.problem.take().unwrap_or_else(|| invalid_json(&error));
        problem.at(Place::at_offset(file, text, offset(text, &error)))
    })?;
    let Value::Array(flows) = value else { return Ok(Vec::new()) };
    let mut flows: Vec<ExportedFlow> = flows.into_iter().filter_map(ExportedFlow::from_value).collect();
    flows.iter_mut().for_each(ExportedFlow::add_defaults);
    Ok(flows)
}

/// A text that isn't JSON.
fn invalid_json(error: &serde_json::Error) -> Diagnostic {
    let message = match error.classify() {
        Category::Eof => "unexpected end of the file".to_string(),
        _ => {
            let complaint = error.to_string();
            let place = format!(" at line {} column {}", error.line(), error.column());
            format!("not JSON ({})", complaint.strip_suffix(&place).unwrap_or(&complaint))
        }
    };
    with_help(Diagnostic::new(codes::INVALID_JSON, message), Kind::Flows.help(Checks::Comparison))
}

/// The offset of the last byte that the JSON parser read. It may be inside a character.
fn offset(text: &str, error: &serde_json::Error) -> usize {
    let lines = text.split_inclusive('\n').take(error.line().saturating_sub(1));
    lines.map(str::len).sum::<usize>() + error.column().saturating_sub(1)
}

fn with_help(problem: Diagnostic, help: Option<String>) -> Diagnostic {
    match help {
        Some(help) => problem.help(help),
        None => problem,
    }
}

/// What all values of an export share while it is read.
struct ReadState {
    checks: Checks,
    /// The products, editions and ids of the flows so far.
    keys: RefCell<HashSet<[String; 3]>>,
    /// Whether the flows of each product so far have an edition.
    have_editions: RefCell<HashMap<String, bool>>,
    /// What is wrong, if it isn't the JSON itself. An error of serde only has a text.
    problem: RefCell<Option<Diagnostic>>,
}

/// Reads a value of a kind.
#[derive(Clone, Copy)]
struct ValueSeed<'a> {
    kind: Kind,
    state: &'a ReadState,
}

impl ValueSeed<'_> {
    fn fail<T, E: Error>(self, problem: Diagnostic) -> Result<T, E> {
        *self.state.problem.borrow_mut() = Some(problem);
        Err(E::custom("see ReadState::problem"))
    }

    /// Reports a value that isn't of the kind.
    fn invalid<T, E: Error>(self, found: &str) -> Result<T, E> {
        let problem = Diagnostic::new(codes::INVALID_VALUE, format!("not {} (found {found})", self.kind.noun()));
        self.fail(with_help(problem, self.kind.help(self.state.checks)))
    }

    fn checked<E: Error>(self, value: Value) -> Result<Value, E> {
        if !self.kind.admits(&value) {
            return self.invalid(&abbreviated(&value));
        }
        Ok(value)
    }

    /// Checks that no earlier flow has the same product, edition and id. Exports of earlier versions have one edition of a product.
    fn check_key<E: Error>(self, flow: &Value) -> Result<(), E> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
        let [product, edition, id] =
            ["product", "edition", "id"].map(|name| flow.get(name).map_or_else(String::new, text));
        let has_edition = !edition.is_empty();
        let have_editions = *self.state.have_editions.borrow_mut().entry(product.clone()).or_insert(has_edition);
        if has_edition != have_editions {
            let has = if has_edition { "an edition" } else { "no edition" };
            let message = format!("flow {id} of {product} has {has}, unlike the flows of {product} before it");
            let help = "export all flows of a product with the same version of port-catalog";
            return self.fail(Diagnostic::new(codes::MISSING_MEMBER, message).help(help));
        }
        if self.state.keys.borrow_mut().insert([product.clone(), edition.clone(), id.clone()]) {
            return Ok(());
        }
        let edition = if edition.is_empty() { edition } else { format!("@{edition}") };
        let message = format!("flow {id} of {product}{edition} occurs twice");
        self.fail(Diagnostic::new(codes::DUPLICATE_FLOW, message).help("export each flow once"))
    }

    /// Checks that the members of a port spec fit together.
    fn check_spec<E: Error>(self, spec: &Value) -> Result<(), E> {
        let [transport, first, last, service] = ["transport", "first", "last", "service"].map(|name| &spec[name]);
        let is_empty = transport.is_null() && service.is_null();
        let has_range = range(spec).is_some();
        let known = transport.as_str().and_then(|text| text.parse::<Transport>().ok());
        if known.is_some_and(|transport| !has_fitting_numbers(spec, transport)) {
            let [protocol, icmp_type] = ["ip_protocol", "icmp_type"].map(|name| &spec[name]);
            let message = format!(
                "invalid port spec (found transport {transport}, ip_protocol {protocol}, icmp_type {icmp_type})"
            );
            let help =
                "ip needs the number of its protocol, other transports have their own; only icmp and icmpv6 have types";
            return self.fail(Diagnostic::new(codes::INVALID_PORTS, message).help(help));
        }
        let fits = match (self.state.checks, known) {
            (Checks::Dataset, Some(transport)) => transport.has_ports() == has_range,
            _ => !has_range || !transport.is_null(),
        };
        if !is_empty && fits && (has_range || first.is_null() && last.is_null()) {
            return Ok(());
        }
        let message =
            format!("invalid port spec (found ports {first} to {last}, transport {transport}, service {service})");
        let help = "a range needs a transport and its lower port first; without a range, name a protocol without ports or a service";
        self.fail(Diagnostic::new(codes::INVALID_PORTS, message).help(help))
    }
}

/// A value in a message, shortened.
fn abbreviated(value: &Value) -> String {
    const LONGEST: usize = 60;
    let text = Escaped(value.to_string()).to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{} ...", &text[..end]),
        None => text,
    }
}

impl<'de> DeserializeSeed<'de> for ValueSeed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.noun())
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        self.checked(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        self.checked(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        self.checked(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        self.checked(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        self.checked(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        self.checked(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let Some(kind) = self.kind.item() else { return self.invalid("a list") };
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element_seed(ValueSeed { kind, ..self })? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        if !self.kind.is_object() {
            return self.invalid("an object");
        }
        let checks = self.state.checks;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if object.contains_key(&name) {
                let message = format!("member {name:?} occurs twice");
                return self.fail(Diagnostic::new(codes::DUPLICATE_MEMBER, message).help("remove one of them"));
            }
            let value = members.next_value_seed(ValueSeed { kind: self.kind.member(&name, checks), ..self })?;
            object.insert(name, value);
        }
        if let Some(name) = self.kind.required(checks).iter().find(|name| !object.contains_key(**name)) {
            let problem = Diagnostic::new(codes::MISSING_MEMBER, format!("missing member {name:?}"));
            return self.fail(with_help(problem, self.kind.help(checks)));
        }
        let value = Value::Object(object);
        match self.kind {
            Kind::Spec => self.check_spec(&value)?,
            Kind::Flow => self.check_key(&value)?,
            _ => {}
        }
        Ok(value)
    }
}
