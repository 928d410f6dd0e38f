//! What nft has and docs/audit.md does not list as interpreted: a port behind it must be unknown, never closed.

use crate::grammar::{Context, Grammar};
use crate::ruleset::Part;

impl Grammar {
    /// A condition that need not be interpreted.
    pub fn wild_condition(&mut self, context: Context) -> Part {
        self.uses("wild condition");
        let port = self.port();
        let mut choices: Vec<String> = [
            "meta length > 20",
            "meta pkttype host",
            "meta iiftype ether",
            "tcp option maxseg exists",
            "meta protocol ip",
            "meta protocol ip6",
            "quota over 1000 mbytes",
            "limit rate over 1000000/second burst 10000 packets",
            "tcp window 1024",
            "meta l4proto > 10",
        ]
        .map(str::to_string)
        .to_vec();
        choices.retain(|choice| self.protocol == "tcp" || !choice.starts_with("tcp"));
        choices.retain(|choice| choice != if self.is_ipv6 { "meta protocol ip" } else { "meta protocol ip6" });
        choices.push(format!("@th,16,16 {port}"));
        match self.protocol {
            "tcp" => choices.push(format!("tcp dport & 0xff == {}", port & 0xff)),
            "udp" => choices.extend(["udp length 12", "udp length != 12"].map(str::to_string)),
            _ => {}
        }
        if !self.is_ipv6 {
            let own = [
                "ip daddr 10.9.0.1",
                "ip daddr != 10.9.0.1",
                "ip ttl 64",
                "ip dscp cs0",
                "ip version 4",
                "ip frag-off & 0x1fff != 0",
                "ip saddr & 255.255.255.0 == 10.9.0.0",
                "ip length < 100",
            ];
            choices.extend(own.map(str::to_string));
        }
        if self.is_ipv6 {
            let own = [
                "ip6 daddr 2001:db8:9::1",
                "ip6 hoplimit 64",
                "exthdr dst exists",
                "exthdr frag exists",
                "ip6 length > 0",
            ];
            choices.extend(own.map(str::to_string));
        }
        if context.hook != "ingress" {
            let own = [
                "ct mark 0",
                "meta mark & 1 == 1",
                "ct direction original",
                "ct status dnat",
                "ct status != dnat",
                "ct status confirmed",
                "ct protocol tcp",
                "ct expiration 1s",
                "meta mark 1-7",
            ];
            choices.extend(own.map(str::to_string));
        }
        if context.hook == "prerouting" && context.family != "inet" || context.hook == "input" {
            choices.extend(
                ["fib daddr type local", "fib saddr . iif oif missing", "fib saddr type unicast"].map(str::to_string),
            );
        }
        Part::new(choices.swap_remove(self.random.usize(0..choices.len())))
    }

    /// A statement that need not be interpreted.
    pub fn wild_statement(&mut self, context: Context) -> Part {
        self.uses("wild statement");
        let port = self.port();
        let mut choices = vec![
            "meta priority set 1".to_string(),
            "meta nftrace set 0".to_string(),
            "meta mark set meta mark | 1".to_string(),
        ];
        match self.protocol {
            "tcp" => choices.extend([
                format!("tcp dport set {port}"),
                format!("meta mark set tcp dport map {{ {port} : 7 }}"),
                "tcp option maxseg size set 1000".to_string(),
            ]),
            "udp" => choices.push(format!("udp dport set {port}")),
            _ => choices.push(format!("th dport set {port}")),
        }
        if context.hook != "ingress" {
            choices.push("ct mark set 1".to_string());
        }
        if !self.is_ipv6 {
            choices.extend(["ip dscp set cs1", "ip ttl set 64"].map(str::to_string));
        }
        Part::new(choices.swap_remove(self.random.usize(0..choices.len())))
    }
}
