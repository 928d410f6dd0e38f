//! Reads a page for a draft: with the layout that fits, and with its lists as tables.

use std::path::Path;

use port_data::{Diagnostic, Place};

use super::content::mentions_port;
use super::draft::PageDraft;
use super::lists::{DraftList, find_lists, stating_lines};
use super::options::NewProduct;
use super::parties::Known;
use super::write::header;
use crate::codes;
use crate::curation::Curation;
use crate::digest::digest_of_words;
use crate::file;
use crate::page::{self, Hints, Layout, Page, PrintedTable};
use crate::page_file::layout_of;

/// A page, and the draft of its tables.
pub(super) struct DraftedPage {
    pub(super) page: Page,
    pub(super) layout: Layout,
    pub(super) draft: PageDraft,
    /// The text of the edition's file about the page.
    pub(super) keys: String,
    /// The text of the file of all editions about peers and components.
    pub(super) parties: String,
}

impl DraftedPage {
    /// The page without what somebody wrote about its peers and components.
    pub(super) fn without_parties(self) -> DraftedPage {
        DraftedPage { parties: self.draft.parties(), ..self }
    }
}

/// Reads the page of a new product.
pub(super) fn read_page(new: &NewProduct, known: &Known<'_>) -> Result<DraftedPage, Vec<Diagnostic>> {
    draft_page(&new.doc, new.layout, known)
}

/// Reads a page and drafts its tables.
pub(super) fn draft_page(
    doc: &Path,
    layout: Option<Layout>,
    known: &Known<'_>,
) -> Result<DraftedPage, Vec<Diagnostic>> {
    let text = file::read(doc).map_err(|diagnostic| vec![diagnostic])?;
    let (layout, first) =
        read_as_any_layout(doc, &text, layout).map_err(|errors| with_sentences(doc, &text, errors))?;
    let lists = find_lists(&first);
    let hints = Hints { lists: lists.iter().flat_map(DraftList::hints).collect(), ..Hints::default() };
    let (lists, page) = match lists.is_empty() {
        true => (lists, first),
        false => match page::read(doc, &text, layout, &hints) {
            Ok(page) => (lists, page),
            Err(_) => (Vec::new(), first),
        },
    };
    let drafted = |page: Page, draft: PageDraft| {
        let keys = draft.page_keys();
        let parties = format!("{}{}", header(), draft.parties());
        DraftedPage { page, layout, draft, keys, parties }
    };
    let draft = PageDraft::from_page(&page, layout, &lists, known);
    if !draft.has_ports() {
        return Err(no_ports(doc, &page));
    }
    // With the headings of the draft, a reader may find other tables.
    let result = drafted(page, draft);
    let curation = Curation::parse(Path::new("draft.toml"), &result.keys)?;
    let again = page::read(doc, &text, layout, &curation.hints())?;
    if printed(&again).eq(printed(&result.page)) {
        return Ok(DraftedPage { page: again, ..result });
    }
    let draft = PageDraft::from_page(&again, layout, &lists, known);
    Ok(drafted(again, draft))
}

fn printed(page: &Page) -> impl Iterator<Item = (&str, Vec<&str>, usize)> {
    page.tables.iter().map(|table| {
        let PrintedTable { heading, header, .. } = table.printed();
        (heading, header, table.rows.len())
    })
}

/// A text that states ports and isn't read. Its digest is known if the page could be read.
fn sentence(doc: &Path, line: usize, text: &str, digest: &str) -> Diagnostic {
    let words: Vec<&str> = text.split_whitespace().take(12).collect();
    let more = if text.split_whitespace().count() > words.len() { "..." } else { "" };
    let message = format!("ports are stated outside tables and lists of ports (found {:?}{more})", words.join(" "));
    let help = format!(
        "write the rows of the text into the file of the edition: layout, and [[tables]] with text = {digest:?}, columns and rows = \
         [{{ Ports = \"...\", Use = \"...\" }}]; then run this with --again"
    );
    Diagnostic::new(codes::NO_PORTS_COLUMN, message).help(help).at(Place::line(doc, line))
}

/// What a page without a table or list of ports has instead.
fn no_ports(doc: &Path, page: &Page) -> Vec<Diagnostic> {
    let lines = stating_lines(page);
    let mut diagnostics: Vec<Diagnostic> =
        lines.iter().map(|line| sentence(doc, line.number, &line.text, &digest_of_words(&line.text))).collect();
    for table in &page.tables {
        let line = table.header.first().map_or(0, |name| name.number);
        let PrintedTable { header, .. } = table.printed();
        let message = format!("table has no column that seems to contain ports (found the columns {header:?})");
        let help = "save the page that lists the ports";
        diagnostics.push(Diagnostic::new(codes::NO_PORTS_COLUMN, message).help(help).at(Place::line(doc, line)));
    }
    if diagnostics.is_empty() {
        let diagnostic = Diagnostic::new(codes::NO_PORTS_COLUMN, "no table or list of the page states a port");
        diagnostics.push(diagnostic.help("save the page that lists the ports").at(Place::file(doc)));
    }
    diagnostics.sort_by_key(|diagnostic| diagnostic.place.line);
    diagnostics
}

/// The errors of a page. One without tables and lists may state ports in its lines.
fn with_sentences(doc: &Path, text: &str, errors: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let is_missing = |error: &Diagnostic| [page::codes::NO_TABLE, codes::LAYOUT].contains(&error.code);
    let stating = text.lines().zip(1..).filter(|(line, _)| mentions_port(line));
    let found: Vec<Diagnostic> = stating.map(|(line, number)| sentence(doc, number, line, "")).collect();
    if found.is_empty() || !errors.iter().all(is_missing) { errors } else { found }
}

/// Reads the page with the given layout, the one that its extension implies, or the only one that fits.
fn read_as_any_layout(doc: &Path, text: &str, layout: Option<Layout>) -> Result<(Layout, Page), Vec<Diagnostic>> {
    let read_as = |layout| page::read(doc, text, layout, &Hints::default());
    if let Some(layout) = layout.or(layout_of(doc)) {
        return read_as(layout).map(|page| (layout, page));
    }
    let mut fitting: Vec<(Layout, Page)> = Layout::ALL
        .into_iter()
        .filter(|layout| !layout.needs_converter())
        .filter_map(|layout| Some((layout, read_as(layout).ok()?)))
        .filter(|(_, page)| page.tables.iter().any(|table| !table.rows.is_empty()))
        .collect();
    if fitting.len() == 1 {
        return Ok(fitting.remove(0));
    }
    let diagnostic = if fitting.is_empty() {
        Diagnostic::new(codes::LAYOUT, "no layout fits the page")
            .help("save the page as HTML, or set --layout to see what is wrong")
    } else {
        let layouts: Vec<String> = fitting.iter().map(|(layout, _)| layout.to_string()).collect();
        Diagnostic::new(codes::LAYOUT, format!("{} layouts fit the page ({})", layouts.len(), layouts.join(", ")))
            .help("set --layout, or save the page as HTML")
    };
    Err(vec![diagnostic.at(Place::file(doc))])
}
