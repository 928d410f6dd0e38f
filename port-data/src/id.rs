//! Ids, and the enum variants that they become.

use port_core::nearest::LONGEST_ID;

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::hidden::QuotedAscii;

/// Whether a text is an id: lowercase kebab-case ASCII that begins with a letter.
pub fn is_id(text: &str) -> bool {
    let words_are_plain = text
        .split('-')
        .all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()));
    words_are_plain && text.starts_with(|first: char| first.is_ascii_lowercase()) && text.len() <= LONGEST_ID
}

/// An id.
///
/// # Errors
///
/// The text isn't lowercase kebab-case ASCII, or is too long.
pub fn check_id(text: &str) -> Result<String, Diagnostic> {
    match is_id(text) {
        true => Ok(text.to_string()),
        false => Err(Diagnostic::new(codes::INVALID_ID, format!("invalid id {}", QuotedAscii(text))).help(format!(
            "write lowercase kebab-case ASCII that begins with a letter, such as email-client, in at most {LONGEST_ID} \
             characters"
        ))),
    }
}

/// The variant of an id: each word is capitalized, with further capitals as in `name`.
///
/// The id `fortimail` with the name `FortiMail` becomes `FortiMail`; `ldap-server` with `LDAP server` becomes `LdapServer`.
pub fn variant(id: &str, name: &str) -> String {
    let spellings: Vec<&str> = name
        .split(|character: char| !character.is_ascii_alphanumeric())
        .filter(|word| word.starts_with(|first: char| first.is_ascii_uppercase()))
        .filter(|word| word.contains(|letter: char| letter.is_ascii_lowercase()))
        .collect();
    id.split('-')
        .map(|word| match spellings.iter().find(|spelling| spelling.eq_ignore_ascii_case(word)) {
            Some(spelling) => (*spelling).to_string(),
            None => word[..1].to_ascii_uppercase() + &word[1..],
        })
        .collect()
}

/// The variant of a flow's id in the enum of its product: without the product's own id, if that leaves a name.
///
/// `fortimail-in-admin` of the product `fortimail` becomes `InAdmin`.
pub fn flow_variant(product: &str, id: &str) -> String {
    let rest = id.strip_prefix(product).and_then(|rest| rest.strip_prefix('-'));
    variant(rest.filter(|rest| is_id(rest)).unwrap_or(id), "")
}

#[cfg(test)]
mod tests {
    use super::{flow_variant, is_id, variant};

    #[test]
    fn ids_are_lowercase_kebab_case() {
        for id in ["smtp", "email-client", "microsoft-365", "pop3s"] {
            assert!(is_id(id), "{id}");
        }
        for text in [
            "",
            "Smtp",
            "email_client",
            "-smtp",
            "smtp-",
            "a--b",
            "3com",
            "e mail",
            "smtp\u{301}",
            "ѕmtp",
            &"x".repeat(81),
        ] {
            assert!(!is_id(text), "{text}");
        }
    }

    #[test]
    fn variants_take_their_capitals_from_the_name() {
        let cases = [
            ("fortimail", "FortiMail", "FortiMail"),
            ("securitygateway", "SecurityGateway", "SecurityGateway"),
            ("mdaemon", "MDaemon Technologies", "MDaemon"),
            ("ldap-server", "LDAP server", "LdapServer"),
            ("pop3s", "POP3S", "Pop3s"),
            ("iscsi", "iSCSI", "Iscsi"),
            ("microsoft-365", "Microsoft 365", "Microsoft365"),
        ];
        for (id, name, expected) in cases {
            assert_eq!(variant(id, name), expected);
        }
    }

    #[test]
    fn the_variant_of_a_flow_is_named_without_its_product() {
        let cases = [
            ("fortimail-in-email-client-pop3", "InEmailClientPop3"),
            ("fortimail-365-out", "Fortimail365Out"),
            ("fortimail", "Fortimail"),
            ("fortimails-in", "FortimailsIn"),
            ("mail-in", "MailIn"),
        ];
        for (id, expected) in cases {
            assert_eq!(flow_variant("fortimail", id), expected);
        }
    }
}
