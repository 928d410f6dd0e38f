//! A rule while packets pass it.

use super::condition::Condition;
use super::packets::Packets;
use super::ruleset::{Key, Rule, RuleNumber};

/// A rule while packets pass it.
pub struct Passing<'r> {
    pub numbers: RuleNumber,
    pub chain: &'r Key,
    pub rule: &'r Rule,
    /// The packets that match so far.
    pub active: Vec<Packets>,
    /// The packets that don't match, and continue with the next rule.
    pub others: Vec<Packets>,
    /// The packets that return from the chain.
    pub returned: Vec<Packets>,
    pub limits: Vec<String>,
    pub opaque: Vec<String>,
}

impl Passing<'_> {
    /// Packets at the start of a rule.
    pub fn new<'r>(numbers: RuleNumber, chain: &'r Key, rule: &'r Rule, active: Vec<Packets>) -> Passing<'r> {
        Passing {
            numbers,
            chain,
            rule,
            active,
            others: Vec::new(),
            returned: Vec::new(),
            limits: Vec::new(),
            opaque: Vec::new(),
        }
    }

    /// Splits the packets that match so far.
    pub fn split(&mut self, condition: &Condition) {
        let (mut is_limit, mut is_opaque) = (false, false);
        for packets in std::mem::take(&mut self.active) {
            let split = condition.split(packets);
            self.active.extend(split.matched);
            self.others.extend(split.others);
            is_limit |= split.is_limit;
            is_opaque |= split.is_opaque;
        }
        if is_limit {
            self.limits.push(condition.displayed());
        }
        if is_opaque {
            self.opaque.push(condition.displayed());
        }
    }

    /// Splits the packets by two conditions that are perhaps loaded as one: packets that meet only one of them may match.
    pub fn split_merged(&mut self, one: &Condition, other: &Condition) {
        let mut unsure = Vec::new();
        let (mut is_limit, mut is_opaque) = (false, false);
        for packets in std::mem::take(&mut self.active) {
            let first = one.split(packets);
            is_opaque |= first.is_opaque;
            is_limit |= first.is_limit;
            for packets in first.matched {
                let second = other.split(packets);
                is_opaque |= second.is_opaque;
                is_limit |= second.is_limit;
                self.active.extend(second.matched);
                unsure.extend(second.others);
            }
            for packets in first.others {
                let second = other.split(packets);
                unsure.extend(second.matched);
                self.others.extend(second.others);
            }
        }
        if is_limit {
            self.limits.push(format!("{} {}", one.displayed(), other.displayed()));
        }
        if is_opaque || !unsure.is_empty() {
            let displayed =
                format!("{} {}, which nft may have loaded as one condition", one.displayed(), other.displayed());
            self.opaque.push(displayed);
        }
        unsure = unsure.into_iter().map(Packets::doubted).collect();
        self.others.extend(unsure.iter().cloned());
        self.active.append(&mut unsure);
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
        format!("{} {} {}", self.chain, self.numbers.word(), self.rule.number)
    }
}
