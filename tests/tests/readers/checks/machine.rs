//! What the command-line tool reads: a site, what nmap, ss and nft see of a machine, exports.

use std::path::Path;

use port_catalog::{Peer, Product, Transport};
use port_cli::audit::observation::Observation;
use port_cli::audit::{Family, nft, nmap, ss};
use port_cli::fault::Fault;
use port_cli::file;
use port_cli::rules::address::Address;
use port_cli::rules::site::Site;
use port_data::Diagnostic;
use port_engine::dataset::Dataset;
use port_engine::diff;

const FILE: &str = "file";

/// Asserts that a diagnostic has a message and a place in the text.
fn check_diagnostic(problem: &Diagnostic, text: &str) {
    assert!(!problem.message.is_empty());
    assert!((1..=text.split('\n').count()).contains(&problem.place.line) && problem.place.column > 0, "{problem}");
}

/// A fault's place lies within the text.
fn check_fault(fault: &Fault, text: &str) {
    assert!(!fault.message.is_empty());
    if let Some((line, column)) = fault.place {
        assert!((1..=text.split('\n').count()).contains(&line) && column > 0, "{fault}");
    }
}

/// The text of a file of these bytes, as it is read whole.
fn text(bytes: &[u8]) -> Result<String, String> {
    let name = Path::new(FILE);
    let text = file::read_from(bytes, name).and_then(|bytes| file::text(name, bytes));
    text.map_err(|fault| fault.to_string())
}

pub fn read_site(bytes: &[u8]) -> Result<String, String> {
    let site = Site::parse(Path::new(FILE), &text(bytes)?).map_err(|faults| faults[0].to_string())?;
    let ends = Product::ALL.iter().map(|product| site.product(*product).addresses().len());
    Ok(format!("{} addresses of products", ends.sum::<usize>()))
}

pub fn site(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let result = Site::parse(Path::new(FILE), &text);
    match &result {
        Ok(site) => {
            let ends = Product::ALL.iter().map(|product| site.product(*product));
            for end in ends.chain(Peer::ALL.iter().map(|peer| site.peer(*peer).end)) {
                for address in end.addresses() {
                    assert_eq!(address.to_string().parse::<Address>().as_ref(), Ok(address));
                }
                assert!(end.addresses().is_sorted());
            }
        }
        Err(faults) => {
            assert!(!faults.is_empty());
            for fault in faults {
                check_fault(fault, &text);
            }
        }
    }
    assert_eq!(result, Site::parse(Path::new(FILE), &text), "read twice");
}

/// What was seen: every port once, in order.
fn check_observation(read: impl Fn(&str) -> Result<Observation, Fault>, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let result = read(&text);
    match &result {
        Ok(observation) => {
            for transport in [Transport::Tcp, Transport::Udp] {
                let mut next = 1;
                for piece in observation.pieces(transport) {
                    assert_eq!(u32::from(piece.range.first()), next, "{transport}");
                    next = u32::from(piece.range.last()) + 1;
                }
                assert_eq!(next, 1 << 16, "{transport}");
            }
        }
        Err(fault) => check_fault(fault, &text),
    }
    assert_eq!(result, read(&text), "read twice");
}

fn told(read: Result<Observation, Fault>) -> Result<String, String> {
    let observation = read.map_err(|fault| fault.to_string())?;
    let pieces = [Transport::Tcp, Transport::Udp].map(|transport| observation.pieces(transport).len());
    Ok(format!("{} pieces, {} parts not interpreted", pieces[0] + pieces[1], observation.not_interpreted.len()))
}

pub fn read_nmap(bytes: &[u8]) -> Result<String, String> {
    told(nmap::read(Path::new(FILE), &text(bytes)?, None))
}

pub fn nmap(bytes: &[u8]) {
    check_observation(|text| nmap::read(Path::new(FILE), text, None), bytes);
    check_observation(|text| nmap::read(Path::new(FILE), text, Some("192.0.2.2")), bytes);
}

pub fn read_ss(bytes: &[u8]) -> Result<String, String> {
    told(ss::read(Path::new(FILE), &text(bytes)?, None))
}

pub fn ss(bytes: &[u8]) {
    check_observation(|text| ss::read(Path::new(FILE), text, None), bytes);
    check_observation(|text| ss::read(Path::new(FILE), text, Some(Family::Ipv6)), bytes);
}

pub fn read_nft(bytes: &[u8]) -> Result<String, String> {
    told(nft::read(Path::new(FILE), &text(bytes)?, None))
}

pub fn nft(bytes: &[u8]) {
    check_observation(|text| nft::read(Path::new(FILE), text, None), bytes);
}

pub fn read_export(bytes: &[u8]) -> Result<String, String> {
    let flows = diff::read(Path::new(FILE), &text(bytes)?).map_err(|problem| problem.to_string())?;
    let difference = diff::compare(&[], &flows);
    Ok(format!("{} flows, {} of them new", flows.len(), difference.flows.len()))
}

/// Flows that were read are written as JSON, read again and are the same, for a comparison and for a dataset.
pub fn export(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match diff::read(Path::new(FILE), &text) {
        Ok(flows) => {
            let objects: Vec<_> = flows.iter().map(|flow| &flow.object).collect();
            let json = serde_json::to_string(&objects).expect("keys are strings");
            let again = diff::read(Path::new(FILE), &json).expect("a valid export");
            assert_eq!(again, flows);
            assert!(diff::compare(&flows, &again).flows.is_empty());
            assert_eq!(diff::compare(&[], &flows).flows.len(), flows.len());
        }
        Err(problem) => check_diagnostic(&problem, &text),
    }
    match Dataset::from_export(FILE, &text) {
        Ok(dataset) => {
            let json = serde_json::to_string(&dataset.flows).expect("keys are strings");
            let again = Dataset::from_export(FILE, &json).expect("a valid export");
            assert_eq!(again, dataset);
        }
        Err(problems) => {
            assert!(!problems.is_empty());
            problems.iter().for_each(|problem| check_diagnostic(problem, &text));
        }
    }
}
