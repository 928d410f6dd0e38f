//! Finds the known text that a mistyped one most likely means.

/// The longest id in bytes. Longer texts are compared by their first bytes only.
pub const LONGEST_ID: usize = 80;

/// Ids of flows are long: with more edits, one turns into another.
const MOST_EDITS: usize = 4;

/// The candidate that `text` most likely means: one that contains it, if it has at least three characters, else the one with the
/// smallest edit distance, if that is at most a third of the text's length and at most four. Case is ignored. The first wins a
/// tie.
///
/// `None` if no candidate is that near.
#[inline]
pub fn nearest<'a>(text: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let most = (text.len() / 3).clamp(1, MOST_EDITS);
    let rank = |candidate: &'a str| {
        let contains = contains(candidate, text);
        // Texts differ by at least as many edits as their lengths do.
        if !contains && candidate.len().abs_diff(text.len()) > most {
            return None;
        }
        let distance = distance(text.as_bytes(), candidate.as_bytes());
        (contains || distance <= most).then_some(((!contains, distance), candidate))
    };
    let ranked = candidates.filter_map(rank);
    ranked.min_by_key(|(rank, _)| *rank).map(|(_, candidate)| candidate)
}

/// Whether a name contains a text of three characters or more. Case is ignored.
#[inline]
pub fn contains(name: &str, text: &str) -> bool {
    text.len() > 2 && name.as_bytes().windows(text.len()).any(|part| part.eq_ignore_ascii_case(text.as_bytes()))
}

/// The edit distance of the texts' first bytes: the number of insertions, deletions, replacements and swaps of neighbours.
#[inline]
fn distance(from: &[u8], to: &[u8]) -> usize {
    let from = &from[..from.len().min(LONGEST_ID)];
    let to = &to[..to.len().min(LONGEST_ID)];
    let mut before_last = [0; LONGEST_ID + 1];
    let mut last = [0; LONGEST_ID + 1];
    let mut row = [0; LONGEST_ID + 1];
    for (column, cost) in last.iter_mut().enumerate() {
        *cost = column;
    }
    for (line, &byte) in from.iter().enumerate() {
        row[0] = line + 1;
        for (column, &other) in to.iter().enumerate() {
            let replaced = last[column] + usize::from(!byte.eq_ignore_ascii_case(&other));
            let mut cost = replaced.min(last[column + 1] + 1).min(row[column] + 1);
            let swapped = line > 0
                && column > 0
                && byte.eq_ignore_ascii_case(&to[column - 1])
                && from[line - 1].eq_ignore_ascii_case(&other);
            if swapped {
                cost = cost.min(before_last[column - 1] + 1);
            }
            row[column + 1] = cost;
        }
        before_last = last;
        last = row;
    }
    last[to.len()]
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    #[test]
    fn one_typo_is_a_distance_of_one() {
        let cases = [
            ("smtp", "smtp", 0),
            ("smpt", "smtp", 1),
            ("SmPT", "smtp", 1),
            ("smt", "smtp", 1),
            ("smttp", "smtp", 1),
            ("sntp", "smtp", 1),
            ("", "smtp", 4),
        ];
        for (from, to, cost) in cases {
            assert_eq!(distance(from.as_bytes(), to.as_bytes()), cost, "{from} -> {to}");
            assert_eq!(distance(to.as_bytes(), from.as_bytes()), cost, "{to} -> {from}");
        }
    }

    #[test]
    fn a_part_of_a_name_finds_the_name() {
        assert_eq!(nearest("FORTIMIAL", ["fortimail", "x"].into_iter()), Some("fortimail"));
        let known = ["ftp", "forticlient", "forcepoint-email-security"];
        assert_eq!(nearest("email", known.into_iter()), Some("forcepoint-email-security"));
        assert_eq!(nearest("forti", known.into_iter()), Some("forticlient"));
    }

    #[test]
    fn a_name_that_is_not_near_is_not_suggested() {
        for text in ["", "x", "fo", "forty-two", "exchange"] {
            assert_eq!(nearest(text, ["ftp", "forticlient"].into_iter()), None, "{text}");
        }
    }

    #[test]
    fn a_text_of_any_length_is_compared() {
        let long = "x".repeat(100_000);
        assert_eq!(nearest(&long, ["a", &long].into_iter()), Some(long.as_str()));
    }
}
