//! `rules`: firewall rules for the flows of products.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use port_data::hidden::Escaped;
use port_data::{Diagnostic, Place};
use port_engine::dataset::Dataset;
use port_engine::rules::formats::RulesFormat;
use port_engine::rules::formats::writer::File;
use port_engine::rules::options::{
    Alternatives, Choices, FirewallLocation, RulesetName, UnnamedPeers, UnstatedTransport,
};
use port_engine::rules::output_options::{ChainPrefix, OutputOptions, TableName};
use port_engine::rules::site::Site;
use port_engine::rules::site_template::site_template;
use port_engine::rules::target::Target;
use port_engine::rules::{RulesRequest, generate};

use super::Context;
use crate::filter_args::FilterArgs;
use crate::known_id::IdKind;
use crate::output::{Output, Result};
use crate::word_parser::words;
use crate::{codes, input};

/// The notes and examples in the help.
pub const HELP: &str = "\
Whatever is opened, left out or dropped is reported on standard error and in comments of the output.
Each rule contains the id of its flow: port-catalog show ID prints the row of the vendor's document.

A site file contains addresses, networks and host names. A format that can't express one drops it with a warning:
  version = 1
  [groups]
  relays = [\"192.0.2.20\", \"192.0.2.21\"]
  [products]
  fortimail = [\"192.0.2.10\", \"2001:db8::10\"]
  [peers]
  email-client = \"10.0.0.0/8\"
  ldap-server = [\"10.0.5.1\", \"ldap.example.org\"]
  email-server = \"@relays\"
  [interfaces]
  email-client = \"eth1\"
  [alternatives]
  fortimail-in-email-client-pop3 = \"tcp/995\"
A table [components.PRODUCT] has the addresses of the product's components; --component selects the rules of a machine with some.
Print one to fill in with --site-template. Peers that it doesn't name are left out, unless --unnamed any is given.

A mud file can't contain comments. Set its mud-url, last-update and is-supported, which only you know.
A networkpolicy is for pods with the label app.kubernetes.io/name: NAME. If yours have others, change podSelector.

Loading a later version removes the rules of the earlier one with the same --name; --direction leaves the other direction alone.
A firewalld policy needs your zones again. On a FortiGate, delete policies of peers that are gone.

If a format has several files, each is printed below a line with its name; --out writes them to files.
Exit codes: 0 done; 2 bad arguments or site file, no rule is left, or a file can't be written; 3 something was
dropped under --strict.

Examples:
  port-catalog rules --format nftables --product fortimail > fortimail.nft
  port-catalog rules --format nftables --product fortimail --at network --site site.toml --strict
  port-catalog rules --site-template fortimail > template.toml
  port-catalog rules --format nftables --product fortimail --alternatives encrypted > encrypted.nft
  port-catalog rules --format nftables --product fortimail --product forticlient --name my > my.nft
  port-catalog rules --format iptables --product forticlient --direction outbound --required-only
  port-catalog rules --format ip6tables --product fortimail --alternatives first --out rules
  port-catalog rules --format firewalld --product fortimail --site site.toml --out firewalld
  port-catalog rules --format ufw --product securitygateway --direction inbound > gateway.ufw
  port-catalog rules --format fortigate --product fortimail --site site.toml > fortimail.conf
  port-catalog rules --format aerleon --product fortimail --site site.toml --out acl
  port-catalog rules --format mud --product forticlient > forticlient.json
  port-catalog rules --format networkpolicy --product fortimail --name mail > mail.yaml";

/// The exit code if something was dropped under `--strict`.
const DROPPED: u8 = 3;

/// The arguments of `rules`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command")]
#[command(mut_arg("product", |product| product.required_unless_present("site_template")
    .help("Only flows of this product; may be repeated, with --name for the common ruleset")))]
pub struct RulesArgs {
    /// Format of the rules
    #[arg(long, value_parser = words::<RulesFormat>(), required_unless_present = "site_template")]
    pub format: Option<RulesFormat>,
    /// Which flows.
    #[command(flatten)]
    pub filter: FilterArgs,
    /// Only this flow, by its id as `list` prints it; can be repeated
    #[arg(long, value_name = "FLOW-ID", value_parser = IdKind::Flow.parser(), hide_possible_values = true)]
    pub only: Vec<String>,
    /// Where the firewall is; by default the usual place for the format
    #[arg(long, value_parser = words::<FirewallLocation>())]
    pub at: Option<FirewallLocation>,
    /// Which ports to open if the document lists alternatives
    #[arg(long, value_parser = words::<Alternatives>(), default_value = Alternatives::All.as_str())]
    pub alternatives: Alternatives,
    /// What to open if the document states neither TCP nor UDP
    #[arg(long, value_parser = words::<UnstatedTransport>(), default_value = UnstatedTransport::Both.as_str())]
    pub unstated: UnstatedTransport,
    /// What to do with flows whose peer has no address [default: any; with --site: leave-out]
    #[arg(long, value_parser = words::<UnnamedPeers>())]
    pub unnamed: Option<UnnamedPeers>,
    /// Leave out flows that are conditional, or that the document doesn't call required
    #[arg(long)]
    pub required_only: bool,
    /// Leave out flows that the document calls off by default
    #[arg(long)]
    pub enabled_only: bool,
    /// Also allow flows that stay inside a machine, or are between pods, according to the document
    #[arg(long)]
    pub all_scopes: bool,
    /// File with the addresses of products and peers; without it, any address is allowed
    #[arg(long, value_name = "FILE")]
    pub site: Option<PathBuf>,
    /// Print a site file to fill in, with every peer of this product, and no rules; may be repeated
    #[arg(long, value_name = "PRODUCT", value_parser = IdKind::Product.parser(), conflicts_with_all = ["format", "product", "site", "out"])]
    pub site_template: Vec<String>,
    /// Name of chains, policies and files; by default the product's id. Services and profiles are named after flows anyway, so
    /// rulesets of one product share them
    #[arg(long)]
    pub name: Option<RulesetName>,
    /// How to write the rules.
    #[command(flatten)]
    pub output: OutputArgs,
    /// Write the files into this directory, and print their paths
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Exit with code 3 if the format can't express everything that was selected
    #[arg(long)]
    pub strict: bool,
}

/// Options that only some formats have.
#[derive(Debug, Args)]
pub struct OutputArgs {
    /// Platform that the rules are for, of a format for several (aerleon)
    #[arg(long, value_parser = words::<Target>())]
    pub target: Option<Target>,
    /// Log what no rule allows (nftables, iptables, ip6tables, fortigate, aerleon)
    #[arg(long)]
    pub log: bool,
    /// Count packets by rule (nftables; iptables and ip6tables always count)
    #[arg(long)]
    pub counter: bool,
    /// Allow queries to the cluster's name servers (networkpolicy)
    #[arg(long)]
    pub allow_dns: bool,
    /// Table of the family inet that contains the chains; by default filter (nftables)
    #[arg(long, value_name = "NAME")]
    pub table: Option<TableName>,
    /// Beginning of the names of chains; by default --name (nftables, iptables, ip6tables)
    #[arg(long, value_name = "NAME")]
    pub chain: Option<ChainPrefix>,
}

impl OutputArgs {
    fn options(&self) -> OutputOptions {
        OutputOptions {
            target: self.target,
            log: self.log,
            counter: self.counter,
            allow_dns: self.allow_dns,
            table: self.table.clone(),
            chain: self.chain.clone(),
        }
    }
}

impl RulesArgs {
    /// Generates the rules, and prints them or writes them to files.
    ///
    /// # Errors
    ///
    /// Unknown ids, contradicting options, everything that is wrong with the site file, and files that can't be written.
    pub fn run(&self, context: Context<'_>) -> Result {
        let dataset = context.dataset;
        let Some(format) = self.format else { return self.template(dataset) };
        let request = self.request(format, dataset)?;
        let site = self.site(dataset)?;
        let report = generate(dataset, &request, &site)?;
        let text = match &self.out {
            Some(directory) => write(&report.files, directory).map_err(|problem| vec![problem])?,
            None => port_text::rules::print(&report.files),
        };
        let messages = report.remarks.iter().map(ToString::to_string).collect();
        Ok(Output { text, messages, code: if self.strict && report.dropped { DROPPED } else { 0 } })
    }

    /// Prints a site file to fill in.
    fn template(&self, dataset: &Dataset) -> Result {
        let check = |id: &String| IdKind::Product.check(id, "--site-template", dataset).err();
        let unknown: Vec<Diagnostic> = self.site_template.iter().filter_map(check).collect();
        if !unknown.is_empty() {
            return Err(unknown);
        }
        let products = dataset.products.iter().filter(|product| self.site_template.contains(&product.id));
        Ok(Output::text(site_template(dataset, &products.collect::<Vec<_>>())))
    }

    fn request(&self, format: RulesFormat, dataset: &Dataset) -> std::result::Result<RulesRequest, Vec<Diagnostic>> {
        let filter = self.filter.filter(dataset)?;
        let only = self.only.iter().filter_map(|id| IdKind::Flow.check(id, "--only", dataset).err());
        let unknown: Vec<Diagnostic> = only.collect();
        if !unknown.is_empty() {
            return Err(unknown);
        }
        Ok(RulesRequest {
            format,
            filter,
            only: self.only.clone(),
            location: self.at,
            choices: Choices {
                alternatives: self.alternatives,
                unstated: self.unstated,
                unnamed: self.unnamed.unwrap_or(match self.site {
                    Some(_) => UnnamedPeers::LeaveOut,
                    None => UnnamedPeers::Any,
                }),
                required_only: self.required_only,
                enabled_only: self.enabled_only,
                all_scopes: self.all_scopes,
            },
            name: self.name.clone(),
            output: self.output.options(),
        })
    }

    fn site(&self, dataset: &Dataset) -> std::result::Result<Site, Vec<Diagnostic>> {
        let Some(file) = &self.site else { return Ok(Site::default()) };
        let text = input::read_text(file).map_err(|problem| vec![problem])?;
        Site::parse(input::display_name(file), &text, dataset)
    }
}

/// Writes files into a directory, and lists their paths.
fn write(files: &[File], directory: &Path) -> std::result::Result<String, Diagnostic> {
    let mut written = String::new();
    for file in files {
        let path = directory.join(&file.name);
        let result = fs::create_dir_all(path.parent().unwrap_or(directory)).and_then(|()| fs::write(&path, &file.text));
        result.map_err(|error| {
            let before = if written.is_empty() { "none" } else { written.trim_end() };
            Diagnostic::new(codes::UNWRITABLE, format!("cannot be written ({error})"))
                .help(format!("files written before it: {}", before.replace('\n', ", ")))
                .at(Place::file(&path))
        })?;
        written += &format!("{}\n", Escaped(path.display().to_string()));
    }
    Ok(written)
}
