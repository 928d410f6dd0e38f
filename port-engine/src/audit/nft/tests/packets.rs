//! Random rulesets, compared with packets that are sent through them one by one.

use std::path::Path;

use serde_json::{Value, json};

use super::*;
use crate::audit::firewall::{Scope, hooks};
use crate::audit::nft::parse;

/// Pseudo-random numbers, the same on every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u16) -> u16 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u16::try_from((self.0 >> 33) % u64::from(bound)).expect("it is below a port")
    }
}

#[derive(Clone, Copy, Debug)]
enum Asks {
    Ports(u16, u16),
    OtherPorts(u16, u16),
    /// That the packet comes from one of the two peers.
    Peer,
    /// A condition that cannot be interpreted; the number distinguishes such conditions.
    Opaque(u32),
    New,
    Established,
}

#[derive(Clone, Copy, Debug)]
enum Does {
    Accept,
    Drop,
    Return,
    Jump(usize),
    Goto(usize),
    Nothing,
}

/// Chains of rules; each may call later ones. The first is the hook for incoming packets.
type Chains = Vec<Vec<(Vec<Asks>, Does)>>;

/// The ports that the rules of [`Chains`] ask for, and one more.
const PORTS: u16 = 6;

const NAMES: [&str; 3] = ["input", "one", "two"];

fn chains(chance: &mut Chance, with_opaque: bool, with_peer: bool) -> Chains {
    let mut opaque = 0;
    let mut chains = Vec::new();
    for number in 0..NAMES.len() {
        let mut rules = Vec::new();
        for _ in 0..chance.below(5) {
            let asks = (0..chance.below(3)).map(|_| {
                let first = 1 + chance.below(5);
                let last = first + chance.below(3);
                match chance.below(if with_opaque { 10 } else { 8 }) {
                    5 if with_peer => Asks::Peer,
                    0..4 | 5 => Asks::Ports(first, last),
                    4 => Asks::OtherPorts(first, last),
                    6 => Asks::New,
                    7 => Asks::Established,
                    _ => {
                        opaque += 1;
                        Asks::Opaque(opaque - 1)
                    }
                }
            });
            let asks = asks.collect();
            let later = |chance: &mut Chance| (number + 1 + usize::from(chance.below(2))).min(NAMES.len() - 1);
            let does = match chance.below(8) {
                0..3 => Does::Accept,
                3 | 4 => Does::Drop,
                5 => Does::Return,
                6 if number + 1 < NAMES.len() => Does::Jump(later(chance)),
                7 if number + 1 < NAMES.len() => Does::Goto(later(chance)),
                _ => Does::Nothing,
            };
            rules.push((asks, does));
        }
        chains.push(rules);
    }
    chains
}

fn as_table(chains: &Chains, policy: &'static str) -> Table {
    let of = |rule: &(Vec<Asks>, Does)| {
        let (asks, does) = rule;
        let mut parts: Vec<Value> = asks
            .iter()
            .map(|asks| match *asks {
                Asks::Ports(first, last) => dport(&ports(first, last)),
                Asks::OtherPorts(first, last) => matches("!=", &payload("tcp", "dport"), &ports(first, last)),
                Asks::Peer => saddr("192.0.2.1"),
                Asks::Opaque(_) => opaque(),
                Asks::New => state(&json!("new")),
                Asks::Established => state(&json!("established")),
            })
            .collect();
        parts.push(match *does {
            Does::Accept => accept(),
            Does::Drop => drop(),
            Does::Return => json!({ "return": null }),
            Does::Jump(chain) => to("jump", NAMES[chain]),
            Does::Goto(chain) => to("goto", NAMES[chain]),
            Does::Nothing => json!({ "counter": null }),
        });
        Value::Array(parts)
    };
    let rules = |chain: usize| chains[chain].iter().map(of).collect::<Vec<_>>();
    Table { policy, ..Table::dropping(rules(0)) }.with("one", rules(1)).with("two", rules(2))
}

/// A packet, with a bit for each uninterpreted condition that it matches.
#[derive(Clone, Copy)]
struct OnePacket {
    port: u16,
    from_peer: bool,
    opaque: u32,
}

impl OnePacket {
    fn fits(self, asks: Asks) -> bool {
        match asks {
            Asks::Ports(first, last) => (first..=last).contains(&self.port),
            Asks::OtherPorts(first, last) => !(first..=last).contains(&self.port),
            Asks::Peer => self.from_peer,
            Asks::Opaque(number) => self.opaque & (1 << number) != 0,
            Asks::New => true,
            Asks::Established => false,
        }
    }

    /// Whether a chain accepts it, rule by rule; `None` if no rule decides.
    fn is_accepted(self, chains: &Chains, chain: usize) -> Option<bool> {
        for (asks, does) in &chains[chain] {
            if !asks.iter().all(|asks| self.fits(*asks)) {
                continue;
            }
            match *does {
                Does::Accept => return Some(true),
                Does::Drop => return Some(false),
                Does::Return => return None,
                Does::Jump(target) => {
                    if let Some(accepted) = self.is_accepted(chains, target) {
                        return Some(accepted);
                    }
                }
                Does::Goto(target) => return self.is_accepted(chains, target),
                Does::Nothing => {}
            }
        }
        None
    }
}

#[test]
fn the_outcome_agrees_with_packets_sent_one_by_one() {
    let mut chance = Chance(5);
    let mut met = [0; 4];
    for round in 0..1600 {
        let (with_opaque, with_peer) = (round % 2 == 0, round % 4 < 2);
        let chains = chains(&mut chance, with_opaque, with_peer);
        let policy = if round % 3 == 0 { "accept" } else { "drop" };
        let firewall = parse(Path::new("rules.json"), &as_table(&chains, policy).listing()).unwrap();
        let outcome = hooks::walk(&firewall.ruleset, AddressFamily::Ipv4, Protocol::TCP, &Scope::default()).unwrap();
        let opaque = chains.iter().flatten().flat_map(|(asks, _)| asks).filter(|asks| matches!(asks, Asks::Opaque(_)));
        let opaque = opaque.count();
        if opaque > 6 {
            continue;
        }
        let state =
            |port| outcome.states.iter().find(|(_, ports)| ports.contains(port)).map(|(state, _)| *state).unwrap();
        for port in 1..=PORTS + 1 {
            let accepted: Vec<bool> = (0..1 << opaque)
                .flat_map(|opaque| [true, false].map(|from_peer| OnePacket { port, from_peer, opaque }))
                .map(|packet| packet.is_accepted(&chains, 0).unwrap_or(policy == "accept"))
                .collect();
            let grants: Vec<&str> = (outcome.grants.iter())
                .filter(|grant| grant.ports.contains(port) && !grant.is_loopback)
                .map(|grant| grant.evidence.as_str())
                .collect();
            let is_unlimited = |text: &&str| !text.contains(", only if ") && !text.contains(", except ");
            let context = format!("{port}: {grants:?} {accepted:?} {chains:?}");
            if grants.iter().any(is_unlimited) {
                met[0] += 1;
                assert!(!accepted.contains(&false), "{context}");
            } else if !grants.is_empty() {
                met[1] += 1;
                assert!(with_peer, "nothing limits it: {context}");
            } else if state(port) == State::Unknown {
                met[2] += 1;
                assert!(opaque > 0, "all can be interpreted: {context}");
            } else {
                met[3] += 1;
                assert!(!accepted.contains(&true), "{context}");
            }
            let accepted_from = |from_peer: bool| {
                let sent = (0..1 << opaque).map(|opaque| OnePacket { port, from_peer, opaque });
                let is_accepted = |packet: OnePacket| packet.is_accepted(&chains, 0).unwrap_or(policy == "accept");
                let accepted: Vec<bool> = sent.map(is_accepted).collect();
                (accepted.contains(&true), !accepted.contains(&false))
            };
            let [(may_peer, peer), (may_others, others)] = [accepted_from(true), accepted_from(false)];
            let expected = match () {
                () if others => State::Open,
                () if !may_peer && !may_others => State::NotOpen,
                () if peer && !may_others => State::Restricted,
                () => State::Unknown,
            };
            assert_eq!(state(port), expected, "{context}");
        }
    }
    assert!(met.iter().all(|times| *times > 150), "{met:?}");
}
