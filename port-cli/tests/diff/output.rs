//! What `diff` prints.

use port_catalog_tests::hostile;
use serde_json::{Value, json};

use crate::{catalog, directory, exports, flow, printed, run, text};

#[test]
fn the_same_export_does_not_differ() {
    let flows = catalog();
    assert_eq!(printed(&flows, &flows, "text"), "Nothing differs.\n32 flows before, 32 after\n");
    let difference: Value = serde_json::from_str(&printed(&flows, &flows, "json")).unwrap();
    assert_eq!(
        difference["summary"],
        json!({"moves": 0, "opens": 0, "closes": 0, "widens": 0, "narrows": 0, "limits": 0, "unknown": 0, "reworded": 0})
    );
    for list in ["impacts", "added", "removed", "not_known", "renamed", "changed"] {
        assert_eq!(difference[list], json!([]), "{list}");
    }
}

#[test]
fn text_and_markdown_show_every_kind_of_difference() {
    let [old, new] = exports();
    insta::assert_snapshot!("text", printed(&old, &new, "text"));
    insta::assert_snapshot!("markdown", printed(&old, &new, "markdown"));
}

#[test]
fn a_new_note_is_wording() {
    let old = catalog();
    let mut new = old.clone();
    flow(&mut new, "mailgate-in-admin")["note"] = json!("Use a management network.");
    let text = printed(&old, &new, "text");
    assert!(text.starts_with("Nothing to do at the firewalls. 1 flow differs in wording only.\n"), "{text}");
    assert!(text.contains("  note: none -> \"Use a management network.\"\n"), "{text}");
}

#[test]
fn what_many_flows_share_is_printed_once() {
    let old = catalog();
    let mut new = old.clone();
    for flow in &mut new {
        flow["tunnel"] = json!("none");
        flow["ports"][0]["rate"] = json!(5);
        flow.as_object_mut().unwrap().remove("curated");
    }
    let text = printed(&old, &new, "text");
    assert!(text.contains("unknown  tunnel: new in 32 flows"), "{text}");
    assert!(text.contains("unknown  ports.rate: new in 32 flows"), "{text}");
    assert!(text.contains("reworded curated: no longer in 32 flows"), "{text}");
    assert!(text.lines().count() < 20, "{text}");
}

#[test]
fn products_of_only_one_export_are_named() {
    let (old, new): (Vec<Value>, Vec<Value>) = catalog().into_iter().partition(|flow| flow["product"] == "mailgate");
    let output = run(directory(&old, &new).path(), &["diff", "old.json", "new.json"]);
    let compared = "13 flows before, 19 after; only before: mailgate; only after: archive, endpoint, filter-suite";
    let words = text(&output.stdout).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains(&format!(" {compared} ")), "{words}");
}

#[test]
fn markdown_displays_every_text_unchanged() {
    use pulldown_cmark::{Event, Options, Parser, Tag};
    let old = catalog();
    for text in hostile::texts() {
        let mut new = old.clone();
        flow(&mut new, "archive-in-email-client-imap")["condition"] = json!(text);
        let markdown = printed(&old, &new, "markdown");
        let mut cells: Vec<String> = Vec::new();
        for event in Parser::new_ext(&markdown, Options::all() - Options::ENABLE_SMART_PUNCTUATION) {
            match event {
                Event::Start(Tag::TableCell) => cells.push(String::new()),
                Event::Text(text) => cells.iter_mut().last().into_iter().for_each(|cell| cell.push_str(&text)),
                Event::Start(
                    Tag::Table(_) | Tag::TableHead | Tag::TableRow | Tag::Heading { .. } | Tag::Paragraph | Tag::Strong,
                )
                | Event::End(_) => {}
                // What is between two lines of a cell.
                Event::InlineHtml(html) if &*html == "<br>" => {
                    cells.iter_mut().last().into_iter().for_each(|cell| cell.push('\n'));
                }
                // A text never becomes a link, code or HTML.
                other => panic!("{text:?} became {other:?} in {markdown}"),
            }
        }
        assert!(cells.contains(&format!("condition: none → \"{text}\"")), "{text:?}: {cells:?}");
        assert_eq!(cells.len(), 8, "{text:?}: {cells:?}");
    }
}

#[test]
fn no_text_of_an_export_controls_the_terminal() {
    let old = catalog();
    let mut new = old.clone();
    let control = "\u{1b}[2J \u{9b}31m \u{7} \r \u{202e}x";
    let changed = flow(&mut new, "archive-in-email-client-imap");
    for fact in ["purpose", "condition", "customization"] {
        changed[fact] = json!(control);
    }
    changed["x\u{1b}[2J"] = json!({ "y\u{9b}": [control, 1] });
    changed["hosts"] = json!([control]);
    for format in ["text", "markdown"] {
        let text = printed(&old, &new, format);
        let is_visible = |character: char| character == '\n' || !character.is_control() && character != '\u{202e}';
        assert!(text.chars().all(is_visible), "{text:?}");
    }
}
