//! The packed tables of a catalog, as values: [`pack`](crate::pack) makes them, and they become statics.

use std::collections::HashMap;

use port_core::layout::{edition, flow, peer, product, profile, service, spec, vendor};

use crate::text_index::TextIndex;

/// The packed tables of a catalog.
pub struct Packed {
    /// The ids of each enum: vendors, products, peers, services, flows.
    pub ids: [Ids; 5],
    /// The vendors.
    pub vendors: Table<{ vendor::NUMBERS }, { vendor::TEXTS }>,
    /// The products of each vendor.
    pub vendor_products: Lists,
    /// The products.
    pub products: Table<{ product::NUMBERS }, { product::TEXTS }>,
    /// The indexes of the names of each product's interfaces.
    pub product_interfaces: Lists,
    /// The indexes of the names of each product's components.
    pub product_components: Lists,
    /// The names of interfaces and components.
    pub names: Vec<String>,
    /// The editions, by product.
    pub editions: Table<{ edition::NUMBERS }, { edition::TEXTS }>,
    /// The index of each product's first edition, and the number of editions.
    pub product_editions: Vec<usize>,
    /// The peers.
    pub peers: Table<{ peer::NUMBERS }, { peer::TEXTS }>,
    /// The peers that each peer includes.
    pub peer_includes: Lists,
    /// The services.
    pub services: Table<{ service::NUMBERS }, { service::TEXTS }>,
    /// The newest row of each flow id.
    pub flows: Table<{ flow::NUMBERS }, { flow::TEXTS }>,
    /// The distinct combinations of facts that have few values.
    pub profiles: Table<{ profile::NUMBERS }, 0>,
    /// The rows of older editions.
    pub older: OlderRows,
    /// Where each distinct list of specs starts, and the end of the last.
    pub spec_lists: Vec<usize>,
    /// The specs, list by list.
    pub specs: Table<{ spec::NUMBERS }, 0>,
    /// The distinct lists of the indexes of hosts.
    pub host_lists: Lists,
    /// The host names, and the domains above them.
    pub hosts: Vec<String>,
    /// The perfect hash of the host names.
    pub host_index: TextIndex,
    /// For each of them, the list of flows to it, to a host below it, or to a wildcard that covers it.
    pub host_flows: Vec<usize>,
    /// For each wildcard, the list of flows to it or to a wildcard that covers it.
    pub host_covering: Vec<usize>,
    /// The flows that use each port.
    pub ports: PortIndex,
    /// The flow lists. The first is empty.
    pub flow_lists: FlowLists,
}

/// A table: columns of numbers, and columns of texts.
pub struct Table<const NUMBERS: usize, const TEXTS: usize> {
    /// The columns of numbers.
    pub numbers: [Vec<usize>; NUMBERS],
    /// The texts of all columns, column by column.
    pub texts: Vec<String>,
    /// The columns of texts.
    pub text_columns: [TextColumn; TEXTS],
}

/// A column of texts.
pub struct TextColumn {
    /// The index of its first text, the empty one, among the texts of its table.
    pub first: usize,
    /// The index of each row's text, counted from the first.
    pub numbers: Vec<usize>,
}

/// The rows of older editions, as what differs from the newest row of the same id.
pub struct OlderRows {
    /// The index of each row's id.
    pub ids: Vec<usize>,
    /// Where the changes of each row start, and the end of the last.
    pub starts: Vec<usize>,
    /// The columns that differ.
    pub columns: Vec<usize>,
    /// The value of each.
    pub values: Vec<usize>,
}

/// The ids of an enum.
pub struct Ids {
    /// The ids.
    pub ids: Vec<String>,
    /// Their perfect hash.
    pub index: TextIndex,
}

/// Lists of numbers end to end. `starts` has one more item: the end of the last list.
pub struct Lists {
    /// Where each list starts.
    pub starts: Vec<usize>,
    /// The numbers.
    pub items: Vec<usize>,
}

/// Flow lists, each in at most two parts. Equal parts are stored once.
pub struct FlowLists {
    /// Where the first part of each list starts.
    pub starts: Vec<usize>,
    /// The length of each list.
    pub lengths: Vec<usize>,
    /// The length of the first part, the flows that name the port itself, for the lists of ports. Other lists have one part.
    pub exact: Vec<usize>,
    /// Where the second part starts, the flows that name a range.
    pub ranges: Vec<usize>,
    /// The flows.
    pub items: Vec<usize>,
}

/// Pages of ports for TCP, for UDP, for either of them, and for SCTP if a flow uses it. Each port has a flow list.
pub struct PortIndex {
    /// The page of each 32 ports, for each of them.
    pub pages: Vec<usize>,
    /// The distinct pages end to end: the flow list of each port.
    pub lists: Vec<usize>,
}

impl Lists {
    pub(crate) fn new(lists: impl IntoIterator<Item = Vec<usize>>) -> Lists {
        let mut starts = vec![0];
        let mut items = Vec::new();
        for list in lists {
            items.extend(list);
            starts.push(items.len());
        }
        Lists { starts, items }
    }
}

impl<const NUMBERS: usize, const TEXTS: usize> Table<NUMBERS, TEXTS> {
    /// A table from the numbers and texts of each row.
    pub(crate) fn new<'a>(rows: impl Iterator<Item = ([usize; NUMBERS], [&'a str; TEXTS])>) -> Self {
        let mut numbers = [const { Vec::new() }; NUMBERS];
        let mut texts = [const { Vec::new() }; TEXTS];
        for (row, text_row) in rows {
            numbers.iter_mut().zip(row).for_each(|(column, number)| column.push(number));
            texts.iter_mut().zip(text_row).for_each(|(column, text)| column.push(text));
        }
        let mut all = Vec::new();
        let text_columns = texts.map(|column| TextColumn::new(&column, &mut all));
        Table { numbers, texts: all, text_columns }
    }
}

impl TextColumn {
    /// A column of these texts. Each distinct text is appended once to the texts of the table.
    pub(crate) fn new(column: &[&str], texts: &mut Vec<String>) -> TextColumn {
        let first = texts.len();
        texts.push(String::new());
        let mut known = HashMap::from([("", 0)]);
        let numbers = column.iter().map(|text| {
            *known.entry(text).or_insert_with(|| {
                texts.push((*text).to_string());
                texts.len() - 1 - first
            })
        });
        TextColumn { numbers: numbers.collect(), first }
    }
}

impl Ids {
    pub(crate) fn new<'a>(ids: impl Iterator<Item = &'a String>) -> Ids {
        let ids: Vec<String> = ids.cloned().collect();
        Ids { index: TextIndex::new(&ids.iter().map(String::as_str).collect::<Vec<_>>()), ids }
    }
}
