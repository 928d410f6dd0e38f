//! The arguments of the commands that write rules, and how they write files.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use port_data::hidden::Escaped;
use port_data::{Diagnostic, Place};
use port_engine::dataset::Dataset;
use port_engine::filter::Filter;
use port_engine::rules::formats::RulesFormat;
use port_engine::rules::formats::writer::File;
use port_engine::rules::options::{
    Alternatives, Choices, FirewallLocation, RulesetName, UnnamedPeers, UnstatedTransport,
};
use port_engine::rules::output_options::{ChainPrefix, OutputOptions, TableName};
use port_engine::rules::site::Site;
use port_engine::rules::target::Target;
use port_engine::rules::{RulesReport, RulesRequest};

use crate::output::{self, Output};
use crate::word_parser::words;
use crate::{codes, input};

/// The exit code if something was dropped under `--strict`.
const DROPPED: u8 = 3;

/// Addresses, and how to resolve what the document leaves open.
#[derive(Debug, Args)]
pub struct ChoiceArgs {
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
}

impl ChoiceArgs {
    /// How to resolve what the document leaves open.
    #[must_use]
    pub fn choices(&self) -> Choices {
        Choices {
            alternatives: self.alternatives,
            unstated: self.unstated,
            unnamed: self.unnamed.unwrap_or(match self.site {
                Some(_) => UnnamedPeers::LeaveOut,
                None => UnnamedPeers::Any,
            }),
            required_only: self.required_only,
            enabled_only: self.enabled_only,
            all_scopes: self.all_scopes,
        }
    }

    /// The site file.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn site(&self, dataset: &Dataset) -> Result<Site, Vec<Diagnostic>> {
        let Some(file) = &self.site else { return Ok(Site::default()) };
        let text = input::read_text(file).map_err(|problem| vec![problem])?;
        Site::parse(input::display_name(file), &text, dataset)
    }
}

/// How to generate rules, and where to write them.
#[derive(Debug, Args)]
pub struct RulesetArgs {
    /// Where the firewall is; by default the usual place for the format
    #[arg(long, value_parser = words::<FirewallLocation>())]
    pub at: Option<FirewallLocation>,
    /// Addresses, and how to resolve what the document leaves open.
    #[command(flatten)]
    pub choices: ChoiceArgs,
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

impl RulesetArgs {
    /// The request for flows in a format.
    #[must_use]
    pub fn request(&self, format: RulesFormat, filter: Filter, only: Vec<String>) -> RulesRequest {
        RulesRequest {
            format,
            filter,
            only,
            location: self.at,
            choices: self.choices.choices(),
            name: self.name.clone(),
            output: self.output.options(),
        }
    }

    /// Prints the generated files, or writes them.
    ///
    /// # Errors
    ///
    /// A file can't be written.
    pub fn write(&self, report: &RulesReport) -> output::Result {
        let text = match &self.out {
            Some(directory) => write_files(&report.files, directory).map_err(|problem| vec![problem])?,
            None => port_text::rules::print(&report.files),
        };
        let messages = report.remarks.iter().map(ToString::to_string).collect();
        Ok(Output { text, messages, code: if self.strict && report.dropped { DROPPED } else { 0 } })
    }
}

/// Options that only some formats have.
#[derive(Debug, Args)]
pub struct OutputArgs {
    /// Platform that the rules are for, of a format for several (aerleon, terraform, ansible)
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
    /// The options that are set.
    #[must_use]
    pub fn options(&self) -> OutputOptions {
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

/// Writes files into a directory, and lists their paths. The diagnostic of a file that can't be written lists those before it.
fn write_files(files: &[File], directory: &Path) -> Result<String, Diagnostic> {
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
