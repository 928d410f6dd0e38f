//! Days in tables: `YYYY-MM-DD`.

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::hidden::QuotedAscii;

/// What a table contains if nobody wrote the day down.
pub const UNKNOWN_DATE: &str = "unknown";

/// Checks that a text is a calendar day in the form `YYYY-MM-DD`.
///
/// # Errors
///
/// The text has another form, or there is no such day.
pub fn check_date(text: &str) -> Result<(), Diagnostic> {
    if is_date(text) {
        return Ok(());
    }
    let diagnostic = Diagnostic::new(codes::INVALID_DATE, format!("invalid date {}", QuotedAscii(text)));
    Err(diagnostic.help(format!("write YYYY-MM-DD, or {UNKNOWN_DATE} if nobody wrote it down")))
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else { return false };
    let digits = |part: &str, count| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
    if !(digits(year, 4) && digits(month, 2) && digits(day, 2)) {
        return false;
    }
    let number = |part: &str| part.parse::<u32>().unwrap_or(0);
    let (year, month, day) = (number(year), number(month), number(day));
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}
