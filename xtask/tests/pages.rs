//! What of a vendor's page cannot be read with certainty is refused at its line: small pages, changed as captures are when they lose
//! something.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use port_catalog_tests::errors;
use xtask::curation;
use xtask::page::{Cell, Hints, Layout, Page, ReadError, read};

#[allow(dead_code, reason = "the readers' own tests use the rest")]
#[path = "../src/page/samples.rs"]
mod samples;

mod relay;

/// A workspace in which the small product has a page of any layout.
struct Workspace {
    folder: tempfile::TempDir,
}

impl Workspace {
    fn new() -> Workspace {
        let (folder, data) = relay::relay();
        fs::rename(data, folder.path().join("port-data")).unwrap();
        Workspace { folder }
    }

    /// A row for a page that is refused.
    fn refuse(&self, told: &mut errors::Page, layout: Layout, input: &str, page: &str, hints: &Hints) {
        let ending = match layout {
            Layout::Html => "html",
            Layout::Markdown => "md",
            Layout::Csv => "csv",
            _ => "txt",
        };
        let name = format!("page.{ending}");
        fs::write(self.folder.path().join(&name), page).unwrap();
        fs::write(self.folder.path().join("port-data/curation/relay.toml"), curation(layout, hints)).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .current_dir(self.folder.path())
            .env("CARGO_MANIFEST_DIR", self.folder.path().join("xtask"))
            .args(["regenerate", "--check", "--doc", &format!("relay={name}")])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{layout} {input}");
        let report = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<&str> = report.lines().filter(|line| line.starts_with("error: ")).collect();
        assert!(lines.iter().all(|line| line.starts_with(&format!("error: {name}:"))), "{layout} {input}: {report}");
        told.row("regenerate --doc", input, &lines.join("\n"), "2");
    }
}

/// A curation that says of a page what the hints say, and no more.
fn curation(layout: Layout, hints: &Hints) -> String {
    let list = |texts: &[String]| format!("{texts:?}");
    let heads =
        if hints.columns.is_empty() { &["Use".to_string(), "Port".to_string()] } else { hints.columns.as_slice() };
    let columns = heads.iter().enumerate().map(|(number, head)| {
        let meaning = match heads.len() - number {
            1 => "ports",
            2 => "label",
            _ => "note",
        };
        format!("{{ head = {head:?}, is = {meaning:?} }}")
    });
    let values: String = hints.values.iter().map(|(head, values)| format!("{head:?} = {}\n", list(values))).collect();
    format!(
        "layout = \"{layout}\"\ncolumns = [{}]\nspanning = {}\nheadings = {}\ntables = []\n\n[values]\n{values}",
        columns.collect::<Vec<_>>().join(", "),
        list(&hints.spanning),
        list(&hints.headings),
    )
}

/// Texts of each sample, and what captures and vendors make of them.
const CHANGES: [(Layout, &[(&str, &str)]); 6] = [
    (
        Layout::Bars,
        &[
            // An emptied cell, a lost one, a lost bar, which is seen where the count ends, and a cell that lost its bar.
            ("Send |\nTCP/25 |\nFetch", "|\nTCP/25 |\nFetch"),
            ("Fetch |\nTCP/110 |\n|", "Fetch |\n|"),
            ("TCP/110 |\n|\n", "TCP/110 |\n"),
            ("TCP/110 |\n|", "TCP/110\n|"),
            // A heading row of two cells, a renamed heading, a renamed head, two cells in a line.
            ("Inbound |\n||", "Inbound |\n|"),
            ("Inbound |", "Incoming |"),
            ("Purpose |", "Use |"),
            ("Console |\nWeb", "Console | Web"),
            // A row that lacks more than the cell that may span, and no table any more.
            ("Fetch |\nTCP/110 |\n|", "TCP/110 |\n|\n|"),
            (samples::BARS, "Words.\n"),
        ],
    ),
    (
        Layout::Values,
        &[
            // Fetch would be the change, and span; Console would be the change, and Web span.
            ("Settings\n\n", ""),
            ("N/A\n\nConsole", "Console"),
            ("Console\n\n", ""),
            ("TCP\n\n25", "25"),
            ("25\n\nOut", "25\n\nSideways"),
            ("25\n\n", ""),
            ("Out\n\nSettings", "Settings"),
            ("Send\n\nTCP", "Send\n\nNow\n\nTCP"),
            ("Protocol\n", "Transport\n"),
            ("Mail relay\n", "Mail relays\n"),
            ("Needed ports", "Ports needed"),
            (samples::VALUES, "\n"),
        ],
    ),
    (
        Layout::Broken,
        &[
            // A lost cell, so that the next row overflows; a cell too many; the last bar; the last row of the page.
            ("C | 25 | Inbound", "C | Inbound"),
            ("C | 25 |", "C | 25 | 26 |"),
            ("C | 25 | Inbound | Mail |", "C | 25 | Inbound | Mail"),
            ("Outbound | Log store |\n|\nThe range is the default. |", "Outbound |"),
            // A lost head, which the rule knows, also where it lost its own; cells outside of a table.
            ("Port | Direction", "Direction"),
            ("Port | Direction | Use |\n---|---|---|---|", "Direction | Use |\n---|---|---|"),
            ("P1 | 80 |", "P1 | 80\nP1 | 81 |"),
            ("To the store:", "P1 | 443"),
            // A value that curation does not know, a renamed head.
            ("C | 25 | Inbound", "C | 25 | Sideways"),
            ("Direction", "Way"),
        ],
    ),
    (
        Layout::Pipes,
        &[
            // A lost cell, one too many, the bar before a row, that after a cell, a renamed head, the page's end in a cell, rows
            // after the table's end, a sentence with a bar.
            ("25 |\n", ""),
            ("25 |\n", "25 |\n26 |\n"),
            ("| Mail |\nInternet", "Mail |\nInternet"),
            ("Any mail server. |", "Any mail server."),
            ("Notes", "Remarks"),
            ("b.example |\n", "b.example\n"),
            ("| Mail |\nClients", "So much.\n| Mail |\nClients"),
            ("Ports of a gateway", "Ports | of a gateway |"),
        ],
    ),
    (
        Layout::Markdown,
        &[
            ("| Mail | TCP/25 |", "| Mail |"),
            ("| Mail | TCP/25 |", "| Mail | TCP/25 | 26 |"),
            ("Web\\|proxy", "Web|proxy"),
            ("|:-----|-----:|", "|:-----|"),
            ("| Store | 1433 1434 |\n\n", "| Store | 1433 1434 |\n"),
            ("TCP/25", "TCP/\u{202e}25"),
            (samples::MARKDOWN, "Words.\n"),
        ],
    ),
    (
        Layout::Csv,
        &[
            ("TCP/25", "TCP\"/25\""),
            ("\"Mail, fast\"", "\"Mail\", fast\""),
            ("\"Mail, fast\"", "\"Mail\" fast"),
            ("TCP/80\",out", "TCP/80,out"),
            ("TCP/25,in", "TCP/25"),
            ("Use,Port,Way", "Use,Port,Direction"),
            ("Use,Port,Way", "Use,Port"),
        ],
    ),
];

/// Pages of HTML, each a table.
const TABLES: [&str; 8] = [
    "<tr><th>A<th>B\n<tr><td>x",
    "<tr><td>x\n<tr><th>A<th>B",
    "<tr><th>A<th>B\n<tr><td>x<td rowspan=2>y\n<tr><td colspan=2>z",
    "<tr><th>A<th>B<th colspan=999>\n<tr><td>x<td colspan=1000>y",
    "<tr><th>A<th>B<tr><td rowspan=2>x<td>y\n<tr></tr>",
    "<tr><th>A<th>B<tr><td>x<td>\n3300<a class=MCTextPopup>1<span class=MCTextPopupBody>y</span></a>",
    "<tr><td>x<td>y<tr><td>z<td><table><tr><td>a<td>b<tr><td>c<td>d</table>",
    "<tr><th>A<th>B<tr><td>x<td>&rlm;25",
];

/// What of a page was changed, on one line.
fn change(page: &str, from: &str, to: &str) -> String {
    let line = |text: &str| text.trim_end_matches('\n').replace('\n', "\u{23ce}");
    match to {
        "" => format!("without {}", line(from)),
        to if from == page => format!("{} for all", line(to)),
        to => format!("{} for {}", line(to), line(from)),
    }
}

#[test]
fn what_a_page_does_not_say_with_certainty_is_refused_at_its_line() {
    let mut told = errors::Page::new(
        "pages",
        "Errors of vendors' pages",
        "xtask/tests/pages.rs",
        "What of a vendor's page cannot be read with certainty, by its layout. Shown is what was changed of a small page, in which a \
         \u{23ce} stands for the end of a line: captures lose cells and bars, vendors rename heads. Every place is told, up to a hundred.",
    );
    let workspace = Workspace::new();
    for (layout, changes) in CHANGES {
        told.section(&format!("Layout `{layout}`"), "");
        let page = samples::of(layout);
        let hints = hints(layout);
        assert!(read(page, layout, &hints).is_ok(), "{layout}");
        for (from, to) in changes {
            assert!(page.contains(from), "{layout}: {from}");
            workspace.refuse(&mut told, layout, &change(page, from, to), &page.replacen(from, to, 1), &hints);
        }
        more(layout, page, &hints, &workspace, &mut told);
    }
    told.section("Layout `html`", "");
    let none = Hints::default();
    for rows in TABLES {
        let input = rows.replace('\n', "\u{23ce}");
        workspace.refuse(&mut told, Layout::Html, &input, &format!("<table>{rows}</table>"), &none);
    }
    let article = "<div id=mc-main-content><table><tr><th>A<th>B<tr><td>x<td>25</table></div>\n";
    let copies = format!("{article}{}", article.replace("25", "26"));
    workspace.refuse(&mut told, Layout::Html, "the article twice, with 25 and with 26", &copies, &none);
    let longer = format!("{article}{}", article.replace("</div>", "More.</div>"));
    workspace.refuse(&mut told, Layout::Html, "the article twice, the second time with more", &longer, &none);
    workspace.refuse(&mut told, Layout::Html, "<p>Words.</p>", "<p>Words.</p>", &none);

    told.section("Limits", "What no page of a vendor comes near.");
    let deep = "<div>\n".repeat(10_000);
    workspace.refuse(&mut told, Layout::Html, "10000 elements, one in the other", &deep, &none);
    let opened: String = (0..400).map(|number| format!("<b a={number}>")).collect();
    let reopened = format!("<p>{opened}{}", "<p>x".repeat(1_000));
    workspace.refuse(&mut told, Layout::Html, "400 elements that do not close, and 1000 paragraphs", &reopened, &none);
    let attributes: String = (0..=1_000).map(|number| format!(" a{number}")).collect();
    workspace.refuse(&mut told, Layout::Html, "an element with 1001 attributes", &format!("<p{attributes}>"), &none);
    let blanks = format!("<p{}>", " ".repeat(100_000));
    workspace.refuse(&mut told, Layout::Html, "a tag with 100000 blanks", &blanks, &none);
    let wide = format!("<table><tr><th colspan=900>A<th>B{}", "<tr><td colspan=900>x<td>y".repeat(1_200));
    workspace.refuse(&mut told, Layout::Html, "1200 rows of 901 columns", &wide, &none);
    let long =
        format!("<table><tr><th>A<th>B<tr><td rowspan=0>{}<td>y{}", "x".repeat(1 << 20), "<tr><td>z".repeat(100));
    workspace.refuse(&mut told, Layout::Html, "a cell of a megabyte that spans over 100 rows", &long, &none);
    let header = "A,".repeat(1_000) + "B\n";
    workspace.refuse(&mut told, Layout::Csv, "a header of 1001 columns", &header, &none);
    let page = "\0".repeat(xtask::page::MAX_BYTES + 1);
    workspace.refuse(&mut told, Layout::Csv, "a page of more than 16 MiB", &page, &none);
    told.assert();
}

/// What curation says of each sample; CSV has heads of its own.
fn hints(layout: Layout) -> Hints {
    match layout {
        Layout::Csv => Hints { columns: ["Use", "Port", "Way"].map(str::to_string).into(), ..Hints::default() },
        layout => samples::hints(layout),
    }
}

/// What is wrong with a page because of what curation says of it, or does not.
fn more(layout: Layout, page: &str, hints: &Hints, workspace: &Workspace, told: &mut errors::Page) {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_string()).collect::<Vec<_>>();
    let mut refuse = |input: &str, page: &str, hints: &Hints| workspace.refuse(told, layout, input, page, hints);
    match layout {
        Layout::Bars => {
            let more = Hints { headings: texts(&["Inbound", "Outbound", "Inside"]), ..hints.clone() };
            refuse("a heading Inside in the curation", page, &more);
            refuse(
                "no column that spans in the curation",
                page,
                &Hints { spanning: texts(&["Port"]), ..hints.clone() },
            );
        }
        Layout::Values => {
            let without = |head: &str| {
                let values: BTreeMap<_, _> =
                    hints.values.clone().into_iter().filter(|(known, _)| known != head).collect();
                Hints { values, ..hints.clone() }
            };
            refuse("no values of the column Peer in the curation", page, &without("Peer"));
            refuse("no values in the curation", page, &Hints { values: BTreeMap::new(), ..hints.clone() });
            refuse(
                "a column Use that spans in the curation",
                page,
                &Hints { spanning: texts(&["Peer", "Use"]), ..hints.clone() },
            );
            let body = &page[page.find("Needed").unwrap()..];
            let twice = format!("{page}\n{}", body.replacen("443 (default)", "444 (default)", 1));
            refuse("the body twice, with 443 and with 444", &twice, hints);
            refuse("the body twice, the second time with more", &format!("{page}\n{body}\nLast words\n"), hints);
        }
        Layout::Broken => {
            let page = "A | B |\n---|---|\nx | y |\nfirst note |\nsecond note |\n";
            refuse(
                "two footnotes, one under the other",
                page,
                &Hints { columns: texts(&["A", "B"]), ..Hints::default() },
            );
            let page = "A | B | C |\n---|---|---|\nhost | 25 | in |\n26 | in | |\n";
            let spans = Hints { columns: texts(&["A", "B", "C"]), spanning: texts(&["A"]), ..Hints::default() };
            refuse("26 | in | | in a table whose first column spans", page, &spans);
            let values = [("A".to_string(), texts(&["host", "hub"])), ("C".to_string(), texts(&["in"]))];
            let values = Hints { values: values.into_iter().collect(), ..spans };
            refuse("a value hub of a column that spans in the curation", page, &values);
        }
        Layout::Csv => refuse("a page without the column Way", "Use,Port\nMail,25\n", hints),
        _ => {}
    }
}
