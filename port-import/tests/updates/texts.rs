//! Texts outside the tables, if tables are added next to them or they move.

use port_catalog_tests::diagnostics::Cases;
use port_import::capture::Prose;

use crate::harness::{Product, flow};

const TABLES: &str = "tables = [\n    { heading = \"Servers\", direction = \"inbound\" },\n    { heading = \"Agents\", direction = \"inbound\" },\n";
const PEERS: &str = "]\n\n[peers]\n\"Browser\" = \"admin\"\n";

fn table(heading: &str, row: &str) -> String {
    format!("# {heading}\n\n| Peer | Use | Ports | Notes |\n|---|---|---|---|\n| {row} |\n\n")
}

/// An entry for a text below a table.
fn entry(below: &str, text: &str) -> String {
    let below = if below.is_empty() { String::new() } else { format!("below = \"{below}\"\n") };
    format!("\n[[text]]\n{below}digest = \"{}\"\nwhat = \"Something.\"\n", Prose::digest(text).digest)
}

const INTRO: &str = "Port 9000 is reserved.";
const NOTE: &str = "Port 8443 can be changed.";
const SECOND: &str = "Port 9443 is optional.";

struct Parts {
    servers: String,
    agents: String,
    hardware: String,
    list: &'static str,
}

fn parts() -> Parts {
    Parts {
        servers: table("Servers", "Browser | Administer | TCP/8443 | "),
        agents: table("Agents", "Browser | Watch | TCP/9443 | "),
        hardware: table("Hardware", "Disk | Large | 20 | "),
        list: "# Web\n\n- 443: web\n- 80: old web\n\n",
    }
}

fn curation(more_tables: &str, more_flows: &str) -> String {
    let texts = entry("", INTRO) + &entry("Servers", NOTE) + &entry("Servers", SECOND);
    let flows = flow("in-web", "label = \"Administer\"") + &flow("in-agent", "label = \"Watch\"");
    format!("{TABLES}{more_tables}{PEERS}{texts}{flows}{more_flows}")
}

/// The page with texts below the first of two tables.
fn accepted() -> Product {
    let Parts { servers, agents, .. } = parts();
    let product = Product::new(&curation("", ""));
    product.accept(&format!("{INTRO}\n\n{servers}{NOTE}\n\n{SECOND}\n\n{agents}"));
    product
}

fn columns(text: &str) -> String {
    let columns = ["Peer", "Use", "Ports", "Notes"].iter().zip(["peer", "label", "ports", "note"]);
    let columns: String = columns.map(|(head, is)| format!("    {{ head = \"{head}\", is = \"{is}\" }},\n")).collect();
    format!("layout = \"markdown\"\ncolumns = [\n{columns}]\n{text}")
}

#[test]
fn a_table_above_texts_needs_no_edits_of_their_entries() {
    let Parts { servers, agents, hardware, .. } = parts();
    let ignored = "    { heading = \"Hardware\", ignore = \"Disks.\" },\n";
    for page in [
        format!("{hardware}{INTRO}\n\n{servers}{NOTE}\n\n{SECOND}\n\n{agents}"),
        format!("{INTRO}\n\n{hardware}{servers}{NOTE}\n\n{SECOND}\n\n{agents}"),
        format!("{INTRO}\n\n{servers}{hardware}{NOTE}\n\n{SECOND}\n\n{agents}"),
        format!("{INTRO}\n\n{servers}{NOTE}\n\n{hardware}{SECOND}\n\n{agents}"),
    ] {
        let product = accepted();
        product.curate(&columns(&curation(ignored, "")));
        product.accept(&page);
        // The next update knows the added table.
        product.accept(&page);
    }
}

#[test]
fn a_list_that_was_text_needs_no_edits_of_other_texts() {
    let Parts { servers, agents, list, .. } = parts();
    let page = format!("{list}{INTRO}\n\n{servers}{NOTE}\n\n{SECOND}\n\n{agents}");
    let product = Product::new(&curation("", ""));
    let own = entry("", "Web") + &entry("", "443: web") + &entry("", "80: old web");
    let text = curation("", "").replacen("\n[[text]]", &format!("{own}\n[[text]]"), 1);
    product.curate(&columns(&text));
    product.accept(&page);
    let item = "    { heading = \"Web\", item = \"{Ports}: {Use}\", direction = \"inbound\", peer = \"admin\", columns = [\n        \
                { head = \"Ports\", is = \"ports\" }, { head = \"Use\", is = \"label\" } ] },\n";
    let flows = flow("in-https", "label = \"web\"") + &flow("in-http", "label = \"old web\"");
    product.curate(&columns(&curation(item, &flows)));
    product.accept(&page);
}

#[test]
fn a_text_that_moves_to_another_table_is_reported() {
    let mut cases = Cases::new("port-import/tests/updates/texts.txt");
    let Parts { servers, agents, hardware, .. } = parts();
    let product = accepted();
    let page = format!("{INTRO}\n\n{servers}{NOTE}\n\n{agents}{SECOND}\n");
    product.reject(&mut cases, "a text moves below another table", &page);
    let page = format!("{INTRO}\n\n{NOTE}\n\n{servers}{SECOND}\n\n{agents}");
    product.reject(&mut cases, "a text moves above its table", &page);
    let page = format!("{INTRO}\n\n{servers}{SECOND}\n\n{NOTE}\n\n{agents}");
    product.reject(&mut cases, "two texts change places", &page);
    let page = format!("{INTRO}\n\n{servers}{NOTE}\n\n{SECOND}\n\n{NOTE}\n\n{agents}");
    product.reject(&mut cases, "a text is printed twice", &page);
    product.curate(&columns(&curation("    { heading = \"Hardware\", ignore = \"Disks.\" },\n", "")));
    let page = format!("{INTRO}\n\n{servers}{hardware}{NOTE}\n\n{agents}{SECOND}\n");
    product.reject(&mut cases, "a table is added and a text moves below another one", &page);
    cases.assert();
}
