//! The chores of a maintainer, as a library: `cargo xtask` is a shell over it, and the tests call it.
//!
//! The way of a vendor's page: [`page`] reads it into rows, [`capture`] keeps what it says, [`curation`] says what that
//! means, [`refine`] makes flows of the two, reading port cells with [`port_cell`] and finding each row's flow with
//! [`pair`]. [`regenerate`] runs them, [`report`] tells what changes, [`expand`] makes the tables Rust, [`publish`] writes all of it or
//! nothing. [`new_product`] drafts the curation of a new page. What is wrong is told as faults of a [`place`]; [`mod@file`] reads within limits.
//!
//! [`release`] tells whether the crates can be published, with the public interface that [`api`] reads; [`scale`] what catalogs cost.

pub mod api;
pub mod capture;
pub mod curation;
pub mod expand;
pub mod file;
pub mod new_product;
pub mod page;
pub mod pair;
pub mod place;
pub mod port_cell;
pub mod publish;
pub mod refine;
pub mod regenerate;
pub mod release;
pub mod report;
pub mod scale;
