//! Generates nft rulesets: tables, chains and sets. The conditions and statements of rules are in `rules.rs`.

use std::collections::BTreeSet;

use fastrand::Rng;

use crate::ruleset::{Item, Part, Rule, Ruleset, Table};

/// Which part of nft's language a ruleset uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Only what docs/audit.md lists as interpreted.
    Interpreted,
    /// Everything.
    Wild,
}

/// The ports that rules can name. Some are next to each other.
const PORTS: [u16; 12] = [22, 25, 26, 53, 80, 110, 443, 465, 587, 2525, 8080, 65535];

/// The place of a rule, which decides what the rule can contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    /// `ip`, `ip6`, `inet` or `netdev`
    pub family: &'static str,
    /// `ingress`, `prerouting`, `input`, `output`, `forward` or `postrouting`
    pub hook: &'static str,
    /// Whether the base chain has the type nat.
    pub is_nat: bool,
    /// Whether the base chain is before connection tracking.
    pub is_raw: bool,
}

/// What a ruleset is generated from.
pub struct Grammar {
    /// The only source of chance.
    pub random: Rng,
    /// Which part of the language to use.
    pub mode: Mode,
    /// What has been used so far.
    pub features: BTreeSet<&'static str>,
    /// The ports that this ruleset's rules can name.
    pub ports: Vec<u16>,
    /// The source ports that they name.
    pub source_ports: BTreeSet<u16>,
    /// Named sets and maps of the current table.
    pub sets: Vec<Item>,
    /// The protocol of the current rule: `tcp`, `udp`, `sctp`, `icmp`, or `any`. nft loads no rule that asks for two.
    pub protocol: &'static str,
    /// Whether the current rule is about IPv6. nft loads no rule that asks for both.
    pub is_ipv6: bool,
    names: usize,
}

/// The ruleset of a seed.
pub fn generate(seed: u64, mode: Mode) -> Ruleset {
    let mut random = Rng::with_seed(seed);
    let ports = random.choose_multiple(PORTS, 4);
    let mut grammar = Grammar {
        random,
        mode,
        features: BTreeSet::new(),
        ports,
        source_ports: BTreeSet::new(),
        sets: Vec::new(),
        protocol: "any",
        is_ipv6: false,
        names: 0,
    };
    let count = grammar.random.usize(1..=3);
    let tables = (0..count).map(|number| grammar.table(number)).collect();
    Ruleset {
        tables,
        features: grammar.features,
        ports: grammar.ports,
        source_ports: grammar.source_ports.into_iter().collect(),
    }
}

impl Grammar {
    /// True once in N times.
    pub fn once_in(&mut self, times: u32) -> bool {
        self.random.u32(0..times) == 0
    }

    /// One of several.
    pub fn one<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.random.usize(0..choices.len())]
    }

    /// Notes a feature.
    pub fn uses(&mut self, feature: &'static str) {
        self.features.insert(feature);
    }

    /// A name that is new in the ruleset.
    pub fn name(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    fn table(&mut self, number: usize) -> Table {
        let family = self.one(&["inet", "inet", "inet", "inet", "ip", "ip", "ip6", "netdev"]);
        let hooks: &[&str] = match family {
            "netdev" => &["ingress"],
            // nft 1.0.6 doesn't list the device of such a chain at ingress in JSON, so the packets that pass it aren't known.
            "inet" if self.mode == Mode::Interpreted => {
                &["input", "input", "input", "prerouting", "nat", "forward", "output"]
            }
            "inet" => &["input", "input", "input", "prerouting", "ingress", "nat", "forward", "output"],
            _ => &["input", "input", "input", "prerouting", "nat", "forward", "output", "postrouting"],
        };
        self.sets.clear();
        let mut chains = Vec::new();
        for _ in 0..self.random.usize(1..=3) {
            let hook = self.one(hooks);
            self.base_chain(family, hook, &mut chains);
        }
        let items = self.sets.drain(..).chain(chains).collect();
        Table { name: format!("{family} t{number}"), items }
    }

    /// A base chain, behind the chains to which it can jump.
    fn base_chain(&mut self, family: &'static str, hook: &'static str, chains: &mut Vec<Item>) {
        self.uses(hook);
        let is_nat = hook == "nat";
        let hook = if is_nat { "prerouting" } else { hook };
        let priority = match (is_nat, hook) {
            (true, _) => self.one(&["dstnat", "-100", "-99"]),
            (_, "ingress") => self.one(&["0", "filter", "10", "-500"]),
            (_, "prerouting") => self.one(&["raw", "-300", "mangle", "-150", "0", "filter", "10", "mangle + 5"]),
            (_, "postrouting" | "output" | "forward") => self.one(&["0", "filter", "10"]),
            _ => self.one(&["0", "filter", "10", "filter - 5", "security", "-150", "mangle"]),
        };
        let is_raw = hook == "prerouting" && matches!(priority, "raw" | "-300");
        let context = Context { family, hook, is_nat, is_raw };
        let policy = match hook {
            "input" | "forward" => self.one(&["drop", "drop", "accept"]),
            _ if is_nat => "accept",
            _ => self.one(&["accept", "accept", "accept", "accept", "drop"]),
        };
        let kind = if is_nat { "nat" } else { "filter" };
        let device =
            if hook == "ingress" { format!(" device \"{}\"", self.one(&["eth0", "eth1"])) } else { String::new() };
        let mut targets: Vec<String> = Vec::new();
        for _ in 0..self.random.usize(0..=2) {
            let name = self.name("c");
            let rules = self.rules(context, &targets);
            chains.push(Item::Chain { name: name.clone(), hook: String::new(), rules });
            targets.push(name);
        }
        let rules = self.rules(context, &targets);
        let hook = format!("type {kind} hook {hook}{device} priority {priority}; policy {policy};");
        chains.push(Item::Chain { name: self.name("base"), hook, rules });
    }

    fn rules(&mut self, context: Context, targets: &[String]) -> Vec<Rule> {
        (0..self.random.usize(1..=4)).map(|_| self.rule(context, targets)).collect()
    }

    fn rule(&mut self, context: Context, targets: &[String]) -> Rule {
        let mut parts = Vec::new();
        self.protocol = self.one(&["tcp", "tcp", "tcp", "udp", "sctp", "icmp", "icmp", "any", "any"]);
        self.is_ipv6 = match context.family {
            "ip" => false,
            "ip6" => true,
            _ => self.random.bool(),
        };
        if context.is_nat && self.once_in(2) {
            self.protocol = self.one(&["tcp", "udp"]);
            return self.nat_rule(context);
        }
        let count = self.one(&[0, 1, 1, 1, 1, 2, 2, 3]);
        for _ in 0..count {
            parts.push(self.condition(context));
            // With nothing between them, nft leaves a condition on the protocol out of the listing if the next one is about a port.
            // The counter is a part of the condition, so that a ruleset doesn't lose it when it is made smaller.
            let is_joined = |text: &str| ["nexthdr", "protocol", "l4proto"].iter().any(|word| text.contains(word));
            match parts.last_mut() {
                Some(part) if is_joined(&part.text) && part.elements.is_empty() => part.text += " counter",
                Some(part) if is_joined(&part.text) => parts.push(Part::new("counter")),
                _ => {}
            }
        }
        if self.once_in(5) {
            parts.push(self.statement(context));
        }
        match self.once_in(6) {
            true => parts.push(self.verdict_map(context, targets)),
            false => self.verdict(context, targets, &mut parts),
        }
        if self.once_in(8) && !parts.iter().any(|part| part.text.contains("vmap")) {
            self.uses("comment");
            parts.push(Part::new("comment \"a comment\""));
        }
        Rule { parts }
    }

    fn nat_rule(&mut self, context: Context) -> Rule {
        let mut parts = Vec::new();
        if self.once_in(3) {
            parts.push(self.condition(context));
        }
        self.nat(context, &mut parts);
        Rule { parts }
    }

    /// A port that rules can name.
    pub fn port(&mut self) -> u16 {
        let ports = self.ports.clone();
        self.one(&ports)
    }

    /// A range of two of these ports.
    pub fn port_range(&mut self) -> String {
        let (one, other) = (self.port(), self.port());
        match one.cmp(&other) {
            std::cmp::Ordering::Less => format!("{one}-{other}"),
            std::cmp::Ordering::Greater => format!("{other}-{one}"),
            std::cmp::Ordering::Equal => one.to_string(),
        }
    }

    /// Ports of a set that do not overlap: single ones, and possibly a range.
    pub fn port_elements(&mut self) -> Vec<String> {
        let mut ports = self.ports.clone();
        ports.sort_unstable();
        if self.once_in(3) {
            self.uses("interval");
            return vec![format!("{}-{}", ports[0], ports[1]), ports[3].to_string()];
        }
        let count = self.random.usize(1..=3);
        self.random.choose_multiple(ports, count).iter().map(u16::to_string).collect()
    }
}
