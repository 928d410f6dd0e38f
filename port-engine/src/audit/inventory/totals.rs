//! The findings on all hosts, added up.

use std::collections::BTreeMap;

use serde::Serialize;

use super::finding::{FindingKind, HostFinding};
use crate::audit::verdict::{Audit, Failure, Failures, Verdict};

/// How often something was found, and on how many hosts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// The hosts.
    pub hosts: usize,
    /// The findings on all of them.
    pub findings: usize,
}

/// The totals of an audit of many hosts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// The hosts that were audited.
    pub audited: usize,
    /// The findings by kind.
    pub findings: BTreeMap<FindingKind, Count>,
    /// Documented flows that are open.
    pub open: Count,
    /// Outbound flows, which were not audited.
    pub outbound: Count,
    /// What `--fail-on` can name.
    #[serde(skip)]
    failures: BTreeMap<Failure, (usize, Failures)>,
}

impl Totals {
    /// Adds the audit of a host, and its findings.
    pub fn add(&mut self, audit: &Audit<'_>, findings: &[HostFinding<'_>]) {
        self.audited += 1;
        let add = |count: &mut Count, findings: usize| {
            count.hosts += usize::from(findings > 0);
            count.findings += findings;
        };
        for kind in FindingKind::ALL {
            let number = findings.iter().filter(|finding| finding.kind == *kind).count();
            if number > 0 {
                add(self.findings.entry(*kind).or_default(), number);
            }
        }
        add(&mut self.open, audit.count(Verdict::Open));
        add(&mut self.outbound, audit.outbound);
        for failure in Failure::ALL {
            let failures = audit.failures(*failure);
            if !failures.is_empty() {
                let (hosts, total) = self.failures.entry(*failure).or_default();
                *hosts += 1;
                total.flows += failures.flows;
                total.ranges += failures.ranges;
                total.protocols += failures.protocols;
            }
        }
    }

    /// Adds a host that was not audited.
    pub fn add_host(&mut self, finding: &HostFinding<'_>) {
        let count = self.findings.entry(finding.kind).or_default();
        *count = Count { hosts: count.hosts + 1, findings: count.findings + 1 };
    }

    /// The hosts that were not audited: those without a product, and those that the inventory doesn't list.
    #[must_use]
    pub fn not_audited(&self) -> usize {
        let kinds = [FindingKind::Unassigned, FindingKind::NotListed];
        kinds.iter().filter_map(|kind| self.findings.get(kind)).map(|count| count.hosts).sum()
    }

    /// The number of hosts with failures of a kind, and what the failures are about.
    #[must_use]
    pub fn failures(&self, failure: Failure) -> (usize, Failures) {
        self.failures.get(&failure).copied().unwrap_or_default()
    }
}
