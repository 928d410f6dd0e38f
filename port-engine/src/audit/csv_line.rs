//! Cells of CSV files that are read line by line: a cell can't contain a line end, so a stray quote spoils its own line only.

use std::borrow::Cow;

/// A cell, and the byte offset at which it begins in its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell<'a> {
    pub bytes: Cow<'a, [u8]>,
    pub offset: usize,
}

/// An error in the quotes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum QuoteError {
    /// A quote isn't closed in the line that contains it.
    Unclosed(usize),
    /// Text follows a closing quote.
    TextAfter(usize),
}

impl QuoteError {
    /// The byte offset, and the message.
    pub fn parts(self) -> (usize, &'static str) {
        match self {
            QuoteError::Unclosed(offset) => (offset, "the quote isn't closed in its line"),
            QuoteError::TextAfter(offset) => (offset, "text follows a closing quote"),
        }
    }
}

/// Splits a line at its commas. `cells` is emptied first, so that its memory is used again.
pub(super) fn split<'a>(line: &'a [u8], cells: &mut Vec<Cell<'a>>) -> Result<(), QuoteError> {
    cells.clear();
    let mut start = 0;
    loop {
        let rest = &line[start..];
        let end = if rest.first() == Some(&b'"') {
            let (bytes, length) = quoted(rest, start)?;
            cells.push(Cell { bytes, offset: start });
            start + length
        } else {
            let end = memchr::memchr(b',', rest).map_or(line.len(), |length| start + length);
            cells.push(Cell { bytes: Cow::Borrowed(&line[start..end]), offset: start });
            end
        };
        match line.get(end) {
            None => return Ok(()),
            Some(b',') => start = end + 1,
            Some(_) => return Err(QuoteError::TextAfter(end)),
        }
    }
}

/// A quoted cell, in which two quotes mean one, and its length with the quotes.
fn quoted(rest: &[u8], offset: usize) -> Result<(Cow<'_, [u8]>, usize), QuoteError> {
    let mut text: Cow<[u8]> = Cow::Borrowed(&[]);
    let mut from = 1;
    loop {
        let length = memchr::memchr(b'"', &rest[from..]).ok_or(QuoteError::Unclosed(offset))?;
        let end = from + length;
        let is_doubled = rest.get(end + 1) == Some(&b'"');
        let part = &rest[from..end + usize::from(is_doubled)];
        match &mut text {
            text if text.is_empty() => *text = Cow::Borrowed(part),
            text => text.to_mut().extend_from_slice(part),
        }
        if !is_doubled {
            return Ok((text, end + 1));
        }
        from = end + 2;
    }
}

#[cfg(test)]
mod tests {
    use super::{QuoteError, split};

    fn cells(line: &str) -> Result<Vec<(String, usize)>, QuoteError> {
        let mut cells = Vec::new();
        split(line.as_bytes(), &mut cells)?;
        Ok(cells.iter().map(|cell| (String::from_utf8(cell.bytes.to_vec()).unwrap(), cell.offset)).collect())
    }

    #[test]
    fn cells_have_their_text_and_place() {
        let owned = |cells: &[(&str, usize)]| Ok(cells.iter().map(|(text, at)| ((*text).to_string(), *at)).collect());
        assert_eq!(cells(""), owned(&[("", 0)]));
        assert_eq!(cells("a,,b"), owned(&[("a", 0), ("", 2), ("b", 3)]));
        assert_eq!(cells("\"a,b\",c"), owned(&[("a,b", 0), ("c", 6)]));
        assert_eq!(cells("x,\"a \"\"b\"\" c\""), owned(&[("x", 0), ("a \"b\" c", 2)]));
        assert_eq!(cells("\"\",\"\"\"\""), owned(&[("", 0), ("\"", 3)]));
        assert_eq!(cells("a\"b"), owned(&[("a\"b", 0)]));
        assert_eq!(cells("x,\"a"), Err(QuoteError::Unclosed(2)));
        assert_eq!(cells("\"a\"b"), Err(QuoteError::TextAfter(3)));
    }

    #[test]
    fn any_line_that_the_csv_crate_reads_has_the_same_cells() {
        let mut random = fastrand::Rng::with_seed(18);
        for _ in 0..20_000 {
            let line: String = (0..random.usize(0..12)).map(|_| random.choice(['a', ',', '"', ' ']).unwrap()).collect();
            let Ok(found) = cells(&line) else { continue };
            let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(line.as_bytes());
            let Some(record) = reader.records().next() else { continue };
            let expected: Vec<String> = record.unwrap().iter().map(str::to_string).collect();
            assert_eq!(found.into_iter().map(|(text, _)| text).collect::<Vec<_>>(), expected, "{line}");
        }
    }
}
