//! The command `diff`: its arguments, and its answer.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::export::{self, Flow};
use super::impact::Impact;
use super::{compare, print};
use crate::answer::Answer;
use crate::fault::Fault;
use crate::file;

/// What stands below the options in the help of `diff`.
pub const HELP: &str = "\
A flow is what it allows: a direction, a peer with its hosts, interfaces, ports. An added flow opens, a removed one \
closes; of one that both exports have, or that looks renamed, what it allows before and after is compared. A transport \
any counts as TCP and UDP, no named host or interface as any. Each fact that differs is listed as JSON; as text, what \
many flows share is told once.

Examples:
  port-catalog list --format json > old.json      with the version before
  port-catalog list --format json > new.json      with this one
  port-catalog diff old.json new.json
  port-catalog diff old.json new.json --format markdown > ticket.md
  port-catalog diff old.json new.json --fail-on opens,moves
  port-catalog list --format json | port-catalog diff old.json -";

/// What to compare, and how to tell it.
#[derive(Debug, Args)]
pub struct Call {
    /// The older export, as `list --format json` printed it; - is standard input
    #[arg(value_name = "OLD.json")]
    pub old: PathBuf,
    /// The newer export; - is standard input
    #[arg(value_name = "NEW.json")]
    pub new: PathBuf,
    /// How to print what differs
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Exit with 1 where a flow differs in one of these ways, divided by commas
    #[arg(long, value_name = "IMPACT", value_enum, value_delimiter = ',')]
    pub fail_on: Vec<Impact>,
}

/// How a difference is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people: what to do first, then flow by flow
    Text,
    /// One object: summary, impacts, added, removed, renamed, changed
    Json,
    /// Headings and tables, for the ticket of a change
    Markdown,
}

impl Call {
    /// What differs; with exit code 1 where that is to fail.
    pub fn answer(&self) -> Answer {
        match self.exports() {
            Ok([old, new]) => self.compared(&old, &new),
            Err(fault) => Answer::refusal(format!("error: {fault}")),
        }
    }

    fn exports(&self) -> Result<[Vec<Flow>; 2], Fault> {
        if is_input(&self.old) && is_input(&self.new) {
            return Err(Fault::of_file(&self.old, "found standard input twice, expected a file for one of the two"));
        }
        Ok([read(&self.old)?, read(&self.new)?])
    }

    fn compared(&self, old: &[Flow], new: &[Flow]) -> Answer {
        let difference = compare(old, new);
        let text = match self.format {
            Format::Text => print::text(&difference),
            Format::Json => print::json(&difference),
            Format::Markdown => print::markdown(&difference),
        };
        let wanted: BTreeSet<Impact> = self.fail_on.iter().copied().collect();
        let failing: Vec<&str> = wanted
            .iter()
            .filter(|impact| difference.of(**impact).next().is_some())
            .map(|impact| impact.as_str())
            .collect();
        if failing.is_empty() {
            return Answer { text, ..Answer::default() };
        }
        Answer { text, remark: Some(format!("found what --fail-on names: {}", failing.join(", "))), code: 1 }
    }
}

fn is_input(file: &Path) -> bool {
    file.as_os_str() == "-"
}

/// Reads an export, of a file or of standard input.
fn read(file: &Path) -> Result<Vec<Flow>, Fault> {
    if is_input(file) {
        let name = Path::new("standard input");
        return export::read(name, &file::read_from(std::io::stdin().lock(), name)?);
    }
    export::read(file, &file::read(file)?)
}
