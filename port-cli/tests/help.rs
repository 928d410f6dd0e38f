//! `--help` and the manual: every command has examples that work, and man displays the pages correctly.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use clap::{CommandFactory, Parser};
use port_catalog_tests::{files, root, tools};
use port_cli::cli::Cli;
use port_cli::commands::manual;
use tempfile::TempDir;

/// The program, and each of its commands.
fn commands() -> Vec<clap::Command> {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let commands: Vec<clap::Command> = command.get_subcommands().cloned().collect();
    [vec![command], commands].concat()
}

/// The lines below `Examples:` in the help of a command.
fn examples(command: &clap::Command) -> Vec<String> {
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let lines = help.lines().skip_while(|line| !line.starts_with("Example")).skip(1);
    lines.filter(|line| line.starts_with("  ")).map(ToString::to_string).collect()
}

fn run(arguments: &[&str], width: u16) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_port-catalog"))
        .args(arguments)
        .env("COLUMNS", width.to_string())
        .output()
        .unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_command_has_examples_and_help_that_fits_the_terminal() {
    for command in commands() {
        let examples = examples(&command);
        assert!(examples.iter().any(|line| line.contains("port-catalog ")), "{} has no example", command.get_name());
        let call = match command.get_name() {
            "port-catalog" => vec!["--help"],
            name => vec![name, "--help"],
        };
        for width in [80, 100] {
            let help = run(&call, width);
            // clap doesn't wrap the usage line.
            for line in help.lines().filter(|line| !line.starts_with("Usage: ")) {
                assert!(line.chars().count() <= usize::from(width), "{call:?} at {width}: {line}");
            }
        }
        // Examples are not wrapped, so that they can be copied. Those of audits and rules need a wide terminal.
        let is_long = ["audit", "rules"].contains(&command.get_name());
        let help = run(&call, if is_long { 100 } else { 80 });
        for example in examples {
            assert!(help.lines().any(|line| line == example), "{call:?} breaks an example: {example}");
        }
    }
}

#[test]
fn no_help_breaks_a_line_in_the_middle_of_a_sentence() {
    for command in commands() {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        for line in help.lines().filter(|line| !line.is_empty() && !line.starts_with(' ')) {
            assert!(line.ends_with(['.', ':']), "{}: {line}", command.get_name());
        }
    }
}

/// A call of port-catalog in an example.
struct Call {
    arguments: Vec<String>,
    input: Input,
    /// The file to which its output is redirected.
    file: Option<String>,
}

/// What a call reads from standard input.
#[derive(Clone, Copy, PartialEq)]
enum Input {
    Nothing,
    /// The output of the call before it.
    Own,
    /// The output of another program.
    Foreign,
}

/// The calls in a line. Two spaces begin a remark.
fn calls(line: &str) -> Vec<Call> {
    let line = line.trim_start().split("  ").next().unwrap_or_default();
    assert!(!line.contains(['"', '\'', '$', '\\']), "this test can't parse quotes: {line}");
    let is_own = |part: &str| part.starts_with("port-catalog ");
    let mut input = Input::Nothing;
    let mut calls = Vec::new();
    for part in line.split(" | ") {
        let (call, file) = part.split_once(" > ").map_or((part, None), |(call, file)| (call, Some(file.to_string())));
        if is_own(part) {
            calls.push(Call { arguments: call.split_whitespace().map(ToString::to_string).collect(), input, file });
        }
        input = if is_own(part) { Input::Own } else { Input::Foreign };
    }
    calls
}

/// Runs a call in a directory, which is also the user's home.
fn run_in(directory: &Path, arguments: &[String], input: &[u8]) -> Output {
    let arguments = arguments.iter().skip(1).map(|argument| in_home(directory, argument));
    let mut child = Command::new(env!("CARGO_BIN_EXE_port-catalog"))
        .current_dir(directory)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A call that reads nothing may have closed the pipe.
    let _ = stdin.write_all(input);
    drop(stdin);
    child.wait_with_output().unwrap()
}

fn in_home(directory: &Path, name: &str) -> PathBuf {
    name.strip_prefix("~/").map_or_else(|| PathBuf::from(name), |name| directory.join(name))
}

#[test]
fn every_example_works() {
    let directory = TempDir::new().unwrap();
    let (mut parsed, mut ran) = (0, 0);
    // Tables of one's own.
    let tables = root().join("examples/own-tables/ports");
    files::copy(&tables, &files::below(&tables), &directory.path().join("ports"));
    for line in commands().iter().flat_map(examples) {
        let mut last = Vec::new();
        for call in calls(&line) {
            let arguments = Cli::try_parse_from(&call.arguments);
            assert!(arguments.is_ok(), "{line}: {}", arguments.unwrap_err());
            parsed += 1;
            // A call that reads another program's output is only parsed. Files that earlier examples wrote exist.
            let is_file = |argument: &&String| {
                let endings = ["json", "xml", "toml", "txt", "csv", "nft", "v4", "v6"];
                let extension = Path::new(argument).extension().and_then(|extension| extension.to_str());
                extension.is_some_and(|extension| endings.contains(&extension))
            };
            let is_missing = |file: &String| !directory.path().join(file).exists();
            if call.input == Input::Foreign || call.arguments.iter().filter(is_file).any(is_missing) {
                continue;
            }
            let input = if call.input == Input::Own { last.as_slice() } else { &[] };
            let output = run_in(directory.path(), &call.arguments, input);
            // An example may find what --fail-on names.
            let may_find = call.arguments.iter().any(|argument| argument == "--fail-on");
            let done = output.status.success() || may_find && output.status.code() == Some(1);
            assert!(done, "{line}: {}", String::from_utf8_lossy(&output.stderr));
            ran += 1;
            last = output.stdout;
            if let Some(file) = call.file {
                let file = in_home(directory.path(), &file);
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(directory.path().join(file), &last).unwrap();
            }
        }
    }
    assert!(parsed >= 25 && ran >= 25, "{ran} of {parsed} ran");
}

/// The manual, written to a directory.
fn written_manual() -> (TempDir, Vec<PathBuf>) {
    let directory = TempDir::new().unwrap();
    let out = directory.path().join("share/man/man1");
    let names = run(&["manual", "--out", out.to_str().unwrap()], 80);
    let files: Vec<PathBuf> = names.lines().map(PathBuf::from).collect();
    let found: BTreeSet<PathBuf> = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(found, files.iter().cloned().collect());
    (directory, files)
}

#[test]
fn the_manual_has_a_page_for_every_command_and_is_reproducible() {
    let (_directory, files) = written_manual();
    let file = |command: &clap::Command| match command.get_name() {
        "port-catalog" => "port-catalog.1".to_string(),
        name => format!("port-catalog-{name}.1"),
    };
    let expected: Vec<String> = commands().iter().map(file).collect();
    let names: Vec<&str> = files.iter().map(|file| file.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(names, expected);
    let mut all = String::new();
    for (file, name) in files.iter().zip(names) {
        let text = fs::read_to_string(file).unwrap();
        let title = format!(
            ".TH {} 1 \"\" \"port-catalog {}\" \"User Commands\"",
            name.trim_end_matches(".1").to_uppercase(),
            env!("CARGO_PKG_VERSION")
        );
        assert!(text.lines().any(|line| line == title), "{title}");
        all += &text;
    }
    assert_eq!(run(&["manual"], 80), all);
}

#[test]
fn a_manual_that_cannot_be_written_is_an_error() {
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("file"), "").unwrap();
    for (out, message) in [
        ("file", "error[call-unwritable]: file: cannot be written ("),
        ("file/below", "error[call-unwritable]: file/below: cannot be written ("),
    ] {
        let output = run_in(directory.path(), &["port-catalog", "manual", "--out", out].map(str::to_string), &[]);
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(2), &b""[..]));
        assert!(String::from_utf8_lossy(&output.stderr).starts_with(message), "{output:?}");
    }
}

#[test]
fn the_manual_is_valid_roff() {
    let (_directory, files) = written_manual();
    if let Some(mandoc) = tools::tool("mandoc") {
        let output = Command::new(mandoc).args(["-Tlint", "-W", "warning"]).args(&files).output().unwrap();
        let warnings = String::from_utf8(output.stdout).unwrap();
        // A reproducible page has no date, and clap_mangen prints a superfluous macro above possible values.
        let is_known = |line: &&str| line.contains("missing date") || line.contains("skipping paragraph macro: br");
        assert_eq!(warnings.lines().filter(|line| !is_known(line)).collect::<Vec<_>>(), [""; 0]);
    }
    if let Some(groff) = tools::tool("groff") {
        for file in &files {
            let output = Command::new(&groff).args(["-man", "-Tutf8", "-ww", "-b", "-z"]).arg(file).output().unwrap();
            assert!(output.status.success());
            assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{}", file.display());
        }
    }
}

/// A text with single spaces, to compare words.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn man_displays_every_option_and_every_example_unchanged() {
    let Some(mandoc) = tools::tool("mandoc") else { return };
    for (page, command) in manual::pages(Cli::command()).iter().zip(commands()) {
        let mut reader = Command::new(&mandoc);
        reader.args(["-man", "-Tutf8", "-Owidth=1000"]);
        let printed = tools::piped(reader, &page.text);
        // Bold is a character printed twice over itself, italics an underlined one.
        let mut plain = String::new();
        for character in printed.chars() {
            match character {
                '\u{8}' => drop(plain.pop()),
                _ => plain.push(character),
            }
        }
        for example in examples(&command) {
            assert!(plain.lines().any(|line| line.trim() == example.trim()), "{}: {example}", page.file);
        }
        let all = words(&plain);
        let about = command.get_about().unwrap().to_string();
        assert!(all.contains(&format!("{} - {about}", page.file.trim_end_matches(".1"))), "{}", page.file);
        for argument in command.get_arguments() {
            let name = argument
                .get_long()
                .map_or_else(|| argument.get_value_names().unwrap()[0].to_string(), |name| format!("--{name}"));
            let help = argument.get_long_help().or(argument.get_help()).unwrap().to_string();
            assert!(all.contains(&name), "{}: {name}", page.file);
            assert!(all.contains(&words(&help)), "{}: {help}", page.file);
        }
        let help = command.get_after_help().unwrap().to_string();
        for line in help.lines().filter(|line| !line.starts_with("Example")) {
            assert!(all.contains(&words(line)), "{}: {line}", page.file);
        }
    }
}
