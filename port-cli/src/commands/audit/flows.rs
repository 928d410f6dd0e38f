//! `audit --flows`: the connections in logs of network flows, explained by the documents of products.

use std::ops::ControlFlow;
use std::path::PathBuf;

use clap::Args;
use port_data::Diagnostic;
use port_engine::audit::flow_log::expectation::{Ends, Expectation};
use port_engine::audit::flow_log::explain::Explainer;
use port_engine::audit::flow_log::reader::{LineCounts, LogReader};
use port_engine::audit::flow_log::report::FlowLogReport;
use port_engine::audit::lines::Lines;
use port_engine::audit::verdict::Failure;
use port_engine::dataset::Dataset;
use port_engine::rules::address::Address;
use port_engine::rules::site::Site;
use port_text::flow_log as text;

use super::format::AuditFormat;
use crate::output::{Output, Result};
use crate::stream::{Progress, chunks, grouped};
use crate::{codes, input};

/// The rows that are listed by default.
const DEFAULT_TOP: usize = 50;

/// The logs.
#[derive(Debug, Args)]
#[group(id = "flow-arguments")]
pub struct FlowsArgs {
    /// Explain connections: Zeek's conn.log, VPC flow logs, or CSV with the columns source, destination, transport and port;
    /// also compressed with gzip or Zstandard; can be repeated; needs --host or --site; - is standard input
    #[arg(long, value_name = "FILE", groups = ["SourceArgs", "hosts"], conflicts_with_all = ["nmap", "ss", "nft", "iptables", "ip6tables", "inventory", "from", "iface", "family", "at"])]
    pub flows: Vec<PathBuf>,
    /// List at most this many rows of connections that aren't explained
    #[arg(long, value_name = "NUMBER", default_value_t = DEFAULT_TOP)]
    pub top: usize,
}

/// What the other arguments of `audit` say.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The products.
    pub products: &'a [&'a str],
    /// Their components that are meant.
    pub components: &'a [&'a str],
    /// The addresses of the products' machines.
    pub own: &'a [Address],
    /// The addresses of peers.
    pub site: Option<&'a Site>,
    /// How the report is printed.
    pub format: AuditFormat,
    /// The findings that set exit code 1.
    pub fail_on: &'a [Failure],
    /// The width of the terminal.
    pub width: Option<u16>,
}

impl FlowsArgs {
    /// Whether rows are limited without a log.
    pub fn limits_nothing(&self) -> bool {
        self.flows.is_empty() && self.top != DEFAULT_TOP
    }

    /// Explains the records of all logs.
    ///
    /// # Errors
    ///
    /// A log that can't be read or has no record, and a finding that logs can't show.
    pub fn run(&self, dataset: &Dataset, call: Call<'_>) -> Result {
        self.run_or_problem(dataset, call).map_err(|problem| vec![problem])
    }

    fn run_or_problem(&self, dataset: &Dataset, call: Call<'_>) -> std::result::Result<Output, Diagnostic> {
        if self.flows.iter().filter(|file| input::is_standard_input(file)).count() > 1 {
            let problem = Diagnostic::new(codes::OPTIONS, "standard input (-) can be read only once");
            return Err(problem.help("write the other log to a file"));
        }
        if let Some(failure) =
            call.fail_on.iter().find(|failure| matches!(failure, Failure::Restricted | Failure::NotChecked))
        {
            let problem = Diagnostic::new(codes::OPTIONS, format!("--fail-on {failure} is not about connections"));
            return Err(problem.help("write undocumented, missing, missing-required, unknown, undecided or exposed"));
        }
        let ends = Ends { own: call.own, site: call.site };
        let expectation = Expectation::new(dataset, call.products, call.components, ends);
        let mut explainer = Explainer::new(expectation);
        let (mut lines, mut messages) = (LineCounts::default(), Vec::new());
        for file in &self.flows {
            let log = read(file, &mut explainer)?;
            lines.add(log.counts);
            messages.extend(log.remarks());
        }
        let report = FlowLogReport::new(call.products, call.components, &explainer, lines, self.top);
        let text = match call.format {
            AuditFormat::Table => text::print(&report, call.width),
            AuditFormat::Json => text::json(&report),
            AuditFormat::Jsonl => text::json_lines(&report),
            AuditFormat::Csv => text::csv(&report),
        };
        let mut output = Output { messages, ..Output::text(text) };
        for failure in call.fail_on {
            if let Some(message) = text::failure(&report, *failure) {
                output.messages.push(message);
                output.code = 1;
            }
        }
        Ok(output)
    }
}

/// Explains the records of a log.
fn read<'a>(
    file: &'a std::path::Path,
    explainer: &mut Explainer<'_>,
) -> std::result::Result<LogReader<'a>, Diagnostic> {
    let mut log = LogReader::new(input::display_name(file));
    let mut lines = Lines::default();
    let mut progress = Progress::new();
    let mut record = |line: port_engine::audit::lines::Line<'_>| {
        if let Some(record) = log.record(line)? {
            explainer.record(&record);
        }
        Ok(())
    };
    let mut bytes = 0;
    chunks(file, |chunk| {
        lines.push(chunk, &mut record)?;
        bytes += chunk.len() as u64;
        progress.show(|| format!("{}: {} MiB read", input::display_name(file).display(), grouped(bytes >> 20)));
        Ok(ControlFlow::Continue(()))
    })?;
    lines.finish(&mut record)?;
    log.finish()?;
    Ok(log)
}
