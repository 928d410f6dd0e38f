//! The pages of the tools: rules, upgrades, conflicts and audits, which the client computes in the browser. Without it, they show the
//! commands that do the same.

use maud::{Markup, html};
use port_engine::dataset::Product;
use port_engine::rules::formats::RulesFormat;
use port_engine::rules::options::{Alternatives, FirewallLocation, UnnamedPeers, UnstatedTransport};
use port_engine::rules::target::Target;

use crate::layout::Page;
use crate::{Context, File};

/// A tool.
struct Tool {
    path: &'static str,
    title: &'static str,
    lead: &'static str,
    /// The command that does the same.
    command: &'static str,
    form: fn(&Context) -> Markup,
}

const TOOLS: [Tool; 4] = [
    Tool {
        path: "rules/",
        title: "Write firewall rules",
        lead: "Rules for the flows of a product, in the format of your firewall. Addresses stay in this browser.",
        command: "port-catalog rules --format nftables --product fortimail",
        form: rules,
    },
    Tool {
        path: "upgrade/",
        title: "Upgrade a product",
        lead: "What to open and close at the firewalls between two editions of a product’s document.",
        command: "port-catalog upgrade forticlient 6.0.4 6.2.0",
        form: upgrade,
    },
    Tool {
        path: "conflicts/",
        title: "Find conflicts",
        lead: "The ports that collide if products share a host, and the choice that avoids most collisions.",
        command: "port-catalog conflicts fortimail securitygateway",
        form: conflicts,
    },
    Tool {
        path: "audit/",
        title: "Audit a machine",
        lead: "What is open on a machine, compared with what the documents of its products list. The files are read by this browser \
               and go nowhere.",
        command: "port-catalog audit --product fortimail --nmap scan.xml",
        form: audit,
    },
];

/// The pages.
pub fn pages(context: &Context) -> Vec<File> {
    TOOLS.iter().map(|tool| page(context, tool)).collect()
}

fn page(context: &Context, tool: &Tool) -> File {
    let name = tool.path.trim_end_matches('/');
    let main = html! {
        h1 { (tool.title) }
        p.lead { (tool.lead) }
        div.callout data-without-client {
            p { "This page computes in the browser, which needs JavaScript. The command does the same:" }
            pre { code { (tool.command) } }
        }
        @if context.has_client {
            form #tool .tool data-tool=(name) hidden {
                div.options { ((tool.form)(context)) }
                div.buttons {
                    button.primary type="submit" { "Show" }
                    p #state role="status" {}
                }
            }
            section #output aria-labelledby="output-heading" hidden {
                h2 #output-heading tabindex="-1" { "Result" }
                p #command-line hidden {}
                div #messages {}
                div #texts {}
            }
        }
    };
    Page { path: tool.path, title: tool.title, description: tool.lead, main }.file(context)
}

/// A labelled choice among products.
fn product_choice(context: &Context, name: &str, label: &str, is_multiple: bool) -> Markup {
    let mut products: Vec<&Product> = context.dataset.products.iter().collect();
    products.sort_by_key(|product| product.name.to_lowercase());
    html! {
        label {
            span { (label) }
            select name=(name) required multiple[is_multiple] size=[is_multiple.then_some("8")] {
                @if !is_multiple { option value="" { "Choose a product" } }
                @for product in products {
                    option value=(product.id) data-components=(product.components.join(" "))
                        data-editions=(product.editions.iter().rev().map(|edition| edition.id.as_str()).collect::<Vec<_>>().join(" ")) {
                        (product.name)
                    }
                }
            }
        }
    }
}

/// A labelled choice among words, with what each means.
fn choice(name: &str, label: &str, first: Option<&str>, words: &[(&str, &str)]) -> Markup {
    html! {
        label {
            span { (label) }
            select name=(name) {
                @if let Some(first) = first { option value="" { (first) } }
                @for (word, meaning) in words { option value=(word) { (word) @if !meaning.is_empty() { " – " (meaning) } } }
            }
        }
    }
}

fn check(name: &str, label: &str) -> Markup {
    html! { label.check { input type="checkbox" name=(name); span { (label) } } }
}

fn edition_choice(name: &str, label: &str) -> Markup {
    html! { label { span { (label) } select name=(name) {} } }
}

/// The words of a vocabulary, without their descriptions.
fn words<T: Copy>(
    all: &[T],
    text: fn(T) -> &'static str,
    meaning: fn(T) -> &'static str,
) -> Vec<(&'static str, &'static str)> {
    all.iter().map(|word| (text(*word), meaning(*word))).collect()
}

fn rules(context: &Context) -> Markup {
    html! {
        (product_choice(context, "product", "Product", false))
        (edition_choice("edition", "Edition"))
        (choice("format", "Format", None, &words(RulesFormat::ALL, RulesFormat::as_str, RulesFormat::summary)))
        (choice("target", "Platform", Some("usual one of the format"), &words(Target::ALL, Target::as_str, Target::summary)))
        (choice("at", "Where the firewall is", Some("usual place for the format"), &words(FirewallLocation::ALL, FirewallLocation::as_str, FirewallLocation::summary)))
        (choice("direction", "Direction", Some("both"), &[("inbound", "the peer connects"), ("outbound", "the product connects")]))
        label data-needs-components { span { "Component" } select name="component" {} }
        fieldset.wide #addresses {
            legend { "Addresses" }
            p.hint { "Addresses, networks or host names, separated by commas. They aren’t part of the link." }
            div #peers .peers {}
        }
        details.wide {
            summary { "More options" }
            div.options {
                (choice("alternatives", "Alternatives", None, &words(Alternatives::ALL, Alternatives::as_str, Alternatives::summary)))
                (choice("unstated", "Transport not stated", None, &words(UnstatedTransport::ALL, UnstatedTransport::as_str, UnstatedTransport::summary)))
                (choice("unnamed", "Peers without an address", Some("any; with addresses: leave-out"), &words(UnnamedPeers::ALL, UnnamedPeers::as_str, UnnamedPeers::summary)))
                label { span { "Name of chains and files" } input type="text" name="name" autocomplete="off" spellcheck="false" placeholder="the product’s id"; }
                div.checks {
                    (check("required-only", "Only what the document calls required"))
                    (check("enabled-only", "Leave out what is off by default"))
                    (check("all-scopes", "Also traffic inside a machine or between pods"))
                    (check("log", "Log what no rule allows"))
                    (check("counter", "Count packets by rule (nftables)"))
                    (check("allow-dns", "Allow the cluster’s name servers (networkpolicy)"))
                }
            }
        }
    }
}

fn upgrade(context: &Context) -> Markup {
    html! {
        (product_choice(context, "product", "Product", false))
        (edition_choice("from", "From"))
        (edition_choice("to", "To"))
        (choice("format", "Format", None, &[("text", ""), ("markdown", "for a change ticket"), ("json", "")]))
    }
}

fn conflicts(context: &Context) -> Markup {
    html! {
        (product_choice(context, "products", "Products that share a host (two or more)", true))
        div {
            (choice("format", "Format", None, &[("table", ""), ("json", "")]))
            (check("listeners", "Show who listens where"))
        }
    }
}

fn audit(context: &Context) -> Markup {
    html! {
        (product_choice(context, "product", "Product", false))
        (edition_choice("edition", "Edition"))
        (choice("format", "Format", None, &[("table", ""), ("json", "")]))
        div.wide.drop #drop {
            label for="files" { "Files of the machine" }
            input #files type="file" multiple;
            p.hint {
                "Choose files or drop them here: " code { "nmap -oX" } ", " code { "ss -tulnH" } ", " code { "nft -j list ruleset" } ", "
                code { "iptables-save" } " or " code { "ip6tables-save" } "."
            }
            ul #chosen {}
        }
    }
}
