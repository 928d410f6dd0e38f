//! The rows of a page as its reader gives them, next to what the curation says about their columns and tables.

use port_core::Direction;

use super::content::{direction_in, is_hosts, is_nothing};
use super::draft::{DraftTable, PageDraft};
use super::header_words::{HeaderWord, header_word};
use super::names::Services;
use crate::curation::{Curation, FIXME, Meaning, Table};
use crate::page::{self, Page, PrintedTable};
use crate::printed_row::End;

/// A row of the page, and the columns that the curation gives its table.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) row: &'a page::Row,
    columns: &'a [crate::curation::Column],
    table: Option<&'a Table>,
    curation: &'a Curation,
    /// Whether the draft asks who connects to the ports of the row's table.
    pub(super) asks_direction: bool,
}

/// The rows of the page in the order of the capture, which leaves out those of ignored tables.
///
/// The draft of the page has the questions about its tables, in the page's order.
pub(super) fn sources<'a>(page: &'a Page, curation: &'a Curation, draft: Option<&PageDraft>) -> Vec<Source<'a>> {
    let printed: Vec<PrintedTable<'_>> = page.tables.iter().map(page::Table::printed).collect();
    let entries = curation.match_tables(&printed);
    let entries = entries.into_iter().map(|entry| entry.map(|entry| curation.tables[entry].get_ref()));
    let asks = |index: usize| draft.and_then(|draft| draft.tables.get(index)).is_some_and(DraftTable::asks_direction);
    let read = page.tables.iter().zip(entries).enumerate();
    let read = read.filter(|(_, (_, entry))| entry.is_none_or(|entry| entry.ignore.is_none()));
    let rows = read.flat_map(|(index, (table, entry))| {
        let columns = entry.map_or(&[][..], |entry| curation.columns_of(entry));
        let asks_direction = asks(index);
        table.rows.iter().map(move |row| Source { row, columns, table: entry, curation, asks_direction })
    });
    rows.collect()
}

impl<'a> Source<'a> {
    /// The texts of the row with the meanings of their columns.
    pub(super) fn cells(self) -> impl Iterator<Item = (&'a str, Meaning)> {
        self.row.cells.iter().zip(self.columns).map(|(cell, column)| (cell.text.as_str(), column.is))
    }

    /// The name of the first column with a meaning.
    pub(super) fn head(&self, is: Meaning) -> Option<&'a str> {
        self.columns.iter().find(|column| column.is == is).map(|column| column.head.as_str())
    }

    /// The source and the destination, if the row or its heading names both.
    pub(super) fn both_ends(&self) -> Option<[&'a str; 2]> {
        let table = self.table;
        let of_table = |end: fn(&Table) -> &Option<String>| table.and_then(|table| end(table).as_deref());
        let from = self.cell(Meaning::From).or(of_table(|table| &table.from))?;
        let to = self.cell(Meaning::To).or(of_table(|table| &table.to))?;
        Some([from, to])
    }

    /// The heading on which the condition of the row's table rests.
    pub(super) fn heading_of_condition(&self) -> Option<String> {
        let table = self.table.filter(|table| table.condition.is_some())?;
        table.heading.clone()
    }

    /// The address at which only the machine itself reaches the port.
    pub(super) fn loopback(&self) -> Option<&str> {
        let mut cells = self.words().filter(|(word, _, cell)| *word == HeaderWord::Bind && is_loopback(cell));
        cells.next().map(|(_, _, cell)| cell)
    }

    /// Whether the row is about the end that listens, if its table names only the other end.
    pub(super) fn is_at_listening_end(&self) -> Option<bool> {
        let has = |is| self.columns.iter().any(|column| column.is == is);
        match (has(Meaning::From), has(Meaning::To)) {
            (true, false) => Some(true),
            (false, true) => Some(false),
            _ => None,
        }
    }

    /// Whether the row or its table may name who is at the other end.
    pub(super) fn names_peer(&self) -> bool {
        let ends = [Meaning::Peer, Meaning::From, Meaning::To, Meaning::ToOrFrom];
        let of_table =
            self.table.is_some_and(|table| [&table.peer, &table.from, &table.to].into_iter().any(Option::is_some));
        of_table || self.columns.iter().any(|column| ends.contains(&column.is)) || self.other_host().is_some()
    }

    /// Whether the column with a meaning leaves to a person what its cell means.
    pub(super) fn asks_meaning(&self, is: Meaning) -> bool {
        let mut cells = self.row.cells.iter().zip(self.columns).filter(|(_, column)| column.is == is);
        cells.any(|(cell, column)| column.means.get(&cell.text).is_some_and(|meaning| meaning == FIXME))
    }

    /// The cells of notes with the names of their columns.
    pub(super) fn notes(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let cells = self.row.cells.iter().zip(self.columns).filter(|(_, column)| column.is == Meaning::Note);
        cells.map(|(cell, column)| (cell.text.as_str(), column.head.as_str()))
    }

    /// The source and the destination as printed, as far as they are. A peer is one of them if the direction is known.
    pub(super) fn printed_ends(&self, end: Option<&End>) -> [Option<&'a str>; 2] {
        let Source { table, columns, row, .. } = *self;
        let cell = |is| {
            let column = columns.iter().position(|column: &crate::curation::Column| column.is == is)?;
            Some(row.cells.get(column)?.text.as_str()).filter(|text| !is_nothing(text))
        };
        let of_table = |end: fn(&Table) -> &Option<String>| table.and_then(|table| end(table).as_deref());
        let ends =
            [cell(Meaning::From).or(of_table(|table| &table.from)), cell(Meaning::To).or(of_table(|table| &table.to))];
        match (ends, cell(Meaning::Peer), end.and_then(|end| end.direction)) {
            ([None, None], Some(peer), Some(Direction::Inbound)) => [Some(peer), None],
            ([None, None], Some(peer), Some(Direction::Outbound)) => [None, Some(peer)],
            _ => ends,
        }
    }

    /// Whether the heading or a cell says that either of both ends connects.
    pub(super) fn is_both_ways(&self) -> bool {
        let of_cell = self.cell(Meaning::Direction).and_then(direction_in) == Some("both");
        self.table.is_some_and(|table| table.both_ways) || of_cell && self.both_ends().is_some()
    }

    /// The one of both ends that is left to a person.
    pub(super) fn unknown_end(&self) -> Option<&'a str> {
        let is_unknown = |cell: &&str| {
            let meanings = [self.curation.peers.get(*cell), self.curation.components.get(*cell)];
            meanings.into_iter().flatten().any(|meaning| meaning.ids.as_slice().iter().any(|id| id == FIXME))
        };
        self.both_ends()?.into_iter().find(is_unknown)
    }

    /// Whether the row is an item of a list that has no number and names no service.
    pub(super) fn is_item_without_port(&self, services: &Services<'_>) -> bool {
        let has_number = |text: &str| text.bytes().any(|byte| byte.is_ascii_digit());
        let is_silent = |text: &str| !has_number(text) && services.names_none(text);
        self.table.is_some_and(|table| table.item.is_some()) && self.row.cells.iter().all(|cell| is_silent(&cell.text))
    }

    /// How far the traffic goes, if a cell says that only the machine itself or the pod reaches the port.
    pub(super) fn scope(&self) -> Option<&'static str> {
        self.words().find_map(|(word, head, cell)| match word {
            HeaderWord::Bind => is_loopback(cell).then_some("host"),
            HeaderWord::Scope if cell.eq_ignore_ascii_case("yes") => {
                Some(if head.to_lowercase().contains("pod") { "pod" } else { "host" })
            }
            _ => None,
        })
    }

    /// Whether a cell says that the port can be changed.
    pub(super) fn is_configurable(&self) -> bool {
        self.words().any(|(word, _, cell)| word == HeaderWord::Configurable && cell.eq_ignore_ascii_case("yes"))
    }

    /// The cells of columns with known names, with those names.
    fn words(&self) -> impl Iterator<Item = (HeaderWord, &str, &str)> {
        let cells = self.row.cells.iter().zip(self.columns);
        cells.filter_map(|(cell, column)| Some((header_word(&column.head)?, column.head.as_str(), cell.text.trim())))
    }

    /// The text of the first cell with a meaning.
    pub(super) fn cell(&self, is: Meaning) -> Option<&'a str> {
        let column = self.columns.iter().position(|column| column.is == is)?;
        Some(self.row.cells.get(column)?.text.as_str())
    }

    /// The texts of the columns that name services or protocols.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let is_name = |column: &crate::curation::Column| {
            matches!(column.is, Meaning::Note | Meaning::Label)
                && matches!(header_word(&column.head), Some(HeaderWord::Label | HeaderWord::Protocol))
        };
        let cells = self.row.cells.iter().zip(self.columns).filter(move |(_, column)| is_name(column));
        cells.map(|(cell, _)| cell.text.as_str())
    }

    /// The text of a column of host names that aren't peers, if it isn't a host name.
    pub(super) fn other_host(&self) -> Option<&str> {
        let is_host = |column: &crate::curation::Column| {
            column.is == Meaning::Note && header_word(&column.head) == Some(HeaderWord::Host)
        };
        let cell = self.row.cells.get(self.columns.iter().position(is_host)?)?.text.as_str();
        (!is_nothing(cell) && !is_hosts(cell)).then_some(cell)
    }
}

fn is_loopback(cell: &str) -> bool {
    let address = cell.parse::<std::net::IpAddr>();
    cell.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}
