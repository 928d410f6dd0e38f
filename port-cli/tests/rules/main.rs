//! What `rules` writes is what the tools that read it understand: every opening that the catalog lists, and no other.

mod aerleon;
mod cases;
mod fit;
mod iptables;
mod mud;
mod networkpolicy;
mod nftables;
mod openings;
mod packets;
mod refusals;
mod said;
mod tools;
