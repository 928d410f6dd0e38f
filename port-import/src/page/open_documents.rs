//! Reads 94 pages under open licences as they are, if the optional directory with them exists.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Cell, Hints, Layout, Page};
use crate::page_file::layout_of;

/// The list of the pages counts only the tables with ports.
const OTHERS: &str = "has tables without ports too";
/// The list of the pages counts what could become a row.
const NO_TABLE: &str = "has its ports in lists or sentences";
/// Nobody knows which conditions hold on the vendor's site.
const BRANCHES: &str = "has rows for several versions, and all are read";
/// Somebody counted the tables or rows of the list of the pages approximately. These are the numbers of the file's lines.
const COUNTED: &str = "was counted again";

/// The pages whose number of tables or rows isn't that in the list of the pages, with both numbers and why.
#[rustfmt::skip]
const EXCEPTIONS: [(&str, usize, usize, &str); 44] = [
    ("ansible-automation-platform@2.4.adoc", 11, 36, COUNTED),
    ("apache-cassandra.html", 0, 0, NO_TABLE),
    ("apache-drill.md", 2, 6, OTHERS),
    ("apache-geode.html", 4, 20, OTHERS),
    ("apache-geode@1.13.html", 4, 20, OTHERS),
    ("apache-trafodion.adoc", 6, 52, OTHERS),
    ("arc-resource-bridge.md", 2, 35, COUNTED),
    ("arc-resource-bridge@2024-06.md", 2, 33, COUNTED),
    ("arc-vmware.md", 4, 39, OTHERS),
    ("business-central.md", 3, 13, OTHERS),
    ("calico.md", 1, 13, BRANCHES),
    ("calico@3.14.md", 1, 11, BRANCHES),
    ("canonical-kubernetes.md", 3, 19, OTHERS),
    ("canonical-kubernetes@2025-08-19.md", 3, 20, OTHERS),
    ("chef-automate.md", 6, 37, OTHERS),
    ("chef-automate-ha.md", 6, 37, OTHERS),
    ("configmgr@1702.md", 65, 130, COUNTED),
    ("dcos.md", 5, 43, COUNTED),
    ("dcos@1.8.md", 5, 44, COUNTED),
    ("defender-for-identity.md", 5, 29, OTHERS),
    ("defender-for-identity@2023-03.md", 3, 36, COUNTED),
    ("galera-cluster.rst", 0, 0, NO_TABLE),
    ("headscale.md", 0, 0, NO_TABLE),
    ("istio.md", 3, 20, OTHERS),
    ("jitsi-meet.md", 1, 1, OTHERS),
    ("katello.md", 0, 0, NO_TABLE),
    ("kubekey.md", 4, 36, OTHERS),
    ("kubelb.md", 3, 27, OTHERS),
    ("longhorn.md", 15, 39, COUNTED),
    ("longhorn@1.8.3.md", 15, 39, COUNTED),
    ("microshift.md", 2, 9, OTHERS),
    ("netbird.mdx", 5, 29, OTHERS),
    ("netbird@2024-06.mdx", 1, 4, COUNTED),
    ("nextcloud-aio.md", 1, 1, OTHERS),
    ("nomad.mdx", 0, 0, NO_TABLE),
    ("onpremises-data-gateway@2021-06.md", 2, 23, COUNTED),
    ("opennebula.rst", 4, 50, OTHERS),
    ("proxmox-ve.adoc", 1, 9, OTHERS),
    ("rabbitmq.md", 2, 12, OTHERS),
    ("rke2.md", 7, 27, OTHERS),
    ("rke2@2023.md", 7, 27, OTHERS),
    ("sharepoint-server.md", 3, 8, OTHERS),
    ("skype-for-business-edge.md", 15, 87, OTHERS),
    ("wire-server.md", 2, 15, OTHERS),
];

/// The pages with their fields in the list of pages.
fn for_each_page(mut check: impl FnMut(&[&str], Layout, &str)) {
    let Some(directory) = port_catalog_tests::open_documents() else { return };
    let index = std::fs::read_to_string(directory.join("INDEX.tsv")).unwrap();
    for line in index.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let file = directory.join(fields[0]);
        let layout = layout_of(&file).unwrap_or_else(|| panic!("{} has no layout", fields[0]));
        let tool = match layout {
            Layout::Rst => Some("docutils"),
            Layout::Adoc => Some("@asciidoctor/core"),
            _ => None,
        };
        match tool {
            Some(tool) if super::to_html(Path::new("page"), "x", layout).is_err() => {
                port_catalog_tests::tools::missing(&format!(
                    "{tool} is not installed; tests/tools/install.sh installs it"
                ));
            }
            _ => check(&fields, layout, &std::fs::read_to_string(&file).unwrap()),
        }
    }
}

fn read(name: &str, text: &str, layout: Layout) -> Page {
    super::read(Path::new(name), text, layout, &Hints::default()).unwrap_or_else(|errors| panic!("{}", errors[0]))
}

#[test]
fn every_open_page_is_read_with_its_tables_and_rows() {
    let exceptions: BTreeMap<&str, (usize, usize)> =
        EXCEPTIONS.iter().map(|(name, tables, rows, _)| (*name, (*tables, *rows))).collect();
    let mut wrong = Vec::new();
    for_each_page(|fields, layout, text| {
        let page = read(fields[0], text, layout);
        let number = |field: &str| field.trim_start_matches('~').parse::<usize>().unwrap();
        let listed = (number(fields[7]), number(fields[8]));
        let found = (page.tables.len(), page.tables.iter().map(|table| table.rows.len()).sum::<usize>());
        let expected = exceptions.get(fields[0]).copied().unwrap_or(listed);
        if found != expected || exceptions.get(fields[0]) == Some(&listed) {
            wrong.push(format!("{}: found {found:?}, expected {expected:?}", fields[0]));
        }
        assert!(found.0 > 0 || page.has_items(), "{} has neither a table nor a list", fields[0]);
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The first word of a cell.
fn first_word(cell: &Cell) -> Option<&str> {
    cell.text.split(|c: char| !c.is_ascii_alphanumeric()).find(|word| !word.is_empty())
}

#[test]
fn the_first_word_of_every_cell_is_on_its_line() {
    for_each_page(|fields, layout, text| {
        let lines: Vec<&str> = text.lines().collect();
        let page = read(fields[0], text, layout);
        let cells = page.tables.iter().flat_map(|table| &table.rows).flat_map(|row| &row.cells);
        for cell in cells.filter(|cell| !cell.spans_from_above) {
            // An HTML tag ends on the line of the cell; its words may follow.
            let is_html = layout == Layout::Html || text.contains("<td");
            let following = lines[cell.line - 1..].iter().take(if is_html { 4 } else { 1 });
            let is_there = first_word(cell).is_none_or(|word| following.clone().any(|line| line.contains(word)));
            assert!(is_there, "{}:{}: {}", fields[0], cell.line, cell.text);
        }
    });
}
