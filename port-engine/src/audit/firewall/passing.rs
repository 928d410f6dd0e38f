//! A rule while packets pass it.

use port_data::Diagnostic;

use super::condition::Split;
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
    /// Splits the packets that match so far.
    pub fn split(
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
        format!("{} {} {}", self.chain, self.numbers.word(), self.rule.number)
    }
}
