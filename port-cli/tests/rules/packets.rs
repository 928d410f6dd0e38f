//! Real packets through the rules: every documented port answers, and undocumented ports don't.
//!
//! A product and a peer are in network namespaces, with a router between them. The rules are loaded on the product (`--at host`) or on
//! the router (`--at network`) as the comments in the output instruct: see [`firewalls`](crate::firewalls). No machine knows its
//! neighbours afterwards, so that IPv6 needs neighbour discovery. This program itself runs in the namespaces to listen and to
//! connect: see [`helper`].

use std::collections::BTreeSet;
use std::fs;
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use port_catalog_tests::fixture;

use crate::firewalls::{ACLGEN, Firewall, IPTABLES, NFTABLES};
use crate::openings::{Decisions, Openings, documented, flows, products, text};
use crate::tools::{private_sandbox, tool};

/// The addresses of both ends in the namespaces.
pub const PRODUCT: [&str; 2] = ["192.0.2.1", "2001:db8:1::1"];
pub const PEER: [&str; 2] = ["198.51.100.1", "2001:db8:2::1"];

/// Creates the namespaces.
///
/// Everything is in the private sandbox, which disappears with its last process. Arguments: a program, a directory with the files,
/// and the namespace of the firewall.
pub const NAMESPACES: &str = r"
set -e
program=$0 directory=$1 firewall=$2
mount -t tmpfs tmpfs /run
for name in product router peer; do
    ip netns add $name
    # Addresses of IPv6 are used at once, without asking for duplicates.
    ip netns exec $name sh -c 'for key in accept_dad dad_transmits; do echo 0 > /proc/sys/net/ipv6/conf/default/$key; done'
    ip -n $name link set lo up
done
link() { # a namespace, its addresses, the router's addresses on the same link
    ip -n router link add $1 type veth peer name eth netns $1
    ip -n $1 address add $2/24 dev eth
    ip -n $1 address add $3/64 dev eth nodad
    ip -n router address add $4/24 dev $1
    ip -n router address add $5/64 dev $1 nodad
    ip -n $1 link set eth up
    ip -n router link set $1 up
    ip -n $1 route add default via $4
    ip -n $1 route add default via $5
}
link product 192.0.2.1 2001:db8:1::1 192.0.2.254 2001:db8:1::254
link peer 198.51.100.1 2001:db8:2::1 198.51.100.254 2001:db8:2::254
ip netns exec router sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding'
";

/// Loads the rules in one of the namespaces, and tries both directions before and after with this program.
const SCRIPT: &str = r#"
helper() { # a namespace, a role, an input file, an output file
    ip netns exec $1 env HELPER_ROLE=$2 HELPER_IN="$directory/$3" HELPER_OUT="$directory/$4" \
        "$program" --exact packets::helper --quiet > "$directory/$4.log" 2>&1
}
helper product listen inbound inbound.listening &
helper peer listen outbound outbound.listening &
for direction in inbound outbound; do
    tries=0
    until [ -e "$directory/$direction.listening" ]; do
        tries=$((tries + 1))
        [ $tries -lt 500 ] || { cat "$directory"/*.log >&2; exit 1; }
        sleep 0.02
    done
done
try() { # the suffix of the result files
    helper peer try inbound inbound.$1 & inbound=$!
    helper product try outbound outbound.$1 & outbound=$!
    wait $inbound && wait $outbound || { cat "$directory"/*.log >&2; exit 1; }
}

try before
(cd "$directory" && ip netns exec $firewall sh -e load.sh)
for name in product router peer; do ip -n $name neighbour flush all; done
try after
helper product try loopback loopback.after || { cat "$directory"/*.log >&2; exit 1; }
if [ -e "$directory/seen.nft" ]; then
    ip netns exec peer nft -f "$directory/seen.nft"
    ip netns exec product nmap -n -Pn -sO -p 50,51 --max-retries 0 198.51.100.1 > "$directory/nmap.log"
    ip netns exec peer nft list table inet seen > "$directory/seen"
fi
"#;

/// Counts packets without a socket: ESP, and AH, which is not documented anywhere.
const SEEN: &str = "
table inet seen {
    chain input {
        type filter hook input priority 0
        meta l4proto esp counter
        meta l4proto ah counter
    }
}
";

#[test]
fn documented_packets_pass_nftables_on_the_product() {
    every_product(&NFTABLES, "host");
}

#[test]
fn documented_packets_pass_nftables_between_product_and_peer() {
    every_product(&NFTABLES, "network");
}

#[test]
fn documented_packets_pass_iptables_on_the_product() {
    every_product(&IPTABLES, "host");
}

/// IPv6 too, for which the rules have to accept neighbour discovery.
#[test]
fn documented_packets_pass_what_aclgen_generates_for_the_product() {
    every_product(&ACLGEN, "host");
}

#[test]
fn documented_packets_pass_on_the_interfaces_of_the_site_file() {
    let between = Interfaces { product: "product", peer: "peer", are_used: true };
    let on_the_product = Interfaces { product: "none", peer: "eth", are_used: true };
    for firewall in [&NFTABLES, &IPTABLES] {
        send_packets(&products(), firewall, "network", Some(between));
        send_packets(&products(), firewall, "host", Some(on_the_product));
    }
}

#[test]
fn no_packet_passes_on_other_interfaces() {
    let product = &products()[products().len() - 1..];
    let between = Interfaces { product: "peer", peer: "product", are_used: false };
    let on_the_product = Interfaces { product: "eth", peer: "none", are_used: false };
    for firewall in [&NFTABLES, &IPTABLES] {
        send_packets(product, firewall, "network", Some(between));
        send_packets(product, firewall, "host", Some(on_the_product));
    }
}

fn every_product(firewall: &Firewall, at: &str) {
    send_packets(&products(), firewall, at, None);
}

fn send_packets(products: &[String], firewall: &Firewall, at: &str, interfaces: Option<Interfaces>) {
    let tools = [&["ip", "nft", "nmap"], firewall.tools].concat();
    let is_missing = tools.into_iter().any(|name| tool(name).is_none());
    if is_missing || private_sandbox(&["true"]).is_none() {
        return;
    }
    std::thread::scope(|scope| {
        for product in products {
            scope.spawn(move || packets(product, firewall, at, interfaces));
        }
    });
}

/// The interfaces of the firewall that the site file names.
#[derive(Clone, Copy)]
struct Interfaces {
    product: &'static str,
    peer: &'static str,
    /// Whether packets arrive and leave on them.
    are_used: bool,
}

/// Sends packets to the documented ports of a product, and to others.
fn packets(product: &str, firewall: &Firewall, at: &str, interfaces: Option<Interfaces>) {
    let passes = interfaces.is_none_or(|interfaces| interfaces.are_used);
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str| directory.path().join(name);
    let openings = documented(product, Decisions::ALL[0], at);
    let ends = [("inbound", PRODUCT), ("outbound", PEER)];
    for (direction, addresses) in ends {
        let (documented, others) = tries(&openings, direction);
        fs::write(file(direction), lines(documented.union(&others), addresses)).unwrap();
    }
    fs::copy(file("inbound"), file("loopback")).unwrap();
    fs::write(file("site.toml"), site(product, interfaces)).unwrap();
    let mut call = vec!["--product", product, "--at", at];
    let site = file("site.toml");
    if at == "network" || interfaces.is_some() {
        call.extend(["--site", site.to_str().unwrap()]);
    }
    (firewall.write)(directory.path(), &fixture::tables(), &call);
    let has_esp =
        passes && openings.iter().any(|(_, direction, protocol, _)| direction == "outbound" && protocol == "esp");
    if has_esp {
        fs::write(file("seen.nft"), SEEN).unwrap();
    }

    let namespace = if at == "host" { "product" } else { "router" };
    let program = std::env::current_exe().unwrap();
    let script = format!("{NAMESPACES}{SCRIPT}");
    let arguments = ["sh", "-c", &script, program.to_str().unwrap(), directory.path().to_str().unwrap(), namespace];
    let output = private_sandbox(&arguments).expect("the sandbox worked before").stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{product} {at}: {}", String::from_utf8_lossy(&output.stderr));

    for (direction, addresses) in ends {
        let unanswered = |when: &str| fs::read_to_string(file(&format!("{direction}.{when}"))).unwrap();
        assert_eq!(unanswered("before"), "", "{product} {direction}, without a firewall");
        let (documented, mut closed_ports) = tries(&openings, direction);
        if !passes {
            closed_ports.extend(documented);
        }
        let expected = lines(closed_ports.iter(), addresses);
        let found = unanswered("after");
        let (found, expected): (BTreeSet<&str>, BTreeSet<&str>) = (found.lines().collect(), expected.lines().collect());
        let closed: Vec<_> = found.difference(&expected).collect();
        let open: Vec<_> = expected.difference(&found).collect();
        assert!(
            closed.is_empty() && open.is_empty(),
            "{product} {direction}, at {at}\ndocumented, but closed: {closed:?}\nopen, but not documented: {open:?}"
        );
    }
    assert_eq!(
        fs::read_to_string(file("loopback.after")).unwrap(),
        "",
        "{product} at {at}, from the product to itself"
    );
    if has_esp {
        let seen = fs::read_to_string(file("seen")).unwrap();
        let arrived = |protocol: &str| !seen.contains(&format!("l4proto {protocol} counter packets 0 "));
        assert!(arrived("esp") && !arrived("ah"), "{product} {at}: {seen}");
    }
}

/// A protocol and a port to try.
type Try = (String, u16);

/// The documented ports of a direction, and ten undocumented ports of each protocol, preferably next to documented ones.
fn tries(openings: &Openings, direction: &str) -> (BTreeSet<Try>, BTreeSet<Try>) {
    let with_ports = openings.iter().filter(|(_, own, protocol, _)| own == direction && protocol != "esp");
    let documented: BTreeSet<Try> = with_ports.map(|(_, _, protocol, port)| (protocol.clone(), *port)).collect();
    let mut others = BTreeSet::new();
    for protocol in ["tcp", "udp"] {
        let neighbours = documented.iter().rev().flat_map(|(_, port)| [port.saturating_add(1), port - 1]);
        let candidates = neighbours.filter(|port| *port != 0).chain(1024..).map(|port| (protocol.to_string(), port));
        let before = others.len();
        for candidate in candidates.filter(|candidate| !documented.contains(candidate)) {
            others.insert(candidate);
            if others.len() == before + 10 {
                break;
            }
        }
    }
    (documented, others)
}

/// The input of a helper: a line for each protocol, port and address.
fn lines<'a>(tries: impl Iterator<Item = &'a Try>, addresses: [&str; 2]) -> String {
    let line = |(protocol, port): &Try, address: &str| format!("{protocol} {port} {address}\n");
    tries.flat_map(|one| addresses.map(|address| line(one, address))).collect()
}

/// A site in which the product and all peers have the addresses of the namespaces, and the given interfaces. A peer that is the
/// product itself is behind both.
fn site(product: &str, interfaces: Option<Interfaces>) -> String {
    let peers: BTreeSet<String> = flows(product).iter().map(|flow| text(&flow["peer"])).collect();
    let addresses: String = peers.iter().map(|peer| format!("{peer} = {PEER:?}\n")).collect();
    let mut site = format!("[products]\n{product} = {PRODUCT:?}\n[peers]\n{addresses}");
    if let Some(Interfaces { product: own, peer: other, .. }) = interfaces {
        let others = peers.iter().filter(|peer| *peer != product);
        let others: String = others.map(|peer| format!("{peer} = {other:?}\n")).collect();
        let own = if peers.contains(product) { format!("[{own:?}, {other:?}]") } else { format!("{own:?}") };
        site += &format!("[interfaces]\n{product} = {own}\n{others}");
    }
    site
}

/// Runs in a namespace: listens on the given ports, or tries them and writes those that don't answer.
#[test]
fn helper() {
    let Ok(role) = std::env::var("HELPER_ROLE") else { return };
    let [given, result] = ["HELPER_IN", "HELPER_OUT"].map(|name| std::env::var(name).unwrap());
    let given = fs::read_to_string(given).unwrap();
    match role.as_str() {
        "listen" => listen(&given, Path::new(&result)),
        _ => {
            let unanswered = |line: &&str| !answers(line);
            let unanswered: Vec<&str> = std::thread::scope(|scope| {
                let tries: Vec<_> = given.lines().map(|line| (line, scope.spawn(move || unanswered(&line)))).collect();
                tries.into_iter().filter_map(|(line, tried)| tried.join().unwrap().then_some(line)).collect()
            });
            fs::write(result, unanswered.iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
        }
    }
}

fn read(line: &str) -> (&str, SocketAddr) {
    let [protocol, port, address] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
    (protocol, SocketAddr::new(address.parse().unwrap(), port.parse().unwrap()))
}

/// Listens until it is killed, and creates a file once it does. The system accepts connections; datagrams are sent back.
fn listen(given: &str, listening: &Path) {
    let mut connections = Vec::new();
    for (protocol, address) in given.lines().map(read) {
        if protocol == "tcp" {
            connections.push(TcpListener::bind(address).unwrap());
            continue;
        }
        let socket = UdpSocket::bind(address).unwrap();
        std::thread::spawn(move || {
            let mut datagram = [0; 16];
            while let Ok((length, from)) = socket.recv_from(&mut datagram) {
                let _ = socket.send_to(&datagram[..length], from);
            }
        });
    }
    fs::write(listening, "").unwrap();
    loop {
        std::thread::park();
    }
}

/// Whether a port answers within a few seconds.
fn answers(line: &str) -> bool {
    const SOON: Duration = Duration::from_millis(2500);
    let (protocol, address) = read(line);
    if protocol == "tcp" {
        return TcpStream::connect_timeout(&address, SOON).is_ok();
    }
    let any: IpAddr = if address.is_ipv4() { [0; 4].into() } else { [0; 16].into() };
    let socket = UdpSocket::bind((any, 0)).unwrap();
    socket.set_read_timeout(Some(SOON / 2)).unwrap();
    // Datagrams can get lost under load. If the firewall on this side drops one, sending fails.
    (0..2).any(|_| socket.send_to(b"port", address).is_ok() && socket.recv_from(&mut [0; 16]).is_ok())
}
