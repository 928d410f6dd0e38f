//! The numbered notes below a table, whose cells contain only the numbers.

use port_data::hidden::Escaped;

use super::table::wrap;

/// Notes, numbered in the order in which the table mentions them.
#[derive(Clone, Debug, Default)]
pub struct Footnotes(Vec<String>);

impl Footnotes {
    /// The number of a note, such as `[3]`. Equal notes have one number.
    pub fn number(&mut self, text: &str) -> String {
        let index = self.0.iter().position(|known| known == text).unwrap_or_else(|| {
            self.0.push(text.to_string());
            self.0.len() - 1
        });
        format!("[{}]", index + 1)
    }

    /// The notes, one per line, or wrapped with an indent on a terminal.
    pub fn print(&self, width: Option<u16>) -> String {
        let gap = self.0.len().to_string().len() + 3;
        let lines = self.0.iter().enumerate().map(|(index, text)| {
            let text = Escaped(text).to_string();
            let number = format!("[{}]", index + 1);
            let lines = match width {
                Some(width) => wrap(&text, usize::from(width).saturating_sub(gap)),
                None => vec![text],
            };
            format!("{number:<gap$}{}\n", lines.join(&format!("\n{:gap$}", "")))
        });
        lines.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Footnotes;

    #[test]
    fn equal_notes_have_one_number() {
        let mut notes = Footnotes::default();
        assert_eq!(["a", "b", "a"].map(|text| notes.number(text)), ["[1]", "[2]", "[1]"]);
        assert_eq!(notes.print(None), "[1] a\n[2] b\n");
    }

    #[test]
    fn a_long_note_is_wrapped_below_its_first_word() {
        let mut notes = Footnotes::default();
        notes.number("one two three");
        assert_eq!(notes.print(Some(12)), "[1] one two\n    three\n");
    }
}
