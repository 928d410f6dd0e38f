//! A product's pages: one for each edition of its document, and one for the newest.

use maud::{Markup, html};
use port_core::Direction;
use port_engine::dataset::{Edition, Flow, Product};
use port_engine::diagram::Diagram;

use crate::flow_table::FlowTable;
use crate::index::vendor_name;
use crate::layout::{Page, count, external, link};
use crate::{Context, File, diagram};

/// The pages of a product.
pub fn pages(context: &Context, product: &Product) -> Vec<File> {
    let newest = page(context, product, product.newest_edition(), &format!("p/{}/", product.id));
    let editions = product
        .editions
        .iter()
        .map(|edition| page(context, product, edition, &format!("p/{}/{}/", product.id, edition.id)));
    std::iter::once(newest).chain(editions).collect()
}

/// The path of an edition's page, below the root.
fn path(product: &Product, edition: &Edition) -> String {
    match edition.id == product.newest_edition().id {
        true => format!("p/{}/", product.id),
        false => format!("p/{}/{}/", product.id, edition.id),
    }
}

fn page(context: &Context, product: &Product, edition: &Edition, path: &str) -> File {
    let dataset = context.dataset;
    let flows: Vec<&Flow> = dataset.flows_of_edition(&product.id, &edition.id).collect();
    let inbound: Vec<&Flow> = flows.iter().copied().filter(|flow| flow.direction == Direction::Inbound).collect();
    let outbound: Vec<&Flow> = flows.iter().copied().filter(|flow| flow.direction == Direction::Outbound).collect();
    let is_newest = edition.id == product.newest_edition().id;
    let title = if is_newest { product.name.clone() } else { format!("{} {}", product.name, edition.printed) };
    let main = html! {
        nav.crumbs aria-label="Place" {
            a href=(link(path, "")) { "Products" }
            @if let Some(field) = &product.field { " / " (field) }
        }
        h1 { (product.name) " " small { "ports" } }
        p.lead {
            (vendor_name(dataset, product)) " documents " (count(flows.len(), "flow")) ": "
            (inbound.len()) " inbound, which peers open, and " (outbound.len()) " outbound, which the product opens."
        }
        (editions(product, edition, path))
        (facts(edition))
        (actions(context, product, edition, path))
        (drawing(context, product, edition, &flows))
        @if context.has_client { (filters()) }
        @for (flows, heading, caption) in [
            (&inbound, "Inbound", "Connections that peers open to the product"),
            (&outbound, "Outbound", "Connections that the product opens"),
        ] {
            @if !flows.is_empty() {
                section.direction aria-labelledby=(heading.to_lowercase()) {
                    h2 #(heading.to_lowercase()) { (heading) " " span.muted { (flows.len()) } }
                    (FlowTable { page: path, caption, has_products: false }.print(context, flows))
                }
            }
        }
    };
    let description = format!(
        "The network ports that {} by {} needs: {}, from {}, {}.",
        product.name,
        vendor_name(dataset, product),
        count(flows.len(), "flow"),
        edition.document,
        edition.printed
    );
    Page { path, title: &format!("{title}: ports"), description: &description, main }.file(context)
}

/// The links to the other editions.
fn editions(product: &Product, current: &Edition, page: &str) -> Markup {
    let newest = &product.newest_edition().id;
    html! {
        @if product.editions.len() > 1 {
            nav.editions aria-label="Editions" {
                span { "Edition" }
                ul {
                    @for edition in product.editions.iter().rev() {
                        li {
                            a href=(link(page, &path(product, edition))) aria-current=[(edition.id == current.id).then_some("page")] {
                                (edition.id) @if edition.id == *newest { " (newest)" }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The edition's document: its address, source, licence and day of retrieval.
fn facts(edition: &Edition) -> Markup {
    html! {
        dl.facts {
            div { dt { "Document" } dd { (external(&edition.url, &edition.document)) } }
            div { dt { "Edition" } dd { (edition.printed) } }
            @if let Some(day) = &edition.retrieved { div { dt { "Retrieved" } dd { (day) } } }
            @if let Some(source) = &edition.source { div { dt { "Taken from" } dd { (external(source, source)) } } }
            @if let Some(licence) = &edition.licence { div { dt { "Licence" } dd { (licence) } } }
        }
        @if !edition.is_complete {
            p.callout.warning { strong { "Not complete: " } "parts of this document were not available, so flows may be missing." }
        }
        @if let Some(note) = &edition.note { p.callout { (note) } }
    }
}

/// What to do with the edition: rules, upgrades, audits and downloads.
fn actions(context: &Context, product: &Product, edition: &Edition, page: &str) -> Markup {
    let named = match edition.id == product.newest_edition().id {
        true => product.id.clone(),
        false => format!("{}@{}", product.id, edition.id),
    };
    let before = product.editions.iter().take_while(|other| other.id != edition.id).last();
    let tool = |tool: &str| link(page, &format!("{tool}/#product={named}"));
    let data = |ending: &str| link(page, &format!("data/v1/{named}.{ending}"));
    html! {
        ul.actions {
            @if context.has_client {
                li { a.button.primary href=(tool("rules")) { "Write firewall rules" } }
                @if let Some(before) = before {
                    li {
                        a.button href=(link(page, &format!("upgrade/#product={}&from={}&to={}", product.id, before.id, edition.id))) {
                            "Upgrade from " (before.id)
                        }
                    }
                }
                li { a.button href=(tool("audit")) { "Audit a machine" } }
            }
            li { a.button href=(data("json")) download { "JSON" } }
            li { a.button href=(data("csv")) download { "CSV" } }
        }
    }
}

/// The diagram, closed at first, with the same as text.
fn drawing(context: &Context, product: &Product, edition: &Edition, flows: &[&Flow]) -> Markup {
    let named = format!("{}@{}", product.id, edition.id);
    let Ok(view) = context.dataset.at_editions(&[named.as_str().into()]) else { return html! {} };
    let drawn = Diagram::new(flows, &view);
    html! {
        details.drawing {
            summary { "Diagram" }
            (diagram::print(&drawn, &product.name))
        }
    }
}

/// The filters of the tables, which the client shows.
fn filters() -> Markup {
    html! {
        div #filters.filters hidden role="group" aria-label="Filter the flows" {
            label { "Filter " input name="text" type="search" autocomplete="off" spellcheck="false" placeholder="peer, port, purpose"; }
            label {
                "Direction "
                select name="direction" {
                    option value="" { "both" }
                    option value="inbound" { "inbound" }
                    option value="outbound" { "outbound" }
                }
            }
            label {
                "Requirement "
                select name="requirement" {
                    option value="" { "any" }
                    option value="required" { "required" }
                    option value="conditional" { "conditional" }
                    option value="unstated" { "not stated" }
                }
            }
            p role="status" #filtered {}
        }
    }
}
