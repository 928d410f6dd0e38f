//! This project's own tables.
//!
//! [`Data`] is the default of the type parameter of `Flow`, `Flows`, `Ports`, `Query` and `Matches`, so their files import it
//! from here. This file imports none of them, but the code that it contains refers to them by their public names.

#[cfg(feature = "macros")]
crate::catalog!();

#[cfg(not(feature = "macros"))]
include!("generated.rs");
