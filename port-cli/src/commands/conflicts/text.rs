//! The text of conflicts: collisions, and then who listens where.

use port_core::PortRange;
use port_engine::conflicts::{Choice, Conflicts, Endpoint, Listener};
use port_engine::protocol::Protocol;

use crate::format::{Columns, table};
use crate::output::count;

/// The text, in tables of the terminal's width.
pub fn print(conflicts: &Conflicts, width: Option<u16>) -> String {
    let collisions: Vec<&Endpoint> = conflicts.collisions().collect();
    let unavoidable = collisions.iter().filter(|endpoint| !endpoint.avoidable).count();
    let products = conflicts.products.join(", ");
    let mut text = match collisions.len() {
        0 => format!("{products}: no collision\n"),
        number => format!("{products}: {}, {unavoidable} of them unavoidable\n", count(number, "collision")),
    };
    let outbound = count(conflicts.outbound, "outbound flow");
    text += &format!("{outbound} not compared, since products don't listen for them\n");
    if !conflicts.exact {
        text += "there are too many combinations to try them all: a choice with fewer collisions may exist\n";
    }
    let avoided = collisions.len() - unavoidable;
    let choice = format!("A choice that avoids {} of {}", avoided, count(collisions.len(), "collision"));
    let choices = if avoided > 0 { conflicts.choices.as_slice() } else { &[] };
    for (heading, columns) in [
        ("Collisions", collision_columns(&collisions)),
        (choice.as_str(), choice_columns(choices)),
        ("Who listens where", endpoint_columns(&conflicts.endpoints)),
        ("Not compared: the document gives no port", unnumbered_columns(conflicts)),
    ] {
        if !columns.rows.is_empty() {
            text += &format!("\n{heading}\n{}", table::print(&columns, width));
        }
    }
    text
}

/// A row for each product of each collision.
fn collision_columns(collisions: &[&Endpoint]) -> Columns {
    let mut rows = Vec::new();
    for endpoint in collisions {
        let remark = match (endpoint.avoidable, endpoint.is_certain()) {
            (true, true) => "avoidable",
            (false, true) => "unavoidable",
            (true, false) => "possible: a transport is not stated; avoidable",
            (false, false) => "possible: a transport is not stated; unavoidable",
        };
        for (product, listeners) in endpoint.products() {
            let flows = listeners.iter().map(flow_with_condition).collect::<Vec<_>>();
            rows.push(vec![
                ports(endpoint.protocol, endpoint.range),
                product.to_string(),
                flows.join(", "),
                other_ports(listeners),
                remark.to_string(),
            ]);
        }
    }
    Columns { names: vec!["port", "product", "listeners", "could use", "remarks"], rows }
}

fn flow_with_condition(listener: &Listener) -> String {
    match &listener.flow.condition {
        Some(condition) => format!("{} (only: {condition})", listener.flow.id),
        None => listener.flow.id.clone(),
    }
}

/// The other ports that a product could use for its listeners at an endpoint.
fn other_ports(listeners: &[Listener]) -> String {
    let mut ports: Vec<String> = Vec::new();
    for listener in listeners {
        let stays = listener.alternatives.is_empty() && !listener.flow.configurable;
        let specs = listener.alternatives.iter().map(|alternative| alternative.spec.to_string());
        let own = specs.chain(listener.flow.configurable.then(|| another_port(listener.flow.customization.as_ref())));
        for port in own.chain(stays.then(|| "no other port".to_string())) {
            if !ports.contains(&port) {
                ports.push(port);
            }
        }
    }
    ports.join(", ")
}

fn another_port(customization: Option<&String>) -> String {
    match customization {
        Some(setting) => format!("any port ({setting})"),
        None => "any port".to_string(),
    }
}

/// A row for each choice: the ports that a product uses for some flows.
fn choice_columns(choices: &[Choice]) -> Columns {
    let row = |choice: &Choice| {
        let setting = choice.flows.first().and_then(|flow| flow.customization.as_ref());
        let setting = setting.map(|setting| format!(" ({setting})")).unwrap_or_default();
        let port = match choice.spec {
            Some(spec) if choice.is_changed() => format!("{spec} instead of {}", choice.first),
            Some(spec) => spec.to_string(),
            None => format!("another port than {}{setting}", choice.first),
        };
        let flows: Vec<&str> = choice.flows.iter().map(|flow| flow.id.as_str()).collect();
        vec![choice.product().to_string(), port, flows.join(", ")]
    };
    Columns { names: vec!["product", "uses", "listeners"], rows: choices.iter().map(row).collect() }
}

fn endpoint_columns(endpoints: &[Endpoint]) -> Columns {
    let row = |endpoint: &Endpoint| {
        let products: Vec<&str> = endpoint.products().map(|(product, _)| product).collect();
        let flows: Vec<&str> = endpoint.listeners.iter().map(|listener| listener.flow.id.as_str()).collect();
        let unstated = endpoint.products().filter(|(_, listeners)| !listeners.iter().all(Listener::has_transport));
        let unstated: Vec<&str> = unstated.map(|(product, _)| product).collect();
        let remark = match unstated.is_empty() {
            true => String::new(),
            false => format!("transport not stated for {}", unstated.join(", ")),
        };
        vec![ports(endpoint.protocol, endpoint.range), products.join(", "), flows.join(", "), remark]
    };
    Columns { names: vec!["port", "products", "listeners", "remarks"], rows: endpoints.iter().map(row).collect() }
}

fn unnumbered_columns(conflicts: &Conflicts) -> Columns {
    let row =
        |listener: &Listener| vec![listener.flow.product.clone(), listener.spec.to_string(), listener.flow.id.clone()];
    Columns { names: vec!["product", "service", "listeners"], rows: conflicts.unnumbered().map(row).collect() }
}

/// A protocol with its ports: `tcp/25-26`, `esp`.
fn ports(protocol: Protocol, range: Option<PortRange>) -> String {
    range.map_or_else(|| protocol.to_string(), |range| format!("{protocol}/{range}"))
}

#[cfg(test)]
mod tests {
    use port_engine::conflicts::Conflicts;

    #[test]
    fn no_width_breaks_a_flow_id() {
        let dataset = crate::compiled::dataset();
        let conflicts = Conflicts::new(&dataset, &["fortimail", "securitygateway", "forcepoint-email-security"]);
        for width in (1..300).step_by(3).map(Some).chain([None]) {
            let text = super::print(&conflicts, width);
            for listener in &conflicts.listeners {
                assert!(text.contains(&listener.flow.id), "{width:?} {}", listener.flow.id);
            }
        }
    }
}
