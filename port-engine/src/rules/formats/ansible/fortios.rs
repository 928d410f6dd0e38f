//! Ansible for `FortiOS`: the entries of a [`fortigate`] configuration, with a task for each.
//!
//! Only the policies depend on the state: services and addresses allow nothing by themselves, and others may use them.

use super::play::{Play, earlier_version, playbook};
use crate::rules::formats::fortigate::{self, Entry, Key, Section, Value};
use crate::rules::formats::text::{comment_lines, identifier, quoted};
use crate::rules::formats::writer::{File, Writer};
use crate::rules::model::{Remark, RemarkKind, Ruleset};
use crate::rules::output_options::OutputOptions;

/// How to write a playbook for `FortiOS`.
pub(super) const WRITER: Writer =
    Writer { limits: fortigate::WRITER.limits, options: &[], directions: fortigate::WRITER.directions, remarks, files };

const PLAY: Play = Play {
    hosts: "the FortiGates between the product and its peers",
    collection: "fortinet.fortios",
    settings: "  connection: httpapi\n",
    usage: &[
        "Set ansible_network_os to fortinet.fortios.fortios, and the address and token of the device, in your inventory.",
        "The policies are added below your own. Move them above policies that deny, and replace any with your interfaces.",
        "NAME_vdom is the virtual domain; without it, it is root.",
    ],
};

fn remarks(ruleset: &Ruleset, output: &OutputOptions) -> Vec<Remark> {
    let text = format!(
        "the removal of services and addresses (-e {}_state=absent removes only the policies that use them)",
        identifier(&ruleset.name)
    );
    let unused = Remark::new(RemarkKind::LeftOut, text);
    earlier_version(ruleset, output).into_iter().chain([unused]).collect()
}

fn files(ruleset: &Ruleset, _: &OutputOptions) -> Vec<File> {
    let name = identifier(&ruleset.name);
    let mut tasks = String::new();
    for Section { name: section, parts } in fortigate::sections(ruleset) {
        for part in parts {
            tasks += &format!("\n{}", comment_lines("    ", part.comments.into_iter()));
            tasks += &part.entries.iter().map(|entry| task(section, entry, &name)).collect::<String>();
        }
    }
    playbook(ruleset, &PLAY, &tasks)
}

/// The task for an entry.
fn task(section: &str, entry: &Entry, name: &str) -> String {
    let argument = section.replace(' ', "_");
    let (key, title) = match &entry.key {
        Key::Name(name) => (format!("          name: {}\n", quoted(name)), name.clone()),
        Key::Number(number) => (format!("          policyid: {number}\n"), number.to_string()),
    };
    let state = match entry.key {
        Key::Name(_) => "present".to_string(),
        Key::Number(_) => format!("\"{{{{ {name}_state }}}}\""),
    };
    let fields: String = entry.fields.iter().map(|(name, value)| field(name, value)).collect();
    format!(
        "    - name: {}
      fortinet.fortios.fortios_{argument}:
        vdom: \"{{{{ {name}_vdom | default('root') }}}}\"
        state: {state}
        {argument}:\n{key}{fields}",
        quoted(&format!("Set {section} {title}")),
    )
}

/// A field. An empty value removes what an earlier version has set. There is no such value for numbers, and none is needed, since the
/// name of a service depends on the type of ICMP.
fn field(name: &str, value: &Value) -> String {
    let value = match (name, value) {
        ("icmptype", Value::Nothing) => return String::new(),
        ("icmptype" | "protocol-number", Value::Plain(number)) => number.clone(),
        (_, Value::Plain(value)) => quoted(value),
        (_, Value::Text(value)) => not_a_template(value),
        (_, Value::Names(names)) => {
            names.iter().map(|name| format!("\n            - name: {}", quoted(name))).collect()
        }
        (name, Value::Nothing) if name.ends_with("portrange") => "\"\"".to_string(),
        (_, Value::Nothing) => "[]".to_string(),
    };
    let separator = if value.starts_with('\n') { "" } else { " " };
    format!("          {}:{separator}{value}\n", name.replace('-', "_"))
}

/// A string in which Ansible finds no template: spaces separate the braces that would begin one.
fn not_a_template(text: &str) -> String {
    let mut separated = String::new();
    for character in text.chars() {
        if separated.ends_with('{') && matches!(character, '{' | '%' | '#') {
            separated.push(' ');
        }
        separated.push(character);
    }
    quoted(&separated)
}
