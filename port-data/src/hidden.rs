//! Characters that are not seen, or that change how others are seen.
//!
//! No table, page, curation or site may have one, since what a reader sees would not be what is there. Where a text comes
//! from elsewhere and is told to somebody all the same, such as the name of a file or what a scan heard, it is told as
//! [`Shown`], so that it can neither steer a terminal nor look like another text.

use std::fmt::{self, Write};

/// Whether a character is not seen, or changes how others are seen: controls, marks of direction, blanks without a width, and
/// whatever else Unicode has displayed as nothing; ends of lines other than U+000A, and what is no character at all.
#[must_use]
pub fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{fdd0}'..='\u{fdef}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
        || u32::from(character) & 0xfffe == 0xfffe
}

/// The line and the column, in characters from 1, of the first hidden character of a file's text, and the character. Ends of lines
/// and tabs are none there, and neither is the mark of the byte order that some editors put in front.
#[must_use]
pub fn first_in_file(text: &str) -> Option<(usize, usize, char)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let is_layout = |character| matches!(character, '\n' | '\r' | '\t');
    let (at, found) = text.char_indices().find(|(_, found)| is_hidden(*found) && !is_layout(*found))?;
    let before = &text[..at];
    let column = before.chars().rev().take_while(|character| *character != '\n').count() + 1;
    Some((before.matches('\n').count() + 1, column, found))
}

/// What to say of a hidden character where none may be.
#[must_use]
pub fn refusal(found: char) -> String {
    format!(
        "found the character U+{:04X}, expected visible text; remove it, since it hides what a reader sees",
        u32::from(found)
    )
}

/// A text as it is told to somebody: what is hidden in it is written as what it is, such as `\u{202e}`, and it is one line.
#[derive(Clone, Copy, Debug)]
pub struct Shown<T>(pub T);

impl<T: AsRef<str>> fmt::Display for Shown<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().chars().try_for_each(|character| match is_hidden(character) {
            true => write!(f, "{}", character.escape_default()),
            false => f.write_char(character),
        })
    }
}

/// A message as it is told: shown, and cut where what it quotes is as long as a file.
#[derive(Clone, Copy, Debug)]
pub struct Told<T>(pub T);

/// The longest message that is told whole, in characters.
const LONGEST: usize = 4_000;

impl<T: AsRef<str>> fmt::Display for Told<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = self.0.as_ref();
        match message.char_indices().nth(LONGEST) {
            Some((end, _)) => write!(f, "{} ... and {} bytes more", Shown(&message[..end]), message.len() - end),
            None => write!(f, "{}", Shown(message)),
        }
    }
}

/// A text where a word of ASCII was expected, in quotes: every other character is written as what it is, since it may look like
/// one of them.
#[derive(Clone, Copy, Debug)]
pub struct Word<T>(pub T);

impl<T: AsRef<str>> fmt::Display for Word<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        self.0.as_ref().chars().try_for_each(|character| match character {
            '"' | '\\' => write!(f, "\\{character}"),
            ' '..='~' => f.write_char(character),
            _ => write!(f, "{}", character.escape_default()),
        })?;
        f.write_char('"')
    }
}

/// The same JSON with what is hidden in its texts escaped, as JSON has it.
#[must_use]
pub fn in_json(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for character in json.chars() {
        // Outside of texts there are line ends, and nothing else that is hidden.
        if is_hidden(character) && character != '\n' {
            let units = &mut [0; 2];
            escaped.extend(character.encode_utf16(units).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            escaped.push(character);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{Shown, Word, first_in_file, in_json, is_hidden};

    #[test]
    fn what_is_seen_is_not_hidden() {
        for character in "aZ~ \u{a0}é漢א؀ی🔥€…–“”\u{2003}\u{301}\u{fffd}".chars() {
            assert!(!is_hidden(character), "{}", character.escape_unicode());
        }
        for character in
            "\0\u{1b}\n\t\r\u{7f}\u{85}\u{9b}\u{202e}\u{2066}\u{200d}\u{3164}\u{e0041}\u{fe0f}\u{1ffff}".chars()
        {
            assert!(is_hidden(character), "{}", character.escape_unicode());
        }
    }

    #[test]
    fn what_is_told_is_seen() {
        assert_eq!(Shown("a\u{1b}[1m\n\"b\\\u{202e}é").to_string(), "a\\u{1b}[1m\\n\"b\\\\u{202e}é");
        assert_eq!(Word("f\u{43e}o \"\u{200b}").to_string(), "\"f\\u{43e}o \\\"\\u{200b}\"");
        for character in (0..=0x10_ffff).filter_map(char::from_u32) {
            assert!(!Shown(character.to_string()).to_string().contains(is_hidden));
        }
    }

    #[test]
    fn json_stays_the_same() {
        assert_eq!(in_json("[\n\"\u{9b}é\u{e0041}\"\n]"), "[\n\"\\u009bé\\udb40\\udc41\"\n]");
    }

    #[test]
    fn the_first_of_a_file_has_a_place() {
        assert_eq!(first_in_file("\u{feff}a\r\n\té b\n"), None);
        assert_eq!(first_in_file("a\r\n\té\u{202e}b\u{1b}\n"), Some((2, 3, '\u{202e}')));
    }
}
