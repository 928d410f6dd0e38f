//! Takes the templates of site generators out of Markdown, which show no text of their own: Hugo's shortcodes, Liquid's tags,
//! attribute lists, and the imports and comments of MDX.

/// Markdown without templates, and the line of the page that each of its lines comes from.
pub(super) struct Source {
    /// The Markdown.
    pub text: String,
    /// The numbers of the lines in the page, from 1.
    numbers: Vec<usize>,
}

impl Source {
    /// The line of the page, from 1, that a line of the Markdown comes from.
    pub fn line(&self, line: usize) -> usize {
        self.numbers.get(line.saturating_sub(1)).or(self.numbers.last()).copied().unwrap_or(1)
    }

    /// A line of the Markdown, from 1.
    pub fn text_of_line(&self, line: usize) -> &str {
        self.text.lines().nth(line.saturating_sub(1)).unwrap_or_default()
    }
}

/// Takes the templates out of a page. A line between two rows of a table that has nothing but templates is left out, since an
/// empty line would end the table.
pub(super) fn without_templates(page: &str) -> Source {
    let mut source = Source { text: String::with_capacity(page.len()), numbers: Vec::new() };
    let mut lines = page.lines().enumerate().peekable();
    let mut is_in_comment = false;
    let mut fence: Option<&str> = None;
    let mut is_below_row = false;
    while let Some((index, line)) = lines.next() {
        let is_code = fence.is_some() || opening_fence(line).is_some();
        match fence {
            Some(open) if closes_fence(line, open) => fence = None,
            None => fence = opening_fence(line),
            Some(_) => {}
        }
        let kept = if is_code { line.to_owned() } else { without_templates_in(line, &mut is_in_comment) };
        let had_words = !line.trim().is_empty();
        let is_row = kept.contains('|');
        let is_before_row = || {
            let mut ahead = page.lines().skip(index + 1).take_while(|next| next.trim_start().starts_with(['{', '|']));
            ahead.find(|next| next.trim_start().starts_with('|')).is_some()
        };
        if kept.trim().is_empty() && had_words && is_below_row && is_before_row() {
            continue;
        }
        is_below_row = is_row;
        source.text.push_str(&kept);
        source.text.push('\n');
        source.numbers.push(index + 1);
    }
    source
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

fn without_templates_in(line: &str, is_in_comment: &mut bool) -> String {
    let words = line.trim();
    let is_module = (words.starts_with("import ") && (words.contains(" from ") || words.ends_with([';', '\'', '"'])))
        || words.starts_with("export ") && words.contains('=');
    let is_attribute_list = words.starts_with("{:") && words.ends_with('}');
    if !*is_in_comment && (is_module || is_attribute_list) {
        return String::new();
    }
    let mut kept = String::with_capacity(line.len());
    let mut rest = line;
    loop {
        if *is_in_comment {
            let Some(end) = rest.find("*/}") else { break };
            *is_in_comment = false;
            rest = &rest[end + 3..];
        }
        let Some(start) = rest.find('{') else {
            kept.push_str(rest);
            break;
        };
        kept.push_str(&rest[..start]);
        rest = &rest[start..];
        if rest.starts_with("{/*") {
            *is_in_comment = true;
        } else if let Some((shown, end)) = template(rest) {
            kept.push_str(shown);
            rest = &rest[end..];
        } else {
            kept.push('{');
            rest = &rest[1..];
        }
    }
    kept
}

/// The text that the template at the start shows, and where it ends. Variables, such as `{{ site.name }}`, stay as they are.
fn template(text: &str) -> Option<(&str, usize)> {
    for (open, close) in [("{{<", ">}}"), ("{{%", "%}}"), ("{%", "%}"), ("{#", "}")] {
        if text.starts_with(open) {
            let end = text.find(close)? + close.len();
            return Some((shown_text(&text[..end]), end));
        }
    }
    None
}

/// The words that a shortcode such as `{{< tooltip text="node" >}}` shows.
fn shown_text(template: &str) -> &str {
    let shown = template.split_once(" text=\"").and_then(|(_, rest)| rest.split_once('"'));
    shown.map_or("", |(text, _)| text)
}

#[cfg(test)]
mod tests {
    use super::without_templates;

    #[test]
    fn templates_are_taken_out_and_variables_stay() {
        for (page, text) in [
            ("a {{< b >}} c", "a  c\n"),
            ("{{< tooltip text=\"node\" id=\"x\" >}} and {{ site.name }}", "node and {{ site.name }}\n"),
            ("## Nodes {#nodes}", "## Nodes \n"),
            ("a {/* b\nc */} d", "a \n d\n"),
            ("import Tabs from '@theme/Tabs';\n\n{: .wide}\nx {y}", "\n\n\nx {y}\n"),
            ("```\n{% raw %}\n```", "```\n{% raw %}\n```\n"),
        ] {
            assert_eq!(without_templates(page).text, text, "{page}");
        }
    }

    #[test]
    fn a_condition_between_two_rows_does_not_end_the_table() {
        let source = without_templates("| a | b |\n{%- if x %}\n| 1 | 2 |\n{% endif %}\n\nend");
        assert_eq!(source.text, "| a | b |\n| 1 | 2 |\n\n\nend\n");
        assert_eq!((1..=5).map(|line| source.line(line)).collect::<Vec<_>>(), [1, 3, 4, 5, 6]);
    }
}
