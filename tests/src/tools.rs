//! Finds and runs the external tools that tests compare with, such as `nft`, in sandboxes if they change the system.

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

/// The directories to search for tools: those that `tests/tools/install.sh` fills, PATH, and the system's `sbin`.
fn path() -> OsString {
    // A test's program is target/debug/deps/NAME.
    let installed = std::env::current_exe().ok().and_then(|test| Some(test.ancestors().nth(3)?.join("tools")));
    let directories = std::env::var_os("PORT_TOOLS").map(PathBuf::from).into_iter().chain(installed);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let directories = directories.map(|directory| directory.join("bin")).chain(std::env::split_paths(&path));
    std::env::join_paths(directories.chain(["/usr/sbin".into(), "/sbin".into()])).expect("directories of PATH")
}

/// The path of a tool; `None` if it isn't installed, which is reported, and an error in CI.
pub fn tool(name: &str) -> Option<PathBuf> {
    let found = std::env::split_paths(&path()).map(|directory| directory.join(name)).find(|file| file.is_file());
    if found.is_none() {
        missing(&format!("{name} is not installed; tests/tools/install.sh installs it"));
    }
    found
}

/// Prints a line to standard error even if the test passes. The test harness captures `eprintln!`.
pub fn print_uncaptured(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Reports that something isn't tested because `what` is missing, which is an error in CI.
pub fn missing(what: &str) {
    assert!(std::env::var_os("CI").is_none(), "{what}");
    print_uncaptured(&format!("NOT TESTED: {what}"));
}

/// A command in a network namespace of its own, in which it can load rules without changing the system's; `None` if this user
/// can't create a namespace.
pub fn sandboxed(command: &[&str]) -> Option<Command> {
    // Root can create a network namespace. Other users need a user namespace too, if the system allows it.
    static OPTION: LazyLock<Option<&str>> = LazyLock::new(|| {
        let is_allowed = |option: &&str| {
            let tried = Command::new("unshare").env("PATH", path()).args([option, "true"]).output();
            tried.is_ok_and(|output| output.status.success())
        };
        ["-n", "-rn"].into_iter().find(is_allowed)
    });
    let Some(option) = *OPTION else {
        missing("unshare can't create network namespaces for this user");
        return None;
    };
    let mut sandboxed = Command::new("unshare");
    sandboxed.env("PATH", path()).arg(option).args(command);
    Some(sandboxed)
}

/// The same with mount and process namespaces: when the command ends, its mounts and child processes end too.
pub fn private_sandbox(command: &[&str]) -> Option<Command> {
    sandboxed(&[&["--mount", "--pid", "--fork", "--kill-child"], command].concat())
}

/// The standard output of a command that reads `text` from standard input. Panics if the command fails.
pub fn piped(mut command: Command, text: &str) -> String {
    let output = run_with_input(&mut command, text);
    assert!(output.status.success(), "{command:?}: {}\n{text}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Runs a command that reads `text` from standard input.
pub fn run_with_input(command: &mut Command, text: &str) -> Output {
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        // Writing fails if the command ends before it has read everything. The caller checks how it ended.
        scope.spawn(move || input.write_all(text.as_bytes()));
        child.wait_with_output().unwrap()
    })
}
