//! Checks that a reader doesn't lose any letter or digit of its input.

/// The ASCII letters and digits that occur more often before than after.
pub fn lost_letters<'a>(
    before: impl IntoIterator<Item = &'a str>,
    after: impl IntoIterator<Item = &'a str>,
) -> Vec<char> {
    let (before, after) = (count_letters(before), count_letters(after));
    (0_u8..128).filter(|&byte| before[usize::from(byte)] > after[usize::from(byte)]).map(char::from).collect()
}

/// How often each ASCII letter and digit occurs.
fn count_letters<'a>(texts: impl IntoIterator<Item = &'a str>) -> [usize; 128] {
    let mut counts = [0; 128];
    for byte in texts.into_iter().flat_map(str::bytes).filter(u8::is_ascii_alphanumeric) {
        counts[usize::from(byte)] += 1;
    }
    counts
}
