use port_catalog::{Transport, by_port};

fn main() {
    let argument = std::env::args().nth(1).unwrap_or_default();
    let port = argument.parse().unwrap_or(443);
    println!("{}", by_port(Transport::Tcp, port).next().map_or("", |flow| flow.id().as_str()));
}
