//! What the cells of a column look like.

use port_core::Transport;

use crate::capture::host_in;
use crate::page::Table;
use crate::port_cell::{self, Cell};

/// The number of words up to which a text is a label. It is that of captures: a longer cell is prose.
pub(super) const MAX_LABEL_WORDS: usize = 8;

/// What the cells of a column look like. Each count is of the cells with a text.
#[derive(Clone, Debug, Default)]
pub(super) struct Content {
    /// The cells with a text, without dashes and `N/A`.
    pub(super) filled: usize,
    /// The rows.
    pub(super) rows: usize,
    /// The cells that contain a transport with a port, such as `TCP 443`.
    pub(super) stated_ports: usize,
    /// The cells that are numbers of ports and nothing else.
    pub(super) numbers: usize,
    /// The cells that can be read as ports.
    pub(super) readable_ports: usize,
    /// The cells with a digit.
    pub(super) digits: usize,
    /// The cells that are a transport or several.
    pub(super) transports: usize,
    /// The cells that can be read in a column of protocols.
    pub(super) protocols: usize,
    /// The cells that name a direction.
    pub(super) directions: usize,
    /// The cells that are yes or no, or words like these.
    pub(super) switches: usize,
    /// The cells that consist of host names or addresses.
    pub(super) hosts: usize,
    /// The cells with a space.
    pub(super) spaced: usize,
    /// The cells that are prose.
    pub(super) prose: usize,
    /// The different texts.
    pub(super) distinct: usize,
}

impl Content {
    /// Looks at a column of a table. Rows whose cells are all the same are titles, and don't count.
    pub(super) fn of_column(table: &Table, column: usize) -> Content {
        let mut content = Content::default();
        let mut texts = std::collections::BTreeSet::new();
        for row in table.rows.iter().filter(|row| !is_title(row)) {
            let Some(cell) = row.cells.get(column) else { continue };
            content.rows += 1;
            let text = cell.text.trim();
            if is_nothing(text) {
                continue;
            }
            content.filled += 1;
            texts.insert(text);
            let parsed = port_cell::parse(text, None).ok();
            let is_short = word_count(text) <= MAX_LABEL_WORDS;
            let has_port = parsed.as_ref().is_some_and(|cell| cell.specs.iter().any(|spec| spec.range().is_some()));
            let count = |is_counted: bool| usize::from(is_counted);
            content.stated_ports +=
                count(parsed.as_ref().map_or_else(|| states_port(text), has_stated_port) || states_port(text));
            content.numbers += count(is_number_list(text));
            content.readable_ports += count(is_short && has_port);
            content.digits += count(text.bytes().any(|byte| byte.is_ascii_digit()));
            content.transports += count(is_transports(text));
            content.protocols += count(is_protocol(text));
            content.directions += count(direction_in(text).is_some());
            content.switches += count(is_switch(text));
            content.hosts += count(is_hosts(text));
            content.spaced += count(text.contains(' '));
            content.prose += count(!is_short);
        }
        content.distinct = texts.len();
        content
    }

    /// Whether most cells with a text are as counted.
    pub(super) fn are_mostly(&self, count: usize) -> bool {
        self.filled > 0 && count * 2 >= self.filled
    }

    /// Whether all cells with a text are as counted.
    pub(super) fn are_all(&self, count: usize) -> bool {
        self.filled > 0 && count == self.filled
    }
}

/// Whether a row is a title: it has one text only, in the first of three cells or more, or over all of its cells.
pub(super) fn is_title(row: &crate::page::Row) -> bool {
    let mut texts: Vec<&str> = row.cells.iter().map(|cell| cell.text.trim()).collect();
    let first = texts.first().copied().unwrap_or_default().to_string();
    texts.retain(|text| !text.is_empty());
    row.cells.len() > 1
        && !first.is_empty()
        && port_cell::parse(&first, None).map_or(true, |cell| cell.specs.is_empty())
        && (texts.len() == 1 && row.cells.len() > 2
            || texts.len() == row.cells.len() && texts.iter().all(|text| *text == first))
}

/// Whether a cell says nothing.
pub(super) fn is_nothing(text: &str) -> bool {
    let lower = text.trim().to_lowercase();
    lower.chars().all(|letter| !letter.is_alphanumeric())
        || ["n/a", "na", "n.a.", "none", "not applicable"].contains(&&*lower)
}

pub(super) fn word_count(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count()
}

fn has_stated_port(cell: &Cell) -> bool {
    let is_stated = |transport: Option<Transport>| transport.is_some_and(|transport| transport != Transport::Any);
    cell.specs.iter().any(|spec| is_stated(spec.transport()) && (spec.range().is_some() || spec.number().is_some()))
}

/// Whether prose contains a transport next to a number, such as `TCP 322 by default` or `port 443`.
pub(super) fn states_port(text: &str) -> bool {
    let lower = text.to_lowercase();
    let words: Vec<&str> =
        lower.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is_number = |word: &str| word.parse::<u32>().is_ok_and(|number| (7..=65_535).contains(&number));
    let is_name = |word: &str| ["tcp", "udp", "sctp", "port", "ports"].contains(&word);
    words
        .windows(2)
        .any(|pair| is_name(pair[0]) && is_number(pair[1]) || is_number(pair[0]) && ["tcp", "udp"].contains(&pair[1]))
}

/// Whether a text has the word port, and a number that may be one.
pub(super) fn mentions_port(text: &str) -> bool {
    let lower = text.to_lowercase();
    let words = || lower.split(|letter: char| !letter.is_alphanumeric());
    let is_port = |word: &str| word.parse::<u32>().is_ok_and(|number| (20..=65_535).contains(&number));
    words().any(|word| ["port", "ports", "tcp", "udp"].contains(&word)) && words().any(is_port)
}

/// Whether a text is numbers of ports, and at most signs between them.
pub(super) fn is_number_list(text: &str) -> bool {
    let is_sign = |letter: char| letter.is_whitespace() || ",;/-–|".contains(letter);
    let mut numbers = text.split(is_sign).filter(|number| !number.is_empty()).peekable();
    numbers.peek().is_some()
        && numbers.all(|number| number.parse::<u32>().is_ok_and(|number| (1..=65_535).contains(&number)))
}

/// Whether a text is one transport or several.
pub(super) fn is_transports(text: &str) -> bool {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !["", "and", "or", "und", "oder", "et", "ou", "y", "o"].contains(word))
        .collect();
    !words.is_empty()
        && words.iter().all(|word| word.parse::<Transport>().is_ok() || ["ipip", "ipencap"].contains(word))
}

/// Whether a text can be read as the protocol of a port.
pub(super) fn is_protocol(text: &str) -> bool {
    word_count(text) <= MAX_LABEL_WORDS
        && (port_cell::parse("1", Some(text)).is_ok() || port_cell::parse("", Some(text)).is_ok())
}

/// The direction that a text names: `inbound`, `outbound` or `both`.
pub(super) fn direction_in(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(|letter: char| !letter.is_alphanumeric()).collect();
    let has = |names: &[&str], stems: &[&str]| {
        words.iter().any(|word| names.contains(word)) || stems.iter().any(|stem| lower.contains(stem))
    };
    let inbound = has(
        &["inbound", "incoming", "ingress", "entrant", "entrantes", "entrants", "entrante", "entrada"],
        &["eingehend", "入站", "インバウンド", "受信"],
    );
    let outbound = has(
        &["outbound", "outgoing", "egress", "sortant", "sortants", "saliente", "salientes", "salida"],
        &["ausgehend", "出站", "アウトバウンド", "送信方向"],
    );
    let is_word = |names: &[&str]| names.contains(&lower.trim());
    match (inbound || is_word(&["in"]), outbound || is_word(&["out"])) {
        (true, false) => Some("inbound"),
        (false, true) => Some("outbound"),
        (true, true) => Some("both"),
        (false, false)
            if has(&["both", "bidirectional"], &["bi-directional"])
                || is_word(&["in/out", "in or out", "in and out"]) =>
        {
            Some("both")
        }
        (false, false) => None,
    }
}

fn is_switch(text: &str) -> bool {
    let words = [
        "yes",
        "no",
        "on",
        "off",
        "enabled",
        "disabled",
        "true",
        "false",
        "required",
        "optional",
        "mandatory",
        "ja",
        "nein",
    ];
    words.contains(&text.to_lowercase().as_str())
}

/// Whether a text consists of host names, addresses or networks.
pub(super) fn is_hosts(text: &str) -> bool {
    let mut words = text.split([' ', ',', ';']).filter(|word| !word.is_empty()).peekable();
    let is_address = |word: &str| {
        let address = word.split('/').next().unwrap_or_default();
        address.parse::<std::net::IpAddr>().is_ok()
    };
    words.peek().is_some() && words.all(|word| host_in(word).is_some() || is_address(word))
}

#[cfg(test)]
mod tests {
    use super::{direction_in, is_hosts, is_number_list, is_transports, states_port};

    #[test]
    fn directions_are_found_in_words() {
        for (text, expected) in [
            ("Ingress", Some("inbound")),
            ("Outbound (VM to mirror)", Some("outbound")),
            ("both", Some("both")),
            ("Bidirectional", Some("both")),
            ("in or out", Some("both")),
            ("Eingehende Regeln", Some("inbound")),
            ("入站规则", Some("inbound")),
            ("server to agent", None),
            ("within", None),
        ] {
            assert_eq!(direction_in(text), expected, "{text}");
        }
    }

    #[test]
    fn cells_are_told_apart_by_their_form() {
        assert!(is_transports("TCP and UDP") && is_transports("TCP/UDP") && !is_transports("HTTP"));
        assert!(is_hosts("*.acme.example, 10.0.0.0/8") && !is_hosts("your server"));
        assert!(is_number_list("80, 443/8443") && !is_number_list("4 GB") && !is_number_list("70000"));
        assert!(states_port("TCP 322 by default") && states_port("needs port 443") && !states_port("TCP, 4 GB"));
    }
}
