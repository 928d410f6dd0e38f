//! The conditions and statements of generated rules.

use crate::grammar::{Context, Grammar, Mode};
use crate::ruleset::{Item, Part};

impl Grammar {
    /// A condition.
    pub fn condition(&mut self, context: Context) -> Part {
        if self.mode == Mode::Wild && self.once_in(4) {
            return self.wild_condition(context);
        }
        match self.random.u32(0..16) {
            5 | 6 => self.address(),
            7 => self.interface(),
            8 | 9 => self.protocol(context),
            10 | 11 if context.hook != "ingress" => self.ct_state(),
            12 => self.tcp_flags(),
            13 => self.concatenation(),
            14 => self.icmp(),
            15 if context.hook != "ingress" => {
                self.uses("mark");
                Part::new(format!("meta mark {}{}", self.one(&["", "!= "]), self.one(&[0, 1, 7])))
            }
            _ => self.port_condition(),
        }
    }

    fn port_condition(&mut self) -> Part {
        let field = match (self.protocol, self.random.u32(0..4)) {
            ("tcp", 0) => "tcp sport",
            ("tcp", _) => "tcp dport",
            ("udp", 0) => "udp sport",
            ("udp", _) => "udp dport",
            ("sctp", 0) => "sctp sport",
            ("sctp", _) => "sctp dport",
            ("icmp", _) => return Part::new("counter"),
            _ => "th dport",
        };
        self.uses(field);
        if field.ends_with("sport") {
            let port = self.one(&[53, 123, 5000]);
            self.source_ports.insert(port);
            return Part::new(format!("{field} {}{port}", self.one(&["", "!= "])));
        }
        match self.random.u32(0..9) {
            0 | 1 => Part::new(format!("{field} {}", self.port())),
            2 => self.negated(|own| format!("{field} != {}", own.port())),
            3 => Part::new(format!("{field} {}", self.port_range())),
            4 => self.negated(|own| format!("{field} != {}", own.port_range())),
            5 => Part::with_set(field, self.port_elements()),
            6 => self.negated_set(field),
            7 => {
                self.uses("comparison");
                Part::new(format!("{field} {} {}", self.one(&["<", ">", "<=", ">="]), self.port().clamp(2, 65534)))
            }
            _ => self.named_port_set(field),
        }
    }

    fn negated(&mut self, text: impl Fn(&mut Grammar) -> String) -> Part {
        self.uses("negation");
        Part::new(text(self))
    }

    fn negated_set(&mut self, field: &str) -> Part {
        self.uses("negation");
        Part::with_set(format!("{field} !="), self.port_elements())
    }

    fn named_port_set(&mut self, field: &str) -> Part {
        self.uses("named set");
        let name = self.name("s");
        let elements = if self.once_in(4) { self.empty() } else { self.port_elements() };
        let properties = "type inet_service; flags interval;".to_string();
        self.sets.push(Item::Set { name: format!("set {name}"), properties, elements });
        Part::new(format!("{field} {}@{name}", self.one(&["", "", "!= "])))
    }

    fn empty(&mut self) -> Vec<String> {
        self.uses("empty set");
        Vec::new()
    }

    /// `ip saddr` or `ip6 saddr`, whichever the table can have, with addresses that fit it.
    fn address_field(&mut self) -> (&'static str, [&'static str; 2]) {
        const IPV4: (&str, [&str; 2]) = ("ip saddr", ["10.9.0.2", "192.0.2.0/24"]);
        const IPV6: (&str, [&str; 2]) = ("ip6 saddr", ["2001:db8:9::2", "2001:db8:5::/64"]);
        let choice = if self.is_ipv6 { IPV6 } else { IPV4 };
        self.uses(choice.0);
        choice
    }

    fn address(&mut self) -> Part {
        let (field, addresses) = self.address_field();
        match self.random.u32(0..4) {
            0 | 1 => Part::new(format!("{field} {}{}", self.one(&["", "", "!= "]), self.one(&addresses))),
            2 => Part::with_set(field, addresses.map(str::to_string).to_vec()),
            _ => Part::with_set(format!("{field} !="), addresses.map(str::to_string).to_vec()),
        }
    }

    /// A condition on the interface.
    pub fn interface(&mut self) -> Part {
        let field = self.one(&["iifname", "iif"]);
        self.uses(field);
        match self.random.u32(0..4) {
            0 | 1 => Part::new(format!(
                "{field} {}{}",
                self.one(&["", "!= "]),
                self.one(&["\"eth0\"", "\"eth1\"", "\"lo\""])
            )),
            2 => Part::with_set(field, vec!["\"eth0\"".to_string(), "\"eth1\"".to_string()]),
            _ => Part::new(format!("iifname {}", self.one(&["\"eth*\"", "\"mgmt*\"", "!= \"docker0\""]))),
        }
    }

    fn protocol(&mut self, context: Context) -> Part {
        let version = if self.is_ipv6 { "ipv6" } else { "ipv4" };
        let field = match (self.random.u32(0..4), context.family) {
            (0, "inet") => {
                self.uses("meta nfproto");
                return Part::new(format!("meta nfproto {version}"));
            }
            (1 | 2, _) if self.protocol == "any" => {
                if self.is_ipv6 {
                    "ip6 nexthdr"
                } else {
                    "ip protocol"
                }
            }
            _ => "meta l4proto",
        };
        self.uses(field);
        if self.protocol != "any" {
            // nft 1.0.6 takes a set here for a conflict with the header that the rule looks at.
            let name = if self.is_ipv6 && self.protocol == "icmp" { "ipv6-icmp" } else { self.protocol };
            return Part::new(format!("{field} {name}"));
        }
        match self.random.u32(0..4) {
            0 => Part::with_set(field, vec!["tcp".to_string(), "udp".to_string()]),
            1 => Part::with_set(format!("{field} !="), vec!["icmp".to_string(), "tcp".to_string()]),
            2 => Part::with_set(field, vec!["icmp".to_string(), "ipv6-icmp".to_string(), "esp".to_string()]),
            _ => Part::new(format!(
                "{field} {}{}",
                self.one(&["", "", "!= "]),
                self.one(&["tcp", "udp", "esp", "gre", "6", "sctp", "ospf", "132"])
            )),
        }
    }

    fn ct_state(&mut self) -> Part {
        self.uses("ct state");
        Part::new(format!(
            "ct state {}",
            self.one(&[
                "new",
                "new",
                "established,related",
                "established,related",
                "invalid",
                "untracked",
                "new,untracked",
                "!= new",
                "!= established",
                "!= invalid",
                "{ established, new }",
                "!= { established, related }",
            ])
        ))
    }

    fn tcp_flags(&mut self) -> Part {
        if self.protocol != "tcp" {
            return self.interface();
        }
        self.uses("tcp flags");
        Part::new(format!(
            "tcp flags {}",
            self.one(&[
                "& (fin | syn | rst | ack) == syn",
                "& (fin | syn | rst | ack) != syn",
                "& (syn | ack) == syn",
                "syn",
                "& (fin | syn | rst | psh | ack | urg) == 0x0",
                "& syn == syn",
                "& syn != syn",
                "== syn",
                "!= syn",
                "& (syn | rst) == syn | rst",
                "ack",
                "& ack == 0",
                "& (syn | ecn) == syn",
                "{ syn, syn | ack }",
            ])
        ))
    }

    fn concatenation(&mut self) -> Part {
        if self.protocol != "tcp" {
            return self.address();
        }
        self.uses("concatenation");
        let port = self.port();
        let other = self.port_range();
        let (field, addresses) = self.address_field();
        let (left, elements) = match self.random.u32(0..4) {
            0 => (
                format!("{field} . tcp dport"),
                [format!("{} . {port}", addresses[0]), format!("{} . {other}", addresses[1])],
            ),
            1 => ("meta l4proto . th dport".to_string(), [format!("tcp . {port}"), format!("udp . {other}")]),
            2 => ("iifname . tcp dport".to_string(), [format!("\"eth0\" . {port}"), format!("\"eth1\" . {port}")]),
            _ => (
                format!("{field} . meta l4proto . th dport"),
                [format!("{} . tcp . {port}", addresses[0]), format!("{} . udp . {other}", addresses[1])],
            ),
        };
        let negation = self.one(&["", "", " !="]);
        Part::with_set(format!("{left}{negation}"), elements.to_vec())
    }

    /// A statement that decides nothing by itself.
    pub fn statement(&mut self, context: Context) -> Part {
        if self.mode == Mode::Wild && self.once_in(3) {
            return self.wild_statement(context);
        }
        let statement = self.one(&[
            "counter",
            "log prefix \"x\"",
            "limit rate 1000000/second burst 10000 packets",
            "meta mark set 7",
        ]);
        self.uses(statement.split(' ').next().unwrap_or_default());
        Part::new(statement)
    }

    /// The verdict at the end of a rule.
    pub fn verdict(&mut self, context: Context, targets: &[String], parts: &mut Vec<Part>) {
        if context.is_raw && self.once_in(2) {
            self.uses("notrack");
            return parts.push(Part::new("notrack"));
        }
        let verdict = match self.random.u32(0..14) {
            10 | 11 if !targets.is_empty() => self.jump("jump", targets),
            12 if !targets.is_empty() => self.jump("goto", targets),
            5..=8 | 11 if !context.is_nat => "drop".to_string(),
            9 if context.hook == "input" => "reject".to_string(),
            13 | 10 => self.returning(),
            _ => "accept".to_string(),
        };
        parts.push(Part::new(verdict));
    }

    fn returning(&mut self) -> String {
        self.uses("return");
        "return".to_string()
    }

    fn jump(&mut self, word: &'static str, targets: &[String]) -> String {
        self.uses(word);
        format!("{word} {}", targets[self.random.usize(0..targets.len())])
    }

    /// A translation of the destination, with the condition that it needs.
    pub fn nat(&mut self, context: Context, parts: &mut Vec<Part>) {
        self.uses("dnat and redirect");
        // A port can be translated only if the rule is about a protocol with ports.
        let matched = self.port_range();
        parts.insert(0, Part::new(format!("{} dport {matched}", self.protocol)));
        let port = self.port();
        let (family, here, elsewhere) = match (context.family, !self.is_ipv6) {
            ("ip", _) => ("", "10.9.0.1", "10.9.1.2"),
            ("ip6", _) => ("", "[2001:db8:9::1]", "[2001:db8:9:1::2]"),
            (_, true) => ("ip ", "10.9.0.1", "10.9.1.2"),
            (_, false) => ("ip6 ", "[2001:db8:9::1]", "[2001:db8:9:1::2]"),
        };
        let plain = |address: &str| address.trim_matches(['[', ']']).to_string();
        parts.push(Part::new(match self.random.u32(0..7) {
            0 | 1 => format!("redirect to :{port}"),
            2 => "redirect".to_string(),
            3 => format!("dnat {family}to {here}:{port}"),
            4 => format!("dnat {family}to {}", plain(here)),
            5 => format!("dnat {family}to {elsewhere}:{port}"),
            _ => format!("dnat {family}to {}", plain(elsewhere)),
        }));
    }

    /// A verdict map, possibly with an element for all other keys.
    pub fn verdict_map(&mut self, context: Context, targets: &[String]) -> Part {
        self.uses("vmap");
        let deny = if context.is_nat { "return" } else { "drop" };
        let mut verdicts = vec!["accept".to_string(), deny.to_string(), "return".to_string(), "continue".to_string()];
        verdicts.extend(targets.iter().flat_map(|target| [format!("jump {target}"), format!("goto {target}")]));
        let (field, addresses) = self.address_field();
        let (key, values): (String, Vec<String>) = match self.random.u32(0..6) {
            0 | 1 if self.protocol != "icmp" => {
                (format!("{} dport", if self.protocol == "any" { "th" } else { self.protocol }), self.port_elements())
            }
            2 => ("iifname".to_string(), vec!["\"eth0\"".to_string(), "\"eth1\"".to_string()]),
            3 if self.protocol == "any" => {
                ("meta l4proto".to_string(), vec!["tcp".to_string(), "udp".to_string(), "esp".to_string()])
            }
            4 if context.hook != "ingress" => {
                ("ct state".to_string(), ["established", "new", "invalid", "untracked"].map(str::to_string).to_vec())
            }
            5 if self.protocol == "tcp" => (
                format!("{field} . tcp dport"),
                vec![
                    format!("{} . {}", addresses[0], self.port()),
                    format!("{} . {}", addresses[1], self.port_range()),
                ],
            ),
            _ => (field.to_string(), addresses.map(str::to_string).to_vec()),
        };
        let mut elements: Vec<String> = Vec::new();
        for value in values {
            if !self.once_in(4) || elements.is_empty() {
                elements.push(format!("{value} : {}", verdicts[self.random.usize(0..verdicts.len())]));
            }
        }
        if self.once_in(2) && key != "ct state" {
            self.uses("vmap catch-all");
            elements.push(format!("* : {}", verdicts[self.random.usize(0..verdicts.len())]));
        }
        Part::with_set(format!("{key} vmap"), elements)
    }
}
