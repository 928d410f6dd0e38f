//! The arguments that ask what some peers reach, and through which hooks of the firewall.

use std::path::{Path, PathBuf};

use clap::Args;
use ipnet::IpNet;
use port_data::hidden::QuotedAscii;
use port_data::{Diagnostic, Place};
use port_engine::audit::address_family::AddressFamily;
use port_engine::audit::firewall::{HookPath, Scope};
use port_engine::dataset::Dataset;
use port_engine::rules::address::{Address, Endpoints};
use port_engine::rules::options::FirewallLocation;
use port_engine::rules::site::Site;

use super::sources::SourceArgs;
use crate::word_parser::words;
use crate::{codes, input};

/// Whose packets are audited.
#[derive(Debug, Args)]
pub struct PerspectiveArgs {
    /// Audit what this address or network reaches, by the rules of a firewall; can be repeated
    #[arg(long, value_name = "ADDRESS", value_parser = network)]
    pub from: Vec<IpNet>,
    /// Audit what arrives by this network interface, by the rules of a firewall; can be repeated
    #[arg(long, value_name = "NAME")]
    pub iface: Vec<String>,
    /// File with the addresses of products and peers, as for `rules`: each flow is audited for the addresses of its peer
    #[arg(long, value_name = "FILE")]
    pub site: Option<PathBuf>,
    /// Where the firewall is: on the machine itself, or between it and its peers, which needs --site
    #[arg(long, value_parser = words::<FirewallLocation>(), default_value = FirewallLocation::Host.as_str())]
    pub at: FirewallLocation,
}

/// The products on the audited machine.
#[derive(Clone, Copy)]
pub struct MachineParts<'a> {
    /// Their ids.
    pub products: &'a [&'a str],
    /// The only components of them that run there; all, if empty.
    pub components: &'a [String],
    /// The dataset that has them.
    pub dataset: &'a Dataset,
}

impl MachineParts<'_> {
    /// The addresses of a product: those of the components that run on the machine, if it has any of them.
    fn endpoints(&self, product: &str, site: &Site) -> Endpoints {
        let known = self.dataset.product(product).map(|product| product.components.as_slice()).unwrap_or_default();
        let own: Vec<&String> = self.components.iter().filter(|component| known.contains(component)).collect();
        if own.is_empty() {
            return site.own(product, None, self.dataset);
        }
        let addresses = own.into_iter().map(|component| site.own(product, Some(component), self.dataset));
        Endpoints::new(addresses.flat_map(|endpoints| endpoints.addresses().to_vec()))
    }
}

impl PerspectiveArgs {
    /// The site, if there is one.
    ///
    /// # Errors
    ///
    /// The file can't be read, and everything that is wrong with it.
    pub fn site(&self, dataset: &Dataset) -> Result<Option<Site>, Vec<Diagnostic>> {
        let Some(file) = &self.site else { return Ok(None) };
        let text = input::read_text(file).map_err(|problem| vec![problem])?;
        Site::parse(input::display_name(file), &text, dataset).map(Some)
    }

    /// The addresses of the products' machines, in whose connections logs are searched: the given ones, or those of the site.
    ///
    /// # Errors
    ///
    /// There is none, or a given one isn't an address or a network.
    pub fn own_addresses(
        &self,
        hosts: &[String],
        machine: MachineParts<'_>,
        site: Option<&Site>,
    ) -> Result<Vec<Address>, Diagnostic> {
        if !hosts.is_empty() {
            let parse = |text: &String| match network(text) {
                Ok(network) => Ok(Address::Net(network)),
                Err(reason) => {
                    let message = format!("invalid value {} for --host", QuotedAscii(text));
                    let (reason, help) = reason.split_once("; ").unwrap_or((&reason, ""));
                    Err(Diagnostic::new(codes::OPTIONS, format!("{message} ({reason})")).help(help))
                }
            };
            return hosts.iter().map(parse).collect();
        }
        let Some(site) = site else {
            let problem = Diagnostic::new(codes::OPTIONS, "--flows needs the addresses of the product's machines");
            return Err(problem.help("add --host ADDRESS or --site FILE"));
        };
        let mut all = Vec::new();
        for product in machine.products {
            let endpoints = machine.endpoints(product, site);
            let own = endpoints.addresses().iter().filter(|address| matches!(address, Address::Net(_)));
            let own: Vec<Address> = own.cloned().collect();
            if own.is_empty() {
                let problem = Diagnostic::new(codes::OPTIONS, format!("no address of {product}, which --flows needs"));
                let help = format!("add a line such as {product} = \"192.0.2.20\" below [products], or --host ADDRESS");
                let file = self.site.as_deref().map_or(Path::new(""), input::display_name);
                return Err(problem.help(help).at(Place::file(file)));
            }
            all.extend(own);
        }
        Ok(all)
    }

    /// The packets that are audited.
    ///
    /// # Errors
    ///
    /// Options that contradict each other, and a firewall in the network without the addresses behind it.
    pub fn scope(
        &self,
        family: Option<AddressFamily>,
        machine: MachineParts<'_>,
        site: Option<&Site>,
        sources: &SourceArgs,
    ) -> Result<Scope, Diagnostic> {
        let asked = [
            ("--from", !self.from.is_empty()),
            ("--iface", !self.iface.is_empty()),
            ("--site", self.site.is_some()),
            ("--at network", self.at == FirewallLocation::Network),
        ];
        let asked: Vec<&str> = asked.iter().filter(|(_, is_set)| *is_set).map(|(name, _)| *name).collect();
        if let [option, ..] = asked[..] {
            if !sources.has_firewall() {
                let message = format!("{option} is about the rules of a firewall, and no source contains them");
                return Err(Diagnostic::new(codes::OPTIONS, message).help("add --nft, --iptables or --ip6tables"));
            }
            if sources.has_scan() && (!self.from.is_empty() || !self.iface.is_empty()) {
                let message = format!("{option} doesn't apply to a scan, which shows only what its own peer reaches");
                return Err(Diagnostic::new(codes::OPTIONS, message).help("leave out the scan, or the option"));
            }
        }
        Ok(Scope {
            family,
            sources: self.from.clone(),
            interfaces: self.iface.clone(),
            path: if self.at == FirewallLocation::Network { HookPath::Forward } else { HookPath::Input },
            destinations: self.destinations(family, machine, site)?,
            ..Scope::default()
        })
    }

    /// The addresses behind a firewall in the network.
    fn destinations(
        &self,
        family: Option<AddressFamily>,
        machine: MachineParts<'_>,
        site: Option<&Site>,
    ) -> Result<Vec<IpNet>, Diagnostic> {
        if self.at == FirewallLocation::Host {
            return Ok(Vec::new());
        }
        let (Some(site), Some(file)) = (site, &self.site) else {
            let problem = Diagnostic::new(codes::OPTIONS, "--at network needs the product's addresses");
            return Err(problem.help("add --site FILE"));
        };
        let is_asked =
            |network: &IpNet| family.is_none_or(|own| (own == AddressFamily::Ipv4) == network.addr().is_ipv4());
        let mut all: Vec<(&str, Vec<IpNet>)> = Vec::new();
        for product in machine.products {
            let endpoints = machine.endpoints(product, site);
            let networks = endpoints.addresses().iter().filter_map(|address| match address {
                Address::Net(network) => Some(*network),
                Address::Host(_) | Address::Wildcard(_) => None,
            });
            let networks: Vec<IpNet> = networks.filter(is_asked).collect();
            if networks.is_empty() {
                let over = family.map(|family| format!(" {}", family.name())).unwrap_or_default();
                let problem =
                    Diagnostic::new(codes::OPTIONS, format!("no{over} address of {product}, which --at network needs"));
                let help = format!("add a line such as {product} = \"192.0.2.20\" below [products]");
                return Err(problem.help(help).at(Place::file(input::display_name(file))));
            }
            all.push((product, networks));
        }
        if let Some((other, _)) = all.iter().find(|(_, networks)| *networks != all[0].1) {
            let message = format!("{} and {other} have different addresses, so they don't share a machine", all[0].0);
            let problem = Diagnostic::new(codes::OPTIONS, message).help("audit one product at a time");
            return Err(problem.at(Place::file(input::display_name(file))));
        }
        Ok(all.swap_remove(0).1)
    }
}

/// Parses an address or a network.
fn network(text: &str) -> Result<IpNet, String> {
    match text.parse::<Address>() {
        Ok(Address::Net(network)) => Ok(network),
        Ok(Address::Host(_) | Address::Wildcard(_)) => {
            Err("not an address or a network; write for example 192.0.2.5 or 2001:db8::/32".to_string())
        }
        Err(problem) => Err(problem.to_string()),
    }
}
