//! Puts the tables of iptables into the listing of nft on the same machine.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::firewall::Firewall;
use super::super::firewall::ruleset::{Chain, Key};
use super::alternatives::Alternatives;
use super::save::{LEGACY_SUFFIX, NFT_SUFFIX};

/// A table: its family and its name.
type Table = (String, String);

fn table(key: &Key) -> Table {
    (key.family.clone(), key.table.clone())
}

impl Firewall {
    /// What nft listed, with the rules that it can't list taken from iptables.
    ///
    /// nft lists the tables of iptables-nft too, but prints extensions as `xt` without their contents, and lists some other
    /// rules incompletely. So the tables are replaced by those that `iptables-save` printed, except tables without `xt` but with sets,
    /// which only nft can have made. Tables of iptables-legacy, which
    /// nft doesn't list, are added: packets pass both.
    #[must_use]
    pub fn with_iptables(mut self, iptables: Firewall) -> Firewall {
        let listed: BTreeSet<Table> = self.ruleset.chains.keys().map(table).collect();
        let with_extensions = self.ruleset.chains.iter().filter(|(_, chain)| {
            let mut parts = chain.rules.iter().flat_map(|rule| &rule.parts);
            parts.any(|part| part.get("xt").is_some())
        });
        // iptables has no sets, so a table with sets is not its own.
        let with_sets = self.ruleset.chains.iter().filter(|(_, chain)| {
            let mut parts = chain.rules.iter().flat_map(|rule| &rule.parts);
            parts.any(|part| part.get("vmap").is_some() || part.pointer("/match/right/set").is_some())
        });
        let with_sets: BTreeSet<Table> = with_sets.map(|(key, _)| table(key)).collect();
        let with_extensions: BTreeSet<Table> = with_extensions.map(|(key, _)| table(key)).collect();
        let legacy = &iptables.ruleset.legacy_tables;
        let mut saved = Vec::new();
        for (mut key, mut chain) in iptables.ruleset.chains {
            if let Some(hook) = &mut chain.hook {
                hook.position += self.ruleset.chains.len();
            }
            let is_legacy = legacy.contains(&table(&key));
            let name = key.table.strip_suffix(NFT_SUFFIX).unwrap_or(&key.table).to_string();
            let own = (key.family.clone(), name);
            let is_listed = listed.contains(&own);
            if is_listed {
                key.table = if is_legacy { format!("{}{LEGACY_SUFFIX}", own.1) } else { own.1.clone() };
            }
            let listed_chain = self.ruleset.chains.get(&Key { table: own.1.clone(), ..key.clone() });
            if let Some(listed_chain) = listed_chain.filter(|_| !is_legacy) {
                doubt_flags(&mut chain, listed_chain);
            }
            if is_legacy || !is_listed || with_extensions.contains(&own) || !with_sets.contains(&own) {
                saved.push((key, chain, own, is_legacy));
            }
        }
        let replaced: BTreeSet<&Table> =
            saved.iter().filter(|(.., is_legacy)| !is_legacy).map(|(_, _, own, _)| own).collect();
        self.ruleset.chains.retain(|key, _| !replaced.contains(&table(key)));
        self.ruleset.chains.extend(saved.into_iter().map(|(key, chain, ..)| (key, chain)));
        self.ruleset.not_interpreted.extend(iptables.ruleset.not_interpreted);
        self.ruleset.remarks.extend(iptables.ruleset.remarks);
        self
    }
}

/// Of the conditions of a rule about the flags of TCP, iptables-nft 1.8.9 saves the last one, negated if any of them is. nft lists
/// all of them, so the rules are known of which that is so. What they match isn't.
fn doubt_flags(saved: &mut Chain, listed: &Chain) {
    let count = |parts: &[Value]| parts.iter().filter(|part| is_about_flags(part)).count();
    let is_incomplete: Vec<bool> = listed.rules.iter().map(|rule| count(&rule.parts) > 1).collect();
    if !is_incomplete.contains(&true) {
        return;
    }
    let lines: Vec<u64> = saved.rules.iter().map(|rule| rule.number).collect::<BTreeSet<_>>().into_iter().collect();
    for rule in &mut saved.rules {
        // Rules that one of the tools doesn't print make it unclear which of the others are the same.
        let position = lines.binary_search(&rule.number).ok().filter(|_| lines.len() == is_incomplete.len());
        if position.is_none_or(|position| is_incomplete[position]) {
            for part in rule.parts.iter_mut().filter(|part| is_about_flags(part)) {
                let unknown = Alternatives::opaque("--tcp-flags", "as saved, without other conditions that nft lists");
                *part = unknown.0.into_iter().flatten().next().unwrap_or_default();
            }
        }
    }
}

/// Whether a part of a rule is a condition about the flags of TCP.
fn is_about_flags(part: &Value) -> bool {
    let left = part.pointer("/match/left");
    let field = left.and_then(|left| left.pointer("/&/0").unwrap_or(left).pointer("/payload/field"));
    field.and_then(Value::as_str) == Some("flags")
}
