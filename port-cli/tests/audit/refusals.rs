//! What is not as it should be is refused: with the file, the place, what stood there and what to do, exit code 2, and nothing
//! on standard output.

use std::fs;
use std::path::Path;

use crate::{kept, run};

/// What a call is refused with.
fn refused(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn every_refusal() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        fs::write(folder.path().join(name), bytes).unwrap();
        folder.path().join(name).to_str().unwrap().to_string()
    };
    let (nmap, ss, nft) = (kept("two-hosts.xml"), kept("ss.txt"), kept("rules.json"));
    let text = |name: &str| fs::read_to_string(name).unwrap();
    let empty = file("empty", b"");
    let latin = file("latin.xml", b"<nmaprun scanner=\"nmap\">\n<host comment=\"caf\xe9\"/>");
    let utf16 = file("utf16.txt", b"\xff\xfet\0c\0p\0");
    let cut_scan = file("cut.xml", &text(&nmap).as_bytes()[..1500]);
    let cut_rules = file("cut.json", &text(&nft).as_bytes()[..1500]);
    let cut_listeners = file("cut.txt", &text(&ss).as_bytes()[..200]);
    let connections = file("connections.txt", b"tcp ESTAB 0 0 192.0.2.1:22 192.0.2.2:50000\n");
    let names = file("names.txt", b"tcp LISTEN 0 128 0.0.0.0:ssh 0.0.0.0:*\n");
    let plain_rules = file("rules.nft", b"table inet filter {\n}\n");
    let page = file("page.html", b"<html></html>");
    let for_people = file("scan.nmap", b"# Nmap 7.93 scan initiated\nNmap scan report for 192.0.2.2\n");
    let audit = ["audit", "--product", "fortimail"];
    let calls: [&[&str]; 26] = [
        &["--nmap", "nowhere.xml"],
        &["--nmap", &empty],
        &["--nmap", &latin],
        &["--nmap", &cut_scan],
        &["--nmap", &nmap],
        &["--nmap", &nmap, "--host", "192.0.2.9"],
        &["--nmap", &ss],
        &["--nmap", &nft],
        &["--nmap", &page],
        &["--nmap", &for_people],
        &["--ss", &utf16],
        &["--ss", &cut_listeners],
        &["--ss", &connections],
        &["--ss", &names],
        &["--ss", &nmap],
        &["--ss", &nft],
        &["--nft", &cut_rules],
        &["--nft", &plain_rules],
        &["--nft", &nmap],
        &["--nft", &ss],
        &[],
        &["--nmap", &nmap, "--ss", &ss],
        &["--ss", &ss, "--host", "192.0.2.2"],
        &["--nmap", &nmap, "--family", "ipv4"],
        &["--ss", &ss, "--fail-on", "mising"],
        &["--ss", &ss, "--format", "csv"],
    ];
    let mut told = String::new();
    let mut tell = |call: &[&str]| {
        // The folders differ from machine to machine.
        let bare = |text: &str| {
            let folders = [folder.path().to_str().unwrap(), Path::new(&nmap).parent().unwrap().to_str().unwrap()];
            folders.iter().fold(text.to_string(), |text, folder| text.replace(&format!("{folder}/"), ""))
        };
        told += &format!("$ port-catalog {}\n{}\n", bare(&call.join(" ")), bare(&refused(call)));
    };
    for call in calls {
        tell(&[&audit[..], call].concat());
    }
    tell(&["audit", "--ss", &ss]);
    tell(&["audit", "--product", "fortimial", "--ss", &ss]);
    tell(&["conflicts", "fortimail"]);
    tell(&["conflicts", "fortimail", "securitygateway", "fortimail"]);
    tell(&["conflicts", "fortimail", "fortimial"]);
    insta::assert_snapshot!(told);
}

#[test]
fn a_file_that_was_cut_off_at_any_byte_is_refused_or_says_all_that_whole_lines_say() {
    use port_cli::audit::{nft, nmap, ss};
    let file = Path::new("cut");
    for (name, last) in [("two-hosts.xml", "</nmaprun>"), ("rules.json", "]}")] {
        let text = fs::read_to_string(kept(name)).unwrap();
        let end = text.rfind(last).unwrap() + last.len();
        let read = |text: &str| match name {
            "rules.json" => nft::read(file, text, None),
            _ => nmap::read(file, text, Some("192.0.2.2")),
        };
        for length in 0..end {
            let fault = read(&text[..length]).expect_err(name).to_string();
            assert!(fault.contains("cut off?") || fault.contains("looks like"), "{name} {length}: {fault}");
        }
        assert!(read(&text[..end]).is_ok(), "{name}");
    }
    // Lines of ss do not say how many there are: a cut between two is not seen, one within a line is.
    let text = fs::read_to_string(kept("ss.txt")).unwrap();
    for length in 0..text.len() {
        let cut = &text[..length];
        let last = cut.rsplit('\n').next().unwrap();
        // Behind the peer's column stands nothing of ports.
        let is_whole = last.is_empty() || last.contains(":* ") || last.ends_with(":*");
        assert_eq!(ss::read(file, cut, None).is_ok(), is_whole, "{cut:?}");
    }
}

/// Every value of a JSON text, by its pointer.
fn pointers(value: &serde_json::Value, at: String, all: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(object) => {
            for (key, value) in object {
                pointers(value, format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), all);
            }
        }
        serde_json::Value::Array(values) => {
            for (number, value) in values.iter().enumerate() {
                pointers(value, format!("{at}/{number}"), all);
            }
        }
        _ => {}
    }
    all.push(at);
}

#[test]
fn whatever_stands_in_a_listing_is_read_or_refused() {
    use serde_json::json;
    let text = fs::read_to_string(kept("rules.json")).unwrap();
    let listing: serde_json::Value = serde_json::from_str(&text).unwrap();
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
    let (mut read, mut refused) = (0, 0);
    for (number, pointer) in all.iter().enumerate() {
        let mut changed = listing.clone();
        *changed.pointer_mut(pointer).unwrap() = values[number % values.len()].clone();
        match port_cli::audit::nft::read(Path::new("f"), &changed.to_string(), Some(port_cli::audit::Family::Ipv4)) {
            Ok(_) => read += 1,
            Err(_) => refused += 1,
        }
    }
    assert!(read > 100 && refused > 20, "{read} {refused}");
}

#[test]
fn whatever_stands_in_a_scan_is_read_or_refused() {
    let text = fs::read_to_string(kept("two-hosts.xml")).unwrap();
    let values = ["", "-1", "70000", "1-", "tcp", "open", "&#0;", "\u{7f}"];
    let (mut read, mut refused) = (0, 0);
    // Between two quotes stands an attribute's value.
    let parts: Vec<&str> = text.split('"').collect();
    for number in (1..parts.len()).step_by(2) {
        let mut changed = parts.clone();
        changed[number] = values[number / 2 % values.len()];
        match port_cli::audit::nmap::read(Path::new("f"), &changed.join("\""), Some("192.0.2.2")) {
            Ok(_) => read += 1,
            Err(_) => refused += 1,
        }
    }
    assert!(read > 50 && refused > 20, "{read} {refused}");
}
