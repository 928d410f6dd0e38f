//! Which flow that is gone may be which flow that came: renamed, with facts that are alike.
//!
//! Ids are other people's keys, so that a rename breaks what they wrote while no rule changes. It is a guess, told with its
//! reason: where two are as likely, none is named.

use std::collections::HashMap;

use super::export::Flow;
use super::specs::{groups, without_services};

/// The facts that speak for a rename, and how much each weighs.
const FACTS: [(&str, usize); 6] =
    [("ports", 4), ("source.label", 3), ("purpose", 3), ("peer", 2), ("source.ports", 1), ("hosts", 1)];

/// A flow that is gone and one that came, by their places, and the facts in which they are alike.
pub struct Rename {
    /// The one that is gone.
    pub old: usize,
    /// The one that came.
    pub new: usize,
    /// The facts in which they are alike, beside their product and direction.
    pub alike: Vec<&'static str>,
}

/// The likely renames, in the order of those that came. The product and the direction stay.
pub fn renames(gone: &[&Flow], come: &[&Flow]) -> Vec<Rename> {
    let side = |flow: &Flow| (flow.text("product").to_string(), flow.text("direction").to_string());
    let mut come_by_side: HashMap<_, Vec<usize>> = HashMap::new();
    for (new, flow) in come.iter().enumerate() {
        come_by_side.entry(side(flow)).or_default().push(new);
    }
    let mut likeliest_of_gone: HashMap<usize, Likeliest> = HashMap::new();
    let mut likeliest_of_come: HashMap<usize, Likeliest> = HashMap::new();
    for (old, gone) in gone.iter().enumerate() {
        for &new in come_by_side.get(&side(gone)).into_iter().flatten() {
            let weight = weight(&alike(gone, come[new]));
            if weight > 0 {
                likeliest_of_gone.entry(old).or_default().meet(new, weight);
                likeliest_of_come.entry(new).or_default().meet(old, weight);
            }
        }
    }
    let mutual = (0..come.len()).filter_map(|new| {
        let old = likeliest_of_come.get(&new)?.only()?;
        (likeliest_of_gone.get(&old)?.only()? == new).then(|| Rename { old, new, alike: alike(gone[old], come[new]) })
    });
    mutual.collect()
}

/// The likeliest partner met so far, unless two are as likely.
#[derive(Default)]
struct Likeliest {
    weight: usize,
    partner: usize,
    twice: bool,
}

impl Likeliest {
    fn meet(&mut self, partner: usize, weight: usize) {
        if weight > self.weight {
            *self = Likeliest { weight, partner, twice: false };
        } else if weight == self.weight {
            self.twice = true;
        }
    }

    fn only(&self) -> Option<usize> {
        (!self.twice).then_some(self.partner)
    }
}

/// The facts in which two flows of one product and one direction are alike.
fn alike(old: &Flow, new: &Flow) -> Vec<&'static str> {
    FACTS.iter().map(|(fact, _)| *fact).filter(|fact| is_alike(fact, old, new)).collect()
}

fn is_alike(fact: &str, old: &Flow, new: &Flow) -> bool {
    let said = |flow: &Flow| match fact.split_once('.') {
        Some((object, fact)) => flow.object.get(object).and_then(|object| object.get(fact)).cloned(),
        None => flow.object.get(fact).cloned(),
    };
    match fact {
        "ports" => {
            !old.specs.is_empty() && groups(&without_services(&old.specs)) == groups(&without_services(&new.specs))
        }
        "hosts" => old.texts(fact).next().is_some() && said(old) == said(new),
        _ => said(old).is_some_and(|said| said.is_string()) && said(old) == said(new),
    }
}

/// How much speaks for a rename. Two of ports, peer and name (its label or purpose) must be alike.
fn weight(alike: &[&str]) -> usize {
    let [ports, peer, label, purpose] = ["ports", "peer", "source.label", "purpose"].map(|fact| alike.contains(&fact));
    if usize::from(ports) + usize::from(peer) + usize::from(label || purpose) < 2 {
        return 0;
    }
    FACTS.iter().filter(|(fact, _)| alike.contains(fact)).map(|(_, weight)| weight).sum()
}
