//! Checks of what the importer makes of pages: tables from lists, entries for text outside tables, and drafts.

use std::fs;
use std::path::Path;

use port_catalog_tests::letters::lost_letters;
use port_data::Diagnostic;
use port_import::capture::{self, Capture};
use port_import::codes;
use port_import::curation::{Curation, SharedFlows};
use port_import::new_product::{NewProduct, Summary, new_product};
use port_import::page::{self, Hints, Layout, ListPattern, Page};
use port_import::refine::refine;
use port_import::vocabulary::Vocabulary;

use super::catalog::files;
use super::page::{check_errors, check_page, line_count};

/// The HTML that a converter made of a page, after the page.
pub fn converted(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let Some((layout, source, html)) = converted_parts(&text) else { return };
    let read = || page::read_converted(Path::new("page"), &source, &html, layout, &Hints::default());
    let result = read();
    let lines = line_count(&source);
    match &result {
        Ok(page) => check_page(page, lines),
        Err(errors) => check_errors(errors, lines),
    }
    assert_eq!(result, read(), "two reads differ");
    // Only the lines come from the source.
    let as_it_is = page::read(Path::new("page"), &html, Layout::Html, &Hints::default());
    if let (Ok(page), Ok(as_it_is), true) = (&result, &as_it_is, has_whole_tags(&html)) {
        assert_eq!(all_letters(page), all_letters(as_it_is));
    }
}

/// Whether all tags and their attributes end, as those of a converter do.
fn has_whole_tags(html: &str) -> bool {
    let mut parts = html.split('<');
    let is_text = |text: &str| !text.contains(['>', '"']);
    let has_name = |tag: &str| tag.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/');
    let is_whole = |part: &str| {
        part.split_once('>').is_some_and(|(tag, text)| {
            is_text(text)
                && has_name(tag)
                && tag.matches('"').count() % 2 == 0
                && !tag.contains('\'')
                && tag.matches("data-line").count() < 2
        })
    };
    parts.next().is_none_or(is_text) && parts.all(is_whole)
}

/// The letters of a page's tables, and those of the text outside them in an order of their own: texts that are on one line of the HTML
/// may be on several lines of the page.
fn all_letters(page: &Page) -> [String; 2] {
    let letters = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
    let mut outside: Vec<char> =
        page.text_outside_tables.iter().flat_map(|line| letters(&line.text).chars().collect::<Vec<_>>()).collect();
    outside.sort_unstable();
    let cells = page.tables.iter().flat_map(|table| &table.rows).flat_map(|row| &row.cells);
    [cells.map(|cell| letters(&cell.text)).collect(), outside.into_iter().collect()]
}

pub fn read_converted(bytes: &[u8]) -> Result<String, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    let (layout, source, html) = converted_parts(text).ok_or("the input has no page and HTML")?;
    let page = page::read_converted(Path::new("page"), &source, &html, layout, &Hints::default());
    page.map(|page| format!("{} tables", page.tables.len())).map_err(|errors| errors[0].to_string())
}

/// The layout and the text of the page, and its HTML.
fn converted_parts(text: &str) -> Option<(Layout, String, String)> {
    let mut files = files(text).into_iter();
    let (name, source) = files.next()?;
    let (_, html) = files.next()?;
    let layout = if name.extension()? == "rst" { Layout::Rst } else { Layout::Adoc };
    Some((layout, source, html))
}

/// A pattern in the first line, and a Markdown page.
fn list_page(text: &str) -> (&str, Result<Page, Vec<Diagnostic>>) {
    let (pattern, text) = text.split_once('\n').unwrap_or((text, ""));
    let lists = vec![ListPattern { heading: None, pattern: pattern.to_string() }];
    let hints = Hints { lists, ..Hints::default() };
    (pattern, page::read(Path::new("page"), text, Layout::Markdown, &hints))
}

pub fn lists(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (pattern, result) = list_page(&text);
    let source = text.split_once('\n').unwrap_or_default().1;
    match &result {
        Ok(page) => {
            check_page(page, line_count(source));
            if !source.contains(['<', '&']) && !source.contains("](") && !source.lines().any(is_numbered) {
                // Each row has the text between the columns too.
                let rows = page.tables.iter().map(|table| table.rows.len()).sum::<usize>();
                let between = pattern.repeat(rows);
                let lost = lost_letters([source], page.texts().chain([between.as_str()]));
                assert!(lost.is_empty(), "lost {lost:?} of {page:#?}");
            }
        }
        Err(errors) => check_errors(errors, line_count(source)),
    }
    assert_eq!(result, list_page(&text).1, "two reads differ");
}

/// Whether a line may be an item with a number, which Markdown counts itself.
fn is_numbered(line: &str) -> bool {
    let text = line.trim_start_matches([' ', '\t', '>', '-', '*', '+']);
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < text.len() && rest.starts_with(['.', ')'])
}

pub fn read_lists(bytes: &[u8]) -> Result<String, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    let page = list_page(text).1.map_err(|errors| errors[0].to_string())?;
    match page.tables.iter().map(|table| table.rows.len()).sum::<usize>() {
        0 => Err("no list is a table".to_string()),
        rows => Ok(format!("{rows} rows")),
    }
}

/// A curation that ignores all tables and explains all texts of a capture, except the one at an index.
fn explaining(capture: &Capture, except: Option<usize>) -> Option<Curation> {
    let quoted = |text: &str| toml_string(text);
    let mut curation = "layout = \"markdown\"\n".to_string();
    if capture.tables.is_empty() {
        curation += "tables = []\n";
    }
    for table in &capture.tables {
        let heading = quoted(table.printed().heading);
        curation += &format!("[[tables]]\nheading = {heading}\nignore = \"A test.\"\n");
    }
    for (index, text) in capture.texts.iter().enumerate().filter(|(index, _)| Some(*index) != except) {
        curation += &format!("[[text]]\ndigest = \"{}\"\nwhat = \"Text {index}.\"\n", text.prose.digest);
        curation += &capture.below(text).map_or_else(String::new, |below| format!("below = {}\n", quoted(&below)));
    }
    // A heading may contain what no curation may, such as an unresolved mark.
    Curation::parse(Path::new("curation.toml"), &curation).ok()
}

fn toml_string(text: &str) -> String {
    // JSON's strings are TOML's, except for DEL.
    serde_json::to_string(text).expect("a text is JSON").replace('\u{7f}', "\\u007f")
}

fn capture_of(text: &str) -> Result<Capture, Vec<Diagnostic>> {
    let file = Path::new("page");
    let page = page::read(file, text, Layout::Markdown, &Hints::default())?;
    let nothing = Curation::parse(file, "layout = \"markdown\"\ntables = []\n")?;
    let mut capture = capture::from_page(&page, file, Layout::Markdown, &nothing)?;
    let all = explaining(&capture, None);
    if let Some(all) = all {
        capture = capture::from_page(&page, file, Layout::Markdown, &all)?;
    }
    Ok(capture)
}

/// The problems with the text outside the tables.
fn problems_of_texts(capture: &Capture, curation: &Curation) -> Vec<Diagnostic> {
    let mut diagnostics = refine(capture, curation, &Vocabulary::default(), None).diagnostics;
    diagnostics.retain(|diagnostic| diagnostic.code == codes::OUTSIDE_TEXT);
    diagnostics
}

/// Text outside the tables is accepted if each text has an entry, and reported if one hasn't.
pub fn texts(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let Ok(capture) = capture_of(&text) else { return };
    if let Some(curation) = explaining(&capture, None) {
        let problems = problems_of_texts(&capture, &curation);
        assert!(problems.is_empty(), "{problems:#?}");
    }
    for index in [0, capture.texts.len() / 2] {
        let Some(curation) = explaining(&capture, Some(index)) else { continue };
        if index < capture.texts.len() {
            assert!(!problems_of_texts(&capture, &curation).is_empty(), "text {index} isn't missed");
        }
    }
}

pub fn read_texts(bytes: &[u8]) -> Result<String, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    let capture = capture_of(text).map_err(|errors| errors[0].to_string())?;
    let curation = explaining(&capture, None).ok_or("the texts can't be explained")?;
    match problems_of_texts(&capture, &curation).first() {
        Some(problem) => Err(problem.to_string()),
        None => Ok(format!("{} texts", capture.texts.len())),
    }
}

/// A catalog that knows a few peers and services.
const TABLES: [(&str, &str); 5] = [
    ("vendors", "id,name,url\nacme,Acme,https://acme.example\n"),
    ("products", "id,vendor,name\nother,acme,Other\n"),
    (
        "editions",
        "product,edition,printed_edition,document,url,retrieved\nother,1,1,Ports,https://acme.example,2026-01-31\n",
    ),
    (
        "peers",
        "id,name,kind,description\nadmin,Administrator,role,A person\ndns-server,DNS server,role,Resolves names\n",
    ),
    ("services", "id,name,transports,port,description\nsmtp,SMTP,tcp,25,Mail\ndns,DNS,tcp udp,53,Names\n"),
];

/// A draft: the open questions, the capture and the curation.
struct Draft {
    summary: Summary,
    capture: Capture,
    curation: Curation,
}

/// Drafts a product. The first line is the name of the page's file, which must have the extension of a page that is read as it is.
fn draft(text: &str) -> Result<Draft, Vec<Diagnostic>> {
    let (name, text) = text.split_once('\n').unwrap_or((text, ""));
    let extension = ["html", "csv", "dita"].into_iter().find(|known| name.ends_with(known)).unwrap_or("md");
    let directory = tempfile::tempdir().expect("a directory");
    let write = |path: &str, text: &str| {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().expect("a path in a directory")).expect("a directory");
        fs::write(path, text).expect("a file");
    };
    for (table, text) in TABLES {
        write(&format!("tables/{table}.csv"), text);
    }
    let doc = format!("page.{extension}");
    write(&doc, text);
    let data = directory.path().to_path_buf();
    let new = NewProduct {
        doc: data.join(doc),
        data: data.clone(),
        id: "relay".to_string(),
        edition: "1".to_string(),
        ..NewProduct::default()
    };
    let summary = new_product(&new)?;
    let shared = SharedFlows::read(&data.join("curation/relay")).map_err(|error| vec![error])?;
    let edition = data.join("curation/relay/1.toml");
    let text = fs::read_to_string(&edition).expect("the draft is written");
    let curation = Curation::parse_with(&edition, &text, &shared)?;
    let capture = Capture::read(&data.join("captures/relay/1.csv"))?;
    Ok(Draft { summary, capture, curation })
}

/// Each row of a page is a flow, a row that isn't a flow, or a row of an ignored table; and each is counted.
pub fn drafts(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match draft(&text) {
        Ok(Draft { summary, capture, curation }) => {
            assert_eq!(summary.rows, capture.rows().count());
            assert!(summary.drafted_rows + summary.other_rows <= summary.rows, "{summary:?}");
            let refined = refine(&capture, &curation, &Vocabulary::default(), None);
            let is_unknown_row = |diagnostic: &&Diagnostic| diagnostic.code == codes::NEW_ROW;
            let unknown: Vec<&Diagnostic> = refined.diagnostics.iter().filter(is_unknown_row).collect();
            assert!(unknown.is_empty(), "{unknown:#?}");
        }
        Err(errors) => {
            assert!(!errors.is_empty());
            assert!(errors.iter().all(|error| !error.message.is_empty()), "{errors:?}");
            // A draft that can't be read again is a bug.
            let own = |error: &&Diagnostic| error.place.file.to_string_lossy().contains("curation/relay");
            assert_eq!(errors.iter().find(own), None);
        }
    }
}

pub fn read_drafts(bytes: &[u8]) -> Result<String, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    let Draft { summary, .. } = draft(text).map_err(|errors| errors[0].to_string())?;
    Ok(format!("{} of {} rows", summary.drafted_rows, summary.rows))
}
