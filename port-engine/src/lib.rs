//! What `port-catalog` computes, as pure functions from a dataset and texts to typed reports.
//!
//! A [`Dataset`](dataset::Dataset) is plain records: it is made from the compiled catalog, from a directory of tables or from
//! exported JSON. [`audit`] compares the flows with what is open on a machine, [`conflicts`] compares products that share a host,
//! [`filter`] selects flows, [`protocol`] maps transports to IP protocol numbers, and [`port_set`] compares sets of
//! ports. The crate reads no files, knows no terminal and no command line, and compiles for `wasm32-unknown-unknown`.

#![warn(missing_docs)]

pub mod audit;
pub mod conflicts;
pub mod dataset;
pub mod filter;
pub mod port_set;
pub mod protocol;
mod words;
