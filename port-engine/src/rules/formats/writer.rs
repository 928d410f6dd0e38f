//! What every format provides: its limits, and a function that writes a ruleset that fits them as files.

use serde::Serialize;

use crate::rules::fit::Limits;
use crate::rules::model::Ruleset;

/// How a format is written.
#[derive(Clone, Copy, Debug)]
pub struct Writer {
    /// What the format can express.
    pub limits: Limits,
    /// Writes a ruleset that fits the limits.
    pub files: fn(&Ruleset) -> Vec<File>,
}

/// A generated file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct File {
    /// Its name. If the format needs the file in a directory, the name is a path with `/`.
    pub name: String,
    /// Its text.
    pub text: String,
}
