//! The ports on which a product listens, as `nmap -p` takes them.

use std::fmt;

use port_core::Direction;

use crate::dataset::{Flow, PortSpec};
use crate::port_set::PortSet;
use crate::protocol::Protocol;

/// The ports of inbound flows, and what a scan of them leaves out. It prints as the value of nmap's `-p`, such as
/// `T:22,25,U:9443,20000-20001`.
///
/// Ports without a stated transport are in both lists. A scan of the product's machine shows nothing about outbound flows.
///
/// ```
/// use port_engine::dataset::Dataset;
/// use port_engine::nmap_ports::NmapPorts;
///
/// let dataset = Dataset::default();
/// assert_eq!(NmapPorts::new(dataset.flows.iter()).to_string(), "");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NmapPorts<'a> {
    /// The protocols with their ports, as far as there are any.
    lists: Vec<(Protocol, PortSet)>,
    /// The number of outbound flows, which are left out.
    pub outbound: usize,
    /// Specs of inbound flows without a port number, which are left out: protocols such as ESP, and services for which the document
    /// gives no port.
    pub without_port: Vec<(&'a Flow, &'a PortSpec)>,
}

impl<'a> NmapPorts<'a> {
    /// The ports of flows.
    pub fn new(flows: impl Iterator<Item = &'a Flow>) -> NmapPorts<'a> {
        let (inbound, outbound): (Vec<&Flow>, Vec<&Flow>) =
            flows.partition(|flow| flow.direction == Direction::Inbound);
        let specs = || inbound.iter().flat_map(|flow| flow.ports.iter().map(move |spec| (*flow, spec)));
        let ports = |protocol: Protocol| -> PortSet {
            specs().filter(|(_, spec)| protocol.may_be(spec)).filter_map(|(_, spec)| spec.range()).collect()
        };
        let with_ports = Protocol::KNOWN.iter().filter(|protocol| protocol.has_ports());
        let lists = with_ports.map(|protocol| (*protocol, ports(*protocol))).filter(|(_, ports)| !ports.is_empty());
        NmapPorts {
            lists: lists.collect(),
            outbound: outbound.len(),
            without_port: specs().filter(|(_, spec)| spec.range().is_none()).collect(),
        }
    }

    /// Whether there is nothing to scan.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lists.is_empty()
    }
}

/// The letter with which nmap introduces a protocol's ports.
fn letter(protocol: Protocol) -> char {
    match protocol {
        Protocol::SCTP => 'S',
        Protocol::UDP => 'U',
        _ => 'T',
    }
}

/// The value of nmap's `-p`: lists in the order of [`Protocol::KNOWN`], each sorted and merged. Empty if there is nothing to scan.
impl fmt::Display for NmapPorts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (protocol, ports) in &self.lists {
            for (position, range) in ports.ranges().enumerate() {
                f.write_str(separator)?;
                if position == 0 {
                    write!(f, "{}:", letter(*protocol))?;
                }
                write!(f, "{range}")?;
                separator = ",";
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::NmapPorts;
    use crate::dataset::Dataset;
    use port_catalog_tests::fixture;

    fn printed(product: &str) -> (String, usize, Vec<String>) {
        let dataset = Dataset::from_tables(&port_data::read(&fixture::tables()).unwrap());
        let ports = NmapPorts::new(dataset.flows_of(product));
        let without = ports.without_port.iter().map(|(flow, spec)| format!("{} {spec}", flow.id));
        (ports.to_string(), ports.outbound, without.collect())
    }

    #[test]
    fn the_ports_of_a_product_are_merged_and_sorted() {
        let without = ["sftp", "ftp"].map(|service| format!("mailgate-in-email-server-backup {service}"));
        let ports = "T:22,25,110,161,443,465,995,8300-8302,U:20000-20001";
        assert_eq!(printed("mailgate"), (ports.to_string(), 5, without.to_vec()));
    }

    #[test]
    fn ports_without_a_transport_are_in_both_lists() {
        let ports = "T:25,443,17700-17714,U:25,161,443,17700-17714";
        assert_eq!(printed("filter-suite"), (ports.to_string(), 2, vec![]));
    }

    #[test]
    fn ports_of_sctp_are_listed_and_protocols_without_ports_are_left_out() {
        let dataset = Dataset::from_tables(&port_data::read(&fixture::editions()).unwrap());
        let ports = NmapPorts::new(dataset.flows_of("cluster"));
        let tcp = "T:2379-2380,6443,9153,10250,10259,30000-32767";
        assert_eq!(ports.to_string(), format!("{tcp},U:500,4500,4789,8472,30000-32767,S:36412"));
        let without: Vec<String> = ports.without_port.iter().map(|(_, spec)| spec.to_string()).collect();
        assert_eq!(without, ["esp", "ah", "gre", "ipip", "vrrp", "ip/99", "icmp/8", "icmpv6/128", "icmp"]);
    }

    #[test]
    fn nothing_is_printed_for_no_ports() {
        let ports = NmapPorts::new(std::iter::empty());
        assert_eq!((ports.is_empty(), ports.to_string()), (true, String::new()));
    }
}
