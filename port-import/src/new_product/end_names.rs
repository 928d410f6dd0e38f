//! The names of the ends of traffic as purposes write them: "the site server", "clients", "SQL Server".

use super::names::words;
use super::parties::Known;
use super::phrase_book::PhraseBook;

/// The last words of names of things, which have an article.
const ROLES: [&str; 66] = [
    "agent",
    "api",
    "appliance",
    "authority",
    "backend",
    "balancer",
    "broker",
    "client",
    "cluster",
    "collector",
    "console",
    "controller",
    "coordinator",
    "daemon",
    "dashboard",
    "database",
    "deployer",
    "device",
    "directory",
    "driver",
    "endpoint",
    "engine",
    "exporter",
    "frontend",
    "gateway",
    "gui",
    "host",
    "hub",
    "installer",
    "interface",
    "kubelet",
    "listener",
    "machine",
    "manager",
    "master",
    "member",
    "mesh",
    "module",
    "node",
    "operator",
    "plane",
    "platform",
    "plugin",
    "pod",
    "point",
    "pool",
    "portal",
    "provider",
    "proxy",
    "registry",
    "relay",
    "repository",
    "router",
    "scheduler",
    "sensor",
    "server",
    "service",
    "source",
    "store",
    "system",
    "ui",
    "uninstaller",
    "webhook",
    "worker",
    "workstation",
    "zone",
];
/// Words that names have in capitals, whatever the page prints.
const CAPITALS: [&str; 5] = ["api", "csi", "dns", "gui", "ui"];

/// Where the name of an end ends and a remark begins.
const CUTS: [&str; 4] = ["(", ", both ", ", including ", ", such as "];
/// Names that end like things.
const NAMES: [&str; 1] = ["SQL Server"];
/// Ends of words that aren't names.
const COMMON_ENDS: [&str; 6] = ["sion", "tion", "ment", "ing", "age", "ery"];

/// Writes the names of ends.
#[derive(Clone, Copy)]
pub(super) struct Namer<'a> {
    pub(super) known: &'a Known<'a>,
    pub(super) book: &'a PhraseBook,
}

impl Namer<'_> {
    /// The name of an end as it is within a sentence. The product's own name is left out where the rest is a name.
    pub(super) fn named(&self, printed: &str) -> String {
        let bare = CUTS.iter().fold(printed, |text, cut| text.split(cut).next().unwrap_or_default()).trim();
        if let Some(one) = bare.strip_prefix("all-") {
            return format!("all {}", if one.ends_with('s') { one.to_string() } else { format!("{one}s") });
        }
        if self.is_product(bare) {
            return bare.to_string();
        }
        let own = self.without_product(bare);
        let is_known = self.known.peers.contains_key(&bare.to_lowercase()) && !ROLES.contains(&&*bare.to_lowercase());
        let is_proper = NAMES.contains(&bare) || is_known && bare.split(' ').all(is_capitalised);
        let text =
            if is_proper && !bare.eq_ignore_ascii_case("internet") { bare.to_string() } else { self.lowered(&own) };
        let last = words(&text).pop().unwrap_or_default();
        let is_list = text.contains([',', '/', '&']) || text.contains(" and ") || text.contains(" or ");
        let starts_with = |starts: &[&str]| starts.iter().any(|start| text.to_lowercase().starts_with(start));
        let has_article =
            ROLES.contains(&last.as_str()) && !is_list && !is_proper || bare.eq_ignore_ascii_case("internet");
        match has_article && !starts_with(&["the ", "a ", "an ", "all ", "any ", "each ", "another ", "your "]) {
            true if text.starts_with("other ") => format!("an{text}"),
            true => format!("the {text}"),
            false => text,
        }
    }

    /// The name of a part of the product, by its id.
    pub(super) fn part(&self, id: &str) -> String {
        let word = |word: &str| if CAPITALS.contains(&word) { word.to_uppercase() } else { word.to_string() };
        self.named(&id.split('-').map(word).collect::<Vec<_>>().join(" "))
    }

    fn is_product(&self, text: &str) -> bool {
        let names = [self.known.name, Some(self.known.product)].into_iter().flatten();
        names.into_iter().any(|name| name.eq_ignore_ascii_case(text))
    }

    /// A text without the name of the product at its beginning or after "other".
    fn without_product(&self, text: &str) -> String {
        let names = [self.known.name, Some(self.known.product)].into_iter().flatten();
        for name in names.filter(|name| !name.is_empty()) {
            let lower = text.to_lowercase();
            let Some(start) = lower.find(&format!("{} ", name.to_lowercase())) else { continue };
            if (start == 0 || lower.get(..start).is_some_and(|start| ["other ", "all ", "the "].contains(&start)))
                && lower.len() == text.len()
            {
                return format!("{}{}", &text[..start], &text[start + name.len() + 1..]);
            }
        }
        text.to_string()
    }

    /// Whether a word is a name: purposes write it with a capital letter, or a peer is named so.
    fn is_name(&self, word: &str) -> bool {
        let lower = word.to_lowercase();
        self.book.is_name(word) || self.known.peers.keys().any(|name| name.split([' ', '-']).next() == Some(&lower))
    }

    /// A text without capital letters of words that aren't names: of the first word, or of all if all have one.
    fn lowered(&self, text: &str) -> String {
        let all: Vec<&str> = text.split(' ').collect();
        let is_abbreviation =
            |word: &str| CAPITALS.contains(&&*word.to_lowercase()) || !word.chars().any(char::is_uppercase);
        let is_title = all.iter().all(|word| is_capitalised(word) || is_abbreviation(word));
        let is_first = all.get(1).is_none_or(|second| !is_capitalised(second));
        let is_role = |word: &str| {
            let lower = word.to_lowercase();
            let singular = lower.strip_suffix('s').unwrap_or(&lower);
            ROLES.contains(&singular) || ["other", "all", "any", "the", "in"].contains(&singular)
        };
        let is_common = |word: &str| {
            is_role(word)
                || !self.is_name(word)
                    && (self.book.is_common(word)
                        || COMMON_ENDS.iter().any(|end| word.trim_end_matches('s').ends_with(end)))
        };
        let are_common = all.iter().filter(|word| is_capitalised(word)).all(|word| is_common(word));
        // "Mobile device": the first word of a thing in lowercase.
        let is_thing = all.len() > 1 && all.last().is_some_and(|last| is_role(last));
        let word = |(index, word): (usize, &&str)| {
            let is_sentence = index == 0 && is_first && (is_common(word) || is_thing && !self.is_name(word));
            let is_lowered = are_common && is_title || is_sentence;
            if is_lowered && is_capitalised(word) { word.to_lowercase() } else { (*word).to_string() }
        };
        all.iter().enumerate().map(word).collect::<Vec<_>>().join(" ")
    }
}

/// Whether a word has a capital letter at its beginning only.
fn is_capitalised(word: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(char::is_uppercase) && word.len() > 1 && !letters.any(char::is_uppercase)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::Namer;
    use crate::new_product::parties::Known;
    use crate::new_product::phrase_book::PhraseBook;

    #[test]
    fn things_have_an_article_and_names_do_not() {
        let peers: BTreeMap<String, String> =
            ["sql server", "internet", "dns server"].map(|id| (id.into(), id.into())).into();
        let known = Known { peers: &peers, product: "longhorn", name: Some("Longhorn") };
        let purpose = "Call the driver deployer on each site of management";
        let book = PhraseBook::of(&[["relay", "relay-in-x", "", "", "", "", purpose]]);
        let namer = Namer { known: &known, book: &book };
        for (printed, expected) in [
            ("Site server", "the site server"),
            ("Longhorn Driver Deployer", "the driver deployer"),
            ("Longhorn CSI plugin", "the CSI plugin"),
            ("Other Longhorn Manager", "another manager"),
            ("Longhorn", "Longhorn"),
            ("longhorn", "longhorn"),
            ("Clients", "clients"),
            ("All nodes", "all nodes"),
            ("all-machine", "all machines"),
            ("SQL Server", "SQL Server"),
            ("DNS server", "the DNS server"),
            ("SMS Provider", "the SMS Provider"),
            ("Internet (any)", "the Internet"),
            ("Cloud management gateway (CMG)", "the cloud management gateway"),
            ("Distribution point, both standard and pull", "the distribution point"),
            ("Azure Gateway", "the Azure Gateway"),
            ("wazo-auth", "wazo-auth"),
            ("Servers, agents", "servers, agents"),
        ] {
            assert_eq!(namer.named(printed), expected);
        }
        assert_eq!(namer.part("csi-plugin"), "the CSI plugin");
    }
}
