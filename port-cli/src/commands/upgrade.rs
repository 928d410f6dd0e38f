//! `upgrade`: what changes at the firewalls between two editions of a product.

use std::sync::LazyLock;

use clap::Args;
use port_data::Diagnostic;
use port_data::hidden::QuotedAscii;
use port_engine::diff::Impact;
use port_engine::rules::formats::RulesFormat;
use port_engine::rules::output_options::OutputOption;
use port_engine::upgrade::{EditionFlows, Upgrade, rules};

use super::Context;
use crate::codes;
use crate::filter_args::FilterArgs;
use crate::format::{difference, json};
use crate::known_id::IdKind;
use crate::output::{Output, Result};
use crate::rules_args::RulesetArgs;
use crate::word_parser::{Vocabulary, words};

/// The notes and examples in the help.
pub const HELP: &str = "\
Ports open, close and move as in diff: a port closes only if no flow of TO needs it for the same peer and direction, and \
swapping FROM and TO gives the inverse. What is curated, labels, rows and other words of the documents aren't compared. If a \
document was not available as a whole, a flow that only the other edition has is not known for it: it neither opens nor closes \
anything, --fail-on unknown finds it, and a port that it may need isn't closed.

With a format of rules, the rules to add and to remove are printed, or written to the directories add and remove of --out. Give the \
options with which the loaded rules were generated. Add rules first, so that nothing is closed in between that is still needed. Rules \
for nftables, iptables and ip6tables change the loaded ones; other formats have one ruleset to add and one to remove.

Exit codes: 0 done; 1 a change that --fail-on names; 2 bad arguments; 3 something was dropped under --strict.

Examples:
  port-catalog upgrade forticlient 6.0.4 6.2.0
  port-catalog upgrade forticlient 6.0.4 6.2.0 --format markdown > ticket.md
  port-catalog upgrade forticlient 6.0.4 6.2.0 --fail-on opens,closes
  port-catalog upgrade forticlient 6.0.4 6.2.0 --format iptables --out rules";

/// The arguments of `upgrade`.
#[derive(Debug, Args)]
pub struct UpgradeArgs {
    /// The product
    #[arg(value_name = "PRODUCT", value_parser = IdKind::Product.parser())]
    pub product: String,
    /// The edition in use, as `editions` prints it
    #[arg(value_name = "FROM")]
    pub from: String,
    /// The edition to change to
    #[arg(value_name = "TO")]
    pub to: String,
    /// Output format: a report, or rules to add and to remove
    #[arg(long, value_parser = words::<UpgradeFormat>(), default_value = "text")]
    pub format: UpgradeFormat,
    /// Exit with 1 if any of these is found (comma-separated)
    #[arg(long, value_name = "IMPACT", value_parser = words::<Impact>(), value_delimiter = ',')]
    pub fail_on: Vec<Impact>,
    /// How to write rules.
    #[command(flatten)]
    pub rules: RulesOptions,
}

/// The options for rules to add and to remove.
#[derive(Debug, Args)]
#[command(next_help_heading = "Rules to add and to remove")]
pub struct RulesOptions {
    /// Rules for a machine with this part of the product; may be repeated
    #[arg(long)]
    pub component: Vec<String>,
    /// How to generate the rules, and where to write them.
    #[command(flatten)]
    pub ruleset: RulesetArgs,
}

impl RulesOptions {
    /// The first option that has no default and is set.
    fn first_set(&self) -> Option<&'static str> {
        let RulesetArgs { at, choices, name, output, out, strict } = &self.ruleset;
        let options = [
            (at.is_some(), "--at"),
            (!self.component.is_empty(), "--component"),
            (choices.site.is_some(), "--site"),
            (choices.unnamed.is_some(), "--unnamed"),
            (name.is_some(), "--name"),
            (output.target.is_some(), "--target"),
            (out.is_some(), "--out"),
            (*strict, "--strict"),
        ];
        let set = options.into_iter().find(|(is_set, _)| *is_set).map(|(_, option)| option);
        set.or_else(|| output.options().set().next().map(OutputOption::as_str))
    }
}

/// How an upgrade is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpgradeFormat {
    /// A summary, then each flow that differs.
    Text,
    /// One object.
    Json,
    /// Headings and tables.
    Markdown,
    /// The rules to add and to remove.
    Rules(RulesFormat),
}

impl Vocabulary for UpgradeFormat {
    fn all() -> &'static [UpgradeFormat] {
        static ALL: LazyLock<Vec<UpgradeFormat>> = LazyLock::new(|| {
            let reports = [UpgradeFormat::Text, UpgradeFormat::Json, UpgradeFormat::Markdown];
            let rules = RulesFormat::ALL.iter().copied().map(UpgradeFormat::Rules);
            reports.into_iter().chain(rules).collect()
        });
        &ALL
    }

    fn word(self) -> &'static str {
        match self {
            UpgradeFormat::Text => "text",
            UpgradeFormat::Json => "json",
            UpgradeFormat::Markdown => "markdown",
            UpgradeFormat::Rules(format) => format.as_str(),
        }
    }

    fn summary(self) -> &'static str {
        match self {
            UpgradeFormat::Text => "A summary, then each flow that differs",
            UpgradeFormat::Json => {
                "One object: the editions, the number of unchanged flows, and every change with the flow before and after"
            }
            UpgradeFormat::Markdown => "Headings and tables for a change ticket",
            UpgradeFormat::Rules(format) => format.summary(),
        }
    }
}

impl UpgradeArgs {
    /// Compares the editions.
    ///
    /// # Errors
    ///
    /// An unknown product or edition.
    pub fn run(&self, context: Context<'_>) -> Result {
        let dataset = context.dataset;
        if let Some((product, _)) = self.product.split_once('@') {
            let message = format!("PRODUCT is {}, but the editions are FROM and TO", QuotedAscii(&self.product));
            let help = format!("write {} and an edition for each", QuotedAscii(product));
            return Err(vec![Diagnostic::new(codes::ARGUMENTS, message).help(help)]);
        }
        if let (UpgradeFormat::Text | UpgradeFormat::Json | UpgradeFormat::Markdown, Some(option)) =
            (self.format, self.rules.first_set())
        {
            let message = format!("{option} is for rules, but --format is {}", self.format.word());
            let help = format!("write a format of rules, such as {}", RulesFormat::ALL[0]);
            return Err(vec![Diagnostic::new(codes::ARGUMENTS, message).help(help)]);
        }
        IdKind::Product.check(&self.product, "PRODUCT", dataset).map_err(|problem| vec![problem])?;
        let product = dataset.product(&self.product).expect("the product was checked");
        let edition = |id: &str| dataset.edition(product, id).map_err(|problem| vec![problem]);
        let editions = [edition(&self.from)?, edition(&self.to)?];
        let flows = EditionFlows::new(dataset, &product.id, &self.from, &self.to);
        let upgrade = Upgrade::new(dataset, product, editions, &flows);
        let output = match self.format {
            UpgradeFormat::Text => Output::text(port_text::upgrade::text(&upgrade, context.width)),
            UpgradeFormat::Json => Output::text(json::object(&upgrade)),
            UpgradeFormat::Markdown => Output::text(port_text::upgrade::markdown(&upgrade)),
            UpgradeFormat::Rules(format) => self.rules(context, format, &upgrade)?,
        };
        Ok(self.with_failures(output, &upgrade))
    }

    /// The output with a finding for the changes that `--fail-on` names.
    fn with_failures(&self, output: Output, upgrade: &Upgrade<'_>) -> Output {
        let failures = difference::failures(&upgrade.difference, &self.fail_on);
        if failures.is_empty() {
            return output;
        }
        let message = format!("fails: {}", failures.join(", "));
        Output { code: 1, ..output.message(message) }
    }

    /// Generates the rules to add and to remove.
    fn rules(&self, context: Context<'_>, format: RulesFormat, upgrade: &Upgrade<'_>) -> Result {
        let RulesOptions { component, ruleset } = &self.rules;
        let product = vec![self.product.clone()];
        let filter = FilterArgs { product, component: component.clone(), ..FilterArgs::default() };
        let request = ruleset.request(format, filter.filter(context.dataset)?, Vec::new());
        let site = ruleset.choices.site(context.dataset)?;
        let report = rules::rules(context.dataset, upgrade, &request, &site)?;
        let output = ruleset.write(&report)?;
        Ok(if report.files.is_empty() { output.message("no rule is added or removed".to_string()) } else { output })
    }
}
