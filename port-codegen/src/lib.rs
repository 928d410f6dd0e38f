//! Generates the Rust that `port_catalog::catalog!` expands to from valid tables.
//!
//! [`pack`] turns a [`Catalog`] into columns of numbers and texts ([`packed`]), [`documentation`] writes the documentation of each row, and
//! [`expand`] emits both as tokens. The generated code is data only; the code that reads it is in `port-catalog`.

#![warn(missing_docs)]

use port_data::Catalog;
use proc_macro2::TokenStream;

mod cells;
pub mod documentation;
mod emit;
mod flow_rows;
mod list_interner;
pub mod pack;
pub mod packed;
mod port_index;
mod statics;
pub mod text_index;

/// The items of a catalog: its enums, its marker type `Data`, and its tables.
///
/// The same catalog produces the same tokens on every machine.
#[must_use]
pub fn expand(catalog: &Catalog) -> TokenStream {
    PARTS.iter().map(|part| part(catalog)).collect()
}

/// Makes some of the items of a catalog.
pub type Part = fn(&Catalog) -> TokenStream;

/// All items of a catalog in order: types, the ids of flows, and tables. Each part can be made in a thread of its own.
pub const PARTS: [Part; 3] = [emit::ids, emit::flow_ids, emit::data];
