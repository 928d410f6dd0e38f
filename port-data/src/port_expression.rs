//! Parses port expressions: `tcp/25 smtp | tcp/465 smtps, esp`.

use port_core::{PortRange, PortSpec, Transport};

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::hidden::QuotedAscii;

/// Joins groups that are all needed.
const GROUPS: &str = ", ";

/// Joins the alternatives of a group.
const ALTERNATIVES: &str = " | ";

/// The largest number of specs in an expression.
const MAX_SPECS: usize = 1_000;

/// How to write a spec, for messages.
const HELP: &str = "write specs such as tcp/25 smtp, udp/500-510, esp or sftp, with \", \" between groups and \" | \" between \
                    alternatives";

/// A problem, and the byte offset of the spec that has it.
pub type Located = (usize, Diagnostic);

/// Parses an expression. `service` resolves the id of a service.
///
/// # Errors
///
/// Everything that is wrong, each with the byte offset at which its spec begins. The diagnostics have no place.
pub fn parse<S: PartialEq>(
    text: &str,
    mut service: impl FnMut(&str) -> Result<S, Diagnostic>,
) -> Result<Vec<PortSpec<S>>, Vec<Located>> {
    let mut specs: Vec<PortSpec<S>> = Vec::new();
    let mut problems = Vec::new();
    let mut offset = 0;
    for (group, alternatives) in text.split(GROUPS).enumerate() {
        let Ok(group) = u8::try_from(group) else {
            problems.push((offset, too_many("256 groups")));
            break;
        };
        for spec in alternatives.split(ALTERNATIVES) {
            if specs.len() + problems.len() >= MAX_SPECS {
                problems.push((offset, too_many("1,000 specs")));
                return Err(problems);
            }
            match parse_spec(spec, group, &mut service) {
                Ok(parsed) if specs.iter().any(|other| is_same_traffic(other, &parsed)) => {
                    let message = format!("{spec} is listed twice");
                    problems.push((offset, Diagnostic::new(codes::DUPLICATE_ITEM, message).help("remove one")));
                }
                Ok(parsed) => specs.push(parsed),
                Err(problem) => problems.push((offset, problem)),
            }
            offset += spec.len() + ALTERNATIVES.len();
        }
        // The last alternative is followed by a group separator.
        offset = offset + GROUPS.len() - ALTERNATIVES.len();
    }
    if problems.is_empty() { Ok(specs) } else { Err(problems) }
}

fn too_many(limit: &str) -> Diagnostic {
    let message = format!("port expression has more than {limit}");
    Diagnostic::new(codes::TOO_MANY, message).help("split the flow")
}

/// Whether two specs are equal but for their groups.
fn is_same_traffic<S: PartialEq>(one: &PortSpec<S>, other: &PortSpec<S>) -> bool {
    (one.transport(), one.range(), one.service_ref()) == (other.transport(), other.range(), other.service_ref())
}

fn parse_spec<S>(
    text: &str,
    group: u8,
    service: &mut impl FnMut(&str) -> Result<S, Diagnostic>,
) -> Result<PortSpec<S>, Diagnostic> {
    let invalid = || {
        let message = format!("invalid port spec {}", QuotedAscii(text));
        Diagnostic::new(codes::INVALID_PORTS, message).help(HELP)
    };
    let (head, spoken) = match text.split_once(' ') {
        Some((head, spoken)) => (head, Some(spoken)),
        None => (text, None),
    };
    if let Some((transport, ports)) = head.split_once('/') {
        let transport: Transport = transport.parse().map_err(|_| invalid())?;
        if !transport.has_ports() {
            return Err(invalid());
        }
        let range = parse_range(ports)?;
        let service = spoken.map(service).transpose()?;
        return Ok(PortSpec::from_parts(Some(transport), Some(range), service, group));
    }
    match (head.parse::<Transport>(), spoken) {
        (Ok(transport), spoken) if !transport.has_ports() => {
            let service = spoken.map(service).transpose()?;
            Ok(PortSpec::from_parts(Some(transport), None, service, group))
        }
        (Err(_), None) if crate::id::is_id(head) => Ok(PortSpec::from_parts(None, None, Some(service(head)?), group)),
        _ => Err(invalid()),
    }
}

fn parse_range(text: &str) -> Result<PortRange, Diagnostic> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (parse_port(first)?, parse_port(last)?);
    PortRange::new(first, last).ok_or_else(|| {
        let message = format!("port range {text} ends before it begins");
        Diagnostic::new(codes::REVERSED_RANGE, message).help(format!("write {last}-{first}"))
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
    use port_core::PortSpec;
    use port_core::port_spec::write_expression;
    use std::fmt;

    struct Expression(Vec<PortSpec<usize>>);

    impl fmt::Display for Expression {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write_expression(f, self.0.iter().map(|spec| spec.map_service(|index| SERVICES[index])))
        }
    }

    const SERVICES: [&str; 6] = ["smtp", "smtps", "ike", "ipsec-nat-t", "sftp", "ftp"];

    fn expression(text: &str) -> Result<Expression, Vec<super::Located>> {
        let service = |id: &str| {
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
        ];
        for text in cases {
            assert_eq!(expression(text).unwrap().to_string(), text);
        }
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
            ("esp/50", "invalid port spec"),
            ("sctp/25", "invalid port spec"),
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
        let places: Vec<usize> = problems.iter().map(|(offset, _)| *offset).collect();
        assert_eq!(places, [0, 16, 28, 37, 45]);
    }
}
