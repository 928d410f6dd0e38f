//! The rules of a base chain that drop some of the packets to ports that others accept.

use super::intervals::Intervals;
use super::ruleset::{Key, RuleNumber};

/// If more rules than this drop some packets to the accepted ports, their ports are not listed separately.
const MAX_EXCEPTIONS: usize = 64;

/// The most rules of a chain that are listed.
const MAX_LISTED: usize = 5;

/// A rule that drops some of the packets to its ports.
#[derive(Clone, Debug)]
struct Exception {
    ports: Intervals,
    chain: Key,
    numbers: RuleNumber,
    number: u64,
}

/// The rules of a base chain that drop some of the packets to their ports.
#[derive(Debug)]
pub struct Exceptions {
    rules: Vec<Exception>,
    /// The ports of all of them.
    ports: Intervals,
}

impl Exceptions {
    /// No rules yet.
    pub fn new() -> Exceptions {
        Exceptions { rules: Vec::new(), ports: Intervals::empty() }
    }

    /// Adds a rule.
    pub fn add(&mut self, ports: Intervals, chain: &Key, numbers: RuleNumber, number: u64) {
        self.ports = &self.ports | &ports;
        self.rules.push(Exception { ports, chain: chain.clone(), numbers, number });
    }

    /// Splits ports by the rules that drop some of their packets; each part has a text that names these rules.
    pub fn split(&self, ports: &Intervals) -> Vec<(Intervals, String)> {
        let relevant: Vec<&Exception> = self.rules.iter().filter(|rule| rule.ports.overlaps(ports)).collect();
        if relevant.len() > MAX_EXCEPTIONS {
            let concerned = (ports.and(&self.ports), suffix(" to some of these ports", &relevant));
            let others = (ports.minus(&self.ports), String::new());
            return [concerned, others].into_iter().filter(|(ports, _)| !ports.is_empty()).collect();
        }
        let mut pieces: Vec<(Intervals, Vec<&Exception>)> = vec![(ports.clone(), Vec::new())];
        for exception in relevant {
            for (ports, exceptions) in std::mem::take(&mut pieces) {
                let more = exceptions.iter().copied().chain([exception]).collect();
                pieces.push((ports.and(&exception.ports), more));
                pieces.push((ports.minus(&exception.ports), exceptions));
            }
            pieces.retain(|(ports, _)| !ports.is_empty());
        }
        pieces.into_iter().map(|(ports, exceptions)| (ports, suffix("", &exceptions))).collect()
    }
}

/// The rules that drop some of the packets, to follow the name of the rule that accepts the others.
fn suffix(to: &str, exceptions: &[&Exception]) -> String {
    let by_chain = exceptions.chunk_by(|one, other| one.chain == other.chain).filter_map(|rules| {
        let Exception { chain, numbers, .. } = rules.first()?;
        let mut listed: Vec<String> = rules.iter().map(|rule| rule.number.to_string()).collect();
        listed.dedup();
        let more = listed.len().saturating_sub(MAX_LISTED);
        listed.truncate(MAX_LISTED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        Some(format!("{chain} {} {}{more}", numbers.word(), listed.join(", ")))
    });
    let by_chain: Vec<String> = by_chain.collect();
    if by_chain.is_empty() {
        String::new()
    } else {
        format!(", except what is dropped{to} by {}", by_chain.join(" and "))
    }
}
