//! From a capture to flows: what each row says, by the columns that curation names, and what curation adds to it.
//!
//! Every row must be the row of exactly one flow of the curation, and every entry of the curation must be of use.

use std::collections::{BTreeMap, BTreeSet};

use port_core::{Direction, Fact, Requirement};
use port_data::schema::{self, Column};
use toml::Spanned;

use crate::capture::{Capture, Line, Prose, Row, Text, host_in};
use crate::curation::{Curation, Flow, Meaning};
use crate::place::fault;
use crate::{pair, port_cell};
use port_data::Diagnostic;

/// A flow as its table has it: a cell for each column of the schema.
pub type FlowRow = BTreeMap<&'static str, String>;

/// What one row of a page says by itself.
#[derive(Clone, Debug)]
pub struct Said {
    /// The row's number in the page.
    pub number: usize,
    /// The line where it stands.
    pub line: usize,
    /// The part of the document.
    pub section: Option<String>,
    /// Who opens the connection.
    pub direction: Option<Direction>,
    /// The peer's cell.
    pub peer: Option<String>,
    /// The label's cell.
    pub label: Option<String>,
    /// The ports' cell.
    pub ports: Option<String>,
    /// The ports' cell, read; or why it cannot be.
    specs: Result<port_cell::Cell, String>,
    interfaces: Vec<String>,
    recommended: Option<String>,
    customization: Option<String>,
    is_customizable: bool,
    /// Whether the cell for it has a short text, not prose and not nothing.
    prints_customization: bool,
    prose: Vec<Prose>,
}

impl Said {
    /// The marks and remarks beside the ports.
    #[must_use]
    pub fn marks(&self) -> Vec<&String> {
        self.specs.iter().flat_map(|specs| specs.remarks.iter().chain(&specs.marks)).collect()
    }
}

/// The flows of a product, and what is wrong.
#[derive(Debug, Default)]
pub struct Refined {
    /// The flows, in the page's order; those that could be made.
    pub flows: Vec<FlowRow>,
    /// What is wrong.
    pub faults: Vec<Diagnostic>,
}

/// Makes the flows of a capture.
#[must_use]
pub fn refine(capture: &Capture, curation: &Curation) -> Refined {
    let mut refining = Refining { capture, curation, faults: curation.missing() };
    let said = refining.said();
    refining.check_lines();
    let pairs = pair::pair(&said, capture, curation, &mut refining.faults);
    let mut flows = Vec::new();
    let mut used_peers = BTreeSet::new();
    for (row, entry) in pairs {
        flows.extend(refining.flow(&said[row], &curation.flows[entry], &mut used_peers));
    }
    if refining.faults.is_empty() {
        for cell in curation.peers.keys().filter(|cell| !used_peers.contains(cell.get_ref().as_str())) {
            let message = format!("found the peer's cell {:?}, which no row has; remove the line", cell.get_ref());
            refining.faults.push(curation.fault(cell, message));
        }
    }
    Refined { flows, faults: refining.faults }
}

/// What every row of a capture says by itself, and what is wrong with those that cannot be read.
#[must_use]
pub fn read_rows(capture: &Capture, curation: &Curation) -> (Vec<Said>, Vec<Diagnostic>) {
    let mut refining = Refining { capture, curation, faults: Vec::new() };
    let said = refining.said();
    (said, refining.faults)
}

struct Refining<'a> {
    capture: &'a Capture,
    curation: &'a Curation,
    faults: Vec<Diagnostic>,
}

impl Refining<'_> {
    fn fault(&mut self, line: usize, message: impl Into<String>) {
        self.faults.push(fault(&self.capture.file, line, message));
    }

    /// What the rows of all tables say.
    fn said(&mut self) -> Vec<Said> {
        let (found, expected) = (self.capture.tables.len(), self.curation.tables.len());
        if found != expected {
            let line = self.capture.tables.last().and_then(|table| table.header.first()).map_or(0, |head| head.line);
            self.fault(
                line,
                format!("found {found} tables, expected {expected} as in {}", self.curation.file.display()),
            );
            return Vec::new();
        }
        let mut said = Vec::new();
        for (table, meaning) in self.capture.tables.iter().zip(&self.curation.tables) {
            let heading = table.heading.as_ref().map(|heading| heading.text.printed());
            let known = meaning.heading.as_deref();
            if known.is_some() && heading != known {
                let line = table.heading.as_ref().or(table.header.first()).map_or(0, |cell| cell.line);
                let heading = heading.unwrap_or_default();
                self.fault(
                    line,
                    format!(
                        "found the heading {heading:?}, expected {:?}; if the vendor renamed it, change it in {}",
                        known.unwrap_or_default(),
                        self.curation.file.display()
                    ),
                );
            }
            let heads: Vec<&str> = table.header.iter().map(|head| head.text.printed()).collect();
            let expected: Vec<&str> = self.curation.columns.iter().map(|column| column.head.as_str()).collect();
            if heads != expected {
                let line = table.header.first().map_or(0, |head| head.line);
                self.fault(line, format!("found the columns {heads:?}, expected {expected:?}; if the vendor renamed one, change it in {}", self.curation.file.display()));
                continue;
            }
            for row in &table.rows {
                match self.row(row, meaning.section.clone(), meaning.direction) {
                    Ok(row) => said.push(row),
                    Err(message) => self.fault(row.line, message),
                }
            }
        }
        said
    }

    /// What one row says by itself.
    fn row(&self, row: &Row, section: Option<String>, direction: Option<Direction>) -> Result<Said, String> {
        let mut said = Said {
            number: row.number,
            line: row.line,
            section,
            direction,
            peer: None,
            label: None,
            ports: None,
            specs: Ok(port_cell::Cell::default()),
            interfaces: Vec::new(),
            recommended: None,
            customization: None,
            is_customizable: false,
            prints_customization: false,
            prose: Vec::new(),
        };
        let mut protocol = None;
        let mut ends = [None, None];
        for (cell, column) in row.cells.iter().zip(&self.curation.columns) {
            if let Text::Prose(prose) = &cell.text {
                said.prose.push(prose.clone());
            }
            let printed = Some(cell.text.printed().to_string()).filter(|text| !text.is_empty());
            match column.is {
                Meaning::Peer => said.peer = printed,
                Meaning::Label => said.label = Some(printed.ok_or("found an empty label, expected a text")?),
                Meaning::Ports => said.ports = printed,
                Meaning::Protocol => protocol = Some(printed.ok_or("found an empty protocol, expected a transport")?),
                Meaning::Direction => said.direction = Some(direction_of(cell.text.printed())?),
                Meaning::Interfaces => (said.interfaces, said.recommended) = interfaces_of(cell.text.printed())?,
                Meaning::From => ends[0] = printed,
                Meaning::To => ends[1] = printed,
                Meaning::Customization => {
                    let meaning = printed.as_ref().and_then(|text| column.short.get(text));
                    said.customization = meaning.cloned().filter(|text| !text.is_empty());
                    said.is_customizable = said.customization.is_some();
                    said.prints_customization = printed.is_some();
                }
                Meaning::Note => {}
            }
        }
        if let Some(own) = &self.curation.own_name {
            let [from, to] = ends.map(Option::unwrap_or_default);
            (said.direction, said.peer) = match (from == *own, to == *own) {
                (true, false) => (Some(Direction::Outbound), Some(to)),
                (false, true) => (Some(Direction::Inbound), Some(from)),
                _ => return Err(format!("found {from:?} to {to:?}, expected {own:?} at one of the two ends")),
            };
            if said.peer.as_deref() == Some("") {
                return Err("found an empty cell, expected the peer".to_string());
            }
        }
        let ports = said.ports.as_deref().unwrap_or_default();
        said.specs = port_cell::parse(ports, protocol.as_deref()).map_err(|error| error.to_string());
        Ok(said)
    }

    /// Every line outside the tables must be named, in the page's order and between the same tables.
    fn check_lines(&mut self) {
        let found: Vec<(&str, usize)> =
            self.capture.lines.iter().map(|line| (line.prose.digest.as_str(), line.after_tables)).collect();
        let curation = self.curation;
        let named: Vec<(&str, usize)> = curation
            .lines
            .iter()
            .map(|entry| (entry.get_ref().digest.as_str(), entry.get_ref().after_tables))
            .collect();
        let faults = self.faults.len();
        for (line, found) in self.capture.lines.iter().zip(&found).filter(|(_, found)| !named.contains(found)) {
            let (digest, after_tables) = found;
            let message = format!(
                "found a line outside the tables that is new, moved or reworded; read it, then name it in {}: [[line]] digest = {digest:?}, after_tables = {after_tables}, what = \"...\"",
                curation.file.display()
            );
            self.fault(line.line, message);
        }
        for (entry, _) in curation.lines.iter().zip(&named).filter(|(_, named)| !found.contains(named)) {
            let line = entry.get_ref();
            let message = format!(
                "found the line {} ({}), which the page does not have there; remove it",
                line.digest, line.what
            );
            self.faults.push(curation.fault(entry, message));
        }
        if faults == self.faults.len() && found != named {
            let place = found
                .iter()
                .zip(&named)
                .position(|(found, named)| found != named)
                .unwrap_or(found.len().min(named.len()));
            let line = self.capture.lines.get(place).or(self.capture.lines.last()).map_or(0, |line| line.line);
            let message = format!(
                "found {} lines outside the tables in another order than the {} that {} names; one was moved, doubled or dropped",
                found.len(),
                named.len(),
                curation.file.display()
            );
            self.fault(line, message);
        }
    }

    /// The flow of a row. What is wrong is told, and the flow made all the same where it has a peer and ports.
    fn flow(&mut self, said: &Said, entry: &Spanned<Flow>, used_peers: &mut BTreeSet<String>) -> Option<FlowRow> {
        let flow = entry.get_ref();
        let specs = match &said.specs {
            Ok(specs) => specs.clone(),
            Err(message) => {
                if flow.adds.as_ref().is_none_or(|adds| adds.ports.is_none()) {
                    self.fault(said.line, format!("{message}; or give the flow's ports under adds, with the reason"));
                }
                port_cell::Cell::default()
            }
        };
        let peer = self.peer(said, entry, used_peers);
        let ports = self.ports(said, &specs, entry);
        self.check_entry(said, &specs, entry, ports.as_deref().unwrap_or_default());
        let every_row = self.curation.every_row.as_ref().and_then(|every| every.requirement);
        let requirement = match flow.condition {
            Some(_) => Requirement::Conditional,
            None => flow.requirement.or(every_row).unwrap_or(Requirement::Unstated),
        };
        let adds = flow.adds.as_ref();
        let curated = [
            (Fact::Peer, adds.is_some_and(|adds| adds.peer.is_some())),
            (Fact::Ports, adds.is_some_and(|adds| adds.ports.is_some())),
            (Fact::Service, adds.is_some_and(|adds| !adds.services.is_empty())),
        ];
        let curated = curated.iter().filter(|(_, is_added)| *is_added).map(|(fact, _)| fact.as_str());
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let configurable = specs.default || said.is_customizable || flow.configurable || flow.customization.is_some();
        let cells = [
            ("id", flow.id.clone()),
            ("direction", said.direction.map(|direction| direction.to_string()).unwrap_or_default()),
            ("peer", peer?),
            ("purpose", flow.purpose.clone()),
            ("ports", ports?),
            ("requirement", requirement.to_string()),
            ("condition", text(&flow.condition)),
            ("interfaces", said.interfaces.join(", ")),
            ("recommended_interface", text(&said.recommended)),
            ("hosts", self.hosts(said, entry).join(", ")),
            ("configurable", configurable.to_string()),
            ("customization", text(&flow.customization.clone().or(said.customization.clone()))),
            ("note", text(&flow.note)),
            ("curated", curated.collect::<Vec<_>>().join(", ")),
            ("section", text(&said.section)),
            ("row", said.number.to_string()),
            ("printed_peer", text(&said.peer)),
            ("printed_label", text(&said.label)),
            ("printed_ports", text(&said.ports)),
        ];
        Some(cells.into_iter().collect())
    }

    /// The typed peer: added, or read off the row, or that of the peer's cell.
    fn peer(&mut self, said: &Said, entry: &Spanned<Flow>, used_peers: &mut BTreeSet<String>) -> Option<String> {
        let flow = entry.get_ref();
        let mapped = said.peer.as_ref().and_then(|cell| self.curation.peers.get_key_value(cell.as_str()));
        if let Some((cell, _)) = mapped {
            used_peers.insert(cell.get_ref().clone());
        }
        let added = flow.adds.as_ref().and_then(|adds| adds.peer.as_ref());
        if let (Some(_), Some(cell), None) = (added, &said.peer, &flow.row.peer) {
            let message = format!(
                "found a peer added to a row whose peer's cell prints {cell:?}; take the addition out, or name the cell in the flow's row"
            );
            self.faults.push(self.curation.fault(entry, message));
        }
        let peer = added.or(flow.peer.as_ref()).or(mapped.map(|(_, peer)| peer)).cloned();
        if peer.is_none() {
            let cell = said.peer.as_deref().unwrap_or_default();
            let file = self.curation.file.display();
            self.fault(said.line, format!("found the peer's cell {cell:?}, which {file} does not type; add it to [peers], or give the flow a peer"));
        }
        peer
    }

    /// What of an entry of the curation no longer fits the row it was read off.
    fn check_entry(&mut self, said: &Said, specs: &port_cell::Cell, entry: &Spanned<Flow>, ports: &str) {
        let flow = entry.get_ref();
        let file = self.curation.file.display().to_string();
        let marks = said.marks();
        if marks != flow.marks.iter().collect::<Vec<_>>() {
            let message = format!(
                "found {marks:?} beside the ports, expected {:?} as it was read; see to what {file} made of it, then set marks = {marks:?} for {}",
                flow.marks, flow.id
            );
            self.fault(said.line, message);
        }
        if flow.condition.is_some() && flow.requirement.is_some() {
            self.faults.push(self.curation.fault(entry, "found a condition and a requirement, expected one of them"));
        }
        if flow.customization.is_some() && said.prints_customization {
            let message = format!(
                "found a short text on customising the port, expected the prose that {file} put in our words; see to the customization of {}",
                flow.id
            );
            self.fault(said.line, message);
        }
        if let (Some(known), Some(printed)) = (&flow.row.ports, &said.ports) {
            if known != printed {
                let place = self.curation.fault(entry, "").place;
                self.fault(said.line, format!("found the ports {printed:?}, expected {known:?}, by which the row is told from others; where they changed, set ports = {printed:?} in {place}"));
            }
        }
        if flow.adds.as_ref().is_some_and(|adds| adds.reason.trim().is_empty()) {
            self.faults
                .push(self.curation.fault(entry, "found an addition without a reason, expected how it is known"));
        }
        self.check_numbers(said, specs, entry, ports);
    }

    /// The flow's port expression: what the cell says, with the services that the row states or curation adds.
    fn ports(&mut self, said: &Said, specs: &port_cell::Cell, entry: &Spanned<Flow>) -> Option<String> {
        let flow = entry.get_ref();
        let added = flow.adds.as_ref();
        let added_services = added.map(|adds| &adds.services);
        let whole =
            added.and_then(|adds| adds.ports.as_ref()).or(flow.footnote.as_ref().map(|footnote| &footnote.ports));
        if let Some(ports) = whole {
            // There services stand in the ports; here they would be of no use but to be named in `curated`.
            for (port, service) in flow.services.iter().chain(added_services.into_iter().flatten()) {
                if !speaks(ports, port, service) {
                    let message = format!(
                        "found the service {service:?} for {port}, expected it in the ports {ports:?}, which are given as a whole; write it behind its port there"
                    );
                    self.faults.push(self.curation.fault(entry, message));
                }
            }
        }
        if let Some(ports) = added.and_then(|adds| adds.ports.clone()) {
            if flow.footnote.is_some() {
                self.faults.push(
                    self.curation.fault(entry, "found ports added and ports of a footnote, expected one of them"),
                );
            }
            if !specs.specs.is_empty() {
                self.faults.push(
                    self.curation.fault(entry, "found ports added to a row that prints some; take the addition out"),
                );
            }
            return Some(ports);
        }
        if let Some(footnote) = &flow.footnote {
            return self.ports_of_footnote(specs, said.line, entry, footnote);
        }
        if specs.specs.is_empty() {
            if said.specs.is_ok() {
                let cell = said.ports.as_deref().unwrap_or_default();
                self.fault(
                    said.line,
                    format!("found the port cell {cell:?}, expected ports; or give them under adds, with the reason"),
                );
            }
            return None;
        }
        let nothing = BTreeMap::new();
        let services = match (&flow.services, added_services.unwrap_or(&nothing)) {
            (stated, added) if stated.is_empty() => added,
            (stated, added) => {
                if !added.is_empty() {
                    self.faults.push(
                        self.curation.fault(entry, "found services stated and services added, expected one of them"),
                    );
                }
                stated
            }
        };
        for service in services.values().filter(|service| !service.is_empty() && !port_data::id::is_id(service)) {
            self.faults.push(
                self.curation.fault(entry, format!("found the service {service:?}, expected an id of services.csv")),
            );
        }
        let mut unused: BTreeSet<&String> = services.keys().collect();
        let mut expression = String::new();
        let mut group = None;
        for spec in &specs.specs {
            let key = spec.first.map(|port| port.to_string()).or(spec.name.clone()).unwrap_or_default();
            unused.remove(&key);
            let service = services.get(&key).map(String::as_str);
            let transport = match (&spec.transport, spec.first) {
                (Some(transport), _) => transport.as_str(),
                (None, Some(_)) => "any",
                (None, None) => "",
            };
            if transport.is_empty() && service.unwrap_or_default().is_empty() {
                if service.is_none() {
                    let message = format!(
                        "found {key:?} without a number, expected its service in the flow's services, or \"\" where it is none of its own"
                    );
                    self.faults.push(self.curation.fault(entry, message));
                }
                continue;
            }
            expression += match group {
                None => "",
                Some(group) if group == spec.group => " | ",
                Some(_) => ", ",
            };
            group = Some(spec.group);
            expression += transport;
            match (spec.first, spec.last) {
                (Some(first), Some(last)) if first != last => expression += &format!("/{first}-{last}"),
                (Some(first), _) => expression += &format!("/{first}"),
                (None, _) => {}
            }
            if let Some(service) = service.filter(|service| !service.is_empty()) {
                let gap = if transport.is_empty() { "" } else { " " };
                expression += &format!("{gap}{service}");
            }
        }
        for key in unused {
            let place = self.curation.fault(entry, "").place;
            let ports = said.ports.as_deref().unwrap_or_default();
            self.fault(said.line, format!("found the ports {ports:?}, expected {key} among them, for which {place} gives the service {}; see to the services of {}", services[key], flow.id));
        }
        Some(expression)
    }

    /// Ports that a footnote gives: it must still be the footnote that was read, and agree with the row.
    fn ports_of_footnote(
        &mut self,
        specs: &port_cell::Cell,
        line: usize,
        entry: &Spanned<Flow>,
        footnote: &crate::curation::Footnote,
    ) -> Option<String> {
        let note = self.capture.lines.iter().find(|line| line.prose.digest == footnote.digest);
        let Some(Line { prose, .. }) = note else {
            let message = format!(
                "found ports of the footnote {}, which the page does not have; read the footnote again",
                footnote.digest
            );
            self.faults.push(self.curation.fault(entry, message));
            return None;
        };
        let given = numbers(&footnote.ports);
        let printed =
            specs.specs.iter().flat_map(|spec| [spec.first, spec.last]).flatten().map(|port| port.to_string());
        let stray = printed.into_iter().find(|port| !given.contains(port));
        if let Some(stray) = stray {
            let file = self.curation.file.display();
            self.fault(
                line,
                format!(
                    "found the port {stray}, expected one of {}, which {file} takes from the footnote",
                    footnote.ports
                ),
            );
        }
        if let Some(stray) = given.iter().find(|port| !prose.numbers.contains(port)) {
            let message =
                format!("found the port {stray}, expected a number of the footnote: {}", prose.numbers.join(", "));
            self.faults.push(self.curation.fault(entry, message));
        }
        Some(footnote.ports.clone())
    }

    /// Every number of the row's peer, label, prose and remarks must be a port of the flow or named as another number.
    fn check_numbers(&mut self, said: &Said, specs: &port_cell::Cell, entry: &Spanned<Flow>, ports: &str) {
        let cells = [&said.peer, &said.label].into_iter().flatten().chain(&specs.remarks);
        let in_cells = cells.map(|text| Prose::of(text).numbers);
        let told: BTreeSet<String> =
            said.prose.iter().map(|prose| prose.numbers.clone()).chain(in_cells).flatten().collect();
        let known: BTreeSet<String> = numbers(ports).into_iter().collect();
        let others: BTreeSet<String> = entry.get_ref().other_numbers.iter().cloned().collect();
        for number in told.difference(&known).filter(|number| !others.contains(*number)) {
            let file = self.curation.file.display();
            self.fault(said.line, format!("found the number {number} in the row's text, which is none of its ports; name it in {file}: other_numbers"));
        }
        for number in others.difference(&told) {
            let message = format!("found the other number {number}, which the row's text does not have; remove it");
            self.faults.push(self.curation.fault(entry, message));
        }
    }

    /// The peer's host names: those in the cells of the peer and the label, and in the row's prose.
    fn hosts(&mut self, said: &Said, entry: &Spanned<Flow>) -> Vec<String> {
        let others = &entry.get_ref().other_hosts;
        let words = [&said.peer, &said.label].into_iter().flatten().flat_map(|cell| cell.split_whitespace());
        let in_cells = words.filter_map(host_in).map(str::to_string);
        let in_prose = said.prose.iter().flat_map(|prose| prose.hosts.clone());
        let named: Vec<String> = in_cells.chain(in_prose).collect();
        for host in others.iter().filter(|host| !named.contains(host)) {
            self.faults.push(
                self.curation.fault(
                    entry,
                    format!("found the other host {host}, which the row's text does not have; remove it"),
                ),
            );
        }
        let mut hosts: Vec<String> = Vec::new();
        for host in named {
            if !hosts.contains(&host) && !others.contains(&host) {
                hosts.push(host);
            }
        }
        hosts
    }
}

/// The numbers of a port expression, as they are written.
fn numbers(expression: &str) -> Vec<String> {
    let specs = expression.split([' ', ',', '|']).filter_map(|word| word.split_once('/'));
    specs.flat_map(|(_, ports)| ports.split('-').map(str::to_string)).collect()
}

/// Whether a service stands in a port expression behind the port that a spec begins with.
fn speaks(expression: &str, port: &str, service: &str) -> bool {
    expression.split([',', '|']).filter_map(|spec| spec.trim().split_once(' ')).any(|(ports, spoken)| {
        let first = ports.split_once('/').and_then(|(_, ports)| ports.split('-').next());
        spoken == service && first == Some(port)
    })
}

/// The direction of a cell.
fn direction_of(text: &str) -> Result<Direction, String> {
    match text.to_ascii_lowercase().as_str() {
        "inbound" | "incoming" | "in" => Ok(Direction::Inbound),
        "outbound" | "outgoing" | "out" => Ok(Direction::Outbound),
        _ => Err(format!("found the direction {text:?}, expected Inbound, Incoming, Outbound or Outgoing")),
    }
}

/// The interfaces of a cell, `C/P1/P2 (C recommended)`, and the one it recommends.
fn interfaces_of(text: &str) -> Result<(Vec<String>, Option<String>), String> {
    let (names, remark) = text.split_once(" (").unwrap_or((text, ""));
    let interfaces: Vec<String> = names.split('/').map(str::to_lowercase).collect();
    let recommended = remark.strip_suffix(" recommended)").map(str::to_lowercase);
    if !interfaces.iter().all(|name| port_data::id::is_id(name)) || (recommended.is_none() && !remark.is_empty()) {
        return Err(format!("found the interfaces {text:?}, expected a form such as C/P1/P2 (C recommended)"));
    }
    Ok((interfaces, recommended))
}

/// A product's flows as their table.
#[must_use]
pub fn table(flows: &[FlowRow]) -> String {
    let columns: &[Column] = schema::FLOWS;
    let mut csv = port_data::write::Csv::table(columns);
    for flow in flows {
        csv.row(columns.iter().map(|column| flow.get(column.name).cloned().unwrap_or_default()));
    }
    csv.finish()
}
