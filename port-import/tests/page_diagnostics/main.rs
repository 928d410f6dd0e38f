//! Every diagnostic of a vendor's page: one case per mistake, each with the whole message.

mod case;
mod changes;
mod others;

use std::path::Path;

use port_catalog_tests::tools::missing;
use port_import::page::{Layout, codes, read, to_html};

use case::{Case, hints, sample};
use changes::{CHANGES, WHOLE_PAGE};

fn changed_samples() -> impl Iterator<Item = Case> {
    CHANGES.into_iter().flat_map(|(layout, changes)| {
        changes.iter().map(move |(name, from, to, expected)| {
            let page = match *from {
                WHOLE_PAGE => (*to).to_string(),
                from => {
                    assert!(sample(layout).contains(from), "{layout} {name}: the sample doesn't contain {from:?}");
                    sample(layout).replacen(from, to, 1)
                }
            };
            Case { name: format!("{layout}_{name}"), layout, page, hints: hints(layout), expected }
        })
    })
}

fn cases() -> Vec<Case> {
    changed_samples().chain(others::cases()).collect()
}

/// Whether the converter of a layout is installed, if it needs one. A missing one is reported.
fn is_readable(layout: Layout) -> bool {
    let is_readable = to_html(Path::new("page"), "x", layout).is_ok() || !layout.needs_converter();
    if !is_readable {
        missing(&format!("the converter of {layout} is not installed; tests/tools/install.sh installs it"));
    }
    is_readable
}

/// The diagnostics of a page as programs print them, one per line.
fn diagnostics(case: &Case) -> String {
    match read(Path::new("page"), &case.page, case.layout, &case.hints) {
        Ok(page) => format!("accepted: {page:?}"),
        Err(errors) => {
            errors.iter().map(|error| format!("error[{}]: {error}", error.code)).collect::<Vec<_>>().join("\n")
        }
    }
}

#[test]
fn the_samples_are_accepted() {
    for layout in Layout::ALL.into_iter().filter(|layout| is_readable(*layout)) {
        let read = read(Path::new("page"), sample(layout), layout, &hints(layout));
        assert!(read.is_ok(), "{layout}: {read:?}");
    }
}

#[test]
fn each_mistake_has_its_whole_message() {
    let cases = cases();
    let mut failures = Vec::new();
    for case in cases.iter().filter(|case| is_readable(case.layout)) {
        let (found, expected) = (diagnostics(case), case.expected);
        if found != expected {
            failures.push(format!("{}:\n  found    {found}\n  expected {expected}", case.name));
        }
    }
    assert!(failures.is_empty(), "{} of {} cases:\n{}", failures.len(), cases.len(), failures.join("\n"));
}

#[test]
fn an_unknown_layout_is_rejected() {
    let error = "html5".parse::<Layout>().unwrap_err();
    assert_eq!(
        format!("error[{}]: {error}", error.code),
        "error[page-unknown-layout]: unknown layout \"html5\"; use one of bars, values, broken, pipes, html, markdown, csv, rst, adoc, dita"
    );
}

#[test]
fn every_code_has_a_case() {
    let cases = cases();
    // A missing converter is tested next to its reader, without removing one.
    let others = [codes::UNKNOWN_LAYOUT, codes::NO_CONVERTER];
    for code in codes::ALL.iter().filter(|code| !others.contains(code)) {
        let start = format!("error[{code}]: ");
        assert!(cases.iter().any(|case| case.expected.contains(&start)), "{code} has no case");
    }
}
