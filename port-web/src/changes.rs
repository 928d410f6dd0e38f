//! The changes of the data, as `changes.json` lists them.

use std::collections::BTreeMap;

use maud::{Markup, html};
use serde::Deserialize;

use crate::layout::{Page, count, link};
use crate::{Context, File};

/// The changes.
#[derive(Clone, Debug, Deserialize)]
pub struct Changes {
    versions: Vec<Version>,
}

/// The changes of one version.
#[derive(Clone, Debug, Deserialize)]
struct Version {
    #[serde(rename = "version")]
    id: String,
    date: String,
    bump: String,
    editions: Vec<Edition>,
}

/// An edition that was added or removed.
#[derive(Clone, Debug, Deserialize)]
struct Edition {
    product: String,
    #[serde(rename = "edition")]
    id: String,
    change: String,
    replaces: Option<String>,
    document: String,
    flows: usize,
    upgrade: Option<Upgrade>,
}

/// What an edition changes.
#[derive(Clone, Debug, Deserialize)]
struct Upgrade {
    from: String,
    to: String,
    unchanged: usize,
    classes: BTreeMap<String, usize>,
}

impl Changes {
    /// Parses `changes.json`.
    ///
    /// # Errors
    ///
    /// The text isn't what `cargo xtask regenerate` writes.
    pub fn parse(json: &str) -> Result<Changes, String> {
        serde_json::from_str(json).map_err(|error| format!("changes.json: not a list of changes ({error})"))
    }
}

/// The page of the changes.
pub fn page(context: &Context, changes: &Changes) -> File {
    let path = "changes/";
    let main = html! {
        h1 { "Changes of the data" }
        p.lead {
            "What changed in the vendors’ documents and in the catalog. Follow it as "
            a href=(link(path, "changes.atom")) { "Atom" } " or " a href=(link(path, "changes.json")) { "JSON" } "."
        }
        @for (number, version) in changes.versions.iter().enumerate() {
            section aria-labelledby=(format!("version-{number}")) {
                h2 #(format!("version-{number}")) {
                    (version.id) " " span.muted { (version.date) ", " (version.bump) }
                }
                @if version.editions.is_empty() { p { "No edition was added or removed." } }
                ul.changes { @for edition in &version.editions { li { (entry(context, path, edition)) } } }
            }
        }
    };
    let description = "What changed in the vendors' documents, and what that means for firewall rules.";
    Page { path, title: "Changes of the data", description, main }.file(context)
}

fn entry(context: &Context, path: &str, edition: &Edition) -> Markup {
    let product = context.dataset.product(&edition.product);
    let is_here = product.is_some_and(|product| product.editions.iter().any(|own| own.id == edition.id));
    let name = product.map_or(&edition.product, |product| &product.name);
    html! {
        @if is_here {
            a href=(link(path, &format!("p/{}/{}/", edition.product, edition.id))) { (name) " " (edition.id) }
        } @else { strong { (name) " " (edition.id) } }
        " " (edition.change)
        @if let Some(replaced) = &edition.replaces { ", replaces " (replaced) }
        ": " (count(edition.flows, "flow")) " of “" (edition.document) "”."
        @if let Some(upgrade) = &edition.upgrade {
            @let classes: Vec<String> = upgrade.classes.iter().map(|(class, number)| format!("{number} {class}")).collect();
            " " span.muted {
                "From " (upgrade.from) " to " (upgrade.to) ": "
                @for class in &classes { (class) ", " } (upgrade.unchanged) " unchanged."
            }
            @if context.has_client {
                " "
                a href=(link(path, &format!("upgrade/#product={}&from={}&to={}", edition.product, upgrade.from, upgrade.to))) {
                    "Show"
                }
            }
        }
    }
}
