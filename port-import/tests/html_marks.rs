//! Edited pages of HTML on which facts must not change silently: struck-out ports, marks that move, marks that look like digits.

use std::path::Path;

use port_catalog_tests::relay::{HTML_CURATION as CURATION, html_page as page};
use port_data::FlowRow;
use port_import::capture::Capture;
use port_import::curation::Curation;
use port_import::page::Layout;
use port_import::page_file::capture_text;
use port_import::refine::refine;
use port_import::vocabulary::Vocabulary;

/// The flows of a page, or its errors.
fn flows(page: &str, curation: &str) -> Result<Vec<FlowRow>, Vec<String>> {
    let texts = |found: Vec<port_data::Diagnostic>| found.iter().map(ToString::to_string).collect::<Vec<_>>();
    let curation = Curation::parse(Path::new("relay.toml"), curation).map_err(texts)?;
    let capture = capture_text(page, Path::new("relay.html"), Layout::Html, &curation).map_err(texts)?;
    // What is read of the capture's file is what was read of the page.
    let again = Capture::parse(Path::new("relay.csv"), capture.to_csv().as_bytes()).map_err(texts)?;
    assert_eq!(again.to_csv(), capture.to_csv());
    let refined = refine(&again, &curation, &Vocabulary::default(), None);
    if refined.diagnostics.is_empty() { Ok(refined.flows) } else { Err(texts(refined.diagnostics)) }
}

fn ports(flows: &[FlowRow]) -> Vec<&str> {
    flows.iter().map(|flow| flow.printed_ports.as_deref().unwrap_or_default()).collect()
}

#[test]
fn struck_out_ports_are_errors_until_they_are_dropped_or_kept() {
    let old = page("TCP/25 or TCP/465", "TCP/8443");
    assert_eq!(ports(&flows(&old, CURATION).unwrap()), ["TCP/25 or TCP/465", "TCP/8443"]);
    let new = page("TCP/25 or <del>TCP/465</del>", "<span style=\"text-decoration: line-through\">TCP/8443</span>");
    let new = new.replace("Administer", "<s>Administer</s>").replace("Browser", "<s>Browser</s>");
    let errors = flows(&new, CURATION).unwrap_err();
    assert_eq!(errors.len(), 4, "{errors:?}");
    assert!(errors.iter().all(|error| error.contains("struck-out text")), "{errors:?}");
    let kept = flows(&new, &format!("struck_out = \"keep\"\n{CURATION}")).unwrap();
    assert_eq!(ports(&kept), ["TCP/25 or TCP/465", "TCP/8443"]);
    // The row of 8443 is gone.
    let errors = flows(&new, &format!("struck_out = \"drop\"\n{CURATION}")).unwrap_err();
    assert!(errors.iter().any(|error| error.contains("relay-in-web")), "{errors:?}");
}

#[test]
fn a_mark_in_superscript_belongs_to_its_row() {
    let with_mark = CURATION.replacen("purpose = \"Receive mail\"", "purpose = \"Receive mail\"\nmarks = [\"*\"]", 1);
    let old = page("TCP/17700<sup>*</sup>", "TCP/8443");
    assert_eq!(ports(&flows(&old, &with_mark).unwrap()), ["TCP/17700", "TCP/8443"]);
    let moved = page("TCP/17700", "TCP/8443<sup>*</sup>");
    let errors = flows(&moved, &with_mark).unwrap_err();
    assert_eq!(errors.len(), 1, "{errors:?}");
    let marks = "[] of relay-in-mail (were [\"*\"]) on line 4, [\"*\"] of relay-in-web (were []) on line 5";
    assert!(errors[0].contains(marks), "{errors:?}");
    // A mark in another cell of the row counts too.
    let elsewhere = page("TCP/17700", "TCP/8443").replace("Receive mail</td>", "Receive mail<sup>*</sup></td>");
    assert!(flows(&elsewhere, &with_mark).is_ok());
    // A mark of several words is one mark, also when the capture is read again.
    let with_words = with_mark.replace("[\"*\"]", "[\"[Note 2] another port\"]");
    let words = page("TCP/17700<sup>[Note 2] another port</sup>", "TCP/8443");
    assert_eq!(ports(&flows(&words, &with_words).unwrap()), ["TCP/17700", "TCP/8443"]);
}

#[test]
fn a_link_after_a_number_is_not_a_digit() {
    for mark in ["<a href=\"#fn1\">1</a>", "<span style=\"position:relative;top:-4px;font-size:70%\">1</span>"] {
        let new = page("TCP/25", &format!("TCP/514{mark}"));
        let errors = flows(&new, CURATION).unwrap_err();
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(errors[0].contains("relay.html:5: the link or small text \"1\" in \"TCP/5141\""), "{errors:?}");
        let with_mark = CURATION.replacen("purpose = \"Administer\"", "purpose = \"Administer\"\nmarks = [\"1\"]", 1);
        let marked = flows(&new, &format!("glued = \"mark\"\n{with_mark}")).unwrap();
        assert_eq!(ports(&marked), ["TCP/25", "TCP/514"]);
        let text = flows(&new, &format!("glued = \"text\"\n{CURATION}")).unwrap();
        assert_eq!(ports(&text), ["TCP/25", "TCP/5141"]);
    }
}

#[test]
fn no_space_takes_the_place_of_a_mark_before_a_comma() {
    let with_mark = CURATION.replacen("purpose = \"Receive mail\"", "purpose = \"Receive mail\"\nmarks = [\"1\"]", 1);
    let new = page("UDP/53 or 8888<sup>1</sup>, TCP/443", "TCP/8443");
    assert_eq!(ports(&flows(&new, &with_mark).unwrap()), ["UDP/53 or 8888, TCP/443", "TCP/8443"]);
}
