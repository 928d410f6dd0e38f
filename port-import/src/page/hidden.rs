//! No table of a page may hold what a reader of it does not see: a control character, or a mark that turns the direction of text.
//!
//! What pages have as padding was folded away before. Of lines outside of tables only a digest is kept, and their numbers.

use port_data::hidden::is_hidden;

use super::{MAX_ERRORS, Page, Problems};

/// Tells every text of a table with a hidden character, at the place of the character in the page's text.
pub(super) fn check(page: &Page, text: &str, problems: &mut Problems) {
    let hidden = |(line, told): (usize, &str)| Some((line, told.chars().find(|character| is_hidden(*character))?));
    for (line, found) in texts(page).filter_map(hidden).take(MAX_ERRORS) {
        problems.push_at(
            place(text, line, found),
            format!("the character U+{:04X}", u32::from(found)),
            "visible text in a table",
            "remove it from the page, since it hides what a reader sees",
        );
    }
}

/// Headings, heads, cells and their notes, with their lines.
fn texts(page: &Page) -> impl Iterator<Item = (usize, &str)> {
    page.tables.iter().flat_map(|table| {
        let heads = table.heading.iter().chain(&table.header).map(|line| (line.number, line.text.as_str()));
        let cells = table.rows.iter().flat_map(|row| &row.cells).filter(|cell| !cell.from_above);
        let cells = cells.flat_map(|cell| {
            let texts = [&cell.text].into_iter().chain(&cell.notes);
            texts.map(|text| (cell.line, text.as_str()))
        });
        heads.chain(cells)
    })
}

/// In how many lines from the cell's on a character is looked for.
const NEAR: usize = 100;

/// Where a character stands in the text from a line on, as itself or as an entity; the line itself, where it does not.
fn place(text: &str, line: usize, found: char) -> (usize, usize) {
    let lines = text.lines().zip(1..).skip(line.saturating_sub(1));
    let column = |text: &str| {
        let at = text.find(found).or_else(|| entity(text, found))?;
        Some(text[..at].chars().count() + 1)
    };
    lines.take(NEAR).find_map(|(text, number)| Some((number, column(text)?))).unwrap_or((line, 1))
}

/// Where an entity of HTML stands that is this character.
fn entity(text: &str, found: char) -> Option<usize> {
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
    use super::super::{Hints, Layout, read};

    /// The places at which a page is refused.
    fn places(text: &str, layout: Layout) -> Vec<(usize, usize)> {
        match read(text, layout, &Hints::default()) {
            Ok(_) => Vec::new(),
            Err(errors) => {
                let is_about_it = |found: &str| found.starts_with("the character U+");
                errors
                    .iter()
                    .filter(|error| is_about_it(&error.found))
                    .map(|error| (error.line, error.column))
                    .collect()
            }
        }
    }

    const HIDDEN: &str = "\u{0}\u{7}\u{1b}\u{b}\u{7f}\u{85}\u{9b}\u{61c}\u{200c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}\u{3164}\u{e0041}";

    #[test]
    fn what_is_hidden_in_a_cell_is_refused_at_its_place() {
        for hidden in HIDDEN.chars() {
            let told = hidden.escape_unicode();
            let rows = format!("Port,Use\nTCP/25,a {hidden}b\n");
            assert_eq!(places(&rows, Layout::Csv), [(2, 10)], "{told}");
            let rows = format!("| Port | Use |\n|---|---|\n| TCP/25 | a {hidden}b |\n");
            assert_eq!(places(&rows, Layout::Markdown), [(3, 14)], "{told}");
            let rows = format!("|Port|Use|\n|TCP/25|a {hidden}b|\n|TCP/26|c|\n");
            assert_eq!(places(&rows, Layout::Pipes), [(2, 11)], "{told}");
            // HTML has no NUL, which its readers leave out.
            if hidden != '\0' {
                let page = |hidden: &str| {
                    format!("<table><tr><th>Port<th>Use\n<tr><td>TCP/25<td>a {hidden}b\n<tr><td>TCP/26<td>c</table>")
                };
                assert_eq!(places(&page(&hidden.to_string()), Layout::Html), [(2, 21)], "{told}");
                // An entity of these numbers is a character of Windows.
                if !('\u{80}'..='\u{9f}').contains(&hidden) {
                    let numbers = [format!("&#x{:x};", u32::from(hidden)), format!("&#{};", u32::from(hidden))];
                    for entity in numbers {
                        assert_eq!(places(&page(&entity), Layout::Html), [(2, 21)], "{entity}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_hidden_in_a_head_a_heading_or_a_note_is_refused_too() {
        let page =
            "<h2>In&rlm;bound</h2>\n<table><tr><th>Po\u{202e}rt<th>Use\n<tr><td>TCP/25<sup>1&lrm;</sup><td>a</table>";
        assert_eq!(places(page, Layout::Html), [(1, 7), (2, 18), (3, 21)]);
    }

    #[test]
    fn padding_and_what_stands_outside_of_tables_are_no_matter() {
        let page = "<p>a\u{200f}b\u{1b}</p><table><tr><th>Po&shy;rt<th>Use&#8203;\n<tr><td>TCP/25\u{feff}<td>\u{2714}\u{fe0f}&nbsp;a</table>";
        assert_eq!(
            read(page, Layout::Html, &Hints::default()).map(|page| page.tables[0].rows[0].cells[1].text.clone()),
            Ok("\u{2714} a".to_string())
        );
    }
}
