//! Stores each distinct list of flows once.

use std::collections::HashMap;

use crate::list_interner::ListInterner;
use crate::packed::FlowLists;

/// Numbers flow lists. Number 0 is the empty list. The lists of ports are numbered first, so that their numbers are the lowest and fit in
/// the fewest bytes.
pub(crate) struct FlowListInterner {
    /// The parts of lists.
    parts: ListInterner,
    /// The numbers of the two parts of each list.
    lists: Vec<[usize; 2]>,
    numbers: HashMap<[usize; 2], usize>,
    /// How many of the lists are those of ports.
    ports: usize,
}

impl FlowListInterner {
    pub(crate) fn new() -> FlowListInterner {
        let mut interner =
            FlowListInterner { parts: ListInterner::new(), lists: Vec::new(), numbers: HashMap::new(), ports: 0 };
        interner.number_of_port(&[], &[]);
        interner
    }

    /// The number of a port's list: the flows that name the port itself, and those that name a range.
    pub(crate) fn number_of_port(&mut self, exact: &[usize], ranges: &[usize]) -> usize {
        let number = self.number_of_parts([exact, ranges]);
        self.ports = self.lists.len();
        number
    }

    /// The number of another list.
    pub(crate) fn number(&mut self, list: &[usize]) -> usize {
        self.number_of_parts([list, &[]])
    }

    fn number_of_parts(&mut self, parts: [&[usize]; 2]) -> usize {
        let parts = parts.map(|part| self.parts.number(part));
        *self.numbers.entry(parts).or_insert_with(|| {
            self.lists.push(parts);
            self.lists.len() - 1
        })
    }

    /// The lists as columns.
    pub(crate) fn into_columns(self) -> FlowLists {
        let mut starts = Vec::with_capacity(self.parts.lists.len());
        let mut items = Vec::new();
        for part in &self.parts.lists {
            starts.push(items.len());
            items.extend(part);
        }
        let length = |part: usize| self.parts.lists[part].len();
        let ports = &self.lists[..self.ports];
        FlowLists {
            starts: self.lists.iter().map(|[first, _]| starts[*first]).collect(),
            lengths: self.lists.iter().map(|parts| parts.map(length).iter().sum()).collect(),
            exact: ports.iter().map(|[exact, _]| length(*exact)).collect(),
            ranges: ports.iter().map(|[_, ranges]| starts[*ranges]).collect(),
            items,
        }
    }
}
