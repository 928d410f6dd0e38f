//! Regenerates one product: its capture, its flow table, and their changes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use port_data::flow_table::write_flow_table;
use port_data::{Diagnostic, FlowRow, Place};

use super::options::RegenerateOptions;
use crate::capture::Capture;
use crate::codes;
use crate::curation::Curation;
use crate::page_file::read_page;
use crate::refine::refine;
use crate::report::{Document, Product, Report};

/// The generated files of a product, as texts.
pub(super) struct Generated {
    pub(super) capture: String,
    pub(super) flows: String,
}

/// Regenerates a product from its page, or from its capture if no page is given. The report shows what changes even if
/// something is wrong.
pub(super) fn regenerate_product(
    options: &RegenerateOptions,
    product: &Product,
    doc: Option<&PathBuf>,
    report: &mut Report,
) -> Result<Generated, Vec<Diagnostic>> {
    let id = &product.id;
    let curation = Curation::read(&options.data.join(format!("curation/{id}.toml")));
    let curation = curation.map_err(|diagnostic| vec![diagnostic])?;
    let capture_file = options.data.join(format!("captures/{id}.csv"));
    let capture = match doc {
        Some(file) => {
            let capture = read_page(file, &curation)?;
            let rows = capture.rows().count();
            report.documents.push(Document { product: id.clone(), file: options.relative_path(file), rows });
            capture
        }
        None => read_capture(&capture_file)?,
    };
    let refined = refine(&capture, &curation);
    let mut before = read_flow_table(&options.data.join(format!("tables/flows/{id}.csv")))?;
    if !refined.diagnostics.is_empty() {
        // Flows that couldn't be made aren't removed.
        let made: BTreeSet<&str> = refined.flows.iter().map(|flow| flow.id.as_str()).collect();
        before.retain(|flow| made.contains(flow.id.as_str()));
    }
    report.compare(product, &before, &refined.flows);
    if doc.is_some() && capture_file.exists() {
        report.compare_prose((&read_capture(&capture_file)?, &before), (&capture, &refined.flows));
    }
    match refined.diagnostics.is_empty() {
        true => Ok(Generated { capture: capture.to_csv(), flows: write_flow_table(&refined.flows) }),
        false => Err(refined.diagnostics),
    }
}

/// The flow table as it is now; empty if there is none yet.
fn read_flow_table(file: &Path) -> Result<Vec<FlowRow>, Vec<Diagnostic>> {
    match file.try_exists() {
        Ok(false) => Ok(Vec::new()),
        _ => FlowRow::read(file),
    }
}

fn read_capture(file: &Path) -> Result<Capture, Vec<Diagnostic>> {
    if !file.exists() {
        let diagnostic = Diagnostic::new(codes::NO_CAPTURE, "capture is missing")
            .help("make it from the vendor's page with `cargo xtask regenerate --doc`")
            .at(Place::file(file));
        return Err(vec![diagnostic]);
    }
    Capture::read(file)
}
