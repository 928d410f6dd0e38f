//! Writes text with the width, alignment, fill and precision of a format string, without allocating.

use core::fmt::{self, Alignment, Formatter, Write};

/// Writes the text as [`Formatter::pad`] would. The text is formatted twice if a width or a precision is given, and once otherwise.
///
/// # Errors
///
/// As for any formatting, those of the writer.
pub fn padded(f: &mut Formatter<'_>, text: fmt::Arguments<'_>) -> fmt::Result {
    let (width, precision) = (f.width(), f.precision());
    if width.is_none() && precision.is_none() {
        return f.write_fmt(text);
    }
    let mut counter = Counter(0);
    counter.write_fmt(text)?;
    let shown = counter.0.min(precision.unwrap_or(usize::MAX));
    let padding = width.unwrap_or_default().saturating_sub(shown);
    let before = match f.align() {
        Some(Alignment::Right) => padding,
        Some(Alignment::Center) => padding / 2,
        Some(Alignment::Left) | None => 0,
    };
    let fill = f.fill();
    (0..before).try_for_each(|_| f.write_char(fill))?;
    Truncating { out: f, left: shown }.write_fmt(text)?;
    (before..padding).try_for_each(|_| f.write_char(fill))
}

/// Counts characters.
struct Counter(usize);

impl Write for Counter {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += text.chars().count();
        Ok(())
    }
}

/// Writes at most a number of characters.
struct Truncating<'a, 'f> {
    out: &'a mut Formatter<'f>,
    left: usize,
}

impl Write for Truncating<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = text.char_indices().nth(self.left).map_or(text.len(), |(end, _)| end);
        self.left -= text[..end].chars().count();
        self.out.write_str(&text[..end])
    }
}

#[cfg(test)]
mod tests {
    use core::fmt;
    use std::format;

    use super::padded;

    struct Plain(&'static str);

    impl fmt::Display for Plain {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.pad(self.0)
        }
    }

    /// The same text in pieces.
    struct Pieces(&'static str);

    impl fmt::Display for Pieces {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let middle = self.0.char_indices().nth(1).map_or(0, |(middle, _)| middle);
            padded(f, format_args!("{}{}", &self.0[..middle], &self.0[middle..]))
        }
    }

    #[test]
    fn text_is_padded_as_a_str_is() {
        for text in ["", "a", "tcp/443", "größer"] {
            macro_rules! same {
                ($($format:literal),+) => {
                    $(assert_eq!(format!($format, Pieces(text)), format!($format, Plain(text)), "{} {text}", $format);)+
                };
            }
            same!(
                "{}", "{:9}", "{:<9}", "{:>9}", "{:^9}", "{:-^10}", "{:.3}", "{:>9.2}", "{:0>4.0}", "{:3}", "{:^2.1}"
            );
        }
    }
}
