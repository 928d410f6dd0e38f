use port_catalog::{Flow, FlowId, Peer, Product, Service, Vendor};

fn main() {
    let argument = std::env::args().nth(1).unwrap_or_default();
    println!("{argument}");
    for vendor in Vendor::ALL {
        println!("{vendor} {} {}", vendor.name(), vendor.url());
    }
    for product in Product::ALL {
        println!("{product} {} {} {}", product.name(), product.vendor(), product.document());
        println!("{} {} {:?}", product.edition(), product.url(), product.retrieved());
        product.interfaces().for_each(|interface| println!("{interface}"));
    }
    for peer in Peer::ALL {
        println!("{peer} {} {} {}", peer.name(), peer.kind(), peer.description());
        peer.includes().for_each(|peer| println!("{peer}"));
    }
    for service in Service::ALL {
        println!("{service} {} {:?} {}", service.name(), service.port(), service.description());
        service.transports().for_each(|transport| println!("{transport}"));
    }
    FlowId::ALL.iter().for_each(|id| print(id.flow()));
}

fn print(flow: Flow) {
    println!("{flow} {} {} {}", flow.id(), flow.vendor(), flow.purpose());
    println!("{} {:?} {}", flow.requirement(), flow.condition(), flow.configurable());
    println!("{:?} {:?} {:?}", flow.customization(), flow.note(), flow.recommended_interface());
    flow.interfaces().for_each(|interface| println!("{interface}"));
    flow.hosts().for_each(|host| println!("{host}"));
    flow.curated().for_each(|fact| println!("{fact}"));
    let source = flow.source();
    println!("{} {} {} {:?} {}", source.document, source.edition, source.url, source.section, source.row);
    println!("{:?} {:?} {:?}", source.peer, source.label, source.ports);
}
