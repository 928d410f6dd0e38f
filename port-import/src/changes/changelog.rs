//! The changelog: the days of the releases, and the section "Data" of each version, which is made from the feed.

use super::compare::is_day;
use super::{Feed, UNRELEASED, Version, describe};

/// The heading of the section.
const DATA: &str = "### Data";

/// The line that says where the section comes from.
const ORIGIN: &str = "<!-- Written by `cargo xtask regenerate` from port-data/changes.json. -->";

/// The longest line.
const WIDTH: usize = 138;

/// A changelog in the format of Keep a Changelog.
#[derive(Clone, Debug)]
pub struct Changelog {
    /// What precedes the first version.
    head: String,
    /// The sections of the versions, each with its heading.
    sections: Vec<String>,
}

impl Changelog {
    /// Splits a changelog into the sections of its versions.
    #[must_use]
    pub fn parse(text: &str) -> Changelog {
        let mut changelog = Changelog { head: String::new(), sections: Vec::new() };
        for line in text.split_inclusive('\n') {
            if line.starts_with("## ") {
                changelog.sections.push(String::new());
            }
            changelog.sections.last_mut().unwrap_or(&mut changelog.head).push_str(line);
        }
        changelog
    }

    /// The day on which a version was released: `2026-11-27` of `## [0.1.1] - 2026-11-27`.
    #[must_use]
    pub fn date(&self, version: &str) -> Option<String> {
        let section = self.sections.iter().find(|section| version_of(section) == version)?;
        let day = heading(section).split_whitespace().last()?;
        is_day(day).then(|| day.to_string())
    }

    /// The changelog with a section "Data" for each version of the feed that it has, and for what isn't released yet.
    #[must_use]
    pub fn with_data(&self, feed: &Feed) -> String {
        let mut sections = self.sections.clone();
        let has_unreleased = sections.iter().any(|section| version_of(section) == UNRELEASED);
        if !has_unreleased && feed.versions.iter().any(|version| version.version == UNRELEASED) {
            sections.insert(0, "## [Unreleased]\n".to_string());
        }
        for section in &mut sections {
            let version = version_of(section);
            match feed.versions.iter().find(|known| known.version == version) {
                Some(known) => *section = with_data(section, known),
                None if version == UNRELEASED => *section = without_data(section),
                None => {}
            }
        }
        let text: Vec<&str> = sections.iter().map(|section| section.trim_end()).collect();
        format!("{}{}\n", self.head, text.join("\n\n"))
    }
}

fn heading(section: &str) -> &str {
    section.lines().next().unwrap_or_default().trim_start_matches("## ")
}

/// The version of a section: `0.1.1` of `## [0.1.1] - 2026-11-27`.
fn version_of(section: &str) -> String {
    let name = heading(section).trim_start_matches('[').split([']', ' ']).next().unwrap_or_default();
    if name.eq_ignore_ascii_case(UNRELEASED) { UNRELEASED.to_string() } else { name.to_string() }
}

fn without_data(section: &str) -> String {
    let mut is_data = false;
    let lines = section.split_inclusive('\n').filter(|line| {
        if line.starts_with("### ") {
            is_data = line.trim_end() == DATA;
        }
        !is_data
    });
    lines.collect::<String>().trim_end().to_string() + "\n"
}

fn with_data(section: &str, version: &Version) -> String {
    let section = without_data(section);
    let lines = lines(version);
    if lines.is_empty() {
        return section;
    }
    let bullets: String = lines.iter().map(|line| bullet(line)).collect();
    format!("{section}\n{DATA}\n\n{ORIGIN}\n\n{bullets}")
}

/// The changes of a version, one per line.
fn lines(version: &Version) -> Vec<String> {
    let editions = version.editions.iter().map(describe::edition);
    let added = version.added.iter().map(describe::added);
    let retired = version.retired.iter().map(describe::retired);
    let changed = version.changed.iter().map(describe::changed);
    editions.chain(added).chain(retired).chain(changed).chain(describe::ids(&version.ids)).collect()
}

/// An item of a list, wrapped at spaces.
fn bullet(line: &str) -> String {
    let mut text = String::from("-");
    let mut width = 1;
    for word in line.split_whitespace() {
        let length = word.chars().count();
        if width + 1 + length > WIDTH && width > 1 {
            text.push_str("\n ");
            width = 1;
        }
        text.push(' ');
        text.push_str(word);
        width += 1 + length;
    }
    text + "\n"
}

#[cfg(test)]
mod tests {
    use super::super::{Feed, Id, UNRELEASED, Version};
    use super::{Changelog, bullet};

    fn feed(versions: &[&str]) -> Feed {
        let version = |version: &&str| {
            let mut changes = Version { version: (*version).to_string(), ..Version::default() };
            changes.ids.added.push(Id { kind: "peer".to_string(), id: format!("peer-of-{version}") });
            changes
        };
        Feed { versions: versions.iter().map(version).collect(), ..Feed::default() }
    }

    const CHANGELOG: &str = "# Changelog\n\nIntroduction.\n\n## [Unreleased]\n\n### Added\n\n- A command.\n\n\
                             ## [0.2.0] - 2026-12-01\n\n### Data\n\n- An old line.\n\n### Fixed\n\n- A bug.\n\n## 0.1.0\n\n- The first.\n";

    #[test]
    fn the_section_of_each_version_is_replaced_and_the_rest_stays() {
        let changelog = Changelog::parse(CHANGELOG);
        let text = changelog.with_data(&feed(&[UNRELEASED, "0.2.0"]));
        let expected = "# Changelog\n\nIntroduction.\n\n## [Unreleased]\n\n### Added\n\n- A command.\n\n### Data\n\n\
                        <!-- Written by `cargo xtask regenerate` from port-data/changes.json. -->\n\n- 1 peer added: peer-of-unreleased.\n\n\
                        ## [0.2.0] - 2026-12-01\n\n### Fixed\n\n- A bug.\n\n### Data\n\n\
                        <!-- Written by `cargo xtask regenerate` from port-data/changes.json. -->\n\n- 1 peer added: peer-of-0.2.0.\n\n\
                        ## 0.1.0\n\n- The first.\n";
        assert_eq!(text, expected);
        // Nothing changes the second time.
        assert_eq!(Changelog::parse(&text).with_data(&feed(&[UNRELEASED, "0.2.0"])), text);
    }

    #[test]
    fn what_is_no_longer_unreleased_leaves_the_section() {
        let text = Changelog::parse(CHANGELOG).with_data(&feed(&[UNRELEASED]));
        let text = Changelog::parse(&text).with_data(&feed(&[]));
        assert!(!text.contains("peer-of-unreleased"), "{text}");
        assert!(text.contains("## [Unreleased]\n\n### Added\n\n- A command.\n\n## [0.2.0]"), "{text}");
    }

    #[test]
    fn unreleased_changes_get_a_section() {
        let text = Changelog::parse("# Changelog\n\n## 0.1.0\n\n- The first.\n").with_data(&feed(&[UNRELEASED]));
        assert!(text.starts_with("# Changelog\n\n## [Unreleased]\n\n### Data\n"), "{text}");
        assert!(text.ends_with("peer-of-unreleased.\n\n## 0.1.0\n\n- The first.\n"), "{text}");
    }

    #[test]
    fn a_release_has_the_day_of_its_heading() {
        let changelog = Changelog::parse(CHANGELOG);
        assert_eq!(changelog.date("0.2.0").as_deref(), Some("2026-12-01"));
        assert_eq!(changelog.date("0.1.0"), None);
        assert_eq!(changelog.date(UNRELEASED), None);
    }

    #[test]
    fn long_items_are_wrapped() {
        let text = bullet(&"word ".repeat(60));
        assert!(text.lines().all(|line| line.len() <= 138), "{text}");
        assert!(text.starts_with("- word") && text.contains("\n  word"), "{text}");
    }
}
