//! Parses the lines of iptables-save: tables, chains with their policies, and rules.

use std::path::Path;

use port_data::{Diagnostic, Place};
use serde_json::Value;

use super::alternatives::{Alternatives, shortened};
use super::header::{self, Context, generic, invalid, of_protocol, only_protocol, wrong_family};
use super::matches;
use super::target;
use super::words::{Extension, Opt, RuleParts, Word, parts, words};
use crate::audit::address_family::AddressFamily;
use crate::audit::codes;
use crate::audit::firewall::ruleset::{Chain, Hook, Key, Rule, RuleNumber, Ruleset};
use crate::audit::input_kind::{InputKind, wrong_kind};

/// The chains that the kernel calls: the table, the chain, its hook and its priority.
const BUILT_IN: &[(&str, &str, &str, i64)] = &[
    ("raw", "PREROUTING", "prerouting", -300),
    ("raw", "OUTPUT", "output", -300),
    ("mangle", "PREROUTING", "prerouting", -150),
    ("mangle", "INPUT", "input", -150),
    ("mangle", "FORWARD", "forward", -150),
    ("mangle", "OUTPUT", "output", -150),
    ("mangle", "POSTROUTING", "postrouting", -150),
    ("nat", "PREROUTING", "prerouting", -100),
    ("nat", "INPUT", "input", 100),
    ("nat", "OUTPUT", "output", -100),
    ("nat", "POSTROUTING", "postrouting", 100),
    ("filter", "INPUT", "input", 0),
    ("filter", "FORWARD", "forward", 0),
    ("filter", "OUTPUT", "output", 0),
    ("security", "INPUT", "input", 50),
    ("security", "FORWARD", "forward", 50),
    ("security", "OUTPUT", "output", 50),
];

/// What follows the name of a table of iptables-legacy if iptables-nft has such a table too.
pub const LEGACY_SUFFIX: &str = " (legacy)";

/// The same for a table of iptables-nft that is saved after that of iptables-legacy.
pub const NFT_SUFFIX: &str = " (nft)";

/// The most conditions and targets of a file. Each needs up to 3 KiB.
const MAX_PARTS: usize = 100_000;

/// The most conditions of a rule that are interpreted.
const MAX_CONDITIONS: usize = 64;

/// Which iptables wrote a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// iptables-nft, whose tables nft lists too.
    Nft,
    /// iptables-legacy, whose tables nft doesn't list.
    Legacy,
    /// The file doesn't say.
    Unknown,
}

/// A table while it is read.
struct Table {
    /// Its name in the file.
    name: String,
    /// Its name in the ruleset, which differs if both kinds of iptables have such a table.
    key: String,
    line: usize,
}

/// A file while it is read: its tables so far.
struct Reader<'a> {
    family: AddressFamily,
    ruleset: &'a mut Ruleset,
    backend: Backend,
    /// The tables that were read, with what wrote them.
    tables: Vec<(String, Backend)>,
    open: Option<Table>,
    /// How many more conditions and statements are read.
    parts_left: usize,
}

/// The tables of a family in a ruleset, and what wrote each of them.
pub type Tables = Vec<(String, Backend)>;

/// Adds the tables of a file to a ruleset.
pub fn read(
    file: &Path,
    text: &str,
    family: AddressFamily,
    tables: Tables,
    ruleset: &mut Ruleset,
) -> Result<Tables, Diagnostic> {
    let command = command(family);
    if !matches!(InputKind::of(text), InputKind::IptablesSave | InputKind::Unknown) {
        return Err(wrong_kind(file, text, command));
    }
    let mut reader = Reader { family, ruleset, backend: Backend::Unknown, tables, open: None, parts_left: MAX_PARTS };
    let before = reader.tables.len();
    let mut last = 0;
    for (index, line) in text.lines().enumerate() {
        last = index + 1;
        reader.line(line.trim(), last).map_err(|problem| {
            // Without any table, it is the file that is wrong.
            let is_first = reader.open.is_none() && reader.tables.len() == before;
            match is_first && problem.code == codes::IPTABLES_INVALID_LINE {
                true => wrong_kind(file, text, command),
                false => problem.at(Place::line(file, last)),
            }
        })?;
    }
    if let Some(Table { name, line, .. }) = &reader.open {
        let message = format!("table {name} (line {line}) has no COMMIT");
        let problem = Diagnostic::new(codes::IPTABLES_CUT_OFF, message).help("check whether the file was cut off");
        return Err(problem.at(Place::line(file, last)));
    }
    if reader.tables.len() == before {
        let problem = Diagnostic::new(codes::IPTABLES_NO_TABLE, "the file has no table");
        return Err(problem.help(format!("run `{command}` as root, without options")).at(Place::file(file)));
    }
    Ok(reader.tables)
}

/// The command that saves the rules of a family.
pub fn command(family: AddressFamily) -> &'static str {
    match family {
        AddressFamily::Ipv4 => "iptables-save",
        AddressFamily::Ipv6 => "ip6tables-save",
    }
}

/// The family as nft names it.
pub fn nft_family(family: AddressFamily) -> &'static str {
    if family == AddressFamily::Ipv4 { "ip" } else { "ip6" }
}

impl Reader<'_> {
    fn line(&mut self, line: &str, number: usize) -> Result<(), Diagnostic> {
        let not_written = |message: String| Err(invalid(codes::IPTABLES_INVALID_LINE, message));
        if line.is_empty() {
            return Ok(());
        }
        if let Some(comment) = line.strip_prefix('#') {
            return self.comment(comment.trim());
        }
        let Some(table) = &self.open else {
            return match line.strip_prefix('*') {
                Some(name) => self.begin(name.trim(), number),
                None => not_written(format!("{:?} is in no table", shortened(line))),
            };
        };
        if line == "COMMIT" {
            let Table { key, .. } = self.open.take().expect("a table is open");
            self.tables.push((key, self.backend));
            return Ok(());
        }
        if let Some(chain) = line.strip_prefix(':') {
            let (name, key) = (table.name.clone(), table.key.clone());
            return self.chain(&name, &key, chain);
        }
        // `iptables-save -c` writes the counters first.
        let rule = match line.strip_prefix('[') {
            Some(rest) => rest.split_once(']').map_or(line, |(_, rest)| rest.trim()),
            None => line,
        };
        let Some(words) = words(rule) else {
            return not_written("a quote is not closed".to_string());
        };
        match &words[..] {
            [command, chain, rest @ ..] if command.text == "-A" || command.text == "--append" => {
                let key = Key {
                    family: nft_family(self.family).to_string(),
                    table: table.key.clone(),
                    name: chain.text.clone(),
                };
                self.rule(&key, rest, number)
            }
            [command, ..] if command.text.starts_with('-') => {
                not_written(format!("{:?} is not a rule as iptables-save writes it", command.text))
            }
            _ => not_written(format!("{:?} is neither a chain nor a rule", shortened(line))),
        }
    }

    /// Some comments say what is, or isn't, in the file.
    fn comment(&mut self, comment: &str) -> Result<(), Diagnostic> {
        if let Some(program) = comment.strip_prefix("Generated by ") {
            let name = program.split_whitespace().next().unwrap_or_default();
            if name.starts_with("ip6tables") != (self.family == AddressFamily::Ipv6) {
                return Err(wrong_family(format!("rules of {name}"), self.family));
            }
            let is_nft = ["nf_tables", "-nft-", "xtables-"].iter().any(|word| program.contains(word));
            self.backend = if is_nft { Backend::Nft } else { Backend::Legacy };
        }
        if comment.starts_with("Table `") && comment.contains("incompatible") {
            let message = format!("the rules of a table are missing ({comment})");
            return Err(Diagnostic::new(codes::IPTABLES_INCOMPATIBLE, message).help("audit with --nft"));
        }
        if comment.starts_with("Warning: ") && comment.contains("-legacy tables present") {
            self.ruleset.remarks.push(format!(
                "{comment}: the audit doesn't have these rules; add the output of that command with another --{}",
                command(self.family).trim_end_matches("-save")
            ));
        }
        Ok(())
    }

    fn begin(&mut self, name: &str, line: usize) -> Result<(), Diagnostic> {
        if !BUILT_IN.iter().any(|(table, ..)| *table == name) {
            let message = format!("unknown table {:?}", shortened(name));
            return Err(invalid(codes::IPTABLES_INVALID_LINE, message));
        }
        let mut key = name.to_string();
        if let Some((_, first)) = self.tables.iter().find(|(table, _)| table == name) {
            let suffix = match (first, self.backend) {
                (Backend::Nft, Backend::Legacy) => LEGACY_SUFFIX,
                (Backend::Legacy, Backend::Nft) => NFT_SUFFIX,
                _ => "",
            };
            key = format!("{name}{suffix}");
            if self.tables.iter().any(|(table, _)| *table == key) {
                let message = format!("table {name} is saved twice");
                let help = "audit one save of iptables-nft and one of iptables-legacy at most";
                return Err(Diagnostic::new(codes::IPTABLES_DUPLICATE, message).help(help));
            }
        }
        self.open = Some(Table { name: name.to_string(), key, line });
        Ok(())
    }

    /// A chain: `INPUT DROP [0:0]`; one that the kernel doesn't call has `-` instead of a policy.
    fn chain(&mut self, table: &str, table_key: &str, text: &str) -> Result<(), Diagnostic> {
        let mut words = text.split_whitespace();
        let (name, policy) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let built_in = BUILT_IN.iter().find(|(own, chain, ..)| (*own, *chain) == (table, name));
        let key =
            Key { family: nft_family(self.family).to_string(), table: table_key.to_string(), name: name.to_string() };
        let hook = match (built_in, policy) {
            (None, "-") if !name.is_empty() => None,
            (Some((_, _, hook, priority)), "ACCEPT" | "DROP") => Some(Hook {
                name: (*hook).to_string(),
                accepts: policy == "ACCEPT",
                priority: *priority,
                is_nat: table == "nat",
                position: self.ruleset.chains.len(),
                ..Hook::default()
            }),
            (None, "ACCEPT" | "DROP") => {
                let message = format!("chain {name:?} has a policy, but table {table} has no such built-in chain");
                return Err(invalid(codes::IPTABLES_INVALID_LINE, message));
            }
            _ => {
                let message = format!("unknown policy {policy:?} of chain {name:?} (ACCEPT, DROP and - are known)");
                return Err(invalid(codes::IPTABLES_INVALID_LINE, message));
            }
        };
        if self.ruleset.chains.insert(key, Chain { hook, rules: Vec::new(), numbers: RuleNumber::Line }).is_some() {
            let problem = Diagnostic::new(codes::IPTABLES_DUPLICATE, format!("chain {name:?} is listed twice"));
            return Err(problem.help("save the rules again"));
        }
        Ok(())
    }

    /// Adds a rule; several, of which at most one matches, if nft has no single one.
    fn rule(&mut self, key: &Key, words: &[Word], line: usize) -> Result<(), Diagnostic> {
        if !self.ruleset.chains.contains_key(key) {
            let message = format!("chain {:?} of the rule is not listed before it", key.name);
            return Err(invalid(codes::IPTABLES_INVALID_LINE, message));
        }
        let parts = parts(words);
        let context = Context { family: self.family, protocol: only_protocol(&parts.generic) };
        let conditions = conditions(&parts, context)?;
        let is_chain = |name: &str| {
            let chain = self.ruleset.chains.get(&key.sibling(name));
            chain.is_some_and(|chain| chain.hook.is_none())
        };
        let statements = match &parts.target {
            Some(target) => target::translate(target, context, is_chain)?,
            None => Vec::new(),
        };
        let rules: Vec<Vec<Value>> = conditions.0.into_iter().map(|list| [list, statements.clone()].concat()).collect();
        let size = rules.iter().map(Vec::len).sum::<usize>();
        self.parts_left = self.parts_left.checked_sub(size).ok_or_else(|| {
            let problem =
                Diagnostic::new(codes::IPTABLES_TOO_LARGE, format!("more than {MAX_PARTS} conditions and targets"));
            problem.help("audit with --nmap or --ss")
        })?;
        if let Some(chain) = self.ruleset.chains.get_mut(key) {
            let number = u64::try_from(line).unwrap_or(u64::MAX);
            chain.rules.extend(rules.into_iter().map(|parts| Rule { number, parts }));
        }
        Ok(())
    }
}

/// Everything that a packet must meet for a rule to match.
fn conditions(parts: &RuleParts, context: Context) -> Result<Alternatives, Diagnostic> {
    let count = parts.generic.len() + parts.header.len() + parts.matches.len();
    if count > MAX_CONDITIONS {
        return Ok(Alternatives::opaque("a rule", &format!("with more than {MAX_CONDITIONS} conditions")));
    }
    let by_protocol = |option: &&Opt| option.name != "-p";
    let generic_first = parts.generic.iter().filter(|option| option.name == "-p");
    let mut all = Alternatives::always();
    let mut add = |condition: Alternatives, opaque: &dyn Fn() -> Alternatives| {
        // With too many alternatives, the condition isn't interpreted.
        if let Some(both) = all.and(&condition).or_else(|| all.and(&opaque())) {
            all = both;
        }
    };
    for option in generic_first.chain(parts.generic.iter().filter(by_protocol)) {
        add(generic(option, context)?, &|| header::opaque(option));
    }
    for option in &parts.header {
        add(of_protocol(option, context), &|| header::opaque(option));
    }
    for module in &parts.matches {
        let module: &Extension = module;
        add(matches::translate(module, context)?, &|| matches::opaque(module));
    }
    if !parts.strays.is_empty() {
        let stray = || Alternatives::opaque(&parts.strays.join(" "), "");
        add(stray(), &stray);
    }
    Ok(all)
}
