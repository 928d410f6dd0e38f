//! The real `ss` with every usual combination of options, on real sockets: each audit agrees with that of `ss -tulnH`.

use std::fs;
use std::process::Stdio;

use serde_json::Value;

use crate::audit;
use crate::tools::{private_sandbox, tool};

/// Opens sockets of every kind, runs ss with each line of standard input as its options, and writes the outputs to files that are
/// numbered by line.
const SCRIPT: &str = r#"
import socket, subprocess, sys

subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
kept = []

def opened(family, kind, address, only_ipv6=None, protocol=0):
    made = socket.socket(family, kind, protocol)
    if only_ipv6 is not None:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, only_ipv6)
    made.bind(address)
    if kind == socket.SOCK_STREAM:
        made.listen()
    kept.append(made)
    return made

smtp = opened(socket.AF_INET, socket.SOCK_STREAM, ("0.0.0.0", 25))
opened(socket.AF_INET6, socket.SOCK_STREAM, ("::", 443), only_ipv6=1)
opened(socket.AF_INET6, socket.SOCK_STREAM, ("::", 8443), only_ipv6=0)
opened(socket.AF_INET6, socket.SOCK_STREAM, ("::ffff:127.0.0.1", 77), only_ipv6=0)
database = opened(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 5432))
opened(socket.AF_INET, socket.SOCK_DGRAM, ("0.0.0.0", 161))
opened(socket.AF_INET6, socket.SOCK_DGRAM, ("::1", 54), only_ipv6=1)

# A connection at both ends, one that was closed, and a connected socket of UDP.
kept.append(socket.create_connection(("127.0.0.1", 25)))
kept.append(smtp.accept()[0])
first = socket.create_connection(("127.0.0.1", 5432))
second = database.accept()[0]
first.close()
second.close()
resolver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
resolver.connect(("127.0.0.1", 161))
kept.append(resolver)

# Sockets that are no ports.
kept.append(socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP))
kept.append(socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6))
kept.append(socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 3))
opened(socket.AF_UNIX, socket.SOCK_STREAM, "\0tcp LISTEN 0 128")

for number, options in enumerate(sys.stdin.read().splitlines()):
    with open(sys.argv[1] + "/" + str(number), "wb") as file:
        subprocess.run(["ss", *options.split()], stdout=file, check=True)
"#;

/// Options that print the listeners of both transports, and whether they print other sockets too.
const BOTH: &[(&str, bool)] = &[
    ("-tulnH", false),
    ("-tuln", false),
    ("-tulnp", false),
    ("-tulnpH", false),
    ("-tulnm", false),
    ("-tulni", false),
    ("-tulne", false),
    ("-tulno", false),
    ("-tulnpmieoH", false),
    ("-tulnO", false),
    ("-tuln --tos --cgroup", false),
    ("-tuan", true),
    ("-tuanp", true),
    ("-tuanH", true),
    ("-tuanpmieo", true),
    ("-tuanOpmieo", true),
    ("-tulwn", true),
    ("-tulxn", true),
    ("-tulwxn0", true),
    ("-ln", true),
    ("-lnH", true),
    ("-an", true),
];

/// Options that print the listeners of one transport.
const ONE: &[(&str, &str)] = &[
    ("-tln", "tcp"),
    ("-tlnH", "tcp"),
    ("-tlnpmieo", "tcp"),
    ("-tan", "tcp"),
    ("-tlwn", "tcp"),
    ("-txln", "tcp"),
    ("-uln", "udp"),
    ("-ulnH", "udp"),
    ("-uan", "udp"),
    ("-ulnpem", "udp"),
    ("-uwan", "udp"),
];

/// Options that print no listener, or not what it is.
const REJECTED: &[(&str, &str)] = &[
    ("-tun", "all sockets are connections"),
    ("-tn", "all sockets are connections"),
    ("-tunH", "all sockets are connections"),
    ("-xln", "no line is about tcp or udp"),
    ("-tul", "run ss with -n"),
    ("-tulns", "unknown protocol"),
    ("-tuln state listening", "run ss"),
];

/// An audit without what depends on the options: the remarks, and the processes in the evidence.
fn comparable(mut audit: Value) -> Value {
    fn clean(value: &mut Value) {
        if let Some(Value::Array(evidence)) = value.get_mut("evidence") {
            for reason in evidence {
                *reason = reason.as_str().unwrap().split(" (").next().unwrap().into();
            }
        }
        match value {
            Value::Object(object) => object.values_mut().for_each(clean),
            Value::Array(values) => values.iter_mut().for_each(clean),
            _ => {}
        }
    }
    audit["remarks"].take();
    clean(&mut audit);
    audit
}

#[test]
fn every_option_of_ss_gives_the_same_audit() {
    if ["ip", "ss", "python3"].map(tool).contains(&None) {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let Some(mut command) = private_sandbox(&["python3", "-c", SCRIPT, directory.path().to_str().unwrap()]) else {
        return;
    };
    let all: Vec<&str> = BOTH
        .iter()
        .map(|(options, _)| *options)
        .chain(ONE.iter().chain(REJECTED).map(|(options, _)| *options))
        .collect();
    let output = crate::tools::run_with_input(command.stdin(Stdio::piped()), &all.join("\n"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let file = |options: &str| {
        let number = all.iter().position(|other| *other == options).unwrap();
        directory.path().join(number.to_string()).to_str().unwrap().to_string()
    };
    let audit_of = |options: &str| audit("mailgate", &["--ss", &file(options)]);
    let printed = |options: &str| fs::read_to_string(file(options)).unwrap();

    let expected = audit_of("-tulnH");
    assert_eq!(crate::ports(&expected["undocumented"]), ["tcp/8443", "udp/161"]);
    assert_eq!(crate::ports(&expected["undocumented_loopback"]), ["tcp/77", "tcp/5432", "udp/54"]);
    assert_eq!(expected["remarks"], serde_json::json!([]));
    for (options, has_others) in BOTH {
        let audit = audit_of(options);
        assert_eq!(comparable(audit.clone()), comparable(expected.clone()), "{options}\n{}", printed(options));
        let remarks = audit["remarks"].as_array().unwrap();
        assert_eq!(remarks.len(), usize::from(*has_others), "{options}: {remarks:?}\n{}", printed(options));
    }
    for (options, transport) in ONE {
        let audit = audit_of(options);
        let other = if *transport == "tcp" { "udp" } else { "tcp" };
        for list in ["undocumented", "undocumented_loopback"] {
            let [found, all] = [&audit, &expected].map(|audit| crate::ports(&audit[list]));
            let own: Vec<String> = all.into_iter().filter(|port| port.starts_with(transport)).collect();
            assert_eq!(found, own, "{options}\n{}", printed(options));
        }
        let unchecked = crate::ports(&audit["undocumented_not_checked"]);
        assert!(unchecked.iter().all(|port| port.starts_with(other)), "{options}: {unchecked:?}");
        assert!(!unchecked.is_empty(), "{options}");
        let remarks = audit["remarks"].to_string();
        assert!(remarks.contains(&format!("{other} was not checked")), "{options}: {remarks}");
        // Nothing of the other transport is called missing.
        let missing: Vec<String> = crate::flows(&audit, "missing");
        let all_missing = crate::flows(&expected, "missing");
        assert!(missing.iter().all(|flow| all_missing.contains(flow)), "{options}: {missing:?}");
    }
    for (options, message) in REJECTED {
        let output = crate::run(&["audit", "--product", "mailgate", "--ss", &file(options)]);
        let messages = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{options}: {messages}\n{}", printed(options));
        assert!(messages.contains(message), "{options}: {messages}\n{}", printed(options));
    }
}
