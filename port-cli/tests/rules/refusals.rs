//! Bad input is told with its place and what to do, with exit code 2 and nothing on standard output.

use std::fs;

use port_catalog_tests::errors::Page;

use crate::openings::port_catalog;

const FORTIMAIL: [&str; 5] = ["rules", "--format", "nftables", "--product", "fortimail"];

/// A row of a call that is refused, with a site or without one.
fn refuse(page: &mut Page, call: &[&str], site: Option<(&str, &[u8])>) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("site.toml");
    let mut call = call.to_vec();
    if let Some((_, site)) = site {
        fs::write(&file, site).unwrap();
        call.extend(["--site", file.to_str().unwrap()]);
    }
    let output = port_catalog(&call);
    assert_eq!(output.status.code(), Some(2), "{call:?}");
    match site {
        Some((shown, _)) => page.told("rules --site", shown, &output, &[folder.path()]),
        None => page.told("rules", &call[1..].join(" "), &output, &[folder.path()]),
    }
}

#[test]
fn a_bad_call_or_site_is_refused_with_every_place_and_the_nearest_name() {
    let mut page = Page::new(
        "rules",
        "Errors of writing rules",
        "port-cli/tests/rules/refusals.rs",
        "What stands in a call, and in a site's file. Of a site everything that is wrong is told at once, in the order of lines.",
    );
    page.section("Calls", "");
    let calls: [&[&str]; 10] = [
        &["rules", "--format", "dot", "--product", "fortimail"],
        &["rules", "--format", "nftable", "--product", "fortimail"],
        &["rules", "--format", "nftables"],
        &["rules", "--product", "fortimail"],
        &["rules", "--format", "nftables", "--product", "fortimial"],
        &["rules", "--format", "nftables", "--product", "fortimail", "--only", "forticlient-out-sso"],
        &["rules", "--format", "nftables", "--product", "fortimail", "--only", "fortimail-in-admn"],
        &["rules", "--format", "nftables", "--product", "fortimail", "--name", "Mail Gateway"],
        &["rules", "--format", "fortigate", "--product", "fortimail", "--at", "host"],
        &["rules", "--format", "nftables", "--product", "fortimail", "--site", "no/such/site.toml"],
    ];
    for call in calls {
        refuse(&mut page, call, None);
    }
    page.section("Sites", "Shown is the whole file.");
    let sites = [
        "[products]\nfortimial = \"192.0.2.1\"\n\n[peers]\nldap = \"10.0.0.1\"\nadmin = [\"10.0.0.1/8\", 5]\ndns-server = []\n\n[peer]\n",
        "[peers]\nadmin = \"10.0.0.1\nclient = \n",
        "[peers]\nadmin = \"10.0.0.1\"\nadmin = \"10.0.0.2\"\n",
        "peers = 5\n",
        "[peers]\nclient = [\"10.0.0.0/33\",\n  \"256.1.1.1\", \"2001:db8::/129\", \"a b\",\n  \"b\u{fc}cher.example\"]\n",
        "[peers]\nclient = \"l\u{430}b.example\"\n\"ldap-s\u{435}rver\" = \"10.0.0.1\"\n",
        "[peers]\nclient = [\"a\\u202e.example\", \"a\\n.example\", \"\\u001b[2J\"]\n\"\\u202Eclient\" = \"10.0.0.1\"\n",
        "[peers]\nclient = \"10.0.0.1\" # one \u{202e}of two\n",
        "[peers]\nclient = \"10.0.\u{200b}0.1\"\n",
        "[peers]\n# \u{1b}[2J\nclient = \"10.0.0.1\"\n",
        "[peers]\nclient = [\"0.0.0.0\", \"::\", \"::ffff:10.0.0.1\", \"255.255.255.255\"]\n",
    ];
    for site in sites {
        refuse(&mut page, &FORTIMAIL, Some((site, site.as_bytes())));
    }
    refuse(&mut page, &FORTIMAIL, Some(("[peers]\n# caf\\xe9", b"[peers]\n# caf\xe9\n")));
    page.section("What is dropped, and what cannot be written", "");
    let only = "fortimail-in-external-email-server-config-backup";
    let output = port_catalog(&[&FORTIMAIL[..], &["--only", only, "--strict"]].concat());
    page.told_beside("rules", &format!("--format nftables --product fortimail --only {only} --strict"), &output, &[]);
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    fs::write(&out, "a file").unwrap();
    let output = port_catalog(&[&FORTIMAIL[..], &["--out", out.to_str().unwrap()]].concat());
    page.told("rules", "--format nftables --product fortimail --out out, which is a file", &output, &[folder.path()]);
    page.assert();
}

#[test]
fn what_is_dropped_is_an_error_where_one_is_strict() {
    for (options, code) in [
        (&["--only", "fortimail-in-admin"][..], 0),
        (&["--only", "fortimail-in-external-email-server-config-backup"], 0),
        (&["--only", "fortimail-in-admin", "--strict"], 0),
        (&["--only", "fortimail-in-external-email-server-config-backup", "--strict"], 3),
    ] {
        let output = port_catalog(&[&FORTIMAIL[..], options].concat());
        assert_eq!(output.status.code(), Some(code), "{options:?}");
        assert!(String::from_utf8_lossy(&output.stdout).contains("chain fortimail-inbound"), "{options:?}");
    }
}
