//! Parses a site file, which is TOML, and reports everything that is wrong with it at its line and column.

use std::collections::BTreeMap;
use std::path::Path;

use port_core::nearest::nearest;
use port_data::hidden::{QuotedAscii, REMOVE_HIDDEN, first_in_file, hidden_character};
use port_data::id::is_id;
use port_data::{Diagnostic, LineIndex, Place};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::address::Address;
use super::alternatives::{is_alternative, matches_notation};
use super::codes;
use super::site::Site;
use crate::dataset::{Dataset, Flow};

mod components;

/// The version of the format of site files. A file without a version has this one.
pub const VERSION: i64 = 1;

/// The largest number of diagnostics for one file. A file with more is probably not a site file.
pub const MAX_DIAGNOSTICS: usize = 100;

/// The longest name of an interface, in characters: that of `FortiOS`.
const LONGEST_INTERFACE: usize = 35;

/// What to write instead of a value that isn't a list of addresses.
const ADDRESSES: &str =
    "write an address in quotes or a list of them: \"192.0.2.1\" or [\"10.0.0.0/8\", \"2001:db8::/32\"]";

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
        let mut parser = Parser { text, problems: Vec::new(), groups: BTreeMap::new() };
        let (document, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let message = format!("invalid TOML ({})", error.message().trim().replace('\n', "; "));
            let help = "write lines such as ldap-server = \"192.0.2.1\" below [products] or [peers]";
            parser.report(error.span().unwrap_or_default().start, Diagnostic::new(codes::NOT_TOML, message).help(help));
        }
        let site = if parser.problems.is_empty() { parser.site(document.get_ref(), dataset) } else { Site::default() };
        parser.finish(file, site)
    }
}

/// A value with its place in the text.
type Value<'a> = Spanned<DeValue<'a>>;

/// Parses a site file and collects what is wrong with it, with byte offsets.
struct Parser<'a> {
    text: &'a str,
    problems: Vec<(usize, Diagnostic)>,
    /// The groups of addresses.
    groups: BTreeMap<String, Vec<Address>>,
}

impl Parser<'_> {
    fn report(&mut self, offset: usize, problem: Diagnostic) {
        if self.problems.len() < MAX_DIAGNOSTICS {
            self.problems.push((offset, problem));
        }
    }

    /// Reports a value of the wrong type.
    fn report_type(&mut self, value: &Value<'_>, message: &str, help: &str) {
        let found = self.text.get(value.span()).and_then(|text| text.lines().next()).unwrap_or_default();
        self.report(value.span().start, Diagnostic::new(codes::TYPE, format!("{message} (found {found})")).help(help));
    }

    /// The site of a document. Groups are first, since the tables refer to them from above and below.
    fn site(&mut self, document: &DeTable<'_>, dataset: &Dataset) -> Site {
        let mut site = Site::default();
        if let Some(table) = document.get("groups") {
            self.groups = self.group_table(table);
        }
        let products: Vec<&str> = dataset.products.iter().map(|product| product.id.as_str()).collect();
        let peers: Vec<&str> = dataset.peers.iter().map(|peer| peer.id.as_str()).collect();
        for (key, value) in document {
            match key.get_ref().as_ref() {
                "version" => self.version(value),
                "groups" => {}
                "products" => site.products = self.table(value, "product", &products, Parser::addresses),
                "peers" => site.peers = self.table(value, "peer", &peers, Parser::addresses),
                "components" => site.components = self.components(value, dataset),
                "interfaces" => {
                    let components = components::peer_ids(dataset);
                    let components: Vec<&str> = components.iter().map(String::as_str).collect();
                    let ids = [&products[..], &peers[..], &components[..]].concat();
                    site.interfaces = self.table(value, "product or peer", &ids, Parser::interfaces);
                }
                "alternatives" => site.alternatives = self.alternatives(value, dataset),
                other => {
                    let problem =
                        Diagnostic::new(codes::UNKNOWN_TABLE, format!("unknown table {}", QuotedAscii(other)));
                    let help = "the tables are products, peers, components, groups, interfaces and alternatives";
                    self.report(key.span().start, problem.help(help));
                }
            }
        }
        if let Some(peers) = document.get("peers") {
            self.report_components_given_twice(peers, &site);
        }
        site
    }

    fn version(&mut self, value: &Value<'_>) {
        let is_known = match value.get_ref() {
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()) == Ok(VERSION),
            _ => false,
        };
        if !is_known {
            let found = self.text.get(value.span()).and_then(|text| text.lines().next()).unwrap_or_default();
            let problem = Diagnostic::new(codes::VERSION, format!("unknown version (found {found})"));
            self.report(value.span().start, problem.help(format!("write version = {VERSION}")));
        }
    }

    /// The rows of a table, if it is one. `example` is a row.
    fn rows<'v, 't>(&mut self, table: &'v Value<'t>, example: &str) -> Option<&'v DeTable<'t>> {
        if let DeValue::Table(rows) = table.get_ref() {
            return Some(rows);
        }
        self.report_type(table, "not a table", &format!("write a line such as {example}"));
        None
    }

    /// The entries of a table whose keys are ids.
    fn table<T>(
        &mut self,
        table: &Value<'_>,
        kind: &str,
        ids: &[&str],
        mut parse: impl FnMut(&mut Self, &Value<'_>) -> Vec<T>,
    ) -> BTreeMap<String, Vec<T>> {
        let mut entries = BTreeMap::new();
        let example = format!("{} = \"192.0.2.1\" for each {kind}", ids.first().unwrap_or(&"name"));
        for (key, value) in self.rows(table, &example).into_iter().flatten() {
            let parsed = parse(self, value);
            let id = key.get_ref().as_ref();
            if ids.contains(&id) {
                entries.insert(id.to_string(), parsed);
            } else {
                self.report_unknown(key.span().start, kind, id, ids);
            }
        }
        entries
    }

    fn report_unknown(&mut self, offset: usize, kind: &str, id: &str, ids: &[&str]) {
        let problem = Diagnostic::new(codes::UNKNOWN_ID, format!("unknown {kind} {}", QuotedAscii(id)));
        self.report(offset, problem.nearest(nearest(id, ids.iter().copied())));
    }

    /// The groups: names with addresses, but not with other groups.
    fn group_table(&mut self, table: &Value<'_>) -> BTreeMap<String, Vec<Address>> {
        let mut groups = BTreeMap::new();
        for (key, value) in
            self.rows(table, "relays = [\"192.0.2.1\", \"192.0.2.2\"] for each group").into_iter().flatten()
        {
            let name = key.get_ref().as_ref();
            if !is_id(name) {
                let problem = Diagnostic::new(codes::GROUP, format!("invalid name of a group {}", QuotedAscii(name)));
                let help = "write lowercase letters, digits and single hyphens, such as mail-relays";
                self.report(key.span().start, problem.help(help));
            }
            let addresses = self.addresses(value);
            groups.insert(name.to_string(), addresses);
        }
        groups
    }

    /// The texts of a value that is a text or a list of texts.
    fn texts<'v>(&mut self, value: &'v Value<'_>, kind: &str, help: &str) -> Vec<(usize, &'v str)> {
        let values: Vec<&Value<'_>> = match value.get_ref() {
            DeValue::Array(values) => values.iter().collect(),
            _ => vec![value],
        };
        let mut texts = Vec::with_capacity(values.len());
        for value in values {
            match value.get_ref() {
                DeValue::String(text) => texts.push((value.span().start, text.as_ref())),
                _ => self.report_type(value, &format!("not {kind}"), help),
            }
        }
        texts
    }

    /// Reports an empty list.
    fn check_not_empty(&mut self, value: &Value<'_>, kind: &str, help: &str) {
        if matches!(value.get_ref(), DeValue::Array(values) if values.is_empty()) {
            self.report(value.span().start, Diagnostic::new(codes::EMPTY, format!("no {kind}")).help(help));
        }
    }

    /// Addresses, networks, host names, and groups of them.
    fn addresses(&mut self, value: &Value<'_>) -> Vec<Address> {
        self.check_not_empty(value, "address", "remove the line, or write 0.0.0.0/0 and ::/0 for any address");
        let mut addresses = Vec::new();
        for (offset, text) in self.texts(value, "an address", ADDRESSES) {
            match text.strip_prefix('@') {
                Some(name) => addresses.extend(self.group(offset, name)),
                None => match text.parse() {
                    Ok(address) => addresses.push(address),
                    Err(problem) => self.report(offset, problem),
                },
            }
        }
        addresses
    }

    /// The addresses of a group.
    fn group(&mut self, offset: usize, name: &str) -> Vec<Address> {
        if let Some(addresses) = self.groups.get(name) {
            return addresses.clone();
        }
        let near = nearest(name, self.groups.keys().map(String::as_str)).map(str::to_string);
        let problem = Diagnostic::new(codes::GROUP, format!("unknown group {}", QuotedAscii(name)));
        let problem = match near {
            Some(near) => problem.nearest(Some(&near)),
            None => problem.help("define it below [groups]; a group can't contain other groups"),
        };
        self.report(offset, problem);
        Vec::new()
    }

    /// The names of interfaces.
    fn interfaces(&mut self, value: &Value<'_>) -> Vec<String> {
        const HELP: &str = "write the name of an interface, or a list of them: \"eth1\" or [\"eth1\", \"eth2\"]";
        self.check_not_empty(value, "interface", "remove the line to allow any interface");
        let mut names: Vec<String> = Vec::new();
        for (offset, text) in self.texts(value, "an interface", HELP) {
            if is_interface(text) {
                names.push(text.to_string());
            } else {
                let problem = Diagnostic::new(codes::INTERFACE, format!("invalid interface {}", QuotedAscii(text)));
                let help = format!(
                    "write at most {LONGEST_INTERFACE} letters, digits, dots, hyphens and underscores, such as eth1 or wan1.100"
                );
                self.report(offset, problem.help(help));
            }
        }
        names.sort();
        names.dedup();
        names
    }

    /// The chosen alternatives of flows: indexes of their port specs.
    fn alternatives(&mut self, table: &Value<'_>, dataset: &Dataset) -> BTreeMap<String, Vec<usize>> {
        let mut chosen = BTreeMap::new();
        let rows = self.rows(table, "mail-in-client-pop3 = \"tcp/995\" for each flow");
        for (key, value) in rows.into_iter().flatten() {
            let id = key.get_ref().as_ref();
            match dataset.flow(id) {
                Some(flow) => {
                    chosen.insert(id.to_string(), self.chosen(key.span().start, value, flow));
                }
                None => {
                    let ids: Vec<&str> = dataset.flows.iter().map(|flow| flow.id.as_str()).collect();
                    self.report_unknown(key.span().start, "flow", id, &ids);
                }
            }
        }
        chosen
    }

    /// The indexes of the port specs that a value chooses.
    fn chosen(&mut self, offset: usize, value: &Value<'_>, flow: &Flow) -> Vec<usize> {
        const HELP: &str = "write a port, or a list of them: \"tcp/995\" or [\"tcp/993\", \"tcp/995\"]";
        let ports = flow.expression();
        if !flow.ports.iter().any(|spec| is_alternative(flow, spec)) {
            let problem =
                Diagnostic::new(codes::ALTERNATIVE, format!("flow {} has no alternatives", QuotedAscii(&flow.id)));
            self.report(offset, problem.help(format!("remove the line; the flow needs {ports}")));
            return Vec::new();
        }
        self.check_not_empty(value, "port", "remove the line");
        let mut chosen = Vec::new();
        for (offset, text) in self.texts(value, "a port", HELP) {
            let matching = flow.ports.iter().enumerate();
            let matching = matching.filter(|(_, spec)| is_alternative(flow, spec) && matches_notation(spec, text));
            let before = chosen.len();
            chosen.extend(matching.map(|(index, _)| index));
            if chosen.len() == before {
                let message = format!("{} is not an alternative of {}", QuotedAscii(text), QuotedAscii(&flow.id));
                self.report(
                    offset,
                    Diagnostic::new(codes::ALTERNATIVE, message).help(format!("its ports are {ports}")),
                );
            }
        }
        chosen.sort_unstable();
        chosen.dedup();
        chosen
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

/// Whether a text can be the name of an interface or a zone in some format. Wildcards can't.
fn is_interface(text: &str) -> bool {
    let is_valid = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    text.len() <= LONGEST_INTERFACE
        && text.bytes().all(is_valid)
        && text.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_')
}
