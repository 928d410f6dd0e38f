//! Finds the host names of a row's peer.

use port_data::Diagnostic;

use super::flow::FlowBuilder;
use crate::capture::host_in;
use crate::codes;

impl FlowBuilder<'_> {
    /// The host names in the peer cell, the label cell and the prose, without those that the curation excludes.
    pub(super) fn hosts(&mut self) -> Vec<String> {
        let row = self.row;
        let words = [&row.peer, &row.label].into_iter().flatten().flat_map(|cell| cell.split_whitespace());
        let in_cells = words.filter_map(host_in);
        let in_prose = row.prose.iter().flat_map(|prose| prose.hosts.iter().map(String::as_str));
        let found: Vec<&str> = in_cells.chain(in_prose).collect();
        let excluded = &self.flow().other_hosts;
        // Another cell of a row that can't be read may contain one.
        let is_unused = |host: &&String| row.problems.is_empty() && !found.contains(&host.as_str());
        for host in excluded.iter().filter(is_unused) {
            let message = format!("the row doesn't contain the host {host} of other_hosts");
            self.report_entry(Diagnostic::new(codes::UNUSED_ENTRY, message).help("remove it"));
        }
        let mut hosts: Vec<String> = Vec::new();
        for host in found.into_iter().map(str::to_string) {
            if !hosts.contains(&host) && !excluded.contains(&host) {
                hosts.push(host);
            }
        }
        hosts
    }
}
