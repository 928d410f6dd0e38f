//! Audits of the rules that iptables-save prints: files of Docker and ufw, and what a running ufw makes.

use std::fs;

use serde_json::Value;

use crate::cases::state;
use crate::tools::{private_sandbox, tool};
use crate::{audit, run};

fn saved(name: &str) -> String {
    format!("{}/tests/audit/iptables/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// Compares the states of ports.
fn assert_states(found: &Value, expected: &[(&str, &str)]) {
    for (port, expected) in expected {
        let (state, reasons) = state(found, port);
        assert_eq!(state, *expected, "{port}: {reasons}");
    }
}

#[test]
fn extensions_are_read_that_nft_does_not_list() {
    let found = audit("mailgate", &["--iptables", &saved("multiport.v4")]);
    assert_states(&found, &[("tcp/25", "open"), ("tcp/587", "open"), ("tcp/26", "not-open"), ("udp/25", "not-open")]);
    assert_eq!(found["not_interpreted"], serde_json::json!([]));
    let text = String::from_utf8(run(&["audit", "--product", "mailgate", "--iptables", &saved("multiport.v4")]).stdout);
    assert!(text.unwrap().contains("over IPv4"), "the report names the only family");
}

/// What is expected of Docker's rules next to a chain INPUT that drops: whether forwarded packets get through depends on the
/// interface by which they leave.
const DOCKER: &[(&str, &str)] = &[
    ("tcp/25", "open"),
    ("tcp/587", "open"),
    ("tcp/443", "restricted"),
    ("tcp/8080", "unknown"),
    ("tcp/80", "not-open"),
    ("udp/25", "not-open"),
];

#[test]
fn a_published_port_of_docker_does_not_hide_the_others() {
    let found = audit("mailgate", &["--iptables", &saved("docker.v4")]);
    assert_states(&found, DOCKER);
    let named = found["not_interpreted"].to_string();
    assert!(named.contains("ip filter DOCKER line 20: oifname docker0"), "{named}");
}

#[test]
fn saved_rules_complete_the_listing_of_nft() {
    let listing = saved("docker.json");
    let alone = audit("mailgate", &["--nft", &listing, "--family", "ipv4"]);
    assert_states(&alone, &[("tcp/25", "unknown"), ("tcp/587", "unknown")]);
    let call = ["--nft", &listing, "--iptables", &saved("docker.v4"), "--family", "ipv4"];
    assert_states(&audit("mailgate", &call), DOCKER);
}

/// What the commands of `ufw.sh` open over IPv4.
const UFW: &[(&str, &str)] = &[
    ("tcp/25", "open"),
    ("tcp/443", "restricted"),
    ("tcp/4443", "restricted"),
    ("tcp/23", "not-open"),
    ("tcp/80", "not-open"),
    ("udp/5000", "open"),
    ("udp/5011", "not-open"),
];

/// The same over IPv6. ufw allows everything over the loopback interface.
const UFW6: &[(&str, &str)] =
    &[("tcp/23", "not-open"), ("tcp/443", "loopback"), ("tcp/80", "not-open"), ("udp/5011", "not-open")];

fn assert_ufw(v4: &str, v6: &str, more: &[&str]) {
    let found = audit("mailgate", &[&["--iptables", v4, "--family", "ipv4"], more].concat());
    assert_states(&found, UFW);
    assert_eq!(found["not_interpreted"], serde_json::json!([]));
    // A limit of attempts doesn't close the port.
    let (ssh, reasons) = state(&found, "tcp/22");
    assert!(ssh != "not-open" && ssh != "unknown" && reasons.contains("except what is dropped by"), "{ssh} {reasons}");
    let found = audit("mailgate", &[&["--ip6tables", v6, "--family", "ipv6"], more].concat());
    assert_states(&found, UFW6);
    for port in ["tcp/25", "tcp/22", "udp/5000"] {
        let (state, reasons) = state(&found, port);
        assert!(state != "not-open" && state != "unknown", "{port}: {state} {reasons}");
    }
    assert_eq!(found["not_interpreted"], serde_json::json!([]));
}

#[test]
fn what_ufw_allows_is_open() {
    assert_ufw(&saved("ufw.v4"), &saved("ufw.v6"), &[]);
}

/// Enables ufw with files of its own, which are mounted over those of the system.
const ENABLE_UFW: &str = r#"
set -e
cd "$0"
mkdir etc lib
for file in before after user before6 after6 user6; do cp /usr/share/ufw/iptables/$file.rules etc/$file.rules; done
cp -r /etc/ufw/applications.d /etc/ufw/*.init /etc/ufw/sysctl.conf etc
printf 'ENABLED=no\nLOGLEVEL=low\n' > etc/ufw.conf
cp /etc/default/ufw default
cp -r /lib/ufw/. lib
mount --bind etc /etc/ufw
mount --bind default /etc/default/ufw
mount --bind lib /lib/ufw
ip link set lo up
ufw default deny incoming
ufw allow 25/tcp
ufw limit 22/tcp
ufw allow from 192.0.2.0/24 to any port 443 proto tcp
ufw allow in on eth1 to any port 4443 proto tcp
ufw reject 23/tcp
ufw allow 5000:5010/udp
ufw --force enable
iptables-save > rules.v4
ip6tables-save > rules.v6
nft -j list ruleset > rules.json
"#;

#[test]
fn a_running_ufw_is_audited_by_what_iptables_saves() {
    for name in ["ufw", "iptables-save", "ip6tables-save", "nft", "ip"] {
        if tool(name).is_none() {
            return;
        }
    }
    let directory = tempfile::tempdir().unwrap();
    let Some(mut command) = private_sandbox(&["sh", "-c", ENABLE_UFW, directory.path().to_str().unwrap()]) else {
        return;
    };
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let file = |name: &str| directory.path().join(name).to_str().unwrap().to_string();
    assert_ufw(&file("rules.v4"), &file("rules.v6"), &[]);
    // nft lists the same tables, but not what their extensions ask.
    let is_nft = fs::read_to_string(file("rules.v4")).unwrap().contains("nf_tables");
    if is_nft {
        assert_ufw(&file("rules.v4"), &file("rules.v6"), &["--nft", &file("rules.json")]);
        let alone = audit("mailgate", &["--nft", &file("rules.json"), "--family", "ipv4"]);
        assert_ne!(alone["not_interpreted"], serde_json::json!([]));
    }
}
