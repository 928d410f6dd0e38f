//! What `rules` writes is what the tools that read it understand: every opening that the catalog lists, and no other.

mod aerleon;
mod cases;
mod firewalld;
mod fit;
mod fortigate;
mod iptables;
mod kept;
mod mud;
mod networkpolicy;
mod nftables;
mod openings;
mod packets;
mod refusals;
mod said;
mod ufw;

use port_catalog_tests::tools;
