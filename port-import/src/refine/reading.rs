//! The ports that a person reads in a port cell: one that can't be read with certainty, that lists a port twice, or whose ports or
//! transports are printed in another text, which the flow's `note_of` names.

use std::collections::BTreeSet;

use port_core::{PortSpec, Transport};
use port_data::Diagnostic;

use super::flow::FlowBuilder;
use super::ports::Ports;
use crate::capture::{Text, numbers_in_text};
use crate::codes;
use crate::curation::{OneOrMore, Reading};
use crate::grouped_diagnostics::GroupableDiagnostic;
use crate::port_cell;

impl FlowBuilder<'_> {
    /// The ports of a reading, which must agree with the texts in which they were read.
    pub(super) fn read_specs(&mut self, cell: &port_cell::Cell, reading: &Reading) -> Ports {
        let printed = self.row.ports.as_deref().unwrap_or_default();
        if printed != reading.cell {
            let message = format!("port cell is {printed:?} (was {:?} when it was read)", reading.cell);
            let help = format!("check the ports in {}, then set cell = {printed:?} in it", self.entry_place());
            let diagnostic = GroupableDiagnostic::from(Diagnostic::new(codes::CHANGED_PORTS, message).help(help));
            let own = format!("{printed:?} of {} (was {:?})", self.flow().id, reading.cell);
            let what = "port cells changed since they were read";
            self.report_row(diagnostic.among(
                what,
                own,
                "check the ports of the flows, then set cell in their readings",
            ));
        } else if !cell.specs.is_empty() {
            self.check_reading_of_readable(cell, reading);
        }
        self.check_numbers_of_reading(reading);
        (reading.ports.specs.clone(), reading.ports.groups)
    }

    /// Reports a reading of a cell that needs none, or that contradicts the cell.
    fn check_reading_of_readable(&mut self, cell: &port_cell::Cell, reading: &Reading) {
        let (read, is_of_table) = (&reading.ports.specs, self.row.has_table_transport);
        for spec in cell.specs.iter().filter(|printed| !read.iter().any(|spec| agrees(printed, spec, is_of_table))) {
            let message = format!("port cell {:?} prints {spec}, which the reading doesn't have", reading.cell);
            let help = "add it to the ports of the reading, or to those of another flow under only";
            self.report_entry(Diagnostic::new(codes::CONTRADICTION, message).help(help));
        }
        let transports: BTreeSet<Transport> = read.iter().filter_map(PortSpec::transport).collect();
        let is_printed = |transport: &Transport| cell.specs.iter().any(|spec| spec.transport() == Some(*transport));
        let given: Vec<Transport> = transports.into_iter().filter(|transport| !is_printed(transport)).collect();
        let is_added = |spec: &PortSpec<String>| !cell.specs.iter().any(|printed| printed.range() == spec.range());
        if given.is_empty() && !read.iter().any(is_added) && !lists_a_port_twice(&cell.specs) {
            let message = format!("port cell {:?} can be read without a reading", reading.cell);
            self.report_entry(Diagnostic::new(codes::CONTRADICTION, message).help("remove the reading"));
        }
        for transport in given {
            if !self.texts_may_print(transport) {
                let cell = &reading.cell;
                let message =
                    format!("the reading gives the transport {transport}, which the port cell {cell:?} doesn't print");
                let help =
                    "name the text that prints it under note_of: a cell of the row, a heading, or the digest of prose";
                self.report_entry(Diagnostic::new(codes::CONTRADICTION, message).help(help));
            }
        }
    }

    /// Whether one of the flow's other texts prints a transport. Of prose, only the digest is known.
    fn texts_may_print(&self, transport: Transport) -> bool {
        let word = transport.to_string();
        let has_word = |text: &String| text.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|own| own == word);
        self.texts().iter().any(|text| self.numbers_of_prose(text).is_some() || has_word(text))
    }

    /// Reports numbers that are neither in the port cell nor in the flow's other texts.
    fn check_numbers_of_reading(&mut self, reading: &Reading) {
        let mut printed: BTreeSet<String> = numbers_in_text(&reading.cell).into_iter().collect();
        for text in self.texts() {
            printed.extend(self.numbers_of_prose(&text).unwrap_or_else(|| numbers_in_text(&text)));
        }
        for number in reading.ports.port_numbers().difference(&printed) {
            let message = format!("number {number} of the reading isn't in the port cell {:?}", reading.cell);
            let help =
                "correct it, name the text that prints it under note_of, or write the ports under adds, with a reason";
            self.report_entry(Diagnostic::new(codes::CONTRADICTION, message).help(help));
        }
    }

    /// The texts that the flow names.
    fn texts(&self) -> Vec<String> {
        let texts = self.flow().note_of.as_ref().map_or(&[][..], OneOrMore::as_slice);
        texts.iter().filter(|text| !text.is_empty()).cloned().collect()
    }

    /// The numbers of the prose with a digest, in the table or outside the tables.
    fn numbers_of_prose(&self, digest: &str) -> Option<Vec<String>> {
        let outside = self.capture.texts.iter().map(|text| &text.prose);
        let cells = self.table().into_iter().flat_map(|table| &table.rows).flat_map(|row| &row.cells);
        let in_table = cells.filter_map(|cell| match &cell.text {
            Text::Prose(prose) => Some(prose),
            Text::Printed(_) => None,
        });
        let mut prose = self.row.prose.iter().chain(in_table).chain(outside);
        prose.find(|prose| prose.digest == digest).map(|prose| prose.numbers.clone())
    }

    /// Reports a port that the cell lists twice: a flow lists it once, so a person says how its ports relate.
    pub(super) fn check_repeated(&mut self, specs: &[PortSpec<String>]) {
        if lists_a_port_twice(specs) {
            let cell = self.row.ports.as_deref().unwrap_or_default();
            let message = format!("port cell {cell:?} lists a port twice");
            let help = format!(
                "list each port once in reading = {{ cell = {cell:?}, ports = \"...\" }} of {}, joined by \", \", \"; \" or \" | \"",
                self.flow().id
            );
            self.report_row(Diagnostic::new(codes::UNREADABLE_CELL, message).help(help));
        }
    }

    /// The transport of a service without a port. The tables can't give it one of its own: that of the service must be the same.
    pub(super) fn transport_of_service(&mut self, stated: Transport, service: &str) -> Option<Transport> {
        if self.vocabulary.transports(service) != [stated] {
            let message = format!("{service} over {stated} has no port, and isn't only over {stated} in services.csv");
            let help = format!(
                "name a service that is only over {stated} in the services of the flow, or give its port under adds, with a reason"
            );
            self.report_entry(Diagnostic::new(codes::NO_SERVICE, message).help(help));
        }
        None
    }
}

/// Whether a spec of a reading is the printed one, perhaps with a transport or a service that the cell doesn't print, or is a range
/// of which the cell prints one end. The transport of a table isn't that of every cell.
fn agrees(printed: &PortSpec<String>, read: &PortSpec<String>, is_of_table: bool) -> bool {
    let is_unstated = is_of_table || printed.transport().is_none_or(|transport| transport == Transport::Any);
    let is_same = printed.range() == read.range() && printed.number() == read.number();
    let is_end = printed.range().zip(read.range()).is_some_and(|(printed, read)| {
        printed.first() == printed.last() && [read.first(), read.last()].contains(&printed.first())
    });
    (is_same || is_end) && (is_unstated || printed.transport() == read.transport())
}

fn lists_a_port_twice(specs: &[PortSpec<String>]) -> bool {
    let port = |spec: &PortSpec<String>| (spec.transport(), spec.range(), spec.number(), spec.service_ref().cloned());
    let mut with_port = specs.iter().enumerate().filter(|(_, spec)| spec.range().is_some());
    with_port.any(|(index, spec)| specs[..index].iter().any(|before| port(before) == port(spec)))
}
