//! The traffic of port specs: protocols with merged ports, or with types of ICMP messages.

use std::collections::{BTreeMap, BTreeSet};

use port_core::{PortRange, Transport};

use super::model::{FlowRules, RemarkKind, Traffic};
use super::options::UnstatedTransport;
use crate::dataset::PortSpec;
use crate::protocol::Protocol;

/// The traffic of specs by protocol, with merged ports. A spec without a type of ICMP means all types.
pub(super) fn traffic(specs: &[&PortSpec], unstated: UnstatedTransport, result: &mut FlowRules) -> Vec<Traffic> {
    let mut by_protocol: BTreeMap<Protocol, Vec<&PortSpec>> = BTreeMap::new();
    for spec in specs {
        if spec.transport() == Some(Transport::Any) {
            remark_on_unstated(unstated, result);
        }
        for protocol in protocols(spec, unstated) {
            by_protocol.entry(*protocol).or_default().push(spec);
        }
    }
    let traffic = |(protocol, specs): (Protocol, Vec<&PortSpec>)| {
        let ranges: Vec<PortRange> = specs.iter().filter_map(|spec| spec.range()).collect();
        let types: Option<BTreeSet<u8>> = specs.iter().map(|spec| spec.icmp_type()).collect();
        Traffic { protocol, ports: merged(&ranges), icmp_types: types.unwrap_or_default().into_iter().collect() }
    };
    by_protocol.into_iter().map(traffic).collect()
}

/// The protocols to open for a spec: those of the choice if its transport isn't stated.
pub(super) fn protocols(spec: &PortSpec, unstated: UnstatedTransport) -> &'static [Protocol] {
    match (spec.transport(), unstated) {
        (Some(Transport::Any), UnstatedTransport::Both) => &[Protocol::TCP, Protocol::UDP],
        (Some(Transport::Any), UnstatedTransport::Tcp) => &[Protocol::TCP],
        (Some(Transport::Any), UnstatedTransport::Udp) => &[Protocol::UDP],
        _ => Protocol::of(spec),
    }
}

/// Reports how the choice resolves a transport that isn't stated.
fn remark_on_unstated(choice: UnstatedTransport, result: &mut FlowRules) {
    let (kind, transports) = match choice {
        UnstatedTransport::Both => (RemarkKind::Opened, "both tcp and udp"),
        UnstatedTransport::Tcp => (RemarkKind::LeftOut, "udp"),
        UnstatedTransport::Udp => (RemarkKind::LeftOut, "tcp"),
    };
    result.remark(kind, format!("{transports} (the document doesn't state the transport)"));
}

/// Ranges in order. Those that overlap or touch become one.
fn merged(ranges: &[PortRange]) -> Vec<PortRange> {
    let mut ranges = ranges.to_vec();
    ranges.sort();
    let mut merged: Vec<PortRange> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if u32::from(range.first()) <= u32::from(last.last()) + 1 => {
                let end = last.last().max(range.last());
                *last = PortRange::new(last.first(), end).expect("a larger end keeps the range valid");
            }
            _ => merged.push(range),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::merged;
    use port_core::PortRange;

    #[test]
    fn ports_that_overlap_or_touch_become_one_range() {
        let cases: [(&[(u16, u16)], &str); 6] = [
            (&[(80, 80), (82, 82), (84, 90)], "80, 82, 84-90"),
            (&[(80, 80), (81, 81)], "80-81"),
            (&[(443, 443), (80, 80), (80, 80)], "80, 443"),
            (&[(10, 30), (15, 20), (31, 40)], "10-40"),
            (&[(65535, 65535), (1, 65534)], "1-65535"),
            (&[], ""),
        ];
        for (ranges, expected) in cases {
            let ranges: Vec<PortRange> =
                ranges.iter().map(|(first, last)| PortRange::new(*first, *last).unwrap()).collect();
            let texts: Vec<String> = merged(&ranges).iter().map(ToString::to_string).collect();
            assert_eq!(texts.join(", "), expected);
        }
    }
}
