//! Terraform: variables with the rules, which terraform validates, and the resources that use them.
//!
//! The rules are values of variables, so that terraform checks edited ports, networks and protocols before it changes anything, and
//! so that a module's user can replace them. All names begin with the ruleset's, so that several rulesets can be in one directory.

use super::writer::Writer;
use crate::rules::target::Target;

mod aws;
mod azure;
mod hcl;

/// The targets, the usual one first.
pub const TARGETS: &[Target] = &[Target::Aws, Target::Azure];

/// How to write a configuration for a target.
pub(super) fn writer(target: Option<Target>) -> Writer {
    if target == Some(Target::Azure) { azure::WRITER } else { aws::WRITER }
}
