//! Tables with several editions: rows are in catalog order, and what contradicts itself is reported.

use port_catalog_tests::fixture;
use port_data::Catalog;

fn catalog() -> Catalog {
    port_data::read(&fixture::editions()).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

#[test]
fn the_newest_row_of_each_id_comes_first_and_then_the_rows_of_older_editions() {
    let catalog = catalog();
    let line = |index: usize| {
        let flow = &catalog.flows[index];
        let edition = &catalog.editions[flow.edition];
        format!("{}@{}", flow.row.id, edition.id)
    };
    let lines: Vec<String> = (0..catalog.flows.len()).map(line).collect();
    assert_eq!(catalog.flow_ids, 18);
    assert_eq!(
        lines[13..18],
        [
            "cluster-out-cluster-federation@2.0",
            "cluster-in-admin-ssh@1.0",
            "console-in-admin@2025-03",
            "console-out-cluster-api@2025-03",
            "console-out-dns@2025-03",
        ]
    );
    assert_eq!(lines[18..20], ["cluster-in-client-api@1.0", "cluster-in-control-plane-store@1.0"]);
    assert_eq!(lines[29..], ["console-in-admin@2024-03", "console-out-cluster-api@2024-03"]);
}
