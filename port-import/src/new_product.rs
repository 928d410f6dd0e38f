//! `cargo xtask new-product`: drafts a product from its vendor's page.
//!
//! What can be read off the page is filled in; what a person must say is marked [`MISSING`], and nothing is regenerated
//! before it is said.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use port_data::cells::Cells;
use port_data::hidden::Escaped;

use crate::capture::Capture;
use crate::curation::{Curation, MISSING, Meaning, quoted};
use crate::file;
use crate::page::{self, Hints, Layout, Page};
use crate::pair::{every_key, key_of};
use crate::place::fault;
use crate::publish::{Publisher, Unwritten};
use crate::refine::{Said, read_rows};
use crate::regenerate::layout_of;
use port_data::Diagnostic;

/// A product to draft.
#[derive(Clone, Debug)]
pub struct NewProduct {
    /// The folder with captures, curation and tables.
    pub data: PathBuf,
    /// Its id.
    pub id: String,
    /// Its vendor's page.
    pub doc: PathBuf,
    /// The layout of a page that is a text capture.
    pub layout: Option<Layout>,
    /// Its vendor's id; a new vendor gets a row as well.
    pub vendor: Option<String>,
}

/// Drafts a product: its capture, its curation, and its row in `products.csv`. Gives the files that were written.
///
/// # Errors
///
/// Where there is such a product already, or the page cannot be read; nothing is written then.
pub fn new_product(new: &NewProduct) -> Result<Vec<PathBuf>, Vec<Diagnostic>> {
    let tables = new.data.join("tables");
    let curation_path = PathBuf::from(format!("curation/{}.toml", new.id));
    let curation_file = new.data.join(&curation_path);
    let cannot_write = |unwritten: Unwritten| vec![fault(&new.data, 0, unwritten.to_string())];
    let publisher = Publisher::new(&new.data).map_err(cannot_write)?;
    if curation_file.exists() {
        return Err(vec![fault(
            curation_file,
            0,
            "is there already; a new edition of its page is for `cargo xtask regenerate --doc`",
        )]);
    }
    let (layout, page) = read(new)?;
    let draft = Draft::of(&page, layout, new, &tables)?;
    let curation = Curation::parse(&curation_file, &draft.text(&[], &[])).map_err(|fault| vec![fault])?;
    let capture = Capture::of(&page, &new.doc, &curation)?;
    // Rows are read as far as the drafted columns go; what cannot be read yet is for the person who completes the draft.
    let (said, unread) = read_rows(&capture, &curation);
    let lines: Vec<(String, usize, usize)> =
        capture.lines.iter().map(|line| (line.prose.digest.clone(), line.after_tables, line.line)).collect();

    let mut files = BTreeMap::new();
    let unread: String = unread
        .iter()
        .map(|fault| format!("\n# {MISSING}, line {}: {}\n", fault.place.line, Escaped(&fault.message)))
        .collect();
    files.insert(curation_path, draft.text(&lines, &said) + &unread);
    files.insert(PathBuf::from(format!("captures/{}.csv", new.id)), capture.to_csv());
    let vendor = new.vendor.as_deref().unwrap_or(MISSING);
    let product = format!("{},{vendor},{MISSING},{MISSING},{MISSING},{MISSING},", new.id);
    add_row(&tables, "products", &new.id, &product, &mut files)?;
    if let Some(vendor) = &new.vendor {
        add_row(&tables, "vendors", vendor, &format!("{vendor},{MISSING},{MISSING}"), &mut files)?;
    }
    publisher.publish(&files).map_err(cannot_write)?;
    Ok(files.into_keys().map(|path| new.data.join(path)).collect())
}

/// Reads the page, with the layout that is named or the only one that fits.
fn read(new: &NewProduct) -> Result<(Layout, Page), Vec<Diagnostic>> {
    let text = file::read(&new.doc).map_err(|fault| vec![fault])?;
    let read_as = |layout| page::read(&text, layout, &Hints::default());
    let faults = |errors: Vec<page::ReadError>| -> Vec<Diagnostic> {
        errors.into_iter().map(|error| error.fault(&new.doc)).collect()
    };
    if let Some(layout) = new.layout.or(layout_of(&new.doc)) {
        return read_as(layout).map(|page| (layout, page)).map_err(faults);
    }
    let mut fitting: Vec<(Layout, Page)> = Layout::ALL
        .into_iter()
        .filter_map(|layout| Some((layout, read_as(layout).ok()?)))
        .filter(|(_, page)| page.tables.iter().any(|table| !table.rows.is_empty()))
        .collect();
    match fitting.len() {
        1 => Ok(fitting.remove(0)),
        0 => {
            let message = "found a text that no layout fits, expected a table; name its layout with --layout, which tells what is wrong, or save the page as HTML";
            Err(vec![fault(&new.doc, 0, message)])
        }
        _ => {
            let layouts: Vec<String> = fitting.iter().map(|(layout, _)| layout.to_string()).collect();
            let message = format!(
                "found a text that {} layouts fit ({}), expected just one; name it with --layout, or save the page as HTML",
                layouts.len(),
                layouts.join(", ")
            );
            Err(vec![fault(&new.doc, 0, message)])
        }
    }
}

/// What a draft says before its rows are read.
struct Draft<'a> {
    new: &'a NewProduct,
    layout: Layout,
    heads: Vec<String>,
    meanings: Vec<Meaning>,
    /// What the page calls the product, where it has columns From and To.
    own_name: Option<String>,
    /// The heads of columns in which the page has a cell that spans.
    spanning: Vec<String>,
    headings: Vec<Option<String>>,
    /// The typed peer of each peer's cell, where a peer has that name.
    peers: BTreeMap<String, String>,
}

impl Draft<'_> {
    fn of<'a>(page: &Page, layout: Layout, new: &'a NewProduct, tables: &Path) -> Result<Draft<'a>, Vec<Diagnostic>> {
        let heads = |table: &page::Table| table.header.iter().map(|head| head.text.clone()).collect::<Vec<_>>();
        let first = page.tables.first().map(heads).unwrap_or_default();
        for table in &page.tables {
            if heads(table) != first {
                let line = table.header.first().map_or(0, |head| head.number);
                let message = format!("found the columns {:?}, expected {first:?} as in the first table", heads(table));
                return Err(vec![fault(&new.doc, line, message)]);
            }
        }
        let meanings = meanings(&first);
        if !meanings.contains(&Meaning::Ports) {
            let line = page.tables.first().and_then(|table| table.header.first()).map_or(0, |head| head.number);
            let message = format!("found the columns {first:?}, expected one whose head has the word port");
            return Err(vec![fault(&new.doc, line, message)]);
        }
        let rows = || page.tables.iter().flat_map(|table| &table.rows);
        let ends: Vec<usize> =
            (0..meanings.len()).filter(|column| [Meaning::From, Meaning::To].contains(&meanings[*column])).collect();
        let own_name = own_name(
            &rows().map(|row| ends.iter().map(|end| row.cells[*end].text.as_str()).collect()).collect::<Vec<_>>(),
        );
        let peer_columns: Vec<usize> = match meanings.iter().position(|meaning| *meaning == Meaning::Peer) {
            Some(column) => vec![column],
            None => ends,
        };
        let cells: BTreeSet<&str> = rows()
            .flat_map(|row| peer_columns.iter().map(|column| row.cells[*column].text.as_str()))
            .filter(|cell| !cell.is_empty() && Some(*cell) != own_name.as_deref())
            .collect();
        let known = names(&tables.join("peers.csv"))?;
        let peers = cells.into_iter().map(|cell| {
            let id = known.get(&cell.to_lowercase()).map_or(MISSING, String::as_str);
            (cell.to_string(), id.to_string())
        });
        let spans =
            |column: usize| page.tables.iter().flat_map(|table| &table.rows).any(|row| row.cells[column].from_above);
        let spanning = (0..first.len()).filter(|column| spans(*column)).map(|column| first[column].clone());
        Ok(Draft {
            new,
            layout,
            spanning: spanning.collect(),
            headings: page.tables.iter().map(|table| table.heading.as_ref().map(|line| line.text.clone())).collect(),
            peers: peers.collect(),
            own_name: (peer_columns.len() == 2).then(|| own_name.unwrap_or_else(|| MISSING.to_string())),
            meanings,
            heads: first,
        })
    }

    /// The curation, with lines and flows where they are known.
    fn text(&self, lines: &[(String, usize, usize)], said: &[Said]) -> String {
        let mut text = String::new();
        let mut put = |line: String| {
            text.push_str(&line);
            text.push('\n');
        };
        put(format!("# A draft. Say what is marked {MISSING}, check the columns, then run `cargo xtask regenerate`."));
        put(String::new());
        put(format!("layout = \"{}\"", self.layout));
        put("columns = [".to_string());
        for (head, meaning) in self.heads.iter().zip(&self.meanings) {
            put(format!("    {{ head = {}, is = \"{}\" }},", quoted(head), word_of(*meaning)));
        }
        put("]".to_string());
        if !self.spanning.is_empty() {
            put(format!("spanning = {}", list(&self.spanning)));
        }
        put("tables = [".to_string());
        for heading in &self.headings {
            match heading {
                Some(heading) => {
                    let direction = direction_in(heading);
                    let heading = quoted(heading);
                    put(format!("    {{ heading = {heading}, section = {heading}{direction} }},"));
                }
                None => put("    {},".to_string()),
            }
        }
        put("]".to_string());
        if let Some(own_name) = &self.own_name {
            put(format!("own_name = {}", quoted(own_name)));
        }
        if !self.peers.is_empty() {
            put("\n[peers]".to_string());
            for (cell, peer) in &self.peers {
                put(format!("{} = {}", quoted(cell), quoted(peer)));
            }
        }
        for (digest, after_tables, line) in lines {
            put(format!(
                "\n[[line]]\n# Line {line} of the page.\ndigest = {digest:?}\nafter_tables = {after_tables}\nwhat = {MISSING:?}"
            ));
        }
        let mut taken = BTreeSet::new();
        for row in said {
            let id = self.id_of(row, &mut taken);
            put(format!("\n[[flow]]\nid = {id:?}\nrow = {{ {} }}", self.key(row, said)));
            if !row.marks().is_empty() {
                put(format!("marks = {}", list(&row.marks())));
            }
            put(format!("purpose = {MISSING:?}"));
        }
        text
    }

    /// What tells a row from all others: its ports too, where nothing else does.
    fn key(&self, row: &Said, all: &[Said]) -> String {
        let mut parts = every_key();
        parts.direction = self.own_name.as_ref().and(row.direction);
        let alike = all.iter().filter(|other| key_of(other, &parts) == key_of(row, &parts)).count();
        if alike > 1 {
            parts.ports = Some(String::new());
        }
        key_of(row, &parts)
    }

    /// An id for a row: the product, the way, and what the row is about.
    fn id_of(&self, said: &Said, taken: &mut BTreeSet<String>) -> String {
        let way = match said.direction {
            Some(port_core::Direction::Outbound) => "out",
            _ => "in",
        };
        let about = [&said.peer, &said.label]
            .into_iter()
            .flatten()
            .map(|text| text.to_lowercase())
            .collect::<Vec<_>>()
            .join(" ");
        let words = about.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let mut id = format!("{}-{way}", self.new.id);
        for word in words.filter(|word| !["the", "and", "or", "of", "to", "for"].contains(word)).take(5) {
            let _ = write!(id, "-{word}");
        }
        let mut free = id.clone();
        let mut number = 2;
        while !taken.insert(free.clone()) {
            free = format!("{id}-{number}");
            number += 1;
        }
        free
    }
}

/// Texts as a list of a curation.
fn list(texts: &[impl AsRef<str>]) -> String {
    format!("[{}]", texts.iter().map(|text| quoted(text.as_ref())).collect::<Vec<_>>().join(", "))
}

/// What the columns probably mean: no two the same but notes, and one of them what a row is about.
fn meanings(heads: &[String]) -> Vec<Meaning> {
    let mut meanings: Vec<Meaning> = heads.iter().map(|head| meaning(head)).collect();
    let has = |meanings: &[Meaning], wanted| meanings.contains(&wanted);
    if has(&meanings, Meaning::From) && has(&meanings, Meaning::To) {
        // The peer is at one of the two ends.
        let label = if has(&meanings, Meaning::Label) { Meaning::Note } else { Meaning::Label };
        for meaning in meanings.iter_mut().filter(|meaning| [Meaning::Peer, Meaning::Direction].contains(meaning)) {
            *meaning = label;
        }
    }
    for place in 0..meanings.len() {
        if meanings[..place].contains(&meanings[place]) {
            meanings[place] = Meaning::Note;
        }
    }
    if !has(&meanings, Meaning::Label) {
        let about = meanings.iter().position(|meaning| *meaning == Meaning::Note);
        let about = about.or(meanings.iter().position(|meaning| *meaning == Meaning::Peer));
        if let Some(place) = about {
            meanings[place] = Meaning::Label;
        }
    }
    meanings
}

/// The name that is at one end of every row, where there is just one.
fn own_name(ends: &[Vec<&str>]) -> Option<String> {
    let first: BTreeSet<&str> = ends.first()?.iter().copied().collect();
    let mut everywhere = first.into_iter().filter(|name| !name.is_empty() && ends.iter().all(|row| row.contains(name)));
    everywhere.next().filter(|_| everywhere.next().is_none()).map(str::to_string)
}

/// What a column probably means, by its head.
fn meaning(head: &str) -> Meaning {
    let head = head.to_lowercase();
    let has = |words: &[&str]| {
        words.iter().any(|word| head.split(|letter: char| !letter.is_alphanumeric()).any(|part| part == *word))
    };
    match () {
        () if has(&["port", "ports"]) => Meaning::Ports,
        () if has(&["protocol", "transport"]) => Meaning::Protocol,
        () if has(&["direction", "incoming", "outgoing", "inbound", "outbound"]) => Meaning::Direction,
        () if has(&["from", "source"]) => Meaning::From,
        () if has(&["to", "destination", "target"]) && !has(&["how"]) => Meaning::To,
        () if has(&["interface", "interfaces"]) => Meaning::Interfaces,
        () if has(&["customize", "customise", "configurable"]) => Meaning::Customization,
        () if has(&["note", "notes", "remark", "remarks", "comment", "comments"]) => Meaning::Note,
        () if has(&["purpose", "use", "usage", "description", "service", "function"]) => Meaning::Label,
        () => Meaning::Peer,
    }
}

fn word_of(meaning: Meaning) -> &'static str {
    match meaning {
        Meaning::Peer => "peer",
        Meaning::Label => "label",
        Meaning::Ports => "ports",
        Meaning::Protocol => "protocol",
        Meaning::Direction => "direction",
        Meaning::Interfaces => "interfaces",
        Meaning::From => "from",
        Meaning::To => "to",
        Meaning::Customization => "customization",
        Meaning::Note => "note",
    }
}

/// The direction that a heading names, as a part of its entry.
fn direction_in(heading: &str) -> &'static str {
    let heading = heading.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| heading.contains(word));
    match (has(&["inbound", "incoming"]), has(&["outbound", "outgoing"])) {
        (true, false) => ", direction = \"inbound\"",
        (false, true) => ", direction = \"outbound\"",
        _ => "",
    }
}

/// The ids of a table by the names of their rows, in lower case.
fn names(file: &Path) -> Result<BTreeMap<String, String>, Vec<Diagnostic>> {
    let cells = table(file)?;
    let column = |name: &str| cells.header.iter().position(|head| head.text == name);
    let (Some(id), Some(name)) = (column("id"), column("name")) else {
        return Err(vec![fault(file, 1, "found no columns id and name; add them")]);
    };
    Ok(cells.rows.iter().map(|row| (row[name].text.to_lowercase(), row[id].text.clone())).collect())
}

fn table(file: &Path) -> Result<Cells, Vec<Diagnostic>> {
    let mut errors = Vec::new();
    let cells = Cells::read(file, &mut errors);
    cells.filter(|_| errors.is_empty()).ok_or_else(|| errors.into_iter().map(Diagnostic::from).collect())
}

/// Adds a row to a table, unless it has one of that id; a table with more columns gets empty cells for them.
fn add_row(
    tables: &Path,
    name: &str,
    id: &str,
    row: &str,
    files: &mut BTreeMap<PathBuf, String>,
) -> Result<(), Vec<Diagnostic>> {
    let file = tables.join(format!("{name}.csv"));
    let cells = table(&file)?;
    if cells.rows.iter().any(|row| row.first().is_some_and(|cell| cell.text == id)) {
        return Ok(());
    }
    let text = file::read(&file).map_err(|fault| vec![fault])?;
    let missing = cells.header.len().saturating_sub(row.split(',').count());
    let end = if text.ends_with('\n') { "" } else { "\n" };
    files.insert(PathBuf::from(format!("tables/{name}.csv")), format!("{text}{end}{row}{}\n", ",".repeat(missing)));
    Ok(())
}
