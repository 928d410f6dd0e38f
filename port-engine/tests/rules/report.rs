//! What a report contains, as a program that uses the library sees it.

use port_catalog_tests::root;
use port_engine::dataset::Dataset;
use port_engine::filter::Filter;
use port_engine::rules::formats::RulesFormat;
use port_engine::rules::model::RemarkKind;
use port_engine::rules::options::Choices;
use port_engine::rules::output_options::OutputOptions;
use port_engine::rules::site::Site;
use port_engine::rules::{RulesRequest, generate};

/// The fixture's dataset.
pub fn dataset() -> Dataset {
    Dataset::from_tables(&port_data::read(&root().join("tests/fixtures/ports")).unwrap())
}

/// A request for all flows of a product.
pub fn request(format: RulesFormat, product: &str) -> RulesRequest {
    RulesRequest {
        format,
        filter: Filter { products: vec![product.to_string()], ..Filter::default() },
        only: Vec::new(),
        location: None,
        choices: Choices::default(),
        name: None,
        output: OutputOptions::default(),
    }
}

#[test]
fn every_format_writes_files_for_every_product() {
    let dataset = dataset();
    for format in RulesFormat::ALL {
        for product in &dataset.products {
            let report = generate(&dataset, &request(*format, &product.id), &Site::default()).unwrap();
            assert!(!report.files.is_empty(), "{format} {}", product.id);
            for file in &report.files {
                assert!(!file.text.is_empty() && file.text.ends_with('\n'), "{format} {}", file.name);
            }
        }
    }
}

#[test]
fn a_report_lists_what_was_dropped() {
    let dataset = dataset();
    let report = generate(&dataset, &request(RulesFormat::NetworkPolicy, "endpoint"), &Site::default()).unwrap();
    assert!(report.dropped);
    let dropped: Vec<_> = report.remarks.iter().filter(|remark| remark.kind == RemarkKind::Dropped).collect();
    let [remark] = &dropped[..] else { panic!("{dropped:?}") };
    assert_eq!(remark.text, "dropped esp (networkpolicy can't express it)");
    assert_eq!(remark.flows, ["endpoint-out-vpn"]);
    let report = generate(&dataset, &request(RulesFormat::Nftables, "endpoint"), &Site::default()).unwrap();
    assert!(!report.dropped && report.remarks.iter().all(|remark| remark.kind != RemarkKind::Dropped));
}
