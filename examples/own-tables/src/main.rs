//! A company's own products next to the published ones: `catalog!` compiles the tables in `ports/`.

/// Our own products.
pub mod ports {
    port_catalog::catalog! { dir = "ports" }
}

use port_catalog::{Catalog, Flow, Transport};

/// One line for each flow of any catalog.
fn report<C: Catalog>(flows: impl Iterator<Item = Flow<C>>) -> String {
    flows.map(|flow| format!("{flow}\n")).collect()
}

fn main() {
    println!("Who uses tcp/25?");
    print!("{}", report(ports::by_port(Transport::Tcp, 25)));
    print!("{}", report(port_catalog::by_port(Transport::Tcp, 25)));
}

#[cfg(test)]
mod tests {
    use super::{ports, report};
    use port_catalog::{Direction, Transport};
    use ports::{FlowId, Peer, Product, Service, Vendor, by_port, flows, query};

    #[test]
    fn own_tables_have_the_same_queries_as_the_published_ones() {
        assert_eq!(report(by_port(Transport::Tcp, 465)), "relay inbound from internet: tcp/25 smtp | tcp/465 smtps\n");
        assert_eq!(by_port(Transport::Tcp, 9005).len(), 1);
        assert_eq!(by_port(Transport::Udp, 9005).len(), 0);
        let id: FlowId = "relay-out-monitoring".parse().unwrap();
        assert_eq!(id.flow().condition(), Some("monitoring is bought"));
        assert_eq!(id.flow().interfaces().collect::<Vec<_>>(), ["lan"]);
        assert_eq!("relay-out-monitor".parse::<FlowId>().unwrap_err().nearest(), Some("relay-out-monitoring"));
        assert_eq!(Product::Relay.vendor(), Vendor::Acme);
        assert_eq!(Service::Smtp.flows().len(), 1);
        assert_eq!(Peer::Monitoring.flows().next(), Some(id.flow()));
        let inbound = query().product(Product::Relay).direction(Direction::Inbound);
        assert_eq!(inbound.flows().map(port_catalog::Flow::id).collect::<Vec<_>>(), [flows::Relay::InInternetSmtp]);
        assert_eq!(query().host("acme.example").flows().count(), 1);
    }
}
