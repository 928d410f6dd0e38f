//! Packs the rows of flow tables: the newest row of each id as a table, and the rows of older editions as what differs from it.

use std::collections::HashMap;

use port_core::layout::{flow, profile, spec};
use port_core::{Direction, Enabled, Fact, Groups, PortSpec, Requirement, Scope, Transport};
use port_data::{Catalog, Flow, FlowRow};

use crate::cells::{bits, index_of, optional};
use crate::list_interner::ListInterner;
use crate::packed::{Lists, OlderRows, Table};

/// The rows of all flow tables, and what they refer to.
pub(crate) struct FlowRows {
    pub(crate) newest: Table<{ flow::NUMBERS }, { flow::TEXTS }>,
    pub(crate) profiles: Table<{ profile::NUMBERS }, 0>,
    pub(crate) older: OlderRows,
    pub(crate) spec_lists: Vec<usize>,
    pub(crate) specs: Table<{ spec::NUMBERS }, 0>,
    pub(crate) host_lists: Lists,
}

impl FlowRows {
    pub(crate) fn new(catalog: &Catalog, host_numbers: &HashMap<&str, usize>) -> FlowRows {
        let ids = catalog.flow_ids;
        let mut distinct = Distinct::new();
        // All rows as one table, so that their texts are in one pool. It is then cut.
        let rows = catalog.flows.iter().map(|flow| (distinct.numbers(catalog, flow, host_numbers), texts(&flow.row)));
        let mut newest = Table::new(rows);
        let numbers: HashMap<&str, usize> =
            catalog.flows[..ids].iter().enumerate().map(|(number, flow)| (flow.row.id.as_str(), number)).collect();
        let mut older = OlderRows { ids: Vec::new(), starts: vec![0], columns: Vec::new(), values: Vec::new() };
        for (row, flow) in catalog.flows.iter().enumerate().skip(ids) {
            let id = numbers[flow.row.id.as_str()];
            let text_numbers = newest.text_columns.iter().map(|column| &column.numbers);
            for (column, numbers) in newest.numbers.iter().chain(text_numbers).enumerate() {
                if numbers[row] != numbers[id] {
                    older.columns.push(column);
                    older.values.push(numbers[row]);
                }
            }
            older.ids.push(id);
            older.starts.push(older.columns.len());
        }
        newest.numbers.iter_mut().for_each(|column| column.truncate(ids));
        newest.text_columns.iter_mut().for_each(|column| column.numbers.truncate(ids));
        let specs = Lists::new(distinct.specs.lists);
        FlowRows {
            newest,
            profiles: table(&Lists::new(distinct.profiles.lists).items),
            older,
            spec_lists: specs.starts.iter().map(|start| start / spec::NUMBERS).collect(),
            specs: table(&specs.items),
            host_lists: Lists::new(distinct.hosts.lists),
        }
    }
}

/// What rows refer to, each once: profiles, lists of specs as the numbers of all of them end to end, and lists of hosts.
struct Distinct {
    profiles: ListInterner,
    specs: ListInterner,
    hosts: ListInterner,
}

impl Distinct {
    fn new() -> Distinct {
        let mut distinct =
            Distinct { profiles: ListInterner::new(), specs: ListInterner::new(), hosts: ListInterner::new() };
        // Most flows have no hosts, and number 0 makes that list the cheapest.
        distinct.hosts.number(&[]);
        distinct
    }

    /// The numbers of a row.
    fn numbers(
        &mut self,
        catalog: &Catalog,
        flow: &Flow,
        host_numbers: &HashMap<&str, usize>,
    ) -> [usize; flow::NUMBERS] {
        let row = &flow.row;
        let specs: Vec<usize> = row.specs.iter().flat_map(spec_row).collect();
        let hosts: Vec<usize> = row.hosts.iter().map(|host| host_numbers[host.as_str()]).collect();
        let mut numbers = [0; flow::NUMBERS];
        numbers[flow::PRODUCT] = flow.product;
        numbers[flow::COMPONENT] = row.component.map_or(0, |component| component + 1);
        numbers[flow::PEER] = row.peer;
        numbers[flow::PROFILE] =
            self.profiles.number(&profile(row, catalog.newest_edition(flow.product) - flow.edition));
        numbers[flow::ROW] = row.row as usize;
        numbers[flow::SPECS] = self.specs.number(&specs);
        numbers[flow::HOSTS] = self.hosts.number(&hosts);
        numbers
    }
}

/// A table from the numbers of its rows, end to end.
fn table<const NUMBERS: usize>(numbers: &[usize]) -> Table<NUMBERS, 0> {
    Table::new(numbers.chunks_exact(NUMBERS).filter_map(|row| Some((*row.first_chunk()?, []))))
}

fn profile(row: &FlowRow<usize>, newer_editions: usize) -> [usize; profile::NUMBERS] {
    let mut numbers = [0; profile::NUMBERS];
    numbers[profile::NEWER] = newer_editions;
    numbers[profile::DIRECTION] = index_of(Direction::ALL, row.direction);
    numbers[profile::GROUPS] = index_of(Groups::ALL, row.groups);
    numbers[profile::REQUIREMENT] = index_of(Requirement::ALL, row.requirement);
    numbers[profile::SCOPE] = index_of(Scope::ALL, row.scope);
    numbers[profile::ENABLED] = index_of(Enabled::ALL, row.enabled);
    numbers[profile::CONFIGURABLE] = usize::from(row.configurable);
    numbers[profile::INTERFACES] = bits(row.interfaces.iter().copied());
    numbers[profile::RECOMMENDED] = row.recommended_interface.map_or(0, |interface| interface + 1);
    numbers[profile::CURATED] = bits(row.curated.iter().map(|fact| index_of(Fact::ALL, *fact)));
    numbers
}

fn spec_row(spec: &PortSpec<usize>) -> [usize; spec::NUMBERS] {
    let mut row = [0; spec::NUMBERS];
    [row[spec::FIRST], row[spec::MORE]] = match (spec.range(), spec.number()) {
        (Some(range), _) => [range.first().into(), usize::from(range.last() - range.first())],
        (None, Some(number)) => [usize::from(number) + 1, spec::NO_PORTS],
        (None, None) => [0, 0],
    };
    row[spec::TRANSPORT] = spec.transport().map_or(0, |transport| index_of(Transport::ALL, transport) + 1);
    row[spec::SERVICE] = spec.service().map_or(0, |service| service + 1);
    row[spec::GROUP] = spec.group().into();
    row
}

fn texts(row: &FlowRow<usize>) -> [&str; flow::TEXTS] {
    let mut texts = [""; flow::TEXTS];
    texts[flow::PURPOSE] = &row.purpose;
    texts[flow::CONDITION] = optional(row.condition.as_ref());
    texts[flow::CUSTOMIZATION] = optional(row.customization.as_ref());
    texts[flow::NOTE] = optional(row.note.as_ref());
    texts[flow::SECTION] = optional(row.section.as_ref());
    texts[flow::PRINTED_PEER] = optional(row.printed_peer.as_ref());
    texts[flow::PRINTED_LABEL] = optional(row.printed_label.as_ref());
    texts[flow::PRINTED_PORTS] = optional(row.printed_ports.as_ref());
    texts
}
