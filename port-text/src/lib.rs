//! Prints the reports of `port-engine` as text: for a terminal, a file or a page.
//!
//! [`Columns`] are rows of text, which [`table`], [`csv`] and [`markdown`] print; [`flow_columns`], [`port_users`] and [`portmap`]
//! make them from flows, and [`full_rows_first`] orders flows for readers that infer types. [`audit`], [`inventory`], [`flow_log`], [`conflicts`], [`difference`] and [`upgrade`] print reports in words, [`rules`] the generated files, and [`json`] prints any of them as data. The
//! command and the web page print with the same functions. Headings may be bold, as escape sequences.

pub mod audit;
mod columns;
pub mod conflicts;
pub mod csv;
pub mod difference;
pub mod flow_columns;
pub mod flow_log;
pub mod footnotes;
pub mod full_rows_first;
pub mod inventory;
pub mod json;
pub mod markdown;
pub mod port_users;
pub mod portmap;
pub mod rules;
pub mod table;
pub mod upgrade;

pub use columns::Columns;

/// The dataset of the catalog's own tables.
#[cfg(test)]
fn catalog() -> port_engine::dataset::Dataset {
    let tables = port_data::read(port_data::TABLES.as_ref()).expect("the tables are valid");
    port_engine::dataset::Dataset::from_tables(&tables)
}
