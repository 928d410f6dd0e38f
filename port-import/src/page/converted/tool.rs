//! Finds the converters, and runs them.
//!
//! They are searched for in the directory that `PORT_TOOLS` names, in `tools` next to the running program's directories, and in
//! PATH. They run without the environment, read the page from standard input, and are stopped after a time limit.

use std::fmt;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use port_data::Diagnostic;
use serde::Deserialize;

use super::super::codes;
use super::super::text::quote;

/// How long a conversion may take.
const LIMIT: Duration = Duration::from_secs(120);
/// The longest output that is read, in bytes.
const MAX_OUTPUT: u64 = 256 * 1024 * 1024;

const RST: &str = include_str!("rst.py");
const ADOC: &str = include_str!("adoc.mjs");

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tool {
    Docutils,
    Asciidoctor,
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Docutils => "docutils",
            Self::Asciidoctor => "Asciidoctor",
        })
    }
}

/// What a converter prints.
#[derive(Debug, Deserialize)]
pub(super) struct Converted {
    pub html: String,
    pub errors: Vec<ConverterError>,
}

/// Something that a converter can't read.
#[derive(Debug, Deserialize)]
pub(super) struct ConverterError {
    pub line: usize,
    pub message: String,
}

/// Converts a page.
pub(super) fn convert(tool: Tool, text: &str) -> Result<Converted, Diagnostic> {
    convert_with(tool, commands(tool), text)
}

fn convert_with(tool: Tool, commands: Vec<Command>, text: &str) -> Result<Converted, Diagnostic> {
    let mut last = None;
    for mut command in commands {
        match run(&mut command, text) {
            // Another Python may have the module.
            Ok(Output { error, .. }) if error.contains("No module named 'docutils'") => {}
            Ok(Output { text, error }) => match serde_json::from_str(&text) {
                Ok(converted) => return Ok(converted),
                Err(_) => last = Some(error),
            },
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => last = Some(error.to_string()),
        }
    }
    Err(match last {
        Some(error) => {
            let line = error.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
            let message = format!("{tool} failed ({})", quote(line.trim()));
            Diagnostic::new(codes::CONVERTER, message).help("reinstall it with tests/tools/install.sh")
        }
        None => {
            let message = format!("{tool}, which reads this layout, isn't installed");
            let help =
                "install it with tests/tools/install.sh; it is searched for in PORT_TOOLS, target/tools and PATH";
            Diagnostic::new(codes::NO_CONVERTER, message).help(help)
        }
    })
}

/// The commands that may convert a page, best first.
fn commands(tool: Tool) -> Vec<Command> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let directories: Vec<PathBuf> = std::env::split_paths(&path).collect();
    match tool {
        Tool::Docutils => {
            let installed = tools().into_iter().map(|tools| tools.join("bin/python"));
            let pythons = installed.chain(directories.iter().map(|directory| directory.join("python3")));
            let pythons = pythons.filter(|python| python.is_file());
            let command = |python: PathBuf| {
                let mut command = Command::new(python);
                command.args(["-I", "-c", RST]);
                command
            };
            pythons.map(command).collect()
        }
        Tool::Asciidoctor => {
            let global = directories.iter().map(|directory| directory.join("../lib"));
            let modules = tools().into_iter().chain(global);
            let modules = modules.map(|root| root.join("node_modules/@asciidoctor/core/dist/node/asciidoctor.js"));
            let command = |module: PathBuf| {
                let mut command = Command::new("node");
                command.args(["--input-type=module", "-e", ADOC]).arg(file_url(&module));
                command
            };
            modules.filter(|module| module.is_file()).map(command).collect()
        }
    }
}

/// The directories that `tests/tools/install.sh` may have filled.
fn tools() -> Vec<PathBuf> {
    let named = std::env::var_os("PORT_TOOLS").map(PathBuf::from);
    let program = std::env::current_exe().unwrap_or_default();
    // A program is target/debug/xtask, a test's is target/debug/deps/NAME.
    let target = program.ancestors().skip(2).take(2).map(|directory| directory.join("tools"));
    named.into_iter().chain(target).collect()
}

fn file_url(file: &Path) -> String {
    let file = file.canonicalize().unwrap_or_else(|_| file.to_path_buf());
    let mut url = String::from("file://");
    for byte in file.to_string_lossy().bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~@".contains(&byte) {
            url.push(char::from(byte));
        } else {
            url.push_str(&format!("%{byte:02X}"));
        }
    }
    url
}

struct Output {
    text: String,
    error: String,
}

/// Runs a command that reads the page from standard input.
fn run(command: &mut Command, page: &str) -> std::io::Result<Output> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    command.env_clear().env("PATH", path).current_dir(std::env::temp_dir());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (input, output, errors) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let begun = Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // Writing fails if the command ends before it has read everything.
            input.map(|mut input| input.write_all(page.as_bytes()))
        });
        let output = scope.spawn(move || read_all(output));
        let errors = scope.spawn(move || read_all(errors));
        while child.try_wait()?.is_none() {
            if begun.elapsed() > LIMIT {
                child.kill()?;
                child.wait()?;
                return Err(std::io::Error::other(format!("no result after {} seconds", LIMIT.as_secs())));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let text = output.join().unwrap_or_default();
        Ok(Output { text, error: errors.join().unwrap_or_default() })
    })
}

fn read_all(pipe: Option<impl Read>) -> String {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        // What was read before an error is judged as it is.
        let _ = pipe.take(MAX_OUTPUT).read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::{Tool, convert_with};

    fn message(tool: Tool, commands: Vec<Command>) -> String {
        let error = convert_with(tool, commands, "x").unwrap_err();
        format!("error[{}]: {error}", error.code)
    }

    #[test]
    fn a_missing_converter_is_an_error_that_says_how_to_install_it() {
        let missing = "error[page-no-converter]: docutils, which reads this layout, isn't installed; install it with tests/tools/install.sh; it is searched for in PORT_TOOLS, target/tools and PATH";
        assert_eq!(message(Tool::Docutils, vec![]), missing);
        assert_eq!(message(Tool::Docutils, vec![Command::new("/does/not/exist")]), missing);
        let mut without_module = Command::new("sh");
        without_module.args(["-c", "echo \"No module named 'docutils'\" >&2"]);
        assert_eq!(message(Tool::Docutils, vec![without_module]), missing);
    }

    #[test]
    fn what_a_converter_prints_when_it_fails_is_part_of_the_error() {
        let mut failing = Command::new("sh");
        failing.args(["-c", "cat > /dev/null; echo 'no such option' >&2; exit 2"]);
        let expected =
            "error[page-converter]: Asciidoctor failed (\"no such option\"); reinstall it with tests/tools/install.sh";
        assert_eq!(message(Tool::Asciidoctor, vec![failing]), expected);
    }
}
