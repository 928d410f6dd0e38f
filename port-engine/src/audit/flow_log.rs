//! Explains the connections in logs of network flows by the documents of products.
//!
//! [`reader`] recognizes the format of a log and parses its lines into [`record`]s. [`expectation`] has the products' flows with the
//! addresses of their ends, found by port in constant time. [`explain`] decides for each record which flows explain it, and counts; what
//! no flow explains is kept in a table of bounded size. [`report`] is the result.
//!
//! The direction of a connection follows from who opened it. If a log doesn't state that, as with logs of packets in both directions,
//! both readings are considered, and a record is explained only if the ports leave no doubt.

pub mod address_set;
pub mod expectation;
pub mod explain;
pub mod explanation;
pub mod peer_summary;
pub mod reader;
pub mod record;
pub mod report;
mod unexplained;
mod values;
