//! The alternatives to the catalog's lookups: tables and enums with the same keys and answers. `build.rs` generates them.

#![allow(clippy::pedantic, reason = "the code is generated")]

include!(concat!(env!("OUT_DIR"), "/alternatives.rs"));
