//! The pattern of a list's items: column names in braces, and the text between them.

use port_data::Diagnostic;
use port_data::hidden::Escaped;

use super::codes;
use super::text::fold;

/// A valid pattern.
///
/// # Examples
/// ```
/// use port_import::page::Pattern;
///
/// let pattern = Pattern::parse("{Ports}: {Label}")?;
/// assert_eq!(pattern.columns().collect::<Vec<_>>(), ["Ports", "Label"]);
/// let found = pattern.match_text("TCP 443: web interface").unwrap();
/// assert_eq!(found, [("Ports", "TCP 443"), ("Label", "web interface")]);
/// # Ok::<(), port_data::Diagnostic>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    /// The text before the first column.
    start: String,
    /// Each column with the text after it, which only the last one may lack.
    columns: Vec<(String, String)>,
}

impl Pattern {
    /// Parses a pattern. The marks of bold text and of code (`**`, `` ` ``) are left out, since items don't have them. A brace
    /// that is text is doubled.
    ///
    /// # Errors
    ///
    /// It has no column, one twice, two without text between them, or a brace without its partner.
    pub fn parse(text: &str) -> Result<Pattern, Diagnostic> {
        let invalid = |what: &str| {
            let message = format!("invalid pattern \"{}\" of a list: {what}", Escaped(text));
            let help = "write column names in braces, with the text between them as printed: \"{Ports}: {Label}\"";
            Diagnostic::new(codes::INVALID_PATTERN, message).help(help)
        };
        let plain = text.replace("**", "").replace('`', "");
        let mut chars = plain.chars().peekable();
        let mut literals = vec![String::new()];
        let mut names: Vec<String> = Vec::new();
        while let Some(c) = chars.next() {
            let literal = literals.last_mut().map_or_else(String::new, std::mem::take);
            let literal = match c {
                '{' | '}' if chars.next_if_eq(&c).is_some() => literal + &c.to_string(),
                '{' => {
                    let name: String = std::iter::from_fn(|| chars.next_if(|c| *c != '}' && *c != '{')).collect();
                    let name = fold(&name);
                    if chars.next() != Some('}') {
                        return Err(invalid("a brace has no partner"));
                    } else if name.is_empty() {
                        return Err(invalid("a column has no name"));
                    } else if names.contains(&name) {
                        return Err(invalid("a column is there twice"));
                    } else if !names.is_empty() && literal.is_empty() {
                        return Err(invalid("no text separates two columns"));
                    }
                    names.push(name);
                    if let Some(last) = literals.last_mut() {
                        *last = literal;
                    }
                    literals.push(String::new());
                    continue;
                }
                '}' => return Err(invalid("a brace has no partner")),
                _ => literal + &c.to_string(),
            };
            if let Some(last) = literals.last_mut() {
                *last = literal;
            }
        }
        if names.is_empty() {
            return Err(invalid("it has no column"));
        }
        let mut literals = literals.into_iter().map(|literal| collapse(&literal));
        let start = literals.next().unwrap_or_default().trim_start().to_owned();
        let mut columns: Vec<(String, String)> = names.into_iter().zip(literals).collect();
        if let Some((_, end)) = columns.last_mut() {
            end.truncate(end.trim_end().len());
        }
        Ok(Pattern { text: text.to_owned(), start, columns })
    }

    /// The pattern as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The names of the columns.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(name, _)| name.as_str())
    }

    /// The text of each column, if an item fits. A column has at least one character, and ends before the first occurrence of
    /// the text after it; the last one reaches to the end.
    #[must_use]
    pub fn match_text<'p, 't>(&'p self, item: &'t str) -> Option<Vec<(&'p str, &'t str)>> {
        let mut rest = item.strip_prefix(self.start.as_str())?;
        let mut found = Vec::with_capacity(self.columns.len());
        for (index, (name, after)) in self.columns.iter().enumerate() {
            let is_last = index + 1 == self.columns.len();
            let first = rest.chars().next()?.len_utf8();
            let end = if is_last {
                rest.strip_suffix(after.as_str())?.len()
            } else {
                first + rest.get(first..)?.find(after.as_str())?
            };
            let text = rest[..end].trim();
            if text.is_empty() {
                return None;
            }
            found.push((name.as_str(), text));
            rest = &rest[(end + after.len()).min(rest.len())..];
        }
        Some(found)
    }
}

/// Replaces each run of whitespace by one space.
fn collapse(text: &str) -> String {
    let start = if text.starts_with(char::is_whitespace) { " " } else { "" };
    let end = if text.ends_with(char::is_whitespace) { " " } else { "" };
    match fold(text) {
        folded if folded.is_empty() => start.to_owned(),
        folded => format!("{start}{folded}{end}"),
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn items_are_split_at_the_text_between_columns() {
        for (pattern, item, expected) in [
            ("{Ports}: {Label}", "TCP 443: web: new", Some(&["TCP 443", "web: new"][..])),
            ("**{Label}**: port {Ports}", "Web UI: port 443", Some(&["Web UI", "443"])),
            ("{Label} - {Ports} ({Note})", "Web (new) - 443 (a) (b)", Some(&["Web (new)", "443", "a) (b"])),
            ("Port  {Ports}", "Port 443", Some(&["443"])),
            ("{Ports} ({Note})", "443 (a) b", None),
            ("{Ports}: {Label}", ": web", None),
            ("{Ports}: {Label}", "443:", None),
            ("{{{Ports}}}: {Label}", "{443}: web", Some(&["443", "web"])),
        ] {
            let parsed = Pattern::parse(pattern).unwrap();
            let found = parsed.match_text(item);
            let texts = found.map(|found| found.into_iter().map(|(_, text)| text).collect::<Vec<_>>());
            assert_eq!(texts.as_deref(), expected, "{pattern} {item}");
        }
    }

    #[test]
    fn invalid_patterns_are_rejected() {
        for (pattern, expected) in [
            ("443", "it has no column"),
            ("{a}{b}", "no text separates two columns"),
            ("{a}: {a}", "a column is there twice"),
            ("{a", "a brace has no partner"),
            ("a}", "a brace has no partner"),
            ("{ }", "a column has no name"),
        ] {
            let error = Pattern::parse(pattern).unwrap_err();
            assert!(error.to_string().contains(expected), "{pattern}: {error}");
        }
    }
}
