//! Reads an export, and checks every value while it is parsed.

use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt;
use std::path::Path;

use port_core::Transport;
use port_data::hidden::Escaped;
use port_data::{Diagnostic, Place};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::{Map, Value};

use super::kind::{Checks, Kind};
use super::spec::range;
use super::{ExportedFlow, codes};

/// Reads the text of an export. `file` names it in messages.
///
/// # Errors
///
/// The first value that isn't what it must be, with its place. The rest isn't read, since it is likely not an export at all.
pub fn read(file: &Path, text: &str, checks: Checks) -> Result<Vec<ExportedFlow>, Diagnostic> {
    // Some shells write a byte order mark when they redirect output.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let state = ReadState { checks, ids: RefCell::default(), problem: RefCell::default() };
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = ValueSeed { kind: Kind::Flows, state: &state }.deserialize(&mut reader);
    let value = value.and_then(|value| reader.end().map(|()| value));
    let value = value.map_err(|error| {
        let problem = state.problem.take().unwrap_or_else(|| invalid_json(&error));
        problem.at(Place::at_offset(file, text, offset(text, &error)))
    })?;
    let Value::Array(flows) = value else { return Ok(Vec::new()) };
    Ok(flows.into_iter().filter_map(ExportedFlow::from_value).collect())
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
    /// The ids of the flows so far.
    ids: RefCell<HashSet<String>>,
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
        match &value {
            Value::String(id) if self.kind == Kind::FlowId && !self.state.ids.borrow_mut().insert(id.clone()) => {
                let problem = Diagnostic::new(codes::DUPLICATE_FLOW, format!("flow {id} occurs twice"));
                self.fail(problem.help("export each flow once"))
            }
            _ => Ok(value),
        }
    }

    /// Checks that the members of a port spec fit together.
    fn check_spec<E: Error>(self, spec: &Value) -> Result<(), E> {
        let [transport, first, last, service] = ["transport", "first", "last", "service"].map(|name| &spec[name]);
        let is_empty = transport.is_null() && service.is_null();
        let has_range = range(spec).is_some();
        let known = transport.as_str().and_then(|text| text.parse::<Transport>().ok());
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
        if self.kind == Kind::Spec {
            self.check_spec(&value)?;
        }
        Ok(value)
    }
}
