//! What the command-line tool reads: a site, what nmap, ss, nft and iptables see of a machine, exports.

use std::path::Path;
use std::sync::LazyLock;

use port_data::Diagnostic;
use port_engine::audit::address_family::AddressFamily;
use port_engine::audit::firewall::Scope;
use port_engine::audit::observation::Observation;
use port_engine::audit::{input_kind, iptables, nft, nmap, ss};
use port_engine::dataset::Dataset;
use port_engine::diff;
use port_engine::protocol::Protocol;
use port_engine::rules::address::Address;
use port_engine::rules::site::Site;
use serde_json::Value;

const FILE: &str = "file";

pub fn read_site(bytes: &[u8]) -> Result<String, String> {
    let dataset = dataset();
    let site = Site::parse(Path::new(FILE), &utf8(bytes)?, dataset).map_err(|problems| problems[0].to_string())?;
    let counts = dataset.products.iter().map(|product| site.product(&product.id).addresses().len());
    Ok(format!("{} addresses of products", counts.sum::<usize>()))
}

/// The dataset of the live tables, whose ids the site files use.
fn dataset() -> &'static Dataset {
    static DATASET: LazyLock<Dataset> =
        LazyLock::new(|| Dataset::from_tables(&port_data::read(port_data::TABLES.as_ref()).expect("valid tables")));
    &DATASET
}

pub fn site(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let dataset = dataset();
    let result = Site::parse(Path::new(FILE), &text, dataset);
    match &result {
        Ok(site) => {
            let products = dataset.products.iter().map(|product| site.product(&product.id));
            for end in products.chain(dataset.peers.iter().map(|peer| site.peer(&peer.id, dataset).endpoints)) {
                for address in end.addresses() {
                    assert_eq!(address.to_string().parse::<Address>().as_ref(), Ok(address));
                }
                assert!(end.addresses().is_sorted());
            }
        }
        Err(problems) => {
            assert!(!problems.is_empty());
            for problem in problems {
                check_diagnostic(problem, &text);
            }
        }
    }
    assert_eq!(result, Site::parse(Path::new(FILE), &text, dataset), "a second parse differs");
}

/// A diagnostic's place is in the text.
fn check_diagnostic(problem: &Diagnostic, text: &str) {
    assert!(!problem.message.is_empty());
    assert!(problem.place.line <= text.split('\n').count(), "{problem}");
}

/// The text of a file that must be UTF-8.
fn utf8(bytes: &[u8]) -> Result<String, String> {
    String::from_utf8(bytes.to_vec()).map_err(|error| error.to_string())
}

/// The text of a tool's output.
fn decoded(bytes: &[u8]) -> Result<String, String> {
    input_kind::decode(Path::new(FILE), bytes.to_vec()).map_err(|problem| problem.to_string())
}

/// An observation covers every port once, in order, and is the same each time.
fn check_observation(read: impl Fn(&str) -> Result<Observation, Diagnostic>, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let result = read(&text);
    match &result {
        Ok(observation) => {
            for protocol in [Protocol::TCP, Protocol::UDP] {
                let mut next = 1;
                for piece in observation.pieces(protocol) {
                    assert_eq!(u32::from(piece.range.first()), next, "{protocol}");
                    next = u32::from(piece.range.last()) + 1;
                }
                assert_eq!(next, 1 << 16, "{protocol}");
            }
        }
        Err(problem) => check_diagnostic(problem, &text),
    }
    assert_eq!(result, read(&text), "a second read differs");
}

fn observation_summary(read: Result<Observation, Diagnostic>) -> Result<String, String> {
    let observation = read.map_err(|problem| problem.to_string())?;
    let pieces = [Protocol::TCP, Protocol::UDP].map(|protocol| observation.pieces(protocol).len());
    Ok(format!("{} pieces, {} parts not interpreted", pieces[0] + pieces[1], observation.not_interpreted.len()))
}

pub fn read_nmap(bytes: &[u8]) -> Result<String, String> {
    observation_summary(nmap::read(Path::new(FILE), &decoded(bytes)?, None))
}

pub fn nmap(bytes: &[u8]) {
    check_observation(|text| nmap::read(Path::new(FILE), text, None), bytes);
    check_observation(|text| nmap::read(Path::new(FILE), text, Some("192.0.2.2")), bytes);
}

pub fn read_ss(bytes: &[u8]) -> Result<String, String> {
    observation_summary(ss::read(Path::new(FILE), &decoded(bytes)?, None))
}

pub fn ss(bytes: &[u8]) {
    check_observation(|text| ss::read(Path::new(FILE), text, None), bytes);
    check_observation(|text| ss::read(Path::new(FILE), text, Some(AddressFamily::Ipv6)), bytes);
}

pub fn read_nft(bytes: &[u8]) -> Result<String, String> {
    observation_summary(nft::read(Path::new(FILE), &decoded(bytes)?, None))
}

pub fn nft(bytes: &[u8]) {
    check_observation(|text| nft::read(Path::new(FILE), text, None), bytes);
}

/// Saved rules, read as those of IPv4.
fn read_saved(text: &str) -> Result<Observation, Diagnostic> {
    let firewall = iptables::parse(&[(AddressFamily::Ipv4, Path::new(FILE), text)])?;
    firewall.observe(&Scope::default())
}

pub fn read_iptables(bytes: &[u8]) -> Result<String, String> {
    observation_summary(read_saved(&decoded(bytes)?))
}

pub fn iptables(bytes: &[u8]) {
    check_observation(read_saved, bytes);
}

pub fn read_export(bytes: &[u8]) -> Result<String, String> {
    let flows = diff::read(Path::new(FILE), &utf8(bytes)?).map_err(|problem| problem.to_string())?;
    let dataset = Dataset::default();
    let difference = diff::compare(&[], &flows, &dataset);
    Ok(format!("{} flows, {} of them new", flows.len(), difference.flows.len()))
}

/// An export that was read can be written and read again, with no difference.
pub fn export(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match diff::read(Path::new(FILE), &text) {
        Ok(flows) => {
            let written: Vec<Value> = flows.iter().map(|flow| Value::Object(flow.object.clone())).collect();
            let again = diff::read(Path::new(FILE), &Value::Array(written).to_string()).expect("a written export");
            assert_eq!(again, flows);
            assert!(diff::compare(&flows, &again, &Dataset::default()).flows.is_empty());
            assert_eq!(diff::compare(&[], &flows, &Dataset::default()).flows.len(), flows.len());
        }
        Err(problem) => check_diagnostic(&problem, &text),
    }
}
