//! Every diagnostic of a port cell: one case per mistake, each with the whole message.

use port_import::port_cell::{codes, parse};

/// A name, a port cell, the cell of the protocol column, and the expected diagnostic.
type Case = (&'static str, &'static str, Option<&'static str>, &'static str);

#[rustfmt::skip]
const CASES: &[Case] = &[
    ("port_0", "TCP/0", None, "error[cell-not-a-port]: port cell \"TCP/0\": \"0\" is not a port from 1 to 65535 without leading zeros; give the flow's ports under `reading` or `adds` in the curation"),
    ("port_65536", "65536", None, "error[cell-not-a-port]: port cell \"65536\": \"65536\" is not a port from 1 to 65535 without leading zeros; give the flow's ports under `reading` or `adds` in the curation"),
    ("leading_zero", "0443", None, "error[cell-not-a-port]: port cell \"0443\": \"0443\" is not a port from 1 to 65535 without leading zeros; give the flow's ports under `reading` or `adds` in the curation"),
    ("a_huge_number", "99999999999999999999", None, "error[cell-not-a-port]: port cell \"99999999999999999999\": \"99999999999999999999\" is not a port from 1 to 65535 without leading zeros; give the flow's ports under `reading` or `adds` in the curation"),
    ("reversed_range", "5000-1024", None, "error[cell-reversed-range]: port cell \"5000-1024\": the first port of the range \"5000-1024\" is not less than the last; give the flow's ports under `reading` or `adds` in the curation"),
    ("range_of_three_numbers", "1-2-3", None, "error[cell-unreadable]: port cell \"1-2-3\": cannot read \"1-2-3\": a range has two numbers; give the flow's ports under `reading` or `adds` in the curation"),
    ("a_list_or_thousands", "25,465", None, "error[cell-ambiguous]: port cell \"25,465\": \"25,465\" is ambiguous: it is one number with a thousands separator, or two ports; give the flow's ports under `reading` or `adds` in the curation"),
    ("transport_alone", "TCP", None, "error[cell-missing-port]: port cell \"TCP\": \"TCP\" has no port and no service; give the flow's ports under `reading` or `adds` in the curation"),
    ("transport_or_number", "TCP or 443", None, "error[cell-missing-port]: port cell \"TCP or 443\": \"TCP\" has no port and no service; give the flow's ports under `reading` or `adds` in the curation"),
    ("transport_and_slash", "TCP/", None, "error[cell-unreadable]: port cell \"TCP/\": cannot read \"TCP/\": it doesn't end with a port, a transport or a service; give the flow's ports under `reading` or `adds` in the curation"),
    ("number_and_slash", "443/", None, "error[cell-unreadable]: port cell \"443/\": cannot read \"443/\": it doesn't end with a port, a transport or a service; give the flow's ports under `reading` or `adds` in the curation"),
    ("or_at_the_end", "443 or", None, "error[cell-unreadable]: port cell \"443 or\": cannot read \"or\": no port follows it; give the flow's ports under `reading` or `adds` in the curation"),
    ("comma_at_the_end", "80,", None, "error[cell-unreadable]: port cell \"80,\": cannot read \",\": nothing follows the comma; give the flow's ports under `reading` or `adds` in the curation"),
    ("two_commas", "80,,443", None, "error[cell-unreadable]: port cell \"80,,443\": cannot read \",\": nothing follows the comma; give the flow's ports under `reading` or `adds` in the curation"),
    ("unclosed_bracket", "(443", None, "error[cell-unreadable]: port cell \"(443\": cannot read \"(443\": the bracket isn't closed; give the flow's ports under `reading` or `adds` in the curation"),
    ("unopened_bracket", "443)", None, "error[cell-unreadable]: port cell \"443)\": cannot read \")\": no bracket is open; give the flow's ports under `reading` or `adds` in the curation"),
    ("empty_brackets", "443 ()", None, "error[cell-unreadable]: port cell \"443 ()\": cannot read \"(\": the brackets are empty; give the flow's ports under `reading` or `adds` in the curation"),
    ("words_and_a_number", "ports above 1024", None, "error[cell-unreadable]: port cell \"ports above 1024\": cannot read \"ports above 1024\": it is neither ports, transports and services nor only words; give the flow's ports under `reading` or `adds` in the curation"),
    ("plus_at_the_end", "TCP +", None, "error[cell-unreadable]: port cell \"TCP +\": cannot read \"+\": no port follows it; give the flow's ports under `reading` or `adds` in the curation"),
    ("page_number", "see page 5", None, "error[cell-unreadable]: port cell \"see page 5\": cannot read \"see page 5\": it is neither ports, transports and services nor only words; give the flow's ports under `reading` or `adds` in the curation"),
    ("transport_and_a_word", "TCP only", None, "error[cell-missing-port]: port cell \"TCP only\": \"TCP\" has no port and no service; give the flow's ports under `reading` or `adds` in the curation"),
    ("transport_in_words", "if TCP is open", None, "error[cell-unreadable]: port cell \"if TCP is open\": cannot read \"if TCP is open\": it is neither ports, transports and services nor only words; give the flow's ports under `reading` or `adds` in the curation"),
    ("transport_and_any", "TCP/any", None, "error[cell-unreadable]: port cell \"TCP/any\": cannot read \"TCP/any\": it doesn't end with a port, a transport or a service; give the flow's ports under `reading` or `adds` in the curation"),
    ("decimal_number", "443.5", None, "error[cell-unreadable]: port cell \"443.5\": cannot read \"443.5\": it is neither ports, transports and services nor only words; give the flow's ports under `reading` or `adds` in the curation"),
    ("number_and_a_letter", "8080a", None, "error[cell-unreadable]: port cell \"8080a\": cannot read \"8080a\": it is neither ports, transports and services nor only words; give the flow's ports under `reading` or `adds` in the curation"),
    ("service_and_number_in_one_word", "HTTPS443", None, "error[cell-unreadable]: port cell \"HTTPS443\": cannot read \"HTTPS443\": it is neither ports, transports and services nor only words; give the flow's ports under `reading` or `adds` in the curation"),
    ("alternative_in_brackets", "443 (or 8443)", None, "error[cell-unreadable]: port cell \"443 (or 8443)\": cannot read \"or 8443\": brackets may contain only the transport, the service or a remark of the port before them; give the flow's ports under `reading` or `adds` in the curation"),
    ("number_in_brackets", "443 (8443)", None, "error[cell-unreadable]: port cell \"443 (8443)\": cannot read \"8443\": brackets may contain only the transport, the service or a remark of the port before them; give the flow's ports under `reading` or `adds` in the curation"),
    ("two_numbers_in_brackets", "SSH (22, 2222)", None, "error[cell-unreadable]: port cell \"SSH (22, 2222)\": cannot read \"2222\": brackets may contain only the transport, the service or a remark of the port before them; give the flow's ports under `reading` or `adds` in the curation"),
    ("two_transports", "443/TCP (UDP)", None, "error[cell-contradiction]: port cell \"443/TCP (UDP)\": \"UDP\" contradicts the transport before it; give the flow's ports under `reading` or `adds` in the curation"),
    ("wrong_protocol_number", "ESP (IP 51)", None, "error[cell-contradiction]: port cell \"ESP (IP 51)\": \"IP 51\" contradicts the number of the protocol before it; give the flow's ports under `reading` or `adds` in the curation"),
    ("protocol_without_ports_and_a_number", "ESP 4500", None, "error[cell-ambiguous]: port cell \"ESP 4500\": \"ESP 4500\" is ambiguous: it is one port or two; give the flow's ports under `reading` or `adds` in the curation"),
    ("protocol_without_ports_and_a_slash", "ESP/50", None, "error[cell-unreadable]: port cell \"ESP/50\": cannot read \"ESP/\": a protocol without ports can't be joined with anything; give the flow's ports under `reading` or `adds` in the curation"),
    ("transport_between_numbers", "80/TCP/443", None, "error[cell-ambiguous]: port cell \"80/TCP/443\": \"80/TCP/443\" is ambiguous: the transport or service belongs to the number before it or to the one after it; give the flow's ports under `reading` or `adds` in the curation"),
    ("two_services_and_a_number", "HTTP/HTTPS/443", None, "error[cell-ambiguous]: port cell \"HTTP/HTTPS/443\": \"HTTP/HTTPS/443\" is ambiguous: it isn't clear which service belongs to which number; give the flow's ports under `reading` or `adds` in the curation"),
    ("number_of_one_service_or_both", "HTTP or HTTPS 443", None, "error[cell-ambiguous]: port cell \"HTTP or HTTPS 443\": \"HTTP or HTTPS 443\" is ambiguous: the number belongs to one service or to both; give the flow's ports under `reading` or `adds` in the curation"),
    ("two_services", "SMTP IMAP", None, "error[cell-ambiguous]: port cell \"SMTP IMAP\": \"SMTP IMAP\" is ambiguous: it is one port or two; give the flow's ports under `reading` or `adds` in the curation"),
    ("or_after_a_list", "80, 443, or 8080, 8443", None, "error[cell-ambiguous]: port cell \"80, 443, or 8080, 8443\": \"8080\" is ambiguous: it replaces the port before it, or all ports before it; give the flow's ports under `reading` or `adds` in the curation"),
    ("or_and_and", "25 or 465 and 587", None, "error[cell-ambiguous]: port cell \"25 or 465 and 587\": \"587\" is ambiguous: `and` and `or` aren't separated by a comma; give the flow's ports under `reading` or `adds` in the curation"),
    ("or_after_two_groups", "20/21 or 22", None, "error[cell-ambiguous]: port cell \"20/21 or 22\": \"22\" is ambiguous: it replaces the port before it, or several ports before it; give the flow's ports under `reading` or `adds` in the curation"),
    ("or_after_two_transports", "53/udp+tcp or 54", None, "error[cell-ambiguous]: port cell \"53/udp+tcp or 54\": \"54\" is ambiguous: it replaces the port before it, or several ports before it; give the flow's ports under `reading` or `adds` in the curation"),
    ("url_in_words", "see http://example.com:443/", None, "error[cell-unreadable]: port cell \"see http://example.com:443/\": cannot read \"see http://example.com:443/\": it is neither ports, transports and services nor only words; give the flow's ports under `reading` or `adds` in the curation"),
    ("unclosed_inner_bracket", "443 (see (note)", None, "error[cell-unreadable]: port cell \"443 (see (note)\": cannot read \"(see (note)\": the bracket isn't closed; give the flow's ports under `reading` or `adds` in the curation"),
    ("symbol", "443 #", None, "error[cell-unreadable]: port cell \"443 #\": cannot read \"#\": it is neither ports, transports and services nor only words; give the flow's ports under `reading` or `adds` in the curation"),
    ("arabic_digits", "\u{664}\u{664}\u{663}", None, "error[cell-unreadable]: port cell \"٤٤٣\": cannot read \"٤٤٣\": it is neither ports, transports and services nor only words; give the flow's ports under `reading` or `adds` in the curation"),
    ("base_and_count_or_two_ports", "5900+100", None, "error[cell-ambiguous]: port cell \"5900+100\": \"5900+100\" is ambiguous: it is two ports, or a base port and the number of ports from it on; give the flow's ports under `reading` or `adds` in the curation"),
    ("base_and_count_with_spaces", "TCP/5900 + 100", None, "error[cell-ambiguous]: port cell \"TCP/5900 + 100\": \"5900 + 100\" is ambiguous: it is two ports, or a base port and the number of ports from it on; give the flow's ports under `reading` or `adds` in the curation"),
    ("base_and_a_count_in_words", "5900 + display count", None, "error[cell-unreadable]: port cell \"5900 + display count\": cannot read \"5900 + display\": it doesn't state the number of ports from the first on; give the flow's ports under `reading` or `adds` in the curation"),
    ("count_of_another_range", "49152-49215 (63 ports)", None, "error[cell-contradiction]: port cell \"49152-49215 (63 ports)\": \"63 ports\" contradicts the port before it; give the flow's ports under `reading` or `adds` in the curation"),
    ("count_from_another_port", "49152 (64 ports from 49153)", None, "error[cell-contradiction]: port cell \"49152 (64 ports from 49153)\": \"64 ports from 49153\" contradicts the port before it; give the flow's ports under `reading` or `adds` in the curation"),
    ("count_after_several_ports", "443, 444 (2 ports)", None, "error[cell-ambiguous]: port cell \"443, 444 (2 ports)\": \"2 ports\" is ambiguous: it counts the ports from the last one on, or all of the cell; give the flow's ports under `reading` or `adds` in the curation"),
    ("count_past_the_last_port", "64 ports from 65500", None, "error[cell-unreadable]: port cell \"64 ports from 65500\": cannot read \"64 ports from 65500\": the range ends after port 65535; give the flow's ports under `reading` or `adds` in the curation"),
    ("type_256", "ICMP type 256", None, "error[cell-not-a-protocol]: port cell \"ICMP type 256\": \"256\" is not an IP protocol or a type of ICMP, which are numbers from 0 to 255; give the flow's ports under `reading` or `adds` in the curation"),
    ("type_with_a_leading_zero", "ICMP/08", None, "error[cell-not-a-protocol]: port cell \"ICMP/08\": \"08\" is not an IP protocol or a type of ICMP, which are numbers from 0 to 255; give the flow's ports under `reading` or `adds` in the curation"),
    ("protocol_300", "IP protocol 300", None, "error[cell-not-a-protocol]: port cell \"IP protocol 300\": \"300\" is not an IP protocol or a type of ICMP, which are numbers from 0 to 255; give the flow's ports under `reading` or `adds` in the curation"),
    ("type_or_port", "ICMP type 8, 3", None, "error[cell-ambiguous]: port cell \"ICMP type 8, 3\": \"ICMP type 8, 3\" is ambiguous: the number is a port or a type of ICMP; give the flow's ports under `reading` or `adds` in the curation"),
    ("several_types", "ICMP types 0 and 8", None, "error[cell-unreadable]: port cell \"ICMP types 0 and 8\": cannot read \"types 0 and 8\": it is neither ports, transports and services nor only words; give the flow's ports under `reading` or `adds` in the curation"),
    ("type_and_code", "ICMP type 3 code 4", None, "error[cell-unreadable]: port cell \"ICMP type 3 code 4\": cannot read \"code 4\": it is neither ports, transports and services nor only words; give the flow's ports under `reading` or `adds` in the curation"),
    ("type_and_another_name", "ICMP type 8 echo reply", None, "error[cell-contradiction]: port cell \"ICMP type 8 echo reply\": \"echo reply\" contradicts the type of ICMP before it; give the flow's ports under `reading` or `adds` in the curation"),
    ("name_and_another_type", "ICMP echo request (type 0)", None, "error[cell-contradiction]: port cell \"ICMP echo request (type 0)\": \"type 0\" contradicts the type of ICMP before it; give the flow's ports under `reading` or `adds` in the curation"),
    ("name_and_another_number", "AH protocol 50", None, "error[cell-contradiction]: port cell \"AH protocol 50\": \"protocol 50\" contradicts the protocol before it; give the flow's ports under `reading` or `adds` in the curation"),
    ("number_and_another_name", "IP protocol 112 (AH)", None, "error[cell-contradiction]: port cell \"IP protocol 112 (AH)\": \"AH\" contradicts the protocol before it; give the flow's ports under `reading` or `adds` in the curation"),
    ("number_before_another_name", "IP protocol 112 AH", None, "error[cell-contradiction]: port cell \"IP protocol 112 AH\": \"AH\" contradicts the number of the protocol before it; give the flow's ports under `reading` or `adds` in the curation"),
    ("number_of_a_protocol_with_ports", "IP protocol 6", None, "error[cell-missing-port]: port cell \"IP protocol 6\": \"IP protocol 6\" has no port and no service; give the flow's ports under `reading` or `adds` in the curation"),
    ("another_type_than_the_column", "type 0", Some("ICMP type 8"), "error[cell-contradiction]: port cell \"type 0\": \"type 0\" contradicts the page's protocol column; give the flow's ports under `reading` or `adds` in the curation"),
    ("another_protocol_than_the_column", "ESP", Some("ICMP"), "error[cell-contradiction]: port cell \"ESP\": \"ESP\" contradicts the page's protocol column; give the flow's ports under `reading` or `adds` in the curation"),
    ("transport_of_the_example", "TCP/65536", None, "error[cell-not-a-port]: port cell \"TCP/65536\": \"65536\" is not a port from 1 to 65535 without leading zeros; give the flow's ports under `reading` or `adds` in the curation"),
    ("cell_contradicts_protocol_column", "UDP/53", Some("TCP"), "error[cell-contradiction]: port cell \"UDP/53\": \"UDP/53\" contradicts the page's protocol column; give the flow's ports under `reading` or `adds` in the curation"),
    ("number_of_protocol_without_ports", "53", Some("ICMP"), "error[cell-contradiction]: port cell \"53\": \"53\" contradicts the page's protocol column; give the flow's ports under `reading` or `adds` in the curation"),
    ("protocol_column_with_or_and_and", "53", Some("TCP or UDP and SCTP"), "error[cell-ambiguous]: protocol cell \"TCP or UDP and SCTP\": \"TCP or UDP and SCTP\" is ambiguous: either all of the protocols are needed, or any one of them; give the flow's ports under `reading` or `adds` in the curation"),
    ("protocol_column_with_words", "53", Some("whatever"), "error[cell-unreadable]: protocol cell \"whatever\": cannot read \"whatever\": it isn't a transport or a service; give the flow's ports under `reading` or `adds` in the curation"),
    ("protocol_column_with_two_kinds", "53", Some("ESP/UDP"), "error[cell-unreadable]: protocol cell \"ESP/UDP\": cannot read \"ESP/UDP\": it isn't a transport or a service; give the flow's ports under `reading` or `adds` in the curation"),
    ("protocol_column_with_a_trailing_slash", "53", Some("TCP/"), "error[cell-ambiguous]: protocol cell \"TCP/\": \"TCP/\" is ambiguous: either all of the protocols are needed, or any one of them; give the flow's ports under `reading` or `adds` in the curation"),
    ("unsupported_protocol", "DCCP 5001", None, "error[cell-unsupported-protocol]: port cell \"DCCP 5001\": unsupported protocol dccp; give the flow's ports under `reading` or `adds` in the curation; the vocabulary has tcp, udp, sctp, any, esp, ah, gre, icmp, icmpv6, ipip, vrrp, ip"),
    ("unsupported_protocol_column", "5001", Some("DCCP"), "error[cell-unsupported-protocol]: port cell \"5001\": unsupported protocol dccp; give the flow's ports under `reading` or `adds` in the curation; the vocabulary has tcp, udp, sctp, any, esp, ah, gre, icmp, icmpv6, ipip, vrrp, ip"),
];

/// The diagnostic as programs print it.
fn diagnostic(cell: &str, protocol: Option<&str>) -> String {
    match parse(cell, protocol) {
        Ok(cell) => format!("accepted: {cell:?}"),
        Err(error) => format!("error[{}]: {error}", error.code),
    }
}

#[test]
fn each_mistake_has_its_whole_message() {
    let mut failures = Vec::new();
    for (name, cell, protocol, expected) in CASES {
        let found = diagnostic(cell, *protocol);
        if found != *expected {
            failures.push(format!("{name}:\n  found    {found}\n  expected {expected}"));
        }
    }
    assert!(failures.is_empty(), "{} of {} cases:\n{}", failures.len(), CASES.len(), failures.join("\n"));
}

#[test]
fn a_cell_with_257_groups_is_rejected() {
    let cell = "1 ".repeat(257);
    let found = diagnostic(&cell, None);
    let expected = format!(
        "error[cell-too-many]: port cell \"{}\": \"1\" follows 256 groups of ports; give the flow's ports under `reading` or `adds` in the \
         curation",
        cell.trim_end()
    );
    assert_eq!(found, expected);
    assert_eq!(parse(&"1 ".repeat(256), None).unwrap().specs.len(), 256);
}

#[test]
fn every_code_has_a_case() {
    for code in codes::ALL.iter().filter(|code| **code != codes::TOO_MANY) {
        let start = format!("error[{code}]: ");
        assert!(CASES.iter().any(|(.., expected)| expected.starts_with(&start)), "{code} has no case");
    }
}
