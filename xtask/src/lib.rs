//! The maintenance commands, as a library: `cargo xtask` is a thin shell over it and over `port-import`.
//!
//! [`release`] checks whether the crates can be published, using the public interface that [`api`] lists; [`scale`] measures
//! what catalogs of any size cost.

pub mod api;
pub mod release;
pub mod scale;
