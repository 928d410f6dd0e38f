//! The numbered list of reasons and notes below the tables of an audit. Tables contain only the numbers.

use std::collections::HashMap;

use port_data::hidden::Escaped;
use port_engine::audit::observation::MAX_EVIDENCE;

use crate::table::wrap;

/// Reasons, numbered in the order in which the tables mention them.
#[derive(Debug, Default)]
pub struct Reasons {
    /// The text before every reason of a port.
    prefix: &'static str,
    texts: Vec<String>,
    numbers: HashMap<String, usize>,
}

impl Reasons {
    /// No reasons yet. `prefix` is before every reason of a port.
    pub fn new(prefix: &'static str) -> Reasons {
        Reasons { prefix, ..Reasons::default() }
    }

    /// The number of a text, such as `[3]`.
    pub fn number(&mut self, text: &str) -> String {
        let next = self.texts.len() + 1;
        let number = *self.numbers.entry(text.to_string()).or_insert(next);
        if number == next {
            self.texts.push(text.to_string());
        }
        format!("[{number}]")
    }

    /// The numbers of the first reasons of a port, with the number of others: `[1] [2] [3] and 5 more`.
    pub fn numbers(&mut self, evidence: &[String]) -> String {
        /// The most numbers in a cell; JSON has more.
        const MAX_LISTED: usize = 3;
        let mut numbers: Vec<String> =
            evidence.iter().take(MAX_LISTED).map(|reason| self.number(&format!("{}{reason}", self.prefix))).collect();
        if let Some(more @ 1..) = evidence.len().checked_sub(MAX_LISTED) {
            let least = if evidence.len() > MAX_EVIDENCE { "at least " } else { "" };
            numbers.push(format!("and {least}{more} more"));
        }
        numbers.join(" ")
    }

    /// The list: a reason per line, or wrapped with an indent on a terminal.
    pub fn print(&self, width: Option<u16>) -> String {
        let gap = self.texts.len().to_string().len() + 3;
        let line = |(index, text): (usize, &String)| {
            let text = shortened(&Escaped(text).to_string());
            let number = format!("[{}]", index + 1);
            let lines = match width {
                Some(width) => wrap(&text, usize::from(width).saturating_sub(gap)),
                None => vec![text],
            };
            format!("{number:<gap$}{}\n", lines.join(&format!("\n{:gap$}", "")))
        };
        self.texts.iter().enumerate().map(line).collect()
    }
}

/// A text of at most three lines or so. The whole text is in the JSON.
fn shortened(text: &str) -> String {
    /// The most characters of a reason.
    const MAX_LENGTH: usize = 240;
    match text.char_indices().nth(MAX_LENGTH) {
        None => text.to_string(),
        Some((end, _)) => {
            let more = text[end..].chars().count();
            format!("{}... ({more} more characters in --format json)", &text[..end])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Reasons;

    #[test]
    fn a_reason_has_one_number_however_often_it_is_mentioned() {
        let mut reasons = Reasons::default();
        let numbers = [&["a", "b"][..], &["b"], &["c", "a"]]
            .map(|all| reasons.numbers(&all.iter().map(ToString::to_string).collect::<Vec<_>>()));
        assert_eq!(numbers, ["[1] [2]", "[2]", "[3] [1]"]);
        assert_eq!(reasons.print(None), "[1] a\n[2] b\n[3] c\n");
    }

    #[test]
    fn only_the_first_reasons_are_mentioned_with_the_number_of_others() {
        for (seen, expected) in [
            (3, "[1] [2] [3]"),
            (4, "[1] [2] [3] and 1 more"),
            (100, "[1] [2] [3] and 97 more"),
            (101, "[1] [2] [3] and at least 98 more"),
        ] {
            let evidence: Vec<String> = (0..seen).map(|number: usize| number.to_string()).collect();
            assert_eq!(Reasons::default().numbers(&evidence), expected);
        }
    }

    #[test]
    fn long_reasons_are_wrapped_and_shortened() {
        let mut reasons = Reasons::default();
        reasons.number(&"word ".repeat(100));
        let text = reasons.print(Some(40));
        assert!(text.lines().skip(1).all(|line| line.starts_with("    ") && line.len() <= 44), "{text}");
        assert!(text.len() < 400 && text.contains("more characters"), "{text}");
    }
}
