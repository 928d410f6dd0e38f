//! Generates tables of any size from a fixed seed: vendors with products, products with flows, similar to real documents.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use fastrand::Rng;
use port_data::schema::{EDITIONS, FLOWS, PEERS, PRODUCTS, SERVICES, VENDORS};
use port_data::write::Csv;

/// The tables are the same on every machine.
const SEED: u64 = 443;

/// Flows per product and products per vendor, as in the first four documents.
const FLOWS_OF_A_PRODUCT: usize = 31;
const PRODUCTS_OF_A_VENDOR: usize = 3;
const FIELDS: usize = 16;
/// From one edition to the next, one flow of these changes.
const FLOWS_OF_A_CHANGE: usize = 27;

/// Roles that products of many vendors connect to.
const ROLES: usize = 40;
/// Services that many products use.
const SERVICES_IN_USE: u16 = 100;

const WORDS: [&str; 16] = [
    "mail", "logs", "updates", "users", "keys", "traps", "queries", "backups", "reports", "sessions", "licences",
    "files", "names", "clocks", "alerts", "policies",
];

/// The texts of tables with a number of flows, by their paths. Every product has the same number of editions.
pub fn tables(flows: usize, editions: usize) -> BTreeMap<PathBuf, String> {
    let mut random = Rng::with_seed(SEED);
    let products = flows.div_ceil(FLOWS_OF_A_PRODUCT);
    let vendors = products.div_ceil(PRODUCTS_OF_A_VENDOR);
    let mut files = BTreeMap::new();
    let mut file = |name: String, csv: Csv| files.insert(PathBuf::from(name), csv.finish());
    file("vendors.csv".into(), table(VENDORS, (0..vendors).map(vendor)));
    file("products.csv".into(), table(PRODUCTS, (0..products).map(product)));
    let all_editions = (0..products).flat_map(|product| (1..=editions).map(move |number| edition(product, number)));
    file("editions.csv".into(), table(EDITIONS, all_editions));
    file("peers.csv".into(), table(PEERS, (0..ROLES + products).map(peer)));
    file("services.csv".into(), table(SERVICES, (0..SERVICES_IN_USE).map(service)));
    for product in 0..products {
        let of_product = (flows - product * FLOWS_OF_A_PRODUCT).min(FLOWS_OF_A_PRODUCT);
        let mut rows: Vec<_> = (0..of_product).map(|row| flow(&mut random, product, products, row)).collect();
        for edition in 1..=editions {
            if edition > 1 {
                let first = random.usize(..FLOWS_OF_A_CHANGE);
                rows.iter_mut().skip(first).step_by(FLOWS_OF_A_CHANGE).for_each(|row| change(&mut random, row));
            }
            file(format!("flows/product-{product}/{edition}.0.csv"), table(FLOWS, rows.iter().cloned()));
        }
    }
    files
}

/// Changes the ports of a row.
fn change(random: &mut Rng, row: &mut [String; FLOWS.len()]) {
    let ports = spec(random);
    for (cell, column) in row.iter_mut().zip(FLOWS) {
        if matches!(column.name, "ports" | "printed_ports") {
            cell.clone_from(&ports);
        }
    }
}

fn table<const CELLS: usize>(
    columns: &[port_data::schema::Column],
    rows: impl Iterator<Item = [String; CELLS]>,
) -> Csv {
    assert_eq!(columns.len(), CELLS, "a row has a cell for each column");
    let mut csv = Csv::table(columns);
    rows.for_each(|row| csv.row(row));
    csv
}

fn vendor(number: usize) -> [String; 4] {
    let url = format!("https://vendor-{number}.example");
    [format!("vendor-{number}"), format!("Vendor {number}"), String::new(), url]
}

fn product(number: usize) -> [String; 7] {
    let interfaces = if number % 5 == 0 { "lan, wan" } else { "" };
    let vendor = number / PRODUCTS_OF_A_VENDOR;
    [
        format!("product-{number}"),
        format!("vendor-{vendor}"),
        format!("Product {number}"),
        String::new(),
        format!("Field {}", vendor % FIELDS),
        interfaces.to_string(),
        String::new(),
    ]
}

fn edition(product: usize, number: usize) -> [String; 11] {
    let vendor = product / PRODUCTS_OF_A_VENDOR;
    [
        format!("product-{product}"),
        format!("{number}.0"),
        format!("Version {number}.0"),
        format!("Ports that Product {product} needs"),
        format!("https://vendor-{vendor}.example/product-{product}/{number}/ports"),
        String::new(),
        String::new(),
        "2026-01-31".to_string(),
        "true".to_string(),
        String::new(),
        String::new(),
    ]
}

/// A peer: roles first, then one for each product, since products connect to each other.
fn peer(number: usize) -> [String; 7] {
    let (id, name, kind) = match number.checked_sub(ROLES) {
        None => (role(number), format!("Role {number}"), "role"),
        Some(product) => (format!("peer-{product}"), format!("Product {product}"), "product"),
    };
    let description = format!("What talks as {name}");
    [id, name, String::new(), kind.to_string(), description, String::new(), String::new()]
}

fn role(number: usize) -> String {
    format!("role-{number}")
}

/// A service. Services have the lowest ports, as the well-known ones do.
fn service(number: u16) -> [String; 7] {
    let port = port_of(number);
    [
        format!("service-{number}"),
        format!("Service {number}"),
        String::new(),
        "tcp, udp".to_string(),
        port.to_string(),
        format!("Speaks at {port}"),
        String::new(),
    ]
}

fn port_of(service: u16) -> u16 {
    service * 7 + 20
}

fn flow(random: &mut Rng, product: usize, products: usize, row: usize) -> [String; 23] {
    let (way, direction) = if random.bool() { ("in", "inbound") } else { ("out", "outbound") };
    let word = WORDS[random.usize(..WORDS.len())];
    let peer = match random.u8(..3) {
        0 => format!("peer-{}", random.usize(..products)),
        _ => role(random.usize(..ROLES)),
    };
    let specs: BTreeSet<String> = (0..random.usize(1..=3)).map(|_| spec(random)).collect();
    let ports = specs.into_iter().collect::<Vec<_>>().join([", ", " | "][random.usize(..2)]);
    let conditional = random.u8(..4) == 0;
    let host = random.u8(..10) == 0;
    let text = |there: bool, text: String| if there { text } else { String::new() };
    [
        format!("product-{product}-{way}-{peer}-{word}-{row}"),
        direction.to_string(),
        String::new(),
        peer.clone(),
        format!("Exchange {word} number {row} of Product {product} with {peer}"),
        ports.clone(),
        String::new(),
        if conditional { "conditional".to_string() } else { "unstated".to_string() },
        text(conditional, format!("{word} are switched on")),
        String::new(),
        String::new(),
        String::new(),
        String::new(),
        text(host, format!("{word}.product-{product}.example")),
        random.bool().to_string(),
        String::new(),
        String::new(),
        "purpose".to_string(),
        format!("{direction} ports"),
        (row + 1).to_string(),
        peer,
        format!("{word} {row}"),
        ports,
    ]
}

/// A port expression. Half of the ports are well-known ones; the others are spread like those of the IANA registry. Some are ranges,
/// and one in a thousand is the range of all dynamic ports, which adds the flow to the list of each of these ports.
fn spec(random: &mut Rng) -> String {
    let transport = ["tcp", "tcp", "udp", "any"][random.usize(..4)];
    if random.u16(..1000) == 0 {
        return format!("{transport}/49152-65535");
    }
    match random.u8(..32) {
        0..16 => {
            let service = random.u16(..SERVICES_IN_USE);
            format!("{transport}/{} service-{service}", port_of(service))
        }
        16..31 => format!("{transport}/{}", registered(random)),
        _ => {
            let first = registered(random);
            format!("{transport}/{first}-{}", first + random.u16(1..100))
        }
    }
}

/// A port above the well-known ones. The registry has about six thousand.
fn registered(random: &mut Rng) -> u16 {
    const REGISTERED: u16 = 6000;
    1024 + random.u16(..REGISTERED) * 8
}

#[cfg(test)]
mod tests {
    use super::tables;

    #[test]
    fn tables_of_every_size_are_valid() {
        for (flows, editions) in [(1, 1), (31, 2), (32, 1), (1000, 3)] {
            let catalog = port_data::read_texts("tables".as_ref(), tables(flows, editions).into_iter().collect())
                .expect("the tables are valid");
            assert_eq!(catalog.flow_ids, flows);
            assert_eq!(catalog.flows.len(), flows * editions);
            assert_eq!(tables(flows, editions), tables(flows, editions));
        }
    }
}
