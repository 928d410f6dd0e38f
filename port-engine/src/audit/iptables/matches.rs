//! Translates match modules: `-m conntrack`, `-m multiport`.

use std::net::IpAddr;

use port_data::Diagnostic;
use serde_json::{Value, json};

use super::alternatives::{Alternatives, compare, equal, meta, payload};
use super::header::{Context, check_family, ports};
use super::words::{Extension, Opt};
use crate::audit::address_family::AddressFamily;

/// Translates a module. One that isn't interpreted matches some packets or not.
pub fn translate(module: &Extension, context: Context) -> Result<Alternatives, Diagnostic> {
    let Some(options) = module.options() else { return Ok(opaque(module)) };
    let translated = match module.name {
        "iprange" => ranges(&options, context)?,
        // The options about the header of the protocol are translated by themselves.
        "tcp" | "udp" | "sctp" | "dccp" | "udplite" | "icmp" | "icmp6" | "comment" => has_only_text(module, &options),
        "multiport" => multiport(&options, context),
        "state" | "conntrack" => states(&options),
        "mark" => mark(&options),
        "addrtype" => address_type(&options, context),
        "limit" => limit(&options),
        "hashlimit" => hash_limit(&options),
        "connlimit" => connection_limit(&options),
        "recent" => recent(&options),
        "quota" => quota(&options),
        "time" | "rt" => Some(Alternatives::some(&format!("-m {}", module.name), &module.text())),
        "mac" => mac(&options),
        "rpfilter" => Some(reverse_path(&options)),
        _ => None,
    };
    Ok(translated.unwrap_or_else(|| opaque(module)))
}

/// Names a module that isn't interpreted.
pub fn opaque(module: &Extension) -> Alternatives {
    Alternatives::opaque(&format!("-m {}", module.name), &module.text())
}

fn has_only_text(module: &Extension, options: &[Opt]) -> Option<Alternatives> {
    (options.is_empty() || module.name == "comment").then(Alternatives::always)
}

/// The only option, if it has a single value.
fn only<'o, 'w>(options: &'o [Opt<'w>]) -> Option<(&'o Opt<'w>, &'w str)> {
    match options {
        [option] => match option.values[..] {
            [value] => Some((option, value)),
            _ => None,
        },
        _ => None,
    }
}

fn multiport(options: &[Opt], context: Context) -> Option<Alternatives> {
    let (option, value) = only(options)?;
    let values: Vec<&str> = value.split(',').collect();
    let field = |is_negated, field| ports(is_negated, field, &values, context);
    match option.name {
        "--dports" | "--destination-ports" => field(option.is_negated, "dport"),
        "--sports" | "--source-ports" => field(option.is_negated, "sport"),
        // Either port.
        "--ports" | "--port" if option.is_negated => field(true, "sport")?.and(&field(true, "dport")?),
        "--ports" | "--port" => {
            let second = field(true, "sport")?.and(&field(false, "dport")?)?;
            Some(Alternatives([field(false, "sport")?.0, second.0].concat()))
        }
        _ => None,
    }
}

/// The states that connection tracking has for a packet, and whether it also knows a connection.
const STATES: &[(&str, bool)] =
    &[("new", true), ("established", true), ("related", true), ("invalid", false), ("untracked", false)];

/// The state of connection tracking. `DNAT` and `SNAT` are states of translated connections, next to the others.
fn states(options: &[Opt]) -> Option<Alternatives> {
    let (option, value) = only(options).filter(|(option, _)| matches!(option.name, "--state" | "--ctstate"))?;
    let mut asked: Vec<String> = Vec::new();
    let mut translated: Vec<Value> = Vec::new();
    for name in value.split(',').map(str::to_ascii_lowercase) {
        match name.as_str() {
            "snat" | "dnat" => translated.push(json!(name)),
            own if STATES.iter().any(|(known, _)| *known == own) => asked.push(name),
            _ => return None,
        }
    }
    let state = |names: Vec<&str>| -> Option<Value> {
        let right = if names.len() == 1 { json!(names[0]) } else { json!(names) };
        (!names.is_empty()).then(|| compare(json!({ "ct": { "key": "state" } }), "in", right))
    };
    let status = |operator| compare(json!({ "ct": { "key": "status" } }), operator, json!(translated));
    let asked_for: Vec<&str> = asked.iter().map(String::as_str).collect();
    let others = |has_connection: bool| -> Vec<&str> {
        let others = STATES.iter().filter(|(name, own)| *own == has_connection && !asked_for.contains(name));
        others.map(|(name, _)| *name).collect()
    };
    let (tracked, untracked) = (state(others(true)), state(others(false)));
    let lists: Vec<Vec<Value>> = match (option.is_negated, translated.is_empty()) {
        (false, true) => state(asked_for).map(|own| vec![own]).into_iter().collect(),
        (false, false) => {
            let by_status = tracked.map(|other| vec![other, status("in")]);
            state(asked_for).map(|own| vec![own]).into_iter().chain(by_status).collect()
        }
        (true, true) => [tracked, untracked].into_iter().flatten().map(|own| vec![own]).collect(),
        (true, false) => {
            let by_status = tracked.map(|other| vec![other, status("!")]);
            by_status.into_iter().chain(untracked.map(|own| vec![own])).collect()
        }
    };
    Some(Alternatives(lists))
}

/// A number in decimal, or in hexadecimal behind `0x`.
pub fn number(text: &str) -> Option<u32> {
    match text.strip_prefix("0x").or(text.strip_prefix("0X")) {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// A value and a mask, as `0x1/0xff`.
pub fn masked(text: &str) -> Option<(u32, u32)> {
    let (value, mask) = text.split_once('/').map_or((text, None), |(value, mask)| (value, Some(mask)));
    Some((number(value)?, mask.map_or(Some(u32::MAX), number)?))
}

fn mark(options: &[Opt]) -> Option<Alternatives> {
    let (option, value) = only(options).filter(|(option, _)| option.name == "--mark")?;
    let (value, mask) = masked(value)?;
    let left = if mask == u32::MAX { meta("mark") } else { json!({ "&": [meta("mark"), mask] }) };
    Some(equal(option.is_negated, left, json!(value)))
}

/// The kind of an address. IPv6 takes an address of the machine for `UNICAST` too.
fn address_type(options: &[Opt], context: Context) -> Option<Alternatives> {
    let (option, value) = only(options)?;
    let direction = match option.name {
        "--dst-type" => "daddr",
        "--src-type" => "saddr",
        _ => return None,
    };
    let known = ["unspec", "unicast", "local", "broadcast", "anycast", "multicast"];
    let kinds: Vec<String> = value.split(',').map(str::to_ascii_lowercase).collect();
    if !kinds.iter().all(|kind| known.contains(&kind.as_str()))
        || context.family == AddressFamily::Ipv6 && kinds != ["local"]
    {
        return None;
    }
    let left = json!({ "fib": { "result": "type", "flags": [direction] } });
    let right = if kinds.len() == 1 { json!(kinds[0]) } else { json!({ "set": kinds }) };
    Some(equal(option.is_negated, left, right))
}

fn ranges(options: &[Opt], context: Context) -> Result<Option<Alternatives>, Diagnostic> {
    let header = if context.family == AddressFamily::Ipv4 { "ip" } else { "ip6" };
    let mut all = Alternatives::always();
    for option in options {
        let field = match option.name {
            "--src-range" => "saddr",
            "--dst-range" => "daddr",
            _ => return Ok(None),
        };
        let [value] = option.values[..] else { return Ok(None) };
        let (first, last) = value.split_once('-').unwrap_or((value, value));
        let (Ok(first), Ok(last)) = (first.parse::<IpAddr>(), last.parse::<IpAddr>()) else { return Ok(None) };
        check_family(first, context.family)?;
        check_family(last, context.family)?;
        let range = json!({ "range": [first.to_string(), last.to_string()] });
        match all.and(&equal(option.is_negated, payload(header, field), range)) {
            Some(both) => all = both,
            None => return Ok(None),
        }
    }
    Ok(Some(all))
}

/// A rate such as `3/min`, below which packets match, or above which they do.
fn rate(text: &str, is_over: bool) -> Option<Value> {
    let (number, per) = text.split_once('/').unwrap_or((text, "sec"));
    let per = [("s", "second"), ("m", "minute"), ("h", "hour"), ("d", "day")]
        .into_iter()
        .find(|(start, _)| per.starts_with(start))?
        .1;
    let number: u64 = number.parse().ok().filter(|number| *number > 0)?;
    let mut limit = json!({ "rate": number, "per": per });
    if is_over {
        limit["inv"] = json!(true);
    }
    Some(json!({ "limit": limit }))
}

fn limit(options: &[Opt]) -> Option<Alternatives> {
    let mut own = None;
    for option in options {
        match (option.name, option.is_negated, &option.values[..]) {
            ("--limit", false, [value]) => own = rate(value, false),
            ("--limit-burst", false, [_]) => {}
            _ => return None,
        }
    }
    own.map(Alternatives::one)
}

/// A rate for each peer or port.
fn hash_limit(options: &[Opt]) -> Option<Alternatives> {
    let mut own = None;
    for option in options {
        match (option.name, &option.values[..]) {
            ("--hashlimit-upto" | "--hashlimit", [value]) => own = rate(value, option.is_negated),
            ("--hashlimit-above", [value]) => own = rate(value, !option.is_negated),
            (name, _) if name.starts_with("--hashlimit-") && !option.is_negated => {}
            _ => return None,
        }
    }
    own.map(Alternatives::one)
}

fn connection_limit(options: &[Opt]) -> Option<Alternatives> {
    let mut own = None;
    for option in options {
        let is_over = match option.name {
            "--connlimit-above" => !option.is_negated,
            "--connlimit-upto" => option.is_negated,
            name if name.starts_with("--connlimit-") => continue,
            _ => return None,
        };
        let [value] = option.values[..] else { return None };
        own = Some(match value.parse::<u64>().ok()? {
            // The connection itself counts.
            0 => Alternatives::constant(is_over),
            value => Alternatives::one(json!({ "ct count": { "val": value, "inv": is_over } })),
        });
    }
    own
}

/// A list of the sources that were seen. To add one always matches. A source that was seen often in a short time is above a rate.
fn recent(options: &[Opt]) -> Option<Alternatives> {
    let has = |name: &str| options.iter().find(|option| option.name == name);
    if let Some(option) = has("--set") {
        return Some(Alternatives::constant(!option.is_negated));
    }
    let asks = has("--update").or(has("--rcheck")).filter(|option| !option.is_negated)?;
    let value = |option: &Opt| option.values.first().and_then(|value| value.parse::<u64>().ok());
    let hits = value(has("--hitcount")?).filter(|hits| *hits >= 2)?;
    let name = has("--name").and_then(|option| option.values.first()).copied().unwrap_or("DEFAULT");
    let seconds = has("--seconds").and_then(value);
    let per = seconds.map_or("any time".to_string(), |seconds| format!("{seconds} s"));
    let per = format!("{per} of {} --name {name}", asks.name);
    Some(Alternatives::one(json!({ "limit": { "rate": hits, "per": per, "inv": true } })))
}

fn quota(options: &[Opt]) -> Option<Alternatives> {
    let (option, value) = only(options).filter(|(option, _)| option.name == "--quota")?;
    let bytes: u64 = value.parse().ok()?;
    if bytes == 0 {
        return Some(Alternatives::constant(option.is_negated));
    }
    Some(Alternatives::one(json!({ "quota": { "val": bytes, "val_unit": "bytes", "inv": option.is_negated } })))
}

fn mac(options: &[Opt]) -> Option<Alternatives> {
    let (option, value) = only(options).filter(|(option, _)| option.name == "--mac-source")?;
    Some(equal(option.is_negated, payload("ether", "saddr"), json!(value)))
}

/// Whether the way back to the source is the way that the packet came.
fn reverse_path(options: &[Opt]) -> Alternatives {
    let is_inverted = options.iter().any(|option| option.name == "--invert");
    let left = json!({ "fib": { "result": "oif", "flags": ["saddr", "iif"] } });
    Alternatives::one(compare(left, "==", json!(!is_inverted)))
}
