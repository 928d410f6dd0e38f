//! Pages that contradict their hints, pages of HTML, and pages that exceed a limit.

use port_import::digest::digest_of_words;
use port_import::page::{Hints, Layout, ListPattern, MAX_BYTES, TextRows};

use crate::case::{Case, hints, sample};

/// HTML tables that are rejected: a name, the rows, and the expected diagnostics.
#[rustfmt::skip]
const TABLES: [(&str, &str, &str); 11] = [
    ("row_without_a_cell", "<tr><th>A<th>B\n<tr><td>x", "error[page-cell-count]: page:2: row has 1 cell, including spans, but another row has 2; restore the lost cell, or fix a rowspan above or a colspan in the row"),
    ("header_wider_than_a_row", "<tr><td>x\n<tr><th>A<th>B", "error[page-cell-count]: page:1: row has 1 cell, including spans, but another row has 2; restore the lost cell, or fix a rowspan above or a colspan in the row"),
    ("overlapping_cells", "<tr><th>A<th>B\n<tr><td>x<td rowspan=2>y\n<tr><td colspan=2>z", "error[page-overlapping-cells]: page:3: cell overlaps one that spans from above; fix the cell's colspan, or the rowspan of the cell above"),
    ("too_many_columns_by_spans", "<tr><th>A<th>B<th colspan=999>\n<tr><td>x<td colspan=1000>y", "error[page-too-large]: page:1: table has 1001 columns, more than 1000; fix the cell's colspan"),
    ("empty_row_below_a_rowspan", "<tr><th>A<th>B<tr><td rowspan=2>x<td>y\n<tr></tr>", "error[page-cell-count]: page:2: row has 1 cell, including spans, but another row has 2; restore the lost cell, or fix a rowspan above or a colspan in the row"),
    ("popup_on_a_number", "<tr><th>A<th>B<tr><td>x<td>\n3300<a class=MCTextPopup>1<span class=MCTextPopupBody>y</span></a>", "error[page-ambiguous]: page:2: the popup on \"1\" in \"33001\" belongs to either a footnote's mark or a port; decide with glued = \"mark\" or glued = \"text\" in the edition's file"),
    ("link_after_a_number", "<tr><th>A<th>B<tr><td>x<td>\n514<a href=#fn1>1</a>", "error[page-ambiguous]: page:2: the link or small text \"1\" in \"5141\" is either a footnote's mark or part of a number; decide with glued = \"mark\" or glued = \"text\" in the edition's file"),
    ("hidden_text", "<tr><th>A<th>B<tr><td>x<td>\n25 <span hidden>or 26</span>", "error[page-hidden-text]: page:2: table has hidden text \"or 26\" in \"25 or 26\"; decide with hidden = \"drop\" or hidden = \"keep\" in the edition's file"),
    ("struck_out_text", "<tr><th>A<th>B<tr><td>x<td>\n25 <del>or 26</del>", "error[page-struck-out]: page:2: table has struck-out text \"or 26\" in \"25 or 26\"; decide with struck_out = \"drop\" or struck_out = \"keep\" in the edition's file"),
    ("nested_tables", "<tr><td>x<td>y<tr><td>z<td><table><tr><td>a<td>b<tr><td>c<td>d</table>", "error[page-nested-tables]: page:1: table with rows and columns inside another one: either may hold the data; cut the page down to the part with the data, or use header cells (`th`) only in the table that holds it"),
    ("hidden_entity", "<tr><th>A<th>B<tr><td>x<td>&rlm;25", "error[page-hidden-character]: page:1:35: character U+200F is not visible; remove it, since it hides what a reader sees"),
];

pub fn cases() -> Vec<Case> {
    [bars(), values(), broken(), csv(), html(), lists(), texts(), converted(), limits()].into_iter().flatten().collect()
}

fn case(layout: Layout, name: &str, page: impl Into<String>, hints: Hints, expected: &'static str) -> Case {
    Case { name: format!("{layout}_{name}"), layout, page: page.into(), hints, expected }
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_string()).collect()
}

#[rustfmt::skip]
fn bars() -> Vec<Case> {
    let (page, hints) = (sample(Layout::Bars), hints(Layout::Bars));
    let headings = strings(&["Inbound", "Outbound", "Inside"]);
    vec![
        case(Layout::Bars, "curated_heading_without_a_table", page, Hints { headings, ..hints.clone() }, "error[page-missing-heading]: page:28: no table has the heading \"Inside\"; if the vendor renamed or removed the table, change the headings in the curation"),
        case(Layout::Bars, "curation_without_the_spanning_column", page, Hints { spanning: strings(&["Port"]), ..hints }, "error[page-cell-count]: page:13: row lacks 1 of its first cells, but the column \"\" doesn't span; restore the lost cell, or list the column as spanning in the curation\nerror[page-cell-count]: page:28: row lacks 1 of its first cells, but the column \"\" doesn't span; restore the lost cell, or list the column as spanning in the curation"),
    ]
}

#[rustfmt::skip]
fn values() -> Vec<Case> {
    let (page, hints) = (sample(Layout::Values), hints(Layout::Values));
    let mut without_peer = hints.clone();
    without_peer.values.remove("Peer");
    let without_values = Hints { values: [].into(), ..hints.clone() };
    let two_spanning = Hints { spanning: strings(&["Peer", "Use"]), ..hints.clone() };
    let body = &page[page.find("Needed").unwrap()..];
    let different_copy = format!("{page}\n{}", body.replacen("443 (default)", "444 (default)", 1));
    let longer_copy = format!("{page}\n{body}\nLast words\n");
    vec![
        case(Layout::Values, "curation_without_values_of_the_first_column", page, without_peer, "error[page-ambiguous]: page:30: \"Settings\" may be the column \"Peer\" of the row at line 34, which is one value short; list all values of the first column in the curation"),
        case(Layout::Values, "curation_without_values", page, without_values, "error[page-missing-hints]: page: the curation doesn't show where a row begins; list all columns in the curation, and the values of at least one that doesn't span"),
        case(Layout::Values, "curation_with_two_spanning_columns", page, two_spanning, "error[page-missing-hints]: page: the curation doesn't show where a row begins; list only the first column as spanning in the curation"),
        case(Layout::Values, "different_copy", different_copy, hints.clone(), "error[page-copies-differ]: page:105: the page prints its body twice, and the copies differ (here \"444 (default)\", at line 50 \"443 (default)\"); find out which copy the vendor means; or list the first line of the body in the curation's headings, and remove what follows the last copy"),
        case(Layout::Values, "longer_copy", longer_copy, hints, "error[page-copies-differ]: page:113: the page prints its body twice, and the copies differ (here \"Last words\", at line 56 the end); find out which copy the vendor means; or list the first line of the body in the curation's headings, and remove what follows the last copy"),
    ]
}

#[rustfmt::skip]
fn broken() -> Vec<Case> {
    let footnotes = "A | B |\n---|---|\nx | y |\nfirst note |\nsecond note |\n";
    let two_columns = Hints { columns: strings(&["A", "B"]), ..Hints::default() };
    let padded = "A | B | C |\n---|---|---|\nhost | 25 | in |\n26 | in | |\n";
    let spanning = Hints { columns: strings(&["A", "B", "C"]), spanning: strings(&["A"]), ..Hints::default() };
    let values = [("A".to_string(), strings(&["host", "hub"])), ("C".to_string(), strings(&["in"]))];
    let missing_value = Hints { values: values.into(), ..spanning.clone() };
    vec![
        case(Layout::Broken, "list_of_footnotes", footnotes, two_columns, "error[page-ambiguous]: page:4: 2 lines of one cell each are either a row or a list of footnotes; list the values of a column in the curation, to decide which"),
        case(Layout::Broken, "padded_row", padded, spanning, "error[page-ambiguous]: page:4: row ends with 1 empty cell: either the page prints that, or as many cells at its start span from above; list the values of a column in the curation, to decide which"),
        case(Layout::Broken, "curated_value_without_a_row", padded, missing_value, "error[page-missing-value]: page:4: no row has \"hub\" in the column \"A\"; restore the cell if the capture lost it; if the vendor removed or renamed it, change the column's values in the curation"),
    ]
}

#[rustfmt::skip]
fn csv() -> Vec<Case> {
    vec![case(Layout::Csv, "page_without_a_column", "Use,Port\nMail,25\n", hints(Layout::Csv), "error[page-unexpected-column]: page:1: header has 2 columns instead of 3 (Use, Port, Way); if the vendor added or removed a column, change the columns in the curation")]
}

#[rustfmt::skip]
fn html() -> Vec<Case> {
    let html = |name: &str, page: String, expected| case(Layout::Html, name, page, Hints::default(), expected);
    let article = "<div id=mc-main-content><table><tr><th>A<th>B<tr><td>x<td>25</table></div>\n";
    let different = format!("{article}{}", article.replace("25", "26"));
    let longer = format!("{article}{}", article.replace("</div>", "More.</div>"));
    let tables = TABLES.map(|(name, rows, expected)| html(name, format!("<table>{rows}</table>"), expected));
    tables.into_iter().chain([
        html("different_copy", different, "error[page-copies-differ]: page:2: the page contains its article twice, and the copies differ (here \"26\", at line 1 \"25\"); find out which copy the vendor means"),
        html("longer_copy", longer, "error[page-copies-differ]: page:2: the page contains its article twice, and the copies differ (here \"More.\", at line 1 the end); find out which copy the vendor means"),
        html("hidden_table", "<p>x</p>\n<div hidden><table><tr><th>A<th>B<tr><td>x<td>25</table></div>".to_string(), "error[page-hidden-text]: page:2: table is hidden; decide with hidden = \"drop\" or hidden = \"keep\" in the edition's file"),
        html("struck_out_table", "<p>x</p>\n<div style='text-decoration: line-through'><table><tr><th>A<th>B<tr><td>x<td>25</table></div>".to_string(), "error[page-struck-out]: page:2: table is struck out; decide with struck_out = \"drop\" or struck_out = \"keep\" in the edition's file"),
        case(Layout::Html, "missing_article", article, Hints { article: Some("#post-1".to_string()), ..Hints::default() }, "error[page-article]: page: article \"#post-1\" is in the page 0 times instead of once; name another element in the edition's file"),
        case(Layout::Html, "unknown_selector", article, Hints { article: Some("div > p".to_string()), ..Hints::default() }, "error[page-article]: page: unknown selector \"div > p\" of the article; use an id or a simple selector: \"#post-1\", \"div.post\""),
        html("no_table", "<p>Words.</p>".to_string(), "error[page-no-table]: page: page has no table in the layout html; name the page's layout, or save the page again"),
    ]).collect()
}

#[rustfmt::skip]
fn lists() -> Vec<Case> {
    let page = "# Ports\n\n- TCP 443: web\n- DNS\n";
    let hints = |heading: &str, patterns: &[&str]| {
        let list = |pattern: &&str| ListPattern { heading: Some(heading.to_string()), pattern: (*pattern).to_string() };
        Hints { lists: patterns.iter().map(list).collect(), ..Hints::default() }
    };
    let list = |name: &str, hints: Hints, expected| case(Layout::Markdown, name, page, hints, expected);
    vec![
        list("invalid_pattern", hints("Ports", &["{Ports"]), "error[page-invalid-pattern]: page: invalid pattern \"{Ports\" of a list: a brace has no partner; write column names in braces, with the text between them as printed: \"{Ports}: {Label}\""),
        list("item_without_a_pattern", hints("Ports", &["{Ports}: {Label}"]), "error[page-item-pattern]: page:4: item \"DNS\" doesn't fit \"{Ports}: {Label}\"; change the pattern in the curation, or add one for this item"),
        list("list_without_a_pattern", hints("Ports", &["{Ports} - {Label}", "{Ports}; {Label}"]), "error[page-item-pattern]: page:3: no item below \"Ports\" fits \"{Ports} - {Label}\" or \"{Ports}; {Label}\" (the first is \"TCP 443: web\"); change the pattern in the curation, or add one for this item"),
        list("pattern_without_a_list", hints("Inbound", &["{Ports}: {Label}"]), "error[page-item-pattern]: page: page has no list below \"Inbound\" for \"{Ports}: {Label}\"; name the heading above the list as printed"),
    ]
}

#[rustfmt::skip]
fn texts() -> Vec<Case> {
    let sentence = "Nodes use 7000, and clients 9042.";
    let page = format!("# Ports\n\n{sentence}\n");
    let hints = |digest: &str, ports: &str| {
        let rows = vec![strings(&["Nodes", "7000"]), strings(&["clients", ports])];
        Hints { texts: vec![TextRows { digest: digest.to_string(), columns: strings(&["Use", "Port"]), rows }], ..Hints::default() }
    };
    let digest = digest_of_words(sentence);
    let text = |name: &str, hints: Hints, expected| case(Layout::Markdown, name, &*page, hints, expected);
    vec![
        text("cell_that_a_text_does_not_print", hints(&digest, "904"), "error[page-text-rows]: page:3: text doesn't print the cell \"904\" of the column \"Port\" (found \"Nodes use 7000, and clients 9042.\"); copy whole words of the text into the rows of its table in the curation"),
        text("text_that_was_reworded", hints("0123456789abcdef", "9043"), "error[page-text-rows]: page:3: text \"0123456789abcdef\" isn't on the page, but the curation lists its rows; read the text of this line, which prints 3 of the 4 cells; if it is the same one, set text = \"a477357b6c03a2e2\" and correct the rows"),
        case(Layout::Markdown, "text_that_was_removed", "# Ports\n\nNone.\n", hints(&digest, "9042"), "error[page-text-rows]: page: text \"a477357b6c03a2e2\" isn't on the page, but the curation lists its rows; if the vendor removed it, remove its table from the curation"),
    ]
}

#[rustfmt::skip]
fn converted() -> Vec<Case> {
    let rst = "Ports\n=====\n\n.. list-table::\n\n   * - a\n     - b\n   * - c\n";
    let adoc = "= Ports\n\n|===\n|a |b\n\n|c\n|===\n";
    vec![
        case(Layout::Rst, "list_table_with_a_short_row", rst, Hints::default(), "error[page-converter]: page:4: docutils can't read the page (\"Error parsing content block for the \"list-table\" directive: ...\"); if the page is right, report the construct as unsupported"),
        case(Layout::Adoc, "table_with_a_short_row", adoc, Hints::default(), "error[page-converter]: page:3: Asciidoctor can't read the page (\"dropping cells of an incomplete row at the end of the table\"); if the page is right, report the construct as unsupported"),
        case(Layout::Dita, "unclosed_element", "<topic>\n<p>x</topic>", Hints::default(), "error[page-xml]: page:2:5: invalid XML: expected 'p' tag, not 'topic'; save the topic again"),
    ]
}

/// No vendor's page comes near these limits.
#[rustfmt::skip]
fn limits() -> Vec<Case> {
    let html = |name: &str, page: String, expected| case(Layout::Html, name, page, Hints::default(), expected);
    let unclosed: String = (0..400).map(|number| format!("<b a={number}>")).collect();
    let attributes: String = (0..=1_000).map(|number| format!(" a{number}")).collect();
    let rows = "<tr><td colspan=900>x<td>y".repeat(1_200);
    let long_cell = "x".repeat(1 << 20);
    vec![
        html("10000_nested_elements", "<div>\n".repeat(10_000), "error[page-markup-limit]: page:511: elements are nested more than 512 deep; save the page again, or cut it down"),
        html("400_unclosed_elements", format!("<p>{unclosed}{}", "<p>x".repeat(1_000)), "error[page-markup-limit]: page:1: unclosed elements are reopened in too many paragraphs; save the page again, or cut it down"),
        html("1001_attributes", format!("<p{attributes}>"), "error[page-markup-limit]: page:1: an element has more than 1000 attributes; save the page again, or cut it down"),
        html("100000_spaces_in_a_tag", format!("<p{}>", " ".repeat(100_000)), "error[page-markup-limit]: page:1: a tag or comment has more than 65536 spaces, quotes and slashes; save the page again, or cut it down"),
        html("1200_rows_of_901_columns", format!("<table><tr><th colspan=900>A<th>B{rows}"), "error[page-too-large]: page:1: table has more than 1000000 cells, including those that spans repeat; cut the page down to the part with the tables"),
        html("long_cell_over_100_rows", format!("<table><tr><th>A<th>B<tr><td rowspan=0>{long_cell}<td>y{}", "<tr><td>z".repeat(100)), "error[page-too-large]: page:1: spanning cells repeat more than 64 MiB (here \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...\"); cut the page down to the part with the tables"),
        case(Layout::Csv, "1001_columns", "A,".repeat(1_000) + "B\n", Hints::default(), "error[page-too-large]: page:1: header has 1001 columns, more than 1000; name the page's layout"),
        case(Layout::Markdown, "60000_short_lines", "x\n".repeat(60_000), Hints::default(), "error[page-too-large]: page: page has too many lines, cells and marks (about 180000 parts, at most 70000 at its length); cut the page down to the part with the tables"),
        case(Layout::Csv, "page_over_16_mib", "\0".repeat(MAX_BYTES + 1), Hints::default(), "error[page-too-large]: page: page exceeds 16 MiB; cut the page down to the part with the tables"),
    ]
}
