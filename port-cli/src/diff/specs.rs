//! Port specs of an export, whose words may be those of a version that knows more than this one.

use std::collections::BTreeSet;
use std::fmt;

use port_catalog::PortRange;

/// A port spec of an export.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spec {
    /// The transport; `None` where only a service is named.
    pub transport: Option<String>,
    /// The ports.
    pub range: Option<PortRange>,
    /// The service.
    pub service: Option<String>,
    /// Specs of one group are alternatives.
    pub group: u64,
}

/// As `tcp/25 smtp`, in the manner of the catalog's own specs.
impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut gap = "";
        if let Some(transport) = &self.transport {
            f.write_str(transport)?;
            gap = " ";
        }
        if let Some(range) = self.range {
            write!(f, "/{range}")?;
        }
        match &self.service {
            Some(service) => write!(f, "{gap}{service}"),
            None => Ok(()),
        }
    }
}

/// Specs as a port expression, whatever the order in which their groups stand.
pub fn expression(specs: &[Spec]) -> String {
    let mut groups: Vec<(u64, Vec<String>)> = Vec::new();
    for spec in specs {
        match groups.iter_mut().find(|(number, _)| *number == spec.group) {
            Some((_, alternatives)) => alternatives.push(spec.to_string()),
            None => groups.push((spec.group, vec![spec.to_string()])),
        }
    }
    groups.iter().map(|(_, alternatives)| alternatives.join(" | ")).collect::<Vec<_>>().join(", ")
}

/// What specs mean: groups of alternatives, in no order; of the alternatives the first comes first, since rules may be made of it
/// alone.
pub fn groups(specs: &[Spec]) -> BTreeSet<(Option<Spec>, BTreeSet<Spec>)> {
    let numbers: BTreeSet<u64> = specs.iter().map(|spec| spec.group).collect();
    let of_group = |group: u64| {
        let alternatives = specs.iter().filter(move |spec| spec.group == group);
        let mut alternatives = alternatives.map(|spec| Spec { group: 0, ..spec.clone() }).peekable();
        (alternatives.peek().cloned(), alternatives.collect())
    };
    numbers.into_iter().map(of_group).collect()
}

/// Specs without the services that are only words beside a port or a protocol.
pub fn without_services(specs: &[Spec]) -> Vec<Spec> {
    let bare =
        |spec: &Spec| Spec { service: spec.service.clone().filter(|_| spec.transport.is_none()), ..spec.clone() };
    specs.iter().map(bare).collect()
}
