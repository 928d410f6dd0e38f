//! Reads 94 pages under open licences as they are, if the optional directory with them exists.

use std::path::Path;

use super::Hints;
use crate::page_file::layout_of;

#[test]
fn every_open_page_is_read() {
    let Some(directory) = port_catalog_tests::open_documents() else { return };
    let index = std::fs::read_to_string(directory.join("INDEX.tsv")).unwrap();
    for line in index.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let file = directory.join(fields[0]);
        let layout = layout_of(&file).unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        match super::read(Path::new(fields[0]), &text, layout, &Hints::default()) {
            Ok(page) => println!(
                "{} {}/{} {:?} items {}",
                fields[0],
                fields[7],
                fields[8],
                page.tables
                    .iter()
                    .map(|t| format!(
                        "{}x{}",
                        t.rows.len(),
                        t.header
                            .iter()
                            .map(|l| l.text.chars().take(14).collect::<String>())
                            .collect::<Vec<_>>()
                            .join(",")
                    ))
                    .collect::<Vec<_>>(),
                page.has_items()
            ),
            Err(errors) => println!("{} {}/{} ERROR {}", fields[0], fields[7], fields[8], errors[0]),
        }
    }
}
