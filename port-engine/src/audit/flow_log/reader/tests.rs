//! Each format of logs, line by line.

use std::path::Path;

use super::LogReader;
use crate::audit::flow_log::record::{Opener, Record};
use crate::audit::lines::Lines;

/// The records of a log, or why it isn't one; and the remarks.
fn read(text: &str) -> (Result<Vec<Record>, String>, Vec<String>) {
    let (mut reader, mut lines, mut records) = (LogReader::new(Path::new("log")), Lines::default(), Vec::new());
    let mut each = |line: crate::audit::lines::Line<'_>| reader.record(line).map(|record| records.extend(record));
    let result = lines.push(text.as_bytes(), &mut each).and_then(|()| lines.finish(&mut each));
    let remarks = reader.remarks();
    let result = result.and_then(|()| reader.finish()).map(|()| records);
    (result.map_err(|problem| problem.to_string()), remarks)
}

/// A record in words: who connects to which port of whom.
fn words(record: &Record) -> String {
    let port = |port: Option<u16>| port.map_or("-".to_string(), |port| port.to_string());
    let arrow = match record.opener {
        Opener::Source => "->",
        Opener::Destination => "<-",
        Opener::Unknown => "--",
    };
    let icmp_type = record.icmp_type.map(|icmp_type| format!("/{icmp_type}")).unwrap_or_default();
    let unanswered = if record.is_unanswered { " unanswered" } else { "" };
    let count = if record.count == 1 { String::new() } else { format!(" x{}", record.count) };
    let (source, destination) = (record.source, record.destination);
    format!(
        "{}{icmp_type} {} {} {arrow} {} {}{unanswered}{count}",
        record.protocol,
        source.address,
        port(source.port),
        destination.address,
        port(destination.port)
    )
}

fn records(text: &str) -> Vec<String> {
    let (records, remarks) = read(text);
    assert_eq!(remarks, [""; 0], "{text}");
    records.unwrap().iter().map(words).collect()
}

const ZEEK: &str = "#separator \\x09\n#path\tconn\n#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tconn_state\thistory\n";

#[test]
fn zeek_states_who_connected_unless_it_guessed() {
    let lines = "1\t192.0.2.1\t40000\t192.0.2.2\t25\ttcp\tSF\tShAD\n\
                 1\t192.0.2.1\t40000\t192.0.2.2\t25\ttcp\tREJ\tSr\n\
                 1\t192.0.2.1\t40000\t192.0.2.2\t25\ttcp\tOTH\tDd\n\
                 1\t192.0.2.1\t40000\t192.0.2.2\t25\ttcp\tSF\t^hADa\n\
                 1\t2001:db8::1\t53000\t2001:db8::2\t53\tudp\tS0\tD\n\
                 1\t192.0.2.1\t8\t192.0.2.2\t0\ticmp\tOTH\t-\n\
                 1\t2001:db8::1\t128\t2001:db8::2\t129\ticmp\tOTH\t-\n\
                 #close\t2026\n";
    assert_eq!(
        records(&format!("{ZEEK}{lines}")),
        [
            "tcp 192.0.2.1 40000 -> 192.0.2.2 25",
            "tcp 192.0.2.1 40000 -> 192.0.2.2 25 unanswered",
            "tcp 192.0.2.1 40000 -- 192.0.2.2 25",
            "tcp 192.0.2.1 40000 -- 192.0.2.2 25",
            "udp 2001:db8::1 53000 -> 2001:db8::2 53",
            "icmp/8 192.0.2.1 - -> 192.0.2.2 -",
            "icmpv6/128 2001:db8::1 - -> 2001:db8::2 -",
        ]
    );
}

#[test]
fn a_log_of_zeek_may_have_several_headers_other_columns_and_other_separators() {
    let text = "#separator \\x7c\n#path|conn\n#fields|id.resp_p|proto|id.resp_h|id.orig_p|id.orig_h|ip_proto\n\
                25|tcp|192.0.2.2|40000|192.0.2.1|6\n0|unknown_transport|192.0.2.2|0|192.0.2.1|50\n";
    let both = format!("{text}{ZEEK}1\t192.0.2.1\t1\t192.0.2.2\t2\tudp\tSF\tDd\n");
    assert_eq!(
        records(&both),
        ["tcp 192.0.2.1 40000 -> 192.0.2.2 25", "esp 192.0.2.1 - -> 192.0.2.2 -", "udp 192.0.2.1 1 -> 192.0.2.2 2"]
    );
}

#[test]
fn json_of_zeek_has_the_same_records() {
    let text = r#"{"ts":1.5,"uid":"C1","id.orig_h":"192.0.2.1","id.orig_p":40000,"id.resp_h":"192.0.2.2","id.resp_p":25,"proto":"tcp","conn_state":"S0","tags":["a"]}
{"id.resp_p":53,"id.resp_h":"2001:db8::2","proto":"udp","id.orig_h":"2001:db8::1","id.orig_p":53000,"history":"^d"}
{"id.orig_h":"192.0.2.1","id.orig_p":0,"id.resp_h":"192.0.2.2","id.resp_p":0,"proto":"unknown_transport","ip_proto":47}"#;
    assert_eq!(
        records(text),
        [
            "tcp 192.0.2.1 40000 -> 192.0.2.2 25 unanswered",
            "udp 2001:db8::1 53000 -- 2001:db8::2 53",
            "gre 192.0.2.1 - -> 192.0.2.2 -",
        ]
    );
}

#[test]
fn flow_logs_state_who_connected_only_by_the_flags_of_tcp() {
    let text = "2 123 eni-1 192.0.2.1 192.0.2.2 40000 25 6 20 4249 1 2 ACCEPT OK\n\
                2 123 eni-1 192.0.2.2 192.0.2.1 25 40000 6 20 4249 1 2 REJECT OK\n\
                2 123 eni-1 192.0.2.2 192.0.2.1 0 0 50 20 4249 1 2 ACCEPT OK\n\
                2 123 eni-1 - - - - - - - 1 2 - NODATA\n";
    assert_eq!(
        records(text),
        [
            "tcp 192.0.2.1 40000 -- 192.0.2.2 25",
            "tcp 192.0.2.2 25 -- 192.0.2.1 40000 unanswered",
            "esp 192.0.2.2 - -- 192.0.2.1 -",
        ]
    );
    let header = "dstport srcport protocol srcaddr dstaddr pkt-srcaddr pkt-dstaddr tcp-flags\n";
    let lines = "25 40000 6 192.0.2.1 192.0.2.2 192.0.2.1 192.0.2.2 3\n\
                 40000 25 6 192.0.2.2 192.0.2.1 198.51.100.2 192.0.2.1 19\n\
                 40000 25 6 192.0.2.2 192.0.2.1 - - 0\n\
                 40000 25 17 192.0.2.2 192.0.2.1 - - 2\n";
    assert_eq!(
        records(&format!("{header}{lines}{header}")),
        [
            "tcp 192.0.2.1 40000 -> 192.0.2.2 25",
            "tcp 198.51.100.2 25 <- 192.0.2.1 40000",
            "tcp 192.0.2.2 25 -- 192.0.2.1 40000",
            "udp 192.0.2.2 25 -- 192.0.2.1 40000",
        ]
    );
}

#[test]
fn csv_has_its_columns_in_any_order_and_quoted_cells() {
    let text = "\u{feff}port,Transport,destination,source,count,bytes\n25,tcp,192.0.2.2,192.0.2.1,,9\n\
                \"53\",UDP,\"2001:db8::2\",2001:db8::1,12,9\n,esp,192.0.2.2,192.0.2.1,1,9\n8,icmp,192.0.2.2,192.0.2.1,1,9";
    let (found, remarks) = read(text);
    assert_eq!(
        found.unwrap().iter().map(words).collect::<Vec<_>>(),
        [
            "tcp 192.0.2.1 - -> 192.0.2.2 25",
            "udp 2001:db8::1 - -> 2001:db8::2 53 x12",
            "esp 192.0.2.1 - -> 192.0.2.2 -",
            "icmp/8 192.0.2.1 - -> 192.0.2.2 -",
        ]
    );
    assert_eq!(remarks, ["log: columns that are not used: bytes"]);
}

#[test]
fn malformed_lines_are_reported_with_their_place_and_left_out() {
    let good = "1\t192.0.2.1\t40000\t192.0.2.2\t25\ttcp\tSF\tShAD\n";
    for (text, remark) in [
        ("garbage\n", "log:5:1: the line has 1 columns, but its header has 8"),
        ("\u{e9}\t192.0.2\t1\t192.0.2.2\t25\ttcp\tSF\tS\n", "log:5:3: invalid id.orig_h \"192.0.2\""),
        ("1\t192.0.2.1\t70000\t192.0.2.2\t25\ttcp\tSF\tS\n", "log:5:13: invalid id.orig_p \"70000\""),
        ("1\t192.0.2.1\t1\t192.0.2.2\t25\t\u{202e}\tSF\tS\n", "log:5:28: invalid proto \"\\u{202e}\""),
        ("1\t192.0.2.1\t1\t192.0.2.2\t25\ttcp\tSF\tS", "log:5:36: the line has no end, so it was cut off"),
        ("#fields\tts\n", "log:5:1: the header has no field id.orig_h"),
        (
            "#fields\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tid.resp_h\n",
            "log:5:55: the field id.resp_h occurs twice",
        ),
    ] {
        let (records, remarks) = read(&format!("{ZEEK}{good}{text}"));
        assert_eq!(records.unwrap().len(), 1, "{text}");
        assert_eq!(remarks, [format!("not read: {remark}")], "{text}");
    }
    let many = "x\n".repeat(12);
    let (records, remarks) = read(&format!("{ZEEK}{good}{many}"));
    assert_eq!((records.unwrap().len(), remarks.len()), (1, 11));
    assert_eq!(remarks[10], "not read: log: 2 more lines");
    let (_, remarks) = read("2 1 e - - - - - - - 1 2 - SKIPDATA\n2 1 e 192.0.2.1 192.0.2.2 1 2 6 1 1 1 2 ACCEPT OK\n");
    assert_eq!(remarks, ["log: 1 line about records that were left out (SKIPDATA)"]);
}

#[test]
fn lines_of_other_logs_of_zeek_are_skipped_and_counted() {
    let line = |port: u16| format!("1\t192.0.2.1\t40000\t192.0.2.2\t{port}\ttcp\tSF\tShAD\n");
    let dns = ZEEK.replace("conn\n", "dns\n");
    let json = |path: &str, port: u16| {
        format!(
            "{{\"_path\":\"{path}\",\"id.orig_h\":\"192.0.2.1\",\"id.orig_p\":40000,\"id.resp_h\":\"192.0.2.2\",\
             \"id.resp_p\":{port},\"proto\":\"tcp\"}}\n"
        )
    };
    let text = [ZEEK, &line(25), &dns, &line(53), &line(54), "#close\t2026\n", ZEEK, &line(26)].concat();
    for (text, lines) in [(text, "2 lines"), ([json("conn", 25), json("dns", 53), json("conn", 26)].concat(), "1 line")]
    {
        let (found, remarks) = read(&text);
        assert_eq!(
            found.unwrap().iter().map(words).collect::<Vec<_>>(),
            ["tcp 192.0.2.1 40000 -> 192.0.2.2 25", "tcp 192.0.2.1 40000 -> 192.0.2.2 26"]
        );
        assert_eq!(remarks, [format!("skipped: log: {lines} of logs other than conn.log")]);
    }
}

#[test]
fn ports_types_and_flags_that_do_not_exist_are_malformed() {
    let csv = "source,destination,transport,port\n192.0.2.1,192.0.2.2,tcp,25\n";
    let zeek = format!("{ZEEK}1\t192.0.2.1\t40000\t192.0.2.2\t25\ttcp\tSF\tShAD\n");
    let vpc = "dstport srcport protocol srcaddr dstaddr tcp-flags\n25 40000 6 192.0.2.1 192.0.2.2 3\n";
    for (start, line, remark) in [
        (csv, "192.0.2.1,192.0.2.2,tcp,0\n", "log:3:25: invalid port \"0\""),
        (csv, "192.0.2.1,192.0.2.2,udp,0\n", "log:3:25: invalid port \"0\""),
        (csv, "192.0.2.1,192.0.2.2,icmp,256\n", "log:3:26: invalid port \"256\""),
        (&zeek, "1\t192.0.2.1\t0\t192.0.2.2\t25\ttcp\tSF\tS\n", "log:5:13: invalid id.orig_p \"0\""),
        (&zeek, "1\t192.0.2.1\t1\t192.0.2.2\t0\tudp\tSF\tS\n", "log:5:25: invalid id.resp_p \"0\""),
        (&zeek, "1\t192.0.2.1\t256\t192.0.2.2\t0\ticmp\tOTH\t-\n", "log:5:13: invalid id.orig_p \"256\""),
        (vpc, "25 40000 6 192.0.2.1 192.0.2.2 x\n", "log:3:32: invalid tcp-flags \"x\""),
        (vpc, "25 40000 6 192.0.2.1 192.0.2.2 256\n", "log:3:32: invalid tcp-flags \"256\""),
    ] {
        let (records, remarks) = read(&format!("{start}{line}"));
        assert_eq!(records.unwrap().len(), 1, "{line}");
        assert_eq!(remarks, [format!("not read: {remark}")], "{line}");
    }
    // UDP that expects no answer, and an echo reply.
    let valid = "1\t192.0.2.1\t0\t192.0.2.2\t514\tudp\tS0\tD\n1\t192.0.2.1\t0\t192.0.2.2\t8\ticmp\tOTH\t-\n";
    assert_eq!(records(&format!("{zeek}{valid}")).len(), 3);
}

#[test]
fn files_that_are_no_logs_are_rejected() {
    for (text, message) in [
        ("", "log: the file is empty; run the command that writes it again, and check its messages"),
        ("\n \n", "log: the file is empty; run the command that writes it again, and check its messages"),
        (
            "\nhello\n",
            "log:2: not a log of a known format; give Zeek's conn.log, as text or JSON; VPC flow logs; or CSV with the \
             header source,destination,transport,port",
        ),
        ("#fields\tts\n", "log:1:1: the header has no field id.orig_h; no line of the file is a record"),
        (
            "#path\tdns\n",
            "log:1:1: the log is not conn.log, which has a line for each connection; no line of the file is a record",
        ),
        ("{\"ts\":1,\"query\":\"a\"}\n", "log:1:1: the connection has no id.orig_h; no line of the file is a record"),
        ("source,destination,port\n", "log:1:1: the header has no column transport; docs/fleets.md lists the formats"),
        (
            "source,destination,port,transport,Port\n",
            "log:1:35: the column port occurs twice; docs/fleets.md lists the formats",
        ),
        (
            "srcaddr dstaddr srcport dstport protocol dstport\n",
            "log:1:42: the field dstport occurs twice; docs/fleets.md lists the formats",
        ),
        (
            "{\"_path\":\"dns\"}\n",
            "log:1:1: the log is not conn.log, which has a line for each connection; no line of the file is a record",
        ),
        ("srcaddr dstaddr\n", "log:1:1: the header has no field srcport; docs/fleets.md lists the formats"),
    ] {
        assert_eq!(read(text).0.unwrap_err(), message, "{text}");
    }
    // A log without connections is one.
    assert_eq!(records(ZEEK), [""; 0]);
    assert_eq!(records("source,destination,transport,port\n"), [""; 0]);
}
