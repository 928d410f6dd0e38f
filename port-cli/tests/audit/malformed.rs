//! Files that were cut off or changed anywhere: they are parsed or rejected, and nothing else happens.

use std::fs;
use std::path::Path;

use port_engine::audit::address_family::AddressFamily;
use port_engine::audit::{nft, nmap, ss};
use serde_json::{Value, json};

use crate::fixture;

#[test]
fn a_file_that_was_cut_off_at_any_byte_is_rejected() {
    let file = Path::new("cut");
    for (name, last) in [("two-hosts.xml", "</nmaprun>"), ("rules.json", "]}")] {
        let text = fs::read_to_string(fixture(name)).unwrap();
        let end = text.rfind(last).unwrap() + last.len();
        let read = |text: &str| match name {
            "rules.json" => nft::read(file, text, None),
            _ => nmap::read(file, text, Some("192.0.2.2")),
        };
        for length in 0..end {
            let message = read(&text[..length]).expect_err(name).to_string();
            assert!(message.contains("was cut off") || message.contains("looks like"), "{name} {length}: {message}");
        }
        assert!(read(&text[..end]).is_ok(), "{name}");
    }
    // ss doesn't print the number of lines: a cut between two lines can't be noticed, one within a line is.
    let text = fs::read_to_string(fixture("ss.txt")).unwrap();
    for length in 1..text.len() {
        let cut = &text[..length];
        let last = cut.rsplit('\n').next().unwrap();
        // What follows the peer's column doesn't affect ports.
        let is_whole = last.is_empty() || last.contains(":* ") || last.ends_with(":*");
        assert_eq!(ss::read(file, cut, None).is_ok(), is_whole, "{cut:?}");
    }
}

/// Every value of a JSON text, by its pointer.
fn pointers(value: &Value, at: String, all: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                pointers(value, format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), all);
            }
        }
        Value::Array(values) => {
            for (number, value) in values.iter().enumerate() {
                pointers(value, format!("{at}/{number}"), all);
            }
        }
        _ => {}
    }
    all.push(at);
}

#[test]
fn any_value_in_a_listing_is_parsed_or_rejected() {
    let text = fs::read_to_string(fixture("rules.json")).unwrap();
    let listing: Value = serde_json::from_str(&text).unwrap();
    let mut all = Vec::new();
    pointers(&listing, String::new(), &mut all);
    let values = [
        json!(null),
        json!(-1),
        json!(70000),
        json!(""),
        json!("@mail"),
        json!("*"),
        json!([]),
        json!({}),
        json!([1, [2]]),
    ];
    let (mut read, mut rejected) = (0, 0);
    for (number, pointer) in all.iter().enumerate() {
        let mut changed = listing.clone();
        *changed.pointer_mut(pointer).unwrap() = values[number % values.len()].clone();
        match nft::read(Path::new("f"), &changed.to_string(), Some(AddressFamily::Ipv4)) {
            Ok(_) => read += 1,
            Err(_) => rejected += 1,
        }
    }
    assert!(read > 100 && rejected > 20, "{read} {rejected}");
}

#[test]
fn any_value_in_a_scan_is_parsed_or_rejected() {
    let text = fs::read_to_string(fixture("two-hosts.xml")).unwrap();
    let values = ["", "-1", "70000", "1-", "tcp", "open", "&#0;", "\u{7f}"];
    let (mut read, mut rejected) = (0, 0);
    // An attribute's value is between two quotes.
    let parts: Vec<&str> = text.split('"').collect();
    for number in (1..parts.len()).step_by(2) {
        let mut changed = parts.clone();
        changed[number] = values[number / 2 % values.len()];
        match nmap::read(Path::new("f"), &changed.join("\""), Some("192.0.2.2")) {
            Ok(_) => read += 1,
            Err(_) => rejected += 1,
        }
    }
    assert!(read > 50 && rejected > 20, "{read} {rejected}");
}
