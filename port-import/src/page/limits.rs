//! The limits of what is read. No vendor's page comes near them.

/// The longest page that is read, in bytes. Reading takes at most 150 times as much memory.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;
/// The most columns of a table.
pub const MAX_COLUMNS: usize = 1_000;
/// The most cells of a table, including those that spans repeat.
pub const MAX_CELLS: usize = 1_000_000;
/// The most diagnostics that are reported for one page. A page with more has another layout.
pub const MAX_ERRORS: usize = 100;

/// What to do about a page with too much in it.
pub(super) const CUT_DOWN: &str = "cut the page down to the part with the tables";
