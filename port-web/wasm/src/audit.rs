//! What is open on a machine, according to the files that were dropped on the page, compared with the documents of its products.

use std::collections::BTreeMap;
use std::path::Path;

use port_data::{Diagnostic, Place};
use port_engine::audit::address_family::AddressFamily;
use port_engine::audit::firewall::Scope;
use port_engine::audit::input_kind::{InputKind, decode};
use port_engine::audit::machine::{Machine, Source};
use port_engine::audit::verdict::Audit;
use port_engine::audit::{iptables, nft, nmap};
use port_engine::dataset::Dataset;
use port_engine::protocol::Protocol;
use port_text::audit as text;
use serde::Deserialize;

use crate::{Answer, DroppedFile, Named, REQUEST, Result, plain};

/// The product, and the format: `table` or `json`.
#[derive(Debug, Deserialize)]
pub struct Request {
    #[serde(flatten)]
    named: Named,
    format: String,
    width: Option<u16>,
}

/// The files by what they are, as text.
#[derive(Default)]
struct Sorted<'a> {
    scans: Vec<(&'a Path, String)>,
    listeners: Vec<(&'a Path, String)>,
    nft: Vec<(&'a Path, String)>,
    iptables: Vec<(AddressFamily, &'a Path, String)>,
}

/// Audits the product.
pub fn run(dataset: &Dataset, files: &[DroppedFile], request: &Request) -> Result {
    let dataset = request.named.view(dataset)?;
    let product = request.named.product.as_str();
    let flows = dataset.flows_of(product).flat_map(|flow| &flow.ports);
    let scope = Scope { protocols: flows.flat_map(Protocol::of).copied().collect(), ..Scope::default() };
    let one = |problem| vec![problem];
    let sorted = Sorted::new(files).map_err(one)?;
    let machines = sorted.machines().map_err(one)?;
    let observations: std::result::Result<Vec<_>, _> = machines.iter().map(|machine| machine.observe(&scope)).collect();
    let observations = observations.map_err(one)?;
    let peers = BTreeMap::new();
    let audits = observations.iter().map(|observation| Audit::new(&dataset, &[product], observation, &peers));
    let audits: Vec<Audit> = audits.collect();
    let print = |width| match request.format.as_str() {
        "json" => text::json(&audits),
        _ => text::print(&audits, width),
    };
    let messages = text::messages(&audits, &vec![&[][..]; audits.len()]);
    Ok(Answer { text: plain(&print(None)), shown: print(request.width), messages, ..Answer::default() })
}

impl<'a> Sorted<'a> {
    fn new(files: &'a [DroppedFile]) -> std::result::Result<Sorted<'a>, Diagnostic> {
        if files.is_empty() {
            return Err(Diagnostic::new(REQUEST, "no file is given").help("choose or drop the files of the machine"));
        }
        let mut sorted = Sorted::default();
        for file in files {
            let path = Path::new(&file.name);
            let text = decode(path, file.bytes.clone())?;
            match InputKind::of(&text) {
                InputKind::NmapXml | InputKind::MasscanXml => sorted.scans.push((path, text)),
                InputKind::Ss => sorted.listeners.push((path, text)),
                InputKind::NftJson => sorted.nft.push((path, text)),
                InputKind::IptablesSave => sorted.iptables.push((family(&text), path, text)),
                kind => {
                    let problem =
                        Diagnostic::new(REQUEST, format!("cannot be audited: it looks like {}", kind.description()));
                    let help =
                        "give the output of nmap -oX, ss -tulnH, nft -j list ruleset, iptables-save or ip6tables-save";
                    return Err(problem.help(help).at(Place::file(path)));
                }
            }
        }
        Ok(sorted)
    }

    /// The machines that the files are about: every host of the scans, or the one that has the other files.
    fn machines(&self) -> std::result::Result<Vec<Machine<'_>>, Diagnostic> {
        let name = |tool: &str, file: &Path, files: usize| {
            if files == 1 { tool.to_string() } else { file.display().to_string() }
        };
        let mut hosts: Vec<(String, Vec<Source>)> = Vec::new();
        for (file, text) in &self.scans {
            for observation in nmap::read_all(file, text)? {
                let host = observation.host.clone().unwrap_or_default();
                let source = Source::scan(name("nmap", file, self.scans.len()), observation);
                match hosts.iter_mut().find(|(known, _)| *known == host) {
                    Some((_, sources)) => sources.push(source),
                    None => hosts.push((host, vec![source])),
                }
            }
        }
        let mut own = Vec::new();
        for (file, text) in &self.listeners {
            own.push(Source::listeners(name("ss", file, self.listeners.len()), file, text.clone())?);
        }
        own.extend(self.firewall()?);
        if own.is_empty() {
            return Ok(hosts.into_iter().map(|(_, sources)| Machine { sources }).collect());
        }
        if hosts.len() > 1 {
            let message = format!("{} hosts are in the scans, but the other files are about one machine", hosts.len());
            return Err(Diagnostic::new(REQUEST, message).help("drop a scan of that machine only"));
        }
        Ok(vec![Machine { sources: hosts.into_iter().flat_map(|(_, sources)| sources).chain(own).collect() }])
    }

    /// The firewall, of which nft and iptables may each list a part.
    fn firewall(&self) -> std::result::Result<Option<Source<'_>>, Diagnostic> {
        let tables: Vec<(AddressFamily, &Path, &str)> =
            self.iptables.iter().map(|(family, file, text)| (*family, *file, text.as_str())).collect();
        let listed = match self.nft.as_slice() {
            [] => None,
            [(file, text)] => Some(nft::parse(file, text)?),
            [_, (file, _), ..] => {
                let problem = Diagnostic::new(REQUEST, "a second ruleset of nft").at(Place::file(file));
                return Err(problem.help("a machine has one: drop only that of the machine"));
            }
        };
        Ok(match (listed, tables.is_empty()) {
            (None, true) => None,
            (None, false) => Some(Source::firewall("iptables".to_string(), iptables::parse(&tables)?)),
            (Some(listed), true) => Some(Source::firewall("nft".to_string(), listed)),
            (Some(listed), false) => {
                let both = listed.with_iptables(iptables::parse(&tables)?);
                Some(Source::firewall("nft and iptables".to_string(), both))
            }
        })
    }
}

/// The family of saved rules. The first line names the program that saved them.
fn family(text: &str) -> AddressFamily {
    let is_ipv6 = text.lines().next().is_some_and(|line| line.contains("ip6tables"));
    if is_ipv6 { AddressFamily::Ipv6 } else { AddressFamily::Ipv4 }
}
