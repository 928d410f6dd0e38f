//! Commands of netsh, for Windows.

use super::entry::{Entry, named_protocol, range};

pub fn read(text: &str) -> Vec<Entry> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with(':')).map(entry).collect()
}

fn entry(line: &str) -> Entry {
    let rule = line.strip_prefix("netsh advfirewall firewall add rule ").expect(line);
    let mut entry = Entry::default();
    for pair in rule.split(' ') {
        let (key, value) = pair.split_once('=').expect(line);
        let addresses = || value.split(',').filter(|address| *address != "any").map(str::to_string).collect();
        let ports = || value.split(',').map(|port| range(port, "-")).collect();
        // dir is before the ends.
        match (key, entry.direction) {
            ("name", _) => entry.term = value[2..].to_string(),
            ("enable", _) => assert_eq!(value, "yes"),
            ("interfacetype", _) => assert_eq!(value, "any"),
            ("action", _) => assert_eq!(value, "allow"),
            ("dir", _) => entry.direction = if value == "in" { "inbound" } else { "outbound" },
            ("remoteip", "inbound") | ("localip", "outbound") => entry.source = addresses(),
            ("remoteip", "outbound") | ("localip", "inbound") => entry.destination = addresses(),
            ("localport", "inbound") | ("remoteport", "outbound") => entry.ports = ports(),
            ("protocol", _) => match value.split_once(':') {
                None => entry.protocol = named_protocol(value),
                Some((protocol, icmp_type)) => {
                    entry.protocol = named_protocol(protocol);
                    entry.icmp_types.push(icmp_type.strip_suffix(",any").unwrap().parse().unwrap());
                }
            },
            _ => panic!("{pair}: {line}"),
        }
    }
    // netsh knows few names of protocols.
    let protocol = rule.split("protocol=").nth(1).unwrap().split([' ', ':']).next().unwrap();
    let is_known = matches!(protocol, "tcp" | "udp" | "icmpv4" | "icmpv6") || protocol.parse::<u8>().is_ok();
    assert!(is_known, "{line}");
    entry
}
