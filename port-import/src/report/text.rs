//! The report as text.

use std::fmt;

use port_data::date::UNKNOWN_DATE;
use port_data::hidden::{Escaped, Truncated};
use serde_json::Value;

use super::{Bump, Change, NewEdition, Report, ReportedError, WithoutFlow};

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for document in &self.documents {
            let super::Document { product, edition, file, rows, .. } = document;
            writeln!(f, "read {product}@{edition}: {}, {rows} rows", Escaped(file))?;
        }
        for document in self.documents.iter().filter(|document| document.changed) {
            write_page_facts(f, document)?;
        }
        for page in &self.left_out {
            writeln!(f, "left out {}: {}", Escaped(&page.file), Escaped(&page.reason))?;
        }
        for error in &self.draft_errors {
            writeln!(f, "draft[{}]: {}", error.code, Located(error))?;
        }
        for draft in &self.drafts {
            writeln!(f, "draft    {draft} is left out until it is finished")?;
        }
        for error in &self.errors {
            writeln!(f, "{error}")?;
        }
        for warning in &self.warnings {
            writeln!(f, "warning[{}]: {}", warning.code, Located(warning))?;
        }
        for edition in &self.editions {
            writeln!(f, "edition  {edition}")?;
        }
        for flow in &self.added {
            writeln!(f, "added    {}", summary(flow))?;
        }
        for flow in &self.removed {
            writeln!(f, "removed  {}", summary(flow))?;
        }
        write_changes(f, &self.changed)?;
        for reworded in &self.reworded {
            writeln!(f, "reworded {}: row {}; check what the curation says about it", reworded.id, reworded.row)?;
        }
        for WithoutFlow { edition, before, after } in &self.without_flow {
            writeln!(f, "no flow  {edition}: {before:?} -> {after:?}; check that it still has none")?;
        }
        if !self.errors.is_empty() {
            return self.write_error_count(f);
        }
        if self.is_empty() {
            return writeln!(f, "nothing changed");
        }
        for file in &self.files {
            writeln!(f, "file     {}", Escaped(file))?;
        }
        let bump = match self.bump {
            Bump::None => "none",
            Bump::Patch => "patch",
            Bump::Minor => "minor",
            Bump::Major => "major",
        };
        writeln!(f, "version  {bump}")?;
        writeln!(f, "review   cargo test --workspace --no-fail-fast; cargo insta review")?;
        writeln!(f, "accept   git add port-data port-catalog tests && git commit")
    }
}

impl fmt::Display for NewEdition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NewEdition { product, edition, replaces, other, unchanged, changed, added, missing } = self;
        let verb = if *replaces { "replaces" } else { "is added next to" };
        write!(f, "{product}@{edition} {verb} {other}: ")?;
        write!(
            f,
            "{unchanged} flows unchanged, {changed} changed, {added} only in {edition}, {missing} only in {other}"
        )
    }
}

/// What is known about a page that changed, and what of that changes.
fn write_page_facts(f: &mut fmt::Formatter<'_>, document: &super::Document) -> fmt::Result {
    let super::Document { product, edition, printed_edition, url, retrieved, .. } = document;
    let retrieved = if retrieved.is_empty() { UNKNOWN_DATE } else { retrieved };
    writeln!(f, "page     {product}@{edition} changed: was edition {printed_edition:?}, {url}, retrieved {retrieved}")?;
    for change in &document.changes {
        writeln!(f, "changed  {} {}: {:?} -> {:?}", change.id, change.field, change.before, change.after)?;
    }
    Ok(())
}

/// Rows that only moved are printed as one line, since an inserted row moves all rows below it.
fn write_changes(f: &mut fmt::Formatter<'_>, changes: &[Change]) -> fmt::Result {
    let (moved, other): (Vec<&Change>, Vec<&Change>) = changes.iter().partition(|change| change.field == "source.row");
    for change in other {
        writeln!(f, "changed  {} {}: {:?} -> {:?}", change.id, change.field, change.before, change.after)?;
    }
    match moved.as_slice() {
        [] => Ok(()),
        [change] => writeln!(f, "moved    {}: row {} -> {}", change.id, change.before, change.after),
        [first, .., last] => writeln!(
            f,
            "moved    {} flows have other row numbers, from {} ({} -> {}) to {} ({} -> {})",
            moved.len(),
            first.id,
            first.before,
            first.after,
            last.id,
            last.before,
            last.after
        ),
    }
}

impl Report {
    fn write_error_count(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.errors.len();
        let plural = if count == 1 { "" } else { "s" };
        match self.written.as_slice() {
            [] => writeln!(f, "{count} error{plural}: nothing was written"),
            written => {
                let files = written.iter().map(|file| Escaped(file).to_string()).collect::<Vec<_>>().join(", ");
                writeln!(f, "{count} error{plural}: only {files} was written; run the command again when it is fixed")
            }
        }
    }
}

impl fmt::Display for ReportedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error[{}]: {}", self.code, Located(self))
    }
}

/// The place and the message of a diagnostic.
struct Located<'a>(&'a ReportedError);

impl fmt::Display for Located<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ReportedError { file, line, column, message, .. } = self.0;
        write!(f, "{}", Escaped(file))?;
        let numbers = [*line, column.unwrap_or_default()];
        for number in numbers.into_iter().take_while(|number| *number > 0) {
            write!(f, ":{number}")?;
        }
        write!(f, ": {}", Truncated(message))
    }
}

/// A flow on one line: its id, and its ports as printed.
fn summary(flow: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
    format!(
        "{}: {} {}, {:?}",
        text(&flow["id"]),
        text(&flow["direction"]),
        text(&flow["peer"]),
        text(&flow["source"]["ports"])
    )
}
