//! The source tables of `port-catalog` and their one schema: what a row is, is written here and nowhere else.
//!
//! [`read()`] turns a directory of tables into a [`Catalog`] whose every reference is resolved, or says all that is wrong
//! with them, each with its file, line and column:
//!
//! ```text
//! ports/flows/mailer.csv:3:21: peer: found "ldap-sever", expected the id of a row of peers.csv; the nearest is ldap-server
//! ```
//!
//! A directory of tables holds `vendors.csv`, `products.csv`, `peers.csv`, `services.csv` and one `flows/<product>.csv`
//! for each product. The modules follow the way of the data: [`mod@cells`] cuts a file into cells with their places,
//! [`schema`] names the columns and the types that rows become, [`mod@read`] makes the one from the other, row by row.

pub mod cells;
pub mod error;
pub mod hidden;
pub mod id;
pub mod port_expression;
pub mod read;
mod row;
pub mod schema;
#[doc(hidden)]
#[path = "shared/mod.rs"]
pub mod shared;
pub mod write;

pub use error::{Error, Errors, Problem};
pub use read::{read, read_texts};
pub use schema::{Catalog, Flow, Peer, Product, Service, Vendor};
pub use shared::expression::PortSpec;
pub use shared::words::{Direction, Fact, PeerKind, PortRange, Requirement, Transport};

/// The directory of this project's own tables, as this crate was built with them.
pub const TABLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tables");
