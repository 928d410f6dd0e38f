//! `audit`: what is open on a product's machine, compared with what its document lists.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use port_data::Diagnostic;
use port_engine::audit::address_family::AddressFamily;
use port_engine::audit::firewall::Scope;
use port_engine::audit::observation::Observation;
use port_engine::audit::verdict::{Audit, Failure, Failures};
use port_engine::audit::{input_kind, iptables, nft, nmap, ss};

use super::Context;
use crate::format::json;
use crate::input;
use crate::known_id::IdKind;
use crate::output::{Output, Result, count};
use crate::word_parser::words;

mod text;

/// The notes and examples in the help.
pub const HELP: &str = "\
Only flows that peers open are audited: outbound flows don't show on the product's own ports.
One open alternative is enough. A port without a stated transport is open if TCP or UDP is. What a
source didn't check or can't decide is unknown: nmap's `open|filtered`, ports that were not scanned,
nft rules that can't be interpreted. A flow for which the document gives no port is undecided. nmap shows what
peers can reach, ss what listens, and nft and iptables what the firewall accepts, whether or not
anything listens. On a machine with iptables-nft, nft lists extensions of iptables without their
contents: give the rules of iptables next to those of nft.

Exit codes: 0 done; 1 a finding that --fail-on names; 2 bad arguments or input.

Examples:
  nmap -sS -sU -p T:1-65535,U:1-1024 -oX scan.xml 192.0.2.10   as root, from a peer
  port-catalog audit --product fortimail --nmap scan.xml
  ss -tulnH | port-catalog audit --product securitygateway --ss -
  nft -j list ruleset > rules.json                             as root, on the machine itself
  port-catalog audit --product fortimail --nft rules.json --fail-on undocumented,missing
  iptables-save > rules.v4; ip6tables-save > rules.v6          as root, on the machine itself
  port-catalog audit --product securitygateway --iptables rules.v4 --ip6tables rules.v6
  port-catalog audit --product fortimail --nmap scan.xml --host 192.0.2.10 --format json";

/// The arguments of `audit`.
#[derive(Debug, Args)]
pub struct AuditArgs {
    /// The product whose flows are audited
    #[arg(long, value_parser = IdKind::Product.parser())]
    pub product: String,
    /// The source.
    #[command(flatten)]
    pub source: SourceArgs,
    /// Audit this host of a scan, by address or name; required if several are up
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["ss", "nft", "iptables", "ip6tables"])]
    pub host: Option<String>,
    /// Audit only what this version of the Internet Protocol reaches, instead of both
    #[arg(long, value_parser = words::<AddressFamily>(), conflicts_with = "nmap")]
    pub family: Option<AddressFamily>,
    /// Output format
    #[arg(long, value_enum, default_value_t = AuditFormat::Table)]
    pub format: AuditFormat,
    /// Exit with 1 if any of these is found (comma-separated)
    #[arg(long, value_name = "FINDING", value_parser = words::<Failure>(), value_delimiter = ',')]
    pub fail_on: Vec<Failure>,
}

/// The files to read: of one tool, except that the rules of iptables belong to those of nft.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub struct SourceArgs {
    /// The output of `nmap -oX`, a scan of the machine; - is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["ss", "nft", "iptables", "ip6tables"])]
    pub nmap: Option<PathBuf>,
    /// The output of `ss -tulnH`, the listeners on the machine; - is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["nft", "iptables", "ip6tables"])]
    pub ss: Option<PathBuf>,
    /// The output of `nft -j list ruleset`, the firewall on the machine; - is standard input
    #[arg(long, value_name = "FILE")]
    pub nft: Option<PathBuf>,
    /// The output of `iptables-save`, the firewall on the machine for IPv4; - is standard input
    #[arg(long, value_name = "FILE")]
    pub iptables: Vec<PathBuf>,
    /// The output of `ip6tables-save`, the firewall on the machine for IPv6; - is standard input
    #[arg(long, value_name = "FILE")]
    pub ip6tables: Vec<PathBuf>,
}

/// How an audit is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AuditFormat {
    /// Tables for people, the most urgent findings first
    Table,
    /// One object
    Json,
}

impl AuditArgs {
    /// Audits the product.
    ///
    /// # Errors
    ///
    /// An unknown product, and a file that can't be read or isn't the tool's output.
    pub fn run(&self, context: Context<'_>) -> Result {
        IdKind::Product.check(&self.product, "--product", context.dataset).map_err(|problem| vec![problem])?;
        let observation = self.observation().map_err(|problem| vec![problem])?;
        let audit = Audit::new(context.dataset, &self.product, &observation);
        let text = match self.format {
            AuditFormat::Table => text::print(&audit, context.width),
            AuditFormat::Json => json::object(&audit),
        };
        let mut output = Output::text(text);
        output.messages.clone_from(&observation.remarks);
        if !observation.not_interpreted.is_empty() {
            let parts = count(observation.not_interpreted.len(), "part");
            let message = format!("{parts} of the ruleset could not be interpreted: the ports concerned are unknown");
            output = output.message(message);
        }
        for failure in &self.fail_on {
            let failures = audit.failures(*failure);
            if !failures.is_empty() {
                output = output.message(format!("fails: {}", failure_text(*failure, failures)));
                output.code = 1;
            }
        }
        Ok(output)
    }

    fn observation(&self) -> std::result::Result<Observation, Diagnostic> {
        let read = |file: &Path| input_kind::decode(input::display_name(file), input::read(file)?);
        let SourceArgs { nmap, ss, nft, iptables, ip6tables } = &self.source;
        if let Some(file) = nmap {
            return nmap::read(input::display_name(file), &read(file)?, self.host.as_deref());
        }
        if let Some(file) = ss {
            return ss::read(input::display_name(file), &read(file)?, self.family);
        }
        let listed = match nft {
            Some(file) => Some(nft::parse(input::display_name(file), &read(file)?)?),
            None => None,
        };
        let mut texts = Vec::new();
        for (family, files) in [(AddressFamily::Ipv4, iptables), (AddressFamily::Ipv6, ip6tables)] {
            for file in files {
                texts.push((family, input::display_name(file), read(file)?));
            }
        }
        let files: Vec<(AddressFamily, &Path, &str)> =
            texts.iter().map(|(family, file, text)| (*family, *file, text.as_str())).collect();
        let firewall = match listed {
            Some(listed) if files.is_empty() => listed,
            Some(listed) => listed.with_iptables(iptables::parse(&files)?),
            None => iptables::parse(&files)?,
        };
        firewall.observe(&Scope { family: self.family, ..Scope::default() })
    }
}

/// What made the audit fail.
fn failure_text(failure: Failure, failures: Failures) -> String {
    let Failures { flows, ranges, protocols } = failures;
    match failure {
        Failure::Undocumented => {
            let ranges = (ranges > 0).then(|| format!("{} of open ports", count(ranges, "range")));
            let protocols = (protocols > 0).then(|| count(protocols, "accepted protocol"));
            let both: Vec<String> = ranges.into_iter().chain(protocols).collect();
            format!("{} not documented", both.join(" and "))
        }
        Failure::Missing => format!("{} not open, or only in part", count(flows, "documented flow")),
        Failure::MissingRequired => format!("{} not open, or only in part", count(flows, "required flow")),
        Failure::Unknown => {
            let parts = [(flows, "documented flow"), (ranges, "other range"), (protocols, "other protocol")];
            let parts = parts.into_iter().filter(|(number, _)| *number > 0);
            let parts = parts.map(|(number, name)| match name {
                "other range" => format!("{} of ports", count(number, name)),
                name => count(number, name),
            });
            format!("{} unknown to the source", parts.collect::<Vec<_>>().join(" and "))
        }
        Failure::Undecided => format!("{} without a port number in the document", count(flows, "flow")),
    }
}
