//! Splits a line of iptables-save into words, and a rule's words into its parts.

/// A word, without the quotes around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Its characters.
    pub text: String,
    /// Whether a part of it was in quotes: then it is no option.
    pub is_quoted: bool,
}

/// An option with its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opt<'w> {
    /// Whether `!` precedes the option or its value.
    pub is_negated: bool,
    /// Its name: `-s`, `--dport`.
    pub name: &'w str,
    /// Its values.
    pub values: Vec<&'w str>,
}

/// A match module (`-m NAME`), or a target (`-j NAME`), with the words that belong to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension<'w> {
    /// `-m`, `-j` or `-g`
    pub option: &'static str,
    /// The module's name.
    pub name: &'w str,
    words: Vec<&'w Word>,
}

/// The words of a rule behind `-A CHAIN`, by what they belong to.
#[derive(Debug, Default)]
pub struct RuleParts<'w> {
    /// Options that need no module: addresses, interfaces, the protocol.
    pub generic: Vec<Opt<'w>>,
    /// Options about the header of the protocol, such as `--dport`.
    pub header: Vec<Opt<'w>>,
    /// The match modules, in order.
    pub matches: Vec<Extension<'w>>,
    /// The target.
    pub target: Option<Extension<'w>>,
    /// Words that belong to nothing.
    pub strays: Vec<&'w str>,
}

/// The options whose value can be any text, even one that looks like an option.
const WITH_TEXT: &[&str] = &[
    "--comment",
    "--string",
    "--hex-string",
    "--log-prefix",
    "--nflog-prefix",
    "--ulog-prefix",
    "--name",
    "--helper",
    "--bytecode",
    "--u32",
    "--hashlimit-name",
];

/// The options that need no module, with their short names.
const GENERIC: &[(&str, &str)] = &[
    ("-p", "-p"),
    ("--protocol", "-p"),
    ("--proto", "-p"),
    ("-s", "-s"),
    ("--source", "-s"),
    ("--src", "-s"),
    ("-d", "-d"),
    ("--destination", "-d"),
    ("--dst", "-d"),
    ("-i", "-i"),
    ("--in-interface", "-i"),
    ("-o", "-o"),
    ("--out-interface", "-o"),
    ("-f", "-f"),
    ("--fragment", "-f"),
];

/// The options about the header of a protocol, with their usual names and the number of their values.
const HEADER: &[(&str, &str, usize)] = &[
    ("--sport", "--sport", 1),
    ("--source-port", "--sport", 1),
    ("--dport", "--dport", 1),
    ("--destination-port", "--dport", 1),
    ("--syn", "--syn", 0),
    ("--tcp-flags", "--tcp-flags", 2),
    ("--tcp-option", "--tcp-option", 1),
    ("--icmp-type", "--icmp-type", 1),
    ("--icmpv6-type", "--icmp-type", 1),
];

/// The words of a line; `None` if a quote isn't closed. As in iptables-restore, a backslash escapes only within quotes.
pub fn words(line: &str) -> Option<Vec<Word>> {
    let mut words = Vec::new();
    let mut word: Option<Word> = None;
    let (mut in_quotes, mut is_escaped) = (false, false);
    for character in line.chars() {
        if !in_quotes && character.is_ascii_whitespace() {
            words.extend(word.take());
            continue;
        }
        let own = word.get_or_insert_with(|| Word { text: String::new(), is_quoted: false });
        match character {
            _ if is_escaped => {
                own.text.push(character);
                is_escaped = false;
            }
            '\\' if in_quotes => is_escaped = true,
            '"' => {
                in_quotes = !in_quotes;
                own.is_quoted = true;
            }
            _ => own.text.push(character),
        }
    }
    words.extend(word);
    (!in_quotes).then_some(words)
}

/// What a word is, if it is an option of the rule itself.
enum Role {
    Generic(&'static str),
    Header(&'static str, usize),
    Match,
    Target(&'static str),
}

fn role(word: &Word) -> Option<Role> {
    if word.is_quoted {
        return None;
    }
    match word.text.as_str() {
        "-m" | "--match" => return Some(Role::Match),
        "-j" | "--jump" => return Some(Role::Target("-j")),
        "-g" | "--goto" => return Some(Role::Target("-g")),
        _ => {}
    }
    let generic = GENERIC.iter().find(|(name, _)| *name == word.text).map(|(_, short)| Role::Generic(short));
    let header = || HEADER.iter().find(|(name, ..)| *name == word.text);
    generic.or_else(|| header().map(|(_, usual, values)| Role::Header(usual, *values)))
}

fn is_negation(word: &Word) -> bool {
    !word.is_quoted && word.text == "!"
}

/// The parts of a rule.
pub fn parts(words: &[Word]) -> RuleParts<'_> {
    let mut parts = RuleParts::default();
    let mut rest = words.iter().peekable();
    // The extension that further words belong to.
    let mut has_target_last = false;
    while let Some(word) = rest.next() {
        let mut is_negated = is_negation(word) && rest.peek().is_some_and(|next| role(next).is_some());
        let option = if is_negated { rest.next().unwrap_or(word) } else { word };
        let Some(role) = role(option) else {
            let target = parts.target.as_mut().filter(|_| has_target_last);
            match target.or(parts.matches.last_mut()) {
                Some(extension) => {
                    extension.words.push(word);
                    let has_text = !word.is_quoted && WITH_TEXT.contains(&word.text.as_str());
                    extension.words.extend(if has_text { rest.next() } else { None });
                }
                None => parts.strays.push(&word.text),
            }
            continue;
        };
        // Old versions write `!` before the value.
        let mut value = |is_negated: &mut bool| {
            *is_negated |= rest.next_if(|next| is_negation(next)).is_some();
            rest.next().map(|value| value.text.as_str())
        };
        match role {
            Role::Generic(name) => {
                let values = if name == "-f" { None } else { value(&mut is_negated) };
                parts.generic.push(Opt { is_negated, name, values: values.into_iter().collect() });
            }
            Role::Header(name, count) => {
                let values = (0..count).filter_map(|_| value(&mut is_negated)).collect();
                parts.header.push(Opt { is_negated, name, values });
            }
            Role::Match => {
                let name = value(&mut is_negated).unwrap_or_default();
                parts.matches.push(Extension { option: "-m", name, words: Vec::new() });
                has_target_last = false;
            }
            Role::Target(option) => {
                let name = value(&mut is_negated).unwrap_or_default();
                parts.strays.extend(parts.target.take().map(|first| first.name));
                parts.target = Some(Extension { option, name, words: Vec::new() });
                has_target_last = true;
            }
        }
    }
    parts
}

impl<'w> Extension<'w> {
    /// The options of the module; `None` if a word belongs to no option.
    pub fn options(&self) -> Option<Vec<Opt<'w>>> {
        let mut options: Vec<Opt> = Vec::new();
        let mut is_negated = false;
        let mut takes_text = false;
        for word in &self.words {
            if takes_text {
                options.last_mut()?.values.push(&word.text);
                takes_text = false;
            } else if is_negation(word) {
                is_negated = true;
            } else if !word.is_quoted && word.text.starts_with("--") {
                options.push(Opt { is_negated, name: &word.text, values: Vec::new() });
                is_negated = false;
                takes_text = WITH_TEXT.contains(&word.text.as_str());
            } else {
                let own = options.last_mut()?;
                own.is_negated |= std::mem::take(&mut is_negated);
                own.values.push(&word.text);
            }
        }
        (!is_negated).then_some(options)
    }

    /// The module's words, without its name.
    pub fn text(&self) -> String {
        let words: Vec<&str> = self.words.iter().map(|word| word.text.as_str()).collect();
        words.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::{Opt, parts, words};

    #[test]
    fn quotes_and_backslashes_are_those_of_iptables_restore() {
        let texts = |line| words(line).map(|words| words.into_iter().map(|word| word.text).collect::<Vec<_>>());
        assert_eq!(texts(r#"-m comment --comment "a \"b\" \\ c" -j X"#).unwrap()[3], r#"a "b" \ c"#);
        assert_eq!(texts(r"a\ b").unwrap(), ["a\\", "b"]);
        assert_eq!(texts("\"\"  x\t").unwrap(), ["", "x"]);
        assert_eq!(texts("--comment \"a"), None);
    }

    #[test]
    fn a_comment_can_look_like_an_option() {
        let line = words("-p tcp -m comment --comment -j -m tcp ! --dport 25 -j ACCEPT").unwrap();
        let parts = parts(&line);
        assert_eq!(parts.target.unwrap().name, "ACCEPT");
        assert_eq!(parts.matches[0].text(), "--comment -j");
        assert_eq!(parts.header, [Opt { is_negated: true, name: "--dport", values: vec!["25"] }]);
        let line = words("-m string --string \"-j\" --algo bm ! -s 192.0.2.1 -j DROP -m mac --mac-source x").unwrap();
        let parts = super::parts(&line);
        assert_eq!(parts.generic, [Opt { is_negated: true, name: "-s", values: vec!["192.0.2.1"] }]);
        assert_eq!(parts.matches[1].options().unwrap()[0].values, ["x"]);
        assert!(parts.strays.is_empty());
    }
}
