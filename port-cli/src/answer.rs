//! Asks the catalog what the arguments ask, and words the answer.

use std::collections::BTreeSet;
use std::fmt::Write;

use clap::CommandFactory;
use port_catalog::{Flow, FlowId, Product, Transport, query};
use serde::Serialize;
use serde_json::json;

use crate::arguments::{Arguments, Filter, Format, Port, Request};
use crate::columns::{Columns, curated, has_alternatives, join};
use crate::{csv, json, manual, markdown, table};

/// What goes to standard output, and what to say beside it on standard error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The answer itself.
    pub text: String,
    /// A remark for a person, such as that nothing was found.
    pub remark: Option<String>,
    /// The exit code: 0 where all is done.
    pub code: u8,
}

impl Answer {
    /// The answer to a call that cannot be answered: nothing but the reason.
    pub fn refusal(reason: String) -> Answer {
        Answer { text: String::new(), remark: Some(reason), code: 2 }
    }
}

/// The answer to a call, for a terminal of a width or for none.
pub fn answer(arguments: &Arguments, width: Option<u16>) -> Answer {
    match &arguments.command {
        Request::List { filter, format } => {
            let flows = matching(filter);
            let columns = match format {
                Format::Csv => Columns::of_flows(&flows),
                _ => Columns::of_flows_in_brief(&flows),
            };
            flows_answer(&flows, &columns, *format, width, None)
        }
        Request::Port { port, format } => users(*port, *format, width),
        Request::Show { id, format } => show(*id, *format),
        Request::Products { format } => products(*format, width),
        Request::Audit(call) => call.answer(width),
        Request::Conflicts(call) => call.answer(width),
        Request::Completions { shell } => completions(*shell),
        Request::Rules(request) => crate::rules::answer(request),
        Request::Manual { out } => manual::answer(out.as_deref()),
        Request::Schema => Answer { text: json::SCHEMA.to_string(), ..Answer::default() },
        Request::Diff(call) => call.answer(),
        Request::Diagram(call) => call.answer(),
    }
}

/// The flows that a filter lets through.
pub fn matching(filter: &Filter) -> Vec<Flow> {
    let mut asked = query();
    if let Some(product) = filter.product {
        asked = asked.product(product);
    }
    if let Some(vendor) = filter.vendor {
        asked = asked.vendor(vendor);
    }
    if let Some(direction) = filter.direction {
        asked = asked.direction(direction);
    }
    if let Some(peer) = filter.peer {
        asked = asked.peer(peer);
    }
    if let Some(service) = filter.service {
        asked = asked.service(service);
    }
    if let Some(port) = filter.port {
        asked = asked.port(port.transport, port.number);
    }
    if let Some(host) = &filter.host {
        asked = asked.host(host);
    }
    asked.flows().collect()
}

/// Flows in a format; as a table, with what its remarks mean below it.
fn flows_answer(flows: &[Flow], columns: &Columns, format: Format, width: Option<u16>, port: Option<Port>) -> Answer {
    let remark = flows.is_empty().then(|| "no flow of the catalog fits".to_string());
    let text = match format {
        Format::Table if flows.is_empty() => String::new(),
        Format::Table => table::print(columns, width) + &legend(flows, port),
        _ => plain(flows, columns, format),
    };
    Answer { text, remark, ..Answer::default() }
}

/// Items in a format for programs, or for a document.
fn plain<T: Serialize>(items: &[T], columns: &Columns, format: Format) -> String {
    match format {
        Format::Json => json::array(items),
        Format::Jsonl => json::lines(items),
        Format::Csv => csv::print(columns),
        Format::Markdown => markdown::print(columns),
        Format::Table => table::print(columns, None),
    }
}

/// What the remarks in a table mean, for those that are there.
fn legend(flows: &[Flow], port: Option<Port>) -> String {
    let port = port.map(|port| (port.transport, port.number));
    let mut text = String::new();
    if flows.iter().any(|flow| has_alternatives(*flow, port)) {
        text += "alternatives: any one of the ports joined by | will do\n";
    }
    if flows.iter().any(|flow| flow.curated().next().is_some()) {
        text += "curated: added by this catalog; the vendor's document does not state it\n";
    }
    if flows.iter().flat_map(|flow| flow.ports()).any(|spec| spec.transport() == Some(Transport::Any)) {
        text += "any: the document does not say whether it is TCP or UDP\n";
    }
    if !text.is_empty() {
        text.insert(0, '\n');
    }
    text
}

/// Who uses a port.
fn users(port: Port, format: Format, width: Option<u16>) -> Answer {
    let flows: Vec<Flow> = port_catalog::by_port(port.transport, port.number).collect();
    let columns = match format {
        Format::Csv => Columns::of_flows(&flows),
        _ => Columns::of_users(&flows, port.transport, port.number),
    };
    let mut answer = flows_answer(&flows, &columns, format, width, Some(port));
    if flows.is_empty() {
        answer.remark = Some(format!("no flow of the catalog uses port {port}"));
    } else if format == Format::Table {
        let products: BTreeSet<Product> = flows.iter().map(|flow| flow.product()).collect();
        let (flows, products) = (count(flows.len(), "flow"), count(products.len(), "product"));
        answer.text.insert_str(0, &format!("port {port}: {flows} of {products}\n\n"));
    }
    answer
}

/// A number of things, with an `s` where there is not just one.
pub fn count(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// One flow, fact by fact, with its source.
fn show(id: FlowId, format: Format) -> Answer {
    let flow = id.flow();
    let text = match format {
        Format::Table => in_full(flow),
        _ => plain(&[flow], &Columns::of_flows(&[flow]), format),
    };
    Answer { text, ..Answer::default() }
}

fn in_full(flow: Flow) -> String {
    let source = flow.source();
    let product = flow.product();
    let mut text = format!("{}\n{}\n\n", flow.id(), flow.purpose());
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            writeln!(text, "{name:<14}{value}").expect("writing to memory does not fail");
        }
    };
    let way = flow.direction().preposition();
    line("product", &format!("{} ({})", product.name(), product.vendor().name()));
    line("direction", &format!("{}, {way} the peer", flow.direction()));
    line("peer", &format!("{} ({}): {}", flow.peer(), flow.peer().kind(), flow.peer().description()));
    line("ports", &flow.ports().to_string());
    if has_alternatives(flow, None) {
        line("", "(any one of the ports joined by | will do)");
    }
    if flow.ports().any(|spec| spec.transport() == Some(Transport::Any)) {
        line("", "(any: the document does not say whether it is TCP or UDP)");
    }
    let condition = flow.condition().map(|condition| format!(": {condition}")).unwrap_or_default();
    line("requirement", &format!("{}{condition}", flow.requirement()));
    line("interfaces", &join(flow.interfaces()));
    line("recommended", flow.recommended_interface().unwrap_or_default());
    line("hosts", &join(flow.hosts()));
    let place = flow.customization().map(|place| format!(": {place}")).unwrap_or_default();
    line("configurable", &format!("{}{place}", if flow.configurable() { "yes" } else { "no" }));
    line("note", flow.note().unwrap_or_default());
    line("curated", &curated(flow));
    line("document", &format!("{}, {}", source.document, source.edition));
    line("", source.url);
    line("section", source.section.unwrap_or_default());
    line("row", &source.row.to_string());
    for (name, cell) in [("peer cell", source.peer), ("label cell", source.label), ("ports cell", source.ports)] {
        line(name, cell.unwrap_or_default());
    }
    text
}

/// What is in the catalog.
fn products(format: Format, width: Option<u16>) -> Answer {
    let columns = Columns::of_products(Product::ALL);
    let text = match format {
        Format::Table => table::print(&columns, width),
        _ => {
            let objects: Vec<_> = Product::ALL.iter().map(|product| product_object(*product)).collect();
            plain(&objects, &columns, format)
        }
    };
    Answer { text, ..Answer::default() }
}

fn product_object(product: Product) -> serde_json::Value {
    json!({
        "id": product,
        "vendor": product.vendor(),
        "name": product.name(),
        "flows": product.flows().len(),
        "document": product.document(),
        "edition": product.edition(),
        "retrieved": product.retrieved(),
        "url": product.url(),
    })
}

fn completions(shell: clap_complete::Shell) -> Answer {
    let mut command = Arguments::command();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "port-catalog", &mut script);
    Answer { text: String::from_utf8_lossy(&script).into_owned(), ..Answer::default() }
}
