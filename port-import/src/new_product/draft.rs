//! The draft of a page: its tables with their columns, what applies to all rows of a table, and who the peers are.

use std::collections::{BTreeMap, BTreeSet};

use super::columns::{DraftColumn, guess_columns};
use super::conditions;
use super::headings::{self, Arrow, Proposal, arrow_in};
use super::lists::DraftList;
use super::parties::{Known, Part, Parties, parties_of_ends};
use crate::curation::{Curation, FIXME, Meaning};
use crate::page::{Layout, Page, PrintedTable, Table};

/// The question about a table whose direction is certain, and whose peers aren't.
const WHO_CONNECTS: &str = "if the page says who connects, write peer";

/// A table or a list of the page.
#[derive(Clone, Debug)]
pub(super) struct DraftTable {
    /// The heading as printed; empty if there is none.
    pub(super) heading: String,
    /// Whether the entry is for tables with that heading only.
    pub(super) names_heading: bool,
    pub(super) section: Option<String>,
    /// Why the table has no flow.
    pub(super) ignore: Option<String>,
    pub(super) columns: Vec<DraftColumn>,
    /// The patterns of its items, if it is a list.
    pub(super) items: Vec<String>,
    /// What applies to all of its rows, by key.
    pub(super) constants: Vec<(&'static str, Proposal)>,
    /// The heading that names the part of the product at the end without a column.
    pub(super) owner: Option<String>,
    /// The ends that the heading names.
    pub(super) ends: Option<Arrow>,
}

impl DraftTable {
    /// Whether the direction of the rows is a guess that a person must confirm.
    pub(super) fn asks_direction(&self) -> bool {
        let is_asked = |value: &Proposal| value.question.is_some_and(|question| question != WHO_CONNECTS);
        self.constants.iter().any(|(key, value)| *key == "direction" && is_asked(value))
    }
}

/// What a draft says about a page as a whole.
#[derive(Debug)]
pub(super) struct PageDraft {
    pub(super) layout: Layout,
    /// One for each table of the page, in its order.
    pub(super) tables: Vec<DraftTable>,
    /// The columns that most tables have.
    pub(super) columns: Vec<DraftColumn>,
    /// The names of the columns in which a cell spans from above.
    pub(super) spanning: Vec<String>,
    pub(super) parties: Parties,
    /// The cells of peers, sources, destinations and components that the page prints.
    pub(super) cells: BTreeSet<String>,
}

impl PageDraft {
    pub(super) fn from_page(page: &Page, layout: Layout, lists: &[DraftList], known: &Known<'_>) -> PageDraft {
        let mut tables: Vec<DraftTable> = page.tables.iter().map(|table| draft_table(page, table, lists)).collect();
        for (table, section) in tables.iter_mut().zip(headings::sections(page)) {
            table.section = match (section, &table.owner) {
                (Some(section), Some(owner)) if !section.starts_with(owner.as_str()) => {
                    Some(format!("{owner}: {section}"))
                }
                (section, _) => section,
            };
        }
        let parties = find_parties(page, &tables, known);
        for (printed, table) in page.tables.iter().zip(&mut tables).filter(|(_, table)| table.ignore.is_none()) {
            table.constants = constants(page, printed, table, &parties, known);
        }
        let cells = printed_cells(page, &tables);
        let columns = most_frequent(&tables);
        let mut draft = PageDraft { layout, columns, spanning: spanning(page, layout), parties, cells, tables };
        draft.list_columns_of_ignored_tables(page);
        draft
    }

    /// The draft of a page whose columns and tables somebody wrote already.
    pub(super) fn from_curation(page: &Page, layout: Layout, curation: &Curation, known: &Known<'_>) -> PageDraft {
        let printed: Vec<PrintedTable<'_>> = page.tables.iter().map(Table::printed).collect();
        let entries = curation.match_tables(&printed).into_iter();
        let tables: Vec<DraftTable> = entries
            .zip(&printed)
            .map(|(entry, printed)| {
                let entry = entry.map(|entry| curation.tables[entry].get_ref());
                let columns = entry.map_or(&[][..], |entry| curation.columns_of(entry));
                let constant = |key, value: Option<String>| value.map(|value| (key, Proposal::certain(value)));
                let peer = constant("peer", entry.and_then(|entry| entry.peer.clone()));
                let component = constant("component", entry.and_then(|entry| entry.component.clone()));
                DraftTable {
                    heading: printed.heading.to_string(),
                    names_heading: true,
                    section: entry.and_then(|entry| entry.section.clone()),
                    ignore: entry.map_or(Some(String::new()), |entry| entry.ignore.clone()),
                    columns: columns.iter().map(DraftColumn::from).collect(),
                    items: Vec::new(),
                    constants: peer.into_iter().chain(component).collect(),
                    owner: None,
                    ends: entry.and_then(|entry| {
                        let (from, to) = (entry.from.clone()?, entry.to.clone()?);
                        Some(Arrow { from, to, both_ways: entry.both_ways })
                    }),
                }
            })
            .collect();
        let parties = find_parties(page, &tables, known);
        let cells = printed_cells(page, &tables);
        PageDraft { layout, tables, columns: Vec::new(), spanning: Vec::new(), parties, cells }
    }

    /// Whether any table has flows.
    pub(super) fn has_ports(&self) -> bool {
        self.tables.iter().any(|table| table.ignore.is_none())
    }

    /// The parts of the product that the draft names.
    pub(super) fn components(&self) -> BTreeSet<String> {
        let of_tables = self.tables.iter().flat_map(|table| &table.constants).filter(|(key, _)| *key == "component");
        let of_cells = self.parties.components.values().cloned();
        of_tables
            .map(|(_, value)| value.value.clone())
            .chain(of_cells)
            .filter(|id| !id.is_empty() && id != FIXME)
            .collect()
    }

    /// An ignored table with the heading of one that isn't is recognised by its columns.
    fn list_columns_of_ignored_tables(&mut self, page: &Page) {
        let described: BTreeSet<String> =
            self.tables.iter().filter(|table| table.ignore.is_none()).map(|table| table.heading.clone()).collect();
        for (table, printed) in self.tables.iter_mut().zip(&page.tables) {
            if table.ignore.is_some() && described.contains(&table.heading) {
                let column = |head: &crate::page::Line| DraftColumn {
                    head: head.text.clone(),
                    is: Meaning::Note,
                    means: BTreeMap::new(),
                    may_be_empty: false,
                    reason: None,
                    question: None,
                };
                table.columns = printed.header.iter().map(column).collect();
            }
        }
    }
}

fn draft_table(page: &Page, table: &Table, lists: &[DraftList]) -> DraftTable {
    let heading = table.heading.as_ref().map_or(String::new(), |heading| heading.text.clone());
    let is_of = |list: &&DraftList| {
        list.heading.as_deref().unwrap_or_default() == heading
            && list.columns().iter().map(|column| &column.head).eq(table.header.iter().map(|head| &head.text))
    };
    let list = lists.iter().find(is_of);
    let (columns, ignore) = match list {
        Some(list) => (list.columns(), None),
        None => match guess_columns(table) {
            Ok(columns) => (columns, None),
            Err(reason) => (Vec::new(), Some(reason)),
        },
    };
    let names_heading = list.is_none_or(|list| list.heading.is_some());
    let items = list.map(|list| list.patterns.clone()).unwrap_or_default();
    let ends = ends_of_heading(&heading, &columns).filter(|_| ignore.is_none());
    let is = |meaning| columns.iter().any(|column| column.is == meaning);
    let owner = if is(Meaning::From) == is(Meaning::To) { None } else { headings::owner(page, table) };
    DraftTable { heading, names_heading, section: None, ignore, columns, items, constants: Vec::new(), owner, ends }
}

/// The cells of a table's columns with a meaning.
fn cells<'a>(table: &'a Table, columns: &'a [DraftColumn], is: Meaning) -> impl Iterator<Item = &'a str> {
    let column = columns.iter().position(|column| column.is == is);
    let rows = table.rows.iter().filter(|row| !super::content::is_title(row));
    rows.filter_map(move |row| Some(row.cells.get(column?)?.text.as_str()))
}

/// The cells of peers, sources, destinations and components.
fn printed_cells(page: &Page, tables: &[DraftTable]) -> BTreeSet<String> {
    let parts = [Meaning::Peer, Meaning::From, Meaning::To, Meaning::ToOrFrom, Meaning::Component];
    let described = page.tables.iter().zip(tables).filter(|(_, table)| table.ignore.is_none());
    let printed = described.flat_map(|(printed, table)| {
        let of_cells = parts.into_iter().flat_map(|is| cells(printed, &table.columns, is)).map(str::to_string);
        of_cells.chain(table.ends.iter().flat_map(|arrow| [arrow.from.clone(), arrow.to.clone()])).collect::<Vec<_>>()
    });
    printed.collect()
}

/// The ends that a heading names, if the cells below it name none.
fn ends_of_heading(heading: &str, columns: &[DraftColumn]) -> Option<Arrow> {
    let ends = [Meaning::From, Meaning::To, Meaning::Peer, Meaning::ToOrFrom, Meaning::Direction];
    arrow_in(heading).filter(|_| !columns.iter().any(|column| ends.contains(&column.is)))
}

/// Who the peer, source, destination and component cells are.
fn find_parties(page: &Page, tables: &[DraftTable], known: &Known<'_>) -> Parties {
    let is_prose = |cell: &str| super::content::word_count(cell) > super::content::MAX_LABEL_WORDS;
    let text = |cell: &str| if is_prose(cell) { String::new() } else { cell.to_string() };
    let mut ends: Vec<(String, String)> = Vec::new();
    let mut peers: BTreeSet<String> = BTreeSet::new();
    let mut components: BTreeSet<String> = BTreeSet::new();
    let described = || page.tables.iter().zip(tables).filter(|(_, table)| table.ignore.is_none());
    for (printed, table) in described() {
        let from: Vec<&str> = cells(printed, &table.columns, Meaning::From).collect();
        let to: Vec<&str> = cells(printed, &table.columns, Meaning::To).collect();
        let both = from.len().max(to.len());
        let cell = |cells: &[&str], index: usize| text(cells.get(index).copied().unwrap_or_default());
        ends.extend((0..both).map(|index| (cell(&from, index), cell(&to, index))));
        let others =
            cells(printed, &table.columns, Meaning::Peer).chain(cells(printed, &table.columns, Meaning::ToOrFrom));
        peers.extend(others.filter(|cell| !cell.is_empty() && !is_prose(cell)).map(str::to_string));
        let own = cells(printed, &table.columns, Meaning::Component);
        components.extend(own.filter(|cell| !cell.is_empty() && !is_prose(cell)).map(str::to_string));
        ends.extend(table.ends.clone().map(|Arrow { from, to, .. }| (from, to)));
    }
    let owners: BTreeSet<&str> = described().filter_map(|(_, table)| table.owner.as_deref()).collect();
    let mut parties = parties_of_ends(&ends, &owners, known);
    peers.retain(|cell| !parties.components.contains_key(cell));
    for cell in peers {
        let bare = ["To/From ", "From ", "To ", "from ", "to "]
            .iter()
            .find_map(|word| cell.strip_prefix(word))
            .unwrap_or(&cell);
        let id = known.peer(bare).unwrap_or_else(|| FIXME.to_string());
        parties.peers.insert(cell, id);
    }
    for cell in components {
        let is_name = super::content::word_count(&cell) <= 4 && super::content::direction_in(&cell).is_none();
        let id = match known.part(&cell) {
            // A dash names no part.
            _ if super::content::is_nothing(&cell) => String::new(),
            Part::Product => String::new(),
            Part::Component(id) if is_name => id,
            _ => FIXME.to_string(),
        };
        parties.components.insert(cell, id);
    }
    parties
}

/// The condition of the rows below a heading, if it is one.
fn condition(heading: &str, known: &Known<'_>) -> Option<Proposal> {
    let of_plugin = conditions::of_heading(heading, known.product).map(Proposal::certain);
    let of_system = || {
        let question = Some("is that when these rows are needed?");
        conditions::of_system(heading).map(|value| Proposal { value, question })
    };
    let limit = || {
        let question =
            Some("does the heading say when these rows are needed? otherwise remove the condition and its note_of");
        conditions::may_limit(heading).then(|| Proposal { value: FIXME.to_string(), question })
    };
    of_plugin.or_else(of_system).or_else(limit)
}

/// What applies to all rows of a table.
fn constants(
    page: &Page,
    table: &Table,
    draft: &DraftTable,
    parties: &Parties,
    known: &Known<'_>,
) -> Vec<(&'static str, Proposal)> {
    let columns = draft.columns.as_slice();
    let has = |wanted: &[Meaning]| columns.iter().any(|column| wanted.contains(&column.is));
    let has_ends = has(&[Meaning::From, Meaning::To]);
    let heading = table.heading.as_ref().map_or("", |heading| heading.text.as_str());
    let fixme = || Proposal::certain(FIXME);
    let mut constants = Vec::new();
    if let Some(arrow) = draft.ends.clone() {
        constants.extend([("from", Proposal::certain(arrow.from)), ("to", Proposal::certain(arrow.to))]);
        constants.extend(arrow.both_ways.then(|| ("both_ways", Proposal::certain("true"))));
    } else {
        let direction = headings::direction(page, table);
        let needs_direction = !has_ends && !has(&[Meaning::Direction, Meaning::ToOrFrom]);
        let needs_peer = !has_ends && !has(&[Meaning::Peer, Meaning::ToOrFrom]);
        match direction.filter(|_| needs_direction) {
            Some(direction) => constants.push(("direction", direction)),
            None if needs_direction && !needs_peer => constants.push(("direction", fixme())),
            None => {}
        }
        if needs_peer {
            match constants.iter_mut().find(|(key, _)| *key == "direction") {
                Some((_, direction)) if direction.value == "inbound" => {
                    // The flows have `any-host` as their peer.
                    direction.question = direction.question.or(Some(WHO_CONNECTS));
                }
                None if needs_direction => {
                    let question = Some("do others connect to all of these ports? if the page says who, write peer");
                    constants.push(("direction", Proposal { value: "inbound".to_string(), question }));
                }
                _ => constants.push(("peer", fixme())),
            }
        }
        let of_owner = draft.owner.as_deref().map(|owner| component_of_owner(owner, parties, known));
        let of_heading = || headings::component(heading).filter(|_| !has(&[Meaning::Component]));
        constants.extend(of_owner.or_else(of_heading).map(|component| ("component", component)));
    }
    if let Some(condition) = condition(heading, known) {
        constants.push(("condition", condition));
        constants.push(("note_of", Proposal::certain(crate::curation::quote(heading))));
    }
    let ports = columns.iter().zip(0..).filter(|(column, _)| column.is.is_ports());
    let states_transport =
        ports.flat_map(|(_, index)| table.rows.iter().filter_map(move |row| row.cells.get(index))).any(|cell| {
            let lower = cell.text.to_lowercase();
            lower.contains("tcp") || lower.contains("udp")
        });
    if !has(&[Meaning::Protocol, Meaning::TcpPorts, Meaning::UdpPorts]) && !states_transport {
        constants.extend(headings::transport(page, table).map(|transport| ("transport", transport)));
    }
    constants
}

/// The part of the product that a heading names. It is certain if a cell names the same part, or if cells name most such parts.
fn component_of_owner(owner: &str, parties: &Parties, known: &Known<'_>) -> Proposal {
    match known.part_of_heading(owner) {
        Part::Component(id) if parties.has_owners || parties.components.values().any(|own| *own == id) => {
            Proposal::certain(id)
        }
        Part::Component(id) => {
            Proposal { value: id, question: Some("is the heading above that of a part of the product?") }
        }
        Part::Product => Proposal::certain(String::new()),
        Part::Unclear => Proposal::certain(FIXME),
    }
}

/// The columns that most tables with flows have.
fn most_frequent(tables: &[DraftTable]) -> Vec<DraftColumn> {
    let described: Vec<&DraftTable> =
        tables.iter().filter(|table| table.ignore.is_none() && table.items.is_empty()).collect();
    let count = |columns: &Vec<DraftColumn>| described.iter().filter(|table| table.columns == *columns).count();
    let best = described.iter().rev().max_by_key(|table| count(&table.columns));
    best.map(|table| table.columns.clone()).unwrap_or_default()
}

/// The columns in which the page itself shows that a cell spans from above.
fn spanning(page: &Page, layout: Layout) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for table in page.tables.iter().filter(|_| !layout.prints_spans()) {
        for (index, head) in table.header.iter().enumerate() {
            let spans = table.rows.iter().any(|row| row.cells.get(index).is_some_and(|cell| cell.spans_from_above));
            if spans && !names.contains(&head.text) {
                names.push(head.text.clone());
            }
        }
    }
    names
}
