//! The feed in the Atom Syndication Format (RFC 4287).
//!
//! An entry is an edition, the flows of a product that changed, or the other ids. Entries are named after the release before them, so
//! that they keep their ids when the changes since the last release become those of a version.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::{Feed, Version, describe};

/// The feed's own id, which never changes.
const ID: &str = "https://github.com/port-catalog/port-catalog/port-data/changes.atom";

/// The project's page.
const PROJECT: &str = "https://github.com/port-catalog/port-catalog";

/// The date of a feed without any entry.
const NEVER: &str = "1970-01-01";

/// An entry.
struct Entry {
    id: String,
    title: String,
    day: String,
    /// The document that changed.
    document: Option<String>,
    classes: BTreeSet<String>,
    lines: Vec<String>,
}

/// The Atom file. A version without a date isn't in it, since entries must have one.
pub(super) fn write(feed: &Feed) -> String {
    let before = |index: usize| feed.versions.get(index + 1).map_or("start", |version| version.version.as_str());
    let versions = feed.versions.iter().enumerate();
    let entries: Vec<Entry> = versions.flat_map(|(index, version)| entries(version, before(index))).collect();
    let updated = entries.iter().map(|entry| entry.day.as_str()).max().unwrap_or(NEVER);
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n  <id>{ID}</id>\n  \
         <title>port-catalog: changes of the data</title>\n  <updated>{updated}T00:00:00Z</updated>\n  \
         <author><name>port-catalog</name></author>\n  <link rel=\"alternate\" href=\"{PROJECT}\"/>\n"
    );
    for entry in &entries {
        write_entry(&mut xml, entry).expect("a string can be written");
    }
    xml + "</feed>\n"
}

fn write_entry(xml: &mut String, entry: &Entry) -> std::fmt::Result {
    writeln!(xml, "  <entry>\n    <id>{}</id>", escape(&entry.id))?;
    writeln!(xml, "    <title>{}</title>", escape(&entry.title))?;
    writeln!(xml, "    <updated>{}T00:00:00Z</updated>", escape(&entry.day))?;
    if let Some(document) = &entry.document {
        writeln!(xml, "    <link rel=\"via\" href=\"{}\"/>", escape(document))?;
    }
    for class in &entry.classes {
        writeln!(xml, "    <category term=\"{}\"/>", escape(class))?;
    }
    writeln!(xml, "    <content type=\"text\">{}</content>\n  </entry>", escape(&entry.lines.join("\n")))
}

/// The entries of a version, which follows the version `before`.
fn entries(version: &Version, before: &str) -> Vec<Entry> {
    let Some(day) = &version.date else { return Vec::new() };
    let id = |name: &str| format!("{ID}#after-{before}/{name}");
    let mut entries: Vec<Entry> = Vec::new();
    for edition in &version.editions {
        let text = describe::edition(edition);
        let name = format!("{}@{}", edition.product, edition.edition);
        entries.push(Entry {
            id: id(&name),
            title: format!("{}: {name}", version.version),
            day: day.clone(),
            document: Some(edition.url.clone()),
            classes: edition.upgrade.iter().flat_map(|upgrade| upgrade.classes.keys().cloned()).collect(),
            lines: vec![text],
        });
    }
    let added = version.added.iter().map(|flow| (&flow.product, &flow.class, describe::added(flow)));
    let retired = version.retired.iter().map(|flow| (&flow.product, &flow.class, describe::retired(flow)));
    let changed = version.changed.iter().map(|flow| (&flow.product, &flow.class, describe::changed(flow)));
    let lines: Vec<(&String, &String, String)> = added.chain(retired).chain(changed).collect();
    let products: BTreeSet<&String> = lines.iter().map(|(product, ..)| *product).collect();
    for product in products {
        let own = || lines.iter().filter(|(of_line, ..)| *of_line == product);
        entries.push(Entry {
            id: id(product),
            title: format!("{}: {product}", version.version),
            day: day.clone(),
            document: None,
            classes: own().map(|(_, class, _)| (*class).clone()).collect(),
            lines: own().map(|(.., line)| line.clone()).collect(),
        });
    }
    let lines = describe::ids(&version.ids);
    if !lines.is_empty() {
        let title = format!("{}: ids", version.version);
        entries.push(Entry { id: id("-"), title, day: day.clone(), document: None, classes: BTreeSet::new(), lines });
    }
    entries
}

/// A text in XML. Tables contain no control characters, which XML can't express.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}
