//! What the command-line tool reads about many machines: inventories, their products, and logs of network flows.

use std::path::Path;
use std::sync::LazyLock;

use port_engine::audit::flow_log::expectation::{Ends, Expectation};
use port_engine::audit::flow_log::explain::Explainer;
use port_engine::audit::flow_log::reader::LogReader;
use port_engine::audit::flow_log::record::Record;
use port_engine::audit::inventory::assignment::Assignments;
use port_engine::audit::inventory::finding::findings;
use port_engine::audit::inventory::fleet::Fleet;
use port_engine::audit::inventory::hosts::{Inventory, ObservedHost, Options};
use port_engine::audit::lines::{Line, Lines};
use port_engine::dataset::Dataset;
use port_engine::protocol::Protocol;

const FILE: &str = "file";

/// The dataset of the live tables.
fn dataset() -> &'static Dataset {
    static DATASET: LazyLock<Dataset> =
        LazyLock::new(|| Dataset::from_tables(&port_data::read(port_data::TABLES.as_ref()).expect("valid tables")));
    &DATASET
}

/// Reads lines from chunks of a size.
fn lines<E>(bytes: &[u8], chunk: usize, mut each: impl FnMut(Line<'_>) -> Result<(), E>) -> Result<(), E> {
    let mut lines = Lines::default();
    bytes.chunks(chunk.max(1)).try_for_each(|chunk| lines.push(chunk, &mut each))?;
    lines.finish(each)
}

/// The hosts of an inventory, or the problems.
fn hosts(bytes: &[u8], chunk: usize, is_grouped: bool) -> Result<Vec<ObservedHost<'static>>, Vec<String>> {
    let options = Options { is_grouped, ..Options::default() };
    let mut inventory = Inventory::new(Path::new(FILE), dataset(), options);
    let mut hosts = Vec::new();
    let read = lines(bytes, chunk, |line| inventory.push(line).map(|host| hosts.extend(host)));
    let texts = |problems: Vec<port_data::Diagnostic>| problems.iter().map(ToString::to_string).collect::<Vec<_>>();
    read.map_err(|problem| texts(vec![problem]))?;
    inventory.finish().map_err(texts)?;
    hosts.extend(inventory.hosts());
    Ok(hosts)
}

pub fn read_inventory(bytes: &[u8]) -> Result<String, String> {
    let hosts = hosts(bytes, bytes.len(), false).map_err(|problems| problems[0].clone())?;
    Ok(format!("{} hosts", hosts.len()))
}

/// The hosts don't depend on the chunks; grouped lines give the same hosts; every port of a host is known once.
pub fn inventory(bytes: &[u8]) {
    let whole = hosts(bytes, bytes.len(), false);
    assert_eq!(whole, hosts(bytes, 7, false), "chunks make a difference");
    let mut fleet = Fleet::new(dataset());
    for host in whole.iter().flatten() {
        for protocol in [Protocol::TCP, Protocol::UDP, Protocol::SCTP] {
            let mut next = 1;
            for piece in host.observation.pieces(protocol) {
                assert_eq!(u32::from(piece.range.first()), next, "{protocol}");
                next = u32::from(piece.range.last()) + 1;
            }
            assert_eq!(next, 1 << 16, "{protocol}");
        }
        let audit = fleet.audit(&host.parts, &host.observation);
        assert!(findings(&host.name, &audit).iter().all(|finding| finding.host == host.name));
    }
    if let (Ok(whole), Ok(grouped)) = (&whole, hosts(bytes, bytes.len(), true)) {
        let names = |hosts: &[ObservedHost]| hosts.iter().map(|host| host.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(whole), names(&grouped));
    }
    check_places(whole.err().unwrap_or_default(), bytes);
}

/// Messages have a line within the input.
fn check_places(problems: Vec<String>, bytes: &[u8]) {
    for problem in problems {
        let line = problem.split(':').nth(1).and_then(|line| line.parse::<usize>().ok()).unwrap_or(0);
        assert!(line <= bytes.split(|byte| *byte == b'\n').count(), "{problem}");
    }
}

pub fn read_assignment(bytes: &[u8]) -> Result<String, String> {
    let read = Assignments::read(Path::new(FILE), bytes, dataset()).map_err(|problems| problems[0].to_string())?;
    Ok(format!("{} hosts", read.not_found().count()))
}

/// Each host is found by its own name.
pub fn assignment(bytes: &[u8]) {
    match Assignments::read(Path::new(FILE), bytes, dataset()) {
        Ok(mut assignments) => {
            let names: Vec<String> = assignments.not_found().map(|(name, _)| name.to_string()).collect();
            assert!(names.iter().all(|name| assignments.take(name).is_some_and(|parts| !parts.is_empty())));
            assert_eq!(assignments.not_found().count(), 0);
        }
        Err(problems) => {
            assert!(!problems.is_empty());
            check_places(problems.iter().map(ToString::to_string).collect(), bytes);
        }
    }
}

/// The records of a log or the error, and the reported messages.
fn records(bytes: &[u8], chunk: usize) -> (Result<Vec<Record>, String>, Vec<String>) {
    let (mut reader, mut records) = (LogReader::new(Path::new(FILE)), Vec::new());
    let mut read = 0;
    let result = lines(bytes, chunk, |line| {
        read += 1;
        reader.record(line).map(|record| records.extend(record))
    });
    let result = result.and_then(|()| reader.finish()).map(|()| records);
    if let Ok(records) = &result {
        let counts = reader.counts;
        let others = counts.malformed + counts.no_data + counts.incomplete + counts.other_logs;
        assert!(records.len() as u64 + others <= counts.lines && counts.lines == read, "{counts:?}");
    }
    (result.map_err(|problem| problem.to_string()), reader.remarks())
}

pub fn read_flow_log(bytes: &[u8]) -> Result<String, String> {
    records(bytes, bytes.len()).0.map(|records| format!("{} records", records.len()))
}

/// The records don't depend on the chunks, and each is counted once.
pub fn flow_log(bytes: &[u8]) {
    let (whole, remarks) = records(bytes, bytes.len());
    assert_eq!((&whole, &remarks), (&records(bytes, 7).0, &records(bytes, 7).1), "chunks make a difference");
    let own = ["192.0.2.20".parse().expect("an address")];
    let ends = Ends { own: &own, site: None };
    let mut explainer = Explainer::new(Expectation::new(dataset(), &["securitygateway"], &[], ends));
    for record in whole.iter().flatten() {
        // A sum of counts from a file may be larger than any number.
        explainer.record(&Record { count: 1, ..*record });
    }
    assert_eq!(explainer.records(), whole.as_ref().map_or(0, |records| records.len() as u64));
    check_places(whole.err().into_iter().collect(), bytes);
}
