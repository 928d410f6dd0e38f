//! The commands. Each module has the arguments of one command and its `run` function, and knows no other command.

use port_engine::dataset::Dataset;

pub mod audit;
pub mod check;
pub mod completions;
pub mod conflicts;
pub mod diagram;
pub mod diff;
pub mod editions;
pub mod list;
pub mod manual;
pub mod peers;
pub mod port;
pub mod products;
pub mod rules;
pub mod schema;
pub mod show;
pub mod upgrade;

/// What every command gets besides its arguments.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The flows.
    pub dataset: &'a Dataset,
    /// Whether an argument names an edition, as in `fortimail@5.4`.
    pub names_edition: bool,
    /// The width of the terminal in characters; `None` if standard output is not a terminal.
    pub width: Option<u16>,
}
