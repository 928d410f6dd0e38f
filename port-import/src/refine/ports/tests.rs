//! The ports of a row by its port cell and its curation.

use std::path::Path;

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
    let page = format!("| Peer | Use | Port |\n|---|---|---|\n| Client | Show displays | {cell} |\n");
    let curation = format!(
        "layout = \"markdown\"\ncolumns = [{{ head = \"Peer\", is = \"peer\" }}, {{ head = \"Use\", is = \"label\" }}, \
         {{ head = \"Port\", is = \"ports\" }}]\ntables = [{{ direction = \"inbound\" }}]\n{page_keys}\n[peers]\nClient = \"client\"\n\
         [[flow]]\nid = \"relay-in-client\"\nrow = {{ peer = \"Client\" }}\npurpose = \"Show displays\"\n{keys}"
    );
    let curation = Curation::parse(Path::new("relay.toml"), &curation).unwrap();
    let capture = capture_text(&page, Path::new("relay.md"), Layout::Markdown, &curation).unwrap();
    let vocabulary = Vocabulary::new([("http", "HTTP"), ("https", "HTTPS"), ("ftp", "FTP")]);
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
    let note = "note = \"The heading says TCP.\"\nnote_of = \"Client\"";
    let cases = [
        ("80/443 80/8443", "any/80 | any/443 | any/8443", "", "any/80 | any/443 | any/8443"),
        ("TCP 80, 443, 80", "tcp/80, tcp/443", "", "tcp/80, tcp/443"),
        ("123", "udp/123", note, "udp/123"),
    ];
    for (cell, read, keys, expected) in cases {
        let keys = format!("reading = {{ cell = \"{cell}\", ports = \"{read}\" }}\n{keys}");
        assert_eq!(ports(cell, &keys), (expected.to_string(), 0), "{cell}");
    }
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
        ("TCP (HTTPS)", "", "tcp https"),
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
