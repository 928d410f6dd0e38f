//! Translates targets: what a rule does with the packets that match.

use std::net::IpAddr;

use port_data::Diagnostic;
use serde_json::{Value, json};

use super::alternatives::shortened;
use super::header::{Context, check_family};
use super::matches::{masked, number};
use super::words::{Extension, Opt};
use crate::audit::firewall::effect::HARMLESS_TARGETS;

/// The statements of a target. `is_chain` tells the chains of the table from other targets.
pub fn translate(
    target: &Extension,
    context: Context,
    is_chain: impl Fn(&str) -> bool,
) -> Result<Vec<Value>, Diagnostic> {
    if target.option == "-g" && is_chain(target.name) {
        return Ok(vec![json!({ "goto": { "target": target.name } })]);
    }
    if is_chain(target.name) {
        return Ok(vec![json!({ "jump": { "target": target.name } })]);
    }
    let statements = match (target.name, target.options()) {
        ("ACCEPT", _) => Some(vec![json!({ "accept": null })]),
        ("DROP", _) => Some(vec![json!({ "drop": null })]),
        ("RETURN", _) => Some(vec![json!({ "return": null })]),
        ("REJECT", _) => Some(vec![json!({ "reject": null })]),
        ("NOTRACK", _) => Some(vec![json!({ "notrack": null })]),
        ("MASQUERADE" | "SNAT", _) => Some(vec![json!({ "masquerade": null })]),
        (name, _) if HARMLESS_TARGETS.contains(&name) => Some(Vec::new()),
        ("REDIRECT", Some(options)) => redirect(&options),
        ("DNAT", Some(options)) => destination(&options, context)?,
        ("MARK", Some(options)) => mark(&options),
        ("CONNMARK", Some(options)) => connection_mark(&options),
        ("CT", Some(options)) => Some(tracking(&options)),
        _ => None,
    };
    // A string is a statement that may do anything.
    Ok(statements.unwrap_or_else(|| vec![json!(named(target))]))
}

fn named(target: &Extension) -> String {
    shortened(format!("{} {} {}", target.option, target.name, target.text()).trim_end())
}

/// A port, or one of several.
fn port(text: &str) -> Option<Value> {
    match text.split_once('-') {
        None => Some(json!(text.parse::<u16>().ok()?)),
        // With a base (`8000-8010/80`), the new port depends on the old one.
        Some((first, last)) => {
            let last = last.split('/').next().unwrap_or_default();
            let (first, last): (u16, u16) = (first.parse().ok()?, last.parse().ok()?);
            let is_one = first == last && !text.contains('/');
            Some(if is_one { json!(first) } else { json!({ "range": [first, last] }) })
        }
    }
}

fn redirect(options: &[Opt]) -> Option<Vec<Value>> {
    let mut redirect = json!({});
    for option in options {
        match (option.name, &option.values[..]) {
            ("--to-ports" | "--to-port", [value]) => redirect["port"] = port(value)?,
            ("--random" | "--random-fully", []) => {}
            _ => return None,
        }
    }
    Some(vec![json!({ "redirect": redirect })])
}

/// `192.0.2.1:80`, `[2001:db8::1]:80`, without a port, or a port alone; ranges of addresses or of ports.
fn destination(options: &[Opt], context: Context) -> Result<Option<Vec<Value>>, Diagnostic> {
    let mut dnat = json!({});
    for option in options {
        let value = match (option.name, &option.values[..]) {
            ("--to-destination", [value]) => *value,
            ("--random" | "--persistent", []) => continue,
            _ => return Ok(None),
        };
        let (addresses, ports) = match value.strip_prefix('[') {
            Some(rest) => match rest.split_once(']') {
                Some((addresses, "")) => (addresses, None),
                Some((addresses, port)) => (addresses, port.strip_prefix(':')),
                None => return Ok(None),
            },
            None if value.matches(':').count() > 1 => (value, None),
            None => value.split_once(':').map_or((value, None), |(addresses, port)| (addresses, Some(port))),
        };
        if !addresses.is_empty() {
            let mut bounds = Vec::new();
            for bound in addresses.split('-') {
                let Ok(address) = bound.parse::<IpAddr>() else { return Ok(None) };
                check_family(address, context.family)?;
                bounds.push(address.to_string());
            }
            bounds.dedup();
            dnat["addr"] = if bounds.len() == 1 { json!(bounds[0]) } else { json!({ "range": bounds }) };
        }
        if let Some(ports) = ports {
            match port(ports) {
                Some(port) => dnat["port"] = port,
                None => return Ok(None),
            }
        }
    }
    let is_empty = dnat.as_object().is_some_and(serde_json::Map::is_empty);
    Ok((!is_empty).then(|| vec![json!({ "dnat": dnat })]))
}

/// The mark becomes what it was without the bits of the mask, combined with the value by exclusive or.
fn mark(options: &[Opt]) -> Option<Vec<Value>> {
    let [option] = options else { return None };
    let [value] = option.values[..] else { return None };
    let (value, mask) = match option.name {
        "--set-xmark" => masked(value)?,
        "--set-mark" => masked(value).map(|(value, mask)| (value, mask | value))?,
        "--or-mark" => number(value).map(|bits| (bits, bits))?,
        "--and-mark" => number(value).map(|bits| (0, !bits))?,
        "--xor-mark" => number(value).map(|bits| (bits, 0))?,
        _ => return None,
    };
    let key = json!({ "meta": { "key": "mark" } });
    let set = |value: Value| json!({ "mangle": { "key": key, "value": value } });
    Some(match mask {
        u32::MAX => vec![set(json!(value))],
        _ => vec![set(json!({ "&": [key, !mask] })), set(json!({ "^": [key, value] }))],
    })
}

/// The mark of a connection isn't followed, so a mark that is restored from it isn't known.
fn connection_mark(options: &[Opt]) -> Option<Vec<Value>> {
    let is_read = options.iter().any(|option| option.name == "--restore-mark");
    (!is_read).then(Vec::new).or_else(|| Some(vec![json!({ "xt": { "type": "target", "name": "CONNMARK" } })]))
}

/// What connection tracking does with the packet. After any other use of the target, `--notrack` has no effect.
fn tracking(options: &[Opt]) -> Vec<Value> {
    match options {
        [option] if option.name == "--notrack" => vec![json!({ "notrack": null })],
        _ => vec![json!({ "xt": { "type": "target", "name": "CT" } })],
    }
}
