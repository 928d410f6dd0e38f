//! The rows and products of made-up rulesets, with texts that no table can contain.

use port_core::{Direction, Enabled, Groups, Requirement, Scope, Transport};
use port_engine::dataset::{Edition, Flow, PortSpec, Product, Source};
use port_engine::rules::model::{AllowedSpec, Rule, Traffic};

use crate::cases::HIDDEN;

/// The product of made-up flows.
pub fn product() -> Product {
    let edition = Edition {
        id: "1".to_string(),
        document: HIDDEN[1].to_string(),
        printed: HIDDEN[3].to_string(),
        url: "https://docs.example".to_string(),
        ..Edition::default()
    };
    Product {
        id: "made-up".to_string(),
        vendor: "vendor".to_string(),
        name: HIDDEN[0].to_string(),
        field: None,
        components: Vec::new(),
        editions: vec![edition],
    }
}

/// The row of a made-up flow, whose texts no table can contain.
pub fn row(id: &str, direction: Direction, text: &str) -> Flow {
    Flow {
        id: id.to_string(),
        vendor: "vendor".to_string(),
        product: "made-up".to_string(),
        edition: "1".to_string(),
        direction,
        component: None,
        peer: "peer".to_string(),
        purpose: text.to_string(),
        ports: Vec::new(),
        groups: Groups::All,
        requirement: Requirement::Conditional,
        condition: Some(text.to_string()),
        scope: Scope::Network,
        enabled: Enabled::Unstated,
        interfaces: vec![text.to_string()],
        recommended_interface: None,
        hosts: Vec::new(),
        configurable: true,
        customization: Some(text.to_string()),
        note: Some(text.to_string()),
        curated: Vec::new(),
        source: Source {
            document: text.to_string(),
            edition: text.to_string(),
            url: "https://docs.example".to_string(),
            section: Some(text.to_string()),
            row: 1,
            peer: None,
            label: None,
            ports: None,
        },
    }
}

/// The specs of rules, each without a service.
pub fn specs(rules: &[Rule]) -> Vec<AllowedSpec> {
    let spec = |traffic: &Traffic, range, icmp_type: Option<u8>| {
        let named = traffic.protocol.name().and_then(|name| name.parse().ok());
        let number = icmp_type.or(named.is_none().then_some(traffic.protocol.number()));
        let spec = PortSpec::from_parts(Some(named.unwrap_or(Transport::Ip)), range, None, 0, number);
        AllowedSpec { spec, protocols: vec![traffic.protocol] }
    };
    let specs = rules.iter().flat_map(|Rule { traffic, .. }| {
        let of_ports = traffic.ports.iter().map(|range| spec(traffic, Some(*range), None));
        let of_types = traffic.icmp_types.iter().map(|icmp_type| spec(traffic, None, Some(*icmp_type)));
        let whole = (traffic.ports.is_empty() && traffic.icmp_types.is_empty()).then(|| spec(traffic, None, None));
        of_ports.chain(of_types).chain(whole).collect::<Vec<_>>()
    });
    specs.collect()
}
