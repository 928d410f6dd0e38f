//! What becomes of a regeneration that is killed, interrupted, refused by the system or run beside another one: the tree is wholly
//! old or wholly new once the next run has ended, which needs no help, and nothing is left.
//!
//! The points at which a run is cut off are all of its system calls: strace counts them, and kills the run at, or fails, each in turn.

mod relay;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use port_catalog_tests::tools::{self, tell};
use tempfile::TempDir;

use relay::{CURATION, PAGE};

/// Every file and folder, with a file's contents.
type Tree = BTreeMap<PathBuf, Option<Vec<u8>>>;

/// A workspace with the data of two products, what a regeneration makes of their new pages, and where runs are tried.
struct Ground {
    folder: TempDir,
    old: Tree,
    new: Tree,
}

impl Ground {
    fn new() -> Ground {
        let (folder, data) = relay::relay();
        fs::rename(&data, folder.path().join("port-data")).unwrap();
        let mut ground = Ground { folder, old: Tree::new(), new: Tree::new() };
        let data = ground.data();
        let products = data.join("tables/products.csv");
        let text = fs::read_to_string(&products).unwrap();
        let second = text.lines().nth(1).unwrap().replace("relay,", "relay-b,");
        fs::write(&products, format!("{text}{second}\n")).unwrap();
        fs::write(data.join("curation/relay-b.toml"), CURATION.replace("id = \"relay-", "id = \"relay-b-")).unwrap();
        for (pages, page) in [("old", PAGE.to_string()), ("new", PAGE.replace("TCP/389", "TCP/390"))] {
            fs::create_dir(ground.pages(pages)).unwrap();
            for product in ["relay", "relay-b"] {
                fs::write(ground.pages(pages).join(format!("{product}.md")), &page).unwrap();
            }
        }
        assert_done(&ground.run("old"));
        ground.old = tree(&data);
        assert_done(&ground.run("new"));
        ground.new = tree(&data);
        let changed = ground.old.iter().filter(|(path, contents)| ground.new[*path] != **contents).count();
        assert_eq!(changed, 5, "the captures and the flows of two products, and what is made of all");
        ground.reset();
        ground
    }

    /// Another one like this, with the same states.
    fn again(&self) -> Ground {
        let folder = tempfile::tempdir().unwrap();
        for pages in ["old", "new"] {
            plant(&folder.path().join(pages), &tree(&self.pages(pages)));
        }
        plant(&folder.path().join("port-data"), &self.old);
        Ground { folder, old: self.old.clone(), new: self.new.clone() }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("port-data")
    }

    fn pages(&self, pages: &str) -> PathBuf {
        self.folder.path().join(pages)
    }

    /// Puts the old files back.
    fn reset(&self) {
        fs::remove_dir_all(self.data()).unwrap();
        plant(&self.data(), &self.old);
    }

    /// `cargo xtask regenerate` in this workspace, called by another command or by itself.
    fn call(&self, by: &[&str]) -> Command {
        let mut words = by.to_vec();
        words.extend([env!("CARGO_BIN_EXE_xtask"), "regenerate"]);
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).env("CARGO_MANIFEST_DIR", self.folder.path().join("xtask"));
        command
    }

    /// Reads pages.
    fn run(&self, pages: &str) -> Output {
        self.call(&[]).arg("--docs").arg(self.pages(pages)).output().unwrap()
    }

    /// What a run that was cut off leaves, after which the next one has to leave nothing but old or new files.
    fn after_a_cut(&self, counts: &mut Counts, point: &str) {
        let left = tree(&self.data());
        let unfinished = left.keys().any(|path| path.display().to_string().contains(".regenerate"));
        *counts.entry(if unfinished { "unfinished" } else { self.state(&left, point) }).or_default() += 1;
        let checked = self.call(&[]).arg("--check").output().unwrap();
        assert_eq!(checked.status.code(), Some(if unfinished { 2 } else { 0 }), "{point}: {}", said(&checked));
        assert!(!unfinished || said(&checked).contains("was cut off here"), "{point}: {}", said(&checked));
        assert_done(&self.call(&[]).output().unwrap());
        let state = self.state(&tree(&self.data()), point);
        *counts.entry(if state == "old" { "old after the next run" } else { "new after the next run" }).or_default() +=
            1;
        assert_done(&self.run("new"));
        assert_eq!(self.state(&tree(&self.data()), point), "new", "{point}");
        self.reset();
    }

    /// Whether the files are the old ones or the new ones; they must not be a mixture.
    fn state(&self, found: &Tree, point: &str) -> &'static str {
        if *found == self.old {
            return "old";
        }
        let strange: Vec<_> = found.iter().filter(|(path, contents)| self.new.get(*path) != Some(contents)).collect();
        assert!(
            *found == self.new,
            "{point}: neither old nor new: {:?}",
            strange.iter().map(|(path, _)| path).collect::<Vec<_>>()
        );
        "new"
    }
}

/// How often a run ended in which way.
type Counts = BTreeMap<&'static str, usize>;

fn tree(folder: &Path) -> Tree {
    let mut found = Tree::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(inner) = folders.pop() {
        for path in fs::read_dir(inner).unwrap().map(|entry| entry.unwrap().path()) {
            let contents = (!path.is_dir()).then(|| fs::read(&path).unwrap());
            found.insert(path.strip_prefix(folder).unwrap().to_path_buf(), contents);
            if path.is_dir() {
                folders.push(path);
            }
        }
    }
    found
}

fn plant(folder: &Path, tree: &Tree) {
    fs::create_dir_all(folder).unwrap();
    for (path, contents) in tree {
        match contents {
            Some(contents) => fs::write(folder.join(path), contents).unwrap(),
            None => fs::create_dir(folder.join(path)).unwrap(),
        }
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn assert_done(output: &Output) {
    assert_eq!(output.status.code(), Some(0), "{}", said(output));
}

/// The system calls that a run makes to read files.
const READS: [&str; 5] = ["openat", "read", "getdents64", "statx", "flock"];
/// Those that it makes to write them.
const WRITES: [&str; 7] = ["mkdir", "write", "fsync", "rename", "unlink", "unlinkat", "rmdir"];

/// The system calls of a run that reads the new pages, each with its number among those of its name, as strace counts them.
fn points(ground: &Ground) -> Vec<(String, usize)> {
    let log = ground.folder.path().join("calls");
    let strace = ["strace", "-f", "-qq", "-o", log.to_str().unwrap()];
    assert_done(&ground.call(&strace).arg("--docs").arg(ground.pages("new")).output().unwrap());
    ground.reset();
    let text = fs::read_to_string(log).unwrap();
    let names = text.lines().filter_map(|line| line.split_once(' ')?.1.trim_start().split_once('('));
    let mut numbers = BTreeMap::<String, usize>::new();
    let points = names.map(|(name, _)| {
        let number = numbers.entry(name.to_string()).or_default();
        *number += 1;
        (name.to_string(), *number)
    });
    // Memory is asked for now in more pieces and now in fewer, and the end is no point at which anything is left to do.
    let others = ["brk", "mmap", "munmap", "mremap", "mprotect", "madvise", "exit_group"];
    let points: Vec<_> = points.filter(|(name, _)| !others.contains(&name.as_str())).collect();
    // Before this one it is the loader and the runtime that call.
    let begin = points.iter().position(|(name, _)| name == "sigaltstack").expect("the runtime begins with it");
    points[begin..].to_vec()
}

/// Those of some points that are calls of these names.
fn of<'a>(points: &'a [(String, usize)], names: &'a [&str]) -> Vec<(String, usize)> {
    points.iter().filter(|(name, _)| names.contains(&name.as_str())).cloned().collect()
}

/// Runs at every one of some points with this done to it there, two at a time; `look` looks at what came of it.
fn at_each(
    ground: &Ground,
    points: &[(String, usize)],
    done: &str,
    look: impl Fn(&Ground, &Output, &mut Counts, &str) + Sync,
) -> Counts {
    let mut counts = Counts::new();
    let halves = [0, 1].map(|first| points.iter().skip(first).step_by(2));
    thread::scope(|scope| {
        let runs = halves.map(|points| {
            let look = &look;
            scope.spawn(move || {
                let ground = ground.again();
                let mut counts = Counts::new();
                for (name, number) in points {
                    let point = format!("{done} at {name} {number}");
                    let inject = format!("inject={name}:{done}:when={number}");
                    // Who runs the tests may have signals ignored, such as a shell for what runs in the background.
                    let signals = ["env", "--default-signal=INT,TERM"];
                    let strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", &inject];
                    let output = ground
                        .call(&[&signals[..], &strace].concat())
                        .arg("--docs")
                        .arg(ground.pages("new"))
                        .output()
                        .unwrap();
                    look(&ground, &output, &mut counts, &point);
                }
                counts
            })
        });
        for run in runs {
            for (state, count) in run.join().unwrap() {
                *counts.entry(state).or_default() += count;
            }
        }
    });
    counts
}

#[test]
fn a_run_that_is_killed_at_any_system_call_leaves_old_files_or_new_ones() {
    if tools::tool("strace").is_none() {
        return;
    }
    let ground = Ground::new();
    let points = points(&ground);
    let counts = at_each(&ground, &points, "signal=SIGKILL", |ground, output, counts, point| {
        assert!(!output.status.success(), "{point}: not killed: {}", said(output));
        ground.after_a_cut(counts, point);
    });
    tell(&format!("killed at each of {} system calls: {counts:?}", points.len()));
    assert!(points.len() > 200 && counts["unfinished"] > 20, "{counts:?}");
    assert!(counts["old after the next run"] > 0 && counts["new after the next run"] > 0, "{counts:?}");
}

#[test]
fn a_run_that_is_interrupted_leaves_old_files_or_new_ones() {
    if tools::tool("strace").is_none() {
        return;
    }
    let ground = Ground::new();
    let points = of(&points(&ground), &WRITES);
    for signal in ["signal=SIGINT", "signal=SIGTERM"] {
        let counts = at_each(&ground, &points, signal, |ground, _, counts, point| ground.after_a_cut(counts, point));
        tell(&format!("{signal} at each of {} system calls that write: {counts:?}", points.len()));
        assert!(points.len() > 20 && counts["unfinished"] > 20, "{counts:?}");
    }
}

#[test]
fn a_run_whose_system_calls_fail_says_so_and_leaves_old_files_or_new_ones() {
    if tools::tool("strace").is_none() {
        return;
    }
    let ground = Ground::new();
    let points = points(&ground);
    let all = of(&points, &[&READS[..], &WRITES[..]].concat());
    let writes = of(&points, &WRITES);
    for (error, points) in [("error=EIO", all), ("error=ENOSPC", writes.clone()), ("error=EACCES", writes)] {
        let counts = at_each(&ground, &points, error, |ground, output, counts, point| {
            let left = tree(&ground.data());
            let is_begun = left.contains_key(Path::new(".regenerate/list"));
            match output.status.code() {
                Some(0) => assert!(left == ground.new, "{point}: told as done: {}", said(output)),
                Some(2) => {
                    let told = if is_begun { "1 error: writing was begun" } else { "1 error: nothing was written" };
                    assert!(said(output).contains(told), "{point}, {told}: {}", said(output));
                }
                code => panic!("{point}: exit code {code:?}: {}", said(output)),
            }
            ground.after_a_cut(counts, point);
        });
        tell(&format!("{error} at each of {} system calls on files: {counts:?}", points.len()));
        assert!(points.len() > 20 && counts["unfinished"] > 0, "{counts:?}");
    }
}

#[test]
fn runs_at_once_lose_nothing_of_each_other() {
    const ROUNDS: usize = 20;
    let ground = Ground::new();
    let mut counts = Counts::new();
    for round in 0..ROUNDS {
        // All read the new page of one product or the other: whoever comes first, in the end both are new.
        let mut runs: Vec<_> = (0..6)
            .map(|number| {
                let product = ["relay", "relay-b"][number % 2];
                let page = ground.pages("new").join(format!("{product}.md"));
                let call = &mut ground.call(&[]);
                call.arg("--doc").arg(format!("{product}={}", page.display()));
                call.stdout(Stdio::null()).spawn().unwrap()
            })
            .collect();
        for run in &mut runs {
            assert_eq!(run.wait().unwrap().code(), Some(0), "round {round}");
        }
        *counts.entry(ground.state(&tree(&ground.data()), "at once")).or_default() += 1;
        ground.reset();
    }
    tell(&format!("six runs at once, {ROUNDS} times: {counts:?}"));
    assert_eq!(counts, Counts::from([("new", ROUNDS)]));
}

#[test]
fn runs_at_once_that_are_killed_leave_old_files_or_new_ones() {
    const ROUNDS: u64 = 100;
    let ground = Ground::new();
    let mut counts = Counts::new();
    for round in 0..ROUNDS {
        let mut runs: Vec<_> = (0..3)
            .map(|_| ground.call(&[]).arg("--docs").arg(ground.pages("new")).stdout(Stdio::null()).spawn().unwrap())
            .collect();
        // Whenever it comes, it must do no harm: this waits for nothing.
        thread::sleep(Duration::from_micros(round * 200));
        for run in &mut runs {
            run.kill().unwrap();
        }
        for run in &mut runs {
            run.wait().unwrap();
        }
        ground.after_a_cut(&mut counts, &format!("three at once, round {round}"));
    }
    tell(&format!("three runs at once, killed {ROUNDS} times: {counts:?}"));
}

#[test]
fn a_full_disk_leaves_old_files_and_is_told() {
    let ground = Ground::new();
    let disk = ground.folder.path().join("disk");
    fs::create_dir(&disk).unwrap();
    // One page of memory a file at least: from too little for the old files' neighbours to more than enough.
    let script = r#"
        set -eu
        mount -t tmpfs -o size=8m disk "$DISK"
        cp -r "$GROUND/port-data" "$DISK"
        used=$(df --output=used -B1024 "$DISK" | tail -1)
        export CARGO_MANIFEST_DIR="$DISK/xtask"
        code=0
        mount -o remount,size=$((used + SPARE))k "$DISK"
        "$XTASK" regenerate --docs "$GROUND/new" > "$GROUND/said" 2>&1 || code=$?
        rm -rf "$GROUND/left" "$GROUND/after"
        cp -r "$DISK/port-data" "$GROUND/left"
        mount -o remount,size=8m "$DISK"
        "$XTASK" regenerate --docs "$GROUND/new" > /dev/null
        cp -r "$DISK/port-data" "$GROUND/after"
        exit $code
    "#;
    let mut counts = Counts::new();
    for spare in (0..=64).step_by(4) {
        let Some(mut command) = tools::private_sandbox(&["sh", "-c", script]) else { return };
        command.env("DISK", &disk).env("GROUND", ground.folder.path()).env("XTASK", env!("CARGO_BIN_EXE_xtask"));
        let output = command.env("SPARE", spare.to_string()).output().unwrap();
        let told = fs::read_to_string(ground.folder.path().join("said")).unwrap_or_default();
        let point = format!("{spare} KiB to spare: {told}{}", said(&output));
        let state = ground.state(&tree(&ground.folder.path().join("left")), &point);
        let refused = told.contains("No space left on device") && told.contains("nothing was changed");
        match output.status.code() {
            Some(0) => assert_eq!(state, "new", "{point}"),
            Some(2) => assert!(state == "old" && refused, "{point}"),
            _ => panic!("{point}"),
        }
        assert_eq!(ground.state(&tree(&ground.folder.path().join("after")), &point), "new", "{point}");
        *counts.entry(state).or_default() += 1;
    }
    tell(&format!("a full disk, with 0 to 64 KiB to spare: {counts:?}"));
    assert!(counts["old"] > 5 && counts["new"] > 0, "{counts:?}");
}

#[test]
fn a_folder_or_file_that_may_not_be_written_leaves_old_files_and_is_told() {
    const NOBODY: &str = "65534";
    if tools::tool("setpriv").is_none() {
        return;
    }
    if !fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0) {
        return tools::missing("the right to become another user, who has to ask for permissions");
    }
    let ground = Ground::new();
    let folder = ground.folder.path();
    // Nobody else can be sure to reach the folder that the program was built in.
    let program = folder.join("xtask-program");
    fs::copy(env!("CARGO_BIN_EXE_xtask"), &program).unwrap();
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    let mut counts = Counts::new();
    let paths: Vec<PathBuf> = ground.old.keys().cloned().chain([PathBuf::new()]).collect();
    for path in &paths {
        let status = Command::new("chown").args(["-R", NOBODY]).arg(ground.data()).status().unwrap();
        assert!(status.success());
        let locked = ground.data().join(path);
        let was = fs::metadata(&locked).unwrap().permissions();
        fs::set_permissions(&locked, fs::Permissions::from_mode(was.mode() & !0o222)).unwrap();
        let run = || {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", NOBODY, "--clear-groups"]).arg(&program).arg("regenerate").arg("--docs");
            command.arg(ground.pages("new")).env("CARGO_MANIFEST_DIR", folder.join("xtask")).output().unwrap()
        };
        let output = run();
        let point = format!("{} may not be written: {}", path.display(), said(&output));
        let state = ground.state(&tree(&ground.data()), &point);
        match output.status.code() {
            Some(0) => assert_eq!(state, "new", "{point}"),
            Some(2) => {
                assert!(state == "old" && said(&output).contains("Permission denied"), "{point}");
                assert!(said(&output).contains("nothing was changed"), "{point}");
            }
            _ => panic!("{point}"),
        }
        *counts.entry(if state == "old" { "refused" } else { "not needed" }).or_default() += 1;
        fs::set_permissions(&locked, was).unwrap();
        assert_done(&run());
        assert_eq!(ground.state(&tree(&ground.data()), &point), "new");
        ground.reset();
    }
    tell(&format!("write permission taken from each of {} files and folders: {counts:?}", paths.len()));
    assert_eq!(counts["refused"], 8, "five files that change, and their three folders");
}
