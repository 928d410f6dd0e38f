//! Rows of real pages with several port columns or protocol columns: what they mean together, or the message that asks a person.

use super::printed_cells::{check, text};
use super::{Column, parse_columns};

/// The cells of rows with several port columns or several protocol columns (`@`): first and last ports, TCP, UDP and any ports.
#[rustfmt::skip]
const COLUMNS: &[(&str, &str)] = &[
    ("T:2049|U:2049", "tcp/2049; udp/2049"),
    ("T:|U:123", "udp/123"),
    ("T:443|U:", "tcp/443"),
    ("T:-|U:N/A", "Empty"),
    ("T:443 (HTTPS)*|U:443", "tcp/443 HTTPS; udp/443 [*]"),
    ("T:80, 443|U:53", "tcp/80; tcp/443; udp/53"),
    ("T:80 and 443|U:", "tcp/80, tcp/443"),
    ("T:80 or 443|U:53 or 54", "tcp/80 | tcp/443; udp/53 | udp/54"),
    ("T:443/tcp|U:", "tcp/443"),
    ("T:443/udp|U:", "error: port cell \"443/udp\": \"443/udp\" contradicts the page's protocol column"),
    ("T:ESP|U:500", "error: port cell \"ESP\": \"ESP\" contradicts the transport of its header"),
    ("T:Any|U:53", "error: port cell \"Any\": cannot read \"Any\": it has only words, and another column of the row has ports"),
    ("T:see note|U:", "Words {see note}"),
    ("T:Any|U:Any", "Words {Any}"),
    ("T:443 (default)|U:53", "tcp/443; udp/53 (default)"),
    ("T:53|U:53|@DNS", "tcp/53 DNS; udp/53 DNS"),
    ("T:443|U:|@UDP", "error: port cell \"443\": \"443\" contradicts the transport of its header"),
    ("T:53|U:|@TCP/UDP", "error: port cell \"53\": \"53\" contradicts the transport of its header"),
    ("F:2379|L:2380|@TCP", "tcp/2379-2380"),
    ("F:22|L:N/A|@TCP", "tcp/22"),
    ("F:22|L:|@TCP", "tcp/22"),
    ("F:22|L:-", "any/22"),
    ("F:22|L:22|@TCP", "tcp/22"),
    ("F:5000|L:1024", "error: port cell \"5000 - 1024\": the first port of the range \"5000 - 1024\" is not less than the last"),
    ("F:80, 443|L:81, 444", "error: port cell \"80, 443\": cannot read \"80, 443\": the first port and the last port of a range are one number each"),
    ("F:80|L:81, 82", "error: port cell \"81, 82\": cannot read \"81, 82\": the first port and the last port of a range are one number each"),
    ("F:|L:443", "error: port cell \"443\": cannot read \"443\": the row has no first port"),
    ("F:N/A|L:N/A", "NotApplicable"),
    ("F:-|L:|@ICMP", "icmp"),
    ("F:53|L:54|@TCP/UDP", "tcp/53-54; udp/53-54"),
    ("F:80/tcp|L:90/udp", "error: port cell \"90/udp\": \"90/udp\" contradicts the first port of the row"),
    ("F:80/tcp|L:90/tcp", "tcp/80-90"),
    ("F:80|L:90/tcp", "error: port cell \"90/tcp\": \"90/tcp\" contradicts the first port of the row"),
    ("F:80|L:see note", "error: port cell \"see note\": cannot read \"see note\": the first port and the last port of a range are one number each"),
    ("F:Any|L:", "Words {Any}"),
    ("F:80 (default)|L:90*", "any/80-90 (default) [*]"),
    ("F:80-81|L:90", "error: port cell \"80-81\": cannot read \"80-81\": the first port and the last port of a range are one number each"),
    ("F:80", "error: port cell \"80\": cannot read \"80\": the row has only one end of the range"),
    ("L:80", "error: port cell \"80\": cannot read \"80\": the row has only one end of the range"),
    ("F:80|P:90|L:91", "error: port cell \"80\": cannot read \"80\": the row has only one end of the range"),
    ("P:25|P:465", "any/25; any/465"),
    ("P:25|P:", "any/25"),
    ("P:|P:465|@SMTP", "any/465 SMTP"),
    ("P:25|P:465|@SMTP/SMTPS", "error: port cell \"465\": \"465\" is ambiguous: it isn't clear which service of the protocol column belongs to which number"),
    ("T:53|U:53|@DNS/MDNS", "tcp/53 DNS; tcp/53 MDNS; udp/53 DNS; udp/53 MDNS"),
    ("P:443 (web)|P:8443 (web)", "any/443; any/8443 {web}"),
    ("P:8443|F:80|L:90", "any/8443; any/80-90"),
    ("P:ESP|P:500|@UDP", "esp; udp/500"),
    ("P:389|@TCP|@LDAP", "tcp/389 LDAP"),
    ("P:389|@LDAP|@TCP", "tcp/389 LDAP"),
    ("P:389|@TCP|@UDP", "error: protocol cell \"UDP\": \"UDP\" contradicts another column of the row"),
    ("P:389|@TCP|@TCP", "tcp/389"),
    ("P:389|@TCP|@N/A", "tcp/389"),
    ("P:389|@LDAP|@LDAP", "any/389 LDAP"),
    ("P:389|@LDAP|@LDAPS", "error: protocol cell \"LDAPS\": \"LDAPS\" contradicts another column of the row"),
    ("P:|@ICMP|@ICMP type 8", "icmp/8"),
    ("P:|@ICMP type 0|@ICMP type 8", "error: protocol cell \"ICMP type 8\": \"ICMP type 8\" contradicts another column of the row"),
    ("P:|@ICMP|@TCP", "error: protocol cell \"TCP\": \"TCP\" contradicts another column of the row"),
    ("P:|@ICMP|@ESP", "error: protocol cell \"ESP\": \"ESP\" contradicts another column of the row"),
    ("P:443|@TCP (TLS)|@HTTPS (REST)", "tcp/443 HTTPS {TLS} {REST}"),
    ("@ICMP", "icmp"),
];

#[test]
fn the_columns_of_a_row_are_read_together() {
    check(COLUMNS.iter().map(|(row, expected)| {
        let mut cells = Vec::new();
        let mut protocols = Vec::new();
        for cell in row.split('|') {
            match cell.split_once(':') {
                Some(("F", text)) => cells.push((Column::First, text)),
                Some(("L", text)) => cells.push((Column::Last, text)),
                Some(("T", text)) => cells.push((Column::Tcp, text)),
                Some(("U", text)) => cells.push((Column::Udp, text)),
                Some(("P", text)) => cells.push((Column::Ports, text)),
                _ => protocols.push(cell.trim_start_matches('@')),
            }
        }
        ((*row).to_owned(), text(parse_columns(&cells, &protocols)), *expected)
    }));
}
