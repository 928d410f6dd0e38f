//! Arguments that clap rejects, as diagnostics: with a code, on one line, and with what to do.

use std::error::Error;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use port_core::nearest::nearest;
use port_data::Diagnostic;
use port_data::hidden::{Escaped, QuotedAscii};

use crate::codes;

/// The diagnostic of clap's error; `None` if it is the help or the version, which are printed as they are. `command` is the command
/// among the arguments, if there is one.
pub fn diagnostic(error: &clap::Error, command: Option<&str>) -> Option<Diagnostic> {
    let is_text = matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    );
    if is_text {
        return None;
    }
    let help = match command {
        Some(command) => format!("see port-catalog {command} --help"),
        None => "see port-catalog --help".to_string(),
    };
    let (message, help) = Call { error, help }.message_and_help();
    Some(Diagnostic::new(codes::ARGUMENTS, message).help(help))
}

/// The most possible values that a message lists.
const LISTED: usize = 16;

/// An error with the sentence that names the right help.
struct Call<'a> {
    error: &'a clap::Error,
    help: String,
}

impl Call<'_> {
    /// What is wrong, and what to do.
    fn message_and_help(&self) -> (String, String) {
        let argument = argument(&self.text(ContextKind::InvalidArg));
        let value = QuotedAscii(self.text(ContextKind::InvalidValue)).to_string();
        match self.error.kind() {
            ErrorKind::InvalidValue if value == "\"\"" => (format!("{argument} needs a value"), self.words()),
            ErrorKind::InvalidValue => (format!("unknown value {value} for {argument}"), self.words()),
            ErrorKind::ValueValidation => {
                let message = format!("invalid value {value} for {argument}");
                let reason = self.error.source().map(|reason| Escaped(reason.to_string()).to_string());
                // Some reasons are only what to write, others what is wrong, too.
                match reason.as_ref().map(|reason| reason.split_once("; ").ok_or(reason)) {
                    Some(Ok((reason, help))) => (format!("{message} ({reason})"), help.to_string()),
                    Some(Err(help)) => (message, help.clone()),
                    None => (message, self.help.clone()),
                }
            }
            ErrorKind::UnknownArgument => {
                let found = self.text(ContextKind::InvalidArg);
                (
                    format!("unexpected argument {}", QuotedAscii(&found)),
                    self.nearest(&found, ContextKind::SuggestedArg),
                )
            }
            ErrorKind::InvalidSubcommand => {
                let found = self.text(ContextKind::InvalidSubcommand);
                let help = self.nearest(&found, ContextKind::SuggestedSubcommand);
                (format!("unknown command {}", QuotedAscii(&found)), help)
            }
            ErrorKind::MissingRequiredArgument => {
                let missing = self.texts(ContextKind::InvalidArg);
                let missing: Vec<String> = missing.iter().map(|argument| missing_argument(argument)).collect();
                (format!("missing {}", missing.join(" and ")), self.help.clone())
            }
            ErrorKind::ArgumentConflict => (self.conflict(), self.help.clone()),
            ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
                let number = |kind, least| Some(format!("{least}{}", self.number(kind)?));
                let exact = || number(ContextKind::ExpectedNumValues, "");
                let needed = number(ContextKind::MinValues, "at least ").or_else(exact).unwrap_or_default();
                let found = number(ContextKind::ActualNumValues, "").unwrap_or_default();
                (format!("{argument} needs {needed} values (found {found})"), self.help.clone())
            }
            ErrorKind::TooManyValues => (format!("unexpected value {value} for {argument}"), self.help.clone()),
            ErrorKind::InvalidUtf8 => ("an argument is not UTF-8".to_string(), self.help.clone()),
            _ => {
                let text = self.error.to_string();
                let line = text.lines().next().unwrap_or_default();
                (Escaped(line.trim_start_matches("error: ")).to_string(), self.help.clone())
            }
        }
    }

    /// The nearest word, and all of them, or where to find them if there are many.
    fn words(&self) -> String {
        let words: Vec<String> =
            self.texts(ContextKind::ValidValue).into_iter().filter(|word| !word.is_empty()).collect();
        let all = match words.split_last() {
            Some((only, [])) => format!("write {only}"),
            Some((last, others)) if words.len() <= LISTED => format!("write {} or {last}", others.join(", ")),
            _ => self.help.clone(),
        };
        let found = self.text(ContextKind::InvalidValue);
        let suggested = self.texts(ContextKind::SuggestedValue);
        match nearest(&found, suggested.iter().map(String::as_str)) {
            Some(nearest) => format!("did you mean \"{nearest}\"? ({all})"),
            None => all,
        }
    }

    /// The suggestion of clap that is as near as suggested ids have to be.
    fn nearest(&self, found: &str, suggested: ContextKind) -> String {
        let bare = |name: &str| name.trim_start_matches('-').to_string();
        let names = self.texts(suggested);
        let is_near = |name: &&String| nearest(&bare(found), std::iter::once(bare(name).as_str())).is_some();
        let near: Vec<String> = names.iter().filter(is_near).map(|name| format!("\"{name}\"")).collect();
        if near.is_empty() { self.help.clone() } else { format!("did you mean {}?", near.join(" or ")) }
    }

    /// Two arguments that exclude each other, or one that is repeated.
    fn conflict(&self) -> String {
        let own = argument(&self.text(ContextKind::InvalidArg));
        let others: Vec<String> = self.texts(ContextKind::PriorArg).iter().map(|other| argument(other)).collect();
        match others.as_slice() {
            [other] if *other == own => format!("{own} is given twice"),
            others => format!("{own} can't be combined with {}", others.join(" and ")),
        }
    }

    fn text(&self, kind: ContextKind) -> String {
        self.texts(kind).into_iter().next().unwrap_or_default()
    }

    fn texts(&self, kind: ContextKind) -> Vec<String> {
        match self.error.get(kind) {
            Some(ContextValue::String(text)) => vec![text.clone()],
            Some(ContextValue::Strings(texts)) => texts.clone(),
            _ => Vec::new(),
        }
    }

    fn number(&self, kind: ContextKind) -> Option<isize> {
        match self.error.get(kind) {
            Some(ContextValue::Number(number)) => Some(*number),
            _ => None,
        }
    }
}

/// An argument that is missing, with its value: `PORT`, `--tables <DIR>`, or several of which one is enough.
fn missing_argument(usage: &str) -> String {
    let usage = usage.trim_end_matches("...");
    let inner = usage.strip_prefix('<').and_then(|usage| usage.strip_suffix('>')).unwrap_or(usage);
    let named = match inner.rsplit_once('|') {
        Some((others, last)) => format!("{} or {last}", others.replace('|', ", ")),
        None => inner.to_string(),
    };
    Escaped(named).to_string()
}

/// The name of an argument in a message: `--port` of `--port <PORT>`, and `PORT` of `<PORT>`.
fn argument(usage: &str) -> String {
    let name = usage.split_whitespace().next().unwrap_or_default();
    Escaped(name.trim_start_matches(['<', '[']).trim_end_matches(['>', ']', '.'])).to_string()
}

#[cfg(test)]
mod tests {
    use crate::cli::parse;

    fn reported(call: &str) -> String {
        parse(call.split(' ').map(Into::into)).unwrap_err().unwrap_err().text()
    }

    #[test]
    fn only_near_words_are_suggested() {
        for (call, near) in [
            ("p list --direction in", "inbound"),
            ("p list --direction outbuond", "outbound"),
            ("p list --direction both", ""),
            ("p list --requirement optional", ""),
            ("p list --format mardown", "markdown"),
            ("p list --format jsno", "json"),
            ("p list --format xml", ""),
            ("p list --prodct x", "--product"),
            ("p list --pro x", "--product"),
            ("p list --protocol x", ""),
            ("p list --name x", ""),
            ("p shwo", "show"),
            ("p prot 1", "port"),
            ("p lost", "list"),
            ("p sort", "port"),
            ("p inspect", ""),
            ("p create", ""),
            ("p completions fsh", "fish"),
            ("p completions tcsh", ""),
        ] {
            let text = reported(call);
            let suggested = text.split_once("did you mean \"").and_then(|(_, rest)| rest.split_once('"'));
            assert_eq!(suggested.map(|(name, _)| name).unwrap_or_default(), near, "{text}");
        }
    }

    #[test]
    fn arguments_of_which_one_is_missing_are_listed() {
        let missing = super::missing_argument("<--nmap <FILE>|--ss <FILE>|--nft <FILE>>");
        assert_eq!(missing, "--nmap <FILE>, --ss <FILE> or --nft <FILE>");
        assert_eq!(super::missing_argument("--tables <DIR>"), "--tables <DIR>");
    }

    #[test]
    fn every_kind_of_error_names_the_argument_and_what_to_do() {
        for (call, text) in [
            ("p list --fail-on all", "unexpected argument \"--fail-on\"; see port-catalog list --help"),
            ("p --edition all", "unexpected argument \"--edition\"; see port-catalog --help"),
            ("p list --edition old", "unknown value \"old\" for --edition; write latest or all"),
            ("p upgrade a b", "missing TO; see port-catalog upgrade --help"),
            ("p list --direction", "--direction needs a value; write inbound or outbound"),
            ("p list --peer", "--peer needs a value; see port-catalog list --help"),
            ("p show", "missing FLOW-ID; see port-catalog show --help"),
            ("p conflicts", "missing PRODUCT; see port-catalog conflicts --help"),
            ("p show one two", "unexpected argument \"two\"; see port-catalog show --help"),
            ("p port 443-80", "invalid value \"443-80\" for PORT (the range is reversed); write 80-443"),
            ("p list --only-tables", "missing --tables <DIR>; see port-catalog list --help"),
            ("p list --only-tables=x", "unexpected value \"x\" for --only-tables; see port-catalog list --help"),
            ("p list --host a --host b", "--host is given twice; see port-catalog list --help"),
            ("p help inspect", "unknown command \"inspect\"; see port-catalog --help"),
        ] {
            assert_eq!(reported(call), text, "{call}");
        }
    }
}
