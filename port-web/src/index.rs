//! The index: every product by field, and by vendor.

use std::collections::BTreeMap;

use maud::{Markup, html};
use port_engine::dataset::{Dataset, Product};

use crate::layout::{Page, count, link};
use crate::{Context, File};

/// The first page: the search, and the products by what they are for.
pub fn page(context: &Context) -> File {
    let dataset = context.dataset;
    let groups = grouped(dataset, |product| product.field.clone().unwrap_or_else(|| "other products".to_string()));
    let (products, flows) = (dataset.products.len(), dataset.flows.len());
    let main = html! {
        div.hero {
            h1 { "Which network ports does it need?" }
            p.lead {
                (count(products, "product")) ", " (count(flows, "row")) " of the vendors’ own documents, each with its source. "
                "Look up a port, a product or a service, and write the firewall rules."
            }
            @if context.has_client {
                form #search role="search" hidden {
                    label for="query" { "Search products, ports, services, peers and hosts" }
                    div.field {
                        input #query type="search" name="q" autocomplete="off" spellcheck="false" aria-describedby="hint"
                            placeholder="fortimail, 443, udp/514, ldap …";
                        button.primary type="submit" { "Search" }
                    }
                    p #hint .hint {
                        "Press " kbd { "/" } " to search. Words combine: " code { "kubernetes 6443" } ", "
                        code { "8000-8100/tcp" } ", " code { "smtp inbound" } "."
                    }
                }
            }
        }
        section #results aria-live="polite" aria-label="Results of the search" hidden {}
        div #catalog {
            h2 { "Products by field" }
            ul.jump {
                @for (field, products) in &groups {
                    li { a href=(format!("#{}", anchor(field))) { (title(field)) } " " span.muted { (products.len()) } }
                }
                li { a href=(link("", "vendors/")) { "By vendor" } }
            }
            div.groups {
                @for (field, products) in &groups {
                    section aria-labelledby=(anchor(field)) {
                        h3 #(anchor(field)) { (title(field)) }
                        (list(dataset, products, "", true))
                    }
                }
            }
        }
    };
    let description = format!(
        "The network ports that {} require, with the source of every fact, and the firewall rules for them.",
        count(products, "product")
    );
    Page { path: "", title: "The network ports that products require", description: &description, main }.file(context)
}

/// The products by vendor.
pub fn vendors_page(context: &Context) -> File {
    let dataset = context.dataset;
    let name = |product: &Product| vendor_name(dataset, product).to_string();
    let main = html! {
        h1 { "Products by vendor" }
        div.groups {
            @for (number, (vendor, products)) in grouped(dataset, name).iter().enumerate() {
                section aria-labelledby=(format!("vendor-{number}")) {
                    h2.h3 #(format!("vendor-{number}")) { (vendor) }
                    (list(dataset, products, "vendors/", false))
                }
            }
        }
    };
    let description = "The products of the catalog by the vendor that documents their ports.";
    Page { path: "vendors/", title: "Products by vendor", description, main }.file(context)
}

/// Products by a text, in the order of the texts without regard to case.
fn grouped(dataset: &Dataset, text: impl Fn(&Product) -> String) -> Vec<(String, Vec<&Product>)> {
    let mut groups: BTreeMap<(String, String), Vec<&Product>> = BTreeMap::new();
    for product in &dataset.products {
        let text = text(product);
        groups.entry((text.to_lowercase(), text)).or_default().push(product);
    }
    for products in groups.values_mut() {
        products.sort_by_key(|product| (product.name.to_lowercase(), product.id.clone()));
    }
    groups.into_iter().map(|((_, text), products)| (text, products)).collect()
}

fn list(dataset: &Dataset, products: &[&Product], from: &str, with_vendor: bool) -> Markup {
    html! {
        ul.products {
            @for product in products {
                li {
                    a href=(link(from, &format!("p/{}/", product.id))) { (product.name) }
                    @if with_vendor {
                        " " span.muted { (vendor_name(dataset, product)) }
                    } @else {
                        " " span.muted { (count(dataset.flows_of(&product.id).count(), "flow")) }
                    }
                }
            }
        }
    }
}

/// The name of a product's vendor.
pub fn vendor_name<'a>(dataset: &'a Dataset, product: &'a Product) -> &'a str {
    dataset.vendor(&product.vendor).map_or(&product.vendor, |vendor| &vendor.name)
}

/// The field as the end of an address: letters, digits and hyphens.
fn anchor(field: &str) -> String {
    let words = field.split(|character: char| !character.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    format!("field-{}", words.collect::<Vec<_>>().join("-").to_lowercase())
}

/// The field with a capital letter.
fn title(field: &str) -> String {
    let mut characters = field.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}
