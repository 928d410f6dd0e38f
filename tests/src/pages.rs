//! Runs the commands of documentation pages as tests, so that a page shows what its readers will see.
//!
//! A page runs from top to bottom in a directory of its own:
//! - A block with `file=NAME` after its language is written to that file; one with `append=NAME` is appended to it.
//! - In a `console` block, lines that begin with `$ ` run in a shell. Their output, with standard error, must be the lines below
//!   them. A line that ends in `\` continues on the next one.
//! - A `console` block with `contains=TEXT; TEXT` must print each text. This is for what the page claims about the example:
//!   `UPDATE_DOCS=1` replaces the output, but an example that no longer shows what it should is an error.
//! - The lines below a comment `<!-- $ COMMAND -->` and a blank line, up to the next blank line, are the output of the command. They
//!   are part of the page, such as a table in Markdown.
//! - The lines of a `sh` block run elsewhere, as listed in `ELSEWHERE`, or nowhere, with a reason.
//! - `rust` is a doc test of this package. `text`, `diff` and `mermaid` blocks don't run. Other languages need `file=` or `append=`.
//!
//! `UPDATE_DOCS=1 cargo test --workspace` writes the output into the pages.

use std::fs;
use std::path::Path;
use std::process::Command;

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

use crate::{root, tools};

/// The language of output that is part of the page.
const OUTPUT: &str = "output";

/// The commands of `sh` blocks, with the file that runs them or the reason why none does.
const ELSEWHERE: [(&str, Result<&str, &str>); 5] = [
    ("cargo run -- port 443", Ok(".ci/run")),
    ("cargo test --workspace", Ok(".ci/run")),
    ("cargo insta review", Err("is interactive")),
    ("iptables-restore --noflush changes/add/forticlient.v4", Err("changes the system's rules")),
    ("iptables-restore --noflush changes/remove/forticlient.v4", Err("changes the system's rules")),
];

/// A fenced code block of a page, or the output below a comment with a command.
struct Block {
    /// [`OUTPUT`] for output, whose text is the command.
    language: String,
    /// The file that it is written to, and whether it is appended.
    file: Option<(String, bool)>,
    /// The texts that its output must contain.
    contains: Vec<String>,
    text: String,
    /// The byte range of the text in the page.
    range: std::ops::Range<usize>,
}

impl Block {
    /// A block with an info string such as `console contains=accepted`, whose text begins at an offset.
    fn new(info: &str, start: usize) -> Block {
        let (language, attribute) = info.split_once(' ').unwrap_or((info, ""));
        let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
        let file = match key {
            "file" => Some((value.to_string(), false)),
            "append" => Some((value.to_string(), true)),
            _ => None,
        };
        let contains = if key == "contains" { value.split("; ").map(str::to_string).collect() } else { Vec::new() };
        assert!(key.is_empty() || file.is_some() || !contains.is_empty(), "unknown attribute of a block: {info}");
        Block { language: language.to_string(), file, contains, text: String::new(), range: start..start }
    }
}

/// The blocks of a page, in order.
fn blocks(page: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut is_open = false;
    for (event, range) in Parser::new(page).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let start = page[range.clone()].find('\n').map_or(range.end, |end| range.start + end + 1);
                blocks.push(Block::new(&info, start));
                is_open = true;
            }
            Event::Text(text) if is_open => {
                let block = blocks.last_mut().expect("a block is open");
                block.text += &text;
                block.range.end = range.end;
            }
            Event::End(TagEnd::CodeBlock) => is_open = false,
            Event::Html(text) => {
                let command = text.trim().strip_prefix("<!-- $ ").and_then(|command| command.strip_suffix("-->"));
                if let Some(command) = command {
                    // The comment ends its line, and a blank line follows.
                    let start = page[range.start..].find("\n\n").map_or(page.len(), |end| range.start + end + 2);
                    let end = page[start..].find("\n\n").map_or(page.len(), |end| start + end + 1);
                    let text = command.trim().to_string();
                    blocks.push(Block { text, range: start..end, ..Block::new(OUTPUT, start) });
                }
            }
            _ => {}
        }
    }
    blocks
}

/// Runs a page of the repository in a directory. `programs` are scripts that replace commands of these names.
///
/// # Panics
///
/// If the page doesn't show what its commands print, if an output lacks a text that it must contain, or if a block can't run.
pub fn run(page: &str, directory: &Path, programs: &[(&str, &str)]) {
    let file = root().join(page);
    let text = fs::read_to_string(&file).expect(page);
    let found = tempfile::tempdir().expect("a directory for programs");
    for (name, script) in programs {
        let program = found.path().join(name);
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
                updated += &session(&block, directory, found.path(), &format!("{page}:{line}"));
                copied = block.range.end;
            }
            (OUTPUT, None) => {
                updated += &text[copied..block.range.start];
                updated += &output(&block.text, directory, found.path(), &format!("{page}:{line}"));
                copied = block.range.end;
            }
            ("sh", None) => {
                block.text.lines().for_each(|command| assert_runs_elsewhere(command, &format!("{page}:{line}")));
            }
            ("rust" | "text" | "diff" | "mermaid", None) => {}
            (language, None) => panic!("{page}:{line}: blocks in {language:?} don't run"),
        }
    }
    updated += &text[copied..];
    assert_same(page, &updated);
}

/// Compares a page of the repository with its expected text, or writes it under `UPDATE_DOCS=1`.
///
/// # Panics
///
/// If they differ.
pub fn assert_same(page: &str, expected: &str) {
    let file = root().join(page);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::create_dir_all(file.parent().expect("a page is in a directory")).expect(page);
        fs::write(&file, expected).expect(page);
        return;
    }
    let text = fs::read_to_string(&file).expect(page);
    for (index, (expected, found)) in expected.lines().zip(text.lines()).enumerate() {
        assert_eq!(expected, found, "{page}:{}: `UPDATE_DOCS=1 cargo test --workspace` updates it", index + 1);
    }
    assert_eq!(expected.len(), text.len(), "{page}: `UPDATE_DOCS=1 cargo test --workspace` updates it");
}

/// The text of a console block: its commands, each with its output.
fn session(block: &Block, directory: &Path, programs: &Path, place: &str) -> String {
    let mut session = String::new();
    let mut all_output = String::new();
    let mut lines = block.text.lines().peekable();
    assert!(
        lines.peek().is_some_and(|line| line.starts_with("$ ")),
        "{place}: the first line of the block is not a command"
    );
    while let Some(line) = lines.next() {
        let Some(first) = line.strip_prefix("$ ") else { continue };
        let mut command = first.to_string();
        session += &format!("{line}\n");
        while command.ends_with('\\') {
            let next = lines.next().unwrap_or_else(|| panic!("{place}: the command has no next line"));
            command = format!("{command}\n{next}");
            session += &format!("{next}\n");
        }
        let output = output(&command, directory, programs, place);
        session += &output;
        all_output += &output;
    }
    for text in &block.contains {
        assert!(all_output.contains(text), "{place}: the output must contain {text:?}\n{all_output}");
    }
    session
}

/// The output of a command with standard error. It runs in a network namespace of its own, if possible.
fn output(line: &str, directory: &Path, programs: &Path, place: &str) -> String {
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
    let output = command.stdin(std::process::Stdio::null()).output().expect("a shell");
    let printed = String::from_utf8(output.stdout).expect("output is text");
    assert!(output.status.success(), "{place}: {line}: {}\n{printed}", output.status);
    if printed.is_empty() || printed.ends_with('\n') { printed } else { printed + "\n" }
}

fn assert_runs_elsewhere(line: &str, place: &str) {
    let command = line.split(" #").next().unwrap_or_default().trim();
    let known = ELSEWHERE.iter().find(|(known, _)| *known == command);
    match known.unwrap_or_else(|| panic!("{place}: {command:?} is not in ELSEWHERE")).1 {
        Ok(file) => {
            let text = fs::read_to_string(root().join(file)).expect(file);
            assert!(text.contains(command), "{place}: {file} does not run {command:?}");
        }
        Err(reason) => assert!(!reason.is_empty()),
    }
}

#[cfg(unix)]
fn make_executable(program: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(program, fs::Permissions::from_mode(0o755)).expect("a file of the test");
}

#[cfg(not(unix))]
fn make_executable(_: &Path) {}
