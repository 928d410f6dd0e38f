//! What the cell of the page's protocol column states for all ports of a row.

use port_data::Diagnostic;

use super::item::{Join, Transports};
use super::problem::{Problem, ProblemKind};
use super::token::{IpProtocol, Kind, tokens};
use super::words::{is_service, no_port};

/// At most one of the transports, the protocol without ports and the service is set.
#[derive(Default)]
pub(super) struct ProtocolColumn {
    pub transports: Option<Transports>,
    pub portless: Option<IpProtocol>,
    pub icmp_type: Option<u8>,
    pub service: Option<String>,
}

impl ProtocolColumn {
    pub(super) fn parse(text: &str) -> Result<Self, Diagnostic> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        Self::parse_folded(&text)
            .map_err(|kind| Problem::new(0..text.len(), kind).into_diagnostic("protocol cell", &text))
    }

    fn parse_folded(text: &str) -> Result<Self, ProblemKind> {
        let mut column = Self::default();
        if no_port(text).is_some() {
            return Ok(column);
        }
        let mut names = Vec::new();
        let mut joins = Vec::new();
        let mut needs_name = true;
        for token in tokens(text) {
            let word = &text[token.range.clone()];
            let join = match token.kind {
                Kind::Word if word.eq_ignore_ascii_case("or") => Some(Join::Any),
                Kind::Word if word.eq_ignore_ascii_case("and") => Some(Join::All),
                Kind::Plus => Some(Join::All),
                Kind::Slash | Kind::Comma => Some(Join::Unstated),
                _ => None,
            };
            match (join, token.kind) {
                (Some(join), _) if !needs_name => joins.push(join),
                (None, Kind::Protocol(protocol)) if needs_name => {
                    if protocol.has_ports() {
                        names.push(protocol.name);
                    } else {
                        column.portless = Some(protocol);
                    }
                }
                (None, Kind::Word) if needs_name && is_service(word) => column.service = Some(word.to_owned()),
                _ => return Err(ProblemKind::Unreadable("it isn't a transport or a service")),
            }
            needs_name = join.is_some();
        }
        let is_single_list = joins.is_empty() || joins.len() + 1 == names.len();
        if needs_name || !is_single_list || joins.windows(2).any(|pair| pair[0] != pair[1]) {
            return Err(ProblemKind::Ambiguous("either all of the protocols are needed, or any one of them"));
        }
        if !names.is_empty() {
            let join = joins.first().copied().unwrap_or(Join::All);
            column.transports = Some(Transports { names, join });
        }
        Ok(column)
    }
}
