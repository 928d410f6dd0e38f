//! What the tools of the web page compute: the same reports as the command, from a dataset, a request and files.
//!
//! The features `rules` and `audit` choose the tools, since a page loads only the module that it needs. [`Tools::run`] takes the name of a tool and a request as JSON, and returns an answer as JSON. `rules`, `upgrade`, `conflicts` and
//! `audit` are the tools. Only the module for browsers, `browser`, knows wasm; tests compare the rest with the command.

use port_data::Diagnostic;
use port_engine::dataset::{Dataset, ProductEdition};
use serde::{Deserialize, Serialize};

#[cfg(feature = "audit")]
mod audit;
#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(feature = "audit")]
mod conflicts;
#[cfg(feature = "rules")]
mod rules;
#[cfg(feature = "rules")]
mod upgrade;

/// The dataset, and the files that were dropped on the page.
#[derive(Debug)]
pub struct Tools {
    dataset: Dataset,
    files: Vec<DroppedFile>,
}

/// A file that was dropped on the page.
#[derive(Clone, Debug)]
pub struct DroppedFile {
    /// Its name.
    pub name: String,
    /// Its contents.
    pub bytes: Vec<u8>,
}

/// What a tool returns.
#[derive(Debug, Default, Serialize)]
pub struct Answer {
    /// What the command prints to a file.
    pub text: String,
    /// The same for a page of the width of the request, with bold headings as escape sequences.
    pub shown: String,
    /// The files, if the tool makes several.
    pub files: Vec<NamedText>,
    /// What the command prints to standard error.
    pub messages: Vec<String>,
    /// Whether the request failed.
    pub failed: bool,
}

/// A file that a tool makes.
#[derive(Debug, Serialize)]
pub struct NamedText {
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
}

type Result<T = Answer> = std::result::Result<T, Vec<Diagnostic>>;

port_data::codes! {
    #[doc = "A request of the page isn't one that this version understands."]
    REQUEST = "page-request";
}

impl Tools {
    /// The tools for a dataset that [`Dataset::to_text`] wrote.
    ///
    /// # Errors
    ///
    /// The text isn't one, as a message.
    pub fn new(text: &str) -> std::result::Result<Tools, String> {
        match Dataset::from_text("dataset.txt", text) {
            Ok(dataset) => Ok(Tools { dataset, files: Vec::new() }),
            Err(problems) => Err(messages(&problems).join("\n")),
        }
    }

    /// Adds a file for the next audits.
    pub fn add_file(&mut self, name: String, bytes: Vec<u8>) {
        self.files.push(DroppedFile { name, bytes });
    }

    /// Removes all files.
    pub fn clear_files(&mut self) {
        self.files.clear();
    }

    /// Runs a tool on a request in JSON. The answer is JSON, too; it lists the errors of a request as messages.
    pub fn run(&self, tool: &str, request: &str) -> String {
        let answer = match tool {
            #[cfg(feature = "rules")]
            "addresses" => return self.addresses(request),
            #[cfg(feature = "rules")]
            "rules" => parse(request).and_then(|request| rules::run(&self.dataset, &request)),
            #[cfg(feature = "rules")]
            "upgrade" => parse(request).and_then(|request| upgrade::run(&self.dataset, &request)),
            #[cfg(feature = "audit")]
            "conflicts" => parse(request).and_then(|request| conflicts::run(&self.dataset, &request)),
            #[cfg(feature = "audit")]
            "audit" => parse(request).and_then(|request| audit::run(&self.dataset, &self.files, &request)),
            _ => Err(vec![Diagnostic::new(REQUEST, format!("unknown tool {tool}"))]),
        };
        let failed =
            |problems: Vec<Diagnostic>| Answer { messages: messages(&problems), failed: true, ..Answer::default() };
        json(&answer.unwrap_or_else(failed))
    }

    #[cfg(feature = "rules")]
    /// The entries of a site file for a product: whose addresses its rules can use.
    fn addresses(&self, request: &str) -> String {
        let named: std::result::Result<Named, _> = serde_json::from_str(request);
        json(&named.map(|named| rules::entries(&self.dataset, &named)).unwrap_or_default())
    }
}

/// A product and its edition.
#[derive(Clone, Debug, Deserialize)]
pub struct Named {
    /// The product's id.
    pub product: String,
    /// The edition's id; none means the newest.
    #[serde(default)]
    pub edition: Option<String>,
}

impl Named {
    /// The dataset in which this edition is the product's only one.
    fn view(&self, dataset: &Dataset) -> Result<Dataset> {
        dataset.at_editions(&[ProductEdition { product: self.product.clone(), edition: self.edition.clone() }])
    }
}

fn parse<'a, T: Deserialize<'a>>(request: &'a str) -> Result<T> {
    serde_json::from_str(request).map_err(|error| vec![Diagnostic::new(REQUEST, format!("not a request ({error})"))])
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("keys are strings")
}

/// Problems as the command prints them.
fn messages(problems: &[Diagnostic]) -> Vec<String> {
    problems.iter().map(|problem| format!("error[{}]: {problem}", problem.code)).collect()
}

/// A text without the escape sequences of bold headings, as the command prints it to a file.
#[cfg(feature = "audit")]
fn plain(text: &str) -> String {
    text.replace("\u{1b}[1m", "").replace("\u{1b}[0m", "")
}
