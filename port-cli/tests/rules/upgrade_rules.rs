//! The rules that an upgrade adds and removes: real tools load the rules of one edition, add and remove, and have to list the rules of the
//! other edition.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use port_catalog_tests::fixture;
use serde_json::Value;
use tempfile::TempDir;

use crate::openings::{port_catalog_with, text};
use crate::tools::{piped, sandboxed, tool};

/// Loads the first file with nft, then the second one, and deletes the rules of the third one by their handles. Lists the rules of the
/// table in the end.
const NFT: &str = include_str!("change_nft.py");

/// The same with iptables, which deletes rules that are written like those to add.
const IPTABLES: &str = r#"
set -e
program=$0
$program-restore "$1"
for file in "$2" "$3"; do [ ! -e "$file" ] || $program-restore --noflush "$file"; done
$program-save | grep ^-A || true
"#;

/// The editions of a product of a directory of tables, with the rules of each.
struct Product<'a> {
    format: &'a str,
    ending: &'a str,
    tables: &'a Path,
    id: &'a str,
    options: &'a [&'a str],
    directory: TempDir,
    /// The list after the rules of an edition were loaded.
    editions: BTreeMap<String, Vec<String>>,
}

impl<'a> Product<'a> {
    fn new(
        [format, ending]: [&'a str; 2],
        (tables, id, options): (&'a Path, &'a str, &'a [&'a str]),
        listed: impl Fn([&Path; 3]) -> Vec<String>,
    ) -> Product<'a> {
        let directory = tempfile::tempdir().unwrap();
        let mut product = Product { format, ending, tables, id, options, directory, editions: BTreeMap::new() };
        let editions: Value = serde_json::from_str(&product.printed(&["editions", id, "--format", "json"])).unwrap();
        for edition in editions.as_array().unwrap().iter().map(|edition| text(&edition["edition"])) {
            let named = format!("{id}@{edition}");
            let call = ["rules", "--format", format, "--product", &named];
            let file = product.file(&edition);
            fs::write(&file, product.printed(&[&call[..], options].concat())).unwrap();
            let none = Path::new("none");
            product.editions.insert(edition, listed([&file, none, none]));
        }
        product
    }

    /// The file with the rules of an edition.
    fn file(&self, edition: &str) -> PathBuf {
        self.directory.path().join(edition)
    }

    /// The standard output of a call.
    fn printed(&self, arguments: &[&str]) -> String {
        let output = port_catalog_with(self.tables, arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The ids of the flows that only the first edition has, and that aren't known for the second one.
    fn kept(&self, [from, to]: [&str; 2]) -> BTreeSet<String> {
        let upgrade: Value =
            serde_json::from_str(&self.printed(&["upgrade", self.id, from, to, "--format", "json"])).unwrap();
        let changes = upgrade["changes"].as_array().unwrap().iter();
        let kept = changes.filter(|change| change["not_known_for"] == to && change["after"].is_null());
        kept.map(|change| text(&change["id"])).collect()
    }

    /// Compares the list after an upgrade with the rules of the new edition and those of kept flows. Returns whether anything
    /// changed.
    fn compare(
        &self,
        [from, to]: [&str; 2],
        listed: impl Fn([&Path; 3]) -> Vec<String>,
        id: impl Fn(&str) -> String,
    ) -> bool {
        let what = format!("{}: {} {from} {to}", self.format, self.id);
        let directory = tempfile::tempdir().unwrap();
        let call = ["upgrade", self.id, from, to, "--format", self.format, "--out", directory.path().to_str().unwrap()];
        let written = self.printed(&[&call[..], self.options].concat());
        let [add, remove] =
            ["add", "remove"].map(|name| directory.path().join(format!("{name}/{}.{}", self.id, self.ending)));
        let files = [&add, &remove].into_iter().filter(|file| file.exists());
        assert_eq!(written, files.map(|file| format!("{}\n", file.display())).collect::<String>());
        let (before, after) = (&self.editions[from], &self.editions[to]);
        let upgraded = listed([&self.file(from), &add, &remove]);
        let kept = self.kept([from, to]);
        let kept = before.iter().filter(|rule| kept.contains(&id(rule)));
        let expected: BTreeSet<&String> = after.iter().chain(kept).collect();
        let found: BTreeSet<&String> = upgraded.iter().collect();
        assert_eq!(found, expected, "{what}");
        assert_eq!(found.len(), upgraded.len(), "a rule is there twice: {what}");
        // What both editions have is neither added nor removed.
        let both = before.iter().filter(|rule| expected.contains(rule)).count();
        let count = |file: &Path, words: [&str; 2]| {
            let text = fs::read_to_string(file).unwrap_or_default();
            text.lines().filter(|line| words.iter().any(|word| line.starts_with(word))).count()
        };
        assert_eq!(count(&add, ["insert rule", "-I "]), expected.len() - both, "{what}");
        assert_eq!(count(&remove, ["delete rule", "-D "]), before.len() - both, "{what}");
        !written.is_empty()
    }
}

/// Compares every pair of editions of the fixtures. One of their products has addresses.
fn compare_all(format: [&str; 2], listed: impl Fn([&Path; 3]) -> Vec<String>, id: impl Fn(&str) -> String) {
    let site = tempfile::NamedTempFile::new().unwrap();
    let products = "[products]\nrelay = [\"192.0.2.10\", \"2001:db8::10\"]\n";
    let peers = "[peers]\nadmin = [\"10.0.0.0/8\", \"2001:db8:1::/48\"]\n";
    fs::write(&site, format!("{products}{peers}")).unwrap();
    let with_site = ["--site", site.path().to_str().unwrap(), "--unnamed", "any"];
    let [editions, upgrades] = [fixture::editions(), fixture::upgrades()];
    let products = [(&editions, "cluster", &[][..]), (&editions, "console", &[]), (&upgrades, "relay", &with_site)];
    let mut changed = 0;
    for (tables, product, options) in products {
        let product = Product::new(format, (tables, product, options), &listed);
        let ids: Vec<&String> = product.editions.keys().collect();
        for (from, to) in ids.iter().flat_map(|from| ids.iter().map(move |to| (*from, *to))) {
            let differs = product.compare([from, to], &listed, &id);
            assert!(from != to || !differs, "{} {from}", product.id);
            changed += usize::from(differs);
        }
    }
    assert!(changed > 15, "only {changed} upgrades changed a rule");
}

#[test]
fn nftables_rules_of_an_edition_become_those_of_another() {
    let (Some(_), Some(python), Some(_)) = (tool("nft"), tool("python3"), sandboxed(&[])) else { return };
    let listed = |files: [&Path; 3]| -> Vec<String> {
        let files = files.map(|file| file.to_str().unwrap());
        let command = [&[python.to_str().unwrap(), "-c", NFT], &files[..]].concat();
        let rules: Value = serde_json::from_str(&piped(sandboxed(&command).unwrap(), "")).unwrap();
        rules.as_array().unwrap().iter().map(Value::to_string).collect()
    };
    let id = |rule: &str| serde_json::from_str::<Value>(rule).unwrap()[1].as_str().unwrap().to_string();
    compare_all(["nftables", "nft"], listed, id);
}

#[test]
fn iptables_rules_of_an_edition_become_those_of_another() {
    if tool("iptables-restore").is_none() || sandboxed(&[]).is_none() {
        return;
    }
    for (format, ending) in [("iptables", "v4"), ("ip6tables", "v6")] {
        let listed = |files: [&Path; 3]| -> Vec<String> {
            let files = files.map(|file| file.to_str().unwrap());
            let command = [&["sh", "-c", IPTABLES, format], &files[..]].concat();
            piped(sandboxed(&command).unwrap(), "").lines().map(str::to_string).collect()
        };
        let id = |rule: &str| rule.split("--comment ").nth(1).unwrap().split(' ').next().unwrap().to_string();
        compare_all([format, ending], listed, id);
    }
}

#[test]
fn other_formats_list_the_rules_of_flows_that_differ() {
    let tables = fixture::editions();
    for format in ["firewalld", "ufw", "fortigate", "aerleon", "mud", "networkpolicy", "powershell"] {
        let call = ["upgrade", "cluster", "1.0", "2.0", "--format", format, "--unnamed", "any"];
        let directory = tempfile::tempdir().unwrap();
        let output = port_catalog_with(&tables, &[&call[..], &["--out", directory.path().to_str().unwrap()]].concat());
        assert_eq!(output.status.code(), Some(0), "{format}");
        let files: Vec<PathBuf> = String::from_utf8(output.stdout).unwrap().lines().map(PathBuf::from).collect();
        for (name, mark) in [("add", "RULES TO ADD"), ("remove", "DON'T LOAD THIS FILE")] {
            let of_change = files.iter().filter(|file| file.starts_with(directory.path().join(name)));
            let of_change: Vec<&PathBuf> = of_change.collect();
            let are_texts = of_change.iter().all(|file| file.extension().unwrap() == "txt");
            assert_eq!(are_texts, name == "remove" || ["aerleon", "mud"].contains(&format), "{of_change:?}");
            let texts: String = of_change.into_iter().map(|file| fs::read_to_string(file).unwrap()).collect();
            // MUD has no comments, so only the names of its files warn.
            let has_comments = format != "mud";
            assert!(!has_comments || texts.contains(mark), "{format} {name}: {texts}");
            assert!(!texts.contains("cluster-in-kubelet"), "{format} {name}: an unchanged flow");
            assert_eq!(texts.contains("cluster-in-admin-ssh"), name == "remove", "{format} {name}: {texts}");
        }
    }
}
