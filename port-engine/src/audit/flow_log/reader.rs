//! Recognizes the format of a log and parses its lines.

use std::path::Path;

use port_data::diagnostic::count;
use port_data::{Diagnostic, Place};

use super::record::Record;
use crate::audit::codes;
use crate::audit::lines::{Line, LineEnd, column};

mod csv;
mod vpc;
mod zeek;
mod zeek_json;

/// The most malformed lines of a log that are reported one by one.
const MOST_REPORTED: usize = 10;

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parsed {
    /// A record.
    Record(Record),
    /// A header, a comment or an empty line.
    Header,
    /// The log states that nothing was recorded.
    NoData,
    /// The log states that records were left out.
    Incomplete,
    /// A line of another log, which isn't about connections.
    OtherLog,
}

/// Why a line isn't a record.
#[derive(Clone, Debug, PartialEq, Eq)]
struct LineError {
    /// The byte offset.
    offset: usize,
    message: String,
}

impl LineError {
    fn new(offset: usize, message: impl Into<String>) -> LineError {
        LineError { offset, message: message.into() }
    }
}

/// The formats, each with the columns that its header named.
#[derive(Clone, Debug)]
enum Format {
    Zeek(zeek::Columns),
    ZeekJson,
    Vpc(vpc::Columns),
    Csv(csv::Columns),
}

/// The lines of a log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct LineCounts {
    /// All lines.
    pub lines: u64,
    /// Lines that could not be parsed, and were left out.
    pub malformed: u64,
    /// Lines that state that nothing was recorded.
    pub no_data: u64,
    /// Lines that state that records were left out.
    pub incomplete: u64,
    /// Lines of other logs, which were skipped.
    pub other_logs: u64,
}

impl LineCounts {
    /// Adds the lines of another log.
    pub fn add(&mut self, other: LineCounts) {
        self.lines += other.lines;
        self.malformed += other.malformed;
        self.no_data += other.no_data;
        self.incomplete += other.incomplete;
        self.other_logs += other.other_logs;
    }
}

/// A log that is being read.
#[derive(Debug)]
pub struct LogReader<'a> {
    file: &'a Path,
    format: Option<Format>,
    /// The numbers of lines.
    pub counts: LineCounts,
    /// The first malformed lines.
    problems: Vec<Diagnostic>,
    /// The first line of another log.
    other_log: Option<Diagnostic>,
    records: u64,
}

impl<'a> LogReader<'a> {
    /// A log of which nothing has been read. `file` names it in messages.
    #[must_use]
    pub fn new(file: &'a Path) -> LogReader<'a> {
        LogReader {
            file,
            format: None,
            counts: LineCounts::default(),
            problems: Vec::new(),
            other_log: None,
            records: 0,
        }
    }

    /// Parses a line. A malformed one is counted and reported with the [remarks](LogReader::remarks), and is no record.
    ///
    /// # Errors
    ///
    /// The format isn't recognized, or its header lacks a column.
    #[inline]
    pub fn record(&mut self, line: Line<'_>) -> Result<Option<Record>, Diagnostic> {
        self.counts.lines += 1;
        let Some(format) = &mut self.format else { return self.begin(line) };
        let parsed = match (&mut *format, line.end) {
            (_, LineEnd::TooLong) => Err(LineError::new(0, "the line is longer than 1 MiB")),
            // These programs end each line, so a line without an end is one that was cut off.
            (Format::Zeek(_) | Format::Vpc(_), LineEnd::EndOfFile) if !line.bytes.starts_with(b"#") => {
                Err(LineError::new(line.bytes.len(), "the line has no end, so it was cut off"))
            }
            (Format::Zeek(columns), _) => columns.parse(line.bytes),
            (Format::ZeekJson, _) => zeek_json::parse(line.bytes),
            (Format::Vpc(columns), _) => columns.parse(line.bytes),
            (Format::Csv(columns), _) => columns.parse(line.bytes),
        };
        match parsed {
            Ok(Parsed::Record(record)) => {
                self.records += 1;
                Ok(Some(record))
            }
            Ok(Parsed::OtherLog) => {
                self.other_log(line);
                Ok(None)
            }
            Ok(other) => {
                self.count(other);
                Ok(None)
            }
            Err(error) => {
                self.malformed(line, error);
                Ok(None)
            }
        }
    }

    fn count(&mut self, parsed: Parsed) {
        match parsed {
            Parsed::Record(_) | Parsed::Header | Parsed::OtherLog => {}
            Parsed::NoData => self.counts.no_data += 1,
            Parsed::Incomplete => self.counts.incomplete += 1,
        }
    }

    /// Counts a line of another log; its header shows where that begins, and isn't counted.
    #[cold]
    fn other_log(&mut self, line: Line<'_>) {
        self.counts.other_logs += u64::from(!line.bytes.starts_with(b"#"));
        if self.other_log.is_none() {
            let number = usize::try_from(line.number).unwrap_or(usize::MAX);
            let message = "the log is not conn.log, which has a line for each connection";
            self.other_log = Some(Diagnostic::new(codes::LOG_LINE, message).at(Place::new(self.file, number, 1)));
        }
    }

    #[cold]
    fn malformed(&mut self, line: Line<'_>, error: LineError) {
        self.counts.malformed += 1;
        if self.problems.len() < MOST_REPORTED {
            let number = usize::try_from(line.number).unwrap_or(usize::MAX);
            let place = Place::new(self.file, number, column(line.bytes, error.offset));
            self.problems.push(Diagnostic::new(codes::LOG_LINE, error.message).at(place));
        }
    }

    /// Recognizes the format by the first line that isn't empty.
    #[cold]
    fn begin(&mut self, line: Line<'_>) -> Result<Option<Record>, Diagnostic> {
        let mark = "\u{feff}".as_bytes();
        let bytes = line.bytes.strip_prefix(mark).unwrap_or(line.bytes);
        if bytes.trim_ascii().is_empty() {
            return Ok(None);
        }
        let number = usize::try_from(line.number).unwrap_or(usize::MAX);
        let header = |error: LineError| {
            let place = Place::new(self.file, number, column(bytes, error.offset));
            Diagnostic::new(codes::LOG_HEADER, error.message).help("docs/fleets.md lists the formats").at(place)
        };
        let is_first_record = if bytes.starts_with(b"#") {
            self.format = Some(Format::Zeek(zeek::Columns::default()));
            true
        } else if bytes.starts_with(b"{") {
            self.format = Some(Format::ZeekJson);
            true
        } else if let Some(columns) = vpc::Columns::of(bytes) {
            let columns = columns.map_err(header)?;
            let is_header = columns.is_header(bytes);
            self.format = Some(Format::Vpc(columns));
            !is_header
        } else if let Some(columns) = csv::Columns::of(bytes) {
            self.format = Some(Format::Csv(columns.map_err(header)?));
            false
        } else {
            let problem = Diagnostic::new(codes::LOG_FORMAT, "not a log of a known format");
            let help = "give Zeek's conn.log, as text or JSON; VPC flow logs; or CSV with the header \
                        source,destination,transport,port";
            return Err(problem.help(help).at(Place::line(self.file, number)));
        };
        if is_first_record {
            self.counts.lines -= 1;
            return self.record(Line { bytes, ..line });
        }
        Ok(None)
    }

    /// Ends the file.
    ///
    /// # Errors
    ///
    /// The file is empty, or no line of it is a record although some should be.
    pub fn finish(&self) -> Result<(), Diagnostic> {
        if self.format.is_none() {
            return Err(crate::audit::input_kind::empty(self.file));
        }
        match self.problems.first().or(self.other_log.as_ref()) {
            Some(first) if self.records == 0 => Err(first.clone().help("no line of the file is a record")),
            _ => Ok(()),
        }
    }

    /// What to know about the file, a line each.
    #[must_use]
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks: Vec<String> = self.problems.iter().map(|problem| format!("not read: {problem}")).collect();
        let file = self.file.display();
        let counts = &self.counts;
        let more = counts.malformed - self.problems.len() as u64;
        if more > 0 {
            remarks.push(format!("not read: {file}: {more} more lines"));
        }
        if counts.other_logs > 0 {
            let lines = count(usize::try_from(counts.other_logs).unwrap_or(usize::MAX), "line");
            remarks.push(format!("skipped: {file}: {lines} of logs other than conn.log"));
        }
        if counts.incomplete > 0 {
            let lines = count(usize::try_from(counts.incomplete).unwrap_or(usize::MAX), "line");
            remarks.push(format!("{file}: {lines} about records that were left out (SKIPDATA)"));
        }
        if let Some(Format::Csv(columns)) = &self.format {
            if !columns.unused.is_empty() {
                remarks.push(format!("{file}: columns that are not used: {}", columns.unused.join(", ")));
            }
        }
        remarks
    }
}

#[cfg(test)]
mod tests;
