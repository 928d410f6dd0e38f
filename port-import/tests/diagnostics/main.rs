//! Every diagnostic of captures, curations, drafts and regenerations, with its whole message. No case writes a file.

mod basis;
mod curation;
mod many_rows;
mod readings;
mod texts;
mod workspace;

use std::fs;

use port_catalog_tests::diagnostics::{Cases, assert_every_code_has_a_case};
use port_catalog_tests::relay::{CURATION, PAGE};
use port_import::changes::record;
use port_import::codes;
use port_import::new_product::{NewEdition, NewProduct, new_edition, new_product};
use port_import::page::Layout;
use port_import::regenerate::{Outcome, PageFacts, RegenerateOptions, regenerate};

use workspace::{Workspace, tree};

/// The expected messages of regenerations and drafts.
const REGENERATE_FILE: &str = "port-import/tests/diagnostics/regenerate.txt";
const DRAFT_FILE: &str = "port-import/tests/diagnostics/draft.txt";
/// The messages about pages that change, of another test.
const UPDATES_FILE: &str = "port-import/tests/updates/cases.txt";
#[test]
fn bad_files_and_pages_are_rejected() {
    let mut cases = Cases::new(REGENERATE_FILE);
    let workspace = Workspace::regenerated();
    workspace.write("pages/realy.md", PAGE);
    fs::create_dir(workspace.path("empty")).unwrap();
    workspace.write("relay.pdf", "no page");
    workspace.write("latin.md", b"| Peer |\n|---|\n| caf\xe9 |\n");
    fs::File::create(workspace.path("long.md")).unwrap().set_len((16 << 20) + 1).unwrap();
    for (name, docs) in [
        ("a page of an unknown product", &["realy=relay.md"][..]),
        ("a page of an unknown edition", &["relay@2=relay.md"]),
        ("two pages of an edition", &["relay=relay.md", "relay@1=other.md"]),
        ("a missing page", &["relay=nowhere.md"]),
        ("a file that isn't a page", &["relay=relay.pdf"]),
        ("a page that isn't UTF-8", &["relay=latin.md"]),
        ("a page that is too long", &["relay=long.md"]),
    ] {
        workspace.case(&mut cases, name, &format!("--doc {}", docs.join(" --doc ")), &workspace.options(docs));
    }
    for (name, directory) in [
        ("a directory with a page of an unknown product", "pages"),
        ("a directory without pages", "empty"),
        ("a missing directory of pages", "nowhere"),
    ] {
        let options = RegenerateOptions { docs_directory: Some(workspace.path(directory)), ..workspace.options(&[]) };
        workspace.case(&mut cases, name, &format!("--docs {directory}"), &options);
    }
    workspace.write("strange/gopher@2.md", PAGE);
    let options = RegenerateOptions { docs_directory: Some(workspace.path("strange")), ..workspace.options(&[]) };
    workspace.case(&mut cases, "a page of a product that nothing resembles", "--docs strange", &options);
    let options = RegenerateOptions { out: Some(workspace.path("relay.pdf")), ..workspace.options(&[]) };
    workspace.case(&mut cases, "an output directory that is a file", "--out relay.pdf", &options);
    page_facts_cases(&mut cases);
    data_cases(&mut cases, &workspace);
    fs::remove_file(workspace.path("port-catalog/src/generated.rs")).unwrap();
    fs::create_dir(workspace.path("port-catalog/src/generated.rs")).unwrap();
    workspace.case(&mut cases, "a directory instead of generated.rs", "", &workspace.options(&[]));
    cases.assert();
}

/// Pages that changed: without a day, and with a URL that can't be that of all of them.
fn page_facts_cases(cases: &mut Cases) {
    let workspace = Workspace::regenerated();
    let editions_csv = "port-data/tables/editions.csv";
    let editions = fs::read_to_string(workspace.path(editions_csv)).unwrap();
    workspace.write(editions_csv, editions + "relay,2,2,Ports,https://acme.example/2,unknown\n");
    for (from, to) in [
        ("curation/relay/1.toml", "curation/relay/2.toml"),
        ("captures/relay/1.csv", "captures/relay/2.csv"),
        ("tables/flows/relay/1.csv", "tables/flows/relay/2.csv"),
    ] {
        let text = fs::read_to_string(workspace.path(&format!("port-data/{from}"))).unwrap();
        workspace.write(&format!("port-data/{to}"), text);
    }
    workspace.write("relay.md", PAGE.replace("TCP/389", "TCP/390"));
    let docs = ["relay@1=relay.md", "relay@2=relay.md"];
    let options = RegenerateOptions { page_facts: PageFacts::default(), ..workspace.options(&docs) };
    workspace.case(cases, "two changed pages without a day", "--doc relay@1=relay.md --doc relay@2=relay.md", &options);
    let page_facts = PageFacts { url: Some("https://acme.example/3".to_string()), ..workspace.options(&[]).page_facts };
    let options = RegenerateOptions { page_facts, ..workspace.options(&docs) };
    workspace.case(
        cases,
        "a URL of two changed pages",
        "--retrieved 2026-01-31 --url https://acme.example/3",
        &options,
    );
}

fn data_cases(cases: &mut Cases, workspace: &Workspace) {
    let products_csv = "port-data/tables/products.csv";
    let products = fs::read_to_string(workspace.path(products_csv)).unwrap();
    workspace.file_case(cases, "products.csv is missing", products_csv, None);
    for (name, from, to) in [
        ("products.csv has no column id", "id,", "name,"),
        ("products.csv has an unresolved FIXME", ",Relay", ",FIXME"),
        ("products.csv has an unknown vendor", ",acme,", ",acne,"),
    ] {
        workspace.file_case(cases, name, products_csv, Some(&products.replacen(from, to, 1)));
    }
    let left_out_csv = "port-data/left-out.csv";
    let header = "id,name,url,reason\n";
    for (name, text) in [
        ("left-out.csv has no column reason", "id,name,url\n".to_string()),
        ("a product is left out without a reason", format!("{header}gopher,Gopher,,\n")),
        ("a product without a name is left out", format!("{header}gopher,,,No ports.\n")),
        ("a product of the catalog is left out", format!("{header}relay,Relay,,No ports.\n")),
        ("a product is left out twice", format!("{header}gopher,Gopher,,No ports.\ngopher,Gopher,,None.\n")),
        ("a product without a valid id is left out", format!("{header}Gopher,Gopher,,No ports.\n")),
    ] {
        workspace.file_case(cases, name, left_out_csv, Some(&text));
    }
    let changes_json = "port-data/changes.json";
    workspace.file_case(cases, "a change feed that is cut off", changes_json, Some("{ \"format\": 1,\n"));
    workspace.file_case(
        cases,
        "a change feed in another form",
        changes_json,
        Some("{ \"format\": 2, \"versions\": [] }\n"),
    );
    recorded_case(cases, workspace);
    let editions_csv = "port-data/tables/editions.csv";
    let editions = fs::read_to_string(workspace.path(editions_csv)).unwrap();
    workspace.file_case(cases, "editions.csv is missing", editions_csv, None);
    for (name, from, to) in [
        ("editions.csv has no column edition", ",edition,", ",version,"),
        ("an edition that is named like the file of all editions", "relay,1,", "relay,flows,"),
        ("an edition in capitals", "relay,1,", "relay,V1,"),
        ("an edition without a day of retrieval", "2026-01-31", ""),
        ("an edition of another id", "relay,1,", "relay,2,"),
    ] {
        workspace.file_case(cases, name, editions_csv, Some(&editions.replacen(from, to, 1)));
    }
    workspace.file_case(cases, "peers.csv is missing", "port-data/tables/peers.csv", None);
    workspace.file_case(cases, "a flow table without a product", "port-data/tables/flows/realy/1.csv", Some("id\n"));
    workspace.file_case(cases, "a curation without a product", "port-data/curation/realy/1.toml", Some(CURATION));
    workspace.file_case(cases, "a curation outside of a product", "port-data/curation/relay.toml", Some(CURATION));
    workspace.file_case(cases, "a capture without an edition", "port-data/captures/relay/0.9.csv", Some("kind\n"));
    workspace.file_case(cases, "no file of all editions", "port-data/curation/relay/flows.toml", None);
    let capture_csv = "port-data/captures/relay/1.csv";
    workspace.file_case(cases, "the capture is missing", capture_csv, None);
    workspace.file_case(cases, "a capture with two columns", capture_csv, Some("kind,line\n"));
    let capture = fs::read_to_string(workspace.path(capture_csv)).unwrap();
    for (name, from, to) in [
        ("a capture with an unknown kind of record", "row,", "raw,"),
        ("a capture with a line without a number", "heading,", "text,"),
    ] {
        assert!(capture.contains(from), "{capture}");
        workspace.file_case(cases, name, capture_csv, Some(&capture.replacen(from, to, 1)));
    }
    let flows_csv = "port-data/tables/flows/relay/1.csv";
    let flows = fs::read_to_string(workspace.path(flows_csv)).unwrap();
    for (name, from, to) in [
        ("a flow table with a quote inside a cell", "Take mail", "Take \"mail\""),
        ("a flow table with an unknown direction", "inbound", "inbuond"),
    ] {
        workspace.file_case(cases, name, flows_csv, Some(&flows.replacen(from, to, 1)));
    }
}

/// A version that is recorded twice.
fn recorded_case(cases: &mut Cases, workspace: &Workspace) {
    let (data, root) = (workspace.path("port-data"), workspace.directory.path());
    record(&data, root, "1.0.0").unwrap();
    let before = tree(root);
    let diagnostics = record(&data, root, "1.0.0").unwrap_err();
    assert!(tree(root) == before, "something was written");
    let relative = |diagnostic: port_data::Diagnostic| {
        let place = diagnostic.place.clone().relative_to(root);
        diagnostic.at(place)
    };
    let diagnostics: Vec<_> = diagnostics.into_iter().map(relative).collect();
    cases.diagnostics("a version that is recorded already", "1.0.0", &diagnostics);
}

#[test]
fn an_edition_that_cannot_be_drafted_is_rejected() {
    let mut cases = Cases::new("port-import/tests/diagnostics/draft_of_edition.txt");
    let workspace = Workspace::regenerated();
    workspace.write("words.md", "No table.\n");
    for (name, product, edition, doc) in [
        ("a misspelt product", "realy", "2", "relay.md"),
        ("an edition that exists", "relay", "1", "relay.md"),
        ("a page without a table", "relay", "2", "words.md"),
    ] {
        let new = NewEdition {
            data: workspace.path("port-data"),
            product: product.to_string(),
            edition: edition.to_string(),
            doc: workspace.path(doc),
            ..NewEdition::default()
        };
        let before = tree(workspace.directory.path());
        let diagnostics = new_edition(&new).unwrap_err();
        assert!(tree(workspace.directory.path()) == before, "{name}: something was written");
        let relative = |diagnostic: port_data::Diagnostic| {
            let place = diagnostic.place.clone().relative_to(workspace.directory.path());
            diagnostic.at(place)
        };
        let diagnostics: Vec<_> = diagnostics.into_iter().map(relative).collect();
        cases.diagnostics(name, &format!("{product} {edition} --doc {doc}"), &diagnostics);
    }
    cases.assert();
}

#[test]
fn a_product_that_cannot_be_drafted_is_rejected() {
    let mut cases = Cases::new(DRAFT_FILE);
    let workspace = Workspace::regenerated();
    let mut case = |name: &str, id: &str, doc: &str, layout: Option<Layout>| {
        let new = NewProduct {
            data: workspace.path("port-data"),
            id: id.to_string(),
            edition: "1".to_string(),
            doc: workspace.path(doc),
            layout,
            ..NewProduct::default()
        };
        let before = tree(workspace.directory.path());
        let diagnostics = new_product(&new).unwrap_err();
        assert!(tree(workspace.directory.path()) == before, "{name}: something was written");
        let root = workspace.directory.path();
        let diagnostics: Vec<_> = diagnostics
            .into_iter()
            .map(|diagnostic| {
                let place = diagnostic.place.clone().relative_to(root);
                diagnostic.at(place)
            })
            .collect();
        cases.diagnostics(name, &format!("{id} --doc {doc}"), &diagnostics);
    };
    workspace.write("latin.md", b"| Peer |\n|---|\n| caf\xe9 |\n");
    workspace.write("words.md", "No table.\n");
    workspace.write("sentences.md", "# Ports\n\nThe node needs port 7000.\n\nClients use TCP 9042.\n");
    workspace.write("none.md", "| Use | Number |\n|---|---|\n| Web | 80 |\n");
    workspace.write("both.txt", "Use,Port\n<table><tr><td>a<td>b<tr><td>c<td>d</table>,25\n");
    workspace.write("wide.txt", format!("| a |\n{}", "b |\n".repeat(1_001)));
    workspace.write("words.txt", "words\n");
    case("the product exists already", "relay", "relay.md", None);
    case("the page is missing", "gateway", "nowhere.md", None);
    case("the page isn't UTF-8", "gateway", "latin.md", None);
    case("the page has no table", "gateway", "words.md", None);
    case("only sentences contain ports", "gateway", "sentences.md", None);
    case("no column contains ports", "gateway", "none.md", None);
    case("two layouts fit", "gateway", "both.txt", None);
    case("a row with 1002 cells", "gateway", "wide.txt", Some(Layout::Pipes));
    case("no layout fits", "gateway", "words.txt", None);
    let peers_csv = "port-data/tables/peers.csv";
    let peers = fs::read_to_string(workspace.path(peers_csv)).unwrap();
    workspace.write(peers_csv, peers.replacen("id,name", "id,title", 1));
    case("peers.csv has no column name", "gateway", "relay.md", None);
    cases.assert();
}

#[test]
fn every_code_has_a_case() {
    assert_every_code_has_a_case(codes::ALL, &[curation::FILE, REGENERATE_FILE, DRAFT_FILE, UPDATES_FILE]);
}

#[test]
fn an_id_with_the_other_direction_is_a_warning_about_its_entry() {
    let workspace = Workspace::new();
    let curation = CURATION.replace("relay-in-admin", "relay-out-admin");
    workspace.write_curation(&curation);
    let (report, outcome) = regenerate(&workspace.options(&["relay=relay.md"]));
    assert_eq!(outcome, Outcome::Done, "{report}");
    // The line of its id.
    let line = curation.lines().take_while(|line| !line.contains("relay-out-admin")).count() + 1;
    let warning = format!(
        "warning[table-id-direction]: port-data/curation/relay/1.toml:{line}: id: relay-out-admin is inbound, but its id has -out-;"
    );
    let text = report.to_string();
    assert!(text.lines().any(|line| line.starts_with(&warning)), "{text}");
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["warnings"][0]["code"], "table-id-direction");
    // Another run, in which nothing changes, shows it again.
    let (report, _) = regenerate(&workspace.options(&[]));
    assert_eq!((report.warnings.len(), report.is_empty()), (1, true));
    let (report, _) = regenerate(&Workspace::regenerated().options(&[]));
    assert!(report.warnings.is_empty() && serde_json::to_value(&report).unwrap().get("warnings").is_none());
}
