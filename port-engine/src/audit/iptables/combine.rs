//! Puts the tables of iptables into the listing of nft on the same machine.

use std::collections::BTreeSet;

use super::super::firewall::Firewall;
use super::super::firewall::ruleset::Key;
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
