//! Packs the rows of flow tables: the newest row of each id as a table, and the rows of older editions as what differs from it.

use std::collections::HashMap;

use port_core::layout::flow;
use port_core::{Direction, Enabled, Fact, Groups, PortSpec, Requirement, Scope};
use port_data::{Catalog, Flow};

use crate::cells::{bits, index_of, optional};
use crate::packed::{Lists, OlderRows, Table};

/// The rows of all flow tables.
pub(crate) struct FlowRows<'a> {
    pub(crate) newest: Table<{ flow::NUMBERS }, { flow::TEXTS }>,
    pub(crate) older: OlderRows,
    pub(crate) spec_starts: Vec<usize>,
    pub(crate) specs: Vec<&'a PortSpec<usize>>,
    pub(crate) hosts: Vec<Vec<usize>>,
}

impl<'a> FlowRows<'a> {
    pub(crate) fn new(catalog: &'a Catalog, host_numbers: &HashMap<&str, usize>) -> FlowRows<'a> {
        let ids = catalog.flow_ids;
        let host_list = |flow: &Flow| flow.row.hosts.iter().map(|host| host_numbers[host.as_str()]).collect::<Vec<_>>();
        // All rows as one table, so that their texts are in one pool. It is then cut.
        let mut table = Table::new(catalog.flows.iter().map(flow_row));
        let mut spec_starts = vec![0];
        let mut specs: Vec<&PortSpec<usize>> = Vec::new();
        let mut hosts: Vec<Vec<usize>> = Vec::new();
        for flow in &catalog.flows[..ids] {
            specs.extend(&flow.row.specs);
            spec_starts.push(specs.len());
            hosts.push(host_list(flow));
        }
        let numbers: HashMap<&str, usize> =
            catalog.flows[..ids].iter().enumerate().map(|(number, flow)| (flow.row.id.as_str(), number)).collect();
        let mut older = OlderRows { ids: Vec::new(), changes: Lists::new([]) };
        let mut changes = Vec::new();
        for (row, flow) in catalog.flows.iter().enumerate().skip(ids) {
            let newest = numbers[flow.row.id.as_str()];
            let text_numbers = table.text_columns.iter().map(|column| &column.numbers);
            let columns = table.numbers.iter().chain(text_numbers).enumerate();
            let differing = columns.filter(|(_, numbers)| numbers[row] != numbers[newest]);
            let mut pairs: Vec<usize> = differing.flat_map(|(column, numbers)| [column, numbers[row]]).collect();
            if flow.row.specs != catalog.flows[newest].row.specs {
                pairs.extend([flow::SPECS, spec_starts.len() - 1]);
                specs.extend(&flow.row.specs);
                spec_starts.push(specs.len());
            }
            if flow.row.hosts != catalog.flows[newest].row.hosts {
                pairs.extend([flow::HOSTS, hosts.len()]);
                hosts.push(host_list(flow));
            }
            older.ids.push(newest);
            changes.push(pairs);
        }
        older.changes = Lists::new(changes);
        table.numbers.iter_mut().for_each(|column| column.truncate(ids));
        table.text_columns.iter_mut().for_each(|column| column.numbers.truncate(ids));
        FlowRows { newest: table, older, spec_starts, specs, hosts }
    }
}

fn flow_row(flow: &Flow) -> ([usize; flow::NUMBERS], [&str; flow::TEXTS]) {
    let mut numbers = [0; flow::NUMBERS];
    numbers[flow::PRODUCT] = flow.product;
    numbers[flow::EDITION] = flow.edition;
    numbers[flow::COMPONENT] = flow.row.component.map_or(0, |component| component + 1);
    numbers[flow::PEER] = flow.row.peer;
    numbers[flow::DIRECTION] = index_of(Direction::ALL, flow.row.direction);
    numbers[flow::GROUPS] = index_of(Groups::ALL, flow.row.groups);
    numbers[flow::SCOPE] = index_of(Scope::ALL, flow.row.scope);
    numbers[flow::ENABLED] = index_of(Enabled::ALL, flow.row.enabled);
    numbers[flow::REQUIREMENT] = index_of(Requirement::ALL, flow.row.requirement);
    numbers[flow::CONFIGURABLE] = usize::from(flow.row.configurable);
    numbers[flow::INTERFACES] = bits(flow.row.interfaces.iter().copied());
    numbers[flow::RECOMMENDED] = flow.row.recommended_interface.map_or(0, |interface| interface + 1);
    numbers[flow::CURATED] = bits(flow.row.curated.iter().map(|fact| index_of(Fact::ALL, *fact)));
    numbers[flow::ROW] = flow.row.row as usize;
    let mut texts = [""; flow::TEXTS];
    texts[flow::PURPOSE] = &flow.row.purpose;
    texts[flow::CONDITION] = optional(flow.row.condition.as_ref());
    texts[flow::CUSTOMIZATION] = optional(flow.row.customization.as_ref());
    texts[flow::NOTE] = optional(flow.row.note.as_ref());
    texts[flow::SECTION] = optional(flow.row.section.as_ref());
    texts[flow::PRINTED_PEER] = optional(flow.row.printed_peer.as_ref());
    texts[flow::PRINTED_LABEL] = optional(flow.row.printed_label.as_ref());
    texts[flow::PRINTED_PORTS] = optional(flow.row.printed_ports.as_ref());
    (numbers, texts)
}
