//! What a product's document lists against what is open on its machine.
//!
//! [`nmap`], [`ss`] and [`nft`] each read one kind of [`input`] into an [`observation`]; a [`verdict`] comes of holding a product's
//! inbound flows against it, and a [`report`] tells it. [`call`] is the command. Flows that the product opens itself are
//! counted and not audited: nothing listens for them on its machine.

use std::fmt;

use clap::ValueEnum;

pub mod call;
pub mod input;
pub mod nft;
pub mod nmap;
pub mod observation;
pub mod report;
pub mod ss;
pub mod verdict;

/// A version of the Internet protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Family {
    /// What IPv4 reaches
    Ipv4,
    /// What IPv6 reaches
    Ipv6,
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Family::Ipv4 => "IPv4",
            Family::Ipv6 => "IPv6",
        })
    }
}
