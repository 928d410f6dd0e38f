//! The text of an audit: tables, the reasons that they mention, and at the end the summary.
//!
//! The most urgent table is the last one, next to the summary, since a person sees the end of a long output first.

use port_data::diagnostic::count;
use port_data::hidden::Escaped;
use port_engine::audit::observation::Tool;
use port_engine::audit::verdict::{Audit, Failure, Failures};
use serde::Serialize;

mod reasons;
mod summary;
mod tables;

pub use summary::failure as failure_text;

use crate::json;
use crate::table::{self, bold};
use reasons::Reasons;

/// The text of an audit of each host, in tables of the terminal's width.
pub fn print(audits: &[Audit], width: Option<u16>) -> String {
    let texts: Vec<String> = audits.iter().map(|audit| host(audit, width)).collect();
    let mut text = texts.join("\n");
    if audits.len() > 1 {
        text += &format!("\n{}\n{}", bold("Summary of all hosts"), summary::print_hosts(audits, width));
    }
    text
}

fn host(audit: &Audit, width: Option<u16>) -> String {
    let title = summary::title(audit);
    let mut text = format!("{title}\n\n");
    let not_interpreted = &audit.observation.not_interpreted;
    if !not_interpreted.is_empty() {
        text += &format!("{}\n", bold("Not interpreted"));
        text.extend(not_interpreted.iter().map(|part| format!("{}\n", Escaped(part))));
        text += "\n";
    }
    // The reasons of ss alone are addresses.
    let prefix = if audit.observation.sources == [Tool::Ss] { "listens on " } else { "" };
    let mut reasons = Reasons::new(prefix);
    for (heading, columns) in tables::tables(audit, &mut reasons) {
        text += &format!("{}\n{}\n", bold(heading), table::print(&columns, width));
    }
    let listed = reasons.print(width);
    if !listed.is_empty() {
        text += &format!("{}\n{listed}\n", bold("Reasons and notes"));
    }
    text + &format!("{}\n{}", bold(&format!("Summary: {title}")), summary::print(audit))
}

/// One audit as an object; several as the list `hosts` of an object.
pub fn json(audits: &[Audit]) -> String {
    #[derive(Serialize)]
    struct Hosts<'a> {
        hosts: &'a [Audit<'a>],
    }
    match audits {
        [audit] => json::object(audit),
        hosts => json::object(&Hosts { hosts }),
    }
}

/// What to know about the sources of audits, a line each. `peer_remarks` are the remarks on the peers of each audit.
pub fn messages(audits: &[Audit], peer_remarks: &[&[String]]) -> Vec<String> {
    let mut messages = Vec::new();
    for (audit, peer_remarks) in audits.iter().zip(peer_remarks) {
        let host = host_prefix(audit, audits.len());
        // A scan's remark may already name the host.
        let mut message = |text: &str| messages.push(format!("{host}{}", text.strip_prefix(&host).unwrap_or(text)));
        audit.observation.remarks.iter().chain(*peer_remarks).for_each(|remark| message(remark));
        let not_interpreted = audit.observation.not_interpreted.len();
        if not_interpreted > 0 {
            let parts = count(not_interpreted, "part");
            message(&format!("{parts} of the ruleset could not be interpreted: the ports concerned are unknown"));
        }
    }
    messages
}

/// What made one of `audits` audits fail.
pub fn failure(audit: &Audit, audits: usize, failure: Failure, failures: Failures) -> String {
    format!("fails: {}{}", host_prefix(audit, audits), summary::failure(failure, failures))
}

/// The host that a message is about, if there are several.
fn host_prefix(audit: &Audit, audits: usize) -> String {
    let host = audit.observation.host.as_ref().filter(|_| audits > 1);
    host.map(|host| format!("{}: ", Escaped(host))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use port_engine::audit::ss;
    use port_engine::audit::verdict::Audit;

    /// The audit of a product with long ids on a terminal of a width, without escape sequences.
    fn fortimail(width: Option<u16>) -> (String, Vec<String>) {
        let dataset = crate::catalog();
        let listeners = "tcp LISTEN 0 128 0.0.0.0:25 0.0.0.0:*\ntcp LISTEN 0 128 [::]:9000 [::]:*\n";
        let observation = ss::read(Path::new("ss"), listeners, None).unwrap();
        let audit = Audit::new(&dataset, &["fortimail"], &observation, &BTreeMap::new());
        let text = super::print(std::slice::from_ref(&audit), width);
        let ids = audit.flows.iter().map(|flow| flow.flow.id.clone()).collect();
        (text.replace("\u{1b}[1m", "").replace("\u{1b}[0m", ""), ids)
    }

    #[test]
    fn eighty_columns_show_tables_with_whole_ids_and_every_note() {
        for width in [80, 100, 120] {
            let (text, ids) = fortimail(Some(width));
            assert!(text.lines().all(|line| line.chars().count() <= width.into()), "{text}");
            // A row begins with its id: nothing is in blocks.
            let rows = |id: &String| text.lines().filter(|line| line.split(' ').next() == Some(id)).count();
            assert!(ids.iter().all(|id| rows(id) == 1), "{text}");
            // No port is apart from its service.
            assert!(text.contains("tcp/443 https") && text.contains("tcp/110 pop3 |"), "{text}");
            let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
            for flow in crate::catalog().flows_of("fortimail") {
                let is_inbound = ids.contains(&flow.id);
                let has_note = flow.note.as_ref().is_none_or(|note| words.contains(&format!("note: {note}")));
                assert!(!is_inbound || has_note, "{}: {text}", flow.id);
            }
        }
    }

    #[test]
    fn the_summary_is_at_the_end_next_to_the_reasons_and_the_most_urgent_table() {
        let (text, _) = fortimail(None);
        let places =
            ["Documented and open", "Open and not documented", "Documented and not open", "Reasons", "Summary"]
                .map(|heading| text.find(&format!("\n{heading}")).unwrap_or_else(|| panic!("{heading}: {text}")));
        assert!(places.is_sorted(), "{text}");
        assert!(text.ends_with("outbound flows\n"), "{text}");
    }
}
