//! What the tables' side and the run-time side must agree on.
//!
//! These files are compiled into two crates: `port-catalog`, where they live, and `port-data`, which links to this folder.
//! A dependency would do the same, but `port-catalog` has none at run time, and must not.

pub mod expression;
pub mod id_hash;
pub mod layout;
pub mod nearest;
pub mod words;
