//! Digests of texts and files. They change with the words, which aren't kept.

use sha2::{Digest, Sha256};

/// The number of hexadecimal digits of a digest. A page has a few hundred texts, so that collisions don't happen by accident.
pub const DIGITS: usize = 16;

/// The first hexadecimal digits of the SHA-256 of some bytes.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>()[..DIGITS].to_string()
}

/// The digest of a text. The width of its whitespace doesn't matter.
#[must_use]
pub fn digest_of_words(text: &str) -> String {
    digest(text.split_whitespace().collect::<Vec<_>>().join(" ").as_bytes())
}
