//! Drafts conditions from headings and labels that name a network plugin.
//!
//! A page lists the ports of several plugins, of which a cluster has one, so that the name alone is a condition.

use super::names::words;

/// Network plugins of Kubernetes, as their projects write them.
const PLUGINS: [&str; 6] = ["Antrea", "Calico", "Canal", "Cilium", "Flannel", "Weave"];

/// What labels print after "with", and how a condition says it.
const FEATURES: [(&str, &str); 13] = [
    ("bgp", "BGP"),
    ("geneve", "Geneve"),
    ("gre", "GRE"),
    ("ipip", "IP in IP"),
    ("stt", "STT"),
    ("typha", "Typha"),
    ("vxlan", "VXLAN"),
    ("wireguard", "WireGuard"),
    ("wireguard ipv4", "WireGuard over IPv4"),
    ("ipv4 wireguard", "WireGuard over IPv4"),
    ("wireguard ipv6", "WireGuard over IPv6"),
    ("ipv6 wireguard", "WireGuard over IPv6"),
    ("wireguard ipv6/dual-stack", "WireGuard over IPv6 or dual-stack"),
];

/// The condition of all rows below a heading.
pub(super) fn of_heading(heading: &str, product: &str) -> Option<String> {
    plugin(heading.trim(), product).map(|plugin| format!("the CNI is {plugin}"))
}

/// The condition of all rows below a heading such as `Windows Specific Inbound Network Rules`.
pub(super) fn of_system(heading: &str) -> Option<String> {
    let words = words(heading);
    let has = |names: &[&str]| words.iter().any(|word| names.contains(&word.as_str()));
    let system = ["Windows", "Linux"].into_iter().find(|system| words.contains(&system.to_lowercase()))?;
    has(&["specific", "only", "node", "nodes", "worker", "workers"]).then(|| format!("nodes run {system}"))
}

/// Whether a heading may limit when its rows are needed, as `Mail flow (no relay)` and `Mail flow with a relay` do.
pub(super) fn may_limit(heading: &str) -> bool {
    let words = words(heading);
    ["no", "if", "when", "with", "without"].iter().any(|limit| words.iter().any(|word| word == limit))
}

/// The condition of a row, such as that of `Canal CNI with VXLAN`.
pub(super) fn of_label(label: &str, product: &str) -> Option<String> {
    let (name, feature) = label.trim().split_once(" with ")?;
    let plugin = plugin(name.trim_end_matches(" CNI"), product)?;
    let feature = feature.to_lowercase();
    let feature = feature.trim_end_matches(" enabled");
    let (_, feature) = FEATURES.iter().find(|(printed, _)| *printed == feature)?;
    Some(format!("the CNI is {plugin} with {feature}"))
}

/// What the traffic of a plugin's feature is for, such as that of `Canal CNI with VXLAN`. It is that of pods if the label says so.
pub(super) fn with_feature(label: &str) -> Option<String> {
    let (name, feature) = label.trim().split_once(" with ")?;
    let lower = name.to_lowercase();
    let is_of_pods = [" cni", " overlay"].iter().any(|end| lower.ends_with(end));
    let is_plugin = PLUGINS.iter().any(|plugin| plugin.eq_ignore_ascii_case(name));
    let feature = feature.to_lowercase();
    let feature = feature.trim_end_matches(" enabled");
    let (_, feature) = FEATURES.iter().find(|(printed, _)| (is_of_pods || is_plugin) && *printed == feature)?;
    Some(match *feature {
        "BGP" => "Exchange routes with BGP".to_string(),
        "Typha" => "Connect to Typha".to_string(),
        tunnel if is_of_pods => format!("Carry pod traffic with {tunnel}"),
        tunnel => format!("Carry traffic with {tunnel}"),
    })
}

/// The plugin that a text is the name of, if it isn't the product itself.
fn plugin(text: &str, product: &str) -> Option<&'static str> {
    let is_other = |plugin: &&&str| plugin.eq_ignore_ascii_case(text) && !plugin.eq_ignore_ascii_case(product);
    PLUGINS.iter().find(is_other).copied()
}

#[cfg(test)]
mod tests {
    use super::{may_limit, of_heading, of_label, of_system, with_feature};

    #[test]
    fn a_plugin_is_a_condition_unless_it_is_the_product() {
        assert_eq!(of_heading("Canal", "relay").as_deref(), Some("the CNI is Canal"));
        assert_eq!(of_heading("Calico", "calico"), None);
        assert_eq!(of_heading("Canal networks", "relay"), None);
        let with = |label| of_label(label, "relay");
        assert_eq!(with("Canal CNI with VXLAN").as_deref(), Some("the CNI is Canal with VXLAN"));
        let ipv4 = with("Calico with IPv4 Wireguard enabled");
        assert_eq!(ipv4.as_deref(), Some("the CNI is Calico with WireGuard over IPv4"));
        assert_eq!(with("Calico CNI health checks"), None);
        assert_eq!(with("Calico with Windows nodes"), None, "a person words it");
        assert_eq!(of_label("Calico with BGP", "calico"), None);
        assert_eq!(with_feature("Canal CNI with VXLAN").as_deref(), Some("Carry pod traffic with VXLAN"));
        assert_eq!(
            with_feature("Antrea with STT enabled").as_deref(),
            Some("Carry traffic with STT"),
            "it says no pods"
        );
        assert_eq!(with_feature("Calico CNI with BGP").as_deref(), Some("Exchange routes with BGP"));
        assert_eq!(with_feature("Proxy with VXLAN"), None);
    }

    #[test]
    fn a_heading_can_name_an_operating_system_or_another_limit() {
        let system = of_system("Windows Specific Inbound Network Rules");
        assert_eq!(system.as_deref(), Some("nodes run Windows"));
        assert_eq!(of_system("Ports of Windows Server"), None);
        assert!(
            may_limit("Mail flow (no Edge Transport servers)") && may_limit("Mail flow with Edge Transport servers")
        );
        assert!(!may_limit("Inbound ports of nodes"));
    }
}
