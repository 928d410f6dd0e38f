//! A policy that is checked when it is compiled, without the standard library: if a vendor moves a port, and the catalog with it, the
//! build fails, and names the line.

#![no_std]

use port_catalog::{Direction, Transport, flows};

/// Our own products.
pub mod own {
    port_catalog::catalog! { dir = "../own-tables/ports" }
}

/// The port that our load balancer forwards to the mail gateway.
pub const WEB_MAIL: u16 = 443;

// The load balancer is right about FortiMail, and our relay doesn't need a port that is closed in the data centre.
const _: () = {
    let quarantine = flows::FortiMail::InEmailClientQuarantine.flow();
    assert!(quarantine.ports().contains(Transport::Tcp, WEB_MAIL), "FortiMail's web mail has another port");
    assert!(matches!(quarantine.direction(), Direction::Inbound));

    let relay = own::flows::Relay::InInternetSmtp.flow();
    assert!(relay.ports().contains(Transport::Tcp, 25), "our relay's port is the one of the MX record");
    assert!(own::by_port(Transport::Tcp, 23).is_empty(), "Telnet is closed in the data centre");
};

/// The ids of the flows of both catalogs that use a port, ours first.
pub fn users(transport: Transport, port: u16) -> impl Iterator<Item = &'static str> {
    let ours = own::by_port(transport, port).map(|flow| flow.id().as_str());
    ours.chain(port_catalog::by_port(transport, port).map(|flow| flow.id().as_str()))
}

#[cfg(test)]
mod tests {
    use super::users;
    use port_catalog::Transport;

    #[test]
    fn both_catalogs_are_asked() {
        let mut found = users(Transport::Tcp, 25);
        assert_eq!(found.next(), Some("relay-in-internet-smtp"));
        assert!(found.any(|id| id.starts_with("fortimail-")));
    }
}
