//! The web page: a list of files made from a dataset.
//!
//! [`Site::files`] is pure: the same dataset gives the same bytes, whatever the clock says. `layout` is the frame of every page; `index`,
//! `product`, `ports`, `changes`, `about` and `tools` are kinds of pages. `flow_table` prints flows, `diagram` draws them, and
//! `search_data` and `data` are what programs read. `single` makes one file
//! of all. All pages work without JavaScript. The client, if there is one, adds search, filters
//! and the tools. Texts of tables are untrusted: they reach a page only through the templates, which escape them.

use port_engine::dataset::Dataset;

mod about;
mod changes;
mod data;
mod diagram;
mod flow_table;
mod index;
mod layout;
mod ports;
mod product;
mod search_data;
mod single;
mod tools;

use changes::Changes;

/// The address at which the project's files and issues are.
pub const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// A file of the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its path below the site's root, with `/`.
    pub path: String,
    /// Its contents.
    pub bytes: Vec<u8>,
}

impl File {
    fn new(path: impl Into<String>, text: impl Into<Vec<u8>>) -> File {
        File { path: path.into(), bytes: text.into() }
    }
}

/// What a site is made from.
#[derive(Clone, Debug)]
pub struct Site {
    /// The catalog.
    pub dataset: Dataset,
    /// The files `changes.json` and `changes.atom` of the catalog.
    pub changes: Option<[String; 2]>,
    /// The compiled client, such as `app.js`. Without it, pages contain no script.
    pub client: Vec<File>,
    /// The path under which the site is served, such as `/` or `/port-catalog/`. Only the page for unknown addresses needs it.
    pub base: String,
}

/// What every page knows about the site.
struct Context<'a> {
    dataset: &'a Dataset,
    changes: Option<Changes>,
    /// The newest day on which a document was retrieved.
    date: String,
    has_client: bool,
    base: &'a str,
}

impl Site {
    /// All files, in the order of their paths.
    ///
    /// # Errors
    ///
    /// `changes.json` isn't what `cargo xtask regenerate` writes.
    pub fn files(&self) -> Result<Vec<File>, String> {
        let dataset = &self.dataset;
        let changes = self.changes.as_ref().map(|[json, _]| Changes::parse(json)).transpose()?;
        let days = dataset.products.iter().flat_map(|product| &product.editions);
        let date = days.filter_map(|edition| edition.retrieved.as_deref()).max().unwrap_or("unknown").to_string();
        let context = Context { dataset, changes, date, has_client: !self.client.is_empty(), base: &self.base };
        let mut files = vec![
            File::new("style.css", include_str!("../assets/style.css")),
            File::new("icon.svg", include_str!("../assets/icon.svg")),
            index::page(&context),
            index::vendors_page(&context),
            about::page(&context),
            about::not_found(&context),
        ];
        files.extend(dataset.products.iter().flat_map(|product| product::pages(&context, product)));
        files.extend(ports::pages(&context));
        files.extend(tools::pages(&context));
        files.extend(data::files(&context));
        if let (Some(changes), Some([json, atom])) = (&context.changes, &self.changes) {
            files.push(changes::page(&context, changes));
            files.push(File::new("changes.json", json.as_str()));
            files.push(File::new("changes.atom", atom.as_str()));
        }
        // Only the one file contains the script of the one file.
        files.extend(self.client.iter().filter(|file| file.path != "single.js").cloned());
        files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(files)
    }

    /// The search, the pages and the tools as one file, which works without a server.
    ///
    /// # Errors
    ///
    /// The same as [`files`](Site::files), and a client that isn't complete.
    pub fn single(&self) -> Result<String, String> {
        let client = self.client.iter().cloned();
        single::print(self, &self.files()?.into_iter().chain(client).collect::<Vec<_>>())
    }
}
