//! Parses port expressions: `tcp/25 smtp | tcp/465 smtps, esp, icmp/8`.
//!
//! A range is written as its first and last port, `tcp/5900-5999`, or as a base port and the number of ports, `tcp/5900+100`. Both are
//! the same range, which is printed in the first form.

use std::ops::Range;

use port_core::{Groups, PortRange, PortSpec, Transport};

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::hidden::QuotedAscii;

/// Joins groups that are all needed.
const NEEDED_GROUPS: &str = ", ";

/// Joins groups if the document doesn't say whether all of them are needed.
const UNSTATED_GROUPS: &str = "; ";

/// Joins the alternatives of a group.
const ALTERNATIVES: &str = " | ";

/// The largest number of specs in an expression.
const MAX_SPECS: usize = 1_000;

/// How to write a spec, for messages.
const HELP: &str = "write specs such as tcp/25 smtp, udp/500-510, udp/500+11 (11 ports from 500 on), esp, icmp/8, ip/99 or sftp, with \", \" between groups that are \
                    all needed, \"; \" between groups of which the document doesn't say that, and \" | \" between alternatives";

/// A problem, and the byte offsets of the spec that has it.
pub type Located = (Range<usize>, Diagnostic);

/// Parses an expression. `service` resolves the id of a service, given the transport of its spec if that has one.
///
/// # Errors
///
/// Everything that is wrong, each with the byte offsets of its spec. The diagnostics have no place.
pub fn parse<S: PartialEq>(
    text: &str,
    mut service: impl FnMut(&str, Option<Transport>) -> Result<S, Diagnostic>,
) -> Result<(Vec<PortSpec<S>>, Groups), Vec<Located>> {
    let mut specs: Vec<PortSpec<S>> = Vec::new();
    let mut problems = Vec::new();
    let mut offset = 0;
    let (separator, groups) = match (text.contains(NEEDED_GROUPS), text.find(UNSTATED_GROUPS)) {
        (true, Some(mixed)) => {
            let problem =
                Diagnostic::new(codes::MIXED_GROUPS, "port expression joins groups with both \", \" and \"; \"");
            let help = "write \"; \" everywhere, unless the document says that all are needed";
            return Err(vec![(mixed..text.len(), problem.help(help))]);
        }
        (false, Some(_)) => (UNSTATED_GROUPS, Groups::Unstated),
        _ => (NEEDED_GROUPS, Groups::All),
    };
    for (group, alternatives) in text.split(separator).enumerate() {
        let Ok(group) = u8::try_from(group) else {
            problems.push((offset..text.len(), too_many("256 groups")));
            break;
        };
        for spec in alternatives.split(ALTERNATIVES) {
            if specs.len() + problems.len() >= MAX_SPECS {
                problems.push((offset..text.len(), too_many("1,000 specs")));
                return Err(problems);
            }
            let range = offset..offset + spec.len();
            match parse_spec(spec, group, &mut service) {
                Ok(parsed) if specs.iter().any(|other| is_same_traffic(other, &parsed)) => {
                    let message = format!("{spec} is listed twice");
                    problems.push((range, Diagnostic::new(codes::DUPLICATE_ITEM, message).help("remove one")));
                }
                Ok(parsed) => specs.push(parsed),
                Err(problem) => problems.push((range, problem)),
            }
            offset += spec.len() + ALTERNATIVES.len();
        }
        // The last alternative is followed by a group separator.
        offset = offset + separator.len() - ALTERNATIVES.len();
    }
    if problems.is_empty() { Ok((specs, groups)) } else { Err(problems) }
}

fn too_many(limit: &str) -> Diagnostic {
    let message = format!("port expression has more than {limit}");
    Diagnostic::new(codes::TOO_MANY, message).help("split the flow")
}

/// Whether two specs are equal but for their groups.
fn is_same_traffic<S: PartialEq>(one: &PortSpec<S>, other: &PortSpec<S>) -> bool {
    let traffic = |spec: &PortSpec<S>| (spec.transport(), spec.range(), spec.number());
    traffic(one) == traffic(other) && one.service_ref() == other.service_ref()
}

fn parse_spec<S>(
    text: &str,
    group: u8,
    service: &mut impl FnMut(&str, Option<Transport>) -> Result<S, Diagnostic>,
) -> Result<PortSpec<S>, Diagnostic> {
    let invalid = || {
        let message = format!("invalid port spec {}", QuotedAscii(text));
        Diagnostic::new(codes::INVALID_PORTS, message).help(HELP)
    };
    let (head, spoken) = match text.split_once(' ') {
        Some((head, spoken)) => (head, Some(spoken)),
        None => (text, None),
    };
    if let Some((transport, numbers)) = head.split_once('/') {
        let transport: Transport = transport.parse().map_err(|_| invalid())?;
        if transport.has_ports() {
            let range = parse_range(numbers)?;
            let service = spoken.map(|id| service(id, Some(transport))).transpose()?;
            return Ok(PortSpec::from_parts(Some(transport), Some(range), service, group, None));
        }
        if !matches!(transport, Transport::Ip | Transport::Icmp | Transport::Icmpv6) {
            return Err(invalid());
        }
        let number = parse_number(transport, numbers)?;
        let service = spoken.map(|id| service(id, Some(transport))).transpose()?;
        return Ok(PortSpec::from_parts(Some(transport), None, service, group, Some(number)));
    }
    match (head.parse::<Transport>(), spoken) {
        (Ok(transport), spoken) if !transport.has_ports() && transport != Transport::Ip => {
            let service = spoken.map(|id| service(id, Some(transport))).transpose()?;
            Ok(PortSpec::from_parts(Some(transport), None, service, group, None))
        }
        (Err(_), None) if crate::id::is_id(head) => {
            Ok(PortSpec::from_parts(None, None, Some(service(head, None)?), group, None))
        }
        _ => Err(invalid()),
    }
}

/// The number of an IP protocol, or the type of ICMP.
fn parse_number(transport: Transport, text: &str) -> Result<u8, Diagnostic> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    let number = text.parse().ok().filter(|_| is_plain).ok_or_else(|| {
        let message = format!("invalid number {} after {transport}/", QuotedAscii(text));
        Diagnostic::new(codes::INVALID_PORTS, message).help("write a number from 0 to 255")
    })?;
    let named = Transport::ALL.iter().find(|named| named.ip_protocol() == Some(number));
    match named {
        Some(named) if transport == Transport::Ip && named.has_ports() => {
            let message = format!("IP protocol {number} is {named}, which has ports");
            Err(Diagnostic::new(codes::INVALID_PORTS, message).help(format!("write {named}/ and the ports")))
        }
        _ => Ok(number),
    }
}

fn parse_range(text: &str) -> Result<PortRange, Diagnostic> {
    if let Some((base, count)) = text.split_once('+') {
        return parse_counted_range(base, count);
    }
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (parse_port(first)?, parse_port(last)?);
    PortRange::new(first, last).ok_or_else(|| {
        let message = format!("port range {text} ends before it begins");
        Diagnostic::new(codes::REVERSED_RANGE, message).help(format!("write {last}-{first}"))
    })
}

/// A base port and the number of ports from it on.
fn parse_counted_range(base: &str, count: &str) -> Result<PortRange, Diagnostic> {
    let first = parse_port(base)?;
    let is_plain = count.bytes().all(|byte| byte.is_ascii_digit()) && !count.starts_with('0');
    let ports = count.parse::<u16>().ok().filter(|_| is_plain).ok_or_else(|| {
        let message = format!("invalid number of ports {} after {base}+", QuotedAscii(count));
        Diagnostic::new(codes::INVALID_PORTS, message).help("write a number from 1 to 65535")
    })?;
    first.checked_add(ports - 1).and_then(|last| PortRange::new(first, last)).ok_or_else(|| {
        let message = format!("{ports} ports from {first} on end after 65535");
        Diagnostic::new(codes::NOT_A_PORT, message).help("write a smaller number of ports")
    })
}

/// Parses a port from 1 to 65535 in plain decimal digits, without a sign or leading zeros.
///
/// # Errors
///
/// The text isn't such a number.
pub fn parse_port(text: &str) -> Result<u16, Diagnostic> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    match text.parse() {
        Ok(port) if is_plain => Ok(port),
        _ => {
            let message = format!("invalid port {}", QuotedAscii(text));
            Err(Diagnostic::new(codes::NOT_A_PORT, message).help("write a number from 1 to 65535"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::codes;
    use crate::diagnostic::Diagnostic;
    use port_core::port_spec::write_expression;
    use port_core::{Groups, PortSpec, Transport};
    use std::fmt;

    struct Expression((Vec<PortSpec<usize>>, Groups));

    impl fmt::Display for Expression {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write_expression(f, self.0.1, self.0.0.iter().map(|spec| spec.map_service(|index| SERVICES[index])))
        }
    }

    const SERVICES: [&str; 6] = ["smtp", "smtps", "ike", "ipsec-nat-t", "sftp", "ftp"];

    fn expression(text: &str) -> Result<Expression, Vec<super::Located>> {
        let service = |id: &str, _: Option<Transport>| {
            let index = SERVICES.iter().position(|service| *service == id);
            index.ok_or(Diagnostic::new(codes::UNKNOWN_ID, format!("unknown service {id:?}")))
        };
        parse(text, service).map(Expression)
    }

    #[test]
    fn expressions_print_as_they_are_written() {
        let cases = [
            "tcp/25 smtp | tcp/465 smtps",
            "udp/53 | udp/8888, tcp/443",
            "udp/500 ike, esp, udp/4500 ipsec-nat-t",
            "any/17500-17515",
            "sftp | ftp",
            "tcp/1-65535",
            "tcp/389; tcp/636",
            "sctp/36412, gre, ah, ipip, vrrp, icmp, icmp/8, icmpv6/0, ip/112, ip/0, ip/255",
        ];
        for text in cases {
            assert_eq!(expression(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_base_port_and_a_count_are_a_range() {
        let cases = [
            ("tcp/5900+100", "tcp/5900-5999"),
            ("udp/49152+64 sftp; any/1+65535", "udp/49152-49215 sftp; any/1-65535"),
            ("tcp/443+1", "tcp/443"),
        ];
        for (text, printed) in cases {
            assert_eq!(expression(text).unwrap().to_string(), printed);
        }
        assert!(expression("tcp/5900+100, tcp/5900-5999").is_err(), "the same ports twice");
    }

    #[test]
    fn invalid_expressions_are_rejected() {
        let cases = [
            ("", "invalid port spec"),
            ("tcp", "invalid port spec"),
            ("tcp/", "invalid port \"\""),
            ("tcp/0", "from 1 to 65535"),
            ("tcp/65536", "from 1 to 65535"),
            ("tcp/+25", "from 1 to 65535"),
            ("tcp/025", "from 1 to 65535"),
            ("tcp/25-", "invalid port \"\""),
            ("tcp/30-20", "write 20-30"),
            ("tcp/5900+", "invalid number of ports \"\" after 5900+; write a number from 1 to 65535"),
            ("tcp/5900+0", "invalid number of ports \"0\""),
            ("tcp/5900+010", "invalid number of ports \"010\""),
            ("tcp/5900++10", "invalid number of ports \"+10\""),
            ("tcp/5900-5910+10", "invalid port \"5900-5910\""),
            ("tcp/65000+537", "537 ports from 65000 on end after 65535; write a smaller number of ports"),
            ("esp/50", "invalid port spec"),
            ("gre/1", "invalid port spec"),
            ("ip", "invalid port spec"),
            ("ip/", "write a number from 0 to 255"),
            ("ip/256", "write a number from 0 to 255"),
            ("icmp/08", "write a number from 0 to 255"),
            ("ip/6", "IP protocol 6 is tcp, which has ports; write tcp/ and the ports"),
            ("tcp/25, tcp/26; tcp/27", "both \", \" and \"; \""),
            ("tcp/25,tcp/26", "invalid port"),
            ("tcp/25 |tcp/26", "unknown service"),
            ("tcp/25  smtp", "unknown service"),
            ("TCP/25", "invalid port spec"),
            ("tcp/25 smpt", "unknown service"),
            ("gopher", "unknown service"),
        ];
        for (text, expected) in cases {
            let problems = expression(text).err().unwrap_or_default();
            assert!(
                problems.iter().any(|(_, problem)| problem.to_string().contains(expected)),
                "{text:?}: {problems:?}"
            );
        }
    }

    #[test]
    fn every_problem_has_its_offset() {
        let problems = expression("tcp/0, tcp/25 | udp/70000 | tcp/9-3, gopher, tcp/25").err().unwrap();
        let places: Vec<_> = problems.iter().map(|(range, _)| (range.start, range.end)).collect();
        assert_eq!(places, [(0, 5), (16, 25), (28, 35), (37, 43), (45, 51)]);
    }
}
