//! Finds host names in words. Names of properties (`server.port`) and files (`site.xml`) have dots too.

use super::top_level_domains::{COUNTRIES, GENERIC};

/// Endings of files that are top-level domains too, or that precede one of them: `install.sh`, `script.deb.sh`.
const FILES: [&str; 14] =
    ["sh", "py", "md", "rs", "so", "pl", "ps", "cc", "zip", "deb", "rpm", "tar", "conf", "service"];
/// Words that are top-level domains too, but end the name of a property or begin a sentence if only one label precedes them.
const WORDS: [&str; 14] = ["id", "is", "in", "it", "to", "no", "so", "at", "by", "do", "be", "as", "my", "am"];

/// The host name that a word consists of, or that a URL in it contains, and the text behind it that may contain a port: `8443` of
/// `https://acme.example:8443/list`.
pub(super) fn split_host(word: &str) -> Option<(&str, &str)> {
    let word = word.trim_matches(|mark: char| !mark.is_ascii_alphanumeric() && mark != '*');
    let (word, is_url) = word.split_once("://").map_or((word, false), |(_, rest)| (rest, true));
    let end = word.find(['/', ':', '?', '#']).unwrap_or(word.len());
    let (host, rest) = word.split_at(end);
    let labels: Vec<&str> = host.split('.').collect();
    let is_label = |label: &&str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_*".contains(&byte))
    };
    let [.., before, top] = labels[..] else { return None };
    let is_word = top.len() > 1 && top.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_certain = is_url || labels[0] == "*";
    let is_host = labels.iter().all(is_label) && is_word;
    (is_host && (is_certain || is_domain(top, before, labels.len()))).then_some((host, port_text(rest, is_url)))
}

/// Whether a name of some labels is a host and not a property or a file.
fn is_domain(top: &str, before: &str, labels: usize) -> bool {
    let is_file = FILES.contains(&top) && (labels == 2 || FILES.contains(&before));
    let is_property = labels == 2 && WORDS.contains(&top);
    let is_known = GENERIC.contains(&top) || COUNTRIES.split(' ').any(|country| country == top);
    is_known && !is_file && !is_property
}

/// The part of the text behind a host that may contain a port: up to a path, or a path that is only a number.
fn port_text(rest: &str, is_url: bool) -> &str {
    match rest.split_once('/') {
        Some(("", path)) if !is_url && path.bytes().all(|byte| byte.is_ascii_digit()) => path,
        Some((port, _)) => port,
        None => rest.split(['?', '#']).next().unwrap_or_default(),
    }
}
