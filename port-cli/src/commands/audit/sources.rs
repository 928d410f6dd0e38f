//! The files of an audit, and the machines that they are about.

use std::path::{Path, PathBuf};

use clap::Args;
use port_data::Diagnostic;
use port_engine::audit::address_family::AddressFamily;
use port_engine::audit::machine::{Machine, Source};
use port_engine::audit::observation::Observation;
use port_engine::audit::{codes as audit_codes, input_kind, iptables, nft, nmap};

use crate::{codes, input};

/// The files to read: at least one.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub struct SourceArgs {
    /// The output of `nmap -oX` or `masscan -oX`, a scan of the machine; can be repeated; - is standard input
    #[arg(long, value_name = "FILE", groups = ["scan", "hosts"])]
    pub nmap: Vec<PathBuf>,
    /// The output of `ss -tulnH`, the listeners on the machine; can be repeated; - is standard input
    #[arg(long, value_name = "FILE")]
    pub ss: Vec<PathBuf>,
    /// The output of `nft -j list ruleset`, the firewall on the machine; - is standard input
    #[arg(long, value_name = "FILE")]
    pub nft: Option<PathBuf>,
    /// The output of `iptables-save`, the firewall on the machine for IPv4; can be repeated; - is standard input
    #[arg(long, value_name = "FILE")]
    pub iptables: Vec<PathBuf>,
    /// The output of `ip6tables-save`, the firewall on the machine for IPv6; can be repeated; - is standard input
    #[arg(long, value_name = "FILE")]
    pub ip6tables: Vec<PathBuf>,
}

impl SourceArgs {
    /// Whether the rules of a firewall are among the files.
    pub fn has_firewall(&self) -> bool {
        self.nft.is_some() || !self.iptables.is_empty() || !self.ip6tables.is_empty()
    }

    /// Whether a scan is among the files.
    pub fn has_scan(&self) -> bool {
        !self.nmap.is_empty()
    }

    /// Reads the files. `hosts` are the names of the hosts of scans that are audited; all of them, if it is empty. Without the machine's own sources, there is a machine for every host of the scans.
    ///
    /// # Errors
    ///
    /// A file that can't be read or isn't the tool's output, a host that isn't in the scans, and scans of several hosts together
    /// with the sources of one machine.
    pub fn machines(&self, hosts: &[String]) -> Result<Vec<Machine<'_>>, Diagnostic> {
        self.check_standard_input()?;
        let is_chosen = !hosts.is_empty();
        let hosts = self.hosts(hosts)?;
        let own = self.own_sources()?;
        if own.is_empty() {
            return Ok(hosts.into_iter().map(|(_, sources)| Machine { sources }).collect());
        }
        if hosts.len() > 1 && !is_chosen {
            let names: Vec<&str> = hosts.iter().map(|(name, _)| name.as_str()).collect();
            let message = format!("{} hosts are in the scans, but the other files are about one machine", names.len());
            let help = format!("choose the machine's addresses with --host: {}", names.join(", "));
            return Err(Diagnostic::new(codes::OPTIONS, message).help(help));
        }
        let sources = hosts.into_iter().flat_map(|(_, sources)| sources).chain(own).collect();
        Ok(vec![Machine { sources }])
    }

    /// The sources on the machine itself.
    fn own_sources(&self) -> Result<Vec<Source<'_>>, Diagnostic> {
        let mut sources = Vec::new();
        for file in &self.ss {
            let name = source_name("ss", file, self.ss.len());
            sources.push(Source::listeners(name, input::display_name(file), read(file)?)?);
        }
        sources.extend(self.firewall()?);
        Ok(sources)
    }

    /// The firewall, of which nft and iptables may each list a part.
    fn firewall(&self) -> Result<Option<Source<'_>>, Diagnostic> {
        let listed = match &self.nft {
            Some(file) => Some(nft::parse(input::display_name(file), &read(file)?)?),
            None => None,
        };
        let mut texts = Vec::new();
        for (family, files) in [(AddressFamily::Ipv4, &self.iptables), (AddressFamily::Ipv6, &self.ip6tables)] {
            for file in files {
                texts.push((family, input::display_name(file), read(file)?));
            }
        }
        let files: Vec<(AddressFamily, &Path, &str)> =
            texts.iter().map(|(family, file, text)| (*family, *file, text.as_str())).collect();
        Ok(match listed {
            Some(listed) if files.is_empty() => Some(Source::firewall("nft".to_string(), listed)),
            Some(listed) => {
                Some(Source::firewall("nft and iptables".to_string(), listed.with_iptables(iptables::parse(&files)?)))
            }
            None if files.is_empty() => None,
            None => Some(Source::firewall("iptables".to_string(), iptables::parse(&files)?)),
        })
    }

    /// The hosts of the scans in their order, each with what the scans found.
    fn hosts(&self, chosen: &[String]) -> Result<Vec<(String, Vec<Source<'_>>)>, Diagnostic> {
        let mut hosts: Vec<(String, Vec<Source>)> = Vec::new();
        let mut not_found: Vec<Vec<Diagnostic>> = vec![Vec::new(); chosen.len()];
        for file in &self.nmap {
            let text = read(file)?;
            for observation in observations(file, &text, chosen, &mut not_found)? {
                let host = observation.host.clone().unwrap_or_default();
                let source = Source::scan(source_name("nmap", file, self.nmap.len()), observation);
                match hosts.iter_mut().find(|(known, _)| *known == host) {
                    Some((_, sources)) => sources.push(source),
                    None => hosts.push((host, vec![source])),
                }
            }
        }
        // A host has to be in one of the scans.
        let missing = not_found.into_iter().find(|problems| !problems.is_empty() && problems.len() == self.nmap.len());
        missing.and_then(|problems| problems.into_iter().next()).map_or(Ok(hosts), Err)
    }

    /// Checks that at most one file is standard input.
    fn check_standard_input(&self) -> Result<(), Diagnostic> {
        let files = self.nmap.iter().chain(&self.ss).chain(&self.nft).chain(&self.iptables).chain(&self.ip6tables);
        match files.filter(|file| input::is_standard_input(file)).count() {
            0 | 1 => Ok(()),
            _ => {
                let problem = Diagnostic::new(codes::OPTIONS, "standard input (-) can be read only once");
                Err(problem.help("write the other output to a file"))
            }
        }
    }
}

/// What a scan found on the hosts that are audited. `not_found` gets a problem for each host that it doesn't contain.
fn observations(
    file: &Path,
    text: &str,
    chosen: &[String],
    not_found: &mut [Vec<Diagnostic>],
) -> Result<Vec<Observation>, Diagnostic> {
    let name = input::display_name(file);
    if chosen.is_empty() {
        return nmap::read_all(name, text);
    }
    let mut observations: Vec<Observation> = Vec::new();
    for (host, problems) in chosen.iter().zip(not_found) {
        match nmap::read(name, text, Some(host)) {
            // An address and a name can be those of the same host.
            Ok(observation) if observations.contains(&observation) => {}
            Ok(observation) => observations.push(observation),
            Err(problem) if problem.code == audit_codes::NMAP_HOST => problems.push(problem),
            Err(problem) => return Err(problem),
        }
    }
    Ok(observations)
}

fn read(file: &Path) -> Result<String, Diagnostic> {
    input_kind::decode(input::display_name(file), input::read(file)?)
}

/// The name of a source in reasons: of its tool, or of its file if the tool has several.
fn source_name(tool: &str, file: &Path, files: usize) -> String {
    if files == 1 { tool.to_string() } else { input::display_name(file).display().to_string() }
}
