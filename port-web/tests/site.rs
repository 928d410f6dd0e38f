//! The site of the catalog and of hostile tables: every link leads somewhere, and no text of a table is markup.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use port_catalog_tests::{fixture, hostile, root};
use port_engine::dataset::Dataset;
use port_web::{File, Site};

fn dataset(tables: &Path) -> Dataset {
    Dataset::from_tables(&port_data::read(tables).expect("the tables are valid"))
}

/// The site of tables, with a client that does nothing.
fn site(dataset: Dataset) -> Site {
    let file = |name: &str| std::fs::read_to_string(root().join("port-data").join(name)).unwrap();
    let script = |path: &str| File { path: path.to_string(), bytes: Vec::new() };
    let changes = Some([file("changes.json"), file("changes.atom")]);
    let client = ["app.js", "audit.js", "rules.js", "sw.js", "theme.js", "tools.js"].map(script).to_vec();
    Site { dataset, changes, client, base: "/catalog/".to_string() }
}

fn text(file: &File) -> &str {
    std::str::from_utf8(&file.bytes).expect("pages are UTF-8")
}

fn is_page(file: &File) -> bool {
    Path::new(&file.path).extension().is_some_and(|ending| ending == "html")
}

/// The values of an attribute in a page. Values never contain a quote, since the templates escape it.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!(" {name}=\"");
    html.split(start.as_str()).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// The path of a link below the root, without the fragment: `../p/x/` of `about/index.html` is `p/x/index.html`.
fn target(page: &str, link: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in link.split('#').next().unwrap_or_default().split('/') {
        match part {
            "." => {}
            ".." => assert!(parts.pop().is_some(), "{page}: {link} leaves the site"),
            part => parts.push(part),
        }
    }
    let path = parts.join("/");
    if path.is_empty() {
        "index.html".to_string()
    } else if path.ends_with('/') {
        format!("{path}index.html")
    } else {
        path
    }
}

#[test]
fn the_same_dataset_gives_the_same_bytes() {
    let tables = fixture::editions();
    assert_eq!(site(dataset(&tables)).files(), site(dataset(&tables)).files());
}

#[test]
fn every_link_and_every_anchor_exists() {
    let files = site(dataset(port_data::TABLES.as_ref())).files().unwrap();
    let paths: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths.len(), files.len());
    let pages: BTreeMap<&str, &str> =
        files.iter().filter(|file| is_page(file)).map(|file| (file.path.as_str(), text(file))).collect();
    let anchors: BTreeMap<&str, BTreeSet<&str>> =
        pages.iter().map(|(path, html)| (*path, attributes(html, "id").into_iter().collect())).collect();
    let mut links = 0;
    for (page, html) in &pages {
        let ids = attributes(html, "id");
        assert_eq!(ids.len(), anchors[page].len(), "{page}: an id occurs twice");
        for link in attributes(html, "href").into_iter().chain(attributes(html, "src")) {
            if link.starts_with("https://") || link.starts_with("http://") || *page == "404.html" {
                continue;
            }
            links += 1;
            let target = if link.starts_with('#') { (*page).to_string() } else { target(page, link) };
            assert!(paths.contains(target.as_str()), "{page}: {link} leads to {target}, which doesn't exist");
            // A fragment with `=` is the state of a tool.
            if let Some((_, anchor)) = link.split_once('#').filter(|(_, anchor)| !anchor.contains('=')) {
                assert!(anchors[target.as_str()].contains(anchor), "{page}: {link}");
            }
        }
        for label in attributes(html, "aria-labelledby") {
            assert!(anchors[page].contains(label), "{page}: {label}");
        }
    }
    assert!(links > 10_000, "{links}");
}

#[test]
fn the_index_lists_every_product_and_each_page_every_flow() {
    let dataset = dataset(port_data::TABLES.as_ref());
    let files = site(dataset.clone()).files().unwrap();
    let page = |path: &str| text(files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("no {path}")));
    for product in &dataset.products {
        assert!(page("index.html").contains(&format!("href=\"p/{}/\"", product.id)), "{}", product.id);
        for edition in &product.editions {
            let html = page(&format!("p/{}/{}/index.html", product.id, edition.id));
            for flow in dataset.flows_of_edition(&product.id, &edition.id) {
                assert!(html.contains(&format!("<tr id=\"{}\"", flow.id)), "{}", flow.id);
            }
        }
    }
    let port = page("port/tcp/443/index.html");
    let users =
        dataset.flows.iter().filter(|flow| flow.ports.iter().any(|spec| spec.matches(port_core::Transport::Tcp, 443)));
    for flow in users {
        assert!(port.contains(&format!("p/{}/#{}\"", flow.product, flow.id)), "{}", flow.id);
    }
}

/// The tags of a page in order, with the names of their attributes, but without texts and values.
fn structure(html: &str) -> Vec<String> {
    let tags = html.split('<').skip(1).filter_map(|rest| rest.split('>').next());
    tags.map(|tag| {
        let mut shape = String::new();
        for (number, part) in tag.split('"').enumerate() {
            // Every second part is the value of an attribute.
            if number % 2 == 0 {
                shape += part;
            }
        }
        shape
    })
    .collect()
}

#[test]
fn hostile_texts_change_nothing_in_the_structure_of_a_page() {
    let directory = tempfile::tempdir().unwrap();
    hostile::write_tables(directory.path());
    let files = site(dataset(directory.path())).files().unwrap();
    let pages: Vec<&File> = files.iter().filter(|file| file.path.starts_with("p/x-")).collect();
    let products: Vec<&&File> = pages.iter().filter(|file| file.path.matches('/').count() == 2).collect();
    assert_eq!(products.len(), hostile::texts().count());
    // Long names and notes take several lines of the diagram and its legend.
    let outside = |file: &File| -> Vec<String> {
        structure(text(file))
            .into_iter()
            .filter(|tag| !tag.contains("tspan") && tag != "br" && !tag.starts_with("path") && !tag.starts_with("rect"))
            .collect()
    };
    let expected = outside(products[0]);
    for file in &products {
        assert_eq!(outside(file), expected, "{}", file.path);
    }
    for file in files.iter().filter(|file| is_page(file)) {
        let html = text(file);
        for bad in ["<script>", "<img", "onerror=alert(1)>", "href=\"javascript:", "<b>bold", "style=\""] {
            assert!(!html.contains(bad), "{}: {bad}", file.path);
        }
        assert_eq!(html.matches("<script ").count(), 2, "{}", file.path);
    }
}

#[test]
fn without_a_client_no_page_has_a_script() {
    let files = Site { client: Vec::new(), ..site(dataset(&fixture::tables())) }.files().unwrap();
    let pages: Vec<&str> = files.iter().filter(|file| is_page(file)).map(text).collect();
    assert!(pages.len() > 10);
    assert!(pages.iter().all(|html| !html.contains("<script") && html.contains("Content-Security-Policy")));
}
