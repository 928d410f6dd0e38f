//! From a vendor's page to the source tables.
//!
//! [`page`] reads a page into tables, [`capture`] keeps what they print, and [`curation`] says what that means. [`refine`]
//! combines the two into typed flows: it reads port cells with [`port_cell`] and finds each row's flow with [`pair`].
//! [`regenerate`] runs these steps for every product, [`report`] shows what changes, [`generated_file`] formats the catalog as
//! Rust, and [`publish`] writes the files. [`new_product`] drafts the curation of a new page.

pub mod capture;
pub mod curation;
pub mod file;
pub mod generated_file;
pub mod new_product;
pub mod page;
pub mod pair;
pub mod place;
pub mod port_cell;
pub mod publish;
pub mod refine;
pub mod regenerate;
pub mod report;
