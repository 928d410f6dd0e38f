//! Every enum: ids parse and serialize, keep their order, and a mistyped id suggests the nearest one.

use std::collections::{BTreeSet, HashSet};
use std::fmt::Debug;

use port_catalog::{
    Direction, Fact, FlowId, Id, Peer, PeerKind, Product, Requirement, Service, Transport, Vendor, flows,
};
use port_catalog_tests::{flow_rows, flow_rows_of_editions, root, rows};

/// The largest number of ids of an enum that are mistyped.
const MISTYPED: usize = 40;

/// Checks one enum.
macro_rules! assert_words {
    ($($name:ident),+) => {$({
        let texts: Vec<&str> = $name::ALL.iter().map(|one| one.as_str()).collect();
        assert!(!texts.is_empty());
        assert_eq!(texts.iter().collect::<HashSet<_>>().len(), texts.len(), "ids are distinct");
        assert!($name::ALL.is_sorted(), "ids are in order");
        for (one, text) in $name::ALL.iter().zip(&texts) {
            assert_eq!(text.parse::<$name>(), Ok(*one));
            assert_eq!(one.to_string(), *text);
            let json = serde_json::to_string(one).unwrap();
            assert_eq!(json, format!("\"{text}\""));
            assert_eq!(serde_json::from_str::<$name>(&json).unwrap(), *one);
        }
        // The nearest id is one of all, so the time for all ids is quadratic.
        for text in texts.iter().step_by(texts.len().div_ceil(MISTYPED)) {
            for wrong in [text.to_uppercase(), format!("{text} "), format!("{text}x"), text[1..].to_string(), format!("{text}\0")] {
                let parsed = wrong.parse::<$name>();
                if !texts.contains(&wrong.as_str()) {
                    assert!(parsed.unwrap_err().nearest().is_some(), "{wrong}");
                    assert!(serde_json::from_value::<$name>(wrong.into()).is_err());
                }
            }
        }
        for wrong in ["", "-", "é", "\u{10ffff}", &"x".repeat(1_000_000)] {
            assert!(wrong.parse::<$name>().is_err());
        }
    })+};
}

#[test]
fn every_id_and_word_parses_and_serializes() {
    assert_words!(Direction, Fact, FlowId, Peer, PeerKind, Product, Requirement, Service, Transport, Vendor);
}

/// The ids of an enum of the catalog, through its trait.
fn ids<I: Id + Debug>() -> Vec<&'static str> {
    let distinct: BTreeSet<I> = I::ALL.iter().copied().collect();
    assert_eq!(distinct.len(), I::ALL.len());
    I::ALL.iter().map(|id| id.as_str()).collect()
}

#[test]
fn the_enums_match_the_tables() {
    let ids_in = |table: &str| rows(table).into_iter().map(|row| row["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids::<Vendor>(), ids_in("vendors"));
    assert_eq!(ids::<Product>(), ids_in("products"));
    assert_eq!(ids::<Peer>(), ids_in("peers"));
    assert_eq!(ids::<Service>(), ids_in("services"));
    let current: Vec<String> = flow_rows().into_iter().map(|(_, row)| row["id"].clone()).collect();
    let is_current = |id: &&&str| id.parse::<FlowId>().unwrap().flow().is_current();
    assert_eq!(ids::<FlowId>().iter().filter(is_current).collect::<Vec<_>>(), current.iter().collect::<Vec<_>>());
    let all: BTreeSet<String> = flow_rows_of_editions().into_iter().map(|(_, row)| row["id"].clone()).collect();
    assert_eq!(ids::<FlowId>().into_iter().map(str::to_string).collect::<BTreeSet<_>>(), all);
    for (number, id) in FlowId::ALL.iter().enumerate() {
        assert_eq!(id.flow().id(), *id);
        assert_eq!(FlowId::ALL[number].flow(), id.flow());
    }
}

/// The constants of the generated file: their names, in lower case, and their numbers.
fn constants() -> Vec<(String, usize)> {
    let file = std::fs::read_to_string(root().join("port-catalog/src/generated.rs")).unwrap();
    let constant = |line: &str| {
        let (name, number) = line.trim().strip_prefix("pub const ")?.split_once(": FlowId = FlowId(")?;
        Some((name.to_lowercase(), number.strip_suffix(");")?.parse().unwrap()))
    };
    file.lines().filter_map(constant).collect()
}

#[test]
fn each_flow_has_a_constant() {
    let expected = FlowId::ALL.iter().enumerate().map(|(number, id)| {
        let of_product = format!("{}-", id.flow().product());
        (id.as_str().strip_prefix(&of_product).unwrap().replace('-', ""), number)
    });
    assert_eq!(constants(), expected.collect::<Vec<_>>());
    assert_eq!(flows::FortiMail::InAdmin.as_str(), "fortimail-in-admin");
    assert_eq!(flows::SecurityGateway::OutDnsServer.as_str(), "securitygateway-out-dns-server");
}

#[test]
fn a_mistyped_id_suggests_the_nearest() {
    let cases = [
        ("fortimail-in-email-client-pop", "fortimail-in-email-client-pop3"),
        ("fortimail-in-emailclient-pop3", "fortimail-in-email-client-pop3"),
        ("securitygateway-out-dns", "securitygateway-out-dns-server"),
    ];
    for (mistyped, nearest) in cases {
        let error = mistyped.parse::<FlowId>().unwrap_err();
        assert_eq!(error.to_string(), format!("unknown flow id {mistyped:?}; did you mean \"{nearest}\"?"));
    }
    assert_eq!(
        "nothing-like-it-at-all".parse::<Product>().unwrap_err().to_string(),
        "unknown product \"nothing-like-it-at-all\""
    );
    assert_eq!("fortigaurd".parse::<Peer>().unwrap_err().nearest(), Some("fortiguard"));
}

#[test]
fn ids_and_flows_are_constants() {
    const ID: &str = flows::FortiMail::InEmailClientPop3.as_str();
    const FLOW: port_catalog::Flow = flows::FortiMail::InEmailClientPop3.flow();
    assert_eq!(ID, "fortimail-in-email-client-pop3");
    assert_eq!(FLOW.id(), flows::FortiMail::InEmailClientPop3);
    let is_a_mail_client = |id| matches!(id, flows::FortiMail::InEmailClientPop3 | flows::FortiMail::InEmailClientImap);
    let from_clients =
        Product::FortiMail.flows().filter(|flow| flow.peer() == Peer::EmailClient).map(port_catalog::Flow::id);
    assert_eq!(from_clients.filter(|id| is_a_mail_client(*id)).count(), 2);
}
