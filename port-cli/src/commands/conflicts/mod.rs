//! `conflicts`: which ports collide if products share a host.

use clap::{Args, ValueEnum};
use port_data::Diagnostic;
use port_engine::conflicts::{ConflictFinding, Conflicts};

use super::Context;
use crate::codes;
use crate::format::json;
use crate::known_id::IdKind;
use crate::output::{Output, Result, count};
use crate::word_parser::words;

mod text;

/// The notes and examples in the help.
pub const HELP: &str = "\
Only flows that peers open are compared, since a product listens for them. A port without a stated transport counts for \
TCP and for UDP, so a collision there is possible but not certain. A collision is avoidable if the products can choose \
other alternatives, or other ports if the document calls the port configurable, so that fewer ports collide. The choice is \
printed: the one with the fewest collisions, and among these the one that changes the least.

Exit codes: 0 done, even if ports collide; 1 a finding that --fail-on names; 2 bad arguments.

Examples:
  port-catalog conflicts fortimail securitygateway
  port-catalog conflicts fortimail securitygateway forticlient --format json
  port-catalog conflicts fortimail securitygateway --fail-on unavoidable";

/// The arguments of `conflicts`.
#[derive(Debug, Args)]
pub struct ConflictsArgs {
    /// The products that share a host
    #[arg(value_name = "PRODUCT", required = true, num_args = 2.., value_parser = IdKind::Product.parser())]
    pub products: Vec<String>,
    /// Also print every port with the flows for which a product listens there; JSON always has them
    #[arg(long)]
    pub listeners: bool,
    /// Output format
    #[arg(long, value_enum, default_value_t = ConflictsFormat::Table)]
    pub format: ConflictsFormat,
    /// Exit with 1 if any of these is found (comma-separated)
    #[arg(long, value_name = "FINDING", value_parser = words::<ConflictFinding>(), value_delimiter = ',')]
    pub fail_on: Vec<ConflictFinding>,
}

/// How conflicts are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ConflictsFormat {
    /// For people: the collisions, and the choice that avoids most of them
    Table,
    /// One object
    Json,
}

impl ConflictsArgs {
    /// Compares the products.
    ///
    /// # Errors
    ///
    /// Unknown products, and a product that is given twice.
    pub fn run(&self, context: Context<'_>) -> Result {
        let check = |id: &String| IdKind::Product.check(id, "PRODUCT", context.dataset).err();
        let mut problems: Vec<Diagnostic> = self.products.iter().filter_map(check).collect();
        for (index, product) in self.products.iter().enumerate() {
            if self.products[..index].contains(product) {
                let problem = Diagnostic::new(codes::OPTIONS, format!("product {product} is given twice"));
                problems.push(problem.help("compare different products"));
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let products: Vec<&str> = self.products.iter().map(String::as_str).collect();
        let conflicts = Conflicts::new(context.dataset, &products);
        let mut output = Output::text(match self.format {
            ConflictsFormat::Table => text::print(&conflicts, self.listeners, context.width),
            ConflictsFormat::Json => json::object(&conflicts),
        });
        for finding in &self.fail_on {
            let number = conflicts.count(*finding);
            if number > 0 {
                let noun = match finding {
                    ConflictFinding::Collision => "collision",
                    ConflictFinding::Unavoidable => "unavoidable collision",
                };
                output = output.message(format!("fails: {}", count(number, noun)));
                output.code = 1;
            }
        }
        Ok(output)
    }
}
