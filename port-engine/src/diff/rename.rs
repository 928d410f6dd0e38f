//! Guesses which added flow is a removed one under another id.
//!
//! People use ids as keys, so a rename breaks their files although no rule changes. A guess is reported with its evidence. If two
//! pairs are equally likely, neither is reported.

use std::collections::HashMap;

use super::editions::Editions;
use crate::export::ExportedFlow;
use crate::export::spec::{groups, without_services};

/// The facts that are evidence of a rename, and how much each weighs.
const FACTS: [(&str, usize); 6] =
    [("ports", 4), ("source.label", 3), ("purpose", 3), ("peer", 2), ("source.ports", 1), ("hosts", 1)];

/// The value of each fact of a flow; `None` if the flow doesn't have it. Facts that two flows share are evidence of a rename.
struct RenameEvidence([Option<String>; FACTS.len()]);

/// A removed and an added flow that are likely the same, by their indexes.
pub(super) struct Rename {
    /// The index of the removed flow.
    pub old: usize,
    /// The index of the added flow.
    pub new: usize,
    /// The facts that they share, besides product and direction.
    pub alike: Vec<&'static str>,
}

/// The likely renames, in the order of the added flows. A rename keeps the product and the direction.
pub(super) fn renames<'a>(
    removed: &[&'a ExportedFlow],
    added: &[&'a ExportedFlow],
    editions: &Editions<'a>,
) -> Vec<Rename> {
    let [removed_evidence, added_evidence] =
        [removed, added].map(|flows| flows.iter().map(|flow| RenameEvidence::new(flow)).collect::<Vec<_>>());
    let side = |flow: &'a ExportedFlow| (editions.of(flow), flow.text("direction"));
    let mut added_by_side: HashMap<_, Vec<usize>> = HashMap::new();
    for (new, flow) in added.iter().enumerate() {
        added_by_side.entry(side(flow)).or_default().push(new);
    }
    let mut best_of_removed: HashMap<usize, BestMatch> = HashMap::new();
    let mut best_of_added: HashMap<usize, BestMatch> = HashMap::new();
    for (old, flow) in removed.iter().enumerate() {
        for &new in added_by_side.get(&side(flow)).into_iter().flatten() {
            let weight = removed_evidence[old].weight(&added_evidence[new]);
            if weight > 0 {
                best_of_removed.entry(old).or_default().consider(new, weight);
                best_of_added.entry(new).or_default().consider(old, weight);
            }
        }
    }
    let mutual = (0..added.len()).filter_map(|new| {
        let old = best_of_added.get(&new)?.unique()?;
        let is_mutual = best_of_removed.get(&old)?.unique()? == new;
        is_mutual.then(|| Rename { old, new, alike: removed_evidence[old].shared(&added_evidence[new]).collect() })
    });
    mutual.collect()
}

/// The likeliest match so far, and whether another is equally likely.
#[derive(Default)]
struct BestMatch {
    weight: usize,
    index: usize,
    is_tied: bool,
}

impl BestMatch {
    fn consider(&mut self, index: usize, weight: usize) {
        if weight > self.weight {
            *self = BestMatch { weight, index, is_tied: false };
        } else if weight == self.weight {
            self.is_tied = true;
        }
    }

    fn unique(&self) -> Option<usize> {
        (!self.is_tied).then_some(self.index)
    }
}

impl RenameEvidence {
    fn new(flow: &ExportedFlow) -> RenameEvidence {
        RenameEvidence(FACTS.map(|(fact, _)| match fact.split_once('.') {
            Some((object, member)) => flow.object.get(object)?.get(member)?.as_str().map(str::to_string),
            None if fact == "ports" => {
                Some(format!("{:?}", groups(&without_services(&flow.specs)))).filter(|_| !flow.specs.is_empty())
            }
            None if fact == "hosts" => {
                Some(flow.texts(fact).collect::<Vec<_>>().join(" ")).filter(|hosts| !hosts.is_empty())
            }
            None => Some(flow.text(fact).to_string()).filter(|text| !text.is_empty()),
        }))
    }

    /// The facts that two flows share.
    fn shared(&self, other: &RenameEvidence) -> impl Iterator<Item = &'static str> {
        let facts = FACTS.iter().zip(self.0.iter().zip(&other.0));
        facts.filter(|(_, (own, other))| own.is_some() && own == other).map(|((fact, _), _)| *fact)
    }

    /// The weight of the shared facts; 0 unless two of these are shared: the ports, the peer, the name (label or purpose).
    fn weight(&self, other: &RenameEvidence) -> usize {
        let is_shared = |wanted: &str| self.shared(other).any(|fact| fact == wanted);
        let has_name = is_shared("source.label") || is_shared("purpose");
        if usize::from(is_shared("ports")) + usize::from(is_shared("peer")) + usize::from(has_name) < 2 {
            return 0;
        }
        FACTS.iter().filter(|(fact, _)| is_shared(fact)).map(|(_, weight)| weight).sum()
    }
}
