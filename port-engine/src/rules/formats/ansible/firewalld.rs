//! Ansible for firewalld: rich rules of a zone.
//!
//! The module `ansible.posix.firewalld` changes zones, which filter what arrives at the machine. It has no policies, which firewalld needs
//! to filter what the machine sends.

use port_core::Direction;
use port_data::diagnostic::count;

use super::play::{Play, earlier_version, playbook};
use crate::rules::address::{Endpoints, Family};
use crate::rules::formats::firewalld;
use crate::rules::formats::text::{comment_lines, identifier};
use crate::rules::formats::writer::{Directions, File, Writer};
use crate::rules::limits::Limits;
use crate::rules::model::{FlowRules, Remark, RemarkKind, Rule, Ruleset};
use crate::rules::options::FirewallLocation;
use crate::rules::output_options::OutputOptions;

/// How to write a playbook for firewalld.
pub(super) const WRITER: Writer = Writer {
    limits: Limits {
        format: "ansible.posix.firewalld",
        locations: &[FirewallLocation::Host],
        ..firewalld::WRITER.limits
    },
    options: &[],
    directions: Directions { keeps_empty: false, uncontrolled: Some("an earlier version's rules stay") },
    remarks,
    files,
};

const PLAY: Play = Play {
    hosts: "the product's machines",
    collection: "ansible.posix",
    settings: "  become: true\n",
    usage: &["The rules are in the default zone, unless you set NAME_zone."],
};

fn remarks(ruleset: &Ruleset, output: &OutputOptions) -> Vec<Remark> {
    let flows = ruleset.in_direction(Direction::Outbound).filter(|flow| !flow.rules.is_empty()).count();
    let text = format!(
        "the outbound connections of {} (a zone doesn't filter them; the policies of the format firewalld do)",
        count(flows, "flow")
    );
    let dropped = (flows > 0).then(|| Remark::new(RemarkKind::Dropped, text));
    earlier_version(ruleset, output).into_iter().chain(dropped).collect()
}

fn files(ruleset: &Ruleset, _: &OutputOptions) -> Vec<File> {
    let name = identifier(&ruleset.name);
    let tasks: String = ruleset
        .directions
        .iter()
        .flat_map(|direction| ruleset.in_direction(*direction))
        .map(|flow| task(flow, &name))
        .collect();
    playbook(ruleset, &PLAY, &tasks)
}

/// The task for a flow, below the flow's comment.
fn task(flow: &FlowRules, name: &str) -> String {
    let comments = format!("\n{}", comment_lines("    ", flow.comments()));
    let is_outbound = flow.direction == Direction::Outbound && !flow.rules.is_empty();
    if is_outbound || flow.rules.is_empty() {
        let reason = if is_outbound { ", since a zone doesn't filter outbound connections" } else { "" };
        return comments + &comment_lines("    ", std::iter::once(format!("no task for {}{reason}", flow.id)));
    }
    let rules: String = flow.rules.iter().flat_map(rich_rules).map(|rule| format!("        - '{rule}'\n")).collect();
    format!(
        "{comments}    - name: Allow {}
      ansible.posix.firewalld:
        rich_rule: \"{{{{ item }}}}\"
        zone: \"{{{{ {name}_zone | default(omit) }}}}\"
        permanent: true
        immediate: true
        offline: true
        state: \"{{{{ 'enabled' if {name}_state == 'present' else 'disabled' }}}}\"
      loop:\n{rules}",
        flow.id
    )
}

/// The rich rules for a rule: one for each range of ports.
fn rich_rules(rule: &Rule) -> Vec<String> {
    let traffic = &rule.traffic;
    let protocol = firewalld::PROTOCOLS.write(traffic.protocol).unwrap_or_default();
    let elements: Vec<String> = match (traffic.ports.as_slice(), traffic.icmp_types.first()) {
        ([], Some(icmp_type)) => {
            let name = firewalld::PROTOCOLS.write_type(traffic.protocol, *icmp_type).unwrap_or_default();
            vec![format!("icmp-type name=\"{name}\"")]
        }
        ([], None) => vec![format!("protocol value=\"{protocol}\"")],
        (ports, _) => ports.iter().map(|range| format!("port port=\"{range}\" protocol=\"{protocol}\"")).collect(),
    };
    let family = match rule.family() {
        Some(Family::V4) => " family=\"ipv4\"",
        Some(Family::V6) => " family=\"ipv6\"",
        None => "",
    };
    let end = |word: &str, end: &Endpoints| {
        let address = end.addresses().first();
        address.map(|address| format!(" {word} address=\"{address}\"")).unwrap_or_default()
    };
    let (source, destination) = (end("source", &rule.source), end("destination", &rule.destination));
    elements.into_iter().map(|element| format!("rule{family}{source}{destination} {element} accept")).collect()
}
