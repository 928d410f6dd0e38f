//! Network policies, validated by kubernetes-validate, read back as YAML, and checked against limits that it doesn't know.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::process::Command;

use port_engine::rules::address::Address;
use port_engine::rules::formats::writer::File;
use serde_json::{Value, json};

use crate::cases::{Comparison, files, rules, sample_output, site};
use crate::openings::{Openings, port_catalog, text};
use crate::python_worker::PythonWorker;
use crate::tools::tool;

/// kubernetes-validate, started once.
pub fn validator() -> Option<RefCell<PythonWorker>> {
    let python = tool("kubernetes-validate")?.with_file_name("python3");
    let program = include_str!("ask_kubernetes_validate.py");
    Some(RefCell::new(PythonWorker::start(Command::new(python).args(["-c", program]))))
}

/// A rule of a policy.
struct Rule {
    /// The id in the comment above it.
    id: String,
    direction: &'static str,
    openings: Vec<(String, u16)>,
    peers: Vec<String>,
}

/// The rules of a policy, for a product's pods.
fn read(validator: &RefCell<PythonWorker>, file: &str, name: &str) -> Vec<Rule> {
    let answer = validator.borrow_mut().ask(&json!({ "text": file }));
    assert_eq!(answer["version"], "1.31");
    let policy = &answer["policy"];
    assert_eq!((&policy["apiVersion"], &policy["kind"]), (&json!("networking.k8s.io/v1"), &json!("NetworkPolicy")));
    assert_eq!(policy["metadata"], json!({ "name": name }));
    let spec = policy["spec"].as_object().unwrap();
    let label = text(&spec["podSelector"]["matchLabels"]["app.kubernetes.io/name"]);
    // A label for a name that is too long ends in a digest.
    let start = if name.len() > 63 { label.rsplit_once('-').map_or("", |(start, _)| start) } else { label.as_str() };
    assert!(name.starts_with(start) && !start.is_empty() && label.len() <= 63, "{label}");
    assert_eq!(spec["podSelector"], json!({ "matchLabels": { "app.kubernetes.io/name": label } }));
    let mut rules = Vec::new();
    let lists = [("Ingress", "ingress", "inbound", "from"), ("Egress", "egress", "outbound", "to")];
    let types = spec["policyTypes"].as_array().unwrap();
    assert_eq!(spec.len(), 2 + types.len(), "{spec:?}");
    for (policy_type, list, direction, peers) in lists {
        assert_eq!(types.contains(&json!(policy_type)), spec.contains_key(list));
        let comments = answer["comments"][list].as_array();
        for (rule, comment) in
            spec.get(list).and_then(Value::as_array).into_iter().flatten().zip(comments.into_iter().flatten())
        {
            rules.push(read_rule(rule, text(comment), direction, peers));
        }
    }
    rules
}

fn read_rule(rule: &Value, id: String, direction: &'static str, peers: &str) -> Rule {
    let mut fields: BTreeMap<&str, &Value> =
        rule.as_object().unwrap().iter().map(|(key, value)| (key.as_str(), value)).collect();
    let ports = fields.remove("ports").and_then(Value::as_array).unwrap();
    // A rule without ports would open all ports.
    assert!(!ports.is_empty(), "{rule}");
    let peers = fields.remove(peers).map_or(Vec::new(), |peers| {
        let peers = peers.as_array().unwrap();
        // An empty list would allow any peer.
        assert!(!peers.is_empty(), "{rule}");
        peers.iter().map(block).collect()
    });
    assert!(fields.is_empty(), "{rule}");
    Rule { id, direction, openings: ports.iter().flat_map(openings).collect(), peers }
}

fn openings(port: &Value) -> Vec<(String, u16)> {
    let protocol = text(&port["protocol"]);
    assert!(["TCP", "UDP", "SCTP"].contains(&protocol.as_str()), "{port}");
    let number = |value: &Value| u16::try_from(value.as_u64().unwrap()).unwrap();
    let first = number(&port["port"]);
    let last = port.get("endPort").map_or(first, number);
    assert!(0 < first && first <= last, "{port}");
    (first..=last).map(|number| (protocol.to_lowercase(), number)).collect()
}

/// The network of a peer, with its prefix.
fn block(peer: &Value) -> String {
    let cidr = text(&peer["ipBlock"]["cidr"]);
    assert_eq!(*peer, json!({ "ipBlock": { "cidr": cidr } }));
    assert!(cidr.contains('/') && cidr.parse::<Address>().is_ok_and(|address| address.family().is_some()), "{cidr}");
    cidr
}

fn all_openings(rules: Vec<Rule>) -> Openings {
    let rule_openings = |rule: Rule| {
        let Rule { id, direction, openings, .. } = rule;
        openings.into_iter().map(move |(protocol, port)| (id.clone(), direction.to_string(), protocol, port))
    };
    rules.into_iter().flat_map(rule_openings).collect()
}

#[test]
fn a_policy_allows_exactly_what_the_catalog_lists() {
    let Some(validator) = validator() else { return };
    let format = Comparison { format: "networkpolicy", locations: &["host"], can_express: |opening| opening.3 != 0 };
    format.run(|files: &[File]| {
        let name = files[0].name.strip_suffix(".yaml").unwrap();
        all_openings(read(&validator, &files[0].text, name))
    });
}

#[test]
fn a_direction_that_is_not_selected_is_not_controlled() {
    let Some(validator) = validator() else { return };
    // No inbound flow of the product is required, so the policy allows nothing in, unless only outbound is selected.
    for (options, types) in [(&[][..], 2), (&["--direction", "outbound"], 1)] {
        let file =
            rules(&[&["--format", "networkpolicy", "--product", "endpoint", "--required-only"], options].concat());
        let policy = &validator.borrow_mut().ask(&json!({ "text": file }))["policy"]["spec"];
        assert_eq!(policy["policyTypes"].as_array().unwrap().len(), types, "{options:?}");
        let ingress = policy.get("ingress");
        assert_eq!(ingress, (options != ["--direction", "outbound"]).then_some(&json!([])), "{options:?}");
    }
}

#[test]
fn peers_have_the_addresses_of_the_site() {
    let Some(validator) = validator() else { return };
    let site = site();
    // The longest label has 63 characters, and YAML reads an unquoted `no` as a boolean.
    let long = format!("no-{}", ["seven67"; 9].join("-"));
    for name in ["no", &long] {
        let call = [
            "--format",
            "networkpolicy",
            "--product",
            "mailgate",
            "--name",
            name,
            "--unnamed=any",
            "--site",
            site.path().to_str().unwrap(),
        ];
        let rules = read(&validator, &rules(&call), name);
        let peers = |id: &str| rules.iter().find(|rule| rule.id == id).unwrap().peers.join(" ");
        assert_eq!(peers("mailgate-in-email-client-smtp"), "10.0.0.0/8 198.51.100.7/32 2001:db8:1::/48");
        assert_eq!(peers("mailgate-out-ldap-server"), "10.0.5.1/32");
        assert_eq!(peers("mailgate-out-nas"), "10.3.3.3/32");
        assert_eq!(peers("mailgate-out-dns-server"), "0.0.0.0/0");
        assert_eq!(peers("mailgate-in-admin"), "");
    }
}

#[test]
fn what_a_policy_cannot_express_is_rejected_or_dropped() {
    let call = ["rules", "--format", "networkpolicy", "--product", "endpoint"];
    let output = |options: &[&str]| port_catalog(&[&call[..], options].concat());
    let between = output(&["--at", "network"]);
    assert_eq!((between.status.code(), between.stdout.len()), (Some(2), 0));
    let strict = output(&["--only", "endpoint-out-vpn", "--strict"]);
    assert_eq!(strict.status.code(), Some(3));
    let messages = String::from_utf8(strict.stderr).unwrap();
    assert!(messages.contains("dropped esp (networkpolicy can't express it) [endpoint-out-vpn]\n"), "{messages}");
}

#[test]
fn kubernetes_validate_accepts_a_policy() {
    let Some(command) = tool("kubernetes-validate") else { return };
    let directory = tempfile::tempdir().unwrap();
    let [file] = &files(&["--format", "networkpolicy", "--product", "mailgate"])[..] else { panic!("one file") };
    let path = directory.path().join(&file.name);
    std::fs::write(&path, &file.text).unwrap();
    let output = Command::new(command).args(["-k", "1.31", "--strict"]).arg(&path).output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && printed.contains("passed for resource networkpolicy/mailgate"), "{printed}");
}

#[test]
fn networkpolicy_sample() {
    insta::assert_snapshot!("networkpolicy_sample", sample_output("networkpolicy"));
}
