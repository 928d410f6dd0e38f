//! The text of conflicts: collisions, and then who listens where.

use port_core::PortRange;
use port_engine::conflicts::{Conflicts, Endpoint, Listener, can_move};
use port_engine::protocol::Protocol;

use crate::format::{Columns, table};
use crate::output::count;

/// The text, in tables of the terminal's width.
pub fn print(conflicts: &Conflicts, width: Option<u16>) -> String {
    let collisions: Vec<&Endpoint> = conflicts.collisions().collect();
    let unavoidable = collisions.iter().filter(|endpoint| !endpoint.is_avoidable()).count();
    let products = conflicts.products.join(", ");
    let mut text = match collisions.len() {
        0 => format!("{products}: no collision\n"),
        number => format!("{products}: {}, {unavoidable} of them unavoidable\n", count(number, "collision")),
    };
    let outbound = count(conflicts.outbound, "outbound flow");
    text += &format!("{outbound} not compared, since products don't listen for them\n");
    for (heading, columns) in [
        ("Collisions", collision_columns(&collisions)),
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
        let remark = match (endpoint.is_avoidable(), endpoint.is_certain()) {
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
                moves(listeners),
                remark.to_string(),
            ]);
        }
    }
    Columns { names: vec!["port", "product", "listeners", "moves", "remarks"], rows }
}

fn flow_with_condition(listener: &Listener) -> String {
    match &listener.flow.condition {
        Some(condition) => format!("{} (only: {condition})", listener.flow.id),
        None => listener.flow.id.clone(),
    }
}

/// Whether a product can use another port, and which.
fn moves(listeners: &[Listener]) -> String {
    if !can_move(listeners) {
        let has_alternatives = listeners.iter().any(|listener| !listener.alternatives.is_empty());
        return if has_alternatives { "no: not every flow has a free alternative" } else { "no" }.to_string();
    }
    let mut moves: Vec<String> = Vec::new();
    for listener in listeners {
        let free = listener.alternatives.iter().filter(|alternative| alternative.free);
        let free: Vec<String> = free.map(|alternative| alternative.spec.to_string()).collect();
        let way = match (listener.flow.configurable, &listener.flow.customization) {
            (true, Some(setting)) => format!("configurable ({setting})"),
            (true, None) => "configurable".to_string(),
            (false, _) => format!("to {}", free.join(" or ")),
        };
        if !moves.contains(&way) {
            moves.push(way);
        }
    }
    format!("yes: {}", moves.join(", "))
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
