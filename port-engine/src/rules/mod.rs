//! Generates firewall rules from flows.
//!
//! [`options`] are the choices of a call, and [`site`] gives addresses. [`flows`] turns flows into a [`model::Ruleset`], [`fit`]
//! splits it into what a format can express, and one of the [`formats`] writes it. Whatever is opened, left out or dropped on the
//! way is a remark on the ruleset; remarks end up in the report and, as comments, in the output.

use port_core::Direction;
use port_data::Diagnostic;
use port_data::hidden::QuotedAscii;
use serde::Serialize;

use crate::dataset::{Dataset, Flow, Product};
use crate::filter::Filter;

pub mod address;
pub mod codes;
pub mod fit;
pub mod flows;
pub mod formats;
pub mod model;
pub mod options;
pub mod output_options;
pub mod protocol_notation;
pub mod site;

use fit::Limits;
use formats::RulesFormat;
use formats::writer::{File, Writer};
use model::{Remark, RemarkKind, RemarkSummary, Ruleset};
use options::{Choices, FirewallLocation, RulesetName};
use output_options::OutputOptions;
use site::Site;

/// Which rules to generate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulesRequest {
    /// The format of the rules.
    pub format: RulesFormat,
    /// Which flows. It must name exactly one product.
    pub filter: Filter,
    /// The ids of the flows to keep of those that the filter selects. Empty keeps all.
    pub only: Vec<String>,
    /// Where the firewall is. `None` means the usual location for the format.
    pub location: Option<FirewallLocation>,
    /// How to resolve what the document leaves open.
    pub choices: Choices,
    /// The name of chains, policies and files. `None` means the product's id.
    pub name: Option<RulesetName>,
    /// How to write the rules.
    pub output: OutputOptions,
}

/// The generated rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RulesReport {
    /// The files, in the order in which to print them.
    pub files: Vec<File>,
    /// What was opened, left out and dropped.
    pub remarks: Vec<RemarkSummary>,
    /// Whether something was dropped that the format can't express.
    pub dropped: bool,
}

/// Generates rules for flows of one product.
///
/// # Errors
///
/// The filter doesn't name exactly one product of the dataset; `only` names a flow that the filter doesn't select; or the format
/// isn't for firewalls at the location, or lacks an option that is set.
pub fn generate(dataset: &Dataset, request: &RulesRequest, site: &Site) -> Result<RulesReport, Vec<Diagnostic>> {
    let writer = request.format.writer();
    request.format.check(&request.output)?;
    let location = location(request.location, &writer.limits).map_err(|problem| vec![problem])?;
    let product = product(dataset, &request.filter).map_err(|problem| vec![problem])?;
    let flows = selected(dataset, request)?;
    let mut ruleset = flows::ruleset(dataset, product, &flows, location, request.choices, site);
    if let Some(name) = &request.name {
        ruleset.name = name.as_str().to_string();
    }
    let all = dataset.flows_of(&product.id).count();
    restrict(&mut ruleset, request, &flows, all);
    // A ruleset of all flows controls both directions, even if one has none.
    let controls_empty = writer.directions.keeps_empty || flows.is_empty() || flows.len() == all;
    restrict_directions(&mut ruleset, request, controls_empty, &writer);
    let mut ruleset = fit::fit(ruleset, &writer.limits);
    let remarks = (writer.remarks)(&ruleset, &request.output);
    ruleset.remarks.extend(remarks);
    Ok(RulesReport {
        files: (writer.files)(&ruleset, &request.output),
        remarks: ruleset.summary(!writer.limits.comments),
        dropped: ruleset.has_dropped(),
    })
}

/// The location of the firewall: the given one, or the usual one for the format.
fn location(given: Option<FirewallLocation>, limits: &Limits) -> Result<FirewallLocation, Diagnostic> {
    match (given, limits.locations) {
        (None, [usual, ..]) => Ok(*usual),
        (Some(given), locations) if locations.contains(&given) => Ok(given),
        (_, locations) => {
            let possible: Vec<&str> = locations.iter().map(|location| location.as_str()).collect();
            let given = given.map_or("", FirewallLocation::as_str);
            let message = format!("{} rules are not for a firewall at the location {given}", limits.format);
            Err(Diagnostic::new(codes::LOCATION, message).help(format!("possible locations: {}", possible.join(", "))))
        }
    }
}

/// The one product of a filter.
fn product<'a>(dataset: &'a Dataset, filter: &Filter) -> Result<&'a Product, Diagnostic> {
    let [id] = filter.products.as_slice() else {
        let message = format!("rules are for one product (found {})", filter.products.len());
        return Err(Diagnostic::new(codes::ONE_PRODUCT, message).help("name one product"));
    };
    dataset.product(id).ok_or_else(|| {
        let near = port_core::nearest::nearest(id, dataset.products.iter().map(|product| product.id.as_str()));
        Diagnostic::new(codes::ONE_PRODUCT, format!("unknown product {}", QuotedAscii(id))).nearest(near)
    })
}

/// The flows that the filter and `only` select.
fn selected<'a>(dataset: &'a Dataset, request: &RulesRequest) -> Result<Vec<&'a Flow>, Vec<Diagnostic>> {
    let mut flows = request.filter.select(dataset);
    let not_selected = request.only.iter().filter(|only| flows.iter().all(|flow| flow.id != **only));
    let problems: Vec<Diagnostic> = not_selected
        .map(|only| {
            let message = format!("flow {} is not among the selected flows", QuotedAscii(only));
            Diagnostic::new(codes::NOT_SELECTED, message)
                .help("it belongs to another product, or another option excludes it")
        })
        .collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    if !request.only.is_empty() {
        flows.retain(|flow| request.only.contains(&flow.id));
    }
    Ok(flows)
}

/// Remarks on flows that are not selected.
fn restrict(ruleset: &mut Ruleset, request: &RulesRequest, flows: &[&Flow], all: usize) {
    if flows.len() == all {
        return;
    }
    let product = request.filter.products.join(", ");
    let text = match flows.len() {
        0 => format!("all {all} flows of {product} (no flow is selected)"),
        some => format!("{} of the {all} flows of {product} (not selected)", all - some),
    };
    ruleset.remarks.insert(0, Remark::new(RemarkKind::LeftOut, text));
}

/// Limits a ruleset to the directions that it controls, and remarks on the other one.
fn restrict_directions(ruleset: &mut Ruleset, request: &RulesRequest, controls_empty: bool, writer: &Writer) {
    let all = std::mem::take(&mut ruleset.directions);
    let is_controlled = |direction: &Direction| match request.filter.direction {
        Some(selected) => selected == *direction,
        None => controls_empty || ruleset.in_direction(*direction).next().is_some(),
    };
    let (controlled, others): (Vec<Direction>, Vec<Direction>) = all.into_iter().partition(is_controlled);
    ruleset.directions = controlled;
    if let Some(left_alone) = writer.directions.left_alone {
        let remarks = others.iter().map(|direction| {
            Remark::new(RemarkKind::LeftOut, format!("{direction} connections (not selected; {left_alone})"))
        });
        ruleset.remarks.extend(remarks);
    }
}
