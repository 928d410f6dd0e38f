//! Real listeners, observed by the real `ss` and `nmap`: the audit finds the two that are missing and the undocumented one.
//!
//! The product and a peer have network namespaces of their own, joined by a virtual cable. This program also listens, when it is
//! run in the product's namespace: see [`helper`].

use std::fs;
use std::net::{TcpListener, UdpSocket};
use std::path::Path;
use std::process::{Command, Stdio};

use port_core::{Direction, Transport};
use port_engine::dataset::Flow;

use crate::tools::{private_sandbox, run_with_input, tool};
use crate::{audit, dataset, flows, ports};

/// Makes the namespaces, starts the listeners, and runs the tools.
///
/// Arguments: this program, a directory with the files, and the ports that nmap is to scan.
pub const SCRIPT: &str = r#"
set -e
program=$0 directory=$1 scanned=$2
mount -t tmpfs tmpfs /run
for name in product peer; do
    ip netns add $name
    ip -n $name link set lo up
done
ip -n product link add eth type veth peer name eth netns peer
number=1
for name in product peer; do
    ip -n $name address add 192.0.2.$number/24 dev eth
    ip -n $name address add 2001:db8::$number/64 dev eth nodad
    ip -n $name link set eth up
    number=$((number + 1))
done
# So that a closed UDP port is answered at once.
ip netns exec product sh -c 'echo 0 > /proc/sys/net/ipv4/icmp_ratelimit; echo 0 > /proc/sys/net/ipv6/icmp/ratelimit'

if [ -e "$directory/listen" ]; then
    ip netns exec product env HELPER_LISTENS="$directory/listen" HELPER_READY="$directory/ready" \
        "$program" --exact listeners::helper --quiet > "$directory/log" 2>&1 &
    tries=0
    until [ -e "$directory/ready" ]; do
        tries=$((tries + 1))
        [ $tries -lt 500 ] || { cat "$directory/log" >&2; exit 1; }
        sleep 0.02
    done
    ip netns exec product ss -tulnH > "$directory/ss"
    ip netns exec product ss -tulnp > "$directory/ss-with-header-and-processes"
fi
if [ -e "$directory/rules.nft" ]; then
    ip netns exec product nft -f "$directory/rules.nft"
    ip netns exec product nft -j list ruleset > "$directory/rules.json"
fi
scan() { # a file, and how to scan
    ip netns exec peer nmap -n -Pn -T4 --min-rate 500 --max-retries 4 -p $scanned -oX "$directory/$@" > "$directory/nmap.log" 2>&1 ||
        { cat "$directory/nmap.log" >&2; exit 1; }
}
scan v4.xml -sS -sU 192.0.2.1
scan v6.xml -6 -sS -sU 2001:db8::1
scan connected.xml -sT -sU 192.0.2.1
"#;

/// Whether the tools that the script needs are installed.
pub fn can_run() -> bool {
    let tools = ["ip", "ss", "nft", "nmap"].map(tool);
    !tools.contains(&None) && private_sandbox(&["true"]).is_some()
}

/// Runs the script over the files of a directory.
pub fn run_script(directory: &Path, scanned: &str) {
    let program = std::env::current_exe().unwrap();
    let arguments = ["sh", "-c", SCRIPT, program.to_str().unwrap(), directory.to_str().unwrap(), scanned];
    let output = private_sandbox(&arguments).expect("it was available before").stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Listens on the sockets of the file `HELPER_LISTENS`, if it is set, until the sandbox ends. Each line is a transport, an address
/// and a port; with `silent` after it, datagrams aren't answered.
#[test]
fn helper() {
    let Some(listens) = std::env::var_os("HELPER_LISTENS") else { return };
    let lines = fs::read_to_string(listens).unwrap();
    let mut tcp = Vec::new();
    for line in lines.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let address = (words[1], words[2].parse().unwrap());
        match words[0] {
            "tcp" => tcp.push(TcpListener::bind(address).unwrap()),
            "udp" => {
                let socket = UdpSocket::bind(address).unwrap();
                let is_silent = words.len() > 3;
                std::thread::spawn(move || answer(&socket, is_silent));
            }
            other => panic!("{other}"),
        }
    }
    fs::write(std::env::var_os("HELPER_READY").unwrap(), "").unwrap();
    // The sandbox ends it.
    loop {
        std::thread::park();
    }
}

fn answer(socket: &UdpSocket, is_silent: bool) {
    let mut datagram = [0; 2048];
    while let Ok((length, from)) = socket.recv_from(&mut datagram) {
        if !is_silent {
            let _ = socket.send_to(&datagram[..length.min(8)], from);
        }
    }
}

/// A product, its flows whose ports are closed, and what else listens.
struct Case {
    product: &'static str,
    /// Flows that share their ports with no other flow.
    missing: [&'static str; 2],
    /// A port in no inbound flow.
    undocumented: (&'static str, u16),
    /// A port that listens and doesn't answer, and its flow.
    silent: Option<(u16, &'static str)>,
}

const CASES: [Case; 3] = [
    Case {
        product: "mailgate",
        missing: ["mailgate-in-admin-ssh", "mailgate-in-email-client-pop3"],
        undocumented: ("tcp", 8443),
        silent: Some((20001, "mailgate-in-mailgate-heartbeat")),
    },
    Case {
        product: "archive",
        missing: ["archive-in-email-client-imap", "archive-in-admin"],
        undocumented: ("tcp", 8080),
        silent: None,
    },
    Case {
        product: "filter-suite",
        missing: ["filter-suite-in-admin", "filter-suite-in-analysis"],
        undocumented: ("udp", 514),
        silent: None,
    },
];

/// A port that listens on loopback only.
const LOOPBACK: u16 = 5432;

impl Case {
    fn inbound(&self) -> Vec<Flow> {
        let flows = dataset().flows.into_iter();
        flows.filter(|flow| flow.product == self.product && flow.direction == Direction::Inbound).collect()
    }

    /// Every documented port of the flows that aren't left out, each over one protocol.
    fn documented(&self) -> Vec<(&'static str, u16)> {
        let open = self.inbound().into_iter().filter(|flow| !self.missing.contains(&flow.id.as_str()));
        let mut documented = Vec::new();
        for spec in open.flat_map(|flow| flow.ports) {
            let Some(range) = spec.range() else { continue };
            for port in range.first()..=range.last() {
                // Ports without a stated transport are spread over both.
                let is_udp = match spec.transport() {
                    Some(Transport::Udp) => true,
                    Some(Transport::Any) => port % 2 == 0,
                    _ => false,
                };
                documented.push((if is_udp { "udp" } else { "tcp" }, port));
            }
        }
        documented.sort_unstable();
        documented.dedup();
        documented
    }

    /// What listens: lines for [`helper`].
    fn listens(&self) -> String {
        let mut lines = String::new();
        let (transport, port) = self.undocumented;
        for (number, (transport, port)) in self.documented().into_iter().chain([(transport, port)]).enumerate() {
            // On all addresses, or on that of the cable.
            let address = if number % 3 == 0 { "192.0.2.1" } else { "::" };
            let silent = if self.silent.is_some_and(|(silent, _)| silent == port) { " silent" } else { "" };
            lines += &format!("{transport} {address} {port}{silent}\n");
        }
        lines + &format!("tcp 127.0.0.1 {LOOPBACK}\n")
    }
}

#[test]
fn missing_and_undocumented_ports_are_found() {
    if !can_run() {
        return;
    }
    std::thread::scope(|scope| {
        for case in &CASES {
            scope.spawn(move || listeners(case));
        }
    });
}

fn listeners(case: &Case) {
    let product = case.product;
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str| directory.path().join(name).to_str().unwrap().to_string();
    let listens = case.listens();
    fs::write(file("listen"), &listens).unwrap();
    run_script(
        directory.path(),
        "T:1-10000,T:17690-20100,T:50800,U:1-100,U:161,U:443,U:514,U:2525,U:6640-6680,U:9440-9450,U:17690-17720,U:20000-20010,U:50800",
    );

    let (transport, port) = case.undocumented;
    let undocumented = [format!("{transport}/{port}")];
    let unnumbered = |audit: &serde_json::Value| {
        let flows = flows(audit, "undecided").into_iter();
        flows.filter(|flow| case.silent.is_none_or(|(_, silent)| silent != flow)).collect::<Vec<_>>()
    };
    let unknown = case.inbound().into_iter().filter(|flow| flow.ports.iter().all(|spec| spec.range().is_none()));
    let expected_unknown: Vec<String> = unknown.map(|flow| flow.id).collect();
    for name in ["ss", "ss-with-header-and-processes"] {
        let audit = audit(product, &["--ss", &file(name)]);
        assert_eq!(flows(&audit, "missing"), case.missing, "{product} {name}\n{listens}");
        assert_eq!(flows(&audit, "partly-open"), Vec::<String>::new(), "{product} {name}");
        assert_eq!(flows(&audit, "undecided"), expected_unknown, "{product} {name}");
        assert_eq!(flows(&audit, "unknown"), Vec::<String>::new(), "{product} {name}");
        assert_eq!(ports(&audit["undocumented"]), undocumented, "{product} {name}");
        assert_eq!(ports(&audit["undocumented_loopback"]), [format!("tcp/{LOOPBACK}")], "{product} {name}");
        assert_eq!(ports(&audit["undocumented_unknown"]), Vec::<String>::new(), "{product} {name}");
    }
    let named = audit(product, &["--ss", &file("ss-with-header-and-processes")]);
    let evidence = named["undocumented"][0]["evidence"][0].as_str().unwrap();
    assert!(evidence.contains(" (audit-"), "the process is named: {evidence}");
    for name in ["v4.xml", "connected.xml"] {
        let audit = audit(product, &["--nmap", &file(name)]);
        assert_eq!(flows(&audit, "missing"), case.missing, "{product} {name}\n{listens}");
        assert_eq!(flows(&audit, "partly-open"), Vec::<String>::new(), "{product} {name}");
        assert_eq!(unnumbered(&audit), expected_unknown, "{product} {name}");
        if let Some((_, silent)) = case.silent {
            // It listens, and nmap cannot know.
            assert!(flows(&audit, "unknown").iter().any(|flow| flow == silent), "{product} {name}");
        }
        assert_eq!(ports(&audit["undocumented"]), undocumented, "{product} {name}");
        assert_eq!(audit["host"], "192.0.2.1");
    }
    // IPv6 doesn't reach what listens on an IPv4 address only; ss and nmap agree about that.
    let by_ss = audit(product, &["--ss", &file("ss"), "--family", "ipv6"]);
    let by_nmap = audit(product, &["--nmap", &file("v6.xml")]);
    assert_eq!(flows(&by_ss, "missing"), flows(&by_nmap, "missing"), "{product}");
    // The flow of Archive that listens on IPv4 only has an alternative on both.
    assert!(flows(&by_ss, "missing").len() > 2 || product == "archive", "{product}");
    assert_eq!(ports(&by_ss["undocumented"]), ports(&by_nmap["undocumented"]), "{product}");
    for name in ["v4.xml", "v6.xml", "connected.xml"] {
        cut_off(product, &fs::read_to_string(file(name)).unwrap());
    }
}

#[test]
fn the_recommended_scan_leaves_nothing_unknown() {
    if !can_run() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str| directory.path().join(name).to_str().unwrap().to_string();
    let case = Case { product: "filter-suite", missing: ["", ""], undocumented: ("tcp", 1), silent: None };
    let listens: String =
        case.documented().into_iter().map(|(transport, port)| format!("{transport} :: {port}\n")).collect();
    fs::write(file("listen"), &listens).unwrap();
    let list = ["list", "--product", case.product, "--direction", "inbound", "--format", "nmap"];
    let (ports, _) = crate::printed(&list);
    run_script(directory.path(), &format!("T:1-65535,{}", ports.trim_end()));
    for name in ["v4.xml", "v6.xml", "connected.xml"] {
        let call = ["audit", "--product", case.product, "--nmap", &file(name)];
        let output = crate::run(&[&call[..], &["--fail-on", "undocumented,missing,unknown"]].concat());
        let text = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{name}\n{text}{}", String::from_utf8_lossy(&output.stderr));
        // What the scan left out is in the summary.
        assert!(text.contains("not checked, not documented"), "{name}\n{text}");
        assert_eq!(crate::run(&[&call[..], &["--fail-on", "not-checked"]].concat()).status.code(), Some(1), "{name}");
    }
}

/// A real scan that was cut off is rejected, without output.
fn cut_off(product: &str, scan: &str) {
    let end = scan.trim_end().len();
    for length in (0..end).step_by(end / 7).chain([end - 1]) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_port-catalog"));
        let output = run_with_input(
            command.args(crate::tables()).args(["audit", "--product", product, "--nmap", "-"]),
            &scan[..length],
        );
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(2), &b""[..]), "{length}");
    }
}
