//! The vocabulary and the table layout that `port-catalog` shares with its generator.
//!
//! `port-catalog` reads at run time what `port-codegen` wrote at compile time, so both need the same words, columns and hash.
//! Depend on `port-catalog`, which re-exports the public part: [`vocabulary`], [`port_range`], [`port_spec`] and
//! [`parse_id_error`]. [`layout`], [`packed_ints`], [`id_hash`] and [`nearest`] are internal and may change in any version.

#![no_std]
#![warn(missing_docs)]

#[cfg(test)]
extern crate std;

#[cfg(feature = "upgrade")]
pub mod change_class;
#[doc(hidden)]
pub mod id_hash;
#[doc(hidden)]
pub mod layout;
#[doc(hidden)]
pub mod nearest;
#[doc(hidden)]
pub mod packed_ints;
#[doc(hidden)]
pub mod padded;
pub mod parse_id_error;
pub mod port_range;
pub mod port_spec;
#[cfg(feature = "serde")]
#[doc(hidden)]
pub mod serde;
pub mod vocabulary;

#[cfg(feature = "upgrade")]
pub use change_class::ChangeClass;
pub use parse_id_error::ParseIdError;
pub use port_range::{PortRange, PortRangeError};
pub use port_spec::PortSpec;
pub use vocabulary::{Direction, Enabled, Fact, Groups, PeerKind, Requirement, Scope, Transport};
