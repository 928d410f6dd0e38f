//! Parses what `iptables-save` and `ip6tables-save` print into a [`Firewall`].
//!
//! Each table becomes a table of nft, as the kernel has them with iptables-nft: `save` reads the lines, `words` splits them,
//! `header` and `matches` translate the conditions of a rule, and `target` translates what it does. What has no translation is a
//! part that isn't interpreted, and is reported in iptables' own words: such a condition may hold or not, such a target may do
//! anything. `combine` puts the tables into the listing of nft on the same machine.
//!
//! ```
//! use std::path::Path;
//!
//! use port_engine::audit::address_family::AddressFamily;
//! use port_engine::audit::firewall::Scope;
//! use port_engine::audit::iptables;
//! use port_engine::audit::observation::State;
//! use port_engine::protocol::Protocol;
//!
//! let text = "*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp -m tcp --dport 25 -j ACCEPT\nCOMMIT\n";
//! let firewall = iptables::parse(&[(AddressFamily::Ipv4, Path::new("rules.v4"), text)])?;
//! let observation = firewall.observe(&Scope::default())?;
//! let open = observation.ports(Protocol::TCP, |state| state == State::Open);
//! assert_eq!(open.ranges().map(|range| range.to_string()).collect::<Vec<_>>(), ["25"]);
//! # Ok::<(), port_data::Diagnostic>(())
//! ```

mod alternatives;
mod combine;
mod header;
mod matches;
mod save;
mod target;
mod words;

use std::path::Path;

use port_data::Diagnostic;

use super::address_family::AddressFamily;
use super::firewall::Firewall;
use super::firewall::ruleset::Ruleset;
use super::observation::Tool;
use save::Backend;

/// Parses saved rules: those of each family, and possibly those of iptables-nft and of iptables-legacy, from a file each.
///
/// # Errors
///
/// A text isn't what `iptables-save` (for IPv4) or `ip6tables-save` prints, is cut off, or saves a table again.
///
/// # Panics
///
/// If there is no file.
pub fn parse(files: &[(AddressFamily, &Path, &str)]) -> Result<Firewall, Diagnostic> {
    let mut ruleset = Ruleset::default();
    let mut covered = None;
    for family in [AddressFamily::Ipv4, AddressFamily::Ipv6] {
        let mut tables = Vec::new();
        for (_, file, text) in files.iter().filter(|(own, ..)| *own == family) {
            tables = save::read(file, text, family, tables, &mut ruleset)?;
        }
        if !tables.is_empty() {
            // Both families are the same as no limit.
            covered = if covered.is_none() { Some(family) } else { None };
        }
        let legacy = tables.into_iter().filter(|(_, backend)| *backend == Backend::Legacy);
        ruleset.legacy_tables.extend(legacy.map(|(table, _)| (save::nft_family(family).to_string(), table)));
    }
    let (_, first, _) = files.first().expect("a file");
    let mut firewall = Firewall::new(first, Tool::Iptables, ruleset);
    firewall.covered = covered;
    Ok(firewall)
}

#[cfg(test)]
mod tests;
