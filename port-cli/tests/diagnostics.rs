//! What the command reports about wrong arguments and unusable files, in whole messages.
//!
//! Cases of `rules`, `audit`, `conflicts`, `diff` and `diagram` are in the tests of these commands.

// The cases contain messages of the operating system.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use port_catalog_tests::diagnostics::{Cases, assert_every_code_has_a_case};
use port_catalog_tests::{files, fixture};
use port_cli::input;

const CALLS: &str = "port-cli/tests/diagnostics.txt";

/// The files whose cases have the codes of [`port_cli::codes`]. A call that contradicts itself is a case of its command.
const FILES: [&str; 5] = [
    CALLS,
    "port-cli/tests/audit/diagnostics.txt",
    "port-cli/tests/audit/conflicts-diagnostics.txt",
    "port-cli/tests/audit/fleet-diagnostics.txt",
    "port-cli/tests/rules/components.txt",
];

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_port-catalog"));
    command.args(arguments).args(fixture::arguments());
    command
}

fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

#[test]
fn every_wrong_call_is_reported() {
    let mut cases = Cases::new(CALLS);
    wrong_arguments(&mut cases);
    own_tables(&mut cases);
    unreadable_files(&mut cases);
    unwritable_output(&mut cases);
    cases.assert();
}

fn wrong_arguments(cases: &mut Cases) {
    let calls: [(&str, &[&str]); 62] = [
        ("a part of a flow's id", &["show", "pop3"]),
        ("a part of two flows' ids", &["show", "rating"]),
        ("a part of many flows' ids", &["show", "mailgate"]),
        ("a misspelt flow", &["show", "mailgate-in-email-client-pop4"]),
        ("a misspelt product", &["list", "--product", "mialgate"]),
        ("a vendor instead of a product", &["list", "--product", "acme"]),
        ("a product instead of a vendor", &["list", "--vendor", "archive"]),
        ("a product that is not near any other", &["list", "--product", "exchange"]),
        ("a service that is not near any other", &["list", "--service", "quic-quack"]),
        ("a vendor that is not near any other", &["list", "--vendor", "initech"]),
        ("a peer that is not near any other", &["list", "--peer", "fax"]),
        ("a flow that is not near any other", &["show", "fax"]),
        ("a misspelt vendor", &["list", "--vendor", "glober"]),
        ("a part of a peer's id", &["list", "--peer", "ldap"]),
        ("a misspelt service", &["list", "--service", "smpt"]),
        ("several unknown ids", &["list", "--product", "mailgate", "--product", "x", "--peer", "y", "--service", "z"]),
        ("an empty id", &["list", "--product", ""]),
        ("an id with a character that looks like ASCII", &["list", "--product", "m\u{430}ilgate"]),
        ("a part of a direction", &["list", "--direction", "in"]),
        ("a direction that is not near any other", &["list", "--direction", "both"]),
        ("an unknown format", &["list", "--format", "xml"]),
        ("port 0", &["list", "--port", "0"]),
        ("a port that is too large", &["port", "65536"]),
        ("a range that ends before it begins", &["port", "30-25"]),
        ("a misspelt transport", &["port", "443/tpc"]),
        ("a transport without a port", &["port", "sctp"]),
        ("a transport by its number", &["port", "ip/17"]),
        ("a protocol with a port", &["port", "esp/50"]),
        ("a type of ICMP that is too large", &["list", "--port", "icmp/256"]),
        ("a service instead of a port", &["port", "https"]),
        ("a service with a transport", &["list", "--port", "HTTPS/tcp"]),
        ("a misspelt option", &["list", "--prodct", "mailgate"]),
        ("an option that is not near any other", &["list", "--zone", "dmz"]),
        ("a misspelt command", &["shwo"]),
        ("a command that is not near any other", &["inspect"]),
        ("no port", &["port"]),
        ("an option without its value", &["list", "--direction"]),
        ("only one product", &["conflicts", "mailgate"]),
        ("an option of another command", &["list", "--fail-on", "opens"]),
        ("an edition that the product doesn't have", &["list", "--product", "mailgate@9"]),
        ("editions that two products don't have", &["conflicts", "mailgate@9", "archive@8"]),
        ("an edition without its product", &["list", "--product", "@2.4"]),
        ("a product with an empty edition", &["peers", "--product", "mailgate@"]),
        ("an edition that a flow's product doesn't have", &["show", "mailgate-in-admin@9"]),
        ("an unknown product with an edition", &["editions", "mailgaet@2.4"]),
        ("an unknown choice of editions", &["list", "--edition", "2.4"]),
        ("an upgrade from an edition of the argument", &["upgrade", "mailgate@2.4", "2.4", "2.5"]),
        ("an upgrade to an unknown edition", &["upgrade", "mailgate", "2.4", "2.5"]),
        ("an option for rules without rules", &["upgrade", "mailgate", "2.4", "2.4", "--site", "site.toml"]),
        ("a component of a product without components", &["list", "--component", "worker"]),
        ("one argument too many", &["show", "mailgate-in-admin", "archive-in-admin"]),
        ("an unknown shell", &["completions", "csh"]),
        ("a misspelt product of a port", &["port", "443", "--product", "mailgaet"]),
        ("an edition of a port that the product doesn't have", &["port", "443", "--product", "mailgate@9"]),
        ("editions of a port", &["port", "443", "--edition", "all"]),
        ("a misspelt field", &["products", "--field", "mial"]),
        ("a field that is not near any other", &["products", "--field", "phones"]),
        ("a search for nothing", &["products", "--search", " "]),
        ("a check of no directory", &["check"]),
        ("a check of a directory that doesn't exist", &["check", "nowhere"]),
        ("a check in an unknown format", &["check", "ports", "--format", "table"]),
        ("an option that is repeated", &["list", "--vendor", "acme", "--vendor", "globex"]),
    ];
    for (name, call) in calls {
        let output = run(call);
        assert_eq!(output.status.code(), Some(2), "{name}");
        cases.output(name, &call.join(" "), &output, &[]);
    }
    let output = Command::new(env!("CARGO_BIN_EXE_port-catalog")).args(["list", "--only-tables"]).output().unwrap();
    cases.output("only tables, but which?", "list --only-tables", &output, &[]);
}

fn own_tables(cases: &mut Cases) {
    let call = |directory: &Path| {
        let command = env!("CARGO_BIN_EXE_port-catalog");
        Command::new(command).args(["list", "--tables"]).arg(directory).output().unwrap()
    };
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("missing");
    cases.output("no directory of tables", "list --tables missing", &call(&missing), &[directory.path()]);
    let other = Command::new(env!("CARGO_BIN_EXE_port-catalog"))
        .args(["diff", "old.json", "new.json", "--only-tables", "--tables"])
        .arg(&missing)
        .output()
        .unwrap();
    cases.output("no directory of tables for another command", "diff --tables missing", &other, &[directory.path()]);
    fs::create_dir(&missing).unwrap();
    cases.output("a directory without tables", "list --tables missing", &call(&missing), &[directory.path()]);
    fs::copy(fixture::tables().join("vendors.csv"), missing.join("vendors.csv")).unwrap();
    cases.output("a directory with only one table", "list --tables missing", &call(&missing), &[directory.path()]);

    // One vendor, product, peer, service and flow that the built-in catalog doesn't have, and changes of them.
    let tables = |name: &str, changes: &[(&str, &str, &str)]| {
        let copy = directory.path().join(name);
        let own = port_catalog_tests::root().join("examples/own-tables/ports");
        files::copy(&own, &files::below(&own), &copy);
        for (file, old, new) in changes {
            let file = copy.join(file);
            let text = fs::read_to_string(&file).unwrap();
            assert!(text.contains(old), "{name}: {}", file.display());
            fs::write(file, text.replacen(old, new, 1)).unwrap();
        }
        call(&copy)
    };
    // Whichever products the built-in catalog has, it is named here by its first.
    let product = port_catalog::Product::ALL[0];
    let generic = |output: Output| {
        let stderr = String::from_utf8_lossy(&output.stderr).replace(product.as_str(), "BUILT-IN");
        Output { stderr: stderr.into_bytes(), ..output }
    };
    for (name, changes) in [
        ("own tables with a misspelt peer", &[("flows/relay.csv", ",internet,", ",internt,")][..]),
        ("own tables that redefine a service", &[("services.csv", "tcp,25", "tcp,26")]),
        (
            "own tables that contradict the encryption of a service",
            &[(
                "services.csv",
                "description\nsmtp,SMTP,tcp,25,Mail transfer\nsmtps,SMTPS,tcp,465,Mail transfer inside TLS",
                "description,encrypted\nsmtp,SMTP,tcp,25,Mail transfer,\nsmtps,SMTPS,tcp,465,Mail transfer inside TLS,no",
            )],
        ),
        ("own tables that redefine a peer", &[("peers.csv", "internet,Internet,role", "internet,Internet,service")]),
    ] {
        let input: Vec<String> =
            changes.iter().map(|(file, old, new)| format!("{file}: {new} instead of {old}")).collect();
        let output = tables(&name.replace(' ', "-"), changes);
        assert_eq!(output.status.code(), Some(2), "{name}");
        cases.output(name, &input.join("\n"), &output, &[&directory.path().join(name.replace(' ', "-"))]);
    }
    let name = "a product that the catalog has too";
    let copy = directory.path().join("twice");
    let own = port_catalog_tests::root().join("examples/own-tables/ports");
    files::copy(&own, &files::below(&own), &copy);
    let products = fs::read_to_string(copy.join("products.csv")).unwrap();
    fs::write(copy.join("products.csv"), products.replacen("relay,", &format!("{product},"), 1)).unwrap();
    fs::rename(copy.join("flows/relay.csv"), copy.join(format!("flows/{product}.csv"))).unwrap();
    cases.output(name, "products.csv: BUILT-IN instead of relay", &generic(call(&copy)), &[&copy]);
}

fn unreadable_files(cases: &mut Cases) {
    let directory = tempfile::tempdir().unwrap();
    let read = |name: &str| input::read_text(&directory.path().join(name)).unwrap_err();
    fs::write(directory.path().join("latin-1"), b"one\ntwo \xe9").unwrap();
    fs::File::create(directory.path().join("large")).unwrap().set_len(1 << 30).unwrap();
    fs::create_dir(directory.path().join("directory")).unwrap();
    for (name, file) in [
        ("a file that doesn't exist", "missing"),
        ("a directory instead of a file", "directory"),
        ("a file that isn't UTF-8", "latin-1"),
        ("a file that is too large", "large"),
    ] {
        let problem = read(file);
        let place = problem.place.clone().relative_to(directory.path());
        cases.diagnostics(name, file, [&problem.at(place)]);
    }
}

fn unwritable_output(cases: &mut Cases) {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("taken"), "a file").unwrap();
    fs::create_dir_all(directory.path().join("man/port-catalog.1")).unwrap();
    for (name, out) in [
        ("a file instead of a directory", "taken"),
        ("a directory below a file", "taken/below"),
        ("a directory with the name of a page", "man"),
    ] {
        let output = command(&["manual", "--out", out]).current_dir(directory.path()).output().unwrap();
        cases.output(name, &format!("manual --out {out}"), &output, &[directory.path()]);
    }
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let output = command(&["list", "--format", "json"]).stdout(full).stderr(Stdio::piped()).output().unwrap();
    cases.output("a full disk", "list --format json > /dev/full", &output, &[]);
}

#[test]
fn every_code_has_a_case() {
    assert_every_code_has_a_case(port_cli::codes::ALL, &FILES);
    // No option of the command reads the text of a dataset.
    let files = [&FILES[..], &["port-engine/tests/dataset_export.txt"]].concat();
    assert_every_code_has_a_case(port_engine::dataset::codes::ALL, &files);
}
