//! A catalog of hostile texts: it compiles, every text is returned unchanged, and the documentation shows it without executing it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use port_catalog_tests::hostile::{texts, write_tables};
use port_catalog_tests::{files, root};
use port_import::generated_file::expand;
use tempfile::TempDir;

/// A program that compares every text of the catalog with what was written.
const MAIN: &str = r#"
fn main() {
    let texts: Vec<&str> = include_str!("texts.txt").lines().collect();
    let mut compared = 0;
    for (number, text) in texts.iter().enumerate() {
        let id: hostile::FlowId = format!("x-{number}").parse().unwrap();
        let flow = id.flow();
        let (product, peer, source) = (flow.product(), flow.peer(), flow.source());
        let service = flow.ports().next().unwrap().service().unwrap();
        let found = [
            Some(flow.purpose()), flow.condition(), flow.customization(), flow.note(),
            source.section, source.peer, source.label, source.ports, Some(source.document), Some(source.edition),
            Some(product.name()), Some(product.vendor().name()), Some(peer.name()), Some(peer.description()),
            Some(service.name()), Some(service.description()),
        ];
        for found in found {
            assert_eq!(found, Some(*text), "x-{number}");
            compared += 1;
        }
    }
    println!("{compared}");
}
"#;

/// A package that contains a catalog of the texts, defined by `catalog`.
fn package(name: &str, catalog: &str) -> TempDir {
    let package = tempfile::tempdir().unwrap();
    let write = |file: &str, text: &str| fs::write(package.path().join(file), text).unwrap();
    fs::create_dir(package.path().join("src")).unwrap();
    write_tables(&package.path().join("ports"));
    write("src/texts.txt", &texts().map(|text| format!("{text}\n")).collect::<String>());
    write("src/lib.rs", &format!("//! A catalog of hostile texts.\n#![deny(warnings)]\n{catalog}\n"));
    write("src/main.rs", &MAIN.replace("hostile::", &format!("{name}::")));
    let dependency = root().join("port-catalog").canonicalize().unwrap();
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[lib]\npath = \"src/lib.rs\"\n[dependencies]\n\
         port-catalog = {{ path = '{}' }}\n[workspace]\n",
        dependency.display()
    );
    write("Cargo.toml", &manifest);
    fs::copy(root().join("Cargo.lock"), package.path().join("Cargo.lock")).unwrap();
    package
}

/// The standard output of cargo, which must succeed.
fn cargo(package: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--offline", "--quiet"])
        .env("CARGO_TARGET_DIR", target())
        .env_remove("RUSTFLAGS")
        .env("RUSTDOCFLAGS", "-D warnings")
        .current_dir(package)
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The target directory that all tests with dependants share.
fn target() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("dependants")
}

#[test]
fn the_macro_returns_every_text_and_rustdoc_shows_it() {
    let package = package("hostile_texts", "port_catalog::catalog! { dir = \"ports\" }");
    assert_eq!(cargo(package.path(), &["run"]), format!("{}\n", 16 * texts().count()));
    cargo(package.path(), &["doc", "--lib", "--no-deps"]);
    let pages = target().join("doc/hostile_texts");
    let flow_pages = files::below(&pages.join("flows"));
    let flow_pages: Vec<String> = flow_pages.iter().map(|file| format!("flows/{}", file.display())).collect();
    let flow_pages: Vec<&str> = flow_pages.iter().map(String::as_str).filter(|file| file.contains("enum.")).collect();
    let page = |names: &[&str]| {
        let html: String = names.iter().map(|name| fs::read_to_string(pages.join(name)).unwrap()).collect();
        for markup in ["<script>alert", "<img src=x", "href=\"javascript:", "<b>bold", "onerror=alert(1)>"] {
            assert!(!html.contains(markup), "{names:?}: {markup}");
        }
        // Rustdoc inserts break opportunities into long words.
        plain(&html.replace("<wbr>", "").replace("<wbr/>", ""))
    };
    for (names, times) in [
        (&flow_pages[..], 11),
        (&["enum.Peer.html"], 2),
        (&["enum.Service.html"], 2),
        (&["enum.Product.html"], 4),
        (&["enum.Vendor.html"], 1),
    ] {
        let page = page(names);
        for text in texts() {
            // Markdown and browsers collapse spaces. Rustdoc shows an apostrophe inside a word as a typographic one.
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ").replace("user's", "user\u{2019}s");
            assert!(page.matches(&text).count() >= times, "{names:?} doesn't show {text:?} {times} times");
        }
    }
}

/// The text of a page, with single spaces.
fn plain(html: &str) -> String {
    let mut text = String::new();
    for (number, part) in html.split('<').enumerate() {
        text += if number == 0 { part } else { part.split_once('>').map_or("", |(_, text)| text) };
    }
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    let text = entities.iter().fold(text, |text, (entity, sign)| text.replace(entity, sign));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_printed_expansion_returns_every_text() {
    let tables = tempfile::tempdir().unwrap();
    write_tables(tables.path());
    let expanded = expand(&port_data::read(tables.path()).expect("the tables are valid"));
    let package = package("hostile_expansion", &format!("#![allow(missing_docs)]\n{expanded}"));
    assert_eq!(cargo(package.path(), &["run"]), format!("{}\n", 16 * texts().count()));
}
