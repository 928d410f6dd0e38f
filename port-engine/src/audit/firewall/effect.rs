//! What statements do to packets besides deciding about them: they change ports, addresses and marks.

use std::net::IpAddr;
use std::rc::Rc;

use serde_json::Value;

use super::first_packets::networks_of;
use super::intervals::Intervals;
use super::packets::{Field, Maybe, Now, Packets, Step, Tracking};
use super::passing::Passing;
use super::scope::HookPath;
use super::statement::{display, single, text};
use super::value::{Kind, address, number};
use super::walk::Walk;
use crate::audit::address_family::AddressFamily;
use crate::protocol::Protocol;

/// Connection tracking comes at this priority of prerouting.
pub const CONNTRACK: i64 = -200;

/// Targets of iptables that change nothing that rules ask about.
pub const HARMLESS_TARGETS: &[&str] = &[
    "LOG",
    "NFLOG",
    "TCPMSS",
    "CHECKSUM",
    "CLASSIFY",
    "DSCP",
    "TOS",
    "TTL",
    "HL",
    "ECN",
    "SECMARK",
    "CONNSECMARK",
    "AUDIT",
    "TRACE",
    "SET",
    "IDLETIMER",
    "LED",
    "RATEEST",
    "ULOG",
    "SNAT",
    "MASQUERADE",
    "TCPOPTSTRIP",
    "TEE",
];

impl Walk<'_> {
    /// Applies a statement that isn't a verdict; whether it ends the rule for all packets.
    pub fn statement(&mut self, passing: &mut Passing, kind: &str, value: &Value, part: &Value) -> bool {
        match kind {
            "counter" | "log" | "dup" | "flow" | "last" | "secmark" | "ct helper" | "ct timeout" | "ct expectation"
            | "comment" => {}
            "mangle" => self.mangle(passing, value, part),
            "notrack" => self.exempt(&mut passing.active, true),
            "redirect" | "dnat" => {
                self.translate(passing, kind, value, part);
                return true;
            }
            "snat" | "masquerade" => {
                let active = std::mem::take(&mut passing.active);
                self.accepted.extend(active);
                return true;
            }
            // It hands the packet to a local process, if there is one; the hooks that follow still decide.
            "tproxy" => passing.may_match(&display(part)),
            "queue" | "fwd" | "synproxy" => {
                passing.opaque.push(display(part));
                let active = std::mem::take(&mut passing.active);
                self.give_up(active);
                return true;
            }
            "xt" => return self.extension(passing, text(value, "type"), text(value, "name")),
            _ => {
                passing.may_match(&display(part));
                self.do_anything(passing);
            }
        }
        false
    }

    /// An extension that iptables-nft writes: nft lists its name without its contents.
    fn extension(&mut self, passing: &mut Passing, kind: &str, name: &str) -> bool {
        match (kind, name) {
            (_, "comment") => {}
            ("target", name) if HARMLESS_TARGETS.contains(&name) => {}
            ("target", "REJECT") => {
                let active = std::mem::take(&mut passing.active);
                self.drop(active);
                return true;
            }
            ("target", "MARK" | "CONNMARK") => {
                passing.active.iter_mut().for_each(|packets| packets.mark = None);
                passing.opaque.push(format!("the iptables target {name}"));
            }
            ("target", "NOTRACK") => self.exempt(&mut passing.active, true),
            ("target", "CT") => {
                self.exempt(&mut passing.active, false);
                passing.opaque.push(format!("the iptables target {name}"));
            }
            ("target", "DNAT" | "REDIRECT" | "NETMAP") => {
                passing.opaque.push(format!("the iptables target {name}"));
                let leaves = if name == "REDIRECT" { Maybe::No } else { Maybe::Unknown };
                for mut packets in std::mem::take(&mut passing.active) {
                    if !self.common.protocol.is_icmp() {
                        packets.set(Field::Port, None);
                    }
                    packets.set(Field::Destination, None);
                    packets.is_translated = Maybe::Unknown;
                    packets.leaves = leaves;
                    self.translated.push(packets);
                }
                return true;
            }
            ("target", name) => {
                passing.may_match(&format!("the iptables target {name}"));
                self.do_anything(passing);
            }
            (kind, name) => passing.may_match(&format!("the iptables {kind} {name}")),
        }
        false
    }

    /// Exempts packets from connection tracking, if it has not seen them yet.
    fn exempt(&self, active: &mut [Packets], is_sure: bool) {
        let is_early = self.hook.name == "ingress" || self.hook.name == "prerouting";
        for packets in active.iter_mut().filter(|packets| is_early && packets.tracking == Tracking::None) {
            packets.tracking = if is_sure { Tracking::Untracked } else { Tracking::Unknown };
        }
    }

    /// Keeps the packets that a `reject` is about: nft doesn't list the family or the protocol that it implies.
    pub fn keep_rejectable(&self, passing: &mut Passing, reject: &Value) {
        let is_ipv4 = self.common.family == AddressFamily::Ipv4;
        passing.keep_if(match text(reject, "type") {
            "icmp" => is_ipv4,
            "icmpv6" => !is_ipv4,
            "tcp reset" => self.common.protocol == Protocol::TCP,
            _ => true,
        });
    }

    /// Writes a value to a field of the packets.
    fn mangle(&mut self, passing: &mut Passing, mangle: &Value, part: &Value) {
        let value = mangle.get("value").unwrap_or(&Value::Null);
        let key = mangle.get("key").and_then(single);
        match key {
            Some(("meta", meta)) => {
                if text(meta, "key") != "mark" {
                    return;
                }
                let is_computed = is_computed(value);
                for packets in &mut passing.active {
                    packets.mark = computed(packets.mark, value);
                }
                // A map that has no element for the packet ends the rule.
                if !is_computed {
                    passing.may_match(&display(part));
                }
            }
            Some(("ct", _)) => {}
            Some(("payload", payload)) => self.mangle_payload(passing, payload, value, part),
            // A packet without the option may end the rule.
            Some(("tcp option", _)) => passing.may_match(&display(part)),
            _ => {
                passing.may_match(&display(part));
                self.do_anything(passing);
            }
        }
    }

    /// Writes a value to a field of a header.
    fn mangle_payload(&mut self, passing: &mut Passing, payload: &Value, value: &Value, part: &Value) {
        let is_ipv4 = self.common.family == AddressFamily::Ipv4;
        let (protocol, field) = (text(payload, "protocol"), text(payload, "field"));
        let own = u128::from(self.common.protocol.number());
        passing.keep_if(match protocol {
            "ip" => is_ipv4,
            "ip6" => !is_ipv4,
            "th" | "ether" | "vlan" | "" => true,
            name => number(Kind::Protocol, &Value::from(name)) == Some(own),
        });
        // Where others have their ports, other protocols have something else, such as a checksum. Nobody may take what is left.
        if protocol == "th" && !self.common.protocol.has_ports() {
            passing.may_match(&display(part));
            return self.do_anything(passing);
        }
        let kind = if matches!(field, "saddr" | "daddr") { Kind::Address } else { Kind::Number };
        let constant = number(kind, value);
        if constant.is_none() {
            passing.may_match(&display(part));
        }
        let is_icmp = self.common.protocol.is_icmp();
        let written = match (protocol, field) {
            // The type and the code of ICMP, in another numbering.
            ("th", "sport") if is_icmp => Field::Port,
            ("th", "dport") if is_icmp => Field::SourcePort,
            ("th" | "tcp" | "udp" | "sctp" | "dccp" | "udplite", "dport") => Field::Port,
            ("th" | "tcp" | "udp" | "sctp" | "dccp" | "udplite", "sport") => Field::SourcePort,
            ("ip" | "ip6", "saddr") => Field::Source,
            ("ip" | "ip6", "daddr") => Field::Destination,
            ("ip", "dscp" | "ttl" | "ecn" | "id" | "tos")
            | ("ip6", "dscp" | "hoplimit" | "flowlabel" | "ecn")
            | ("tcp", "window" | "sequence" | "ackseq" | "urgptr" | "checksum")
            | ("udp", "checksum")
            | ("ether" | "vlan", _) => return,
            _ => {
                passing.may_match(&display(part));
                return self.do_anything(passing);
            }
        };
        for packets in &mut passing.active {
            // Without the protocol, the checksum stays what it was, and is wrong for connection tracking.
            if protocol == "th" && packets.tracking == Tracking::None {
                packets.tracking = Tracking::Unknown;
            }
            packets.set(written, constant.filter(|_| !is_icmp || written != Field::Port));
            if written == Field::Destination {
                packets.leaves = constant.map_or(Maybe::Unknown, |address| self.leaves(address));
            }
        }
    }

    /// Whether packets to an address go to another machine.
    fn leaves(&self, target: u128) -> Maybe {
        if self.scope.destinations.is_empty() {
            return Maybe::Unknown;
        }
        let is_named = networks_of(self.common.family, &self.scope.destinations).contains(target);
        match (self.scope.path, is_named) {
            (HookPath::Input, true) => Maybe::No,
            (HookPath::Input, false) | (HookPath::Forward, true) => Maybe::Yes,
            // Another machine, or the one with the rules.
            (HookPath::Forward, false) => Maybe::Unknown,
        }
    }

    /// Translates the destination of packets.
    fn translate(&mut self, passing: &mut Passing, kind: &str, value: &Value, part: &Value) {
        let is_ipv4 = self.common.family == AddressFamily::Ipv4;
        passing.keep_if(match text(value, "family") {
            "ip" => is_ipv4,
            "ip6" => !is_ipv4,
            _ => true,
        });
        let new_port = match value.get("port") {
            None | Some(Value::Null) => Now::Original,
            Some(_) if self.common.protocol.is_icmp() => Now::Original,
            Some(written) => number(Kind::Number, written).map_or(Now::Unknown, Now::Changed),
        };
        let target = value.get("addr").map(|target| {
            let target = target.as_str().and_then(|text| text.parse::<IpAddr>().ok());
            target.map(address)
        });
        if new_port == Now::Unknown || target == Some(None) {
            passing.opaque.push(display(part));
        }
        let by = format!("{} ({})", passing.place(), display(part));
        for packets in std::mem::take(&mut passing.active) {
            let (same, others) = same_port(packets, new_port);
            for (mut packets, is_same) in
                [(same, true), (others, false)].into_iter().filter_map(|(packets, is_same)| Some((packets?, is_same)))
            {
                match new_port {
                    Now::Original => {}
                    Now::Changed(new) => packets.set(Field::Port, Some(new)),
                    Now::Unknown => packets.set(Field::Port, None),
                }
                // Connection tracking notes only what changes something.
                packets.is_translated = if is_same || new_port == Now::Unknown { Maybe::Unknown } else { Maybe::Yes };
                if let Some(target) = target {
                    packets.set(Field::Destination, target);
                    packets.leaves = target.map_or(Maybe::Unknown, |target| self.leaves(target));
                    if packets.leaves == Maybe::Yes {
                        packets.is_translated = Maybe::Yes;
                    }
                } else if kind == "redirect" {
                    // To an address of the machine itself.
                    packets.set(Field::Destination, None);
                    packets.leaves = Maybe::No;
                }
                let step = Step { text: by.clone(), is_policy: false, has_limit: false };
                Rc::make_mut(&mut packets.trail).push(step);
                self.translated.push(packets);
            }
        }
    }
}

/// The packets whose port doesn't change, and the others.
fn same_port(packets: Packets, port: Now) -> (Option<Packets>, Option<Packets>) {
    match (port, packets.now(Field::Port)) {
        (Now::Changed(port), Now::Original) => packets.split(Field::Port, &Intervals::one(port)),
        (Now::Changed(new), Now::Changed(own)) if new != own => (None, Some(packets)),
        _ => (Some(packets), None),
    }
}

/// Whether a value can be computed from constants and the mark.
fn is_computed(value: &Value) -> bool {
    number(Kind::Number, value).is_some() || operands(value).is_some()
}

/// An operator, the mark, and a constant.
fn operands(value: &Value) -> Option<(&str, u128)> {
    let (operator, operands) = single(value)?;
    let [mark, constant] = operands.as_array()?.as_slice() else { return None };
    let reads_mark = mark.pointer("/meta/key").and_then(Value::as_str) == Some("mark");
    let is_known = matches!(operator, "&" | "|" | "^");
    (reads_mark && is_known).then_some(())?;
    Some((operator, number(Kind::Number, constant)?))
}

/// The mark after a statement sets it.
fn computed(mark: Option<u128>, value: &Value) -> Option<u128> {
    if let Some(constant) = number(Kind::Number, value) {
        return Some(constant);
    }
    let (operator, constant) = operands(value)?;
    Some(match operator {
        "&" => mark? & constant,
        "|" => mark? | constant,
        _ => mark? ^ constant,
    })
}
