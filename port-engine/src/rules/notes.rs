//! What the catalog knows about a flow that its rules don't express, as remarks.

use port_core::{Enabled, Fact, Scope};

use super::model::{Remark, RemarkKind};
use crate::dataset::{Edition, Flow, Product};

/// The remarks on a flow. `note_kind` is the kind of its warning.
pub(super) fn notes(flow: &Flow, note_kind: RemarkKind) -> Vec<Remark> {
    let mut notes = Vec::new();
    let mut remark = |kind, text: String| notes.push(Remark::new(kind, text));
    let mut note = |text: String| remark(RemarkKind::Note, text);
    if let Some(component) = &flow.component {
        note(format!("component: {component}"));
    }
    if let Some(condition) = &flow.condition {
        note(format!("condition: {condition}"));
    }
    if flow.scope != Scope::Network {
        note(format!("scope: {}", flow.scope));
    }
    if flow.enabled == Enabled::Yes {
        note("on by default".to_string());
    }
    if flow.configurable {
        let customization = flow.customization.as_ref().map(|text| format!(": {text}")).unwrap_or_default();
        note(format!("the port can be changed{customization}"));
    }
    if !flow.interfaces.is_empty() {
        let recommended = flow.recommended_interface.as_ref().map(|one| format!(" ({one} is recommended)"));
        note(format!("interfaces: {}{}", flow.interfaces.join(", "), recommended.unwrap_or_default()));
    }
    if !flow.hosts.is_empty() {
        note(format!("hosts named in the document: {}", flow.hosts.join(", ")));
    }
    if let Some(text) = &flow.note {
        remark(note_kind, format!("note: {text}"));
    }
    if !flow.curated.is_empty() {
        let facts: Vec<&str> = flow.curated.iter().copied().map(Fact::as_str).collect();
        remark(RemarkKind::Note, format!("added by port-catalog, not stated in the document: {}", facts.join(", ")));
    }
    notes
}

/// A warning about each edition of which parts were not available, since rules for its other flows would look complete.
pub(super) fn incomplete_editions(products: &[&Product]) -> Vec<Remark> {
    let editions = products.iter().map(|product| (*product, product.newest_edition()));
    let incomplete = editions.filter(|(_, edition)| !edition.is_complete);
    incomplete
        .map(|(product, edition)| Remark::new(RemarkKind::Warning, incomplete_edition(product, edition)))
        .collect()
}

/// The warning about an edition of which parts were not available.
pub(crate) fn incomplete_edition(product: &Product, edition: &Edition) -> String {
    let note = edition.note.as_ref().map(|note| format!(" ({note})")).unwrap_or_default();
    let edition = format!("{} {}", product.name, edition.printed);
    format!("{edition}: parts of the document were not available, so flows may be missing{note}")
}
