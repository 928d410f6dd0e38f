//! Host names with a wildcard: `FortiGate` has them as addresses, and the other formats drop them.

use port_catalog_tests::fixture;
use port_engine::rules::formats::RulesFormat;

use crate::cases::rules_with;
use crate::fortigate::{Configuration, parser};
use crate::openings::port_catalog_with;

#[test]
fn a_wildcard_is_an_address_of_both_families() {
    let Some(mut parser) = parser() else { return };
    let site = tempfile::NamedTempFile::new().unwrap();
    let text = "[products]\nrelay = [\"192.0.2.1\", \"2001:db8::1\"]\n[peers]\nneighbour = [\"192.0.2.2\", \"*.relay.example\"]\n";
    std::fs::write(&site, text).unwrap();
    let call = ["--format=fortigate", "--product=relay", "--only=relay-out-neighbour-ping", "--strict", "--site"];
    let text = rules_with(&fixture::protocols(), &[&call[..], &[site.path().to_str().unwrap()]].concat());
    let rules = Configuration::read(&mut parser, &text).rules();
    let [v4, v6] = ["192.0.2.2/255.255.255.255 *.relay.example", "*.relay.example"];
    for rule in &rules {
        assert_eq!(rule.ends, [["192.0.2.1/255.255.255.255", v4], ["2001:db8::1/128", v6]]);
    }
    // ICMP, ICMPv6 and VRRP.
    assert_eq!(rules.len(), 3);
    assert!(text.contains("edit \"relay_wildcard_relay.example\"\n"), "{text}");
}

#[test]
fn a_wildcard_is_dropped_by_formats_that_cannot_express_it() {
    let site = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&site, "[peers]\nneighbour = [\"192.0.2.2\", \"*.relay.example\"]\n").unwrap();
    let drops = |format: &&RulesFormat| **format != RulesFormat::Fortigate && !format.is_document();
    for format in RulesFormat::ALL.iter().filter(drops) {
        let call =
            ["rules", "--product=relay", "--only=relay-in-neighbour-sctp", "--strict", "--format", format.as_str()];
        let call = [&call[..], &["--site", site.path().to_str().unwrap()]].concat();
        let output = port_catalog_with(&fixture::protocols(), &call);
        let messages = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3), "{format}: {messages}");
        assert!(messages.contains("dropped *.relay.example ("), "{format}: {messages}");
    }
}
