//! Playbooks for `FortiOS`, read back as YAML: the tasks set the same entries as the script for the CLI.

use std::collections::BTreeMap;

use port_engine::rules::formats::RulesFormat;
use port_engine::rules::formats::writer::File;
use port_engine::rules::target::Target;
use serde_json::{Value, json};

use crate::cases::{Comparison, fitted_files_for, rules, ruleset_of_texts, sample_output_for, site};
use crate::fortigate::{self, Configuration, Entry, opened_to_any_address};
use crate::openings::{Opening, text};
use crate::parsed::{TextParser, yaml};
use crate::playbook::{ModuleCall, calls};

/// The configuration that the tasks set.
fn read(parser: &TextParser, file: &File) -> Configuration {
    let ruleset = file.name.strip_suffix(".yml").unwrap();
    let mut sections: BTreeMap<String, Vec<(String, Entry)>> = BTreeMap::new();
    for call in calls(parser, &file.text, ruleset) {
        let (section, name, entry) = entry(call, &ruleset.replace('-', "_"));
        sections.entry(section).or_default().push((name, entry));
    }
    let configuration = Configuration(sections);
    configuration.check_names();
    configuration
}

/// The section, the name and the fields that a task sets, as the CLI names them.
fn entry(call: ModuleCall, ruleset: &str) -> (String, String, Entry) {
    let argument = call.module.strip_prefix("fortinet.fortios.fortios_").expect(&call.module);
    let section = match argument {
        "firewall_service_custom" => "firewall service custom".to_string(),
        "firewall_service_group" => "firewall service group".to_string(),
        argument => argument.replace('_', " "),
    };
    let is_policy = argument == "firewall_policy";
    let state = if is_policy { format!("{{{{ {ruleset}_state }}}}") } else { "present".to_string() };
    assert_eq!(call.arguments["vdom"], format!("{{{{ {ruleset}_vdom | default('root') }}}}"));
    assert_eq!((&call.arguments["state"], call.arguments.len(), call.when), (&json!(state), 3, None));
    let mut fields = call.arguments[argument].as_object().unwrap().clone();
    let key = fields.remove(if is_policy { "policyid" } else { "name" }).unwrap();
    let mut entry: Entry = fields.iter().map(|(name, value)| (cli_field(name), values(name, value))).collect();
    if fields.get("protocol").is_some_and(|protocol| text(protocol).starts_with("ICMP")) {
        // The CLI unsets it; the module has no empty number.
        entry.entry("icmptype".to_string()).or_default();
    }
    (section, key.as_str().map_or_else(|| key.to_string(), str::to_string), entry)
}

/// The name of a field in the CLI.
fn cli_field(name: &str) -> String {
    name.replace("_portrange", "-portrange").replace("protocol_number", "protocol-number")
}

/// The values of a field: names of entries, words, or one text.
fn values(name: &str, value: &Value) -> Vec<String> {
    match value {
        Value::Array(names) => names.iter().map(|one| text(&one["name"])).collect(),
        Value::Number(number) => vec![number.to_string()],
        Value::String(value) if value.is_empty() => Vec::new(),
        Value::String(value) if name.ends_with("portrange") || name == "subnet" => {
            value.split(' ').map(str::to_string).collect()
        }
        value => vec![text(value)],
    }
}

#[test]
fn a_playbook_for_fortios_allows_exactly_what_the_catalog_lists() {
    let Some(parser) = yaml() else { return };
    let can_express = |opening: &Opening| !["ip/0", "ip/255"].contains(&opening.2.as_str());
    let format = Comparison { format: "ansible", locations: &["network"], can_express };
    format.run_for(Some(Target::Fortios), |files| opened_to_any_address(&read(&parser, &files[0])));
}

#[test]
fn a_playbook_sets_what_the_script_for_the_cli_sets() {
    let (Some(yaml), Some(mut cli)) = (yaml(), fortigate::parser()) else { return };
    let site = site();
    let call = ["--product", "mailgate", "--unnamed=any", "--site", site.path().to_str().unwrap()];
    let script = rules(&[&["--format", "fortigate"], &call[..]].concat());
    let script = Configuration::read(&mut cli, &script);
    let playbook = rules(&[&["--format", "ansible", "--target", "fortios"], &call[..]].concat());
    let playbook = read(&yaml, &File { name: "mailgate.yml".to_string(), text: playbook });
    assert!(script.0.len() > 5);
    assert_eq!(playbook.0, script.0);
}

/// Ansible would evaluate braces in a text from a table.
#[test]
fn no_text_is_a_template() {
    let Some(parser) = yaml() else { return };
    let files = fitted_files_for(RulesFormat::Ansible, Some(Target::Fortios), ruleset_of_texts());
    let ruleset = files[0].name.strip_suffix(".yml").unwrap();
    let mut with_braces = 0;
    for call in calls(&parser, &files[0].text, ruleset) {
        let Some(service) = call.arguments.get("firewall_service_custom") else { continue };
        let comment = text(&service["comment"]);
        assert!(["{{", "{%", "{#"].iter().all(|start| !comment.contains(start)), "{comment}");
        with_braces += usize::from(comment.contains("{ {"));
    }
    assert!(with_braces > 2, "{with_braces}");
}

#[test]
fn ansible_fortios_sample() {
    insta::assert_snapshot!("ansible_fortios_sample", sample_output_for(&["ansible", "--target", "fortios"]));
}
