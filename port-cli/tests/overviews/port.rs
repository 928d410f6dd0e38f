//! `port`: every product that uses the port is named, and the flows fit on a screen.

use std::collections::BTreeMap;
use std::fs;

use port_catalog_tests::{fixture, root};
use serde_json::{Map, Value};
use tempfile::TempDir;

use crate::{assert_width, json, message, run, text};

/// The largest number of flows that is listed unasked.
const SCREENFUL: usize = 30;

/// Ports with many users and with few, ranges, and protocols without ports.
const QUERIES: [&str; 17] = [
    "22", "25", "tcp/53", "udp/53", "80", "123", "443", "443/udp", "514", "1812", "3389", "6443", "8013", "49152",
    "1-65535", "esp", "icmp",
];

fn text_of<'a>(flow: &'a Map<String, Value>, key: &str) -> &'a str {
    flow[key].as_str().unwrap()
}

/// The number of flows of each product.
fn by_product(flows: &[Map<String, Value>]) -> BTreeMap<&str, usize> {
    let mut products = BTreeMap::new();
    for flow in flows {
        *products.entry(text_of(flow, "product")).or_default() += 1;
    }
    products
}

/// Whether a flow has a spec with no other ports than those between two.
fn is_exact(flow: &Map<String, Value>, first: u64, last: u64) -> bool {
    let specs = flow["ports"].as_array().unwrap().iter();
    let ends = |spec: &Value| spec["first"].as_u64().zip(spec["last"].as_u64());
    specs.filter_map(ends).any(|(from, to)| first <= from && to <= last)
}

#[test]
fn every_product_with_a_flow_is_named_with_the_number_of_its_flows() {
    let mut summaries = 0;
    for query in QUERIES {
        let flows = json(&["port", query]);
        let products = by_product(&flows);
        for (width, rows) in
            [Some(60), Some(80), Some(120), None].into_iter().flat_map(|width| [(width, false), (width, true)])
        {
            let call = ["port", query, "--rows"];
            let is_summary = flows.len() > SCREENFUL && !rows;
            if flows.is_empty() {
                continue;
            }
            let text = text(&call[..if rows { 3 } else { 2 }], width);
            let first_words: Vec<Vec<&str>> = text
                .lines()
                .filter(|line| !line.starts_with(' '))
                .map(|line| line.split_whitespace().collect())
                .collect();
            for (product, count) in &products {
                let lines: Vec<&Vec<&str>> =
                    first_words.iter().filter(|words| words.first() == Some(product)).collect();
                let is_table = text.contains("\nPRODUCT ");
                match is_summary {
                    false => assert_eq!(lines.len(), *count, "{query} {width:?}: {product}: {text}"),
                    true => assert_eq!(lines.len(), 1, "{query} {width:?}: {product}: {text}"),
                }
                if is_summary && is_table {
                    assert_eq!(lines[0][1], count.to_string(), "{query} {width:?}: {product}: {text}");
                }
            }
            assert_eq!(text.contains("\n--rows lists the "), is_summary, "{text}");
            if let (true, Some(width @ 80..)) = (is_summary, width) {
                assert_width(&text, width.into());
                assert!(text.contains("\nPRODUCT "), "{text}");
                // A title, a header, a line for each product, and some lines below.
                assert!(text.lines().count() <= products.len() + 14, "{text}");
                summaries += 1;
            }
        }
    }
    assert!(summaries > 3, "{summaries}");
}

#[test]
fn products_with_only_a_wider_range_are_listed_last_and_marked() {
    let mut ranges = 0;
    for (query, first, last) in
        [("443", 443, 443), ("49152", 49152, 49152), ("6443", 6443, 6443), ("1-65535", 1, 65535)]
    {
        let flows = json(&["port", query]);
        let exact = |product: &str| {
            flows.iter().filter(|flow| text_of(flow, "product") == product).any(|flow| is_exact(flow, first, last))
        };
        for (call, mark) in
            [(&["port", query][..], "Only in a wider range of ports:"), (&["port", query, "--rows"], "")]
        {
            let text = text(call, None);
            let place = |product: &str| text.find(&format!("\n{product} ")).unwrap();
            let places: Vec<(usize, bool)> =
                by_product(&flows).into_keys().map(|product| (place(product), exact(product))).collect();
            let last_exact = places.iter().filter(|(_, is_exact)| *is_exact).map(|(place, _)| *place).max();
            let first_range = places.iter().filter(|(_, is_exact)| !is_exact).map(|(place, _)| *place).min();
            ranges += usize::from(first_range.is_some());
            assert!(last_exact.zip(first_range).is_none_or(|(exact, range)| exact < range), "{text}");
            let is_summary = flows.len() > SCREENFUL && call.len() == 2;
            match (first_range, is_summary) {
                (Some(range), true) => assert!(text.find(mark).is_some_and(|mark| mark < range), "{text}"),
                (None, true) => assert!(!text.contains(mark), "{text}"),
                // In rows, each flow is marked.
                (_, false) => {
                    let wider = flows.iter().filter(|flow| !is_exact(flow, first, last)).count();
                    let marked = text.lines().filter(|line| line.contains("  range")).count();
                    assert_eq!(marked, wider, "{text}");
                }
            }
        }
    }
    assert!(ranges > 0);
}

/// A product with the directions, peers and ports of its flows, each as often as the number says.
type Product = (&'static str, &'static [(usize, &'static str, &'static str, &'static str)]);

const PRODUCTS: [Product; 5] = [
    ("vault", &[(1, "inbound", "client", "tcp/443"), (1, "outbound", "a-peer-with-a-rather-long-id", "tcp/1-1023")]),
    ("node", &[(2, "inbound", "node", "any/443"), (1, "outbound", "internet", "any/443; udp/443")]),
    ("agent", &[(2, "outbound", "internet", "tcp/400-500"), (1, "outbound", "admin", "tcp/1-65535")]),
    (
        "a-product-with-a-long-id-to-test",
        &[
            (1, "inbound", "admin", "tcp/443"),
            (2, "inbound", "client", "tcp/443"),
            (1, "outbound", "a-peer-with-a-rather-long-id", "tcp/443 | tcp/8443"),
        ],
    ),
    (
        "gateway",
        &[
            (9, "inbound", "client", "tcp/443"),
            (2, "inbound", "admin", "tcp/443"),
            (1, "inbound", "a-peer-with-a-rather-long-id", "tcp/443"),
            (5, "outbound", "internet", "tcp/443"),
            (1, "outbound", "vault", "udp/443"),
        ],
    ),
];

/// Tables of these products in a directory. The last one has `more` additional flows.
fn tables(more: usize) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let write = |file: &str, text: String| {
        let file = directory.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    };
    write("vendors.csv", "id,name,url\nacme,Acme,https://acme.example\n".into());
    write("services.csv", "id,name,transports,port,description\nhttps,HTTPS,tcp,443,The web\n".into());
    let peers = ["client", "admin", "internet", "a-peer-with-a-rather-long-id", "node", "vault"];
    let peers: String = peers.iter().map(|peer| format!("{peer},{peer},role,Somebody\n")).collect();
    write("peers.csv", format!("id,name,kind,description\n{peers}"));
    let product = |(id, _): &Product| format!("{id},acme,Product {id},Ports,https://acme.example,1,\n");
    write(
        "products.csv",
        format!("id,vendor,name,document,url,edition,retrieved\n{}", PRODUCTS.iter().map(product).collect::<String>()),
    );
    for (id, flows) in &PRODUCTS {
        let more = if *id == "gateway" { more } else { 0 };
        let all = flows.iter().chain(&[(1, "inbound", "client", "tcp/443")][..usize::from(more > 0)]);
        let mut rows =
            "id,direction,peer,purpose,ports,requirement,condition,interfaces,hosts,configurable,customization,\
                        curated,section,row,printed_ports\n"
                .to_string();
        for (row, (direction, peer, ports)) in
            all.flat_map(|(count, direction, peer, ports)| vec![(direction, peer, ports); *count]).enumerate()
        {
            rows += &format!("{id}-flow-{row},{direction},{peer},Do it,{ports},unstated,,,,false,,,,{},x\n", row + 1);
        }
        write(&format!("flows/{id}.csv"), rows);
    }
    directory
}

/// A call on these tables.
fn on_tables<'a>(call: &[&'a str], directory: &'a TempDir) -> Vec<&'a str> {
    [call, &["--only-tables", "--tables", directory.path().to_str().unwrap()]].concat()
}

#[test]
fn above_a_screenful_each_product_is_a_line() {
    let [full, over] = [tables(0), tables(1)];
    for (width, file) in [(Some(80), "80"), (None, "pipe")] {
        let text = text(&on_tables(&["port", "443"], &over), width);
        for (product, _) in PRODUCTS {
            assert_eq!(text.matches(&format!("\n{product} ")).count(), 1, "{product}: {text}");
        }
        assert!(text.lines().all(|line| !line.starts_with(' ')), "no line continues another: {text}");
        insta::assert_snapshot!(format!("port_443_{file}"), text);
    }
    assert_eq!(json(&on_tables(&["port", "443"], &full)).len(), SCREENFUL);
    for width in [Some(80), None] {
        let rows = |call: &[&str], directory| text(&on_tables(call, directory), width);
        // Exactly a screenful is listed, and one flow more on request.
        for (call, directory, flows) in [
            (&["port", "443"][..], &full, 30),
            (&["port", "443", "--rows"], &over, 31),
            (&["port", "443", "--product", "gateway"], &over, 19),
            (&["port", "443", "--product", "gateway", "--product", "agent"], &over, 22),
        ] {
            let text = rows(call, directory);
            assert!(text.starts_with(&format!("port 443: {flows} flows of ")), "{call:?}: {text}");
            assert_eq!(text.matches("Do it").count(), flows, "{call:?}: {text}");
            assert!(!text.contains("--rows"), "{call:?}: {text}");
        }
    }
}

#[test]
fn other_formats_always_have_every_flow_in_catalog_order() {
    let directory = tables(1);
    let call = |format, more: &[&'static str]| {
        let call = [&["port", "443", "--format", format], more].concat();
        text(&on_tables(&call, &directory), Some(80))
    };
    for (format, others) in [("json", None), ("jsonl", Some(0)), ("csv", Some(1)), ("markdown", Some(2))] {
        let text = call(format, &[]);
        match others {
            Some(others) => assert_eq!(text.lines().count() - others, 31, "{format}"),
            None => assert_eq!(text.matches("\"id\":").count(), 31),
        }
        assert_eq!(text, call(format, &["--rows"]), "{format}");
    }
    let flows = json(&on_tables(&["port", "443"], &directory));
    let mut order: Vec<(bool, &str)> =
        flows.iter().map(|flow| (is_exact(flow, 443, 443), text_of(flow, "product"))).collect();
    order.dedup();
    let exact = ["vault", "node", "a-product-with-a-long-id-to-test", "gateway"].map(|product| (true, product));
    assert_eq!(order, [&exact[..], &[(false, "vault"), (false, "agent")]].concat());
}

#[test]
fn a_port_may_be_written_in_three_ways() {
    let [any, before, after] = ["8013", "tcp/8013", "8013/tcp"].map(|port| text(&["port", port], Some(80)));
    assert_eq!(before, after);
    for (text, title) in [(any, "port 8013: "), (before, "port tcp/8013: ")] {
        assert!(text.starts_with(title) && text.contains("\nforticlient\n"), "{text}");
    }
}

#[test]
fn products_and_editions_can_be_chosen() {
    let editions = fixture::editions().display().to_string();
    let on = |call: &[&'static str]| -> Vec<String> {
        let options = ["--only-tables", "--tables", &editions];
        [call, &options].concat().into_iter().map(str::to_string).collect()
    };
    let call = |call: &[&'static str]| text(&on(call).iter().map(String::as_str).collect::<Vec<_>>(), None);
    let header =
        |text: &str| text.lines().nth(2).unwrap_or_default().split_whitespace().take(3).collect::<Vec<_>>().join(" ");
    assert_eq!(header(&call(&["port", "6443", "--product", "cluster"])), "PRODUCT DIRECTION COMPONENT");
    let old = call(&["port", "8443", "--product", "cluster@1.0"]);
    assert_eq!(header(&old), "PRODUCT EDITION DIRECTION");
    assert!(old.contains("cluster  1.0 "), "{old}");
    // The newest edition has another port.
    let arguments = on(&["port", "8443", "--product", "cluster"]);
    let none = message(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), 0);
    assert_eq!(none, "no flow of cluster uses port 8443");
    assert_eq!(
        message(&["port", "1", "--product", "fortimail", "--product", "wazo"], 0),
        "no flow of fortimail or wazo uses port 1"
    );
}

#[test]
fn products_of_own_tables_are_among_the_others() {
    let own = root().join("examples/own-tables/ports").display().to_string();
    let text = text(&["port", "tcp/25", "--tables", &own], None);
    let place = |product: &str| text.find(&format!("\n{product} ")).unwrap_or_else(|| panic!("{product}: {text}"));
    // By id, though the catalog precedes own tables in other formats.
    assert!(place("fortimail") < place("relay") && place("relay") < place("securitygateway"));
    assert_eq!(json(&["port", "tcp/25", "--tables", &own]).last().unwrap()["product"], "relay");
    assert_eq!(run(&["port", "1", "--tables", &own], None).messages, ["no flow uses port 1"]);
}
