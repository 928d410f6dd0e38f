//! Tests of addresses and of ends of rules.

use super::{Address, Endpoints, Family, list};

fn texts(endpoints: &Endpoints) -> Vec<String> {
    endpoints.addresses().iter().map(ToString::to_string).collect()
}

#[test]
fn an_address_displays_as_it_was_written() {
    for text in [
        "192.0.2.1",
        "10.0.0.0/8",
        "0.0.0.0/0",
        "2001:db8::1",
        "2001:db8::/32",
        "::/0",
        "a",
        "ldap.example.org",
        "*.example.org",
    ] {
        assert_eq!(text.parse::<Address>().map(|address| address.to_string()).as_deref(), Ok(text));
    }
    for (text, displayed) in [
        ("192.0.2.1/32", "192.0.2.1"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("LDAP.Example", "ldap.example"),
        ("*.LDAP.Example", "*.ldap.example"),
    ] {
        assert_eq!(text.parse::<Address>().map(|address| address.to_string()).as_deref(), Ok(displayed));
    }
}

#[test]
fn invalid_addresses_are_rejected() {
    let long = format!("{}.example", "x".repeat(64));
    for text in [
        "",
        " ",
        "10.0.0.1/8",
        "10.0.0.0/33",
        "10.0.0",
        "256.0.0.1",
        "10.0.0.01",
        "2001:db8::1/32",
        "fe80::1%eth0",
        "a b",
        "-a.example",
        "a..example",
        "a_b.example",
        "a.example.",
        "*",
        "*example.org",
        "a.*.example",
        "*.*.example",
        "*.10",
        "10.0.0.1-10.0.0.9",
        "a;b",
        "a\"",
        "bücher.example",
        &long,
    ] {
        assert!(text.parse::<Address>().is_err(), "{text}");
    }
    let message = "10.0.0.1/8".parse::<Address>().unwrap_err().to_string();
    assert!(message.contains("10.0.0.0/8 for the network or 10.0.0.1 for the single address"), "{message}");
}

#[test]
fn addresses_that_no_other_machine_has_are_rejected_with_advice() {
    let help = |text: &str| text.parse::<Address>().unwrap_err().help.unwrap();
    assert_eq!(help("0.0.0.0"), "write 0.0.0.0/0 for any IPv4 address");
    assert_eq!(help("0.1.0.0/16"), "write 0.0.0.0/0 for any IPv4 address");
    assert_eq!(help("::"), "write ::/0 for any IPv6 address");
    assert_eq!(help("::ffff:192.0.2.1"), "write 192.0.2.1");
    assert_eq!(help("::ffff:10.0.0.0/104"), "write 10.0.0.0/8");
    assert_eq!(help("::ffff:0.0.0.0"), "write 0.0.0.0/0 for any IPv4 address");
    assert!(help("255.255.255.255").contains("host or of a network"));
    assert!(help("127.0.0.1").contains("inside a machine") && help("::1").contains("inside a machine"));
    // Networks with many machines, and the addresses next to the rejected ones.
    for text in ["0.0.0.0/7", "1.0.0.0/8", "::/8", "::/127", "::2", "::fffe:0:0/96", "ff02::1", "224.0.0.1"] {
        assert!(text.parse::<Address>().is_ok(), "{text}");
    }
}

#[test]
fn a_host_name_has_at_most_253_characters_and_no_number_at_its_end() {
    for (text, is_valid) in [
        ("a.1", false),
        ("1.a", true),
        ("a1", true),
        ("a-b", true),
        ("a-", false),
        (&["x".repeat(63), "y".repeat(63), "z".repeat(63)].join("."), true),
        (&["x".repeat(63), "y".repeat(63), "z".repeat(63), "a".repeat(61)].join("."), true),
        (&["x".repeat(63), "y".repeat(63), "z".repeat(63), "a".repeat(62)].join("."), false),
    ] {
        assert_eq!(text.parse::<Address>().is_ok(), is_valid, "{text}");
    }
}

#[test]
fn addresses_reach_others_of_their_family_and_host_names() {
    let families = [("192.0.2.1", Some(Family::V4)), ("2001:db8::/32", Some(Family::V6)), ("a.example", None)];
    for (one, family) in families {
        let address: Address = one.parse().unwrap();
        assert_eq!(address.family(), family, "{one}");
        for (other, other_family) in families {
            let expected = family.is_none() || other_family.is_none() || family == other_family;
            let other: Address = other.parse().unwrap();
            assert_eq!(address.can_reach(&other), expected, "{one} {other}");
            let [one, other] = [address.clone(), other].map(|address| Endpoints::new([address]));
            assert_eq!(one.can_reach(&other), expected);
            assert!(one.can_reach(&Endpoints::Any) && Endpoints::Any.can_reach(&other));
        }
    }
}

#[test]
fn a_machine_has_one_address_of_each_family() {
    for (texts, expected) in [
        (&["192.0.2.1"][..], true),
        (&["192.0.2.1", "2001:db8::1"], true),
        (&["192.0.2.1", "192.0.2.2"], false),
        (&["192.0.2.0/24"], false),
        (&["192.0.2.1", "2001:db8::/64"], false),
        (&["a.example"], false),
        (&[], false),
    ] {
        let endpoints = Endpoints::new(texts.iter().map(|text| text.parse().unwrap()));
        assert_eq!(endpoints.is_one_machine(), expected, "{texts:?}");
        assert_eq!(list(endpoints.addresses()), texts.join(", "));
    }
}

#[test]
fn addresses_inside_other_networks_are_removed() {
    let endpoints = Endpoints::new(
        ["10.1.0.0/16", "a", "2001:db8::1", "10.0.0.0/8", "10.1.2.3", "192.0.2.1", "192.0.2.1", "a", "2001:db8::/32"]
            .map(|text| text.parse().unwrap()),
    );
    assert_eq!(texts(&endpoints), ["10.0.0.0/8", "192.0.2.1", "2001:db8::/32", "a"]);
    assert_eq!(Endpoints::new([]), Endpoints::Any);
}
