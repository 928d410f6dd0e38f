//! `audit --inventory`: the listeners of many machines, compared with the documents of the products on each.

use std::io::{BufWriter, ErrorKind, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use clap::Args;
use port_data::Diagnostic;
use port_data::diagnostic::count;
use port_engine::audit::address_family::AddressFamily;
use port_engine::audit::inventory::assignment::{Assignments, Part, Parts};
use port_engine::audit::inventory::coverage::Coverage;
use port_engine::audit::inventory::finding::{FindingKind, HostFinding, findings};
use port_engine::audit::inventory::fleet::Fleet;
use port_engine::audit::inventory::hosts::{Inventory, ObservedHost, Options};
use port_engine::audit::inventory::totals::Totals;
use port_engine::audit::lines::Lines;
use port_engine::audit::verdict::{Failure, parts};
use port_engine::dataset::Dataset;
use port_text::footnotes::Footnotes;
use port_text::inventory as text;

use super::format::AuditFormat;
use crate::output::{Output, Result};
use crate::stream::{Progress, chunks, grouped};
use crate::word_parser::words;
use crate::{codes, input};

/// The listeners of many machines.
#[derive(Debug, Args)]
#[group(id = "inventory-arguments")]
pub struct InventoryArgs {
    /// Audit many machines: a CSV file with the columns host, transport, address, port and perhaps process, product and
    /// component, also compressed with gzip or Zstandard; - is standard input
    #[arg(long, value_name = "FILE", group = "SourceArgs", conflicts_with_all = ["nmap", "ss", "nft", "iptables", "ip6tables", "from", "iface", "site", "host"])]
    pub inventory: Option<PathBuf>,
    /// The products of the inventory's hosts: a CSV file with the columns host, product and perhaps component
    #[arg(long, value_name = "FILE", conflicts_with = "product")]
    pub assign: Option<PathBuf>,
    /// The lines of each host are together: audit a host once the next one begins, instead of at the end of the file
    #[arg(long, requires = "covers")]
    pub grouped: bool,
    /// The ports that the inventory would list if something listened there: tcp, udp, sctp, ports such as tcp/1-1024, or none
    /// (comma-separated); by default each of tcp and udp that has a line
    #[arg(long, value_name = "PORTS", value_delimiter = ',')]
    pub covers: Vec<Coverage>,
    /// Print only these findings of an inventory (comma-separated); the totals have all
    #[arg(long, value_name = "KIND", value_parser = words::<FindingKind>(), value_delimiter = ',')]
    pub only: Vec<FindingKind>,
}

/// What the other arguments of `audit` say.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The products of `--product`, which all hosts have.
    pub products: &'a [&'a str],
    /// Their components that run on the hosts.
    pub components: &'a [&'a str],
    /// The only address family.
    pub family: Option<AddressFamily>,
    /// How findings are printed.
    pub format: AuditFormat,
    /// The findings that set exit code 1.
    pub fail_on: &'a [Failure],
    /// The width of the terminal.
    pub width: Option<u16>,
}

impl InventoryArgs {
    /// An option that is only about inventories, if one is given without an inventory.
    pub fn without_inventory(&self) -> Option<&'static str> {
        let given = [
            ("--assign", self.assign.is_some()),
            ("--grouped", self.grouped),
            ("--covers", !self.covers.is_empty()),
            ("--only", !self.only.is_empty()),
        ];
        given.into_iter().find(|(_, is_given)| self.inventory.is_none() && *is_given).map(|(name, _)| name)
    }

    /// Audits the hosts of an inventory.
    ///
    /// # Errors
    ///
    /// A file that can't be read or is invalid, unknown products, and options that contradict each other.
    pub fn run(&self, file: &Path, dataset: &Dataset, call: Call<'_>) -> Result {
        let name = input::display_name(file);
        if self.assign.as_deref().is_some_and(input::is_standard_input) && input::is_standard_input(file) {
            let problem = Diagnostic::new(codes::OPTIONS, "standard input (-) can be read only once");
            return Err(vec![problem.help("write the products of the hosts to a file")]);
        }
        let assignments = match &self.assign {
            Some(assign) => {
                let bytes = input::read(assign).map_err(|problem| vec![problem])?;
                Assignments::read(input::display_name(assign), &bytes, dataset)?
            }
            None => Assignments::default(),
        };
        let options = Options { coverage: self.covers.clone(), family: call.family, is_grouped: self.grouped };
        let mut inventory = Inventory::new(name, dataset, options);
        let mut audit = FleetAudit {
            common: common_parts(dataset, call),
            assignments,
            fleet: Fleet::new(dataset),
            totals: Totals::default(),
            printer: Printer::new(call.format, self.only.clone()),
            stops_early: call.fail_on.is_empty(),
        };
        self.read(file, &mut inventory, &mut audit).map_err(|problem| vec![problem])?;
        inventory.finish()?;
        let hosts = inventory.hosts();
        for host in hosts {
            if audit.is_done() {
                break;
            }
            audit.host(&host).map_err(|problem| vec![problem])?;
        }
        let remarks = inventory.remarks();
        audit.end(call, remarks).map_err(|problem| vec![problem])
    }

    /// Reads the file; audits hosts that are complete.
    fn read<'a>(
        &self,
        file: &Path,
        inventory: &mut Inventory<'a>,
        audit: &mut FleetAudit<'a>,
    ) -> std::result::Result<(), Diagnostic> {
        let mut progress = Progress::new();
        let (mut lines, mut bytes, mut is_checked) = (Lines::default(), 0, false);
        chunks(file, |chunk| {
            lines.push(chunk, |line| {
                if let Some(host) = inventory.push(line)? {
                    audit.host(&host)?;
                }
                if !is_checked {
                    self.check_products(inventory.names_products(), !audit.common.is_empty())?;
                    is_checked = true;
                }
                Ok(())
            })?;
            bytes += chunk.len() as u64;
            progress.show(|| format!("{} MiB read, {} hosts audited", grouped(bytes >> 20), audit.totals.audited));
            Ok(if audit.is_done() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        lines.finish(|line| {
            if let Some(host) = inventory.push(line)? {
                audit.host(&host)?;
            }
            Ok(())
        })?;
        if inventory.has_header() {
            self.check_products(inventory.names_products(), !audit.common.is_empty())?;
        }
        Ok(())
    }

    /// Checks that the hosts' products are named in one place.
    fn check_products(&self, in_column: bool, in_option: bool) -> std::result::Result<(), Diagnostic> {
        let (message, help) = match (in_column, self.assign.is_some(), in_option) {
            (true, false, false) | (false, true, false) | (false, false, true) => return Ok(()),
            (false, ..) => (
                "nothing says which products run on the hosts",
                "add --assign FILE, a column product, or --product for all hosts",
            ),
            (true, true, _) => ("--assign and the column product both say what runs on a host", "remove one of them"),
            (true, false, true) => {
                ("--product and the column product both say what runs on a host", "remove one of them")
            }
        };
        Err(Diagnostic::new(codes::OPTIONS, message).help(help))
    }
}

/// The parts that `--product` and `--component` name.
fn common_parts<'a>(dataset: &'a Dataset, call: Call<'_>) -> Parts<'a> {
    let own = parts(dataset, call.products, call.components);
    let products = call.products.iter().filter_map(|product| dataset.product(product));
    let all = products.flat_map(|product| {
        let components: Vec<Option<&str>> =
            own.iter().filter(|(of, _)| *of == product.id).map(|(_, component)| Some(*component)).collect();
        let components = if components.is_empty() { vec![None] } else { components };
        components.into_iter().map(|component| Part { product: &product.id, edition: None, component })
    });
    all.collect()
}

/// The audit of hosts, one after the other.
struct FleetAudit<'a> {
    /// What runs on every host.
    common: Parts<'a>,
    assignments: Assignments<'a>,
    fleet: Fleet<'a>,
    totals: Totals,
    printer: Printer,
    /// Whether nothing is left to do if nobody reads the output.
    stops_early: bool,
}

impl<'a> FleetAudit<'a> {
    /// Whether nobody needs the rest.
    fn is_done(&self) -> bool {
        self.stops_early && self.printer.is_closed
    }

    /// Audits a host.
    fn host(&mut self, host: &ObservedHost<'a>) -> std::result::Result<(), Diagnostic> {
        let assigned = self.assignments.take(&host.name);
        let parts = if host.parts.is_empty() { assigned.unwrap_or(&self.common) } else { &host.parts };
        if parts.is_empty() {
            let finding = HostFinding::of_host(FindingKind::Unassigned, &host.name, parts);
            self.totals.add_host(&finding);
            return self.printer.print(&finding);
        }
        let audit = self.fleet.audit(parts, &host.observation);
        let findings = findings(&host.name, &audit);
        self.totals.add(&audit, &findings);
        findings.iter().try_for_each(|finding| self.printer.print(finding))
    }

    /// Reports the hosts that the inventory doesn't list, and the totals.
    fn end(mut self, call: Call<'_>, remarks: Vec<String>) -> std::result::Result<Output, Diagnostic> {
        for (host, parts) in self.assignments.not_found() {
            let finding = HostFinding::of_host(FindingKind::NotListed, host, parts);
            self.totals.add_host(&finding);
            self.printer.print(&finding)?;
        }
        self.printer.end(&self.totals, call.width)?;
        let mut output = Output { messages: remarks, ..Output::default() };
        if matches!(call.format, AuditFormat::Jsonl | AuditFormat::Csv) {
            output.messages.push(text::totals_line(&self.totals));
        }
        for failure in call.fail_on {
            let (hosts, failures) = self.totals.failures(*failure);
            if hosts > 0 {
                output.messages.push(text::failure(*failure, hosts, failures));
                output.code = 1;
            }
            let not_audited = self.totals.not_audited();
            if *failure == Failure::Unknown && not_audited > 0 {
                output.messages.push(format!("fails: {} not audited", count(not_audited, "host")));
                output.code = 1;
            }
        }
        Ok(output)
    }
}

/// Prints findings as they are found.
struct Printer {
    format: AuditFormat,
    output: BufWriter<anstream::AutoStream<std::io::StdoutLock<'static>>>,
    notes: Footnotes,
    /// The only kinds that are printed; all, if it is empty.
    only: Vec<FindingKind>,
    has_begun: bool,
    /// Whether nobody reads the output any more. That is not an error.
    is_closed: bool,
}

impl Printer {
    fn new(format: AuditFormat, only: Vec<FindingKind>) -> Printer {
        let output = BufWriter::with_capacity(1 << 16, anstream::stdout().lock());
        Printer { format, output, notes: Footnotes::default(), only, has_begun: false, is_closed: false }
    }

    fn print(&mut self, finding: &HostFinding<'_>) -> std::result::Result<(), Diagnostic> {
        if !self.only.is_empty() && !self.only.contains(&finding.kind) {
            return Ok(());
        }
        let begins = !std::mem::replace(&mut self.has_begun, true);
        let text = match self.format {
            AuditFormat::Table => text::line(finding, &mut self.notes),
            AuditFormat::Jsonl => text::json_line(finding) + "\n",
            AuditFormat::Json if begins => format!("{{\"findings\": [\n{}", text::json_line(finding)),
            AuditFormat::Json => format!(",\n{}", text::json_line(finding)),
            AuditFormat::Csv if begins => text::csv_header() + &text::csv_line(finding),
            AuditFormat::Csv => text::csv_line(finding),
        };
        self.write(&text)
    }

    fn end(&mut self, totals: &Totals, width: Option<u16>) -> std::result::Result<(), Diagnostic> {
        let has_begun = self.has_begun;
        let text = match self.format {
            AuditFormat::Table => text::totals(totals, &self.notes, width),
            AuditFormat::Json if has_begun => format!("\n], {}\n", text::json_totals(totals)),
            AuditFormat::Json => format!("{{\"findings\": [], {}\n", text::json_totals(totals)),
            AuditFormat::Csv if !has_begun => text::csv_header(),
            AuditFormat::Jsonl | AuditFormat::Csv => String::new(),
        };
        self.write(&text)?;
        let flushed = self.output.flush();
        self.check(flushed)
    }

    fn write(&mut self, text: &str) -> std::result::Result<(), Diagnostic> {
        if self.is_closed {
            return Ok(());
        }
        let written = self.output.write_all(text.as_bytes());
        self.check(written)
    }

    fn check(&mut self, result: std::io::Result<()>) -> std::result::Result<(), Diagnostic> {
        match result {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.is_closed = true;
                Ok(())
            }
            Err(error) => Err(Diagnostic::new(codes::OUTPUT, format!("cannot write the output ({error})"))),
        }
    }
}
