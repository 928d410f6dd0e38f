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

/// What a flow says of each of these facts; `None` where nothing.
type Said = [Option<String>; FACTS.len()];

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
    let [gone_said, come_said] = [gone, come].map(|flows| flows.iter().map(|flow| said(flow)).collect::<Vec<_>>());
    let side = |flow: &Flow| (flow.text("product").to_string(), flow.text("direction").to_string());
    let mut come_by_side: HashMap<_, Vec<usize>> = HashMap::new();
    for (new, flow) in come.iter().enumerate() {
        come_by_side.entry(side(flow)).or_default().push(new);
    }
    let mut likeliest_of_gone: HashMap<usize, Likeliest> = HashMap::new();
    let mut likeliest_of_come: HashMap<usize, Likeliest> = HashMap::new();
    for (old, flow) in gone.iter().enumerate() {
        for &new in come_by_side.get(&side(flow)).into_iter().flatten() {
            let weight = weight(&gone_said[old], &come_said[new]);
            if weight > 0 {
                likeliest_of_gone.entry(old).or_default().meet(new, weight);
                likeliest_of_come.entry(new).or_default().meet(old, weight);
            }
        }
    }
    let mutual = (0..come.len()).filter_map(|new| {
        let old = likeliest_of_come.get(&new)?.only()?;
        let is_mutual = likeliest_of_gone.get(&old)?.only()? == new;
        is_mutual.then(|| Rename { old, new, alike: alike(&gone_said[old], &come_said[new]).collect() })
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

fn said(flow: &Flow) -> Said {
    FACTS.map(|(fact, _)| match fact.split_once('.') {
        Some((object, fact)) => flow.object.get(object)?.get(fact)?.as_str().map(str::to_string),
        None if fact == "ports" => {
            Some(format!("{:?}", groups(&without_services(&flow.specs)))).filter(|_| !flow.specs.is_empty())
        }
        None if fact == "hosts" => {
            Some(flow.texts(fact).collect::<Vec<_>>().join(" ")).filter(|hosts| !hosts.is_empty())
        }
        None => Some(flow.text(fact).to_string()).filter(|text| !text.is_empty()),
    })
}

/// The facts in which two flows are alike.
fn alike(old: &Said, new: &Said) -> impl Iterator<Item = &'static str> {
    let facts = FACTS.iter().zip(old.iter().zip(new));
    facts.filter(|(_, (old, new))| old.is_some() && old == new).map(|((fact, _), _)| *fact)
}

/// How much speaks for a rename. Two of ports, peer and name (its label or purpose) must be alike.
fn weight(old: &Said, new: &Said) -> usize {
    let is_alike = |wanted: &str| alike(old, new).any(|fact| fact == wanted);
    let named = is_alike("source.label") || is_alike("purpose");
    if usize::from(is_alike("ports")) + usize::from(is_alike("peer")) + usize::from(named) < 2 {
        return 0;
    }
    FACTS.iter().filter(|(fact, _)| is_alike(fact)).map(|(_, weight)| weight).sum()
}
