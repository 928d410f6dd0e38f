//! The rules for iptables and ip6tables, loaded and read back from their save programs.

use port_engine::rules::formats::writer::File;

use crate::cases::{Comparison, rules, site};
use crate::openings::{Opening, system_protocol};
use crate::tools::{piped, sandboxed, tool};

/// Loads rules twice, as after a change, next to a rule of the user's own, and prints the result.
fn saved(program: &str, ruleset: &str) -> Option<String> {
    tool(&format!("{program}-restore"))?;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, ruleset).unwrap();
    let load = "$0 -A INPUT -i lo -j ACCEPT && $0-restore --test < \"$1\" \
        && $0-restore --noflush < \"$1\" && $0-restore --noflush < \"$1\" && $0-save";
    let saved = piped(sandboxed(&["sh", "-c", load, program, file.path().to_str().unwrap()])?, "");
    let own: Vec<&str> = saved.lines().filter(|line| line.starts_with("-A INPUT")).collect();
    assert_eq!(own, ["-A INPUT -i lo -j ACCEPT"], "the user's own rules have changed");
    Some(saved)
}

/// A rule as the save program prints it.
#[derive(Debug, Default)]
struct Saved {
    openings: Vec<Opening>,
    source: String,
    destination: String,
}

fn read(saved: &str) -> Vec<Saved> {
    let rules = saved.lines().filter(|line| line.starts_with("-A ") && !line.starts_with("-A INPUT"));
    rules.map(read_rule).collect()
}

fn read_rule(line: &str) -> Saved {
    let mut saved = Saved::default();
    let (mut direction, mut ports, mut id) = ("", vec![0..=0], "");
    // A rule without a protocol would match every protocol.
    let (mut protocol, mut icmp_type) = ("any".to_string(), String::new());
    let mut words = line.split(' ');
    while let Some(option) = words.next() {
        let value = words.next().expect(line);
        match option {
            "-A" => direction = if value.ends_with("-in") { "inbound" } else { "outbound" },
            "-s" => saved.source = value.to_string(),
            "-d" => saved.destination = value.to_string(),
            "-p" => protocol = system_protocol(value),
            // For IPv6, the Authentication Header is an extension header.
            "-m" if value == "ah" => protocol = value.to_string(),
            "-m" => {
                assert!(["tcp", "udp", "sctp", "icmp", "icmp6", "multiport", "comment"].contains(&value), "{line}");
            }
            "--icmp-type" | "--icmpv6-type" => icmp_type = format!("/{}", value.parse::<u8>().expect(line)),
            "--dport" | "--dports" => ports = value.split(',').map(range).collect(),
            "--comment" => id = value,
            "-j" => assert_eq!(value, "ACCEPT", "{line}"),
            other => panic!("{other}: {line}"),
        }
    }
    let opening = |port| (id.to_string(), direction.to_string(), format!("{protocol}{icmp_type}"), port);
    saved.openings = ports.into_iter().flatten().map(opening).collect();
    saved
}

pub fn range(text: &str) -> std::ops::RangeInclusive<u16> {
    let (first, last) = text.split_once(':').unwrap_or((text, text));
    first.parse().unwrap()..=last.parse().unwrap()
}

#[test]
fn iptables_allows_exactly_what_the_catalog_lists() {
    // iptables takes protocol 0 for any protocol, and type 255 of ICMP for any type. Headers that any packet of IPv6 can have are no
    // protocols there.
    let can_express_v4 =
        |opening: &Opening| !opening.2.starts_with("icmpv6") && !["ip/0", "icmp/255"].contains(&opening.2.as_str());
    let can_express_v6 = |opening: &Opening| {
        let is_icmp = opening.2 == "icmp" || opening.2.starts_with("icmp/");
        !is_icmp && !["ip/0", "ip/2", "ip/43"].contains(&opening.2.as_str())
    };
    let programs: [(_, fn(&Opening) -> bool); 2] = [("iptables", can_express_v4), ("ip6tables", can_express_v6)];
    for (program, can_express) in programs {
        if saved(program, "").is_some() {
            let format = Comparison { format: program, locations: &["host", "network"], can_express };
            format.run(|files: &[File]| {
                read(&saved(program, &files[0].text).unwrap()).into_iter().flat_map(|rule| rule.openings).collect()
            });
        }
    }
}

#[test]
fn each_program_gets_the_addresses_of_its_family() {
    let site = site();
    let ends = |program: &str, id: &str| -> Option<String> {
        let call = [
            "--format",
            program,
            "--product=mailgate",
            "--only",
            id,
            "--unnamed=any",
            "--site",
            site.path().to_str().unwrap(),
        ];
        let saved = saved(program, &rules(&call))?;
        let ends: Vec<String> =
            read(&saved).iter().map(|rule| format!("{} > {}", rule.source, rule.destination)).collect();
        Some(ends.join(", "))
    };
    let [smtp, admin, ldap, dns] =
        ["in-email-client-smtp", "in-admin", "out-ldap-server", "out-dns-server"].map(|id| format!("mailgate-{id}"));
    let cases = [
        ("iptables", &smtp, "10.0.0.0/8 > 192.0.2.10/32, 198.51.100.7/32 > 192.0.2.10/32"),
        ("ip6tables", &smtp, "2001:db8:1::/48 > 2001:db8::10/128"),
        ("iptables", &admin, " > 192.0.2.10/32"),
        ("ip6tables", &admin, " > 2001:db8::10/128"),
        ("iptables", &ldap, "192.0.2.10/32 > 10.0.5.1/32"),
        ("ip6tables", &ldap, ""),
        // One rule for TCP, one for UDP. The network with all addresses is not printed.
        ("iptables", &dns, "192.0.2.10/32 > , 192.0.2.10/32 > "),
    ];
    for (program, id, expected) in cases {
        let Some(found) = ends(program, id) else { return };
        assert_eq!(found, expected, "{program} {id}");
    }
}
