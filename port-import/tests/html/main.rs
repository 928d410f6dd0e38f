//! Checks that a vendor's page as HTML gives the same capture as its text capture.
//!
//! The HTML is generated with the structure of each vendor's pages: repeated articles, spans, links, paragraphs and line breaks in
//! cells. Its text comes from the documents, which are not part of this project.

mod updated;

use std::fmt::Write;
use std::path::Path;

use port_catalog_tests::documents;
use port_import::capture::{self, Capture, Text};
use port_import::curation::Curation;
use port_import::page::{self, Layout, Page};
use port_import::page_file::capture_text;

/// The structure of a vendor's pages.
struct Style {
    /// The class of a table.
    table: &'static str,
    /// The tag of a column name.
    head: &'static str,
    /// The markup of a cell's text.
    cell: fn(&str) -> String,
    /// The markup before and after the article, and whether the page contains the article twice.
    article: (&'static str, &'static str, bool),
}

const FLARE: (&str, &str, bool) = ("<div role=\"main\" id=\"mc-main-content\">", "</div>", true);

fn fortinet(text: &str) -> String {
    // A product's name is a link or a variable; lines end as they do on Windows.
    let text = escape(text).replace("FortiGate", "<span class=\"mc-variable FortiGate\">FortiGate</span>");
    format!("\r\n                <p>{}</p>\r\n            ", text.replace(' ', "\r\n                    "))
}

fn forcepoint(text: &str) -> String {
    // Adjacent numbers are paragraphs of their own.
    match text.split_once(' ') {
        Some((first, second)) if [first, second].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit())) => {
            format!("<p class=\"p\">{first}</p><p class=\"p\">{second}</p>")
        }
        _ => escape(text).replace(" (", "<br />("),
    }
}

fn mdaemon(text: &str) -> String {
    format!("<span style=\"font-size:14px\">{}&nbsp;</span>", escape(text).replace(" acme-staging", "<br>acme-staging"))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\'', "&#39;")
}

fn fortinet_style() -> Style {
    Style { table: "TableStyle-FortinetTable", head: "th", cell: fortinet, article: FLARE }
}

/// A page as HTML. Cells that the text capture lost are empty links.
fn html(page: &Page, capture: &Capture, style: &Style) -> String {
    let mut body = String::new();
    let mut outside = page.text_outside_tables.iter().peekable();
    for (table, captured) in page.tables.iter().zip(&capture.tables) {
        let top = table.header[0].number;
        while let Some(line) = outside.next_if(|line| line.number < top) {
            let _ = writeln!(body, "<p class=\"p\">{}</p>", escape(&line.text));
        }
        let width = table.header.len();
        let _ = writeln!(body, "<table class=\"{}\">{}", style.table, "<col />".repeat(width));
        if let Some(heading) = &table.heading {
            let _ = writeln!(body, "<tr><{0} colspan=\"{width}\">{1}</{0}></tr>", style.head, escape(&heading.text));
        }
        let heads = table.header.iter().map(|head| format!("<{0}>{1}</{0}>", style.head, escape(&head.text)));
        let _ = writeln!(body, "<tr>{}</tr>", heads.collect::<String>());
        for (index, row) in captured.rows.iter().enumerate() {
            body.push_str("<tr>\n");
            for (column, cell) in row.cells.iter().enumerate().filter(|(_, cell)| !cell.spans_from_above) {
                let below =
                    captured.rows[index + 1..].iter().take_while(|row| row.cells[column].spans_from_above).count();
                let span = if below > 0 { format!(" rowspan=\"{}\"", below + 1) } else { String::new() };
                let was_lost = matches!(&cell.text, Text::Printed(text) if text.is_empty());
                let text = if was_lost { "" } else { table.rows[index].cells[column].text.as_str() };
                let text = if text.is_empty() { "<a href=\"#\"></a>".to_string() } else { (style.cell)(text) };
                let _ = writeln!(body, "<td{span} class=\"BodyE-Column1-Body1\">{text}</td>");
            }
            body.push_str("</tr>\n");
        }
        body.push_str("</table>\n");
    }
    for line in outside {
        let _ = writeln!(body, "<p class=\"p\">{}</p>", escape(&line.text));
    }
    let (open, close, twice) = style.article;
    let article = format!("{open}\n{body}{close}\n").repeat(if twice { 2 } else { 1 });
    format!(
        "<!DOCTYPE html>\n<html><head><title>Ports</title><script>var ports = [1, 2];</script></head><body><nav>Home</nav>\n{article}</body></html>\n"
    )
}

#[test]
fn html_gives_the_same_captures_as_text() {
    let Some(directory) = documents() else { return };
    let styles = [
        ("fortimail", "6.2.0", fortinet_style()),
        ("forticlient", "6.2.0", fortinet_style()),
        (
            "forcepoint-email-security",
            "8.5.x",
            Style {
                table: "table frame-all",
                head: "th",
                cell: forcepoint,
                article: ("<main><article>", "</article></main>", false),
            },
        ),
        (
            "securitygateway",
            "2026-11-22",
            Style {
                table: "MsoNormalTable",
                head: "td",
                cell: mdaemon,
                article: ("<main><div class=\"post\">", "</div></main>", false),
            },
        ),
    ];
    for (product, edition, style) in styles {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../port-data");
        let curation = Curation::read(&data.join("curation").join(product), edition).unwrap();
        let file = directory.join(format!("{product}.txt"));
        let text = std::fs::read_to_string(&file).unwrap();
        let page = page::read(&file, &text, curation.layout, &curation.hints()).unwrap();
        let capture = capture::from_page(&page, &file, curation.layout, &curation).unwrap();
        let html = html(&page, &capture, &style);
        let from_html = capture_text(&html, Path::new("page.html"), Layout::Html, &curation);
        let from_html = from_html.unwrap_or_else(|errors| panic!("{product}: {errors:#?}"));
        assert_eq!(from_html.to_csv(), capture.to_csv(), "{product}");
    }
}
