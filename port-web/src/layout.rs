//! The frame of every page: head, navigation and footer.

use maud::{DOCTYPE, Markup, html};

use crate::{Context, File, REPOSITORY};

/// What a page may load and do. Nothing comes from elsewhere, and nothing is sent anywhere.
pub const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
                          connect-src 'self'; worker-src 'self'; form-action 'none'; base-uri 'none'";

/// A page.
pub struct Page<'a> {
    /// Its path below the root, such as `p/fortimail/`; empty for the index.
    pub path: &'a str,
    /// Its title, without the name of the site.
    pub title: &'a str,
    /// One sentence for search engines and previews.
    pub description: &'a str,
    /// Its contents.
    pub main: Markup,
}

/// The pages of the navigation: path, text.
const NAVIGATION: [(&str, &str); 8] = [
    ("", "Products"),
    ("port/", "Ports"),
    ("rules/", "Rules"),
    ("upgrade/", "Upgrade"),
    ("conflicts/", "Conflicts"),
    ("audit/", "Audit"),
    ("changes/", "Changes"),
    ("about/", "About"),
];

/// The way from a page to the root: `../` for each of its directories.
pub fn root(path: &str) -> String {
    "../".repeat(path.matches('/').count())
}

/// A link from a page to another one. A link to the index is `./`, since an empty one is the page itself.
pub fn link(from: &str, to: &str) -> String {
    below(&root(from), to)
}

/// A link to a page, given the way to the root.
fn below(root: &str, to: &str) -> String {
    if root.is_empty() && to.is_empty() { "./".to_string() } else { format!("{root}{to}") }
}

/// The `meta` elements that every page has, with the policy of its contents.
pub fn meta(policy: &str) -> Markup {
    html! {
        meta charset="utf-8";
        meta http-equiv="Content-Security-Policy" content=(policy);
        meta name="viewport" content="width=device-width, initial-scale=1";
        meta name="color-scheme" content="light dark";
        meta name="referrer" content="no-referrer";
    }
}

impl Page<'_> {
    /// The page as a file.
    pub fn file(self, context: &Context) -> File {
        let root = root(self.path);
        File::new(format!("{}index.html", self.path), self.html(context, &root).into_string())
    }

    /// The page, with another way to the root.
    pub fn html(&self, context: &Context, root: &str) -> Markup {
        let to = |path: &str| below(root, path);
        let is_shown = |path: &str| path != "changes/" || context.changes.is_some();
        html! {
            (DOCTYPE)
            html lang="en" data-root=(if root.is_empty() { "./" } else { root }) {
                head {
                    (meta(POLICY))
                    meta name="description" content=(self.description);
                    title { (self.title) " · port-catalog" }
                    link rel="icon" type="image/svg+xml" href=(to("icon.svg"));
                    link rel="stylesheet" href=(to("style.css"));
                    @if context.changes.is_some() {
                        link rel="alternate" type="application/atom+xml" title="Changes of the data" href=(to("changes.atom"));
                    }
                    @if context.has_client {
                        script src=(to("theme.js")) {}
                        script type="module" src=(to("app.js")) {}
                    }
                }
                body {
                    a.skip href="#main" { "Skip to the contents" }
                    header.site {
                        div.wrap {
                            a.brand href=(to("")) { "port-catalog" }
                            nav aria-label="Site" {
                                ul {
                                    @for (path, text) in NAVIGATION.into_iter().filter(|(path, _)| is_shown(path)) {
                                        li {
                                            a href=(to(path)) aria-current=[(path == self.path).then_some("page")] { (text) }
                                        }
                                    }
                                }
                            }
                            @if context.has_client {
                                button #theme .quiet type="button" hidden { "Theme" }
                            }
                        }
                    }
                    main #main tabindex="-1" { div.wrap { (self.main) } }
                    footer.site {
                        div.wrap {
                            p {
                                "Data as of " time datetime=[is_day(&context.date)] { (context.date) }
                                ", version " (env!("CARGO_PKG_VERSION")) ". "
                                "Facts of the vendors’ documents, without warranty: check the linked document before you rely on a row."
                            }
                            p {
                                a href=(to("about/")) { "How to read it, sources and licence" } " · "
                                a href=(to("data/v1/index.json")) { "Data" } " · "
                                a href=(REPOSITORY) { "Source code" }
                                span #offline .status hidden {}
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The day, if it is known.
fn is_day(date: &str) -> Option<&str> {
    date.starts_with(|first: char| first.is_ascii_digit()).then_some(date)
}

/// A link to an address of a document, if it is an address of the web; otherwise its text.
pub fn external(url: &str, text: &str) -> Markup {
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    html! {
        @if is_web { a href=(url) rel="external noopener" { (text) } } @else { (text) }
    }
}

/// A number with its noun: `1 flow`, `2 flows`.
pub fn count(number: usize, noun: &str) -> String {
    port_data::diagnostic::count(number, noun)
}
