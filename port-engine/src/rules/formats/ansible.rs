//! Ansible: a playbook with a task for each flow, or for each rule.
//!
//! A variable says whether the tasks allow or remove what they are about, since a module doesn't know what an earlier version of the
//! playbook has allowed.

use super::text::{comment_lines, identifier, quoted};
use super::writer::{File, Writer};
use crate::rules::model::{Remark, RemarkKind, Ruleset};
use crate::rules::output_options::OutputOptions;
use crate::rules::target::Target;

mod firewalld;
mod fortios;
mod ufw;
mod windows;

/// The targets, the usual one first.
pub const TARGETS: &[Target] = &[Target::Firewalld, Target::Ufw, Target::Fortios, Target::Windows];

/// How to write a playbook for a target.
pub(super) fn writer(target: Option<Target>) -> Writer {
    match target {
        Some(Target::Ufw) => ufw::WRITER,
        Some(Target::Fortios) => fortios::WRITER,
        Some(Target::Windows) => windows::WRITER,
        _ => firewalld::WRITER,
    }
}

/// What the playbooks of a target have in common.
struct Play {
    /// Which hosts to put into the group of the inventory.
    hosts: &'static str,
    /// The collection that has the modules.
    collection: &'static str,
    /// Settings of the play, as lines.
    settings: &'static str,
    /// More instructions.
    usage: &'static [&'static str],
}

/// A playbook with these tasks. The group of hosts, and the beginning of variables, is the ruleset's name.
fn playbook(ruleset: &Ruleset, play: &Play, tasks: &str) -> Vec<File> {
    let name = identifier(&ruleset.name);
    let state = format!("{name}_state");
    let usage = [
        String::new(),
        format!("For the collection {}. Put {} into the group {name} of your inventory.", play.collection, play.hosts),
        format!("Run this playbook with ansible-playbook. With -e {state}=absent it removes what it allows."),
    ];
    let usage = usage.into_iter().chain(play.usage.iter().map(|line| line.replace("NAME", &name)));
    let mut text = comment_lines("", ruleset.comments().chain(usage));
    text += &format!(
        "---\n- name: {}\n  hosts: {name}\n  gather_facts: false\n",
        quoted(&format!("Allow what {} needs", ruleset.name))
    );
    text += play.settings;
    text += &format!("  vars:\n    {state}: present\n  tasks:\n");
    text += &format!(
        "    - name: Check the state\n      ansible.builtin.assert:\n        that: {state} in [\"present\", \"absent\"]\n        \
         quiet: true\n"
    );
    text += tasks;
    vec![File { name: format!("{}.yml", ruleset.name), text }]
}

/// A remark on what an earlier version has allowed and this one doesn't.
fn earlier_version(ruleset: &Ruleset, _: &OutputOptions) -> Vec<Remark> {
    let text = format!(
        "the removal of what only an earlier version allows (run the earlier playbook with -e {}_state=absent before you replace it)",
        identifier(&ruleset.name)
    );
    vec![Remark::new(RemarkKind::LeftOut, text)]
}
