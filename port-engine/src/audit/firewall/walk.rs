//! Walks classes of packets through a base chain and the chains that it calls.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use port_data::Diagnostic;
use serde_json::Value;

use super::exceptions::Exceptions;
use super::intervals::Intervals;
use super::join::join;
use super::packets::{Field, Packets, Step};
use super::passing::Passing;
use super::program::{Part, PreparedRule};
use super::ruleset::{Hook, Key, RuleNumber, incomplete};
use super::scope::Scope;
use super::split::extract;
use super::statement::{display, single};
use super::subject::Common;
use crate::audit::codes;

/// How deeply chains may call each other: as deeply as the kernel allows.
const MAX_DEPTH: usize = 16;

/// The most chain calls of a walk. The kernel rejects rulesets with as many.
pub const MAX_CALLS: usize = 1 << 16;

/// With more classes than this, the rest of a chain isn't interpreted.
const MAX_CLASSES: usize = 20_000;

/// The most comparisons of a class with a rule. The rest of a larger walk isn't interpreted.
const MAX_WORK: usize = 1 << 29;

/// What holds for all packets in a chain.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    pub limits: Vec<String>,
    pub in_doubt: bool,
    pub depth: usize,
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
    /// The ports to which packets of peers were dropped at any hook.
    pub dropped: Intervals,
    /// The rules on the way that could not be interpreted.
    pub not_interpreted: Vec<String>,
    /// The same, so that each is reported once.
    reported: HashSet<String>,
    /// The rules of this base chain that drop some of the packets to their ports.
    pub exceptions: Exceptions,
    /// How many more chain calls are allowed.
    calls_left: usize,
    /// How many more comparisons are allowed.
    work_left: usize,
    /// The chains that were prepared so far.
    prepared: HashMap<&'a Key, Rc<[PreparedRule<'a>]>>,
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
            dropped: Intervals::empty(),
            not_interpreted: Vec::new(),
            reported: HashSet::new(),
            exceptions: Exceptions::new(),
            calls_left: max_calls,
            work_left: MAX_WORK,
            prepared: HashMap::new(),
        }
    }

    /// Walks packets through a base chain; returns those that it accepts. Translated packets are in `self.translated`.
    pub fn base_chain(&mut self, key: &Key, hook: &Hook, classes: Vec<Packets>) -> Result<Vec<Packets>, Diagnostic> {
        self.hook = hook.clone();
        self.exceptions = Exceptions::new();
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
    pub fn chain(&mut self, key: &Key, mut going: Vec<Packets>, frame: &Frame) -> Result<Vec<Packets>, Diagnostic> {
        let (key, numbers, rules) = self.enter(key, frame)?;
        let mut returned = Vec::new();
        let mut joined = going.len();
        for prepared in rules.iter() {
            if going.is_empty() {
                break;
            }
            if going.len() > MAX_CLASSES || going.len() > self.work_left {
                self.report(format!("{key}: too many different kinds of packets to follow"));
                self.give_up(std::mem::take(&mut going));
                break;
            }
            self.work_left -= going.len();
            let count = going.len();
            let active = extract(&mut going, |packets| prepared.may_match(packets));
            if active.is_empty() {
                continue;
            }
            let mut passing = Passing::new(numbers, key, prepared.rule, active);
            self.rule(&mut passing, prepared, frame)?;
            going.append(&mut passing.others);
            returned.append(&mut passing.returned);
            // Joining takes long, so it must be worth it.
            if going.len() > count && (going.len() < 16 || going.len() >= 2 * joined) {
                join(&mut going);
                joined = going.len();
            }
        }
        returned.append(&mut going);
        join(&mut returned);
        Ok(returned)
    }

    /// The rules of a chain that is called.
    fn enter(&mut self, key: &Key, frame: &Frame) -> Result<(&'a Key, RuleNumber, Rc<[PreparedRule<'a>]>), Diagnostic> {
        let Some((key, chain)) = self.common.ruleset.chains.get_key_value(key) else {
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
        if let Some(rules) = self.prepared.get(key) {
            return Ok((key, chain.numbers, rules.clone()));
        }
        let rules = chain.rules.iter().map(|rule| self.common.prepare(key, rule));
        let rules: Rc<[PreparedRule]> = rules.collect::<Result<_, Diagnostic>>()?;
        self.prepared.insert(key, rules.clone());
        Ok((key, chain.numbers, rules))
    }

    /// Passes packets through a rule. Afterwards `others` has those that continue with the next rule.
    fn rule(&mut self, passing: &mut Passing, prepared: &PreparedRule, frame: &Frame) -> Result<(), Diagnostic> {
        for part in &prepared.parts {
            if passing.active.is_empty() {
                break;
            }
            match part {
                Part::Condition(condition) => passing.split(condition),
                Part::Merged(one, other) => passing.split_merged(one, other),
                Part::Map(elements) => return self.verdict_map(passing, elements, frame),
                Part::Unnamed(part) => {
                    passing.may_match(&display(part));
                    self.do_anything(passing);
                }
                Part::Statement(kind, value, part) => match *kind {
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
                    kind => {
                        if self.statement(passing, kind, value, part) {
                            self.report_opaque(passing);
                            return Ok(());
                        }
                    }
                },
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

    /// Ends the way of packets through this base chain.
    pub fn accept(&mut self, active: Vec<Packets>, by: &str, is_policy: bool, has_limit: bool) {
        if self.hook.is_nat {
            // A chain that translates doesn't filter, so it isn't named as the reason for an open port.
            self.accepted.extend(active);
            return;
        }
        for packets in active {
            for (ports, less) in self.exceptions.split(packets.values(Field::Port)) {
                let step = Step { text: format!("{by}{less}"), is_policy, has_limit: has_limit || !less.is_empty() };
                let (accepted, _) = packets.clone().split(Field::Port, &ports);
                self.accepted.extend(accepted.map(|mut accepted| {
                    Rc::make_mut(&mut accepted.trail).push(step);
                    accepted
                }));
            }
        }
    }

    /// Drops packets.
    pub fn drop(&mut self, active: Vec<Packets>) {
        for packets in active {
            if packets.is_from_peer() {
                self.dropped = &self.dropped | packets.values(Field::Port);
            }
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
    pub fn do_anything(&mut self, passing: &mut Passing) {
        self.give_up(passing.active.clone());
        for packets in &mut passing.active {
            packets.overwrite_all();
        }
    }

    pub fn report_opaque(&mut self, passing: &Passing) {
        if !passing.opaque.is_empty() {
            self.report(format!("{}: {}", passing.place(), passing.opaque.join("; ")));
        }
    }

    pub fn report(&mut self, text: String) {
        if self.reported.insert(text.clone()) {
            self.not_interpreted.push(text);
        }
    }
}

fn rate_text(kind: &str, value: &Value) -> String {
    match kind {
        "limit" => format!("limit rate {}", display(value)),
        kind => format!("{kind} {}", display(value)),
    }
}
