//! What is kept of a vendor's prose: a digest that changes with the words, and the numbers and host names in it.

use sha2::{Digest, Sha256};

/// A text of which only a digest and the facts are kept, since the text is the vendor's property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prose {
    /// The first hexadecimal digits of the SHA-256 of the text.
    pub digest: String,
    /// The numbers in the text, in order.
    pub numbers: Vec<String>,
    /// The host names in the text, in order.
    pub hosts: Vec<String>,
}

/// The number of hexadecimal digits of a digest. A page has a few hundred texts, so that collisions don't happen by accident.
const DIGITS: usize = 16;

impl Prose {
    /// Digests a text. The width of its whitespace doesn't matter.
    #[must_use]
    pub fn digest(text: &str) -> Prose {
        let words: Vec<&str> = text.split_whitespace().collect();
        let digest = Sha256::digest(words.join(" ").as_bytes());
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut prose = Prose { digest: digest[..DIGITS].to_string(), numbers: Vec::new(), hosts: Vec::new() };
        for word in words {
            match host_in(word) {
                Some(host) => prose.hosts.push(host.to_string()),
                None => prose.numbers.extend(numbers_in(word).map(str::to_string)),
            }
        }
        prose
    }
}

/// The host name that a word consists of, or that a URL in it contains.
pub fn host_in(word: &str) -> Option<&str> {
    let word = word.trim_matches(|mark: char| !mark.is_ascii_alphanumeric() && mark != '*');
    let word = word.split_once("://").map_or(word, |(_, rest)| rest);
    let host = word.split(['/', ':', '?']).next().unwrap_or_default();
    let labels: Vec<&str> = host.split('.').collect();
    let is_label = |label: &&str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_*".contains(&byte))
    };
    let top_is_a_word =
        labels.last().is_some_and(|top| top.len() > 1 && top.bytes().all(|byte| byte.is_ascii_lowercase()));
    (labels.len() > 1 && labels.iter().all(is_label) && top_is_a_word).then_some(host)
}

/// The numbers in a word: digits without adjacent letters, so that `POP3` contains none.
pub fn numbers_in(word: &str) -> impl Iterator<Item = &str> {
    word.split(|character: char| !character.is_alphanumeric())
        .filter(|run| !run.is_empty() && run.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::{Prose, host_in};

    #[test]
    fn prose_keeps_its_facts_but_not_its_words() {
        let text = "Needs TCP port 443, or 8443 (see https://ports.acme.example/list.html), for POP3 on a.b-c.example.";
        let prose = Prose::digest(text);
        assert_eq!(prose.numbers, ["443", "8443"]);
        assert_eq!(prose.hosts, ["ports.acme.example", "a.b-c.example"]);
        assert_eq!(prose.digest.len(), 16);
        assert_eq!(prose, Prose::digest(&text.replace("Needs ", "Needs   ")));
        assert_ne!(prose.digest, Prose::digest("Wants TCP port 443.").digest);
    }

    #[test]
    fn host_names_are_distinguished_from_other_words_with_dots() {
        for host in ["acme.example", "a-1.acme.example", "*.acme.example"] {
            assert_eq!(host_in(host), Some(host));
        }
        for word in ["e.g.", "1.2", "192.0.2.1", "MIRRORED.BY", "it.Next", "acme", "", "..", "a..example"] {
            assert_eq!(host_in(word), None, "{word}");
        }
    }
}
