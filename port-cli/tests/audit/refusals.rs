//! What is not as it should be is refused: with the file, the place, what stood there and what to do, exit code 2, and nothing
//! on standard output.

use std::fs;
use std::path::Path;

use port_catalog_tests::errors::Page;
use tempfile::TempDir;

use crate::{kept, run};

/// A scan of one host, a line for each thing that it tells.
const SCAN: &str = "<?xml version=\"1.0\"?>
<nmaprun scanner=\"nmap\" args=\"nmap\" start=\"1\">
<scaninfo type=\"syn\" protocol=\"tcp\" services=\"1-10\"/>
<host><status state=\"up\"/><address addr=\"192.0.2.9\" addrtype=\"ipv4\"/>
<ports><extraports state=\"closed\"/></ports>
</host>
<runstats><finished exit=\"success\"/></runstats>
</nmaprun>
";

/// A ruleset of one chain, a line for each object.
const RULES: &str = "{\"nftables\": [{\"metainfo\": {\"version\": \"1.0.6\", \"json_schema_version\": 1}},
{\"table\": {\"family\": \"inet\", \"name\": \"f\", \"handle\": 1}},
{\"chain\": {\"family\": \"inet\", \"table\": \"f\", \"name\": \"in\", \"handle\": 1, \"type\": \"filter\", \"hook\": \"input\", \"prio\": 0, \"policy\": \"drop\"}},
{\"rule\": {\"family\": \"inet\", \"table\": \"f\", \"chain\": \"in\", \"handle\": 2, \"expr\": [{\"jump\": {\"target\": \"mail\"}}]}},
{\"chain\": {\"family\": \"inet\", \"table\": \"f\", \"name\": \"mail\", \"handle\": 3}},
{\"set\": {\"family\": \"inet\", \"table\": \"f\", \"name\": \"ports\", \"handle\": 5, \"type\": \"inet_service\", \"elem\": [25]}},
{\"rule\": {\"family\": \"inet\", \"table\": \"f\", \"chain\": \"mail\", \"handle\": 4, \"expr\": [{\"match\": {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"tcp\", \"field\": \"dport\"}}, \"right\": \"@ports\"}}, {\"accept\": null}]}}
]}
";

/// The page of refusals, under way.
struct Refusals {
    page: Page,
    folder: TempDir,
}

impl Refusals {
    /// A file for the calls.
    fn file(&self, name: &str, bytes: &[u8]) -> String {
        fs::write(self.folder.path().join(name), bytes).unwrap();
        self.folder.path().join(name).to_str().unwrap().to_string()
    }

    /// A row of a call that is refused; what is wrong with its input, or the call itself.
    fn refuse(&mut self, option: &str, input: &str, call: &[&str]) {
        let call = [&["audit"], call].concat();
        let output = run(&call);
        assert_eq!(output.status.code(), Some(2), "{call:?}");
        let kept = kept("");
        let input = if input.is_empty() { call[1..].join(" ") } else { input.to_string() };
        let command = format!("audit {option}");
        self.page.told(command.trim(), &input, &output, &[self.folder.path(), Path::new(kept.trim_end_matches('/'))]);
    }

    /// A row of a file that is sound but for one text of it.
    fn changed(&mut self, option: &str, name: &str, sound: &str, from: &str, to: &str) {
        assert!(sound.contains(from), "{from}");
        let file = self.file(name, sound.replacen(from, to, 1).as_bytes());
        let input = match (from, to) {
            (from, "") => format!("without {from}"),
            (from, to) if to.contains(from) => to.to_string(),
            (from, to) => format!("{to} for {from}"),
        };
        self.refuse(option, &input, &["--product", "fortimail", option, &file]);
    }
}

#[test]
fn every_refusal() {
    let page = Page::new(
        "audit",
        "Errors of an audit",
        "port-cli/tests/audit/refusals.rs",
        "What stands in a call, and in what nmap, ss and nft have written. An audit of half a file would call open what is not, so \
         that a file that was cut off, or that tells something else than it should, is refused as a whole.",
    );
    let mut refusals = Refusals { page, folder: tempfile::tempdir().unwrap() };
    let (nmap, ss, nft) = (kept("two-hosts.xml"), kept("ss.txt"), kept("rules.json"));
    let text = |name: &str| fs::read_to_string(name).unwrap();
    let product = ["--product", "fortimail"];

    refusals.page.section("Calls", "");
    let calls: [&[&str]; 8] = [
        &["--product", "fortimail"],
        &["--product", "fortimail", "--nmap", "two-hosts.xml", "--ss", "ss.txt"],
        &["--product", "fortimail", "--ss", "ss.txt", "--host", "192.0.2.2"],
        &["--product", "fortimail", "--nmap", "two-hosts.xml", "--family", "ipv4"],
        &["--product", "fortimail", "--ss", "ss.txt", "--fail-on", "mising"],
        &["--product", "fortimail", "--ss", "ss.txt", "--format", "csv"],
        &["--ss", "ss.txt"],
        &["--product", "fortimial", "--ss", "ss.txt"],
    ];
    for call in calls {
        refusals.refuse("", "", call);
    }

    refusals.page.section("Files that are no text of the tool", "");
    let utf16 = refusals.file("utf16.txt", b"\xff\xfet\0c\0p\0");
    let latin = refusals.file("latin.xml", b"<nmaprun scanner=\"nmap\">\n<host comment=\"caf\xe9\"/>");
    let empty = refusals.file("empty", b"");
    let plain_rules = refusals.file("rules.nft", b"table inet filter {\n}\n");
    let page = refusals.file("page.html", b"<html></html>");
    let for_people = refusals.file("scan.nmap", b"# Nmap 7.93 scan initiated\nNmap scan report for 192.0.2.2\n");
    let iptables = refusals.file("rules.v4", b"# Generated by iptables-save\n*filter\n");
    let netstat = refusals.file("netstat.txt", b"Active Internet connections (only servers)\n");
    for (option, input, file) in [
        ("--nmap", "a file that is not there", "nowhere.xml"),
        ("--nmap", "a file without a word", &empty),
        ("--nmap", "caf\\xe9", &latin),
        ("--ss", "a file in UTF-16", &utf16),
        ("--nmap", "what ss prints", &ss),
        ("--nmap", "what nft prints", &nft),
        ("--nmap", "<html></html>", &page),
        ("--nmap", "# Nmap 7.93 scan initiated", &for_people),
        ("--ss", "what nmap writes", &nmap),
        ("--ss", "what nft prints", &nft),
        ("--ss", "Active Internet connections (only servers)", &netstat),
        ("--nft", "table inet filter {", &plain_rules),
        ("--nft", "*filter", &iptables),
        ("--nft", "what nmap writes", &nmap),
        ("--nft", "what ss prints", &ss),
    ] {
        refusals.refuse(option, input, &[&product[..], &[option, file]].concat());
    }

    // A hole: it takes no room on the disk.
    let long = refusals.file("long.xml", b"");
    fs::File::options().write(true).open(&long).unwrap().set_len(1 << 30).unwrap();
    refusals.refuse("--nmap", "a gigabyte", &[&product[..], &["--nmap", &long]].concat());

    refusals.page.section("Scans of nmap", "Changed are texts of a small scan.");
    refusals.refuse("--nmap", "two hosts are up", &[&product[..], &["--nmap", &nmap]].concat());
    let host = ["--host", "192.0.2.9"];
    refusals.refuse("--nmap", "--host 192.0.2.9", &[&product[..], &["--nmap", &nmap], &host].concat());
    let twins = refusals.file("twins.xml", text(&nmap).replace("192.0.2.3", "192.0.2.2").as_bytes());
    let host = ["--host", "192.0.2.2"];
    let call = [&product[..], &["--nmap", &twins], &host].concat();
    refusals.refuse("--nmap", "--host 192.0.2.2, which two hosts have", &call);
    let cut = refusals.file("cut.xml", &text(&nmap).as_bytes()[..1500]);
    refusals.refuse("--nmap", "the first 1500 bytes of a scan", &[&product[..], &["--nmap", &cut]].concat());
    for (from, to) in [
        ("<ports><extraports state=\"closed\"/></ports>", ""),
        ("<host>", "<host timedout=\"true\">"),
        ("state=\"up\"", "state=\"down\""),
        ("<finished exit=\"success\"/>", ""),
        ("exit=\"success\"", "exit=\"error\" errormsg=\"no route\""),
        ("exit=\"success\"", "exit=\"error\""),
        ("scanner=\"nmap\"", "scanner=\"other\""),
        ("state=\"closed\"", "state=\"ajar\""),
        ("services=\"1-10\"", "services=\"10-1\""),
        ("services=\"1-10\"", "services=\"1-+9\""),
        ("services=\"1-10\"", "services=\"1-65536\""),
        ("services=\"1-10\"", "services=\"1,,2\""),
        ("protocol=\"tcp\"", "protocol=\"tpc\""),
        ("<extraports", "<port portid=\"5\" protocol=\"tcp\"/><extraports"),
        ("<extraports", "<port protocol=\"tcp\"><state state=\"open\"/></port><extraports"),
        ("</host>", "</hots>"),
    ] {
        refusals.changed("--nmap", "scan.xml", SCAN, from, to);
    }

    let attributes: String = (0..=10_000).map(|number| format!(" a{number}=\"\"")).collect();
    let file = refusals.file("scan.xml", SCAN.replacen("<host>", &format!("<host{attributes}>"), 1).as_bytes());
    refusals.refuse("--nmap", "a host with 10001 attributes", &[&product[..], &["--nmap", &file]].concat());

    refusals.page.section(
        "Listeners of ss",
        "Shown is the line. That a file was cut off between two lines cannot be seen: ss does not say how many there are.",
    );
    let lines = [
        "tcp ESTAB 0 0 192.0.2.1:22 192.0.2.2:50000",
        "LISTEN 0 128 0.0.0.0:22 0.0.0.0:*",
        "raw UNCONN 0 0 0.0.0.0:1 0.0.0.0:*",
        "tcp LISTEN 0 128 22 0.0.0.0:*",
        "tcp LISTEN 0 128 0.0.0.0:ssh 0.0.0.0:*",
        "tcp LISTEN 0 128 mail:25 0.0.0.0:*",
        "tcp LISTEN 0 128 0.0.0.0:25 0.0.0.0",
        "tcp LISTEN 0 128 0.0.0.0:2",
        "tcp LISTEN 0",
    ];
    for line in lines {
        let file = refusals.file("ss.txt", format!("tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:*\n{line}").as_bytes());
        refusals.refuse("--ss", line, &[&product[..], &["--ss", &file]].concat());
    }

    refusals.page.section(
        "Rulesets of nft",
        "Changed are texts of a small ruleset. An object of the list is named by its number, from 0, as JSON tools do.",
    );
    let cut = refusals.file("cut.json", &text(&nft).as_bytes()[..1500]);
    refusals.refuse("--nft", "the first 1500 bytes of a ruleset", &[&product[..], &["--nft", &cut]].concat());
    let (chain, jump) = (
        "{\"chain\": {\"family\": \"inet\", \"table\": \"f\", \"name\": \"mail\", \"handle\": 3}},\n",
        "{\"jump\": {\"target\": \"mail\"}}",
    );
    let table = "{\"table\": {\"family\": \"inet\", \"name\": \"f\", \"handle\": 1}},\n";
    for (from, to) in [
        ("\"nftables\"", "\"tables\""),
        ("\"json_schema_version\": 1", "\"json_schema_version\": 2"),
        ("\"json_schema_version\": 1", "\"release\": 1"),
        (table, "{\"table\": 1, \"chain\": 2},\n"),
        (table, ""),
        ("\"name\": \"f\"", "\"name\": 5"),
        ("\"policy\": \"drop\"", "\"policy\": \"maybe\""),
        ("\"name\": \"mail\"", "\"name\": \"in\""),
        ("\"chain\": \"mail\"", "\"chain\": \"mial\""),
        ("\"handle\": 4", "\"handle\": \"4\""),
        ("\"elem\": [25]", "\"elem\": 25"),
        (table, "{\"add\": {}},\n"),
        (jump, "{\"jump\": {\"target\": \"web\"}}"),
        (jump, "{\"jump\": {\"target\": \"in\"}}"),
        ("\"right\": \"@ports\"", "\"right\": \"@prots\""),
    ] {
        refusals.changed("--nft", "rules.json", RULES, from, to);
    }
    // Each of ten chains calls the next one eight times, which is 8 to the power of 10 ways through them.
    let calls: String = (0..10)
        .map(|number| {
            let own = |name: &str, more: &str| {
                format!("{{\"{name}\": {{\"family\": \"inet\", \"table\": \"f\", {more}}}}},\n")
            };
            let jump = format!("{{\"jump\": {{\"target\": \"c{}\"}}}}", number + 1);
            let rule = own("rule", &format!("\"chain\": \"c{number}\", \"handle\": 9, \"expr\": [{jump}]"));
            own("chain", &format!("\"name\": \"c{number}\"")) + &rule.repeat(if number < 9 { 8 } else { 0 })
        })
        .collect();
    let ruleset = RULES.replacen(jump, "{\"jump\": {\"target\": \"c0\"}}", 1).replacen(chain, &(calls + chain), 1);
    let file = refusals.file("rules.json", ruleset.as_bytes());
    let input = "ten chains, each of which calls the next one eight times";
    refusals.refuse("--nft", input, &[&product[..], &["--nft", &file]].concat());
    refusals.page.assert();
}

#[test]
fn what_is_found_is_told_by_the_exit_code() {
    // The answer is printed all the same.
    let output = run(&["audit", "--product", "fortimail", "--ss", &kept("ss.txt"), "--fail-on", "missing"]);
    assert_eq!((output.status.code(), output.stdout.is_empty()), (Some(1), false));
    assert!(String::from_utf8_lossy(&output.stderr).contains("fails: "));
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
