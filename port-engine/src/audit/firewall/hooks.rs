//! Walks packets through the hooks in kernel order, and reports what happens to each port.
//!
//! Packets from another machine pass ingress, then prerouting with connection tracking and the translation of destinations, and
//! then either input or, if a rule sends them to another machine, forward and postrouting.

use port_data::Diagnostic;

use super::effect::CONNTRACK;
use super::icmp;
use super::join::join;
use super::outcome::{self, Outcome};
use super::packets::{Field, Maybe, Packets, Tracking};
use super::ruleset::{Hook, Key, Ruleset};
use super::scope::Scope;
use super::subject::Common;
use super::value::interfaces;
use super::walk::{MAX_CALLS, Walk};
use crate::audit::address_family::AddressFamily;
use crate::protocol::Protocol;

/// All chains that translate destinations are called at this priority of prerouting, in the order of their own priorities.
const DESTINATION_NAT: i64 = -100;

/// The same for sources, at input and at postrouting.
const SOURCE_NAT: i64 = 100;

/// Walks the first packets of a family and a protocol through all base chains for incoming packets.
///
/// # Errors
///
/// A chain or a set that isn't in the ruleset, and chains that call each other endlessly.
pub fn walk(
    ruleset: &Ruleset,
    family: AddressFamily,
    protocol: Protocol,
    scope: &Scope,
) -> Result<Outcome, Diagnostic> {
    walk_within(ruleset, family, protocol, scope, MAX_CALLS)
}

/// The same with a maximum number of chain calls.
pub fn walk_within(
    ruleset: &Ruleset,
    family: AddressFamily,
    protocol: Protocol,
    scope: &Scope,
    max_calls: usize,
) -> Result<Outcome, Diagnostic> {
    let mut walk = Walk::new(Common { ruleset, family, protocol }, scope, max_calls);
    let all = walk.chains("ingress", Packets::all(family, protocol, scope))?;
    let all = walk.prerouting(all)?;
    let (mut here, mut elsewhere) = (Vec::new(), Vec::new());
    for packets in all.into_iter().filter(|packets| outcome::is_about(packets, family, scope)) {
        match packets.leaves {
            Maybe::No => here.push(packets),
            Maybe::Yes => elsewhere.push(packets),
            Maybe::Unknown => {
                here.push(packets.clone().doubted());
                elsewhere.push(packets.doubted());
            }
        }
    }
    let mut accepted = walk.chains("input", here)?;
    let elsewhere = walk.chains("forward", elsewhere)?;
    accepted.extend(walk.chains("postrouting", elsewhere)?);
    Ok(outcome::outcome(walk, &accepted))
}

impl Walk<'_> {
    /// Walks packets through all chains of a hook.
    fn chains(&mut self, name: &str, mut classes: Vec<Packets>) -> Result<Vec<Packets>, Diagnostic> {
        let hooked = self.common.ruleset.hooked(self.common.family, name);
        let (translating, filtering): (Vec<_>, Vec<_>) = hooked.into_iter().partition(|(_, hook)| hook.is_nat);
        let mut translating = Some(translating);
        for (key, hook) in filtering {
            if hook.priority > SOURCE_NAT {
                classes = self.translating(translating.take().unwrap_or_default(), classes)?;
            }
            classes = self.passing(key, hook, classes)?;
        }
        self.translating(translating.take().unwrap_or_default(), classes)
    }

    fn prerouting(&mut self, mut classes: Vec<Packets>) -> Result<Vec<Packets>, Diagnostic> {
        let hooked = self.common.ruleset.hooked(self.common.family, "prerouting");
        let (mut translating, filtering): (Vec<_>, Vec<_>) = hooked.into_iter().partition(|(_, hook)| hook.is_nat);
        for (key, hook) in filtering {
            if hook.priority == CONNTRACK {
                self.report(format!("{key}: whether it is before or after connection tracking, at the same priority"));
                for packets in classes.iter_mut().filter(|packets| packets.tracking == Tracking::None) {
                    packets.tracking = Tracking::Unknown;
                }
            }
            if hook.priority > CONNTRACK {
                track(&self.common, &mut classes);
            }
            if hook.priority > DESTINATION_NAT {
                classes = self.translating(std::mem::take(&mut translating), classes)?;
            }
            if hook.priority == DESTINATION_NAT && !translating.is_empty() {
                self.report(format!("{key}: whether it is before or after the translation, at the same priority"));
                let classes_in_doubt: Vec<Packets> = classes.into_iter().map(Packets::doubted).collect();
                let before = self.passing(key, hook, classes_in_doubt.clone())?;
                classes = self.translating(translating.clone(), before)?;
                let after = self.translating(std::mem::take(&mut translating), classes_in_doubt)?;
                classes.extend(self.passing(key, hook, after)?);
                continue;
            }
            classes = self.passing(key, hook, classes)?;
        }
        track(&self.common, &mut classes);
        self.translating(translating, classes)
    }

    /// Walks packets through a base chain, except those that bypass it.
    fn passing(&mut self, key: &Key, hook: &Hook, classes: Vec<Packets>) -> Result<Vec<Packets>, Diagnostic> {
        let mut through = Vec::new();
        let mut past = Vec::new();
        let devices = hook.devices.iter().flat_map(|name| interfaces(name).ranges().collect::<Vec<_>>()).collect();
        for packets in classes {
            let (own, others) =
                if hook.devices.is_empty() { (Some(packets), None) } else { packets.split(Field::Interface, &devices) };
            past.extend(others);
            if hook.in_doubt {
                past.extend(own.clone().map(Packets::doubted));
                through.extend(own.map(Packets::doubted));
            } else {
                through.extend(own);
            }
        }
        if !through.is_empty() {
            past.extend(self.base_chain(key, hook, through)?);
        }
        join(&mut past);
        Ok(past)
    }

    /// Walks packets through the chains that translate, until one of them does. Untracked packets are not translated.
    fn translating(&mut self, chains: Vec<(&Key, &Hook)>, classes: Vec<Packets>) -> Result<Vec<Packets>, Diagnostic> {
        if chains.is_empty() {
            return Ok(classes);
        }
        let ruleset = self.common.ruleset;
        let has_effect = |(key, hook): &(&Key, &Hook)| !hook.accepts || !ruleset.chains[*key].rules.is_empty();
        let is_in_doubt = chains.iter().any(has_effect) && !ruleset.tracks(self.common.family);
        for (key, _) in chains.iter().filter(|chain| is_in_doubt && has_effect(chain)) {
            self.report(format!("{key}: whether connections are tracked, without which it isn't called"));
        }
        let (mut going, mut done) = (Vec::new(), Vec::new());
        for packets in classes {
            match packets.tracking {
                Tracking::Untracked | Tracking::Invalid | Tracking::Answer => done.push(packets),
                Tracking::None | Tracking::New if !is_in_doubt => going.push(packets),
                _ => {
                    let packets = packets.doubted();
                    done.push(packets.clone());
                    going.push(packets);
                }
            }
        }
        for (key, hook) in chains {
            going = self.passing(key, hook, going)?;
            done.append(&mut self.translated);
        }
        done.append(&mut going);
        join(&mut done);
        Ok(done)
    }
}

/// Connection tracking sees the packets. Behind a header that IPv6 allows before others, it looks at what follows.
fn track(common: &Common, classes: &mut Vec<Packets>) {
    let protocol = common.protocol;
    let mut tracked = Vec::with_capacity(classes.len());
    for packets in classes.drain(..) {
        if packets.tracking == Tracking::None && protocol.is_icmp() {
            tracked.extend(icmp::tracked(protocol, packets));
        } else if packets.tracking == Tracking::None {
            let tracking = if common.is_skipped() { Tracking::Unknown } else { Tracking::New };
            tracked.push(Packets { tracking, ..packets });
        } else {
            tracked.push(packets);
        }
    }
    *classes = tracked;
}
