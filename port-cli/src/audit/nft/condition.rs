//! What a rule asks of a packet, and what it then does with it.

use port_catalog::{PortRange, Transport};
use serde_json::Value;

use super::ruleset::{Key, Rule, Ruleset};
use crate::audit::Family;
use crate::port_set::PortSet;

/// What a rule does with a packet that fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Lets it in, as far as this chain's hook is concerned.
    Accept,
    /// Keeps it out, in silence or not.
    Drop,
    /// Goes back to the rule after the jump.
    Return,
    /// Goes through a chain, and comes back.
    Jump(String),
    /// Goes through a chain, and comes back to where this one would.
    Goto(String),
    /// Changes its port or address, so that it comes in as another one.
    Rewrite,
    /// Does what cannot be interpreted.
    NotInterpreted,
}

/// Which packets a rule is about.
#[derive(Clone, Debug)]
pub struct About {
    /// Their ports, at most.
    pub ports: PortSet,
    /// What else is asked of them: only some packets to these ports fit.
    pub limits: Vec<String>,
    /// What is asked of them that cannot be interpreted.
    pub not_interpreted: Vec<String>,
}

/// A verdict on the packets that fit. A rule with a verdict map has several.
#[derive(Clone, Debug)]
pub struct Branch {
    /// The packets.
    pub about: About,
    /// The verdict.
    pub verdict: Verdict,
}

/// A new packet from a peer: what is sent through the chains.
pub struct Packet<'a> {
    /// The rules that it meets.
    pub ruleset: &'a Ruleset,
    /// Whether it is of IPv4 or IPv6.
    pub family: Family,
    /// What it carries.
    pub transport: Transport,
}

/// What a condition looks at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Looks {
    AtPort,
    AtProtocol,
    AtFamily,
    AtState,
    AtStatus,
    AtInterface,
    /// At something that packets to the same port differ in.
    Elsewhere,
    /// At what such a packet does not have.
    AtNothing,
    NotInterpreted,
}

/// The ports of the packets that a value fits.
enum Fits {
    Exactly(PortSet),
    /// Some packets, whatever their port.
    Some,
    NotInterpreted,
}

impl About {
    fn ports(ports: PortSet) -> About {
        About { ports, limits: Vec::new(), not_interpreted: Vec::new() }
    }

    /// All that fit both.
    fn and(&mut self, other: About) {
        self.ports = &self.ports & &other.ports;
        self.limits.extend(other.limits);
        self.not_interpreted.extend(other.not_interpreted);
    }

    fn then(self, verdict: Verdict) -> Branch {
        Branch { about: self, verdict }
    }
}

impl Packet<'_> {
    /// What a rule of a chain does with such packets; nothing where it only counts or logs them.
    ///
    /// # Errors
    ///
    /// A named set that is not in the ruleset.
    pub fn branches(&self, chain: &Key, rule: &Rule) -> Result<Vec<Branch>, String> {
        let mut about = About::ports(PortSet::full());
        for part in &rule.parts {
            let Some((kind, value)) = single(part) else {
                about.not_interpreted.push(spoken(part));
                continue;
            };
            if let Some(verdict) = verdict(kind, value) {
                return Ok(vec![about.then(verdict)]);
            }
            let is_limited = value.get("stmt").is_some();
            match kind {
                "match" => about.and(self.condition(chain, value)?),
                "vmap" => return self.by_map(chain, &about, value),
                "limit" => about.limits.push(format!("limit rate {}", spoken(value))),
                "quota" | "ct count" => about.limits.push(format!("{kind} {}", spoken(value))),
                // What is done for each element apart, such as a limit.
                "set" | "map" | "meter" if is_limited => about.limits.push(format!("{kind} {}", spoken(value))),
                "mangle" if changes_where_it_goes(value) => about.not_interpreted.push(spoken(part)),
                "set" | "map" | "meter" | "counter" | "log" | "mangle" | "notrack" | "dup" | "flow" | "last"
                | "secmark" | "ct helper" | "ct timeout" | "ct expectation" | "snat" | "masquerade" => {}
                // Parts that iptables-nft writes: nft tells their names, and not what they ask.
                "xt" => match (text(value, "type"), text(value, "name")) {
                    (_, "comment") | ("target", "LOG" | "NFLOG") => {}
                    ("target", "REJECT") => return Ok(vec![about.then(Verdict::Drop)]),
                    (kind, name) => about.not_interpreted.push(format!("the {kind} {name} of iptables")),
                },
                _ => about.not_interpreted.push(spoken(part)),
            }
        }
        let does_nothing = about.not_interpreted.is_empty();
        Ok(if does_nothing { Vec::new() } else { vec![about.then(Verdict::NotInterpreted)] })
    }

    /// The branches of a verdict map.
    fn by_map(&self, chain: &Key, about: &About, map: &Value) -> Result<Vec<Branch>, String> {
        let key = map.get("key").unwrap_or(&Value::Null);
        let mut branches = Vec::new();
        let mut decided = PortSet::empty();
        let mut others = Vec::new();
        for pair in self.elements(chain, map.get("data").unwrap_or(&Value::Null))? {
            let known = pair.as_array().filter(|pair| pair.len() == 2).and_then(|pair| {
                let (kind, value) = single(&pair[1])?;
                Some((unwrapped(&pair[0]), verdict(kind, value)))
            });
            let Some((element, verdict)) = known else {
                let mut about = about.clone();
                about.not_interpreted.push(spoken(pair));
                branches.push(about.then(Verdict::NotInterpreted));
                continue;
            };
            // `continue` is no verdict, and what is left for `*` is less by it.
            let condition = self.compare(chain, key, "==", element)?;
            let mut about = about.clone();
            let is_exact = condition.limits.is_empty() && condition.not_interpreted.is_empty();
            if is_exact && !is_catch_all(element) {
                decided = &decided | &condition.ports;
            }
            about.and(condition);
            let branch = verdict.map(|verdict| about.then(verdict));
            if is_catch_all(element) { others.extend(branch) } else { branches.extend(branch) }
        }
        for other in &mut others {
            other.about.ports = &other.about.ports - &decided;
        }
        branches.extend(others);
        Ok(branches)
    }

    fn condition(&self, chain: &Key, condition: &Value) -> Result<About, String> {
        let part = |name| condition.get(name).unwrap_or(&Value::Null);
        self.compare(chain, part("left"), text(condition, "op"), part("right"))
    }

    /// The packets of which `left` compares with `right` as the operator says.
    fn compare(&self, chain: &Key, left: &Value, operator: &str, right: &Value) -> Result<About, String> {
        let said = match operator {
            "==" | "in" => format!("{} {}", spoken(left), spoken(right)),
            operator => format!("{} {operator} {}", spoken(left), spoken(right)),
        };
        let limited = |ports| About { limits: vec![said.clone()], ..About::ports(ports) };
        let not_interpreted = || About { not_interpreted: vec![said.clone()], ..About::ports(PortSet::full()) };
        let columns: Vec<Looks> = match left.get("concat").and_then(Value::as_array) {
            Some(columns) => columns.iter().map(|column| self.looks(column)).collect(),
            None => vec![self.looks(left)],
        };
        if columns.contains(&Looks::AtNothing) {
            return Ok(About::ports(PortSet::empty()));
        }
        if columns.contains(&Looks::NotInterpreted) {
            return Ok(not_interpreted());
        }
        if columns.iter().all(|column| *column == Looks::Elsewhere) {
            return Ok(limited(PortSet::full()));
        }
        if let ("<" | ">" | "<=" | ">=", [Looks::AtPort], Some(bound)) = (operator, &columns[..], number(right)) {
            return Ok(About::ports(compared(operator, bound)));
        }
        if !["==", "in", "!=", "!"].contains(&operator) {
            return Ok(not_interpreted());
        }
        let mut fitting = PortSet::empty();
        let mut only_some = false;
        for element in self.elements(chain, right)? {
            match self.fits(&columns, unwrapped(element)) {
                Some((ports, exactly)) => {
                    only_some |= !exactly && !ports.is_empty();
                    fitting = &fitting | &ports;
                }
                None => return Ok(not_interpreted()),
            }
        }
        Ok(match (operator, only_some) {
            // Of every port there is a packet that differs in what is looked at elsewhere.
            ("!=" | "!", true) => limited(PortSet::full()),
            ("!=" | "!", false) => About::ports(&PortSet::full() - &fitting),
            (_, true) => limited(fitting),
            (_, false) => About::ports(fitting),
        })
    }

    /// The ports of the packets that an element fits, and whether all packets to them do.
    fn fits(&self, columns: &[Looks], element: &Value) -> Option<(PortSet, bool)> {
        if is_catch_all(element) {
            return Some((PortSet::full(), true));
        }
        let one = [element.clone()];
        let values = match element.get("concat").and_then(Value::as_array) {
            Some(values) => values.as_slice(),
            None => &one,
        };
        if values.len() != columns.len() {
            return None;
        }
        let (mut fitting, mut exactly) = (PortSet::full(), true);
        for (looks, value) in columns.iter().zip(values) {
            match self.value(*looks, value) {
                Fits::Exactly(ports) => fitting = &fitting & &ports,
                Fits::Some => exactly = false,
                Fits::NotInterpreted => return None,
            }
        }
        Some((fitting, exactly))
    }

    /// The ports of the packets that a single value fits.
    fn value(&self, looks: Looks, value: &Value) -> Fits {
        let all_if = |all| Fits::Exactly(PortSet::all_if(all));
        match (looks, value.as_str()) {
            (Looks::AtPort, _) => bounds(value).map_or(Fits::NotInterpreted, |(first, last)| {
                // No peer sends to port 0.
                Fits::Exactly(PortRange::new(first.max(1), last).map_or_else(PortSet::empty, PortSet::from))
            }),
            (Looks::AtProtocol, Some(name)) => all_if(name == self.transport.as_str()),
            (Looks::AtProtocol, None) => {
                let own = match self.transport {
                    Transport::Tcp => 6,
                    Transport::Udp => 17,
                    _ => 50,
                };
                bounds(value).map_or(Fits::NotInterpreted, |(first, last)| all_if((first..=last).contains(&own)))
            }
            (Looks::AtFamily, Some("ip" | "ipv4")) => all_if(self.family == Family::Ipv4),
            (Looks::AtFamily, Some("ip6" | "ipv6")) => all_if(self.family == Family::Ipv6),
            // The packet is the first of its connection.
            (Looks::AtState, Some("new")) => all_if(true),
            (Looks::AtState, Some("untracked")) if self.ruleset.exempts => Fits::Some,
            (Looks::AtFamily, Some("arp" | "vlan"))
            | (Looks::AtState, Some("established" | "related" | "invalid" | "untracked"))
            // A port whose packets a rule sends elsewhere is unknown by that rule, and packets to others are not sent elsewhere.
            | (Looks::AtStatus, Some("dnat"))
            // The packet comes from elsewhere.
            | (Looks::AtInterface, Some("lo" | "loopback")) => all_if(false),
            (Looks::AtInterface | Looks::AtStatus | Looks::Elsewhere, _) => Fits::Some,
            _ => Fits::NotInterpreted,
        }
    }

    /// What the left side of a condition looks at.
    fn looks(&self, left: &Value) -> Looks {
        let Some((kind, value)) = single(left) else { return Looks::NotInterpreted };
        let only_if = |own: bool| if own { Looks::Elsewhere } else { Looks::AtNothing };
        match kind {
            "payload" => self.looks_at_payload(text(value, "protocol"), text(value, "field")),
            "meta" => match text(value, "key") {
                "l4proto" => Looks::AtProtocol,
                "protocol" | "nfproto" => Looks::AtFamily,
                "iif" | "iifname" | "iiftype" => Looks::AtInterface,
                _ => Looks::Elsewhere,
            },
            "ct" => match text(value, "key") {
                "state" => Looks::AtState,
                "status" => Looks::AtStatus,
                "proto-dst" | "protocol" | "l3proto" => Looks::NotInterpreted,
                _ => Looks::Elsewhere,
            },
            "tcp option" => only_if(self.transport == Transport::Tcp),
            "ip option" => only_if(self.family == Family::Ipv4),
            "exthdr" => only_if(self.family == Family::Ipv6),
            "sctp chunk" | "dccp option" => Looks::AtNothing,
            "fib" | "rt" | "socket" | "osf" | "ipsec" | "numgen" | "jhash" | "symhash" => Looks::Elsewhere,
            "&" | "|" | "^" | "<<" | ">>" => {
                let operands = value.as_array().map(Vec::as_slice).unwrap_or_default();
                match operands.first().map(|operand| self.looks(operand)) {
                    Some(Looks::Elsewhere | Looks::AtStatus) => Looks::Elsewhere,
                    Some(Looks::AtNothing) => Looks::AtNothing,
                    _ => Looks::NotInterpreted,
                }
            }
            _ => Looks::NotInterpreted,
        }
    }

    fn looks_at_payload(&self, protocol: &str, field: &str) -> Looks {
        let is_own = match protocol {
            "th" => self.transport.has_ports(),
            "ip" => self.family == Family::Ipv4,
            "ip6" => self.family == Family::Ipv6,
            "ether" | "vlan" => true,
            // Bytes at an offset: they may be the port's.
            "" => return Looks::NotInterpreted,
            protocol => protocol == self.transport.as_str(),
        };
        match (protocol, field) {
            _ if !is_own => Looks::AtNothing,
            ("th" | "tcp" | "udp", "dport") => Looks::AtPort,
            ("ip", "protocol") | ("ip6", "nexthdr") => Looks::AtProtocol,
            _ => Looks::Elsewhere,
        }
    }

    /// The elements of a set, named or not; a value by itself is one.
    fn elements<'v>(&'v self, chain: &Key, value: &'v Value) -> Result<Vec<&'v Value>, String> {
        if let Some(name) = value.as_str().and_then(|text| text.strip_prefix('@')) {
            let key = chain.beside(name);
            let elements = self.ruleset.sets.get(&key);
            let elements = elements.ok_or_else(|| format!("{chain}: found no set {key}; list the whole ruleset"))?;
            return Ok(elements.iter().collect());
        }
        let listed = value.get("set").unwrap_or(value).as_array();
        Ok(listed.map_or_else(|| vec![value], |elements| elements.iter().collect()))
    }
}

/// The verdict that a statement gives, where it gives one.
fn verdict(kind: &str, value: &Value) -> Option<Verdict> {
    let target = || text(value, "target").to_string();
    Some(match kind {
        "accept" => Verdict::Accept,
        "drop" | "reject" => Verdict::Drop,
        "return" => Verdict::Return,
        "jump" => Verdict::Jump(target()),
        "goto" => Verdict::Goto(target()),
        "redirect" | "dnat" | "tproxy" => Verdict::Rewrite,
        "queue" | "fwd" | "synproxy" => Verdict::NotInterpreted,
        _ => return None,
    })
}

/// Whether a statement that sets something sets what decides to which port of which machine a packet goes.
fn changes_where_it_goes(mangle: &Value) -> bool {
    let payload = mangle.pointer("/key/payload").map(|payload| text(payload, "field"));
    payload.is_some_and(|field| matches!(field, "dport" | "daddr" | ""))
}

/// The ports that compare with a bound as the operator says.
fn compared(operator: &str, bound: u16) -> PortSet {
    let range = match operator {
        "<" => PortRange::new(1, bound.saturating_sub(1)),
        "<=" => PortRange::new(1, bound),
        ">" => bound.checked_add(1).and_then(|first| PortRange::new(first, u16::MAX)),
        _ => PortRange::new(bound.max(1), u16::MAX),
    };
    range.map_or_else(PortSet::empty, PortSet::from)
}

/// The one key of an object, and its value.
fn single(value: &Value) -> Option<(&str, &Value)> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    object.iter().next().map(|(key, value)| (key.as_str(), value))
}

/// An element without what is said of it, such as when it ends.
fn unwrapped(element: &Value) -> &Value {
    element.pointer("/elem/val").unwrap_or(element)
}

fn is_catch_all(element: &Value) -> bool {
    element.as_str() == Some("*")
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn number(value: &Value) -> Option<u16> {
    value.as_u64().and_then(|number| u16::try_from(number).ok())
}

/// The numbers from the first to the last that a value stands for.
fn bounds(value: &Value) -> Option<(u16, u16)> {
    match value.get("range").and_then(Value::as_array).map(Vec::as_slice) {
        Some([first, last]) => number(first).zip(number(last)),
        Some(_) => None,
        None => number(value).map(|number| (number, number)),
    }
}

/// What is said of a limit that fits packets over it.
fn over(limit: &Value) -> &'static str {
    if limit.get("inv") == Some(&Value::Bool(true)) { "over " } else { "" }
}

/// A condition or a value in the words of nft, as far as they are needed to find it; JSON where they are not.
pub fn spoken(value: &Value) -> String {
    let list = |values: &Value, gap: &str| {
        let values = values.as_array().map(Vec::as_slice).unwrap_or_default();
        values.iter().map(spoken).collect::<Vec<_>>().join(gap)
    };
    match value {
        Value::String(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        Value::Array(_) => list(value, ","),
        Value::Object(object) => match single(value) {
            Some(("payload", payload)) if !text(payload, "field").is_empty() => {
                format!("{} {}", text(payload, "protocol"), text(payload, "field"))
            }
            Some(("meta", meta)) => match text(meta, "key") {
                key @ ("iif" | "iifname" | "iifgroup" | "oif" | "oifname") => key.to_string(),
                key => format!("meta {key}"),
            },
            Some(("ct", ct)) => match text(ct, "dir") {
                "" => format!("ct {}", text(ct, "key")),
                direction => format!("ct {direction} {}", text(ct, "key")),
            },
            Some(("concat", values)) => list(values, " . "),
            Some(("set", values)) if values.is_array() => format!("{{ {} }}", list(values, ", ")),
            Some(("range", bounds)) => list(bounds, "-"),
            Some(("prefix", prefix)) => {
                format!("{}/{}", text(prefix, "addr"), prefix.get("len").unwrap_or(&Value::Null))
            }
            Some(("elem", _)) => spoken(unwrapped(value)),
            Some((operator @ ("&" | "|" | "^" | "<<" | ">>"), values)) => list(values, &format!(" {operator} ")),
            Some(("fib", fib)) => {
                format!("fib {} {}", list(fib.get("flags").unwrap_or(&Value::Null), " . "), text(fib, "result"))
            }
            // The rate of a limit, and the like.
            None if object.contains_key("rate") => format!("{}{}/{}", over(value), object["rate"], text(value, "per")),
            None if object.contains_key("val") => {
                format!("{}{} {}", over(value), object["val"], text(value, "val_unit")).trim_end().to_string()
            }
            None if object.contains_key("stmt") => {
                let of = object.get("elem").or(object.get("key")).map(spoken).unwrap_or_default();
                format!("{}{} of each {of}", text(value, "set"), text(value, "name"))
            }
            _ => value.to_string(),
        },
        _ => value.to_string(),
    }
}
