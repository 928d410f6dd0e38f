//! The error for a text that isn't a known word or id.

use core::fmt;

use crate::nearest::LONGEST_ID;
use crate::padded::padded;

/// A text isn't a known word or id.
///
/// ```
/// use port_catalog::Product;
///
/// let error = "fortimial".parse::<Product>().unwrap_err();
/// assert_eq!(error.kind(), "product");
/// assert_eq!(error.input(), "fortimial");
/// assert_eq!(error.nearest(), Some("fortimail"));
/// assert_eq!(error.to_string(), "unknown product \"fortimial\"; did you mean \"fortimail\"?");
/// ```
#[derive(Clone, Copy)]
pub struct ParseIdError {
    kind: &'static str,
    /// The first bytes of the text, as many as are compared with the known words, and their number.
    text: [u8; LONGEST_ID],
    length: usize,
    is_cut: bool,
    /// Finding the nearest word takes longer than everything else, so it is done only on request.
    nearest: fn(&str) -> Option<&'static str>,
}

impl ParseIdError {
    /// The error for a text that isn't a `kind`. `nearest` finds the nearest known one.
    #[doc(hidden)]
    #[inline]
    pub fn new(kind: &'static str, text: &str, nearest: fn(&str) -> Option<&'static str>) -> Self {
        let mut start = [0; LONGEST_ID];
        let length = start.len().min(text.len());
        start[..length].copy_from_slice(&text.as_bytes()[..length]);
        ParseIdError { kind, text: start, length, is_cut: length < text.len(), nearest }
    }

    /// The kind of word or id that was expected: `product`, `flow id`, `transport`.
    ///
    /// ```
    /// use port_catalog::Product;
    ///
    /// assert_eq!("fortimial".parse::<Product>().unwrap_err().kind(), "product");
    /// ```
    #[inline]
    pub const fn kind(&self) -> &'static str {
        self.kind
    }

    /// The known word that the text most likely means; `None` if none is near.
    ///
    /// ```
    /// use port_catalog::Product;
    ///
    /// assert_eq!("fortimial".parse::<Product>().unwrap_err().nearest(), Some("fortimail"));
    /// assert_eq!("exchange-2019-hub".parse::<Product>().unwrap_err().nearest(), None);
    /// ```
    #[inline]
    pub fn nearest(&self) -> Option<&'static str> {
        (self.nearest)(self.input())
    }

    /// The text that isn't known, or the first 80 bytes of a longer one: the error doesn't allocate.
    ///
    /// ```
    /// use port_catalog::Product;
    ///
    /// assert_eq!("fortimial".parse::<Product>().unwrap_err().input(), "fortimial");
    /// ```
    #[inline]
    pub fn input(&self) -> &str {
        let text = &self.text[..self.length];
        match core::str::from_utf8(text) {
            Ok(text) => text,
            // The text was cut inside a character.
            Err(error) => core::str::from_utf8(&text[..error.valid_up_to()]).unwrap_or_default(),
        }
    }
}

impl PartialEq for ParseIdError {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        (self.kind, self.input(), self.is_cut) == (other.kind, other.input(), other.is_cut)
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
        let end = if self.is_cut { "..." } else { "" };
        // The text comes from elsewhere, so control characters are escaped.
        match self.nearest() {
            Some(nearest) => {
                padded(f, format_args!("unknown {} {:?}{end}; did you mean \"{nearest}\"?", self.kind, self.input()))
            }
            None => padded(f, format_args!("unknown {} {:?}{end}", self.kind, self.input())),
        }
    }
}

impl core::error::Error for ParseIdError {}
