//! The names that access lists in the style of Cisco have for ports and for types of ICMP.

/// A port by its number or its name. Some names differ between ASA and EOS.
pub fn port(protocol: &str, word: &str, is_asa: bool) -> u16 {
    let differing: [(&str, u16); 3] = if is_asa { ASA } else { EOS };
    let common: &[(&str, u16)] = if protocol == "udp" { &UDP } else { &TCP };
    let mut names = common.iter().chain(&differing);
    let found = names.find(|(name, _)| *name == word).map(|(_, number)| *number);
    found.or(word.parse().ok()).unwrap_or_else(|| panic!("unknown port {word} of {protocol}"))
}

/// A type of ICMP by its number or its name.
pub fn icmp_type(word: &str) -> u8 {
    const NAMES: [(&str, u8); 14] = [
        ("echo-reply", 0),
        ("unreachable", 3),
        ("source-quench", 4),
        ("redirect", 5),
        ("echo", 8),
        ("router-advertisement", 9),
        ("router-solicitation", 10),
        ("time-exceeded", 11),
        ("parameter-problem", 12),
        ("timestamp-request", 13),
        ("timestamp-reply", 14),
        ("information-request", 15),
        ("mask-request", 17),
        ("mask-reply", 18),
    ];
    let found = NAMES.iter().find(|(name, _)| *name == word).map(|(_, number)| *number);
    found.or(word.parse().ok()).unwrap_or_else(|| panic!("unknown type {word}"))
}

const ASA: [(&str, u16); 3] = [("kerberos", 750), ("radius", 1645), ("radius-acct", 1646)];

const EOS: [(&str, u16); 3] = [("kerberos", 88), ("radius", 1812), ("radius-acct", 1813)];

const TCP: [(&str, u16); 49] = [
    ("echo", 7),
    ("discard", 9),
    ("daytime", 13),
    ("chargen", 19),
    ("ftp-data", 20),
    ("ftp", 21),
    ("ssh", 22),
    ("telnet", 23),
    ("smtp", 25),
    ("whois", 43),
    ("tacacs", 49),
    ("domain", 53),
    ("gopher", 70),
    ("finger", 79),
    ("www", 80),
    ("hostname", 101),
    ("pop2", 109),
    ("pop3", 110),
    ("sunrpc", 111),
    ("ident", 113),
    ("nntp", 119),
    ("netbios-ssn", 139),
    ("imap", 143),
    ("imap4", 143),
    ("bgp", 179),
    ("irc", 194),
    ("ldap", 389),
    ("https", 443),
    ("pim-auto-rp", 496),
    ("exec", 512),
    ("login", 513),
    ("cmd", 514),
    ("lpd", 515),
    ("talk", 517),
    ("uucp", 540),
    ("klogin", 543),
    ("kshell", 544),
    ("rtsp", 554),
    ("ldaps", 636),
    ("lotusnotes", 1352),
    ("citrix-ica", 1494),
    ("sqlnet", 1521),
    ("h323", 1720),
    ("pptp", 1723),
    ("nfs", 2049),
    ("ctiqbe", 2748),
    ("sip", 5060),
    ("aol", 5190),
    ("pcanywhere-data", 5631),
];

const UDP: [(&str, u16); 29] = [
    ("echo", 7),
    ("discard", 9),
    ("time", 37),
    ("nameserver", 42),
    ("tacacs", 49),
    ("domain", 53),
    ("bootps", 67),
    ("bootpc", 68),
    ("tftp", 69),
    ("sunrpc", 111),
    ("ntp", 123),
    ("netbios-ns", 137),
    ("netbios-dgm", 138),
    ("snmp", 161),
    ("snmptrap", 162),
    ("xdmcp", 177),
    ("dnsix", 195),
    ("mobile-ip", 434),
    ("pim-auto-rp", 496),
    ("isakmp", 500),
    ("biff", 512),
    ("who", 513),
    ("syslog", 514),
    ("talk", 517),
    ("rip", 520),
    ("nfs", 2049),
    ("sip", 5060),
    ("secureid-udp", 5510),
    ("pcanywhere-status", 5632),
];
