//! Splits the files of a draft into blocks and their keys, so that what a person wrote can be kept as it is.

/// A part of a file that begins with a header such as `[[flow]]`; the first one may have none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Block {
    /// The header without a comment: `[[flow]]`.
    pub(super) header: String,
    /// Its lines, with the header.
    pub(super) text: String,
}

/// The blocks of a file, in order. Comments and blank lines directly above a header belong to it.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = vec![Block::default()];
    let mut waiting = String::new();
    let mut depth = Depth::default();
    for line in text.split_inclusive('\n') {
        let is_outside = depth.is_outside();
        if is_outside && line.starts_with('[') {
            let header = line.split('#').next().unwrap_or_default().trim().to_string();
            blocks.push(Block { header, text: std::mem::take(&mut waiting) + line });
            continue;
        }
        if is_outside && (line.starts_with('#') || line.trim().is_empty()) {
            waiting += line;
            continue;
        }
        depth.add(line);
        if let Some(block) = blocks.last_mut() {
            block.text += &(std::mem::take(&mut waiting) + line);
        }
    }
    if let Some(block) = blocks.last_mut() {
        block.text += &waiting;
    }
    blocks
}

impl Block {
    /// The header with the comments and blank lines above it.
    pub(super) fn head(&self) -> String {
        let lines = self.text.split_inclusive('\n');
        let above = lines.clone().take_while(|line| !line.starts_with('[')).count();
        lines.take(above + 1).collect()
    }

    /// The keys of the block, each with its lines and the comment above them.
    pub(super) fn keys(&self) -> Vec<(String, String)> {
        let mut keys: Vec<(String, String)> = Vec::new();
        let mut comment = String::new();
        let mut depth = Depth::default();
        for line in self.text.split_inclusive('\n') {
            let is_outside = depth.is_outside();
            if is_outside && line.starts_with('#') {
                comment += line;
                continue;
            }
            if is_outside && (line.starts_with('[') || line.trim().is_empty()) {
                comment.clear();
                continue;
            }
            depth.add(line);
            match (is_outside, line.split_once('=')) {
                (true, Some((key, _))) => {
                    // A quoted key may contain an equals sign.
                    let quoted = line.strip_prefix('"').and_then(|rest| rest.split_once("\" ="));
                    let key = quoted.map_or(key.trim().to_string(), |(key, _)| format!("\"{key}\""));
                    keys.push((key, std::mem::take(&mut comment) + line));
                }
                _ => {
                    if let Some((_, text)) = keys.last_mut() {
                        *text += line;
                    }
                }
            }
        }
        keys
    }

    /// The value of a key with a plain text.
    pub(super) fn text_of(&self, wanted: &str) -> Option<String> {
        let (_, text) = self.keys().into_iter().find(|(key, _)| key == wanted)?;
        let (_, value) = text[comment_length(&text)..].split_once('=')?;
        let table: toml::Table = toml::from_str(&format!("value ={value}")).ok()?;
        table.get("value")?.as_str().map(str::to_string)
    }
}

/// The length of the comment above a key.
pub(super) fn comment_length(lines: &str) -> usize {
    lines.split_inclusive('\n').take_while(|line| line.starts_with('#')).map(str::len).sum()
}

/// Whether a line is inside an array, an inline table or a text of several lines.
#[derive(Default)]
struct Depth {
    brackets: usize,
    long_quote: Option<&'static str>,
}

impl Depth {
    fn is_outside(&self) -> bool {
        self.brackets == 0 && self.long_quote.is_none()
    }

    fn add(&mut self, line: &str) {
        let mut rest = line;
        while !rest.is_empty() {
            if let Some(quote) = self.long_quote {
                match rest.split_once(quote) {
                    Some((_, after)) => (rest, self.long_quote) = (after, None),
                    None => return,
                }
                continue;
            }
            if let Some(quote) = ["\"\"\"", "'''"].into_iter().find(|quote| rest.starts_with(quote)) {
                (rest, self.long_quote) = (&rest[3..], Some(quote));
                continue;
            }
            let Some(first) = rest.chars().next() else { return };
            let after = &rest[first.len_utf8()..];
            rest = match first {
                '#' => return,
                '"' => after_basic_string(after),
                '\'' => after.split_once('\'').map_or("", |(_, after)| after),
                '[' | '{' => {
                    self.brackets += 1;
                    after
                }
                ']' | '}' => {
                    self.brackets = self.brackets.saturating_sub(1);
                    after
                }
                _ => after,
            };
        }
    }
}

/// What follows a text in double quotes.
fn after_basic_string(text: &str) -> &str {
    let mut is_escaped = false;
    for (index, letter) in text.char_indices() {
        match letter {
            '"' if !is_escaped => return &text[index + 1..],
            '\\' => is_escaped = !is_escaped,
            _ => is_escaped = false,
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::blocks;

    #[test]
    fn blocks_and_keys_keep_their_lines() {
        let text = "layout = \"html\"\ncolumns = [\n    { head = \"[\" },\n]\n\n# Why.\n[[flow]] # one\nid = \"a\" # tcp/1\n# What for.\nnote = \"\"\"\n[[flow]]\nid = 2\"\"\"\n\n[peers]\n\"a = b\" = \"x\"\n";
        let found = blocks(text);
        assert_eq!(found.iter().map(|block| block.text.as_str()).collect::<String>(), text);
        let headers: Vec<&str> = found.iter().map(|block| block.header.as_str()).collect();
        assert_eq!(headers, ["", "[[flow]]", "[peers]"]);
        let keys: Vec<String> = found[1].keys().into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["id", "note"]);
        assert!(found[1].keys()[1].1.starts_with("# What for.\nnote = "));
        assert_eq!(found[1].text_of("id").as_deref(), Some("a"));
        assert_eq!(found[2].keys()[0].0, "\"a = b\"");
        assert_eq!(found[1].head(), "\n# Why.\n[[flow]] # one\n");
    }
}
