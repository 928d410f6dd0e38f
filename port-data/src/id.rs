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

/// The id of an edition: lowercase ASCII letters, digits, dots and hyphens, beginning with a letter or a digit.
///
/// # Errors
///
/// The text has other characters, or is too long.
pub fn check_edition_id(text: &str) -> Result<String, Diagnostic> {
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'.' || byte == b'-';
    let is_valid = text.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit())
        && text.bytes().all(is_part)
        && text.len() <= LONGEST_ID;
    if is_valid {
        return Ok(text.to_string());
    }
    let problem = Diagnostic::new(codes::INVALID_EDITION, format!("invalid id of an edition {}", QuotedAscii(text)));
    Err(problem.help("write lowercase letters, digits, dots and hyphens, such as 6.2.0 or 2024-07-01"))
}

/// The id of the only edition of a product, from the edition as its document prints it.
pub fn edition_id(printed: &str) -> String {
    let is_part = |character: char| character.is_ascii_alphanumeric() || character == '.';
    let words = printed.split(|character| !is_part(character)).filter(|word| !word.trim_matches('.').is_empty());
    let id = words.collect::<Vec<_>>().join("-").to_ascii_lowercase();
    let id: String = id.trim_start_matches('.').chars().take(LONGEST_ID).collect();
    if id.is_empty() { "undated".to_string() } else { id }
}

/// The variant of an id: each word is capitalized. `ldap-server` becomes `LdapServer`.
pub fn variant(id: &str) -> String {
    id.split('-').map(capitalized).collect()
}

/// A word with a capital, which is ASCII.
fn capitalized(word: &str) -> String {
    word[..1].to_ascii_uppercase() + &word[1..]
}

/// The variant that a draft proposes for an id: [`variant`] with further capitals as in `name`.
///
/// The id `fortimail` with the name `FortiMail` becomes `FortiMail`; `ldap-server` with `LDAP server` becomes `LdapServer`.
#[cfg(feature = "edit")]
pub fn variant_like(id: &str, name: &str) -> String {
    let spellings: Vec<&str> = name
        .split(|character: char| !character.is_ascii_alphanumeric())
        .filter(|word| word.starts_with(|first: char| first.is_ascii_uppercase()))
        .filter(|word| word.contains(|letter: char| letter.is_ascii_lowercase()))
        .collect();
    id.split('-')
        .map(|word| match spellings.iter().find(|spelling| spelling.eq_ignore_ascii_case(word)) {
            Some(spelling) => (*spelling).to_string(),
            None => capitalized(word),
        })
        .collect()
}

/// Whether a variant can't be used: a keyword, or the name of the constant that lists the variants.
pub(crate) fn is_reserved(variant: &str) -> bool {
    matches!(variant, "Self" | "ALL")
}

/// The variant of an id: the one that its cell has, or the usual one if that is empty.
///
/// # Errors
///
/// The cell isn't UpperCamelCase, is reserved, or differs from the id in more than capitals.
pub(crate) fn check_variant(id: &str, text: &str) -> Result<String, Diagnostic> {
    let usual = variant(id);
    let message = if text.is_empty() {
        return Ok(usual);
    } else if !usual.eq_ignore_ascii_case(text) {
        format!("{} differs from the id {id} in more than capitals", QuotedAscii(text))
    } else if !text.starts_with(|first: char| first.is_ascii_uppercase()) {
        format!("{} doesn't begin with a capital", QuotedAscii(text))
    } else if is_reserved(text) && !is_reserved(&usual) {
        format!("{text} is reserved")
    } else {
        return Ok(text.to_string());
    };
    let help =
        format!("write the letters and digits of the id in UpperCamelCase, such as {usual}, or leave the cell empty");
    Err(Diagnostic::new(codes::INVALID_VARIANT, message).help(help))
}

/// The variant of a flow's id in the enum of its product: without the product's own id, if that leaves a name.
///
/// `fortimail-in-admin` of the product `fortimail` becomes `InAdmin`.
pub fn flow_variant(product: &str, id: &str) -> String {
    let rest = id.strip_prefix(product).and_then(|rest| rest.strip_prefix('-'));
    variant(rest.filter(|rest| is_id(rest)).unwrap_or(id))
}

#[cfg(test)]
mod tests {
    use super::{check_edition_id, check_variant, edition_id, flow_variant, is_id, variant};

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
    fn the_id_of_an_edition_may_contain_dots() {
        for id in ["6.2.0", "2024-07-01", "8.5.x", "fortios-6.2.0"] {
            assert_eq!(check_edition_id(id).unwrap(), id);
        }
        for text in ["", "-1", ".1", "6.2 GA", "V1", "1/2", &"1".repeat(81)] {
            assert!(check_edition_id(text).is_err(), "{text}");
        }
        let cases =
            [("FortiOS 6.2.0", "fortios-6.2.0"), ("1.0", "1.0"), ("(2nd) ed.", "2nd-ed."), ("\u{7248}", "undated")];
        for (printed, id) in cases {
            assert_eq!(edition_id(printed), id);
            assert!(check_edition_id(id).is_ok(), "{id}");
        }
    }

    #[test]
    fn variants_come_from_ids() {
        for (id, expected) in
            [("fortimail", "Fortimail"), ("ldap-server", "LdapServer"), ("microsoft-365", "Microsoft365")]
        {
            assert_eq!(variant(id), expected);
            assert_eq!(check_variant(id, "").unwrap(), expected);
        }
    }

    #[test]
    fn a_cell_may_change_the_capitals_of_a_variant() {
        for (id, text) in
            [("fortimail", "FortiMail"), ("netbios-ns", "NetBIOSNs"), ("pop3s", "POP3S"), ("self", "SELF")]
        {
            assert_eq!(check_variant(id, text).unwrap(), text);
        }
        for (id, text, expected) in [
            ("fortimail", "FortiMails", "in more than capitals"),
            ("fortimail", "Forti-Mail", "in more than capitals"),
            ("forti-mail", "forti_mail", "in more than capitals"),
            ("fortimail", "fortiMail", "doesn't begin with a capital"),
            ("fortimail", "F\u{43e}rtiMail", "in more than capitals"),
            ("all", "ALL", "ALL is reserved"),
        ] {
            let message = check_variant(id, text).unwrap_err().message;
            assert!(message.contains(expected), "{text}: {message}");
        }
    }

    #[cfg(feature = "edit")]
    #[test]
    fn drafts_take_the_capitals_of_variants_from_the_name() {
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
            assert_eq!(super::variant_like(id, name), expected);
            assert!(check_variant(id, expected).is_ok());
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
