//! Puts the verb of a label first: "etcd metrics" is "Read metrics of etcd", and "Replication between nodes" is "Replicate between nodes".

use port_core::Direction;

use super::conditions::with_feature;
use super::end_names::Namer;
use super::names::words;

/// The last words of labels, and the purpose of the rest; without a rest, the second text. The first that fits counts.
const LAST_WORDS: [(&str, &str, &str); 32] = [
    ("api health checks", "Check the health of the {} API", "Check the health of the API"),
    ("exporter", "Read metrics of {}", ""),
    ("health checks", "Check the health of {}", "Check the health"),
    ("health check", "Check the health of {}", "Check the health"),
    ("health", "Check the health of {}", ""),
    ("prometheus metrics", "Read metrics of {} with Prometheus", "Read metrics with Prometheus"),
    ("metrics", "Read metrics of {}", "Read metrics"),
    ("metrics api", "Call the metrics API of {}", "Call the metrics API"),
    ("api server", "Call the {} API", "Call the API"),
    ("rest api", "Call the REST API of {}", "Call the REST API"),
    ("http api", "Call the HTTP API of {}", "Call the HTTP API"),
    ("grpc api", "Call the gRPC API of {}", "Call the gRPC API"),
    ("api", "Call the {} API", "Call the API"),
    ("web interface", "Open the {} web interface", "Open the web interface"),
    ("web ui", "Open the {} web interface", "Open the web interface"),
    ("web gui", "Open the {} web interface", "Open the web interface"),
    ("web console", "Open the {} web console", "Open the web console"),
    ("dashboard", "Open the {} dashboard", "Open the dashboard"),
    ("web user interface", "Open the {} web user interface", "Open the web user interface"),
    ("console", "Open the {} console", "Open the console"),
    ("ui", "Open the {} interface", "Open the interface"),
    ("communications", "Carry {} traffic", ""),
    ("communication", "Carry {} traffic", ""),
    ("traffic", "Carry {} traffic", ""),
    ("connections", "Carry {} traffic", ""),
    ("listener", "Reach the {} listener", ""),
    ("daemon", "Reach the {} daemon", ""),
    ("database", "Query the {} database", "Query the database"),
    ("proxy", "Reach the {} proxy", ""),
    ("server", "Reach the {} server", ""),
    ("service", "Reach the {} service", ""),
    ("services", "Reach {} services", ""),
];
/// Last words that hold only for inbound traffic: of outbound traffic, it may be the product that reads or sends.
const INBOUND_ONLY: [&str; 13] = [
    "console",
    "daemon",
    "database",
    "exporter",
    "prometheus metrics",
    "metrics",
    "connections",
    "metrics api",
    "listener",
    "proxy",
    "server",
    "service",
    "services",
];
/// What follows a name and says nothing.
const EMPTY_ENDS: [&str; 12] = [
    " port range",
    " port",
    " ports",
    " endpoint",
    " endpoints",
    " service port",
    " listener port",
    " (default)",
    ", without and with TLS",
    " without and with TLS",
    " (TCP only)",
    " (TCP Only)",
];
/// Labels that say in many words what a service does, by direction: inbound and outbound.
const WHOLE: [(&str, &str, &str); 10] = [
    ("clock synchronization", "", "Synchronise the clock"),
    ("dns for name resolution", "", "Look up names"),
    ("dns resolution", "", "Look up names"),
    ("inbound mail", "Receive mail", ""),
    ("incoming mail", "Receive mail", ""),
    ("name resolution", "", "Look up names"),
    ("outbound mail", "", "Send mail"),
    ("outgoing mail", "", "Send mail"),
    ("time sync", "", "Synchronise the clock"),
    ("time synchronization", "", "Synchronise the clock"),
];
/// Parts of hyphenated words that aren't names of programs, such as `node-to-node`.
const NOT_PROGRAMS: [&str; 16] = [
    "to", "inter", "intra", "up", "in", "out", "peer", "node", "cluster", "cross", "multi", "pre", "non", "end", "tcp",
    "udp",
];
/// The first words of labels about two ends.
const BETWEEN: [(&str, &str); 11] = [
    ("access to ", "Access "),
    ("connection to ", "Connect to "),
    ("connections to ", "Connect to "),
    ("communication between ", "Carry traffic between "),
    ("communications between ", "Carry traffic between "),
    ("connection between ", "Carry traffic between "),
    ("connections between ", "Carry traffic between "),
    ("traffic between ", "Carry traffic between "),
    ("communication with ", "Exchange data with "),
    ("communication from ", "Carry traffic from "),
    ("traffic from ", "Carry traffic from "),
];
/// Words before "to" that show that the text before it isn't an end.
const TO_SOMETHING: [&str; 12] = [
    "access",
    "back",
    "connect",
    "connection",
    "connections",
    "need",
    "needed",
    "required",
    "send",
    "used",
    "upload",
    "write",
];
/// Nouns with the verbs that they are made of.
const NOUNS: [(&str, &str); 25] = [
    ("administration", "administer"),
    ("authentication", "authenticate"),
    ("collection", "collect"),
    ("configuration", "configure"),
    ("deployment", "deploy"),
    ("discovery", "discover"),
    ("download", "download"),
    ("downloads", "download"),
    ("forwarding", "forward"),
    ("installation", "install"),
    ("launching", "launch"),
    ("lookup", "look up"),
    ("management", "manage"),
    ("monitoring", "monitor"),
    ("registration", "register"),
    ("replication", "replicate"),
    ("resolution", "resolve"),
    ("retrieval", "retrieve"),
    ("submission", "submit"),
    ("sync", "synchronise"),
    ("synchronisation", "synchronise"),
    ("synchronization", "synchronise"),
    ("transfer", "transfer"),
    ("upload", "upload"),
    ("uploads", "upload"),
];
/// The verbs of nouns that may have the thing before them: "image download", "job launching".
const WITH_OBJECT: [&str; 16] = [
    "administer",
    "collect",
    "deploy",
    "discover",
    "download",
    "forward",
    "install",
    "launch",
    "manage",
    "monitor",
    "register",
    "replicate",
    "resolve",
    "retrieve",
    "transfer",
    "upload",
];
/// Things of which there are several, as the objects of verbs.
const COUNTED: [&str; 26] = [
    "address",
    "agent",
    "backup",
    "certificate",
    "client",
    "database",
    "device",
    "event",
    "file",
    "image",
    "job",
    "key",
    "log",
    "machine",
    "message",
    "metric",
    "name",
    "node",
    "package",
    "peer",
    "report",
    "request",
    "service",
    "update",
    "user",
    "volume",
];
/// Things that aren't counted.
const MASS: [&str; 8] = ["content", "data", "mail", "metadata", "software", "state", "storage", "traffic"];
/// Verbs whose forms with -ing and -s begin labels, such as "Receiving mail" and "Replicates data".
const VERBS: [&str; 25] = [
    "access",
    "accept",
    "assign",
    "authenticate",
    "collect",
    "communicate",
    "configure",
    "connect",
    "create",
    "deliver",
    "deploy",
    "discover",
    "exchange",
    "fetch",
    "launch",
    "manage",
    "obtain",
    "receive",
    "register",
    "replicate",
    "resolve",
    "retrieve",
    "send",
    "serve",
    "synchronise",
];
/// American spellings of verbs and nouns.
const BRITISH: [(&str, &str); 5] = [
    ("synchroniz", "synchronis"),
    ("authoriz", "authoris"),
    ("virtualiz", "virtualis"),
    ("centraliz", "centralis"),
    ("initializ", "initialis"),
];

/// A label with its verb first, if that is certain.
pub(super) fn imperative(label: &str, direction: Option<Direction>, namer: Namer<'_>) -> Option<String> {
    // "DNS: the DNS server" says it twice, and a protocol in brackets says nothing about the task.
    let text = label.split_once(": ").map_or(label, |(_, rest)| rest).trim();
    let text = EMPTY_ENDS.iter().find_map(|end| text.strip_suffix(end)).unwrap_or(text);
    let text = ["The ", "the "].iter().find_map(|start| text.strip_prefix(start)).unwrap_or(text);
    with_feature(text)
        .or_else(|| whole(text, direction))
        .or_else(|| between(text))
        .or_else(|| to_other(text))
        .or_else(|| by_verb(text))
        .or_else(|| by_last_words(text, direction, namer))
        .or_else(|| by_noun(text, namer))
        .or_else(|| program(text, direction))
        .map(|found| british(&found))
}

/// A label that the table has.
fn whole(text: &str, direction: Option<Direction>) -> Option<String> {
    let lower = text.to_lowercase().replace("synchronis", "synchroniz");
    let (_, inbound, outbound) = WHOLE.iter().find(|(label, ..)| *label == lower)?;
    let phrase = if direction? == Direction::Inbound { inbound } else { outbound };
    Some((*phrase).to_string()).filter(|phrase| !phrase.is_empty())
}

/// The name of a program that listens, such as `kube-scheduler`.
fn program(text: &str, direction: Option<Direction>) -> Option<String> {
    let is_name = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-_".contains(letter);
    let is_part = |part: &str| !part.is_empty() && !NOT_PROGRAMS.contains(&part);
    let is_program = text.contains(['-', '_']) && text.chars().all(is_name) && text.split(['-', '_']).all(is_part);
    (is_program && direction == Some(Direction::Inbound)).then(|| format!("Reach {text}"))
}

/// Traffic between two ends: "Communication between servers and agents".
fn between(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let (start, verb) = BETWEEN.iter().find(|(start, _)| lower.starts_with(start))?;
    Some(format!("{verb}{}", text.get(start.len()..)?))
}

/// The names of two ends: "Graylog to Elasticsearch".
fn to_other(text: &str) -> Option<String> {
    let (from, to) = text.split_once(" to ")?;
    let is_name = |name: &str| {
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '-' || letter == ' ';
        let is_protocol = !name.trim_end_matches('s').chars().any(char::is_lowercase);
        !is_protocol
            && name.split(' ').count() <= 2
            && name.chars().all(is_word)
            && name.starts_with(char::is_uppercase)
    };
    let is_noun = !words(from).iter().any(|word| TO_SOMETHING.contains(&word.as_str()) || word.ends_with("ing"));
    (is_name(from) && is_name(to) && is_noun).then(|| format!("Connect {from} to {to}"))
}

/// A name with what it has: "etcd metrics", "Kubernetes API server".
fn by_last_words(text: &str, direction: Option<Direction>, namer: Namer<'_>) -> Option<String> {
    let lower = text.to_lowercase();
    let is_last = |last: &str| lower == last || lower.ends_with(&format!(" {last}"));
    let (last, phrase, alone) = LAST_WORDS.iter().find(|(last, ..)| is_last(last))?;
    if INBOUND_ONLY.contains(last) && direction != Some(Direction::Inbound) {
        return None;
    }
    let rest = text.get(..text.len() - last.len())?.trim();
    if rest.is_empty() {
        return Some((*alone).to_string()).filter(|alone| !alone.is_empty());
    }
    if ["localhost", "default", "internal"].contains(&rest.to_lowercase().as_str()) {
        return None;
    }
    // Another phrase within the rest would be lost.
    if rest.contains([',', ';', ':', '(', '/', '&'])
        || words(rest).iter().any(|word| ["and", "or", "for", "to", "of"].contains(&&**word))
    {
        return None;
    }
    let name = namer.named(rest.trim_end_matches(" CNI"));
    let is_owner = phrase.contains("of {}");
    let name = if is_owner { &name } else { name.strip_prefix("the ").unwrap_or(&name) };
    Some(phrase.replace("{}", name))
}

/// A noun that is made of a verb: "replication of data", "replication between nodes", "image download".
fn by_noun(text: &str, namer: Namer<'_>) -> Option<String> {
    let lower = text.to_lowercase();
    let verb_of = |noun: &str| NOUNS.iter().find(|(known, _)| *known == noun).map(|(_, verb)| *verb);
    let (first, rest) = lower.split_once(' ')?;
    if let Some(verb) = verb_of(first) {
        let rest = text.get(text.len() - rest.len()..)?;
        let object = rest.strip_prefix("of ").or(Some(rest).filter(|rest| rest.starts_with("between ")));
        return object.map(|object| capital(&format!("{verb} {object}")));
    }
    let (before, last) = lower.rsplit_once(' ')?;
    let verb = verb_of(last).filter(|verb| WITH_OBJECT.contains(verb))?;
    let before = namer.named(text.get(..before.len())?);
    let before = before.strip_prefix("the ").unwrap_or(&before);
    let before = if before.contains(' ') { before.to_string() } else { before.to_lowercase() };
    // Several words may be about something else than the last of them.
    let object = before.rsplit(' ').next().map(str::to_lowercase)?;
    let is_plain = before.split(' ').count() <= 2
        && before.chars().all(|letter| letter.is_alphanumeric() || " -".contains(letter));
    let is_counted = COUNTED.contains(&object.as_str());
    let plural = match object.as_str() {
        _ if !is_counted => "",
        object if object.ends_with('s') => "es",
        _ => "s",
    };
    (is_plain && (is_counted || MASS.contains(&object.as_str()))).then(|| capital(&format!("{verb} {before}{plural}")))
}

/// A verb in another form: "Receiving mail", "Replicates data".
fn by_verb(text: &str) -> Option<String> {
    let (first, rest) = text.split_once(' ')?;
    let lower = british(&first.to_lowercase());
    let verb = VERBS.iter().find(|verb| {
        let stem = verb.strip_suffix('e').unwrap_or(verb);
        let end = if verb.ends_with("ch") { "es" } else { "s" };
        lower == format!("{stem}ing") || lower == format!("{verb}{end}")
    })?;
    Some(capital(&format!("{verb} {rest}")))
}

/// A text in British spelling.
pub(super) fn british(text: &str) -> String {
    let word = |word: &str| {
        let found = BRITISH.iter().find(|(american, _)| word.to_lowercase().starts_with(american));
        let replaced =
            found.map(|(american, british)| format!("{}{}", &word[..1], &british[1..]) + &word[american.len()..]);
        replaced.unwrap_or_else(|| word.to_string())
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

fn capital(text: &str) -> String {
    text.chars().next().map_or_else(String::new, |first| first.to_uppercase().to_string() + &text[first.len_utf8()..])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use port_core::Direction::{Inbound, Outbound};

    use super::{Namer, imperative};
    use crate::new_product::parties::Known;
    use crate::new_product::phrase_book::PhraseBook;

    #[test]
    fn labels_of_pages_get_their_verb_first() {
        let peers = BTreeMap::new();
        let known = Known { peers: &peers, product: "rke2", name: Some("RKE2") };
        let (book, inbound) = (PhraseBook::default(), Some(Inbound));
        let namer = Namer { known: &known, book: &book };
        let of = |label: &str| imperative(label, inbound, namer);
        for (label, expected) in [
            ("kubelet metrics", "Read metrics of the kubelet"),
            ("etcd metrics port", "Read metrics of etcd"),
            ("RKE2 supervisor API", "Call the supervisor API"),
            ("Kubernetes API server", "Call the Kubernetes API"),
            ("Canal CNI health checks", "Check the health of Canal"),
            ("Calico Typha health checks", "Check the health of Calico Typha"),
            ("Canal CNI with VXLAN", "Carry pod traffic with VXLAN"),
            ("Calico CNI with BGP", "Exchange routes with BGP"),
            ("corosync cluster traffic", "Carry corosync cluster traffic"),
            ("Communication between agents and servers", "Carry traffic between agents and servers"),
            ("Replication between nodes", "Replicate between nodes"),
            ("Job launching", "Launch jobs"),
            ("Image download", "Download images"),
            ("Synchronization of the clock", "Synchronise the clock"),
            ("Receiving mail", "Receive mail"),
            ("HTTP: The HTTP API (TCP Only)", "Call the HTTP API"),
            ("Graylog to Elasticsearch", "Connect Graylog to Elasticsearch"),
            ("Access to the console", "Access the console"),
            ("Prometheus metrics, without and with TLS", "Read metrics with Prometheus"),
            ("NodePort Services", "Reach NodePort services"),
            ("Antrea with VXLAN enabled", "Carry traffic with VXLAN"),
            ("Receiving event stream traffic", "Receive event stream traffic"),
            ("Synchronizes data", "Synchronise data"),
            ("Web interface", "Open the web interface"),
            ("VNC Web console", "Open the VNC web console"),
            ("Inbound mail", "Receive mail"),
            ("kube-scheduler", "Reach kube-scheduler"),
            ("SPICE proxy", "Reach the SPICE proxy"),
            ("Management Console", "Open the management console"),
            ("oc_bifrost", "Reach oc_bifrost"),
            ("Redis exporter", "Read metrics of Redis"),
        ] {
            assert_eq!(of(label).as_deref(), Some(expected), "{label}");
        }
        for label in [
            "EdgeSync synchronization",
            "live migration",
            "Monitoring agent",
            "Updates for the API",
            "Resource bridge (appliance) image download",
            "Metrics, health checks",
            "Servers to back up",
            "node-to-node",
            "LDAPS to Global Catalog",
            "Localhost healthz endpoint",
            "nfsd-tcp",
            "Outbound mail",
            "health",
        ] {
            assert_eq!(of(label), None, "{label}");
        }
        assert_eq!(imperative("InfluxDB metrics", Some(Outbound), namer), None, "the product may read or send them");
    }
}
