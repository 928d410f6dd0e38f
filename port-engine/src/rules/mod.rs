//! Generates firewall rules from flows.
//!
//! [`options`] are the choices of a call, and [`site`] gives addresses, which [`site_file`] parses. [`views`] are the flows that a
//! firewall sees. [`flows`] turns them into a [`model::Ruleset`], [`fit`] splits it into what a format can express within its [`limits`], and one of the [`formats`] writes it. Whatever is opened,
//! left out or dropped on the way is a remark on the ruleset; remarks end up in the report and, as comments, in the output.

use std::collections::BTreeSet;

use port_core::Direction;
use port_data::Diagnostic;
use port_data::diagnostic::count;
use port_data::hidden::QuotedAscii;
use serde::Serialize;

use crate::dataset::{Dataset, Product};
use crate::filter::Filter;

pub mod address;
mod alternatives;
pub mod changes;
pub mod codes;
mod ends;
pub mod fit;
pub mod flows;
pub mod formats;
mod left_out;
pub mod limits;
pub mod model;
pub(crate) mod notes;
pub mod options;
pub mod output_options;
pub mod protocol_notation;
pub mod site;
pub mod site_file;
pub mod site_template;
pub mod target;
mod traffic;
pub mod views;

use formats::RulesFormat;
use formats::writer::{File, Writer};
use limits::Limits;
use model::{FlowRules, Remark, RemarkKind, RemarkSummary, Ruleset};
use options::{Choices, FirewallLocation, RulesetName};
use output_options::OutputOptions;
use site::Site;
use views::{FlowView, at_machine, between_ends, without_component};

/// Which rules to generate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulesRequest {
    /// The format of the rules.
    pub format: RulesFormat,
    /// Which flows. It must name one or more products.
    pub filter: Filter,
    /// The ids of the flows to keep of those that the filter selects. Empty keeps all.
    pub only: Vec<String>,
    /// Where the firewall is. `None` means the usual location for the format.
    pub location: Option<FirewallLocation>,
    /// How to resolve what the document leaves open.
    pub choices: Choices,
    /// The name of chains, policies and files. `None` means the product's id; several products need a name.
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

/// Generates rules for flows of one product, or one ruleset for flows of several products.
///
/// # Errors
///
/// The filter names no product, or one that the dataset doesn't have; `only` names a flow that the filter doesn't select; the format
/// isn't for firewalls at the location, or lacks an option that is set; peers have no address, and the choices don't allow that; or
/// no rule is left, since an empty ruleset would close everything.
pub fn generate(dataset: &Dataset, request: &RulesRequest, site: &Site) -> Result<RulesReport, Vec<Diagnostic>> {
    let ruleset = fitted(dataset, request, site)?;
    let writer = request.format.writer(request.output.target);
    Ok(RulesReport {
        files: (writer.files)(&ruleset, &request.output),
        remarks: ruleset.summary(!writer.limits.comments),
        dropped: ruleset.has_dropped(),
    })
}

/// The ruleset of a request, as far as its format can express it.
///
/// # Errors
///
/// Those of [`generate`].
pub fn fitted(dataset: &Dataset, request: &RulesRequest, site: &Site) -> Result<Ruleset, Vec<Diagnostic>> {
    let one = |problem| vec![problem];
    request.format.check(&request.output)?;
    let writer = request.format.writer(request.output.target);
    let location = location(request.location, &writer.limits).map_err(one)?;
    let products = products(dataset, request).map_err(one)?;
    // Rules without the product's own addresses are applied to the product itself.
    let is_at_machine = location == FirewallLocation::Host || !writer.limits.endpoints.own;
    let views = selected(dataset, request, is_at_machine)?;
    let with_services = request.format.is_document();
    let ruleset = flows::ruleset(dataset, &products, &views, location, request.choices, site, with_services);
    let mut ruleset = ruleset.map_err(one)?;
    if ruleset.flows.iter().all(FlowRules::is_empty) {
        return Err(vec![no_rule(&ruleset)]);
    }
    if is_at_machine && !request.filter.components.is_empty() {
        let components = request.filter.components.join(", ");
        ruleset.heading.push(format!("For a machine with these components of the product: {components}."));
    }
    if let Some(name) = &request.name {
        ruleset.name = name.as_str().to_string();
    }
    let all = products.iter().map(|product| dataset.flows_of(&product.id).count()).sum();
    let left = all - views.iter().map(|view| view.flow.id.as_str()).collect::<BTreeSet<_>>().len();
    restrict(&mut ruleset, request, dataset, left, all);
    // A ruleset of all flows controls both directions, even if one has none.
    let controls_empty = writer.directions.keeps_empty || left == 0;
    restrict_directions(&mut ruleset, request, controls_empty, &writer);
    let mut ruleset = fit::fit(ruleset, &writer.limits);
    let is_lost = |flow: &FlowRules| flow.rules.is_empty() && (!with_services || flow.specs.is_empty());
    // A file for one family can be empty, if all rules are in the file for the other one.
    let is_half = matches!(writer.limits.endpoints.families, limits::Families::Only(_, Some(_)));
    if !is_half && ruleset.flows.iter().all(is_lost) {
        return Err(vec![no_rule(&ruleset)]);
    }
    for flow in ruleset.flows.iter_mut().filter(|flow| is_lost(flow)) {
        flow.remarks.retain(|remark| remark.kind != RemarkKind::Opened);
    }
    let remarks = (writer.remarks)(&ruleset, &request.output);
    ruleset.remarks.extend(remarks);
    Ok(ruleset)
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

/// The products of a request, in catalog order.
fn products<'a>(dataset: &'a Dataset, request: &RulesRequest) -> Result<Vec<&'a Product>, Diagnostic> {
    let ids = &request.filter.products;
    if let Some(unknown) = ids.iter().find(|id| dataset.product(id).is_none()) {
        let near = port_core::nearest::nearest(unknown, dataset.products.iter().map(|product| product.id.as_str()));
        return Err(Diagnostic::new(codes::PRODUCTS, format!("unknown product {}", QuotedAscii(unknown))).nearest(near));
    }
    let products: Vec<&Product> = dataset.products.iter().filter(|product| ids.contains(&product.id)).collect();
    for product in &products {
        dataset.check_one_edition(&product.id)?;
    }
    match products.as_slice() {
        [] => Err(Diagnostic::new(codes::PRODUCTS, "no product").help("name at least one")),
        [_] => Ok(products),
        [_, ..] if request.format == RulesFormat::Mud => {
            let message = format!("a mud file describes one product (found {})", products.len());
            Err(Diagnostic::new(codes::PRODUCTS, message).help("write a file for each of them"))
        }
        // A name made of the products' ids would change with the products, and leave the chains of the old name loaded.
        [_, ..] if request.name.is_none() => {
            let message = format!("rules for {} products need a name", products.len());
            Err(Diagnostic::new(codes::NAME, message).help("choose one, such as --name mail-servers"))
        }
        [_, ..] => Ok(products),
    }
}

/// Why no rule is left: each reason once.
fn no_rule(ruleset: &Ruleset) -> Diagnostic {
    let remarks = ruleset.summary(false).into_iter();
    let reasons: Vec<String> = remarks
        .filter(|remark| matches!(remark.kind, RemarkKind::LeftOut | RemarkKind::Dropped))
        .map(|remark| remark.text)
        .collect();
    let message = format!("no rule is left ({})", reasons.join("; "));
    Diagnostic::new(codes::NO_RULE, message).help("select other flows; an empty ruleset would close everything")
}

/// The flows that the filter and `only` select, as the firewall sees them.
fn selected<'a>(
    dataset: &'a Dataset,
    request: &RulesRequest,
    is_at_machine: bool,
) -> Result<Vec<FlowView<'a>>, Vec<Diagnostic>> {
    let select = if is_at_machine { at_machine } else { between_ends };
    let mut views = select(&request.filter, dataset);
    let not_selected = request.only.iter().filter(|only| views.iter().all(|view| view.flow.id != **only));
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
        views.retain(|view| request.only.contains(&view.flow.id));
    }
    if views.is_empty() {
        let message = format!("no flow of {} matches all options", request.filter.products.join(" or "));
        let help = "choose other options; an empty ruleset would close everything";
        return Err(vec![Diagnostic::new(codes::NO_FLOW, message).help(help)]);
    }
    Ok(views)
}

/// Remarks on the flows that are not selected: how many of all flows they are.
fn restrict(ruleset: &mut Ruleset, request: &RulesRequest, dataset: &Dataset, left: usize, all: usize) {
    if left == 0 {
        return;
    }
    let products = request.filter.products.join(", ");
    let mut texts = vec![format!("{left} of the {all} flows of {products} (not selected)")];
    let unknown = without_component(&request.filter, dataset);
    if !unknown.is_empty() {
        let (flows, ids) = (count(unknown.len(), "flow"), unknown.into_iter().collect::<Vec<_>>().join(", "));
        texts.push(format!("{flows} for which the document names no component: {ids}"));
    }
    let remarks = texts.into_iter().map(|text| Remark::new(RemarkKind::LeftOut, text));
    ruleset.remarks.splice(0..0, remarks);
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
    if let Some(uncontrolled) = writer.directions.uncontrolled {
        let remarks = others.iter().map(|direction| {
            Remark::new(RemarkKind::LeftOut, format!("{direction} connections (not selected; {uncontrolled})"))
        });
        ruleset.remarks.extend(remarks);
    }
}
