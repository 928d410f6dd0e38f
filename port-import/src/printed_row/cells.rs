//! Cells with words of a closed vocabulary.

use port_core::{Direction, Enabled, Requirement};
use port_data::Diagnostic;

use crate::codes;
use crate::curation::Column;

/// The text of a cell that must have one.
pub(super) fn required(text: Option<String>, column: &Column) -> Result<String, Diagnostic> {
    text.ok_or_else(|| {
        Diagnostic::new(codes::EMPTY_CELL, format!("{} cell is empty", column.is.as_str()))
            .help("set may_be_empty for a column of labels or protocols, or list the row under [[row]] with no_flow")
    })
}

/// A direction, or nothing if the text means both.
pub(super) fn parse_direction(text: &str) -> Result<Option<Direction>, Diagnostic> {
    let words = text.to_ascii_lowercase().replace(['/', ',', '&', '-'], " ").replace(" and ", " ").replace(" or ", " ");
    match words.split_whitespace().collect::<Vec<_>>().as_slice() {
        ["inbound" | "incoming" | "in" | "ingress"] => Ok(Some(Direction::Inbound)),
        ["outbound" | "outgoing" | "out" | "egress"] => Ok(Some(Direction::Outbound)),
        ["both" | "bidirectional"]
        | ["both", "directions"]
        | ["bi", "directional"]
        | ["two", "way"]
        | ["in" | "inbound" | "incoming" | "ingress", "out" | "outbound" | "outgoing" | "egress"]
        | ["out" | "outbound" | "outgoing" | "egress", "in" | "inbound" | "incoming" | "ingress"] => Ok(None),
        _ => {
            let message =
                format!("unknown direction {text:?} (known: Inbound, Incoming, In, Outbound, Outgoing, Out, Both)");
            let help = "map the text to inbound, outbound or both under means of the column";
            Err(Diagnostic::new(codes::UNREADABLE_CELL, message).help(help))
        }
    }
}

/// Whether a flow is required. The catalog has no word for optional ones: what they are needed for is a condition.
pub(super) fn parse_requirement(text: &str) -> Result<Requirement, Diagnostic> {
    match text.to_lowercase().as_str() {
        "required" | "mandatory" | "yes" => Ok(Requirement::Required),
        "unstated" => Ok(Requirement::Unstated),
        _ => {
            let message = format!("unknown requirement {text:?} (known: Required, Mandatory, Yes)");
            let help = "map the text to required, unstated, or \"if\" and a condition under means of the column";
            Err(Diagnostic::new(codes::UNREADABLE_CELL, message).help(help))
        }
    }
}

/// Whether a port is open by default.
pub(super) fn parse_enabled(text: &str) -> Result<Enabled, Diagnostic> {
    match text.to_lowercase().as_str() {
        "yes" | "on" | "enabled" | "true" => Ok(Enabled::Yes),
        "no" | "off" | "disabled" | "false" => Ok(Enabled::No),
        "unstated" => Ok(Enabled::Unstated),
        _ => {
            let message = format!("unknown state {text:?} (known: Yes, On, Enabled, No, Off, Disabled)");
            let help = "map the text to yes, no or unstated under means of the column";
            Err(Diagnostic::new(codes::UNREADABLE_CELL, message).help(help))
        }
    }
}

/// The interfaces of a cell such as `C/P1/P2 (C recommended)`, and the one that it recommends.
pub(super) fn parse_interfaces(text: &str) -> Result<(Vec<String>, Option<String>), Diagnostic> {
    let (names, remark) = text.split_once(" (").unwrap_or((text, ""));
    let interfaces: Vec<String> = names.split('/').map(str::to_lowercase).collect();
    let recommended = remark.strip_suffix(" recommended)").map(str::to_lowercase);
    if !interfaces.iter().all(|name| port_data::id::is_id(name)) || (recommended.is_none() && !remark.is_empty()) {
        let message = format!("interfaces {text:?} don't have a form such as C/P1/P2 (C recommended)");
        return Err(Diagnostic::new(codes::UNREADABLE_CELL, message));
    }
    Ok((interfaces, recommended))
}
