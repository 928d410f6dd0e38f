//! Properties of every reader: it never panics, every diagnostic has a line of the page, and no letter or digit is lost.

use super::samples::{hints, read, sample};
use super::{Hints, Layout, MAX_ERRORS, Page, codes};
use port_catalog_tests::letters::lost_letters;
use port_data::Diagnostic;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// A change to a page. Places are taken modulo its length.
#[derive(Debug, Clone)]
pub(super) enum Change {
    DropLine(usize),
    DoubleLine(usize),
    SwapLines(usize, usize),
    DropChar(usize),
    Insert(usize, &'static str),
}

const PIECES: [&str; 22] = [
    "|",
    "||",
    " |\n",
    "\n",
    "\n\n",
    "---|---",
    "#",
    "\\",
    "`",
    "*",
    "\"",
    ",",
    "25",
    "TCP",
    "In",
    "x",
    "<td>",
    "</td>",
    "<tr>",
    "<table>",
    "</table>",
    "<td rowspan=2>",
];

pub(super) fn change() -> impl Strategy<Value = Change> {
    let place = any::<usize>();
    prop_oneof![
        place.prop_map(Change::DropLine),
        place.prop_map(Change::DoubleLine),
        (place, place).prop_map(|(a, b)| Change::SwapLines(a, b)),
        place.prop_map(Change::DropChar),
        (place, prop::sample::select(&PIECES[..])).prop_map(|(at, piece)| Change::Insert(at, piece)),
    ]
}

pub(super) fn apply(text: &str, changes: &[Change]) -> String {
    changes.iter().fold(text.to_owned(), |text, change| {
        let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
        let place = |at: usize| text.char_indices().nth(at % text.chars().count().max(1)).map_or(0, |(at, _)| at);
        match *change {
            _ if lines.is_empty() => text,
            Change::DropLine(at) => {
                lines.remove(at % lines.len());
                lines.concat()
            }
            Change::DoubleLine(at) => {
                let at = at % lines.len();
                lines.insert(at, lines[at]);
                lines.concat()
            }
            Change::SwapLines(a, b) => {
                let count = lines.len();
                lines.swap(a % count, b % count);
                lines.concat()
            }
            Change::DropChar(at) => {
                let mut text = text.clone();
                text.remove(place(at));
                text
            }
            Change::Insert(at, piece) => {
                let mut text = text.clone();
                text.insert_str(place(at), piece);
                text
            }
        }
    })
}

/// Checks a page that is read, or the diagnostics of one that is rejected.
pub(super) fn check(text: &str, layout: Layout, hints: &Hints) -> Result<Option<Page>, TestCaseError> {
    let lines = text.lines().count().max(1);
    match read(text, layout, hints) {
        Ok(page) => {
            for table in &page.tables {
                prop_assert!(table.rows.iter().all(|row| row.cells.len() == table.header.len()));
                let cells = table.rows.iter().flat_map(|row| &row.cells);
                prop_assert!(cells.clone().all(|cell| (1..=lines).contains(&cell.line)));
            }
            let outside = &page.text_outside_tables;
            prop_assert!(outside.is_sorted_by_key(|line| line.number));
            let wrong = outside.iter().find(|line| !(1..=lines).contains(&line.number) || line.text.is_empty());
            prop_assert!(wrong.is_none(), "{wrong:?} of\n{text}");
            Ok(Some(page))
        }
        Err(errors) => {
            prop_assert!((1..=MAX_ERRORS).contains(&errors.len()));
            let about_page = [codes::NO_TABLE, codes::MISSING_HINTS];
            let has_line = |error: &Diagnostic| (1..=lines).contains(&error.place.line);
            prop_assert!(errors.iter().all(|error| has_line(error) || about_page.contains(&error.code)), "{errors:?}");
            Ok(None)
        }
    }
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 2_000, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() }
}

/// The layouts that are read without another program.
fn layouts() -> Vec<Layout> {
    Layout::ALL.into_iter().filter(|layout| !layout.needs_converter()).collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_text_is_read_or_rejected(text in any::<String>(), layout in prop::sample::select(layouts())) {
        check(&text, layout, &Hints::default())?;
        check(&text, layout, &hints(layout))?;
    }

    #[test]
    fn lines_of_bars_and_words_are_read_or_rejected(
        pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..40),
        layout in prop::sample::select(layouts()),
    ) {
        check(&pieces.concat(), layout, &Hints::default())?;
        check(&pieces.concat(), layout, &hints(layout))?;
    }

    #[test]
    fn no_letter_of_a_changed_page_is_lost(
        changes in prop::collection::vec(change(), 0..4),
        layout in prop::sample::select(layouts()),
        has_hints in any::<bool>(),
    ) {
        let text = apply(sample(layout), &changes);
        let hints = if has_hints { hints(layout) } else { Hints::default() };
        let Some(page) = check(&text, layout, &hints)? else { return Ok(()) };
        // Tags aren't text, so HTML has a property of its own. A copy of the body is compared and then left out.
        let may_have_tags = matches!(layout, Layout::Html | Layout::Dita) || layout == Layout::Markdown && text.contains('<');
        if !may_have_tags && text.matches("Needed ports").count() < 2 {
            let lost = lost_letters([text.as_str()], page.texts());
            prop_assert!(lost.is_empty(), "{lost:?} of\n{text}\nread: {page:#?}");
        }
    }
}
