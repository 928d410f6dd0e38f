//! Properties of every reader, for any input.
//!
//! A reader accepts any bytes, or rejects them with a place and a reason. Reading twice gives the same result, and nothing of the
//! input is lost. The tests next to this module check seeds, regressions and a fixed number of changed seeds. The fuzz targets in
//! `fuzz/` use the same module.

mod catalog;
mod fleet;
mod importer;
mod machine;
mod page;

/// A reader, with the name of its fuzz target and of its directory of seeds.
#[derive(Clone, Copy)]
pub struct Reader {
    /// The name.
    pub name: &'static str,
    /// Reads an input. Returns a short summary or the first error.
    pub read: fn(&[u8]) -> Result<String, String>,
    /// Panics if a property doesn't hold for an input.
    pub check: fn(&[u8]),
}

/// Every reader.
pub const READERS: [Reader; 26] = [
    Reader { name: "bars", read: page::read_bars, check: page::bars },
    Reader { name: "values", read: page::read_values, check: page::values },
    Reader { name: "broken", read: page::read_broken, check: page::broken },
    Reader { name: "pipes", read: page::read_pipes, check: page::pipes },
    Reader { name: "html", read: page::read_html, check: page::html },
    Reader { name: "markdown", read: page::read_markdown, check: page::markdown },
    Reader { name: "csv_page", read: page::read_csv_page, check: page::csv_page },
    Reader { name: "dita", read: page::read_dita, check: page::dita },
    Reader { name: "converted", read: importer::read_converted, check: importer::converted },
    Reader { name: "lists", read: importer::read_lists, check: importer::lists },
    Reader { name: "texts", read: importer::read_texts, check: importer::texts },
    Reader { name: "drafts", read: importer::read_drafts, check: importer::drafts },
    Reader { name: "curation", read: catalog::read_curation, check: catalog::curation },
    Reader { name: "capture", read: catalog::read_capture, check: catalog::capture },
    Reader { name: "port_cell", read: catalog::read_port_cell, check: catalog::port_cell },
    Reader { name: "tables", read: catalog::read_tables, check: catalog::tables },
    Reader { name: "port_expression", read: catalog::read_port_expression, check: catalog::port_expression },
    Reader { name: "site", read: machine::read_site, check: machine::site },
    Reader { name: "nmap", read: machine::read_nmap, check: machine::nmap },
    Reader { name: "ss", read: machine::read_ss, check: machine::ss },
    Reader { name: "nft", read: machine::read_nft, check: machine::nft },
    Reader { name: "iptables", read: machine::read_iptables, check: machine::iptables },
    Reader { name: "inventory", read: fleet::read_inventory, check: fleet::inventory },
    Reader { name: "assignment", read: fleet::read_assignment, check: fleet::assignment },
    Reader { name: "flow_log", read: fleet::read_flow_log, check: fleet::flow_log },
    Reader { name: "export", read: machine::read_export, check: machine::export },
];

/// The reader with a name.
///
/// # Panics
///
/// If there is none.
pub fn reader(name: &str) -> Reader {
    let found = READERS.into_iter().find(|reader| reader.name == name);
    found.unwrap_or_else(|| panic!("no reader is named {name}"))
}
