//! Parses port expressions: `tcp/25 smtp | tcp/465 smtps, esp`.

use crate::error::Problem;
use crate::shared::expression::PortSpec;
use crate::shared::words::{PortRange, Transport};

/// What joins groups, each of which is needed.
const GROUPS: &str = ", ";

/// What joins the alternatives of a group.
const ALTERNATIVES: &str = " | ";

/// The most specs of an expression.
const MAX_SPECS: usize = 1_000;

/// What a spec should look like, for messages.
const SPEC: &str =
    "specs such as tcp/25 smtp, udp/500-510, esp or sftp, with \", \" between groups and \" | \" between alternatives";

/// Parses an expression; services are looked up by `service`, which says what is wrong with an id that is none.
///
/// # Errors
///
/// All that is wrong, each with the place in the text at which its spec begins, in bytes.
pub fn parse(
    text: &str,
    mut service: impl FnMut(&str) -> Result<usize, Problem>,
) -> Result<Vec<PortSpec<usize>>, Vec<(usize, Problem)>> {
    let mut specs: Vec<PortSpec<usize>> = Vec::new();
    let mut faults = Vec::new();
    let mut offset = 0;
    for (group, alternatives) in text.split(GROUPS).enumerate() {
        let Ok(group) = u8::try_from(group) else {
            let problem =
                Problem::Malformed { found: alternatives.to_string(), expected: "at most 256 groups of specs" };
            faults.push((offset, problem));
            break;
        };
        for spec in alternatives.split(ALTERNATIVES) {
            if specs.len() + faults.len() >= MAX_SPECS {
                let problem = Problem::Malformed { found: spec.to_string(), expected: "at most 1,000 specs" };
                faults.push((offset, problem));
                return Err(faults);
            }
            match parse_spec(spec, group, &mut service) {
                Ok(parsed) if specs.iter().any(|other| PortSpec { group, ..*other } == parsed) => {
                    faults.push((
                        offset,
                        Problem::Contradiction { found: format!("{spec} twice"), expected: "each spec once" },
                    ));
                }
                Ok(parsed) => specs.push(parsed),
                Err(problem) => faults.push((offset, problem)),
            }
            offset += spec.len() + ALTERNATIVES.len();
        }
        // After the last alternative stands what joins groups.
        offset = offset + GROUPS.len() - ALTERNATIVES.len();
    }
    if faults.is_empty() { Ok(specs) } else { Err(faults) }
}

fn parse_spec(
    text: &str,
    group: u8,
    service: &mut impl FnMut(&str) -> Result<usize, Problem>,
) -> Result<PortSpec<usize>, Problem> {
    let malformed = || Problem::Malformed { found: text.to_string(), expected: SPEC };
    let (head, spoken) = match text.split_once(' ') {
        Some((head, spoken)) => (head, Some(spoken)),
        None => (text, None),
    };
    if let Some((transport, ports)) = head.split_once('/') {
        let transport: Transport = transport.parse().map_err(|_| malformed())?;
        if !transport.has_ports() {
            return Err(malformed());
        }
        let range = parse_range(ports)?;
        let service = spoken.map(service).transpose()?;
        return Ok(PortSpec { transport: Some(transport), range: Some(range), service, group });
    }
    match (head.parse::<Transport>(), spoken) {
        (Ok(transport), spoken) if !transport.has_ports() => {
            let service = spoken.map(service).transpose()?;
            Ok(PortSpec { transport: Some(transport), range: None, service, group })
        }
        (Err(_), None) if crate::id::is_id(head) => {
            Ok(PortSpec { transport: None, range: None, service: Some(service(head)?), group })
        }
        _ => Err(malformed()),
    }
}

fn parse_range(text: &str) -> Result<PortRange, Problem> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (parse_port(first)?, parse_port(last)?);
    PortRange::new(first, last).ok_or(Problem::ReversedRange { found: text.to_string(), first, last })
}

/// Parses a port, 1 to 65535, written as people write numbers: no sign, no zero in front.
///
/// # Errors
///
/// Where the text is no such number.
pub fn parse_port(text: &str) -> Result<u16, Problem> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    match text.parse() {
        Ok(port) if plain => Ok(port),
        _ => Err(Problem::NotAPort(text.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::error::Problem;
    use crate::shared::expression::{PortSpec, write_expression};
    use std::fmt;

    struct Expression(Vec<PortSpec<usize>>);

    impl fmt::Display for Expression {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write_expression(f, self.0.iter().map(|spec| spec.map_service(|place| SERVICES[place])))
        }
    }

    const SERVICES: [&str; 6] = ["smtp", "smtps", "ike", "ipsec-nat-t", "sftp", "ftp"];

    fn expression(text: &str) -> Result<Expression, Vec<(usize, Problem)>> {
        let service = |id: &str| {
            SERVICES.iter().position(|service| *service == id).ok_or(Problem::UnknownId {
                found: id.to_string(),
                wanted: "a service".to_string(),
                nearest: None,
            })
        };
        parse(text, service).map(Expression)
    }

    #[test]
    fn what_is_read_is_written_again() {
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
    fn what_is_no_expression_is_refused() {
        let cases = [
            ("", "specs such as"),
            ("tcp", "specs such as"),
            ("tcp/", "found \"\", expected a port"),
            ("tcp/0", "expected a port from 1 to 65535"),
            ("tcp/65536", "expected a port from 1 to 65535"),
            ("tcp/+25", "expected a port from 1 to 65535"),
            ("tcp/025", "expected a port from 1 to 65535"),
            ("tcp/25-", "found \"\", expected a port"),
            ("tcp/30-20", "expected the lower port first: 20-30"),
            ("esp/50", "specs such as"),
            ("sctp/25", "specs such as"),
            ("tcp/25,tcp/26", "expected a port"),
            ("tcp/25 |tcp/26", "expected a service"),
            ("tcp/25  smtp", "expected a service"),
            ("TCP/25", "specs such as"),
            ("tcp/25 smpt", "expected a service"),
            ("gopher", "expected a service"),
        ];
        for (text, expected) in cases {
            let faults = expression(text).err().unwrap_or_default();
            assert!(faults.iter().any(|(_, problem)| problem.to_string().contains(expected)), "{text:?}: {faults:?}");
        }
    }

    #[test]
    fn every_fault_is_told_with_its_place() {
        let faults = expression("tcp/0, tcp/25 | udp/70000 | tcp/9-3, gopher, tcp/25").err().unwrap();
        let places: Vec<usize> = faults.iter().map(|(offset, _)| *offset).collect();
        assert_eq!(places, [0, 16, 28, 37, 45]);
    }
}
