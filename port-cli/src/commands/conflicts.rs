//! `conflicts`: which ports collide if products share a host.

use clap::{Args, ValueEnum};
use port_core::nearest::nearest;
use port_data::Diagnostic;
use port_data::hidden::QuotedAscii;
use port_engine::conflicts::{ConflictFinding, Conflicts, Participant};
use port_engine::dataset::{Dataset, Product, ProductEdition};

use super::Context;
use crate::codes;
use crate::format::json;
use crate::known_id::IdKind;
use crate::output::{Output, Result, count};
use crate::word_parser::words;

/// The notes and examples in the help.
pub const HELP: &str = "\
Only flows that peers open are compared, since a product listens for them. Flows within the host count, since a port of \
the loopback address is taken if a product listens at any address; flows within a pod don't.

A collision is only possible, not certain, if a document doesn't state the transport, since the port counts for TCP and for \
UDP, or if it doesn't say whether all ports of a flow are needed, or if the protocol has no ports: two products can both take \
ESP or VRRP if something else tells their traffic apart. ICMP never collides, since the host itself answers it.

A collision is avoidable if the products can choose \
other alternatives, or other ports if the document calls the port configurable, so that fewer ports collide. The choice is \
printed: the one with the fewest collisions, and among these the one that changes the least.

Exit codes: 0 done, even if ports collide; 1 a finding that --fail-on names; 2 bad arguments.

Examples:
  port-catalog conflicts fortimail securitygateway
  port-catalog conflicts fortimail securitygateway forticlient --format json
  port-catalog conflicts fortimail securitygateway --fail-on unavoidable
  port-catalog conflicts fortimail@5.4 fortimail@6.2.0    two editions";

/// The arguments of `conflicts`.
#[derive(Debug, Args)]
pub struct ConflictsArgs {
    /// The products that share a host; PRODUCT@EDITION is another edition than the newest
    #[arg(value_name = "PRODUCT", required = true, num_args = 1.., value_parser = IdKind::Product.parser())]
    pub products: Vec<String>,
    /// Only this part of its product is on the host; may be repeated, and two parts of a product are then compared
    #[arg(long, value_name = "COMPONENT")]
    pub component: Vec<String>,
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
    /// Unknown products, editions and components, a product that is given twice, and nothing to compare with.
    pub fn run(&self, context: Context<'_>) -> Result {
        let participants = self.participants(context.dataset)?;
        let conflicts = Conflicts::new(&participants);
        let mut output = Output::text(match self.format {
            ConflictsFormat::Table => port_text::conflicts::print(&conflicts, self.listeners, context.width),
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

    /// What is compared: each product, or the parts of it that are on the host.
    fn participants<'a>(&self, dataset: &'a Dataset) -> std::result::Result<Vec<Participant<'a>>, Vec<Diagnostic>> {
        let mut problems = Vec::new();
        let mut named: Vec<(&Product, &str)> = Vec::new();
        let mut participants = Vec::new();
        for argument in &self.products {
            let ProductEdition { product: id, edition } = ProductEdition::from(argument.as_str());
            problems.extend(IdKind::Product.check(&id, "PRODUCT", dataset).err());
            let Some(product) = dataset.product(&id) else { continue };
            let edition = match edition.map(|edition| dataset.edition(product, &edition)).transpose() {
                Ok(edition) => edition,
                Err(problem) => {
                    problems.push(problem);
                    continue;
                }
            };
            let id = edition.unwrap_or_else(|| product.newest_edition()).id.as_str();
            if named.contains(&(product, id)) {
                let problem =
                    Diagnostic::new(codes::OPTIONS, format!("product {} is given twice", QuotedAscii(argument)));
                problems.push(problem.help("compare different products or editions"));
            }
            named.push((product, id));
            participants.extend(match edition {
                Some(edition) => vec![Participant::edition(dataset, &product.id, &edition.id)],
                None => Participant::products(dataset, &[&product.id]),
            });
        }
        let known: Vec<&str> = named.iter().flat_map(|(product, _)| &product.components).map(String::as_str).collect();
        problems.extend(self.component.iter().filter_map(|component| check_component(component, &known)));
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut components: Vec<String> = Vec::new();
        for component in &self.component {
            if !components.contains(component) {
                components.push(component.clone());
            }
        }
        let participants: Vec<Participant> =
            participants.into_iter().flat_map(|participant| participant.parts(&components)).collect();
        if participants.len() < 2 {
            let problem = Diagnostic::new(codes::ARGUMENTS, "only one product is given");
            return Err(vec![problem.help("name another product, or two parts of it with --component")]);
        }
        Ok(participants)
    }
}

/// What is wrong with a component that none of the products has.
fn check_component(component: &str, known: &[&str]) -> Option<Diagnostic> {
    if known.contains(&component) {
        return None;
    }
    let message = format!("unknown component {} (--component)", QuotedAscii(component));
    let problem = Diagnostic::new(codes::UNKNOWN_ID, message);
    Some(match (nearest(component, known.iter().copied()), known.is_empty()) {
        (Some(near), _) => problem.nearest(Some(near)),
        (None, true) => problem.help("the documents of these products don't distinguish parts of them"),
        (None, false) => problem.help(format!("known components: {}", known.join(", "))),
    })
}
