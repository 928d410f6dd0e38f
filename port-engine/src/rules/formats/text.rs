//! Text that several formats share: comments, shortened names and quoted strings.

use port_core::Direction;

use crate::rules::model::Ruleset;
use crate::rules::options::FirewallLocation;

/// The longest line of a comment, in characters. iptables-restore reads lines of up to 10,239 bytes, and parses the rest of a
/// longer comment as a rule.
const LONGEST_LINE: usize = 1000;

/// Lines as `#` comments with an indentation. A line that is too long continues on the next one.
pub fn comment_lines(indent: &str, lines: impl Iterator<Item = String>) -> String {
    let mut text = String::new();
    for line in lines {
        let mut rest = line.as_str();
        loop {
            let (part, after) = rest.split_at(rest.char_indices().nth(LONGEST_LINE).map_or(rest.len(), |(end, _)| end));
            text += format!("{indent}# {part}").trim_end();
            text.push('\n');
            if after.is_empty() {
                break;
            }
            rest = after;
        }
    }
    text
}

/// Whether what no rule accepts is logged at the end of a direction's chain. A firewall that forwards sends all packets through both
/// chains, so only the end of the last one knows what no rule accepts.
pub fn logs_at_end(ruleset: &Ruleset, direction: Direction) -> bool {
    ruleset.location == FirewallLocation::Host || ruleset.directions.last() == Some(&direction)
}

/// A name of at most `max` characters. A longer name is cut and ends in a digest of the whole name, so that names with the same
/// beginning stay different.
pub fn short_name(name: &str, max: usize) -> String {
    if name.len() <= max {
        return name.to_string();
    }
    let digest = format!("-{:08x}", digest(name));
    let start: String = name.chars().take(max - digest.len()).collect();
    start + &digest
}

/// A name as an identifier of languages that don't allow hyphens. Names begin with a letter and contain no underscore.
pub fn identifier(name: &str) -> String {
    name.replace('-', "_")
}

/// A number that identifies a text: FNV-1a with 32 bits.
pub fn digest(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |digest, byte| (digest ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// A quoted string, as both YAML and JSON write it.
pub fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::short_name;

    #[test]
    fn shortened_names_with_the_same_beginning_stay_different() {
        assert_eq!(short_name("as-long-as-it-may-be", 20), "as-long-as-it-may-be");
        let [one, other] = ["longer-than-it-may-be", "longer-than-it-may-ba"].map(|name| short_name(name, 20));
        assert!(one.starts_with("longer-than-") && one.len() == 20, "{one}");
        assert_eq!(one.len(), other.len());
        assert_ne!(one, other);
    }
}
