//! Joins the same diagnostic of many rows into one: `14 rows have no peer: lines 5-17, 20`.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

use port_data::{Code, Diagnostic, Place};

/// The number of different texts that a joined diagnostic shows, and about how many bytes of them, so that the whole message is
/// displayed. Of the others, the lines are listed.
const SHOWN_TEXTS: usize = 20;
const SHOWN_BYTES: usize = 2_500;

/// The number of ranges of lines that a diagnostic lists.
const SHOWN_LINES: usize = 40;

/// A diagnostic of one row, flow or text, with the words for several of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupableDiagnostic {
    /// The diagnostic if it is the only one of its kind.
    pub diagnostic: Box<Diagnostic>,
    among: Option<Box<Among>>,
}

/// The words for several diagnostics of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Among {
    /// The message, after their number: `rows have no flow`.
    message: String,
    /// The part of this one, such as the words of its cell.
    own: String,
    /// The help for all of them.
    help: String,
}

impl From<Diagnostic> for GroupableDiagnostic {
    fn from(diagnostic: Diagnostic) -> GroupableDiagnostic {
        GroupableDiagnostic { diagnostic: Box::new(diagnostic), among: None }
    }
}

impl GroupableDiagnostic {
    /// The same diagnostic, which is joined with others of its code that have the same `message` and `help` here. `message` follows
    /// their number, and `own` is shown for each.
    #[must_use]
    pub fn among(
        mut self,
        message: impl Into<String>,
        own: impl Into<String>,
        help: impl Into<String>,
    ) -> GroupableDiagnostic {
        self.among = Some(Box::new(Among { message: message.into(), own: own.into(), help: help.into() }));
        self
    }

    /// Sets the place.
    #[must_use]
    pub fn at(mut self, place: Place) -> GroupableDiagnostic {
        self.diagnostic.place = place;
        self
    }
}

/// Equal diagnostics on several lines.
struct Repeated {
    one: GroupableDiagnostic,
    lines: BTreeSet<usize>,
}

/// Joins diagnostics: equal ones on several lines of a file become one, and so do those of one kind.
#[must_use]
pub fn join(diagnostics: Vec<GroupableDiagnostic>) -> Vec<Diagnostic> {
    let mut repeated: Vec<Repeated> = Vec::new();
    let mut index_of = HashMap::new();
    for diagnostic in diagnostics {
        let Diagnostic { place, code, message, help } = &*diagnostic.diagnostic;
        let own = diagnostic.among.as_ref().map_or(help.as_deref(), |among| Some(among.own.as_str()));
        let key = (place.file.clone(), *code, message.clone(), own.map(str::to_string));
        let index = *index_of.entry(key).or_insert(repeated.len());
        let line = place.line;
        match repeated.get_mut(index) {
            Some(known) => _ = known.lines.insert(line),
            None => repeated.push(Repeated { one: diagnostic, lines: BTreeSet::from([line]) }),
        }
    }
    let mut kinds: Vec<Vec<Repeated>> = Vec::new();
    let mut kind_of = HashMap::new();
    for group in repeated {
        let kind: Option<(PathBuf, Code, String, String)> = group.one.among.as_ref().map(|among| {
            let Diagnostic { place, code, .. } = &*group.one.diagnostic;
            (place.file.clone(), *code, among.message.clone(), among.help.clone())
        });
        let index = kind.map_or(kinds.len(), |kind| *kind_of.entry(kind).or_insert(kinds.len()));
        match kinds.get_mut(index) {
            Some(kind) => kind.push(group),
            None => kinds.push(vec![group]),
        }
    }
    kinds.into_iter().map(join_kind).collect()
}

/// One diagnostic for those of one kind, at the first of their lines.
fn join_kind(mut groups: Vec<Repeated>) -> Diagnostic {
    groups.sort_by_key(|group| group.lines.first().copied());
    let first = &groups[0];
    let diagnostic = (*first.one.diagnostic).clone();
    let place = Place { line: first.lines.first().copied().unwrap_or(0), ..diagnostic.place.clone() };
    let Some(among) = first.one.among.as_ref().filter(|_| groups.len() > 1) else {
        return repeated(diagnostic, &first.lines).at(place);
    };
    let number: usize = groups.iter().map(|group| group.lines.len()).sum();
    let own = |group: &Repeated| {
        let own = group.one.among.as_ref().map_or("", |among| among.own.as_str());
        format!("{own} on {}", name_lines(&group.lines))
    };
    let mut bytes = 0;
    let fits = |text: &String| {
        let is_first = bytes == 0;
        bytes += text.len();
        is_first || bytes <= SHOWN_BYTES
    };
    let mut shown: Vec<String> = groups.iter().take(SHOWN_TEXTS).map(own).take_while(fits).collect();
    let others: BTreeSet<usize> = groups.iter().skip(shown.len()).flat_map(|group| group.lines.clone()).collect();
    if !others.is_empty() {
        shown.push(format!("others on {}", name_lines(&others)));
    }
    let message = format!("{number} {}: {}", among.message, shown.join(", "));
    Diagnostic::new(diagnostic.code, message).help(among.help.clone()).at(place)
}

/// A diagnostic that is the same on several lines.
fn repeated(mut diagnostic: Diagnostic, lines: &BTreeSet<usize>) -> Diagnostic {
    if lines.len() > 1 {
        diagnostic.message += &format!(" ({} times, on {})", lines.len(), name_lines(lines));
    }
    diagnostic
}

/// Line numbers in words: `line 5`, `lines 5-7, 9`.
fn name_lines(lines: &BTreeSet<usize>) -> String {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for line in lines {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == *line => *last = *line,
            _ => ranges.push((*line, *line)),
        }
    }
    let range = |(first, last): &(usize, usize)| match last - first {
        0 => first.to_string(),
        1 => format!("{first}, {last}"),
        _ => format!("{first}-{last}"),
    };
    let mut shown: Vec<String> = ranges.iter().take(SHOWN_LINES).map(range).collect();
    let more: usize = ranges.iter().skip(SHOWN_LINES).map(|(first, last)| last - first + 1).sum();
    if more > 0 {
        shown.push(format!("and {more} more"));
    }
    format!("line{} {}", if lines.len() == 1 { "" } else { "s" }, shown.join(", "))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use port_data::{Code, Diagnostic, Place};

    use super::{GroupableDiagnostic, join, name_lines};

    const CODE: Code = Code { id: "test", summary: "A test." };

    fn diagnostic(line: usize, message: &str) -> GroupableDiagnostic {
        Diagnostic::new(CODE, message).help("mind it").at(Place::line("page.md", line)).into()
    }

    fn texts(diagnostics: Vec<GroupableDiagnostic>) -> Vec<String> {
        join(diagnostics).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn equal_faults_are_one_diagnostic() {
        let other_file = diagnostic(9, "row has no peer").at(Place::line("other.md", 1));
        let diagnostics = [7, 5, 6, 20, 20].map(|line| diagnostic(line, "row has no peer"));
        let diagnostics = diagnostics.into_iter().chain([diagnostic(6, "row has no direction"), other_file]).collect();
        let expected = [
            "page.md:5: row has no peer (4 times, on lines 5-7, 20); mind it",
            "page.md:6: row has no direction; mind it",
            "other.md:1: row has no peer; mind it",
        ];
        assert_eq!(texts(diagnostics), expected);
    }

    #[test]
    fn faults_of_one_kind_are_one_diagnostic_with_their_words() {
        let cell = |line, cell: &str| {
            diagnostic(line, &format!("cell {cell:?} is unknown")).among(
                "cells are unknown",
                format!("{cell:?}"),
                "map them",
            )
        };
        assert_eq!(texts(vec![cell(4, "a")]), ["page.md:4: cell \"a\" is unknown; mind it"]);
        let same = texts(vec![cell(4, "a"), cell(8, "a")]);
        assert_eq!(same, ["page.md:4: cell \"a\" is unknown (2 times, on lines 4, 8); mind it"]);
        let different = texts(vec![cell(4, "a"), cell(3, "b"), cell(8, "a")]);
        assert_eq!(different, ["page.md:3: 3 cells are unknown: \"b\" on line 3, \"a\" on lines 4, 8; map them"]);
        let many = texts((1..=25).map(|line| cell(line, &line.to_string())).collect());
        assert!(many[0].starts_with("page.md:1: 25 cells are unknown: \"1\" on line 1, "), "{many:?}");
        assert!(many[0].ends_with("\"20\" on line 20, others on lines 21-25; map them"), "{many:?}");
        let long = texts((1..=25).map(|line| cell(line, &format!("{line} {}", "x".repeat(600)))).collect());
        assert!(long[0].ends_with("x\" on line 4, others on lines 5-25; map them"), "{long:?}");
    }

    #[test]
    fn lines_are_named_by_ranges() {
        for (lines, expected) in
            [(&[3][..], "line 3"), (&[3, 4], "lines 3, 4"), (&[5, 3, 4, 9], "lines 3-5, 9"), (&[2, 2], "line 2")]
        {
            assert_eq!(name_lines(&lines.iter().copied().collect()), expected);
        }
        let even: BTreeSet<usize> = (1..=60).map(|line| 2 * line).collect();
        assert!(name_lines(&even).ends_with("78, 80, and 20 more"), "{}", name_lines(&even));
    }
}
