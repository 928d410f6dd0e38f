//! Rows that differ from what their table, their columns or their port cells say of them.

use std::path::Path;

use port_core::{Direction, PortSpec, Requirement};
use port_data::FlowRow;
use port_import::curation::Curation;
use port_import::page::Layout;
use port_import::page_file::capture_text;
use port_import::refine::refine;
use port_import::vocabulary::Vocabulary;

const PAGE: &str = "\
| Use | Port | Needed |
|---|---|---|
| Serve over TCP or UDP | 443 | Yes |
| Ask names | 53 | Optional |
| Call home | UDP/123 | Optional |
";

/// The flows of the page, or the first message. Each flow has the keys that are given for its label.
fn flows(table: &str, keys: [&str; 3]) -> Result<Vec<FlowRow>, String> {
    let mut curation = format!(
        "layout = \"markdown\"\ncolumns = [{{ head = \"Use\", is = \"label\" }}, {{ head = \"Port\", is = \"ports\" }}, {{ head = \
         \"Needed\", is = \"requirement\", means = {{ Optional = \"if names are used\" }} }}]\ntables = [{{ direction = \
         \"inbound\", peer = \"client\"{table} }}]\n"
    );
    for (label, keys) in ["Serve over TCP or UDP", "Ask names", "Call home"].into_iter().zip(keys) {
        curation += &format!(
            "[flow.relay-{}]\nrow = {{ label = \"{label}\" }}\npurpose = \"Use it\"\n{keys}\n",
            label.to_lowercase().replace(' ', "-")
        );
    }
    let curation = Curation::parse(Path::new("relay.toml"), &curation).map_err(|errors| errors[0].to_string())?;
    let capture = capture_text(PAGE, Path::new("relay.md"), Layout::Markdown, &curation).unwrap();
    let refined = refine(&capture, &curation, &Vocabulary::default(), None);
    match refined.diagnostics.first() {
        Some(diagnostic) => Err(diagnostic.to_string()),
        None => Ok(refined.flows),
    }
}

fn ports(flow: &FlowRow) -> String {
    flow.specs.iter().map(PortSpec::to_string).collect::<Vec<_>>().join(", ")
}

#[test]
fn a_requirement_cell_may_mean_a_condition() {
    let flows = flows("", [""; 3]).unwrap();
    assert_eq!((flows[0].requirement, flows[0].condition.as_deref()), (Requirement::Required, None));
    assert_eq!(
        (flows[1].requirement, flows[1].condition.as_deref()),
        (Requirement::Conditional, Some("names are used"))
    );
}

#[test]
fn a_row_may_have_another_direction_than_its_table() {
    let flows = flows("", ["", "direction = \"outbound\"", ""]).unwrap();
    assert_eq!([flows[0].direction, flows[1].direction], [Direction::Inbound, Direction::Outbound]);
    assert!(flows[1].curated.is_empty());
}

#[test]
fn the_transport_of_a_table_is_that_of_rows_that_print_none() {
    let of_table = flows(", transport = \"tcp\"", [""; 3]).unwrap();
    assert_eq!(of_table.iter().map(ports).collect::<Vec<_>>(), ["tcp/443", "tcp/53", "udp/123"]);
    let reading = "reading = { cell = \"53\", ports = \"udp/53\" }";
    let error = flows(", transport = \"tcp\"", ["", reading, ""]).unwrap_err();
    assert!(error.contains("the reading gives the transport udp, which the port cell \"53\" doesn't print"), "{error}");
}

#[test]
fn some_of_the_ports_of_a_reading_are_those_of_a_flow() {
    let reading = "reading = { cell = \"443\", ports = \"tcp/443; udp/443\" }\nnote_of = \"Serve over TCP or UDP\"\nonly = \"tcp/443\"";
    let error = flows("", [reading, "", ""]).unwrap_err();
    // The rest of the ports is no flow's, which is how the row shows that `only` works.
    assert!(error.contains("udp/443"), "{error}");
}
