//! Checks of small repositories: one that is ready to be released, and ones in which a single thing is missing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use port_catalog_tests::diagnostics::Cases;
use port_data::schema::FLOWS;
use port_data::write::Csv;
use port_import::changes::{Feed, UNRELEASED, Version};
use tempfile::TempDir;
use xtask::api;

/// A table of flows, by the ids and ports of its rows.
fn table(flows: &[(&str, &str)]) -> String {
    let mut csv = Csv::table(FLOWS);
    for (row, (id, ports)) in (1..).zip(flows) {
        let cell = |column: &str| match column {
            "id" => (*id).to_string(),
            "direction" => "inbound".to_string(),
            "peer" => "admin".to_string(),
            "purpose" => "Administer".to_string(),
            "ports" => (*ports).to_string(),
            "requirement" => "unstated".to_string(),
            "configurable" => "false".to_string(),
            "row" => row.to_string(),
            _ => String::new(),
        };
        csv.row(FLOWS.iter().map(|column| cell(column.name)));
    }
    csv.finish()
}

/// A change feed whose newest version is this one.
fn feed(version: &str) -> String {
    let version = Version { version: version.to_string(), ..Version::default() };
    serde_json::to_string(&Feed { versions: vec![version], ..Feed::default() }).unwrap()
}

/// A repository with published crates that is released as 0.1.0 and ready to be released as 0.1.1.
struct Repository(TempDir);

impl Repository {
    fn new() -> Repository {
        let repository = Repository(tempfile::tempdir().unwrap());
        repository.write("Cargo.toml", &workspace("0.1.0"));
        repository.write("port-cli/Cargo.toml", &manifest("port-cli", &["port-catalog"]));
        repository.write("port-data/Cargo.toml", &manifest("port-data", &[]));
        repository.write("port-catalog/Cargo.toml", &manifest("port-catalog", &["port-data"]));
        for name in ["port-cli", "port-data"] {
            repository.write(&format!("{name}/src/lib.rs"), "");
        }
        for file in api::FILES {
            repository.write(file, "");
        }
        repository.write("port-catalog/src/lib.rs", "pub const VERSION: &str = env!(\"CARGO_PKG_VERSION\");\n");
        repository.write("port-data/tables/peers.csv", "id\nadmin\n");
        repository.write(
            "port-data/tables/flows/mail.csv",
            &table(&[("mail-in-admin", "tcp/443"), ("mail-in-user", "tcp/80")]),
        );
        repository
            .write("tests/snapshots/public_ids_and_their_variants.snap", "FlowId\n  mail-in-admin\n  mail-in-user\n");
        repository.write("CHANGELOG.md", "# Changes\n\n## 0.1.0\n\n- The first.\n");
        repository.write("port-data/changes.json", &feed("0.1.0"));
        repository.write(".gitignore", "target/\n");
        repository.review();
        repository.git(&["init", "--quiet"]);
        repository.commit();
        repository.git(&["tag", "v0.1.0"]);
        repository.replace("port-data/tables/flows/mail.csv", "tcp/443", "tcp/8443");
        repository.raise("0.1.0", "0.1.1");
        repository
    }

    fn path(&self) -> PathBuf {
        self.0.path().to_path_buf()
    }

    fn write(&self, file: &str, text: &str) {
        let file = self.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    fn replace(&self, file: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path().join(file)).unwrap();
        assert!(text.contains(from), "{file}: {from}");
        self.write(file, &text.replace(from, to));
    }

    /// Raises the version, describes it in the changelog, and commits.
    fn raise(&self, from: &str, to: &str) {
        self.replace("Cargo.toml", from, to);
        self.replace("CHANGELOG.md", "# Changes\n", &format!("# Changes\n\n## {to}\n\n- Another.\n"));
        self.write("port-data/changes.json", &feed(to));
        self.review();
        self.commit();
    }

    /// Accepts the public interface as it is.
    fn review(&self) {
        let interface = api::public(&self.path()).unwrap();
        self.write("tests/snapshots/public_api_of_port-catalog.snap", &format!("---\n---\n{interface}"));
    }

    fn git(&self, arguments: &[&str]) {
        let names = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.org", "-c", "commit.gpgsign=false"];
        let output =
            Command::new("git").args(names).args(arguments).current_dir(self.path()).output().expect("git runs");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn commit(&self) {
        let output =
            Command::new(env!("CARGO")).args(["generate-lockfile", "--offline"]).current_dir(self.path()).output();
        let output = output.expect("cargo runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "Something"]);
    }

    /// What the command prints to standard output and standard error, and its exit code.
    fn release(&self, arguments: &[&str]) -> (String, String, Option<i32>) {
        run(&self.path().join("xtask"), arguments)
    }

    /// The one thing that is missing.
    fn missing(&self) -> String {
        let (printed, errors, code) = self.release(&["--dry-run"]);
        assert_eq!(code, Some(1), "{printed}{errors}");
        let missing: Vec<&str> = printed.lines().filter_map(|line| line.strip_prefix("missing  ")).collect();
        assert_eq!(missing.len(), 1, "{printed}");
        missing[0].to_string()
    }
}

fn run(xtask: &Path, arguments: &[&str]) -> (String, String, Option<i32>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    let output = command.arg("release").args(arguments).env("CARGO_MANIFEST_DIR", xtask).output().expect("xtask runs");
    let [printed, errors] =
        [output.stdout, output.stderr].map(|text| String::from_utf8(text).expect("it prints UTF-8"));
    (printed, errors, output.status.code())
}

fn workspace(version: &str) -> String {
    format!(
        "[workspace]\nresolver = \"3\"\nmembers = [\"port-cli\", \"port-data\", \"port-catalog\"]\n\
         [workspace.package]\nversion = \"{version}\"\nedition = \"2024\"\n\
         [workspace.dependencies]\n\
         port-catalog = {{ path = \"port-catalog\", version = \"={version}\" }}\n\
         port-data = {{ path = \"port-data\", version = \"={version}\" }}\n"
    )
}

fn manifest(name: &str, dependencies: &[&str]) -> String {
    let dependencies = dependencies.iter().map(|name| format!("{name}.workspace = true\n")).collect::<String>();
    format!(
        "[package]\nname = \"{name}\"\nversion.workspace = true\nedition.workspace = true\n[dependencies]\n{dependencies}"
    )
}

#[test]
fn a_release_that_is_ready_is_printed_with_the_order_of_publishing() {
    let (printed, errors, code) = Repository::new().release(&["--dry-run"]);
    assert_eq!(
        printed,
        "\
ok       versions: port-data, port-catalog, port-cli are 0.1.1 and depend on exactly this version of each other
ok       data: port_catalog::VERSION is the crate's version
ok       feed: port-data/changes.json contains what changed in 0.1.1
ok       changes: 1 line below 0.1.1 in CHANGELOG.md
ok       tree: everything is committed
ok       interface: tests/snapshots/public_api_of_port-catalog.snap contains it
ok       bump: 0.1.0 to 0.1.1; flows: 0 added, 0 removed, 1 fact changed; interface: 0 lines added, 0 removed
0.1.1 is ready. After `.ci/run`, in this order:
publish  git tag v0.1.1
publish  cargo publish --package port-data
publish  cargo publish --package port-catalog
publish  cargo publish --package port-cli
publish  git push origin v0.1.1
"
    );
    assert_eq!((errors.as_str(), code), ("", Some(0)));
}

// A table: one entry per missing thing.
#[test]
fn each_missing_thing_is_reported() {
    type Damage = fn(&Repository);
    let missing: [(Damage, &str); 17] = [
        (
            |repository| {
                repository.replace("port-cli/Cargo.toml", "version.workspace = true", "version = \"0.1.2\"");
                repository.commit();
            },
            "port-cli has a version of its own, 0.1.2",
        ),
        (
            |repository| {
                repository.replace(
                    "Cargo.toml",
                    "\"port-data\", version = \"=0.1.1\"",
                    "\"port-data\", version = \"0.1\"",
                );
                repository.commit();
            },
            "port-catalog depends on port-data 0.1",
        ),
        (
            |repository| {
                repository.replace(
                    "Cargo.lock",
                    "name = \"port-cli\"\nversion = \"0.1.1\"",
                    "name = \"port-cli\"\nversion = \"0.1.0\"",
                );
                repository.git(&["commit", "--quiet", "--all", "--message", "An old lock file"]);
            },
            "Cargo.lock has port-cli 0.1.0",
        ),
        (
            |repository| {
                repository.replace("port-catalog/src/lib.rs", "env!(\"CARGO_PKG_VERSION\")", "\"0.1.0\"");
                repository.commit();
            },
            "VERSION is \"0.1.0\"",
        ),
        (
            |repository| {
                repository.replace("CHANGELOG.md", "## 0.1.1\n\n- Another.\n\n", "");
                repository.commit();
            },
            "CHANGELOG.md without 0.1.1",
        ),
        (
            |repository| {
                repository.replace("CHANGELOG.md", "- Another.\n", "");
                repository.commit();
            },
            "## 0.1.1 without a line",
        ),
        (
            |repository| {
                repository.replace("CHANGELOG.md", "# Changes\n", "# Changes\n\n## Unreleased\n\n- More.\n");
                repository.commit();
            },
            "## Unreleased with a line, above 0.1.1",
        ),
        (
            |repository| {
                repository.write("port-data/changes.json", &feed(UNRELEASED));
                repository.commit();
            },
            "changes.json with changes since the last release",
        ),
        (
            |repository| {
                repository.write("port-data/changes.json", &feed("0.1.0"));
                repository.commit();
            },
            "changes.json without 0.1.1",
        ),
        (
            |repository| {
                fs::remove_file(repository.path().join("port-data/changes.json")).unwrap();
                repository.commit();
            },
            "no changes.json",
        ),
        (|repository| repository.write("new.txt", ""), "new.txt, not committed"),
        (
            |repository| {
                repository.write("port-catalog/src/query.rs", "pub fn new() {}\n");
                repository.commit();
            },
            "a public function that is not in the snapshot",
        ),
        (
            |repository| {
                repository.replace("port-data/tables/flows/mail.csv", "mail-in-user,", "mail-in-guest,");
                repository.commit();
            },
            "mail-in-guest for mail-in-user, as 0.1.1",
        ),
        (
            |repository| {
                repository.write("port-catalog/src/query.rs", "pub fn new() {}\n");
                repository.review();
                repository.commit();
            },
            "a new public function, as 0.1.1",
        ),
        (|repository| repository.git(&["tag", "v0.1.1"]), "a tag v0.1.1"),
        (
            |repository| {
                repository.write("new.txt", "");
                repository.write("newer.txt", "");
            },
            "new.txt and newer.txt, not committed",
        ),
        (
            |repository| {
                repository.write("CHANGELOG.md", "# Changes\n");
                repository.commit();
            },
            "CHANGELOG.md without a version",
        ),
    ];
    let mut cases = Cases::new("xtask/tests/release.txt");
    for (damage, input) in missing {
        let repository = Repository::new();
        damage(&repository);
        cases.text(input, "", &repository.missing());
    }
    let rejected: [(Damage, &str, &[&str]); 6] = [
        (|_| {}, "without --dry-run", &[]),
        (
            |repository| fs::remove_file(repository.path().join("CHANGELOG.md")).unwrap(),
            "CHANGELOG.md is not there",
            &["--dry-run"],
        ),
        (
            |repository| fs::remove_file(repository.path().join("Cargo.toml")).unwrap(),
            "Cargo.toml is not there",
            &["--dry-run"],
        ),
        (
            |repository| {
                repository.replace("port-catalog/Cargo.toml", "name = \"port-catalog\"", "name = \"port-atlas\"");
            },
            "port-catalog has another name",
            &["--dry-run"],
        ),
        (|repository| repository.raise("0.1.1", "0.1.2-rc.1"), "the version 0.1.2-rc.1", &["--dry-run"]),
        (
            |repository| fs::remove_dir_all(repository.path().join(".git")).unwrap(),
            "no repository of git",
            &["--dry-run"],
        ),
    ];
    for (damage, input, arguments) in rejected {
        let repository = Repository::new();
        damage(&repository);
        let (printed, errors, code) = repository.release(arguments);
        let missing: Vec<&str> = printed.lines().filter_map(|line| line.strip_prefix("missing  ")).collect();
        let errors = errors.lines().next().unwrap_or_default().replace(&repository.path().display().to_string(), ".");
        let message = if missing.is_empty() { errors } else { missing.join("\n") };
        cases.text(input, &arguments.join(" "), &format!("{message}\nexit code {}", code.expect("not killed")));
    }
    cases.assert();
}

#[test]
fn removed_flows_are_major_added_ones_minor_and_changed_facts_a_patch() {
    let is_ready = |repository: &Repository| repository.release(&["--dry-run"]).2 == Some(0);
    for (from, change, too_little, enough) in [
        ("1.2.3", "mail-in-user", "1.3.0", "2.0.0"),
        ("1.2.3", "", "1.2.4", "1.3.0"),
        ("1.2.3", "tcp/80", "1.2.3", "1.2.4"),
        // Before 1.0.0, a major change raises the minor number.
        ("0.2.3", "mail-in-user", "0.2.4", "0.3.0"),
    ] {
        for (version, enough) in [(too_little, false), (enough, true)] {
            let repository = Repository::new();
            repository.raise("0.1.1", from);
            repository.git(&["tag", &format!("v{from}")]);
            match change {
                "" => repository.write("port-data/tables/flows/other.csv", &table(&[("other-in-admin", "tcp/22")])),
                "tcp/80" => repository.replace("port-data/tables/flows/mail.csv", "tcp/80", "tcp/81"),
                _ => repository.write("port-data/tables/flows/mail.csv", &table(&[("mail-in-admin", "tcp/8443")])),
            }
            match version == from {
                true => repository.commit(),
                false => repository.raise(from, version),
            }
            assert_eq!(is_ready(&repository), enough, "{from} to {version} after {change:?}");
        }
    }
}

#[test]
fn before_the_first_tag_nothing_is_compared() {
    let repository = Repository::new();
    repository.git(&["tag", "--delete", "v0.1.0"]);
    let (printed, _, code) = repository.release(&["--dry-run"]);
    assert!(printed.contains("ok       bump: no tag such as v0.1.0 yet: the first release\n"), "{printed}");
    assert_eq!(code, Some(0));
}

#[test]
fn the_command_itself_publishes_nothing() {
    let repository = Repository::new();
    let (printed, errors, code) = repository.release(&[]);
    assert_eq!((printed.as_str(), code), ("", Some(2)));
    assert!(errors.starts_with("error[release-dry-run-only]: this command publishes nothing;"), "{errors}");
    let nowhere = tempfile::tempdir().unwrap();
    let (printed, errors, code) = run(&nowhere.path().join("xtask"), &["--dry-run"]);
    assert_eq!((printed.as_str(), code), ("", Some(2)));
    assert!(errors.starts_with("error[release-command-failed]: `cargo metadata"), "{errors}");
}
