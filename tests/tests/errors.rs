//! No message of an error goes untold: each that stands in the sources is on a page of errors, put there by the test that provokes it.
//!
//! Messages are texts in the sources. One is known by where it stands, as an argument of what makes errors, or by its words. What
//! stands between its `{}` has to be in some row of a page, in this order.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use port_catalog_tests::{errors, root};
use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Where messages stand.
const SOURCES: [&str; 6] =
    ["port-cli/src", "port-data/src", "port-codegen/src", "port-macros/src", "port-catalog/src/shared", "xtask/src"];

/// Sources that are tests, or data of tests.
const TESTS: [&str; 10] = [
    "tests.rs",
    "cases.rs",
    "samples.rs",
    "documents.rs",
    "properties.rs",
    "program.rs",
    "published.rs",
    "help.rs",
    "tables.rs",
    "formats",
];

/// What is called with messages of errors.
const MAKERS: [&str; 21] = [
    "Err",
    "ok_or",
    "ok_or_else",
    "Fault",
    "fault",
    "faults",
    "add",
    "of_file",
    "push_at",
    "problems",
    "wrong",
    "refusal",
    "Problem",
    "error",
    "Error",
    "other",
    "custom",
    "CompileError",
    "ReadError",
    "CellError",
    "pass",
];

/// Names to which messages, or parts of them, are given.
const NAMES: [&str; 10] =
    ["message", "expected", "found", "advice", "wanted", "allowed", "problem", "what", "EXPECTED", "SPEC"];

/// Words that make a text a message wherever it stands.
const WORDS: [&str; 5] = ["expected ", "found ", "cannot be ", "looks like ", "error: "];

/// Texts with such words, or in such places, that are no messages of errors; and errors that no test of a page can provoke.
const NOT_TOLD: [(&str, &str); 11] = [
    ("looks like {} under another id: alike in product, direction, {alike}", "a rename that an answer tells"),
    ("{flows} tell it, {ids}, that did not before", "a difference that an answer tells"),
    ("\n# {MISSING}, line {}: {}\n", "a comment of a draft"),
    ("error: rules are of one --product", "clap asks for it before"),
    ("found no CARGO_MANIFEST_DIR, expected to be compiled by cargo", "cargo gives it to every compiler that it calls"),
    ("{}: expected a path in UTF-8", "cargo itself asks for it"),
    ("a catalog of {rows} flows does not compile: {}", "what is measured does compile"),
    ("the program with {rows} flows fails: {}", "what is measured does run"),
    (
        "found crates that depend on each other in a circle, expected an order to publish them in",
        "cargo tells it before",
    ),
    ("a page of {} bytes", "the file is not read so far"),
    ("line {line}, column {column}: found {found}, expected {expected}; {advice}", "the chores tell it with the file"),
];

/// Texts of help, which tell of errors and are none.
const HELP: [&str; 2] = ["HELP", "AFTER_HELP"];

/// The texts of a file that are messages, or parts of them.
fn messages(tokens: TokenStream, is_inside: bool, found: &mut BTreeSet<String>) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    let is = |at: usize, mark: char| matches!(trees.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == mark);
    // Whether what stands here is given to a name, until the statement or the field ends.
    let mut is_given = false;
    // The last word that may be what is called with the next group.
    let mut maker = false;
    while let Some(tree) = trees.get(at) {
        match tree {
            TokenTree::Punct(punct) if punct.as_char() == '#' => {
                // An attribute, or a comment of documentation; a module of tests goes with it.
                let skip = if is(at + 1, '!') { 2 } else { 1 };
                let attribute = trees.get(at + skip).map(ToString::to_string).unwrap_or_default();
                at += skip + 1;
                if attribute.replace(' ', "").starts_with("[cfg(test)]") {
                    let ends = |tree: &TokenTree| match tree {
                        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
                        TokenTree::Punct(punct) => punct.as_char() == ';',
                        _ => false,
                    };
                    while trees.get(at).is_some_and(|tree| !ends(tree)) {
                        at += 1;
                    }
                    at += 1;
                }
                continue;
            }
            TokenTree::Ident(ident) => {
                let name = ident.to_string();
                if HELP.contains(&name.as_str()) {
                    while at < trees.len() && !is(at, ';') && !is(at, ')') {
                        at += 1;
                    }
                    continue;
                }
                let is_bug =
                    ["expect", "panic", "unreachable", "assert", "assert_eq", "debug_assert"].contains(&name.as_str());
                if is_bug {
                    // What they say is for those who mend a bug.
                    at += if is(at + 1, '!') { 3 } else { 2 };
                    continue;
                }
                if NAMES.contains(&name.as_str())
                    && (is(at + 1, ':') && !is(at + 2, ':') || is(at + 1, '=') || is(at + 1, ','))
                {
                    is_given = is_given || !is(at + 1, ',');
                }
                maker = MAKERS.contains(&name.as_str())
                    || maker && (is(at.wrapping_sub(1), ':') || is(at.wrapping_sub(1), '.'));
            }
            TokenTree::Punct(punct) => match punct.as_char() {
                ';' | ',' => (is_given, maker) = (false, false),
                _ => {}
            },
            TokenTree::Group(group) => {
                // A block of statements is not an argument.
                let is_block = group.delimiter() == Delimiter::Brace && !maker && !is_given;
                messages(group.stream(), !is_block && (is_inside || maker || is_given), found);
                if group.delimiter() == Delimiter::Brace {
                    (is_given, maker) = (false, false);
                }
            }
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                if let Ok(text) = syn::parse_str::<syn::LitStr>(&text).map(|text| text.value()) {
                    let has_words = WORDS.iter().any(|known| text.contains(known));
                    if (has_words || is_inside || is_given || maker) && is_text(&text) {
                        found.insert(text);
                    }
                }
            }
        }
        at += 1;
    }
}

/// Whether a text says something by itself.
fn is_text(text: &str) -> bool {
    parts(text).iter().any(|part| part.chars().filter(|letter| letter.is_alphabetic()).count() > 3)
        && text.contains(' ')
}

/// What stands between the `{}` of a text.
fn parts(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let part = parts.last_mut().expect("there is always one");
        match letter {
            '{' if letters.next_if_eq(&'{').is_some() => part.push('{'),
            '}' if letters.next_if_eq(&'}').is_some() => part.push('}'),
            '{' => {
                letters.by_ref().take_while(|letter| *letter != '}').for_each(drop);
                parts.push(String::new());
            }
            _ => part.push(letter),
        }
    }
    parts.into_iter().filter(|part| !part.is_empty()).collect()
}

/// Whether a message has these parts in their order.
fn has(message: &str, parts: &[String]) -> bool {
    let mut rest = message;
    parts.iter().all(|part| match rest.find(part.trim_end_matches('\n')) {
        Some(at) => {
            rest = &rest[at + part.trim_end_matches('\n').len()..];
            true
        }
        None => false,
    })
}

/// The Rust files of a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = entry.file_name().unwrap().to_string_lossy().into_owned();
        if TESTS.contains(&name.as_str()) {
            continue;
        }
        if entry.is_dir() {
            files.extend(sources(&entry));
        } else if entry.extension().is_some_and(|ending| ending == "rs") {
            files.push(entry);
        }
    }
    files.sort();
    files
}

#[test]
fn every_message_of_the_sources_is_on_a_page() {
    let told: Vec<String> = errors::messages().into_iter().map(|(_, message)| message).collect();
    let mut count = 0;
    let mut missing = String::new();
    let mut unused: BTreeSet<&str> = NOT_TOLD.iter().map(|(text, _)| *text).collect();
    for file in SOURCES.iter().flat_map(|folder| sources(&root().join(folder))) {
        let text = fs::read_to_string(&file).unwrap();
        let mut found = BTreeSet::new();
        messages(text.parse().expect("a source is Rust"), false, &mut found);
        for text in found {
            count += 1;
            let parts = parts(&text);
            if told.iter().any(|message| has(message, &parts)) {
                continue;
            }
            match NOT_TOLD.iter().find(|(known, _)| *known == text) {
                Some((known, _)) => {
                    unused.remove(known);
                }
                None => missing += &format!("{}: {text:?}\n", file.strip_prefix(root()).unwrap().display()),
            }
        }
    }
    println!("{count} messages in the sources, {} rows on the pages", told.len());
    assert!(missing.is_empty(), "no page of errors has\n{missing}");
    assert!(unused.is_empty(), "told all the same, or gone: {unused:?}");
}
