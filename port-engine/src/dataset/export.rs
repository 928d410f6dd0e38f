//! Makes a dataset from exported JSON.

use std::collections::BTreeSet;
use std::path::Path;
use std::str::FromStr;

use port_core::{Enabled, Groups, PeerKind, Scope};
use port_data::Diagnostic;
use serde_json::Value;

use super::records::{Dataset, Edition, Flow, Peer, PortSpec, Product, Service, Source, Vendor};
use crate::export::ExportedFlow;
use crate::export::kind::Checks;
use crate::export::read::read;
use crate::export::spec::ExportedSpec;

/// The dataset of an export; see [`Dataset::from_export`].
pub(super) fn dataset(file: &Path, text: &str) -> Result<Dataset, Vec<Diagnostic>> {
    let exported = read(file, text, Checks::Dataset).map_err(|problem| vec![problem])?;
    let flows: Vec<Flow> = exported.iter().filter_map(flow).collect();
    let products = products(&flows);
    let kind = |id: &str| {
        let is_component = |product: &Product| {
            let part = id.strip_prefix(product.id.as_str()).and_then(|rest| rest.strip_prefix('-'));
            part.is_some_and(|part| product.components.iter().any(|component| component == part))
        };
        if products.iter().any(|product| product.id == id) {
            PeerKind::Product
        } else if products.iter().any(is_component) {
            PeerKind::Component
        } else {
            PeerKind::Role
        }
    };
    let vendors = distinct(flows.iter().map(|flow| &flow.vendor)).map(|id| Vendor { id: id.clone(), name: id });
    let peers = distinct(flows.iter().map(|flow| &flow.peer)).map(|id| Peer {
        name: id.clone(),
        kind: kind(&id),
        description: String::new(),
        includes: Vec::new(),
        id,
    });
    let services = flows.iter().flat_map(|flow| &flow.ports).filter_map(|spec| spec.service_ref());
    let services = distinct(services).map(|id| Service {
        name: id.clone(),
        transports: Vec::new(),
        port: None,
        encrypted: None,
        id,
    });
    let (vendors, peers, services) = (vendors.collect(), peers.collect(), services.collect());
    let is_current = |flow: &Flow| {
        products.iter().any(|product| product.id == flow.product && product.newest_edition().id == flow.edition)
    };
    let (flows, older_flows) = flows.into_iter().partition(is_current);
    Ok(Dataset { vendors, products, peers, services, flows, older_flows })
}

/// The texts without repetitions, in their order.
fn distinct<'a>(texts: impl Iterator<Item = &'a String>) -> impl Iterator<Item = String> {
    let mut seen = BTreeSet::new();
    texts.filter(move |text| seen.insert(text.as_str())).cloned().collect::<Vec<_>>().into_iter()
}

/// The products of flows, with their editions. The document of an edition is that of its first flow. An export lists the oldest
/// edition of a product first.
fn products(flows: &[Flow]) -> Vec<Product> {
    let mut products: Vec<Product> = Vec::new();
    for flow in flows {
        let edition = || Edition {
            id: flow.edition.clone(),
            printed: flow.source.edition.clone(),
            document: flow.source.document.clone(),
            url: flow.source.url.clone(),
            is_complete: true,
            ..Edition::default()
        };
        match products.iter_mut().find(|product| product.id == flow.product) {
            Some(product) if product.editions.iter().any(|known| known.id == flow.edition) => {}
            Some(product) => product.editions.push(edition()),
            None => products.push(Product {
                id: flow.product.clone(),
                vendor: flow.vendor.clone(),
                name: flow.product.clone(),
                field: None,
                components: Vec::new(),
                editions: vec![edition()],
            }),
        }
    }
    for product in &mut products {
        let own = flows.iter().filter(|flow| flow.product == product.id);
        for component in own.filter_map(|flow| flow.component.as_ref()) {
            if !product.components.contains(component) {
                product.components.push(component.clone());
            }
        }
    }
    products
}

/// The flow of an exported one. `None` doesn't occur, since [`Checks::Dataset`] rejects everything that isn't a flow.
fn flow(exported: &ExportedFlow) -> Option<Flow> {
    let object = &exported.object;
    let text = |fact: &str| exported.text(fact).to_string();
    let texts = |fact: &str| exported.texts(fact).map(str::to_string).collect();
    let optional = |fact: &str| optional_text(object.get(fact));
    let source = object.get("source")?;
    Some(Flow {
        id: text("id"),
        vendor: text("vendor"),
        product: text("product"),
        edition: match exported.text("edition") {
            // Exports from before editions had ids.
            "" => port_data::id::edition_id(source.get("edition")?.as_str()?),
            edition => edition.to_string(),
        },
        component: optional("component"),
        direction: word(exported.text("direction"))?,
        peer: text("peer"),
        purpose: text("purpose"),
        ports: specs(&exported.specs)?,
        groups: optional("groups").map_or(Some(Groups::All), |text| word(&text))?,
        scope: optional("scope").map_or(Some(Scope::Network), |text| word(&text))?,
        enabled: optional("enabled").map_or(Some(Enabled::Unstated), |text| word(&text))?,
        requirement: word(exported.text("requirement"))?,
        condition: optional("condition"),
        interfaces: texts("interfaces"),
        recommended_interface: optional("recommended_interface"),
        hosts: texts("hosts"),
        configurable: object.get("configurable").and_then(Value::as_bool).unwrap_or_default(),
        customization: optional("customization"),
        note: optional("note"),
        curated: exported.texts("curated").map(word).collect::<Option<_>>()?,
        source: Source {
            document: optional_text(source.get("document"))?,
            edition: optional_text(source.get("edition"))?,
            url: optional_text(source.get("url")).unwrap_or_default(),
            section: optional_text(source.get("section")),
            row: u32::try_from(source.get("row")?.as_u64()?).ok()?,
            peer: optional_text(source.get("peer")),
            label: optional_text(source.get("label")),
            ports: optional_text(source.get("ports")),
        },
    })
}

fn optional_text(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).map(str::to_string)
}

fn word<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

/// Specs with their groups numbered from 0, in the order in which they begin.
fn specs(exported: &[ExportedSpec]) -> Option<Vec<PortSpec>> {
    let mut groups: Vec<u64> = Vec::new();
    for spec in exported {
        if !groups.contains(&spec.group) {
            groups.push(spec.group);
        }
    }
    let in_group = |group: &u64| {
        exported.iter().filter({
            let group = *group;
            move |spec| spec.group == group
        })
    };
    let specs = groups.iter().enumerate().flat_map(|(number, group)| in_group(group).map(move |spec| (number, spec)));
    specs
        .map(|(number, spec)| {
            let transport = match &spec.transport {
                Some(transport) => Some(word(transport)?),
                None => None,
            };
            let group = u8::try_from(number).ok()?;
            Some(PortSpec::from_parts(transport, spec.range, spec.service.clone(), group, spec.number))
        })
        .collect()
}
