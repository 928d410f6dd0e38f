//! Takes the templates of site generators out of Markdown: Hugo's shortcodes, Liquid's tags, attribute lists, the imports and
//! comments of MDX, and the marks of admonitions and tabs. What they show stays.

use super::super::table::{Skipped, SkippedKind};
use super::super::text::{fold, markup_lines};

/// Markdown without templates, and the line of the page that each of its lines comes from.
pub(super) struct Source {
    /// The Markdown.
    pub text: String,
    /// Where each line of the Markdown begins.
    starts: Vec<usize>,
    /// The numbers of the lines in the page, from 1.
    numbers: Vec<usize>,
    /// The templates.
    pub skipped: Vec<Skipped>,
}

impl Source {
    /// The line of the page, from 1, that a line of the Markdown comes from.
    pub fn line(&self, line: usize) -> usize {
        self.numbers.get(line.saturating_sub(1)).or(self.numbers.last()).copied().unwrap_or(1)
    }

    /// A line of the Markdown, from 1.
    pub fn text_of_line(&self, line: usize) -> &str {
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or(self.text.len());
        self.text[start..].split('\n').next().unwrap_or_default()
    }

    fn push(&mut self, line: &str, number: usize) {
        self.starts.push(self.text.len());
        self.text.push_str(line);
        self.text.push('\n');
        self.numbers.push(number);
    }
}

/// Takes the templates out of a page. A line between two rows of a table that has nothing but templates is left out, since an
/// empty line would end the table.
pub(super) fn without_templates(page: &str) -> Source {
    let lines: Vec<&str> = markup_lines(page).collect();
    let source = Source { text: String::with_capacity(page.len()), starts: vec![], numbers: vec![], skipped: vec![] };
    let mut cleaner = Cleaner { source, is_in_comment: false, fence: None, indents: Vec::new() };
    let is_before_row = lines_before_rows(&lines);
    let mut is_below_row = false;
    for (index, line) in lines.iter().enumerate() {
        let kept = cleaner.clean(line, index + 1);
        if kept.trim().is_empty() && !line.trim().is_empty() && is_below_row && is_before_row[index] {
            continue;
        }
        is_below_row = kept.contains('|');
        cleaner.source.push(&kept, index + 1);
    }
    cleaner.source
}

/// For each line, whether a row of a table follows, perhaps after lines that are templates.
fn lines_before_rows(lines: &[&str]) -> Vec<bool> {
    let mut is_before = vec![false; lines.len()];
    for index in (1..lines.len()).rev() {
        let line = lines[index].trim_start();
        is_before[index - 1] = line.starts_with('|') || line.starts_with('{') && is_before[index];
    }
    is_before
}

struct Cleaner<'a> {
    source: Source,
    is_in_comment: bool,
    /// The backticks or tildes that opened a code block.
    fence: Option<&'a str>,
    /// The indentation of the text in each open admonition or tab, which isn't code.
    indents: Vec<usize>,
}

impl<'a> Cleaner<'a> {
    /// A line without templates.
    fn clean(&mut self, line: &'a str, number: usize) -> String {
        let line = self.without_indent(line);
        let is_code = self.fence.is_some() || opening_fence(line).is_some();
        match self.fence {
            Some(open) if closes_fence(line, open) => self.fence = None,
            None => self.fence = opening_fence(line),
            Some(_) => {}
        }
        if is_code {
            return line.to_owned();
        }
        if let Some(title) = self.title_of_block(line) {
            self.skip(line, number);
            return title;
        }
        self.without_templates_in(line, number)
    }

    /// A line without the indentation of the admonitions and tabs that it is in.
    fn without_indent(&mut self, line: &'a str) -> &'a str {
        if line.trim().is_empty() {
            return line;
        }
        let indent = line.len() - line.trim_start_matches(' ').len();
        while self.fence.is_none() && self.indents.last().is_some_and(|inside| indent < *inside) {
            self.indents.pop();
        }
        &line[self.indents.last().map_or(0, |inside| indent.min(*inside))..]
    }

    /// The title of an admonition or a tab that a line begins, as Markdown.
    fn title_of_block(&mut self, line: &str) -> Option<String> {
        let words = line.trim();
        let title = || words.split_once('"').and_then(|(_, rest)| rest.split_once('"')).map_or("", |(title, _)| title);
        if let Some(rest) = words.strip_prefix(":::") {
            if let Some(image) = rest.trim_start_matches(':').trim_start().strip_prefix("image ") {
                return Some(attribute(image, &["alt-text"]).unwrap_or_default().to_owned());
            }
            let (name, title) = rest.trim_start_matches(':').split_once(' ').unwrap_or((rest, ""));
            let is_name = |c: char| c.is_ascii_alphabetic() || matches!(c, '-' | '{' | '}' | ':');
            return name.chars().all(is_name).then(|| title.to_owned());
        }
        let (mark, _) = words.split_once(' ').unwrap_or((words, ""));
        let is_tab = matches!(mark, "===" | "===!" | "===+") && words.ends_with('"');
        if is_tab || matches!(mark, "!!!" | "???" | "???+" | "!!!+") {
            let own = line.len() - line.trim_start_matches(' ').len();
            self.indents.push(self.indents.last().copied().unwrap_or(0) + own + 4);
            return Some(if is_tab { format!("###### {}", title()) } else { title().to_owned() });
        }
        let is_hugo_tab =
            (words.starts_with("{{< tab ") || words.starts_with("{{% tab ")) && words.matches("}}").count() == 1;
        let title = attribute(words, &["name", "title", "header", "text", "tabName"]).unwrap_or_else(title);
        (is_hugo_tab && !title.is_empty()).then(|| format!("###### {title}"))
    }

    fn without_templates_in(&mut self, line: &str, number: usize) -> String {
        let words = line.trim();
        let is_attribute_list = words.starts_with("{:") && words.ends_with('}');
        if !self.is_in_comment && (is_module(words) || is_attribute_list) {
            self.skip(line, number);
            return String::new();
        }
        let mut kept = String::with_capacity(line.len());
        let mut rest = line;
        loop {
            if self.is_in_comment {
                let end = rest.find("*/}").map_or(rest.len(), |end| end + 3);
                self.is_in_comment = !rest[..end].ends_with("*/}");
                self.skip(&rest[..end], number);
                rest = &rest[end..];
                if self.is_in_comment {
                    break;
                }
            }
            let Some(start) = rest.find('{') else {
                kept.push_str(rest);
                break;
            };
            kept.push_str(&rest[..start]);
            rest = &rest[start..];
            if rest.starts_with("{/*") {
                self.is_in_comment = true;
            } else if let Some((shown, end)) = template(rest) {
                kept.push_str(shown);
                self.skip(&rest[..end], number);
                rest = &rest[end..];
            } else {
                kept.push('{');
                rest = &rest[1..];
            }
        }
        kept
    }

    fn skip(&mut self, text: &str, number: usize) {
        let text = fold(text);
        if !text.is_empty() {
            self.source.skipped.push(Skipped { number, text, kind: SkippedKind::Template });
        }
    }
}

/// The backticks or tildes that open a code block.
fn opening_fence(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let mark = line.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let end = line.find(|c| c != mark).unwrap_or(line.len());
    (end >= 3 && !(mark == '`' && line[end..].contains('`'))).then_some(&line[..end])
}

fn closes_fence(line: &str, fence: &str) -> bool {
    let line = line.trim();
    line.starts_with(fence) && line.trim_start_matches(&fence[..1]).is_empty()
}

/// Whether a line is an import or an export of a module, rather than a sentence that begins like one.
fn is_module(words: &str) -> bool {
    let words = words.strip_suffix(';').unwrap_or(words);
    let module =
        words.strip_prefix("import ").map(|rest| rest.rsplit_once(" from ").map_or(rest, |(_, module)| module));
    let is_quoted = |module: &str| module.len() > 2 && module.starts_with(['\'', '"']) && module.ends_with(['\'', '"']);
    let is_export = ["const ", "default ", "function ", "let ", "var "].iter().any(|word| {
        words.strip_prefix("export ").is_some_and(|rest| rest.starts_with(word) && rest.contains(['=', '(', '{']))
    });
    module.is_some_and(is_quoted) || is_export
}

/// The text that the template at the start shows, and where it ends. Variables, such as `{{ site.name }}`, stay as they are.
fn template(text: &str) -> Option<(&str, usize)> {
    for (open, close) in [("{{<", ">}}"), ("{{%", "%}}"), ("{%", "%}"), ("{#", "}")] {
        if text.starts_with(open) {
            let end = text.find(close)? + close.len();
            return Some((attribute(&text[..end], &["text"]).unwrap_or_default(), end));
        }
    }
    None
}

/// The value of the first of some attributes that a template has, such as `{{< tooltip text="node" >}}`.
pub(super) fn attribute<'t>(template: &'t str, names: &[&str]) -> Option<&'t str> {
    names.iter().find_map(|name| {
        let (at, _) = template
            .match_indices(&format!("{name}=\""))
            .find(|(at, _)| template[..*at].ends_with(|before: char| before.is_whitespace()) || *at == 0)?;
        template[at + name.len() + 2..].split('"').next()
    })
}

#[cfg(test)]
mod tests {
    use super::without_templates;

    #[test]
    fn templates_are_taken_out_and_variables_stay() {
        for (page, text, skipped) in [
            ("a {{< b >}} c", "a  c\n", &["{{< b >}}"][..]),
            (
                "{{< tip text=\"node\" id=\"x\" >}} and {{ site.name }}",
                "node and {{ site.name }}\n",
                &["{{< tip text=\"node\" id=\"x\" >}}"],
            ),
            ("## Nodes {#nodes}", "## Nodes \n", &["{#nodes}"]),
            ("a {/* b\nc */} d", "a \n d\n", &["{/* b", "c */}"]),
            (
                "import Tabs from '@theme/Tabs';\n\n{: .wide}\nx {y}",
                "\n\n\nx {y}\n",
                &["import Tabs from '@theme/Tabs';", "{: .wide}"],
            ),
            ("import certificates from the node;", "import certificates from the node;\n", &[]),
            ("export the key = 443", "export the key = 443\n", &[]),
            ("```\n{% raw %}\n```", "```\n{% raw %}\n```\n", &[]),
            (":::note Mind\n\nx\n:::", "Mind\n\nx\n\n", &[":::note Mind", ":::"]),
            (
                "!!! note \"Mind\"\n    x\n\n        code\ny\n    z",
                "Mind\nx\n\n    code\ny\n    z\n",
                &["!!! note \"Mind\""],
            ),
            ("=== \"A\"\n    !!! tip\n        x\n    y", "###### A\n\nx\ny\n", &["=== \"A\"", "!!! tip"]),
            ("{{< tab \"Calico\" >}}\nx", "###### Calico\nx\n", &["{{< tab \"Calico\" >}}"]),
        ] {
            let source = without_templates(page);
            assert_eq!(source.text, text, "{page}");
            let found: Vec<_> = source.skipped.iter().map(|skipped| skipped.text.as_str()).collect();
            assert_eq!(found, skipped, "{page}");
        }
    }

    #[test]
    fn every_line_feed_and_carriage_return_ends_a_line() {
        let source = without_templates("a\rb\r\nc\r\r\nd\n");
        assert_eq!(source.text, "a\nb\nc\n\nd\n");
        assert_eq!(source.text_of_line(5), "d");
    }

    #[test]
    fn a_condition_between_two_rows_does_not_end_the_table() {
        let source = without_templates("| a | b |\n{%- if x %}\n| 1 | 2 |\n{% endif %}\n\nend");
        assert_eq!(source.text, "| a | b |\n| 1 | 2 |\n\n\nend\n");
        assert_eq!((1..=5).map(|line| source.line(line)).collect::<Vec<_>>(), [1, 3, 4, 5, 6]);
        assert_eq!(source.text_of_line(2), "| 1 | 2 |");
    }
}
