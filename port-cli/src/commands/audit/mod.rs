//! `audit`: what is open on a machine, compared with what the documents of its products list.

use std::collections::BTreeMap;

use clap::Args;
use port_data::Diagnostic;
use port_engine::audit::address_family::AddressFamily;
use port_engine::audit::machine::{Machine, SitePeers};
use port_engine::audit::observation::Observation;
use port_engine::audit::pointwise::deduplicated;
use port_engine::audit::verdict::{Audit, Baseline, Failure, PeerObservation};
use port_engine::dataset::Dataset;
use port_engine::protocol::Protocol;
use port_text::audit as text;

use super::Context;
use crate::codes;
use crate::filter_args::check_component;
use crate::known_id::IdKind;
use crate::output::{Output, Result};
use crate::word_parser::words;

mod flows;
pub mod format;
mod inventory;
mod perspective;
mod sources;

use flows::FlowsArgs;
use format::AuditFormat;
use inventory::InventoryArgs;
use sources::SourceArgs;

/// The notes and examples in the help.
#[allow(clippy::needless_raw_string_hashes)]
pub const HELP: &str = r#"Only flows that peers open are audited: outbound flows don't show on the product's own ports.
One open alternative is enough. A port without a stated transport is open if TCP or UDP is. What a
source didn't check or can't decide is unknown: nmap's `open|filtered`, ports that were not scanned,
rules that can't be interpreted. Undocumented ports of UDP that were not scanned don't count as unknown,
since scanning all of UDP takes most of a day: --fail-on not-checked finds them. A flow for which the
document gives no port is undecided, and so is one of which not all ports are open if the document
doesn't say whether all are needed. Flows within the machine or the pod, and flows that are off by
default, need not be open.

A scan shows what its peer reaches, ss what listens, and the rules of a firewall what is let in, whether or not
anything listens. Combined, they show what both listens and is let in; what a scan reached counts most. A port
that only some addresses or interfaces reach is "open to some": --from, --iface and --site ask about one peer.
On a machine with iptables-nft, nft lists extensions of iptables without their contents: give the rules of
iptables next to those of nft.

--inventory audits the listeners of many machines, a line for each finding. --flows explains the connections in
logs: records that no flow of their direction has the port of are not documented. If a log doesn't state who
connected, a record is explained only if the ports leave no doubt. docs/fleets.md has recipes and formats.

Tables refer to reasons by number. The most urgent table and the summary are at the end.
Exit codes: 0 done; 1 a finding that --fail-on names; 2 bad arguments or input.

Examples:
  port-catalog list --product fortimail --direction inbound --format nmap > ports.txt
  nmap -sS -sU -p T:1-65535,`cat ports.txt` -oX scan.xml 192.0.2.10    as root, from a peer
  port-catalog audit --product fortimail --nmap scan.xml
  port-catalog audit --product fortimail --nmap scan.xml --host 192.0.2.10 --format json
  port-catalog audit --product fortimail@5.4 --nmap scan.xml   the edition that the machine runs
  ss -tulnH | port-catalog audit --product securitygateway --ss -
  nft -j list ruleset > rules.json                             as root, on the machine itself
  port-catalog audit --product fortimail --nft rules.json --fail-on undocumented,missing,restricted
  iptables-save > rules.v4; ip6tables-save > rules.v6          as root, on the machine itself
  port-catalog audit --product securitygateway --iptables rules.v4 --ip6tables rules.v6
  port-catalog audit --product fortimail --ss listeners.txt --nft rules.json
  port-catalog audit --product fortimail --nft rules.json --from 198.51.100.0/24
  port-catalog audit --product fortimail --nft rules.json --at network --site site.toml
  port-catalog audit --inventory listeners.csv --assign hosts.csv --format csv    many machines
  zcat conn.*.log.gz | port-catalog audit --product fortimail --flows - --host 192.0.2.20"#;

/// The arguments of `audit`.
#[derive(Debug, Args)]
pub struct AuditArgs {
    /// The product whose flows are audited; can be repeated for products that share the machine
    #[arg(long, required_unless_present = "inventory", value_parser = IdKind::Product.parser())]
    pub product: Vec<String>,
    /// Only these parts of the product run on the machine; can be repeated
    #[arg(long)]
    pub component: Vec<String>,
    /// The sources.
    #[command(flatten)]
    pub sources: SourceArgs,
    /// The listeners of many machines.
    #[command(flatten)]
    pub inventory: InventoryArgs,
    /// The logs of network flows.
    #[command(flatten)]
    pub flows: FlowsArgs,
    /// Of a scan, audit this host, by address or name, instead of every host that is up; of --flows, an address or network of the
    /// product's machines; can be repeated
    #[arg(long, value_name = "ADDRESS", requires = "hosts")]
    pub host: Vec<String>,
    /// Audit only what this version of the Internet Protocol reaches, instead of both
    #[arg(long, value_parser = words::<AddressFamily>(), conflicts_with = "scan")]
    pub family: Option<AddressFamily>,
    /// Whose packets are audited.
    #[command(flatten)]
    pub perspective: perspective::PerspectiveArgs,
    /// Output format
    #[arg(long, value_enum, default_value_t = AuditFormat::Table)]
    pub format: AuditFormat,
    /// Exit with 1 if any of these is found (comma-separated)
    #[arg(long, value_name = "FINDING", value_parser = words::<Failure>(), value_delimiter = ',')]
    pub fail_on: Vec<Failure>,
}

/// What was observed of one machine.
struct Observed {
    observation: Observation,
    peers: BTreeMap<String, PeerObservation>,
    remarks: Vec<String>,
}

impl AuditArgs {
    /// Audits the products.
    ///
    /// # Errors
    ///
    /// An unknown product, contradicting options, and a file that can't be read or isn't the tool's output.
    pub fn run(&self, context: Context<'_>) -> Result {
        self.check_options().map_err(|problem| vec![problem])?;
        let products = self.products(context.dataset)?;
        let components = self.components(context.dataset)?;
        if let Some(file) = &self.inventory.inventory {
            let call = inventory::Call {
                products: &products,
                components: &components,
                family: self.family,
                format: self.format,
                fail_on: &self.fail_on,
                width: context.width,
            };
            return self.inventory.run(file, context.dataset, call);
        }
        if !self.flows.flows.is_empty() {
            return self.explain(context, &products, &components);
        }
        let observed = self.observe(context.dataset, &products)?;
        let baseline = Baseline::new(context.dataset, &products, &components);
        let audits = observed.iter().map(|one| baseline.audit(&one.observation, &one.peers));
        let audits: Vec<Audit> = audits.collect();
        let text = match self.format {
            AuditFormat::Table => text::print(&audits, context.width),
            // Formats of findings were rejected.
            AuditFormat::Json | AuditFormat::Jsonl | AuditFormat::Csv => text::json(&audits),
        };
        let peer_remarks: Vec<&[String]> = observed.iter().map(|one| one.remarks.as_slice()).collect();
        let mut output = Output { messages: text::messages(&audits, &peer_remarks), ..Output::text(text) };
        self.fail(&audits, &mut output);
        Ok(output)
    }

    /// Explains the connections in logs.
    fn explain(&self, context: Context<'_>, products: &[&str], components: &[&str]) -> Result {
        let dataset = context.dataset;
        let site = self.perspective.site(dataset)?;
        let machine = perspective::MachineParts { products, components: &self.component, dataset };
        let own =
            self.perspective.own_addresses(&self.host, machine, site.as_ref()).map_err(|problem| vec![problem])?;
        let call = flows::Call {
            products,
            components,
            own: &own,
            site: site.as_ref(),
            format: self.format,
            fail_on: &self.fail_on,
            width: context.width,
        };
        self.flows.run(dataset, call)
    }

    /// Checks that options of inventories and logs are given together with these.
    fn check_options(&self) -> std::result::Result<(), Diagnostic> {
        let is_about_one = self.inventory.inventory.is_none() && self.flows.flows.is_empty();
        let (message, help) = match (self.format, self.inventory.without_inventory()) {
            (AuditFormat::Csv | AuditFormat::Jsonl, _) if is_about_one => {
                let name = if self.format == AuditFormat::Csv { "csv" } else { "jsonl" };
                (format!("--format {name} is for --inventory and --flows"), "write table or json")
            }
            (_, Some(option)) => (format!("{option} is about an inventory"), "add --inventory FILE"),
            _ if self.flows.limits_nothing() => {
                ("--top is about the connections of logs".to_string(), "add --flows FILE")
            }
            _ => return Ok(()),
        };
        Err(Diagnostic::new(codes::OPTIONS, message).help(help))
    }

    /// The products, each once.
    fn products<'a>(&'a self, dataset: &Dataset) -> std::result::Result<Vec<&'a str>, Vec<Diagnostic>> {
        let mut products: Vec<&str> = Vec::new();
        let mut problems = Vec::new();
        for product in &self.product {
            problems.extend(IdKind::Product.check(product, "--product", dataset).err());
            if !products.contains(&product.as_str()) {
                products.push(product);
            }
        }
        if problems.is_empty() { Ok(products) } else { Err(problems) }
    }

    /// The parts of the products that run on the machine, each once.
    fn components(&self, dataset: &Dataset) -> std::result::Result<Vec<&str>, Vec<Diagnostic>> {
        let check = |component: &String| check_component(component, &self.product, dataset).err();
        let problems: Vec<Diagnostic> = self.component.iter().filter_map(check).collect();
        let components = deduplicated(self.component.iter().map(String::as_str));
        if problems.is_empty() { Ok(components) } else { Err(problems) }
    }

    fn observe(&self, dataset: &Dataset, products: &[&str]) -> std::result::Result<Vec<Observed>, Vec<Diagnostic>> {
        let site = self.perspective.site(dataset)?;
        let machines = self.sources.machines(&self.host).map_err(|problem| vec![problem])?;
        let machine = perspective::MachineParts { products, components: &self.component, dataset };
        let scope = self.perspective.scope(self.family, machine, site.as_ref(), &self.sources);
        let mut scope = scope.map_err(|problem| vec![problem])?;
        let flows = products.iter().flat_map(|product| dataset.flows_of(product));
        scope.protocols = flows.flat_map(|flow| &flow.ports).flat_map(Protocol::of).copied().collect();
        let observe = |machine: &Machine| -> std::result::Result<Observed, Diagnostic> {
            let observation = machine.observe(&scope)?;
            let peers = match &site {
                // What --from asks about counts more than the peers of the site.
                Some(site) if scope.sources.is_empty() => machine.observe_peers(dataset, products, site, &scope)?,
                _ => SitePeers::default(),
            };
            Ok(Observed { observation, peers: peers.peers, remarks: peers.remarks })
        };
        machines.iter().map(observe).collect::<std::result::Result<_, _>>().map_err(|problem| vec![problem])
    }

    /// Reports the findings that `--fail-on` names, and sets the exit code.
    fn fail(&self, audits: &[Audit], output: &mut Output) {
        for failure in &self.fail_on {
            for audit in audits {
                let failures = audit.failures(*failure);
                if !failures.is_empty() {
                    output.messages.push(text::failure(audit, audits.len(), *failure, failures));
                    output.code = 1;
                }
            }
        }
    }
}
