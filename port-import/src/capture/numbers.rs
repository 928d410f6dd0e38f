//! Finds the numbers in words that may be ports. Addresses, versions and dates are not ports.

use std::net::{Ipv4Addr, Ipv6Addr};

/// The years of dates.
const YEARS: std::ops::RangeInclusive<u16> = 1990..=2099;

/// The numbers in a word: digits without adjacent letters, so that `POP3` contains none.
pub(super) fn numbers_in(word: &str) -> impl Iterator<Item = &str> {
    let word = word.split_once("://").map_or(word, |(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let word = word.trim_matches(|mark: char| !mark.is_alphanumeric() && mark != ':');
    let before_colon = word.strip_suffix(':').unwrap_or(word);
    let is_none = is_ipv6(word) || [is_ipv6, is_date, is_network].iter().any(|is_other| is_other(before_colon));
    let chunks = word.split(|c: char| !c.is_alphanumeric() && c != '.').filter(move |_| !is_none);
    let chunks = chunks.map(|chunk| chunk.trim_matches('.')).filter(|chunk| !is_address_or_version(chunk));
    chunks.flat_map(|chunk| chunk.split('.')).filter(|run| is_digits(run))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_ipv6(word: &str) -> bool {
    let address = word.split('/').next().unwrap_or_default();
    // A port behind a colon (`:443`) isn't an address, and neither is a time (`10:30`).
    address.contains("::") && address.trim_end_matches(':').len() > 1 && address.parse::<Ipv6Addr>().is_ok()
        || address.matches(':').count() > 2 && address.parse::<Ipv6Addr>().is_ok()
}

/// Whether a word is a network such as `10.0.0.0/8`.
fn is_network(word: &str) -> bool {
    word.split_once('/').is_some_and(|(address, prefix)| {
        address.parse::<Ipv4Addr>().is_ok() && prefix.parse::<u8>().is_ok_and(|prefix| prefix <= 32)
    })
}

/// Whether a word is a day, a month and a year in numbers.
fn is_date(word: &str) -> bool {
    const MONTHS_AND_DAYS: u16 = 31;
    let is_separated_by = |separator: char| {
        let parts: Vec<u16> = word.split(separator).map(|part| part.parse().unwrap_or(u16::MAX)).collect();
        let is_day = |part: u16| (1..=MONTHS_AND_DAYS).contains(&part);
        match parts[..] {
            [a, b, c] => is_day(b) && (YEARS.contains(&a) && is_day(c) || is_day(a) && YEARS.contains(&c)),
            _ => false,
        }
    };
    ['-', '/', '.'].into_iter().any(is_separated_by)
}

/// Whether digits with dots between them are an IPv4 address or a version, such as `6.2.0`, `v1.26` or `8.5.x`.
fn is_address_or_version(chunk: &str) -> bool {
    const LONGEST: usize = 2;
    let chunk = chunk.strip_prefix(['v', 'V']).unwrap_or(chunk);
    let parts: Vec<&str> = chunk.split('.').collect();
    let is_part = |part: &&str| is_digits(part) || *part == "x";
    let is_short = parts.iter().any(|part| part.len() <= LONGEST);
    parts.len() > 1 && is_digits(parts[0]) && parts.iter().all(is_part) && is_short
}

/// Whether a word is a number right after the word `version` or `release`.
pub(super) fn is_version_of(words: &[&str], index: usize) -> bool {
    let word = words[index].trim_matches(|mark: char| !mark.is_alphanumeric());
    let before = index.checked_sub(1).map(|before| words[before].trim_start_matches('(').to_ascii_lowercase());
    is_digits(word) && before.is_some_and(|before| ["version", "versions", "release"].contains(&before.as_str()))
}

/// Whether a word is the day or the year next to the name of a month: `May 3, 2024`, `22 November 2026`.
pub(super) fn ends_date(words: &[&str], index: usize) -> bool {
    const DAYS: std::ops::RangeInclusive<u16> = 1..=31;
    let number = |index: usize| {
        let word = words.get(index)?.trim_matches(|mark: char| !mark.is_alphanumeric());
        word.parse::<u16>().ok().filter(|_| is_digits(word))
    };
    let is_month_at =
        |index: Option<usize>| index.and_then(|index| words.get(index)).is_some_and(|word| is_month(word));
    let Some(own) = number(index) else { return false };
    let is_day = DAYS.contains(&own) && (is_month_at(index.checked_sub(1)) || is_month_at(Some(index + 1)));
    let follows_day = is_month_at(index.checked_sub(2)) && number(index - 1).is_some_and(|day| DAYS.contains(&day));
    is_day || YEARS.contains(&own) && (is_month_at(index.checked_sub(1)) || follows_day)
}

/// Whether a word is the name of a month, or the beginning of one that is written as one.
fn is_month(word: &str) -> bool {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    const SHORTEST: usize = 3;
    let word = word.trim_matches(|mark: char| !mark.is_alphanumeric());
    word.len() >= SHORTEST
        && MONTHS.iter().any(|month| *month == word || word.len() <= SHORTEST + 1 && month.starts_with(word))
}
