//! What texts outside the tables are, as far as their words show that their numbers and hosts have nothing to do with ports.

use std::collections::BTreeSet;

use crate::capture::{Prose, has_facts, host_in};

/// What a number or a host is that concerns no flow. In the order in which a draft lists them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Link,
    Example,
    Standard,
    Hardware,
    Version,
    Size,
    Time,
    Count,
}

impl Kind {
    /// Whether a number or a host is of this kind even in a text about networks.
    const fn is_certain(self) -> bool {
        matches!(self, Kind::Standard | Kind::Hardware | Kind::Version)
    }

    const fn plural(self) -> &'static str {
        match self {
            Kind::Link => "links",
            Kind::Example => "examples of host names",
            Kind::Standard => "standards",
            Kind::Hardware => "MAC addresses",
            Kind::Version => "versions",
            Kind::Size => "sizes",
            Kind::Time => "times",
            Kind::Count => "counts",
        }
    }
}

/// Beginnings of words in whose company any number may be a port, and any host an end of a flow.
const NETWORK_WORDS: [&str; 24] = [
    "port",
    "tcp",
    "udp",
    "icmp",
    "sctp",
    "firewall",
    "allow",
    "access",
    "listen",
    "connect",
    "endpoint",
    "proxy",
    "proxies",
    "network",
    "traffic",
    "address",
    "url",
    "domain",
    "inbound",
    "outbound",
    "communicat",
    "netz",
    "adress",
    "puert",
];
/// What follows a number in a quantity.
const UNITS: [(Kind, &[&str]); 3] = [
    (
        Kind::Size,
        &[
            "bit",
            "bytes",
            "kb",
            "kib",
            "mb",
            "mib",
            "gb",
            "gib",
            "tb",
            "tib",
            "mhz",
            "ghz",
            "mbps",
            "gbps",
            "cpu",
            "cpus",
            "vcpu",
            "vcpus",
            "core",
            "cores",
            "vcores",
            "processors",
            "iops",
            "%",
            "percent",
        ],
    ),
    (
        Kind::Time,
        &["ms", "milliseconds", "seconds", "secs", "minutes", "mins", "hours", "days", "weeks", "months", "years"],
    ),
    (
        Kind::Count,
        &[
            "nodes",
            "machines",
            "vms",
            "pods",
            "hosts",
            "agents",
            "users",
            "clients",
            "devices",
            "clusters",
            "characters",
        ],
    ),
];
/// Software whose versions are whole numbers.
const SOFTWARE: [&str; 13] = [
    "centos",
    "debian",
    "enterprise",
    "fedora",
    "java",
    "jdk",
    "linux",
    "openjdk",
    "postgresql",
    "redhat",
    "rhel",
    "sles",
    "ubuntu",
];
/// Software whose versions are years.
const SOFTWARE_OF_YEARS: [&str; 8] =
    ["edge", "exchange", "lync", "office", "outlook", "server", "sharepoint", "windows"];
const YEARS: std::ops::RangeInclusive<u32> = 2003..=2035;
/// First labels of the hosts of documentation, and whole hosts of which nothing else is there.
const DOCUMENTATION: [&str; 7] = ["docs", "documentation", "learn", "technet", "wiki", "en", "blog"];
const DOCUMENTATION_HOSTS: [&str; 4] = ["go.microsoft.com", "datatracker.ietf.org", "tools.ietf.org", "github.com"];

/// What a text is, if every number and host in it is of a known kind. In a text about networks, only some kinds are known.
pub(super) fn what(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let may_have_ports = words.iter().any(|word| !is_link(word) && is_about_networks(word));
    let known = |index| kind(&words, index).filter(|kind: &Kind| kind.is_certain() || !may_have_ports);
    let kinds: Vec<Option<Kind>> = (0..words.len()).map(known).collect();
    let others: Vec<&str> =
        words.iter().zip(&kinds).map(|(word, kind)| if kind.is_some() { "..." } else { word }).collect();
    if has_facts(&Prose::digest(&others.join(" "))) {
        return None;
    }
    let kinds: BTreeSet<Kind> = kinds.into_iter().flatten().collect();
    let names: Vec<&str> = kinds.into_iter().map(Kind::plural).collect();
    let (last, first) = names.split_last()?;
    let joined = if first.is_empty() { (*last).to_string() } else { format!("{} and {last}", first.join(", ")) };
    Some(format!("{}{}.", joined[..1].to_uppercase(), &joined[1..]))
}

fn is_about_networks(word: &str) -> bool {
    let word = plain(word).to_lowercase();
    NETWORK_WORDS.iter().any(|start| word.starts_with(start))
}

fn is_link(word: &str) -> bool {
    word.contains("://")
}

/// A word without the punctuation around it.
fn plain(word: &str) -> &str {
    word.trim_matches(|letter: char| !letter.is_alphanumeric() && letter != '%')
}

/// The kind of the number or host that a word is.
fn kind(words: &[&str], index: usize) -> Option<Kind> {
    let word = words[index];
    if let Some(host) = host_in(word) {
        let is_alone = Prose::digest(word).numbers.is_empty();
        return kind_of_host(host, is_link(word)).filter(|_| is_alone);
    }
    if is_mac_address(plain(word)) {
        return Some(Kind::Hardware);
    }
    let is_build = index.checked_sub(1).is_some_and(|before| plain(words[before]).eq_ignore_ascii_case("build"));
    if is_build && plain(word).split('.').all(|part| part.parse::<u32>().is_ok()) {
        return Some(Kind::Version);
    }
    let (number, unit) = number_and_unit(word)?;
    let next = words.get(index + 1).map(|next| plain(next)).unwrap_or_default();
    let quantity = |unit: &str, kinds: &[Kind]| {
        let unit = unit.to_lowercase();
        let has_unit = |(kind, units): &&(Kind, &[&str])| kinds.contains(kind) && units.contains(&unit.as_str());
        UNITS.iter().find(has_unit).map(|(kind, _)| *kind)
    };
    match unit {
        Some(unit) => quantity(unit, &[Kind::Size, Kind::Time]),
        None => quantity(next, &[Kind::Size, Kind::Time, Kind::Count]),
    }
    .or_else(|| kind_after(words, index, number))
}

fn kind_of_host(host: &str, is_link: bool) -> Option<Kind> {
    let is_example = host.split('.').any(|label| label == "example");
    let first = host.split('.').next().unwrap_or_default();
    let is_documentation = DOCUMENTATION.contains(&first) || DOCUMENTATION_HOSTS.contains(&host);
    match (is_example, is_link && is_documentation) {
        (true, _) => Some(Kind::Example),
        (_, true) => Some(Kind::Link),
        _ => None,
    }
}

fn is_mac_address(word: &str) -> bool {
    let is_byte = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    word.split(':').count() == 6 && word.split(':').all(is_byte)
}

/// A number or a range of numbers, and the unit that is part of the word.
fn number_and_unit(word: &str) -> Option<(u32, Option<&str>)> {
    let word = plain(word);
    let end = word.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(word.len());
    let (number, rest) = word.split_at(end);
    let number = number.replace(',', "").parse().ok()?;
    let unit = rest.trim_start_matches(|letter: char| !letter.is_alphabetic() && letter != '%');
    let is_range = rest.starts_with(['-', ',', '–']) && unit.is_empty();
    match (rest.is_empty() || is_range, unit.is_empty()) {
        (true, _) => Some((number, None)),
        (_, false) => Some((number, Some(unit))),
        (_, true) => None,
    }
}

/// The kind of a number that the words before it show, such as `RFC 2347` or `Exchange 2016`.
fn kind_after(words: &[&str], index: usize, number: u32) -> Option<Kind> {
    let before = plain(words.get(index.checked_sub(1)?)?);
    let lower = before.to_lowercase();
    if before == "RFC" {
        return Some(Kind::Standard);
    }
    let is_year = YEARS.contains(&number);
    if SOFTWARE.contains(&lower.as_str()) || is_year && SOFTWARE_OF_YEARS.contains(&lower.as_str()) {
        return Some(Kind::Version);
    }
    // `Exchange 2013 or 2016`
    let is_list = ["and", "or", "to"].contains(&lower.as_str());
    let earlier = index.checked_sub(2).filter(|_| is_list && is_year)?;
    let (other, _) = number_and_unit(words[earlier])?;
    kind_after(words, earlier, other)
}

#[cfg(test)]
mod tests {
    use super::what;

    #[test]
    fn numbers_and_hosts_that_concern_no_flow_are_named() {
        for (text, expected) in [
            ("A node needs 8 GB of memory, 16 GiB is better, and 100GB of disk.", "Sizes."),
            ("Retry after 30 seconds with up to 500 nodes.", "Times and counts."),
            ("RFC 2347: option extension", "Standards."),
            ("Windows Server 2012 or 2016, and Exchange 2019 with Debian 11", "Versions."),
            (
                "See https://docs.acme.example.com/list and https://learn.microsoft.com/en-us/list.",
                "Links and examples of host names.",
            ),
            ("Between 8-16 cores and 64-bit processors", "Sizes."),
            ("Lync Server 2013-Clients", "Versions."),
            ("Windows Server 2019 LTSC (OS Build 17763.2061)", "Versions."),
            ("On RHEL 10, a package is required to allow it.", "Versions."),
            ("From 00:05:69:00:00:00 to 00:05:69:FF:FF:FF", "MAC addresses."),
        ] {
            assert_eq!(what(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_may_be_a_port_or_an_end_of_a_flow_is_left_to_a_person() {
        for text in [
            "Port 8443 needs 8 GB.",
            "Ports of RHEL 10: 8443",
            "It uses TCP 2012.",
            "Server 443",
            "Exchange 2016 and 443",
            "Downloads come from https://packages.acme.com/list.",
            "The console opens https://docs.acme.com:8443/.",
            "Allow docs.acme.com.",
            "Agents reach docs.acme.com.",
            "Windows 2000 and 9100",
            "SCCP 2000",
            "Open 30 to 40.",
            "no facts",
        ] {
            assert_eq!(what(text), None, "{text}");
        }
    }
}
