//! The summary at the end of an audit's text, and what made the audit fail.

use std::fmt::Write;

use port_data::hidden::Escaped;
use port_engine::audit::observation::{Observation, Tool};
use port_engine::audit::verdict::{Audit, Failure, Failures, Verdict};

use crate::{Columns, table};
use port_data::diagnostic::count;

/// The verdicts in the order of the summary, each with its label.
const VERDICTS: [(&str, Verdict); 9] = [
    ("documented and not open", Verdict::Missing),
    ("documented and partly open", Verdict::PartlyOpen),
    ("documented, open to some", Verdict::Restricted),
    ("documented and unknown", Verdict::Unknown),
    ("documented and undecided", Verdict::Undecided),
    ("local by the document, open", Verdict::Exposed),
    ("local, not open to peers", Verdict::Local),
    ("off by default, not open", Verdict::Off),
    ("documented and open", Verdict::Open),
];

/// The products, and the sources of the audit.
pub fn title(audit: &Audit) -> String {
    let components = audit.components.join(", ");
    let components = if components.is_empty() { components } else { format!(" ({components})") };
    format!("{}{components}, {}", audit.products.join(", "), source(audit.observation))
}

/// The numbers of an audit.
pub fn print(audit: &Audit) -> String {
    let mut text = String::new();
    let mut line = |label: &str, number: String| {
        writeln!(text, "  {label:<27} {number}").expect("writing to memory does not fail");
    };
    for (label, verdict) in VERDICTS {
        let number = audit.count(verdict);
        let is_rare = matches!(verdict, Verdict::Restricted | Verdict::Exposed | Verdict::Local | Verdict::Off);
        if number > 0 || !is_rare {
            line(label, format!("{}{}", count(number, "inbound flow"), by_product(audit, verdict)));
        }
    }
    let ranges = |number| format!("{} of ports", count(number, "range"));
    line("open and not documented", ranges(audit.undocumented.len()));
    for (label, number) in [
        ("open to some, undocumented", audit.undocumented_restricted.len()),
        ("unknown, not documented", audit.undocumented_unknown.len()),
        ("not checked, not documented", audit.undocumented_not_checked.len()),
        ("loopback, not documented", audit.undocumented_loopback.len()),
    ] {
        if number > 0 {
            line(label, ranges(number));
        }
    }
    if !audit.undocumented_protocols.is_empty() {
        line("protocols not documented", count(audit.undocumented_protocols.len(), "protocol"));
    }
    line("not audited", count(audit.outbound, "outbound flow"));
    text
}

/// How many of the flows with a verdict each product has, if there are several.
fn by_product(audit: &Audit, verdict: Verdict) -> String {
    if audit.products.len() == 1 || audit.count(verdict) == 0 {
        return String::new();
    }
    let flows = || audit.flows.iter().filter(|flow| flow.verdict == verdict);
    let own =
        audit.products.iter().map(|product| (product, flows().filter(|flow| flow.flow.product == **product).count()));
    let own = own.filter(|(_, number)| *number > 0).map(|(product, number)| format!("{product} {number}"));
    format!(" ({})", own.collect::<Vec<_>>().join(", "))
}

/// The numbers of several hosts, a row for each.
pub fn print_hosts(audits: &[Audit], width: Option<u16>) -> String {
    let row = |audit: &Audit| {
        let number = |verdict| audit.count(verdict).to_string();
        let undocumented = audit.undocumented.len() + audit.undocumented_restricted.len();
        vec![
            audit.observation.host.clone().unwrap_or_default(),
            number(Verdict::Missing),
            number(Verdict::PartlyOpen),
            number(Verdict::Restricted),
            number(Verdict::Unknown),
            number(Verdict::Open),
            undocumented.to_string(),
        ]
    };
    let names = vec!["host", "not open", "partly", "to some", "unknown", "open", "undocumented"];
    table::print(&Columns { names, rows: audits.iter().map(row).collect() }, width)
}

/// What the audit is based on.
fn source(observation: &Observation) -> String {
    let host = observation.host.as_ref().map(|host| format!(" of {}", Escaped(host))).unwrap_or_default();
    let names: Vec<String> = observation.sources.iter().map(|tool| tool_name(*tool, &host)).collect();
    let mut text = format!("according to {}", joined(&names));
    if let Some(family) = observation.family {
        text += &format!(", over {}", family.name());
    }
    let perspective = &observation.perspective;
    if !perspective.destinations.is_empty() {
        text += &format!(", forwarded to {}", joined(&perspective.destinations));
    }
    if !perspective.from.is_empty() {
        text += &format!(", from {}", joined(&perspective.from));
    }
    if !perspective.interfaces.is_empty() {
        let interfaces: Vec<String> = perspective.interfaces.iter().map(|name| Escaped(name).to_string()).collect();
        text += &format!(", by {}", joined(&interfaces));
    }
    text
}

fn tool_name(tool: Tool, host: &str) -> String {
    match tool {
        Tool::Nmap | Tool::Masscan if host.is_empty() => tool.to_string(),
        Tool::Nmap | Tool::Masscan => format!("{tool}'s scan{host}"),
        Tool::Ss => "ss".to_string(),
        Tool::Inventory => "the inventory".to_string(),
        Tool::Nft | Tool::Iptables => format!("the rules of {tool}"),
    }
}

/// `a`, `a and b`, `a, b and c`.
fn joined(texts: &[String]) -> String {
    match texts {
        [] => String::new(),
        [only] => only.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

/// What made the audit fail.
pub fn failure(failure: Failure, failures: Failures) -> String {
    let Failures { flows, ranges, protocols } = failures;
    match failure {
        Failure::Undocumented => {
            let ranges = (ranges > 0).then(|| format!("{} of open ports", count(ranges, "range")));
            let protocols = (protocols > 0).then(|| count(protocols, "accepted protocol"));
            let both: Vec<String> = ranges.into_iter().chain(protocols).collect();
            format!("{} not documented", both.join(" and "))
        }
        Failure::Restricted => format!("{} open to some peers only", count(flows, "documented flow")),
        Failure::Missing => format!("{} not open, or only in part", count(flows, "documented flow")),
        Failure::MissingRequired => format!("{} not open, or only in part", count(flows, "required flow")),
        Failure::Unknown => {
            let parts = [
                (flows, "documented flow", ""),
                (ranges, "other range", " of ports"),
                (protocols, "other protocol", ""),
            ];
            let parts = parts.into_iter().filter(|(number, ..)| *number > 0);
            let parts = parts.map(|(number, name, more)| format!("{}{more}", count(number, name)));
            format!("{} unknown to the source", parts.collect::<Vec<_>>().join(" and "))
        }
        Failure::NotChecked => format!("{} of ports not checked", count(ranges, "other range")),
        Failure::Undecided => {
            format!("{} of which the document doesn't say which ports are needed", count(flows, "flow"))
        }
        Failure::Exposed => format!("{} open to peers, although documented as local", count(flows, "flow")),
    }
}
