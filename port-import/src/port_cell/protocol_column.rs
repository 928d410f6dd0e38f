//! What the cells of the page's protocol columns state for all ports of a row.

use std::ops::Range;

use super::item::{Join, Transports};
use super::problem::ProblemKind;
use super::token::{IpProtocol, Kind, Token, tokens};
use super::words::{is_service, no_port};

/// What the protocol columns of a row state. A protocol without ports has no transports and services next to it.
#[derive(Debug, Clone)]
pub(super) struct ProtocolColumn {
    pub transports: Option<Transports>,
    pub portless: Option<IpProtocol>,
    pub icmp_type: Option<u8>,
    pub services: Vec<String>,
    pub join_of_services: Join,
    /// Words in brackets: `TLS` of `TCP (TLS)`.
    pub remarks: Vec<String>,
}

impl Default for ProtocolColumn {
    fn default() -> Self {
        Self {
            transports: None,
            portless: None,
            icmp_type: None,
            services: Vec::new(),
            join_of_services: Join::Unstated,
            remarks: Vec::new(),
        }
    }
}

impl ProtocolColumn {
    /// The same with a transport that the header of the port column states.
    pub(super) fn with_transport(&self, name: &'static str) -> Result<Self, ProblemKind> {
        let mut column = self.clone();
        let transports = Some(Transports { names: vec![name], join: Join::All });
        column.add(Self { transports, ..Self::default() })?;
        Ok(column)
    }

    /// Adds what another column states.
    pub(super) fn add(&mut self, other: Self) -> Result<(), ProblemKind> {
        fn is_same<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> bool {
            one.is_none() || other.is_none() || one == other
        }
        let is_consistent = is_same(self.transports.as_ref(), other.transports.as_ref())
            && is_same(self.portless.as_ref(), other.portless.as_ref())
            && is_same(self.icmp_type.as_ref(), other.icmp_type.as_ref())
            && (self.services.is_empty() || other.services.is_empty() || self.services == other.services);
        self.transports = self.transports.take().or(other.transports);
        self.portless = self.portless.or(other.portless);
        self.icmp_type = self.icmp_type.or(other.icmp_type);
        if self.services.is_empty() {
            (self.services, self.join_of_services) = (other.services, other.join_of_services);
        }
        self.remarks.extend(other.remarks);
        let has_ports = self.transports.is_some() || !self.services.is_empty();
        match is_consistent && !(has_ports && self.portless.is_some()) {
            true => Ok(()),
            false => Err(ProblemKind::Contradiction("another column of the row")),
        }
    }

    /// Reads transports and services in a cell in which each run of whitespace is one space.
    pub(super) fn parse(text: &str) -> Result<Self, ProblemKind> {
        let mut column = Self::default();
        if no_port(text).is_some() {
            return Ok(column);
        }
        let mut all = tokens(text);
        column.remarks = take_remarks(text, &mut all)?;
        let mut names = Vec::new();
        let mut joins = Vec::new();
        let mut needs_name = true;
        for token in all {
            let word = &text[token.range.clone()];
            let join = match token.kind {
                Kind::Word if word.eq_ignore_ascii_case("or") => Some((Join::Any, false)),
                Kind::Word if word.eq_ignore_ascii_case("and") => Some((Join::All, false)),
                Kind::Plus => Some((Join::All, false)),
                Kind::Slash => Some((Join::Unstated, true)),
                Kind::Comma => Some((Join::Unstated, false)),
                _ => None,
            };
            match (join, token.kind) {
                (Some(join), _) if !needs_name => joins.push(join),
                (None, Kind::Protocol(protocol)) if needs_name && protocol.has_ports() => names.push(protocol.name),
                (None, Kind::Word) if needs_name && is_service(word) => column.services.push(word.to_owned()),
                _ => return Err(ProblemKind::Unreadable("it isn't a transport or a service")),
            }
            needs_name = join.is_some();
        }
        let is_one_kind = match (names.len(), column.services.len()) {
            (_, 0) | (0, _) => true,
            // `TCP/HTTPS` is a service and its transport.
            (_, 1) => joins.iter().all(|(_, is_slash)| *is_slash),
            _ => false,
        };
        if needs_name || !is_one_kind || joins.windows(2).any(|pair| pair[0].0 != pair[1].0) {
            return Err(ProblemKind::Ambiguous("either all of the protocols are needed, or any one of them"));
        }
        let join = joins.first().map_or(Join::All, |(join, _)| *join);
        if column.services.len() > 1 {
            column.join_of_services = join;
        }
        if !names.is_empty() {
            column.transports = Some(Transports { names, join });
        }
        Ok(column)
    }
}

/// Removes brackets after a name, and returns the words in them.
fn take_remarks(text: &str, tokens: &mut Vec<Token>) -> Result<Vec<String>, ProblemKind> {
    let mut remarks = Vec::new();
    while let Some(open) = tokens.iter().position(|token| token.kind == Kind::Open).filter(|open| *open > 0) {
        let close = tokens.iter().position(|token| token.kind == Kind::Close).filter(|close| *close > open + 1);
        let close = close.ok_or(ProblemKind::Unreadable("the bracket isn't closed, or is empty"))?;
        let states_more = |token: &Token| matches!(token.kind, Kind::Number | Kind::Protocol(_) | Kind::Open);
        if tokens[open + 1..close].iter().any(states_more) {
            return Err(ProblemKind::Unreadable("brackets may contain only a remark"));
        }
        let words: Range<usize> = tokens[open + 1].range.start..tokens[close - 1].range.end;
        remarks.push(text[words].to_owned());
        tokens.drain(open..=close);
    }
    Ok(remarks)
}
