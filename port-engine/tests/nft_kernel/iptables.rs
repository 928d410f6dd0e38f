//! Generates rulesets of iptables-restore, for both families.

use fastrand::Rng;

/// A ruleset of each family.
pub struct IptablesRuleset {
    /// For `iptables-restore`.
    pub v4: String,
    /// For `ip6tables-restore`.
    pub v6: String,
    /// The ports that its rules name.
    pub ports: Vec<u16>,
}

/// The rulesets of a seed.
pub fn generate(seed: u64) -> IptablesRuleset {
    let mut random = Rng::with_seed(seed);
    let ports = random.choose_multiple([22, 25, 53, 80, 443, 587, 2525, 8080], 4);
    let mut text = |is_ipv6| Grammar { random: &mut random, ports: &ports, is_ipv6 }.text();
    IptablesRuleset { v4: text(false), v6: text(true), ports }
}

struct Grammar<'a> {
    random: &'a mut Rng,
    ports: &'a [u16],
    is_ipv6: bool,
}

impl Grammar<'_> {
    fn text(&mut self) -> String {
        let policy = self.one(&["DROP", "DROP", "ACCEPT"]);
        let filter = format!(
            "*filter\n:INPUT {policy} [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:user-a - [0:0]\n:user-b - [0:0]\n{}{}{}COMMIT\n",
            self.rules("INPUT", &["ACCEPT", "DROP", "REJECT", "RETURN", "user-a", "user-b"]),
            self.rules("user-a", &["ACCEPT", "DROP", "RETURN", "user-b"]),
            self.rules("user-b", &["ACCEPT", "DROP", "RETURN"]),
        );
        let nat = format!(
            "*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n{}COMMIT\n",
            self.translations()
        );
        let raw = match self.random.u8(0..3) {
            0 => format!(
                "*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A PREROUTING {} -j CT --notrack\nCOMMIT\n",
                self.port_match()
            ),
            _ => "*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n".to_string(),
        };
        let mangle = match self.random.u8(0..4) {
            0 => format!(
                "*mangle\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n-A PREROUTING {} -j MARK --set-mark 7\nCOMMIT\n",
                self.port_match()
            ),
            _ => "*mangle\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\nCOMMIT\n".to_string(),
        };
        format!("{raw}{mangle}{nat}{filter}")
    }

    fn one<'t>(&mut self, choices: &[&'t str]) -> &'t str {
        choices[self.random.usize(0..choices.len())]
    }

    fn port(&mut self) -> u16 {
        self.ports[self.random.usize(0..self.ports.len())]
    }

    fn rules(&mut self, chain: &str, targets: &[&str]) -> String {
        let mut text = String::new();
        for _ in 0..self.random.usize(1..=5) {
            let matches: Vec<String> = (0..self.random.usize(0..=2)).map(|_| self.condition()).collect();
            let port = if self.random.bool() { format!(" {}", self.port_match()) } else { String::new() };
            let jump =
                if self.random.u8(0..10) == 0 { "-g user-b".to_string() } else { format!("-j {}", self.one(targets)) };
            let jump = if chain == "user-b" { jump.replace("-g user-b", "-j RETURN") } else { jump };
            text.push_str(&format!("-A {chain}{port} {} {jump}\n", matches.join(" ")));
        }
        text
    }

    fn port_match(&mut self) -> String {
        let protocol = self.one(&["tcp", "udp"]);
        let (port, other) = (self.port(), self.port());
        let other = if other == port { port + 1 } else { other };
        let (low, high) = (port.min(other), port.max(other));
        match self.random.u8(0..5) {
            0 => format!("-p {protocol} -m {protocol} --dport {port}"),
            1 => format!("-p {protocol} -m {protocol} --dport {low}:{high}"),
            2 => format!("-p {protocol} -m {protocol} ! --dport {port}"),
            3 => format!("-p {protocol} -m multiport --dports 9,{low}:{high}"),
            _ => format!("-p {protocol} -m multiport ! --dports {port},{other}"),
        }
    }

    /// A condition that can follow any other.
    fn condition(&mut self) -> String {
        let (address, subnet) = match self.is_ipv6 {
            false => ("10.9.0.2/32", "192.0.2.0/24"),
            true => ("2001:db8:9::2/128", "2001:db8:5::/64"),
        };
        match self.random.u8(0..7) {
            0 => {
                format!("-m conntrack --ctstate {}", self.one(&["NEW", "RELATED,ESTABLISHED", "INVALID", "UNTRACKED"]))
            }
            1 => format!("-m state --state {}", self.one(&["NEW", "ESTABLISHED"])),
            2 => "-m addrtype --dst-type LOCAL".to_string(),
            3 => format!("-m mark --mark {}", self.one(&["0x7", "0x0"])),
            4 => "-m limit --limit 10000/sec --limit-burst 10000".to_string(),
            5 => format!("-m comment --comment \"{address} {subnet}\""),
            _ => "-m pkttype --pkt-type unicast".to_string(),
        }
    }

    fn translations(&mut self) -> String {
        let (here, elsewhere) = match self.is_ipv6 {
            false => ("10.9.0.1", "10.9.1.2"),
            true => ("[2001:db8:9::1]", "[2001:db8:9:1::2]"),
        };
        let port = self.port();
        let target = match self.random.u8(0..4) {
            0 => format!("REDIRECT --to-ports {port}"),
            1 => format!("DNAT --to-destination {here}:{port}"),
            2 => format!("DNAT --to-destination {elsewhere}:{port}"),
            _ => return String::new(),
        };
        format!("-A PREROUTING -p tcp -m tcp --dport {} -j {target}\n", self.port())
    }
}
