//! Checks whether the pages of the catalog's editions still say what their captures contain.
//!
//! [`fetch`] gets the pages, [`content`] compares what their reader makes of them, [`table`] is the file `port-data/pages.csv` with
//! what is known about pages that don't give their capture, and [`report`] shows the result.

pub mod content;
pub mod fetch;
pub mod report;
pub mod table;

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use port_data::Diagnostic;
use port_import::atomic_write::AtomicWriter;
use port_import::capture::Capture;
use port_import::curation::Curation;
use port_import::regenerate::read_products;
use port_import::report::Edition;

use content::{Content, difference, digest, read_content};
use fetch::{Conditions, Fetched, Fetcher, Limits, Outcome, host};
use report::{Checked, PagesReport, Status};
use table::{KnownPage, Match, read_pages, write_pages};

/// The number of hosts that are asked at the same time.
const HOSTS_AT_ONCE: usize = 4;

/// What to check.
#[derive(Clone, Debug)]
pub struct CheckPages {
    /// The directory with captures, curation and tables.
    pub data: PathBuf,
    /// Whether to record what the pages contain now in `pages.csv`.
    pub update: bool,
    /// How much time and space a page may take.
    pub limits: Limits,
}

/// Fetches the page of each edition, unless it must be saved by hand, and compares it with the edition's capture.
///
/// # Errors
///
/// The tables, a capture, a curation or `pages.csv` can't be read, or `pages.csv` can't be written.
pub fn check_pages(options: &CheckPages) -> Result<PagesReport, Vec<Diagnostic>> {
    let file = options.data.join("pages.csv");
    let known = read_pages(&file)?;
    let editions = read_editions(&options.data, &known)?;
    let results = fetch_all(&editions, &options.limits);
    let mut pages = Vec::new();
    let mut new = Vec::new();
    for (edition, result) in editions.iter().zip(results) {
        let (checked, page) = result.unwrap_or_else(|| (by_hand(&edition.edition), None));
        new.extend(page.or(edition.known.cloned()));
        pages.push(checked);
    }
    if options.update {
        let writer = AtomicWriter::lock(&options.data).map_err(|diagnostic| vec![diagnostic])?;
        writer.write(&[(file, write_pages(&new))], &mut Vec::new()).map_err(|diagnostic| vec![diagnostic])?;
    }
    Ok(PagesReport { pages })
}

/// An edition, and what its page is compared with.
struct EditionPage<'a> {
    edition: Edition,
    curation: Curation,
    /// The capture of its page, as its file contains it.
    capture: String,
    known: Option<&'a KnownPage>,
}

fn read_editions<'a>(data: &Path, known: &'a [KnownPage]) -> Result<Vec<EditionPage<'a>>, Vec<Diagnostic>> {
    let mut editions = Vec::new();
    let mut diagnostics = Vec::new();
    for edition in read_products(&data.join("tables"))?.into_iter().flat_map(|product| product.editions) {
        let curation = Curation::read(&data.join("curation").join(&edition.product), &edition.id);
        let file = data.join("captures").join(&edition.product).join(format!("{}.csv", edition.id));
        // Nothing of a draft is in the catalog yet.
        if curation.as_ref().is_ok_and(|curation| !curation.unresolved().is_empty()) {
            continue;
        }
        match (curation, Capture::read(&file)) {
            (Ok(curation), Ok(capture)) => {
                let known = known.iter().find(|page| page.product == edition.product && page.edition == edition.id);
                editions.push(EditionPage { edition, curation, capture: capture.to_csv(), known });
            }
            (curation, capture) => {
                diagnostics.extend(curation.err().into_iter().flatten());
                diagnostics.extend(capture.err().into_iter().flatten());
            }
        }
    }
    if diagnostics.is_empty() { Ok(editions) } else { Err(diagnostics) }
}

/// Checks the pages of several hosts at a time, and those of one host one after another. `None` for pages that aren't fetched.
fn fetch_all(editions: &[EditionPage<'_>], limits: &Limits) -> Vec<Option<(Checked, Option<KnownPage>)>> {
    let mut by_host: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, page) in editions.iter().enumerate().filter(|(_, page)| !page.edition.saved_by_hand) {
        by_host.entry(host(&page.edition.url).unwrap_or_default()).or_default().push(index);
    }
    let queue: Mutex<VecDeque<Vec<usize>>> = Mutex::new(by_host.into_values().collect());
    let results = Mutex::new((0..editions.len()).map(|_| None).collect::<Vec<_>>());
    let fetcher = Fetcher::new(limits.clone());
    std::thread::scope(|scope| {
        for _ in 0..HOSTS_AT_ONCE {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().expect("no thread panics").pop_front();
                    let Some(pages) = next else { break };
                    for index in pages {
                        let result = check_page(&editions[index], &fetcher);
                        results.lock().expect("no thread panics")[index] = Some(result);
                    }
                }
            });
        }
    });
    results.into_inner().expect("no thread panics")
}

/// Fetches a page and compares it. The second value is what is known about it then, if it could be read.
fn check_page(page: &EditionPage<'_>, fetcher: &Fetcher) -> (Checked, Option<KnownPage>) {
    // What was recorded about another capture says nothing about this one.
    let capture = digest(&page.capture);
    let known = page.known.filter(|known| known.capture == capture);
    let conditions = known.map(|known| Conditions {
        url: &known.url,
        etag: known.etag.as_deref(),
        last_modified: known.last_modified.as_deref(),
    });
    let Fetched { outcome, url, redirects, moved_to } = fetcher.fetch(&page.edition.url, conditions.as_ref());
    let mut checked = Checked { moved_to, redirects, ..Checked::new(&page.edition) };
    let (status, detail) = match outcome {
        Outcome::NotModified => (Status::Unchanged, String::new()),
        Outcome::Gone(status) => (Status::Gone, format!("the server answers {status}")),
        Outcome::TooLarge => (Status::TooLarge, format!("the page exceeds {} bytes", fetcher.limits.max_bytes)),
        Outcome::Failed(why) => (Status::Unfetched, why),
        Outcome::Page { body, content_type, etag, last_modified } => {
            match read_content(&body, &content_type, &url, &page.curation) {
                Err(content_type) => (Status::WrongType, format!("the server sends {content_type:?}")),
                Ok(content) => {
                    let (status, detail) = compare(&content, page, known);
                    let found = if content.is(&page.capture) { Match::Capture } else { Match::Accepted };
                    let new = KnownPage {
                        product: page.edition.product.clone(),
                        edition: page.edition.id.clone(),
                        url,
                        etag,
                        last_modified,
                        digest: content.digest(),
                        capture,
                        status: found,
                    };
                    (checked.status, checked.detail) = (status, detail);
                    return (checked, Some(new));
                }
            }
        }
    };
    (checked.status, checked.detail) = (status, detail);
    (checked, None)
}

/// Whether a page says what its capture contains, or what was recorded about it.
fn compare(content: &Content, page: &EditionPage<'_>, known: Option<&KnownPage>) -> (Status, String) {
    match known.filter(|known| known.status == Match::Accepted) {
        _ if content.is(&page.capture) => (Status::Unchanged, String::new()),
        Some(known) if known.digest == content.digest() => (Status::Unchanged, String::new()),
        Some(_) => (Status::Changed, "the page isn't the one that was recorded in pages.csv".to_string()),
        None => (Status::Changed, difference(content, &page.capture)),
    }
}

fn by_hand(edition: &Edition) -> Checked {
    Checked { status: Status::ByHand, ..Checked::new(edition) }
}
