//! Checks that a test runs every page of documentation with commands, and that no link between pages is broken.

use std::fs;
use std::path::PathBuf;

use port_catalog_tests::pages::assert_same;
use port_catalog_tests::{edition_rows, files, root, rows};
use port_core::Transport;
use port_data::schema::{Column, EDITIONS, FLOWS, PEERS, PRODUCTS, PRODUCTS_WITH_DOCUMENT, SERVICES, VENDORS};
use pulldown_cmark::{Event, Options, Parser, Tag};

/// Every page of the repository, by its path from the root.
fn pages() -> Vec<PathBuf> {
    let mut pages = files::in_repository();
    pages.retain(|file| file.extension().is_some_and(|extension| extension == "md"));
    pages.sort();
    pages
}

/// The anchors of a page's headings.
fn anchors(text: &str) -> Vec<String> {
    let headings = text
        .lines()
        .filter_map(|line| line.trim_start_matches('#').strip_prefix(' ').filter(|_| line.starts_with('#')));
    let kept = |character: &char| character.is_alphanumeric() || " -_".contains(*character);
    headings.map(|heading| heading.to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-")).collect()
}

#[test]
fn every_page_with_commands_is_run_by_a_test() {
    let tests = ["port-cli/tests/docs.rs", "xtask/tests/docs.rs", "xtask/tests/package.rs"];
    let tests = tests.map(|test| fs::read_to_string(root().join(test)).unwrap()).concat();
    for page in pages() {
        let text = fs::read_to_string(root().join(&page)).unwrap();
        let is_run = tests.contains(&format!("\"{}\"", page.display()));
        let has_commands = ["```console", "<!-- $ "].iter().any(|mark| text.contains(mark));
        assert!(is_run || !has_commands, "{} has commands, but no test runs them", page.display());
    }
}

/// A page may leave out the beginning of a path: `audit/codes.rs` is one if it follows `port-engine/src/audit/`.
#[test]
fn every_path_that_contributors_are_sent_to_exists() {
    let files: Vec<String> = files::in_repository().iter().map(|file| format!("/{}/", file.display())).collect();
    let is_path = |text: &str| {
        let is_placeholder =
            text.contains(|character: char| character.is_ascii_uppercase() || "<>*$ :=".contains(character));
        text.contains('/') && !text.starts_with("../") && !is_placeholder
    };
    let mut paths = 0;
    let text = fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
        let Event::Code(path) = event else { continue };
        if is_path(&path) {
            paths += 1;
            let path = format!("/{}/", path.trim_matches('/'));
            assert!(files.iter().any(|file| file.contains(&path)), "there is no {path}");
        }
    }
    assert!(paths > 30, "{paths}");
}

/// The names in the first column of the table below a heading of a page, each with the second cell.
fn first_cells(text: &str, heading: &str) -> Vec<(String, String)> {
    let section = text.split("\n## ").find(|section| section.starts_with(heading)).unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    let cells = rows.filter_map(|row| {
        let (name, rest) = row.split_once("` | ")?;
        Some((name.to_string(), rest.split('|').next()?.trim().to_string()))
    });
    cells.collect()
}

#[test]
fn the_page_about_tables_lists_the_columns_of_the_schema() {
    let text = fs::read_to_string(root().join("docs/tables.md")).unwrap();
    let expected = |columns: &[Column]| -> Vec<(String, String)> {
        let marks = columns.iter().map(|column| if column.optional { "optional" } else { "" });
        columns.iter().map(|column| column.name.to_string()).zip(marks.map(str::to_string)).collect()
    };
    for (heading, columns) in [
        ("vendors.csv", VENDORS),
        ("editions.csv", EDITIONS),
        ("peers.csv", PEERS),
        ("services.csv", SERVICES),
        ("Flows", FLOWS),
    ] {
        assert_eq!(first_cells(&text, heading), expected(columns), "{heading}");
    }
    let (simple, full): (Vec<_>, Vec<_>) =
        first_cells(&text, "products.csv").into_iter().partition(|(_, mark)| mark == "simple form only");
    assert_eq!(full, expected(PRODUCTS));
    let simple: Vec<&str> = simple.iter().map(|(name, _)| name.as_str()).collect();
    let is_of_document = |column: &&Column| PRODUCTS.iter().all(|other| other.name != column.name);
    let of_document: Vec<&str> =
        PRODUCTS_WITH_DOCUMENT.iter().filter(is_of_document).map(|column| column.name).collect();
    assert_eq!(simple, of_document);
    // Every transport is explained.
    for transport in Transport::ALL {
        let written = [format!("`{transport}`"), format!("`{transport}/")];
        assert!(written.iter().any(|written| text.contains(written)), "{transport}");
    }
}

/// The table of documents, as `docs/data.md` has it.
fn documents() -> String {
    let name_in = |table: &str, id: &str| {
        rows(table).iter().find(|row| row["id"] == id).map(|row| row["name"].clone()).expect("the id is in the table")
    };
    let mut text =
        "| edition | document | by | source | licence | retrieved |\n|---|---|---|---|---|---|\n".to_string();
    for edition in edition_rows() {
        let product = rows("products").into_iter().find(|row| row["id"] == edition["product"]).unwrap();
        let cells = [
            format!("`{}@{}`", edition["product"], edition["edition"]),
            format!("[{}]({})", edition["document"], edition["url"]),
            name_in("vendors", &product["vendor"]),
            edition["source"].clone(),
            edition["licence"].clone(),
            edition["retrieved"].clone(),
        ];
        text += &format!("| {} |\n", cells.join(" | "));
    }
    text
}

#[test]
fn the_page_about_the_data_lists_every_document() {
    const MARKER: &str = "<!-- Generated by tests/tests/pages.rs: `UPDATE_DOCS=1 cargo test -p port-catalog-tests --test pages`. -->\n\n";
    let text = fs::read_to_string(root().join("docs/data.md")).unwrap();
    let (before, after) = text.split_once(MARKER).expect("the marker is in the page");
    let (_, licence) = after.split_once("## Licence\n").expect("the licence follows the documents");
    assert_same("docs/data.md", &format!("{before}{MARKER}{}\n## Licence\n{licence}", documents()));
}

#[test]
fn no_link_between_pages_is_broken() {
    let mut links = 0;
    for page in pages() {
        let text = fs::read_to_string(root().join(&page)).unwrap();
        for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
            let Event::Start(Tag::Link { dest_url, .. }) = event else { continue };
            if dest_url.contains("://") {
                continue;
            }
            links += 1;
            let (file, anchor) = dest_url.split_once('#').unwrap_or((&dest_url, ""));
            let to = if file.is_empty() { page.clone() } else { page.parent().unwrap().join(file) };
            assert!(root().join(&to).exists(), "{}: {dest_url} doesn't exist", page.display());
            if !anchor.is_empty() {
                let target = fs::read_to_string(root().join(&to)).unwrap();
                assert!(
                    anchors(&target).contains(&anchor.to_string()),
                    "{}: {dest_url} has no such heading",
                    page.display()
                );
            }
        }
    }
    assert!(links > 40, "{links}");
}
