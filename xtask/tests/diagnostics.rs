//! What `cargo xtask` prints if its arguments are wrong, with exit codes. Diagnostics of files are tested in `port-import`.

use std::fs;
use std::process::Command;

use port_catalog_tests::diagnostics::{Cases, assert_every_code_has_a_case};
use port_catalog_tests::relay::relay;
use xtask::codes;

const FILE: &str = "xtask/tests/diagnostics.txt";

#[test]
fn wrong_arguments_are_rejected() {
    let mut cases = Cases::new(FILE);
    let (directory, data) = relay();
    fs::rename(data, directory.path().join("port-data")).unwrap();
    let run = |call: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.args(call).current_dir(directory.path()).env("CARGO_MANIFEST_DIR", directory.path().join("xtask"));
        command.output().unwrap()
    };
    fs::write(directory.path().join("port-data/pages.csv"), "product,edition\n").unwrap();
    let calls: [(&str, &[&str]); 21] = [
        ("a page without a product", &["regenerate", "--doc", "relay"]),
        ("an unknown format", &["regenerate", "--report", "html"]),
        ("a URL without a day", &["regenerate", "--url", "https://acme.example"]),
        ("a day in another order", &["new-product", "gateway", "--doc", "relay.md", "--retrieved", "31.1.2026"]),
        ("an unknown format of pages", &["check-pages", "--report", "html"]),
        ("a table of pages that somebody edited", &["check-pages"]),
        ("an unknown option", &["regenerate", "--chek"]),
        ("an unknown command", &["regenrate"]),
        ("a catalog without flows", &["scale", "0"]),
        ("no size", &["scale"]),
        ("a workspace without port-catalog", &["scale", "1"]),
        ("a client that isn't built", &["site", "--client", "nowhere", "--out", "site"]),
        ("no directory for a site", &["site"]),
        ("a wheel without port-python", &["package", "--only", "wheel"]),
        ("a missing directory of tables", &["expand", "nowhere"]),
        ("no page", &["new-product", "relay"]),
        ("an invalid product", &["new-product", "Gateway", "--doc", "relay.md"]),
        ("an invalid vendor", &["new-product", "gateway", "--doc", "relay.md", "--vendor", "ACME"]),
        ("an unknown layout", &["new-product", "gateway", "--doc", "relay.md", "--layout", "word"]),
        ("an existing product", &["new-product", "relay", "--doc", "relay.md"]),
        ("a release without --dry-run", &["release"]),
    ];
    for (name, call) in calls {
        let output = run(call);
        assert_eq!(output.status.code(), Some(2), "{name}");
        cases.output(name, &call.join(" "), &output, &[directory.path()]);
    }
    let call = ["regenerate", "--check", "--doc", "relay=relay.md"];
    let output = run(&call);
    assert_eq!(output.status.code(), Some(1));
    cases.stderr("files would change", &call.join(" "), &output, &[directory.path()]);
    let call = ["regenerate", "--check", "--doc", "relay=relay.md", "--propose", "nowhere/edits.patch"];
    let output = run(&call);
    assert_eq!(output.status.code(), Some(2));
    cases.stderr("a patch that can't be written", &call.join(" "), &output, &[directory.path()]);
    cases.assert();
}

#[test]
fn every_code_has_a_case() {
    assert_every_code_has_a_case(codes::ALL, &[FILE, "xtask/tests/release.txt"]);
}
