//! Translates the options of a rule that need no module, and those about the header of its protocol.

use std::net::IpAddr;

use port_data::{Code, Diagnostic};
use serde_json::{Value, json};

use super::alternatives::{Alternatives, equal, meta, payload};
use super::words::Opt;
use crate::audit::address_family::AddressFamily;
use crate::audit::codes;
use crate::audit::firewall::protocol_names::PROTOCOLS;
use crate::audit::firewall::subject::SKIPPED;

/// What the options of a rule refer to.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// The family of the rules.
    pub family: AddressFamily,
    /// The protocol that `-p` asks for.
    pub protocol: Option<u8>,
}

/// A part of a rule that iptables-save doesn't write.
pub fn invalid(code: Code, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(code, message).help("save the rules again")
}

/// Protocols whose ports are where those of TCP are.
const WITH_PORTS: &[u8] = &[6, 17, 33, 132, 136];

/// The most ports in a list of multiport.
const MAX_PORTS: usize = 15;

/// The most addresses of an option. iptables-save writes one.
const MAX_ADDRESSES: usize = 64;

/// The number of a protocol; 0 is all of them.
fn protocol(text: &str) -> Option<u8> {
    let text = text.to_ascii_lowercase();
    let named = || PROTOCOLS.iter().find(|(name, _)| *name == text).and_then(|(_, number)| u8::try_from(*number).ok());
    if text == "all" { Some(0) } else { text.parse().ok().or_else(named) }
}

/// The protocol that the options ask for, if they ask for one.
pub fn only_protocol(options: &[Opt]) -> Option<u8> {
    let own = options.iter().find(|option| option.name == "-p" && !option.is_negated)?;
    protocol(own.values.first()?).filter(|number| *number != 0)
}

/// Names an option that isn't interpreted.
pub fn opaque(option: &Opt) -> Alternatives {
    let negation = if option.is_negated { "! " } else { "" };
    Alternatives::opaque(&format!("{negation}{}", option.name), &option.values.join(" "))
}

/// Translates an option that needs no module.
pub fn generic(option: &Opt, context: Context) -> Result<Alternatives, Diagnostic> {
    let is_ipv4 = context.family == AddressFamily::Ipv4;
    let Some(value) = option.values.first() else {
        return match option.name {
            // Connection tracking assembles packets from their fragments.
            "-f" if is_ipv4 => Ok(Alternatives::constant(option.is_negated)),
            name => Err(invalid(codes::IPTABLES_INVALID_LINE, format!("{name} has no value"))),
        };
    };
    let address = |field| addresses(option, value, field, context.family);
    Ok(match option.name {
        "-s" => address("saddr")?,
        "-d" => address("daddr")?,
        "-i" => interface(option, value, "iifname"),
        "-o" => interface(option, value, "oifname"),
        "-p" => match protocol(value) {
            Some(0) => Alternatives::constant(!option.is_negated),
            Some(number) => {
                let own = equal(option.is_negated, meta("l4proto"), json!(number));
                let is_skipped = !is_ipv4 && SKIPPED.contains(&number);
                match own.and(&opaque(option)) {
                    // What such a packet carries decides.
                    Some(unclear) if is_skipped => unclear,
                    _ => own,
                }
            }
            None => opaque(option),
        },
        _ => opaque(option),
    })
}

/// Interfaces; `+` at the end abbreviates.
fn interface(option: &Opt, name: &str, key: &str) -> Alternatives {
    let pattern = match name.strip_suffix('+') {
        Some(start) => format!("{start}*"),
        None => match name.strip_suffix('*') {
            Some(start) => format!("{start}\\*"),
            None => name.to_string(),
        },
    };
    equal(option.is_negated, meta(key), json!(pattern))
}

/// Addresses, as `192.0.2.1`, `192.0.2.0/24`, or with a mask.
fn addresses(option: &Opt, value: &str, field: &str, family: AddressFamily) -> Result<Alternatives, Diagnostic> {
    let header = if family == AddressFamily::Ipv4 { "ip" } else { "ip6" };
    if value.matches(',').count() >= MAX_ADDRESSES {
        return Ok(opaque(option));
    }
    let mut networks = Vec::new();
    for text in value.split(',') {
        let (start, mask) = text.split_once('/').unwrap_or((text, ""));
        let Ok(address) = start.parse::<IpAddr>() else { return Ok(opaque(option)) };
        check_family(address, family)?;
        let all = if address.is_ipv4() { 32 } else { 128 };
        match prefix_length(mask, all) {
            Some(length) if length == all => networks.push(json!(address.to_string())),
            Some(length) => networks.push(json!({ "prefix": { "addr": address.to_string(), "len": length } })),
            None => return Ok(opaque(option)),
        }
    }
    let right = if networks.len() == 1 { networks.swap_remove(0) } else { json!({ "set": networks }) };
    Ok(equal(option.is_negated, payload(header, field), right))
}

/// An address of the other family shows that the file is one of the other tool.
pub fn check_family(address: IpAddr, family: AddressFamily) -> Result<(), Diagnostic> {
    if address.is_ipv4() == (family == AddressFamily::Ipv4) {
        return Ok(());
    }
    Err(wrong_family(format!("{address} is not an address of {}", family.name()), family))
}

/// The diagnostic for rules of the other family.
pub fn wrong_family(message: String, family: AddressFamily) -> Diagnostic {
    let help = match family {
        AddressFamily::Ipv4 => "audit the output of `ip6tables-save` with --ip6tables",
        AddressFamily::Ipv6 => "audit the output of `iptables-save` with --iptables",
    };
    Diagnostic::new(codes::IPTABLES_FAMILY, message).help(help)
}

/// The length of a prefix, which may be written as a mask.
fn prefix_length(mask: &str, all: u32) -> Option<u32> {
    if mask.is_empty() {
        return Some(all);
    }
    if let Ok(length) = mask.parse::<u32>() {
        return Some(length).filter(|length| *length <= all);
    }
    let bits = match mask.parse::<IpAddr>().ok()? {
        IpAddr::V4(mask) => u128::from(u32::from(mask)) << 96,
        IpAddr::V6(mask) => u128::from(mask),
    };
    let length = bits.leading_ones();
    (bits.checked_shl(length).unwrap_or(0) == 0).then_some(length)
}

/// Translates an option about the header of the protocol.
pub fn of_protocol(option: &Opt, context: Context) -> Alternatives {
    let translated = match (option.name, &option.values[..]) {
        ("--sport", [value]) => ports(option.is_negated, "sport", &[value], context),
        ("--dport", [value]) => ports(option.is_negated, "dport", &[value], context),
        ("--syn", []) => tcp_flags(option.is_negated, "FIN,SYN,RST,ACK", "SYN", context),
        ("--tcp-flags", [mask, set]) => tcp_flags(option.is_negated, mask, set, context),
        ("--icmp-type", [value]) => icmp(option.is_negated, value, context),
        _ => None,
    };
    translated.unwrap_or_else(|| opaque(option))
}

/// Ports, each a number or a range such as `1000:2000`.
pub fn ports(is_negated: bool, field: &str, values: &[&str], context: Context) -> Option<Alternatives> {
    context.protocol.filter(|protocol| WITH_PORTS.contains(protocol))?;
    if values.is_empty() || values.len() > MAX_PORTS {
        return None;
    }
    let mut ports = values.iter().map(|value| port_range(value)).collect::<Option<Vec<Value>>>()?;
    let right = if ports.len() == 1 { ports.swap_remove(0) } else { json!({ "set": ports }) };
    let protocol = match context.protocol {
        Some(6) => "tcp",
        Some(17) => "udp",
        _ => "th",
    };
    Some(equal(is_negated, payload(protocol, field), right))
}

fn port_range(text: &str) -> Option<Value> {
    let Some((first, last)) = text.split_once(':') else { return Some(json!(text.parse::<u16>().ok()?)) };
    let first: u16 = if first.is_empty() { 0 } else { first.parse().ok()? };
    let last: u16 = if last.is_empty() { u16::MAX } else { last.parse().ok()? };
    Some(json!({ "range": [first, last] }))
}

/// Flags of TCP: those of `mask` that are set are exactly those of `set`.
fn tcp_flags(is_negated: bool, mask: &str, set: &str, context: Context) -> Option<Alternatives> {
    context.protocol.filter(|protocol| *protocol == 6)?;
    let left = json!({ "&": [payload("tcp", "flags"), flags(mask)?] });
    Some(equal(is_negated, left, flags(set)?))
}

fn flags(text: &str) -> Option<Value> {
    const ALL: &[&str] = &["fin", "syn", "rst", "psh", "ack", "urg"];
    let names: Vec<String> = match text {
        "NONE" => return Some(json!(0)),
        "ALL" => ALL.iter().map(|name| (*name).to_string()).collect(),
        names => names.split(',').map(str::to_ascii_lowercase).collect(),
    };
    names.iter().all(|name| ALL.contains(&name.as_str())).then(|| match &names[..] {
        [one] => json!(one),
        _ => json!({ "|": names }),
    })
}

/// A type of ICMP messages, possibly with a code: `8`, `3/1`, `echo-request`, `any`.
fn icmp(is_negated: bool, value: &str, context: Context) -> Option<Alternatives> {
    let (own, name) = match context.family {
        AddressFamily::Ipv4 => (1, "icmp"),
        AddressFamily::Ipv6 => (58, "icmpv6"),
    };
    context.protocol.filter(|protocol| *protocol == own)?;
    if own == 1 && matches!(value, "any" | "255" | "255/255") {
        return Some(Alternatives::constant(!is_negated));
    }
    let (kind, code) = value.split_once('/').map_or((value, None), |(kind, code)| (kind, Some(code)));
    let kind: u8 = match (kind.parse(), kind, own) {
        (Ok(number), ..) => number,
        (_, "ping" | "echo-request", 1) => 8,
        (_, "ping" | "echo-request", _) => 128,
        (_, "pong" | "echo-reply", 1) => 0,
        (_, "pong" | "echo-reply", _) => 129,
        _ => return None,
    };
    let Some(code) = code else { return Some(equal(is_negated, payload(name, "type"), json!(kind))) };
    let code: u8 = code.parse().ok()?;
    // Of ICMP, these are the type and the code.
    Some(equal(is_negated, payload("th", "sport"), json!(u16::from(kind) << 8 | u16::from(code))))
}
