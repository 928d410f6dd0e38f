//! Tests of `rules`: the tools that read the generated rules open every port that the catalog lists, and no other.

mod aclgen;
mod aerleon;
mod aerleon_targets;
mod cases;
mod component_packets;
mod components;
mod diagnostics;
mod editions;
mod firewalld;
mod firewalld_icmp;
mod firewalls;
mod fortigate;
mod icmp_types;
mod iptables;
mod mud;
mod networkpolicy;
mod nftables;
mod openings;
mod output_options;
mod packets;
mod powershell;
mod python_worker;
mod raw_packets;
mod reload;
mod remarks;
mod site_file;
mod ufw;
mod ufw_program;
mod upgrade_rules;
mod wildcards;

use port_catalog_tests::tools;
