//! The formats of rules. Each is a module with its limits and a function that writes what was fitted to them.

use clap::ValueEnum;

use super::fit::Limits;
use super::model::Ruleset;

pub mod aerleon;
pub mod iptables;
pub mod mud;
pub mod networkpolicy;
pub mod nftables;

/// A format of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Two chains of the table inet filter, to jump to
    Nftables,
    /// Two chains of the table filter, to jump to: IPv4, for iptables-restore --noflush
    Iptables,
    /// The same for IPv6
    Ip6tables,
    /// Definitions and a policy, from which aclgen makes rules for many firewalls
    Aerleon,
    /// A Manufacturer Usage Description, RFC 8520, as JSON, for the network that the product is in
    Mud,
    /// A network policy of Kubernetes, for pods with the label app.kubernetes.io/name: NAME
    #[value(name = "networkpolicy")]
    NetworkPolicy,
}

/// How a format is written.
#[derive(Clone, Copy, Debug)]
pub struct Writer {
    /// What it can hold.
    pub limits: Limits,
    /// Writes rules that fit the limits.
    pub files: fn(&Ruleset) -> Vec<File>,
}

/// A file of a format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name, with folders joined by `/` where the format wants it in one.
    pub name: String,
    /// What stands in it.
    pub text: String,
}

impl Format {
    /// How it is written.
    pub fn writer(self) -> Writer {
        match self {
            Format::Nftables => nftables::WRITER,
            Format::Iptables => iptables::V4,
            Format::Ip6tables => iptables::V6,
            Format::Aerleon => aerleon::WRITER,
            Format::Mud => mud::WRITER,
            Format::NetworkPolicy => networkpolicy::WRITER,
        }
    }
}

/// Lines as comments of a file whose comments begin with `#`, indented by what is given.
fn hash_comments(indent: &str, lines: impl Iterator<Item = String>) -> String {
    lines.map(|line| format!("{indent}# {line}").trim_end().to_string() + "\n").collect()
}

/// A text as YAML and JSON write it alike.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
