//! The conditions and targets of generated rules of iptables.

use crate::grammar::Mode;
use crate::iptables::{Context, Grammar};

impl Grammar {
    /// A rule, behind `-A CHAIN`.
    pub fn rule(&mut self, context: Context, targets: &[String]) -> String {
        let is_nat = context.table == "nat";
        let protocol = match is_nat {
            true => self.one(&["tcp", "tcp", "udp"]),
            false => self.one(&["tcp", "tcp", "tcp", "udp", "udp", "sctp", "icmp", "icmp", "other", "", ""]),
        };
        let mut words = self.protocol(protocol);
        for _ in 0..self.one(&[0, 1, 1, 1, 2]) {
            let condition = match self.mode == Mode::Wild && self.once_in(4) {
                true => self.wild_condition(context, protocol),
                false => self.condition(context, protocol),
            };
            // An option without a module can be given once.
            let option = condition.trim_start_matches("! ").split(' ').next().unwrap_or_default().to_string();
            if option == "-m" || !words.iter().any(|word| word.contains(&format!("{option} "))) {
                words.push(condition);
            }
        }
        words.push(self.target(context, targets, protocol));
        words.retain(|word| !word.is_empty());
        words.join(" ")
    }

    fn protocol(&mut self, protocol: &str) -> Vec<String> {
        let icmp = if self.is_ipv6 { "ipv6-icmp" } else { "icmp" };
        let choice = match protocol {
            "" => self.one(&["", "", "-p all"]).to_string(),
            "other" => self
                .one(&[
                    "-p esp",
                    "-p gre",
                    "-p 50",
                    "-p 89",
                    "! -p ospf",
                    "! -p sctp",
                    "! -p tcp",
                    "! -p udp",
                    "! -p esp",
                ])
                .to_string(),
            "icmp" => return vec![format!("-p {icmp}"), self.icmp_type()],
            own => return vec![format!("-p {own}"), self.ports_of(own)],
        };
        vec![choice]
    }

    fn icmp_type(&mut self) -> String {
        if self.is_ipv6 {
            return self
                .one(&[
                    "",
                    "-m icmp6 --icmpv6-type 128",
                    "-m icmp6 ! --icmpv6-type 128",
                    "-m icmp6 --icmpv6-type 1/2",
                    "-m icmp6 --icmpv6-type 135",
                    "-m icmp6 ! --icmpv6-type 139/0",
                ])
                .to_string();
        }
        let types = [
            "",
            "-m icmp --icmp-type 8",
            "-m icmp ! --icmp-type 8",
            "-m icmp --icmp-type 8/0",
            "-m icmp --icmp-type 3/1",
            "-m icmp --icmp-type 13",
            "-m icmp ! --icmp-type 13/0",
            "-m icmp ! --icmp-type 8/1",
            "-m icmp --icmp-type any",
        ];
        self.one(&types).to_string()
    }

    /// Conditions about the ports or the flags of TCP or UDP.
    fn ports_of(&mut self, protocol: &str) -> String {
        let (port, other) = (self.port(), self.port());
        // A range of one port is not accepted.
        let (low, high) = (port.min(other), if port == other { port.saturating_add(1) } else { port.max(other) });
        let low = if low == high { low - 1 } else { low };
        let source = self.one(&[53, 123, 5000]);
        let negation = self.one(&["", "", "! "]);
        let (text, names_source) = match self.random.u8(0..14) {
            0..=3 => (format!("-m {protocol} {negation}--dport {port}"), false),
            4 => (format!("-m {protocol} {negation}--dport {low}:{high}"), false),
            5 => (format!("-m {protocol} {negation}--sport {source}"), true),
            6 => (format!("-m {protocol} {negation}--sport {source} --dport {port}"), true),
            7 | 8 => (format!("-m multiport {negation}--dports {port},{other}"), false),
            9 => (format!("-m multiport {negation}--dports 9,{low}:{high}"), false),
            10 => (format!("-m multiport {negation}--sports {source},9"), true),
            11 => (format!("-m multiport {negation}--ports {port},{source}"), true),
            12 if protocol == "tcp" => {
                let flags = self.one(&[
                    "FIN,SYN,RST,ACK SYN",
                    "SYN,ACK SYN",
                    "FIN,SYN,RST,PSH,ACK,URG NONE",
                    "SYN SYN",
                    "SYN,RST SYN,RST",
                    "ACK NONE",
                ]);
                (format!("-m tcp {negation}--tcp-flags {flags}"), false)
            }
            _ => (String::new(), false),
        };
        if names_source {
            self.source_ports.insert(source);
            // The other port of the condition is a source port too.
            let other = if text.contains("--ports") { Some(port) } else { text.contains("--sports").then_some(9) };
            self.source_ports.extend(other);
        }
        text
    }

    /// A condition that can follow any other.
    fn condition(&mut self, context: Context, protocol: &str) -> String {
        let negation = self.one(&["", "", "! "]);
        match self.random.u8(0..16) {
            0 | 1 => format!("{negation}-s {}", self.source()),
            2 => format!("{negation}-d {}", self.destination()),
            3 | 4 => format!("{negation}-i {}", self.one(&["eth0", "eth1", "eth+", "lo", "mgmt+", "docker0"])),
            5..=7 => self.states(negation),
            8 => self.address_kind(context, negation),
            9 | 10 => {
                format!("-m mark {negation}--mark {}", self.one(&["0x7", "0x0", "0x1/0x1", "0x2/0x7", "0x8/0xf8"]))
            }
            11 => self.range(negation),
            12 => self.rate(),
            13 => "-m recent --set --name seen --rsource".to_string(),
            14 => "-m comment --comment \"a \\\"b\\\" -j DROP\"".to_string(),
            _ if protocol == "tcp" => "-m tcp --syn".to_string(),
            _ => String::new(),
        }
        .replace("-i ", if context.hook == "POSTROUTING" { "-o " } else { "-i " })
    }

    /// Every combination of these has a source in `compare.rs`.
    fn source(&mut self) -> &'static str {
        let v4 = ["10.9.0.2/32", "192.0.2.0/24"];
        let v6 = ["2001:db8:9::2/128", "2001:db8:5::/64"];
        if self.is_ipv6 { self.one(&v6) } else { self.one(&v4) }
    }

    fn destination(&mut self) -> &'static str {
        let v4 = ["10.9.0.1/32", "10.9.1.1/32", "10.9.0.0/24", "10.9.1.2/32"];
        let v6 = ["2001:db8:9::1/128", "2001:db8:9:1::1/128", "2001:db8:9::/64", "2001:db8:9:1::2/128"];
        if self.is_ipv6 { self.one(&v6) } else { self.one(&v4) }
    }

    fn states(&mut self, negation: &str) -> String {
        let states = self.one(&[
            "NEW",
            "NEW",
            "RELATED,ESTABLISHED",
            "INVALID",
            "UNTRACKED",
            "NEW,UNTRACKED",
            "INVALID,NEW,RELATED,ESTABLISHED,UNTRACKED",
            "DNAT",
            "DNAT,UNTRACKED",
            "NEW,DNAT",
            "ESTABLISHED,DNAT",
            "SNAT",
        ]);
        match states.contains("NAT") || self.random.bool() {
            true => format!("-m conntrack {negation}--ctstate {states}"),
            false => format!("-m state {negation}--state {states}"),
        }
    }

    fn address_kind(&mut self, context: Context, negation: &str) -> String {
        // What another machine's address is depends on its routes.
        if matches!(context.hook, "FORWARD" | "POSTROUTING") {
            return String::new();
        }
        let kinds = if self.is_ipv6 { &["LOCAL"][..] } else { &["LOCAL", "LOCAL,BROADCAST", "UNICAST", "MULTICAST"] };
        format!("-m addrtype {negation}--dst-type {}", self.one(kinds))
    }

    fn range(&mut self, negation: &str) -> String {
        let v4 = ["10.9.0.2-10.9.0.2", "192.0.2.0-192.0.2.255"];
        let v6 = ["2001:db8:9::2-2001:db8:9::2", "2001:db8:5::-2001:db8:5::ffff:ffff:ffff:ffff"];
        format!("-m iprange {negation}--src-range {}", if self.is_ipv6 { self.one(&v6) } else { self.one(&v4) })
    }

    /// Rates that no probe exceeds.
    fn rate(&mut self) -> String {
        match self.random.u8(0..4) {
            // `limit` has at most 10,000 per second, which is less than the probes of a ruleset.
            0 | 1 => format!(
                "-m hashlimit --hashlimit-{} 1000000/sec --hashlimit-burst 1000000 --hashlimit-mode srcip --hashlimit-name {}",
                self.one(&["upto", "above"]),
                self.name(if self.is_ipv6 { "h6" } else { "h4" })
            ),
            2 => format!("-m connlimit --connlimit-{}", self.one(&["upto 60000", "above 60000", "above 0", "upto 0"])),
            _ => format!("-m quota {}--quota 4000000000", self.one(&["", "! "])),
        }
    }

    /// What a rule does with the packets that match.
    fn target(&mut self, context: Context, targets: &[String], protocol: &str) -> String {
        if !targets.is_empty() && self.once_in(4) {
            let target = &targets[self.random.usize(0..targets.len())];
            return format!("{} {target}", self.one(&["-j", "-j", "-g"]));
        }
        if self.mode == Mode::Wild && self.once_in(6) {
            return self.wild_target(context);
        }
        match (context.table, context.hook, self.random.u8(0..12)) {
            (_, _, 0) => self.one(&["", "-j RETURN", "-j LOG --log-prefix \"x y\""]).to_string(),
            ("nat", ..) => self.translation(protocol),
            ("raw", _, 1..=5) => self.one(&["-j CT --notrack", "-j NOTRACK"]).to_string(),
            ("mangle", _, 1..=5) => {
                let marks =
                    ["--set-xmark 0x7/0xffffffff", "--set-mark 1", "--or-mark 0x8", "--and-mark 0x3", "--xor-mark 0x2"];
                format!("-j MARK {}", self.one(&marks))
            }
            ("filter", "INPUT", 1) if protocol == "tcp" => "-j REJECT --reject-with tcp-reset".to_string(),
            ("filter", "INPUT", 2) => "-j REJECT".to_string(),
            (_, _, 3..=6) => "-j DROP".to_string(),
            _ => "-j ACCEPT".to_string(),
        }
    }

    fn translation(&mut self, protocol: &str) -> String {
        let (here, elsewhere, far) = match self.is_ipv6 {
            false => ("10.9.0.1", "10.9.1.2", "10.9.0.1"),
            true => ("2001:db8:9::1", "2001:db8:9:1::2", "[2001:db8:9::1]"),
        };
        let bracketed = if self.is_ipv6 { format!("[{elsewhere}]") } else { elsewhere.to_string() };
        let port = self.port();
        assert!(matches!(protocol, "tcp" | "udp"), "only ports are translated");
        match self.random.u8(0..7) {
            0 | 1 => format!("-j REDIRECT --to-ports {port}"),
            2 => "-j REDIRECT".to_string(),
            3 => format!("-j DNAT --to-destination {far}:{port}"),
            4 => format!("-j DNAT --to-destination {here}"),
            5 => format!("-j DNAT --to-destination {bracketed}:{port}"),
            _ => "-j ACCEPT".to_string(),
        }
    }
}
