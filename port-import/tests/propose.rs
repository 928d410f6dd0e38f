//! Proposed edits, applied by git: they resolve the errors that they belong to, or leave only what a person must decide.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use port_catalog_tests::relay::{PAGE, relay_with_shared_flows};
use port_data::Place;
use port_import::propose::{Edit, Key, patch};
use port_import::regenerate::{Outcome, PageFacts, RegenerateOptions, regenerate};
use port_import::report::Report;
use tempfile::TempDir;

/// The small product in a git repository, with its flows in the file that all editions share.
fn repository() -> (TempDir, PathBuf) {
    let (directory, data) = relay_with_shared_flows();
    let (report, outcome) = run(&data, PAGE);
    assert_eq!(outcome, Outcome::Done, "{report}");
    git(directory.path(), &["init", "--quiet"]);
    git(directory.path(), &["add", "--all"]);
    (directory, data)
}

fn git(directory: &Path, arguments: &[&str]) {
    let output = Command::new("git").args(arguments).current_dir(directory).output().expect("git runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn run(data: &Path, page: &str) -> (Report, Outcome) {
    let file = data.parent().unwrap().join("relay.md");
    fs::write(&file, page).unwrap();
    regenerate(&RegenerateOptions {
        data: data.to_path_buf(),
        root: data.parent().unwrap().to_path_buf(),
        docs: vec![("relay".to_string(), file)],
        page_facts: PageFacts { retrieved: Some("2026-11-27".to_string()), ..PageFacts::default() },
        ..RegenerateOptions::default()
    })
}

/// Regenerates from a page, applies what is proposed with git, and regenerates again. Returns the codes before and after, and the
/// patch.
fn applied(data: &Path, page: &str) -> (Vec<&'static str>, Vec<&'static str>, String) {
    let codes = |report: &Report| report.errors.iter().map(|error| error.code).collect::<Vec<_>>();
    let root = data.parent().unwrap();
    let (before, outcome) = run(data, page);
    assert_eq!(outcome, Outcome::Failed, "{before}");
    let text = patch(&before.edits, root).unwrap();
    assert_eq!(patch(&before.edits, root).unwrap(), text);
    fs::write(root.join("edits.patch"), &text).unwrap();
    git(root, &["apply", "--index", "edits.patch"]);
    let (after, _) = run(data, page);
    (codes(&before), codes(&after), text)
}

/// The lines that a patch adds.
fn added(patch: &str) -> Vec<&str> {
    let is_added = |line: &&str| line.starts_with('+') && !line.starts_with("+++");
    // The day of retrieval is proposed with every changed page.
    patch.lines().filter(|line| is_added(line) && !line.starts_with("+relay,1,")).collect()
}

#[test]
fn changed_marks_are_set_in_the_file_of_the_edition() {
    let (_directory, data) = repository();
    let page = PAGE.replace("TCP/25 or 465", "TCP/25 or 465*").replace("TCP/389 |", "TCP/389 (new) |");
    let (before, after, patch) = applied(&data, &page);
    assert_eq!(before, ["curation-changed-marks"]);
    assert_eq!(after, [""; 0], "{patch}");
    let marks = ["+relay-in-client.marks = [\"*\"]", "+relay-out-ldap-users.marks = [\"new\"]"];
    assert!(added(&patch).starts_with(&marks), "{patch}");
    assert!(patch.contains("--- a/data/curation/relay/1.toml\n+++ b/data/curation/relay/1.toml\n"), "{patch}");
    // An addition that may rest on the marks must be checked.
    let (_directory, data) = repository();
    let flows = data.join("curation/relay/flows.toml");
    let text = fs::read_to_string(&flows).unwrap();
    fs::write(
        &flows,
        text.replace(
            "purpose = \"Take mail\"\n",
            "purpose = \"Take mail\"\nadds = { enabled = \"yes\", reason = \"r\" }\n",
        ),
    )
    .unwrap();
    assert_eq!(run(&data, PAGE).1, Outcome::Done);
    git(data.parent().unwrap(), &["add", "--all"]);
    let (_, after, patch) = applied(&data, &page);
    assert_eq!(after, ["curation-unresolved"], "{patch}");
    assert!(patch.contains("+relay-in-client.marks = [\"*\"] # FIXME: marks were []; check adds\n"), "{patch}");
}

#[test]
fn a_renamed_row_gets_its_new_key() {
    let (_directory, data) = repository();
    let (before, after, patch) = applied(&data, &PAGE.replace("| Send mail |", "| Send all mail |"));
    assert_eq!((before, after), (vec!["curation-renamed-row"], vec!["curation-unresolved"]), "{patch}");
    let file = data.join("curation/relay/1.toml");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("# FIXME: is it this flow?"), "{text}");
    fs::write(&file, text.replace(" # FIXME: is it this flow?", "")).unwrap();
    let (report, outcome) = run(&data, &PAGE.replace("| Send mail |", "| Send all mail |"));
    assert_eq!(outcome, Outcome::Done, "{report}");
}

#[test]
fn a_port_cell_that_identifies_a_row_is_replaced() {
    let (_directory, data) = repository();
    let flows = data.join("curation/relay/flows.toml");
    let text = fs::read_to_string(&flows).unwrap();
    let key = "row = { peer = \"Console\", ports = \"TCP/443 (default)\" }";
    fs::write(&flows, text.replace("row = { peer = \"Console\" }", key)).unwrap();
    assert_eq!(run(&data, PAGE).1, Outcome::Done);
    git(data.parent().unwrap(), &["add", "--all"]);
    let (before, after, patch) = applied(&data, &PAGE.replace("TCP/443 (default)", "TCP/8443 (default)"));
    assert_eq!((before, after), (vec!["curation-changed-ports"], Vec::<&str>::new()), "{patch}");
    assert!(
        patch.contains("+relay-in-admin.row = { peer = \"Console\", ports = \"TCP/8443 (default)\" }\n"),
        "{patch}"
    );
}

#[test]
fn a_new_row_becomes_a_flow_and_its_peer_an_open_question() {
    let (_directory, data) = repository();
    let row = "| | Look up groups | UDP/389 | |\n";
    let page = PAGE.replace(row, &format!("{row}| Clock | Set the time | UDP/123 | |\n"));
    let (before, after, patch) = applied(&data, &page);
    assert_eq!((before, after), (vec!["curation-new-row"], vec!["curation-unresolved"]), "{patch}");
    let expected = [
        "+\"Clock\" = \"FIXME\"",
        "+",
        "+[[flow]]",
        "+id = \"relay-out-set-time\"",
        "+row = { section = \"Outbound\", peer = \"Clock\", label = \"Set the time\" }",
        "+purpose = \"FIXME\"",
    ];
    assert_eq!(added(&patch), expected, "{patch}");
    let flows = data.join("curation/relay/flows.toml");
    let text = fs::read_to_string(&flows).unwrap().replace("\"Clock\" = \"FIXME\"", "\"Clock\" = \"admin\"");
    fs::write(&flows, text.replace("FIXME", "Set the clock")).unwrap();
    let (report, outcome) = run(&data, &page);
    assert_eq!(outcome, Outcome::Done, "{report}");
}

#[test]
fn a_missing_row_is_listed_as_absent() {
    let (_directory, data) = repository();
    let page = PAGE
        .replace("| Console | Administer | TCP/443 (default) | |\n", "")
        .replace("| Directory | Look up users | TCP/389 | See ldap.acme.example or port 636. |\n", "");
    let (before, after, patch) = applied(&data, &page);
    assert_eq!(before, ["curation-missing-row"; 2], "{patch}");
    assert_eq!(after, ["curation-unresolved"], "{patch}");
    let expected = [
        "+",
        "+[[absent]]",
        "+flows = [",
        "+    \"relay-in-admin\",",
        "+    \"relay-out-ldap-users\",",
        "+]",
        "+reason = \"FIXME\"",
    ];
    assert_eq!(added(&patch), expected, "{patch}");
    assert!(patch.contains("-relay-out-ldap-users.other_numbers = [\"636\"]\n"), "{patch}");
}

#[test]
fn an_unmapped_peer_and_the_day_of_retrieval_are_left_to_a_person() {
    let (_directory, data) = repository();
    let flows = data.join("curation/relay/flows.toml");
    let text = fs::read_to_string(&flows).unwrap();
    fs::write(&flows, text.replace("row = { peer = \"Mail clients\", label", "row = { label")).unwrap();
    git(data.parent().unwrap(), &["add", "--all"]);
    let page = PAGE.replace("| Mail clients |", "| Mail programs |");
    let (before, after, patch) = applied(&data, &page);
    assert_eq!((before, after), (vec!["curation-unmapped-peer"], vec!["curation-unresolved"]), "{patch}");
    assert!(patch.contains("+\"Mail programs\" = \"FIXME\"\n"), "{patch}");
    // The page changed, and its day is given.
    assert!(patch.contains("+relay,1,1,Ports,https://acme.example/ports,2026-11-27\n"), "{patch}");
    let (_directory, data) = repository();
    let editions = data.join("tables/editions.csv");
    fs::write(&editions, fs::read_to_string(&editions).unwrap().replace("2026-01-31", "")).unwrap();
    git(data.parent().unwrap(), &["add", "--all"]);
    let (before, after, patch) = applied(&data, PAGE);
    assert_eq!((before, after), (vec!["regenerate-no-retrieval"], vec!["curation-unresolved"]), "{patch}");
    assert!(patch.contains("+relay,1,1,Ports,https://acme.example/ports,FIXME\n"), "{patch}");
}

#[test]
fn edits_of_lines_and_keys_are_applied_by_git_too() {
    let (directory, _data) = repository();
    let file = directory.path().join("data/page.toml");
    fs::write(&file, "# One.\n[[line]]\ndigest = \"a\"\n\n[[line]]\ndigest = \"b\"\nwhat = \"c\" # d").unwrap();
    git(directory.path(), &["add", "--all"]);
    let edits = [
        Edit::line(&Place::line(&file, 1), "# 1."),
        Edit::below(&Place::line(&file, 1), "# 2.\n"),
        Edit::key(&Place::line(&file, 2), Key::new("what", "\"e\"")),
        Edit::key(&Place::line(&file, 5), Key::new("what", "\"f\"")),
        Edit::new_flow(&file, "g", "{}"),
        Edit::new_flow(&file, "g", "{}"),
    ];
    fs::write(directory.path().join("edits.patch"), patch(&edits, directory.path()).unwrap()).unwrap();
    git(directory.path(), &["apply", "edits.patch"]);
    let expected = "# 1.\n# 2.\n[[line]]\ndigest = \"a\"\nwhat = \"e\"\n\n[[line]]\ndigest = \"b\"\nwhat = \"f\" # d\n\n[flow.g]\nrow = {}\npurpose = \"FIXME\"\n";
    assert_eq!(fs::read_to_string(&file).unwrap(), expected);
    assert_eq!(patch(&[], directory.path()).unwrap(), "");
    let missing = Edit::line(&Place::line(directory.path().join("nowhere.toml"), 1), "a = 1");
    assert!(patch(&[missing], directory.path()).is_err());
}
