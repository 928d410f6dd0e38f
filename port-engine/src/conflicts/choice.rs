//! Which alternative each product uses, so that as few ports as possible collide.
//!
//! A product chooses one spec of each group, and another port if the document calls the port configurable. The search is exact: it
//! tries every combination of the flows that compete for the same ports, except those that can't be better than the best one so far.

use std::collections::{BTreeMap, BTreeSet};

use super::{Endpoint, Participant, is_at, is_on_host};
use crate::dataset::{Flow, PortSpec};

/// The number of steps after which the search of one set of competing flows stops.
const MOST_STEPS: usize = 500_000;

/// Where a product listens for some of its flows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice<'a> {
    /// The name of the participant whose flows they are.
    pub participant: &'a str,
    /// The flows. All of them have the same alternatives.
    pub flows: Vec<&'a Flow>,
    /// The spec that the product uses; `None` for another port, since the document calls the port configurable.
    pub spec: Option<&'a PortSpec>,
    /// The spec that the document lists first.
    pub first: &'a PortSpec,
}

impl Choice<'_> {
    /// Whether it isn't what the document lists first.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.spec != Some(self.first)
    }
}

/// Flows of one product that have the same options.
struct Variable<'a> {
    product: usize,
    flows: Vec<&'a Flow>,
    options: Vec<Choosable<'a>>,
}

/// A spec, or another port, with the contested endpoints at which the product then listens.
struct Choosable<'a> {
    spec: Option<&'a PortSpec>,
    at: Vec<usize>,
}

/// The result of a search.
pub(super) struct Assignment<'a> {
    /// The choices of all flows that compete for a port, by product and then in catalog order.
    pub choices: Vec<Choice<'a>>,
    /// The indexes of the endpoints that still collide.
    pub collisions: BTreeSet<usize>,
    /// Whether no other choice has fewer collisions. False if the search was stopped.
    pub is_exact: bool,
}

/// The choice with the fewest collisions, among these the one with the fewest products at them, and then the one that changes the least.
pub(super) fn best<'a>(participants: &'a [Participant<'a>], endpoints: &[Endpoint<'a>]) -> Assignment<'a> {
    let variables = variables(participants, endpoints);
    let mut best = Assignment { choices: Vec::new(), collisions: BTreeSet::new(), is_exact: true };
    let mut chosen: BTreeMap<usize, usize> = BTreeMap::new();
    for component in components(&variables) {
        let mut search = Search::new(&variables, &component, participants.len(), endpoints.len());
        search.visit(0);
        best.is_exact &= search.steps <= MOST_STEPS;
        chosen.extend(component.iter().copied().zip(search.best));
        best.collisions.extend(search.best_collisions);
    }
    for (index, option) in chosen {
        let Variable { flows, options, product } = &variables[index];
        let participant = participants[*product].name.as_str();
        let first = options.iter().find_map(|option| option.spec);
        if let (Some(option), Some(first)) = (options.get(option), first) {
            best.choices.push(Choice { participant, flows: flows.clone(), spec: option.spec, first });
        }
    }
    best
}

/// The choices that matter: groups of which a spec is at an endpoint where several products may listen.
fn variables<'a>(participants: &'a [Participant<'a>], endpoints: &[Endpoint<'a>]) -> Vec<Variable<'a>> {
    let contested: Vec<(usize, &Endpoint)> =
        endpoints.iter().enumerate().filter(|(_, endpoint)| endpoint.collides()).collect();
    let mut variables: Vec<Variable> = Vec::new();
    for (product, participant) in participants.iter().enumerate() {
        let first_of_product = variables.len();
        for flow in participant.inbound().filter(|flow| is_on_host(flow)) {
            let numbers: BTreeSet<u8> = flow.ports.iter().map(PortSpec::group).collect();
            for number in numbers {
                // A service whose port isn't stated may be anywhere, so it isn't a way out.
                let specs = flow.ports.iter().filter(|spec| spec.group() == number && spec.transport().is_some());
                let mut options: Vec<Choosable> = specs
                    .map(|spec| {
                        let at = contested.iter().filter(|(_, endpoint)| is_at(spec, endpoint));
                        Choosable { spec: Some(spec), at: at.map(|(index, _)| *index).collect() }
                    })
                    .collect();
                if options.iter().all(|option| option.at.is_empty()) {
                    continue;
                }
                let has_ports = options.iter().any(|option| option.spec.is_some_and(|spec| spec.range().is_some()));
                if flow.configurable && has_ports {
                    options.push(Choosable { spec: None, at: Vec::new() });
                }
                let same = variables[first_of_product..].iter_mut().find(|other| {
                    let key = |options: &[Choosable<'a>]| -> Vec<_> {
                        options
                            .iter()
                            .map(|option| option.spec.map(|spec| (spec.transport(), spec.range(), spec.number())))
                            .collect()
                    };
                    key(&other.options) == key(&options)
                        && other.flows.iter().all(|other| other.customization == flow.customization)
                });
                match same {
                    Some(other) => other.flows.push(flow),
                    None => variables.push(Variable { product, flows: vec![flow], options }),
                }
            }
        }
    }
    variables
}

/// The variables that share endpoints, directly or through others, in order.
fn components(variables: &[Variable]) -> Vec<Vec<usize>> {
    let mut components: Vec<(BTreeSet<usize>, Vec<usize>)> = Vec::new();
    for (index, variable) in variables.iter().enumerate() {
        let mut joined: (BTreeSet<usize>, Vec<usize>) =
            (variable.options.iter().flat_map(|option| option.at.iter().copied()).collect(), vec![index]);
        let (sharing, others): (Vec<_>, Vec<_>) =
            components.into_iter().partition(|(endpoints, _)| !endpoints.is_disjoint(&joined.0));
        components = others;
        for (endpoints, members) in sharing {
            joined.0.extend(endpoints);
            joined.1.extend(members);
        }
        components.push(joined);
    }
    let sorted = components.into_iter().map(|(_, mut members)| {
        // Those with the fewest options first, since they decide the most.
        members.sort_by_key(|member| (variables[*member].options.len(), *member));
        members
    });
    sorted.collect()
}

/// A depth-first search of one component.
struct Search<'s, 'a> {
    variables: &'s [Variable<'a>],
    component: &'s [usize],
    /// How often each product listens at each endpoint.
    listening: Vec<Vec<usize>>,
    chosen: Vec<usize>,
    changes: usize,
    best: Vec<usize>,
    best_cost: Option<[usize; 3]>,
    best_collisions: Vec<usize>,
    /// The endpoints at which several products listen.
    collisions: BTreeSet<usize>,
    /// The number of products that listen at an endpoint after another product.
    crowding: usize,
    steps: usize,
}

impl<'s, 'a> Search<'s, 'a> {
    fn new(variables: &'s [Variable<'a>], component: &'s [usize], products: usize, endpoints: usize) -> Search<'s, 'a> {
        Search {
            variables,
            component,
            listening: vec![vec![0; products]; endpoints],
            chosen: Vec::new(),
            changes: 0,
            best: Vec::new(),
            best_cost: None,
            best_collisions: Vec::new(),
            collisions: BTreeSet::new(),
            crowding: 0,
            steps: 0,
        }
    }

    /// Tries every option of the variable at a position, and of all after it.
    fn visit(&mut self, position: usize) {
        self.steps += 1;
        let cost = [self.collisions.len(), self.crowding, self.changes];
        // A combination never gets better when more is chosen.
        if self.best_cost.is_some_and(|best| cost >= best || self.steps > MOST_STEPS) {
            return;
        }
        let variables = self.variables;
        let Some(variable) = self.component.get(position).map(|index| &variables[*index]) else {
            self.best_cost = Some(cost);
            self.best.clone_from(&self.chosen);
            self.best_collisions = self.collisions.iter().copied().collect();
            return;
        };
        for (index, option) in variable.options.iter().enumerate() {
            // An alternative is a smaller change than another port.
            let change = if index == 0 { 0 } else { 1 + usize::from(option.spec.is_none()) };
            self.listen(variable.product, &option.at, true);
            self.chosen.push(index);
            self.changes += change;
            self.visit(position + 1);
            self.changes -= change;
            self.chosen.pop();
            self.listen(variable.product, &option.at, false);
        }
    }

    fn listen(&mut self, product: usize, endpoints: &[usize], starts: bool) {
        for endpoint in endpoints {
            let products = &mut self.listening[*endpoint];
            let number = |products: &[usize]| products.iter().filter(|times| **times > 0).count();
            let before = number(products);
            if starts {
                products[product] += 1;
            } else {
                products[product] -= 1;
            }
            let after = number(products);
            self.crowding = self.crowding + after.saturating_sub(1) - before.saturating_sub(1);
            if after > 1 {
                self.collisions.insert(*endpoint);
            } else {
                self.collisions.remove(endpoint);
            }
        }
    }
}
