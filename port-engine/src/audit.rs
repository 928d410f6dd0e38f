//! Compares what the documents of products list with what is open on their machine.
//!
//! [`nmap`], [`ss`], [`nft`] and [`iptables`] each parse the output of one tool. A [`machine`] has all sources about one machine and asks them
//! for an [`observation`], which it [`combine`]s from theirs. [`verdict`] compares the observation with the products' inbound
//! flows, and the resulting `Audit` serializes as the command's JSON. An [`inventory`] has the listeners of many machines, and a [`flow_log`] the connections of a network. Outbound flows are counted and not audited: they don't show
//! on the machine's own ports.

pub mod address_family;
pub mod codes;
pub mod combine;
mod csv_line;
pub mod firewall;
pub mod flow_log;
pub mod input_kind;
pub mod inventory;
pub mod iptables;
pub mod lines;
mod local_address;
pub mod machine;
pub mod nft;
pub mod nmap;
pub mod observation;
pub mod pointwise;
mod report;
pub mod ss;
pub mod verdict;
