//! Words that are services, and cells that state that there is no port.

use super::cell::NoPort;
use super::token::IpProtocol;

/// Services that vendors write in lowercase, or with one capital.
const SERVICES: [&str; 34] = [
    "bgp", "cifs", "dhcp", "dns", "ftp", "ftps", "http", "https", "ike", "imap", "imaps", "ipsec", "iscsi", "kerberos",
    "ldap", "ldaps", "netbios", "nfs", "ntp", "pop3", "pop3s", "radius", "rdp", "rpc", "sftp", "smb", "smtp", "smtps",
    "snmp", "ssh", "syslog", "telnet", "tftp", "tls",
];
/// Words that aren't services even if they are written in capitals.
const NOT_SERVICES: [&str; 18] = [
    "all", "and", "any", "custom", "default", "dynamic", "either", "ip", "no", "none", "not", "only", "or", "port",
    "ports", "see", "tbd", "to",
];

/// Why a whole cell has no port, if it states that.
pub(super) fn no_port(text: &str) -> Option<NoPort> {
    let lower = text.to_ascii_lowercase();
    if text.chars().all(|c| matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')) {
        return Some(NoPort::Empty);
    }
    if matches!(lower.as_str(), "n/a" | "n.a." | "na" | "not applicable") {
        return Some(NoPort::NotApplicable);
    }
    let is_ether_type = lower.rsplit_once(' ').is_some_and(|(before, last)| {
        let digits = last.strip_prefix("0x").unwrap_or_default();
        let is_hex = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hex && matches!(before.split(' ').next(), Some("eth" | "ethernet" | "ethertype"))
    });
    is_ether_type.then_some(NoPort::BelowIp)
}

/// Whether a word is written like a service: known ones in any case, and words with capitals, such as `iSCSI` or `NAT-T`. A word
/// with three digits at its end isn't a service, since those may be a port.
pub(super) fn is_service(word: &str) -> bool {
    // The version of `http/2`.
    let word = word.split('/').next().unwrap_or_default();
    let is_any = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(word));
    let digits = word.len() - word.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let capitals = word.chars().filter(char::is_ascii_uppercase).count();
    let names_protocol = word.split(['-', '_']).any(|part| IpProtocol::from_name(part).is_some());
    is_any(&SERVICES) || capitals > 1 && digits < 3 && !is_any(&NOT_SERVICES) && !names_protocol
}
