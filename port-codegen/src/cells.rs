//! Converts facts to the numbers and texts of cells.

/// A text that may be missing.
pub(crate) fn optional(text: Option<&String>) -> &str {
    text.map_or("", String::as_str)
}

/// The index of a word in its vocabulary.
pub(crate) fn index_of<T: Copy + PartialEq>(all: &[T], word: T) -> usize {
    all.iter().position(|known| *known == word).expect("ALL has every word")
}

/// A number with the bit of each index set.
pub(crate) fn bits(indexes: impl Iterator<Item = usize>) -> usize {
    indexes.fold(0, |bits, index| bits | 1 << index)
}
