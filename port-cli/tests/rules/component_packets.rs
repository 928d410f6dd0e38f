//! Real packets between the machines of a cluster, each with the rules for its own components: what the document lists passes, and
//! nothing else does.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Stdio;

use port_catalog_tests::fixture;

use crate::cases::rules_with;
use crate::firewalls::NFTABLES_POLICY;
use crate::tools::{private_sandbox, tool};

/// The machines with their addresses and components.
const MACHINES: [(&str, &str, &str); 4] = [
    ("control1", "192.0.2.1", "control-plane"),
    ("control2", "198.51.100.1", "control-plane"),
    ("worker1", "203.0.113.1", "worker"),
    ("worker2", "10.0.0.1", "worker"),
];

const SITE: &str = r#"
[components.cluster]
control-plane = ["192.0.2.1", "198.51.100.1"]
worker = ["203.0.113.1", "10.0.0.1"]
[peers]
client = "10.9.0.0/16"
"#;

/// The ports that every machine listens on.
const PORTS: [&str; 6] = ["tcp 2379", "tcp 10250", "udp 8472", "udp 4789", "tcp 6443", "tcp 9153"];

/// Arguments: this program, and a directory with the files. Each machine is in a namespace, with a router between all of them.
const SCRIPT: &str = r#"
set -e
program=$0 directory=$1
mount -t tmpfs tmpfs /run
ip netns add router
for machine in control1=192.0.2 control2=198.51.100 worker1=203.0.113 worker2=10.0.0; do
    name=${machine%=*} net=${machine#*=}
    ip netns add $name
    ip -n $name link set lo up
    ip -n router link add $name type veth peer name eth netns $name
    ip -n $name address add $net.1/24 dev eth
    ip -n router address add $net.254/24 dev $name
    ip -n $name link set eth up
    ip -n router link set $name up
    ip -n $name route add default via $net.254
done
ip netns exec router sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'
helper() { # a namespace, a role, an output file
    ip netns exec $1 env HELPER_ROLE=$2 HELPER_IN="$directory/$1.$2" HELPER_OUT="$directory/$1.$3" \
        "$program" --exact packets::helper --quiet > "$directory/$1.$3.log" 2>&1
}
for name in control1 control2 worker1 worker2; do
    helper $name listen listening &
done
for name in control1 control2 worker1 worker2; do
    tries=0
    until [ -e "$directory/$name.listening" ]; do
        tries=$((tries + 1))
        [ $tries -lt 500 ] || { cat "$directory"/*.log >&2; exit 1; }
        sleep 0.02
    done
done
try() { # the suffix of the result files
    for name in control1 control2 worker1 worker2; do
        helper $name try $1 || { cat "$directory"/*.log >&2; exit 1; }
    done
}
try before
for name in control1 control2 worker1 worker2; do
    (cd "$directory" && ip netns exec $name sh -ec "nft -f policy.nft; nft -f $name.nft
        sed -n 's/^#   \(nft add rule .*\)/\1/p' $name.nft | sh -e")
done
try after
"#;

/// What passes from one component to another, according to the fixture's table.
fn passes(from: &str, to: &str, port: &str) -> bool {
    match (from, to) {
        ("control-plane", "control-plane") => port == "tcp 2379",
        ("control-plane", "worker") => port == "tcp 10250",
        ("worker", "worker") => port == "udp 8472" || port == "udp 4789",
        _ => false,
    }
}

#[test]
fn packets_between_components_pass_if_the_document_lists_them() {
    if ["ip", "nft"].into_iter().any(|name| tool(name).is_none()) || private_sandbox(&["true"]).is_none() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str| directory.path().join(name);
    fs::write(file("site.toml"), SITE).unwrap();
    fs::write(file("policy.nft"), NFTABLES_POLICY).unwrap();
    for (name, address, component) in MACHINES {
        let site = file("site.toml");
        let call = [
            "--format",
            "nftables",
            "--product",
            "cluster",
            "--component",
            component,
            "--site",
            site.to_str().unwrap(),
        ];
        fs::write(file(&format!("{name}.nft")), rules_with(&fixture::editions(), &call)).unwrap();
        let listen: String = PORTS.map(|port| format!("{port} {address}\n")).concat();
        fs::write(file(&format!("{name}.listen")), listen).unwrap();
        let others = MACHINES.iter().filter(|(other, ..)| *other != name);
        let tries = others.flat_map(|(_, address, _)| PORTS.map(|port| format!("{port} {address}\n")));
        fs::write(file(&format!("{name}.try")), tries.collect::<String>()).unwrap();
    }
    let program = std::env::current_exe().unwrap();
    let arguments = ["sh", "-c", SCRIPT, program.to_str().unwrap(), directory.path().to_str().unwrap()];
    let output = private_sandbox(&arguments).expect("the sandbox worked before").stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut passed = 0;
    for (name, _, component) in MACHINES {
        let unanswered = |when: &str| lines(&file(&format!("{name}.{when}")));
        assert_eq!(unanswered("before"), BTreeSet::new(), "{name}, without a firewall");
        let mut expected = BTreeSet::new();
        for (_, address, other) in MACHINES.iter().filter(|(other, ..)| *other != name) {
            let (open, closed): (Vec<&str>, Vec<&str>) = PORTS.iter().partition(|port| passes(component, other, port));
            expected.extend(closed.iter().map(|port| format!("{port} {address}")));
            passed += open.len();
        }
        assert_eq!(unanswered("after"), expected, "{name}");
    }
    assert_eq!(passed, 2 + 4 + 4);
}

fn lines(path: &Path) -> BTreeSet<String> {
    fs::read_to_string(path).unwrap().lines().map(str::to_string).collect()
}
