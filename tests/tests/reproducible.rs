//! Two people who build the same sources get the same catalog: in folders with other names, with another home, language, time zone
//! and umask, all that is generated, checked in or exported is the same to the byte, and names none of these.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use port_catalog_tests::{PUBLISHED, files, root};

/// What makes one build differ from another.
struct Builder {
    /// The folder with the sources, below that of the tests.
    folder: &'static str,
    /// In how many pieces each crate is compiled.
    pieces: u8,
    /// The bits that files lose.
    umask: &'static str,
    environment: [(&'static str, &'static str); 9],
}

const BUILDERS: [Builder; 2] = [
    Builder {
        folder: "alpha",
        pieces: 3,
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
        folder: "beta/deeper in/the tree",
        pieces: 4,
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

/// A build, and what may stand in nothing that it makes.
struct Build {
    sources: PathBuf,
    builder: &'static Builder,
}

impl Build {
    /// Copies the sources, and compiles the chores and the command from them.
    fn new(builder: &'static Builder) -> Build {
        let sources = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("reproducible").join(builder.folder);
        if sources.exists() {
            fs::remove_dir_all(&sources).expect("the build before goes away");
        }
        files::copy(&root(), &files::of_repository(), &sources);
        fs::create_dir(sources.join("home")).unwrap();
        let build = Build { sources, builder };
        let ours = PUBLISHED.iter().chain(&["xtask"]);
        // Cargo knows a workspace's crates by their places in it, and would take those of another copy, or of the repository, for
        // these. It tells apart what is compiled in other pieces. Unoptimised and without a debugger's tables takes least time.
        let profile = |name: &&str| {
            let pieces = format!("codegen-units={}", builder.pieces);
            [pieces.as_str(), "opt-level=0", "debug=0"].map(|key| format!("--config=profile.dev.package.{name}.{key}"))
        };
        let profile: Vec<String> = ours.clone().flat_map(profile).collect();
        let build_both = "build --locked --offline --quiet --package xtask --package port-cli --message-format json";
        let arguments: Vec<&str> = build_both.split(' ').chain(profile.iter().map(String::as_str)).collect();
        let output = build.run(Path::new(env!("CARGO")), &arguments);
        let compiled = build.compiled(&String::from_utf8_lossy(&output.stdout));
        assert_eq!(
            compiled,
            ours.map(|name| (*name).to_string()).collect(),
            "all of ours is compiled anew, from the copy"
        );
        build
    }

    /// Our packages that were compiled, by what cargo tells.
    fn compiled(&self, messages: &str) -> BTreeSet<String> {
        let messages =
            messages.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("cargo tells JSON"));
        let fresh = messages.filter(|message| message["fresh"] == false);
        let manifests = fresh.filter_map(|message| message["manifest_path"].as_str().map(PathBuf::from));
        let ours =
            manifests.filter_map(|manifest| Some(manifest.strip_prefix(&self.sources).ok()?.parent()?.to_path_buf()));
        ours.map(|folder| folder.display().to_string()).collect()
    }

    /// Runs a program in the folder of the sources, as this builder.
    fn run(&self, program: &Path, arguments: &[&str]) -> Output {
        let kept = ["CARGO_HOME", "RUSTUP_HOME"].map(|name| (name, home_of(name)));
        let output = Command::new("sh")
            .args(["-c", &format!("umask {}; exec \"$@\"", self.builder.umask), "sh"])
            .arg(program)
            .args(arguments)
            .envs(self.builder.environment)
            .envs(kept)
            .env("HOME", self.sources.join("home"))
            .env("CARGO_MANIFEST_DIR", self.sources.join("xtask"))
            .env("CARGO_TARGET_DIR", self.sources.join("target"))
            // What others wrote is compiled once.
            .env("CARGO_BUILD_BUILD_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap())
            .env_remove("CLICOLOR_FORCE")
            .current_dir(&self.sources)
            .output()
            .expect("sh runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{} {arguments:?}: {said}", program.display());
        output
    }

    /// What a call of one of the built programs prints.
    fn printed(&self, program: &str, arguments: &[&str]) -> Vec<u8> {
        self.run(&self.sources.join("target/debug").join(program), arguments).stdout
    }

    /// All that is generated, checked in or exported, by what makes it.
    fn made(&self) -> BTreeMap<String, Vec<u8>> {
        let mut made = BTreeMap::new();
        made.insert("xtask expand".to_string(), self.printed("xtask", &["expand"]));
        // The files, made from nothing but captures and curation.
        for file in generated() {
            fs::remove_file(self.sources.join(&file)).unwrap();
        }
        self.printed("xtask", &["regenerate"]);
        for file in generated() {
            made.insert(file.clone(), fs::read(self.sources.join(&file)).expect("it is generated"));
        }
        for (name, product) in [("old.json", "--product=fortimail"), ("new.json", "--direction=inbound")] {
            fs::write(self.sources.join(name), self.printed("port-catalog", &["list", product, "--format", "json"]))
                .unwrap();
        }
        for call in calls() {
            let words: Vec<&str> = call.split(' ').collect();
            made.insert(call.clone(), self.printed("port-catalog", &words));
        }
        made
    }
}

/// A folder that cargo and rustup keep what is theirs in, wherever the home is.
fn home_of(name: &str) -> PathBuf {
    let folder = format!(".{}", name.trim_end_matches("_HOME").to_lowercase());
    let home = || PathBuf::from(std::env::var_os("HOME").expect("there is a home")).join(folder);
    std::env::var_os(name).map_or_else(home, PathBuf::from)
}

/// The files that `cargo xtask regenerate` makes.
fn generated() -> Vec<String> {
    let products = port_catalog::Product::ALL.iter().map(|product| format!("port-data/tables/flows/{product}.csv"));
    products.chain(["port-catalog/src/generated.rs".to_string()]).collect()
}

/// Calls of the command that export something, with every format there is.
fn calls() -> Vec<String> {
    let mut calls: Vec<String> = ["manual", "schema"].map(str::to_string).into();
    calls.extend(["bash", "elvish", "fish", "powershell", "zsh"].map(|shell| format!("completions {shell}")));
    for format in ["table", "json", "jsonl", "csv", "markdown"] {
        let asked = ["list", "products", "port 443", "show fortimail-in-admin"];
        calls.extend(asked.map(|asked| format!("{asked} --format {format}")));
    }
    for product in port_catalog::Product::ALL {
        calls.extend(["mermaid", "dot"].map(|format| format!("diagram --product {product} --format {format}")));
        calls.extend(RULES.map(|format| format!("rules --product {product} --format {format}")));
    }
    let products = port_catalog::Product::ALL.iter().map(|product| product.as_str()).collect::<Vec<_>>().join(" ");
    calls.extend(["table", "json"].map(|format| format!("conflicts {products} --format {format}")));
    calls.extend(["text", "json", "markdown"].map(|format| format!("diff old.json new.json --format {format}")));
    calls
}

/// The formats of rules. Each must be among them: the test asks the command.
const RULES: [&str; 9] =
    ["nftables", "iptables", "ip6tables", "firewalld", "ufw", "fortigate", "aerleon", "mud", "networkpolicy"];

/// Today, as texts that could get into something made now.
fn today() -> [String; 2] {
    ["+%Y-%m-%d", "+%b %e"].map(|format| {
        let output = Command::new("date").args(["-u", format]).env("LC_ALL", "C").output().expect("date runs");
        String::from_utf8(output.stdout).expect("a date is ASCII").trim().to_string()
    })
}

#[test]
fn two_builds_in_different_folders_make_the_same_bytes() {
    let builds = BUILDERS.each_ref().map(Build::new);
    let told = Command::new(builds[0].sources.join("target/debug/port-catalog"))
        .args(["rules", "--product", "fortimail", "--format", "none"])
        .output()
        .expect("the command runs");
    let told = String::from_utf8_lossy(&told.stderr).into_owned();
    assert!(told.contains(&format!("[possible values: {}]", RULES.join(", "))), "each format is asked for: {told}");

    let made = builds.each_ref().map(Build::made);
    assert!(made[0].len() > 70 && made[0].keys().eq(made[1].keys()));
    for (name, bytes) in &made[0] {
        assert!(!bytes.is_empty(), "{name} is empty");
        assert!(*bytes == made[1][name], "{name} differs between the two builds");
    }
    for file in generated() {
        let here = fs::read(root().join(&file)).unwrap();
        assert!(made[0][&file] == here, "{file} is not what is checked in");
    }

    let mut forbidden: Vec<String> =
        ["alphonse", "bettina", "alphahost", "betahost", "reproducible/"].map(String::from).into();
    forbidden.push(root().canonicalize().unwrap().display().to_string());
    forbidden.extend(today());
    for (name, bytes) in made.iter().flatten() {
        let text = String::from_utf8_lossy(bytes);
        for word in &forbidden {
            assert!(!text.contains(word.as_str()), "{name} names {word}, which is not the data's");
        }
    }
}
