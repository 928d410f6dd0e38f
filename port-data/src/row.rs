//! Makes facts of the cells of one row, and reports what is wrong with each.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::cells::Cell;
use crate::error::{Error, Problem};
use crate::id::{is_id, variant};
use crate::port_expression;
use crate::read::Ids;
use crate::schema::Flow;
use crate::shared::nearest::nearest;
use crate::shared::words::{Direction, Fact, Requirement, Unknown};

/// The most interfaces that a product may have: a flow keeps its own as bits of a 16-bit number.
const MOST_INTERFACES: usize = 16;

/// A table whose columns are known: its rows, and for each column of the schema the place of its cells.
pub(crate) struct Table {
    pub(crate) file: PathBuf,
    pub(crate) columns: Vec<(&'static str, Option<usize>)>,
    pub(crate) rows: Vec<Vec<Cell>>,
}

/// One row of a table, and where to report what is wrong with it.
pub(crate) struct Row<'a> {
    pub(crate) table: &'a Table,
    pub(crate) cells: &'a [Cell],
    pub(crate) errors: &'a mut Vec<Error>,
}

/// The product whose flows are read.
pub(crate) struct Of<'a> {
    pub(crate) product: usize,
    pub(crate) id: &'a str,
    pub(crate) interfaces: Vec<String>,
}

impl Row<'_> {
    /// The cell of a column; an empty one where the table does without the column.
    pub(crate) fn cell(&self, column: &str) -> Cell {
        let place = self.table.columns.iter().find(|(name, _)| *name == column).and_then(|(_, place)| *place);
        match place {
            Some(place) => self.cells[place].clone(),
            None => Cell { text: String::new(), line: self.cells[0].line, column: 0 },
        }
    }

    /// Whether the table has the column at all.
    pub(crate) fn has(&self, column: &str) -> bool {
        self.table.columns.iter().any(|(name, place)| *name == column && place.is_some())
    }

    fn report(&mut self, cell: &Cell, column: &str, problem: Problem) {
        self.errors.push(Error {
            file: self.table.file.clone(),
            line: cell.line,
            column: cell.column,
            cell: Some(column.to_string()),
            problem,
        });
    }

    /// The value, or `None` after reporting what is wrong with the cell it was made of.
    fn accept<T>(&mut self, column: &str, cell: &Cell, result: Result<T, Problem>) -> Option<T> {
        result.map_err(|problem| self.report(cell, column, problem)).ok()
    }

    /// A text that must not be empty.
    pub(crate) fn filled(&mut self, column: &str) -> Option<String> {
        let cell = self.cell(column);
        let result = if cell.text.is_empty() { Err(Problem::EmptyCell) } else { Ok(cell.text.clone()) };
        self.accept(column, &cell, result)
    }

    /// A text that may be empty.
    fn text(&self, column: &str) -> Option<String> {
        Some(self.cell(column).text).filter(|text| !text.is_empty())
    }

    /// The row's id.
    fn id(&mut self) -> Option<String> {
        let cell = self.cell("id");
        let result = match is_id(&cell.text) {
            true => Ok(cell.text.clone()),
            false => Err(Problem::NotKebabCase(cell.text.clone())),
        };
        self.accept("id", &cell, result)
    }

    /// The row's id and its variant, spelled as the row's name spells it.
    pub(crate) fn id_named(&mut self) -> Option<(String, String)> {
        let id = self.id()?;
        let variant = variant(&id, &self.cell("name").text);
        Some((id, variant))
    }

    pub(crate) fn reference(&mut self, column: &str, ids: &Ids, wanted: &str) -> Option<usize> {
        let cell = self.cell(column);
        let result = ids.find(&cell.text, wanted);
        self.accept(column, &cell, result)
    }

    pub(crate) fn word<T: FromStr<Err = Unknown> + fmt::Display>(&mut self, column: &str, all: &[T]) -> Option<T> {
        let cell = self.cell(column);
        let result = word(&cell.text, all);
        self.accept(column, &cell, result)
    }

    pub(crate) fn words<T: FromStr<Err = Unknown> + fmt::Display + PartialEq>(
        &mut self,
        column: &str,
        all: &[T],
    ) -> Option<Vec<T>> {
        let cells = self.list(column);
        let words: Vec<T> = cells
            .iter()
            .filter_map(|cell| {
                let result = word(&cell.text, all);
                self.accept(column, cell, result)
            })
            .collect();
        (words.len() == cells.len()).then_some(words)
    }

    /// The items of a cell, separated by commas, each as a cell of its own with its place.
    pub(crate) fn list(&mut self, column: &str) -> Vec<Cell> {
        let cell = self.cell(column);
        let mut items: Vec<Cell> = Vec::new();
        let mut start = cell.column;
        for item in cell.text.split(',').filter(|_| !cell.text.is_empty()) {
            let blanks = item.chars().take_while(|character| *character == ' ').count();
            let item_cell = Cell { text: item.trim().to_string(), line: cell.line, column: start + blanks };
            start += item.chars().count() + 1;
            if items.iter().any(|earlier| earlier.text == item_cell.text) {
                let found = format!("{} twice", item_cell.text);
                self.report(&item_cell, column, Problem::Contradiction { found, expected: "each item once" });
            }
            items.push(item_cell);
        }
        items
    }

    pub(crate) fn port(&mut self, column: &str) -> Option<Option<u16>> {
        let cell = self.cell(column);
        if cell.text.is_empty() {
            return Some(None);
        }
        let result = port_expression::parse_port(&cell.text);
        self.accept(column, &cell, result).map(Some)
    }

    pub(crate) fn url(&mut self, column: &str) -> Option<String> {
        let cell = self.cell(column);
        let plain = cell.text.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"`\\".contains(&byte));
        let result = match plain && (cell.text.starts_with("https://") || cell.text.starts_with("http://")) {
            true => Ok(cell.text.clone()),
            false => Err(Problem::Malformed {
                found: cell.text.clone(),
                expected: "an address that begins with https:// or http://",
            }),
        };
        self.accept(column, &cell, result)
    }

    pub(crate) fn date(&mut self, column: &str) -> Option<Option<String>> {
        let cell = self.cell(column);
        if cell.text.is_empty() {
            return Some(None);
        }
        let result = match is_date(&cell.text) {
            true => Ok(Some(cell.text.clone())),
            false => Err(Problem::Malformed {
                found: cell.text.clone(),
                expected: "a day as YYYY-MM-DD, or nothing where it is not known",
            }),
        };
        self.accept(column, &cell, result)
    }

    fn flag(&mut self, column: &str) -> Option<bool> {
        let cell = self.cell(column);
        let result = match cell.text.as_str() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(Problem::Malformed { found: cell.text.clone(), expected: "true or false" }),
        };
        self.accept(column, &cell, result)
    }

    /// The interfaces that a product declares.
    pub(crate) fn interfaces(&mut self) -> Option<Vec<String>> {
        let cells = self.list("interfaces");
        let mut sound = true;
        for cell in &cells {
            if !is_id(&cell.text) {
                self.report(cell, "interfaces", Problem::NotKebabCase(cell.text.clone()));
                sound = false;
            }
        }
        if cells.len() > MOST_INTERFACES {
            let problem = Problem::Malformed { found: format!("{} interfaces", cells.len()), expected: "at most 16" };
            self.report(&cells[MOST_INTERFACES], "interfaces", problem);
            sound = false;
        }
        sound.then(|| cells.into_iter().map(|cell| cell.text).collect())
    }

    /// A flow of a product; each of its cells is checked, whatever is wrong with the others.
    pub(crate) fn flow(&mut self, of: &Of<'_>, peers: &Ids, services: &Ids) -> Option<Flow> {
        let id = self.id();
        let direction = self.word("direction", Direction::ALL);
        let peer = self.reference("peer", peers, "the id of a row of peers.csv");
        let purpose = self.filled("purpose");
        let ports = self.cell("ports");
        let specs = port_expression::parse(&ports.text, |id| services.find(id, "the id of a row of services.csv"));
        let specs = specs.map_err(|faults| {
            for (offset, problem) in faults {
                let cell = Cell { column: ports.column + ports.text[..offset].chars().count(), ..ports.clone() };
                self.report(&cell, "ports", problem);
            }
        });
        let specs = specs.ok();
        let requirement = self.word("requirement", Requirement::ALL);
        let condition = self.text("condition");
        if let Some(requirement) = requirement {
            self.check_condition(requirement, condition.is_some());
        }
        let interfaces = self.flow_interfaces(of);
        let recommended_interface = self.recommended_interface(of, interfaces.as_deref().unwrap_or_default());
        let hosts = self.hosts();
        let configurable = self.flag("configurable");
        let customization = self.text("customization");
        if configurable == Some(false) && customization.is_some() {
            let cell = self.cell("configurable");
            let problem = Problem::Contradiction {
                found: "false beside a customization".to_string(),
                expected: "true, or no customization",
            };
            self.report(&cell, "configurable", problem);
        }
        let curated = self.words::<Fact>("curated", Fact::ALL);
        let row = self.row_number();
        let id = id?;
        Some(Flow {
            variant: variant(&id, ""),
            id,
            product: of.product,
            direction: direction?,
            peer: peer?,
            purpose: purpose?,
            specs: specs?,
            requirement: requirement?,
            condition,
            interfaces: interfaces?,
            recommended_interface: recommended_interface?,
            hosts: hosts?,
            configurable: configurable?,
            customization,
            note: self.text("note"),
            curated: curated?,
            section: self.text("section"),
            row: row?,
            printed_peer: self.text("printed_peer"),
            printed_label: self.text("printed_label"),
            printed_ports: self.text("printed_ports"),
        })
    }

    fn check_condition(&mut self, requirement: Requirement, has_condition: bool) {
        let problem = match (requirement == Requirement::Conditional, has_condition) {
            (true, false) => Problem::Contradiction {
                found: "no condition".to_string(),
                expected: "the limit of a conditional flow",
            },
            (false, true) => Problem::Contradiction {
                found: format!("a condition on a flow that is {requirement}"),
                expected: "none, or the requirement conditional",
            },
            _ => return,
        };
        let cell = self.cell("condition");
        self.report(&cell, "condition", problem);
    }

    /// Adds the flow's interfaces to its product's: where `products.csv` has no column for them, the flows declare them.
    pub(crate) fn declare_interfaces(&mut self, interfaces: &mut Vec<String>) {
        for cell in self.list("interfaces").into_iter().filter(|cell| !cell.text.is_empty()) {
            if !is_id(&cell.text) {
                self.report(&cell, "interfaces", Problem::NotKebabCase(cell.text.clone()));
            }
            if !interfaces.contains(&cell.text) && interfaces.len() < MOST_INTERFACES {
                interfaces.push(cell.text);
            }
        }
    }

    /// The flow's interfaces by their places.
    fn flow_interfaces(&mut self, of: &Of<'_>) -> Option<Vec<usize>> {
        let cells = self.list("interfaces");
        let places: Vec<usize> = cells.iter().filter_map(|cell| self.interface(of, cell, "interfaces")).collect();
        (places.len() == cells.len()).then_some(places)
    }

    fn interface(&mut self, of: &Of<'_>, cell: &Cell, column: &str) -> Option<usize> {
        let found = of.interfaces.iter().position(|interface| *interface == cell.text);
        let result = found.ok_or_else(|| Problem::UnknownId {
            found: cell.text.clone(),
            wanted: format!("an interface of {}, as products.csv declares them", of.id),
            nearest: nearest(&cell.text, of.interfaces.iter().map(String::as_str)).map(str::to_string),
        });
        self.accept(column, cell, result)
    }

    fn recommended_interface(&mut self, of: &Of<'_>, of_flow: &[usize]) -> Option<Option<usize>> {
        let cell = self.cell("recommended_interface");
        if cell.text.is_empty() {
            return Some(None);
        }
        let interface = self.interface(of, &cell, "recommended_interface")?;
        if !of_flow.contains(&interface) {
            let problem = Problem::Contradiction {
                found: format!("{}, which is none of the flow's interfaces", cell.text),
                expected: "one of them",
            };
            self.report(&cell, "recommended_interface", problem);
        }
        Some(Some(interface))
    }

    fn hosts(&mut self) -> Option<Vec<String>> {
        let cells = self.list("hosts");
        let mut sound = true;
        for cell in &cells {
            if !is_host(&cell.text) {
                let expected = "a host name in lower case without a star, with \", \" between several";
                self.report(cell, "hosts", Problem::Malformed { found: cell.text.clone(), expected });
                sound = false;
            }
        }
        sound.then(|| cells.into_iter().map(|cell| cell.text).collect())
    }

    fn row_number(&mut self) -> Option<u32> {
        let cell = self.cell("row");
        let plain = cell.text.bytes().all(|byte| byte.is_ascii_digit()) && !cell.text.starts_with('0');
        let result = match cell.text.parse() {
            Ok(row) if plain => Ok(row),
            _ => Err(Problem::Malformed {
                found: cell.text.clone(),
                expected: "the row's number in the document, from 1",
            }),
        };
        self.accept("row", &cell, result)
    }
}

/// A word of a closed vocabulary.
fn word<T: FromStr<Err = Unknown> + fmt::Display>(text: &str, all: &[T]) -> Result<T, Problem> {
    text.parse().map_err(|unknown: Unknown| Problem::UnknownWord {
        found: text.to_string(),
        allowed: all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        nearest: unknown.nearest(),
    })
}

/// Whether a text is a host name in lower case.
fn is_host(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte))
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

/// Whether a text is a day of the calendar as `YYYY-MM-DD`.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else { return false };
    let digits = |part: &str, count| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
    if !(digits(year, 4) && digits(month, 2) && digits(day, 2)) {
        return false;
    }
    let number = |part: &str| part.parse::<u32>().unwrap_or(0);
    let (year, month, day) = (number(year), number(month), number(day));
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}
