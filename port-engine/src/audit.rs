//! Compares what a product's document lists with what is open on its machine.
//!
//! [`nmap`], [`ss`] and [`nft`] each parse the output of one tool into an [`observation`]. [`verdict`] compares the observation
//! with the product's inbound flows, and the resulting `Audit` serializes as the command's JSON. Outbound flows are counted and
//! not audited: nothing on the product's machine listens for them.

pub mod address_family;
pub mod codes;
pub mod firewall;
pub mod input_kind;
pub mod iptables;
pub mod nft;
pub mod nmap;
pub mod observation;
mod report;
pub mod ss;
pub mod verdict;
