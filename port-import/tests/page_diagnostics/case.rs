//! A case of a test, and the samples that cases change.

use std::path::Path;

use port_import::curation::Curation;
use port_import::page::{Hints, Layout};

/// A page that is rejected, and the diagnostics that are expected for it.
pub struct Case {
    pub name: String,
    pub layout: Layout,
    pub page: String,
    pub hints: Hints,
    pub expected: &'static str,
}

pub fn sample(layout: Layout) -> &'static str {
    match layout {
        Layout::Bars => include_str!("../../../fuzz/seeds/bars/mail.txt"),
        Layout::Values => include_str!("../../../fuzz/seeds/values/mail.txt"),
        Layout::Broken => include_str!("../../../fuzz/seeds/broken/appliance.txt"),
        Layout::Pipes => include_str!("../../../fuzz/seeds/pipes/gateway.txt"),
        Layout::Html => include_str!("../../../fuzz/seeds/html/relay.html"),
        Layout::Markdown => include_str!("../../../fuzz/seeds/markdown/ports.md"),
        Layout::Csv => include_str!("../../../fuzz/seeds/csv_page/ports.csv"),
        Layout::Rst => include_str!("../../src/page/converted/ports.rst"),
        Layout::Adoc => include_str!("../../src/page/converted/ports.adoc"),
        Layout::Dita => include_str!("../../../fuzz/seeds/dita/ports.dita"),
    }
}

/// The hints of each sample's curation. CSV has its columns listed here.
pub fn hints(layout: Layout) -> Hints {
    let curation = match layout {
        Layout::Bars => include_str!("../../../fuzz/seeds/curation/bars.toml"),
        Layout::Values => include_str!("../../../fuzz/seeds/curation/values.toml"),
        Layout::Broken => include_str!("../../../fuzz/seeds/curation/broken.toml"),
        Layout::Pipes => include_str!("../../../fuzz/seeds/curation/pipes.toml"),
        Layout::Csv => return Hints { columns: ["Use", "Port", "Way"].map(str::to_string).into(), ..Hints::default() },
        _ => return Hints::default(),
    };
    Curation::parse(Path::new("sample.toml"), curation).unwrap().hints()
}
