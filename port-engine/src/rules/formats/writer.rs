//! What every format provides: its limits and options, and a function that writes a ruleset that fits them as files.

use serde::Serialize;

use crate::rules::limits::Limits;
use crate::rules::model::{Remark, Ruleset};
use crate::rules::output_options::{OutputOption, OutputOptions};

/// How a format is written.
#[derive(Clone, Copy, Debug)]
pub struct Writer {
    /// What the format can express.
    pub limits: Limits,
    /// Which options it has.
    pub options: &'static [OutputOption],
    /// What becomes of a direction without rules.
    pub directions: Directions,
    /// What it can't express of a given ruleset, as remarks on the output.
    pub remarks: fn(&Ruleset, &OutputOptions) -> Vec<Remark>,
    /// Writes a ruleset that fits the limits.
    pub files: fn(&Ruleset, &OutputOptions) -> Vec<File>,
}

/// What becomes of a direction that no rules are generated for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Directions {
    /// Whether the output still controls a direction without selected flows, and so removes the rules of an earlier version. If
    /// not, it controls only the directions of the selected flows. With `--direction` it always controls that direction alone.
    pub keeps_empty: bool,
    /// What becomes of an earlier version's rules in a direction that the output doesn't control. `None` if there is nothing to say.
    pub uncontrolled: Option<&'static str>,
}

/// No remarks.
#[must_use]
pub fn no_remarks(_: &Ruleset, _: &OutputOptions) -> Vec<Remark> {
    Vec::new()
}

/// A generated file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct File {
    /// Its name. If the format needs the file in a directory, the name is a path with `/`.
    pub name: String,
    /// Its text.
    pub text: String,
}
