//! What the page's protocol column says for all ports of a cell.

use super::join::{Join, Transports};
use super::read::{is_service, no_port};
use super::token::{Kind, Transport, tokens};
use super::{CellError, Problem};

/// At most one of these is there.
#[derive(Default)]
pub(super) struct Protocol {
    pub transports: Option<Transports>,
    pub portless: Option<Transport>,
    pub name: Option<String>,
}

impl Protocol {
    /// Reads a cell of the protocol column.
    pub(super) fn parse(text: &str) -> Result<Self, CellError> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let error = |problem| CellError { cell: text.clone(), part: text.clone(), problem };
        let mut protocol = Self::default();
        if no_port(&text).is_some() {
            return Ok(protocol);
        }
        let mut names = Vec::new();
        let mut joins = Vec::new();
        let mut is_due = true;
        for token in tokens(&text) {
            let word = &text[token.at.clone()];
            let join = match token.kind {
                Kind::Word if word.eq_ignore_ascii_case("or") => Some(Join::Any),
                Kind::Word if word.eq_ignore_ascii_case("and") => Some(Join::All),
                Kind::Slash | Kind::Comma | Kind::Plus => Some(Join::All),
                _ => None,
            };
            match (join, token.kind) {
                (Some(join), _) if !is_due => joins.push(join),
                (None, Kind::Transport(transport)) if is_due => match transport.portless {
                    Some(_) => protocol.portless = Some(transport),
                    None => names.push(transport.name),
                },
                (None, Kind::Word) if is_due && is_service(word) => {
                    protocol.name = Some(word.to_owned());
                }
                _ => {
                    return Err(error(Problem::Unreadable("TCP, UDP, another transport or a service")));
                }
            }
            is_due = join.is_some();
        }
        let is_one = joins.is_empty() || joins.len() + 1 == names.len();
        if is_due || !is_one || joins.windows(2).any(|pair| pair[0] != pair[1]) {
            return Err(error(Problem::Ambiguous("all of the protocols, or any one of them")));
        }
        if !names.is_empty() {
            protocol.transports = Some(Transports { names, join: joins.first().copied().unwrap_or(Join::All) });
        }
        Ok(protocol)
    }
}
