//! Rules for firewalls, made of flows.
//!
//! The way of a call: [`choices`] says what may be asked, [`site`] gives addresses, [`flows`] makes a [`model::Ruleset`] of
//! the flows, [`fit`] splits it into what a format can hold, and one of the [`formats`] writes it. What was opened, left out
//! or dropped on the way is a remark of the ruleset, which ends up in the output and on standard error.

use std::path::Path;

use port_catalog::Flow;
use port_data::hidden::Shown;

use crate::answer::{Answer, matching};

pub mod address;
pub mod choices;
pub mod fit;
pub mod flows;
pub mod formats;
pub mod model;
pub mod site;

use choices::{At, Request};
use fit::Limits;
use formats::File;
use model::{Class, Remark, Ruleset};
use site::Site;

/// The exit code where something was dropped under `--strict`.
const DROPPED: u8 = 3;

/// The rules that a call asks for.
pub fn answer(request: &Request) -> Answer {
    rules(request).unwrap_or_else(Answer::refusal)
}

/// The rules, or what is wrong with the call.
fn rules(request: &Request) -> Result<Answer, String> {
    let writer = request.format.writer();
    let at = place(request.at, &writer.limits)?;
    let flows = chosen(request)?;
    let site = match &request.site {
        Some(file) => Site::read(file)
            .map_err(|faults| faults.iter().map(|fault| format!("error: {fault}")).collect::<Vec<_>>().join("\n"))?,
        None => Site::default(),
    };
    let product = request.filter.product.ok_or("error: rules are of one --product")?;
    let mut ruleset = Ruleset::of(product, &flows, at, request.choices, &site);
    if let Some(name) = &request.name {
        ruleset.name.clone_from(name);
    }
    if let Some(direction) = request.filter.direction {
        ruleset.directions = vec![direction];
    }
    let all = product.flows().len();
    if flows.is_empty() {
        ruleset.remarks.insert(0, Remark::new(Class::Note, "no flow of the catalog fits"));
    } else if flows.len() < all {
        let text = format!("{} of the {all} flows of {product}, which the call does not choose", all - flows.len());
        ruleset.remarks.insert(0, Remark::new(Class::LeftOut, text));
        // Where only flows of one direction are chosen, the other one is not touched.
        ruleset.directions.retain(|direction| flows.iter().any(|flow| flow.direction() == *direction));
    }
    let ruleset = ruleset.fit(&writer.limits);
    let files = (writer.files)(&ruleset);
    let told = ruleset.told(!writer.limits.comments);
    let text = match &request.out {
        Some(folder) => write(&files, folder)?,
        None => print(files),
    };
    let code = if request.strict && ruleset.has_dropped() { DROPPED } else { 0 };
    Ok(Answer { text, remark: (!told.is_empty()).then(|| told.join("\n")), code })
}

/// Where the firewall stands: where it was asked for, or where firewalls of the format usually do.
fn place(asked: Option<At>, limits: &Limits) -> Result<At, String> {
    match (asked, limits.places) {
        (None, [usual, ..]) => Ok(*usual),
        (Some(asked), places) if places.contains(&asked) => Ok(asked),
        _ => Err(format!("error: {} is not for a firewall at that place; leave --at out", limits.format)),
    }
}

/// The flows that the filter and `--only` let through.
fn chosen(request: &Request) -> Result<Vec<Flow>, String> {
    let mut flows = matching(&request.filter);
    if let Some(other) = request.only.iter().find(|only| flows.iter().all(|flow| flow.id() != **only)) {
        return Err(format!("error: --only {other}: this flow is none of those that the other options choose"));
    }
    if !request.only.is_empty() {
        flows.retain(|flow| request.only.contains(&flow.id()));
    }
    Ok(flows)
}

/// One file as it is; several, each below a line with its name.
fn print(files: Vec<File>) -> String {
    match <[File; 1]>::try_from(files) {
        Ok([file]) => file.text,
        Err(files) => {
            let below = |file: File| format!("==> {} <==\n{}", file.name, file.text);
            files.into_iter().map(below).collect::<Vec<_>>().join("\n")
        }
    }
}

/// Writes files below a folder, and lists them.
fn write(files: &[File], folder: &Path) -> Result<String, String> {
    let mut written = String::new();
    for file in files {
        let path = folder.join(&file.name);
        let done =
            std::fs::create_dir_all(path.parent().unwrap_or(folder)).and_then(|()| std::fs::write(&path, &file.text));
        done.map_err(|error| {
            let before = if written.is_empty() { "none\n" } else { &written };
            format!(
                "error: {}: cannot be written: {error}; written before it: {}",
                Shown(path.display().to_string()),
                before.trim_end()
            )
        })?;
        written += &format!("{}\n", Shown(path.display().to_string()));
    }
    Ok(written)
}
