//! Verdicts of rules, alone and in maps.

use port_data::Diagnostic;
use serde_json::Value;

use super::condition::comparison;
use super::packets::join;
use super::passing::Passing;
use super::statement::{display, is_catch_all, single, text, unwrapped};
use super::walk::{Frame, Walk};
use crate::port_set::PortSet;

impl Walk<'_> {
    /// Applies the verdict of a statement to the packets that match.
    pub fn verdict(
        &mut self,
        passing: &mut Passing,
        kind: &str,
        value: &Value,
        frame: &Frame,
    ) -> Result<(), Diagnostic> {
        self.report_opaque(passing);
        let is_opaque = !passing.opaque.is_empty();
        let inner = Frame {
            limits: [&frame.limits[..], &passing.limits[..]].concat(),
            in_doubt: frame.in_doubt || is_opaque,
            depth: frame.depth + 1,
        };
        if kind == "reject" {
            self.keep_rejectable(passing, value);
        }
        let active = std::mem::take(&mut passing.active);
        if active.is_empty() {
            return Ok(());
        }
        match kind {
            "accept" => {
                let by = format!("{}{}", passing.place(), limits_suffix(&inner.limits));
                self.accept(active, &by, false, !inner.limits.is_empty());
            }
            "return" => passing.returned.extend(active),
            "jump" | "goto" => {
                let out = self.chain(&passing.chain.sibling(text(value, "target")), active, &inner)?;
                if kind == "jump" { passing.others.extend(out) } else { passing.returned.extend(out) }
            }
            // Drops or rejects.
            _ => {
                if !inner.in_doubt && !inner.limits.is_empty() {
                    let ports = active.iter().fold(PortSet::empty(), |all, packets| &all | &*packets.ports);
                    self.exceptions.add(ports, passing.chain, passing.numbers, passing.rule.number);
                }
                self.drop(active);
            }
        }
        Ok(())
    }

    /// Applies the verdicts of a map. Its elements don't overlap; `*` matches the packets that no other element matches.
    pub fn verdict_map(&mut self, passing: &mut Passing, map: &Value, frame: &Frame) -> Result<(), Diagnostic> {
        let null = Value::Null;
        let (key, data) = (map.get("key").unwrap_or(&null), map.get("data").unwrap_or(&null));
        let chain = passing.chain;
        let mut pairs = Vec::new();
        for pair in self.common.elements(chain, data)? {
            let known = pair.as_array().filter(|pair| pair.len() == 2).map(|pair| (&pair[0], &pair[1]));
            pairs.push((pair, known));
        }
        pairs.sort_by_key(|(_, known)| known.is_some_and(|(element, _)| is_catch_all(unwrapped(element))));
        let (limits, opaque) = (passing.limits.clone(), passing.opaque.clone());
        let mut undecided = std::mem::take(&mut passing.active);
        let mut continuing = Vec::new();
        for (pair, known) in pairs {
            let mut one = Passing {
                numbers: passing.numbers,
                chain,
                rule: passing.rule,
                active: std::mem::take(&mut undecided),
                others: Vec::new(),
                returned: Vec::new(),
                limits: limits.clone(),
                opaque: opaque.clone(),
            };
            if let Some((element, verdict)) = known {
                let displayed = || comparison(key, "==", element);
                one.split(displayed, |packets| self.common.element(chain, packets, key, element))?;
                undecided = std::mem::take(&mut one.others);
                match single(verdict) {
                    Some(("continue", _)) => one.others = std::mem::take(&mut one.active),
                    Some((kind, value)) if is_verdict(kind) => self.verdict(&mut one, kind, value, frame)?,
                    _ => self.do_anything(&mut one),
                }
            } else {
                one.may_match(&display(pair));
                undecided = std::mem::take(&mut one.others);
                self.do_anything(&mut one);
            }
            self.report_opaque(&one);
            continuing.append(&mut one.others);
            continuing.append(&mut one.active);
            passing.returned.append(&mut one.returned);
        }
        passing.others.append(&mut undecided);
        passing.others.append(&mut continuing);
        join(&mut passing.others);
        self.report_opaque(passing);
        Ok(())
    }
}

/// Whether a statement is a verdict that a map can have.
fn is_verdict(kind: &str) -> bool {
    matches!(kind, "accept" | "drop" | "return" | "jump" | "goto")
}

/// The limits of a rule, to follow its name.
fn limits_suffix(limits: &[String]) -> String {
    if limits.is_empty() { String::new() } else { format!(", only if {}", limits.join(" and ")) }
}
