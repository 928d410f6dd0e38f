//! Generates the Rust that `port_catalog::catalog!` expands to from valid tables.
//!
//! [`pack`] turns a [`Catalog`] into columns of numbers and texts ([`packed`]), [`documentation`] writes the documentation of each row, and
//! [`expand`] emits both as tokens. The generated code is data only; the code that reads it is in `port-catalog`.

#![warn(missing_docs)]

use port_data::Catalog;
use proc_macro2::TokenStream;
use quote::quote;

mod bits;
mod cells;
pub mod documentation;
mod emit;
mod flow_lists;
mod flow_rows;
mod list_interner;
pub mod pack;
pub mod packed;
mod port_index;
mod statics;
pub mod text_index;

/// The items of a catalog: its enums, its marker type `Data`, and its tables, as the crate `port_catalog` contains them.
///
/// The same catalog produces the same tokens on every machine.
#[must_use]
pub fn expand(catalog: &Catalog) -> TokenStream {
    PARTS.iter().map(|part| part(catalog)).collect()
}

/// The items of a catalog in another crate, which finds the crate `port_catalog` at a path.
#[must_use]
pub fn expand_in_dependant(catalog: &Catalog, port_catalog: &TokenStream) -> TokenStream {
    let data = emit::data(catalog, port_catalog, &quote!(__no_example));
    [emit::ids(catalog), emit::flow_ids(catalog), data].into_iter().collect()
}

/// Makes some of the items of this project's catalog.
pub type Part = fn(&Catalog) -> TokenStream;

/// All items of a catalog in order: types, the ids of flows, and tables. Each part can be made in a thread of its own.
pub const PARTS: [Part; 3] =
    [emit::ids, emit::flow_ids, |catalog| emit::data(catalog, &quote!(::port_catalog), &quote!(__example))];
