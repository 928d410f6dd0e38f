//! Bad input is told with its place and what to do, with exit code 2 and nothing on standard output.

use std::fs;

use port_data::hidden::Shown;

use crate::openings::port_catalog;

/// What is told of a call that is refused. The site's folder is left out of it.
fn told(call: &[&str], site: Option<&str>) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("site.toml");
    let mut call = call.to_vec();
    if let Some(site) = site {
        fs::write(&file, site).unwrap();
        call.extend(["--site", file.to_str().unwrap()]);
    }
    let output = port_catalog(&call);
    assert_eq!(output.status.code(), Some(2), "{call:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{call:?}");
    String::from_utf8(output.stderr).unwrap().replace(&format!("{}/", folder.path().display()), "")
}

const FORTIMAIL: [&str; 5] = ["rules", "--format", "nftables", "--product", "fortimail"];

#[test]
fn a_bad_site_is_refused_with_every_place() {
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
    let told: Vec<String> = sites
        .iter()
        .map(|site| format!("{}---\n{}", Shown(site).to_string().replace("\\n", "\n"), told(&FORTIMAIL, Some(site))))
        .collect();
    insta::assert_snapshot!("bad_sites", told.join("\n"));
}

#[test]
fn a_bad_call_is_refused_with_the_nearest_name() {
    let calls: [&[&str]; 8] = [
        &["rules", "--format", "dot", "--product", "fortimail"],
        &["rules", "--format", "nftable", "--product", "fortimail"],
        &["rules", "--format", "nftables"],
        &["rules", "--product", "fortimail"],
        &["rules", "--format", "nftables", "--product", "fortimial"],
        &["rules", "--format", "nftables", "--product", "fortimail", "--only", "forticlient-out-sso"],
        &["rules", "--format", "nftables", "--product", "fortimail", "--only", "fortimail-in-admn"],
        &["rules", "--format", "nftables", "--product", "fortimail", "--name", "Mail Gateway"],
    ];
    let told: Vec<String> =
        calls.iter().map(|call| format!("$ port-catalog {}\n{}", call.join(" "), told(call, None))).collect();
    insta::assert_snapshot!("bad_calls", told.join("\n"));
}

#[test]
fn a_site_that_cannot_be_read_is_named() {
    let output = port_catalog(&[&FORTIMAIL[..], &["--site", "no/such/site.toml"]].concat());
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("error: no/such/site.toml: cannot be read: "));
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
