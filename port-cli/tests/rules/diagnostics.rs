//! Everything that can be wrong with a call of `rules` and with a site file, with the whole message.

use std::fs;

use port_catalog_tests::diagnostics::{Cases, assert_every_code_has_a_case};
use port_engine::rules::codes;

use crate::openings::{fixture_tables, port_catalog};

const CALLS: &str = "port-cli/tests/rules/calls.txt";
const SITES: &str = "port-cli/tests/rules/sites.txt";
const COMPONENTS: &str = "port-cli/tests/rules/components.txt";

const MAILGATE: [&str; 5] = ["rules", "--format", "nftables", "--product", "mailgate"];

#[test]
fn every_bad_call_is_rejected_with_its_reason() {
    let mut cases = Cases::new(CALLS);
    let calls: [(&str, &[&str]); 26] = [
        ("an unknown format", &["rules", "--format", "dot", "--product", "mailgate"]),
        ("a misspelt format", &["rules", "--format", "nftable", "--product", "mailgate"]),
        ("no product", &["rules", "--format", "nftables"]),
        ("no format", &["rules", "--product", "mailgate"]),
        ("two products", &["rules", "--format", "nftables", "--product", "mailgate", "--product", "archive"]),
        (
            "two products in a format for one",
            &["rules", "--format", "mud", "--product", "mailgate", "--product", "archive", "--name", "both"],
        ),
        ("options that no flow matches", &["rules", "--format", "nftables", "--product", "mailgate", "--port", "6144"]),
        (
            "only flows that are left out",
            &["rules", "--format", "nftables", "--product", "filter-suite", "--required-only"],
        ),
        (
            "only flows that state no port",
            &["rules", "--format", "nftables", "--product", "mailgate", "--only", "mailgate-in-email-server-backup"],
        ),
        ("peers without an address", &["rules", "--format", "nftables", "--product", "mailgate", "--unnamed", "fail"]),
        ("a template of an unknown product", &["rules", "--site-template", "mailgat"]),
        ("a template and rules", &["rules", "--site-template", "mailgate", "--format", "nftables"]),
        ("a misspelt product", &["rules", "--format", "nftables", "--product", "mailgat"]),
        ("a vendor as product", &["rules", "--format", "nftables", "--product", "acme"]),
        (
            "a flow that is not selected",
            &["rules", "--format", "nftables", "--product", "mailgate", "--only", "endpoint-out-console"],
        ),
        ("a misspelt flow", &["rules", "--format", "nftables", "--product", "mailgate", "--only", "mailgate-in-admn"]),
        ("an invalid name", &["rules", "--format", "nftables", "--product", "mailgate", "--name", "Mail Gateway"]),
        (
            "a location that the format is not for",
            &["rules", "--format", "fortigate", "--product", "mailgate", "--at", "host"],
        ),
        ("an option that the format lacks", &["rules", "--format", "ufw", "--product", "mailgate", "--log"]),
        (
            "an option that the target lacks",
            &["rules", "--format", "aerleon", "--product", "mailgate", "--target", "sonic", "--log"],
        ),
        (
            "a location that the target is not for",
            &["rules", "--format", "aerleon", "--product", "mailgate", "--target", "cisco", "--at", "host"],
        ),
        ("a misspelt target", &["rules", "--format", "aerleon", "--product", "mailgate", "--target", "cisko"]),
        ("a target of another format", &["rules", "--format", "ufw", "--product", "mailgate", "--target", "nftables"]),
        ("a keyword as table", &["rules", "--format", "nftables", "--product", "mailgate", "--table", "set"]),
        ("an invalid chain", &["rules", "--format", "iptables", "--product", "mailgate", "--chain", "mail gateway"]),
        (
            "a missing site file",
            &["rules", "--format", "nftables", "--product", "mailgate", "--site", "no/such/site.toml"],
        ),
    ];
    for (name, call) in calls {
        let output = port_catalog(call);
        assert_eq!(output.status.code(), Some(2), "{name}");
        cases.output(name, &call.join(" "), &output, &[&fixture_tables()]);
    }
    let only = ["--only", "mailgate-in-admin", "--only", "mailgate-in-email-server-backup", "--strict"];
    let output = port_catalog(&[&MAILGATE[..], &only].concat());
    cases.stderr(
        "something is dropped under --strict",
        &format!("{} {}", MAILGATE.join(" "), only.join(" ")),
        &output,
        &[],
    );
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("out");
    fs::write(&out, "a file").unwrap();
    let output = port_catalog(&[&MAILGATE[..], &["--out", out.to_str().unwrap()]].concat());
    assert_eq!(output.status.code(), Some(2));
    let input = format!("{} --out out, which is a file", MAILGATE.join(" "));
    cases.output("a directory that is a file", &input, &output, &[directory.path()]);
    cases.assert();
}

#[test]
fn everything_wrong_with_a_site_file_is_reported_at_its_place() {
    let mut cases = Cases::new(SITES);
    let sites: [(&str, &[u8]); 18] = [
        (
            "several problems",
            b"[products]\nmailgat = \"192.0.2.1\"\n\n[peers]\nldap = \"10.0.0.1\"\nadmin = [\"10.0.0.1/8\", 5]\ndns-server = []\n\n[peer]\n",
        ),
        ("invalid TOML", b"[peers]\nadmin = \"10.0.0.1\ninternet = \n"),
        ("a peer twice", b"[peers]\nadmin = \"10.0.0.1\"\nadmin = \"10.0.0.2\"\n"),
        ("a number instead of a table", b"peers = 5\n"),
        (
            "invalid addresses",
            "[peers]\ninternet = [\"10.0.0.0/33\",\n  \"256.1.1.1\", \"2001:db8::/129\", \"a b\",\n  \"b\u{fc}cher.example\"]\n"
                .as_bytes(),
        ),
        (
            "letters that look like ASCII",
            "[peers]\ninternet = \"l\u{430}b.example\"\n\"ldap-s\u{435}rver\" = \"10.0.0.1\"\n".as_bytes(),
        ),
        (
            "escaped hidden characters",
            b"[peers]\ninternet = [\"a\\u202e.example\", \"a\\n.example\", \"\\u001b[2J\"]\n\"\\u202Einternet\" = \"10.0.0.1\"\n",
        ),
        ("a hidden character in a comment", "[peers]\ninternet = \"10.0.0.1\" # one \u{202e}of two\n".as_bytes()),
        ("a hidden character in an address", "[peers]\ninternet = \"10.0.\u{200b}0.1\"\n".as_bytes()),
        ("a control character", b"[peers]\n# \x1b[2J\ninternet = \"10.0.0.1\"\n"),
        (
            "addresses that no machine has",
            b"[peers]\ninternet = [\"0.0.0.0\", \"::\", \"::ffff:10.0.0.1\", \"255.255.255.255\"]\n",
        ),
        (
            "the same addresses as networks",
            b"[peers]\ninternet = [\"0.0.0.0/32\", \"::/128\", \"::ffff:10.0.0.1/128\", \"::ffff:10.0.0.0/104\", \"::ffff:0.0.0.0\", \"255.255.255.255/32\", \"0.0.0.0/8\"]\n",
        ),
        ("addresses inside a machine", b"[peers]\ninternet = [\"127.0.0.1\", \"127.0.0.0/8\", \"::1\", \"::ffff:127.0.0.1\"]\n"),
        ("a later version", b"version = 2\n"),
        (
            "groups",
            b"[groups]\nrelays = \"10.0.0.1\"\nMail = \"10.0.0.2\"\nempty = []\nall = \"@relays\"\n[peers]\ninternet = [\"@relay\", \"@mail servers\"]\n",
        ),
        (
            "interfaces",
            b"[interfaces]\nmailgate = \"eth*\"\nadmin = [5, \"\", \"-i\"]\nadmn = \"eth0\"\nnas = []\n",
        ),
        (
            "alternatives",
            b"[alternatives]\nmailgate-in-email-client-pop = \"tcp/995\"\nmailgate-in-email-client-pop3 = [\"tcp/993\", 995, \"110\"]\nmailgate-in-admin = \"tcp/443\"\nmailgate-out-acme-cloud-rating = \"tcp/443\"\nmailgate-out-ldap-server = []\n",
        ),
        ("bytes that are not UTF-8", b"[peers]\n# caf\xe9\n"),
    ];
    for (name, site) in sites {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("site.toml");
        fs::write(&file, site).unwrap();
        let output = port_catalog(&[&MAILGATE[..], &["--site", file.to_str().unwrap()]].concat());
        assert_eq!(output.status.code(), Some(2), "{name}");
        cases.output(name, &String::from_utf8_lossy(site), &output, &[directory.path()]);
    }
    cases.assert();
}

#[test]
fn every_code_has_a_case() {
    // The command checks products itself; other cases of their code are among those of the engine.
    const ENGINE: &str = "port-engine/tests/rules/diagnostics.txt";
    assert_every_code_has_a_case(codes::ALL, &[CALLS, SITES, COMPONENTS, ENGINE]);
}

#[test]
fn dropping_something_is_an_error_only_under_strict() {
    for (options, code) in [
        (&["--only", "mailgate-in-admin"][..], 0),
        (&["--only", "mailgate-in-admin", "--only", "mailgate-in-email-server-backup"], 0),
        (&["--only", "mailgate-in-admin", "--strict"], 0),
        (&["--only", "mailgate-in-admin", "--only", "mailgate-in-email-server-backup", "--strict"], 3),
    ] {
        let output = port_catalog(&[&MAILGATE[..], options].concat());
        assert_eq!(output.status.code(), Some(code), "{options:?}");
        assert!(String::from_utf8_lossy(&output.stdout).contains("chain mailgate-inbound"), "{options:?}");
    }
}
