//! Splits a rule into branches: which packets it matches, and its verdict on them.

use port_data::Diagnostic;
use serde_json::Value;

use super::condition::{Packet, PacketMatch};
use super::ruleset::{Key, Rule};
use super::statement::{display, is_catch_all, single, text, unwrapped};
use crate::port_set::PortSet;

/// What a rule does with a packet that it matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Accepts it at this chain's hook.
    Accept,
    /// Drops or rejects it.
    Drop,
    /// Returns to the rule after the jump.
    Return,
    /// Calls a chain, and continues after it.
    Jump(String),
    /// Continues in another chain, and returns where this one would.
    Goto(String),
    /// Changes its port or address.
    Rewrite,
    /// Something that can't be interpreted.
    NotInterpreted,
}

/// The packets that match, and the verdict on them. A rule with a verdict map has several branches.
#[derive(Clone, Debug)]
pub struct Branch {
    /// The packets.
    pub matched: PacketMatch,
    /// The verdict.
    pub verdict: Verdict,
}

impl Packet<'_> {
    /// The branches of a rule; none if it only counts or logs packets.
    ///
    /// # Errors
    ///
    /// A named set that isn't in the ruleset.
    pub fn branches(&self, chain: &Key, rule: &Rule) -> Result<Vec<Branch>, Diagnostic> {
        let mut matched = PacketMatch::ports(PortSet::full());
        for part in &rule.parts {
            let Some((kind, value)) = single(part) else {
                matched.not_interpreted.push(display(part));
                continue;
            };
            if let Some(verdict) = verdict(kind, value) {
                return Ok(vec![Branch { matched, verdict }]);
            }
            let has_statement = value.get("stmt").is_some();
            match kind {
                "match" => matched.and(self.condition(chain, value)?),
                "vmap" => return self.map_branches(chain, &matched, value),
                "limit" => matched.limits.push(format!("limit rate {}", display(value))),
                "quota" | "ct count" => matched.limits.push(format!("{kind} {}", display(value))),
                // A statement for each element separately, such as a limit.
                "set" | "map" | "meter" if has_statement => matched.limits.push(format!("{kind} {}", display(value))),
                "mangle" if changes_destination(value) => matched.not_interpreted.push(display(part)),
                "set" | "map" | "meter" | "counter" | "log" | "mangle" | "notrack" | "dup" | "flow" | "last"
                | "secmark" | "ct helper" | "ct timeout" | "ct expectation" | "snat" | "masquerade" => {}
                // Extensions that iptables-nft writes: nft lists their names without their contents.
                "xt" => match (text(value, "type"), text(value, "name")) {
                    (_, "comment") | ("target", "LOG" | "NFLOG") => {}
                    ("target", "REJECT") => return Ok(vec![Branch { matched, verdict: Verdict::Drop }]),
                    (kind, name) => matched.not_interpreted.push(format!("the iptables {kind} {name}")),
                },
                _ => matched.not_interpreted.push(display(part)),
            }
        }
        let does_nothing = matched.not_interpreted.is_empty();
        Ok(if does_nothing { Vec::new() } else { vec![Branch { matched, verdict: Verdict::NotInterpreted }] })
    }

    /// The branches of a verdict map.
    ///
    /// `*` matches the packets that no other element matches, so its ports are reduced by those that other elements decide exactly.
    fn map_branches(&self, chain: &Key, matched: &PacketMatch, map: &Value) -> Result<Vec<Branch>, Diagnostic> {
        let key = map.get("key").unwrap_or(&Value::Null);
        let mut branches = Vec::new();
        let mut decided = PortSet::empty();
        let mut others = Vec::new();
        for pair in self.elements(chain, map.get("data").unwrap_or(&Value::Null))? {
            let known = pair.as_array().filter(|pair| pair.len() == 2).and_then(|pair| {
                let (kind, value) = single(&pair[1])?;
                Some((unwrapped(&pair[0]), verdict(kind, value)))
            });
            let Some((element, verdict)) = known else {
                let mut matched = matched.clone();
                matched.not_interpreted.push(display(pair));
                branches.push(Branch { matched, verdict: Verdict::NotInterpreted });
                continue;
            };
            // `continue` has no verdict, but `*` doesn't match its packets.
            let condition = self.compare(chain, key, "==", element)?;
            let mut matched = matched.clone();
            let is_exact = condition.limits.is_empty() && condition.not_interpreted.is_empty();
            if is_exact && !is_catch_all(element) {
                decided = &decided | &condition.ports;
            }
            matched.and(condition);
            let branch = verdict.map(|verdict| Branch { matched, verdict });
            if is_catch_all(element) { others.extend(branch) } else { branches.extend(branch) }
        }
        for other in &mut others {
            other.matched.ports = &other.matched.ports - &decided;
        }
        branches.extend(others);
        Ok(branches)
    }
}

/// The verdict of a statement, if it has one.
fn verdict(kind: &str, value: &Value) -> Option<Verdict> {
    let target = || text(value, "target").to_string();
    Some(match kind {
        "accept" => Verdict::Accept,
        "drop" | "reject" => Verdict::Drop,
        "return" => Verdict::Return,
        "jump" => Verdict::Jump(target()),
        "goto" => Verdict::Goto(target()),
        "redirect" | "dnat" | "tproxy" => Verdict::Rewrite,
        "queue" | "fwd" | "synproxy" => Verdict::NotInterpreted,
        _ => return None,
    })
}

/// Whether a `mangle` statement sets the destination port or address.
fn changes_destination(mangle: &Value) -> bool {
    let payload = mangle.pointer("/key/payload").map(|payload| text(payload, "field"));
    payload.is_some_and(|field| matches!(field, "dport" | "daddr" | ""))
}
