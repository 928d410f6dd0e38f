//! What one may ask of rules: for which firewall, and how what the document leaves open is decided.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use port_catalog::FlowId;

use super::formats::Format;
use crate::arguments::{Filter, OneOf};

/// What stands below the options in the help of `rules`.
pub const HELP: &str = "\
What is opened, left out or dropped on the way is said on standard error and in comments of the output.
Each rule carries the id of its flow, so that a hit leads back to the vendor's row: port-catalog show ID.

A site's file gives addresses, networks and host names; a format that cannot hold one drops it and says so:
  [products]
  fortimail = [\"192.0.2.10\", \"2001:db8::10\"]
  [peers]
  email-client = \"10.0.0.0/8\"
  ldap-server = [\"10.0.5.1\", \"ldap.example.org\"]

A mud file cannot hold comments. Its mud-url, last-update and is-supported stand for what only you know: set them.
A networkpolicy is for pods whose label app.kubernetes.io/name is the name; change podSelector where yours have others.

A format that makes several files prints each below a line with its name; --out writes them as files.
Exit codes: 0 done; 2 bad arguments or a bad site file, or a file that cannot be written; 3 something was dropped under --strict.

Examples:
  port-catalog rules --format nftables --product fortimail > fortimail.nft
  port-catalog rules --format nftables --product fortimail --at network --site site.toml --strict
  port-catalog rules --format iptables --product forticlient --direction outbound --required-only
  port-catalog rules --format ip6tables --product fortimail --alternatives first --out rules
  port-catalog rules --format firewalld --product fortimail --site site.toml --out firewalld
  port-catalog rules --format ufw --product securitygateway --direction inbound > gateway.ufw
  port-catalog rules --format fortigate --product fortimail --site site.toml > fortimail.conf
  port-catalog rules --format aerleon --product fortimail --site site.toml --out acl
  port-catalog rules --format mud --product forticlient > forticlient.json
  port-catalog rules --format networkpolicy --product fortimail --name mail > mail.yaml";

/// A call of `rules`.
#[derive(Debug, Args)]
#[command(mut_arg("product", |product| product.required(true)))]
pub struct Request {
    /// How to write the rules
    #[arg(long, value_enum)]
    pub format: Format,
    /// Which flows.
    #[command(flatten)]
    pub filter: Filter,
    /// Only this flow, by its id as `list` prints it; may stand more than once
    #[arg(long, value_name = "FLOW-ID", value_parser = OneOf::<FlowId>::new(), hide_possible_values = true)]
    pub only: Vec<FlowId>,
    /// Where the firewall stands; the place that the format is made for, where it is not given
    #[arg(long, value_enum)]
    pub at: Option<At>,
    /// What the document leaves open.
    #[command(flatten)]
    pub choices: Choices,
    /// A file that gives the addresses of the product and of its peers; without one, any address is let through
    #[arg(long, value_name = "FILE")]
    pub site: Option<PathBuf>,
    /// What chains, policies and files are named after; the product's id where it is not given. Services and profiles are named
    /// after flows all the same, so rulesets of one product share them
    #[arg(long, value_parser = name)]
    pub name: Option<String>,
    /// Write the files into this folder, and print their names
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Exit with 3 where the format cannot hold all that was chosen
    #[arg(long)]
    pub strict: bool,
}

/// How what the document leaves open is decided.
#[derive(Clone, Copy, Debug, Args)]
pub struct Choices {
    /// Which of the ports to open where the document lets one choose
    #[arg(long, value_enum, default_value_t = Alternatives::All)]
    pub alternatives: Alternatives,
    /// What to open where the document states neither TCP nor UDP
    #[arg(long, value_enum, default_value_t = Unstated::Both)]
    pub unstated: Unstated,
    /// Leave out the flows that the document limits by a condition or does not call required
    #[arg(long)]
    pub required_only: bool,
}

/// Where a firewall stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum At {
    /// On the product's own machine: inbound flows are its input, outbound flows its output
    Host,
    /// Between the product and its peers: it forwards both
    Network,
}

/// Which of the ports to open that are alternatives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Alternatives {
    /// Every one
    All,
    /// The one that the document names first
    First,
}

/// What to open where a document gives a port and no transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Unstated {
    /// The port over TCP and over UDP
    Both,
    /// Over TCP
    Tcp,
    /// Over UDP
    Udp,
}

/// A name that every format can hold: lowercase kebab-case, as ids are.
fn name(text: &str) -> Result<String, String> {
    /// As long as an id may be.
    const LONGEST: usize = 80;
    let word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let begins = text.starts_with(|first: char| first.is_ascii_lowercase());
    match begins && text.len() <= LONGEST && text.split('-').all(word) {
        true => Ok(text.to_string()),
        false => Err(format!(
            "expected lowercase letters, digits and single hyphens, at most {LONGEST} characters, a letter first, such as mail-gateway-2"
        )),
    }
}
