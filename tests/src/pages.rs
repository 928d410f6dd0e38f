//! The pages of documentation, whose commands run as tests: what a page shows is what its reader sees.
//!
//! A page is run from top to bottom in a folder of its own:
//! - a block with `file=NAME` beside its language is written there under that name, one with `append=NAME` below what is there;
//! - the lines of a `console` block that begin with `$ ` are given to a shell, and what they print, to standard output and to standard
//!   error, has to be what stands below them. A line that ends in `\` goes on with the next one;
//! - the lines of a `sh` block are run elsewhere, as `ELSEWHERE` says, or by nobody, with a reason;
//! - `rust` is a doctest of this package. In `text`, `diff` and `mermaid` there is nothing to run; other languages need one of these.
//!
//! `UPDATE_DOCS=1 cargo test --workspace` writes into the pages what is printed.

use std::fs;
use std::path::Path;
use std::process::Command;

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

use crate::{root, tools};

/// Commands of `sh` blocks, and the file that runs them, or why none does.
const ELSEWHERE: [(&str, Result<&str, &str>); 3] = [
    ("cargo run -- port 443", Ok(".ci/run")),
    ("cargo test --workspace", Ok(".ci/run")),
    ("cargo insta review", Err("asks a person")),
];

/// A fenced block of a page.
struct Block {
    /// Its language.
    language: String,
    /// The file it is written to, and whether below what is there.
    file: Option<(String, bool)>,
    text: String,
    /// Where the text stands in the page.
    at: std::ops::Range<usize>,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut is_open = false;
    for (event, at) in Parser::new(page).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let (language, file) = match (info.split_once(" file="), info.split_once(" append=")) {
                    (Some((language, file)), _) => (language, Some((file.to_string(), false))),
                    (_, Some((language, file))) => (language, Some((file.to_string(), true))),
                    _ => (&*info, None),
                };
                let start = page[at.clone()].find('\n').map_or(at.end, |end| at.start + end + 1);
                blocks.push(Block { language: language.to_string(), file, text: String::new(), at: start..start });
                is_open = true;
            }
            Event::Text(text) if is_open => {
                let block = blocks.last_mut().expect("a block is open");
                block.text += &text;
                block.at.end = at.end;
            }
            Event::End(TagEnd::CodeBlock) => is_open = false,
            _ => {}
        }
    }
    blocks
}

/// Runs a page of the repository. The programs are found by their names; `cargo` may be one that we wrote for the test.
///
/// # Panics
///
/// Where the page does not show what is printed, or has something that would not run.
pub fn run(page: &str, folder: &Path, programs: &[(&str, &str)]) {
    let file = root().join(page);
    let text = fs::read_to_string(&file).expect(page);
    let found = tempfile::tempdir().expect("there is room for programs");
    for (name, script) in programs {
        let program = found.path().join(name);
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).expect(name);
        make_executable(&program);
    }
    let mut mended = String::new();
    let mut kept = 0;
    for block in blocks(&text) {
        let line = text[..block.at.start].matches('\n').count();
        match (block.language.as_str(), &block.file) {
            (_, Some((name, is_appended))) => {
                let to = folder.join(name);
                fs::create_dir_all(to.parent().unwrap_or(folder)).expect(name);
                let before = if *is_appended { fs::read_to_string(&to).expect(name) } else { String::new() };
                fs::write(to, before + &block.text).expect(name);
            }
            ("console", None) => {
                mended += &text[kept..block.at.start];
                mended += &session(&block.text, folder, found.path(), &format!("{page}:{line}"));
                kept = block.at.end;
            }
            ("sh", None) => block.text.lines().for_each(|call| assert_runs_elsewhere(call, &format!("{page}:{line}"))),
            ("rust" | "text" | "diff" | "mermaid", None) => {}
            (language, None) => panic!("{page}:{line}: nothing runs a block of {language:?}"),
        }
    }
    mended += &text[kept..];
    assert_same(page, &mended);
}

/// Compares a page of the repository with what it should be; `UPDATE_DOCS=1` writes it.
///
/// # Panics
///
/// Where they differ.
pub fn assert_same(page: &str, made: &str) {
    let file = root().join(page);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::create_dir_all(file.parent().expect("a page stands in a folder")).expect(page);
        fs::write(&file, made).expect(page);
        return;
    }
    let text = fs::read_to_string(&file).expect(page);
    for (number, (made, shown)) in made.lines().zip(text.lines()).enumerate() {
        assert_eq!(made, shown, "{page}:{}: `UPDATE_DOCS=1 cargo test --workspace` mends it", number + 1);
    }
    assert_eq!(made.len(), text.len(), "{page}: `UPDATE_DOCS=1 cargo test --workspace` mends it");
}

/// A block of calls with what each of them prints.
fn session(block: &str, folder: &Path, programs: &Path, place: &str) -> String {
    let mut shown = String::new();
    let mut lines = block.lines().peekable();
    assert!(
        lines.peek().is_some_and(|line| line.starts_with("$ ")),
        "{place}: expected a call in the block's first line"
    );
    while let Some(line) = lines.next() {
        let Some(first) = line.strip_prefix("$ ") else { continue };
        let mut call = first.to_string();
        shown += &format!("{line}\n");
        while call.ends_with('\\') {
            let next = lines.next().unwrap_or_else(|| panic!("{place}: the call goes on in no line"));
            call = format!("{call}\n{next}");
            shown += &format!("{next}\n");
        }
        shown += &printed(&call, folder, programs, place);
    }
    shown
}

/// What a call prints, to standard output and standard error, in a network of its own.
fn printed(call: &str, folder: &Path, programs: &Path, place: &str) -> String {
    let script = format!("exec 2>&1\n{call}\n");
    let mut command = tools::sandboxed(&["sh", "-c", &script]).unwrap_or_else(|| {
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]);
        shell
    });
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::iter::once(programs.to_path_buf()).chain(std::env::split_paths(&path));
    let path = path.chain(["/usr/sbin".into(), "/sbin".into()]);
    command.env("PATH", std::env::join_paths(path).expect("folders of PATH")).current_dir(folder);
    let output = command.stdin(std::process::Stdio::null()).output().expect("a shell");
    let printed = String::from_utf8(output.stdout).expect("output is text");
    assert!(output.status.success(), "{place}: {call}: {}\n{printed}", output.status);
    if printed.is_empty() || printed.ends_with('\n') { printed } else { printed + "\n" }
}

fn assert_runs_elsewhere(line: &str, place: &str) {
    let command = line.split(" #").next().unwrap_or_default().trim();
    let known = ELSEWHERE.iter().find(|(known, _)| *known == command);
    match known.unwrap_or_else(|| panic!("{place}: nothing runs {command:?}")).1 {
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
    fs::set_permissions(program, fs::Permissions::from_mode(0o755)).expect("a file of ours");
}

#[cfg(not(unix))]
fn make_executable(_: &Path) {}
