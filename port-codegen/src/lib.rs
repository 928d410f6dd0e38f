//! Turns checked tables into the Rust that `port_catalog::catalog!` expands to.
//!
//! The way of the data: [`pack`] lowers a [`Catalog`] to numbers and texts, [`documentation`] words what rustdoc shows of
//! each row, [`expand`] writes both down as tokens. It emits data; what is done with it stands in `port-catalog`.

#![warn(missing_docs)]

use port_data::Catalog;
use proc_macro2::TokenStream;

pub mod documentation;
mod emit;
pub mod pack;
pub mod text_index;

/// The items of a catalog: its enums, its marker `Data`, and the tables behind them.
///
/// The same catalog gives the same tokens on every machine.
#[must_use]
pub fn expand(catalog: &Catalog) -> TokenStream {
    emit::catalog(catalog, &pack::pack(catalog))
}
