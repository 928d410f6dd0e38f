//! Verdicts of rules, alone and in maps.

use port_data::Diagnostic;
use serde_json::Value;

use super::join::join;
use super::packets::Field;
use super::passing::Passing;
use super::program::MapElement;
use super::split::extract;
use super::statement::{display, single, text};
use super::walk::{Frame, Walk};

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
                    let ports = active.iter().flat_map(|packets| packets.values(Field::Port).ranges()).collect();
                    self.exceptions.add(ports, passing.chain, passing.numbers, passing.rule.number);
                }
                self.drop(active);
            }
        }
        Ok(())
    }

    /// Applies the verdicts of a map. Its elements don't overlap; `*` matches the packets that no other element matches.
    pub fn verdict_map(
        &mut self,
        passing: &mut Passing,
        elements: &[MapElement],
        frame: &Frame,
    ) -> Result<(), Diagnostic> {
        let (limits, opaque) = (passing.limits.clone(), passing.opaque.clone());
        let mut undecided = std::mem::take(&mut passing.active);
        let mut continuing = Vec::new();
        for element in elements {
            let active = match element {
                MapElement::Pair(condition, _) => extract(&mut undecided, |packets| condition.may_match(packets)),
                MapElement::Other(_) => std::mem::take(&mut undecided),
            };
            if active.is_empty() {
                continue;
            }
            let mut one = Passing::new(passing.numbers, passing.chain, passing.rule, active);
            (one.limits, one.opaque) = (limits.clone(), opaque.clone());
            match element {
                MapElement::Pair(condition, verdict) => {
                    one.split(condition);
                    undecided.append(&mut one.others);
                    match single(verdict) {
                        Some(("continue", _)) => one.others = std::mem::take(&mut one.active),
                        Some((kind, value)) if is_verdict(kind) => self.verdict(&mut one, kind, value, frame)?,
                        _ => self.do_anything(&mut one),
                    }
                }
                MapElement::Other(pair) => {
                    one.may_match(&display(pair));
                    undecided.append(&mut one.others);
                    self.do_anything(&mut one);
                }
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
