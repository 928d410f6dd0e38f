//! OSCAL component definitions, read back and compared with what `list` prints. `tests/tools/check-documents.sh` validates them with
//! compliance-trestle.

use std::collections::{BTreeMap, BTreeSet};

use port_engine::rules::formats::writer::File;
use serde::Deserialize;
use serde_json::Value;

use crate::cases::{Comparison, all_products, files, files_with};
use crate::openings::{Opening, Openings, flows_in, port_catalog, text, without_included};

/// A component definition. Every field that OSCAL doesn't have is an error.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Definition {
    uuid: String,
    metadata: Metadata,
    components: Vec<Component>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Metadata {
    title: String,
    last_modified: String,
    version: String,
    oscal_version: String,
    remarks: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Component {
    uuid: String,
    r#type: String,
    title: String,
    description: String,
    props: Vec<Property>,
    links: Vec<Value>,
    protocols: Vec<Protocol>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Property {
    name: String,
    ns: String,
    value: String,
    group: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Protocol {
    uuid: String,
    name: String,
    title: String,
    #[serde(default)]
    port_ranges: Vec<PortRange>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct PortRange {
    start: u16,
    end: u16,
    transport: String,
}

/// The values of a flow's properties by name.
type Properties = BTreeMap<String, Vec<String>>;

fn read(file: &File) -> Definition {
    let mut outer: BTreeMap<String, Definition> = serde_json::from_str(&file.text).unwrap();
    let definition = outer.remove("component-definition").expect("a component definition");
    assert!(outer.is_empty());
    let components = &definition.components;
    let own = std::iter::once(&definition.uuid).chain(components.iter().map(|component| &component.uuid));
    let protocols = components.iter().flat_map(|component| component.protocols.iter().map(|protocol| &protocol.uuid));
    let all: Vec<&String> = own.chain(protocols).collect();
    assert!(all.iter().all(|uuid| is_version_5(uuid)), "{all:?}");
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "an identifier occurs twice");
    let lines = components.iter().flat_map(|component| [&component.title, &component.description]);
    let lines = lines.chain([&definition.metadata.title]);
    let titles = components.iter().flat_map(|component| component.protocols.iter().map(|protocol| &protocol.title));
    assert!(lines.chain(titles).all(|line| !line.trim().is_empty() && !line.contains('\n')));
    definition
}

fn is_version_5(uuid: &str) -> bool {
    let parts: Vec<&str> = uuid.split('-').collect();
    let is_hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
        && parts.iter().all(|part| is_hex(part))
        && parts[2].starts_with('5')
        && parts[3].starts_with(['8', '9', 'a', 'b'])
}

/// The properties of a component by flow.
fn properties(component: &Component) -> BTreeMap<String, Properties> {
    let mut by_flow: BTreeMap<String, Properties> = BTreeMap::new();
    for Property { name, ns, value, group } in &component.props {
        assert_eq!(ns, "https://github.com/port-catalog/port-catalog/ns/oscal");
        assert!(!value.is_empty() && value.trim() == value && !value.contains('\n'), "{value:?}");
        by_flow.entry(group.clone()).or_default().entry(name.clone()).or_default().push(value.clone());
    }
    by_flow
}

fn openings(definition: &Definition) -> Openings {
    let mut openings = Openings::new();
    for component in &definition.components {
        let mut listed = BTreeSet::new();
        for (id, properties) in properties(component) {
            let (flow, direction) = (&properties["flow"][0], &properties["direction"][0]);
            assert_eq!(*flow, id);
            let opening =
                |protocol: &str, port| -> Opening { (flow.clone(), direction.clone(), protocol.to_string(), port) };
            for uuid in &properties["protocol"] {
                let protocol = component.protocols.iter().find(|protocol| protocol.uuid == *uuid).expect("a protocol");
                listed.insert(uuid.clone());
                for PortRange { start, end, transport } in &protocol.port_ranges {
                    assert!(["TCP", "UDP"].contains(&transport.as_str()) && (1..=*end).contains(start));
                    openings.extend((*start..=*end).map(|port| opening(&transport.to_lowercase(), port)));
                }
            }
            for traffic in properties.get("other-traffic").into_iter().flatten() {
                openings.extend(other_openings(traffic).into_iter().map(|(protocol, port)| opening(&protocol, port)));
            }
        }
        assert_eq!(listed.len(), component.protocols.len(), "each protocol belongs to a flow");
    }
    openings
}

/// What a text such as `esp`, `icmp/8`, `ip/89` or `sctp/36412-36422` means; nothing for a service without a port.
fn other_openings(traffic: &str) -> Vec<(String, u16)> {
    match traffic.split_once('/') {
        Some(("sctp", ports)) => {
            let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
            let ports = first.parse().unwrap()..=last.parse().unwrap();
            ports.map(|port| ("sctp".to_string(), port)).collect()
        }
        Some(_) => vec![(traffic.to_string(), 0)],
        None if traffic.parse::<port_core::Transport>().is_ok() => vec![(traffic.to_string(), 0)],
        None => Vec::new(),
    }
}

#[test]
fn a_definition_allows_exactly_what_the_catalog_lists() {
    let format = Comparison { format: "oscal", locations: &["network"], can_express: |_| true };
    format.run(|files: &[File]| {
        let [file] = files else { panic!("one file") };
        without_included(openings(&read(file)))
    });
}

#[test]
fn properties_have_what_list_prints() {
    let mut compared = 0;
    for (tables, product) in all_products() {
        let files = files_with(&tables, &["--format", "oscal", "--product", &product, "--all-scopes"]);
        let definition = read(&files[0]);
        let [component] = &definition.components[..] else { panic!("one component") };
        assert_eq!(component.r#type, "software");
        let found = properties(component);
        let flows = flows_in(&tables, &product);
        assert_eq!(
            found.keys().cloned().collect::<BTreeSet<_>>(),
            flows.iter().map(|flow| text(&flow["id"])).collect()
        );
        assert!(flows.iter().all(|flow| component.links[0]["href"] == flow["source"]["url"]));
        for flow in &flows {
            let id = text(&flow["id"]);
            let own = &found[&id];
            for (name, fact) in [
                ("edition", "edition"),
                ("direction", "direction"),
                ("component", "component"),
                ("peer", "peer"),
                ("requirement", "requirement"),
                ("condition", "condition"),
                ("scope", "scope"),
                ("enabled", "enabled"),
                ("customization", "customization"),
                ("recommended-interface", "recommended_interface"),
                ("product-interface", "interfaces"),
                ("host", "hosts"),
                ("curated", "curated"),
            ] {
                let values = match &flow[fact] {
                    Value::Null => Vec::new(),
                    Value::Array(values) => values.iter().map(text).collect(),
                    value => vec![text(value)],
                };
                assert_eq!(own.get(name).cloned().unwrap_or_default(), values, "{name} of {id}");
            }
            let [reference] = &own["reference"][..] else { panic!("one reference") };
            assert!(reference.ends_with(&format!(", row {}", flow["source"]["row"])), "{reference}");
            let is_noted = |note: &str| own["remark"].contains(&format!("note: {note}"));
            assert!(flow["note"].as_str().is_none_or(is_noted), "{id}");
            assert_services(component, own, flow);
            compared += 1;
        }
    }
    assert!(compared > 100, "{compared}");
}

/// The services of a flow are the names of its protocols, with its purpose.
fn assert_services(component: &Component, properties: &Properties, flow: &Value) {
    let own = component.protocols.iter().filter(|protocol| properties["protocol"].contains(&protocol.uuid));
    let own: Vec<&Protocol> = own.collect();
    let names: BTreeSet<&str> = own.iter().map(|protocol| protocol.name.as_str()).collect();
    let services = flow["ports"].as_array().unwrap().iter().filter_map(|spec| spec["service"].as_str());
    assert!(services.into_iter().all(|service| names.contains(service)), "{names:?}: {flow}");
    let unescaped = |title: &str| title.replace('\\', "");
    let purpose = text(&flow["purpose"]);
    assert!(own.iter().all(|protocol| unescaped(&protocol.title).starts_with(&unescaped(&purpose))), "{flow}");
}

#[test]
fn identifiers_are_stable_and_the_one_of_the_definition_changes_with_it() {
    let definition =
        |options: &[&str]| read(&files(&[&["--format", "oscal", "--product", "mailgate"], options].concat())[0]);
    let (all, some) = (definition(&[]), definition(&["--direction", "inbound"]));
    assert_eq!(all.components[0].uuid, some.components[0].uuid);
    assert_ne!(all.uuid, some.uuid);
    let protocols = |definition: &Definition| -> BTreeSet<String> {
        definition.components[0].protocols.iter().map(|protocol| protocol.uuid.clone()).collect()
    };
    assert!(protocols(&some).is_subset(&protocols(&all)));
}

#[test]
fn the_time_of_the_last_change_is_the_day_of_retrieval() {
    let listed = port_catalog(&["products", "--format", "json"]).stdout;
    let listed: Vec<Value> = serde_json::from_slice(&listed).unwrap();
    let mut days = BTreeSet::new();
    for listed in listed {
        let product = text(&listed["id"]);
        // Without a day of retrieval, the day is one that nobody can mistake for a fact.
        let day = listed["retrieved"].as_str().unwrap_or("1970-01-01");
        let definition = read(&files(&["--format", "oscal", "--product", &product])[0]);
        let Metadata { last_modified, version, oscal_version, .. } = definition.metadata;
        assert_eq!(last_modified, format!("{day}T00:00:00Z"));
        assert_eq!([version, oscal_version], [format!("{product}@{}", text(&listed["edition"])), "1.2.1".to_string()]);
        days.insert(day.to_string());
    }
    assert!(days.len() > 1, "{days:?}");
}

#[test]
fn several_products_are_components_and_messages_are_remarks() {
    let call = [
        "rules",
        "--format=oscal",
        "--product=mailgate",
        "--product=filter-suite",
        "--name=mail",
        "--direction=outbound",
    ];
    let output = port_catalog(&call);
    let [messages, printed] = [output.stderr, output.stdout].map(|bytes| String::from_utf8(bytes).unwrap());
    let definition = read(&File { name: String::new(), text: printed });
    assert_eq!(definition.components.len(), 2);
    let by_flow: Vec<Properties> = definition.components.iter().flat_map(|one| properties(one).into_values()).collect();
    let remarks: Vec<&String> = by_flow.iter().filter_map(|one| one.get("remark")).flatten().collect();
    let of_ruleset = definition.metadata.remarks.replace('\\', "");
    let mut compared = 0;
    for message in messages.lines() {
        let text = message.rsplit_once(" [").map_or(message, |(text, _)| text);
        assert!(remarks.iter().any(|remark| *remark == text) || of_ruleset.contains(text), "{message}");
        compared += 1;
    }
    assert!(compared > 5, "{messages}");
}

#[test]
fn oscal_sample() {
    let only = ["--only=mailgate-in-email-client-pop3", "--only=mailgate-out-ldap-server"];
    let call = [&["--format=oscal", "--product=mailgate"], &only[..]].concat();
    insta::assert_snapshot!("oscal_sample", files(&call)[0].text);
}
