//! What the command-line tool reads: a site, what nmap, ss and nft see of a machine, exports.

use std::path::Path;

use port_catalog::{Peer, Product};
use port_data::Diagnostic;
use port_engine::audit::address_family::AddressFamily;
use port_engine::audit::observation::Observation;
use port_engine::audit::{input_kind, nft, nmap, ss};
use port_engine::protocol::Protocol;
use port_cli::diff;
use port_cli::diff::export;
use port_cli::fault::Fault;
use port_cli::file;
use port_cli::rules::address::Address;
use port_cli::rules::site::Site;
use serde_json::Value;

const FILE: &str = "file";

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

/// A diagnostic's place is in the text.
fn check_diagnostic(problem: &Diagnostic, text: &str) {
    assert!(!problem.message.is_empty());
    assert!(problem.place.line <= text.split('\n').count(), "{problem}");
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

pub fn read_export(bytes: &[u8]) -> Result<String, String> {
    let flows = export::read(Path::new(FILE), text(bytes)?.as_bytes()).map_err(|fault| fault.to_string())?;
    let difference = diff::compare(&[], &flows);
    Ok(format!("{} flows, {} of them new", flows.len(), difference.flows.len()))
}

/// An export that is read is printed as one, and read again as the same, which differs in nothing.
pub fn export(bytes: &[u8]) {
    match export::read(Path::new(FILE), bytes) {
        Ok(flows) => {
            let printed =
                Value::Array(flows.iter().map(|flow| Value::Object(flow.object.clone())).collect()).to_string();
            let again = export::read(Path::new(FILE), printed.as_bytes()).expect("what is printed can be read");
            assert_eq!(again, flows);
            assert!(diff::compare(&flows, &again).flows.is_empty());
            assert_eq!(diff::compare(&[], &flows).flows.len(), flows.len());
        }
        Err(fault) => check_fault(&fault, &String::from_utf8_lossy(bytes)),
    }
}
