//! Flows as tables: a row each, which a narrow screen shows as a card.

use maud::{Markup, html};
use port_core::{Direction, Enabled, Groups, Requirement, Scope};
use port_engine::dataset::{Dataset, Flow, PortSpec};

use crate::layout::{external, link};
use crate::{Context, REPOSITORY};

/// What a table shows besides peers, purposes and ports.
#[derive(Clone, Copy)]
pub struct FlowTable<'a> {
    /// The page that has the table.
    pub page: &'a str,
    /// What the table contains.
    pub caption: &'a str,
    /// Whether the flows are of several products, which are then the first column.
    pub has_products: bool,
}

impl FlowTable<'_> {
    /// The table of flows.
    pub fn print(self, context: &Context, flows: &[&Flow]) -> Markup {
        let has_components = flows.iter().any(|flow| flow.component.is_some());
        html! {
            div.scroll role="region" tabindex="0" aria-label=(self.caption) {
                table.flows {
                    caption { (self.caption) }
                    thead {
                        tr {
                            @if self.has_products { th scope="col" { "Product" } th scope="col" { "Direction" } }
                            @if has_components { th scope="col" { "Component" } }
                            th scope="col" { "Peer" }
                            th scope="col" { "Ports" }
                            th scope="col" { "Purpose" }
                            th scope="col" { "When" }
                        }
                    }
                    tbody { @for flow in flows { (self.row(context.dataset, flow, has_components)) } }
                }
            }
        }
    }

    fn row(self, dataset: &Dataset, flow: &Flow, has_components: bool) -> Markup {
        let direction = flow.direction.as_str();
        html! {
            tr id=[(!self.has_products).then_some(&flow.id)] data-direction=(direction)
                data-requirement=(flow.requirement.as_str()) {
                @if self.has_products {
                    td data-label="Product" { div { (self.product(dataset, flow)) } }
                    td data-label="Direction" { div { (direction) } }
                }
                @if has_components {
                    td data-label="Component" { div { (flow.component.as_deref().unwrap_or("not stated")) } }
                }
                td data-label="Peer" { div { (peer(dataset, flow)) } }
                td.ports data-label="Ports" { div { (self.ports(dataset, flow)) } }
                td.purpose data-label="Purpose" {
                    div {
                        p { (flow.purpose) }
                        @if let Some(note) = &flow.note { p.note { strong { "Note: " } (note) } }
                        @if !self.has_products { (details(flow)) }
                    }
                }
                td data-label="When" { div { (when(flow)) } }
            }
        }
    }

    fn product(self, dataset: &Dataset, flow: &Flow) -> Markup {
        let name = dataset.product(&flow.product).map_or(&flow.product, |product| &product.name);
        html! { a href=(link(self.page, &format!("p/{}/#{}", flow.product, flow.id))) { (name) } }
    }

    /// The ports: a line for each group, whose specs are alternatives.
    fn ports(self, dataset: &Dataset, flow: &Flow) -> Markup {
        let groups: Vec<&[PortSpec]> = flow.port_groups().collect();
        html! {
            ul {
                @for group in &groups {
                    li {
                        @for (number, spec) in group.iter().enumerate() {
                            @if number > 0 { " " span.muted { "or" } " " }
                            (self.spec(dataset, spec))
                        }
                    }
                }
            }
            @if flow.groups == Groups::Unstated && groups.len() > 1 {
                p.muted { "It isn’t stated whether all are needed." }
            }
        }
    }

    /// A spec, with a link to the page of its port.
    fn spec(self, dataset: &Dataset, spec: &PortSpec) -> Markup {
        let service = spec.service_ref();
        let ports = spec.clone().map_service(|_| "").to_string();
        let name = service.and_then(|id| dataset.service(id)).map(|service| service.name.as_str());
        html! {
            span.spec {
                @if let Some(page) = crate::ports::page_of(spec) {
                    a href=(link(self.page, &page)) { code { (ports.trim()) } }
                } @else if !ports.trim().is_empty() {
                    code { (ports.trim()) }
                }
                @if let Some(id) = service {
                    " " abbr title=[name] { (id) }
                }
            }
        }
    }
}

/// The peer, with its id if that is different.
fn peer(dataset: &Dataset, flow: &Flow) -> Markup {
    let known = dataset.peer(&flow.peer);
    let preposition = match flow.direction {
        Direction::Inbound => "from",
        Direction::Outbound => "to",
    };
    html! {
        span.muted { (preposition) " " }
        span title=[known.map(|peer| &peer.description).filter(|text| !text.is_empty())] {
            (known.map_or(&flow.peer, |peer| &peer.name))
        }
        @for host in &flow.hosts { br; code.host { (host) } }
    }
}

/// When the flow is needed, and how far its traffic goes.
fn when(flow: &Flow) -> Markup {
    html! {
        @match flow.requirement {
            Requirement::Required => span.badge.required { "required" },
            Requirement::Conditional => span.badge { "conditional" },
            _ => span.muted { "not stated" },
        }
        @if let Some(condition) = &flow.condition { p { (condition) } }
        @match flow.scope {
            Scope::Host => p { span.badge { "inside the machine" } },
            Scope::Pod => p { span.badge { "between pods" } },
            _ => {},
        }
        @match flow.enabled {
            Enabled::Yes => p { "on by default" },
            Enabled::No => p { "off by default" },
            _ => {},
        }
        @if flow.configurable {
            p {
                "can be changed"
                @if let Some(setting) = &flow.customization { " " (setting) }
            }
        }
    }
}

/// The row's place in its document, and its cells as printed.
fn details(flow: &Flow) -> Markup {
    let source = &flow.source;
    let printed = [("peer", &source.peer), ("label", &source.label), ("ports", &source.ports)];
    let printed = printed.into_iter().filter_map(|(name, text)| Some((name, text.as_ref()?)));
    html! {
        details {
            summary { "Source" }
            dl {
                dt { "Flow" } dd { code { (flow.id) } }
                dt { "Row" }
                dd {
                    (source.row) @if let Some(section) = &source.section { ", section “" (section) "”" }
                    " of " (external(&source.url, &source.document)) ", " (source.edition)
                }
                @for (name, text) in printed { dt { "Printed " (name) } dd { (text) } }
                @if !flow.interfaces.is_empty() { dt { "Interfaces" } dd { (flow.interfaces.join(", ")) } }
                @if let Some(interface) = &flow.recommended_interface { dt { "Recommended" } dd { (interface) } }
                @if !flow.curated.is_empty() {
                    dt { "Not stated there" }
                    dd {
                        @for (number, fact) in flow.curated.iter().enumerate() {
                            @if number > 0 { ", " } (fact.as_str())
                        }
                        " (added by this catalog)"
                    }
                }
            }
            a rel="external noopener" href=(report(flow)) { "Report this row" }
        }
    }
}

/// The address of a new issue about a flow.
fn report(flow: &Flow) -> String {
    let title = format!("{}@{}: ", flow.id, flow.edition);
    let body = format!(
        "Flow: {}@{}\nThe catalog has: {}\nThe vendor's page prints: \nIts address: {}\n",
        flow.id,
        flow.edition,
        flow.expression(),
        flow.source.url
    );
    format!("{REPOSITORY}/issues/new?title={}&body={}", encoded(&title), encoded(&body))
}

/// A text as a part of a query.
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded += &format!("%{byte:02X}");
        }
    }
    encoded
}
