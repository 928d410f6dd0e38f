//! A document with its capture and its flows, and what a changed text of it leads to.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use port_data::{Diagnostic, FlowRow};
use port_import::capture::Capture;
use port_import::curation::Curation;
use port_import::page_file::capture_text;
use port_import::pair::Previous;
use port_import::refine::refine;
use port_import::regenerate::read_vocabulary;
use port_import::report::{Edition, EditionFlows, Report};
use port_import::vocabulary::Vocabulary;

/// A fixed sequence of pseudorandom numbers (xorshift).
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit.max(1) as u64).unwrap()
    }

    pub fn one_of<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        let index = self.below(all.len());
        all.get(index)
    }
}

/// The services of the catalog.
fn vocabulary() -> Vocabulary {
    read_vocabulary(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../port-data/tables")).unwrap()
}

/// A document, its capture and its flows.
pub struct Document {
    product: &'static str,
    file: PathBuf,
    pub curation: Curation,
    pub lines: Vec<String>,
    pub capture: Capture,
    pub flows: Vec<FlowRow>,
    captured: String,
    vocabulary: Vocabulary,
}

impl Document {
    pub fn read(product: &'static str, edition: &str, file: PathBuf) -> Document {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../port-data");
        let curation = Curation::read(&data.join("curation").join(product), edition).unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        let capture = capture_text(&text, &file, curation.layout, &curation).unwrap();
        let vocabulary = vocabulary();
        let refined = refine(&capture, &curation, &vocabulary, None);
        assert_eq!(refined.diagnostics, []);
        let lines = text.lines().map(str::to_string).collect();
        let captured = capture.to_csv();
        Document { product, file, curation, lines, capture, flows: refined.flows, captured, vocabulary }
    }

    /// The outcome of a changed text.
    pub fn outcome(&self, lines: &[String]) -> Outcome {
        let text = lines.join("\n");
        let capture = match capture_text(&text, &self.file, self.curation.layout, &self.curation) {
            Ok(capture) => capture,
            Err(diagnostics) => return Outcome::Rejected(diagnostics),
        };
        let previous = Previous::new(&self.capture, &self.flows);
        let refined = refine(&capture, &self.curation, &self.vocabulary, Some(&previous));
        if !refined.diagnostics.is_empty() {
            return Outcome::Rejected(refined.diagnostics);
        }
        let mut report = Report::default();
        let edition = Edition { product: self.product.into(), ..Edition::default() };
        let (before, after) = (Some(Cow::Borrowed(&self.flows[..])), Some(Cow::Borrowed(&refined.flows[..])));
        report.compare(&[EditionFlows { edition: edition.clone(), before, after }]);
        let (old, new) = ((&self.capture, &self.flows[..]), (&capture, &refined.flows[..]));
        report.compare_rows(&edition, true, old, new);
        report.compare_rows_without_flows(&edition, old, new);
        let of_flows = report.added.len() + report.removed.len() + report.changed.len() + report.reworded.len();
        match of_flows + report.without_flow.len() {
            0 if capture.to_csv() == self.captured => Outcome::Unnoticed,
            0 => Outcome::PageOnly,
            _ => Outcome::Reported(Box::new(report)),
        }
    }

    /// The flow of the row that contains the first changed line.
    pub fn flow_at(&self, lines: &[String]) -> Option<String> {
        let changed = self.lines.iter().zip(lines).position(|(old, new)| old != new)?;
        let row = self.rows().iter().position(|(start, end)| (*start..*end).contains(&changed))?;
        Some(self.flows[row].id.clone())
    }

    /// The lines of each row: its first line and the line after its last, from 0. Only in the first copy of the body.
    pub fn rows(&self) -> Vec<(usize, usize)> {
        let starts: Vec<usize> = self.capture.rows().map(|row| row.line - 1).collect();
        let shortest = starts.windows(2).map(|pair| pair[1] - pair[0]).min().unwrap_or(1);
        let ends = starts.iter().skip(1).copied().chain([starts[starts.len() - 1] + shortest]);
        starts.iter().copied().zip(ends).filter(|(start, end)| end > start).collect()
    }
}

pub enum Outcome {
    /// The report shows it.
    Reported(Box<Report>),
    /// It is an error.
    Rejected(Vec<Diagnostic>),
    /// The report says that the page changed, but not where.
    PageOnly,
    /// Nobody would notice.
    Unnoticed,
}

/// The first line in which two texts differ.
pub fn difference(old: &[String], new: &[String]) -> String {
    let first = old.iter().zip(new).position(|(old, new)| old != new).unwrap_or(old.len().min(new.len()));
    let show = |lines: &[String]| lines.get(first).cloned().unwrap_or_default();
    format!("line {}: {:?} -> {:?}", first + 1, show(old), show(new))
}
