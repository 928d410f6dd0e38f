//! Requests that can't be answered, as the command never makes them.

use port_catalog_tests::diagnostics::Cases;
use port_core::Direction;
use port_engine::filter::Filter;
use port_engine::rules::formats::RulesFormat;
use port_engine::rules::generate;
use port_engine::rules::options::FirewallLocation;
use port_engine::rules::site::Site;

use crate::report::{dataset, request};

const CASES: &str = "port-engine/tests/rules/diagnostics.txt";

#[test]
fn impossible_requests_are_rejected() {
    let dataset = dataset();
    let valid = request(RulesFormat::Mud, "mailgate");
    let products =
        |ids: &[&str]| Filter { products: ids.iter().map(ToString::to_string).collect(), ..Filter::default() };
    let mut cases = Cases::new(CASES);
    let mut reject = |name, input, request| {
        let problems = generate(&dataset, &request, &Site::default()).unwrap_err();
        cases.diagnostics(name, input, &problems);
    };
    let mut changed = valid.clone();
    changed.filter = products(&[]);
    reject("no product", "products: none", changed);
    let mut changed = valid.clone();
    changed.filter = products(&["mailgate", "archive"]);
    reject("two products", "products: mailgate, archive", changed);
    let mut changed = valid.clone();
    changed.filter = products(&["mailgate", "archive"]);
    changed.format = RulesFormat::Nftables;
    reject("two products without a name", "format: nftables, products: mailgate, archive", changed);
    let mut changed = valid.clone();
    changed.filter = products(&["mailgat"]);
    reject("an unknown product", "products: mailgat", changed);
    let mut changed = valid.clone();
    changed.location = Some(FirewallLocation::Host);
    reject("a location that the format is not for", "format: mud, location: host", changed);
    let mut changed = valid.clone();
    changed.filter.direction = Some(Direction::Outbound);
    changed.only = vec!["mailgate-in-admin".to_string(), "mailgate-out-nas".to_string()];
    reject("a flow that is not selected", "direction: outbound, only: mailgate-in-admin, mailgate-out-nas", changed);
    cases.assert();
}
