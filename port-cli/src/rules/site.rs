//! A site: the addresses of its products and of their peers, read from a TOML file.
//!
//! ```toml
//! [products]
//! fortimail = ["192.0.2.10", "2001:db8::10"]
//!
//! [peers]
//! email-client = "10.0.0.0/8"
//! ldap-server = ["10.0.5.1", "ldap.example.org"]
//! ```

use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;

use port_catalog::{Peer, Product, Unknown};
use port_data::hidden::{Word, first_in_file, refusal};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::address::{Address, End};
use crate::fault::Fault;
use crate::file;

/// The addresses of products and peers, for those that have some.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Site {
    products: BTreeMap<Product, Vec<Address>>,
    peers: BTreeMap<Peer, Vec<Address>>,
}

/// The addresses of a peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerEnd {
    /// The addresses.
    pub end: End,
    /// For a peer that is either of two, such as `fortianalyzer-fortimanager`, of which one has addresses: the other.
    pub missing: Vec<Peer>,
}

impl Site {
    /// Reads a site's file.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, in the order of lines.
    pub fn read(file: &Path) -> Result<Site, Vec<Fault>> {
        let text = file::read(file).and_then(|bytes| file::text(file, bytes)).map_err(|fault| vec![fault])?;
        Site::parse(file, &text)
    }

    /// Reads the text of a site's file.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in the order of lines: everything, up to a hundred faults.
    pub fn parse(file: &Path, text: &str) -> Result<Site, Vec<Fault>> {
        // Also in a comment: it may make the lines look like others.
        if let Some((line, column, found)) = first_in_file(text) {
            return Err(vec![Fault { place: Some((line, column)), ..Fault::of_file(file, refusal(found)) }]);
        }
        let mut faults = Faults { file, text, found: Vec::new() };
        let (document, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let message = error.message().trim().replace('\n', "; ");
            faults.add(
                error.span().unwrap_or_default().start,
                format!("found no TOML ({message}); `port-catalog rules --help` shows a site's file"),
            );
        }
        let mut site = Site::default();
        if faults.found.is_empty() {
            for (key, value) in document.get_ref() {
                match key.get_ref().as_ref() {
                    "products" => site.products = entries(value, "port-catalog products lists them", &mut faults),
                    "peers" => site.peers = entries(value, "port-catalog list names them", &mut faults),
                    other => faults.add(key.span().start, format!("found {other:?}, expected products or peers")),
                }
            }
        }
        faults.end(site)
    }

    /// The product's own addresses.
    pub fn product(&self, product: Product) -> End {
        End::of(self.products.get(&product).into_iter().flatten().cloned())
    }

    /// A peer's addresses: its own, or those of the peers that it includes.
    pub fn peer(&self, peer: Peer) -> PeerEnd {
        if let Some(addresses) = self.peers.get(&peer) {
            return PeerEnd { end: End::of(addresses.iter().cloned()), missing: Vec::new() };
        }
        let (known, missing): (Vec<Peer>, Vec<Peer>) =
            peer.includes().partition(|included| self.peers.contains_key(included));
        let end = End::of(known.iter().flat_map(|included| &self.peers[included]).cloned());
        PeerEnd { end, missing: if known.is_empty() { Vec::new() } else { missing } }
    }
}

/// The entries of a table: an id, with one address or a list of them.
fn entries<K>(table: &Spanned<DeValue<'_>>, listed: &str, faults: &mut Faults) -> BTreeMap<K, Vec<Address>>
where
    K: FromStr<Err = Unknown> + Ord,
{
    let DeValue::Table(rows) = table.get_ref() else {
        faults.expected(table, "a table, with a line such as name = \"192.0.2.1\" for each");
        return BTreeMap::new();
    };
    let mut entries = BTreeMap::new();
    for (key, value) in rows {
        let addresses = addresses(value, faults);
        match key.get_ref().parse() {
            Ok(id) => {
                entries.insert(id, addresses);
            }
            Err(unknown) => faults.add(key.span().start, format!("found {}: {unknown}; {listed}", Word(key.get_ref()))),
        }
    }
    entries
}

/// One address, or a list of them.
fn addresses(value: &Spanned<DeValue<'_>>, faults: &mut Faults) -> Vec<Address> {
    const EXPECTED: &str =
        "an address in quotes, or a list of them: \"192.0.2.1\" or [\"10.0.0.0/8\", \"2001:db8::/32\"]";
    let values: Vec<&Spanned<DeValue<'_>>> = match value.get_ref() {
        DeValue::Array(values) => values.iter().collect(),
        _ => vec![value],
    };
    if values.is_empty() {
        faults.add(value.span().start, "found no address; leave the line out where any address will do");
    }
    let mut addresses = Vec::with_capacity(values.len());
    for value in values {
        match value.get_ref() {
            DeValue::String(text) => match text.parse() {
                Ok(address) => addresses.push(address),
                Err(message) => faults.add(value.span().start, message),
            },
            _ => faults.expected(value, EXPECTED),
        }
    }
    addresses
}

/// The most faults that are told of one file: after so many, it is another file.
const MAX_FAULTS: usize = 100;

/// The faults of one file, as they are found.
struct Faults<'a> {
    file: &'a Path,
    text: &'a str,
    found: Vec<(usize, Fault)>,
}

impl Faults<'_> {
    fn add(&mut self, start: usize, message: impl Into<String>) {
        if self.found.len() < MAX_FAULTS {
            self.found.push((start, Fault::at(self.file, self.text, start, message)));
        }
    }

    /// A value that is of another kind than expected.
    fn expected(&mut self, value: &Spanned<DeValue<'_>>, expected: &str) {
        let found = self.text.get(value.span()).and_then(|text| text.lines().next()).unwrap_or_default();
        self.add(value.span().start, format!("found {found}, expected {expected}"));
    }

    /// What was read, where nothing is wrong with it.
    fn end<T>(mut self, read: T) -> Result<T, Vec<Fault>> {
        if self.found.is_empty() {
            return Ok(read);
        }
        self.found.sort_by_key(|(start, _)| *start);
        Err(self.found.into_iter().map(|(_, fault)| fault).collect())
    }
}
