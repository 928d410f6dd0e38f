//! The class of a flow that two editions have.

use core::iter;

use port_core::{ChangeClass, Requirement, Scope};

use crate::catalog::Catalog;
use crate::edition::Edition;
use crate::flow::Flow;

use super::allowed::{PortSet, any_member, is_member, is_within, lacks, needs_more, port_sets};

/// A flow in two editions.
#[derive(Clone, Copy)]
pub(super) struct Difference<C: Catalog> {
    pub(super) before: Flow<C>,
    pub(super) after: Flow<C>,
    pub(super) from: Edition<C>,
    pub(super) to: Edition<C>,
}

impl<C: Catalog> Difference<C> {
    /// What all changes of the flow mean; `None` if the rows differ in nothing.
    pub(super) fn class(self) -> Option<ChangeClass> {
        let Difference { before, after, from, to } = self;
        let gains = port_sets(after).any(|ports| lacks(iter::once(before), after, ports));
        let loses = port_sets(before).any(|ports| lacks(iter::once(after), before, ports));
        let access = if gains || loses {
            // Other flows may allow the same.
            let opens = |ports| gains && lacks(from.flows(), after, ports);
            let closes = |ports| loses && lacks(to.flows(), before, ports);
            let is_extension = before.direction() == after.direction()
                && any_member(before.peer(), &mut |peer| is_member(after.peer(), peer));
            let ports = self.class_of_ports(opens, closes, is_extension);
            ports.or_else(|| self.class_of_needs()).or(Some(ChangeClass::Limits))
        } else {
            combined([self.class_of_specs(), self.class_of_ends()])
        };
        combined([access, self.class_of_wording()])
    }

    /// The class of ports that open and close. The flow widens or narrows if every such port is of a spec that the other row has, too,
    /// at least in part.
    fn class_of_ports(
        self,
        opens: impl Fn(PortSet) -> bool,
        closes: impl Fn(PortSet) -> bool,
        is_extension: bool,
    ) -> Option<ChangeClass> {
        let Difference { before, after, .. } = self;
        let growth = growth(port_sets(after).any(&opens), port_sets(before).any(&closes))?;
        let is_separate = |flow: Flow<C>, other: Flow<C>, changes: &dyn Fn(PortSet) -> bool| {
            flow.ports().any(|spec| {
                PortSet::of_spec(spec).any(changes)
                    && !PortSet::of_spec(spec).any(|ports| ports.overlaps(port_sets(other)))
            })
        };
        Some(match growth {
            ChangeClass::Widens if !is_extension || is_separate(after, before, &opens) => ChangeClass::Opens,
            ChangeClass::Narrows if !is_extension || is_separate(before, after, &closes) => ChangeClass::Closes,
            class => class,
        })
    }

    /// The class of needing more or fewer of the same ports.
    fn class_of_needs(self) -> Option<ChangeClass> {
        growth(needs_more(self.after, self.before), needs_more(self.before, self.after))
    }

    /// The class of the port specs alone; `None` if they are the same apart from the order of groups.
    fn class_of_specs(self) -> Option<ChangeClass> {
        let Difference { before, after, .. } = self;
        if has_same_groups(before, after, true) {
            return None;
        }
        let opens = |ports: PortSet| !ports.is_within(port_sets(before));
        let closes = |ports: PortSet| !ports.is_within(port_sets(after));
        let class = self.class_of_ports(opens, closes, true).or_else(|| self.class_of_needs());
        // Other services on the same ports are wording, but the first alternative matters to rules.
        let is_wording = || has_same_groups(before, after, false);
        class.or_else(|| Some(if is_wording() { ChangeClass::Reworded } else { ChangeClass::Limits }))
    }

    /// The class of the facts that say who connects to whom.
    fn class_of_ends(self) -> Option<ChangeClass> {
        let Difference { before, after, .. } = self;
        let is_other_end = (before.direction(), before.component()) != (after.direction(), after.component());
        let has_other =
            |one: Flow<C>, other: Flow<C>| any_member(one.peer(), &mut |peer| !is_member(other.peer(), peer));
        let peer = growth(has_other(after, before), has_other(before, after));
        let [was_visible, is_visible] = [before, after].map(|flow| flow.scope() == Scope::Network);
        let scope = growth(is_visible && !was_visible, was_visible && !is_visible);
        let hosts = growth(!is_within(after.hosts(), before.hosts()), !is_within(before.hosts(), after.hosts()));
        let interfaces = growth(
            !is_within(after.interfaces(), before.interfaces()),
            !is_within(before.interfaces(), after.interfaces()),
        );
        combined([
            is_other_end.then_some(ChangeClass::Moves),
            peer.or((before.peer() != after.peer()).then_some(ChangeClass::Limits)),
            scope.or((before.scope() != after.scope()).then_some(ChangeClass::Limits)),
            hosts.or((!before.hosts().eq(after.hosts())).then_some(ChangeClass::Reworded)),
            interfaces,
        ])
    }

    /// The class of all other facts.
    fn class_of_wording(self) -> Option<ChangeClass> {
        let Difference { before, after, .. } = self;
        let rank = |flow: Flow<C>| match flow.requirement() {
            Requirement::Conditional => 0,
            Requirement::Required => 2,
            _ => 1,
        };
        let limits = |flow: Flow<C>| {
            (flow.condition(), flow.groups(), flow.enabled(), flow.recommended_interface(), flow.configurable())
        };
        let words = |flow: Flow<C>| (flow.purpose(), flow.customization(), flow.note());
        combined([
            growth(rank(after) > rank(before), rank(after) < rank(before)),
            (limits(before) != limits(after)).then_some(ChangeClass::Limits),
            (words(before) != words(after) || !before.curated().eq(after.curated())).then_some(ChangeClass::Reworded),
        ])
    }
}

/// The class of something that grows, shrinks, or both.
fn growth(grows: bool, shrinks: bool) -> Option<ChangeClass> {
    match (grows, shrinks) {
        (true, true) => Some(ChangeClass::Moves),
        (true, false) => Some(ChangeClass::Widens),
        (false, true) => Some(ChangeClass::Narrows),
        (false, false) => None,
    }
}

/// The class of several changes: the most serious one, but if one opens and another closes, the flow moves.
fn combined<const CHANGES: usize>(classes: [Option<ChangeClass>; CHANGES]) -> Option<ChangeClass> {
    classes.into_iter().flatten().reduce(|one, other| {
        let is_move = one.opens() && other.closes() || one.closes() && other.opens();
        if is_move { ChangeClass::Moves } else { one.min(other) }
    })
}

/// Whether two flows have the same groups of specs in any order. The first alternative of a group matters, the order of the others
/// doesn't, and without `services`, neither do services that only describe a transport's ports.
fn has_same_groups<C: Catalog>(one: Flow<C>, other: Flow<C>, services: bool) -> bool {
    let specs = |(flow, group): (Flow<C>, u8)| {
        let specs = flow.ports().filter(move |spec| spec.group() == group);
        specs.map(move |spec| {
            let service = spec.service().filter(|_| services || spec.transport().is_none());
            (spec.transport(), spec.range(), spec.number(), service)
        })
    };
    let has_all = |one, other| specs(one).all(|spec| specs(other).any(|known| known == spec));
    let is_same = |one, other| specs(one).next() == specs(other).next() && has_all(one, other) && has_all(other, one);
    let groups =
        |flow: Flow<C>| (0..flow.ports().last().map_or(0, |spec| spec.group() + 1)).map(move |group| (flow, group));
    let has_groups = |one, other| groups(one).all(|group| groups(other).any(|known| is_same(group, known)));
    has_groups(one, other) && has_groups(other, one)
}
