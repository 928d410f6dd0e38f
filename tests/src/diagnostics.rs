//! A table of test cases for diagnostics: each case has a name, an input, and everything that is reported about the input.
//!
//! The expected messages are in a text file next to the test, so that a reviewer reads them as a user would:
//!
//! ```text
//! == a misspelt peer
//! > flows/mailer.csv: inbound,cleint instead of inbound,client
//! error[table-unknown-id]: flows/mailer.csv:2:26: peer: unknown id "cleint" (not in peers.csv); did you mean "client"?
//! ```
//!
//! `UPDATE_DOCS=1 cargo test` writes the file. Every case that differs is reported, by its name.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Output;

use port_data::hidden::Escaped;
use port_data::{Code, Diagnostic};

use crate::root;

/// The longest line of an input that is written whole, in characters.
const LONGEST_INPUT: usize = 200;

/// The cases of one test and the file with their expected messages.
pub struct Cases {
    file: &'static str,
    cases: Vec<(String, String)>,
}

impl Cases {
    /// No cases yet. The file is named from the repository's root, such as `port-data/tests/diagnostics.txt`.
    pub fn new(file: &'static str) -> Cases {
        Cases { file, cases: Vec::new() }
    }

    /// A case whose diagnostics were returned by a function.
    ///
    /// # Panics
    ///
    /// If nothing is reported, or if another case has the same name.
    pub fn diagnostics<'a>(&mut self, name: &str, input: &str, diagnostics: impl IntoIterator<Item = &'a Diagnostic>) {
        let lines = diagnostics.into_iter().map(|diagnostic| format!("error[{}]: {diagnostic}\n", diagnostic.code));
        self.text(name, input, &lines.collect::<String>());
    }

    /// A case whose diagnostics a program printed to standard error, together with its exit code. The program must not have
    /// printed anything to standard output. The directories' names are removed from the messages, since they differ from
    /// run to run.
    ///
    /// # Panics
    ///
    /// If the program printed to standard output or was killed, and as [`text`](Cases::text) does.
    pub fn output(&mut self, name: &str, input: &str, output: &Output, directories: &[&Path]) {
        assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{name}: {input}");
        self.stderr(name, input, output, directories);
    }

    /// The same for a program that also prints its normal output.
    ///
    /// # Panics
    ///
    /// If the program was killed, and as [`text`](Cases::text) does.
    pub fn stderr(&mut self, name: &str, input: &str, output: &Output, directories: &[&Path]) {
        let code = output.status.code().unwrap_or_else(|| panic!("{name}: killed by a signal"));
        let messages = without_directories(&String::from_utf8_lossy(&output.stderr), directories);
        let input = without_directories(input, directories);
        self.text(name, &input, &format!("{messages}\nexit code {code}\n"));
    }

    /// A case from texts. Hidden characters are escaped. Lines that clap repeats below each of its messages, and empty
    /// lines, are left out.
    ///
    /// # Panics
    ///
    /// If nothing is reported, or if another case has the same name.
    pub fn text(&mut self, name: &str, input: &str, messages: &str) {
        let mut text = String::new();
        for line in input.lines() {
            let line = format!("> {}", shorten(&Escaped(line.trim_end()).to_string()));
            text += line.trim_end();
            text.push('\n');
        }
        let messages: Vec<&str> = messages.lines().filter(|line| !is_repeated(line)).collect();
        assert!(!messages.is_empty(), "{}: {name}: nothing is reported", self.file);
        for line in messages {
            text += &format!("{}\n", Escaped(line.trim_end()));
        }
        assert!(self.cases.iter().all(|(other, _)| other != name), "{}: two cases are named {name:?}", self.file);
        self.cases.push((name.to_string(), text));
    }

    /// Compares every case with the file, or writes the file under `UPDATE_DOCS=1`.
    ///
    /// # Panics
    ///
    /// With the name of each case that differs, is new, or isn't there any more.
    pub fn assert(self) {
        let path = root().join(self.file);
        if std::env::var_os("UPDATE_DOCS").is_some() {
            let cases: Vec<String> = self.cases.iter().map(|(name, text)| format!("== {name}\n{text}")).collect();
            fs::write(&path, cases.join("\n")).expect(self.file);
            return;
        }
        let mut expected = read_cases(&fs::read_to_string(&path).unwrap_or_default());
        let mut failures = String::new();
        for (name, found) in &self.cases {
            match expected.remove(name) {
                Some(expected) if expected == *found => {}
                Some(expected) => failures += &format!("== {name}\nexpected:\n{expected}found:\n{found}\n"),
                None => failures += &format!("== {name}\nis new:\n{found}\n"),
            }
        }
        for name in expected.keys() {
            failures += &format!("== {name}\nis only in the file\n\n");
        }
        assert!(failures.is_empty(), "{}: `UPDATE_DOCS=1 cargo test` updates it\n\n{failures}", self.file);
    }
}

/// Checks that each code occurs in a case of one of the files.
///
/// # Panics
///
/// With the codes that occur in no case.
pub fn assert_every_code_has_a_case(codes: &[Code], files: &[&str]) {
    let texts: String = files.iter().map(|file| fs::read_to_string(root().join(file)).expect(file)).collect();
    let missing: Vec<&str> =
        codes.iter().map(|code| code.id).filter(|code| !texts.contains(&format!("[{code}]"))).collect();
    assert!(missing.is_empty(), "no case in {files:?} reports {missing:#?}");
}

/// The cases of a file by their names.
fn read_cases(text: &str) -> BTreeMap<String, String> {
    let mut cases: BTreeMap<String, String> = BTreeMap::new();
    for block in text.replace("\r\n", "\n").split("\n\n") {
        let (head, text) = block.split_once('\n').unwrap_or((block, ""));
        if let Some(name) = head.strip_prefix("== ") {
            let end = if text.ends_with('\n') { "" } else { "\n" };
            cases.insert(name.to_string(), format!("{text}{end}"));
        }
    }
    cases
}

/// A text without the names of directories. A path below one of them becomes relative; the directory itself becomes `.`.
fn without_directories(text: &str, directories: &[&Path]) -> String {
    directories.iter().fold(text.to_string(), |text, directory| {
        let directory = directory.display().to_string();
        text.replace(&format!("{directory}/"), "").replace(&directory, ".")
    })
}

/// Whether a line is empty or is one that clap prints below each of its messages.
fn is_repeated(line: &str) -> bool {
    line.trim().is_empty() || line.starts_with("Usage:") || line.starts_with("For more information, try")
}

fn shorten(line: &str) -> String {
    match line.char_indices().nth(LONGEST_INPUT) {
        Some((end, _)) => format!("{} ...", &line[..end]),
        None => line.to_string(),
    }
}
