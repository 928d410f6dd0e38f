//! `products`: by field and vendor, and found by words.

use std::collections::BTreeMap;

use port_catalog_tests::fixture;
use serde_json::{Map, Value};

use crate::{assert_width, json, message, run, text};

/// The ids of the products that a call on the fixture catalog lists, in its order.
fn found(options: &[&str]) -> Vec<String> {
    let arguments = fixture::arguments();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let products = json(&[&["products"], options, &arguments].concat());
    products.iter().map(|product| product["id"].as_str().unwrap().to_string()).collect()
}

fn cell<'a>(product: &'a Map<String, Value>, key: &str) -> &'a str {
    product[key].as_str().unwrap()
}

#[test]
fn options_select_products_together() {
    for (options, expected) in [
        (&[][..], &["mailgate", "endpoint", "filter-suite", "archive"][..]),
        (&["--vendor", "acme"], &["mailgate", "endpoint"]),
        (&["--field", "mail"], &["mailgate", "filter-suite"]),
        (&["--field", "MAIL"], &["mailgate", "filter-suite"]),
        // Products without a field.
        (&["--field", "other"], &["archive"]),
        (&["--field", "mail", "--vendor", "globex"], &["filter-suite"]),
        // An id, a name, a vendor, a field and a document.
        (&["--search", "end"], &["endpoint"]),
        (&["--search", "FILTER SUITE"], &["filter-suite"]),
        (&["--search", "globex"], &["filter-suite", "archive"]),
        (&["--search", "secur"], &["endpoint"]),
        (&["--search", "used by"], &["archive"]),
        // Each word may be somewhere else.
        (&["--search", "mail Acme"], &["mailgate"]),
        (&["--search", " suite  globex "], &["filter-suite"]),
        (&["--search", "mail", "--vendor", "globex"], &["filter-suite"]),
    ] {
        assert_eq!(found(options), expected, "{options:?}");
    }
}

#[test]
fn every_format_has_the_products_that_are_selected() {
    let tables = fixture::tables().display().to_string();
    let call = |format| {
        let call = ["products", "--vendor", "globex", "--format", format, "--only-tables", "--tables", &tables];
        text(&call, None)
    };
    let csv = "id,vendor,name,field,flows,document,edition,older,retrieved,url\n\
               filter-suite,globex,Filter Suite,mail,6,Filter Suite port reference,8.x,,,\
               https://docs.globex.example/filter-suite/ports\n\
               archive,globex,Archive,,8,Ports used by Archive,forum-topic-17,,,https://forum.globex.example/topic/17\n";
    assert_eq!(call("csv"), csv);
    assert_eq!(call("jsonl").lines().count(), 2);
    let markdown = "| field | flows | products |\n| --- | --- | --- |\n\
                    | mail | 6 | Globex: Filter Suite |\n| other | 8 | Globex: Archive |\n";
    assert_eq!(call("markdown"), markdown);
    let table = "mail\n\
                 ID            NAME          VENDOR  FLOWS  EDITION  OLDER\n\
                 filter-suite  Filter Suite  globex  6      8.x\n\
                 \n\
                 other\n\
                 ID       NAME     VENDOR  FLOWS  EDITION         OLDER\n\
                 archive  Archive  globex  8      forum-topic-17\n";
    assert_eq!(call("table"), table);
}

/// The lines of each field's table on the live catalog.
fn tables(width: Option<u16>) -> BTreeMap<String, Vec<String>> {
    let text = text(&["products"], width);
    let groups = text.split("\n\n").map(|group| {
        let mut lines = group.lines().map(str::to_string);
        (lines.next().unwrap(), lines.collect())
    });
    groups.collect()
}

#[test]
fn every_product_is_a_row_below_its_field() {
    let products = json(&["products"]);
    for width in [Some(80), Some(100), Some(200), None] {
        let tables = tables(width);
        for product in &products {
            let rows = &tables[cell(product, "field")];
            let id = cell(product, "id");
            let own: Vec<&String> = rows.iter().filter(|row| row.split(' ').next() == Some(id)).collect();
            assert_eq!(own.len(), 1, "{id} at {width:?}: {rows:?}");
            let words: Vec<&str> = own[0].split_whitespace().collect();
            assert!(words.contains(&product["flows"].to_string().as_str()), "{words:?}");
            assert!(words.iter().any(|word| word.trim_end_matches(',') == product["edition"]), "{words:?}");
        }
        let is_row = |row: &&String| !row.starts_with(' ');
        let rows: usize = tables.values().map(|rows| rows.iter().filter(is_row).count() - 1).sum();
        assert_eq!(rows, products.len(), "{width:?}");
        // None of the tables became a list of blocks.
        let headers = ["ID NAME FLOWS EDITIONS", "ID NAME VENDOR FLOWS EDITION OLDER"];
        for rows in tables.values() {
            let header = rows[0].split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(headers.contains(&header.as_str()), "{width:?}: {header}");
        }
        if let Some(width) = width {
            tables.values().flatten().for_each(|row| assert_width(row, width.into()));
        }
    }
}

#[test]
fn fields_are_in_alphabetical_order_and_vendors_within_them() {
    let text = text(&["products"], None);
    let fields: Vec<&str> = text.split("\n\n").map(|group| group.lines().next().unwrap()).collect();
    assert!(fields.is_sorted_by_key(|field| field.to_lowercase()), "{fields:?}");
    assert!(fields.iter().any(|field| field.starts_with(char::is_uppercase)), "{fields:?}");
    for group in text.split("\n\n") {
        let start = group.lines().nth(1).unwrap().find("VENDOR").unwrap();
        let vendors: Vec<Option<&str>> = group.lines().skip(2).map(|row| row[start..].split(' ').next()).collect();
        assert!(vendors.is_sorted(), "{group}");
    }
}

#[test]
fn in_markdown_every_product_is_in_the_line_of_its_field() {
    let markdown = text(&["products", "--format", "markdown"], None);
    let line = |field: &str| markdown.lines().find(|line| line.starts_with(&format!("| {field} |"))).unwrap();
    let mut flows: BTreeMap<&str, u64> = BTreeMap::new();
    let products = json(&["products"]);
    for product in &products {
        let (field, vendor) = (cell(product, "field"), cell(product, "vendor"));
        let vendor = port_catalog::Vendor::ALL.iter().find(|known| known.as_str() == vendor).unwrap().name();
        let of_vendor = line(field).split(['|', ';']).find(|part| part.trim().starts_with(&format!("{vendor}: ")));
        let names = of_vendor.unwrap_or_else(|| panic!("{vendor}: {markdown}")).split([':', ',']).map(str::trim);
        let name = cell(product, "name");
        assert!(names.skip(1).any(|own| own == name), "{name}: {markdown}");
        *flows.entry(field).or_default() += product["flows"].as_u64().unwrap();
    }
    for (field, flows) in &flows {
        assert!(line(field).starts_with(&format!("| {field} | {flows} |")), "{markdown}");
    }
    assert_eq!(markdown.lines().count(), flows.len() + 2);
}

#[test]
fn a_search_without_a_result_suggests_what_would_have_one() {
    let tables = fixture::tables().display().to_string();
    let on_fixture = ["--only-tables", "--tables", &tables];
    for (search, near) in [
        ("mialgate", "did you mean \"mailgate\"?"),
        ("Endpiont", "did you mean \"endpoint\"?"),
        ("globxe", "did you mean \"globex\"?"),
        // Only the second word is unknown, and then both.
        ("mail sevices", "did you mean \"services\"?"),
        ("fitler glboex", "did you mean \"filter\" or \"globex\"?"),
        ("fax", "list all products with port-catalog products"),
        // Both are known, but not together.
        ("endpoint globex", "list all products with port-catalog products"),
        ("a\u{202e}b", "list all products with port-catalog products"),
    ] {
        let found = message(&[&["products", "--search", search][..], &on_fixture].concat(), 0);
        assert_eq!(found, format!("no product matches \"{}\"; {near}", search.replace('\u{202e}', "\\u{202e}")));
    }
    assert_eq!(message(&["products", "--vendor", "wazo", "--field", "mail"], 0), "no product matches");
    let json = run(&["products", "--search", "fax", "--format", "json"], None);
    assert_eq!((json.text.as_str(), json.messages.len()), ("[]\n", 1));
}

#[test]
fn every_name_with_a_typo_suggests_a_search_that_finds_something() {
    let mut suggested = 0;
    for product in json(&["products"]) {
        // The last two letters swapped.
        let mut letters: Vec<char> = cell(&product, "id").chars().collect();
        let last = letters.len() - 1;
        letters.swap(last, last - 1);
        let typo: String = letters.into_iter().collect();
        let output = run(&["products", "--search", &typo], Some(80));
        if !output.text.is_empty() {
            continue;
        }
        let quoted: Vec<&str> = output.messages[0].split('"').skip(3).step_by(2).collect();
        assert!(!quoted.is_empty(), "{typo}: {:?}", output.messages);
        for suggestion in quoted {
            assert!(!run(&["products", "--search", suggestion], None).text.is_empty(), "{typo}: {suggestion}");
            suggested += 1;
        }
    }
    assert!(suggested > 10, "{suggested}");
}
