//! The instructions in the comments of the files.

use super::platforms::{Layout, Platform};
use crate::rules::formats::text::short_name;
use crate::rules::model::Ruleset;
use crate::rules::target::Target;

/// Instructions for using the definitions.
pub(super) fn definitions() -> Vec<String> {
    lines(&[
        "",
        "Put this file into Aerleon's directory of definitions. Your own policies can use its names:",
        "a service for each flow and protocol, and a network for each peer that has addresses.",
    ])
}

/// Instructions for using the policy.
pub(super) fn policy(platform: &Platform, ruleset: &Ruleset) -> Vec<String> {
    let mut usage = lines(&["", "Run aclgen in the directory that contains def and policies."]);
    let name = short_name(&ruleset.name, 40);
    match platform.layout {
        Layout::Hooks => usage.extend(lines(&NFTABLES)),
        Layout::Pf => usage.extend(lines(&PF)),
        Layout::Zones => {
            usage.extend(lines(&ZONES));
            usage.extend(lines(if platform.target == Target::Srx { &SRX } else { &PAN_OS }));
        }
        Layout::Lists | Layout::FamilyLists(_) => {
            usage.push(format!(
                "{name}-inbound is for packets to the product, {name}-outbound for packets from it: apply the first"
            ));
            usage.extend(lines(&LISTS));
            usage.push(list_names(platform));
            usage.extend(lines(if platform.limits.stateful { &[] } else { &STATELESS }));
        }
        Layout::Group => {
            usage.push(format!(
                "The policy is for the machines of the group {name}: create it, and add the product's machines."
            ));
        }
        Layout::Windows => return [usage, lines(&WINDOWS)].concat(),
    }
    usage.extend(lines(&["A filter drops what no term accepts. Add your own terms above the last one."]));
    usage
}

/// How aclgen names the lists of both families.
fn list_names(platform: &Platform) -> String {
    let names = match (platform.layout, platform.target) {
        (Layout::FamilyLists(_), _) => "There is a list for each family.",
        (_, Target::Juniper) => "aclgen adds 4 and 6 to the names, for filters of each family.",
        (_, Target::CiscoAsa) => "aclgen writes rules for IPv4 only.",
        _ => "The name of the list for IPv6 begins with ipv6-.",
    };
    names.to_string()
}

fn lines(lines: &[&str]) -> Vec<String> {
    lines.iter().map(ToString::to_string).collect()
}

const NFTABLES: [&str; 4] = [
    "The rules for nftables are added to the table inet filtering_policies. Delete it before you load a later version, and load",
    "the rules of only one policy on a machine.",
    "port-catalog writes policies for other platforms with --target; the target nftables is usual. For iptables, it generates",
    "rules itself.",
];

const PF: [&str; 2] = [
    "The rules are complete, with a last one that drops the rest: load them alone with pfctl -f, or in an anchor whose rules you",
    "want to be final.",
];

const ZONES: [&str; 1] = ["Replace the zones peers and product with the zones of your firewall."];

const PAN_OS: [&str; 1] =
    ["Import the generated configuration and merge it with load config partial; it isn't a complete one."];

const SRX: [&str; 1] = ["Load it with load merge: load replace removes your other policies and applications."];

const LISTS: [&str; 1] = ["where packets leave to the product, and the second where they arrive from it."];

const STATELESS: [&str; 2] = [
    "The lists don't track connections. They accept replies over TCP if the connection is established, other replies by their",
    "source port, protocol or type.",
];

const WINDOWS: [&str; 4] = [
    "The rules allow connections. What no rule allows is blocked if the profiles of the firewall block it:",
    "netsh advfirewall set allprofiles firewallpolicy blockinbound,blockoutbound",
    "A rule that blocks the rest would override all others, so there is none. Rules of an earlier version stay until you delete",
    "them by name; names begin with i_ or o_.",
];
