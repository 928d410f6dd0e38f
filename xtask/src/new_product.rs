//! `cargo xtask new-product`: drafts a product from its vendor's page.
//!
//! What can be read off the page is filled in; what a person must say is marked [`MISSING`], and nothing is regenerated
//! before it is said.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use port_data::cells::Cells;
use port_data::id::is_id;

use crate::capture::Capture;
use crate::curation::{Curation, Meaning};
use crate::page::{self, Hints, Layout, Page};
use crate::pair::{every_key, key_of};
use crate::place::Fault;
use crate::publish::Publisher;
use crate::refine::{Said, read_rows};
use crate::regenerate::layout_of;

/// What stands where a person must say something.
pub const MISSING: &str = "FIXME";

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
pub fn new_product(new: &NewProduct) -> Result<Vec<PathBuf>, Vec<Fault>> {
    let tables = new.data.join("tables");
    let curation_path = PathBuf::from(format!("curation/{}.toml", new.id));
    let curation_file = new.data.join(&curation_path);
    for id in [Some(&new.id), new.vendor.as_ref()].into_iter().flatten().filter(|id| !is_id(id)) {
        let message = format!("found the id {id:?}, expected lowercase kebab-case ASCII that begins with a letter");
        return Err(vec![Fault::new(tables.join("products.csv"), 0, message)]);
    }
    let cannot_write =
        |error| vec![Fault::new(&new.data, 0, format!("cannot be written: {error}; nothing was changed"))];
    let publisher = Publisher::new(&new.data).map_err(cannot_write)?;
    if curation_file.exists() {
        return Err(vec![Fault::new(
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
    let (said, _) = read_rows(&capture, &curation);
    let lines: Vec<(String, usize, usize)> =
        capture.lines.iter().map(|line| (line.prose.digest.clone(), line.after_tables, line.line)).collect();

    let mut files = BTreeMap::new();
    files.insert(curation_path, draft.text(&lines, &said));
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
fn read(new: &NewProduct) -> Result<(Layout, Page), Vec<Fault>> {
    let text = fs::read_to_string(&new.doc)
        .map_err(|error| vec![Fault::new(&new.doc, 0, format!("cannot be read: {error}"))])?;
    let read_as = |layout| page::read(&text, layout, &Hints::default());
    let faults = |errors: Vec<page::ReadError>| -> Vec<Fault> {
        errors.into_iter().map(|error| Fault::new(&new.doc, error.line, error.to_string())).collect()
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
        _ => {
            let layouts: Vec<String> = fitting.iter().map(|(layout, _)| layout.to_string()).collect();
            let message = format!(
                "found a text that {} layouts fit ({}), expected just one; name it with --layout",
                layouts.len(),
                layouts.join(", ")
            );
            Err(vec![Fault::new(&new.doc, 0, message)])
        }
    }
}

/// What a draft says before its rows are read.
struct Draft<'a> {
    new: &'a NewProduct,
    layout: Layout,
    heads: Vec<String>,
    /// The heads of columns in which the page has a cell that spans.
    spanning: Vec<String>,
    headings: Vec<Option<String>>,
    /// The typed peer of each peer's cell, where a peer has that name.
    peers: BTreeMap<String, String>,
}

impl Draft<'_> {
    fn of<'a>(page: &Page, layout: Layout, new: &'a NewProduct, tables: &Path) -> Result<Draft<'a>, Vec<Fault>> {
        let heads = |table: &page::Table| table.header.iter().map(|head| head.text.clone()).collect::<Vec<_>>();
        let first = page.tables.first().map(heads).unwrap_or_default();
        for table in &page.tables {
            if heads(table) != first {
                let line = table.header.first().map_or(0, |head| head.number);
                let message = format!("found the columns {:?}, expected {first:?} as in the first table", heads(table));
                return Err(vec![Fault::new(&new.doc, line, message)]);
            }
        }
        let peer_column = first.iter().position(|head| meaning(head) == Meaning::Peer);
        let cells: BTreeSet<&str> = page
            .tables
            .iter()
            .flat_map(|table| &table.rows)
            .filter_map(|row| Some(row.cells.get(peer_column?)?.text.as_str()))
            .filter(|cell| !cell.is_empty())
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
        for head in &self.heads {
            put(format!("    {{ head = {head:?}, is = \"{}\" }},", word_of(meaning(head))));
        }
        put("]".to_string());
        if !self.spanning.is_empty() {
            put(format!("spanning = {:?}", self.spanning));
        }
        put("tables = [".to_string());
        for heading in &self.headings {
            match heading {
                Some(heading) => {
                    put(format!("    {{ heading = {heading:?}, section = {heading:?}{} }},", direction_in(heading)));
                }
                None => put("    {},".to_string()),
            }
        }
        put("]".to_string());
        if !self.peers.is_empty() {
            put("\n[peers]".to_string());
            for (cell, peer) in &self.peers {
                put(format!("{cell:?} = {peer:?}"));
            }
        }
        for (digest, after_tables, line) in lines {
            put(format!(
                "\n[[line]]\n# Line {line} of the page.\ndigest = {digest:?}\nafter_tables = {after_tables}\nwhat = {MISSING:?}"
            ));
        }
        let mut taken = BTreeSet::new();
        for said in said {
            let id = self.id_of(said, &mut taken);
            put(format!("\n[[flow]]\nid = {id:?}\nrow = {{ {} }}\npurpose = {MISSING:?}", key_of(said, &every_key())));
        }
        text
    }

    /// An id for a row: the product, the way, and what the row is about.
    fn id_of(&self, said: &Said, taken: &mut BTreeSet<String>) -> String {
        let way = match said.direction {
            Some(port_data::Direction::Outbound) => "out",
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
fn names(file: &Path) -> Result<BTreeMap<String, String>, Vec<Fault>> {
    let cells = table(file)?;
    let column = |name: &str| cells.header.iter().position(|head| head.text == name);
    let (Some(id), Some(name)) = (column("id"), column("name")) else {
        return Err(vec![Fault::new(file, 1, "found no columns id and name; add them")]);
    };
    Ok(cells.rows.iter().map(|row| (row[name].text.to_lowercase(), row[id].text.clone())).collect())
}

fn table(file: &Path) -> Result<Cells, Vec<Fault>> {
    let mut errors = Vec::new();
    let cells = Cells::read(file, &mut errors);
    cells.filter(|_| errors.is_empty()).ok_or_else(|| errors.into_iter().map(Fault::from).collect())
}

/// Adds a row to a table, unless it has one of that id; a table with more columns gets empty cells for them.
fn add_row(
    tables: &Path,
    name: &str,
    id: &str,
    row: &str,
    files: &mut BTreeMap<PathBuf, String>,
) -> Result<(), Vec<Fault>> {
    let file = tables.join(format!("{name}.csv"));
    let cells = table(&file)?;
    if cells.rows.iter().any(|row| row.first().is_some_and(|cell| cell.text == id)) {
        return Ok(());
    }
    let text =
        fs::read_to_string(&file).map_err(|error| vec![Fault::new(&file, 0, format!("cannot be read: {error}"))])?;
    let missing = cells.header.len().saturating_sub(row.split(',').count());
    let end = if text.ends_with('\n') { "" } else { "\n" };
    files.insert(PathBuf::from(format!("tables/{name}.csv")), format!("{text}{end}{row}{}\n", ",".repeat(missing)));
    Ok(())
}
