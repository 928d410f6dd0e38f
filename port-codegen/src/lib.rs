//! Generates the Rust that `port_catalog::catalog!` expands to from valid tables.
//!
//! [`pack`] turns a [`Catalog`] into columns of numbers and texts ([`packed`]), [`documentation`] writes the documentation of each row, and
//! [`expand`] emits both as tokens. The generated code is data only; the code that reads it is in `port-catalog`.

#![warn(missing_docs)]

use port_data::Catalog;
use proc_macro2::TokenStream;
use quote::quote;

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

/// The items of a catalog: its enums, its marker type `Data`, and its tables. They refer to the crate `port_catalog` by that name.
///
/// The same catalog produces the same tokens on every machine.
#[must_use]
pub fn expand(catalog: &Catalog) -> TokenStream {
    expand_with_path(catalog, &quote!(::port_catalog))
}

/// The items of a catalog that refer to the crate `port_catalog` by another path.
#[must_use]
pub fn expand_with_path(catalog: &Catalog, port_catalog: &TokenStream) -> TokenStream {
    emit::catalog(catalog, &pack::pack(catalog), port_catalog)
}
