//! Who the cells of a page name: known peers, and parts of the product.

use std::collections::{BTreeMap, BTreeSet};

use crate::curation::FIXME;

/// Who the cells are, as the draft writes it.
#[derive(Clone, Debug, Default)]
pub(super) struct Parties {
    /// The id of a peer, or a FIXME, by cell.
    pub(super) peers: BTreeMap<String, String>,
    /// The id of a part of the product, by cell; an empty one for the product as a whole.
    pub(super) components: BTreeMap<String, String>,
    /// Whether cells name most of the parts that headings name, so that all of these headings are parts.
    pub(super) has_owners: bool,
}

/// What is needed to recognise a party.
pub(super) struct Known<'a> {
    /// The ids of peers by their names and ids in lowercase.
    pub(super) peers: &'a BTreeMap<String, String>,
    /// The product's id.
    pub(super) product: &'a str,
    /// The product's name, if it is given.
    pub(super) name: Option<&'a str>,
}

/// Words that have a peer of the catalog, without "server" and in the singular.
const WORDS: [(&[&str], &str); 16] = [
    (&["dns", "name", "dns resolver", "域名服务器", "dns-server"], "dns-server"),
    (&["ntp", "time", "ntp-server"], "ntp-server"),
    (&["ldap", "ldaps", "ldap directory"], "ldap-server"),
    (&["internet", "internet any", "public internet", "any internet"], "internet"),
    (&["syslog", "syslog collector"], "syslog-server"),
    (&["radius"], "radius-server"),
    (&["snmp manager"], "snmp-manager"),
    (&["ocsp", "ocsp responder"], "ocsp-responder"),
    (&["smtp", "mail", "email", "e-mail"], "email-server"),
    (&["file", "nfs", "smb", "cifs"], "file-server"),
    (&["sql", "microsoft sql", "ms sql"], "sql-server"),
    (
        &["administrator", "admin", "admin workstation", "administrator workstation", "administrator internet browser"],
        "admin",
    ),
    (&["browser", "web browser", "client browser"], "client"),
    (&["email client", "mail client"], "email-client"),
    (&["end user"], "end-user"),
    (&["let s encrypt"], "lets-encrypt"),
];

/// Words after which "node" says nothing more.
const ROLES: [&str; 9] =
    ["server", "agent", "worker", "master", "manager", "controller", "plane", "compute", "management"];

impl Known<'_> {
    /// The peer of the catalog that a cell certainly names.
    pub(super) fn peer(&self, cell: &str) -> Option<String> {
        let lower = cell.trim().to_lowercase();
        // A client may be a part of the product, such as an agent.
        if let Some(id) = self.peers.get(&lower).filter(|id| *id != "client") {
            return Some(id.clone());
        }
        let words: Vec<&str> = lower
            .split(|letter: char| !letter.is_alphanumeric() && letter != '-')
            .filter(|word| !word.is_empty())
            .collect();
        let is_server = words.iter().any(|word| ["server", "servers"].contains(word));
        let kept = words
            .iter()
            .filter(|word| !["the", "a", "an", "your", "server", "servers", "s", "ip", "ips", "all"].contains(*word));
        let kept: Vec<String> = kept.map(|word| singular(word)).collect();
        let text = kept.join(" ");
        let found = WORDS.iter().find(|(texts, _)| texts.contains(&text.as_str()));
        // "Time" and "file" alone aren't servers.
        let needs_server =
            ["name", "time", "file", "mail", "email", "e-mail", "sql", "smtp", "smb", "nfs", "cifs", "radius"];
        let (_, id) = found.filter(|_| is_server || !needs_server.contains(&text.as_str()))?;
        self.peers.values().any(|known| known == id).then(|| (*id).to_string())
    }

    /// Whether a cell contains the name of the product.
    fn names_product(&self, cell: &str) -> bool {
        let plain = |text: &str| -> Vec<String> {
            let lower = text.to_lowercase();
            lower
                .split(|letter: char| !letter.is_alphanumeric())
                .filter(|word| !word.is_empty())
                .map(str::to_string)
                .collect()
        };
        let words = plain(cell);
        // The vendor's own services on the Internet are named after the product too.
        let elsewhere =
            ["cloud", "online", "service", "services", "saas", "url", "urls", "update", "updates", "website", "portal"];
        if words.iter().any(|word| elsewhere.contains(&word.as_str())) {
            return false;
        }
        let names = [Some(self.product), self.name].into_iter().flatten().map(plain);
        names.filter(|name| !name.is_empty()).any(|name| words.windows(name.len()).any(|window| window == name))
    }

    /// The part of the product that a heading names. A heading is about one part, whatever its name contains.
    pub(super) fn part_of_heading(&self, heading: &str) -> Part {
        let bare = heading.split(" (").next().unwrap_or_default();
        self.part(&bare.replace(['/', ',', '&'], " "))
    }

    /// The part of the product that a cell of the product names.
    pub(super) fn part(&self, cell: &str) -> Part {
        let product: Vec<&str> = self.product.split('-').collect();
        let name = self.name.map(str::to_lowercase).unwrap_or_default();
        let name: Vec<&str> = name.split(|letter: char| !letter.is_alphanumeric()).collect();
        let lower = cell.to_lowercase();
        let bare = lower.split(" (").next().unwrap_or_default();
        let words: Vec<String> = bare
            .split(|letter: char| !letter.is_alphanumeric())
            .filter(|word| !word.is_empty() && !["the", "a", "all", "of", "s", "other"].contains(word))
            .filter(|word| !product.contains(word) && !name.contains(word))
            .map(str::to_string)
            .collect();
        let words: Vec<String> = match words.split_last() {
            Some((last, others)) => others.iter().cloned().chain([singular(last)]).collect(),
            None => words,
        };
        let mut words = words;
        // A worker node is a worker, but a hop node isn't a hop.
        if words.len() > 1
            && words.last().is_some_and(|last| last == "node")
            && ROLES.contains(&words[words.len() - 2].as_str())
        {
            words.pop();
        }
        let id = words.join("-");
        // Not one part, or a name that only the vendor's own tools fill in.
        let is_list = bare.contains([',', '/', '&', '{', '}'])
            || [" and ", " or ", " und ", " oder "].iter().any(|word| bare.contains(word))
            || ["alle ", "any "].iter().any(|word| bare.starts_with(word));
        match words.len() {
            0 if lower.chars().any(char::is_alphanumeric) && !is_list => Part::Product,
            1..=5 if port_data::id::is_id(&id) && !is_list => Part::Component(id),
            _ => Part::Unclear,
        }
    }
}

/// The part of the product that a cell names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The product as a whole.
    Product,
    /// A part with an id.
    Component(String),
    /// A person must say.
    Unclear,
}

fn singular(word: &str) -> String {
    let stem = word.strip_suffix('s').filter(|stem| stem.len() > 2 && !stem.ends_with(['s', 'u', 'i']));
    match stem {
        Some(stem) if !["dn", "nf", "cif"].contains(&stem) && word != "dns" && word != "ldaps" && word != "https" => {
            stem.to_string()
        }
        _ => word.to_string(),
    }
}

/// Who the cells of sources and destinations are. The product is at one end of every row, so that the other end of a row with a known peer,
/// and both ends of a row from and to the same party, are the product or a part of it.
///
/// A cell that names the same part as a heading above tables of one end, an owner, is that part.
pub(super) fn parties_of_ends(ends: &[(String, String)], owners: &BTreeSet<&str>, known: &Known<'_>) -> Parties {
    let cells: BTreeSet<&str> =
        ends.iter().flat_map(|(from, to)| [from.as_str(), to.as_str()]).filter(|cell| !cell.is_empty()).collect();
    let is_peer = |cell: &str| known.peer(cell).is_some();
    let mut own: BTreeSet<&str> =
        cells.iter().copied().filter(|cell| known.names_product(cell) && !is_peer(cell)).collect();
    for (from, to) in ends.iter().filter(|(from, to)| !from.is_empty() && !to.is_empty()) {
        match (is_peer(from), is_peer(to)) {
            (true, false) => own.extend([to.as_str()]),
            (false, true) => own.extend([from.as_str()]),
            (false, false) if from == to => own.extend([from.as_str()]),
            _ => {}
        }
    }
    let owners: BTreeMap<&str, Part> = owners.iter().map(|owner| (*owner, known.part_of_heading(owner))).collect();
    let of_heading = |cell: &str| {
        let part = owners.get(cell).cloned().unwrap_or_else(|| known.part(cell));
        owners.values().any(|owner| *owner == part && part != Part::Unclear).then_some(part)
    };
    own.extend(cells.iter().copied().filter(|cell| !is_peer(cell) && of_heading(cell).is_some()));
    let is_own = |cell: &str| own.iter().any(|other| other.eq_ignore_ascii_case(cell));
    let same: Vec<&str> = cells.iter().copied().filter(|cell| !is_peer(cell) && is_own(cell)).collect();
    own.extend(same);
    let is_named = |owner: &&Part| cells.iter().any(|cell| of_heading(cell).as_ref() == Some(*owner));
    let named = owners.values().filter(is_named).count();
    let mut parties = Parties { has_owners: named * 2 > owners.len(), ..Parties::default() };
    for cell in cells {
        if !own.contains(cell) {
            let id = known.peer(cell).unwrap_or_else(|| FIXME.to_string());
            parties.peers.insert(cell.to_string(), id);
            continue;
        }
        match of_heading(cell).unwrap_or_else(|| known.part(cell)) {
            Part::Component(_) | Part::Product if own.len() == 1 && owners.is_empty() => {
                parties.components.insert(cell.to_string(), String::new());
            }
            Part::Product => drop(parties.components.insert(cell.to_string(), String::new())),
            Part::Component(id) => drop(parties.components.insert(cell.to_string(), id)),
            Part::Unclear => drop(parties.components.insert(cell.to_string(), FIXME.to_string())),
        }
    }
    parties.doubt_same_parts();
    parties
}

impl Parties {
    /// Cells that differ only in brackets, such as "Appliance (any role)", may be different parts.
    fn doubt_same_parts(&mut self) {
        let bare = |cell: &str| cell.split('(').next().unwrap_or_default().trim().to_lowercase();
        let has_twin = |cell: &String| {
            cell.contains('(') && self.components.keys().any(|other| other != cell && bare(other) == bare(cell))
        };
        let doubtful: Vec<String> = self.components.keys().filter(|cell| has_twin(cell)).cloned().collect();
        for cell in doubtful {
            self.components.insert(cell, FIXME.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::{Known, Part, parties_of_ends};

    fn peers() -> BTreeMap<String, String> {
        let ids =
            ["admin", "client", "dns-server", "ntp-server", "ldap-server", "internet", "sql-server", "email-server"];
        ids.into_iter().map(|id| (id.to_string(), id.to_string())).collect()
    }

    #[test]
    fn peers_are_typed_by_words_only_if_that_is_certain() {
        let peers = peers();
        let known = Known { peers: &peers, product: "relay", name: None };
        for (cell, expected) in [
            ("DNS servers", Some("dns-server")),
            ("Your DNS server IP(s)", Some("dns-server")),
            ("LDAP servers", Some("ldap-server")),
            ("Domain controllers", None),
            ("SNMP server", None),
            ("Internet (any)", Some("internet")),
            ("Web browser", Some("client")),
            ("Administrator (Internet Browser)", Some("admin")),
            ("SQL Server", Some("sql-server")),
            ("Any", None),
            ("Time", None),
            ("Files", None),
            ("DNS server and proxy", None),
            ("Directory", None),
        ] {
            assert_eq!(known.peer(cell).as_deref(), expected, "{cell}");
        }
    }

    #[test]
    fn the_product_is_at_one_end_of_every_row() {
        let peers = peers();
        let known = Known { peers: &peers, product: "relay", name: None };
        let ends = |ends: &[(&str, &str)]| {
            ends.iter().map(|(from, to)| ((*from).to_string(), (*to).to_string())).collect::<Vec<_>>()
        };
        let found = parties_of_ends(
            &ends(&[("Agents", "Servers"), ("Servers", "Servers"), ("All nodes", "All nodes")]),
            &BTreeSet::new(),
            &known,
        );
        assert_eq!(found.components.get("Servers").unwrap(), "server");
        assert_eq!(found.components.get("All nodes").unwrap(), "node");
        assert_eq!(found.peers.get("Agents").unwrap(), "FIXME");
        let found = parties_of_ends(&ends(&[("Relay", "DNS server"), ("Clients", "Relay")]), &BTreeSet::new(), &known);
        assert_eq!(found.components, [("Relay".to_string(), String::new())].into());
        assert_eq!(known.part("Application (beta) server"), Part::Component("application".to_string()));
        assert_eq!(known.part("Servers, agents"), Part::Unclear);
        assert_eq!(found.peers.get("Clients").unwrap(), "FIXME");
        let found =
            parties_of_ends(&ends(&[("Other Relay manager", ""), ("UI", "")]), &["Relay manager"].into(), &known);
        assert_eq!(found.components.get("Other Relay manager").unwrap(), "manager");
        assert_eq!(found.peers.get("UI").unwrap(), "FIXME");
        let cells = [("Relay", "DNS server"), ("Node", "DNS server"), ("Node (any role)", "DNS server")];
        let found = parties_of_ends(&ends(&cells), &BTreeSet::new(), &known);
        assert_eq!(found.components.get("Node").unwrap(), "node");
        assert_eq!(found.components.get("Node (any role)").unwrap(), "FIXME");
        assert_eq!(known.part("{RelayName}"), Part::Unclear);
    }
}
