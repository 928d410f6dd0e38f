//! Generates rulesets of iptables-restore, for both families. The conditions and targets of rules are in `iptables_rules.rs`.

use std::collections::BTreeSet;

use fastrand::Rng;

use crate::grammar::Mode;

/// A ruleset of each family, as lines for `iptables-restore` and for `ip6tables-restore`.
#[derive(Clone, Debug)]
pub struct IptablesRuleset {
    /// The lines for IPv4 and for IPv6.
    pub lines: [Vec<String>; 2],
    /// The ports that its rules name.
    pub ports: Vec<u16>,
    /// The source ports that its rules name.
    pub source_ports: Vec<u16>,
}

impl IptablesRuleset {
    /// The text for a family.
    pub fn text(&self, is_ipv6: bool) -> String {
        self.lines[usize::from(is_ipv6)].iter().map(|line| format!("{line}\n")).collect()
    }

    /// Whether iptables-nft 1.8.9 saves another rule than it loads: of two conditions about the flags of TCP, it prints one.
    pub fn is_saved_wrongly_by_nft(&self) -> bool {
        let conditions = |line: &String| line.matches("--tcp-flags").count() + line.matches("--syn").count();
        self.lines.iter().flatten().any(|line| conditions(line) > 1)
    }

    /// The positions of the rules of a family.
    pub fn rules(&self, is_ipv6: bool) -> Vec<usize> {
        let lines = self.lines[usize::from(is_ipv6)].iter().enumerate();
        lines.filter(|(_, line)| line.starts_with("-A ")).map(|(position, _)| position).collect()
    }
}

/// The ports that rules can name. Some are next to each other.
const PORTS: [u16; 10] = [22, 25, 26, 53, 80, 443, 587, 2525, 8080, 65535];

/// The place of a rule, which decides what the rule can contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    /// `raw`, `mangle`, `nat`, `filter` or `security`
    pub table: &'static str,
    /// `PREROUTING`, `INPUT`, `FORWARD` or `POSTROUTING`: the built-in chain from which packets come
    pub hook: &'static str,
}

/// What a ruleset is generated from.
pub struct Grammar {
    /// The only source of chance.
    pub random: Rng,
    /// Which part of the language to use.
    pub mode: Mode,
    /// The ports that this ruleset's rules can name.
    pub ports: Vec<u16>,
    /// The source ports that they name.
    pub source_ports: BTreeSet<u16>,
    /// Whether the rules are for ip6tables.
    pub is_ipv6: bool,
    names: usize,
}

/// The rulesets of a seed.
pub fn generate(seed: u64, mode: Mode) -> IptablesRuleset {
    let mut random = Rng::with_seed(seed);
    let ports = random.choose_multiple(PORTS, 4);
    let mut grammar =
        Grammar { random, mode, ports: ports.clone(), source_ports: BTreeSet::new(), is_ipv6: false, names: 0 };
    let v4 = grammar.tables();
    grammar.is_ipv6 = true;
    let v6 = grammar.tables();
    IptablesRuleset { lines: [v4, v6], ports, source_ports: grammar.source_ports.into_iter().collect() }
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

    /// A name that is new in the ruleset.
    pub fn name(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    /// A port that rules can name.
    pub fn port(&mut self) -> u16 {
        let ports = self.ports.clone();
        self.one(&ports)
    }

    /// Every table, so that a load replaces what was loaded before.
    fn tables(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        let built_in: [(&str, &[(&str, u32)]); 5] = [
            ("raw", &[("PREROUTING", 3), ("OUTPUT", 0)]),
            ("mangle", &[("PREROUTING", 3), ("INPUT", 4), ("FORWARD", 6), ("OUTPUT", 0), ("POSTROUTING", 6)]),
            ("nat", &[("PREROUTING", 2), ("INPUT", 0), ("OUTPUT", 0), ("POSTROUTING", 0)]),
            ("filter", &[("INPUT", 1), ("FORWARD", 3), ("OUTPUT", 0)]),
            ("security", &[("INPUT", 5), ("FORWARD", 0), ("OUTPUT", 0)]),
        ];
        for (table, chains) in built_in {
            self.table(table, chains, &mut lines);
        }
        lines
    }

    /// A table with rules in its chains: once in as many times as the number next to a chain, never if it is 0.
    fn table(&mut self, table: &'static str, chains: &[(&'static str, u32)], lines: &mut Vec<String>) {
        let mut own = Vec::new();
        let mut rules = Vec::new();
        for (chain, times) in chains {
            let has_rules = *times > 0 && self.once_in(*times);
            let policy = match (table, *chain) {
                ("filter", "INPUT") => self.one(&["DROP", "DROP", "ACCEPT"]),
                ("nat", _) => "ACCEPT",
                _ if has_rules => self.one(&["ACCEPT", "ACCEPT", "ACCEPT", "ACCEPT", "DROP"]),
                _ => "ACCEPT",
            };
            own.push(format!(":{chain} {policy} [0:0]"));
            if !has_rules {
                continue;
            }
            let context = Context { table, hook: chain };
            // Each chain can call those before it.
            let mut targets = Vec::new();
            for _ in 0..self.one(&[0, 0, 1, 2, 3]) {
                let name = self.name("user-");
                own.push(format!(":{name} - [0:0]"));
                self.rules(context, &name, &targets, &mut rules);
                targets.push(name);
            }
            self.rules(context, chain, &targets, &mut rules);
        }
        lines.push(format!("*{table}"));
        lines.append(&mut own);
        lines.append(&mut rules);
        lines.push("COMMIT".to_string());
    }

    fn rules(&mut self, context: Context, chain: &str, targets: &[String], lines: &mut Vec<String>) {
        for _ in 0..self.random.usize(1..=4) {
            let rule = self.rule(context, targets);
            lines.push(format!("-A {chain} {rule}"));
        }
    }
}
