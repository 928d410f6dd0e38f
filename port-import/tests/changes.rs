//! The change feed of a small product: what `regenerate` and `record` write into changes.json, changes.atom and the changelog.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use atom_syndication as atom;
use port_catalog_tests::relay::{CURATION, PAGE, relay};
use port_catalog_tests::root;
use port_import::changes::{Feed, Presence, Version, record};
use port_import::regenerate::{Outcome, PageFacts, RegenerateOptions, regenerate};
use port_import::report::{Bump, Report};
use tempfile::TempDir;

const CHANGELOG: &str = "# Changelog\n\n## [1.0.0] - 2026-02-01\n\n### Added\n\n- The relay.\n";

/// A workspace with the small product, whose tables are generated but not recorded yet.
fn workspace() -> TempDir {
    let (directory, _) = relay();
    fs::write(directory.path().join("CHANGELOG.md"), CHANGELOG).unwrap();
    regenerate_page(directory.path(), "relay", PAGE);
    directory
}

fn options(root: &Path) -> RegenerateOptions {
    RegenerateOptions {
        data: root.join("data"),
        root: root.to_path_buf(),
        page_facts: PageFacts { retrieved: Some("2026-01-31".to_string()), ..PageFacts::default() },
        ..RegenerateOptions::default()
    }
}

/// Regenerates an edition from a page.
fn regenerate_page(root: &Path, name: &str, page: &str) -> Report {
    let file = root.join("page.md");
    fs::write(&file, page).unwrap();
    let (report, outcome) = regenerate(&RegenerateOptions { docs: vec![(name.to_string(), file)], ..options(root) });
    assert_eq!(outcome, Outcome::Done, "{report}");
    report
}

fn feed(root: &Path) -> Feed {
    Feed::read(&root.join("data")).unwrap()
}

fn changelog(root: &Path) -> String {
    fs::read_to_string(root.join("CHANGELOG.md")).unwrap()
}

fn replace(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from}: {text}");
    text.replace(from, to)
}

/// The page and the curation after changes: the port of the console moves, the mail clients' row is removed, and the clock's added.
fn changed_page_and_curation() -> (String, String) {
    let page = replace(PAGE, "TCP/443 (default)", "TCP/8443 (default)");
    let page = replace(&page, "| Mail clients | Send mail | TCP/25 or 465 | Ask the help desk. |\n", "");
    let groups = "| | Look up groups | UDP/389 | |\n";
    let page = replace(&page, groups, &format!("{groups}| Clock | Set the time | UDP/123 | |\n"));
    let clients = "[flow.relay-in-client]\nrow = { peer = \"Mail clients\", label = \"Send mail\" }\n\
                   purpose = \"Take mail\"\nservices = { 25 = \"smtp\", 465 = \"smtps\" }\n";
    let curation = replace(&replace(CURATION, clients, ""), "\"Mail clients\" = \"client\"", "\"Clock\" = \"admin\"");
    let clock = "\n[flow.relay-out-clock]\nrow = { label = \"Set the time\" }\npurpose = \"Set the clock\"\n";
    (page, curation + clock)
}

#[test]
fn a_product_is_one_entry_until_it_is_recorded() {
    let directory = workspace();
    let root = directory.path();
    let Feed { versions, .. } = feed(root);
    let [version] = &versions[..] else { panic!("{versions:?}") };
    // The day of the newest document, since the changelog has none for what isn't released.
    assert_eq!((version.version.as_str(), version.date.as_deref()), ("unreleased", Some("2026-01-31")));
    assert_eq!((version.bump, version.editions.len(), version.added.len()), (Bump::Minor, 1, 0));
    assert_eq!((version.editions[0].flows, &version.editions[0].replaces), (4, &None));
    assert!(changelog(root).contains("## [Unreleased]\n\n### Data\n\n"), "{}", changelog(root));
    let recorded = record(&root.join("data"), root, "1.0.0").unwrap();
    assert_eq!((recorded.version.as_str(), recorded.date.as_deref()), ("1.0.0", Some("2026-02-01")));
    let text = changelog(root);
    assert!(text.contains("- The relay.\n\n### Data\n") && text.contains("- relay@1 is added: 4 flows.\n"), "{text}");
    // Nothing is unreleased, and nothing changes again.
    let (report, outcome) = regenerate(&RegenerateOptions { check: true, ..options(root) });
    assert_eq!((outcome, feed(root).versions), (Outcome::Done, vec![recorded]), "{report}");
}

#[test]
fn a_version_lists_what_is_added_retired_and_changed_with_its_class() {
    let directory = workspace();
    let root = directory.path();
    record(&root.join("data"), root, "1.0.0").unwrap();
    let (page, curation) = changed_page_and_curation();
    fs::write(root.join("data/curation/relay/1.toml"), curation).unwrap();
    let report = regenerate_page(root, "relay", &page);
    assert!(report.files.iter().any(|file| file == "data/changes.json"), "{report}");
    let Feed { versions, .. } = feed(root);
    let [Version { bump, editions, added, retired, changed, ids, .. }, released] = &versions[..] else {
        panic!("{versions:?}")
    };
    assert_eq!((released.version.as_str(), editions.len(), *bump), ("1.0.0", 0, Bump::Major));
    let entries = |flows: &[port_import::changes::FlowEntry]| -> Vec<[String; 3]> {
        flows.iter().map(|flow| [flow.id.clone(), flow.class.clone(), flow.ports.clone()]).collect()
    };
    assert_eq!(entries(added), [["relay-out-clock", "opens", "udp/123"].map(String::from)]);
    assert_eq!(entries(retired), [["relay-in-client", "closes", "tcp/25 smtp | tcp/465 smtps"].map(String::from)]);
    // The other flows only moved to other rows.
    let [admin] = &changed[..] else { panic!("{changed:?}") };
    assert_eq!((admin.id.as_str(), admin.class.as_str()), ("relay-in-admin", "moves"));
    let ports = admin.facts.iter().find(|fact| fact.field == "ports").unwrap();
    assert_eq!((ports.before.as_str(), ports.after.as_str()), (Some("tcp/443"), Some("tcp/8443")));
    let removed: Vec<_> = ids.removed.iter().map(|id| (id.kind.as_str(), id.id.as_str())).collect();
    assert_eq!(removed, [("flow", "relay-in-client")]);
    let text = changelog(root);
    for line in [
        "- relay-out-clock is added to 1 (opens): outbound, admin, udp/123.\n",
        "- relay-in-client is no longer in 1 (closes): inbound, client, tcp/25 smtp | tcp/465 smtps.\n",
        "- relay-in-admin of 1 (moves): ports from \"tcp/443\" to \"tcp/8443\"",
        "- 1 flow removed: relay-in-client.\n",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
}

#[test]
fn an_edition_that_replaces_another_is_one_entry() {
    let directory = workspace();
    let root = directory.path();
    record(&root.join("data"), root, "1.0.0").unwrap();
    let editions = root.join("data/tables/editions.csv");
    let more = "relay,2,2,Ports,https://acme.example/ports,2026-05-31\n";
    fs::write(&editions, fs::read_to_string(&editions).unwrap() + more).unwrap();
    let groups = "\n[flow.relay-out-ldap-groups]\nrow = { label = \"Look up groups\" }\npurpose = \"Look up groups\"\n\
                  adds = { peer = \"ldap-server\", reason = \"The cell is empty.\" }\n";
    fs::write(root.join("data/curation/relay/2.toml"), replace(CURATION, groups, "")).unwrap();
    let page = replace(PAGE, "TCP/443 (default)", "TCP/8443 (default)");
    regenerate_page(root, "relay@2", &replace(&page, "| | Look up groups | UDP/389 | |\n", ""));
    let version = feed(root).versions.remove(0);
    assert_eq!((version.bump, version.date.as_deref()), (Bump::Minor, Some("2026-05-31")));
    assert_eq!((version.added.len(), version.retired.len(), version.changed.len()), (0, 0, 0));
    let [edition] = &version.editions[..] else { panic!("{:?}", version.editions) };
    assert_eq!((edition.edition.as_str(), edition.change, edition.flows), ("2", Presence::Added, 3));
    assert_eq!(edition.replaces.as_deref(), Some("1"));
    let upgrade = edition.upgrade.as_ref().unwrap();
    let classes = BTreeMap::from([("moves".to_string(), 1), ("closes".to_string(), 1)]);
    assert_eq!((upgrade.from.as_str(), upgrade.to.as_str(), upgrade.unchanged), ("1", "2", 2));
    assert_eq!(upgrade.classes, classes);
    let text = changelog(root);
    assert!(text.contains("- relay@2 replaces 1: 3 flows. From 1 to 2: 1 closes, 1 moves, 2 unchanged.\n"), "{text}");
}

#[test]
fn check_notices_a_feed_that_is_not_the_one_of_the_tables() {
    let directory = workspace();
    let root = directory.path();
    let check = || regenerate(&RegenerateOptions { check: true, ..options(root) });
    assert_eq!(check().1, Outcome::Done);
    for (file, text) in [("data/changes.atom", "<feed/>"), ("data/changes.json", "{\"format\":1,\"versions\":[]}")] {
        let path = root.join(file);
        let before = fs::read(&path).unwrap();
        fs::write(&path, text).unwrap();
        let (report, outcome) = check();
        assert_eq!((outcome, &report.files), (Outcome::Differs, &vec![file.to_string()]), "{report}");
        fs::write(&path, before).unwrap();
    }
    fs::write(root.join("CHANGELOG.md"), CHANGELOG).unwrap();
    assert_eq!(check().0.files, ["CHANGELOG.md"]);
}

/// Parses an Atom file, and checks what RFC 4287 requires of a feed and its entries. Returns the ids of the entries.
fn check_atom(text: &str) -> Vec<String> {
    let feed: atom::Feed = text.parse().unwrap_or_else(|error| panic!("{error}: {text}"));
    assert!(!feed.id().is_empty() && !feed.title().value.is_empty() && !feed.authors().is_empty(), "{text}");
    let newest = feed.entries().iter().map(atom::Entry::updated).max().unwrap();
    assert_eq!(feed.updated(), newest);
    for entry in feed.entries() {
        assert!(entry.id().starts_with(feed.id()), "{}", entry.id());
        assert!(!entry.title().value.is_empty(), "{}", entry.id());
        assert!(entry.content().and_then(atom::Content::value).is_some_and(|text| !text.is_empty()), "{}", entry.id());
        assert!(entry.updated().to_rfc3339().ends_with("T00:00:00+00:00"), "{}", entry.updated());
    }
    let ids: Vec<String> = feed.entries().iter().map(|entry| entry.id().to_string()).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:?}");
    ids
}

#[test]
fn feed_readers_can_read_the_feed_and_entries_keep_their_ids() {
    let directory = workspace();
    let root = directory.path();
    let editions = root.join("data/tables/editions.csv");
    let table = "product,edition,printed_edition,document,url,retrieved,note\n\
                 relay,1,1,Ports,https://acme.example/ports?a=1&b=2,2026-01-31,\"Rows of \"\"A\"\" & <B> are missing.\"\n";
    fs::write(&editions, table).unwrap();
    regenerate_page(root, "relay", PAGE);
    let read = || fs::read_to_string(root.join("data/changes.atom")).unwrap();
    let unreleased = check_atom(&read());
    let feed: atom::Feed = read().parse().unwrap();
    let entry = &feed.entries()[0];
    let content = entry.content().and_then(atom::Content::value).unwrap();
    assert_eq!(content, "relay@1 is added: 4 flows. Rows of \"A\" & <B> are missing.");
    assert_eq!(entry.links()[0].href(), "https://acme.example/ports?a=1&b=2");
    record(&root.join("data"), root, "1.0.0").unwrap();
    assert_eq!(check_atom(&read()), unreleased);
    let (page, curation) = changed_page_and_curation();
    fs::write(root.join("data/curation/relay/1.toml"), curation).unwrap();
    regenerate_page(root, "relay", &page);
    let ids = check_atom(&read());
    assert!(ids.ends_with(&unreleased) && ids.len() > unreleased.len(), "{ids:?}");
    let feed: atom::Feed = read().parse().unwrap();
    let changed = feed.entries().iter().find(|entry| entry.id().ends_with("#after-1.0.0/relay")).unwrap();
    let classes: Vec<&str> = changed.categories().iter().map(atom::Category::term).collect();
    assert_eq!(classes, ["closes", "moves", "opens"]);
}

#[test]
fn the_feed_of_this_catalog_can_be_read() {
    let text = fs::read_to_string(root().join("port-data/changes.atom")).unwrap();
    assert!(check_atom(&text).len() > 4);
}
