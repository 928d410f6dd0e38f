//! Every product at every place, with every way to decide what a document leaves open.

use crate::openings::{Decisions, Opening, Openings, assert_same, documented, products, rules};

/// A format, as it is to be compared.
pub struct Compared {
    pub format: &'static str,
    /// The places that its firewalls stand at.
    pub places: &'static [&'static str],
    /// Whether the format can say an opening at all.
    pub says: fn(&Opening) -> bool,
}

impl Compared {
    /// Compares what a reader finds in the rules with what the catalog lists, none more and none less.
    pub fn with(&self, read: impl Fn(&str) -> Openings) {
        let mut compared = 0;
        for product in products() {
            for decisions in Decisions::ALL {
                let expected = documented(&product, decisions).into_iter().filter(self.says).collect();
                let usual = [&["--format", self.format, "--product", &product], decisions.options].concat();
                let compare = |options: &[&str], expected: &Openings| {
                    let call = [&usual[..], options].concat();
                    assert_same(&read(&rules(&call)), expected, &format!("{call:?}"));
                };
                for place in self.places {
                    compare(&["--at", place], &expected);
                }
                for direction in ["inbound", "outbound"] {
                    let expected = expected.iter().filter(|opening| opening.1 == direction).cloned().collect();
                    compare(&["--direction", direction], &expected);
                }
                compared += expected.len();
            }
        }
        assert!(compared > 500, "only {compared} openings were compared");
    }
}
