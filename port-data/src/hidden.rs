//! Characters that are invisible, or that change how other characters are displayed.
//!
//! Tables, pages, curation and site files must not contain any: a reader would not see what the file says. Untrusted text that
//! is printed anyway, such as a file name or the output of a scan, is wrapped in [`Escaped`] first, so that it can neither
//! control a terminal nor look like different text.

use std::fmt::{self, Write};

/// Whether a character is invisible or changes how others are displayed: control characters, bidirectional marks, zero-width
/// spaces, everything else that Unicode displays as nothing, line separators, and noncharacters.
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

/// The byte offset of the first hidden character of a file's text, and the character. Line ends, tabs and a leading byte order
/// mark are allowed in files.
#[must_use]
pub fn first_in_file(text: &str) -> Option<(usize, char)> {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let is_layout = |character| matches!(character, '\n' | '\r' | '\t');
    let (offset, found) = text[start..].char_indices().find(|(_, found)| is_hidden(*found) && !is_layout(*found))?;
    Some((start + offset, found))
}

/// The message for a hidden character where only visible ones are allowed.
#[must_use]
pub fn hidden_character(found: char) -> String {
    format!("character U+{:04X} is not visible", u32::from(found))
}

/// What to do about a hidden character.
pub const REMOVE_HIDDEN: &str = "remove it, since it hides what a reader sees";

/// Whether a text has printable ASCII only, as most texts do.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Displays a text on one line, with hidden characters escaped as `\u{202e}`.
#[derive(Clone, Copy, Debug)]
pub struct Escaped<T>(pub T);

impl<T: AsRef<str>> fmt::Display for Escaped<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.as_ref();
        if is_plain(text) {
            return f.write_str(text);
        }
        text.chars().try_for_each(|character| match is_hidden(character) {
            true => write!(f, "{}", character.escape_default()),
            false => f.write_char(character),
        })
    }
}

/// Displays a message as [`Escaped`] does, cut to 4,000 characters, since it may quote a whole file.
#[derive(Clone, Copy, Debug)]
pub struct Truncated<T>(pub T);

/// The longest message that is displayed whole, in characters.
const LONGEST: usize = 4_000;

impl<T: AsRef<str>> fmt::Display for Truncated<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = self.0.as_ref();
        match message.char_indices().nth(LONGEST) {
            Some((end, _)) => write!(f, "{} ... and {} bytes more", Escaped(&message[..end]), message.len() - end),
            None => write!(f, "{}", Escaped(message)),
        }
    }
}

/// Displays a text in quotes where ASCII was expected. Other characters are escaped, since they may look like ASCII.
#[derive(Clone, Copy, Debug)]
pub struct QuotedAscii<T>(pub T);

impl<T: AsRef<str>> fmt::Display for QuotedAscii<T> {
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

/// The same JSON with hidden characters in its strings escaped.
#[must_use]
pub fn escape_json(json: &str) -> String {
    if is_plain(json) {
        return json.to_string();
    }
    let mut escaped = String::with_capacity(json.len());
    for character in json.chars() {
        // Outside strings, the only hidden characters are line ends.
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
    use super::{Escaped, QuotedAscii, escape_json, first_in_file, is_hidden};

    #[test]
    fn visible_characters_are_not_hidden() {
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
    fn escaped_text_has_no_hidden_character() {
        assert_eq!(Escaped("a\u{1b}[1m\n\"b\\\u{202e}é").to_string(), "a\\u{1b}[1m\\n\"b\\\\u{202e}é");
        assert_eq!(QuotedAscii("f\u{43e}o \"\u{200b}").to_string(), "\"f\\u{43e}o \\\"\\u{200b}\"");
        for character in (0..=0x10_ffff).filter_map(char::from_u32) {
            assert!(!Escaped(character.to_string()).to_string().contains(is_hidden));
        }
    }

    #[test]
    fn escaped_json_means_the_same() {
        assert_eq!(escape_json("[\n\"\u{9b}é\u{e0041}\"\n]"), "[\n\"\\u009bé\\udb40\\udc41\"\n]");
    }

    #[test]
    fn the_first_hidden_character_of_a_file_is_found() {
        assert_eq!(first_in_file("\u{feff}a\r\n\té b\n"), None);
        assert_eq!(first_in_file("a\r\n\té\u{202e}b\u{1b}\n"), Some((6, '\u{202e}')));
    }
}
