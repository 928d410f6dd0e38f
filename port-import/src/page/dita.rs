//! DITA topics, read as XML: CALS tables, simple tables, property tables, lists, headings.
//!
//! The topic is written as HTML with the same lines, and the reader of HTML reads that. Content of other files (`conref`) is listed
//! as skipped text, and a variable (`keyref`) without text is shown as `{name}`.

use std::collections::HashMap;

use port_data::LineIndex;
use roxmltree::{Document, Node, ParsingOptions};

use super::codes;
use super::hints::Hints;
use super::html;
use super::problems::Problems;
use super::table::{Page, Skipped, SkippedKind};

/// The deepest nesting that is read.
const MAX_DEPTH: usize = 400;

pub(super) fn read(text: &str, hints: &Hints, problems: &mut Problems) -> Page {
    let Some((html, references)) = to_html(text, problems) else { return Page::default() };
    let mut page = html::read(&html, hints, problems);
    page.skipped.extend(references);
    page.skipped.sort_by_key(|skipped| skipped.number);
    page
}

/// The topic as HTML with the same lines, and the references to other files.
pub(super) fn to_html(text: &str, problems: &mut Problems) -> Option<(String, Vec<Skipped>)> {
    let document = match Document::parse_with_options(text, ParsingOptions { allow_dtd: true, ..Default::default() }) {
        Ok(document) => document,
        Err(error) => {
            let position = error.pos();
            let place = (position.row as usize, position.col as usize);
            let message = error.to_string();
            let message = message.rsplit_once(" at ").map_or(message.as_str(), |(message, _)| message);
            problems.report_at(place, codes::XML, format!("invalid XML: {message}"), "save the topic again");
            return None;
        }
    };
    let mut writer = Writer {
        index: LineIndex::new(text),
        html: String::with_capacity(text.len()),
        line: 1,
        references: Vec::new(),
        too_deep: None,
    };
    writer.write(document.root(), 0, 0);
    if let Some(line) = writer.too_deep {
        problems.report(line, codes::MARKUP_LIMIT, "elements are nested more than 400 deep", "save the topic again");
        return None;
    }
    Some((writer.html, writer.references))
}

struct Writer {
    index: LineIndex,
    html: String,
    line: usize,
    references: Vec<Skipped>,
    too_deep: Option<usize>,
}

impl Writer {
    /// Writes a node. `section` is the depth of its heading.
    fn write(&mut self, node: Node, section: usize, depth: usize) {
        let line = self.index.line(node.range().start);
        if depth > MAX_DEPTH {
            self.too_deep.get_or_insert(line);
            return;
        }
        if node.is_text() {
            // Text begins on the line of its first word; its newlines are those of the page.
            self.go_to(line);
            self.push(&escaped(node.text().unwrap_or_default()));
            return;
        }
        if !node.is_element() {
            node.children().for_each(|child| self.write(child, section, depth + 1));
            return;
        }
        let name = node.tag_name().name();
        let reference = node.attribute("conref").or_else(|| node.attribute("conkeyref"));
        if let Some(reference) = reference {
            let text = format!("conref {reference}");
            self.references.push(Skipped { number: line, text, kind: SkippedKind::Template });
        }
        let is_topic = matches!(name, "topic" | "concept" | "task" | "reference" | "troubleshooting" | "glossentry");
        let section = section + usize::from(is_topic || name == "section" || name == "example");
        let tag = tag(node, section);
        self.go_to(line);
        if let Some(tag) = tag.as_deref() {
            self.push(&format!("<{tag}{}>", attributes(node, tag)));
        }
        match name {
            "image" => {
                let words = node.attribute("alt").unwrap_or_default().replace('"', "&quot;");
                self.push(&format!("<img alt=\"{}\">", escaped(&words)));
            }
            "fn" => {
                let mark = escaped(node.attribute("callout").unwrap_or("*"));
                self.push(&format!("<a class=MCTextPopup><sup>{mark}</sup><span class=MCTextPopupBody>"));
            }
            _ => {}
        }
        node.children().for_each(|child| self.write(child, section, depth + 1));
        let has_text =
            node.descendants().any(|inner| inner.is_text() && !inner.text().unwrap_or_default().trim().is_empty());
        if let Some(key) = node.attribute("keyref").filter(|_| !has_text) {
            self.push(&escaped(&format!("{{{key}}}")));
        }
        if name == "fn" {
            self.push("</span></a>");
        }
        if let Some(tag) = tag {
            self.push(&format!("</{tag}>"));
        }
    }

    /// Goes on to a line of the page.
    fn go_to(&mut self, line: usize) {
        while self.line < line {
            self.push("\n");
        }
    }

    fn push(&mut self, html: &str) {
        self.line += html.matches('\n').count();
        self.html.push_str(html);
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// The HTML element for an element of DITA. Other elements are part of the text around them.
fn tag(node: Node, section: usize) -> Option<String> {
    let parent = node.parent_element().map_or("", |parent| parent.tag_name().name());
    Some(match node.tag_name().name() {
        "title" if matches!(parent, "table" | "simpletable") => "caption".to_owned(),
        "title" if matches!(parent, "fig" | "linklist") => "p".to_owned(),
        "title" => format!("h{}", section.clamp(1, 6)),
        "table" | "simpletable" | "properties" | "choicetable" => "table".to_owned(),
        "thead" | "sthead" | "prophead" | "chhead" => "thead".to_owned(),
        "tbody" => "tbody".to_owned(),
        "row" | "strow" | "property" | "chrow" => "tr".to_owned(),
        "entry" | "stentry" if matches!(parent, "sthead") => "th".to_owned(),
        "entry" if is_in_head(node) => "th".to_owned(),
        "proptypehd" | "propvaluehd" | "propdeschd" | "choptionhd" | "chdeschd" => "th".to_owned(),
        "entry" | "stentry" | "proptype" | "propvalue" | "propdesc" | "choption" | "chdesc" => "td".to_owned(),
        "ul" | "sl" | "choices" | "steps-unordered" => "ul".to_owned(),
        "ol" | "steps" | "substeps" => "ol".to_owned(),
        "li" | "sli" | "choice" | "step" | "substep" => "li".to_owned(),
        "dl" | "parml" => "dl".to_owned(),
        "dt" | "pt" => "dt".to_owned(),
        "dd" | "pd" => "dd".to_owned(),
        "p" | "shortdesc" | "cmd" | "lines" => "p".to_owned(),
        "codeblock" | "pre" | "screen" | "msgblock" => "pre".to_owned(),
        "prolog" | "draft-comment" | "required-cleanup" | "indexterm" | "titlealts" | "related-links" => {
            "template".to_owned()
        }
        "xref" | "link" => "a".to_owned(),
        "sup" => "sup".to_owned(),
        "sub" => "sub".to_owned(),
        "line-through" => "del".to_owned(),
        "note" | "section" | "example" | "context" | "prereq" | "result" | "postreq" | "info" | "stepresult" | "lq"
        | "fig" | "body" | "conbody" | "taskbody" | "refbody" | "topic" | "concept" | "task" | "reference"
        | "abstract" | "refsyn" | "bodydiv" | "sectiondiv" | "div" | "desc" | "hazardstatement" | "itemgroup" => {
            "div".to_owned()
        }
        _ => return None,
    })
}

fn is_in_head(entry: Node) -> bool {
    entry.ancestors().any(|ancestor| ancestor.has_tag_name("thead"))
}

/// The spans of a cell, and the address of a link.
fn attributes(node: Node, tag: &str) -> String {
    match tag {
        "a" => " href=\"#\"".to_owned(),
        "td" | "th" => {
            let rows = node.attribute("morerows").and_then(|rows| rows.parse::<u16>().ok()).unwrap_or(0);
            format!(" colspan={} rowspan={}", columns(node), u32::from(rows) + 1)
        }
        _ => String::new(),
    }
}

/// How many columns an entry covers: from the column that `namest` names to that of `nameend`.
fn columns(entry: Node) -> usize {
    let Some(group) = entry.ancestors().find(|ancestor| ancestor.has_tag_name("tgroup")) else { return 1 };
    let Some((start, end)) = entry.attribute("namest").zip(entry.attribute("nameend")) else { return 1 };
    let names = group.children().filter(|child| child.has_tag_name("colspec")).zip(1..);
    let numbers: HashMap<&str, usize> =
        names.filter_map(|(spec, number)| Some((spec.attribute("colname")?, number))).collect();
    match (numbers.get(start), numbers.get(end)) {
        (Some(start), Some(end)) if end >= start => end - start + 1,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{first_error, read, rows_as_text};
    use super::super::{Hints, Layout, LineKind, codes};

    const TOPIC: &str = "<?xml version=\"1.0\"?>\n<!DOCTYPE task PUBLIC \"-//OASIS//DTD DITA Task//EN\" \"task.dtd\">\n<task id=\"x\">\n<title>Ports of <ph keyref=\"name\"/></title>\n<prolog><author>A</author></prolog>\n<taskbody><context><note conref=\"a.dita#b/c\"/>\n<table><title>Inbound</title><tgroup cols=\"3\"><colspec colname=\"a\"/><colspec colname=\"b\"/><colspec colname=\"c\"/>\n<thead><row><entry>Port</entry><entry>Use</entry><entry>Way</entry></row></thead>\n<tbody>\n<row><entry morerows=\"1\">TCP\n 443<fn callout=\"1\">Or 444.</fn></entry><entry>Web</entry><entry>in</entry></row>\n<row><entry namest=\"b\" nameend=\"c\">API &amp; <codeph>x</codeph></entry></row>\n</tbody></tgroup></table>\n<ul><li><p>TCP 22: shell</p></li></ul>\n<codeblock>open 1</codeblock></context></taskbody></task>\n";

    #[test]
    fn tables_lists_and_headings_are_read_with_their_lines() {
        let page = read(TOPIC, Layout::Dita, &Hints::default()).unwrap();
        assert_eq!(page.tables[0].heading.as_ref().unwrap().text, "Inbound");
        assert_eq!(
            rows_as_text(&page),
            ["10 TCP 443 {[1] Or 444.} / Web / in", "12 ^TCP 443 {[1] Or 444.} / API & x / API & x"]
        );
        let lines: Vec<_> =
            page.text_outside_tables.iter().map(|line| (line.number, line.text.as_str(), line.kind)).collect();
        let expected = [(4, "Ports of {name}", LineKind::Heading), (14, "TCP 22: shell", LineKind::Item { list: 0 })];
        assert_eq!(lines, expected);
        let skipped: Vec<_> = page.skipped.iter().map(|skipped| (skipped.number, skipped.text.as_str())).collect();
        assert_eq!(skipped, [(5, "A"), (6, "conref a.dita#b/c"), (15, "open 1")]);
    }

    #[test]
    fn simple_tables_are_read() {
        let topic = "<topic><title>T</title><body><simpletable><sthead><stentry>A</stentry><stentry>B</stentry></sthead>\n<strow><stentry>x</stentry><stentry>25</stentry></strow></simpletable></body></topic>";
        let page = read(topic, Layout::Dita, &Hints::default()).unwrap();
        assert_eq!(rows_as_text(&page), ["2 x / 25"]);
    }

    #[test]
    fn invalid_xml_is_rejected_at_its_place() {
        let error = first_error("<topic>\n<title>T</titel></topic>", Layout::Dita);
        assert_eq!((error.code, error.place.line), (codes::XML, 2), "{error}");
        let deep = first_error(&format!("{}{}", "<p>\n".repeat(500), "</p>".repeat(500)), Layout::Dita);
        assert_eq!(deep.code, codes::MARKUP_LIMIT, "{deep}");
    }
}
