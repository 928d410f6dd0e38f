//! The source tables of `port-catalog` and their schema.
//!
//! [`read()`] turns a directory of tables into a [`Catalog`] with all references resolved, or reports everything that is wrong
//! with the tables, with file, line and column:
//!
//! ```text
//! ports/flows/mailer.csv:3:21: peer: unknown id "ldap-sever" (not in peers.csv); did you mean "ldap-server"?
//! ```
//!
//! [`check`] also reports warnings, which don't prevent that the tables are used. [`Catalog::warnings`] has them if there are no errors.
//!
//! A directory of tables contains `vendors.csv`, `products.csv`, `editions.csv`, `peers.csv`, `services.csv` and one
//! `flows/<product>/<edition>.csv` for each edition. In the simple form each product has one edition: the columns of the document
//! are in `products.csv`, and the table is `flows/<product>.csv`. [`cells`] splits a file into cells with their places, [`schema`] defines the columns and the types that rows
//! become, and [`mod@read`] converts one to the other. A [`Diagnostic`] is the error type of the whole repository; the codes of
//! this crate are in [`codes`].

#![warn(missing_docs)]

pub mod cells;
pub mod codes;
pub mod date;
pub mod diagnostic;
mod flow_row;
#[cfg(feature = "edit")]
pub mod flow_table;
mod flows;
pub mod hidden;
pub mod id;
mod ids;
pub mod port_expression;
pub mod read;
mod row;
pub mod schema;
mod table_reader;
#[cfg(feature = "edit")]
pub mod write;

pub use diagnostic::{Code, Diagnostic, LineIndex, Place, Position};

pub use read::{Findings, check, read, read_texts};
pub use schema::{Catalog, Edition, Flow, FlowRow, Peer, Product, Service, Vendor};

/// The directory of this project's own tables, as this crate was built with them.
pub const TABLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tables");
