//! A file to audit, or standard input, as text; and what a text looks like that is not what it was said to be.
//!
//! What a machine says of itself, such as the name of a process or the answer of a service, may hold any character. It is told with
//! what is hidden in it shown, and not refused: else a machine could keep itself from being audited.

use std::path::Path;

use crate::fault::Fault;
use crate::file;

/// What standard input is called where a file is named, and in messages.
const STANDARD_INPUT: &str = "-";

/// What the listeners of `ss` look like.
pub const SS: &str = "the output of ss";

/// The text of a file; of standard input for `-`.
///
/// # Errors
///
/// A file that cannot be read, is too long, is empty, or is not UTF-8.
pub fn read(file: &Path) -> Result<String, Fault> {
    let bytes = match file == Path::new(STANDARD_INPUT) {
        true => file::read_from(std::io::stdin().lock(), file)?,
        false => file::read(file)?,
    };
    text(file, bytes)
}

/// The text that the bytes are.
fn text(file: &Path, bytes: Vec<u8>) -> Result<String, Fault> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Fault::of_file(file, "found UTF-16, expected UTF-8; some shells write UTF-16 for `>`: convert it"));
    }
    let text = file::text(file, bytes)?;
    let text = text.strip_prefix('\u{feff}').map(str::to_string).unwrap_or(text);
    if text.trim().is_empty() {
        Err(Fault::of_file(file, "found no word, expected the output of a command, which failed; run it again"))
    } else {
        Ok(text)
    }
}

/// What a text looks like, for the message that it is not what was expected.
pub fn looks_like(text: &str) -> &'static str {
    let text = text.trim_start();
    let first = text.lines().next().unwrap_or_default();
    let word = first.split_whitespace().next().unwrap_or_default();
    match word {
        _ if text.starts_with('<') && text.contains("<nmaprun") => "the output of `nmap -oX`",
        _ if text.starts_with('<') => "XML, but not of nmap",
        _ if text.starts_with('{') && text.contains("\"nftables\"") => "the output of `nft -j list ruleset`",
        _ if text.starts_with(['{', '[']) => "JSON, but not of nft",
        _ if text.contains("Nmap scan report for") || first.contains("Nmap ") => "output of nmap for people",
        "table" => "the output of `nft list ruleset`, without -j",
        _ if text.lines().any(|line| line.starts_with("*filter") || line.starts_with("-P INPUT")) => {
            "rules of iptables"
        }
        "Netid" | "State" | "tcp" | "udp" | "LISTEN" | "UNCONN" => SS,
        "Active" | "Proto" => "the output of netstat",
        _ => "something else",
    }
}

#[cfg(test)]
mod tests {
    use super::{SS, looks_like, text};
    use std::path::Path;

    #[test]
    fn a_text_is_known_by_its_beginning() {
        for (text, looks) in [
            ("<?xml version=\"1.0\"?>\n<nmaprun scanner=\"nmap\">", "the output of `nmap -oX`"),
            ("<html>", "XML, but not of nmap"),
            ("{\"nftables\": []}", "the output of `nft -j list ruleset`"),
            ("[1]", "JSON, but not of nft"),
            ("Starting Nmap 7.93\nNmap scan report for a\n", "output of nmap for people"),
            ("# Nmap 7.93 scan initiated", "output of nmap for people"),
            ("table inet filter {", "the output of `nft list ruleset`, without -j"),
            ("*filter\n:INPUT", "rules of iptables"),
            ("tcp LISTEN 0 128", SS),
            ("Active Internet connections", "the output of netstat"),
            ("hello", "something else"),
        ] {
            assert_eq!(looks_like(text), looks, "{text}");
        }
    }

    #[test]
    fn what_is_no_text_is_refused() {
        let told = |bytes: &[u8]| text(Path::new("f"), bytes.to_vec()).map_err(|fault| fault.to_string());
        assert_eq!(told(b"\xef\xbb\xbfa"), Ok("a".to_string()));
        assert_eq!(told(b"a\nb\xff"), Err("f:2:2: found a byte that is not UTF-8; save the file as UTF-8".to_string()));
        assert_eq!(
            told(b" \n"),
            Err("f: found no word, expected the output of a command, which failed; run it again".to_string())
        );
        assert!(told(b"\xff\xfea\0").unwrap_err().contains("UTF-16"));
    }
}
