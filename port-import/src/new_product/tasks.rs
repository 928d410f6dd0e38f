//! What a flow is about, in the words that ids have: the name of a service, or a task.

use super::names::Services;

/// Words that say nothing in an id.
const EMPTY_WORDS: [&str; 64] = [
    "the",
    "a",
    "an",
    "and",
    "or",
    "of",
    "to",
    "for",
    "in",
    "on",
    "with",
    "by",
    "from",
    "is",
    "are",
    "used",
    "port",
    "ports",
    "default",
    "der",
    "die",
    "das",
    "und",
    "für",
    "de",
    "la",
    "tcp",
    "udp",
    "cni",
    "communication",
    "communications",
    "traffic",
    "range",
    "ranges",
    "enabled",
    "service",
    "services",
    "protocol",
    "connection",
    "connections",
    "optional",
    "optionally",
    "required",
    "needed",
    "allow",
    "allows",
    "access",
    "encryption",
    "endpoint",
    "endpoints",
    "inbound",
    "outbound",
    "incoming",
    "outgoing",
    "via",
    "over",
    "using",
    "between",
    "this",
    "that",
    "all",
    "number",
    "it",
    "its",
];

/// Phrases that have another form in ids, the same in all products.
const PHRASES: [(&str, &str); 30] = [
    ("kubernetes node port", "nodeport"),
    ("ipv6 dual stack", "ipv6"),
    ("server message block", "smb"),
    ("lightweight directory access protocol", "ldap"),
    ("encapsulating security payload", "esp"),
    ("internet key exchange", "ike"),
    ("secure shell", "ssh"),
    ("rest api", "rest-api"),
    ("health checks", "health"),
    ("health check", "health"),
    ("healthz", "health"),
    ("prometheus metrics", "metrics"),
    ("node port", "nodeport"),
    ("nodeports", "nodeport"),
    ("web ui", "web-interface"),
    ("webui", "web-interface"),
    ("web interface", "web-interface"),
    ("web gui", "web-interface"),
    ("kubernetes api server", "kubernetes-api"),
    ("kubernetes apiserver", "kubernetes-api"),
    ("kube apiserver", "kubernetes-api"),
    ("kube api server", "kubernetes-api"),
    ("kubelet api", "kubelet-api"),
    ("kubernetes api", "kubernetes-api"),
    ("etcd server client api", "etcd-client"),
    ("global catalog ldap", "global-catalog"),
    ("rpc endpoint mapper", "epmap"),
    ("endpoint mapper", "epmap"),
    ("sql server", "sql"),
    ("sql over tcp", "sql"),
];

/// Services whose usual name isn't their id.
const USUAL_NAMES: [(&str, &str); 9] = [
    ("cisco-sccp", "sccp"),
    ("ms-sql-s", "sql"),
    ("ms-sql-m", "sql-browser"),
    ("bootps", "dhcp"),
    ("bootpc", "dhcp"),
    ("etcd-server", "etcd-peer"),
    ("sunrpc", "rpcbind"),
    ("msft-gc", "global-catalog"),
    ("msft-gc-ssl", "global-catalog-ssl"),
];

/// The most words of an id's last part.
pub(super) const MOST_WORDS: usize = 4;

/// What a label names: the service, or the task without words that say nothing.
pub(super) fn task(label: &str, services: &Services<'_>, is_left_out: &dyn Fn(&String) -> bool) -> Vec<String> {
    if services.telling_words(label) == 0 {
        if let Some(service) = services.best_named(label) {
            return vec![usual_name(&service)];
        }
    }
    let bare = label.split_once(" (").map_or(label, |(bare, _)| bare);
    let in_brackets = label.split_once(" (").and_then(|(_, rest)| rest.split(')').next()).unwrap_or_default();
    let first = bare.split([',', ':', ';']).next().unwrap_or_default();
    let protocol = services.best_named(in_brackets).filter(|_| services.telling_words(in_brackets) == 0);
    let plain = |text: &str| -> Vec<String> {
        let mut text = format!(" {} ", words_with(text, &[]).join(" "));
        for (phrase, usual) in PHRASES {
            text = text.replace(&format!(" {phrase} "), &format!(" {usual} "));
        }
        let words = text.split_whitespace().filter(|word| !EMPTY_WORDS.contains(word)).map(str::to_string);
        let mut kept: Vec<String> = Vec::new();
        for word in words.filter(|word| !is_left_out(word)) {
            if !kept.contains(&word) && kept.len() < MOST_WORDS {
                kept.push(word);
            }
        }
        kept
    };
    let mut found = [first, bare, label].into_iter().map(plain).find(|words| !words.is_empty()).unwrap_or_default();
    let protocol = protocol.map(|service| usual_name(&service));
    found.extend(protocol.filter(|protocol| !found.contains(protocol)));
    found
}

/// Words that names of machines end with, and without which they are unmistakable.
const MACHINES: [&str; 4] = ["node", "nodes", "server", "servers"];

/// The words of a peer or a component in ids. A peer with a name isn't a "server" or a "node" besides.
pub(super) fn party_words(text: &str) -> Vec<String> {
    let mut words = words(text);
    if words.len() > 1 && words.last().is_some_and(|last| MACHINES.contains(&last.as_str())) {
        words.pop();
    }
    words
}

/// The usual name of a service, as ids have it.
pub(super) fn usual_name(service: &str) -> String {
    let usual = USUAL_NAMES.iter().find(|(id, _)| *id == service);
    usual.map_or(service, |(_, name)| name).to_string()
}

/// The words of a text that an id can have.
pub(super) fn words(text: &str) -> Vec<String> {
    words_with(text, &EMPTY_WORDS)
}

/// The words of a text without empty ones.
fn words_with(text: &str, empty: &[&str]) -> Vec<String> {
    // The vendor's tools fill in a name in braces.
    let outside = text.split('{').map(|part| part.rsplit('}').next().unwrap_or_default());
    let lower = outside.collect::<Vec<_>>().join(" ").to_lowercase().replace(['’', '\''], "");
    let words = lower.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let plain = words.filter(|word| word.is_ascii() && !empty.contains(word) && *word != "fixme");
    plain.map(str::to_string).collect()
}
