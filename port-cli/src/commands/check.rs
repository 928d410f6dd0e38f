//! `check`: reports the errors and warnings of a directory of own tables.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use port_data::hidden::Truncated;
use port_data::{Diagnostic, Findings, Place, Position};
use serde::Serialize;

use crate::dataset_args::check_directory;
use crate::format::json;
use crate::output::{Output, Result, count};

/// The notes and examples in the help.
pub const HELP: &str = "\
Each line of text is error or warning, a code, FILE:LINE:COLUMN, what is wrong and what to do. An object of JSON has the keys \
file, line, column, end_line, end_column, severity, code, message and help. Lines and columns count from 1, columns in \
characters; the end is the place after the last character.

Exit codes: 0 no errors, even if there are warnings; 2 errors, or bad arguments.

Examples:
  port-catalog check ports
  port-catalog check ports --format json      for an editor";

/// The number of errors after which no more rows are read, and the number of warnings that are printed.
const LIMIT: usize = 10_000;

/// The arguments of `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// A directory of tables in the form that docs/tables.md describes
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
    /// Output format
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub format: CheckFormat,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// A line per finding
    Text,
    /// An array with an object per finding
    Json,
}

/// How bad a finding is.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Severity {
    Error,
    Warning,
}

impl Severity {
    fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// A finding in JSON.
#[derive(Serialize)]
struct Finding {
    file: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    severity: Severity,
    code: &'static str,
    message: String,
    help: Option<String>,
}

impl CheckArgs {
    /// Reads the tables, and prints everything that is wrong with them.
    ///
    /// # Errors
    ///
    /// The directory isn't one of tables. Errors in tables are findings.
    pub fn run(&self) -> Result {
        check_directory(&self.directory).map_err(|problem| vec![problem])?;
        let Findings { errors, warnings } = port_data::check(&self.directory, LIMIT);
        let is_cut = errors.len() == LIMIT || warnings.len() == LIMIT;
        let counts = [count(errors.len(), "error"), count(warnings.len(), "warning")].join(", ");
        let code = if errors.is_empty() { 0 } else { 2 };
        let errors = errors.into_iter().map(|error| (error, Severity::Error));
        let mut findings: Vec<_> =
            errors.chain(warnings.into_iter().map(|warning| (warning, Severity::Warning))).collect();
        findings.sort_by(|(one, _), (other, _)| one.place.cmp(&other.place));
        let text = match self.format {
            CheckFormat::Text => findings.iter().map(|(problem, severity)| line(problem, *severity)).collect(),
            CheckFormat::Json => json::object(
                &findings.into_iter().map(|(problem, severity)| finding(problem, severity)).collect::<Vec<_>>(),
            ),
        };
        let cut = if is_cut { "; there may be more" } else { "" };
        Ok(Output { code, ..Output::text(text).message(format!("{counts}{cut}")) })
    }
}

fn line(problem: &Diagnostic, severity: Severity) -> String {
    format!("{}[{}]: {problem}\n", severity.as_str(), problem.code)
}

/// A whole line begins in its first column, and a whole file in its first line.
fn finding(problem: Diagnostic, severity: Severity) -> Finding {
    let Diagnostic { place: Place { file, line, column, end }, code, message, help } = problem;
    let (line, column) = (line.max(1), column.max(1));
    let end = end.unwrap_or(Position { line, column });
    Finding {
        file: file.display().to_string(),
        line,
        column,
        end_line: end.line,
        end_column: end.column,
        severity,
        code: code.id,
        message: Truncated(message).to_string(),
        help: help.map(|help| Truncated(help).to_string()),
    }
}
