//! Selects flows.

use port_core::{Direction, Requirement};

use crate::dataset::{Dataset, Flow};
pub use crate::port_query::{ParsePortError, PortQuery};

/// Which flows to select. Criteria that are not set match everything; those that are set combine with AND.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// The ids of products, any of which matches. Empty matches every product.
    pub products: Vec<String>,
    /// A vendor's id.
    pub vendor: Option<String>,
    /// Parts of the product, any of which matches at either end: the flow's own component, or a peer that is one. Empty matches
    /// every flow.
    pub components: Vec<String>,
    /// Who opens the connection.
    pub direction: Option<Direction>,
    /// A peer's id; a peer that includes it matches too.
    pub peer: Option<String>,
    /// The id of a service on any of the flow's ports.
    pub service: Option<String>,
    /// Ports; a flow that uses any of them matches.
    pub port: Option<PortQuery>,
    /// A host name. Names below it match too, also wildcards such as `*.example.com`, and so do wildcards that cover it.
    pub host: Option<String>,
    /// How firmly the document asks for the flow.
    pub requirement: Option<Requirement>,
}

impl Filter {
    /// The flows that match, in catalog order.
    #[must_use]
    pub fn select<'a>(&self, dataset: &'a Dataset) -> Vec<&'a Flow> {
        dataset.flows.iter().filter(|flow| self.matches(flow, dataset)).collect()
    }

    /// Whether a flow of the dataset matches.
    #[must_use]
    pub fn matches(&self, flow: &Flow, dataset: &Dataset) -> bool {
        fn is_unset_or<T>(criterion: Option<&T>, matches: impl FnOnce(&T) -> bool) -> bool {
            criterion.is_none_or(matches)
        }
        (self.products.is_empty() || self.products.contains(&flow.product))
            && is_unset_or(self.vendor.as_ref(), |vendor| flow.vendor == *vendor)
            && (self.components.is_empty()
                || self.components.iter().any(|component| flow.involves_component(component)))
            && is_unset_or(self.direction.as_ref(), |direction| flow.direction == *direction)
            && is_unset_or(self.peer.as_ref(), |peer| flow.involves(peer, dataset))
            && is_unset_or(self.service.as_ref(), |service| {
                flow.ports.iter().any(|spec| spec.service_ref() == Some(service))
            })
            && is_unset_or(self.port.as_ref(), |port| flow.ports.iter().any(|spec| port.matches(spec)))
            && is_unset_or(self.host.as_ref(), |host| flow.hosts.iter().any(|own| concerns(own, host)))
            && is_unset_or(self.requirement.as_ref(), |requirement| flow.requirement == *requirement)
    }
}

/// Whether a host name of a flow is a host or below it, or a wildcard such as `*.example.com` that covers the host.
fn concerns(name: &str, host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    // A wildcard doesn't cover its own domain.
    let covers = |domain: &str| host != domain && is_at_or_below(&host, domain);
    is_at_or_below(name, &host) || name.strip_prefix("*.").is_some_and(covers)
}

/// Whether a host name is a domain, or a name below it. Case and a final dot are ignored.
fn is_at_or_below(name: &str, domain: &str) -> bool {
    let domain = domain.strip_suffix('.').unwrap_or(domain).to_ascii_lowercase();
    name == domain || name.strip_suffix(&domain).is_some_and(|labels| labels.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::{Filter, concerns, is_at_or_below};
    use crate::dataset::{Dataset, Flow};
    use port_catalog_tests::fixture;
    use port_core::{Direction, Requirement, Transport};

    #[test]
    fn hosts_match_at_and_below_a_domain() {
        assert!(!is_at_or_below("a.example", ""));
        assert!(is_at_or_below("a.example", "A.Example."));
        assert!(is_at_or_below("b.a.example", "a.example"));
        assert!(!is_at_or_below("ba.example", "a.example"));
        assert!(!is_at_or_below("example", "a.example"));
    }

    #[test]
    fn a_wildcard_matches_the_names_that_it_covers_and_itself() {
        let wildcard = "*.images.example";
        for (host, is_found) in [
            ("eu.images.example", true),
            ("a.b.images.example", true),
            ("EU.Images.Example.", true),
            ("*.images.example", true),
            // Names below these hosts match, and the wildcard's are.
            ("images.example", true),
            ("example", true),
            ("*.example", false),
            ("eu-images.example", false),
            ("images.example.org", false),
            ("other.example", false),
            ("", false),
        ] {
            assert_eq!(concerns(wildcard, host), is_found, "{host}");
        }
        assert!(!concerns("images.example", "eu.images.example"));
    }

    #[test]
    fn a_wildcard_of_a_flow_is_found_by_the_names_that_it_covers() {
        let dataset = Dataset::from_tables(&port_data::read(&fixture::editions()).unwrap());
        let found = |host: &str| {
            let filter = Filter { host: Some(host.to_string()), ..Filter::default() };
            filter.select(&dataset).iter().map(|flow| flow.id.clone()).collect::<Vec<_>>()
        };
        for host in ["eu.images.acme.example", "*.images.acme.example", "registry.acme.example"] {
            assert_eq!(found(host), ["cluster-out-registry"], "{host}");
        }
        assert_eq!(found("eu.registry.acme.example"), Vec::<String>::new());
    }

    fn fixture() -> Dataset {
        Dataset::from_tables(&port_data::read(&fixture::tables()).unwrap())
    }

    /// Compares a filter with a plain scan; returns how many flows match.
    fn assert_selects(dataset: &Dataset, filter: &Filter, expected: impl Fn(&Flow) -> bool) -> usize {
        let selected: Vec<&str> = filter.select(dataset).iter().map(|flow| flow.id.as_str()).collect();
        let expected: Vec<&str> =
            dataset.flows.iter().filter(|flow| expected(flow)).map(|flow| flow.id.as_str()).collect();
        assert_eq!(selected, expected, "{filter:?}");
        selected.len()
    }

    #[test]
    fn an_empty_filter_selects_every_flow_in_order() {
        let dataset = fixture();
        assert_eq!(assert_selects(&dataset, &Filter::default(), |_| true), dataset.flows.len());
    }

    #[test]
    fn each_criterion_selects_what_a_plain_scan_finds() {
        let dataset = fixture();
        let empty = Filter::default;
        let mut matches = 0;
        for product in &dataset.products {
            let filter = Filter { products: vec![product.id.clone()], ..empty() };
            matches += assert_selects(&dataset, &filter, |flow| flow.product == product.id);
        }
        for vendor in &dataset.vendors {
            let filter = Filter { vendor: Some(vendor.id.clone()), ..empty() };
            matches += assert_selects(&dataset, &filter, |flow| flow.vendor == vendor.id);
        }
        for direction in Direction::ALL {
            let filter = Filter { direction: Some(*direction), ..empty() };
            matches += assert_selects(&dataset, &filter, |flow| flow.direction == *direction);
        }
        for requirement in Requirement::ALL {
            let filter = Filter { requirement: Some(*requirement), ..empty() };
            matches += assert_selects(&dataset, &filter, |flow| flow.requirement == *requirement);
        }
        // Each of these criteria divides the flows into groups.
        assert_eq!(matches, 4 * dataset.flows.len());
        for peer in &dataset.peers {
            let filter = Filter { peer: Some(peer.id.clone()), ..empty() };
            assert_selects(&dataset, &filter, |flow| {
                let own = dataset.peers.iter().find(|own| own.id == flow.peer).unwrap();
                own.id == peer.id || own.includes.contains(&peer.id)
            });
        }
        for service in &dataset.services {
            let filter = Filter { service: Some(service.id.clone()), ..empty() };
            assert_selects(&dataset, &filter, |flow| {
                // The service is a word of the printed expression.
                flow.expression().split([' ', ',']).any(|word| word == service.id)
            });
        }
    }

    #[test]
    fn a_peer_that_includes_another_matches_both() {
        let filter = |peer: &str| Filter { peer: Some(peer.to_string()), ..Filter::default() };
        let ids = |peer: &str| -> Vec<String> {
            filter(peer).select(&fixture()).iter().map(|flow| flow.id.clone()).collect()
        };
        assert_eq!(ids("console-or-analyzer"), ["mailgate-in-console-sync"]);
        assert!(ids("analyzer").contains(&"mailgate-in-console-sync".to_string()));
    }

    #[test]
    fn products_are_alternatives_and_other_criteria_combine() {
        let dataset = fixture();
        let filter = Filter {
            products: vec!["archive".to_string(), "endpoint".to_string()],
            direction: Some(Direction::Outbound),
            port: Some("443".parse().unwrap()),
            ..Filter::default()
        };
        let matches = assert_selects(&dataset, &filter, |flow| {
            ["archive", "endpoint"].contains(&flow.product.as_str())
                && flow.direction == Direction::Outbound
                && flow.expression().contains("/443")
        });
        assert_eq!(matches, 2);
    }

    #[test]
    fn every_port_selects_what_a_plain_scan_finds() {
        let dataset = fixture();
        let mut matches = 0;
        let ports = [1, 25, 53, 161, 443, 500, 514, 4500, 8300, 8301, 8302, 8303, 17700, 17714, 17715, 65535];
        let ranges = ports
            .iter()
            .flat_map(|first| ports.iter().filter(move |last| *last >= first).map(move |last| (*first, *last)));
        for ((first, last), prefix) in ranges.flat_map(|range| ["", "tcp/", "udp/"].map(|prefix| (range, prefix))) {
            let query = format!("{prefix}{first}-{last}");
            let filter = Filter { port: Some(query.parse().unwrap()), ..Filter::default() };
            matches += assert_selects(&dataset, &filter, |flow| {
                flow.ports.iter().any(|spec| {
                    let is_carried = match spec.transport() {
                        Some(Transport::Tcp) => prefix != "udp/",
                        Some(Transport::Udp) => prefix != "tcp/",
                        Some(Transport::Any) => true,
                        _ => false,
                    };
                    is_carried && spec.range().is_some_and(|range| (first..=last).any(|port| range.contains(port)))
                })
            });
        }
        assert!(matches > 500, "{matches}");
    }

    #[test]
    fn hosts_select_what_a_plain_scan_finds() {
        let dataset = fixture();
        for (host, expected) in
            [("acme.example", 2), ("globex.example", 2), ("UPDATE.globex.example.", 1), ("example", 4)]
        {
            let filter = Filter { host: Some(host.to_string()), ..Filter::default() };
            let name = host.to_lowercase();
            let labels: Vec<&str> = name.trim_end_matches('.').split('.').rev().collect();
            let matches = assert_selects(&dataset, &filter, |flow| {
                flow.hosts.iter().any(|own| own.split('.').rev().take(labels.len()).eq(labels.iter().copied()))
            });
            assert_eq!(matches, expected, "{host}");
        }
    }
}
