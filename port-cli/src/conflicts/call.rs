//! The command `conflicts`: its arguments, and its answer.

use clap::{Args, ValueEnum};
use port_catalog::Product;

use super::{Place, listeners, places, report};
use crate::answer::{Answer, count};
use crate::arguments::OneOf;
use crate::audit::call::Format;

/// What stands below the options in the help of `conflicts`.
pub const AFTER_HELP: &str = "\
Only flows that peers open are compared: a product listens for them. A port whose transport the
document does not state counts for TCP and for UDP, so that a collision there is possible and not
certain. A product can move away where the document calls the port configurable, or lists an
alternative at which no other product listens; a collision is avoidable where all but one can.

Exit codes: 0 done, also where ports collide; 1 something that --fail-on names; 2 bad arguments.

Examples:
  port-catalog conflicts fortimail securitygateway
  port-catalog conflicts fortimail securitygateway forcepoint-email-security --format json
  port-catalog conflicts securitygateway forcepoint-email-security --fail-on unavoidable";

/// Which products, and how to tell what collides.
#[derive(Debug, Args)]
pub struct Call {
    /// The products that share a host
    #[arg(value_name = "PRODUCT", required = true, num_args = 2.., value_parser = OneOf::<Product>::new())]
    pub products: Vec<Product>,
    /// How to print what was found
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// Exit with 1 where one of these is found, divided by commas
    #[arg(long, value_name = "FINDING", value_enum, value_delimiter = ',')]
    pub fail_on: Vec<Finding>,
}

/// What somebody may want to know by the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Finding {
    /// A port at which several products listen
    Collision,
    /// The same, where two of them cannot move away
    Unavoidable,
}

impl Call {
    /// What collides; with exit code 1 where that is to fail.
    pub fn answer(&self, width: Option<u16>) -> Answer {
        for (number, product) in self.products.iter().enumerate() {
            if self.products[..number].contains(product) {
                return Answer::refusal(format!("error: found {product} twice, expected different products"));
            }
        }
        let listeners = listeners(&self.products);
        let places = places(&listeners);
        let collisions: Vec<&Place> = places.iter().filter(|place| place.collides()).collect();
        let text = match self.format {
            Format::Table => report::table(&self.products, &listeners, &places, &collisions, width),
            Format::Json => report::json(&self.products, &listeners, &places, &collisions),
        };
        let found: Vec<String> = self.fail_on.iter().filter_map(|finding| finding.found_in(&collisions)).collect();
        let remark = (!found.is_empty()).then(|| found.join("\n"));
        Answer { text, remark, code: u8::from(!found.is_empty()) }
    }
}

impl Finding {
    /// What of it there is among collisions.
    fn found_in(self, collisions: &[&Place]) -> Option<String> {
        let (number, told) = match self {
            Finding::Collision => (collisions.len(), "at which products collide"),
            Finding::Unavoidable => (
                collisions.iter().filter(|place| !place.is_avoidable()).count(),
                "from which two products cannot move away",
            ),
        };
        (number > 0).then(|| format!("fails: {} {told}", count(number, "place")))
    }
}
