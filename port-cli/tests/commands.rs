//! The command as people and programs call it: what it prints, where, and with which exit code.

use std::io::Read;
use std::process::{Command, Output, Stdio};

use port_catalog_tests::errors::Page;
use serde_json::Value;

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_port-catalog"));
    command.args(arguments);
    command
}

fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

/// What a call prints that succeeds and says nothing beside it.
fn printed(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
    assert_eq!(output.status.code(), Some(0), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn json_is_one_array_of_every_flow_in_the_catalogs_order() {
    let Value::Array(flows) = serde_json::from_str(&printed(&["list", "--format", "json"])).unwrap() else {
        panic!("an array")
    };
    let count = |product: &str| flows.iter().filter(|flow| flow["product"] == product).count();
    let counts = ["fortimail", "forticlient", "forcepoint-email-security", "securitygateway"].map(count);
    assert_eq!(counts, [54, 12, 20, 39]);
    let pop3 = flows.iter().find(|flow| flow["id"] == "fortimail-in-email-client-pop3").unwrap();
    // The design's example, to the letter.
    let expected: Value = serde_json::from_str(
        r#"{
      "id": "fortimail-in-email-client-pop3", "vendor": "fortinet", "product": "fortimail",
      "direction": "inbound", "peer": "email-client", "purpose": "Collect mail with POP3 or POP3S",
      "ports": [ { "transport": "tcp", "first": 110, "last": 110, "service": "pop3",  "group": 0 },
                 { "transport": "tcp", "first": 995, "last": 995, "service": "pop3s", "group": 0 } ],
      "requirement": "conditional", "condition": "server mode only",
      "interfaces": [], "recommended_interface": null, "hosts": [],
      "configurable": false, "customization": null, "curated": [],
      "source": { "document": "FortiMail open ports", "edition": "FortiOS 6.2.0", "section": "Incoming ports", "row": 4,
                  "peer": "Email Client", "label": "POP3 or POP3S",
                  "ports": "TCP/110 or TCP/995 (server mode only)" } }"#,
    )
    .unwrap();
    assert_eq!(*pop3, expected);
}

#[test]
fn every_format_tells_the_same_flows() {
    let call = |format| ["list", "--vendor", "fortinet", "--direction", "outbound", "--format", format];
    let Value::Array(flows) = serde_json::from_str(&printed(&call("json"))).unwrap() else { panic!("an array") };
    let ids: Vec<&str> = flows.iter().map(|flow| flow["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 41);

    let lines = printed(&call("jsonl"));
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, flows);

    let text = printed(&call("csv"));
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(reader.headers().unwrap().iter().filter(|name| *name == "ports").count(), 1);
    let in_csv: Vec<String> = reader.records().map(|record| record.unwrap()[0].to_string()).collect();
    assert_eq!(in_csv, ids);

    let table = printed(&call("table"));
    let in_table = table.lines().skip(1).take(ids.len()).map(|line| line.split(' ').next().unwrap_or_default());
    assert_eq!(in_table.collect::<Vec<_>>(), ids);

    let markdown = printed(&call("markdown"));
    let in_markdown = markdown.lines().skip(2).map(|line| line.split(' ').nth(1).unwrap_or_default());
    assert_eq!(in_markdown.collect::<Vec<_>>(), ids);
}

#[test]
fn filters_combine() {
    let count = |arguments: &[&str]| {
        let call = [&["list", "--format", "jsonl"], arguments].concat();
        printed(&call).lines().count()
    };
    assert_eq!(count(&[]), 125);
    assert_eq!(count(&["--product", "fortimail", "--direction", "inbound"]), 25);
    assert_eq!(count(&["--peer", "fortianalyzer"]), 2);
    assert_eq!(count(&["--port", "17700/udp"]), 1);
    assert_eq!(count(&["--host", "ctmail.com"]), 1);
    assert_eq!(count(&["--vendor", "mdaemon", "--service", "https", "--port", "443/tcp", "--direction", "inbound"]), 1);
}

#[test]
fn answers_for_people() {
    let calls: [&[&str]; 5] = [
        &["port", "514"],
        &["port", "443/udp"],
        &["show", "forcepoint-email-security-in-ssl-proxy"],
        &["show", "fortimail-out-ocsp"],
        &["products"],
    ];
    let answers: Vec<String> =
        calls.iter().map(|call| format!("$ port-catalog {}\n{}", call.join(" "), printed(call))).collect();
    insta::assert_snapshot!("answers_for_people", answers.join("\n"));
}

#[test]
fn what_is_not_known_is_answered_with_the_nearest_and_exit_code_2() {
    let mut page = Page::new(
        "look-up",
        "Errors of looking something up",
        "port-cli/tests/commands.rs",
        "What stands in a call: the commands that read no file. A name that is not known is answered with the names that it is a part \
         of, or with the nearest.",
    );
    page.section("What is not known", "");
    let calls: [&[&str]; 17] = [
        &["show", "pop3"],
        &["show", "fortimail-in-email-client-pop4"],
        &["list", "--product", "fortimial"],
        &["list", "--vendor", "fortnet"],
        &["list", "--peer", "ldap"],
        &["list", "--service", "smpt"],
        &["list", "--direction", "in"],
        &["list", "--format", "xml"],
        &["list", "--port", "0"],
        &["port", "65536"],
        &["port", "443/tpc"],
        &["list", "--prodct", "fortimail"],
        &["shwo"],
        &["port"],
        &["diagram", "--format", "svg"],
        &["completions", "csh"],
        &["conflicts", "fortimail", "fortimial"],
    ];
    for call in calls {
        refuse(&mut page, call);
    }
    page.section("What does not go together", "");
    refuse(&mut page, &["conflicts", "fortimail"]);
    refuse(&mut page, &["conflicts", "fortimail", "securitygateway", "fortimail"]);
    page.section(
        "What is no error",
        "Where nothing is found, the answer is empty, which is said beside it; output to a reader that has seen enough ends quietly.",
    );
    for call in [
        &["port", "1"][..],
        &["list", "--product", "forticlient", "--direction", "inbound"],
        &["list", "--host", "nothing.example"],
        &["diagram", "--product", "forticlient", "--direction", "inbound"],
    ] {
        let output = run(call);
        assert_eq!(output.status.code(), Some(0), "{call:?}");
        page.told(call[0], &call[1..].join(" "), &output, &[]);
    }
    page.section("What cannot be written", "");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("taken"), "a file").unwrap();
    let output = command(&["manual", "--out", "taken"]).current_dir(folder.path()).output().unwrap();
    page.told("manual", "--out taken, which is a file", &output, &[folder.path()]);
    std::fs::create_dir_all(folder.path().join("man/port-catalog.1")).unwrap();
    let output = command(&["manual", "--out", "man"]).current_dir(folder.path()).output().unwrap();
    page.told("manual", "--out man, in which a folder has the name of a page", &output, &[folder.path()]);
    if cfg!(target_os = "linux") {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let output = command(&["list", "--format", "json"]).stdout(full).stderr(Stdio::piped()).output().unwrap();
        page.told("list", "--format json, to a disk that is full", &output, &[]);
        page.assert();
    }
}

/// A row of a call that is refused.
fn refuse(page: &mut Page, call: &[&str]) {
    let output = run(call);
    assert_eq!(output.status.code(), Some(2), "{call:?}");
    page.told(call[0], &call[1..].join(" "), &output, &[]);
}

#[test]
fn an_empty_answer_is_no_error_and_says_so_beside_the_output() {
    for (call, output) in [
        (&["port", "1"][..], ""),
        (&["list", "--product", "forticlient", "--direction", "inbound"], ""),
        (&["list", "--host", "nothing.example", "--format", "json"], "[]\n"),
        (&["list", "--host", "nothing.example", "--format", "jsonl"], ""),
    ] {
        let ran = run(call);
        assert_eq!(ran.status.code(), Some(0), "{call:?}");
        assert_eq!(String::from_utf8_lossy(&ran.stdout), output, "{call:?}");
        assert!(String::from_utf8_lossy(&ran.stderr).starts_with("no flow of the catalog"), "{call:?}");
    }
}

#[test]
fn a_closed_pipe_ends_it_quietly() {
    let mut child =
        command(&["list", "--format", "json"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut told = String::new();
    child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(told, "");
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_an_error() {
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = command(&["list", "--format", "json"]).stdout(full).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot write the output"));
}

#[test]
fn a_pipe_gets_plain_text_and_colour_is_a_choice() {
    for colour in [None, Some("NO_COLOR")] {
        let mut command = command(&["port", "443"]);
        if let Some(colour) = colour {
            command.env(colour, "1");
        }
        let output = command.output().unwrap();
        assert!(!output.stdout.contains(&0x1b));
    }
    let coloured = command(&["port", "443"]).env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(coloured.stdout.starts_with(b"port 443"));
    assert!(coloured.stdout.windows(4).any(|bytes| bytes == b"\x1b[1m"));
    let refused = command(&["port", "443"]).env("NO_COLOR", "1").output().unwrap();
    assert!(!refused.stdout.contains(&0x1b));
}

#[test]
fn every_shell_gets_its_completions() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = printed(&["completions", shell]);
        assert!(script.contains("port-catalog") && script.contains("products"), "{shell}");
    }
    // What bash offers, as it asks for it.
    let script = printed(&["completions", "bash"]);
    for (typed, offered) in [
        ("port-catalog pro", "products"),
        ("port-catalog list --pro", "--product"),
        ("port-catalog list --product fo", "fortimail"),
        ("port-catalog show forticlient-out-ss", "forticlient-out-sso"),
    ] {
        let words: Vec<&str> = typed.split(' ').collect();
        let (last, before) = (words.len() - 1, words[words.len() - 2]);
        let ask = format!(
            "{script}\nCOMP_WORDS=({typed})\nCOMP_CWORD={last}\n_port-catalog port-catalog {} {before}\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
            words[last]
        );
        let output = Command::new("bash").args(["-c", &ask]).output().expect("bash is there");
        let offers = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            offers.lines().any(|line| line == offered),
            "{typed}: {offers}{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    // Those that can offer values offer the catalog's.
    for shell in ["bash", "zsh", "fish"] {
        assert!(printed(&["completions", shell]).contains("forcepoint-email-security"), "{shell}");
    }
}
