//! Splits a stream of bytes into numbered lines, whatever the size of its chunks.

/// The longest line in bytes. What follows in the line isn't kept.
pub const LONGEST: usize = 1 << 20;

/// A line without its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// Its number, from 1.
    pub number: u64,
    /// Its bytes, without the line end; at most [`LONGEST`] of them.
    pub bytes: &'a [u8],
    /// How it ends.
    pub end: LineEnd,
}

/// How a line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineEnd {
    /// With a line end.
    Newline,
    /// With the end of the file, so it may have been cut off.
    EndOfFile,
    /// It is longer than [`LONGEST`], and only its beginning is kept.
    TooLong,
}

/// The state between two chunks.
///
/// ```
/// use port_engine::audit::lines::Lines;
///
/// let (mut lines, mut found) = (Lines::default(), Vec::new());
/// for chunk in ["a\nb", "c\r\nd"] {
///     lines.push(chunk.as_bytes(), |line| Ok::<(), ()>(found.push((line.number, line.bytes.to_vec())))).unwrap();
/// }
/// lines.finish(|line| Ok::<(), ()>(found.push((line.number, line.bytes.to_vec())))).unwrap();
/// assert_eq!(found, [(1, b"a".to_vec()), (2, b"bc".to_vec()), (3, b"d".to_vec())]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Lines {
    /// The beginning of the line that the next chunk continues.
    pending: Vec<u8>,
    is_too_long: bool,
    number: u64,
}

impl Lines {
    /// Calls `each` with every line that ends in the chunk. Lines within the chunk aren't copied.
    ///
    /// # Errors
    ///
    /// The first error of `each`.
    pub fn push<E>(&mut self, chunk: &[u8], mut each: impl FnMut(Line<'_>) -> Result<(), E>) -> Result<(), E> {
        let mut rest = chunk;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            let (line, after) = (&rest[..end], &rest[end + 1..]);
            rest = after;
            if self.pending.is_empty() && line.len() <= LONGEST {
                self.number += 1;
                each(Line { number: self.number, bytes: without_return(line), end: LineEnd::Newline })?;
            } else {
                self.keep(line);
                self.emit(LineEnd::Newline, &mut each)?;
            }
        }
        self.keep(rest);
        Ok(())
    }

    /// Calls `each` with the last line, if it has no line end.
    ///
    /// # Errors
    ///
    /// The error of `each`.
    pub fn finish<E>(&mut self, mut each: impl FnMut(Line<'_>) -> Result<(), E>) -> Result<(), E> {
        if self.pending.is_empty() { Ok(()) } else { self.emit(LineEnd::EndOfFile, &mut each) }
    }

    /// Adds bytes to the line that has begun.
    fn keep(&mut self, bytes: &[u8]) {
        let kept = bytes.len().min(LONGEST.saturating_sub(self.pending.len()));
        self.is_too_long |= kept < bytes.len();
        self.pending.extend_from_slice(&bytes[..kept]);
    }

    fn emit<E>(&mut self, end: LineEnd, each: &mut impl FnMut(Line<'_>) -> Result<(), E>) -> Result<(), E> {
        self.number += 1;
        let end = if self.is_too_long { LineEnd::TooLong } else { end };
        let result = each(Line { number: self.number, bytes: without_return(&self.pending), end });
        self.pending.clear();
        self.is_too_long = false;
        result
    }
}

/// A line without the carriage return of a Windows line end.
fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The column of a byte offset in a line, in characters from 1.
#[must_use]
pub fn column(line: &[u8], offset: usize) -> usize {
    String::from_utf8_lossy(&line[..offset.min(line.len())]).chars().count() + 1
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, LineEnd, Lines};

    fn split(text: &[u8], chunk: usize) -> Vec<(u64, Vec<u8>, LineEnd)> {
        let (mut lines, mut found) = (Lines::default(), Vec::new());
        for chunk in text.chunks(chunk) {
            let pushed = lines.push(chunk, |line| {
                found.push((line.number, line.bytes.to_vec(), line.end));
                Ok::<(), ()>(())
            });
            pushed.unwrap();
        }
        let finished = lines.finish(|line| {
            found.push((line.number, line.bytes.to_vec(), line.end));
            Ok::<(), ()>(())
        });
        finished.unwrap();
        found
    }

    #[test]
    fn lines_do_not_depend_on_the_size_of_chunks() {
        let text = b"one\n\ntwo\r\n\r\n three \xff\nlast";
        let whole = split(text, text.len());
        assert_eq!(whole.iter().map(|(number, ..)| *number).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
        assert_eq!(whole[5], (6, b"last".to_vec(), LineEnd::EndOfFile));
        for chunk in 1..text.len() {
            assert_eq!(split(text, chunk), whole, "{chunk}");
        }
        assert_eq!(split(b"", 1), []);
    }

    #[test]
    fn a_line_without_an_end_does_not_fill_the_memory() {
        let mut text = vec![b'a'; 2 * LONGEST];
        text.extend(b"\nb\n");
        for chunk in [text.len(), 1000] {
            let found = split(&text, chunk);
            assert_eq!(found[0].2, LineEnd::TooLong);
            assert_eq!(found[0].1.len(), LONGEST);
            assert_eq!(found[1], (2, b"b".to_vec(), LineEnd::Newline));
        }
    }
}
