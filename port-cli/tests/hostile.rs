//! Untrusted text can neither leave its cell in any output format nor control a terminal, whichever file or argument has it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use port_catalog_tests::{fixture, hostile};
use port_cli::format::{Columns, csv, json, markdown, table};
use port_data::hidden::{Escaped, is_hidden};
use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag};

/// A row for each text, between two harmless cells.
fn columns(texts: &[String]) -> Columns {
    let row = |text: &String| vec!["first".to_string(), text.clone(), "last".to_string()];
    Columns { names: vec!["id", "purpose", "ports"], rows: texts.iter().map(row).collect() }
}

/// The cells of the tables in a Markdown document. A cell may contain only text and links to URLs.
fn markdown_cells(text: &str) -> Vec<String> {
    let mut cells: Vec<String> = Vec::new();
    for event in Parser::new_ext(text, Options::all() - Options::ENABLE_SMART_PUNCTUATION) {
        match event {
            Event::Start(Tag::TableCell) => cells.push(String::new()),
            Event::Text(text) => cells.last_mut().expect("a cell").push_str(&text),
            Event::Start(Tag::Table(_) | Tag::TableHead | Tag::TableRow) | Event::End(_) => {}
            Event::Start(Tag::Link { dest_url, .. }) => {
                assert!(dest_url.starts_with("http://") || dest_url.starts_with("https://"), "{dest_url}");
            }
            other => panic!("{other:?} in {text}"),
        }
    }
    cells
}

/// Checks that every format keeps texts in their cells.
fn assert_texts_stay_in_their_cells(texts: &[String]) {
    let columns = columns(texts);
    let flat: Vec<String> = columns.rows.concat();

    let mut reader = ::csv::ReaderBuilder::new().from_reader(csv::print(&columns).into_bytes().leak() as &[u8]);
    let read: Vec<String> =
        reader.records().flat_map(|row| row.unwrap().iter().map(str::to_string).collect::<Vec<_>>()).collect();
    // No cell is a formula for a spreadsheet, and without the apostrophe it is the text.
    assert!(read.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n'])), "{read:?}");
    let unmarked: Vec<&str> = read.iter().map(|cell| cell.strip_prefix('\'').unwrap_or(cell)).collect();
    assert_eq!(unmarked, flat);

    for printed in [json::object(&texts), json::lines(&[texts])] {
        let read: Vec<String> = serde_json::from_str(&printed).unwrap();
        assert_eq!(read, texts);
        assert_nothing_is_hidden(printed.as_bytes(), "JSON");
    }

    let escaped: Vec<String> = flat.iter().map(|text| Escaped(text).to_string()).collect();
    let printed = markdown::print(&columns);
    assert_eq!(printed.lines().count(), texts.len() + 2, "{printed}");
    let cells = markdown_cells(&printed);
    let trimmed: Vec<&str> = escaped.iter().map(|text| text.trim_matches([' ', '\t'])).collect();
    assert_eq!(cells[columns.names.len()..], trimmed, "{printed}");

    let printed = table::print(&columns, None).replace("\u{1b}[1m", "").replace("\u{1b}[0m", "");
    assert_eq!(printed.lines().count(), texts.len() + 1, "{printed}");
    for (line, text) in printed.lines().skip(1).zip(escaped.iter().skip(1).step_by(3)) {
        assert!(line.starts_with("first") && line.contains(text.as_str()) && line.ends_with("last"), "{line} {text:?}");
    }
    assert_nothing_is_hidden(printed.as_bytes(), "a table");
    for width in [1, 40, 200] {
        let printed = table::print(&columns, Some(width)).replace("\u{1b}[1m", "").replace("\u{1b}[0m", "");
        assert_nothing_is_hidden(printed.as_bytes(), "a table for a terminal");
    }
}

#[test]
fn a_hostile_text_stays_in_its_cell() {
    let texts: Vec<String> = hostile::texts().map(str::to_string).collect();
    assert_texts_stay_in_their_cells(&texts);
    for text in texts {
        assert_texts_stay_in_their_cells(&[text]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_stays_in_its_cell(texts in proptest::collection::vec("\\PC{0,12}|[ -~]{0,24}|.{0,8}|[|\\\\`*_<>&#\\[\\]()~$\n\r\t=+@'\"-]{0,12}", 1..4)) {
        assert_texts_stay_in_their_cells(&texts);
    }
}

/// Checks that a person sees everything that was printed.
fn assert_nothing_is_hidden(printed: &[u8], name: &str) {
    let text = std::str::from_utf8(printed).unwrap_or_else(|error| panic!("{name}: {error}"));
    let hidden: Vec<char> = text.chars().filter(|character| is_hidden(*character) && *character != '\n').collect();
    assert!(hidden.is_empty(), "{name}: {hidden:?} in {text:?}");
}

/// Characters that control a terminal, reverse a line, or are invisible.
const CONTROLS: &str = "\u{1b}[2J\u{1b}]0;x\u{7}\u{9b}31m\u{202e}\u{2066}\u{200b}\r\u{8}\u{7f}";

fn run(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_port-catalog"));
    command.args(fixture::arguments()).args(arguments).current_dir(directory).output().unwrap()
}

/// Writes files that contain [`CONTROLS`], one for each place at which a text can be.
fn write_files(directory: &Path) {
    let write = |name: &str, text: &str| fs::write(directory.join(name), text).unwrap();
    write_scans(write);
    write_listeners(write);
    write_rulesets(write);
    write_exports(write);
    write_sites(write);
}

fn write_scans(write: impl Fn(&str, &str)) {
    // XML can't contain some of them, and a line can't contain line ends.
    let in_xml: String = CONTROLS.chars().filter(|found| !matches!(found, '\0'..'\u{9}' | '\u{b}'..'\u{20}')).collect();
    let entities: String = in_xml.chars().map(|found| format!("&#x{:x};", u32::from(found))).collect();
    let in_xml = format!("{in_xml}{entities}&#10;tcp/1 open&#9;");
    let scan = |host: &str, state: &str, service: &str, end: &str| {
        format!(
            "<nmaprun scanner=\"nmap\" args=\"-sS\"><scaninfo type=\"syn\" protocol=\"tcp\" services=\"1-100\"/>\
             <host><status state=\"up\"/><address addr=\"192.0.2.1{host}\"/><hostnames><hostname name=\"a{host}\"/></hostnames>\
             <ports><extraports state=\"{state}\"/><port protocol=\"tcp\" portid=\"26\"><state state=\"open\" reason=\"r{service}\"/>\
             <service name=\"s{service}\" product=\"{service}\" method=\"probed\"/></port></ports></host>\
             <runstats><finished {end}/></runstats></nmaprun>"
        )
    };
    write("service.xml", &scan("", "closed", &in_xml, "exit=\"success\""));
    write("host.xml", &scan(&in_xml, "closed", "", "exit=\"success\""));
    write("state.xml", &scan("", &in_xml, "", "exit=\"success\""));
    write("end.xml", &scan("", "closed", "", &format!("exit=\"error\" errormsg=\"{in_xml}\"")));
    write("broken.xml", &scan("", "closed", &format!("\u{1b}{CONTROLS}"), ""));
}

fn write_listeners(write: impl Fn(&str, &str)) {
    let in_ss = CONTROLS.replace('\r', "");
    write("ss.txt", &format!("tcp LISTEN 0 128 0.0.0.0:26 0.0.0.0:* users:((\"x{in_ss}\",pid=1,fd=1))\n"));
    write("ss-interface.txt", &format!("tcp LISTEN 0 128 0.0.0.0%{in_ss}:26 0.0.0.0:*\n"));
    for (place, cell) in ["tcp", "LISTEN", "0.0.0.0", "22", "*:*"].into_iter().enumerate() {
        let line = "tcp LISTEN 0 128 0.0.0.0:22 *:*".replacen(cell, &format!("{cell}{in_ss}"), 1);
        write(&format!("ss-{place}.txt"), &format!("{line}\n"));
    }
}

/// [`CONTROLS`] within a JSON string.
fn in_json() -> String {
    serde_json::Value::from(CONTROLS).to_string().trim_matches('"').to_string()
}

fn write_rulesets(write: impl Fn(&str, &str)) {
    let text = in_json();
    let ruleset = |table: &str, chain: &str, more: &str| {
        format!(
            "{{\"nftables\": [{{\"metainfo\": {{\"json_schema_version\": 1}}}}, {{\"table\": {{\"family\": \"inet\", \"name\": \"{table}\", \"handle\": 1}}}}, \
             {{\"chain\": {{\"family\": \"inet\", \"table\": \"{table}\", \"name\": \"{chain}\", \"handle\": 1, \"type\": \"filter\", \"hook\": \"input\", \"prio\": 0, \"policy\": \"drop\"}}}}, \
             {{\"rule\": {{\"family\": \"inet\", \"table\": \"{table}\", \"chain\": \"{chain}\", \"handle\": 3, \"comment\": \"c{text}\", \"expr\": [{more}{{\"match\": {{\"op\": \"==\", \"left\": {{\"payload\": {{\"protocol\": \"tcp\", \"field\": \"dport\"}}}}, \"right\": 26}}}}, {{\"accept\": null}}]}}}}]}}"
        )
    };
    write("nft.json", &ruleset("filter", "input", ""));
    write("nft-table.json", &ruleset(&format!("f{text}"), &format!("i{text}"), ""));
    write("nft-match.json", &ruleset("filter", "input", &format!("{{\"x{text}\": \"y{text}\"}},")));
    write(
        "nft-iif.json",
        &ruleset(
            "filter",
            "input",
            &format!(
                "{{\"match\": {{\"op\": \"==\", \"left\": {{\"meta\": {{\"key\": \"iifname\"}}}}, \"right\": \"{text}\"}}}},"
            ),
        ),
    );
    write(
        "nft-set.json",
        &ruleset(
            "filter",
            "input",
            &format!(
                "{{\"match\": {{\"op\": \"==\", \"left\": {{\"payload\": {{\"protocol\": \"tcp\", \"field\": \"dport\"}}}}, \"right\": \"@{text}\"}}}},"
            ),
        ),
    );
    write("nft-jump.json", &ruleset("filter", "input", &format!("{{\"jump\": {{\"target\": \"{text}\"}}}},")));
    write("nft-broken.json", &format!("{{\"nftables\": [{{\"{CONTROLS}"));
}

fn write_exports(write: impl Fn(&str, &str)) {
    let text = &in_json();
    let flow = |id: &str, peer: &str, fact: &str| {
        format!(
            "[{{\"id\": \"a{id}\", \"product\": \"p\", \"direction\": \"inbound\", \"peer\": \"x{peer}\", \"purpose\": \"{fact}\", \
             \"hosts\": [\"{fact}\"], \"x{fact}\": {{\"{fact}\": \"{fact}\"}}, \"ports\": [{{\"transport\": \"tcp\", \"first\": 1, \"last\": 1, \
             \"service\": null, \"group\": 0, \"z{fact}\": \"{fact}\"}}]}}]"
        )
    };
    write("empty.json", "[]");
    write("plain.json", &flow("", "", ""));
    write("facts.json", &flow("", "", text));
    write("id.json", &flow(text, "", ""));
    write("peer.json", &flow("", text, ""));
    write("raw.json", &flow("", "", CONTROLS));
}

fn write_sites(write: impl Fn(&str, &str)) {
    write("site-raw.toml", &format!("[peers]\nclient = \"{CONTROLS}\"\n"));
    write("site-comment.toml", &format!("[peers] # {CONTROLS}\n"));
    let escaped = "\\u001b[2J\\u009b\\u202e\\n";
    write("site-value.toml", &format!("[peers]\nclient = \"{escaped}\"\n"));
    write("site-key.toml", &format!("[peers]\n\"{escaped}\" = \"10.0.0.1\"\n"));
    write("site-table.toml", &format!("[\"{escaped}\"]\n\"{escaped}\" = \"10.0.0.1\"\n"));
}

/// A call, with the exit codes that it may have.
type Call<'a> = (Vec<&'a str>, &'a [i32]);

/// Audits of files; the file `name` is in none of these formats.
fn audits(name: &str) -> Vec<Call<'_>> {
    let audit = ["audit", "--product", "mailgate"];
    let mut calls: Vec<Call> = Vec::new();
    for format in ["table", "json"] {
        for (option, file, code) in [
            ("--nmap", "service.xml", 0),
            ("--nmap", "host.xml", 0),
            ("--nmap", "state.xml", 2),
            ("--nmap", "end.xml", 2),
            ("--nmap", "broken.xml", 2),
            ("--ss", "ss.txt", 0),
            ("--ss", "ss-interface.txt", 0),
            ("--ss", "ss-0.txt", 2),
            ("--ss", "ss-1.txt", 2),
            ("--ss", "ss-2.txt", 2),
            ("--ss", "ss-3.txt", 2),
            ("--ss", "ss-4.txt", 2),
            ("--nft", "nft.json", 0),
            ("--nft", "nft-table.json", 0),
            ("--nft", "nft-match.json", 0),
            ("--nft", "nft-iif.json", 0),
            ("--nft", "nft-broken.json", 2),
            ("--nmap", name, 2),
            ("--ss", name, 2),
            ("--nft", name, 2),
        ] {
            let codes: &[i32] = if code == 0 { &[0] } else { &[2] };
            calls.push(([&audit[..], &[option, file, "--format", format]].concat(), codes));
        }
        for file in ["nft-set.json", "nft-jump.json"] {
            calls.push(([&audit[..], &["--nft", file, "--format", format]].concat(), &[0, 2]));
        }
        calls.push(([&audit[..], &["--nmap", "host.xml", "--host", CONTROLS, "--format", format]].concat(), &[2]));
    }
    calls
}

/// Comparisons of exports, and rules with site files.
fn comparisons_and_rules(name: &str) -> Vec<Call<'_>> {
    let rules = ["rules", "--format", "nftables", "--product", "mailgate"];
    let mut calls: Vec<Call> = Vec::new();
    for format in ["text", "json", "markdown"] {
        calls.push((vec!["diff", "plain.json", "facts.json", "--format", format], &[0]));
        calls.push((vec!["diff", "empty.json", "facts.json", "--format", format], &[0]));
        for file in ["id.json", "peer.json", "raw.json", name] {
            calls.push((vec!["diff", "plain.json", file, "--format", format], &[2]));
        }
    }
    for site in [
        "site-raw.toml",
        "site-comment.toml",
        "site-value.toml",
        "site-key.toml",
        "site-table.toml",
        name,
        "no\u{1b}[2J",
    ] {
        calls.push(([&rules[..], &["--site", site]].concat(), &[2]));
    }
    calls.push(([&rules[..], &["--name", CONTROLS]].concat(), &[2]));
    calls.push(([&rules[..], &["--out", name]].concat(), &[2]));
    calls
}

#[test]
fn nothing_that_is_read_controls_the_terminal() {
    let directory = tempfile::tempdir().unwrap();
    write_files(directory.path());
    // A file name that looks like another one, with a forged message on a second line.
    let name = format!("name{CONTROLS}\nerror: all is well");
    fs::write(directory.path().join(&name), "not one of these formats").unwrap();
    fs::create_dir(directory.path().join(format!("{name}.d"))).unwrap();
    let out = format!("{name}.d/out");
    let mut calls: Vec<Call> = [audits(&name), comparisons_and_rules(&name)].concat();
    calls.push((vec!["rules", "--format", "nftables", "--product", "mailgate", "--out", &out], &[0]));
    calls.push((vec!["manual", "--out", &out], &[0]));
    calls.push((vec!["manual", "--out", &name], &[2]));
    let option = format!("--{CONTROLS}");
    let value = format!("--product={CONTROLS}");
    let edition = format!("mailgate@{CONTROLS}");
    let flow = format!("mailgate-in-admin@{CONTROLS}");
    for call in [
        &[CONTROLS][..],
        &[&option],
        &["show", CONTROLS],
        &["port", CONTROLS],
        &["list", CONTROLS],
        &["list", &value],
        &["list", "--format", CONTROLS],
        &["list", "--edition", CONTROLS],
        &["list", "--component", CONTROLS],
        &["list", "--product", &edition],
        &["show", &flow],
        &["editions", CONTROLS],
        &["editions", &edition],
        &["upgrade", CONTROLS, "1", "2"],
        &["upgrade", &edition, "1", "2"],
        &["upgrade", "mailgate", CONTROLS, "2.4"],
        &["upgrade", "mailgate", "2.4", CONTROLS],
        &["upgrade", "mailgate", "2.4", "2.4", "--fail-on", CONTROLS],
        &["list", "--port", CONTROLS],
        &["list", "--peer", CONTROLS, "--service", CONTROLS],
        &["completions", CONTROLS],
        &["conflicts", CONTROLS, "mailgate"],
        &["audit", &option],
        &["diff", &name, &name, &name],
        &["rules", "--format", "nftables", "--product", "mailgate", "--only", CONTROLS],
    ] {
        calls.push((call.to_vec(), &[2]));
    }
    calls.push((vec!["list", "--host", CONTROLS], &[0]));
    for (call, codes) in calls {
        assert_harmless(directory.path(), &call, codes);
    }
}

/// Runs a call, and checks that its output hides and forges nothing.
fn assert_harmless(directory: &Path, call: &[&str], codes: &[i32]) {
    let output = run(directory, call);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(codes.contains(&output.status.code().unwrap()), "{call:?}: {stderr}");
    assert_nothing_is_hidden(&output.stdout, &format!("{call:?}"));
    assert_nothing_is_hidden(&output.stderr, &format!("{call:?}"));
    let printed = String::from_utf8_lossy(&output.stdout);
    let forged = |line: &str| line.starts_with("error: all is well") || line.starts_with("tcp/1 open");
    assert!(!stderr.lines().chain(printed.lines()).any(forged), "{call:?}: {stderr}{printed}");
    if codes == [2] {
        assert!(output.stdout.is_empty() && !stderr.is_empty(), "{call:?}");
        // The message escapes what was found, or says what the file looks like.
        let has_escape = |text: &str| {
            ["\\u{", "U+", "looks like", "control character", "XML"].iter().any(|part| text.contains(part))
        };
        assert!(has_escape(&stderr), "{call:?}: the message doesn't show what was found: {stderr}");
    }
}

#[test]
fn a_letter_that_looks_like_another_is_escaped_in_messages() {
    let directory = tempfile::tempdir().unwrap();
    for call in [
        ["list", "--product", "m\u{430}ilgate"],
        ["list", "--peer", "ldap\u{2010}server"],
        ["list", "--service", "submissi\u{43e}n"],
        ["show", "--", "m\u{430}ilgate-in-admin"],
    ] {
        let output = run(directory.path(), &call);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{call:?}");
        assert!(stderr.is_ascii() && stderr.contains("\\u{") && stderr.contains("did you mean"), "{call:?}: {stderr}");
    }
}
