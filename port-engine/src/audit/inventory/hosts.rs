//! Collects the lines of an inventory by host, and observes each host.
//!
//! Lines of a host that aren't together are collected in memory, 12 bytes for each listener, and nothing is audited before the end
//! of the file. Grouped lines need the memory of one host, and the names of those before it, since a name that comes again means
//! that the lines weren't grouped.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use port_data::hidden::QuotedAscii;
use port_data::{Diagnostic, Place};

use super::assignment::{Part, Parts, add, key};
use super::coverage::Coverage;
use super::table::{Columns, ListenerRow, place};
use crate::audit::address_family::AddressFamily;
use crate::audit::codes;
use crate::audit::lines::Line;
use crate::audit::local_address::LocalAddress;
use crate::audit::observation::{Observation, Seen, Tool};
use crate::dataset::Dataset;
use crate::protocol::Protocol;

/// The most problems of one file that are reported one by one.
const MOST_PROBLEMS: usize = 50;

/// How an inventory is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// What the inventory covers. Without it, each of TCP and UDP that has a line, on all hosts. Grouped lines need it.
    pub coverage: Vec<Coverage>,
    /// Only listeners that packets of this family reach.
    pub family: Option<AddressFamily>,
    /// Whether the lines of each host are together.
    pub is_grouped: bool,
}

/// A host of an inventory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObservedHost<'a> {
    /// Its name.
    pub name: String,
    /// The products that the inventory's own columns name.
    pub parts: Parts<'a>,
    /// What listens.
    pub observation: Observation,
}

/// A listener with its texts by their numbers.
#[derive(Clone, Copy, Debug)]
struct Compact {
    address: u32,
    process: u32,
    port: u16,
    protocol: Protocol,
}

/// The lines of a host.
#[derive(Clone, Debug)]
struct Host<'a> {
    name: String,
    parts: Parts<'a>,
    listeners: Vec<Compact>,
}

/// Texts that occur often, each stored once.
#[derive(Clone, Debug, Default)]
struct Texts {
    all: Vec<Box<str>>,
    numbers: HashMap<Box<str>, u32>,
}

impl Texts {
    fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = u32::try_from(self.all.len()).expect("a file has fewer than four billion cells");
        self.all.push(text.into());
        self.numbers.insert(text.into(), number);
        number
    }

    fn text(&self, number: u32) -> &str {
        &self.all[number as usize]
    }

    fn clear(&mut self) {
        self.all.clear();
        self.numbers.clear();
    }
}

/// An inventory that is being read.
#[derive(Debug)]
pub struct Inventory<'a> {
    file: &'a Path,
    dataset: &'a Dataset,
    /// Whether the call states what the inventory covers.
    is_covered: bool,
    options: Options,
    columns: Option<Columns>,
    texts: Texts,
    /// The hosts, in the order of their first lines; of grouped lines, only the current one.
    hosts: Vec<Host<'a>>,
    /// The position of the host of the line above.
    current: usize,
    /// The positions of the hosts.
    by_key: HashMap<String, usize>,
    /// Of grouped lines, the hosts that are complete.
    complete: HashSet<String>,
    /// The protocols that have a line.
    listed: HashSet<Protocol>,
    problems: Vec<Diagnostic>,
    more_problems: usize,
}

impl<'a> Inventory<'a> {
    /// An inventory of which nothing has been read. `file` names it in messages.
    #[must_use]
    pub fn new(file: &'a Path, dataset: &'a Dataset, options: Options) -> Inventory<'a> {
        Inventory {
            file,
            dataset,
            is_covered: !options.coverage.is_empty(),
            options,
            columns: None,
            texts: Texts::default(),
            hosts: Vec::new(),
            current: 0,
            by_key: HashMap::new(),
            complete: HashSet::new(),
            listed: HashSet::new(),
            problems: Vec::new(),
            more_problems: 0,
        }
    }

    /// Whether the header has a column with the products; `false` before the header was read.
    #[must_use]
    pub fn names_products(&self) -> bool {
        self.columns.as_ref().is_some_and(Columns::has_product)
    }

    /// Whether the header was read.
    #[must_use]
    pub fn has_header(&self) -> bool {
        self.columns.is_some()
    }

    /// Reads a line. If lines are grouped, the host before the line's is returned, once it is complete.
    ///
    /// # Errors
    ///
    /// The header is invalid; or a line is, if lines are grouped. Otherwise, [`finish`](Inventory::finish) reports invalid lines.
    pub fn push(&mut self, line: Line<'_>) -> Result<Option<ObservedHost<'a>>, Diagnostic> {
        let Some(columns) = &self.columns else {
            self.columns = Some(Columns::parse(self.file, line)?);
            return Ok(None);
        };
        if line.bytes.trim_ascii().is_empty() {
            return Ok(None);
        }
        let mut cells = Vec::new();
        let result = columns.row(self.file, line, &mut cells).and_then(|row| self.add(line, row));
        match result {
            Ok(complete) => Ok(complete),
            Err(problem) if self.options.is_grouped => Err(problem),
            Err(_) if self.problems.len() >= MOST_PROBLEMS => {
                self.more_problems += 1;
                Ok(None)
            }
            Err(problem) => {
                self.problems.push(problem);
                Ok(None)
            }
        }
    }

    /// Adds a row to its host.
    fn add(&mut self, line: Line<'_>, row: ListenerRow<'_>) -> Result<Option<ObservedHost<'a>>, Diagnostic> {
        let at_column = |problem: Diagnostic, column: usize| problem.at(Place { column, ..place(self.file, line, 0) });
        let part = match (row.product, row.component) {
            (Some((product, at)), component) => {
                let (name, component_at) = component.unwrap_or(("", at));
                let part = Part::parse(product, name, self.dataset)
                    .map_err(|error| at_column(*error.problem, if error.is_component { component_at } else { at }))?;
                Some((part, at))
            }
            (None, Some((_, at))) => {
                let problem = Diagnostic::new(codes::INVENTORY_LINE, "a component without a product");
                return Err(at_column(problem.help("write the product in the column product"), at));
            }
            (None, None) => None,
        };
        let complete = self.select(row.host).map_err(|problem| at_column(problem, 1))?;
        let host = &mut self.hosts[self.current];
        if let Some((part, at)) = part {
            add(&mut host.parts, part)
                .map_err(|problem| problem.at(Place { column: at, ..place(self.file, line, 0) }))?;
        }
        if let Some(listener) = row.listener {
            self.listed.insert(listener.protocol);
            host.listeners.push(Compact {
                address: self.texts.number(listener.address),
                process: self.texts.number(listener.process),
                port: listener.port,
                protocol: listener.protocol,
            });
        }
        Ok(complete)
    }

    /// Makes a host the current one. If lines are grouped, the one before is complete, and is returned.
    fn select(&mut self, name: &str) -> Result<Option<ObservedHost<'a>>, Diagnostic> {
        // Mostly, the line above is about the same host.
        if self.hosts.get(self.current).is_some_and(|host| host.name == name) {
            return Ok(None);
        }
        let key = key(name);
        let mut complete = None;
        if self.options.is_grouped && !self.by_key.contains_key(&key) {
            if self.complete.contains(&key) {
                let message = format!("the lines of {} are not together", QuotedAscii(name));
                let problem = Diagnostic::new(codes::INVENTORY_NOT_GROUPED, message);
                return Err(problem.help("sort the file by host, or leave out --grouped"));
            }
            complete = self.next_complete();
        }
        self.current = *self.by_key.entry(key).or_insert(self.hosts.len());
        if self.current == self.hosts.len() {
            self.hosts.push(Host { name: name.to_string(), parts: Parts::new(), listeners: Vec::new() });
        }
        Ok(complete)
    }

    /// Takes the only host, whose lines are complete.
    fn next_complete(&mut self) -> Option<ObservedHost<'a>> {
        let host = self.hosts.pop()?;
        let observed = self.observe(host);
        self.complete.extend(self.by_key.drain().map(|(key, _)| key));
        self.texts.clear();
        Some(observed)
    }

    /// Ends the file. Then [`hosts`](Inventory::hosts) has those that were not returned yet.
    ///
    /// # Errors
    ///
    /// The file is empty; or lines are invalid.
    pub fn finish(&mut self) -> Result<(), Vec<Diagnostic>> {
        if self.columns.is_none() {
            return Err(vec![crate::audit::input_kind::empty(self.file)]);
        }
        if self.more_problems > 0 {
            let message = format!("{} more lines are invalid", self.more_problems);
            self.problems.push(Diagnostic::new(codes::INVENTORY_LINE, message).at(Place::file(self.file)));
        }
        if self.problems.is_empty() { Ok(()) } else { Err(std::mem::take(&mut self.problems)) }
    }

    /// The hosts, in the order of their first lines.
    pub fn hosts(&mut self) -> impl Iterator<Item = ObservedHost<'a>> + use<'a, '_> {
        if self.options.coverage.is_empty() {
            let listed = [Protocol::TCP, Protocol::UDP].into_iter().filter(|protocol| self.listed.contains(protocol));
            self.options.coverage = listed.map(Coverage::all).collect();
        }
        let hosts = std::mem::take(&mut self.hosts);
        hosts.into_iter().map(|host| self.observe(host))
    }

    /// What to know about the file.
    #[must_use]
    pub fn remarks(&self) -> Vec<String> {
        let file = self.file.display();
        let unused = self.columns.as_ref().map(|columns| columns.unused.join(", ")).unwrap_or_default();
        let unused = (!unused.is_empty()).then(|| format!("{file}: columns that are not used: {unused}"));
        let is_unlisted = |protocol: &Protocol| !self.is_covered && !self.listed.contains(protocol);
        let unlisted = [Protocol::TCP, Protocol::UDP].into_iter().filter(is_unlisted);
        let unlisted = unlisted.map(|protocol| {
            format!(
                "{file}: no line is about {protocol}, so {protocol} was not checked (otherwise add --covers {protocol})"
            )
        });
        unused.into_iter().chain(unlisted).collect()
    }

    /// What listens on a host.
    fn observe(&self, host: Host<'a>) -> ObservedHost<'a> {
        let mut seen: Vec<Seen> = self.options.coverage.iter().filter_map(|coverage| coverage.seen()).collect();
        for listener in &host.listeners {
            let address = LocalAddress::parse(self.texts.text(listener.address));
            let process = self.texts.text(listener.process);
            let seen_here =
                |address: LocalAddress| address.seen(listener.protocol, listener.port, self.options.family, process);
            seen.extend(address.and_then(seen_here));
        }
        let mut observation = Observation::new(Tool::Inventory, &seen);
        observation.host = Some(host.name.clone());
        observation.family = self.options.family;
        ObservedHost { name: host.name, parts: host.parts, observation }
    }
}
