//! Generates logs of network flows of any size, from a fixed seed.
//!
//! Half of the connections are between other machines. Of the others, most are to documented ports of the product, a tenth are its own
//! connections, and a twentieth are to any port, as by a scan. All formats have the same connections.

use std::io::{self, Write};

use clap::ValueEnum;

/// The product's machine.
pub const PRODUCT: &str = "192.0.2.20";

/// A format of logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Zeek's conn.log as text
    Zeek,
    /// Zeek's conn.log as JSON
    ZeekJson,
    /// VPC flow logs of the default format
    Vpc,
    /// CSV with source, destination, transport and port
    Csv,
}

impl Format {
    /// The name of a file of the format.
    pub fn file(self) -> &'static str {
        match self {
            Format::Zeek => "conn.log",
            Format::ZeekJson => "conn.json",
            Format::Vpc => "vpc.log",
            Format::Csv => "flows.csv",
        }
    }
}

/// A connection.
struct Connection {
    source: String,
    source_port: u16,
    destination: String,
    port: u16,
    transport: &'static str,
    is_answered: bool,
}

/// The documented ports of the product, and of the machines to which it connects.
const INBOUND: [u16; 6] = [25, 443, 587, 465, 4443, 80];
const OUTBOUND: [(u16, &str); 4] = [(53, "udp"), (443, "tcp"), (25, "tcp"), (389, "tcp")];

fn connection(random: &mut fastrand::Rng) -> Connection {
    let other = |random: &mut fastrand::Rng| format!("10.{}.{}.{}", random.u8(0..4), random.u8(..), random.u8(1..255));
    let source_port = random.u16(32768..61000);
    let (source, destination, port, transport) = match random.u8(0..20) {
        0..10 => (other(random), other(random), random.u16(1..1024), "tcp"),
        10..17 => (other(random), PRODUCT.to_string(), INBOUND[random.usize(0..INBOUND.len())], "tcp"),
        17..19 => {
            let (port, transport) = OUTBOUND[random.usize(0..OUTBOUND.len())];
            (PRODUCT.to_string(), other(random), port, transport)
        }
        _ => (other(random), PRODUCT.to_string(), random.u16(1..), "tcp"),
    };
    Connection { source, source_port, destination, port, transport, is_answered: random.u8(0..10) > 0 }
}

/// Writes a log with a number of connections.
pub fn write(format: Format, rows: u64, out: &mut impl Write) -> io::Result<()> {
    const ZEEK_HEADER: &str = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n\
        #open\t2026-11-28-00-00-00\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\t\
        orig_bytes\tresp_bytes\tconn_state\tlocal_orig\tlocal_resp\tmissed_bytes\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\t\
        resp_ip_bytes\ttunnel_parents\n#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount\tstring\t\
        bool\tbool\tcount\tstring\tcount\tcount\tcount\tcount\tset[string]\n";
    match format {
        Format::Zeek => out.write_all(ZEEK_HEADER.as_bytes())?,
        Format::Csv => out.write_all(b"source,destination,transport,port\n")?,
        Format::ZeekJson | Format::Vpc => {}
    }
    let mut random = fastrand::Rng::with_seed(18);
    for row in 0..rows {
        let Connection { source, source_port, destination, port, transport, is_answered } = connection(&mut random);
        let state = if is_answered { "SF" } else { "S0" };
        let seconds = 1_795_000_000 + row / 1000;
        match format {
            Format::Zeek => writeln!(
                out,
                "{seconds}.{:06}\tC{row:016x}\t{source}\t{source_port}\t{destination}\t{port}\t{transport}\t-\t0.001532\t517\t4213\t\
                 {state}\tF\tT\t0\tShADadFf\t9\t997\t8\t4641\t-",
                row % 1000 * 1000,
            )?,
            Format::ZeekJson => writeln!(
                out,
                "{{\"ts\":{seconds}.5,\"uid\":\"C{row:016x}\",\"id.orig_h\":\"{source}\",\"id.orig_p\":{source_port},\
                 \"id.resp_h\":\"{destination}\",\"id.resp_p\":{port},\"proto\":\"{transport}\",\"duration\":0.0015,\
                 \"orig_bytes\":517,\"resp_bytes\":4213,\"conn_state\":\"{state}\",\"missed_bytes\":0,\
                 \"history\":\"ShADadFf\",\"orig_pkts\":9,\"orig_ip_bytes\":997,\"resp_pkts\":8,\"resp_ip_bytes\":4641}}",
            )?,
            Format::Vpc => {
                let (number, action) =
                    (if transport == "tcp" { 6 } else { 17 }, if is_answered { "ACCEPT" } else { "REJECT" });
                writeln!(
                    out,
                    "2 123456789010 eni-1235b8ca123456789 {source} {destination} {source_port} {port} {number} 20 4249 {seconds} \
                     {} {action} OK",
                    seconds + 60,
                )?;
            }
            Format::Csv => writeln!(out, "{source},{destination},{transport},{port}")?,
        }
    }
    Ok(())
}
