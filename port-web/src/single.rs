//! The whole site as one file, which works without a server: pages are templates, and the client shows the one that the address names.
//!
//! The pages of ports are left out, since the search finds ports. Scripts and styles are allowed by their hashes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, PreEscaped, html};
use sha2::{Digest, Sha256};

use crate::{File, Site, layout};

/// The start tag and the end tag around a page's own contents.
const MAIN: [&str; 2] = ["<main id=\"main\" tabindex=\"-1\">", "</main>"];

/// The file, from the files of the site.
pub fn print(site: &Site, files: &[File]) -> Result<String, String> {
    let bytes = |path: &str| {
        let file = files.iter().find(|file| file.path == path);
        file.map(|file| file.bytes.as_slice()).ok_or_else(|| format!("no {path} in the client; run port-web/build.sh"))
    };
    let text = |path: &str| bytes(path).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let (style, theme, script) = (text("style.css")?, text("theme.js")?, text("single.js")?);
    // A script ends at this text, wherever it is.
    if [&theme, &script].iter().any(|script| script.contains("</script") || script.contains("<!--")) {
        return Err("a script of the client contains the end of a script".to_string());
    }
    let policy = format!(
        "default-src 'none'; script-src '{}' '{}' 'wasm-unsafe-eval'; style-src '{}'; img-src data:; form-action 'none'; base-uri 'none'",
        hash(&theme),
        hash(&script),
        hash(&style)
    );
    let index = text("index.html")?;
    let (before, rest) = index.split_once(MAIN[0]).ok_or("no contents of the index")?;
    let (main, after) = rest.split_once(MAIN[1]).ok_or("no end of the index")?;
    let header = before.split_once("<body>").map_or("", |(_, header)| header);
    let footer = after.split_once("</body>").map_or("", |(footer, _)| footer);
    let page = html! {
        (DOCTYPE)
        html lang="en" data-root="./" {
            head {
                (layout::meta(&policy))
                title { "port-catalog" }
                style { (PreEscaped(&style)) }
                script { (PreEscaped(&theme)) }
            }
            body {
                (PreEscaped(header))
                main #main tabindex="-1" { (PreEscaped(main)) }
                (PreEscaped(footer))
                @for (path, main) in templates(site, files) {
                    template data-page=(path) { (PreEscaped(main)) }
                }
                // Data isn't executed. `<` only occurs in the strings of JSON.
                script type="application/json" id="search-data" { (PreEscaped(text("search.json")?.replace('<', "\\u003c"))) }
                script type="text/plain" id="dataset" { (PreEscaped(text("dataset.txt")?.replace('<', "\\u003c"))) }
                @for module in ["rules", "audit"] {
                    script type="text/plain" id=(format!("{module}-wasm")) {
                        (PreEscaped(STANDARD.encode(bytes(&format!("{module}_bg.wasm"))?)))
                    }
                }
                script type="module" { (PreEscaped(&script)) }
            }
        }
    };
    Ok(page.into_string())
}

/// The contents of every page besides the index: its path, and its HTML.
fn templates<'a>(site: &'a Site, files: &'a [File]) -> impl Iterator<Item = (&'a str, &'a str)> {
    // The page of a newest edition is that of its product.
    let is_again = |path: &str| {
        site.dataset.products.iter().any(|product| path == format!("p/{}/{}/", product.id, product.newest_edition().id))
    };
    let pages = files.iter().filter_map(|file| Some((file.path.strip_suffix("index.html")?, file)));
    let pages = pages.filter(move |(path, _)| !path.is_empty() && !path.starts_with("port/") && !is_again(path));
    pages.filter_map(|(path, file)| {
        let html = std::str::from_utf8(&file.bytes).ok()?;
        Some((path, html.split_once(MAIN[0])?.1.split_once(MAIN[1])?.0))
    })
}

/// The hash by which a policy allows a script or a style.
fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}
