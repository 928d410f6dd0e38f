//! The error for a text that isn't a known word or id.

use core::fmt;

use crate::nearest::LONGEST_ID;

/// A text that is none of the words or ids it should be one of.
///
/// ```
/// use port_catalog::Product;
///
/// let error = "fortimial".parse::<Product>().unwrap_err();
/// assert_eq!(error.kind(), "product");
/// assert_eq!(error.nearest(), Some("fortimail"));
/// assert_eq!(error.to_string(), "no such product; the nearest is fortimail");
/// ```
#[derive(Clone, Copy)]
pub struct ParseIdError {
    kind: &'static str,
    /// As much of the text as is compared with what is known, and how much that is.
    text: [u8; LONGEST_ID],
    length: usize,
    /// Looking for the nearest takes longer than all else, and who does not ask for it shall not pay for it.
    nearest: fn(&str) -> Option<&'static str>,
}

impl ParseIdError {
    /// Says that a text is no `kind`, and how the nearest one is found.
    #[doc(hidden)]
    #[inline]
    pub fn new(kind: &'static str, text: &str, nearest: fn(&str) -> Option<&'static str>) -> Self {
        let mut start = [0; LONGEST_ID];
        let length = start.len().min(text.len());
        start[..length].copy_from_slice(&text.as_bytes()[..length]);
        ParseIdError { kind, text: start, length, nearest }
    }

    /// What the text should have been: `product`, `flow id`, `transport`.
    #[inline]
    pub const fn kind(&self) -> &'static str {
        self.kind
    }

    /// The known word nearest to the text; `None` only where nothing is known at all.
    #[inline]
    pub fn nearest(&self) -> Option<&'static str> {
        (self.nearest)(self.text())
    }

    /// The text, or its first characters.
    #[inline]
    fn text(&self) -> &str {
        let text = &self.text[..self.length];
        match core::str::from_utf8(text) {
            Ok(text) => text,
            // It was cut within a character.
            Err(error) => core::str::from_utf8(&text[..error.valid_up_to()]).unwrap_or_default(),
        }
    }
}

impl PartialEq for ParseIdError {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        (self.kind, self.text()) == (other.kind, other.text())
    }
}

impl Eq for ParseIdError {}

impl fmt::Debug for ParseIdError {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ParseIdError").field(&format_args!("{self}")).finish()
    }
}

impl fmt::Display for ParseIdError {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no such {}", self.kind)?;
        match self.nearest() {
            Some(nearest) => write!(f, "; the nearest is {nearest}"),
            None => Ok(()),
        }
    }
}

impl core::error::Error for ParseIdError {}
