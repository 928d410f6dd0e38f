//! `schema`: the JSON Schema of exported flows.

use crate::output::Output;

/// The examples in the help.
pub const HELP: &str = "\
Example:
  port-catalog schema > flow.schema.json";

/// The JSON Schema of the array that `list --format json` prints.
pub const SCHEMA: &str = include_str!("../../schema/flow.schema.json");

/// Prints the schema.
pub fn run() -> Output {
    Output::text(SCHEMA)
}
