//! What `port-catalog` computes, as pure functions from a dataset and texts to typed reports.
//!
//! A [`Dataset`](dataset::Dataset) is plain records: it is made from the compiled catalog, from a directory of tables or from
//! exported JSON. [`filter`] selects flows, [`protocol`] maps transports to IP protocol numbers, [`port_set`] compares sets of
//! ports, and [`nmap_ports`] lists them for a scan. [`rules`] generates firewall rules, [`audit`] compares flows with what is open
//! on a machine, [`conflicts`] compares products that share a host, [`diff`] compares flows, which [`export`] reads from JSON, and
//! [`diagram`] draws them. [`csv`] writes tables. [`codes`] lists the diagnostics.
//!
//! The crate reads no files, knows no terminal and no command line, and compiles for `wasm32-unknown-unknown`.

#![warn(missing_docs)]

pub mod audit;
pub mod codes;
pub mod conflicts;
pub mod csv;
pub mod dataset;
pub mod diagram;
pub mod diff;
pub mod export;
pub mod filter;
pub mod nmap_ports;
mod port_query;
pub mod port_set;
pub mod protocol;
pub mod rules;
pub mod upgrade;
mod words;
