//! Checks the lines outside the tables: the curation must list each of them, in the page's order and between the same tables.

use port_data::{Diagnostic, Place};

use crate::capture::Capture;
use crate::codes;
use crate::curation::Curation;

pub(super) fn check(capture: &Capture, curation: &Curation) -> Vec<Diagnostic> {
    let found: Vec<(&str, usize)> =
        capture.lines.iter().map(|line| (line.prose.digest.as_str(), line.after_tables)).collect();
    let listed: Vec<(&str, usize)> =
        curation.lines.iter().map(|entry| (entry.get_ref().digest.as_str(), entry.get_ref().after_tables)).collect();
    let at_line = |line, diagnostic: Diagnostic| diagnostic.at(Place::line(&capture.file, line));
    let file = Place::file(&curation.file);
    let mut diagnostics = Vec::new();
    for (line, (digest, after_tables)) in capture.lines.iter().zip(&found).filter(|(_, found)| !listed.contains(found))
    {
        let help = format!(
            "read it, then add it to {file}: [[line]] digest = {digest:?}, after_tables = {after_tables}, what = \"...\""
        );
        let message = "line outside the tables is new, moved or reworded";
        diagnostics.push(at_line(line.line, Diagnostic::new(codes::OUTSIDE_LINE, message).help(help)));
    }
    for (entry, _) in curation.lines.iter().zip(&listed).filter(|(_, listed)| !found.contains(listed)) {
        let line = entry.get_ref();
        let message = format!("the page doesn't have line {} ({}) in this position", line.digest, line.what);
        let diagnostic = Diagnostic::new(codes::OUTSIDE_LINE, message).help("remove it, or correct after_tables");
        diagnostics.push(diagnostic.at(curation.place(entry)));
    }
    if diagnostics.is_empty() && found != listed {
        let differs = found.iter().zip(&listed).position(|(found, listed)| found != listed);
        let index = differs.unwrap_or(found.len().min(listed.len()));
        let line = capture.lines.get(index).or(capture.lines.last()).map_or(0, |line| line.line);
        let message = format!(
            "the {} lines outside the tables aren't in the order of the {} in {file}",
            found.len(),
            listed.len()
        );
        let help = "read them again: one was moved, duplicated or removed";
        diagnostics.push(at_line(line, Diagnostic::new(codes::OUTSIDE_LINE, message).help(help)));
    }
    diagnostics
}
