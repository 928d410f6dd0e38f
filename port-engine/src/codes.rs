//! The codes of all diagnostics of this crate.

use port_data::Code;

use crate::{audit, dataset, export, rules};

/// The list of each module.
pub const ALL: &[&[Code]] = &[dataset::codes::ALL, export::codes::ALL, rules::codes::ALL, audit::codes::ALL];
