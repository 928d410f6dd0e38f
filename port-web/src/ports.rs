//! A page for each port or range that a document prints, with the products that use it.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};
use port_core::Transport;
use port_engine::dataset::{Dataset, Flow, PortSpec};
use port_engine::filter::PortQuery;
use port_text::port_users::{by_product, is_exact};

use crate::flow_table::FlowTable;
use crate::layout::{Page, count, link};
use crate::{Context, File};

/// A port or range of a transport, or a protocol without ports, in the order of pages.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct PortPage {
    /// The transport or protocol, such as `tcp`; for a protocol without a name, `ip`.
    transport: String,
    /// The first and the last port, or the number of a protocol or of a type of ICMP.
    numbers: Option<(u16, u16)>,
}

impl PortPage {
    /// The path of the page.
    fn path(&self) -> String {
        format!("port/{}/", self.text())
    }

    /// The port as `port-catalog port` takes it.
    fn text(&self) -> String {
        match self.numbers {
            None => self.transport.clone(),
            Some((first, last)) if first == last => format!("{}/{first}", self.transport),
            Some((first, last)) => format!("{}/{first}-{last}", self.transport),
        }
    }
}

/// The pages that a spec is on. The transport `any` means TCP and UDP. A service without a port has none.
fn pages_of(spec: &PortSpec) -> Vec<PortPage> {
    let page = |transport: &str, numbers| PortPage { transport: transport.to_string(), numbers };
    let ports = spec.range().map(|range| (range.first(), range.last()));
    match spec.transport() {
        None => Vec::new(),
        Some(Transport::Any) => vec![page("tcp", ports), page("udp", ports)],
        Some(transport) if transport.has_ports() => vec![page(transport.as_str(), ports)],
        Some(transport) => {
            let number = spec.number().map(u16::from);
            vec![page(transport.as_str(), number.map(|number| (number, number)))]
        }
    }
}

/// The path of the page of a spec: the first, if it is on several.
pub fn page_of(spec: &PortSpec) -> Option<String> {
    pages_of(spec).first().map(PortPage::path)
}

/// All pages of ports, and their list.
pub fn pages(context: &Context) -> Vec<File> {
    let dataset = context.dataset;
    let every = dataset.flows.iter().chain(&dataset.older_flows).flat_map(|flow| &flow.ports);
    let pages: BTreeSet<PortPage> = every.flat_map(pages_of).collect();
    let mut users: BTreeMap<&str, Vec<(&PortPage, usize)>> = BTreeMap::new();
    let mut files = Vec::new();
    for page in &pages {
        let Ok(port) = page.text().parse::<PortQuery>() else { continue };
        let is_user = |flow: &&Flow| flow.ports.iter().any(|spec| port.matches(spec));
        let flows: Vec<&Flow> = dataset.flows.iter().filter(is_user).collect();
        let products = by_product(&flows, port, dataset);
        let exact = products.iter().filter(|user| user.flows.first().is_some_and(|flow| is_exact(flow, port))).count();
        users.entry(page.transport.as_str()).or_default().push((page, exact));
        let flows: Vec<&Flow> = products.iter().flat_map(|user| user.flows.iter().copied()).collect();
        files.push(port_page(context, page, &flows, port, products.len()));
    }
    files.push(list(context, &users));
    files
}

fn port_page(context: &Context, page: &PortPage, flows: &[&Flow], port: PortQuery, products: usize) -> File {
    let path = page.path();
    let (exact, wider): (Vec<&Flow>, Vec<&Flow>) = flows.iter().partition(|flow| is_exact(flow, port));
    let text = page.text();
    let main = html! {
        nav.crumbs aria-label="Place" { a href=(link(&path, "port/")) { "Ports" } " / " (page.transport) }
        h1 { (text) @for service in registered(context.dataset, page) { " " small { (service) } } }
        p.lead {
            @if flows.is_empty() {
                "Only older editions of documents list it: no product needs it now."
            } @else {
                (count(products, "product")) " use it in " (count(flows.len(), "flow")) "."
            }
        }
        @for (flows, heading, id, caption) in [
            (&exact, "Exactly this", "exact", "Flows with exactly this port"),
            (&wider, "Among other ports", "wider", "Flows with a range that has this port too"),
        ] {
            @if !flows.is_empty() {
                section aria-labelledby=(id) {
                    h2 #(id) { (heading) " " span.muted { (flows.len()) } }
                    (FlowTable { page: &path, caption, has_products: true }.print(context, flows))
                }
            }
        }
    };
    let description =
        format!("Which products use {text}: {} of the catalog, with the source of each.", count(flows.len(), "flow"));
    Page { path: &path, title: &text, description: &description, main }.file(context)
}

/// The services that the registry has for a port.
fn registered<'a>(dataset: &'a Dataset, page: &PortPage) -> Vec<&'a str> {
    let Some((port, _)) = page.numbers.filter(|(first, last)| first == last) else { return Vec::new() };
    let carries = |transports: &[Transport]| transports.iter().any(|transport| transport.as_str() == page.transport);
    let services = dataset.services.iter().filter(|service| service.port == Some(port) && carries(&service.transports));
    services.map(|service| service.id.as_str()).collect()
}

/// The list of all pages.
fn list(context: &Context, users: &BTreeMap<&str, Vec<(&PortPage, usize)>>) -> File {
    let path = "port/";
    let main = html! {
        h1 { "Ports" }
        p.lead { "Every port and range that a document prints, and how many products list exactly that." }
        @for (transport, pages) in in_order(users) {
            section aria-labelledby=(format!("of-{transport}")) {
                h2 #(format!("of-{transport}")) { (transport) }
                ul.portlist { @for (page, products) in pages { (entry(page, *products)) } }
            }
        }
    };
    let description = "Every port and range of ports that a document of the catalog prints.";
    Page { path, title: "Ports", description, main }.file(context)
}

/// Transports with ports first.
fn in_order<'a, T>(users: &'a BTreeMap<&'a str, T>) -> impl Iterator<Item = (&'a &'a str, &'a T)> {
    let has_ports = |transport: &str| transport.parse().is_ok_and(Transport::has_ports);
    let of = move |wanted| users.iter().filter(move |(transport, _)| has_ports(transport) == wanted);
    of(true).chain(of(false))
}

fn entry(page: &PortPage, products: usize) -> Markup {
    html! {
        li { a href=(link("port/", &page.path())) { (page.text()) } " " span.muted { (products) } }
    }
}
