//! A contiguous range of ports.

use core::fmt;
use core::ops::{Bound, RangeBounds, RangeInclusive};
use core::str::FromStr;

use crate::padded::padded;

/// An inclusive range of ports. A single port is a range of one. A range is never empty and never contains port 0.
///
/// It is parsed from and displayed as `443` or `17500-17515`, and converts from and to a [`RangeInclusive`]. With the feature `serde`,
/// it serializes as that text, and deserializes from it or from the number of a single port.
///
/// ```
/// use port_catalog::{PortRange, flows};
///
/// let flow = flows::ForcepointEmailSecurity::OutDlpMessageAnalysis.flow();
/// let range = flow.ports().next().unwrap().range().unwrap();
/// assert_eq!(range, "17500-17515".parse()?);
/// assert_eq!(range, PortRange::try_from(17500..=17515)?);
/// assert_eq!(range.to_string(), "17500-17515");
/// assert_eq!(range.into_iter().filter(|port| port % 5 == 0).count(), 4);
/// # Ok::<(), port_catalog::PortRangeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortRange {
    first: u16,
    last: u16,
}

#[allow(clippy::len_without_is_empty, reason = "a range is never empty")]
impl PortRange {
    /// Every port, 1 to 65535.
    ///
    /// ```
    /// use port_catalog::PortRange;
    ///
    /// assert_eq!(PortRange::ALL.len(), 65535);
    /// ```
    pub const ALL: PortRange = PortRange { first: 1, last: u16::MAX };

    /// The ports `first..=last`, 1 to 65535; `None` if `first` is 0 or greater than `last`.
    ///
    /// ```
    /// use port_catalog::PortRange;
    ///
    /// assert!(PortRange::new(20, 21).is_some());
    /// assert!(PortRange::new(21, 20).is_none());
    /// assert!(PortRange::new(0, 20).is_none());
    /// ```
    #[inline]
    pub const fn new(first: u16, last: u16) -> Option<PortRange> {
        if first == 0 || first > last { None } else { Some(PortRange { first, last }) }
    }

    /// The lowest port, 1 to 65535.
    ///
    /// ```
    /// use port_catalog::flows;
    ///
    /// let spec = flows::FortiMail::InEmailClientPop3.flow().ports().get(0).unwrap();
    /// assert_eq!(spec.range().unwrap().first(), 110);
    /// ```
    #[inline]
    pub const fn first(self) -> u16 {
        self.first
    }

    /// The highest port, 1 to 65535; the same as [`first`](PortRange::first) for a single port.
    ///
    /// ```
    /// use port_catalog::flows;
    ///
    /// let spec = flows::ForcepointEmailSecurity::OutDlpMessageAnalysis.flow().ports().get(0).unwrap();
    /// assert_eq!(spec.range().unwrap().last(), 17515);
    /// ```
    #[inline]
    pub const fn last(self) -> u16 {
        self.last
    }

    /// The number of ports, 1 to 65535.
    ///
    /// ```
    /// use port_catalog::PortRange;
    ///
    /// assert_eq!(PortRange::new(17500, 17515).unwrap().len(), 16);
    /// ```
    #[inline]
    pub const fn len(self) -> usize {
        (self.last - self.first) as usize + 1
    }

    /// Whether the range contains the port.
    ///
    /// ```
    /// use port_catalog::PortRange;
    ///
    /// assert!(PortRange::new(17700, 17714).unwrap().contains(17714));
    /// ```
    #[inline]
    pub const fn contains(self, port: u16) -> bool {
        self.first <= port && port <= self.last
    }

    /// Whether the two ranges have a port in common.
    ///
    /// ```
    /// use port_catalog::PortRange;
    ///
    /// let dynamic = PortRange::new(49152, 65535).unwrap();
    /// assert!(dynamic.overlaps(PortRange::new(1024, 49152).unwrap()));
    /// assert!(!dynamic.overlaps(PortRange::new(1024, 5000).unwrap()));
    /// ```
    #[inline]
    pub const fn overlaps(self, other: PortRange) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

impl fmt::Display for PortRange {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.first, self.last) {
            (first, last) if first == last => padded(f, format_args!("{first}")),
            (first, last) => padded(f, format_args!("{first}-{last}")),
        }
    }
}

impl IntoIterator for PortRange {
    type Item = u16;
    type IntoIter = RangeInclusive<u16>;

    /// Each port, in order.
    #[inline]
    fn into_iter(self) -> RangeInclusive<u16> {
        self.into()
    }
}

impl RangeBounds<u16> for PortRange {
    #[inline]
    fn start_bound(&self) -> Bound<&u16> {
        Bound::Included(&self.first)
    }

    #[inline]
    fn end_bound(&self) -> Bound<&u16> {
        Bound::Included(&self.last)
    }
}

impl From<PortRange> for RangeInclusive<u16> {
    #[inline]
    fn from(range: PortRange) -> RangeInclusive<u16> {
        range.first..=range.last
    }
}

impl TryFrom<RangeInclusive<u16>> for PortRange {
    type Error = PortRangeError;

    #[inline]
    fn try_from(range: RangeInclusive<u16>) -> Result<PortRange, PortRangeError> {
        match range.into_inner() {
            (0, _) => Err(PortRangeError::Zero),
            (first, last) => PortRange::new(first, last).ok_or(PortRangeError::Reversed),
        }
    }
}

impl TryFrom<u16> for PortRange {
    type Error = PortRangeError;

    /// The range of a single port.
    #[inline]
    fn try_from(port: u16) -> Result<PortRange, PortRangeError> {
        PortRange::try_from(port..=port)
    }
}

impl FromStr for PortRange {
    type Err = PortRangeError;

    /// Parses `443` or `17500-17515`. Nothing else is accepted, such as spaces or a sign.
    #[inline]
    fn from_str(text: &str) -> Result<PortRange, PortRangeError> {
        match text.split_once('-') {
            Some((first, last)) => PortRange::try_from(port(first)?..=port(last)?),
            None => PortRange::try_from(port(text)?),
        }
    }
}

/// Parses a number of ASCII digits.
fn port(text: &str) -> Result<u16, PortRangeError> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(PortRangeError::NotANumber);
    }
    text.parse().map_err(|_| PortRangeError::TooLarge)
}

/// A text or a pair of numbers isn't a range of ports.
///
/// ```
/// use port_catalog::{PortRange, PortRangeError};
///
/// assert_eq!("17515-17500".parse::<PortRange>(), Err(PortRangeError::Reversed));
/// assert_eq!("https".parse::<PortRange>(), Err(PortRangeError::NotANumber));
/// assert_eq!(PortRangeError::Zero.to_string(), "port 0 isn't a port to connect to; use 1 to 65535");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PortRangeError {
    /// The text isn't a number, or two numbers with a hyphen between them.
    NotANumber,
    /// A number is greater than 65535.
    TooLarge,
    /// A port is 0.
    Zero,
    /// The first port is greater than the last.
    Reversed,
}

impl fmt::Display for PortRangeError {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            PortRangeError::NotANumber => "not a port or a range of ports; write one like 443 or 8000-8100",
            PortRangeError::TooLarge => "port is greater than 65535",
            PortRangeError::Zero => "port 0 isn't a port to connect to; use 1 to 65535",
            PortRangeError::Reversed => "the first port is greater than the last; exchange them",
        })
    }
}

impl core::error::Error for PortRangeError {}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::{PortRange, PortRangeError};

    #[test]
    fn a_range_is_the_text_that_it_displays() {
        for (first, last) in [(1, 1), (1, 65535), (80, 81), (65535, 65535)] {
            let range = PortRange::new(first, last).unwrap();
            assert_eq!(range.to_string().parse(), Ok(range));
            assert_eq!(range.into_iter().count(), range.len());
        }
    }

    #[test]
    fn everything_else_is_an_error() {
        use PortRangeError::{NotANumber, Reversed, TooLarge, Zero};
        let cases = [
            ("", NotANumber),
            ("-", NotANumber),
            ("80-", NotANumber),
            ("+80", NotANumber),
            (" 80", NotANumber),
            ("80-81-82", NotANumber),
            ("٣", NotANumber),
            ("65536", TooLarge),
            ("1-99999999999999999999", TooLarge),
            ("0", Zero),
            ("0-5", Zero),
            ("6-5", Reversed),
        ];
        for (text, error) in cases {
            assert_eq!(text.parse::<PortRange>(), Err(error), "{text}");
        }
    }
}
