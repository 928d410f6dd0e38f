//! The class of a flow that two editions have.

use core::iter;

use port_core::{ChangeClass, Enabled, Requirement, Scope};

use crate::catalog::Catalog;
use crate::edition::Edition;
use crate::flow::Flow;

use super::allowed::{
    PortSet, any_member, ends, is_member, is_within, known_flows, lacks, needed, needs_more, port_sets,
};

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
            let opens = |ports| gains && lacks(known_flows(from, to), after, ports);
            let closes = |ports| loses && lacks(known_flows(to, from), before, ports);
            // A rule for one of the flows can become one for the other.
            let is_extension = [before, after].iter().all(|flow| flow.scope() == Scope::Network)
                && before.direction() == after.direction()
                && any_member(before.peer(), &mut |peer| is_member(after.peer(), peer));
            let ports = self.class_of_ports(opens, closes, is_extension);
            let needs = || growth(needs_more(after, before), needs_more(before, after));
            ports.or_else(needs).or(Some(ChangeClass::Limits))
        } else {
            combined([self.class_of_specs(), self.class_of_ends()])
        };
        let class = combined([access, self.class_of_other_facts()])?;
        // There is no rule for traffic within a host or a pod.
        let has_rule = [before, after].iter().any(|flow| flow.scope() == Scope::Network);
        Some(if has_rule || !class.opens() && !class.closes() { class } else { ChangeClass::Limits })
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

    /// The class of needing more or fewer ports for certain.
    fn class_of_needs(self) -> Option<ChangeClass> {
        let needs = |flow, other| needed(flow).any(|ports| !ports.is_within(needed(other)));
        growth(needs(self.after, self.before), needs(self.before, self.after))
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
        let stored = |flow: Flow<C>| (flow.component(), flow.direction(), flow.peer());
        let has_other =
            |one: Flow<C>, other: Flow<C>| any_member(one.peer(), &mut |peer| !is_member(other.peer(), peer));
        let changed = |is_changed: bool, class| is_changed.then_some(class);
        let ends = if ends(before) == ends(after) {
            // Traffic between two components may be stored at the other end.
            changed(stored(before) != stored(after), ChangeClass::Reworded)
        } else {
            let component = growth(before.component().is_some(), after.component().is_some());
            let peer = growth(has_other(after, before), has_other(before, after));
            combined([
                changed(before.direction() != after.direction(), ChangeClass::Moves),
                component.filter(|_| before.component() != after.component()),
                peer.or(changed(before.peer() != after.peer(), ChangeClass::Limits)),
            ])
        };
        let scope = match [before, after].map(|flow| flow.scope() == Scope::Network) {
            [false, true] => Some(ChangeClass::Opens),
            [true, false] => Some(ChangeClass::Closes),
            _ => changed(before.scope() != after.scope(), ChangeClass::Limits),
        };
        let hosts = growth(!is_within(after.hosts(), before.hosts()), !is_within(before.hosts(), after.hosts()));
        let interfaces = growth(
            !is_within(after.interfaces(), before.interfaces()),
            !is_within(before.interfaces(), after.interfaces()),
        );
        combined([ends, scope, hosts.or(changed(!before.hosts().eq(after.hosts()), ChangeClass::Reworded)), interfaces])
    }

    /// The class of all other facts, apart from what is curated and the source, which are about the document.
    fn class_of_other_facts(self) -> Option<ChangeClass> {
        let Difference { before, after, .. } = self;
        let rank = |flow: Flow<C>| match flow.requirement() {
            Requirement::Conditional => 0,
            Requirement::Required => 2,
            _ => 1,
        };
        let groups = || match has_same_groups(before, after, true) {
            true => self.class_of_needs().unwrap_or(ChangeClass::Limits),
            false => ChangeClass::Limits,
        };
        let enabled = match (before.enabled(), after.enabled()) {
            (Enabled::No, Enabled::Yes) => Some(ChangeClass::Widens),
            (Enabled::Yes, Enabled::No) => Some(ChangeClass::Narrows),
            (before, after) => (before != after).then_some(ChangeClass::Limits),
        };
        let limits = |flow: Flow<C>| (flow.condition(), flow.recommended_interface(), flow.configurable());
        let words = |flow: Flow<C>| (flow.purpose(), flow.customization(), flow.note());
        combined([
            growth(rank(after) > rank(before), rank(after) < rank(before)),
            (before.groups() != after.groups()).then(groups),
            enabled,
            (limits(before) != limits(after)).then_some(ChangeClass::Limits),
            (words(before) != words(after)).then_some(ChangeClass::Reworded),
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
    let groups = |flow: Flow<C>| {
        (0..flow.ports().next_back().map_or(0, |spec| spec.group() + 1)).map(move |group| (flow, group))
    };
    let has_groups = |one, other| groups(one).all(|group| groups(other).any(|known| is_same(group, known)));
    has_groups(one, other) && has_groups(other, one)
}
