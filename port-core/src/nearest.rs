//! Finds the known text that a mistyped one most likely means.

/// The longest id in bytes. Longer texts are compared by their first bytes only.
pub const LONGEST_ID: usize = 80;

/// Ids of flows are long: with more edits, one turns into another.
const MOST_EDITS: usize = 4;

/// The candidate that `text` most likely means: one that contains it, if it has at least three characters, else the one with the
/// smallest edit distance, if that is at most a third of the text's length and at most four, else the only one that begins with it. Case
/// is ignored. The first wins a tie.
///
/// `None` if no candidate is that near.
#[inline]
pub fn nearest<'a>(text: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let most = (text.len() / 3).clamp(1, MOST_EDITS);
    let mut best: Option<((bool, usize), &'a str)> = None;
    let (mut beginning, mut is_only) = (None, true);
    for candidate in candidates {
        if begins_with(candidate, text) {
            is_only = beginning.is_none();
            beginning = beginning.or(Some(candidate));
        }
        let contains = contains(candidate, text);
        // Texts differ by at least as many edits as their lengths do.
        if !contains && candidate.len().abs_diff(text.len()) > most {
            continue;
        }
        let distance = distance(text.as_bytes(), candidate.as_bytes());
        let rank = (!contains, distance);
        if (contains || distance <= most) && best.is_none_or(|(least, _)| rank < least) {
            best = Some((rank, candidate));
        }
    }
    best.map(|(_, candidate)| candidate).or(beginning.filter(|_| is_only))
}

/// Whether a name begins with a nonempty text. Case is ignored.
#[inline]
fn begins_with(name: &str, text: &str) -> bool {
    !text.is_empty() && name.get(..text.len()).is_some_and(|start| start.eq_ignore_ascii_case(text))
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
    fn the_only_name_with_a_beginning_is_suggested() {
        assert_eq!(nearest("in", ["inbound", "outbound"].into_iter()), Some("inbound"));
        assert_eq!(nearest("fo", ["ftp", "forticlient", "fortimail", "forcepoint"].into_iter()), None);
    }

    #[test]
    fn a_name_that_is_not_near_is_not_suggested() {
        for text in ["", "x", "forty-two", "exchange"] {
            assert_eq!(nearest(text, ["ftp", "forticlient"].into_iter()), None, "{text}");
        }
    }

    #[test]
    fn a_text_of_any_length_is_compared() {
        let long = "x".repeat(100_000);
        assert_eq!(nearest(&long, ["a", &long].into_iter()), Some(long.as_str()));
    }
}
