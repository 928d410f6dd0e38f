//! The tools that read rules, and where they may do it.

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

/// Where to look for tools: in the folders that `tests/tools/install.sh` fills, in PATH, and where those of administrators are.
fn path() -> OsString {
    // A test is target/debug/deps/test.
    let installed = std::env::current_exe().ok().and_then(|test| Some(test.ancestors().nth(3)?.join("tools")));
    let folders = std::env::var_os("PORT_TOOLS").map(PathBuf::from).into_iter().chain(installed);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = folders.map(|folder| folder.join("bin")).chain(std::env::split_paths(&path));
    std::env::join_paths(folders.chain(["/usr/sbin".into(), "/sbin".into()])).expect("folders of PATH")
}

/// A tool, or nothing where it is not installed, which is said, and an error in CI.
pub fn tool(name: &str) -> Option<PathBuf> {
    let found = std::env::split_paths(&path()).map(|folder| folder.join(name)).find(|file| file.is_file());
    if found.is_none() {
        missing(&format!("{name} is not installed; tests/tools/install.sh installs it"));
    }
    found
}

/// Prints a line that people see also where the test passes: the test harness keeps what `eprintln!` prints to itself then.
pub fn tell(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Says what is not there: an error in CI, for others a test that proves nothing.
pub fn missing(what: &str) {
    assert!(std::env::var_os("CI").is_none(), "{what}");
    tell(&format!("NOT TESTED: {what}"));
}

/// A command in a network namespace of its own, where it can load rules and touches nobody else's; nothing where this user
/// may not make one.
pub fn sandboxed(command: &[&str]) -> Option<Command> {
    // Root makes a namespace as it is; others where the system lets them be root in it.
    static OPTION: LazyLock<Option<&str>> = LazyLock::new(|| {
        let can_make = |option: &&str| {
            let tried = Command::new("unshare").env("PATH", path()).args([option, "true"]).output();
            tried.is_ok_and(|output| output.status.success())
        };
        ["-n", "-rn"].into_iter().find(can_make)
    });
    let Some(option) = *OPTION else {
        missing("network namespaces: unshare cannot make one for this user");
        return None;
    };
    let mut sandboxed = Command::new("unshare");
    sandboxed.env("PATH", path()).arg(option).args(command);
    Some(sandboxed)
}

/// The same with mounts and processes of its own as well: when the command ends, all that it mounted or started goes with it.
pub fn private_sandbox(command: &[&str]) -> Option<Command> {
    sandboxed(&[&["--mount", "--pid", "--fork", "--kill-child"], command].concat())
}

/// What a command prints that reads a text and succeeds.
pub fn piped(mut command: Command, text: &str) -> String {
    let output = fed(&mut command, text);
    assert!(output.status.success(), "{command:?}: {}\n{text}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Runs a command that reads a text.
pub fn fed(command: &mut Command, text: &str) -> Output {
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        // A command that ends before it has read all closes its end; what it says of it is looked at by the caller.
        scope.spawn(move || input.write_all(text.as_bytes()));
        child.wait_with_output().unwrap()
    })
}
