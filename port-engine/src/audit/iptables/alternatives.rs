//! Conditions in the form in which packets are followed: rules of nft, of which at most one matches a packet.

use serde_json::{Value, json};

use crate::audit::firewall::statement::SOME_PACKETS;

/// Lists of conditions, of which a packet meets at most one. No list means that no packet matches, an empty one that all do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternatives(pub Vec<Vec<Value>>);

/// With more lists than this, conditions are not combined.
const MAX_LISTS: usize = 8;

impl Alternatives {
    /// Every packet matches.
    pub fn always() -> Alternatives {
        Alternatives(vec![Vec::new()])
    }

    /// No packet matches.
    pub fn never() -> Alternatives {
        Alternatives(Vec::new())
    }

    /// Packets match that meet one condition.
    pub fn one(condition: Value) -> Alternatives {
        Alternatives(vec![vec![condition]])
    }

    /// All packets, or none.
    pub fn constant(is_matched: bool) -> Alternatives {
        if is_matched { Alternatives::always() } else { Alternatives::never() }
    }

    /// A packet may match or not, by a condition that isn't interpreted: its module or option, and the rest.
    pub fn opaque(name: &str, rest: &str) -> Alternatives {
        Alternatives::one(compare(json!(shortened(name)), "==", json!(shortened(rest))))
    }

    /// Every peer can send packets that match, and others.
    pub fn some(name: &str, rest: &str) -> Alternatives {
        Alternatives::one(compare(json!({ SOME_PACKETS: name }), "==", json!(rest)))
    }

    /// The packets that match both; `None` if the lists are too many.
    pub fn and(&self, other: &Alternatives) -> Option<Alternatives> {
        if self.0.len() * other.0.len() > MAX_LISTS {
            return None;
        }
        let own = self.0.iter();
        Some(Alternatives(own.flat_map(|own| other.0.iter().map(|others| [&own[..], others].concat())).collect()))
    }
}

/// The start of a text, as messages name it.
pub fn shortened(text: &str) -> String {
    /// The most characters of it.
    const MOST: usize = 100;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_string(),
    }
}

/// A comparison.
#[allow(clippy::needless_pass_by_value, reason = "callers make the values for it")]
pub fn compare(left: Value, operator: &str, right: Value) -> Value {
    json!({ "match": { "op": operator, "left": left, "right": right } })
}

/// A comparison for equality, or its negation.
pub fn equal(is_negated: bool, left: Value, right: Value) -> Alternatives {
    Alternatives::one(compare(left, if is_negated { "!=" } else { "==" }, right))
}

/// A field of a header.
pub fn payload(protocol: &str, field: &str) -> Value {
    json!({ "payload": { "protocol": protocol, "field": field } })
}

/// A property of the packet that isn't in its headers.
pub fn meta(key: &str) -> Value {
    json!({ "meta": { "key": key } })
}
