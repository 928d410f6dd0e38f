//! Audits the listeners of many machines, which an inventory lists in one CSV file.
//!
//! `table` parses the lines, [`hosts`] collects those of each host, and [`assignment`] says which products run where. What a host
//! has is an [`Observation`](super::observation::Observation) like that of a single machine, for the same verdicts; [`fleet`]
//! prepares the products' documents once for all hosts, and [`totals`] adds up the findings.

pub mod assignment;
pub mod coverage;
pub mod finding;
pub mod fleet;
pub mod hosts;
mod table;
pub mod totals;
