//! The text of conflicts: collisions, the choice that avoids them, and who listens where if the call asks for it.

use port_core::{PortRange, Scope};
use port_data::hidden::Escaped;
use port_engine::conflicts::{Choice, Conflicts, Endpoint, Listener, Uncertainty};
use port_engine::protocol::Protocol;

use crate::{Columns, table};
use port_data::diagnostic::count;

/// The text for a terminal of this width. `all_listeners` adds a table of everything that listens.
pub fn print(conflicts: &Conflicts, all_listeners: bool, width: Option<u16>) -> String {
    let collisions: Vec<&Endpoint> = conflicts.collisions().collect();
    let unavoidable = collisions.iter().filter(|endpoint| !endpoint.avoidable).count();
    let products = conflicts.products.join(", ");
    let mut text = match collisions.len() {
        0 => format!("{products}: no collision\n"),
        number => format!("{products}: {}, {unavoidable} of them unavoidable\n", count(number, "collision")),
    };
    let outbound = count(conflicts.outbound, "outbound flow");
    text += &format!("{outbound} not compared, since products don't listen for them\n");
    if conflicts.within_pods > 0 {
        let flows = count(conflicts.within_pods, "flow");
        text += &format!("{flows} within pods not compared, since each pod has its own addresses\n");
    }
    if !conflicts.exact {
        text += "there are too many combinations to try them all: a choice with fewer collisions may exist\n";
    }
    if !collisions.is_empty() {
        text += "\nCollisions\n";
        text.extend(collisions.iter().flat_map(|endpoint| collision_lines(endpoint, width)));
    }
    let avoided = collisions.len() - unavoidable;
    if avoided > 0 {
        text += &format!("\nA choice that avoids {avoided} of {}\n", count(collisions.len(), "collision"));
        text.extend(choice_lines(&conflicts.choices, width));
    }
    if all_listeners {
        text += &format!("\nWho listens where\n{}", table::print(&endpoint_columns(&conflicts.endpoints), width));
    }
    let unnumbered: Vec<&Listener> = conflicts.unnumbered().collect();
    if !unnumbered.is_empty() {
        text += "\nNot compared: the document gives no port\n";
        text.extend(unnumbered_lines(&unnumbered, width));
    }
    text
}

/// A collision: the port, then each product with the ports that it could use and its listeners.
fn collision_lines(endpoint: &Endpoint, width: Option<u16>) -> Vec<String> {
    let mut lines = Vec::new();
    let mut push = |indent: usize, text: String| lines.push(indented(indent, &text, width));
    let avoidable = if endpoint.avoidable { "avoidable" } else { "unavoidable" };
    let reasons: Vec<&str> = endpoint.uncertainties().into_iter().map(reason).collect();
    let possible =
        if reasons.is_empty() { String::new() } else { format!("; only possible, since {}", reasons.join(", and ")) };
    push(0, format!("{}: {avoidable}{possible}", ports(endpoint.protocol, endpoint.range)));
    for (product, listeners) in endpoint.products() {
        let stays = listeners.iter().all(|listener| other_ports(listener).is_none());
        push(2, if stays { format!("{product}: no other port") } else { product.to_string() });
        for listener in listeners {
            push(4, listener.flow.id.clone());
            if !stays {
                push(
                    6,
                    other_ports(listener).map_or("no other port".to_string(), |ports| format!("could use {ports}")),
                );
            }
            if listener.flow.scope == Scope::Host {
                push(6, "within the host only, at the loopback address".to_string());
            }
            if let Some(condition) = &listener.flow.condition {
                push(6, format!("only: {condition}"));
            }
            if let Some(note) = &listener.flow.note {
                push(6, format!("note: {note}"));
            }
        }
    }
    lines
}

/// Why a collision isn't certain.
fn reason(uncertainty: Uncertainty) -> &'static str {
    match uncertainty {
        Uncertainty::Transport => "a transport is not stated",
        Uncertainty::Groups => "perhaps not all ports are needed",
        Uncertainty::Protocol => "programs can share it",
    }
}

/// A text behind spaces. Its lines are no longer than a terminal is wide if its words allow it.
fn indented(indent: usize, text: &str, width: Option<u16>) -> String {
    let text = Escaped(text).to_string();
    let width = width.map_or(usize::MAX, |width| usize::from(width).saturating_sub(indent));
    table::wrap(&text, width).iter().map(|line| format!("{:indent$}{line}\n", "")).collect()
}

/// The notes of listeners, each with its flow.
fn notes(listeners: &[Listener]) -> Vec<String> {
    let mut notes = Vec::new();
    for listener in listeners {
        if let Some(note) = &listener.flow.note {
            let note = format!("note on {}: {note}", listener.flow.id);
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
    }
    notes
}

/// The other ports that a product could use for a listener; `None` if there are none.
fn other_ports(listener: &Listener) -> Option<String> {
    let mut ports: Vec<String> = listener.alternatives.iter().map(|alternative| alternative.spec.to_string()).collect();
    ports.extend(listener.flow.configurable.then(|| another_port(listener.flow.customization.as_ref())));
    (!ports.is_empty()).then(|| ports.join(", "))
}

fn another_port(customization: Option<&String>) -> String {
    match customization {
        Some(setting) => format!("any port ({setting})"),
        None => "any port".to_string(),
    }
}

/// The ports that each product uses for its flows.
fn choice_lines(choices: &[Choice], width: Option<u16>) -> Vec<String> {
    let uses = |choice: &Choice| {
        let setting = choice.flows.first().and_then(|flow| flow.customization.as_ref());
        let setting = setting.map(|setting| format!(" ({setting})")).unwrap_or_default();
        let port = match choice.spec {
            Some(spec) if choice.is_changed() => format!("{spec} instead of {}", choice.first),
            Some(spec) => spec.to_string(),
            None => format!("another port than {}{setting}", choice.first),
        };
        format!("{} uses {port}", choice.participant)
    };
    let mut lines = Vec::new();
    for choices in choices.chunk_by(|one, next| uses(one) == uses(next)) {
        lines.extend(choices.first().map(|choice| indented(0, &uses(choice), width)));
        let flows = choices.iter().flat_map(|choice| &choice.flows);
        lines.extend(flows.map(|flow| indented(2, &flow.id, width)));
    }
    lines
}

fn endpoint_columns(endpoints: &[Endpoint]) -> Columns {
    let row = |endpoint: &Endpoint| {
        let products: Vec<&str> = endpoint.products().map(|(product, _)| product).collect();
        let flows: Vec<&str> = endpoint.listeners.iter().map(|listener| listener.flow.id.as_str()).collect();
        let unstated = |reason: Uncertainty| -> Vec<&str> {
            let has = |listener: &Listener| listener.uncertainty() == Some(reason);
            let products = endpoint.products().filter(|(_, listeners)| listeners.iter().any(has));
            products.map(|(product, _)| product).collect()
        };
        let within: Vec<&Listener> =
            endpoint.listeners.iter().filter(|listener| listener.flow.scope == Scope::Host).collect();
        let mut remarks: Vec<String> = Vec::new();
        for (reason, text) in [
            (Uncertainty::Transport, "transport not stated for"),
            (Uncertainty::Groups, "not stated whether all ports are needed for"),
        ] {
            let products = unstated(reason);
            if !products.is_empty() {
                remarks.push(format!("{text} {}", products.join(", ")));
            }
        }
        remarks.extend(within.iter().map(|listener| format!("within the host: {}", listener.flow.id)));
        remarks.extend(notes(&endpoint.listeners));
        vec![ports(endpoint.protocol, endpoint.range), products.join(", "), flows.join(", "), remarks.join("; ")]
    };
    Columns { names: vec!["port", "products", "listeners", "remarks"], rows: endpoints.iter().map(row).collect() }
}

/// The flows that name services without ports.
fn unnumbered_lines(listeners: &[&Listener], width: Option<u16>) -> Vec<String> {
    let mut lines = Vec::new();
    for listeners in listeners.chunk_by(|one, next| one.flow.id == next.flow.id) {
        let Some(flow) = listeners.first().map(|listener| listener.flow) else { continue };
        let services: Vec<String> = listeners.iter().map(|listener| listener.spec.to_string()).collect();
        let participant = listeners.first().map_or("", |listener| listener.participant);
        lines.push(indented(0, &format!("{participant}: {}", services.join(", ")), width));
        lines.push(indented(2, &flow.id, width));
        lines.extend(flow.note.as_ref().map(|note| indented(4, &format!("note: {note}"), width)));
    }
    lines
}

/// A protocol with its ports: `tcp/25-26`, `esp`.
fn ports(protocol: Protocol, range: Option<PortRange>) -> String {
    range.map_or_else(|| protocol.to_string(), |range| format!("{protocol}/{range}"))
}

#[cfg(test)]
mod tests {
    use port_engine::conflicts::{Conflicts, Participant};

    #[test]
    fn no_width_breaks_a_flow_id() {
        let dataset = crate::catalog();
        let products = ["fortimail", "securitygateway", "forcepoint-email-security"];
        let participants = Participant::products(&dataset, &products);
        let conflicts = Conflicts::new(&participants);
        for width in (1..300).step_by(3).map(Some).chain([None]) {
            let text = super::print(&conflicts, true, width);
            for listener in &conflicts.listeners {
                assert!(text.contains(&listener.flow.id), "{width:?} {}", listener.flow.id);
            }
        }
    }
}
