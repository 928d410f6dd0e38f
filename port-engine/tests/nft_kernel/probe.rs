//! Sends real packets through a ruleset that the kernel has loaded, with the help of `prober.py`.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use port_catalog_tests::tools::{sandboxed, tool};
use serde_json::{Value, json};

const PROBER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/nft_kernel/prober.py");

/// Protocols by number.
pub const ICMP: u8 = 1;
/// TCP
pub const TCP: u8 = 6;
/// UDP
pub const UDP: u8 = 17;
/// GRE
pub const GRE: u8 = 47;
/// ESP
pub const ESP: u8 = 50;
/// AH
pub const AH: u8 = 51;
/// ICMP for IPv6
pub const ICMPV6: u8 = 58;
/// OSPF, for which the vocabulary has no name
pub const OSPF: u8 = 89;
/// SCTP
pub const SCTP: u8 = 132;

/// Rules to load.
pub enum Rules {
    /// A file of `nft -f`.
    Nft(String),
    /// Files of `iptables-restore` and of `ip6tables-restore`, in which every table is.
    Iptables(Backend, String, String),
}

/// Which iptables loads and saves rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// iptables-nft
    Nft,
    /// iptables-legacy
    Legacy,
}

impl Backend {
    /// The word in the names of its programs.
    pub fn word(self) -> &'static str {
        match self {
            Backend::Nft => "nft",
            Backend::Legacy => "legacy",
        }
    }
}

/// Where a packet is sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    /// To the server's address on the interface by which it arrives.
    Interface,
    /// To the server's address on another interface, which this one is.
    OtherInterface(&'static str),
    /// To the machine behind the server.
    Behind,
}

/// The source of a packet.
#[derive(Clone, Debug)]
pub struct Source {
    /// The interface by which it arrives.
    pub interface: &'static str,
    /// Its source address.
    pub address: &'static str,
    /// Its source port.
    pub port: u16,
    /// Whether a SYN asks for explicit congestion notification (RFC 3168).
    pub ecn: bool,
    /// Whether an IPv6 extension header is before the transport header.
    pub extension: bool,
    /// Where it is sent to.
    pub to: Destination,
}

/// What a packet is sent to: a protocol, what is in the third and fourth byte (which is the port if the protocol has ports), and the
/// type of ICMP.
pub type Target = (u8, u16, u8);

/// What became of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It passed every hook of the server.
    Reached,
    /// The server sent it on to another machine.
    Forwarded,
    /// Neither.
    Dropped,
    /// The source is of another family.
    NotSent,
}

/// What the kernel did with a ruleset.
pub struct Answer {
    /// The listings: of nft in JSON, or of `iptables-save` and `ip6tables-save`, then possibly of nft.
    pub listing: Vec<String>,
    /// For each target, what became of the packet from each source.
    pub fates: Vec<Vec<Fate>>,
}

/// A server and a client, joined by two links.
pub struct Network {
    prober: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Source {
    /// Whether the source sends IPv6.
    pub fn is_ipv6(&self) -> bool {
        self.address.contains(':')
    }
}

impl Network {
    /// Makes the network, or reports that this machine cannot have it.
    pub fn new() -> Option<Network> {
        for name in ["nft", "ip", "python3"] {
            tool(name)?;
        }
        let mut command = sandboxed(&["python3", PROBER])?;
        let mut prober = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a prober");
        let input = prober.stdin.take().expect("a piped input");
        let output = BufReader::new(prober.stdout.take().expect("a piped output"));
        Some(Network { prober, input, output })
    }

    /// Loads rules and sends a packet from each source to each target; waits the given number of seconds for late packets.
    ///
    /// # Errors
    ///
    /// What the tool prints that does not load the rules.
    pub fn probe(
        &mut self,
        rules: &Rules,
        sources: &[Source],
        targets: &[Target],
        settle: f64,
    ) -> Result<Answer, String> {
        let sources: Vec<Value> = sources.iter().map(Source::json).collect();
        let mut request = json!({"sources": sources, "targets": targets, "settle": settle});
        match rules {
            Rules::Nft(text) => request["nft"] = json!(text),
            Rules::Iptables(backend, v4, v6) => {
                request["iptables"] = json!([v4, v6]);
                request["backend"] = json!(backend.word());
            }
        }
        writeln!(self.input, "{request}").expect("a prober that reads");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("a prober that answers");
        let answer: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("prober.py ended: {error}"));
        if let Some(error) = answer["error"].as_str() {
            return Err(error.to_string());
        }
        let texts = |value: &Value| -> Vec<String> {
            let values = value.as_array().into_iter().flatten();
            values.filter_map(Value::as_str).map(str::to_string).collect()
        };
        let fates = texts(&answer["results"]).iter().map(|row| row.chars().map(Fate::from_char).collect()).collect();
        Ok(Answer { listing: texts(&answer["listing"]), fates })
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        let _ = self.prober.kill();
        let _ = self.prober.wait();
    }
}

impl Destination {
    /// The other interface, or an empty text.
    fn other_interface(self) -> &'static str {
        if let Destination::OtherInterface(name) = self { name } else { "" }
    }
}

impl Source {
    fn json(&self) -> Value {
        json!({
            "interface": self.interface, "address": self.address, "port": self.port,
            "ecn": self.ecn, "extension": self.extension, "crossing": self.to.other_interface(), "behind": self.to == Destination::Behind,
        })
    }
}

impl Fate {
    fn from_char(character: char) -> Fate {
        match character {
            'R' => Fate::Reached,
            'F' => Fate::Forwarded,
            'D' => Fate::Dropped,
            _ => Fate::NotSent,
        }
    }

    /// Whether the packet got through the hooks.
    pub fn got_through(self) -> bool {
        matches!(self, Fate::Reached | Fate::Forwarded)
    }
}
