//! Takes conditions and includes out of AsciiDoc, since nobody knows the attributes and the other files with which a vendor
//! publishes a page. The text of every branch stays.

use super::super::table::{Skipped, SkippedKind};
use super::super::text::fold;

/// The page with a comment in place of each condition and include, and these. Attribute definitions show no text of their own, so
/// they are listed too, but stay.
pub(super) fn without_directives(page: &str) -> (String, Vec<Skipped>) {
    let mut text = String::with_capacity(page.len());
    let mut skipped = Vec::new();
    for (line, number) in page.lines().zip(1..) {
        let kept = match directive(line) {
            Some(Directive::Hidden) => "//",
            Some(Directive::Text(inside)) => inside,
            Some(Directive::Attribute) | None => line,
        };
        if directive(line).is_some() {
            skipped.push(Skipped { number, text: fold(line), kind: SkippedKind::Template });
        }
        text.push_str(kept);
        text.push('\n');
    }
    (text, skipped)
}

enum Directive<'a> {
    Hidden,
    /// A condition with the text that depends on it in its own line.
    Text(&'a str),
    Attribute,
}

fn directive(line: &str) -> Option<Directive<'_>> {
    let line = line.trim_end();
    if line.starts_with("include::") && line.ends_with(']') || line.starts_with("endif::") && line.ends_with(']') {
        return Some(Directive::Hidden);
    }
    if line.starts_with("ifeval::[") && line.ends_with(']') {
        return Some(Directive::Hidden);
    }
    if line.starts_with("ifdef::") || line.starts_with("ifndef::") {
        let (_, inside) = line.strip_suffix(']')?.split_once('[')?;
        return Some(if inside.is_empty() { Directive::Hidden } else { Directive::Text(inside) });
    }
    let (name, value) = line.strip_prefix(':')?.split_once(':')?;
    let is_name = name.trim_matches('!').chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    (is_name && name.len() > 1 && (value.is_empty() || value.starts_with(' '))).then_some(Directive::Attribute)
}

#[cfg(test)]
mod tests {
    use super::without_directives;

    #[test]
    fn text_of_every_branch_stays_and_directives_are_listed() {
        let page = "= Ports\n:name: x\nifdef::a[]\nTCP 443\nendif::a[]\nifndef::b[TCP 80]\nifeval::[\"{c}\" == \"d\"]\ninclude::e.adoc[]\n:: f\n";
        let (text, skipped) = without_directives(page);
        assert_eq!(text, "= Ports\n:name: x\n//\nTCP 443\n//\nTCP 80\n//\n//\n:: f\n");
        let found: Vec<_> = skipped.iter().map(|skipped| (skipped.number, skipped.text.as_str())).collect();
        let expected = [
            (2, ":name: x"),
            (3, "ifdef::a[]"),
            (5, "endif::a[]"),
            (6, "ifndef::b[TCP 80]"),
            (7, "ifeval::[\"{c}\" == \"d\"]"),
            (8, "include::e.adoc[]"),
        ];
        assert_eq!(found, expected);
    }
}
