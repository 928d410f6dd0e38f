//! Short phrases in the texts of a page.

use super::content::{MAX_LABEL_WORDS, word_count};
use super::names::{Services, words};
use crate::curation::FIXME;

/// The beginnings of texts such as "used for backups", without which the rest is a purpose.
const BEGINNINGS: [&str; 17] = [
    "is used for ",
    "is used to ",
    "are used for ",
    "are used to ",
    "used for ",
    "used to ",
    "to ",
    "is the port for ",
    "is the ",
    "port range for ",
    "ports for ",
    "port for ",
    "ports used for ",
    "port used for ",
    "ports used to ",
    "port used to ",
    "for ",
];
/// Words before which the beginning of a longer text may end.
const CUTS: [&str; 20] = [
    " (",
    ". ",
    "; ",
    ": ",
    " - ",
    " Note:",
    " during ",
    " when ",
    " while ",
    " if ",
    ", if ",
    ", used ",
    ", which ",
    ", can ",
    ", required ",
    ", only ",
    ", including ",
    ", configurable ",
    ", so ",
    " used by ",
];

/// Words with which texts begin that say what somebody does.
const VERBS: [&str; 44] = [
    "access",
    "administer",
    "authenticate",
    "call",
    "check",
    "collect",
    "communicate",
    "configure",
    "connect",
    "control",
    "create",
    "deliver",
    "deploy",
    "discover",
    "download",
    "exchange",
    "fetch",
    "find",
    "forward",
    "install",
    "join",
    "look",
    "manage",
    "monitor",
    "obtain",
    "pull",
    "push",
    "query",
    "read",
    "receive",
    "register",
    "replicate",
    "report",
    "resolve",
    "retrieve",
    "send",
    "serve",
    "store",
    "submit",
    "synchronize",
    "transfer",
    "update",
    "upload",
    "write",
];

/// The first sentence of a text, if it begins with what somebody does, such as "Required to update tokens".
pub(super) fn doing(text: &str, services: &Services<'_>) -> Option<String> {
    let sentence = text.split(". ").next().unwrap_or_default().trim_end_matches('.');
    let lower = sentence.to_ascii_lowercase();
    let starts = ["required to ", "needed to ", "used to ", "to "];
    let start = starts.iter().find(|start| lower.starts_with(*start)).map_or(0, |start| start.len());
    let rest = sentence.get(start..)?;
    let first = words(rest).into_iter().next()?;
    if !VERBS.contains(&first.as_str()) {
        return None;
    }
    let end = CUTS.iter().filter_map(|cut| rest.find(cut)).min().unwrap_or(rest.len());
    phrase(&capital(rest.get(..end)?), services)
}

/// What a longer text says in its beginning or after "used by ... to", if that is short and no sentence by itself.
pub(super) fn beginning(text: &str, services: &Services<'_>) -> Option<String> {
    let sentence = text.split(". ").next().unwrap_or_default();
    let lower = sentence.to_ascii_lowercase();
    let used = ["used by ", "used to ", "for the ", "for "].into_iter().find_map(|start| {
        let found = lower.find(start).filter(|found| start.starts_with('u') || *found == 0)?;
        let rest = sentence.get(found + start.len()..)?;
        if start == "used to " { Some(rest) } else { Some(rest.split_once(" to ")?.1) }
    });
    let ends = CUTS.iter().filter_map(|cut| text.find(cut));
    let cut = |text: &str| -> Option<String> {
        let end = CUTS.iter().filter_map(|cut| text.find(cut)).min().unwrap_or(text.len());
        Some(capital(text.get(..end)?))
    };
    let first = ends.min().and_then(|end| text.get(..end)).map(str::to_string);
    [used.and_then(cut), first].into_iter().flatten().find_map(|found| phrase(&found, services))
}

/// A short text that isn't a sentence.
fn phrase(text: &str, services: &Services<'_>) -> Option<String> {
    let of_sentence = [
        "is", "are", "was", "be", "must", "should", "can", "may", "will", "has", "have", "need", "needs", "not", "no",
        "only", "this", "that", "these", "which", "if", "when", "you", "we", "it", "they", "ist", "sind", "wird",
        "wenn",
    ];
    let mut found = plain(text)?;
    if word_count(&found) > MAX_LABEL_WORDS {
        let end = [" of ", " from ", " on ", " at "].iter().filter_map(|word| found.find(word)).max()?;
        found.truncate(end);
    }
    let words = words(&found);
    let is_phrase = !words.iter().any(|word| of_sentence.contains(&word.as_str()));
    let is_short = word_count(&found) <= MAX_LABEL_WORDS && services.telling_words(&found) > 1;
    let ends_well = words.last().is_some_and(|word| {
        !["for", "to", "of", "by", "and", "or", "the", "on", "a", "an", "with", "from", "in", "at"]
            .contains(&word.as_str())
    });
    (is_phrase && is_short && ends_well).then_some(found)
}

/// A text without marks and without a beginning such as "used for"; `None` if it isn't a plain text.
pub(super) fn plain(text: &str) -> Option<String> {
    let is_mark = |letter: char| " .:;,*†‡§".contains(letter);
    let text = without_beginning(text.trim_matches(is_mark));
    let is_plain = |letter: char| letter.is_alphanumeric() || " -–/()&+:,.'’\"_".contains(letter);
    let first = words(&text).into_iter().next()?;
    let of_sentence = [
        "is",
        "are",
        "used",
        "this",
        "it",
        "if",
        "when",
        "needed",
        "required",
        "see",
        "optional",
        "enable",
        "ensure",
        "make",
        "configure",
    ];
    let is_plain = text.chars().all(is_plain) && !text.contains(FIXME) && !of_sentence.contains(&first.as_str());
    (is_plain && text.chars().any(char::is_alphabetic)).then_some(text)
}

/// A text without its beginning, such as "used for", and with a capital letter instead.
fn without_beginning(text: &str) -> String {
    let lower = text.to_lowercase();
    let found = BEGINNINGS.iter().find(|beginning| lower.starts_with(*beginning));
    let rest = found.and_then(|beginning| text.get(beginning.len()..)).unwrap_or_default().trim();
    let rest = rest.strip_prefix("the ").unwrap_or(rest);
    // "For the adapter to retrieve files"
    let rest = if found == Some(&"for ") { rest.split_once(" to ").map_or(rest, |(_, rest)| rest) } else { rest };
    if rest.is_empty() { text.to_string() } else { capital(rest) }
}

/// A text with a capital letter at its beginning.
fn capital(text: &str) -> String {
    text.chars().next().map_or_else(String::new, |first| first.to_uppercase().to_string() + &text[first.len_utf8()..])
}
