//! Tells who listens where and what collides, to people and to programs.

use port_catalog::{PortRange, PortSpec, Product, Service};
use serde_json::{Value, json};

use super::{Listener, Place, can_move};
use crate::answer::count;
use crate::columns::{self, Columns};
use crate::{json, table};

/// For people: what collides, and then who listens where.
pub fn table(
    products: &[Product],
    listeners: &[Listener],
    places: &[Place],
    collisions: &[&Place],
    width: Option<u16>,
) -> String {
    let fixed = collisions.iter().filter(|place| !place.is_avoidable()).count();
    let names: Vec<&str> = products.iter().map(|product| product.as_str()).collect();
    let mut text = match collisions.len() {
        0 => format!("{}: no collision\n", names.join(", ")),
        number => format!("{}: {}, {fixed} of them not avoidable\n", names.join(", "), count(number, "collision")),
    };
    let outbound: usize = products
        .iter()
        .map(|product| product.flows().filter(|flow| flow.direction() == port_catalog::Direction::Outbound).count())
        .sum();
    text += &format!("{} not compared: products do not listen for what they open\n", count(outbound, "outbound flow"));
    for (heading, columns) in [
        ("Collisions", of_collisions(collisions)),
        ("Who listens where", of_places(places)),
        ("Not compared: the document gives no number", of_unnumbered(listeners)),
    ] {
        if !columns.rows.is_empty() {
            text += &format!("\n{heading}\n{}", table::print(&columns, width));
        }
    }
    text
}

/// A row for each product at each collision.
fn of_collisions(collisions: &[&Place]) -> Columns {
    let mut rows = Vec::new();
    for place in collisions {
        let judgement = match (place.is_avoidable(), place.is_certain()) {
            (true, true) => "avoidable",
            (false, true) => "not avoidable",
            (true, false) => "possible: a transport is not stated; avoidable",
            (false, false) => "possible: a transport is not stated; not avoidable",
        };
        for (product, listeners) in place.products() {
            let flows = listeners.iter().map(|listener| flow(listener)).collect::<Vec<_>>();
            rows.push(vec![
                columns::ports(place.transport, place.range),
                product.to_string(),
                flows.join(", "),
                way_out(listeners),
                judgement.to_string(),
            ]);
        }
    }
    Columns { names: vec!["port", "product", "listeners", "moves", "remarks"], rows }
}

/// A flow, with the limit under which it is needed.
fn flow(listener: &Listener) -> String {
    match listener.flow.condition() {
        Some(condition) => format!("{} (only: {condition})", listener.flow.id()),
        None => listener.flow.id().to_string(),
    }
}

/// Whether and where a product can move from a place.
fn way_out(listeners: &[&Listener]) -> String {
    if !can_move(listeners) {
        let alternatives = listeners.iter().any(|listener| !listener.alternatives.is_empty());
        return if alternatives { "no: not every flow has a free alternative" } else { "no" }.to_string();
    }
    let mut ways: Vec<String> = Vec::new();
    for listener in listeners {
        let free = listener.alternatives.iter().filter(|alternative| alternative.free);
        let free: Vec<String> = free.map(|alternative| alternative.spec.to_string()).collect();
        let way = match (listener.flow.configurable(), listener.flow.customization()) {
            (true, Some(place)) => format!("configurable ({place})"),
            (true, None) => "configurable".to_string(),
            (false, _) => format!("to {}", free.join(" or ")),
        };
        if !ways.contains(&way) {
            ways.push(way);
        }
    }
    format!("yes: {}", ways.join(", "))
}

fn of_places(places: &[Place]) -> Columns {
    let row = |place: &Place| {
        let products: Vec<&str> = place.products().map(|(product, _)| product.as_str()).collect();
        let flows: Vec<&str> = place.listeners.iter().map(|listener| listener.flow.id().as_str()).collect();
        let stated = |listeners: &[&Listener]| listeners.iter().all(|listener| listener.is_stated());
        let unstated = place.products().filter(|(_, listeners)| !stated(listeners));
        let unstated: Vec<&str> = unstated.map(|(product, _)| product.as_str()).collect();
        let remark = match unstated.is_empty() {
            true => String::new(),
            false => format!("transport not stated for {}", unstated.join(", ")),
        };
        vec![columns::ports(place.transport, place.range), products.join(", "), flows.join(", "), remark]
    };
    Columns { names: vec!["port", "products", "listeners", "remarks"], rows: places.iter().map(row).collect() }
}

fn of_unnumbered(listeners: &[Listener]) -> Columns {
    let row = |listener: &Listener| {
        vec![listener.product.to_string(), listener.spec.to_string(), listener.flow.id().to_string()]
    };
    let rows = unnumbered(listeners).map(row).collect();
    Columns { names: vec!["product", "service", "listeners"], rows }
}

fn unnumbered(listeners: &[Listener]) -> impl Iterator<Item = &Listener> {
    listeners.iter().filter(|listener| listener.spec.transport().is_none())
}

/// For programs: one object, with everything.
pub fn json(products: &[Product], listeners: &[Listener], places: &[Place], collisions: &[&Place]) -> String {
    json::object(&json!({
        "products": products,
        "collisions": collisions.iter().map(|place| {
            let mut object = place_object(place);
            object["avoidable"] = json!(place.is_avoidable());
            object["certain"] = json!(place.is_certain());
            object["products"] = place.products().map(|(product, listeners)| json!({
                "product": product,
                "can_move": can_move(listeners),
                "listeners": listeners.iter().map(|listener| listener_object(listener)).collect::<Vec<_>>(),
            })).collect();
            object
        }).collect::<Vec<_>>(),
        "listens": places.iter().map(|place| {
            let mut object = place_object(place);
            object["flows"] = place.listeners.iter().map(|listener| json!(listener.flow.id())).collect();
            object
        }).collect::<Vec<_>>(),
        "unnumbered": unnumbered(listeners).map(|listener| json!({
            "product": listener.product,
            "flow": listener.flow.id(),
            "service": listener.spec.service(),
        })).collect::<Vec<_>>(),
    }))
}

fn place_object(place: &Place) -> Value {
    json!({
        "transport": place.transport,
        "first": place.range.map(PortRange::first),
        "last": place.range.map(PortRange::last),
    })
}

fn listener_object(listener: &Listener) -> Value {
    let object = |spec: &PortSpec<Service>| serde_json::to_value(spec).expect("a spec has only texts for keys");
    json!({
        "flow": listener.flow.id(),
        "ports": object(&listener.spec),
        "condition": listener.flow.condition(),
        "configurable": listener.flow.configurable(),
        "customization": listener.flow.customization(),
        "alternatives": listener.alternatives.iter().map(|alternative| {
            let mut one = object(&alternative.spec);
            one["free"] = json!(alternative.free);
            one
        }).collect::<Vec<_>>(),
    })
}
