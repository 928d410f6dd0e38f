//! The page about the catalog, and the page for unknown addresses.

use maud::html;

use crate::layout::{Page, external, link};
use crate::{Context, File, REPOSITORY};

/// How to read the pages, where the facts come from, and under which licence they are.
pub fn page(context: &Context) -> File {
    let path = "about/";
    let terms = [
        (
            "Inbound, outbound",
            "The peer opens the connection to the product, or the product opens it. Replies need no rule of their own in a stateful firewall.",
        ),
        ("or", "Alternatives: any one of these ports is enough."),
        ("any", "The document gives a port and doesn’t say whether TCP or UDP."),
        (
            "required, conditional",
            "The document calls the flow required, or says when it is needed. Otherwise the requirement is not stated.",
        ),
        (
            "inside the machine, between pods",
            "The traffic doesn’t leave the machine or the pod. Firewall rules leave these flows out.",
        ),
        ("Not stated there", "Facts that this catalog added. The document doesn’t state them."),
        (
            "Note",
            "A warning for whoever uses the row, such as a likely error of the document. A port is never corrected.",
        ),
        (
            "Edition",
            "One version of a product’s document. A document without a version is named after the day of its commit or retrieval.",
        ),
    ];
    let main = html! {
        h1 { "About" }
        p.lead {
            "The network ports that vendors’ products require, as data: typed, checked, and traceable to the row of the vendor’s document "
            "that states each fact."
        }
        h2 { "How to read it" }
        dl.terms { @for (term, text) in terms { dt { (term) } dd { (text) } } }
        h2 { "Sources" }
        p {
            "Every page of a product links its document, and every row names the section and the row number there. Rows are facts in our own words; "
            "sentences of the documents stay with their owners. If a row differs from its document, the row is wrong: "
            "use “Report this row” below it."
        }
        div.scroll role="region" tabindex="0" aria-label="Sources of the newest editions" {
            table {
                caption { "Sources of the newest editions" }
                thead { tr { th scope="col" { "Product" } th scope="col" { "Document" } th scope="col" { "Licence" } th scope="col" { "Retrieved" } } }
                tbody {
                    @for product in &context.dataset.products {
                        @let edition = product.newest_edition();
                        tr {
                            td data-label="Product" { div { a href=(link(path, &format!("p/{}/", product.id))) { (product.name) } } }
                            td data-label="Document" { div { (external(&edition.url, &edition.document)) ", " (edition.printed) } }
                            td data-label="Licence" { div { (edition.licence.as_deref().unwrap_or("not stated")) } }
                            td data-label="Retrieved" { div { (edition.retrieved.as_deref().unwrap_or("unknown")) } }
                        }
                    }
                }
            }
        }
        h2 { "Data" }
        p {
            a href=(link(path, "data/v1/index.json")) { "data/v1/index.json" }
            " lists every product with the addresses of its JSON and CSV files. These addresses are stable: within " code { "v1" }
            ", members are added, and none is removed or changes its meaning. A product’s file is what "
            code { "port-catalog list --format json" } " prints."
        }
        h2 { "Privacy" }
        p {
            "The pages load nothing from elsewhere and send nothing anywhere. Rules and audits are computed in your browser: "
            "addresses and files stay on your machine, and links never contain them."
        }
        h2 { "Licence" }
        p {
            "Program and tables: MIT or Apache-2.0, at your option. Product names are trade marks of their owners. "
            "The project is at " (external(REPOSITORY, "its repository")) "."
        }
    };
    let description = "How to read the catalog, where its facts come from, and under which licence they are.";
    Page { path, title: "About", description, main }.file(context)
}

/// The page for addresses that don't exist. It may be shown at any depth, so its links begin with the site's path.
pub fn not_found(context: &Context) -> File {
    let main = html! {
        h1 { "There is no such page" }
        p.lead { "The address may be misspelt, or the product or edition has another id." }
        p { a.button.primary href=(context.base) { "All products" } }
    };
    let page = Page { path: "404.html", title: "Not found", description: "There is no such page.", main };
    File::new("404.html", page.html(context, context.base).into_string())
}
