//! Checks the text outside the tables: the curation must list all of it, in the page's order and below the same tables.

use std::collections::{BTreeSet, HashMap};

use port_data::{Diagnostic, Place};

use crate::capture::{Capture, OutsideText, TextPositions, facts, has_facts};
use crate::codes;
use crate::curation::{self, Curation};
use crate::grouped_diagnostics::GroupableDiagnostic;

/// The number of characters of a text that a message shows, if it is the only one and if there are several.
const SHOWN: usize = 200;
const SHOWN_AMONG: usize = 60;

/// Reports texts that are new, reworded or moved, and entries whose text is gone. If the tables aren't those of the curation, the
/// tables above the texts aren't compared. `accepted` is where the texts were when somebody last checked that.
pub(super) fn check(
    capture: &Capture,
    curation: &Curation,
    accepted: Option<&TextPositions>,
    has_all_tables: bool,
) -> Vec<GroupableDiagnostic> {
    let with_rows = capture.texts_with_rows();
    let entry_of_text = match_texts(capture, curation, accepted, has_all_tables);
    let mut diagnostics = Vec::new();
    let is_new = |(index, _): &(usize, &OutsideText)| entry_of_text[*index].is_none() && !with_rows.contains(index);
    for (_, text) in capture.texts.iter().enumerate().filter(is_new) {
        diagnostics.push(new_text(text, capture.below(text), curation).at(Place::line(&capture.file, text.line)));
    }
    let text_of_entry: HashMap<usize, usize> =
        entry_of_text.iter().enumerate().filter_map(|(text, entry)| Some(((*entry)?, text))).collect();
    for (index, entry) in curation.texts.iter().enumerate() {
        let diagnostic = match text_of_entry.get(&index) {
            Some(text) => unexplained(&capture.texts[*text], entry.get_ref()),
            None => Some(missing_text(entry.get_ref())),
        };
        diagnostics.extend(diagnostic.map(|diagnostic| diagnostic.at(curation.place(entry))));
    }
    diagnostics
        .extend(with_rows.iter().filter_map(|text| unexplained_in_rows(&capture.texts[*text], capture, curation)));
    if diagnostics.is_empty() {
        let entries = entry_of_text.iter().zip(&capture.texts).filter_map(|(entry, text)| Some(((*entry)?, text)));
        let entries: Vec<(usize, &OutsideText)> = entries.collect();
        let moved = entries.windows(2).find(|pair| pair[0].0 >= pair[1].0);
        diagnostics.extend(moved.map(|pair| disordered(capture, pair[1].1, curation)));
    }
    diagnostics
}

/// The index of the entry of each text: one with its digest that names the table above it, or one below whose table it still is.
fn match_texts(
    capture: &Capture,
    curation: &Curation,
    accepted: Option<&TextPositions>,
    has_all_tables: bool,
) -> Vec<Option<usize>> {
    let with_rows = capture.texts_with_rows();
    let mut is_taken = vec![false; curation.texts.len()];
    let mut entry_of_text: Vec<Option<usize>> = vec![None; capture.texts.len()];
    let is_unmoved = accepted.map_or(vec![false; capture.texts.len()], |accepted| accepted.unmoved(capture));
    let is_directly_below =
        |text: usize, below: &Option<String>| !has_all_tables || capture.below(&capture.texts[text]) == *below;
    // A table may have been added between the two, or a list that was text until now.
    let is_still_below = |text: usize, below: &Option<String>| {
        let mut names = capture.names_above(&capture.texts[text]);
        is_unmoved[text] && below.as_ref().is_none_or(|below| names.any(|name| name == *below))
    };
    for fits in [&is_directly_below as &dyn Fn(usize, &Option<String>) -> bool, &is_still_below] {
        let left =
            entry_of_text.iter_mut().enumerate().filter(|(text, found)| found.is_none() && !with_rows.contains(text));
        for (text, found) in left {
            *found = curation.texts.iter().enumerate().position(|(index, entry)| {
                let entry = entry.get_ref();
                !is_taken[index] && entry.digest == capture.texts[text].prose.digest && fits(text, &entry.below)
            });
            if let Some(entry) = found {
                is_taken[*entry] = true;
            }
        }
    }
    entry_of_text
}

/// A text that the curation doesn't list, with its words if a page was read.
fn new_text(text: &OutsideText, below: Option<String>, curation: &Curation) -> GroupableDiagnostic {
    let words = |limit: usize| {
        let words = text.words.as_ref()?;
        let shown: String = words.chars().take(limit).collect();
        let more = if shown.len() < words.len() { "..." } else { "" };
        Some(format!("{shown:?}{more}"))
    };
    let found = words(SHOWN).map_or(String::new(), |words| format!(" (found {words})"));
    let message = format!("text outside the tables is new, moved or reworded{found}");
    let below = below.map_or(String::new(), |below| format!(", below = {below:?}"));
    let what = if has_facts(&text.prose) { ", what = \"...\"" } else { "" };
    let file = Place::file(&curation.file);
    let entry = format!("[[text]] digest = {:?}{below}{what}", text.prose.digest);
    let help = format!("read it, then add it to {file}: {entry}");
    let diagnostic = GroupableDiagnostic::from(Diagnostic::new(codes::OUTSIDE_TEXT, message).help(help));
    let own = words(SHOWN_AMONG).map_or(entry.clone(), |words| format!("{words} ({entry})"));
    let all = format!("read them, then add them to {file}");
    diagnostic.among("texts outside the tables are new, moved or reworded", own, all)
}

/// An entry that has no text.
fn missing_text(entry: &curation::OutsideText) -> GroupableDiagnostic {
    let what = entry.what.as_ref().map_or(String::new(), |what| format!(" ({what})"));
    let name = format!("{}{what}", entry.digest);
    let message = format!("the page doesn't have text {name} in this position");
    let diagnostic =
        GroupableDiagnostic::from(Diagnostic::new(codes::OUTSIDE_TEXT, message).help("remove it, or correct below"));
    let what = "texts of the curation aren't on the page in their positions";
    diagnostic.among(what, name, "remove them, or correct below")
}

/// A text with facts whose entry doesn't say what it is.
fn unexplained(text: &OutsideText, entry: &curation::OutsideText) -> Option<GroupableDiagnostic> {
    let is_explained = entry.what.as_ref().is_some_and(|what| !what.trim().is_empty());
    if !has_facts(&text.prose) || is_explained {
        return None;
    }
    let name = &entry.digest;
    let message = format!("text {name} has a number or a host, but nothing says what it is");
    let help = "add what, and use its facts in the flows that they are about";
    let diagnostic = GroupableDiagnostic::from(Diagnostic::new(codes::OUTSIDE_TEXT, message).help(help));
    Some(diagnostic.among("texts have a number or a host, but nothing says what they are", name, help))
}

/// A text that prints rows, if it has a number or a host that isn't in them and that nothing explains.
fn unexplained_in_rows(text: &OutsideText, capture: &Capture, curation: &Curation) -> Option<GroupableDiagnostic> {
    let digest = &text.prose.digest;
    let entries = || curation.tables.iter().filter(|entry| entry.get_ref().text.as_ref() == Some(digest));
    let is_explained = |what: &String| !what.trim().is_empty();
    let entry = entries().next()?;
    if entries().any(|entry| entry.get_ref().what.as_ref().is_some_and(is_explained)) {
        return None;
    }
    let tables = capture.tables.iter().filter(|table| table.text.as_ref() == Some(digest));
    let cells = tables.flat_map(|table| &table.rows).flat_map(|row| &row.cells).map(|cell| cell.text.to_prose());
    let in_rows: BTreeSet<String> = cells.flat_map(|prose| [prose.numbers, prose.hosts]).flatten().collect();
    let others: BTreeSet<&str> =
        facts(&text.prose).filter(|fact| !in_rows.contains(*fact)).map(String::as_str).collect();
    if others.is_empty() {
        return None;
    }
    let others = others.into_iter().collect::<Vec<_>>().join(", ");
    let message = format!("no row of text {digest} has {others}, and nothing says what that is");
    let help = "add it to the rows, or say in what of the table what it is";
    Some(GroupableDiagnostic::from(Diagnostic::new(codes::OUTSIDE_TEXT, message).help(help)).at(curation.place(entry)))
}

/// Texts in another order than their entries.
fn disordered(capture: &Capture, first: &OutsideText, curation: &Curation) -> GroupableDiagnostic {
    let message = format!(
        "the texts outside the tables aren't in the order of those in {}, from this one on",
        Place::file(&curation.file)
    );
    let help = "read them again: one was moved or duplicated";
    let diagnostic = Diagnostic::new(codes::OUTSIDE_TEXT, message).help(help);
    diagnostic.at(Place::line(&capture.file, first.line)).into()
}
