//! Prepares conditions for the packets of a family and a protocol.

use port_data::Diagnostic;
use serde_json::Value;

use super::condition::{Condition, Element, Others, Test, Values};
use super::intervals::Intervals;
use super::packets::Field;
use super::ruleset::{Key, incomplete};
use super::statement::{is_catch_all, single, text, unwrapped};
use super::subject::{Common, Subject};
use super::value::{Kind, number, numbers};

impl<'a> Common<'a> {
    /// Prepares a `match` statement.
    ///
    /// # Errors
    ///
    /// A set that isn't listed.
    pub fn condition(&self, chain: &Key, statement: &Value) -> Result<Condition, Diagnostic> {
        let part = |name| statement.get(name).unwrap_or(&Value::Null);
        self.comparison(chain, part("left"), text(statement, "op"), part("right"))
    }

    /// Prepares the key of an element of a map: whether a packet fits.
    ///
    /// # Errors
    ///
    /// A set that isn't listed.
    pub fn element(&self, chain: &Key, key: &Value, element: &Value) -> Result<Condition, Diagnostic> {
        let set = serde_json::json!({ "set": [element] });
        let mut condition = self.comparison(chain, key, "==", &set)?;
        condition.right = element.clone();
        if is_catch_all(unwrapped(element)) {
            let columns = key.get("concat").and_then(Value::as_array).map_or(std::slice::from_ref(key), Vec::as_slice);
            condition.test = Test::Any(columns.iter().map(|column| self.subject(chain, column).0).collect());
        }
        Ok(condition)
    }

    fn comparison(&self, chain: &Key, left: &Value, operator: &str, right: &Value) -> Result<Condition, Diagnostic> {
        let is_equality = matches!(operator, "==" | "in" | "!=" | "!");
        let test = if let Some(("&", operands)) = single(left) {
            self.masked(chain, operands, operator, right)
        } else if let Some(columns) = left.get("concat").and_then(Value::as_array) {
            if is_equality { self.columns(chain, columns, right)? } else { Test::Opaque }
        } else {
            let (subject, kind) = self.subject(chain, left);
            match number(kind, right) {
                // A subject that isn't compared at all.
                _ if matches!(subject, Subject::Absent | Subject::Opaque | Subject::Varies) => {
                    Test::One { subject, values: Values::In(Intervals::empty()), others: Others::default() }
                }
                // `tcp flags syn` asks for the bit, `tcp flags == syn` for no other one; sets hold exact values.
                Some(bits) if matches!(operator, "in" | "!") && kind.has_bits() => {
                    let values = (0..1024).filter(|value| value & bits != 0).map(|value| (value, value)).collect();
                    Test::One { subject, values: Values::In(values), others: Others::default() }
                }
                None if matches!(operator, "in" | "!") && kind.has_bits() && !is_set(right) => Test::Opaque,
                _ if is_equality => self.in_set(chain, (subject, kind), right)?,
                bound => bound.and_then(|bound| beyond(operator, bound)).map_or(Test::Opaque, |values| Test::One {
                    subject,
                    values: Values::In(kind.in_field(values)),
                    others: Others::default(),
                }),
            }
        };
        let is_masked = single(left).is_some_and(|(operator, _)| operator == "&");
        Ok(Condition {
            test,
            is_negated: matches!(operator, "!=" | "!") && !is_masked,
            left: left.clone(),
            operator: operator.to_string(),
            right: right.clone(),
        })
    }

    /// Whether a subject has one of the values of a set. A single value is a set of one.
    fn in_set(&self, chain: &Key, (subject, kind): (Subject, Kind), right: &Value) -> Result<Test, Diagnostic> {
        let mut others = Others { has_opaque: false, is_updated: self.is_updated(chain, right) };
        let mut values = Vec::new();
        for element in self.elements(chain, right)? {
            if is_catch_all(unwrapped(element)) {
                values.push((0, u128::MAX));
                continue;
            }
            match numbers(kind, element) {
                Some(own) => values.extend(own.ranges()),
                None => others.has_opaque = true,
            }
        }
        Ok(Test::One { subject, values: Values::In(kind.in_field(values.into_iter().collect())), others })
    }

    /// Whether several subjects have the values of an element of a set.
    fn columns(&self, chain: &Key, columns: &[Value], right: &Value) -> Result<Test, Diagnostic> {
        let columns: Vec<(Subject, Kind)> = columns.iter().map(|column| self.subject(chain, column)).collect();
        let element = |element: &Value| {
            if is_catch_all(unwrapped(element)) {
                return Element::Any;
            }
            match unwrapped(element).get("concat").and_then(Value::as_array) {
                Some(values) if values.len() == columns.len() => {
                    let values = columns
                        .iter()
                        .zip(values)
                        .map(|((_, kind), value)| numbers(*kind, value).map(|values| kind.in_field(values)));
                    Element::Columns(values.collect())
                }
                _ => Element::Opaque,
            }
        };
        let elements = self.elements(chain, right)?.into_iter().map(element).collect();
        let others = Others { has_opaque: false, is_updated: self.is_updated(chain, right) };
        Ok(Test::Columns { columns, elements, others })
    }

    /// A comparison of some bits.
    fn masked(&self, chain: &Key, operands: &Value, operator: &str, right: &Value) -> Test {
        let Some([left, mask]) = operands.as_array().map(Vec::as_slice) else { return Test::Opaque };
        let (subject, kind) = self.subject(chain, left);
        // The right side may be a set.
        let values: Option<Vec<u128>> = match right.get("set").and_then(Value::as_array) {
            Some(elements) => elements.iter().map(|element| number(kind, unwrapped(element))).collect(),
            None => number(kind, right).map(|value| vec![value]),
        };
        let is_absent = subject == Subject::Absent;
        let (Some(mask), Some(values)) = (number(kind, mask), values) else {
            return if is_absent { absent() } else { Test::Opaque };
        };
        if !is_absent && !matches!(operator, "==" | "!=" | "in" | "!") {
            return Test::Opaque;
        }
        let masked = Values::Masked { mask, operator: operator.to_string(), values };
        let values = match subject {
            Subject::Field(Field::Flags | Field::Port) => {
                let fitting = (0..=u128::from(u16::MAX)).filter(|value| masked.contains(*value));
                Values::In(kind.in_field(fitting.map(|value| (value, value)).collect()))
            }
            // Other fields have too many values.
            Subject::Field(_) => return Test::Opaque,
            _ => masked,
        };
        Test::One { subject, values, others: Others::default() }
    }

    /// Whether rules add elements to a named set: then it isn't known which sources are in it later.
    fn is_updated(&self, chain: &Key, set: &Value) -> bool {
        let name = set.as_str().and_then(|text| text.strip_prefix('@'));
        name.is_some_and(|name| self.ruleset.updated.contains(&chain.sibling(name)))
    }

    /// The elements of a named or anonymous set. A single value is a set of one.
    ///
    /// # Errors
    ///
    /// A set that isn't listed.
    pub fn elements<'v>(&self, chain: &Key, value: &'v Value) -> Result<Vec<&'v Value>, Diagnostic>
    where
        'a: 'v,
    {
        if let Some(name) = value.as_str().and_then(|text| text.strip_prefix('@')) {
            let key = chain.sibling(name);
            let elements = self.ruleset.sets.get(&key);
            let elements = elements.ok_or_else(|| incomplete(format!("{chain}: set {key} is not listed")))?;
            return Ok(elements.iter().collect());
        }
        Ok(match value.get("set") {
            Some(Value::Array(elements)) => elements.iter().collect(),
            Some(element) => vec![element],
            None => vec![value],
        })
    }
}

/// A test that no packet passes.
fn absent() -> Test {
    Test::One { subject: Subject::Absent, values: Values::In(Intervals::empty()), others: Others::default() }
}

/// Whether a value is a set, named or anonymous.
fn is_set(value: &Value) -> bool {
    value.get("set").is_some() || value.as_str().is_some_and(|text| text.starts_with('@'))
}

/// The numbers on one side of a bound.
fn beyond(operator: &str, bound: u128) -> Option<Intervals> {
    Some(match operator {
        "<" => bound.checked_sub(1).map_or_else(Intervals::empty, |last| Intervals::range(0, last)),
        "<=" => Intervals::range(0, bound),
        ">" => bound.checked_add(1).map_or_else(Intervals::empty, |first| Intervals::range(first, u128::MAX)),
        ">=" => Intervals::range(bound, u128::MAX),
        _ => return None,
    })
}
