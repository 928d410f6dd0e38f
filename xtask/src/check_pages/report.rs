//! Which pages changed, as text, as Markdown for an issue, and as JSON.

use std::fmt;

use port_data::diagnostic::count;
use port_data::hidden::Escaped;
use port_import::report::Edition;
use serde::Serialize;

/// The pages of all editions.
#[derive(Debug, Serialize)]
pub struct PagesReport {
    /// The pages, in the order of the editions.
    pub pages: Vec<Checked>,
}

/// The page of an edition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// The product.
    pub product: String,
    /// The edition.
    pub edition: String,
    /// The address in `editions.csv`.
    pub url: String,
    /// The day in `editions.csv` on which the page was retrieved.
    pub retrieved: String,
    /// What was found.
    pub status: Status,
    /// More about that; empty if there is nothing more.
    pub detail: String,
    /// The new address of a page that moved permanently.
    pub moved_to: Option<String>,
    /// All redirects, with their statuses.
    pub redirects: Vec<String>,
}

/// What was found about a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It says the same.
    Unchanged,
    /// It says something else.
    Changed,
    /// It doesn't exist any more.
    Gone,
    /// It can't be fetched.
    Unfetched,
    /// It isn't a page that a reader reads.
    WrongType,
    /// It is too large.
    TooLarge,
    /// Somebody must save it by hand.
    ByHand,
}

impl Status {
    /// The kinds in the order of the report, each with its title.
    const ALL: [(Status, &'static str); 7] = [
        (Status::Changed, "Changed"),
        (Status::Gone, "Gone"),
        (Status::Unfetched, "Could not be fetched"),
        (Status::WrongType, "Not a page"),
        (Status::TooLarge, "Too large"),
        (Status::ByHand, "Must be saved by hand"),
        (Status::Unchanged, "Unchanged"),
    ];

    /// The word in the text report.
    fn word(self) -> &'static str {
        match self {
            Status::Unchanged => "unchanged",
            Status::Changed => "changed",
            Status::Gone => "gone",
            Status::Unfetched => "unfetched",
            Status::WrongType => "wrong type",
            Status::TooLarge => "too large",
            Status::ByHand => "by hand",
        }
    }
}

impl Checked {
    /// The page of an edition, before anything is found.
    #[must_use]
    pub fn new(edition: &Edition) -> Checked {
        Checked {
            product: edition.product.clone(),
            edition: edition.id.clone(),
            url: edition.url.clone(),
            retrieved: edition.retrieved.clone(),
            status: Status::Unchanged,
            detail: String::new(),
            moved_to: None,
            redirects: Vec::new(),
        }
    }

    fn name(&self) -> String {
        format!("{}@{}", self.product, self.edition)
    }

    /// Whether a person should look at the page because of this report.
    #[must_use]
    pub fn needs_attention(&self) -> bool {
        self.moved_to.is_some() || !matches!(self.status, Status::Unchanged | Status::ByHand)
    }
}

impl PagesReport {
    /// Whether any page changed, moved, or couldn't be checked.
    #[must_use]
    pub fn has_changes(&self) -> bool {
        self.pages.iter().any(Checked::needs_attention)
    }

    fn with(&self, status: Status) -> impl Iterator<Item = &Checked> {
        self.pages.iter().filter(move |page| page.status == status)
    }

    fn moved(&self) -> impl Iterator<Item = (&Checked, &String)> {
        self.pages.iter().filter_map(|page| Some((page, page.moved_to.as_ref()?)))
    }

    /// How many pages have each status: `6 pages: 1 changed, 5 unchanged`.
    fn summary(&self) -> String {
        let counts = Status::ALL.map(|(status, _)| (self.with(status).count(), status.word()));
        let moved = [(self.moved().count(), "moved")];
        let counts = counts.into_iter().chain(moved).filter(|(count, _)| *count > 0);
        let counts: Vec<String> = counts.map(|(count, word)| format!("{count} {word}")).collect();
        format!("{}: {}", count(self.pages.len(), "page"), counts.join(", "))
    }

    /// The report as the text of an issue.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let mut text = format!("{}.\n", self.summary());
        let moved: String = self
            .moved()
            .map(|(page, to)| format!("- {}: {} moved to {}\n", code(&page.name()), code(&page.url), code(to)))
            .collect();
        if !moved.is_empty() {
            text += &format!("\n## Moved\n\n{moved}");
        }
        for (status, title) in Status::ALL.into_iter().filter(|(status, _)| *status != Status::Unchanged) {
            let pages: String = self.with(status).map(item).collect();
            if !pages.is_empty() {
                text += &format!("\n## {title}\n\n{pages}");
            }
        }
        if self.has_changes() {
            text += "\nSave each page that changed, then run \
                     `cargo xtask regenerate --doc PRODUCT@EDITION=FILE --retrieved YYYY-MM-DD`. If its facts are the same, \
                     run `cargo xtask check-pages --update`. `docs/notice-changes.md` says more.\n";
        }
        text
    }
}

/// A page as an item of a list in Markdown.
fn item(page: &Checked) -> String {
    let retrieved = if page.retrieved.is_empty() { "unknown" } else { &page.retrieved };
    let mut text = format!("- {}: {}, retrieved {}", code(&page.name()), code(&page.url), code(retrieved));
    if !page.detail.is_empty() {
        text += &format!(": {}", code(&page.detail));
    }
    for redirect in &page.redirects {
        text += &format!("\n  - redirect {}", code(redirect));
    }
    text + "\n"
}

/// Text from a server or a page, in which Markdown means nothing.
fn code(text: &str) -> String {
    format!("`{}`", Escaped(text.replace('`', "'")))
}

impl fmt::Display for PagesReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for page in &self.pages {
            write!(f, "{:<10} {} {}", page.status.word(), page.name(), Escaped(&page.url))?;
            if !page.detail.is_empty() {
                write!(f, ": {}", Escaped(&page.detail))?;
            }
            writeln!(f)?;
            for redirect in &page.redirects {
                writeln!(f, "           redirect {}", Escaped(redirect))?;
            }
            if let Some(to) = &page.moved_to {
                writeln!(f, "{:<10} {} {}", "moved", page.name(), Escaped(to))?;
            }
        }
        writeln!(f, "{}", self.summary())
    }
}
