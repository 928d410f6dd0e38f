//! What iptables has and docs/audit.md does not list as interpreted: a port behind it must be unknown, never closed.

use crate::iptables::{Context, Grammar};

impl Grammar {
    /// A condition that need not be interpreted.
    pub fn wild_condition(&mut self, context: Context, protocol: &str) -> String {
        let mut choices = vec![
            "-m pkttype --pkt-type unicast",
            "-m pkttype ! --pkt-type unicast",
            "-m statistic --mode random --probability 1.0",
            "-m length --length 20:2000",
            "-m length ! --length 20:2000",
            "-m connmark --mark 0x0",
            "-m connmark ! --mark 0x0",
            "-m conntrack --ctdir ORIGINAL",
            "-m conntrack --ctdir REPLY",
            "-m conntrack --ctstatus CONFIRMED",
            "-m conntrack ! --ctstatus ASSURED",
            "-m conntrack --ctstate NEW --ctproto 6",
            "-m conntrack --ctstate UNTRACKED,INVALID --ctproto 6",
            "-m conntrack --ctorigdstport 25",
            "-m recent --rcheck --name nobody --rsource",
            "-m recent ! --rcheck --name nobody --rsource",
            "-m dscp --dscp 0x00",
            "-m dscp ! --dscp 0x00",
            "-m string --string \"-j\" --algo bm",
            "-m string ! --string \"-j\" --algo bm",
            "-m u32 --u32 \"0x0>>0x1c=0x4\"",
            "-m helper --helper ftp",
        ];
        if protocol == "tcp" {
            choices.extend(["-m tcp --tcp-option 2", "-m tcp ! --tcp-option 2", "-m tcpmss ! --mss 1:500"]);
        }
        if self.is_ipv6 {
            choices.extend(["-m hl --hl-eq 64", "-m hl ! --hl-eq 64", "-m addrtype --dst-type UNICAST"]);
            choices.extend(["-m addrtype ! --dst-type UNICAST", "-s 2001::1/ffff::ffff", "! -s 2001::1/ffff::ffff"]);
            choices.extend(["-m ipv6header --header dst --soft", "-m ipv6header ! --header dst --soft"]);
        } else {
            choices.extend([
                "-m ttl --ttl-eq 64",
                "-m ttl ! --ttl-eq 64",
                "-s 10.9.0.2/255.0.255.255",
                "! -s 10.9.0.2/255.0.0.255",
            ]);
        }
        if context.hook != "POSTROUTING" {
            choices.extend(["-m addrtype --src-type UNICAST", "-m addrtype ! --src-type LOCAL"]);
        }
        if context.hook == "INPUT" {
            choices.extend(["-m socket --nowildcard", "-m addrtype --dst-type LOCAL --limit-iface-in"]);
        }
        self.one(&choices).to_string()
    }

    /// A target that need not be interpreted.
    pub fn wild_target(&mut self, context: Context) -> String {
        let port = self.port();
        let choices: &[&str] = match (context.table, context.hook) {
            ("raw", _) => &["-j CT --zone 5", "-j TRACE", "-j CT --ctevents new"],
            ("mangle", "PREROUTING") => &[
                "-j CONNMARK --restore-mark",
                "-j CONNMARK --save-mark",
                "-j CONNMARK --set-xmark 0x7/0xffffffff",
                "-j DSCP --set-dscp 0x10",
            ],
            ("filter", _) => {
                &["-j NFQUEUE --queue-num 9 --queue-bypass", "-j NFQUEUE --queue-num 9", "-j NFLOG --nflog-group 5"]
            }
            ("nat", _) => &["", "-j NETMAP"],
            _ => &["-j NFLOG --nflog-group 5", "-j CONNMARK --save-mark"],
        };
        match self.one(choices) {
            "-j NETMAP" if self.is_ipv6 => "-j NETMAP --to 2001:db8:9::/64".to_string(),
            "-j NETMAP" => "-j NETMAP --to 10.9.0.0/24".to_string(),
            "" => format!("-j REDIRECT --to-ports {port}-{}", port.saturating_add(3)),
            choice => choice.to_string(),
        }
    }
}
