//! Flows by their component, protocol, port and host.

use serde_json::json;

use crate::{error, ids, json_of, printed, run};

#[test]
fn a_component_is_found_at_both_ends() {
    let of = |component: &str| ids(&["list", "--component", component], false);
    let workers = of("worker");
    // The control plane reaches this one, and the worker listens.
    assert!(workers.contains(&"cluster-in-control-plane-agent".to_string()));
    assert!(of("control-plane").contains(&"cluster-in-control-plane-agent".to_string()));
    assert!(!of("control-plane").contains(&"cluster-out-registry".to_string()));
    assert_eq!(ids(&["list", "--component", "worker", "--peer", "router"], false), ["cluster-in-router-gre"]);
    assert_eq!(
        error(&["list", "--component", "workr"]),
        "error[call-unknown-id]: unknown component \"workr\" (--component); did you mean \"worker\"?\n"
    );
    assert_eq!(
        error(&["list", "--component", "database"]),
        "error[call-unknown-id]: unknown component \"database\" (--component); known components: control-plane, worker\n"
    );
    assert_eq!(
        error(&["list", "--product", "console", "--component", "worker"]),
        "error[call-unknown-id]: unknown component \"worker\" (--component); no document of the selected products \
         distinguishes parts of its product\n"
    );
    // A component of the same product is a peer, too.
    let peers = json_of(&["peers", "--product", "cluster"]);
    let worker = peers.as_array().unwrap().iter().find(|peer| peer["id"] == "cluster-worker").unwrap();
    assert_eq!((&worker["kind"], &worker["flows"]), (&json!("component"), &json!(2)));
}

#[test]
fn exact_ports_come_before_ranges_in_port() {
    let exact = ["cluster-in-cluster-federation", "cluster-out-cluster-federation"];
    let all = [&exact[..], &["cluster-in-client-services"]].concat();
    assert_eq!(ids(&["port", "30443"], false), all);
    assert_eq!(ids(&["port", "tcp/30443"], false), all);
    // Ports of a queried range are exact if they are within it.
    assert_eq!(ids(&["port", "30440-30450"], false), all);
    // The transport of the range isn't stated, so it counts for UDP, too.
    assert_eq!(ids(&["port", "30443/udp"], false), ["cluster-in-client-services"]);
    // A list stays in catalog order.
    assert_eq!(ids(&["list", "--port", "30443"], false)[0], "cluster-in-client-services");
    let table = printed(&["port", "30443"]);
    let ports: Vec<&str> = table
        .lines()
        .skip(3)
        .take(3)
        .filter_map(|line| line.split_whitespace().find(|word| word.contains('/')))
        .collect();
    assert_eq!(ports, ["tcp/30443", "tcp/30443", "any/30000-32767"]);
}

#[test]
fn every_protocol_can_be_asked_for() {
    for (query, expected) in [
        ("36412", "cluster-in-client-signalling"),
        ("sctp/36412", "cluster-in-client-signalling"),
        ("36412/sctp", "cluster-in-client-signalling"),
        ("esp", "cluster-in-worker-tunnel"),
        ("ah", "cluster-in-worker-tunnel"),
        ("ip/50", "cluster-in-worker-tunnel"),
        ("GRE", "cluster-in-router-gre"),
        ("ipip", "cluster-in-router-gre"),
        ("ip/4", "cluster-in-router-gre"),
        ("vrrp", "cluster-in-router-vrrp"),
        ("ip/112", "cluster-in-router-vrrp"),
        ("ip/99", "cluster-in-router-vrrp"),
        ("icmp", "cluster-in-router-vrrp"),
        ("icmp/8", "cluster-in-router-vrrp"),
        ("icmpv6/128", "cluster-in-router-vrrp"),
    ] {
        assert_eq!(ids(&["port", query], false), [expected], "{query}");
        assert_eq!(ids(&["list", "--port", query], false), [expected], "{query}");
    }
    for query in ["tcp/36412", "udp/36412", "icmpv6/129", "ip/100", "sctp/36413"] {
        let output = run(&["port", query, "--format", "json"]);
        let what = if query.starts_with("icmpv6") || query.starts_with("ip/") {
            query.to_string()
        } else {
            format!("port {query}")
        };
        assert_eq!(output.stdout, b"[]\n", "{query}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), format!("no flow uses {what}\n"));
    }
    assert!(printed(&["port", "esp"]).starts_with("esp: 1 flow of 1 product\n"));
    // The document prints ICMP without a type, so it counts for every type.
    assert_eq!(ids(&["port", "icmp/13"], false), ["cluster-in-router-vrrp"]);
}

#[test]
fn a_wildcard_host_is_found_by_a_name_that_it_covers() {
    for host in ["eu.images.acme.example", "*.images.acme.example", "registry.acme.example", "ACME.example."] {
        assert_eq!(ids(&["list", "--host", host], false), ["cluster-out-registry"], "{host}");
    }
    for host in ["eu-images.acme.example", "eu.acme.example"] {
        assert_eq!(String::from_utf8_lossy(&run(&["list", "--host", host]).stderr), "no flow matches\n", "{host}");
    }
}

#[test]
fn an_empty_result_is_reported_on_standard_error() {
    for (call, text, message) in [
        (&["list", "--product", "cluster@2.0", "--port", "22"][..], "", "no flow matches\n"),
        (&["list", "--edition", "all", "--port", "1", "--format", "json"], "[]\n", "no flow matches\n"),
        (&["list", "--component", "worker", "--peer", "registry", "--direction", "inbound"], "", "no flow matches\n"),
        (
            &["list", "--port", "1", "--format", "portmap"],
            "product,edition,id,direction,component,peer,transport,first,last,service,requirement\n",
            "no flow matches\n",
        ),
        (&["port", "icmpv6/1"], "", "no flow uses icmpv6/1\n"),
    ] {
        let output = run(call);
        assert_eq!(output.status.code(), Some(0), "{call:?}");
        assert_eq!(String::from_utf8_lossy(&output.stdout), text, "{call:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), message, "{call:?}");
    }
}
