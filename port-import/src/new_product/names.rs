//! The names of services in printed texts, and what else a text says.

use std::collections::{BTreeMap, BTreeSet};

/// Other spellings of services, by the words of the printed text.
const SPELLINGS: [(&str, &str); 24] = [
    ("global catalog ldap", "msft-gc"),
    ("secure imap", "imaps"),
    ("imap over tls", "imaps"),
    ("secure pop3", "pop3s"),
    ("pop3 over tls", "pop3s"),
    ("secure ldap", "ldaps"),
    ("ldap over tls", "ldaps"),
    ("ldap ssl", "ldaps"),
    ("secure smtp", "smtps"),
    ("lightweight directory access protocol", "ldap"),
    ("server message block", "smb"),
    ("cifs", "smb"),
    ("domain name system", "dns"),
    ("domain", "dns"),
    ("network time protocol", "ntp"),
    ("secure shell", "ssh"),
    ("www", "http"),
    ("http 2", "http"),
    ("http2", "http"),
    ("esmtp", "smtp"),
    ("imap4", "imap"),
    ("nfsd", "nfs"),
    ("snmptrap", "snmp-trap"),
    ("ws", "websocket"),
];
/// Other words for services at their usual ports.
const AT_USUAL_PORTS: [(&str, &[&str]); 10] = [
    ("postgresql", &["sql"]),
    ("ms-sql-s", &["sql"]),
    ("epmap", &["rpc", "dtc", "endpoint mapper"]),
    ("kubernetes-api", &["kubernetes api", "apiserver", "api server"]),
    ("kubelet-api", &["kubelet"]),
    ("sunrpc", &["rpcbind", "portmap", "portmapper"]),
    ("bootps", &["dhcp"]),
    ("bootpc", &["dhcp"]),
    ("sips", &["sip tls", "sip over tls"]),
    ("smb", &["file share", "file sharing"]),
];
/// Services that carry the traffic of whatever a text is about, at any port.
const CARRIERS: [&str; 6] = ["vxlan", "wireguard", "geneve", "http", "https", "grpc"];
/// Names of protocols and transports that the catalog doesn't have as services.
const PROTOCOLS: [&str; 24] = [
    "tcp",
    "udp",
    "sctp",
    "icmp",
    "tls",
    "ssl",
    "mtls",
    "rpc",
    "grpc",
    "ws",
    "wss",
    "websocket",
    "dhcp",
    "tftp",
    "sip",
    "sccp",
    "iax",
    "ami",
    "amqp",
    "sql",
    "kerberos",
    "rdp",
    "bootps",
    "bootpc",
];
/// Words that don't say what something is for.
const FILLERS: [&str; 27] = [
    "all", "the", "a", "an", "and", "or", "of", "to", "for", "in", "on", "with", "by", "from", "is", "are", "over",
    "via", "port", "ports", "server", "servers", "service", "services", "protocol", "default", "number",
];

/// What follows the name of a protocol that is encrypted.
const ENCRYPTIONS: [&str; 4] = [" over tls", " over ssl", " over ssl tls", " with tls"];

/// The services of the catalog.
pub(super) struct Services<'a> {
    /// Their ids by their names and ids in lowercase.
    pub(super) ids: &'a BTreeMap<String, String>,
    /// The service that usually has a port.
    pub(super) of_port: &'a BTreeMap<String, String>,
    /// The transports that carry each service, as `services.csv` lists them.
    pub(super) transports: &'a BTreeMap<String, String>,
}

impl Services<'_> {
    /// The service that a text is the name of.
    pub(super) fn named(&self, text: &str) -> Option<String> {
        let plain = words(text).join(" ");
        if let Some(carried) = ENCRYPTIONS.iter().find_map(|end| plain.strip_suffix(end)) {
            return self.encrypted(self.named(carried)?);
        }
        let spelling = SPELLINGS.iter().find(|(spelling, _)| *spelling == plain).map(|(_, id)| (*id).to_string());
        let known = self.ids.get(text.trim().to_lowercase().as_str()).or_else(|| self.ids.get(&plain)).cloned();
        known.or(spelling.filter(|id| self.ids.contains_key(id)))
    }

    /// The encrypted variant of a service, such as `https` of `http`, or the service itself if it is one.
    fn encrypted(&self, service: String) -> Option<String> {
        let is_known = |wanted: &str| self.ids.values().any(|id| id == wanted);
        let variant = format!("{service}s");
        match is_known(&variant) {
            true => Some(variant),
            false => service.strip_suffix('s').is_some_and(is_known).then_some(service),
        }
    }

    /// The service that a text names; of several, an encrypted one.
    pub(super) fn best_named(&self, text: &str) -> Option<String> {
        let words = words(text);
        let in_text =
            (1..=3).rev().flat_map(|count| words.windows(count).map(|part| part.join(" ")).collect::<Vec<_>>());
        let named: Vec<String> = in_text.filter_map(|part| self.named(&part)).collect();
        let is_encrypted =
            |service: &&String| service.ends_with('s') && named.iter().any(|other| format!("{other}s") == **service);
        self.named(text).or_else(|| named.iter().find(is_encrypted).or(named.first()).cloned())
    }

    /// Whether a text contains the name of a service.
    pub(super) fn is_named_in(&self, id: &str, text: &str) -> bool {
        let words = words(text);
        (1..=4).any(|count| words.windows(count).any(|part| self.named(&part.join(" ")).as_deref() == Some(id)))
    }

    /// Whether a text names a service, or means it next to the port that the service usually has.
    pub(super) fn means(&self, usual: &str, text: &str) -> bool {
        let padded = format!(" {} ", words(text).join(" "));
        let others = AT_USUAL_PORTS.iter().filter(|(id, _)| *id == usual).flat_map(|(_, words)| *words);
        self.is_named_in(usual, text) || others.into_iter().any(|words| padded.contains(&format!(" {words} ")))
    }

    /// The only service in a text that carries the traffic, such as `https` in `HTTPS for the API`.
    pub(super) fn carrier_in(&self, text: &str) -> Option<String> {
        let words = words(text);
        let found: BTreeSet<String> = words.iter().filter_map(|word| self.named(word)).collect();
        let mut found = found.into_iter();
        let carrier = found.next().filter(|id| found.next().is_none() && CARRIERS.contains(&id.as_str()))?;
        let plain = words.join(" ");
        match ENCRYPTIONS.iter().any(|words| plain.contains(words)) {
            true => self.encrypted(carrier),
            false => Some(carrier),
        }
    }

    /// Whether a text contains no name of a protocol or a service.
    pub(super) fn names_none(&self, text: &str) -> bool {
        words(text).iter().all(|word| !PROTOCOLS.contains(&word.as_str()) && self.named(word).is_none())
    }

    /// Whether a text is the name of a protocol or a service.
    pub(super) fn is_protocol(&self, text: &str) -> bool {
        let words = words(text);
        let is_protocol = |word: &String| PROTOCOLS.contains(&word.as_str()) || self.named(word).is_some();
        !words.is_empty() && words.iter().all(is_protocol)
    }

    /// The number of words that say more than the names of services and protocols do. A name such as `kube-proxy` is one word.
    pub(super) fn telling_words(&self, text: &str) -> usize {
        let is_telling = |word: &String| {
            word.chars().any(char::is_alphabetic)
                && !FILLERS.contains(&word.as_str())
                && !PROTOCOLS.contains(&word.as_str())
                && self.named(word).is_none()
        };
        text.split_whitespace().filter(|text| words(text).iter().any(is_telling)).count()
    }
}

/// The words of a text in lowercase.
pub(super) fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    lower.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_string).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::Services;

    #[test]
    fn services_are_found_in_texts_by_every_spelling() {
        let ids: BTreeMap<String, String> =
            ["dns", "http", "https", "imaps", "smb"].map(|id| (id.to_string(), id.to_string())).into();
        let services = Services { ids: &ids, of_port: &BTreeMap::new(), transports: &BTreeMap::new() };
        assert_eq!(services.named("HTTP/2").as_deref(), Some("http"));
        assert_eq!(services.named("secure IMAP").as_deref(), Some("imaps"));
        assert_eq!(services.named("Secure LDAP"), None, "the catalog here doesn't have it");
        assert!(services.is_named_in("smb", "Server Message Block (SMB)"));
        assert!(services.is_named_in("dns", "DNS servers") && !services.is_named_in("dns", "resolvers"));
        assert_eq!(services.named("HTTP over TLS").as_deref(), Some("https"));
        assert_eq!(services.carrier_in("HTTP/1.1 over TLS").as_deref(), Some("https"));
        assert_eq!(services.named("DNS over TLS"), None, "the catalog here doesn't have it");
        assert_eq!(services.telling_words("HTTP/HTTPS port"), 0);
        assert_eq!(services.telling_words("HTTPS for the API of agents"), 2);
        assert_eq!(services.telling_words("kube-proxy"), 1);
    }
}
