//! Aerleon: definitions of services and networks, and a policy that uses them. `aclgen` generates rules for many firewalls from them.

use filters::{First, filters};
use first_terms::{NETWORK_ICMP, WHOLE_ICMPV6};
use networks::Networks;
use platforms::{Layout, platform};
use policy::Policy;
use port_data::diagnostic::count;

use super::text::comment_lines;
use super::writer::{Directions, File, Writer};
use crate::rules::model::{Remark, RemarkKind, Ruleset};
use crate::rules::output_options::OutputOptions;
use crate::rules::target::Target;

mod definitions;
mod filters;
mod first_terms;
mod networks;
mod notation;
mod platforms;
mod policy;
mod usage;

/// The targets: those for which aclgen generates rules from these definitions.
pub const TARGETS: &[Target] = &[
    Target::Nftables,
    Target::Arista,
    Target::Cisco,
    Target::CiscoAsa,
    Target::CiscoNx,
    Target::CiscoXr,
    Target::Juniper,
    Target::NokiaSrl,
    Target::Nsxt,
    Target::OpenConfig,
    Target::PacketFilter,
    Target::PaloAlto,
    Target::Sonic,
    Target::Srx,
    Target::WindowsAdvFirewall,
];

/// How to write files for Aerleon.
#[must_use]
pub fn writer(target: Option<Target>) -> Writer {
    let platform = platform(target);
    Writer {
        limits: platform.limits,
        options: platform.options,
        // aclgen generates all rules again.
        directions: Directions { keeps_empty: false, uncontrolled: None },
        remarks,
        files,
    }
}

/// Remarks on what the policy accepts besides flows, and on what no filter is for.
fn remarks(ruleset: &Ruleset, output: &OutputOptions) -> Vec<Remark> {
    let platform = platform(output.target);
    let filters = filters(platform, ruleset);
    let opened = [(First::Network, NETWORK_ICMP), (First::WholeIcmpv6, WHOLE_ICMPV6)];
    let opened = opened.into_iter().filter(|(first, _)| filters.iter().any(|filter| filter.first == *first));
    let opened = opened.map(|(_, text)| Remark::new(RemarkKind::Opened, text));
    let has_rules = ruleset.flows.iter().filter(|flow| !flow.rules.is_empty());
    let inside = has_rules.filter(|flow| ruleset.is_between_components(flow)).count();
    let text = format!(
        "note: {} between components of a product; if both are in the zone product, allow them within the zone",
        count(inside, "flow")
    );
    let within_zone = (inside > 0 && platform.layout == Layout::Zones).then(|| Remark::new(RemarkKind::Warning, text));
    opened.chain(within_zone).collect()
}

fn files(ruleset: &Ruleset, output: &OutputOptions) -> Vec<File> {
    let platform = platform(output.target);
    let file = |directory: &str, usage: Vec<String>, text: String| {
        let head = comment_lines("", ruleset.comments()) + &comment_lines("", usage.into_iter());
        File { name: format!("{directory}/{}.yaml", ruleset.name), text: head + &text }
    };
    let networks = Networks::new(platform, ruleset);
    let definitions = networks.definitions() + &definitions::services(platform, ruleset);
    let policy = Policy { platform, ruleset, networks };
    vec![
        file("def", usage::definitions(), definitions),
        file("policies/pol", usage::policy(platform, ruleset), policy.print(output.log)),
    ]
}

#[cfg(test)]
mod tests {
    use super::TARGETS;
    use super::platforms::PLATFORMS;
    use crate::rules::target::Target;

    #[test]
    fn every_target_has_a_platform() {
        let platforms: Vec<Target> = PLATFORMS.iter().map(|platform| platform.target).collect();
        assert_eq!(platforms, TARGETS);
    }
}
