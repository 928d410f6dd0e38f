//! Which packets a condition matches.
//!
//! A condition compares what a packet has with values or sets. What it reads is a field, by which a class of packets can be split
//! (see [`Field`]), a value that all packets of the class have, such as the protocol or the mark, or something that isn't
//! interpreted: then the packets may match and may not. A field of a header that the packets don't have never matches, not even
//! with `!=`.

use port_core::PortRange;
use port_data::Diagnostic;
use serde_json::Value;

use super::intervals::Intervals;
use super::packets::{Field, Maybe, Now, Packets, Tracking};
use super::ruleset::{Key, Ruleset, incomplete};
use super::statement::{display, is_catch_all, single, text, unwrapped};
use super::value::{IPV4, IPV6, Kind, interfaces, number, numbers};
use crate::audit::address_family::AddressFamily;
use crate::port_set::PortSet;
use crate::protocol::Protocol;

/// What all packets on a walk have in common.
#[derive(Clone, Copy)]
pub struct Common<'a> {
    /// The rules that they pass.
    pub ruleset: &'a Ruleset,
    /// Their family.
    pub family: AddressFamily,
    /// Their protocol.
    pub protocol: Protocol,
}

/// What a condition reads.
#[derive(Clone, Copy, Debug)]
enum Reads {
    /// The destination port.
    Port,
    /// A field by which packets differ.
    Field(Field, Kind),
    /// A value that all packets of the class have.
    Value(u128, Kind),
    /// Something that some packets to each port have and others don't.
    Varies,
    /// Something that the packets don't have.
    Absent,
    /// Something that isn't interpreted.
    Opaque,
}

/// The result of a condition.
#[derive(Debug, Default)]
pub struct Split {
    /// The packets that match.
    pub matched: Vec<Packets>,
    /// The packets that don't.
    pub others: Vec<Packets>,
    /// Whether the condition depends on something other than the port.
    pub is_limit: bool,
    /// Whether it isn't interpreted.
    pub is_opaque: bool,
}

impl Split {
    fn all(packets: Packets, is_matched: bool) -> Split {
        let (matched, others) = if is_matched { (vec![packets], Vec::new()) } else { (Vec::new(), vec![packets]) };
        Split { matched, others, ..Split::default() }
    }

    /// The packets may match.
    pub fn opaque(packets: Packets) -> Split {
        let packets = packets.doubted();
        Split { matched: vec![packets.clone()], others: vec![packets], is_limit: false, is_opaque: true }
    }

    /// Some of the packets match.
    pub fn some(packets: Packets) -> Split {
        Split { matched: vec![packets.clone()], others: vec![packets], is_limit: true, is_opaque: false }
    }

    fn pair((matched, others): (Option<Packets>, Option<Packets>), is_limit: bool) -> Split {
        Split {
            matched: matched.into_iter().collect(),
            others: others.into_iter().collect(),
            is_limit,
            is_opaque: false,
        }
    }

    fn negated(self) -> Split {
        Split { matched: self.others, others: self.matched, ..self }
    }
}

/// A comparison as people write it.
pub fn comparison(left: &Value, operator: &str, right: &Value) -> String {
    match operator {
        "==" | "in" => format!("{} {}", display(left), display(right)),
        operator => format!("{} {operator} {}", display(left), display(right)),
    }
}

impl<'a> Common<'a> {
    /// Splits packets by a `match` statement.
    pub fn condition(&self, chain: &Key, packets: Packets, condition: &Value) -> Result<Split, Diagnostic> {
        let part = |name| condition.get(name).unwrap_or(&Value::Null);
        self.compare(chain, packets, part("left"), text(condition, "op"), part("right"))
    }

    /// Splits packets by a comparison.
    pub fn compare(
        &self,
        chain: &Key,
        packets: Packets,
        left: &Value,
        operator: &str,
        right: &Value,
    ) -> Result<Split, Diagnostic> {
        if let Some(("&", operands)) = single(left) {
            return Ok(self.masked(chain, packets, operands, operator, right));
        }
        if let Some(columns) = left.get("concat").and_then(Value::as_array) {
            let columns: Vec<Reads> = columns.iter().map(|column| self.reads(chain, &packets, column)).collect();
            if columns.iter().any(|column| matches!(column, Reads::Absent)) {
                return Ok(Split::all(packets, false));
            }
            let mut all = Split { others: vec![packets], ..Split::default() };
            for element in self.elements(chain, right)? {
                all = all.or(|packets| Self::columns(packets, &columns, element));
            }
            if self.is_updated(chain, right) {
                all = all.or(Split::some);
            }
            return Ok(match operator {
                "==" | "in" => all,
                "!=" | "!" => all.negated(),
                _ => unreachable_operator(all),
            });
        }
        let reads = self.reads(chain, &packets, left);
        let kind = match reads {
            Reads::Absent => return Ok(Split::all(packets, false)),
            Reads::Opaque => return Ok(Split::opaque(packets)),
            Reads::Varies => return Ok(Split::some(packets)),
            Reads::Port => Kind::Number,
            Reads::Field(_, kind) | Reads::Value(_, kind) => kind,
        };
        // `tcp flags syn` asks for the bit, `tcp flags == syn` for no other one; sets hold exact values.
        if matches!(operator, "in" | "!") && kind.has_bits() && right.get("set").is_none() && !is_named_set(right) {
            let Some(bits) = number(kind, right) else { return Ok(Split::opaque(packets)) };
            let values = (0..1024).filter(|value| value & bits != 0).map(|value| (value, value)).collect();
            let split = split(packets, reads, &values);
            return Ok(if operator == "!" { split.negated() } else { split });
        }
        let bound = |make: &dyn Fn(u128) -> Intervals| number(kind, right).map(make);
        let values = match operator {
            "==" | "in" | "!=" | "!" => None,
            "<" => bound(&|bound| bound.checked_sub(1).map_or_else(Intervals::empty, |last| Intervals::range(0, last))),
            "<=" => bound(&|bound| Intervals::range(0, bound)),
            ">" => bound(&|bound| Intervals::range(bound.saturating_add(1), u128::MAX)),
            ">=" => bound(&|bound| Intervals::range(bound, u128::MAX)),
            _ => return Ok(Split::opaque(packets)),
        };
        if let Some(values) = values {
            return Ok(split(packets, reads, &values));
        }
        if !matches!(operator, "==" | "in" | "!=" | "!") {
            return Ok(Split::opaque(packets));
        }
        let mut values = Vec::new();
        let mut is_opaque = false;
        for element in self.elements(chain, right)? {
            if is_catch_all(unwrapped(element)) {
                values.push((0, u128::MAX));
                continue;
            }
            match numbers(kind, element) {
                Some(own) => values.extend(own.ranges()),
                None => is_opaque = true,
            }
        }
        let mut all = split(packets, reads, &values.into_iter().collect());
        if is_opaque {
            all = all.or(Split::opaque);
        }
        if self.is_updated(chain, right) {
            all = all.or(Split::some);
        }
        Ok(if matches!(operator, "!=" | "!") { all.negated() } else { all })
    }

    /// Splits packets by an element of a map or a set: whether its key fits.
    pub fn element(&self, chain: &Key, packets: Packets, key: &Value, element: &Value) -> Result<Split, Diagnostic> {
        if is_catch_all(unwrapped(element)) {
            // Packets without the header that the key is from don't get as far as the map.
            let columns = key.get("concat").and_then(Value::as_array).map_or(std::slice::from_ref(key), Vec::as_slice);
            let mut reads = columns.iter().map(|column| self.reads(chain, &packets, column));
            let is_absent = reads.any(|reads| matches!(reads, Reads::Absent));
            return Ok(Split::all(packets, !is_absent));
        }
        let one = Value::Array(vec![element.clone()]);
        let set = serde_json::json!({ "set": one });
        self.compare(chain, packets, key, "==", &set)
    }

    fn columns(packets: Packets, columns: &[Reads], element: &Value) -> Split {
        if is_catch_all(unwrapped(element)) {
            return Split::all(packets, true);
        }
        let Some(values) = unwrapped(element).get("concat").and_then(Value::as_array) else {
            return Split::opaque(packets);
        };
        if values.len() != columns.len() {
            return Split::opaque(packets);
        }
        let mut all = Split { matched: vec![packets], ..Split::default() };
        for (column, value) in columns.iter().zip(values) {
            all = all.and(|packets| {
                let kind = match column {
                    Reads::Port => Kind::Number,
                    Reads::Field(_, kind) | Reads::Value(_, kind) => *kind,
                    Reads::Varies => return Split::some(packets),
                    Reads::Absent | Reads::Opaque => return Split::opaque(packets),
                };
                match numbers(kind, value) {
                    Some(values) => split(packets, *column, &values),
                    None => Split::opaque(packets),
                }
            });
        }
        all
    }

    /// Splits packets by a comparison of some bits.
    fn masked(&self, chain: &Key, packets: Packets, operands: &Value, operator: &str, right: &Value) -> Split {
        let Some([left, mask]) = operands.as_array().map(Vec::as_slice) else { return Split::opaque(packets) };
        let reads = self.reads(chain, &packets, left);
        let kind = match reads {
            Reads::Absent => return Split::all(packets, false),
            Reads::Field(Field::Flags, kind) | Reads::Value(_, kind) => kind,
            Reads::Port => Kind::Number,
            Reads::Varies => return Split::some(packets),
            Reads::Field(..) | Reads::Opaque => return Split::opaque(packets),
        };
        // The right side may be a set.
        let values: Option<Vec<u128>> = match right.get("set").and_then(Value::as_array) {
            Some(elements) => elements.iter().map(|element| number(kind, unwrapped(element))).collect(),
            None => number(kind, right).map(|value| vec![value]),
        };
        let (Some(mask), Some(values)) = (number(kind, mask), values) else { return Split::opaque(packets) };
        let fits = |value: u128| {
            let bits = value & mask;
            match operator {
                "==" => values.contains(&bits),
                "!=" => !values.contains(&bits),
                "in" => values.iter().any(|value| bits & value != 0),
                _ => values.iter().all(|value| bits & value == 0),
            }
        };
        if !matches!(operator, "==" | "!=" | "in" | "!") {
            return Split::opaque(packets);
        }
        match reads {
            Reads::Value(value, _) => Split::all(packets, fits(value)),
            _ => {
                let fitting = (0..=u128::from(u16::MAX)).filter(|value| fits(*value)).map(|value| (value, value));
                split(packets, reads, &fitting.collect())
            }
        }
    }

    /// What the left side of a condition reads from these packets.
    fn reads(&self, chain: &Key, packets: &Packets, left: &Value) -> Reads {
        let Some((what, value)) = single(left) else { return Reads::Opaque };
        match what {
            "payload" => self.reads_payload(text(value, "protocol"), text(value, "field")),
            "meta" => match text(value, "key") {
                // There, it isn't the family of the packet.
                "nfproto" if chain.family == "netdev" => Reads::Opaque,
                "l4proto" => Reads::Value(self.protocol.number().into(), Kind::Protocol),
                "protocol" | "nfproto" => Reads::Value(self.family_number(), Kind::Family),
                "iif" | "iifname" => Reads::Field(Field::Interface, Kind::Interface),
                "mark" => packets.mark.map_or(Reads::Opaque, |mark| Reads::Value(mark, Kind::Number)),
                "hour" | "day" | "time" => Reads::Varies,
                _ => Reads::Opaque,
            },
            "ct" if value.get("dir").is_some() => Reads::Opaque,
            "ct" => Self::reads_tracking(packets, text(value, "key")),
            "tcp option" if self.protocol != Protocol::TCP => Reads::Absent,
            "ip option" if self.family != AddressFamily::Ipv4 => Reads::Absent,
            "exthdr" if self.family != AddressFamily::Ipv6 => Reads::Absent,
            "fib" => reads_route(packets, value),
            _ => Reads::Opaque,
        }
    }

    fn family_number(&self) -> u128 {
        if self.family == AddressFamily::Ipv4 { IPV4 } else { IPV6 }
    }

    fn reads_tracking(packets: &Packets, key: &str) -> Reads {
        let (new, untracked, invalid) = (8, 64, 1);
        match (key, packets.tracking) {
            (_, Tracking::Unknown) => Reads::Opaque,
            ("state", Tracking::New) => Reads::Value(new, Kind::State),
            ("state", Tracking::Untracked) => Reads::Value(untracked, Kind::State),
            ("state", Tracking::None) => Reads::Value(invalid, Kind::State),
            // There is no connection yet.
            (_, Tracking::None | Tracking::Untracked) => Reads::Absent,
            // The kernel sets further bits, which have no name and which no exact comparison can match.
            ("status", _) => match packets.is_translated {
                Maybe::Yes => Reads::Value(32 + 256, Kind::Status),
                Maybe::No => Reads::Value(256, Kind::Status),
                Maybe::Unknown => Reads::Opaque,
            },
            ("direction", _) => Reads::Value(0, Kind::Direction),
            _ => Reads::Opaque,
        }
    }

    fn reads_payload(&self, protocol: &str, field: &str) -> Reads {
        let is_ipv4 = self.family == AddressFamily::Ipv4;
        let own = u128::from(self.protocol.number());
        let has = match protocol {
            "th" | "ether" | "vlan" => true,
            "ip" => is_ipv4,
            "ip6" => !is_ipv4,
            // Bytes at an offset.
            "" => return Reads::Opaque,
            name => number(Kind::Protocol, &Value::from(name)) == Some(own),
        };
        match (protocol, field) {
            _ if !has => Reads::Absent,
            // Of other protocols, these are the bytes where TCP and UDP have their ports.
            ("th" | "tcp" | "udp", "dport") => Reads::Port,
            ("th" | "tcp" | "udp", "sport") => Reads::Field(Field::SourcePort, Kind::Number),
            ("tcp", "flags") => Reads::Field(Field::Flags, Kind::Flags),
            ("ip", "protocol") => Reads::Value(own, Kind::Protocol),
            ("ip", "version") => Reads::Value(4, Kind::Number),
            ("ip6", "version") => Reads::Value(6, Kind::Number),
            ("ip6", "nexthdr") => Reads::Field(Field::NextHeader, Kind::Protocol),
            ("ip" | "ip6", "saddr") => Reads::Field(Field::Source, Kind::Address),
            ("ip" | "ip6", "daddr") => Reads::Field(Field::Destination, Kind::Address),
            // Of ICMP, it is the echo request that can begin something.
            ("icmp", "type") => Reads::Value(8, Kind::Icmp),
            ("icmpv6", "type") => Reads::Value(128, Kind::Icmpv6),
            ("icmp" | "icmpv6", "code") => Reads::Value(0, Kind::Number),
            ("ether", "saddr") => Reads::Varies,
            _ => Reads::Opaque,
        }
    }

    /// Whether rules add elements to a named set: then it isn't known which sources are in it later.
    fn is_updated(&self, chain: &Key, set: &Value) -> bool {
        let name = set.as_str().and_then(|text| text.strip_prefix('@'));
        name.is_some_and(|name| self.ruleset.updated.contains(&chain.sibling(name)))
    }

    /// The elements of a named or anonymous set. A single value is a set of one.
    pub fn elements<'v>(&self, chain: &Key, value: &'v Value) -> Result<Vec<&'v Value>, Diagnostic>
    where
        'a: 'v,
    {
        if let Some(name) = value.as_str().and_then(|text| text.strip_prefix('@')) {
            let key = chain.sibling(name);
            let elements = self.ruleset.sets.get(&key);
            let elements = elements.ok_or_else(|| incomplete(format!("{chain}: set {key} is not listed")))?;
            return Ok(elements.iter().collect());
        }
        Ok(match value.get("set") {
            Some(Value::Array(elements)) => elements.iter().collect(),
            Some(element) => vec![element],
            None => vec![value],
        })
    }
}

impl Split {
    /// The packets that match this and then `condition`.
    pub fn and(self, condition: impl Fn(Packets) -> Split) -> Split {
        let mut all = Split { matched: Vec::new(), ..self };
        for packets in self.matched {
            let Split { matched, others, is_limit, is_opaque } = condition(packets);
            all.matched.extend(matched);
            all.others.extend(others);
            all.is_limit |= is_limit;
            all.is_opaque |= is_opaque;
        }
        all
    }

    /// The packets that match this or `condition`.
    fn or(self, condition: impl Fn(Packets) -> Split) -> Split {
        self.negated().and(|packets| condition(packets).negated()).negated()
    }
}

/// An operator that nft doesn't have for concatenations.
fn unreachable_operator(split: Split) -> Split {
    let mut all = Split { is_opaque: true, ..Split::default() };
    for packets in split.matched.into_iter().chain(split.others) {
        let packets = packets.doubted();
        all.matched.push(packets.clone());
        all.others.push(packets);
    }
    all
}

fn is_named_set(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.starts_with('@'))
}

/// What a condition reads from the routing table.
fn reads_route(packets: &Packets, fib: &Value) -> Reads {
    let flags = match fib.get("flags") {
        Some(Value::Array(flags)) => flags.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(flag)) => vec![flag.as_str()],
        _ => Vec::new(),
    };
    match (&flags[..], text(fib, "result")) {
        // The packets are for this machine, unless a rule sends them elsewhere.
        (["daddr"], "type") if packets.now(Field::Destination) == Now::Original => Reads::Value(2, Kind::AddressType),
        // Whether the way back is the way that the packet came: not so if the source is forged.
        (flags, "oif" | "oifname") if flags.contains(&"saddr") && flags.contains(&"iif") => Reads::Varies,
        _ => Reads::Opaque,
    }
}

/// Splits packets by whether the field has one of the values.
fn split(packets: Packets, reads: Reads, values: &Intervals) -> Split {
    match reads {
        Reads::Value(value, _) => Split::all(packets, values.contains(value)),
        Reads::Port => match packets.port {
            Now::Changed(port) => Split::all(packets, values.contains(port)),
            Now::Unknown => Split::opaque(packets),
            Now::Original => {
                let ports = values.ranges().filter_map(|(first, last)| {
                    // No peer connects to port 0.
                    let first = u16::try_from(first.max(1)).ok()?;
                    PortRange::new(first, u16::try_from(last).unwrap_or(u16::MAX))
                });
                let ports: PortSet = ports.collect();
                Split::pair(packets.split_ports(&ports), false)
            }
        },
        Reads::Field(field, _) => match packets.now(field) {
            Now::Changed(value) => Split::all(packets, values.contains(value)),
            Now::Unknown => Split::opaque(packets),
            Now::Original => {
                let is_limit = !values.contains_all(&default_values(field))
                    && values.and(&default_values(field)) != Intervals::empty();
                Split::pair(packets.split(field, values), is_limit)
            }
        },
        Reads::Varies => Split::some(packets),
        Reads::Absent => Split::all(packets, false),
        Reads::Opaque => Split::opaque(packets),
    }
}

/// The values that a field of a packet can have at all. A condition that asks for more isn't a limit.
fn default_values(field: Field) -> Intervals {
    let all = Intervals::range(0, u128::MAX);
    match field {
        Field::Interface => all.minus(&interfaces("lo")),
        Field::Source | Field::Destination | Field::NextHeader => all,
        Field::SourcePort => Intervals::range(0, u16::MAX.into()),
        Field::Flags => super::packets::flags_of_first_packets(),
    }
}
