//! Finds the flows that use each port.

use port_core::Transport;
use port_core::layout::port;
use port_data::Flow;

use crate::cells::index_of;
use crate::flow_lists::FlowListInterner;
use crate::list_interner::ListInterner;
use crate::packed::PortIndex;

/// A flow whose port ranges include the current port, and how many of its specs do, for one transport: single ports, and ranges.
struct OpenFlow {
    flow: usize,
    transport: Transport,
    specs: [usize; 2],
}

/// The flows of every port, by a sweep over the ports at which a range begins or has ended: between two of them nothing changes.
pub(crate) fn port_index(flows: &[Option<&Flow>], lists: &mut FlowListInterner) -> PortIndex {
    const PORTS: usize = port::PAGES * port::PAGE_SIZE;
    let mut kinds = [Transport::Any; port::KINDS];
    kinds[port::TCP] = Transport::Tcp;
    kinds[port::UDP] = Transport::Udp;
    kinds[port::SCTP] = Transport::Sctp;

    let mut list_of_port = vec![0; port::KINDS * PORTS];
    let mut open: Vec<OpenFlow> = Vec::new();
    let mut edges = edges(flows).into_iter().peekable();
    while let Some(Edge { port, flow, transport, is_range, begins }) = edges.next() {
        let transport = Transport::ALL[transport];
        let index = open.partition_point(|known| (known.flow, known.transport) < (flow, transport));
        if open.get(index).is_none_or(|known| (known.flow, known.transport) != (flow, transport)) {
            open.insert(index, OpenFlow { flow, transport, specs: [0, 0] });
        }
        let specs = &mut open[index].specs[usize::from(is_range)];
        *specs = if begins { *specs + 1 } else { *specs - 1 };
        if open[index].specs == [0, 0] {
            open.remove(index);
        }
        let next = edges.peek().map_or(PORTS, |edge| edge.port);
        if port < next {
            for (kind, transport) in kinds.iter().enumerate() {
                let [exact, ranges] = exact_and_ranges(&open, *transport);
                let number = lists.number_of_port(&exact, &ranges);
                list_of_port[kind * PORTS + port..kind * PORTS + next].fill(number);
            }
        }
    }
    // Few catalogs use SCTP.
    if list_of_port[port::SCTP * PORTS..].iter().all(|list| *list == 0) {
        list_of_port.truncate(port::SCTP * PORTS);
    }

    let mut interner = ListInterner::new();
    let mut pages: Vec<usize> = Vec::new();
    for page in list_of_port.chunks_exact(port::PAGE_SIZE) {
        // Most pages equal the one before. Comparing with it is a hundred times faster than a lookup.
        let same = pages.last().copied().filter(|before| interner.lists[*before] == page);
        pages.push(same.unwrap_or_else(|| interner.number(page)));
    }
    PortIndex { pages, lists: interner.lists.concat() }
}

/// The open flows of a transport: those that name the port itself, and those that name a range. Each list is in order.
fn exact_and_ranges(open: &[OpenFlow], transport: Transport) -> [Vec<usize>; 2] {
    let overlapping = open.iter().filter(|known| known.transport.overlaps(transport));
    // A flow can be open for TCP and for UDP. Its exact port comes first.
    let mut flows: Vec<(usize, bool)> = overlapping.map(|known| (known.flow, known.specs[0] == 0)).collect();
    flows.sort_unstable();
    flows.dedup_by_key(|(flow, _)| *flow);
    [false, true].map(|range| flows.iter().filter(|(_, is_range)| *is_range == range).map(|(flow, _)| *flow).collect())
}

/// A port at which a range of a flow begins, or the port after its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Edge {
    port: usize,
    flow: usize,
    /// The index of the transport.
    transport: usize,
    /// Whether the range has several ports.
    is_range: bool,
    begins: bool,
}

/// The edges of the ranges of all flows, sorted.
fn edges(flows: &[Option<&Flow>]) -> Vec<Edge> {
    let mut edges = Vec::new();
    for (flow, row) in flows.iter().enumerate().filter_map(|(number, flow)| Some((number, (*flow)?))) {
        for spec in &row.row.specs {
            if let (Some(transport), Some(range)) = (spec.transport(), spec.range()) {
                let (transport, is_range) = (index_of(Transport::ALL, transport), range.first() < range.last());
                let edge = |port: usize, begins| Edge { port, flow, transport, is_range, begins };
                edges.push(edge(range.first().into(), true));
                edges.push(edge(usize::from(range.last()) + 1, false));
            }
        }
    }
    edges.sort_unstable();
    edges
}
