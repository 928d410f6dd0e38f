//! Ansible: a playbook with a task for each flow, or for each rule.
//!
//! A variable says whether the tasks allow or remove what they are about, since a module doesn't know what an earlier version of the
//! playbook has allowed.

use super::writer::Writer;
use crate::rules::target::Target;

mod firewalld;
mod fortios;
mod play;
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
