//! Tests of `rules`: the tools that read the generated rules open every port that the catalog lists, and no other.

mod aerleon;
mod cases;
mod diagnostics;
mod firewalls;
mod firewalld;
mod fortigate;
mod iptables;
mod mud;
mod networkpolicy;
mod nftables;
mod openings;
mod packets;
mod output_options;
mod python_worker;
mod reload;
mod remarks;
mod ufw;
mod ufw_program;

use port_catalog_tests::tools;
