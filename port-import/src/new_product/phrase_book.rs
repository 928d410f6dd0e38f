//! What the flows of the catalog call the same traffic: "the same words for the same traffic in all products".

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use port_core::Direction;
use port_data::cells::Cells;

use super::names::words;

/// Ends of ids that tell rows apart which are about the same traffic.
const SUFFIXES: [&str; 9] = ["-tcp", "-udp", "-icmp", "-second", "-third", "-fourth", "-fifth", "-sixth", "-seventh"];
/// Names of things that few components have, and that a purpose may only name if the row does.
const THINGS: [&str; 6] = ["pod", "pods", "container", "containers", "windows", "linux"];

/// Words of components and peers that any text may contain.
const GENERAL: [&str; 22] = [
    "and", "api", "as", "client", "data", "database", "dns", "file", "for", "in", "it", "log", "mail", "member",
    "message", "name", "of", "port", "service", "the", "time", "with",
];

/// The flows of the catalog, as far as their words are of use for drafts.
#[derive(Clone, Debug, Default)]
pub(super) struct PhraseBook {
    flows: Vec<KnownFlow>,
    /// The words of the ids of products, components and peers.
    names: BTreeSet<String>,
    /// The words that purposes write in lowercase.
    common: BTreeSet<String>,
    /// The words that purposes write with a capital letter, though they aren't the first.
    capitalised: BTreeSet<String>,
}

#[derive(Clone, Debug, Default)]
struct KnownFlow {
    product: String,
    direction: String,
    /// What its id says after the component and the peer.
    what: String,
    purpose: String,
    /// The words of the printed label.
    label: String,
    ports: BTreeSet<String>,
}

/// The traffic of a row that is drafted.
#[derive(Clone, Debug, Default)]
pub(super) struct Traffic<'a> {
    pub(super) direction: Option<Direction>,
    pub(super) label: &'a str,
    /// What its id says after the component and the peer.
    pub(super) what: String,
    /// The numbers of its ports, such as `443` and `49152-49215`.
    pub(super) ports: BTreeSet<String>,
    /// All words of the row.
    pub(super) words: BTreeSet<String>,
}

impl PhraseBook {
    /// Reads the flows of all products. A table that can't be read has no phrases; `regenerate` reports it.
    pub(super) fn read(tables: &Path) -> PhraseBook {
        let mut book = PhraseBook::default();
        let in_directory = |directory: &Path| {
            let entries = fs::read_dir(directory).into_iter().flatten().flatten();
            entries.map(|entry| entry.path()).collect::<BTreeSet<_>>()
        };
        for directory in in_directory(&tables.join("flows")) {
            let product = directory.file_name().unwrap_or_default().to_string_lossy().into_owned();
            for file in in_directory(&directory) {
                if let Some(cells) = Cells::read(&file, &mut Vec::new()) {
                    book.add_table(&product, &cells);
                }
            }
        }
        book
    }

    fn add_table(&mut self, product: &str, cells: &Cells) {
        let column = |name: &str| cells.header.iter().position(|head| head.text == name);
        self.names.extend(words(product));
        for row in &cells.rows {
            let cell = |name: &str| column(name).map_or("", |column| row[column].text.as_str());
            self.add(product, &cell);
        }
    }

    fn add<'a>(&mut self, product: &str, cell: &dyn Fn(&str) -> &'a str) {
        let (component, peer) = (cell("component"), cell("peer"));
        self.names.extend([component, peer].into_iter().flat_map(words));
        let purpose = cell("purpose");
        let lowercase = |word: &&str| !word.is_empty() && word.chars().all(char::is_lowercase);
        let texts = [purpose, cell("note"), cell("condition")].into_iter().flat_map(|text| text.split(' '));
        self.common.extend(texts.filter(lowercase).map(str::to_string));
        let is_capitalised = |word: &&str| word.starts_with(char::is_uppercase);
        self.capitalised.extend(purpose.split(' ').skip(1).filter(is_capitalised).map(str::to_lowercase));
        let flow = KnownFlow {
            product: product.to_string(),
            direction: cell("direction").to_string(),
            what: what_of_id(cell("id"), product, component, peer),
            purpose: purpose.to_string(),
            label: words(cell("printed_label")).join(" "),
            ports: port_numbers(cell("ports")),
        };
        self.flows.push(flow);
    }

    /// The purpose that two other products give the same traffic: that of the same label and ports or, with one of the ports, that of
    /// the same label or of the same end of an id. It names nothing that the row doesn't. That of one product has no words but the row's.
    pub(super) fn purpose(&self, traffic: &Traffic<'_>) -> Option<String> {
        let direction = traffic.direction?.to_string();
        let label = words(traffic.label).join(" ");
        let agreed = |least: usize, is_same: &dyn Fn(&KnownFlow) -> bool| {
            let same = self.flows.iter().filter(|flow| flow.direction == direction && is_same(flow));
            most_frequent(same.map(|flow| (flow.product.as_str(), flow.purpose.as_str())), least)
                .filter(|purpose| self.names_nothing_else(purpose, &traffic.words))
                .map(str::to_string)
        };
        let has_label = |flow: &KnownFlow| !label.is_empty() && flow.label == label;
        let has_what = |flow: &KnownFlow| !traffic.what.is_empty() && flow.what == traffic.what;
        let says_no_more = |purpose: &String| {
            let mut others = words(purpose).into_iter().skip(1).filter(|word| !GENERAL.contains(&singular(word)));
            others.all(|word| is_in(&traffic.words, &word))
        };
        let shares_port = |flow: &KnownFlow| flow.ports.intersection(&traffic.ports).next().is_some();
        let of_label_and_ports = |flow: &KnownFlow| has_label(flow) && flow.ports == traffic.ports;
        agreed(2, &of_label_and_ports)
            .or_else(|| agreed(2, &|flow| has_label(flow) && shares_port(flow)))
            .or_else(|| agreed(2, &|flow| has_what(flow) && shares_port(flow)))
            .or_else(|| agreed(1, &of_label_and_ports).filter(says_no_more))
    }

    /// What the ids of other products say for a label, in the same direction if it is known.
    pub(super) fn what(&self, label: &str, direction: Option<Direction>, own: &BTreeSet<String>) -> Option<String> {
        let label = words(label).join(" ");
        let direction = direction.map(|direction| direction.to_string());
        let is_same = |flow: &&KnownFlow| {
            flow.label == label && direction.as_ref().is_none_or(|direction| *direction == flow.direction)
        };
        let same = self.flows.iter().filter(is_same);
        let found = most_frequent(same.map(|flow| (flow.product.as_str(), flow.what.as_str())), 1)?;
        (!label.is_empty() && !found.is_empty() && self.names_nothing_else(found, own)).then(|| found.to_string())
    }

    /// Whether purposes and notes write a word in lowercase.
    pub(super) fn is_common(&self, word: &str) -> bool {
        self.common.contains(&word.to_lowercase())
    }

    /// Whether purposes write a word with a capital letter, as a name.
    pub(super) fn is_name(&self, word: &str) -> bool {
        self.capitalised.contains(&word.to_lowercase())
    }

    /// Whether each name in a text is a word of the row. Names are words with a capital letter, and those of products, components and
    /// peers.
    fn names_nothing_else(&self, text: &str, row: &BTreeSet<String>) -> bool {
        let is_name = |word: &str| {
            let lower = word.to_lowercase();
            let is_known = [lower.as_str(), singular(&lower)].iter().any(|word| self.names.contains(*word));
            let is_general = GENERAL.contains(&singular(&lower));
            word != lower || is_known && !is_general || THINGS.contains(&lower.as_str())
        };
        let is_sign = |letter: char| !letter.is_alphanumeric();
        // The first word of a purpose is a verb.
        let is_purpose = text.starts_with(char::is_uppercase);
        let all = text.split(is_sign).filter(|word| !word.is_empty()).skip(usize::from(is_purpose));
        all.filter(|word| is_name(word)).all(|word| is_in(row, &word.to_lowercase()))
    }
}

/// The text of most products, if enough have it, at least half of all, and no other text is as frequent: a product may have several.
fn most_frequent<'a>(texts: impl Iterator<Item = (&'a str, &'a str)>, least: usize) -> Option<&'a str> {
    let mut products: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut all = BTreeSet::new();
    for (product, text) in texts {
        products.entry(text).or_default().insert(product);
        all.insert(product);
    }
    let most = products.values().map(BTreeSet::len).max()?;
    let mut texts = products.into_iter().filter(|(_, products)| products.len() == most).map(|(text, _)| text);
    let text = texts.next()?;
    (most >= least && most * 2 >= all.len() && texts.next().is_none()).then_some(text)
}

/// What an id says after the direction, the component and the peer.
fn what_of_id(id: &str, product: &str, component: &str, peer: &str) -> String {
    let mut rest = id.strip_prefix(product).unwrap_or(id).trim_start_matches('-');
    rest = rest.strip_prefix("in-").or(rest.strip_prefix("out-")).unwrap_or(rest);
    let of_peer = peer.strip_prefix(product).map_or(peer, |part| part.trim_start_matches('-'));
    for part in [component, of_peer, "other"] {
        rest = rest
            .strip_prefix(part)
            .filter(|_| !part.is_empty())
            .and_then(|rest| rest.strip_prefix('-'))
            .unwrap_or(rest);
        if rest == of_peer || rest == "other" {
            return String::new();
        }
    }
    SUFFIXES.iter().find_map(|suffix| rest.strip_suffix(suffix)).unwrap_or(rest).to_string()
}

/// The numbers in the cell of ports of a table, such as `443` in `tcp/443 https | udp/443`.
fn port_numbers(cell: &str) -> BTreeSet<String> {
    let specs = cell.split(['|', ',', ' ']).filter_map(|part| part.split_once('/'));
    specs.map(|(_, number)| number.to_string()).collect()
}

/// Whether a row has a word, in the singular or the plural.
fn is_in(row: &BTreeSet<String>, word: &str) -> bool {
    [word, singular(word)].iter().any(|word| row.contains(*word) || row.contains(&format!("{word}s")))
}

fn singular(word: &str) -> &str {
    word.strip_suffix('s').filter(|stem| stem.len() > 2).unwrap_or(word)
}

#[cfg(test)]
impl PhraseBook {
    /// A book of flows: product, id, component, peer, label, ports and purpose.
    pub(super) fn of(flows: &[[&str; 7]]) -> PhraseBook {
        let mut book = PhraseBook::default();
        for flow in flows {
            let direction = if flow[1].contains("-in-") { "inbound" } else { "outbound" };
            let cell = |name: &str| match name {
                "id" => flow[1],
                "component" => flow[2],
                "peer" => flow[3],
                "printed_label" => flow[4],
                "ports" => flow[5],
                "purpose" => flow[6],
                "direction" => direction,
                _ => "",
            };
            book.names.extend(words(flow[0]));
            book.add(flow[0], &cell);
        }
        book
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use port_core::Direction;

    use super::{PhraseBook, Traffic, what_of_id};
    use crate::new_product::names::words;

    fn book() -> PhraseBook {
        let api = "Call the Kubernetes API";
        let dtc = |product, id, purpose| [product, id, "", "sql-server", "DTC", "tcp/135", purpose];
        PhraseBook::of(&[
            dtc("hub", "hub-in-tracking-dtc", "Look up RPC ports of the tracking database"),
            dtc("hub", "hub-in-rules-dtc", "Look up RPC ports of the rule database"),
            dtc("pool", "pool-in-tracking-dtc", "Look up RPC ports of the tracking database"),
            dtc("pool", "pool-in-rules-dtc", "Look up RPC ports of the rule database"),
            ["k0s", "k0s-in-controller-kubernetes-api", "controller", "any-host", "kube-apiserver", "tcp/6443", api],
            ["rke2", "rke2-in-server-kubernetes-api", "server", "rke2-node", "Kubernetes API", "tcp/6443", api],
            [
                "rke2",
                "rke2-in-server-etcd-peer",
                "server",
                "rke2-server",
                "etcd peer port",
                "tcp/2380",
                "Replicate etcd between servers",
            ],
            [
                "relay",
                "relay-in-hub-controller-sync",
                "hub",
                "any-host",
                "Sync",
                "tcp/9",
                "Synchronise with controllers",
            ],
            [
                "calico",
                "calico-in-calico-vxlan",
                "",
                "calico",
                "Calico networking with VXLAN",
                "udp/4789",
                "Carry pod traffic with VXLAN",
            ],
        ])
    }

    fn purpose(label: &str, what: &str, port: &str) -> Option<String> {
        let traffic = Traffic {
            direction: Some(Direction::Inbound),
            label,
            what: what.to_string(),
            ports: [port.to_string()].into(),
            words: words(label).into_iter().chain(words(what)).collect(),
        };
        book().purpose(&traffic)
    }

    #[test]
    fn two_products_or_the_same_label_and_port_agree_on_a_purpose() {
        let api = Some("Call the Kubernetes API".to_string());
        assert_eq!(purpose("Kubernetes API", "kubernetes-api", "6443"), api);
        assert_eq!(
            purpose("API server of the cluster", "kubernetes-api", "6443"),
            api,
            "k0s and rke2 have this end of the id"
        );
        assert_eq!(purpose("Kubernetes API", "api", "443"), None, "the flows have another port");
        assert_eq!(purpose("Kubernetes API", "api", "6443"), api, "it has no words but the row's");
        assert_eq!(purpose("DTC", "dtc", "135"), None, "both products have two purposes for it");
        assert_eq!(purpose("Sync", "sync", "9"), None, "the row names no controllers");
        assert_eq!(purpose("etcd peer port", "etcd-peer", "2380"), None, "the row names no servers");
        assert_eq!(purpose("Calico networking with VXLAN", "vxlan", "4789"), None, "the row names no pods");
        let outbound =
            Traffic { direction: Some(Direction::Outbound), what: "kubernetes-api".into(), ..Traffic::default() };
        assert_eq!(book().purpose(&outbound), None);
    }

    #[test]
    fn a_label_has_the_same_end_of_an_id_in_all_products() {
        let what = |label: &str| book().what(label, Some(Direction::Inbound), &words(label).into_iter().collect());
        assert_eq!(what("Etcd peer port").as_deref(), Some("etcd-peer"));
        assert_eq!(what("kube-apiserver").as_deref(), Some("kubernetes-api"));
        assert_eq!(what("Kubernetes API of k0s"), None, "nobody has the label");
        assert_eq!(what("Sync"), None, "the label doesn't name a controller");
        assert_eq!(what(""), None);
        for (id, component, peer, expected) in [
            ("relay-in-hub-agent-https-second", "hub", "relay-agent", "https"),
            ("relay-out-dns-udp", "", "dns-server", "dns"),
            ("relay-in-hub-agent", "hub", "relay-agent", ""),
            ("relay-in-hub-other-sync", "hub", "relay-hub", "sync"),
        ] {
            assert_eq!(what_of_id(id, "relay", component, peer), expected);
        }
        assert!(BTreeSet::from(["between".to_string()]).is_subset(&book().common));
    }
}
