//! The rules of a chain, prepared once for the packets of a family and a protocol.

use port_data::Diagnostic;
use serde_json::Value;

use super::condition::Condition;
use super::packets::Packets;
use super::ruleset::{Chain, Key, Rule, RuleNumber};
use super::statement::{is_catch_all, single, text, unwrapped};
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
    /// Two conditions that nft may have loaded as one, which holds unless neither of them does.
    Merged(Box<Condition>, Box<Condition>),
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
        let merged = self.merged(chain, rule);
        let second = merged.map(|(_, second)| second);
        let parts = rule.parts.iter().enumerate().filter(|(index, _)| Some(*index) != second);
        let parts = parts.map(|(index, part)| {
            Ok(match single(part) {
                None => Part::Unnamed(part),
                Some(("match", value)) if merged.is_some_and(|(first, _)| first == index) => {
                    let other = second.and_then(|second| rule.parts[second].get("match")).unwrap_or(&Value::Null);
                    Part::Merged(Box::new(self.condition(chain, value)?), Box::new(self.condition(chain, other)?))
                }
                Some(("match", value)) => Part::Condition(Box::new(self.condition(chain, value)?)),
                Some(("vmap", value)) => Part::Map(self.map(chain, value)?),
                Some((kind, value)) => Part::Statement(kind, value, part),
            })
        });
        Ok(PreparedRule { rule, parts: parts.collect::<Result<_, Diagnostic>>()? })
    }

    /// The positions of two conditions with `!=` about neighbouring fields of a header, each with one value. nft 1.0.6 lists two, and
    /// loads one that compares both fields at once.
    fn merged(&self, chain: &Key, rule: &Rule) -> Option<(usize, usize)> {
        let lists_handles = |chain: &Chain| matches!(chain.numbers, RuleNumber::Handle);
        self.ruleset.chains.get(chain).filter(|chain| lists_handles(chain))?;
        let unequal = rule.parts.iter().enumerate().filter_map(|(index, part)| {
            let condition = part.get("match").filter(|condition| text(condition, "op") == "!=")?;
            let payload = condition.get("left")?.get("payload")?;
            let right = condition.get("right")?;
            let is_one = right.is_string() && !right.as_str()?.starts_with('@')
                || right.is_number()
                || right.get("set").and_then(Value::as_array).is_some_and(|elements| elements.len() == 1);
            is_one.then_some((index, text(payload, "protocol"), text(payload, "field")))
        });
        let unequal: Vec<(usize, &str, &str)> = unequal.collect();
        let are_neighbours = |one: &str, other: &str| {
            [("sport", "dport"), ("saddr", "daddr"), ("type", "code")]
                .iter()
                .any(|pair| *pair == (one, other) || *pair == (other, one))
        };
        let pairs = unequal
            .iter()
            .enumerate()
            .flat_map(|(number, one)| unequal[number + 1..].iter().map(move |other| (one, other)));
        let mut found = pairs.filter(|(one, other)| one.1 == other.1 && are_neighbours(one.2, other.2));
        found.next().map(|(one, other)| (one.0, other.0))
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
