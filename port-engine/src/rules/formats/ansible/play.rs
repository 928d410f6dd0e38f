//! What all playbooks have in common.

use crate::rules::formats::text::{comment_lines, identifier, quoted};
use crate::rules::formats::writer::File;
use crate::rules::model::{Remark, RemarkKind, Ruleset};
use crate::rules::output_options::OutputOptions;

/// What the playbooks of a target have in common.
pub(super) struct Play {
    /// Which hosts to put into the group of the inventory.
    pub hosts: &'static str,
    /// The collection that has the modules.
    pub collection: &'static str,
    /// Settings of the play, as lines.
    pub settings: &'static str,
    /// More instructions.
    pub usage: &'static [&'static str],
}

/// A playbook with these tasks. The group of hosts, and the beginning of variables, is the ruleset's name.
pub(super) fn playbook(ruleset: &Ruleset, play: &Play, tasks: &str) -> Vec<File> {
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
pub(super) fn earlier_version(ruleset: &Ruleset, _: &OutputOptions) -> Vec<Remark> {
    let text = format!(
        "the removal of what only an earlier version allows (run the earlier playbook with -e {}_state=absent before you replace it)",
        identifier(&ruleset.name)
    );
    vec![Remark::new(RemarkKind::LeftOut, text)]
}
