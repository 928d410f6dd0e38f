//! Runs the commands on a page of documentation and compares their output with the page.
//!
//! The blocks of a page are run from top to bottom in a temporary directory:
//! - a block with `file=NAME` after its language is written to that file; with `append=NAME` it is appended to the file;
//! - the lines of a `console` block that begin with `$ ` are run by a shell. What they print to standard output and standard error
//!   must be the lines below them. A line that ends in `\` continues on the next line;
//! - the lines of a `sh` block must be in `ELSEWHERE`: a script runs them, or there is a reason why nothing does;
//! - `rust` is a doc test of this package. `text`, `diff` and `mermaid` aren't run. A block in another language needs `file=` or
//!   `append=`.
//!
//! `UPDATE_DOCS=1 cargo test --workspace` writes the output into the pages.

use std::fs;
use std::path::Path;
use std::process::Command;

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

use crate::{root, tools};

/// The commands of `sh` blocks, each with the file that runs it or the reason why nothing does.
const ELSEWHERE: [(&str, Result<&str, &str>); 3] = [
    ("cargo run -- port 443", Ok(".ci/run")),
    ("cargo test --workspace", Ok(".ci/run")),
    ("cargo insta review", Err("interactive")),
];

/// A fenced block of a page.
struct Block {
    /// Its language.
    language: String,
    /// The file that it is written to, and whether it is appended.
    file: Option<(String, bool)>,
    text: String,
    /// The byte range of the text in the page.
    range: std::ops::Range<usize>,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut is_open = false;
    for (event, range) in Parser::new(page).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let (language, file) = match (info.split_once(" file="), info.split_once(" append=")) {
                    (Some((language, file)), _) => (language, Some((file.to_string(), false))),
                    (_, Some((language, file))) => (language, Some((file.to_string(), true))),
                    _ => (&*info, None),
                };
                let start = page[range.clone()].find('\n').map_or(range.end, |end| range.start + end + 1);
                blocks.push(Block { language: language.to_string(), file, text: String::new(), range: start..start });
                is_open = true;
            }
            Event::Text(text) if is_open => {
                let block = blocks.last_mut().expect("a block is open");
                block.text += &text;
                block.range.end = range.end;
            }
            Event::End(TagEnd::CodeBlock) => is_open = false,
            _ => {}
        }
    }
    blocks
}

/// Runs a page of the repository in a directory. `programs` are shell scripts by name, which precede those in PATH.
///
/// # Panics
///
/// If the page doesn't show what is printed, or contains a block that nothing runs.
pub fn run(page: &str, directory: &Path, programs: &[(&str, &str)]) {
    let file = root().join(page);
    let text = fs::read_to_string(&file).expect(page);
    let script_directory = tempfile::tempdir().expect("a temporary directory");
    for (name, script) in programs {
        let program = script_directory.path().join(name);
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).expect(name);
        make_executable(&program);
    }
    let mut updated = String::new();
    let mut copied = 0;
    for block in blocks(&text) {
        let line = text[..block.range.start].matches('\n').count();
        match (block.language.as_str(), &block.file) {
            (_, Some((name, is_appended))) => {
                let to = directory.join(name);
                fs::create_dir_all(to.parent().unwrap_or(directory)).expect(name);
                let before = if *is_appended { fs::read_to_string(&to).expect(name) } else { String::new() };
                fs::write(to, before + &block.text).expect(name);
            }
            ("console", None) => {
                updated += &text[copied..block.range.start];
                updated += &session(&block.text, directory, script_directory.path(), &format!("{page}:{line}"));
                copied = block.range.end;
            }
            ("sh", None) => block.text.lines().for_each(|line| assert_runs_elsewhere(line, &format!("{page}:{line}"))),
            ("rust" | "text" | "diff" | "mermaid", None) => {}
            (language, None) => panic!("{page}:{line}: nothing runs a block of {language:?}"),
        }
    }
    updated += &text[copied..];
    assert_same(page, &updated);
}

/// Compares a page of the repository with its expected text, or writes the page under `UPDATE_DOCS=1`.
///
/// # Panics
///
/// If they differ.
pub fn assert_same(page: &str, expected: &str) {
    let file = root().join(page);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::create_dir_all(file.parent().expect("a page has a parent")).expect(page);
        fs::write(&file, expected).expect(page);
        return;
    }
    let text = fs::read_to_string(&file).expect(page);
    for (index, (expected, found)) in expected.lines().zip(text.lines()).enumerate() {
        assert_eq!(expected, found, "{page}:{}: `UPDATE_DOCS=1 cargo test --workspace` updates it", index + 1);
    }
    assert_eq!(expected.len(), text.len(), "{page}: `UPDATE_DOCS=1 cargo test --workspace` updates it");
}

/// A `console` block with the output of each command.
fn session(block: &str, directory: &Path, programs: &Path, place: &str) -> String {
    let mut session = String::new();
    let mut lines = block.lines().peekable();
    assert!(lines.peek().is_some_and(|line| line.starts_with("$ ")), "{place}: the block's first line isn't a command");
    while let Some(line) = lines.next() {
        let Some(first) = line.strip_prefix("$ ") else { continue };
        let mut command = first.to_string();
        session += &format!("{line}\n");
        while command.ends_with('\\') {
            let next = lines.next().unwrap_or_else(|| panic!("{place}: the command's last line ends with a backslash"));
            command = format!("{command}\n{next}");
            session += &format!("{next}\n");
        }
        session += &printed(&command, directory, programs, place);
    }
    session
}

/// What a command prints to standard output and standard error, in a network namespace of its own.
fn printed(line: &str, directory: &Path, programs: &Path, place: &str) -> String {
    let script = format!("exec 2>&1\n{line}\n");
    let mut command = tools::sandboxed(&["sh", "-c", &script]).unwrap_or_else(|| {
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]);
        shell
    });
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::iter::once(programs.to_path_buf()).chain(std::env::split_paths(&path));
    let path = path.chain(["/usr/sbin".into(), "/sbin".into()]);
    command.env("PATH", std::env::join_paths(path).expect("directories of PATH")).current_dir(directory);
    let output = command.stdin(std::process::Stdio::null()).output().expect("sh runs");
    let printed = String::from_utf8(output.stdout).expect("output is text");
    assert!(output.status.success(), "{place}: {line}: {}\n{printed}", output.status);
    if printed.is_empty() || printed.ends_with('\n') { printed } else { printed + "\n" }
}

fn assert_runs_elsewhere(line: &str, place: &str) {
    let command = line.split(" #").next().unwrap_or_default().trim();
    let known = ELSEWHERE.iter().find(|(known, _)| *known == command);
    match known.unwrap_or_else(|| panic!("{place}: nothing runs {command:?}")).1 {
        Ok(file) => {
            let text = fs::read_to_string(root().join(file)).expect(file);
            assert!(text.contains(command), "{place}: {file} doesn't run {command:?}");
        }
        Err(reason) => assert!(!reason.is_empty()),
    }
}

#[cfg(unix)]
fn make_executable(program: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(program, fs::Permissions::from_mode(0o755)).expect("the script was just written");
}

#[cfg(not(unix))]
fn make_executable(_: &Path) {}
