//! The rules of a chain, prepared once for the packets of a family and a protocol.

use port_data::Diagnostic;
use serde_json::Value;

use super::condition::Condition;
use super::packets::Packets;
use super::ruleset::{Key, Rule};
use super::statement::{is_catch_all, single, unwrapped};
use super::subject::Common;

/// A prepared rule.
pub struct PreparedRule<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// Its conditions and statements, in order.
    pub parts: Vec<Part<'a>>,
}

/// A part of a rule.
pub enum Part<'a> {
    /// A condition.
    Condition(Box<Condition>),
    /// A verdict map: its elements, those for all other keys last.
    Map(Vec<MapElement<'a>>),
    /// Another statement: its name, its properties, and all of it.
    Statement(&'a str, &'a Value, &'a Value),
    /// Something that isn't a statement with a name.
    Unnamed(&'a Value),
}

/// An element of a verdict map.
pub enum MapElement<'a> {
    /// A key and its verdict.
    Pair(Box<Condition>, &'a Value),
    /// Something else.
    Other(&'a Value),
}

impl<'a> Common<'a> {
    /// Prepares a rule of a chain.
    ///
    /// # Errors
    ///
    /// A set that isn't listed.
    pub fn prepare(&self, chain: &Key, rule: &'a Rule) -> Result<PreparedRule<'a>, Diagnostic> {
        let parts = rule.parts.iter().map(|part| {
            Ok(match single(part) {
                None => Part::Unnamed(part),
                Some(("match", value)) => Part::Condition(Box::new(self.condition(chain, value)?)),
                Some(("vmap", value)) => Part::Map(self.map(chain, value)?),
                Some((kind, value)) => Part::Statement(kind, value, part),
            })
        });
        Ok(PreparedRule { rule, parts: parts.collect::<Result<_, Diagnostic>>()? })
    }

    fn map(&self, chain: &Key, map: &'a Value) -> Result<Vec<MapElement<'a>>, Diagnostic> {
        let (key, data) = (map.get("key").unwrap_or(&Value::Null), map.get("data").unwrap_or(&Value::Null));
        let mut elements = self.elements(chain, data)?;
        let is_last = |pair: &Value| pair.get(0).is_some_and(|element| is_catch_all(unwrapped(element)));
        elements.sort_by_key(|pair| is_last(pair));
        let element = |pair: &'a Value| match pair.as_array().map(Vec::as_slice) {
            Some([element, verdict]) => Ok(MapElement::Pair(Box::new(self.element(chain, key, element)?), verdict)),
            _ => Ok(MapElement::Other(pair)),
        };
        elements.into_iter().map(element).collect()
    }
}

impl PreparedRule<'_> {
    /// Whether any of the packets can match the conditions at the start of the rule: a quick answer, which may be wrong if it is
    /// yes.
    pub fn may_match(&self, packets: &Packets) -> bool {
        let conditions = self.parts.iter().map_while(|part| match part {
            Part::Condition(condition) => Some(Some(condition)),
            Part::Statement("counter" | "comment" | "log", ..) => Some(None),
            _ => None,
        });
        conditions.flatten().all(|condition| condition.may_match(packets))
    }
}
