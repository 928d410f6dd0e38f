//! Two exports of the catalog, compared: what came, went, moved, and what that means for firewalls.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use port_catalog_tests::errors::Page;
use port_catalog_tests::hostile;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

/// Runs the command in a folder.
fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_port-catalog")).current_dir(folder).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// Every flow of the catalog, as it is exported.
fn catalog() -> Vec<Value> {
    let output = run(Path::new("."), &["list", "--format", "json"]);
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A folder with two exports.
fn folder(old: &[Value], new: &[Value]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, flows) in [("old.json", old), ("new.json", new)] {
        fs::write(folder.path().join(name), serde_json::to_string_pretty(flows).unwrap()).unwrap();
    }
    folder
}

/// The difference of two exports in a format, which succeeds and says nothing beside it.
fn printed(old: &[Value], new: &[Value], format: &str) -> String {
    let output = run(folder(old, new).path(), &["diff", "old.json", "new.json", "--format", format]);
    assert_eq!(text(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
    text(&output.stdout).to_string()
}

fn difference(old: &[Value], new: &[Value]) -> Value {
    serde_json::from_str(&printed(old, new, "json")).unwrap()
}

fn flow<'a>(flows: &'a mut [Value], id: &str) -> &'a mut Value {
    flows.iter_mut().find(|flow| flow["id"] == id).unwrap()
}

/// Specs such as `tcp/25 smtp | tcp/465, esp`, as an export has them.
fn specs(expression: &str) -> Value {
    let groups = expression.split(", ").filter(|group| !group.is_empty()).enumerate();
    groups
        .flat_map(|(group, alternatives)| alternatives.split(" | ").map(move |spec| (group, spec)))
        .map(|(group, spec)| {
            let (head, service) = spec.split_once(' ').map_or((spec, None), |(head, service)| (head, Some(service)));
            let (transport, ports) = head.split_once('/').unwrap_or((head, ""));
            let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
            let number = |text: &str| text.parse::<u16>().ok();
            let (transport, service) = match transport {
                "sftp" | "ftp" => (None, Some(transport)),
                _ => (Some(transport), service),
            };
            json!({ "transport": transport, "first": number(first), "last": number(last), "service": service, "group": group })
        })
        .collect()
}

#[test]
fn the_same_export_does_not_differ() {
    let flows = catalog();
    let mut reversed = flows.clone();
    reversed.reverse();
    for other in [&flows, &reversed] {
        assert_eq!(printed(&flows, other, "text"), "Nothing differs.\n125 flows before, 125 after\n");
        let difference = difference(&flows, other);
        assert_eq!(difference["summary"], json!({"moves":0,"opens":0,"closes":0,"limits":0,"unknown":0,"wording":0}));
        for list in ["impacts", "added", "removed", "renamed", "changed"] {
            assert_eq!(difference[list], json!([]), "{list}");
        }
    }
}

#[test]
fn ports_are_compared_as_what_they_open() {
    // From, to, the impact, what opens, what closes.
    let cases = [
        ("tcp/25", "tcp/25, tcp/465", "opens", "tcp/465", ""),
        ("tcp/25 | tcp/465", "tcp/465", "closes", "", "tcp/25"),
        ("udp/20001", "udp/20009", "moves", "udp/20009", "udp/20001"),
        ("tcp/80-90", "tcp/85-95", "moves", "tcp/91-95", "tcp/80-84"),
        ("tcp/443", "any/443", "opens", "udp/443", ""),
        ("any/443", "udp/443", "closes", "", "tcp/443"),
        ("tcp/443", "udp/443", "moves", "udp/443", "tcp/443"),
        ("udp/500", "udp/500, esp", "opens", "esp", ""),
        ("sftp | ftp", "tcp/22 sftp", "moves", "tcp/22", "ftp, sftp"),
        ("tcp/25 | tcp/465", "tcp/25, tcp/465", "limits", "", ""),
        ("any/443", "tcp/443, udp/443", "limits", "", ""),
        ("tcp/80-81", "tcp/80, tcp/81", "limits", "", ""),
        ("tcp/25", "tcp/25 smtp", "wording", "", ""),
        ("tcp/443 https", "tcp/443 http", "wording", "", ""),
    ];
    for (before, after, impact, opens, closes) in cases {
        let mut flows = catalog();
        let id = "fortimail-in-fortimail-ha-sync-control";
        flow(&mut flows, id)["ports"] = specs(before);
        let old = flows.clone();
        flow(&mut flows, id)["ports"] = specs(after);
        let difference = difference(&old, &flows);
        let list = |text: &str| text.split(", ").filter(|text| !text.is_empty()).map(Value::from).collect::<Vec<_>>();
        let found = &difference["impacts"][0];
        assert_eq!(found["impact"], impact, "{before} to {after}");
        assert_eq!(found["opens"], json!(list(opens)), "{before} to {after}");
        assert_eq!(found["closes"], json!(list(closes)), "{before} to {after}");
        assert_eq!(
            difference["changed"],
            json!([{ "id": id, "field": "ports", "before": before, "after": after, "impact": impact }])
        );
    }
}

#[test]
fn the_order_and_the_numbers_of_groups_mean_nothing() {
    let mut flows = catalog();
    let old = flows.clone();
    let ports = flow(&mut flows, "fortimail-out-fortiguard-as-rating")["ports"].as_array_mut().unwrap();
    ports.sort_by_key(|spec| std::cmp::Reverse(spec["group"].as_u64()));
    for spec in ports {
        spec["group"] = json!(7 - spec["group"].as_u64().unwrap());
    }
    assert_eq!(difference(&old, &flows)["changed"], json!([]));
}

#[test]
fn which_alternative_comes_first_limits_the_rules() {
    let mut flows = catalog();
    let old = flows.clone();
    flow(&mut flows, "fortimail-in-email-client-smtp")["ports"].as_array_mut().unwrap().reverse();
    let changed = &difference(&old, &flows)["changed"];
    assert_eq!((&changed[0]["field"], &changed[0]["impact"]), (&json!("ports"), &json!("limits")), "{changed}");
}

#[test]
fn every_fact_has_its_impact() {
    // The fact, what it is to be, the impact. The flow has no hosts and no interfaces, and is unstated.
    let cases = [
        ("direction", json!("outbound"), "moves"),
        ("peer", json!("client"), "moves"),
        ("product", json!("fortigate"), "moves"),
        ("hosts", json!(["mail.example"]), "closes"),
        ("interfaces", json!(["p1"]), "closes"),
        ("requirement", json!("required"), "limits"),
        ("condition", json!("on Sundays"), "limits"),
        ("recommended_interface", json!("p1"), "limits"),
        ("configurable", json!(true), "limits"),
        ("customization", json!("in the manager"), "wording"),
        ("purpose", json!("Another"), "wording"),
        ("vendor", json!("other"), "wording"),
        ("curated", json!(["peer"]), "wording"),
        ("note", json!("Looks wrong"), "wording"),
        ("tunnel", json!({ "over": "gre" }), "unknown"),
    ];
    let old = catalog();
    for (fact, value, impact) in cases {
        let mut new = old.clone();
        flow(&mut new, "fortimail-in-email-client-smtp")[fact] = value;
        let difference = difference(&old, &new);
        assert_eq!(difference["summary"][impact], 1, "{fact}");
        assert_eq!(difference["changed"].as_array().unwrap().len(), 1, "{fact}");
        assert_eq!(difference["changed"][0]["impact"], impact, "{fact}");
        // And back again: a fact that goes is as grave as one that comes, and what narrowed widens.
        let back = self::difference(&new, &old);
        let expected = if impact == "closes" { "opens" } else { impact };
        assert_eq!(back["changed"][0]["impact"], expected, "{fact}, back");
    }
    for fact in ["document", "edition", "section", "row", "peer", "label", "ports", "page"] {
        let mut new = old.clone();
        flow(&mut new, "fortimail-in-email-client-smtp")["source"][fact] = json!("other");
        let impact = if fact == "page" { "unknown" } else { "wording" };
        let difference = difference(&old, &new);
        assert_eq!(difference["changed"][0]["field"], format!("source.{fact}"));
        assert_eq!(difference["changed"][0]["impact"], impact, "{fact}");
    }
}

#[test]
fn hosts_are_compared_as_sets() {
    let cases = [
        (json!(["a"]), json!(["a", "b"]), "opens"),
        (json!(["a", "b"]), json!(["b"]), "closes"),
        (json!(["a"]), json!(["b"]), "moves"),
        (json!(["a"]), json!([]), "opens"),
        (json!(["a", "b"]), json!(["b", "a"]), "wording"),
    ];
    for (before, after, impact) in cases {
        let mut flows = catalog();
        flow(&mut flows, "forticlient-out-sso")["hosts"] = before.clone();
        let old = flows.clone();
        flow(&mut flows, "forticlient-out-sso")["hosts"] = after.clone();
        assert_eq!(difference(&old, &flows)["changed"][0]["impact"], impact, "{before} to {after}");
    }
}

#[test]
fn a_port_that_closes_stays_where_another_flow_needs_it() {
    let old = catalog();
    let mut new = old.clone();
    new.retain(|flow| flow["id"] != "fortimail-out-ntp" && flow["id"] != "fortimail-out-fortimail-ha-pop3-monitoring");
    let difference = difference(&old, &new);
    let stays = |id: &str| {
        let impacts = difference["impacts"].as_array().unwrap();
        impacts.iter().find(|impact| impact["id"] == id).unwrap()["stays"].clone()
    };
    assert_eq!(stays("fortimail-out-ntp"), json!([]));
    assert_eq!(
        stays("fortimail-out-fortimail-ha-pop3-monitoring"),
        json!([{ "port": "tcp/110", "flows": ["fortimail-out-protected-email-server-pop3-auth"] }])
    );
}

#[test]
fn a_renamed_flow_is_told_as_one_unless_it_may_be_another() {
    let old = catalog();
    let mut new = old.clone();
    flow(&mut new, "fortimail-out-ntp")["id"] = json!("fortimail-out-time");
    let renamed = difference(&old, &new);
    assert_eq!(
        renamed["renamed"],
        json!([{
            "from": "fortimail-out-ntp",
            "to": "fortimail-out-time",
            "alike": ["ports", "source.label", "purpose", "peer", "source.ports"],
        }])
    );
    assert_eq!([&renamed["added"], &renamed["removed"], &renamed["changed"]], [&json!([]); 3]);
    assert_eq!(renamed["summary"]["wording"], 1);

    // Its port moved on the way.
    flow(&mut new, "fortimail-out-time")["ports"] = specs("udp/124 ntp");
    let moved = difference(&old, &new);
    assert_eq!(moved["renamed"][0]["to"], "fortimail-out-time");
    assert_eq!(moved["summary"]["moves"], 1);
    assert_eq!(moved["changed"][0]["field"], "ports");

    // Two came that it may be: neither is named.
    let mut twin = flow(&mut new, "fortimail-out-time").clone();
    twin["id"] = json!("fortimail-out-time-too");
    new.push(twin);
    let unclear = difference(&old, &new);
    assert_eq!(unclear["renamed"], json!([]));
    assert_eq!([&unclear["summary"]["opens"], &unclear["summary"]["closes"]], [2, 1]);
    assert_eq!(unclear["removed"][0], old[old.iter().position(|flow| flow["id"] == "fortimail-out-ntp").unwrap()]);

    // What is alike in its peer alone is another flow.
    new.pop();
    let other = flow(&mut new, "fortimail-out-time");
    other["purpose"] = json!("Something else");
    other["source"]["label"] = json!("Else");
    assert_eq!(difference(&old, &new)["renamed"], json!([]));
}

#[test]
fn facts_of_another_version_are_compared_and_never_dropped() {
    let old = catalog();
    let mut new = old.clone();
    for flow in &mut new {
        flow["tunnel"] = json!("none");
        flow["ports"][0]["rate"] = json!(5);
        flow.as_object_mut().unwrap().remove("curated");
    }
    flow(&mut new, "fortimail-in-admin")["ports"][0]["transport"] = json!("quic");
    let told = difference(&old, &new);
    let of = |field: &str| -> Vec<&Value> {
        told["changed"].as_array().unwrap().iter().filter(|change| change["field"] == field).collect()
    };
    for (field, impact, absent) in
        [("tunnel", "unknown", "before"), ("ports.rate", "unknown", "before"), ("curated", "wording", "after")]
    {
        assert_eq!(of(field).len(), 125, "{field}");
        assert!(of(field).iter().all(|change| change["impact"] == impact), "{field}");
        assert!(of(field).iter().all(|change| change.get(absent).is_none()), "{field}");
    }
    assert_eq!(told["impacts"][0]["opens"], json!(["quic/443"]));

    // A person reads it once.
    let text = printed(&old, &new, "text");
    assert!(text.contains("unknown  tunnel: 125 flows tell it"), "{text}");
    assert!(text.contains("unknown  ports.rate: 125 flows tell it"), "{text}");
    assert!(text.contains("wording  curated: 125 flows do not tell it any more"), "{text}");
    assert!(text.lines().count() < 20, "{text}");
}

/// Exports with one difference of every sort.
fn exports() -> [Vec<Value>; 2] {
    let old: Vec<Value> = catalog().into_iter().filter(|flow| flow["product"] == "fortimail").collect();
    let mut new = old.clone();
    new.retain(|flow| flow["id"] != "fortimail-out-fortimail-ha-smtp-monitoring");
    flow(&mut new, "fortimail-in-fortimail-ha-sync-control")["ports"] = specs("udp/20009");
    flow(&mut new, "fortimail-in-email-client-webdav")["ports"] = specs("tcp/8008 webdav | tcp/8843");
    flow(&mut new, "fortimail-in-email-client-smtp")["ports"] = specs("tcp/465 smtps");
    flow(&mut new, "fortimail-in-email-client-pop3")["condition"] = json!("server mode | only *sometimes*");
    flow(&mut new, "fortimail-in-fortimail-ha-heartbeat")["purpose"] = json!("A <b>heart</b>\u{1b}[31m & `beat`");
    flow(&mut new, "fortimail-in-admin")["tunnel"] = json!(true);
    flow(&mut new, "fortimail-out-ntp")["id"] = json!("fortimail-out-time");
    let mut rest = flow(&mut new, "fortimail-in-admin").clone();
    rest["id"] = json!("fortimail-in-rest");
    rest["peer"] = json!("client");
    rest["purpose"] = json!("Call the REST interface");
    rest["hosts"] = json!(["one.example", "other.example"]);
    rest["ports"] = specs("tcp/8444 https");
    rest["source"]["ports"] = json!("TCP/8444");
    new.insert(3, rest);
    for (row, flow) in new.iter_mut().enumerate() {
        flow["source"]["row"] = json!(row + 1);
        flow["source"]["edition"] = json!("FortiOS 6.4.0");
    }
    [old, new]
}

#[test]
fn a_difference_as_people_read_it() {
    let [old, new] = exports();
    insta::assert_snapshot!("difference_as_text", printed(&old, &new, "text"));
    insta::assert_snapshot!("difference_for_a_ticket", printed(&old, &new, "markdown"));
}

#[test]
fn a_reader_of_markdown_sees_the_texts_as_they_are() {
    use pulldown_cmark::{Event, Options, Parser, Tag};
    let old = catalog();
    for text in hostile::texts() {
        let mut new = old.clone();
        flow(&mut new, "fortimail-in-email-client-smtp")["condition"] = json!(text);
        let markdown = printed(&old, &new, "markdown");
        let mut cells: Vec<String> = Vec::new();
        for event in Parser::new_ext(&markdown, Options::all() - Options::ENABLE_SMART_PUNCTUATION) {
            match event {
                Event::Start(Tag::TableCell) => cells.push(String::new()),
                Event::Text(text) => cells.iter_mut().last().into_iter().for_each(|cell| cell.push_str(&text)),
                Event::Start(
                    Tag::Table(_) | Tag::TableHead | Tag::TableRow | Tag::Heading { .. } | Tag::Paragraph | Tag::Strong,
                )
                | Event::End(_) => {}
                // Nothing else is made of a text: no link, no code, no HTML.
                other => panic!("{text:?} became {other:?} in {markdown}"),
            }
        }
        assert!(cells.contains(&format!("condition: none → \"{text}\"")), "{text:?}: {cells:?}");
        assert_eq!(cells.len(), 8, "{text:?}: {cells:?}");
    }
}

#[test]
fn nothing_that_an_export_says_steers_the_terminal() {
    let old = catalog();
    let mut new = old.clone();
    let steering = "\u{1b}[2J \u{9b}31m \u{7} \r \u{202e}x";
    for fact in ["purpose", "condition", "customization"] {
        flow(&mut new, "fortimail-in-email-client-smtp")[fact] = json!(steering);
    }
    flow(&mut new, "fortimail-in-email-client-smtp")["x\u{1b}[2J"] = json!({ "y\u{9b}": [steering, 1] });
    flow(&mut new, "fortimail-in-email-client-smtp")["hosts"] = json!([steering]);
    for format in ["text", "markdown"] {
        let text = printed(&old, &new, format);
        let seen = |character: char| character == '\n' || !character.is_control() && character != '\u{202e}';
        assert!(text.chars().all(seen), "{text:?}");
    }
}

#[test]
fn fail_on_tells_by_exit_code_and_prints_the_difference_all_the_same() {
    let [old, new] = exports();
    let folder = folder(&old, &new);
    let call = |more: &[&str]| run(folder.path(), &[&["diff", "old.json", "new.json"], more].concat());
    let plain = call(&[]);
    for (fail_on, code, told) in [
        ("moves", 1, "found what --fail-on names: moves\n"),
        ("wording,opens", 1, "found what --fail-on names: opens, wording\n"),
        ("limits,limits", 1, "found what --fail-on names: limits\n"),
    ] {
        let output = call(&["--fail-on", fail_on]);
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(code), told));
        assert_eq!(output.stdout, plain.stdout);
    }
    let same =
        run(folder.path(), &["diff", "old.json", "old.json", "--fail-on", "moves,opens,closes,limits,unknown,wording"]);
    assert_eq!((same.status.code(), text(&same.stderr)), (Some(0), ""));
    let unknown = call(&["--fail-on", "open"]);
    assert_eq!((unknown.status.code(), text(&unknown.stdout)), (Some(2), ""));
    assert!(text(&unknown.stderr).contains("opens"));
}

#[test]
fn one_of_the_two_may_come_by_standard_input() {
    let [old, new] = exports();
    let folder = folder(&old, &new);
    let files = run(folder.path(), &["diff", "old.json", "new.json"]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_port-catalog"))
        .current_dir(folder.path())
        .args(["diff", "old.json", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&fs::read(folder.path().join("new.json")).unwrap()).unwrap();
    assert_eq!(child.wait_with_output().unwrap().stdout, files.stdout);
    let twice = run(folder.path(), &["diff", "-", "-"]);
    assert_eq!((twice.status.code(), text(&twice.stdout)), (Some(2), ""));
}

#[test]
fn what_is_no_export_is_refused_with_its_place() {
    let whole = serde_json::to_string_pretty(&catalog()).unwrap();
    let flow = |ports: &str| {
        format!(
            "[\n  {{\"id\": \"a\", \"product\": \"p\", \"direction\": \"inbound\", \"peer\": \"x\",\n   \"ports\": {ports}}}\n]"
        )
    };
    let spec = |transport: &str, first: &str, last: &str| {
        flow(&format!(
            "[\n    {{\"transport\": {transport}, \"first\": {first}, \"last\": {last}, \"service\": null, \"group\": 0}}]"
        ))
    };
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("empty", Vec::new()),
        ("truncated", whole.as_bytes()[..20_000].to_vec()),
        ("csv", b"id,vendor\nfortimail-in-admin,fortinet\n".to_vec()),
        ("one object a line", b"{\"id\": \"a\"}\n{\"id\": \"b\"}\n".to_vec()),
        ("two arrays", b"[]\n[]".to_vec()),
        ("no flow", b"[\n  1\n]".to_vec()),
        ("a list for a flow", b"[\n  []\n]".to_vec()),
        ("no ports", b"[{\"id\": \"a\", \"product\": \"p\", \"direction\": \"inbound\", \"peer\": \"x\"}]".to_vec()),
        ("a number for an id", b"[\n  {\"id\": 5}]".to_vec()),
        ("an id with a capital", b"[{\"id\": \"Fortimail\"}]".to_vec()),
        ("a flow twice", whole.replace("fortimail-in-email-client-pop3", "fortimail-in-admin").into_bytes()),
        ("a fact twice", b"[{\"id\": \"a\",\n\"peer\": \"x\", \"peer\": \"y\"}]".to_vec()),
        ("a fact twice, further in", b"[{\"id\": \"a\", \"source\": {\"row\": 1, \"row\": 2}}]".to_vec()),
        ("ports that are no list", flow("\"tcp/25\"").into_bytes()),
        ("a port that is none", spec("\"tcp\"", "70000", "70000").into_bytes()),
        ("a port that is a text", spec("\"tcp\"", "\"25\"", "25").into_bytes()),
        ("a range that is reversed", spec("\"tcp\"", "90", "80").into_bytes()),
        ("half a range", spec("\"tcp\"", "90", "null").into_bytes()),
        ("ports over nothing", spec("null", "90", "90").into_bytes()),
        ("nothing at all", spec("null", "null", "null").into_bytes()),
        ("hosts that are no texts", b"[{\"id\": \"a\", \"hosts\": [\"x\",\n7]}]".to_vec()),
        ("no UTF-8", b"[{\"id\": \"a\",\n \"peer\": \"\xff\"}]".to_vec()),
        ("UTF-16, as some shells write it", b"\xff\xfe[\0]\0".to_vec()),
        ("nested without end", [b"[{\"x\": ".as_slice(), &[b'['; 100_000]].concat()),
        ("a long text", format!("[{{\"id\": \"{}\"}}]", "X".repeat(1000)).into_bytes()),
    ];
    let folder = folder(&[], &[]);
    let mut page = Page::new(
        "diff",
        "Errors of comparing exports",
        "port-cli/tests/diff.rs",
        "What stands in a call, and in an export of the catalog. A fact that this version does not know is no error: it is compared \
         as a fact.",
    );
    page.section("Exports", "");
    for (case, bytes) in cases {
        fs::write(folder.path().join("bad.json"), &bytes).unwrap();
        let output = run(folder.path(), &["diff", "bad.json", "new.json"]);
        assert_eq!(output.status.code(), Some(2), "{case}");
        // It is as bad as the newer one.
        let swapped = run(folder.path(), &["diff", "old.json", "bad.json"]);
        assert_eq!(swapped.stderr, output.stderr, "{case}");
        page.told("diff", case, &output, &[folder.path()]);
    }
    page.section("Calls", "");
    for call in [
        &["diff", "nowhere.json", "new.json"][..],
        &["diff", ".", "new.json"],
        &["diff", "-", "-"],
        &["diff", "old.json"],
        &["diff", "old.json", "new.json", "--fail-on", "open"],
        &["diff", "old.json", "new.json", "--format", "html"],
    ] {
        let output = run(folder.path(), call);
        assert_eq!(output.status.code(), Some(2), "{call:?}");
        page.told("diff", &call[1..].join(" "), &output, &[folder.path()]);
    }
    page.section("What --fail-on names", "The difference is printed all the same.");
    fs::write(folder.path().join("old.json"), &whole).unwrap();
    let output = run(folder.path(), &["diff", "old.json", "new.json", "--fail-on", "closes"]);
    page.told_beside("diff", "old.json new.json --fail-on closes", &output, &[folder.path()]);
    page.assert();
}

#[test]
fn a_mark_of_the_byte_order_is_no_fault() {
    let folder = folder(&catalog(), &[]);
    let marked = [b"\xef\xbb\xbf", fs::read(folder.path().join("old.json")).unwrap().as_slice()].concat();
    fs::write(folder.path().join("new.json"), marked).unwrap();
    let output = run(folder.path(), &["diff", "old.json", "new.json"]);
    assert_eq!(text(&output.stdout), "Nothing differs.\n125 flows before, 125 after\n");
}

#[test]
fn every_truncation_is_refused_and_no_byte_breaks_the_reader() {
    let flows: Vec<Value> = catalog().into_iter().take(2).collect();
    let whole = serde_json::to_string_pretty(&flows).unwrap();
    let read = |bytes: &[u8]| port_cli::diff::export::read(Path::new("export.json"), bytes);
    assert_eq!(read(whole.as_bytes()).unwrap().len(), 2);
    for end in (0..whole.len()).step_by(3) {
        let fault = read(&whole.as_bytes()[..end]).unwrap_err();
        let last_line = whole[..end].matches('\n').count() + 1;
        assert!(fault.place.is_some_and(|(line, _)| line.abs_diff(last_line) <= 1), "{end}: {fault}");
    }
    for place in (0..whole.len()).step_by(5) {
        for byte in [b'"', b'{', b']', b',', b'0', b'\\', b'x', 0xff] {
            let mut bytes = whole.clone().into_bytes();
            bytes[place] = byte;
            if let Err(fault) = read(&bytes) {
                assert!(fault.place.is_some() && fault.message.contains("expected"), "{place} {byte}: {fault}");
            }
        }
    }
}

#[test]
fn every_flow_is_told_as_it_was_and_as_it_is() {
    // All of one export is gone and all of another has come, whatever renames are seen in it.
    let all = catalog();
    let (old, new): (Vec<Value>, Vec<Value>) = all.into_iter().partition(|flow| flow["product"] == "fortimail");
    let difference = difference(&old, &new);
    assert_eq!(difference["removed"], json!(old));
    assert_eq!(difference["added"], json!(new));
    let ids: Map<String, Value> = difference["impacts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|impact| (impact["id"].as_str().unwrap().to_string(), impact["impact"].clone()))
        .collect();
    assert_eq!(ids.len(), 125);
    assert_eq!(ids.values().filter(|impact| *impact == "closes").count(), 54);
    let text = printed(&old, &new, "text");
    let compared = "54 flows before, 71 after; only before: fortimail; only after: forcepoint-email-security, forticlient, securitygateway";
    assert_eq!(text.lines().nth(1), Some(compared));
}
