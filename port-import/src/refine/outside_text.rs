//! Checks the text outside the tables: the curation must list all of it, in the page's order and below the same tables.

use port_data::{Diagnostic, Place};

use crate::capture::{Capture, OutsideText, has_facts};
use crate::codes;
use crate::curation::Curation;

/// The number of characters of a text that a message shows.
const SHOWN: usize = 200;

/// Reports texts that are new, reworded or moved, and entries whose text is gone. If the tables aren't those of the curation, the
/// tables above the texts aren't compared.
pub(super) fn check(capture: &Capture, curation: &Curation, has_all_tables: bool) -> Vec<Diagnostic> {
    let below = |below: Option<String>| below.filter(|_| has_all_tables);
    let found: Vec<(&str, Option<String>)> =
        capture.texts.iter().map(|text| (text.prose.digest.as_str(), below(capture.below(text)))).collect();
    let entries = curation.texts.iter().map(|entry| (entry, entry.get_ref()));
    let listed: Vec<(&str, Option<String>)> =
        entries.clone().map(|(_, text)| (text.digest.as_str(), below(text.below.clone()))).collect();
    let at_line = |line, diagnostic: Diagnostic| diagnostic.at(Place::line(&capture.file, line));
    let mut diagnostics = Vec::new();
    for (text, _) in capture.texts.iter().zip(&found).filter(|(_, found)| !listed.contains(found)) {
        diagnostics.push(at_line(text.line, new_text(text, capture.below(text), curation)));
    }
    for ((entry, text), listed) in entries.zip(&listed) {
        let Some(index) = found.iter().position(|found| found == listed) else {
            let what = text.what.as_ref().map_or(String::new(), |what| format!(" ({what})"));
            let message = format!("the page doesn't have text {}{what} in this position", text.digest);
            let diagnostic = Diagnostic::new(codes::OUTSIDE_TEXT, message).help("remove it, or correct below");
            diagnostics.push(diagnostic.at(curation.place(entry)));
            continue;
        };
        let is_explained = text.what.as_ref().is_some_and(|what| !what.trim().is_empty());
        if has_facts(&capture.texts[index].prose) && !is_explained {
            let message = format!("text {} has a number or a host, but nothing says what it is", text.digest);
            let help = "add what, and use its facts in the flows that they are about";
            diagnostics.push(Diagnostic::new(codes::OUTSIDE_TEXT, message).help(help).at(curation.place(entry)));
        }
    }
    if diagnostics.is_empty() && found != listed {
        let differs = found.iter().zip(&listed).position(|(found, listed)| found != listed);
        let index = differs.unwrap_or(found.len().min(listed.len()));
        let line = capture.texts.get(index).or(capture.texts.last()).map_or(0, |text| text.line);
        let message = format!(
            "the {} texts outside the tables aren't in the order of the {} in {}",
            found.len(),
            listed.len(),
            Place::file(&curation.file)
        );
        let help = "read them again: one was moved, duplicated or removed";
        diagnostics.push(at_line(line, Diagnostic::new(codes::OUTSIDE_TEXT, message).help(help)));
    }
    diagnostics
}

/// A text that the curation doesn't list, with its words if a page was read.
fn new_text(text: &OutsideText, below: Option<String>, curation: &Curation) -> Diagnostic {
    let words = text.words.as_ref().map_or(String::new(), |words| {
        let shown: String = words.chars().take(SHOWN).collect();
        let more = if shown.len() < words.len() { "..." } else { "" };
        format!(" (found {shown:?}{more})")
    });
    let message = format!("text outside the tables is new, moved or reworded{words}");
    let below = below.map_or(String::new(), |below| format!(", below = {below:?}"));
    let what = if has_facts(&text.prose) { ", what = \"...\"" } else { "" };
    let help = format!(
        "read it, then add it to {}: [[text]] digest = {:?}{below}{what}",
        Place::file(&curation.file),
        text.prose.digest
    );
    Diagnostic::new(codes::OUTSIDE_TEXT, message).help(help)
}
