//! A site: the addresses of products and peers, parsed from the text of a TOML file.
//!
//! ```toml
//! [products]
//! fortimail = ["192.0.2.10", "2001:db8::10"]
//!
//! [peers]
//! email-client = "10.0.0.0/8"
//! ldap-server = ["10.0.5.1", "ldap.example.org"]
//! ```

use std::collections::BTreeMap;
use std::path::Path;

use port_core::nearest::nearest;
use port_data::hidden::{QuotedAscii, REMOVE_HIDDEN, first_in_file, hidden_character};
use port_data::{Diagnostic, LineIndex, Place};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::address::{Address, Endpoints};
use super::codes;
use crate::dataset::Dataset;

/// The addresses of products and peers. Ids are those of the dataset that the site was parsed for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Site {
    products: BTreeMap<String, Vec<Address>>,
    peers: BTreeMap<String, Vec<Address>>,
}

/// The addresses of a peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerAddresses {
    /// The addresses.
    pub endpoints: Endpoints,
    /// For a peer that includes others, such as `fortianalyzer-fortimanager`: the included peers without an address, if
    /// another one has one.
    pub missing: Vec<String>,
}

impl Site {
    /// Parses the text of a site file. `file` is its name in messages.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, in the order of lines, up to [`MAX_DIAGNOSTICS`].
    pub fn parse(file: &Path, text: &str, dataset: &Dataset) -> Result<Site, Vec<Diagnostic>> {
        // Comments are checked too, since a hidden character may make the lines below look different.
        if let Some((offset, found)) = first_in_file(text) {
            let problem = Diagnostic::new(codes::HIDDEN_CHARACTER, hidden_character(found)).help(REMOVE_HIDDEN);
            return Err(vec![problem.at(Place::at_offset(file, text, offset))]);
        }
        let mut parser = Parser { text, problems: Vec::new() };
        let (document, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let message = format!("invalid TOML ({})", error.message().trim().replace('\n', "; "));
            let help = "write lines such as ldap-server = \"192.0.2.1\" below [products] or [peers]";
            parser.report(error.span().unwrap_or_default().start, Diagnostic::new(codes::NOT_TOML, message).help(help));
        }
        let mut site = Site::default();
        if parser.problems.is_empty() {
            let products: Vec<&str> = dataset.products.iter().map(|product| product.id.as_str()).collect();
            let peers: Vec<&str> = dataset.peers.iter().map(|peer| peer.id.as_str()).collect();
            for (key, value) in document.get_ref() {
                match key.get_ref().as_ref() {
                    "products" => site.products = parser.entries(value, "product", &products),
                    "peers" => site.peers = parser.entries(value, "peer", &peers),
                    other => {
                        let problem =
                            Diagnostic::new(codes::UNKNOWN_TABLE, format!("unknown table {}", QuotedAscii(other)));
                        parser.report(key.span().start, problem.help("the tables are products and peers"));
                    }
                }
            }
        }
        parser.finish(file, site)
    }

    /// The product's own addresses.
    #[must_use]
    pub fn product(&self, product: &str) -> Endpoints {
        Endpoints::new(self.products.get(product).into_iter().flatten().cloned())
    }

    /// A peer's addresses: its own, or those of the peers that it includes.
    #[must_use]
    pub fn peer(&self, peer: &str, dataset: &Dataset) -> PeerAddresses {
        if let Some(addresses) = self.peers.get(peer) {
            return PeerAddresses { endpoints: Endpoints::new(addresses.iter().cloned()), missing: Vec::new() };
        }
        let included = dataset.peer(peer).map_or(&[][..], |peer| &peer.includes);
        let (known, missing): (Vec<&String>, Vec<&String>) =
            included.iter().partition(|included| self.peers.contains_key(*included));
        let endpoints = Endpoints::new(known.iter().flat_map(|included| &self.peers[*included]).cloned());
        let missing = if known.is_empty() { Vec::new() } else { missing.into_iter().cloned().collect() };
        PeerAddresses { endpoints, missing }
    }
}

/// The largest number of diagnostics for one file. A file with more is probably not a site file.
pub const MAX_DIAGNOSTICS: usize = 100;

/// Parses a site file and collects what is wrong with it, with byte offsets.
struct Parser<'a> {
    text: &'a str,
    problems: Vec<(usize, Diagnostic)>,
}

impl Parser<'_> {
    fn report(&mut self, offset: usize, problem: Diagnostic) {
        if self.problems.len() < MAX_DIAGNOSTICS {
            self.problems.push((offset, problem));
        }
    }

    /// Reports a value of the wrong type.
    fn report_type(&mut self, value: &Spanned<DeValue<'_>>, message: &str, help: &str) {
        let found = self.text.get(value.span()).and_then(|text| text.lines().next()).unwrap_or_default();
        self.report(value.span().start, Diagnostic::new(codes::TYPE, format!("{message} (found {found})")).help(help));
    }

    /// The entries of a table: ids, each with an address or a list of addresses.
    fn entries(&mut self, table: &Spanned<DeValue<'_>>, kind: &str, ids: &[&str]) -> BTreeMap<String, Vec<Address>> {
        let mut entries = BTreeMap::new();
        let DeValue::Table(rows) = table.get_ref() else {
            let help =
                format!("write a line such as {} = \"192.0.2.1\" for each {kind}", ids.first().unwrap_or(&"name"));
            self.report_type(table, "not a table", &help);
            return entries;
        };
        for (key, value) in rows {
            let addresses = self.addresses(value);
            let id = key.get_ref().as_ref();
            if ids.contains(&id) {
                entries.insert(id.to_string(), addresses);
            } else {
                let problem = Diagnostic::new(codes::UNKNOWN_ID, format!("unknown {kind} {}", QuotedAscii(id)));
                self.report(key.span().start, problem.nearest(nearest(id, ids.iter().copied())));
            }
        }
        entries
    }

    /// An address or a list of addresses.
    fn addresses(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<Address> {
        const HELP: &str =
            "write an address in quotes or a list of them: \"192.0.2.1\" or [\"10.0.0.0/8\", \"2001:db8::/32\"]";
        let values: Vec<&Spanned<DeValue<'_>>> = match value.get_ref() {
            DeValue::Array(values) => values.iter().collect(),
            _ => vec![value],
        };
        if values.is_empty() {
            let problem = Diagnostic::new(codes::EMPTY, "no address");
            self.report(value.span().start, problem.help("remove the line to allow any address"));
        }
        let mut addresses = Vec::with_capacity(values.len());
        for value in values {
            match value.get_ref() {
                DeValue::String(text) => match text.parse() {
                    Ok(address) => addresses.push(address),
                    Err(problem) => self.report(value.span().start, problem),
                },
                _ => self.report_type(value, "not an address", HELP),
            }
        }
        addresses
    }

    /// The result, if nothing is wrong.
    fn finish<T>(mut self, file: &Path, result: T) -> Result<T, Vec<Diagnostic>> {
        if self.problems.is_empty() {
            return Ok(result);
        }
        self.problems.sort_by_key(|(offset, _)| *offset);
        let lines = LineIndex::new(self.text);
        let located = |(offset, problem): (usize, Diagnostic)| {
            let (line, column) = lines.locate(self.text, offset);
            problem.at(Place::new(file, line, column))
        };
        Err(self.problems.into_iter().map(located).collect())
    }
}
