//! The formats of rules. Each is a module with its limits and a function that writes what was fitted to them.

use clap::ValueEnum;

use super::fit::Limits;
use super::model::Ruleset;

pub mod aerleon;
pub mod firewalld;
pub mod fortigate;
pub mod iptables;
pub mod mud;
pub mod networkpolicy;
pub mod nftables;
pub mod ufw;

/// A format of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Two chains of the table inet filter, to jump to
    Nftables,
    /// Two chains of the table filter, to jump to: IPv4, for iptables-restore --noflush
    Iptables,
    /// The same for IPv6
    Ip6tables,
    /// A service for each flow, and a policy for each direction that lets them through between its addresses
    Firewalld,
    /// A profile for each flow, and the commands that let them through between its addresses
    Ufw,
    /// A script for its CLI: services, addresses, groups of them, and policies
    Fortigate,
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
            Format::Firewalld => firewalld::WRITER,
            Format::Ufw => ufw::WRITER,
            Format::Fortigate => fortigate::WRITER,
            Format::Aerleon => aerleon::WRITER,
            Format::Mud => mud::WRITER,
            Format::NetworkPolicy => networkpolicy::WRITER,
        }
    }
}

/// The most characters of a comment's line. iptables-restore reads lines of up to 10,239 bytes, and takes what is left of a
/// longer comment for a rule.
const LONGEST_LINE: usize = 1000;

/// Lines as comments of a file whose comments begin with `#`, indented by what is given. One that is too long goes on in the next.
fn hash_comments(indent: &str, lines: impl Iterator<Item = String>) -> String {
    let mut text = String::new();
    for line in lines {
        let mut rest = line.as_str();
        loop {
            let (part, after) = rest.split_at(rest.char_indices().nth(LONGEST_LINE).map_or(rest.len(), |(end, _)| end));
            text += format!("{indent}# {part}").trim_end();
            text.push('\n');
            if after.is_empty() {
                break;
            }
            rest = after;
        }
    }
    text
}

/// A name in at most so many characters. One that is longer ends in a digest of all of it, by which it stays another than the
/// names that begin alike.
fn short_name(name: &str, most: usize) -> String {
    if name.len() <= most {
        return name.to_string();
    }
    // FNV-1a, in 32 bits.
    let digest =
        name.bytes().fold(0x811c_9dc5_u32, |digest, byte| (digest ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let digest = format!("-{digest:08x}");
    let start: String = name.chars().take(most - digest.len()).collect();
    start + &digest
}

/// A text as YAML and JSON write it alike.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::short_name;

    #[test]
    fn a_name_that_is_too_long_stays_another_than_those_that_begin_alike() {
        assert_eq!(short_name("as-long-as-it-may-be", 20), "as-long-as-it-may-be");
        let [one, other] = ["longer-than-it-may-be", "longer-than-it-may-ba"].map(|name| short_name(name, 20));
        assert!(one.starts_with("longer-than-") && one.len() == 20, "{one}");
        assert_eq!(one.len(), other.len());
        assert_ne!(one, other);
    }
}
