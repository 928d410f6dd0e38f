//! Turns vendors' pages into the source tables.
//!
//! [`page`] reads a page into tables, and [`capture`] keeps what they print. [`curation`] says what that means. [`refine`]
//! combines the two into typed flows: [`printed_row`] reads the cells of each row, with [`port_cell`] for its ports, and
//! [`pair`] finds the flow of each row. [`grouped_diagnostics`] joins the diagnostics of many rows. [`propose`] makes a patch
//! of the edits that would resolve them. [`regenerate`] runs these steps for every product, [`report`] shows what changes,
//! [`changes`] records it from version to version, [`generated_file`] formats the catalog as Rust, and [`atomic_write`]
//! writes the files. [`new_product`] drafts the curation of a new page. [`digest`] digests texts and files. [`codes`] lists the diagnostics of all steps but
//! [`page`] and [`port_cell`].

pub mod atomic_write;
pub mod capture;
pub mod changes;
pub mod codes;
pub mod curation;
pub mod digest;
pub mod file;
pub mod generated_file;
pub mod grouped_diagnostics;
pub mod new_product;
pub mod page;
pub mod page_file;
pub mod pair;
pub mod port_cell;
pub mod printed_row;
pub mod propose;
pub mod refine;
pub mod regenerate;
pub mod report;
pub mod row_key;
pub mod vocabulary;
