//! HTML pages as vendors publish them, and malformed ones.

use super::super::doubt::Policy;
use super::super::properties::{apply, change, check};
use super::super::samples::{self, first_error, read, rows_as_text};
use super::super::{Concealed, Glued, Hints, Layout, ListPattern, Page, SkippedKind, codes};
use super::content::extract;
use super::{is_not_displayed, tree};
use port_catalog_tests::letters::lost_letters;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::fmt::Write;

fn page(text: &str) -> Page {
    read(text, Layout::Html, &Hints::default()).unwrap()
}

/// A page that consists of one table.
fn table(rows: &str) -> Page {
    page(&format!("<table>{rows}</table>"))
}

#[test]
fn headings_headers_and_spans_are_read() {
    let page = page(samples::HTML);
    let headers: Vec<Vec<_>> = page
        .tables
        .iter()
        .map(|table| table.heading.iter().chain(&table.header).map(|line| line.text.as_str()).collect())
        .collect();
    assert_eq!(
        headers,
        [
            ["Inbound", "", "Purpose", "Protocol/Port"],
            ["Outbound", "", "Purpose", "Protocol/Port"],
            ["More", "Use", "Port TCP", "Port UDP"],
        ]
    );
    assert_eq!(
        rows_as_text(&page),
        [
            "17 Mail client / Send / TCP/25 TCP/465",
            "23 ^Mail client / Fetch / TCP/110 or TCP/995",
            "24 Console / Web SSH / TCP/443 {[*]}",
            "26 Relay /  / UDP/53",
            "34 Mail / 3300 {[1] Only new ones.} / 53",
            "35 ^Mail / ^3300 {[1] Only new ones.} / 54Names {DNS}",
        ]
    );
    let cell = &page.tables[0].rows[0].cells[2];
    assert_eq!(cell.line, 21);
}

#[test]
fn text_outside_tables_has_lines() {
    let outside: Vec<_> =
        page(samples::HTML).text_outside_tables.into_iter().map(|line| (line.number, line.text)).collect();
    let expected = [
        (6, "Ports of the Relay"),
        (7, "note icon"),
        (7, "Mind the wall."),
        (8, "Words, which go on."),
        (9, "And more."),
        (27, "* Not always."),
    ];
    assert_eq!(outside, expected.map(|(line, text)| (line, text.to_owned())));
}

#[test]
fn all_kinds_of_line_ends_are_accepted() {
    for end in ["\r\n", "\r"] {
        assert_eq!(page(&samples::HTML.replace('\n', end)), page(samples::HTML), "{end:?}");
    }
}

#[test]
fn an_article_may_be_repeated_if_the_copies_are_equal() {
    let start = samples::HTML.find("<div id").unwrap();
    let end = samples::HTML.find("<script").unwrap();
    let article = &samples::HTML[start..end];
    let twice = samples::HTML.replace("<script", &format!("{article}<script"));
    let without_skipped = |text: &str| Page { skipped: Vec::new(), ..page(text) };
    assert_eq!(without_skipped(&twice), without_skipped(samples::HTML));
    for (fact, line) in [("TCP/995", 56), ("note icon", 40), ("Only <i>new", 67), ("Not always", 60)] {
        let changed = format!("{}{}", &twice[..end], twice[end..].replacen(fact, "changed", 1));
        let error = first_error(&changed, Layout::Html);
        assert_eq!(error.place.line, line, "{fact}: {error}");
    }
    let shorter = format!("{}{}", &twice[..end], twice[end..].replacen("And more.", "", 1));
    assert!(first_error(&shorter, Layout::Html).to_string().contains("And more."));
}

#[test]
fn footnote_marks_and_popups_are_separated_from_numbers() {
    for (fragment, text, notes) in [
        ("3300<sup>1</sup>", "3300", &["[1]"][..]),
        ("3300<sup>1</sup>0", "3300 0", &["[1]"]),
        ("<sup>443</sup>", "443", &[]),
        ("80<span class=superscript>2)</span>", "80", &["[2)]"]),
        (
            "80<sup><a class='MCTextPopup'>3<span class='MCTextPopupBody popupBody'>Or <sup>not</sup></span></a></sup>",
            "80",
            &["[3] Or not"],
        ),
        (
            "80<a class='MCTextPopup'><sup>4</sup><span class='MCTextPopupBody'>x<p>y</p></span></a>,81",
            "80,81",
            &["[4] x y"],
        ),
        ("80<a class='MCTextPopup'>*<span class='MCTextPopupBody'>x</span></a>", "80", &["[*] x"]),
        ("<a class='MCTextPopup'>443<span class='MCTextPopupBody'>x</span></a>", "443", &["x"]),
    ] {
        let tree = tree::parse(fragment).unwrap();
        let found = extract(tree.root(), Policy::default(), None);
        assert_eq!(
            (found.text.as_str(), found.footnotes.iter().map(String::as_str).collect::<Vec<_>>()),
            (text, notes.to_vec()),
            "{fragment}"
        );
    }
    let ambiguous = "<table><tr><th>A<th>B<tr><td>x<td>\n3300<a class=MCTextPopup>1<span class=MCTextPopupBody>y</span></a></table>";
    assert_eq!(first_error(ambiguous, Layout::Html).place.line, 2);
}

#[test]
fn hidden_and_struck_out_text_of_tables_is_an_error_until_it_is_decided() {
    let hidden = |decision| Hints { hidden: Some(decision), ..Hints::default() };
    let struck_out = |decision| Hints { struck_out: Some(decision), ..Hints::default() };
    for (markup, kind, code) in [
        ("<del>TCP/465</del>", "struck", codes::STRUCK_OUT),
        ("<s>TCP/465</s>", "struck", codes::STRUCK_OUT),
        ("<strike><b>TCP</b>/465</strike>", "struck", codes::STRUCK_OUT),
        (
            "<span style='color:red; TEXT-DECORATION: underline line-through'>TCP/465</span>",
            "struck",
            codes::STRUCK_OUT,
        ),
        ("<p style='text-decoration-line:line-through'>TCP/465</p>", "struck", codes::STRUCK_OUT),
        ("<span hidden>TCP/465</span>", "hidden", codes::HIDDEN_TEXT),
        ("<span style='display : none'>TCP/465</span>", "hidden", codes::HIDDEN_TEXT),
        ("<span style='visibility:hidden'>TCP/465</span>", "hidden", codes::HIDDEN_TEXT),
    ] {
        let text = format!("<table><tr><th>A<th>B<tr><td>x<td>TCP/25 or {markup}, 26\n<tr><td>y<td>1</table>");
        let error = first_error(&text, Layout::Html);
        assert_eq!((error.code, error.place.line), (code, 1), "{error}");
        assert!(error.message.contains("\"TCP/465\""), "{error}");
        let decided = |decision| if kind == "hidden" { hidden(decision) } else { struck_out(decision) };
        let kept = read(&text, Layout::Html, &decided(Concealed::Keep)).unwrap();
        assert_eq!(rows_as_text(&kept)[0].replace(" ,", ","), "1 x / TCP/25 or TCP/465, 26", "{markup}");
        let dropped = read(&text, Layout::Html, &decided(Concealed::Drop)).unwrap();
        assert_eq!(rows_as_text(&dropped)[0].replace(" ,", ","), "1 x / TCP/25 or, 26", "{markup}");
        assert_eq!(dropped.skipped[0].text, "TCP/465", "{markup}");
    }
    for (open, close) in [("<div style='display:none'>", "</div>"), ("<tbody hidden>", "")] {
        let rows = "<tr><th>A<th>B<tr><td>x<td>25";
        let text = if close.is_empty() {
            format!("<table>{open}{rows}</table>")
        } else {
            format!("{open}<table>{rows}</table>{close}")
        };
        assert_eq!(first_error(&text, Layout::Html).code, codes::HIDDEN_TEXT);
        let others = format!("{text}<table><tr><th>A<th>B<tr><td>y<td>26</table>");
        let dropped = read(&others, Layout::Html, &hidden(Concealed::Drop)).unwrap();
        assert_eq!(rows_as_text(&dropped), ["1 y / 26"], "{open}");
        assert_eq!(
            rows_as_text(&read(&others, Layout::Html, &hidden(Concealed::Keep)).unwrap()),
            ["1 x / 25", "1 y / 26"]
        );
    }
    let item = "<ul><li>TCP 25: mail<li><del>TCP 465: mail</del></ul>";
    let lists = vec![ListPattern { heading: None, pattern: "{Ports}: {Label}".into() }];
    let error = read(item, Layout::Html, &Hints { lists: lists.clone(), ..Hints::default() }).unwrap_err().remove(0);
    assert_eq!(error.code, codes::STRUCK_OUT);
    let dropped = read(item, Layout::Html, &Hints { lists, ..struck_out(Concealed::Drop) }).unwrap();
    assert_eq!(rows_as_text(&dropped), ["1 TCP 25 / mail"]);
}

#[test]
fn a_link_or_small_text_next_to_a_number_is_an_error_until_it_is_decided() {
    let glued = |decision| Hints { glued: Some(decision), ..Hints::default() };
    for (markup, as_mark, as_text, mark) in [
        ("514<a href='#fn1'>1</a>", "514", "5141", "1"),
        ("514<span style='position:relative;top:-4px;font-size:70%'>1</span>, 25", "514, 25", "5141, 25", "1"),
        ("514<small>(1)</small>", "514(1)", "514(1)", ""),
        ("514<small>1)</small>", "514", "5141)", "1)"),
        ("514<a href='#a'>a</a>", "514", "514a", "a"),
        ("<a href='#1'>1</a>514", "514", "1514", "1"),
        ("514<b><a href='#1'>1</a></b>", "514", "5141", "1"),
        ("514<a class=MCTextPopup>1<span class=MCTextPopupBody>y</span></a>", "514", "5141", "1"),
    ] {
        let text = format!("<table><tr><th>A<th>B<tr><td>x<td>\n{markup}</table>");
        let cell = |hints: &Hints| read(&text, Layout::Html, hints).unwrap().tables[0].rows[0].cells[1].clone();
        if !mark.is_empty() {
            let error = first_error(&text, Layout::Html);
            assert_eq!((error.code, error.place.line), (codes::AMBIGUOUS, 2), "{error}");
            assert_eq!(cell(&glued(Glued::Mark)).marks, [mark], "{markup}");
        }
        assert_eq!(cell(&glued(Glued::Mark)).text, as_mark, "{markup}");
        assert_eq!(cell(&glued(Glued::Text)).text, as_text, "{markup}");
    }
    for markup in [
        "TCP/<a href='x'>443</a>",
        "<a href='x'>443</a>, 25",
        "443 <a href='x'>2</a>",
        "443<a href='x'>https</a>",
        "<span style='font-size:14px'>44</span><span style='font-size:14px'>3</span>",
    ] {
        table(&format!("<tr><th>A<th>B<tr><td>x<td>{markup}"));
    }
}

#[test]
fn only_the_article_that_the_curation_names_is_read() {
    let text = "<p>7 visits</p><table><tr><th>Poster<th>Posts<tr><td>a<td>9</table>\n<div id=post-1 class='post x'>\n<h2>Ports</h2><table><tr><th>A<th>B<tr><td>x<td>25</table></div><div class='post y'>More</div>";
    let hints = |article: &str| Hints { article: Some(article.into()), ..Hints::default() };
    for article in ["#post-1", "div.x", "[id=post-1]", "div#post-1.post[class]"] {
        let page = read(text, Layout::Html, &hints(article)).unwrap();
        assert_eq!(rows_as_text(&page), ["3 x / 25"], "{article}");
        assert_eq!(page.text_outside_tables, []);
        let kinds: Vec<_> = page.skipped.iter().map(|skipped| (skipped.text.as_str(), skipped.kind)).collect();
        assert_eq!(kinds[0], ("7 visits", SkippedKind::OutsideArticle));
        assert_eq!(kinds.len(), 6);
    }
    for article in ["#post-2", ".post", "", "div div", "a[b", "#"] {
        assert_eq!(read(text, Layout::Html, &hints(article)).unwrap_err()[0].code, codes::ARTICLE, "{article}");
    }
}

#[test]
fn what_is_not_for_readers_is_skipped_by_its_kind() {
    use SkippedKind::{Code, Footer, Navigation, NotDisplayed};

    let text = "<head><title>T</title><style>p {}</style></head><nav>Home\n<ul><li>Up</ul></nav><table><tr><th>A<th>B<tr><td>x<td>25<script>var port = 1;</script></table>\n<pre>open 25\nopen 26</pre><div id=footer><div id=footer-text>Last updated 2026</div></div><script>go()</script>";
    let page = page(text);
    assert_eq!(rows_as_text(&page), ["2 x / 25"]);
    assert_eq!(page.text_outside_tables, []);
    let found: Vec<_> =
        page.skipped.iter().map(|skipped| (skipped.number, skipped.text.as_str(), skipped.kind)).collect();
    let expected = [
        (1, "T", NotDisplayed),
        (1, "p {}", NotDisplayed),
        (1, "Home", Navigation),
        (2, "Up", Navigation),
        (2, "var port = 1;", NotDisplayed),
        (3, "open 25", Code),
        (4, "open 26", Code),
        (4, "Last updated 2026", Footer),
        (4, "go()", NotDisplayed),
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_table_that_arranges_others_is_not_a_table_of_the_page() {
    let data = "<table><tr><th>A<th>B<tr><td>x<td>y<table><tr><td>z</table></table>";
    assert_eq!(rows_as_text(&page(data)), ["1 x / y z"]);
    let around = format!("<table><tr><td>menu<td>top<tr><td>left<td>{data}</table>");
    let read = page(&around);
    assert_eq!(rows_as_text(&read), ["1 x / y z"]);
    assert_eq!(
        read.text_outside_tables.iter().map(|line| line.text.as_str()).collect::<Vec<_>>(),
        ["menu", "top", "left"]
    );
    let inner = "<table><tr><td>a<td>b<tr><td>c<td>d</table>";
    let both = format!("<table><tr><td>x<td>y<tr><td>z<td>{inner}</table>");
    assert_eq!(first_error(&both, Layout::Html).place.line, 1);
    let with_header = format!("<table><tr><th>x<th>y<tr><td>z<td>{inner}</table>");
    assert_eq!(rows_as_text(&page(&with_header)), ["1 z / a b c d"]);
}

#[test]
fn a_header_may_consist_of_th_or_td() {
    let rows = "<tr><td>A<td>B<tr><td>x<td>y";
    assert_eq!(rows_as_text(&table(rows)), ["1 x / y"]);
    let nested = "<tr><td rowspan=2>A<td colspan=2>B<tr><td>C<td>D<tr><td>x<td>y<td>z";
    let read = table(nested);
    assert_eq!(read.tables[0].header.iter().map(|name| name.text.as_str()).collect::<Vec<_>>(), ["A", "B C", "B D"]);
    assert_eq!(rows_as_text(&read), ["1 x / y / z"]);
    let again = "<caption>Of it</caption><tr><th>A<th>B<tr><td>x<td>y<tr><th>A<th>B<tr><td>v<td>w";
    let read = table(again);
    assert_eq!(read.tables.len(), 2);
    assert!(read.tables.iter().all(|table| table.heading.as_ref().unwrap().text == "Of it"));
    assert_eq!(read.text_outside_tables, []);
}

#[test]
fn a_table_with_unequal_rows_is_rejected_at_its_line() {
    for (rows, line) in [
        ("<tr><th>A<th>B\n<tr><td>x", 2),
        ("<tr><td>x\n<tr><th>A<th>B", 1),
        ("<tr><th>A<th>B\n<tr><td>x<td rowspan=2>y\n<tr><td colspan=2>z", 3),
        ("<tr><th>A<th>B<th colspan=999>\n<tr><td>x<td colspan=1000>y", 1),
        ("<tr><th>A<th>B<tr><td rowspan=2>x<td>y\n<tr></tr>", 2),
    ] {
        let text = format!("<table>{rows}</table>");
        let error = first_error(&text, Layout::Html);
        assert_eq!(error.place.line, line, "{rows:?}: {error}");
    }
}

#[test]
fn repeated_cells_are_limited() {
    let wide = format!("<table><tr><th colspan=900>A<th>B{}</table>", "<tr><td colspan=900>x<td>y".repeat(1_200));
    let error = first_error(&wide, Layout::Html);
    assert!(error.code == codes::TOO_LARGE && error.message.contains("1000000"), "{error}");
    let long = format!(
        "<table><tr><th>A<th>B<tr><td rowspan=0>{}<td>y{}</table>",
        "x".repeat(1 << 20),
        "<tr><td>z".repeat(100)
    );
    let error = first_error(&long, Layout::Html);
    assert!(error.code == codes::TOO_LARGE && error.message.contains("repeat"), "{error}");
    let excessive = "<tr><th>A<th>B<tr><td rowspan=99999999999999999999>x<td>y<tr><td>z<td>w";
    assert!(read(&format!("<table>{excessive}</table>"), Layout::Html, &Hints::default()).is_ok());
}

#[test]
fn deep_and_unclosed_markup_is_rejected_in_time() {
    for tag in ["<div>", "<b a=1>", "<table><tr><td>", "<ul><li>"] {
        let text = format!("{tag}\n").repeat(10_000);
        assert!(first_error(&text, Layout::Html).message.contains("deep"), "{tag}");
    }
    let unclosed: String = (0..400).map(|number| format!("<b a={number}>")).collect();
    first_error(&format!("{unclosed}{}", "<p>".repeat(100_000)), Layout::Html);
    // Each paragraph opens the unclosed elements again.
    let text = format!("<p>{unclosed}{}", "<p>x".repeat(100_000));
    assert_eq!(first_error(&text, Layout::Html).code, codes::MARKUP_LIMIT);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_letter_of_a_changed_page_is_lost(changes in prop::collection::vec(change(), 0..4)) {
        // Without the id of the article, the whole body is read.
        let text = apply(&samples::HTML.replace("mc-main-content", "all"), &changes);
        let Some(page) = check(&text, Layout::Html, &Hints::default())? else { return Ok(()) };
        let tree = tree::parse(&text).unwrap();
        let texts = tree.root().descendants().filter(|node| !node.ancestors().any(|node| is_not_displayed(node.value())));
        let texts = texts.filter_map(|node| match &node.value().kind {
            tree::Kind::Text(text) => Some(&**text),
            _ => node.value().attribute("alt").filter(|_| node.value().name() == "img" && !is_not_displayed(node.value())),
        });
        let lost = lost_letters(texts, page.texts());
        prop_assert!(lost.is_empty(), "{lost:?} of\n{text}\nread: {page:#?}");
    }

    #[test]
    fn spans_are_laid_out_as_generated(
        columns in 2_usize..6,
        cuts in prop::collection::vec(prop::collection::vec(any::<(bool, bool)>(), 6), 1..8),
        end in prop::sample::select(&["\n", "\r\n"][..]),
    ) {
        // The cell that covers each place: a new one, the one above, or the one to the left.
        let mut grid: Vec<Vec<(usize, usize)>> = Vec::new();
        for (row, cuts) in cuts.iter().enumerate() {
            let mut places: Vec<(usize, usize)> = Vec::new();
            for column in 0..columns {
                let above = row.checked_sub(1).map(|above| grid[above][column]);
                let spans_down = above.filter(|&(_, first)| {
                    // Only cells of one column span down, so that every cell is a rectangle.
                    let is_single = grid[row - 1].iter().filter(|place| **place == grid[row - 1][column]).count() == 1;
                    cuts[column].0 && is_single && first == column && column + 1 < columns
                });
                let left = places.last().copied().filter(|&(top, _)| cuts[column].1 && top == row && column + 1 < columns);
                places.push(spans_down.or(left).unwrap_or((row, column)));
            }
            grid.push(places);
        }
        let mut html = format!("<table>{end}<tr>{}</tr>{end}", "<th>head</th>".repeat(columns));
        for (row, places) in grid.iter().enumerate() {
            html.push_str("<tr>");
            for column in (0..columns).filter(|&column| places[column] == (row, column)) {
                let rows = grid.iter().skip(row).take_while(|places| places[column] == (row, column)).count();
                let width = places.iter().filter(|place| **place == (row, column)).count();
                write!(html, "{end}<td rowspan={rows} colspan={width}>{row}.{column}</td>").unwrap();
            }
            write!(html, "</tr>{end}").unwrap();
        }
        html.push_str("</table>");
        let page = check(&html, Layout::Html, &Hints::default())?.unwrap();
        let read: Vec<Vec<(String, bool)>> = page.tables[0]
            .rows
            .iter()
            .map(|row| row.cells.iter().map(|cell| (cell.text.clone(), cell.spans_from_above)).collect())
            .collect();
        let expected: Vec<Vec<(String, bool)>> = grid
            .iter()
            .enumerate()
            .map(|(row, places)| places.iter().map(|(top, left)| (format!("{top}.{left}"), *top < row)).collect())
            .collect();
        prop_assert_eq!(read, expected);
    }
}
