//! Decodes the bytes of a tool's output, and recognizes which tool wrote it.
//!
//! What a machine reports about itself, such as the name of a process, may contain any character. It is escaped when it is
//! printed, and not rejected: otherwise a machine could prevent its own audit.

use std::path::Path;

use port_data::cells::not_utf8;
use port_data::{Diagnostic, Place};

use super::codes;

/// The first words of outputs of ss: headers, protocols and states.
const SS_WORDS: &[&str] = &[
    "Netid", "State", "Recv-Q", "Total:", "tcp", "udp", "LISTEN", "UNCONN", "ESTAB", "nl", "raw", "icmp6", "u_str",
    "u_dgr", "u_seq", "p_raw", "p_dgr", "mptcp", "sctp",
];

/// What a text looks like, as messages name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputKind {
    /// `nmap -oX`.
    NmapXml,
    /// `masscan -oX`.
    MasscanXml,
    /// masscan's output with `-oJ`, `-oL`, `-oG` or on the terminal.
    MasscanOther,
    /// XML that isn't nmap's.
    OtherXml,
    /// nmap's output on the terminal, `-oN` or `-oG`.
    NmapText,
    /// `nft -j list ruleset`.
    NftJson,
    /// `nft list ruleset`.
    NftText,
    /// JSON that isn't nft's.
    OtherJson,
    /// `iptables-save` or `ip6tables-save`.
    IptablesSave,
    /// `iptables -S`.
    IptablesCommands,
    /// `iptables -L`.
    IptablesList,
    /// `ss`, with any options.
    Ss,
    /// `netstat`.
    Netstat,
    /// Nothing that is recognized.
    Unknown,
}

impl InputKind {
    /// Recognizes a text by its first words.
    #[must_use]
    pub fn of(text: &str) -> InputKind {
        let text = text.trim_start();
        let first_line = text.lines().next().unwrap_or_default();
        let first_word = first_line.split_whitespace().next().unwrap_or_default();
        let is_save = |line: &str| ["*filter", "*nat", "*mangle", "*raw", "*security"].contains(&line.trim());
        let is_command = |line: &str| line.starts_with("-P INPUT ") || line.starts_with("-A INPUT ");
        match first_word {
            _ if text.starts_with('<') && text.contains("scanner=\"masscan\"") => InputKind::MasscanXml,
            _ if text.starts_with('<') && text.contains("<nmaprun") => InputKind::NmapXml,
            _ if text.starts_with('<') => InputKind::OtherXml,
            _ if text.starts_with('{') && text.contains("\"nftables\"") => InputKind::NftJson,
            _ if is_masscan_json(text) || is_masscan_text(first_line) => InputKind::MasscanOther,
            _ if text.starts_with(['{', '[']) => InputKind::OtherJson,
            _ if text.contains("Nmap scan report for") || first_line.contains("Nmap ") => InputKind::NmapText,
            "table" => InputKind::NftText,
            _ if text.lines().any(is_save) => InputKind::IptablesSave,
            _ if text.lines().any(is_command) => InputKind::IptablesCommands,
            "Chain" => InputKind::IptablesList,
            word if SS_WORDS.contains(&word) => InputKind::Ss,
            "Active" | "Proto" => InputKind::Netstat,
            _ => InputKind::Unknown,
        }
    }

    /// The kind as messages name it.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            InputKind::NmapXml => "the output of `nmap -oX`",
            InputKind::MasscanXml => "the output of `masscan -oX`",
            InputKind::MasscanOther => "the output of masscan without -oX",
            InputKind::OtherXml => "XML of another program",
            InputKind::NmapText => "nmap's text output",
            InputKind::NftJson => "the output of `nft -j list ruleset`",
            InputKind::NftText => "the output of `nft list ruleset` without -j",
            InputKind::OtherJson => "JSON of another program",
            InputKind::IptablesSave => "the output of `iptables-save`",
            InputKind::IptablesCommands => "the output of `iptables -S`",
            InputKind::IptablesList => "the output of `iptables -L`",
            InputKind::Ss => "the output of ss",
            InputKind::Netstat => "the output of netstat",
            InputKind::Unknown => "something else",
        }
    }
}

/// Whether a text is masscan's `-oJ`, or its `-oD`: a list of objects or a line for each, with an address and its ports.
fn is_masscan_json(text: &str) -> bool {
    let first_object = text.trim_start_matches(['[', ',']).trim_start().lines().next().unwrap_or_default();
    first_object.starts_with('{') && first_object.contains("\"ip\"") && first_object.contains("\"ports\"")
}

/// Whether a line begins masscan's `-oL` or `-oG`, or its output on the terminal.
fn is_masscan_text(first_line: &str) -> bool {
    let first_line = first_line.to_ascii_lowercase();
    ["#masscan", "# masscan", "starting masscan", "discovered open port"]
        .iter()
        .any(|start| first_line.starts_with(start))
}

/// The diagnostic for a text that isn't the output of `command`: it names what the text looks like.
#[must_use]
pub fn wrong_kind(file: &Path, text: &str, command: &str) -> Diagnostic {
    let kind = InputKind::of(text);
    let message = format!("not the output of `{command}`: the file looks like {}", kind.description());
    let problem = Diagnostic::new(codes::WRONG_KIND, message).at(Place::file(file));
    match kind {
        InputKind::MasscanOther => problem.help("run masscan with -oX, and audit its output with --nmap"),
        _ => problem,
    }
}

/// The diagnostic for a file without any text.
#[must_use]
pub fn empty(file: &Path) -> Diagnostic {
    let problem = Diagnostic::new(codes::EMPTY, "the file is empty");
    problem.help("run the command that writes it again, and check its messages").at(Place::file(file))
}

/// The text of a file's bytes, without a byte order mark.
///
/// # Errors
///
/// The bytes aren't UTF-8, or contain only whitespace.
pub fn decode(file: &Path, bytes: Vec<u8>) -> Result<String, Diagnostic> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        let problem = Diagnostic::new(codes::NOT_UTF8, "file is UTF-16, not UTF-8");
        return Err(problem.help("convert it (some shells write UTF-16 for `>`)").at(Place::file(file)));
    }
    let text = String::from_utf8(bytes)
        .map_err(|error| not_utf8(codes::NOT_UTF8, file, error.as_bytes(), &error.utf8_error()))?;
    let text = text.strip_prefix('\u{feff}').map(str::to_string).unwrap_or(text);
    if text.trim().is_empty() {
        return Err(empty(file));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::{InputKind, decode};
    use std::path::Path;

    #[test]
    fn a_text_is_recognized_by_its_first_words() {
        for (text, kind) in [
            ("<?xml version=\"1.0\"?>\n<nmaprun scanner=\"nmap\">", InputKind::NmapXml),
            (
                "<?xml version=\"1.0\"?>\n<!-- masscan v1.0 scan -->\n<nmaprun scanner=\"masscan\">",
                InputKind::MasscanXml,
            ),
            (
                "[\n{   \"ip\": \"192.0.2.1\",   \"timestamp\": \"1\", \"ports\": [ {\"port\": 25} ] }\n]",
                InputKind::MasscanOther,
            ),
            ("#masscan\nopen tcp 25 192.0.2.1 1\n# end\n", InputKind::MasscanOther),
            ("# Masscan 1.3.2 scan initiated", InputKind::MasscanOther),
            ("Discovered open port 25/tcp on 192.0.2.1", InputKind::MasscanOther),
            ("<html>", InputKind::OtherXml),
            ("{\"nftables\": []}", InputKind::NftJson),
            ("[1]", InputKind::OtherJson),
            ("Starting Nmap 7.93\nNmap scan report for a\n", InputKind::NmapText),
            ("# Nmap 7.93 scan initiated", InputKind::NmapText),
            ("table inet filter {", InputKind::NftText),
            ("*filter\n:INPUT", InputKind::IptablesSave),
            ("-P INPUT DROP\n-A INPUT -j ACCEPT", InputKind::IptablesCommands),
            ("Chain INPUT (policy ACCEPT)", InputKind::IptablesList),
            ("tcp LISTEN 0 128", InputKind::Ss),
            ("  tcp LISTEN 0 128", InputKind::Ss),
            ("Recv-Q Send-Q", InputKind::Ss),
            ("Active Internet connections", InputKind::Netstat),
            ("hello", InputKind::Unknown),
        ] {
            assert_eq!(InputKind::of(text), kind, "{text}");
        }
    }

    #[test]
    fn bytes_that_are_not_utf8_or_are_empty_are_rejected() {
        let decoded = |bytes: &[u8]| decode(Path::new("f"), bytes.to_vec()).map_err(|problem| problem.to_string());
        assert_eq!(decoded(b"\xef\xbb\xbfa"), Ok("a".to_string()));
        assert!(decoded(b"a\nb\xff").unwrap_err().starts_with("f:2:2: "));
        assert_eq!(
            decoded(b" \n"),
            Err("f: the file is empty; run the command that writes it again, and check its messages".to_string())
        );
        assert!(decoded(b"\xff\xfea\0").unwrap_err().contains("UTF-16"));
    }
}
