//! The ports of a row by its port cell and its curation.

use std::path::Path;

use port_core::Transport;
use port_data::Diagnostic;

use crate::curation::Curation;
use crate::page::Layout;
use crate::page_file::capture_text;
use crate::refine::{Refined, refine};
use crate::vocabulary::Vocabulary;

/// The ports of a row with a port cell, and what its flow lists as curated.
fn ports(cell: &str, keys: &str) -> (String, usize) {
    ports_of_page("", cell, keys)
}

/// The same for a page about which the curation says more.
fn ports_of_page(page_keys: &str, cell: &str, keys: &str) -> (String, usize) {
    let refined = refined(page_keys, cell, keys);
    assert!(refined.diagnostics.is_empty(), "{cell}: {:?}", refined.diagnostics);
    let [flow] = &refined.flows[..] else { panic!("{cell}: {:?}", refined.flows) };
    (flow.cell("ports"), flow.curated.len())
}

fn refined(page_keys: &str, cell: &str, keys: &str) -> Refined {
    refined_with_label(page_keys, "Show displays", cell, keys)
}

fn refined_with_label(page_keys: &str, label: &str, cell: &str, keys: &str) -> Refined {
    let page = format!("| Peer | Use | Port |\n|---|---|---|\n| Client | {label} | {cell} |\n");
    let curation = format!(
        "layout = \"markdown\"\ncolumns = [{{ head = \"Peer\", is = \"peer\" }}, {{ head = \"Use\", is = \"label\" }}, \
         {{ head = \"Port\", is = \"ports\" }}]\ntables = [{{ direction = \"inbound\" }}]\n{page_keys}\n[peers]\nClient = \"client\"\n\
         [flow.relay-in-client]\nrow = {{ peer = \"Client\" }}\npurpose = \"Show displays\"\n{keys}"
    );
    let curation = Curation::parse(Path::new("relay.toml"), &curation).unwrap();
    let capture = capture_text(&page, Path::new("relay.md"), Layout::Markdown, &curation).unwrap();
    let tcp = || vec![Transport::Tcp];
    let transports = [("http", vec![Transport::Tcp, Transport::Udp]), ("https", tcp()), ("ftp", tcp())];
    let vocabulary = Vocabulary::new([("http", "HTTP"), ("https", "HTTPS"), ("ftp", "FTP")])
        .with_transports(transports.map(|(id, transports)| (id.to_string(), transports)));
    refine(&capture, &curation, &vocabulary, None)
}

#[test]
fn an_unknown_service_is_an_error() {
    let unknown = "isn't in services.csv; add services = { 443 = \"...\" } to the flow with an id of services.csv, or with \"\" if it isn't a \
                   service of its own";
    let cases = [
        ("443 (WebUI)", "", format!("relay.toml:7: service \"WebUI\" of the port cell {unknown}")),
        ("443 (HTTPS), 443 (Web-UI)", "", format!("relay.toml:7: service \"Web-UI\" of the port cell {unknown}")),
        (
            "HTTP/2, FTP",
            "",
            format!("relay.toml:7: service \"HTTP/2\" of the port cell {}", unknown.replace("443 =", "\"HTTP/2\" =")),
        ),
        (
            "TCP (TLS)",
            "services = { TLS = \"\" }",
            "relay.toml:7: tcp of \"TLS\" has no port and no service; give it an id of services.csv in the flow's services, or give \
             the flow's ports under adds"
                .to_string(),
        ),
    ];
    for (cell, keys, expected) in cases {
        let diagnostics = refined("", cell, keys).diagnostics;
        let found = diagnostics.iter().map(ToString::to_string).next().unwrap_or_default();
        assert_eq!(found, expected, "{cell} {keys}");
    }
}

#[test]
fn the_limit_of_an_open_range_is_no_other_number() {
    for (cell, marks, expected) in [
        ("TCP >1023", ">1023", "tcp/1024-65535"),
        (">= 1024", ">= 1024", "any/1024-65535"),
        ("UDP 1024 and above", "and above", "udp/1024-65535"),
    ] {
        assert_eq!(ports(cell, &format!("marks = [\"{marks}\"]")), (expected.to_string(), 0), "{cell}");
    }
}

#[test]
fn a_person_reads_a_port_that_is_printed_twice_or_with_its_transport_elsewhere() {
    let cases = [
        ("80/443 80/8443", "any/80 | any/443 | any/8443", "", "any/80 | any/443 | any/8443"),
        ("TCP 80, 443, 80", "tcp/80, tcp/443", "", "tcp/80, tcp/443"),
        ("123", "udp/123", "note_of = \"Show displays over UDP\"", "udp/123"),
        ("53/TCP, 123", "tcp/53, udp/123", "note_of = \"Show displays over UDP\"", "tcp/53, udp/123"),
        ("see the use", "tcp/5900-5909", "note_of = \"TCP 5900-5909\"", "tcp/5900-5909"),
        ("", "tcp/5900-5909", "note_of = \"TCP 5900-5909\"", "tcp/5900-5909"),
        ("80", "any/80, any/5900-5909", "note_of = \"TCP 5900-5909\"", "any/80, any/5900-5909"),
    ];
    for (cell, read, keys, expected) in cases {
        let label = keys.split('"').nth(1).unwrap_or("Show displays");
        let marks = if cell.starts_with("see") { format!("marks = [{cell:?}]\n") } else { String::new() };
        let keys = format!("reading = {{ cell = \"{cell}\", ports = \"{read}\" }}\n{marks}{keys}");
        let refined = refined_with_label("", label, cell, &keys);
        assert!(refined.diagnostics.is_empty(), "{cell}: {:?}", refined.diagnostics);
        assert_eq!(
            (refined.flows[0].cell("ports"), refined.flows[0].curated.len()),
            (expected.to_string(), 0),
            "{cell}"
        );
    }
}

#[test]
fn a_reading_that_the_page_does_not_print_is_an_error() {
    let note = "note_of = \"Show displays\"";
    let cases = [
        (
            "123",
            "udp/123",
            "",
            "the reading gives the transport udp, which the port cell \"123\" doesn't print; name the text",
        ),
        (
            "123",
            "udp/123",
            note,
            "the reading gives the transport udp, which the port cell \"123\" doesn't print; name the text",
        ),
        ("TCP 123", "udp/123", note, "port cell \"TCP 123\" prints tcp/123, which the reading doesn't have; add it"),
        ("80, 443", "tcp/80", note, "port cell \"80, 443\" prints any/443, which the reading doesn't have; add it"),
        (
            "80",
            "any/80, any/81",
            note,
            "number 81 of the reading isn't in the port cell \"80\"; correct it, name the text",
        ),
        ("80, 443", "any/80, any/443", "", "port cell \"80, 443\" can be read without a reading; remove the reading"),
        ("80/443 80/8443", "any/80; any/443", "", "port cell \"80/443 80/8443\" prints any/8443, which the reading"),
    ];
    for (cell, read, keys, expected) in cases {
        let keys = format!("reading = {{ cell = \"{cell}\", ports = \"{read}\" }}\n{keys}");
        let found = refined("", cell, &keys).diagnostics;
        let messages: Vec<String> = found.iter().map(Diagnostic::text).collect();
        assert!(messages.iter().any(|message| message.starts_with(expected)), "{cell} {read}: {messages:?}");
    }
}

#[test]
fn a_cell_that_cannot_be_a_list_of_ports_asks_for_a_reading() {
    let found = refined("", "80/443 80/8443", "").diagnostics;
    assert_eq!(
        found.iter().map(Diagnostic::text).collect::<Vec<_>>(),
        [
            "port cell \"80/443 80/8443\" lists a port twice; list each port once in reading = { cell = \"80/443 80/8443\", ports = \
          \"...\" } of relay-in-client, joined by \", \", \"; \" or \" | \""
        ]
    );
}

#[test]
fn a_service_without_a_port_has_the_transport_of_the_service() {
    assert_eq!(ports("TCP/FTP", ""), ("ftp".to_string(), 0));
    let found = refined("", "TCP/HTTP", "").diagnostics;
    assert_eq!(
        found.iter().map(Diagnostic::text).collect::<Vec<_>>(),
        [
            "http over tcp has no port, and isn't only over tcp in services.csv; name a service that is only over tcp in the services of the \
          flow, or give its port under adds, with a reason"
        ]
    );
    assert_eq!(ports("TCP/HTTP", "services = { HTTP = \"ftp\" }"), ("ftp".to_string(), 0));
}

#[test]
fn a_person_reads_what_the_program_does_not() {
    let cases = [
        ("TCP 5900+100", "tcp/5900+100", "", "tcp/5900-5999"),
        ("UDP 6000 + 64 screens, TCP 80", "udp/6000+64, tcp/80", "", "udp/6000-6063, tcp/80"),
        ("ICMP types 0 and 8", "icmp/0, icmp/8", "", "icmp/0, icmp/8"),
        ("ICMP type 3 code 4", "icmp/3", "other_numbers = [\"4\"]\n", "icmp/3"),
    ];
    for (cell, reading, keys, expected) in cases {
        let keys = format!("reading = {{ cell = {cell:?}, ports = {reading:?} }}\n{keys}");
        assert_eq!(ports(cell, &keys), (expected.to_string(), 0));
    }
}

#[test]
fn a_list_means_what_the_page_its_row_or_an_addition_says_about_it() {
    let all = "lists = { are = \"all\", reason = \"The page says so.\" }";
    let alternatives = "lists = { are = \"alternatives\", reason = \"The page says so.\" }";
    let added = "adds = { groups = \"all\", reason = \"Both are needed.\" }\n";
    let cases = [
        ("", "80, 443", "", ("any/80; any/443", 0)),
        ("", "80/443", "", ("any/80; any/443", 0)),
        ("", "80 443", "", ("any/80; any/443", 0)),
        ("", "80 and 443", "", ("any/80, any/443", 0)),
        ("", "80 or 443", "", ("any/80 | any/443", 0)),
        (all, "80, 443", "", ("any/80, any/443", 0)),
        (alternatives, "80, 443", "", ("any/80 | any/443", 0)),
        (alternatives, "80 and 443", "", ("any/80, any/443", 0)),
        ("", "80, 443", "groups = \"all\"\n", ("any/80, any/443", 0)),
        (all, "80, 443", "groups = \"alternatives\"\n", ("any/80 | any/443", 0)),
        ("", "80, 443", added, ("any/80, any/443", 1)),
        ("", "UDP/53 or 8888, TCP/443", "", ("udp/53 | udp/8888; tcp/443", 0)),
        (all, "UDP/53 or 8888, TCP/443", "", ("udp/53 | udp/8888, tcp/443", 0)),
    ];
    for (page, cell, keys, (expected, curated)) in cases {
        assert_eq!(ports_of_page(page, cell, keys), (expected.to_string(), curated), "{page} {cell} {keys}");
    }
}

#[test]
fn a_count_that_the_page_does_not_state_is_an_addition() {
    let keys = "adds = { ports = \"tcp/5900+100\", reason = \"The program has 100 displays at most.\" }\n";
    assert_eq!(ports("5900 + display count", keys), ("tcp/5900-5999".to_string(), 1));
}

#[test]
fn a_range_that_is_counted_on_the_page_needs_no_reading() {
    let counted = ("tcp/49152-49215".to_string(), 0);
    assert_eq!(ports("TCP/49152-49215 (64 ports from 49152)", ""), counted);
    assert_eq!(ports("TCP/49152 (64 ports)", ""), counted);
}

#[test]
fn a_printed_service_is_taken_if_it_is_known_and_otherwise_as_the_curation_states() {
    let cases = [
        ("443 (HTTPS)", "", "any/443 https"),
        ("TCP/443/https", "", "tcp/443 https"),
        ("80 (HTTP), 443 (HTTPS)", "", "any/80 http; any/443 https"),
        ("HTTP / FTP", "", "http; ftp"),
        ("TCP (HTTPS)", "", "https"),
        ("443 (HTTPS)", "services = { 443 = \"http\" }", "any/443 http"),
        ("443 (HTTPS)", "services = { 443 = \"\" }", "any/443"),
        ("443 (WebUI)", "services = { 443 = \"https\" }", "any/443 https"),
        ("443 (WebUI)", "services = { 443 = \"\" }", "any/443"),
        ("HTTP/CIFS/FTP", "services = { CIFS = \"\" }", "http; ftp"),
    ];
    for (cell, keys, expected) in cases {
        assert_eq!(ports(cell, keys), (expected.to_string(), 0), "{cell} {keys}");
    }
}
