//! Walks classes of packets through a base chain and the chains that it calls.

use std::collections::HashSet;
use std::rc::Rc;

use port_data::Diagnostic;
use serde_json::Value;

use super::condition::{Common, Split, comparison};
use super::packets::{Packets, Scope, Step, join};
use super::ruleset::{Hook, Key, Rule, incomplete};
use super::statement::{display, is_catch_all, single, text, unwrapped};
use crate::audit::codes;
use crate::port_set::PortSet;

/// How deeply chains may call each other: as deeply as the kernel allows.
const MAX_DEPTH: usize = 16;

/// The most chain calls of a walk. The kernel rejects rulesets with as many.
pub const MAX_CALLS: usize = 1 << 16;

/// With more classes than this, the rest of a chain isn't interpreted.
const MAX_CLASSES: usize = 3000;

/// If more rules than this drop some packets to the accepted ports, their ports are not listed separately.
const MAX_EXCEPTIONS: usize = 64;

/// What holds for all packets in a chain.
#[derive(Clone, Debug, Default)]
struct Frame {
    limits: Vec<String>,
    in_doubt: bool,
    depth: usize,
}

/// A rule that drops some of the packets to its ports.
#[derive(Clone, Debug)]
struct Exception {
    ports: PortSet,
    chain: Key,
    handle: u64,
}

/// The walk of one family and one protocol.
pub struct Walk<'a> {
    pub common: Common<'a>,
    pub scope: &'a Scope,
    /// The base chain that the packets are in.
    pub hook: Hook,
    /// The packets that the current base chain accepted.
    pub accepted: Vec<Packets>,
    /// The packets that the current base chain translated: no other chain translates them.
    pub translated: Vec<Packets>,
    /// The packets that were dropped at any hook, if it isn't sure that they got there.
    pub maybe_dropped: Vec<Packets>,
    /// The ports to which packets were dropped at any hook.
    pub dropped: PortSet,
    /// The rules on the way that could not be interpreted.
    pub not_interpreted: Vec<String>,
    /// The same, so that each is reported once.
    reported: HashSet<String>,
    /// The rules of this base chain that drop some of the packets to their ports.
    exceptions: Vec<Exception>,
    /// How many more chain calls are allowed.
    calls_left: usize,
}

/// A rule while packets pass it.
pub(super) struct Passing<'r> {
    chain: &'r Key,
    rule: &'r Rule,
    /// The packets that match so far.
    pub active: Vec<Packets>,
    /// The packets that don't match, and continue with the next rule.
    pub others: Vec<Packets>,
    /// The packets that return from the chain.
    returned: Vec<Packets>,
    limits: Vec<String>,
    pub opaque: Vec<String>,
}

impl Passing<'_> {
    /// Splits the packets that match so far.
    fn split(
        &mut self,
        displayed: impl Fn() -> String,
        condition: impl Fn(Packets) -> Result<Split, Diagnostic>,
    ) -> Result<(), Diagnostic> {
        let (mut is_limit, mut is_opaque) = (false, false);
        for packets in std::mem::take(&mut self.active) {
            let split = condition(packets)?;
            self.active.extend(split.matched);
            self.others.extend(split.others);
            is_limit |= split.is_limit;
            is_opaque |= split.is_opaque;
        }
        if is_limit {
            self.limits.push(displayed());
        }
        if is_opaque {
            self.opaque.push(displayed());
        }
        Ok(())
    }

    /// A statement that isn't interpreted and may match or not.
    pub fn may_match(&mut self, displayed: &str) {
        for packets in &mut self.active {
            packets.in_doubt = true;
        }
        self.others.extend(self.active.iter().cloned());
        self.opaque.push(displayed.to_string());
    }

    /// Keeps the packets that a statement can be about; the others don't match the rule.
    pub fn keep_if(&mut self, is_about: bool) {
        if !is_about {
            self.others.append(&mut self.active);
        }
    }

    /// The rule as evidence names it.
    pub fn place(&self) -> String {
        format!("{} handle {}", self.chain, self.rule.handle)
    }
}

impl<'a> Walk<'a> {
    pub fn new(common: Common<'a>, scope: &'a Scope, max_calls: usize) -> Walk<'a> {
        Walk {
            common,
            scope,
            hook: Hook::default(),
            accepted: Vec::new(),
            translated: Vec::new(),
            maybe_dropped: Vec::new(),
            dropped: PortSet::empty(),
            not_interpreted: Vec::new(),
            reported: HashSet::new(),
            exceptions: Vec::new(),
            calls_left: max_calls,
        }
    }

    /// Walks packets through a base chain; returns those that it accepts. Translated packets are in `self.translated`.
    pub fn base_chain(&mut self, key: &Key, hook: &Hook, classes: Vec<Packets>) -> Result<Vec<Packets>, Diagnostic> {
        self.hook = hook.clone();
        self.exceptions.clear();
        let left = self.chain(key, classes, &Frame::default())?;
        if !hook.accepts {
            self.drop(left);
        } else if hook.is_nat {
            self.accepted.extend(left);
        } else {
            self.accept(left, &format!("the policy of {key}"), true, false);
        }
        let mut accepted = std::mem::take(&mut self.accepted);
        if !hook.is_nat {
            // The kernel translates in chains of the type nat only; a listing without types has it elsewhere.
            accepted.append(&mut self.translated);
        }
        join(&mut accepted);
        Ok(accepted)
    }

    /// Walks packets through a chain; returns those that leave it undecided.
    fn chain(&mut self, key: &Key, mut going: Vec<Packets>, frame: &Frame) -> Result<Vec<Packets>, Diagnostic> {
        let ruleset = self.common.ruleset;
        let Some(chain) = ruleset.chains.get(key) else {
            return Err(incomplete(format!("chain {key}, to which a rule jumps, is not listed")));
        };
        if frame.depth > MAX_DEPTH {
            let message =
                format!("chains call each other more than {MAX_DEPTH} deep, such as {key}, which nft rejects");
            return Err(Diagnostic::new(codes::NFT_TOO_COMPLEX, message).help("list the ruleset again"));
        }
        let Some(left) = self.calls_left.checked_sub(1) else {
            let problem = Diagnostic::new(codes::NFT_TOO_COMPLEX, "chains call each other too often to be followed");
            return Err(problem.help("audit with --nmap or --ss"));
        };
        self.calls_left = left;
        let mut returned = Vec::new();
        let mut joined = going.len();
        for rule in &chain.rules {
            if going.is_empty() {
                break;
            }
            if going.len() > MAX_CLASSES {
                self.report(format!("{key}: too many different kinds of packets to follow"));
                self.give_up(std::mem::take(&mut going));
                break;
            }
            let count = going.len();
            let mut passing = Passing {
                chain: key,
                rule,
                active: std::mem::take(&mut going),
                others: Vec::new(),
                returned: Vec::new(),
                limits: Vec::new(),
                opaque: Vec::new(),
            };
            self.rule(&mut passing, frame)?;
            going = passing.others;
            returned.append(&mut passing.returned);
            // Comparing each class with each takes long, so it must be worth it.
            if going.len() > count && (going.len() < 16 || going.len() >= 2 * joined) {
                join(&mut going);
                joined = going.len();
            }
        }
        returned.append(&mut going);
        join(&mut returned);
        Ok(returned)
    }

    /// Passes packets through a rule. Afterwards `others` has those that continue with the next rule.
    fn rule(&mut self, passing: &mut Passing, frame: &Frame) -> Result<(), Diagnostic> {
        let (rule, chain) = (passing.rule, passing.chain);
        for part in &rule.parts {
            if passing.active.is_empty() {
                break;
            }
            let Some((kind, value)) = single(part) else {
                passing.may_match(&display(part));
                self.do_anything(passing);
                continue;
            };
            match kind {
                "match" => {
                    let [left, right] = ["left", "right"].map(|name| value.get(name).unwrap_or(&Value::Null));
                    let displayed = || comparison(left, text(value, "op"), right);
                    passing.split(displayed, |packets| self.common.condition(chain, packets, value))?;
                }
                "vmap" => return self.verdict_map(passing, value, frame),
                "accept" | "drop" | "reject" | "return" | "jump" | "goto" => {
                    return self.verdict(passing, kind, value, frame);
                }
                "limit" | "quota" | "ct count" => self.rate(passing, value, &rate_text(kind, value)),
                "set" | "map" | "meter" => {
                    // A statement for each element separately, such as a limit.
                    if let Some(statements) = value.get("stmt") {
                        let own = statements.get(0).unwrap_or(statements);
                        let own = single(own).map_or(own, |(_, own)| own);
                        self.rate(passing, own, &format!("{kind} {}", display(value)));
                    }
                }
                _ => {
                    if self.statement(passing, kind, value, part) {
                        self.report_opaque(passing);
                        return Ok(());
                    }
                }
            }
        }
        self.report_opaque(passing);
        let mut active = std::mem::take(&mut passing.active);
        passing.others.append(&mut active);
        Ok(())
    }

    /// A rate or a quota: packets below it match, or those above it.
    fn rate(&self, passing: &mut Passing, limit: &Value, displayed: &str) {
        let is_over = limit.get("inv") == Some(&Value::Bool(true));
        if !self.scope.within_rates {
            passing.others.extend(passing.active.iter().cloned());
            passing.limits.push(displayed.to_string());
        } else if is_over {
            passing.others.append(&mut passing.active);
        }
    }

    /// Applies the verdict of a statement to the packets that match.
    fn verdict(&mut self, passing: &mut Passing, kind: &str, value: &Value, frame: &Frame) -> Result<(), Diagnostic> {
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
                    let handle = passing.rule.handle;
                    self.exceptions.push(Exception { ports, chain: passing.chain.clone(), handle });
                }
                self.drop(active);
            }
        }
        Ok(())
    }

    /// Applies the verdicts of a map. Its elements don't overlap; `*` matches the packets that no other element matches.
    fn verdict_map(&mut self, passing: &mut Passing, map: &Value, frame: &Frame) -> Result<(), Diagnostic> {
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

    /// Ends the way of packets through this base chain.
    pub fn accept(&mut self, active: Vec<Packets>, by: &str, is_policy: bool, has_limit: bool) {
        if self.hook.is_nat {
            // A chain that translates doesn't filter, so it isn't named as the reason for an open port.
            self.accepted.extend(active);
            return;
        }
        for packets in active {
            for (ports, less) in self.split_by_exceptions(&packets.ports) {
                let step = Step { text: format!("{by}{less}"), is_policy, has_limit: has_limit || !less.is_empty() };
                let mut accepted = packets.clone();
                accepted.ports = Rc::new(ports);
                Rc::make_mut(&mut accepted.trail).push(step);
                self.accepted.push(accepted);
            }
        }
    }

    /// Drops packets.
    pub fn drop(&mut self, active: Vec<Packets>) {
        for packets in active {
            self.dropped = &self.dropped | &*packets.ports;
            if packets.in_doubt {
                self.maybe_dropped.push(packets);
            }
        }
    }

    /// The packets may be dropped, and they may get through with whatever was written to them.
    pub fn give_up(&mut self, active: Vec<Packets>) {
        let active: Vec<Packets> = active.into_iter().map(Packets::doubted).collect();
        self.drop(active.clone());
        self.accepted.extend(active.into_iter().map(|mut packets| {
            packets.overwrite_all();
            packets
        }));
    }

    /// The packets may be dropped, get through, or continue, with whatever was written to them.
    pub(super) fn do_anything(&mut self, passing: &mut Passing) {
        self.give_up(passing.active.clone());
        for packets in &mut passing.active {
            packets.overwrite_all();
        }
    }

    fn report_opaque(&mut self, passing: &Passing) {
        if !passing.opaque.is_empty() {
            self.report(format!("{}: {}", passing.place(), passing.opaque.join("; ")));
        }
    }

    pub fn report(&mut self, text: String) {
        if self.reported.insert(text.clone()) {
            self.not_interpreted.push(text);
        }
    }

    /// Splits ports by the rules that drop some of their packets; each part has a text that names these rules.
    fn split_by_exceptions(&self, ports: &PortSet) -> Vec<(PortSet, String)> {
        let relevant: Vec<&Exception> =
            self.exceptions.iter().filter(|exception| exception.ports.overlaps(ports)).collect();
        if relevant.len() > MAX_EXCEPTIONS {
            let dropped = relevant.iter().fold(PortSet::empty(), |all, exception| &all | &exception.ports);
            let concerned = (ports & &dropped, exceptions_suffix(" to some of these ports", &relevant));
            let others = (ports - &dropped, String::new());
            return [concerned, others].into_iter().filter(|(ports, _)| !ports.is_empty()).collect();
        }
        let mut pieces: Vec<(PortSet, Vec<&Exception>)> = vec![(ports.clone(), Vec::new())];
        for exception in relevant {
            for (ports, exceptions) in std::mem::take(&mut pieces) {
                let more = exceptions.iter().copied().chain([exception]).collect();
                pieces.push((&ports & &exception.ports, more));
                pieces.push((&ports - &exception.ports, exceptions));
            }
            pieces.retain(|(ports, _)| !ports.is_empty());
        }
        pieces.into_iter().map(|(ports, exceptions)| (ports, exceptions_suffix("", &exceptions))).collect()
    }
}

/// Whether a statement is a verdict that a map can have.
fn is_verdict(kind: &str) -> bool {
    matches!(kind, "accept" | "drop" | "return" | "jump" | "goto")
}

fn rate_text(kind: &str, value: &Value) -> String {
    match kind {
        "limit" => format!("limit rate {}", display(value)),
        kind => format!("{kind} {}", display(value)),
    }
}

/// The limits of a rule, to follow its name.
fn limits_suffix(limits: &[String]) -> String {
    if limits.is_empty() { String::new() } else { format!(", only if {}", limits.join(" and ")) }
}

/// The rules that drop some of the packets, to follow the name of the rule that accepts the others.
fn exceptions_suffix(to: &str, exceptions: &[&Exception]) -> String {
    /// The most handles that are listed.
    const MAX_LISTED: usize = 5;
    let by_chain = exceptions.chunk_by(|one, other| one.chain == other.chain).filter_map(|rules| {
        let chain = &rules.first()?.chain;
        let mut handles: Vec<String> = rules.iter().map(|rule| rule.handle.to_string()).collect();
        handles.dedup();
        let more = handles.len().saturating_sub(MAX_LISTED);
        handles.truncate(MAX_LISTED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        Some(format!("{chain} handle {}{more}", handles.join(", ")))
    });
    let by_chain: Vec<String> = by_chain.collect();
    if by_chain.is_empty() {
        String::new()
    } else {
        format!(", except what is dropped{to} by {}", by_chain.join(" and "))
    }
}
