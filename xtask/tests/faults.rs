//! Regenerations that are killed, run at the same time, or can't write: the next run completes them and leaves nothing behind.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use port_catalog_tests::relay::{PAGE, relay};
use port_catalog_tests::{files, tools};
use tempfile::TempDir;

/// The contents of files by their paths.
type Tree = BTreeMap<PathBuf, Vec<u8>>;

/// A workspace with the data of a small product, and its files before and after a regeneration from a new page.
struct Workspace {
    directory: TempDir,
    old: Tree,
    new: Tree,
}

impl Workspace {
    fn new() -> Workspace {
        let (directory, data) = relay();
        fs::rename(&data, directory.path().join("port-data")).unwrap();
        fs::write(directory.path().join("new.md"), PAGE.replace("TCP/389", "TCP/390")).unwrap();
        let mut workspace = Workspace { directory, old: Tree::new(), new: Tree::new() };
        assert_done(&workspace.command(&[]).args(["--doc", "relay=relay.md"]).output().unwrap());
        workspace.old = workspace.tree();
        assert_done(&workspace.run());
        workspace.new = workspace.tree();
        let changed = workspace.old.iter().filter(|(path, contents)| workspace.new[*path] != **contents);
        let changed: Vec<&Path> = changed.map(|(path, _)| path.as_path()).collect();
        let expected = [
            "port-catalog/src/generated.rs",
            "port-data/captures/relay/1.csv",
            "port-data/changes.atom",
            "port-data/changes.json",
            "port-data/tables/editions.csv",
            "port-data/tables/flows/relay/1.csv",
        ];
        assert_eq!(changed, expected.map(Path::new));
        workspace.reset();
        workspace
    }

    fn path(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    /// The files that a regeneration may change.
    fn tree(&self) -> Tree {
        let mut tree = Tree::new();
        for directory in ["port-data", "port-catalog"] {
            for file in files::below(&self.path(directory)) {
                let file = Path::new(directory).join(file);
                let contents = fs::read(self.directory.path().join(&file)).unwrap();
                tree.insert(file, contents);
            }
        }
        tree
    }

    /// Restores the old files.
    fn reset(&self) {
        for directory in ["port-data", "port-catalog"] {
            fs::remove_dir_all(self.path(directory)).unwrap();
        }
        for (file, contents) in &self.old {
            let file = self.directory.path().join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, contents).unwrap();
        }
    }

    /// `cargo xtask regenerate` in this workspace, run by another command if one is given.
    fn command(&self, wrapper: &[&str]) -> Command {
        let words = [wrapper, &[env!("CARGO_BIN_EXE_xtask"), "regenerate", "--retrieved", "2026-03-01"]].concat();
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).current_dir(self.directory.path()).env("CARGO_MANIFEST_DIR", self.path("xtask"));
        command
    }

    /// Regenerates from the new page.
    fn run(&self) -> Output {
        self.command(&[]).args(["--doc", "relay=new.md"]).output().unwrap()
    }

    /// Asserts that each file is old or new, apart from temporary files.
    fn assert_files_are_whole(&self, point: &str) {
        for (path, contents) in self.tree() {
            let is_temporary = path.extension().is_some_and(|extension| extension == "regenerate-tmp");
            let is_whole = self.old.get(&path) == Some(&contents) || self.new.get(&path) == Some(&contents);
            assert!(is_temporary || is_whole, "{point}: {} is neither old nor new", path.display());
        }
    }

    /// Asserts that the next run completes the regeneration and leaves nothing behind.
    fn assert_next_run_completes(&self, point: &str) {
        assert_done(&self.run());
        assert!(self.tree() == self.new, "{point}: {:?}", self.tree().keys());
    }
}

fn output_text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn assert_done(output: &Output) {
    assert_eq!(output.status.code(), Some(0), "{}", output_text(output));
}

#[test]
fn a_killed_run_is_completed_by_the_next_one() {
    if tools::tool("strace").is_none() {
        return;
    }
    let workspace = Workspace::new();
    // For each of the three files that change: create and write a temporary file, flush it, rename it, flush its directory.
    let mut killed = 0;
    for (call, count) in [("rename", 3), ("fsync", 6), ("write", 4), ("unlink", 3)] {
        for number in 1..=count {
            let point = format!("killed at {call} {number}");
            let inject = format!("inject={call}:signal=SIGKILL:when={number}");
            let strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", &inject];
            let output = workspace.command(&strace).args(["--doc", "relay=new.md"]).output().unwrap();
            killed += usize::from(!output.status.success());
            workspace.assert_files_are_whole(&point);
            workspace.assert_next_run_completes(&point);
            workspace.reset();
        }
    }
    assert!(killed >= 12, "only {killed} runs were killed");
}

#[test]
fn a_run_whose_system_calls_fail_reports_it_and_is_completed_by_the_next_one() {
    if tools::tool("strace").is_none() {
        return;
    }
    let workspace = Workspace::new();
    for (call, error) in [("rename", "EIO"), ("rename", "EACCES"), ("fsync", "EIO"), ("fsync", "ENOSPC")] {
        for number in 1..=3 {
            let point = format!("{error} at {call} {number}");
            let inject = format!("inject={call}:error={error}:when={number}");
            let strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", &inject];
            let output = workspace.command(&strace).args(["--doc", "relay=new.md"]).output().unwrap();
            assert_eq!(output.status.code(), Some(2), "{point}: {}", output_text(&output));
            assert!(output_text(&output).contains("error[regenerate-unwritable]"), "{point}: {}", output_text(&output));
            workspace.assert_files_are_whole(&point);
            workspace.assert_next_run_completes(&point);
            workspace.reset();
        }
    }
}

#[test]
fn runs_at_the_same_time_wait_for_each_other() {
    let workspace = Workspace::new();
    let start = || {
        let mut command = workspace.command(&[]);
        command.args(["--doc", "relay=new.md"]).stdout(Stdio::null()).spawn().unwrap()
    };
    let mut runs: Vec<_> = (0..4).map(|_| start()).collect();
    for run in &mut runs {
        assert_eq!(run.wait().unwrap().code(), Some(0));
    }
    assert!(workspace.tree() == workspace.new);
}

#[test]
fn a_full_disk_is_reported_and_leaves_whole_files() {
    let workspace = Workspace::new();
    let disk = workspace.path("disk");
    fs::create_dir(&disk).unwrap();
    let script = r#"
        set -eu
        mount -t tmpfs -o size=8m disk "$DISK"
        cp -r "$ROOT/port-data" "$ROOT/port-catalog" "$ROOT/new.md" "$DISK"
        used=$(df --output=used -B1024 "$DISK" | tail -1)
        export CARGO_MANIFEST_DIR="$DISK/xtask"
        cd "$DISK"
        code=0
        mount -o remount,size=$((used + SPARE))k "$DISK"
        "$XTASK" regenerate --retrieved 2026-03-01 --doc relay=new.md > "$ROOT/output" 2>&1 || code=$?
        mount -o remount,size=8m "$DISK"
        find . -name '*.regenerate-tmp' > "$ROOT/temporary"
        "$XTASK" regenerate --retrieved 2026-03-01 --doc relay=new.md > /dev/null
        cp -r port-data port-catalog "$ROOT"
        exit $code
    "#;
    let mut codes = Vec::new();
    for spare in [0, 4, 8, 16, 64] {
        let Some(mut command) = tools::private_sandbox(&["sh", "-c", script]) else { return };
        command.env("DISK", &disk).env("ROOT", workspace.directory.path()).env("XTASK", env!("CARGO_BIN_EXE_xtask"));
        let output = command.env("SPARE", spare.to_string()).output().unwrap();
        let text = fs::read_to_string(workspace.path("output")).unwrap_or_default();
        let point = format!("{spare} KiB free: {text}{}", output_text(&output));
        match output.status.code() {
            Some(0) => {}
            Some(2) => assert!(text.contains("No space left on device"), "{point}"),
            _ => panic!("{point}"),
        }
        codes.push(output.status.code());
        assert_eq!(fs::read_to_string(workspace.path("temporary")).unwrap(), "", "{point}");
        assert!(workspace.tree() == workspace.new, "{point}");
        workspace.reset();
    }
    assert!(codes.contains(&Some(0)) && codes.contains(&Some(2)), "{codes:?}");
}

#[test]
fn a_directory_without_write_permission_is_reported() {
    const NOBODY: &str = "65534";
    if tools::tool("setpriv").is_none() {
        return;
    }
    if !fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0) {
        return tools::missing("the right to become another user, whose permissions are checked");
    }
    let workspace = Workspace::new();
    // Another user may not be able to reach the directory in which the program was built.
    let program = workspace.path("xtask-program");
    fs::copy(env!("CARGO_BIN_EXE_xtask"), &program).unwrap();
    fs::set_permissions(workspace.directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let status = Command::new("chown").args(["-R", NOBODY]).arg(workspace.directory.path()).status().unwrap();
    assert!(status.success());
    for directory in ["port-data/captures/relay", "port-data/tables/flows/relay", "port-catalog/src"] {
        let locked = workspace.path(directory);
        let permissions = fs::metadata(&locked).unwrap().permissions();
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
        let mut command = Command::new("setpriv");
        command.args(["--reuid", NOBODY, "--clear-groups"]).arg(&program).args([
            "regenerate",
            "--retrieved",
            "2026-03-01",
            "--doc",
            "relay=new.md",
        ]);
        command.current_dir(workspace.directory.path()).env("CARGO_MANIFEST_DIR", workspace.path("xtask"));
        let output = command.output().unwrap();
        let text = output_text(&output);
        assert!(output.status.code() == Some(2) && text.contains("Permission denied"), "{directory}: {text}");
        workspace.assert_files_are_whole(directory);
        fs::set_permissions(&locked, permissions).unwrap();
        workspace.assert_next_run_completes(directory);
        workspace.reset();
        let status = Command::new("chown").args(["-R", NOBODY]).arg(workspace.directory.path()).status().unwrap();
        assert!(status.success());
    }
}
