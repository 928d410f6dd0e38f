//! Guesses what the columns of a table contain, from their names and from their cells.

use std::collections::BTreeMap;

use super::column_values::draft_column;
use super::content::{self, Content, is_title};
use super::header_words::{HeaderWord as Word, header_word};
use crate::curation::{Column, FIXME, Meaning};
use crate::page::Table;

/// A column of a drafted table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DraftColumn {
    pub(super) head: String,
    pub(super) is: Meaning,
    pub(super) means: BTreeMap<String, String>,
    pub(super) may_be_empty: bool,
    /// Why it is ignored.
    pub(super) reason: Option<String>,
    /// What a person must decide.
    pub(super) question: Option<&'static str>,
}

impl From<&Column> for DraftColumn {
    fn from(column: &Column) -> DraftColumn {
        DraftColumn {
            head: column.head.clone(),
            is: column.is,
            means: column.means.clone(),
            may_be_empty: column.may_be_empty,
            reason: column.reason.clone(),
            question: None,
        }
    }
}

const SETTINGS: &str = "Names of settings aren't in the catalog.";
const SOURCE_PORTS: &str = "Source ports aren't in the catalog.";
const CONTAINER_PORTS: &str = "Only the port of the host is reached from outside.";
/// Words of column names whose numbers are never ports.
const UNITS: [&str; 24] = [
    "cpu",
    "vcpu",
    "vcpus",
    "cpus",
    "cores",
    "ram",
    "memory",
    "disk",
    "storage",
    "size",
    "gb",
    "mb",
    "count",
    "amount",
    "priority",
    "ttl",
    "version",
    "year",
    "time",
    "seconds",
    "bandwidth",
    "nodes",
    "users",
    "agents",
];

/// A column while it is guessed.
pub(super) struct Guess<'a> {
    pub(super) head: &'a str,
    word: Option<Word>,
    content: Content,
    pub(super) is: Option<Meaning>,
    pub(super) question: Option<&'static str>,
    pub(super) reason: Option<&'static str>,
}

/// The columns of a table with ports, or why a table has no flow; with a FIXME, if that isn't certain.
pub(super) fn guess_columns(table: &Table) -> Result<Vec<DraftColumn>, String> {
    let heads = table.header.iter().enumerate();
    let mut guesses: Vec<Guess<'_>> = heads
        .map(|(index, head)| Guess {
            head: &head.text,
            word: header_word(&head.text),
            content: Content::of_column(table, index),
            is: None,
            question: None,
            reason: None,
        })
        .collect();
    guess_ports(&mut guesses);
    if !guesses.iter().any(|guess| guess.is.is_some_and(Meaning::is_ports)) {
        guess_ports_by_content(table, &mut guesses)?;
    }
    guess_others(table, &mut guesses);
    choose_label(table, &mut guesses);
    settle(&mut guesses);
    Ok(guesses.iter().enumerate().map(|(index, guess)| draft_column(table, index, guess)).collect())
}

/// The columns whose names say that they contain ports.
fn guess_ports(guesses: &mut [Guess<'_>]) {
    let has = |guesses: &[Guess<'_>], word| guesses.iter().any(|guess| guess.word == Some(word));
    let pairs = has(guesses, Word::FirstPort) && has(guesses, Word::LastPort);
    let has_port = has(guesses, Word::Port);
    let numbers = |guess: &Guess<'_>| {
        let content = &guess.content;
        content.are_mostly(content.numbers.max(content.readable_ports).max(content.stated_ports))
    };
    let others_have_numbers: Vec<bool> = (0..guesses.len())
        .map(|index| guesses.iter().enumerate().any(|(other, guess)| other != index && numbers(guess)))
        .collect();
    let mut has_names = false;
    for (guess, others_have_numbers) in guesses.iter_mut().zip(others_have_numbers) {
        // A column of names next to one of numbers, such as "Port name".
        let is_names = guess.content.digits == 0 && guess.content.filled > 0 && others_have_numbers;
        guess.is = match guess.word {
            Some(Word::Port) if is_names && guess.head.split_whitespace().count() > 3 => None,
            Some(Word::Port | Word::TcpPort | Word::UdpPort) if is_names => {
                guess.word = Some(Word::Label);
                has_names = true;
                None
            }
            Some(Word::ContainerPort) if has_port => {
                guess.reason = Some(CONTAINER_PORTS);
                Some(Meaning::Ignored)
            }
            Some(Word::SourcePort) => {
                guess.reason = Some(SOURCE_PORTS);
                // A client's port is any; one that is listed may be that of a load balancer.
                let is_listed = guess.content.numbers > 0 || guess.content.stated_ports > 0;
                guess.question = is_listed.then_some("are these the ports of clients, or do clients connect to them?");
                Some(Meaning::Ignored)
            }
            Some(Word::FirstPort) if pairs => Some(Meaning::FirstPort),
            Some(Word::LastPort) if pairs => Some(Meaning::LastPort),
            Some(Word::Port | Word::FirstPort | Word::LastPort | Word::ContainerPort) => Some(Meaning::Ports),
            Some(Word::TcpPort) => Some(Meaning::TcpPorts),
            Some(Word::UdpPort) => Some(Meaning::UdpPorts),
            _ => None,
        };
    }
    // The numbers of named ports, in a column such as "Default".
    if has_names && !guesses.iter().any(|guess| guess.is.is_some_and(Meaning::is_ports)) {
        if let Some(guess) = guesses.iter_mut().find(|guess| guess.is.is_none() && numbers(guess)) {
            guess.is = Some(Meaning::Ports);
            guess.question = Some("are these numbers ports?");
        }
    }
}

/// Columns whose cells contain ports, although their names don't say so.
fn guess_ports_by_content(table: &Table, guesses: &mut [Guess<'_>]) -> Result<(), String> {
    let can_be_ports = |guess: &Guess<'_>| {
        let lower = guess.head.to_lowercase();
        let has_unit = lower.split(|letter: char| !letter.is_alphanumeric()).any(|word| UNITS.contains(&word));
        !has_unit && guess.is.is_none()
    };
    let stated = |guess: &Guess<'_>| can_be_ports(guess) && guess.content.are_mostly(guess.content.stated_ports);
    if let Some(guess) = guesses.iter_mut().find(|guess| stated(guess)) {
        guess.is = Some(Meaning::Ports);
        guess.question = Some("the name of the column doesn't say that it contains ports");
        return Ok(());
    }
    let is_number = |guess: &Guess<'_>| {
        can_be_ports(guess) && guess.content.are_all(guess.content.numbers.max(guess.content.readable_ports))
    };
    let found: Vec<usize> = (0..guesses.len()).filter(|index| is_number(&guesses[*index])).collect();
    let largest = found.iter().flat_map(|column| table.rows.iter().filter_map(|row| row.cells.get(*column)));
    let largest = largest.flat_map(|cell| cell.text.split(|letter: char| !letter.is_ascii_digit()));
    let largest = largest.filter_map(|number| number.parse::<u32>().ok()).max().unwrap_or_default();
    match found.len() {
        // Small numbers count things.
        1 | 2 if largest >= 100 => {
            for column in found {
                guesses[column].is = Some(Meaning::Ports);
                guesses[column].question = Some("are these numbers ports?");
            }
            Ok(())
        }
        0 => {
            let row = table.rows.iter().find(|row| row.cells.iter().any(|cell| content::states_port(&cell.text)));
            Err(match row {
                Some(row) => format!("{FIXME}: line {} of the page mentions a port", row.line),
                None => "No column contains ports.".to_string(),
            })
        }
        _ if largest >= 100 => {
            Err(format!("{FIXME}: several columns contain numbers that may be ports, and none is named a port"))
        }
        _ => Err("No column contains ports.".to_string()),
    }
}

/// The columns with neither ports nor the label.
fn guess_others(table: &Table, guesses: &mut [Guess<'_>]) {
    let has_source = guesses.iter().any(|guess| guess.word == Some(Word::Source));
    for (index, guess) in guesses.iter_mut().enumerate().filter(|(_, guess)| guess.is.is_none()) {
        let content = &guess.content;
        guess.is = match guess.word {
            Some(Word::Protocol) if content.are_mostly(content.protocols) => Some(Meaning::Protocol),
            None | Some(Word::Label) if content.are_all(content.transports) => Some(Meaning::Protocol),
            Some(Word::Direction) if content.directions > 0 || content.distinct <= 4 => Some(Meaning::Direction),
            None if content.are_all(content.directions) => Some(Meaning::Direction),
            Some(Word::Source) => Some(Meaning::From),
            Some(Word::Destination) => Some(Meaning::To),
            Some(Word::SourceOrDestination) if starts_with_to_or_from(table, index) => Some(Meaning::ToOrFrom),
            Some(Word::SourceOrDestination) if !has_source => Some(Meaning::Peer),
            Some(Word::Peer) => Some(Meaning::Peer),
            Some(Word::Component) => Some(Meaning::Component),
            Some(Word::Enabled) if content.are_mostly(content.switches) => Some(Meaning::Enabled),
            Some(Word::Requirement) if content.are_mostly(content.switches) => Some(Meaning::Requirement),
            // Texts with spaces are no names of settings, such as those below "Configuration".
            Some(Word::Setting) if content.are_mostly(content.spaced) && !content.are_mostly(content.prose) => None,
            Some(Word::Setting) if !content.are_mostly(content.prose) => {
                guess.reason = Some(SETTINGS);
                Some(Meaning::Ignored)
            }
            Some(Word::Setting | Word::Note | Word::Host | Word::Bind | Word::Scope | Word::Configurable) => {
                Some(Meaning::Note)
            }
            _ => None,
        };
    }
}

fn starts_with_to_or_from(table: &Table, column: usize) -> bool {
    let mut cells =
        table.rows.iter().filter_map(|row| row.cells.get(column)).filter(|cell| !cell.text.is_empty()).peekable();
    let starts = |text: &str| {
        let first = text.split_whitespace().next().unwrap_or_default().to_lowercase();
        ["to", "from", "to/from", "from/to"].contains(&first.as_str())
    };
    cells.peek().is_some() && cells.all(|cell| starts(&cell.text))
}

/// Chooses the column that names the rows: one of those that say so, the one with the titles of rows, or else a short one.
fn choose_label(table: &Table, guesses: &mut [Guess<'_>]) {
    let titles = |column: usize| {
        table.rows.iter().any(|row| is_title(row) && row.cells.get(column).is_some_and(|cell| !cell.text.is_empty()))
    };
    let score = |index: usize, guess: &Guess<'_>| -> Option<(usize, usize, usize, usize)> {
        let content = &guess.content;
        let class = match (guess.is, guess.word) {
            (Some(Meaning::Protocol | Meaning::Component), _) if titles(index) => 5,
            (None, Some(Word::Label | Word::Protocol | Word::Setting)) if titles(index) => 6,
            _ if content.are_mostly(content.switches) => return None,
            (None, Some(Word::Label | Word::Protocol)) if !content.are_mostly(content.prose) => 4,
            (None, None) if content.filled > 0 && content.switches == 0 && !content.are_mostly(content.prose) => 2,
            (Some(Meaning::Component), _) => 2,
            (None, Some(Word::Setting)) if guess.head.split_whitespace().count() == 1 => 4,
            (None, Some(Word::Label)) => 3,
            (Some(Meaning::Note), Some(Word::Note | Word::Setting)) if content.filled > 0 => 1,
            _ => return None,
        };
        Some((class, content.filled.saturating_sub(content.prose), content.distinct, guesses.len() - index))
    };
    let best = (0..guesses.len()).filter_map(|index| Some((score(index, &guesses[index])?, index))).max();
    if let Some((_, index)) = best {
        if guesses[index].word.is_none() {
            guesses[index].question = Some("does this column name the rows?");
        }
        guesses[index].is = Some(Meaning::Label);
        guesses[index].reason = None;
    }
}

/// Gives each column a meaning that fits the others. Unknown columns are notes that a person must look at.
fn settle(guesses: &mut [Guess<'_>]) {
    for guess in guesses.iter_mut().filter(|guess| guess.is.is_none()) {
        let content = &guess.content;
        // A column such as "Direction" whose cells say something else.
        let is_typed = matches!(
            guess.word,
            Some(
                Word::Direction
                    | Word::Source
                    | Word::Destination
                    | Word::SourceOrDestination
                    | Word::Peer
                    | Word::Component
                    | Word::Requirement
                    | Word::Enabled
                    | Word::Port
            )
        );
        let reads_switches = matches!(guess.word, Some(Word::Scope | Word::Configurable));
        let is_certain = guess.word.is_some() && !is_typed && (reads_switches || !content.are_mostly(content.switches))
            || content.filled == 0
            || content.are_mostly(content.hosts)
            || content.are_mostly(content.prose) && !is_typed;
        guess.is = Some(Meaning::Note);
        guess.question = if is_certain { None } else { Some("what does this column contain?") };
    }
    let has_ends = guesses.iter().any(|guess| matches!(guess.is, Some(Meaning::From | Meaning::To)));
    for index in 0..guesses.len() {
        let Some(is) = guesses[index].is else { continue };
        let is_repeated = guesses[..index].iter().any(|guess| guess.is == Some(is));
        let may_repeat = matches!(is, Meaning::Ports | Meaning::Protocol | Meaning::Note | Meaning::Ignored);
        if is_repeated && !may_repeat || has_ends && matches!(is, Meaning::Peer | Meaning::ToOrFrom) {
            guesses[index].is = Some(Meaning::Note);
            guesses[index].question = Some("what does this column add to the others?");
        }
    }
}
