//! Checks that builds are reproducible: two builds of the same sources in different directories, with a different home, user,
//! language, time zone and umask, generate and export the same bytes, and these contain none of the differences.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use port_catalog_tests::{PUBLISHED, files, root};

/// What makes one build differ from another.
struct Builder {
    /// The directory of the sources, below the tests' own.
    directory: &'static str,
    /// The number of codegen units of each crate.
    codegen_units: u8,
    /// The permissions that new files don't get.
    umask: &'static str,
    environment: [(&'static str, &'static str); 9],
}

const BUILDERS: [Builder; 2] = [
    Builder {
        directory: "alpha",
        codegen_units: 3,
        umask: "022",
        environment: [
            ("TZ", "UTC"),
            ("LANG", "C"),
            ("LC_ALL", "C"),
            ("SOURCE_DATE_EPOCH", "1"),
            ("USER", "alphonse"),
            ("LOGNAME", "alphonse"),
            ("HOSTNAME", "alphahost"),
            ("TERM", "dumb"),
            ("COLUMNS", "60"),
        ],
    },
    Builder {
        directory: "beta/deeper in/the tree",
        codegen_units: 4,
        umask: "077",
        environment: [
            ("TZ", "Pacific/Kiritimati"),
            ("LANG", "tr_TR.UTF-8"),
            ("LC_ALL", "tr_TR.UTF-8"),
            ("SOURCE_DATE_EPOCH", "2000000000"),
            ("USER", "bettina"),
            ("LOGNAME", "bettina"),
            ("HOSTNAME", "betahost"),
            ("TERM", "xterm-256color"),
            ("COLUMNS", "200"),
        ],
    },
];

/// A build of a copy of the sources.
struct Build {
    sources: PathBuf,
    builder: &'static Builder,
}

impl Build {
    /// Copies the sources, and compiles xtask and the command.
    fn new(builder: &'static Builder) -> Build {
        let sources = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("reproducible").join(builder.directory);
        if sources.exists() {
            fs::remove_dir_all(&sources).expect("the previous build can be removed");
        }
        files::copy(&root(), &files::in_repository(), &sources);
        fs::create_dir(sources.join("home")).unwrap();
        let build = Build { sources, builder };
        let ours = PUBLISHED.iter().chain(&["port-import", "port-web", "xtask"]);
        // Cargo identifies a workspace's crates by their relative paths, so it would reuse those of another copy or of the
        // repository, unless their profile differs. Without optimization and debug info the build is fastest.
        let profile = |name: &&str| {
            let codegen_units = format!("codegen-units={}", builder.codegen_units);
            [codegen_units.as_str(), "opt-level=0", "debug=0"]
                .map(|key| format!("--config=profile.dev.package.{name}.{key}"))
        };
        let profile: Vec<String> = ours.clone().flat_map(profile).collect();
        let build_both = "build --locked --offline --quiet --package xtask --package port-cli --message-format json";
        let arguments: Vec<&str> = build_both.split(' ').chain(profile.iter().map(String::as_str)).collect();
        let output = build.run(Path::new(env!("CARGO")), &arguments);
        let compiled = build.compiled(&String::from_utf8_lossy(&output.stdout));
        assert_eq!(
            compiled,
            ours.map(|name| (*name).to_string()).collect(),
            "every crate of the workspace is compiled from the copy"
        );
        build
    }

    /// The packages of the workspace that cargo reports as compiled.
    fn compiled(&self, messages: &str) -> BTreeSet<String> {
        let messages =
            messages.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("cargo prints JSON"));
        let fresh = messages.filter(|message| message["fresh"] == false);
        let manifests = fresh.filter_map(|message| message["manifest_path"].as_str().map(PathBuf::from));
        let ours =
            manifests.filter_map(|manifest| Some(manifest.strip_prefix(&self.sources).ok()?.parent()?.to_path_buf()));
        ours.map(|directory| directory.display().to_string()).collect()
    }

    /// Runs a program in the directory of the sources, in this builder's environment.
    fn run(&self, program: &Path, arguments: &[&str]) -> Output {
        let tool_homes = ["CARGO_HOME", "RUSTUP_HOME"].map(|name| (name, tool_home(name)));
        let output = Command::new("sh")
            .args(["-c", &format!("umask {}; exec \"$@\"", self.builder.umask), "sh"])
            .arg(program)
            .args(arguments)
            .envs(self.builder.environment)
            .envs(tool_homes)
            .env("HOME", self.sources.join("home"))
            .env("CARGO_MANIFEST_DIR", self.sources.join("xtask"))
            .env("CARGO_TARGET_DIR", self.sources.join("target"))
            // Third-party crates are compiled once.
            .env("CARGO_BUILD_BUILD_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap())
            .env_remove("CLICOLOR_FORCE")
            .current_dir(&self.sources)
            .output()
            .expect("sh runs");
        let printed = [&output.stdout, &output.stderr].map(|printed| String::from_utf8_lossy(printed)).concat();
        assert!(output.status.success(), "{} {arguments:?}: {printed}", program.display());
        output
    }

    /// The standard output of one of the built programs.
    fn printed(&self, program: &str, arguments: &[&str]) -> Vec<u8> {
        self.run(&self.sources.join("target/debug").join(program), arguments).stdout
    }

    /// All generated files and all output, by the file or the command.
    fn outputs(&self) -> BTreeMap<String, Vec<u8>> {
        let mut outputs = BTreeMap::new();
        outputs.insert("xtask expand".to_string(), self.printed("xtask", &["expand"]));
        // The files are generated from nothing but captures and curation. A table with one row says that an edition isn't new.
        for file in generated_files() {
            let file = self.sources.join(&file);
            let text = fs::read_to_string(&file).unwrap();
            let start: Vec<&str> = text.split_inclusive('\n').take(2).collect();
            fs::write(&file, start.concat()).unwrap();
        }
        self.printed("xtask", &["regenerate"]);
        for file in generated_files() {
            outputs.insert(file.clone(), fs::read(self.sources.join(&file)).expect("the file is generated"));
        }
        for (name, product) in [("old.json", "--product=fortimail"), ("new.json", "--direction=inbound")] {
            fs::write(self.sources.join(name), self.printed("port-catalog", &["list", product, "--format", "json"]))
                .unwrap();
        }
        for command in commands() {
            let arguments: Vec<&str> = command.split(' ').collect();
            outputs.insert(command.clone(), self.printed("port-catalog", &arguments));
        }
        outputs
    }
}

/// The directory that `CARGO_HOME` or `RUSTUP_HOME` names, or its default.
fn tool_home(name: &str) -> PathBuf {
    let default = format!(".{}", name.trim_end_matches("_HOME").to_lowercase());
    let home = || PathBuf::from(std::env::var_os("HOME").expect("HOME is set")).join(default);
    std::env::var_os(name).map_or_else(home, PathBuf::from)
}

/// The files that `cargo xtask regenerate` generates.
fn generated_files() -> Vec<String> {
    let editions = port_catalog::Product::ALL.iter().flat_map(|product| product.editions());
    let tables = editions.map(|edition| format!("port-data/tables/flows/{}/{}.csv", edition.product(), edition.name()));
    tables.chain(["port-catalog/src/generated.rs".to_string()]).collect()
}

/// The arguments of commands that export something, in every format.
fn commands() -> Vec<String> {
    let mut commands: Vec<String> = ["manual", "schema"].map(str::to_string).into();
    commands.extend(["bash", "elvish", "fish", "powershell", "zsh"].map(|shell| format!("completions {shell}")));
    for format in ["table", "json", "jsonl", "csv", "markdown"] {
        let queries = ["list", "products", "port 443", "show fortimail-in-admin"];
        commands.extend(queries.map(|query| format!("{query} --format {format}")));
    }
    for product in port_catalog::Product::ALL.iter().step_by(PRODUCTS_STEP) {
        commands.extend(["mermaid", "dot"].map(|format| format!("diagram --product {product} --format {format}")));
        commands.extend(RULES.map(|format| format!("rules --product {product} --format {format}")));
    }
    let products = port_catalog::Product::ALL.iter().map(|product| product.as_str()).collect::<Vec<_>>().join(" ");
    commands.extend(["table", "json"].map(|format| format!("conflicts {products} --format {format}")));
    commands.extend(["text", "json", "markdown"].map(|format| format!("diff old.json new.json --format {format}")));
    commands
}

/// Every which product has its diagrams and rules compared: they are the same code for all, and each call takes a while without
/// optimization.
const PRODUCTS_STEP: usize = 8;

/// The formats of rules. The test checks that the command has no others.
const RULES: [&str; 15] = [
    "nftables",
    "iptables",
    "ip6tables",
    "firewalld",
    "ufw",
    "fortigate",
    "aerleon",
    "mud",
    "networkpolicy",
    "powershell",
    "terraform",
    "cloudformation",
    "ansible",
    "oscal",
    "ppsm",
];

/// Today's date, in the forms in which it could get into an output.
fn today() -> [String; 2] {
    ["+%Y-%m-%d", "+%b %e"].map(|format| {
        let output = Command::new("date").args(["-u", format]).env("LC_ALL", "C").output().expect("date runs");
        String::from_utf8(output.stdout).expect("a date is ASCII").trim().to_string()
    })
}

#[test]
#[ignore = "it compiles everything twice; .ci/full runs it"]
fn two_builds_in_different_directories_generate_the_same_bytes() {
    let builds = BUILDERS.each_ref().map(Build::new);
    let output = Command::new(builds[0].sources.join("target/debug/port-catalog"))
        .args(["rules", "--product", "fortimail", "--format", "none"])
        .output()
        .expect("the command runs");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    let (last, others) = RULES.split_last().expect("there are formats");
    assert!(stderr.contains(&format!("write {} or {last}", others.join(", "))), "RULES differs from: {stderr}");

    let outputs = builds.each_ref().map(Build::outputs);
    assert!(outputs[0].len() > 70 && outputs[0].keys().eq(outputs[1].keys()));
    for (name, bytes) in &outputs[0] {
        assert!(!bytes.is_empty(), "{name} is empty");
        assert!(*bytes == outputs[1][name], "{name} differs between the two builds");
    }
    for file in generated_files() {
        let committed = fs::read(root().join(&file)).unwrap();
        assert!(outputs[0][&file] == committed, "{file} differs from the committed file");
    }

    let mut forbidden: Vec<String> =
        ["alphonse", "bettina", "alphahost", "betahost", "reproducible/"].map(String::from).into();
    forbidden.push(root().canonicalize().unwrap().display().to_string());
    forbidden.extend(today());
    for (name, bytes) in outputs.iter().flatten() {
        let text = String::from_utf8_lossy(bytes);
        for word in &forbidden {
            assert!(!text.contains(word.as_str()), "{name} contains {word}, which depends on the build");
        }
    }
}
