use port_catalog::{Flow, FlowId};

fn main() {
    let argument = std::env::args().nth(1).unwrap_or_default();
    println!("{argument}");
    FlowId::ALL.iter().for_each(|id| print(id.flow()));
}

/// Prints every fact of a flow.
fn print(flow: Flow) {
    let source = flow.source();
    println!("{flow} {} {} {} {}", flow.vendor(), flow.requirement(), flow.configurable(), source.row);
    let texts = [flow.id().as_str(), flow.purpose(), source.document, source.edition, source.url];
    let optional = [flow.condition(), flow.customization(), flow.note(), flow.recommended_interface()];
    let printed = [source.section, source.peer, source.label, source.ports];
    let optional = optional.into_iter().chain(printed).flatten();
    let curated = flow.curated().map(port_catalog::Fact::as_str);
    for text in texts.into_iter().chain(optional).chain(flow.interfaces()).chain(flow.hosts()).chain(curated) {
        println!("{text}");
    }
}
