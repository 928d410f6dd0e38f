//! Pages of products that `left-out.csv` names.

use std::fs;
use std::path::Path;

use port_catalog_tests::relay::{PAGE, relay};
use port_import::regenerate::{Outcome, PageFacts, RegenerateOptions, regenerate};

fn options(data: &Path) -> RegenerateOptions {
    RegenerateOptions {
        data: data.to_path_buf(),
        root: data.to_path_buf(),
        docs: Vec::new(),
        docs_directory: None,
        out: None,
        no_drafts: false,
        check: false,
        page_facts: PageFacts { retrieved: Some("2026-01-31".to_string()), ..PageFacts::default() },
    }
}

#[test]
fn a_page_of_a_product_that_is_left_out_is_reported_and_not_read() {
    let (directory, data) = relay();
    let pages = directory.path().join("pages");
    fs::create_dir(&pages).unwrap();
    fs::write(pages.join("relay.md"), PAGE).unwrap();
    fs::write(pages.join("gopher@2.md"), "Not even a table.\n").unwrap();
    let run = || regenerate(&RegenerateOptions { docs_directory: Some(pages.clone()), ..options(&data) });
    let (report, outcome) = run();
    assert_eq!(outcome, Outcome::Failed, "{report}");
    assert!(report.errors[0].message.contains("unknown product \"gopher\""), "{report}");
    let left_out = "id,name,url,reason\ngopher,Gopher,https://gopher.example,\"The page has no ports, only prose.\"\n";
    fs::write(data.join("left-out.csv"), left_out).unwrap();
    let (report, outcome) = run();
    assert_eq!(outcome, Outcome::Done, "{report}");
    let text = report.to_string();
    assert!(
        text.lines()
            .any(|line| line.starts_with("left out ")
                && line.ends_with("gopher@2.md: The page has no ports, only prose.")),
        "{text}"
    );
    assert_eq!(report.documents.iter().map(|page| page.product.as_str()).collect::<Vec<_>>(), ["relay"]);
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["left_out"][0]["product"], "gopher");
    assert_eq!(json["left_out"][0]["reason"], "The page has no ports, only prose.");
    // A page that is named on the command line is meant.
    let doc = ("gopher".to_string(), pages.join("gopher@2.md"));
    let (_, outcome) = regenerate(&RegenerateOptions { docs: vec![doc], ..options(&data) });
    assert_eq!(outcome, Outcome::Failed);
}
