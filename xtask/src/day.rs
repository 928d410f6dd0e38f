//! The day, as the id of an edition whose page has no version.

use std::time::{SystemTime, UNIX_EPOCH};

/// The days of the months of a year.
fn days_of_months(year: u64) -> [u64; 12] {
    let is_leap_year = year % 4 == 0 && year % 100 != 0 || year % 400 == 0;
    [31, if is_leap_year { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
}

/// The day of a time in UTC, as `YYYY-MM-DD`.
#[must_use]
pub fn day_id(time: SystemTime) -> String {
    let mut days = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() / 86_400;
    let mut year = 1970;
    while days >= days_of_months(year).iter().sum() {
        days -= days_of_months(year).iter().sum::<u64>();
        year += 1;
    }
    let mut month = 1;
    for length in days_of_months(year) {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    format!("{year:04}-{month:02}-{:02}", days + 1)
}

#[cfg(test)]
mod tests {
    use super::day_id;
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn days_have_their_calendar_dates() {
        for (seconds, day) in [
            (0, "1970-01-01"),
            (951_782_399, "2000-02-28"),
            (951_782_400, "2000-02-29"),
            (1_709_251_199, "2024-02-29"),
            (1_735_689_599, "2024-12-31"),
            (1_795_787_072, "2026-11-27"),
        ] {
            assert_eq!(day_id(UNIX_EPOCH + Duration::from_secs(seconds)), day);
        }
    }
}
