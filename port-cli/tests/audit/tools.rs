//! The tools that see ports, and where they may do it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// Where to look for tools: in the folders that `tests/tools/install.sh` fills, in PATH, and where those of administrators are.
fn path() -> OsString {
    let installed = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("tools");
    let folders = std::env::var_os("PORT_TOOLS").map(PathBuf::from).into_iter().chain([installed]);
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

/// Says what is not there: an error in CI, for others a test that proves nothing.
pub fn missing(what: &str) {
    assert!(std::env::var_os("CI").is_none(), "{what}");
    eprintln!("NOT TESTED: {what}");
}

/// A command with a network, mounts and processes of its own, where it touches nobody else's: when it ends, all that it made
/// goes with it. Nothing where this user may not have that.
pub fn private_sandbox(command: &[&str]) -> Option<Command> {
    const PRIVATE: [&str; 4] = ["--mount", "--pid", "--fork", "--kill-child"];
    // Root makes namespaces as it is; others where the system lets them be root in one.
    static OPTION: LazyLock<Option<&str>> = LazyLock::new(|| {
        let can_make = |option: &&str| {
            let tried = Command::new("unshare").env("PATH", path()).arg(option).args(PRIVATE).arg("true").output();
            tried.is_ok_and(|output| output.status.success())
        };
        ["-n", "-rn"].into_iter().find(can_make)
    });
    let Some(option) = *OPTION else {
        missing("network namespaces: unshare cannot make one for this user");
        return None;
    };
    let mut sandboxed = Command::new("unshare");
    sandboxed.env("PATH", path()).arg(option).args(PRIVATE).args(command);
    Some(sandboxed)
}
