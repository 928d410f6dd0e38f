//! The maintenance commands that have logic of their own. The others are thin calls into `port-import`.
//!
//! [`release`] checks whether the crates can be published, with the public interface that [`api`] lists. [`scale`] measures what
//! catalogs of any size cost. [`check_pages`] notices changed pages. [`day`] names an edition after the day. [`site`] writes the web page,
//! and [`package`] what users install.
//! [`codes`] lists the diagnostics.

pub mod api;
pub mod check_pages;
pub mod codes;
pub mod day;
pub mod package;
pub mod release;
pub mod scale;
pub mod site;
