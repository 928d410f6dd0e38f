//! What iptables and ip6tables make of the rules, read back as their save programs print them.

use port_cli::rules::formats::File;

use crate::cases::{Compared, rules, site};
use crate::openings::Opening;
use crate::tools::{piped, sandboxed, tool};

/// Loads rules, twice as after a change and beside a rule of somebody's own, and prints what is loaded.
fn saved(program: &str, ruleset: &str) -> Option<String> {
    tool(&format!("{program}-restore"))?;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, ruleset).unwrap();
    let load = "$0 -A INPUT -i lo -j ACCEPT && $0-restore --test < \"$1\" \
        && $0-restore --noflush < \"$1\" && $0-restore --noflush < \"$1\" && $0-save";
    let saved = piped(sandboxed(&["sh", "-c", load, program, file.path().to_str().unwrap()])?, "");
    let own: Vec<&str> = saved.lines().filter(|line| line.starts_with("-A INPUT")).collect();
    assert_eq!(own, ["-A INPUT -i lo -j ACCEPT"], "a rule of one's own went, or another came");
    Some(saved)
}

/// A rule that was saved.
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
    let (mut direction, mut protocol, mut ports, mut id) = ("", "", vec![0..=0], "");
    let mut words = line.split(' ');
    while let Some(option) = words.next() {
        let value = words.next().expect(line);
        match option {
            "-A" => direction = if value.ends_with("-in") { "inbound" } else { "outbound" },
            "-s" => saved.source = value.to_string(),
            "-d" => saved.destination = value.to_string(),
            "-p" => protocol = value,
            "-m" => assert!(["tcp", "udp", "multiport", "comment"].contains(&value), "{line}"),
            "--dport" | "--dports" => ports = value.split(',').map(range).collect(),
            "--comment" => id = value,
            "-j" => assert_eq!(value, "ACCEPT", "{line}"),
            other => panic!("{other}: {line}"),
        }
    }
    let opening = |port| (id.to_string(), direction.to_string(), protocol.to_string(), port);
    saved.openings = ports.into_iter().flatten().map(opening).collect();
    saved
}

pub fn range(text: &str) -> std::ops::RangeInclusive<u16> {
    let (first, last) = text.split_once(':').unwrap_or((text, text));
    first.parse().unwrap()..=last.parse().unwrap()
}

#[test]
fn iptables_saves_what_the_catalog_lists() {
    for program in ["iptables", "ip6tables"] {
        if saved(program, "").is_some() {
            let format = Compared { format: program, places: &["host", "network"], says: |_| true };
            format.with(|files: &[File]| {
                read(&saved(program, &files[0].text).unwrap()).into_iter().flat_map(|rule| rule.openings).collect()
            });
        }
    }
}

#[test]
fn each_program_has_the_addresses_of_its_family() {
    let site = site();
    let ends = |program: &str, id: &str| -> Option<String> {
        let call =
            ["--format", program, "--product", "fortimail", "--only", id, "--site", site.path().to_str().unwrap()];
        let saved = saved(program, &rules(&call))?;
        let ends: Vec<String> =
            read(&saved).iter().map(|rule| format!("{} > {}", rule.source, rule.destination)).collect();
        Some(ends.join(", "))
    };
    let [webdav, admin, ldap, dns] =
        ["in-email-client-webdav", "in-admin", "out-ldap", "out-dns"].map(|id| format!("fortimail-{id}"));
    let cases = [
        ("iptables", &webdav, "10.0.0.0/8 > 192.0.2.10/32, 198.51.100.7/32 > 192.0.2.10/32"),
        ("ip6tables", &webdav, "2001:db8:1::/48 > 2001:db8::10/128"),
        ("iptables", &admin, " > 192.0.2.10/32"),
        ("ip6tables", &admin, " > 2001:db8::10/128"),
        ("iptables", &ldap, "192.0.2.10/32 > 10.0.5.1/32"),
        ("ip6tables", &ldap, ""),
        ("iptables", &dns, "192.0.2.10/32 > "),
    ];
    for (program, id, expected) in cases {
        let Some(found) = ends(program, id) else { return };
        assert_eq!(found, expected, "{program} {id}");
    }
}
