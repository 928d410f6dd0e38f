//! Rejects tables with hidden characters: control characters, and marks that change the direction of text.
//!
//! Invisible padding that pages commonly contain was removed before. Text outside tables isn't checked, since a capture keeps only
//! its digest, numbers and host names.

use port_data::hidden::{REMOVE_HIDDEN, hidden_character, is_hidden};

use super::codes;
use super::limits::MAX_ERRORS;
use super::problems::Problems;
use super::table::{Page, Table};

/// Reports each text of a table that contains a hidden character, at the character's place in the page.
pub(super) fn check(page: &Page, text: &str, problems: &mut Problems) {
    let hidden = |(line, text): (usize, &str)| Some((line, text.chars().find(|character| is_hidden(*character))?));
    for (line, found) in page.tables.iter().flat_map(Table::texts).filter_map(hidden).take(MAX_ERRORS) {
        let place = locate(text, line, found);
        problems.report_at(place, codes::HIDDEN_CHARACTER, hidden_character(found), REMOVE_HIDDEN);
    }
}

/// In how many lines a character is searched for, beginning with the cell's.
const NEARBY_LINES: usize = 100;

/// The line and column of the first occurrence of a character from a line on, as itself or as an HTML entity. If there is none
/// nearby, the line itself.
fn locate(text: &str, line: usize, found: char) -> (usize, usize) {
    let lines = text.lines().zip(1..).skip(line.saturating_sub(1));
    let column = |text: &str| {
        let offset = text.find(found).or_else(|| find_entity(text, found))?;
        Some(text[..offset].chars().count() + 1)
    };
    lines.take(NEARBY_LINES).find_map(|(text, number)| Some((number, column(text)?))).unwrap_or((line, 0))
}

/// The byte offset of an HTML entity for a character.
fn find_entity(text: &str, found: char) -> Option<usize> {
    const LONGEST: usize = 20;
    text.match_indices('&').map(|(at, _)| at).find(|at| {
        let name: String = text[at + 1..].chars().take(LONGEST).take_while(|letter| *letter != ';').collect();
        let code = match name.strip_prefix('#') {
            Some(number) => match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok(),
                None => number.parse().ok(),
            },
            None => match name.as_str() {
                "lrm" => Some(0x200e),
                "rlm" => Some(0x200f),
                "zwj" => Some(0x200d),
                "zwnj" => Some(0x200c),
                "af" | "ApplyFunction" => Some(0x2061),
                "it" | "InvisibleTimes" => Some(0x2062),
                "ic" | "InvisibleComma" => Some(0x2063),
                _ => None,
            },
        };
        code == Some(found.into())
    })
}

#[cfg(test)]
mod tests {
    use super::super::samples::read;
    use super::super::{Hints, Layout};

    /// The places at which a page is rejected.
    fn rejected_places(text: &str, layout: Layout) -> Vec<(usize, usize)> {
        let errors = read(text, layout, &Hints::default()).err().unwrap_or_default();
        assert!(errors.iter().all(|error| error.code == super::codes::HIDDEN_CHARACTER), "{errors:?}");
        errors.iter().map(|error| (error.place.line, error.place.column)).collect()
    }

    const HIDDEN: &str = "\u{0}\u{7}\u{1b}\u{b}\u{7f}\u{85}\u{9b}\u{61c}\u{200c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}\u{3164}\u{e0041}";

    #[test]
    fn a_hidden_character_in_a_cell_is_rejected_at_its_place() {
        for hidden in HIDDEN.chars() {
            let name = hidden.escape_unicode();
            let page = format!("Port,Use\nTCP/25,a {hidden}b\n");
            assert_eq!(rejected_places(&page, Layout::Csv), [(2, 10)], "{name}");
            let page = format!("| Port | Use |\n|---|---|\n| TCP/25 | a {hidden}b |\n");
            assert_eq!(rejected_places(&page, Layout::Markdown), [(3, 14)], "{name}");
            let page = format!("|Port|Use|\n|TCP/25|a {hidden}b|\n|TCP/26|c|\n");
            assert_eq!(rejected_places(&page, Layout::Pipes), [(2, 11)], "{name}");
        }
    }

    #[test]
    fn a_hidden_character_in_html_is_rejected_as_itself_and_as_an_entity() {
        let page = |hidden: &str| {
            format!("<table><tr><th>Port<th>Use\n<tr><td>TCP/25<td>a {hidden}b\n<tr><td>TCP/26<td>c</table>")
        };
        // HTML parsers drop NUL.
        for hidden in HIDDEN.chars().filter(|hidden| *hidden != '\0') {
            assert_eq!(rejected_places(&page(&hidden.to_string()), Layout::Html), [(2, 21)], "{hidden:?}");
            // An entity with one of these numbers is a visible character of Windows-1252.
            if !('\u{80}'..='\u{9f}').contains(&hidden) {
                for entity in [format!("&#x{:x};", u32::from(hidden)), format!("&#{};", u32::from(hidden))] {
                    assert_eq!(rejected_places(&page(&entity), Layout::Html), [(2, 21)], "{entity}");
                }
            }
        }
    }

    #[test]
    fn a_hidden_character_in_a_heading_a_column_name_or_a_footnote_is_rejected() {
        let page =
            "<h2>In&rlm;bound</h2>\n<table><tr><th>Po\u{202e}rt<th>Use\n<tr><td>TCP/25<sup>1&lrm;</sup><td>a</table>";
        assert_eq!(rejected_places(page, Layout::Html), [(1, 7), (2, 18), (3, 21)]);
    }

    #[test]
    fn padding_and_hidden_characters_outside_tables_are_accepted() {
        let page = "<p>a\u{200f}b\u{1b}</p><table><tr><th>Po&shy;rt<th>Use&#8203;\n<tr><td>TCP/25\u{feff}<td>\u{2714}\u{fe0f}&nbsp;a</table>";
        assert_eq!(
            read(page, Layout::Html, &Hints::default()).map(|page| page.tables[0].rows[0].cells[1].text.clone()),
            Ok("\u{2714} a".to_string())
        );
    }
}
