//! The text of an audit: tables, the reasons that they mention, and at the end the summary.
//!
//! The most urgent table is the last one, next to the summary, since a person sees the end of a long output first.

use port_data::hidden::Escaped;
use port_engine::audit::observation::Tool;
use port_engine::audit::verdict::Audit;

use super::reasons::Reasons;
use super::{summary, tables};
use crate::format::table::{self, bold};

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
