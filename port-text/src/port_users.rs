//! Prints the products that use a port, a line for each of them.
//!
//! A port such as 443 has more flows than a screen shows. Each line names a product, the number of its flows, and the peers, as
//! many of them as the terminal has room for.

use std::cmp::Reverse;

use port_core::{Direction, Transport};
use port_engine::dataset::{Dataset, Flow, PortSpec, Product};
use port_engine::filter::PortQuery;

use super::Columns;
use super::table;
use port_data::diagnostic::count;

/// The most characters of a cell with ports: three transports for products with exactly the port, and a range for the others. If that
/// leaves too little room for peers, one transport.
const PORTS_WIDTHS: [[usize; 2]; 2] =
    [["tcp, udp, any".len(), "sctp".len()], ["tcp/49152-65535 +9".len(), "sctp".len()]];

/// The name of peers that belong to the product.
const ITSELF: &str = "itself";

/// The flows of one product that use a port.
#[derive(Clone, Debug)]
pub struct PortUser<'a> {
    /// The product.
    pub product: &'a Product,
    /// Its flows, those with exactly the port first. There is at least one.
    pub flows: Vec<&'a Flow>,
    /// Those of their peers that are parts of the product, or the product itself.
    own_peers: Vec<&'a str>,
    /// Whether a flow has exactly the port, rather than a range that also has others.
    is_exact: bool,
}

/// Groups the users of a port by product: first products with exactly the port, and by id among them and among the others.
pub fn by_product<'a>(flows: &[&'a Flow], port: PortQuery, dataset: &'a Dataset) -> Vec<PortUser<'a>> {
    let user = |product: &'a Product| {
        let mut flows: Vec<&Flow> = flows.iter().copied().filter(|flow| flow.product == product.id).collect();
        flows.sort_by_key(|flow| !is_exact(flow, port));
        let is_exact = is_exact(flows.first()?, port);
        let is_own = |flow: &&&Flow| flow.peer == product.id || flow.peer_component(dataset).is_some();
        let own_peers = flows.iter().filter(is_own).map(|flow| flow.peer.as_str()).collect();
        Some(PortUser { product, flows, own_peers, is_exact })
    };
    let mut users: Vec<PortUser<'_>> = dataset.products.iter().filter_map(user).collect();
    users.sort_by_key(|user| (!user.is_exact, &user.product.id));
    users
}

/// Whether a flow has exactly the port, or ports within the range that is asked for.
pub fn is_exact(flow: &Flow, port: PortQuery) -> bool {
    flow.ports.iter().any(|spec| port.matches_exactly(spec))
}

/// A line for each product. Below them are those products that have the port only in a range, or ICMP without a type.
pub fn print(users: &[PortUser<'_>], port: PortQuery, width: Option<u16>) -> String {
    let (exact, in_range): (Vec<&PortUser<'_>>, Vec<&PortUser<'_>>) = users.iter().partition(|user| user.is_exact);
    let mut parts = Vec::new();
    if !exact.is_empty() {
        parts.push(lines(&exact, port, width));
    }
    if !in_range.is_empty() {
        let title = match port {
            PortQuery::Ports { .. } => "Only in a wider range of ports:",
            PortQuery::Protocol { .. } => "Without a type of ICMP:",
        };
        parts.push(format!("{title}\n\n{}", lines(&in_range, port, width)));
    }
    let legend = legend(users, port);
    if !legend.is_empty() {
        parts.push(legend);
    }
    parts.join("\n")
}

/// What words mean that occur in the lines.
fn legend(users: &[PortUser<'_>], port: PortQuery) -> String {
    let mut specs = users.iter().flat_map(|user| &user.flows).flat_map(|flow| &flow.ports);
    let is_any = |spec: &PortSpec| port.matches(spec) && spec.transport() == Some(Transport::Any);
    let lines = [
        (specs.any(is_any), "any: the document doesn't say whether TCP or UDP\n"),
        (users.iter().any(|user| !user.own_peers.is_empty()), "itself: parts and other instances of the product\n"),
    ];
    lines.into_iter().filter(|(occurs, _)| *occurs).map(|(_, line)| line).collect()
}

/// A table with one line for each product. If the terminal is too narrow for it, each product is a block with all of its ports and
/// peers.
fn lines(users: &[&PortUser<'_>], port: PortQuery, width: Option<u16>) -> String {
    let columns = |ports_width: Option<usize>, peers_width: Option<usize>| Columns {
        names: vec!["product", "flows", "ports", "peers"],
        rows: users.iter().map(|user| user.cells(port, ports_width, peers_width)).collect(),
    };
    let all = columns(None, None);
    let Some(terminal) = width.map(usize::from) else { return table::print(&all, None) };
    let is_exact = users.iter().all(|user| user.is_exact);
    let short = PORTS_WIDTHS[usize::from(!is_exact)].iter().map(|ports_width| {
        let without_peers = columns(Some(*ports_width), Some(0));
        let others: usize = (0..3).map(|column| table::column_width(&without_peers, column)).sum();
        columns(Some(*ports_width), Some(terminal.saturating_sub(others)))
    });
    let fits = |columns: &Columns| table::total_width(columns) <= terminal;
    table::print(&short.into_iter().find(fits).unwrap_or(all), width)
}

impl PortUser<'_> {
    fn cells(&self, port: PortQuery, ports_width: Option<usize>, peers_width: Option<usize>) -> Vec<String> {
        vec![
            self.product.id.clone(),
            self.flows.len().to_string(),
            fitting_ports(&self.ports(port), ports_width),
            fitting_peers(&self.peers(Direction::Inbound), &self.peers(Direction::Outbound), peers_width),
        ]
    }

    /// The ports that match, without services. The port that was asked for is only its transport, since the title has the number.
    fn ports(&self, port: PortQuery) -> Vec<String> {
        let specs = || self.flows.iter().flat_map(|flow| &flow.ports).filter(|spec| port.matches(spec));
        let (exact, others): (Vec<&PortSpec>, Vec<&PortSpec>) = specs().partition(|spec| port.matches_exactly(spec));
        let mut texts: Vec<String> = Vec::new();
        for spec in exact.into_iter().chain(others) {
            let text = match (port, spec.transport()) {
                (PortQuery::Ports { range, .. }, Some(transport)) if spec.range() == Some(range) => {
                    transport.to_string()
                }
                // The service follows a space.
                _ => spec.to_string().split(' ').next().unwrap_or_default().to_string(),
            };
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        texts
    }

    /// The peers in one direction, those with the most flows first.
    fn peers(&self, direction: Direction) -> Vec<String> {
        let mut counted: Vec<(&str, usize)> = Vec::new();
        for flow in self.flows.iter().filter(|flow| flow.direction == direction) {
            let peer = if self.own_peers.contains(&flow.peer.as_str()) { ITSELF } else { &flow.peer };
            match counted.iter_mut().find(|(known, _)| *known == peer) {
                Some((_, flows)) => *flows += 1,
                None => counted.push((peer, 1)),
            }
        }
        counted.sort_by_key(|(_, flows)| Reverse(*flows));
        counted.into_iter().map(|(peer, _)| peer.to_string()).collect()
    }
}

/// The first names of a list, and how many more there are: `client, admin +3`.
fn first(names: &[String], shown: usize) -> String {
    let more = if shown < names.len() { format!(" +{}", names.len() - shown) } else { String::new() };
    format!("{}{more}", names[..shown].join(", "))
}

/// As many ports as fit. If one of several doesn't fit, their number: `12 ports`.
fn fitting_ports(ports: &[String], width: Option<usize>) -> String {
    let fits = |text: &String| width.is_none_or(|width| text.chars().count() <= width);
    let fitting = (1..=ports.len()).rev().map(|shown| first(ports, shown)).find(fits);
    fitting.unwrap_or_else(|| match ports {
        [port] => port.clone(),
        ports => count(ports.len(), "port"),
    })
}

/// The peers of both directions, such as `from client, admin +3; to internet`: as many as fit. If one of each is too long, only their
/// number: `from client; to 12 peers`, or `from 9; to 12 peers`.
fn fitting_peers(from: &[String], to: &[String], width: Option<usize>) -> String {
    let lists: Vec<(&str, &[String])> =
        [("from", from), ("to", to)].into_iter().filter(|(_, peers)| !peers.is_empty()).collect();
    let part = |(word, peers): &(&str, &[String]), shown: usize| match shown {
        0 => format!("{word} {}", count(peers.len(), "peer")),
        shown => format!("{word} {}", first(peers, shown)),
    };
    let numbers = match lists.len() {
        2 => format!("from {}; to {}", from.len(), count(to.len(), "peer")),
        _ => lists.iter().map(|list| part(list, 0)).collect(),
    };
    let mut shown: Vec<usize> = lists.iter().map(|(_, peers)| peers.len()).collect();
    loop {
        let parts: Vec<String> = lists.iter().zip(&shown).map(|(list, shown)| part(list, *shown)).collect();
        let text = if shown.iter().all(|shown| *shown == 0) { numbers.clone() } else { parts.join("; ") };
        // The longer list loses a name, or both have one, and the longer name is left out.
        let longer =
            (0..lists.len()).filter(|list| shown[*list] > 0).max_by_key(|list| (shown[*list], parts[*list].len()));
        match longer {
            Some(longer) if width.is_some_and(|width| text.chars().count() > width) => shown[longer] -= 1,
            _ => return text,
        }
    }
}
