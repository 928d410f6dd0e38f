//! Playbooks for firewalld, ufw and Windows, read back as YAML. firewalld's own parser reads the rich rules, and ufw runs the rules.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::process::Command;

use port_engine::rules::formats::writer::File;
use port_engine::rules::target::Target;
use serde_json::{Map, Value, json};

use crate::cases::{Comparison, rules, sample_output_for, site};
use crate::openings::{Opening, Openings, port_catalog, protocol, system_protocol, text};
use crate::parsed::{TextParser, yaml};
use crate::playbook::{ModuleCall, calls};
use crate::python_worker::PythonWorker;
use crate::tools::tool;
use crate::ufw_program::Ufw;

/// The name of the ruleset of a file.
fn ruleset(file: &File) -> &str {
    file.name.strip_suffix(".yml").unwrap()
}

/// Asserts that a call has these arguments, and removes them.
fn take(call: &mut ModuleCall, expected: &Value) {
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(call.arguments.remove(name).as_ref(), Some(value), "{name} {:?}", call.arguments);
    }
}

/// The calls of `ansible.posix.firewalld`: the flow and the rich rule of each. The flow is in the task's name.
pub fn rich_rules(parser: &TextParser, file: &File) -> Vec<(String, String)> {
    let name = ruleset(file).replace('-', "_");
    let play = parser.parse(&file.text);
    let tasks = play[0]["tasks"].as_array().unwrap()[1..].iter();
    let flows = tasks.flat_map(|task| {
        let flow = text(&task["name"]).strip_prefix("Allow ").unwrap().to_string();
        vec![flow; task["loop"].as_array().unwrap().len()]
    });
    let calls = calls(parser, &file.text, ruleset(file)).into_iter().map(|mut call| {
        assert_eq!(call.module, "ansible.posix.firewalld");
        take(
            &mut call,
            &json!({
                "zone": format!("{{{{ {name}_zone | default(omit) }}}}"),
                "permanent": true,
                "immediate": true,
                "offline": true,
                "state": format!("{{{{ 'enabled' if {name}_state == 'present' else 'disabled' }}}}"),
            }),
        );
        let rule = text(&call.arguments.remove("rich_rule").unwrap());
        assert!(call.arguments.is_empty() && call.when.is_none());
        rule
    });
    flows.zip(calls).collect()
}

/// firewalld's parser for rich rules, which the module uses too. It answers with the parts of the rule.
const RICH_RULES: &str = r#"
import json, sys
from firewall.core.rich import Rich_Rule
for line in sys.stdin:
    rule = Rich_Rule(rule_str=json.loads(line))
    rule.check()
    end = lambda end: end.addr if end else None
    print(json.dumps({
        "text": str(rule), "family": rule.family, "source": end(rule.source), "destination": end(rule.destination),
        "element": type(rule.element).__name__, "fields": vars(rule.element), "action": type(rule.action).__name__,
    }), flush=True)
"#;

pub fn rich_rule_parser() -> Option<RefCell<PythonWorker>> {
    let program = tool("firewall-offline-cmd")?;
    let source = std::fs::read_to_string(program).unwrap();
    let python = source.lines().next().and_then(|line| line.strip_prefix("#!")).unwrap().split(' ').next().unwrap();
    Some(RefCell::new(PythonWorker::start(Command::new(python).args(["-c", RICH_RULES]))))
}

/// Types of ICMP by the names that firewalld has for them, in the registry's numbers.
const ICMP_TYPES: [(&str, &str, &str); 8] = [
    ("echo-reply", "ipv4", "icmp/0"),
    ("destination-unreachable", "ipv4", "icmp/3"),
    ("echo-request", "ipv4", "icmp/8"),
    ("time-exceeded", "ipv4", "icmp/11"),
    ("timestamp-request", "ipv4", "icmp/13"),
    ("packet-too-big", "ipv6", "icmpv6/2"),
    ("echo-request", "ipv6", "icmpv6/128"),
    ("echo-reply", "ipv6", "icmpv6/129"),
];

/// What a rich rule opens.
fn opened(rule: &Value) -> Vec<(String, u16)> {
    assert_eq!(rule["action"], "Rich_Accept", "{rule}");
    let fields = &rule["fields"];
    match rule["element"].as_str().unwrap() {
        "Rich_Port" => {
            let (protocol, range) = (text(&fields["protocol"]), text(&fields["port"]));
            let (first, last) = range.split_once('-').unwrap_or((&range, &range));
            let (first, last): (u16, u16) = (first.parse().unwrap(), last.parse().unwrap());
            // firewalld accepts ranges in descending order.
            assert!(0 < first && first <= last, "{rule}");
            (first..=last).map(|port| (protocol.clone(), port)).collect()
        }
        "Rich_Protocol" => vec![(system_protocol(&text(&fields["value"])), 0)],
        "Rich_IcmpType" => {
            let name = text(&fields["name"]);
            let family = text(&rule["family"]);
            let known =
                ICMP_TYPES.iter().find(|(own, version, _)| (*own, *version) == (name.as_str(), family.as_str()));
            vec![(known.expect(&name).2.to_string(), 0)]
        }
        _ => panic!("{rule}"),
    }
}

/// Types without a name, and protocol 0, which is any protocol for one of firewalld's backends.
const CANNOT_EXPRESS: [&str; 5] = ["icmp/200", "icmp/255", "icmpv6/200", "icmpv6/255", "ip/0"];

#[test]
fn a_playbook_for_firewalld_allows_exactly_what_the_catalog_lists() {
    let (Some(parser), Some(rich)) = (yaml(), rich_rule_parser()) else { return };
    let can_express = |opening: &Opening| opening.1 == "inbound" && !CANNOT_EXPRESS.contains(&opening.2.as_str());
    let format = Comparison { format: "ansible", locations: &["host"], can_express };
    format.run_for(Some(Target::Firewalld), |files| {
        let mut openings = Openings::new();
        for (flow, rule) in rich_rules(&parser, &files[0]) {
            let read = rich.borrow_mut().ask(&json!(rule));
            assert_eq!((&read["source"], &read["destination"]), (&Value::Null, &Value::Null), "{rule}");
            for (protocol, port) in opened(&read) {
                let expected = match protocol.split('/').next() {
                    Some("icmp") => json!("ipv4"),
                    Some("icmpv6") => json!("ipv6"),
                    // IPv6 has no such protocols, only headers.
                    _ if ["ip/2", "ip/43"].contains(&protocol.as_str()) => json!("ipv4"),
                    _ => Value::Null,
                };
                assert_eq!(read["family"], expected, "{rule}");
                let is_new = openings.insert((flow.clone(), "inbound".to_string(), protocol, port));
                assert!(is_new, "twice: {rule}");
            }
        }
        openings
    });
}

/// A rule of ufw as the module calls it, with the comment.
pub fn ufw_command(call: ModuleCall, ruleset: &str) -> String {
    assert_eq!(call.module, "community.general.ufw");
    let mut call = call;
    let name = ruleset.replace('-', "_");
    take(&mut call, &json!({ "rule": "allow", "delete": format!("{{{{ {name}_state == 'absent' }}}}") }));
    let way = match (call.arguments.remove("direction"), call.arguments.remove("route")) {
        (Some(direction), None) => format!("allow {}", text(&direction)),
        (None, Some(Value::Bool(true))) => "route allow".to_string(),
        other => panic!("{other:?}"),
    };
    let mut argument = |name: &str| call.arguments.remove(name).map(|value| text(&value));
    let [proto, source, destination, comment] =
        ["proto", "from_ip", "to_ip", "comment"].map(|name| argument(name).expect(name));
    let port = argument("to_port").map(|port| format!(" port {port}")).unwrap_or_default();
    assert!(call.arguments.is_empty() && call.when.is_none(), "{:?}", call.arguments);
    format!("#$ ufw {way} proto {proto} from {source} to {destination}{port} comment '{comment}'\n")
}

#[test]
fn a_playbook_for_ufw_allows_exactly_what_the_catalog_lists() {
    let (Some(parser), Some(ufw)) = (yaml(), Ufw::start()) else { return };
    let ufw = RefCell::new(ufw);
    let can_express =
        |opening: &Opening| ["tcp", "udp", "esp", "ah", "gre", "vrrp", "ip/2"].contains(&opening.2.as_str());
    let format = Comparison { format: "ansible", locations: &["host", "network"], can_express };
    format.run_for(Some(Target::Ufw), |files| {
        let calls = calls(&parser, &files[0].text, ruleset(&files[0]));
        let commands: String = calls.into_iter().map(|call| ufw_command(call, ruleset(&files[0]))).collect();
        ufw.borrow_mut().openings(&commands)
    });
}

/// A rule of Windows Firewall.
struct WindowsRule {
    name: String,
    flow: String,
    direction: &'static str,
    opened: Vec<(String, u16)>,
    local: String,
    remote: String,
}

/// The rules of a playbook, after checking that a task removes each group that they are in.
fn windows_rules(parser: &TextParser, file: &File) -> Vec<WindowsRule> {
    let name = ruleset(file).replace('-', "_");
    let (removals, rules): (Vec<ModuleCall>, Vec<ModuleCall>) = calls(parser, &file.text, ruleset(file))
        .into_iter()
        .partition(|call| call.when == Some(format!("{name}_state == \"absent\"")));
    let groups: BTreeSet<String> = removals.iter().map(|call| text(&call.arguments["group"])).collect();
    for call in removals {
        let group = &call.arguments["group"];
        assert_eq!(Value::Object(call.arguments.clone()), json!({ "group": group, "state": "absent" }));
    }
    let rules = rules.into_iter().map(|call| {
        assert_eq!(call.module, "community.windows.win_firewall_rule");
        assert_eq!(call.when, Some(format!("{name}_state == \"present\"")));
        assert!(groups.contains(&text(&call.arguments["group"])), "{:?}", call.arguments);
        windows_rule(call)
    });
    rules.collect()
}

fn windows_rule(mut call: ModuleCall) -> WindowsRule {
    take(&mut call, &json!({ "action": "allow", "enabled": true }));
    let mut argument = |name: &str| call.arguments.remove(name).as_ref().map(text).expect(name);
    let [direction, group, protocol, name, description, local, remote] =
        ["direction", "group", "protocol", "name", "description", "localip", "remoteip"].map(&mut argument);
    let (direction, port) = if direction == "in" { ("inbound", "localport") } else { ("outbound", "remoteport") };
    assert!(group.ends_with(&format!(" {direction}")), "{group}");
    let opened = opened_in_windows(&protocol, &mut call.arguments, port);
    assert!(call.arguments.is_empty(), "{:?}", call.arguments);
    let (flow, _) = description.split_once(", ").unwrap();
    WindowsRule { name, flow: flow.to_string(), direction, opened, local, remote }
}

fn opened_in_windows(name: &str, arguments: &mut Map<String, Value>, port: &str) -> Vec<(String, u16)> {
    match name {
        "tcp" | "udp" => {
            let ports = text(&arguments.remove(port).expect(port));
            let range = |range: &str| {
                let (first, last) = range.split_once('-').unwrap_or((range, range));
                let (first, last): (u16, u16) = (first.parse().unwrap(), last.parse().unwrap());
                assert!(0 < first && first <= last, "{ports}");
                first..=last
            };
            ports.split(',').flat_map(range).map(|port| (name.to_string(), port)).collect()
        }
        "icmpv4" | "icmpv6" => {
            let protocol = if name == "icmpv4" { "icmp" } else { name };
            let types = arguments.remove("icmp_type_code").unwrap();
            let types: Vec<String> = types.as_array().unwrap().iter().map(text).collect();
            if types == ["*"] {
                return vec![(protocol.to_string(), 0)];
            }
            let number = |text: &String| text.strip_suffix(":*").unwrap().parse::<u8>().unwrap();
            types.iter().map(|one| (format!("{protocol}/{}", number(one)), 0)).collect()
        }
        number => vec![(protocol(number.parse().unwrap()), 0)],
    }
}

#[test]
fn a_playbook_for_windows_allows_exactly_what_the_catalog_lists() {
    let Some(parser) = yaml() else { return };
    let can_express = |opening: &Opening| !["sctp", "ip/0"].contains(&opening.2.as_str());
    let format = Comparison { format: "ansible", locations: &["host"], can_express };
    format.run_for(Some(Target::Windows), |files| {
        let mut openings = Openings::new();
        let mut names = BTreeSet::new();
        for rule in windows_rules(&parser, &files[0]) {
            // The module changes all rules with the same name.
            assert!(names.insert(rule.name.clone()), "twice: {}", rule.name);
            assert_eq!((rule.local.as_str(), rule.remote.as_str()), ("any", "any"), "{}", rule.name);
            let opening = |(protocol, port)| (rule.flow.clone(), rule.direction.to_string(), protocol, port);
            openings.extend(rule.opened.into_iter().map(opening));
        }
        openings
    });
}

#[test]
fn tasks_have_the_addresses_of_the_site() {
    let Some(parser) = yaml() else { return };
    let site = site();
    let file = |target: &str| {
        let call = ["--format=ansible", "--target", target, "--product=mailgate", "--unnamed=any", "--site"];
        File { name: "mailgate.yml".to_string(), text: rules(&[&call[..], &[site.path().to_str().unwrap()]].concat()) }
    };
    let rich: Vec<String> = rich_rules(&parser, &file("firewalld")).into_iter().map(|(_, rule)| rule).collect();
    for expected in [
        r#"rule family="ipv4" source address="10.0.0.0/8" destination address="192.0.2.10" port port="25" protocol="tcp" accept"#,
        r#"rule family="ipv6" source address="2001:db8:1::/48" destination address="2001:db8::10" port port="25" protocol="tcp" accept"#,
    ] {
        assert!(rich.iter().any(|rule| rule == expected), "{expected} {rich:?}");
    }
    let ufw: Vec<String> =
        calls(&parser, &file("ufw").text, "mailgate").into_iter().map(|call| ufw_command(call, "mailgate")).collect();
    let expected = "#$ ufw allow out proto tcp from 192.0.2.10 to 10.0.5.1 port 389,636 comment 'port-catalog mailgate outbound: mailgate-out-ldap-server'\n";
    assert!(ufw.iter().any(|command| command == expected), "{ufw:?}");
    let windows = windows_rules(&parser, &file("windows"));
    let ends = |flow: &str| -> Vec<String> {
        let rules = windows.iter().filter(|rule| rule.flow == flow);
        rules.map(|rule| format!("{} < {}", rule.local, rule.remote)).collect()
    };
    assert_eq!(
        ends("mailgate-in-email-client-smtp"),
        ["192.0.2.10 < 10.0.0.0/8,198.51.100.7", "2001:db8::10 < 2001:db8:1::/48"]
    );
}

#[test]
fn what_a_module_cannot_express_is_dropped() {
    let call = ["rules", "--format", "ansible", "--product", "endpoint", "--strict"];
    let output = port_catalog(&call);
    assert_eq!(output.status.code(), Some(3));
    let messages = String::from_utf8(output.stderr).unwrap();
    let dropped = "dropped the outbound connections of 4 flows (a zone doesn't filter them; the policies of the format firewalld do)";
    assert!(messages.contains(dropped), "{messages}");
}

#[test]
fn ansible_samples() {
    for target in ["firewalld", "ufw", "windows"] {
        insta::assert_snapshot!(
            format!("ansible_{target}_sample"),
            sample_output_for(&["ansible", "--target", target])
        );
    }
}
