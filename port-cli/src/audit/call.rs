//! The command `audit`: its arguments, and its answer.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use port_catalog::Product;

use super::observation::Observation;
use super::verdict::{Audit, Verdict};
use super::{Family, input, nft, nmap, report, ss};
use crate::answer::{Answer, count};
use crate::arguments::OneOf;
use crate::fault::Fault;

/// What stands below the options in the help of `audit`.
pub const AFTER_HELP: &str = "\
Only flows that peers open are audited: what the product opens does not show on its own ports.
Of alternatives, one that is open will do; of a port whose transport the document does not state,
TCP or UDP. What a source did not look at or cannot say is unknown: nmap's `open|filtered`, ports
that were not scanned, rules of nft that are not interpreted, services of which the document gives
no number. nmap tells what peers reach, ss what listens, nft what the firewall lets in, whether or
not something listens there.

Exit codes: 0 done; 1 something is found that --fail-on names; 2 bad input.

Examples:
  nmap -sS -sU -p T:1-65535,U:1-1024 -oX scan.xml 192.0.2.10   as root, from where peers are
  port-catalog audit --product fortimail --nmap scan.xml
  ss -tulnH | port-catalog audit --product securitygateway --ss -
  nft -j list ruleset > rules.json                             as root, on the machine itself
  port-catalog audit --product fortimail --nft rules.json --fail-on undocumented,missing
  port-catalog audit --product fortimail --nmap scan.xml --host 192.0.2.10 --format json";

/// What to audit, against what.
#[derive(Debug, Args)]
pub struct Call {
    /// The product whose flows are audited
    #[arg(long, value_parser = OneOf::<Product>::new())]
    pub product: Product,
    /// What was seen.
    #[command(flatten)]
    pub seen: SeenBy,
    /// Audit this host of a scan, by its address or name; needed where several are up
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["ss", "nft"])]
    pub host: Option<String>,
    /// Audit what this version of the Internet protocol reaches; without it, both count
    #[arg(long, value_enum, conflicts_with = "nmap")]
    pub family: Option<Family>,
    /// How to print what was found
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// Exit with 1 where one of these is found, divided by commas
    #[arg(long, value_name = "FINDING", value_enum, value_delimiter = ',')]
    pub fail_on: Vec<Finding>,
}

/// Where to read what was seen: just one of them.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct SeenBy {
    /// The output of `nmap -oX`, a scan of the machine; - is standard input
    #[arg(long, value_name = "FILE")]
    pub nmap: Option<PathBuf>,
    /// The output of `ss -tulnH`, the listeners on the machine; - is standard input
    #[arg(long, value_name = "FILE")]
    pub ss: Option<PathBuf>,
    /// The output of `nft -j list ruleset`, the firewall on the machine; - is standard input
    #[arg(long, value_name = "FILE")]
    pub nft: Option<PathBuf>,
}

/// How an audit or a conflict is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people: what to look at first
    Table,
    /// One object
    Json,
}

/// What an audit may find that somebody wants to know by the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Finding {
    /// A port that is open and stands in no inbound flow
    Undocumented,
    /// A flow of which a port is not open
    Missing,
    /// The same, of a flow that the document calls required
    MissingRequired,
    /// A flow of which the source does not tell whether it is open
    Unknown,
}

impl Call {
    /// The audit; with exit code 1 where something is found that is to fail.
    pub fn answer(&self, width: Option<u16>) -> Answer {
        let observation = match self.observation() {
            Ok(observation) => observation,
            Err(fault) => return Answer::refusal(format!("error: {fault}")),
        };
        let audit = Audit::new(self.product, &observation);
        let text = match self.format {
            Format::Table => report::table(&audit, &observation, width),
            Format::Json => report::json(&audit, &observation),
        };
        let found: Vec<String> = self.fail_on.iter().filter_map(|finding| finding.found_in(&audit)).collect();
        let mut remarks = observation.remarks;
        if !observation.not_interpreted.is_empty() {
            let parts = count(observation.not_interpreted.len(), "part");
            remarks.push(format!("{parts} of the ruleset could not be interpreted: what that may be about is unknown"));
        }
        remarks.extend(found.iter().map(|found| format!("fails: {found}")));
        Answer {
            text,
            remark: Some(remarks.join("\n")).filter(|remark| !remark.is_empty()),
            code: u8::from(!found.is_empty()),
        }
    }

    fn observation(&self) -> Result<Observation, Fault> {
        let SeenBy { nmap, ss, nft } = &self.seen;
        if let Some(file) = nmap {
            return nmap::read(file, &input::read(file)?, self.host.as_deref());
        }
        if let Some(file) = ss {
            return ss::read(file, &input::read(file)?, self.family);
        }
        let file = nft.as_deref().expect("clap asks for one of the three");
        nft::read(file, &input::read(file)?, self.family)
    }
}

impl Finding {
    /// What of it there is in an audit.
    fn found_in(self, audit: &Audit) -> Option<String> {
        let (number, thing, told) = match self {
            Finding::Undocumented => (audit.undocumented.len(), "range", "open and not documented"),
            Finding::Missing => (
                audit.flows.iter().filter(|flow| flow.is_missing()).count(),
                "flow",
                "documented and not open, or not all of it",
            ),
            Finding::MissingRequired => (
                audit.flows.iter().filter(|flow| flow.is_missing_and_required()).count(),
                "required flow",
                "not open, or not all of it",
            ),
            Finding::Unknown => (audit.count(Verdict::Unknown), "flow", "of which the source does not tell"),
        };
        (number > 0).then(|| format!("{}, {told}", count(number, thing)))
    }
}
