//! Firewall rules, and whose addresses they can use.

use std::path::Path;
use std::str::FromStr;

use port_core::{Direction, ParseIdError};
use port_data::Diagnostic;
use port_engine::dataset::Dataset;
use port_engine::filter::Filter;
use port_engine::rules::options::{Choices, UnnamedPeers};
use port_engine::rules::output_options::OutputOptions;
use port_engine::rules::site::Site;
use port_engine::rules::{RulesRequest, generate};
use serde::{Deserialize, Serialize};

use crate::{Answer, Named, NamedText, REQUEST, Result};

/// The choices of the form. An empty text is the default.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::struct_excessive_bools, reason = "each is a box of the form")]
pub struct Request {
    #[serde(flatten)]
    named: Named,
    format: String,
    #[serde(default)]
    target: String,
    #[serde(default)]
    at: String,
    #[serde(default)]
    direction: String,
    #[serde(default)]
    components: Vec<String>,
    #[serde(default)]
    alternatives: String,
    #[serde(default)]
    unstated: String,
    #[serde(default)]
    unnamed: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    required_only: bool,
    #[serde(default)]
    enabled_only: bool,
    #[serde(default)]
    all_scopes: bool,
    #[serde(default)]
    log: bool,
    #[serde(default)]
    counter: bool,
    #[serde(default)]
    allow_dns: bool,
    /// The text of a site file.
    #[serde(default)]
    site: Option<String>,
}

/// Generates the rules.
pub fn run(dataset: &Dataset, request: &Request) -> Result {
    let dataset = request.named.view(dataset)?;
    let site = match &request.site {
        Some(text) => Site::parse(Path::new("site.toml"), text, &dataset)?,
        None => Site::default(),
    };
    let report = generate(&dataset, &request.rules_request()?, &site)?;
    let text = port_text::rules::print(&report.files);
    let files = report.files.into_iter().map(|file| NamedText { name: file.name, text: file.text }).collect();
    let messages = report.remarks.iter().map(ToString::to_string).collect();
    Ok(Answer { shown: text.clone(), text, files, messages, failed: false })
}

impl Request {
    fn rules_request(&self) -> Result<RulesRequest> {
        let usual = Choices {
            unnamed: if self.site.is_some() { UnnamedPeers::LeaveOut } else { UnnamedPeers::Any },
            ..Choices::default()
        };
        let name = match self.name.as_str() {
            "" => None,
            text => Some(text.parse().map_err(|problem| {
                vec![Diagnostic::new(REQUEST, "invalid name of chains and files").help(format!("{problem}"))]
            })?),
        };
        Ok(RulesRequest {
            format: word(&self.format)?
                .ok_or_else(|| vec![Diagnostic::new(REQUEST, "no format").help("choose one")])?,
            filter: Filter {
                products: vec![self.named.product.clone()],
                components: self.components.clone(),
                direction: word::<Direction>(&self.direction)?,
                ..Filter::default()
            },
            only: Vec::new(),
            location: word(&self.at)?,
            choices: Choices {
                alternatives: word(&self.alternatives)?.unwrap_or(usual.alternatives),
                unstated: word(&self.unstated)?.unwrap_or(usual.unstated),
                unnamed: word(&self.unnamed)?.unwrap_or(usual.unnamed),
                required_only: self.required_only,
                enabled_only: self.enabled_only,
                all_scopes: self.all_scopes,
            },
            name,
            output: OutputOptions {
                target: word(&self.target)?,
                log: self.log,
                counter: self.counter,
                allow_dns: self.allow_dns,
                table: None,
                chain: None,
            },
        })
    }
}

/// A word of a vocabulary; none for an empty text.
fn word<T: FromStr<Err = ParseIdError>>(text: &str) -> Result<Option<T>> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|error: ParseIdError| vec![Diagnostic::new(REQUEST, error.to_string())])
}

/// An entry of a site file: whose addresses.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The table of the site file: `products`, `peers` or `components.PRODUCT`.
    table: String,
    /// The key in it.
    key: String,
    /// The name of the peer or product with these addresses.
    name: String,
}

/// The entries that can be filled in for a product: itself, its components, and its peers in the order of their flows.
pub fn entries(dataset: &Dataset, named: &Named) -> Vec<Entry> {
    let Ok(view) = named.view(dataset) else { return Vec::new() };
    let Some(product) = view.product(&named.product) else { return Vec::new() };
    let mut entries =
        vec![Entry { table: "products".to_string(), key: product.id.clone(), name: product.name.clone() }];
    entries.extend(product.components.iter().map(|component| {
        Entry {
            table: format!("components.{}", product.id),
            key: component.clone(),
            name: view
                .peer(&format!("{}-{component}", product.id))
                .map_or_else(|| component.clone(), |peer| peer.name.clone()),
        }
    }));
    let mut peers: Vec<&str> = Vec::new();
    for flow in view.flows_of(&product.id) {
        if flow.peer != product.id && flow.peer_component(&view).is_none() && !peers.contains(&flow.peer.as_str()) {
            peers.push(&flow.peer);
        }
    }
    entries.extend(peers.into_iter().map(|id| Entry {
        table: "peers".to_string(),
        key: id.to_string(),
        name: view.peer(id).map_or_else(|| id.to_string(), |peer| peer.name.clone()),
    }));
    entries
}
