//! Changes the pages under open licences that the catalog has in small ways, each kind once.
//!
//! `PORT_PAGE_CHANGES=200` makes as many changes to each page.
//!
//! No change of what a person reads may pass unnoticed, and no other change may be reported.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use port_catalog_tests::{open_documents, tools};
use port_import::page::Layout;
use port_import::page_file::convert;

use crate::document::{Document, Outcome, Random, difference};
use crate::open_changes::{IN_PLACE, KINDS, change};
use crate::open_page::OpenPage;

/// How many changes are made to each page: as many as the environment asks for, or one of each kind.
fn number_of_changes() -> usize {
    match std::env::var("PORT_PAGE_CHANGES") {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("PORT_PAGE_CHANGES: {text:?} is not a number")),
        Err(_) => KINDS.len(),
    }
}

/// Makes changes to a page, and checks what each of them leads to.
fn check(product: &'static str, edition: &str, file: &str) {
    let Some(directory) = open_documents() else { return };
    let file = directory.join(file);
    if is_not_converted(&file) {
        return;
    }
    let document = Document::read(product, edition, file);
    let page = OpenPage::new(&document);
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut counts: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    let mut wrong = Vec::new();
    let (mut made, mut drawn) = (0, 0);
    let wanted = number_of_changes();
    while made < wanted {
        let (kind, has_meaning) = KINDS[drawn % KINDS.len()];
        drawn += 1;
        assert!(drawn < 20 * wanted, "{made} changes of {drawn}");
        let Some(lines) = change(&document, &page, kind, &mut random) else { continue };
        made += 1;
        let count = counts.entry(kind).or_default();
        let shown = || format!("{kind}: {}", difference(&document.lines, &lines));
        match catch_unwind(AssertUnwindSafe(|| document.outcome(&lines))) {
            Ok(Outcome::Unnoticed) if has_meaning => wrong.push(format!("unnoticed {}", shown())),
            Ok(Outcome::Unnoticed) => count[2] += 1,
            Ok(_) if !has_meaning => wrong.push(format!("without a meaning, but noticed {}", shown())),
            Ok(Outcome::Reported(report)) => {
                count[0] += 1;
                let ids = flows_at(&document, &page, &lines);
                let changed = report.changed.iter().map(|change| &change.id);
                let mut reported = changed.chain(report.reworded.iter().map(|reworded| &reworded.id));
                // A row without a flow is reported with its text.
                let is_named = ids.is_empty() || reported.any(|id| ids.contains(&id.as_str()));
                if IN_PLACE.contains(&kind) && !is_named {
                    wrong.push(format!("reported at another flow than {ids:?} {}\n{report}", shown()));
                }
            }
            Ok(Outcome::Rejected(diagnostics)) => {
                count[1] += 1;
                if diagnostics.iter().all(|found| found.place.line == 0) {
                    wrong.push(format!("rejected without a line {}: {diagnostics:?}", shown()));
                }
            }
            Ok(Outcome::PageOnly) => wrong.push(format!("reported without a place {}", shown())),
            Err(_) => wrong.push(format!("panic {}", shown())),
        }
    }
    for (kind, [reported, rejected, without_meaning]) in &counts {
        println!("{kind:18} {reported:4} reported {rejected:4} rejected {without_meaning:4} without a meaning");
    }
    let total = counts.values().fold([0; 3], |total, count| [0, 1, 2].map(|index| total[index] + count[index]));
    let [reported, rejected, without_meaning] = total;
    println!(
        "{product}@{edition}: {made} changes, {reported} reported, {rejected} rejected, {without_meaning} without a meaning, {} wrong",
        wrong.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The flows of the row that contains the first changed line.
fn flows_at<'a>(document: &'a Document, page: &OpenPage, lines: &[String]) -> Vec<&'a str> {
    let changed = document.lines.iter().zip(lines).position(|(old, new)| old != new);
    let row = changed.and_then(|changed| page.rows.iter().position(|row| row.contains(&changed)));
    let number = |row: &port_import::capture::Row| u32::try_from(row.number).ok();
    let number = row.and_then(|row| document.capture.rows().nth(row)).and_then(number);
    document.flows.iter().filter(|flow| Some(flow.row) == number).map(|flow| flow.id.as_str()).collect()
}

/// Whether a page needs a converter that isn't installed, which is printed.
fn is_not_converted(file: &Path) -> bool {
    let layout = port_import::page_file::layout_of(file).unwrap_or(Layout::Html);
    let is_missing = layout.needs_converter() && convert(file).is_err();
    if is_missing {
        tools::missing(&format!(
            "the converter of {} is not installed; tests/tools/install.sh installs it",
            file.display()
        ));
    }
    is_missing
}

macro_rules! pages {
    ($($name:ident $product:literal $edition:literal $file:literal;)*) => {$(
        #[test]
        fn $name() {
            check($product, $edition, $file);
        }
    )*};
}

pages! {
    rke2 "rke2" "2026-05-29" "rke2.md";
    longhorn "longhorn" "1.13.0" "longhorn.md";
    exchange_server "exchange-server" "2016-2019" "exchange-server.md";
    wazo "wazo" "2024" "wazo.md";
    configmgr "configmgr" "1910" "configmgr.md";
    arc_resource_bridge "arc-resource-bridge" "2026-08" "arc-resource-bridge.md";
    arc_resource_bridge_of_2024 "arc-resource-bridge" "2024-06" "arc-resource-bridge@2024-06.md";
    proxmox_ve "proxmox-ve" "2026-03-07" "proxmox-ve.adoc";
    ansible_automation_platform "ansible-automation-platform" "2.7" "ansible-automation-platform.adoc";
    consul "consul" "1.14" "consul.mdx";
    xcat "xcat" "2017-12-31" "xcat.rst";
}
