//! Examples of the methods that `catalog!` defines, as text.
//!
//! They are about this catalog, so only its own documentation has them: in the documentation of other catalogs they would run as tests of
//! crates that may know this one by another name.

/// The example of a method, in this crate.
#[doc(hidden)]
#[macro_export]
macro_rules! __example {
    (vendor_name) => {
        r#"

```
use port_catalog::Vendor;

assert_eq!(Vendor::Fortinet.name(), "Fortinet");
```"#
    };
    (vendor_url) => {
        r#"

```
use port_catalog::Vendor;

assert_eq!(Vendor::Fortinet.url(), "https://www.fortinet.com");
```"#
    };
    (vendor_products) => {
        r"

```
use port_catalog::{Product, Vendor};

assert_eq!(Vendor::Fortinet.products().get(0), Some(Product::FortiMail));
```"
    };
    (vendor_flows) => {
        r"

```
use port_catalog::Vendor;

assert!(Vendor::Fortinet.flows().all(|flow| flow.vendor() == Vendor::Fortinet));
```"
    };
    (product_name) => {
        r#"

```
use port_catalog::Product;

assert_eq!(Product::FortiMail.name(), "FortiMail");
```"#
    };
    (product_field) => {
        r#"

```
use port_catalog::Product;

assert_eq!(Product::FortiMail.field(), Some("mail"));
```"#
    };
    (product_vendor) => {
        r"

```
use port_catalog::{Product, Vendor};

assert_eq!(Product::FortiMail.vendor(), Vendor::Fortinet);
```"
    };
    (product_editions) => {
        r#"

```
use port_catalog::Product;

assert!(Product::FortiMail.editions().map(|edition| edition.name()).eq(["5.4", "6.2.0"]));
```"#
    };
    (product_edition) => {
        r#"

```
use port_catalog::Product;

assert!(Product::FortiMail.edition("5.4").is_some());
assert!(Product::FortiMail.edition("9").is_none());
```"#
    };
    (product_newest_edition) => {
        r#"

```
use port_catalog::Product;

assert_eq!(Product::FortiMail.newest_edition().name(), "6.2.0");
```"#
    };
    (product_components) => {
        r#"

```
use port_catalog::Product;

assert!(Product::Rke2.components().any(|component| component == "server"));
```"#
    };
    (product_interfaces) => {
        r#"

```
use port_catalog::Product;

assert!(Product::ForcepointEmailSecurity.interfaces().any(|interface| interface == "c"));
```"#
    };
    (product_flows) => {
        r"

```
use port_catalog::{Product, flows};

assert_eq!(Product::FortiMail.flows().next(), Some(flows::FortiMail::InAdmin.flow()));
```"
    };
    (peer_name) => {
        r#"

```
use port_catalog::Peer;

assert_eq!(Peer::EmailClient.name(), "Email client");
```"#
    };
    (peer_description) => {
        r#"

```
use port_catalog::Peer;

assert_eq!(Peer::EmailClient.description(), "A mail program, or a browser that reads mail");
```"#
    };
    (peer_kind) => {
        r"

```
use port_catalog::{Peer, PeerKind};

assert_eq!(Peer::EmailClient.kind(), PeerKind::Role);
```"
    };
    (peer_includes) => {
        r"

```
use port_catalog::Peer;

assert!(Peer::EmailClient.includes().is_empty());
assert!(Peer::ALL.iter().any(|peer| peer.includes().len() > 1));
```"
    };
    (peer_flows) => {
        r"

```
use port_catalog::{Peer, flows};

assert!(Peer::EmailClient.flows().any(|flow| flow.id() == flows::FortiMail::InEmailClientPop3));
```"
    };
    (service_name) => {
        r#"

```
use port_catalog::Service;

assert_eq!(Service::Smtps.name(), "SMTPS");
```"#
    };
    (service_description) => {
        r#"

```
use port_catalog::Service;

assert!(Service::Smtps.description().starts_with("Mail transfer or submission inside TLS"));
```"#
    };
    (service_port) => {
        r"

```
use port_catalog::Service;

assert_eq!(Service::Smtps.port(), Some(465));
```"
    };
    (service_is_encrypted) => {
        r"

```
use port_catalog::Service;

assert_eq!(Service::Smtps.is_encrypted(), Some(true));
```"
    };
    (service_transports) => {
        r"

```
use port_catalog::{Service, Transport};

assert!(Service::Smtps.transports().eq([Transport::Tcp]));
```"
    };
    (service_flows) => {
        r"

```
use port_catalog::{Service, flows};

assert!(Service::Pop3s.flows().any(|flow| flow.id() == flows::FortiMail::InEmailClientPop3));
```"
    };
    (by_port) => {
        r"

```
use port_catalog::{Transport, by_port, flows};

assert_eq!(by_port(Transport::Tcp, 8013).next(), Some(flows::FortiClient::OutTelemetry.flow()));
```"
    };
    (query) => {
        r"

```
use port_catalog::{Product, Transport, query};

assert_eq!(query().product(Product::FortiMail).port(Transport::Tcp, 443).flows().count(), 6);
```"
    };
    (flow_id_flow) => {
        r"

```
use port_catalog::{Product, flows};

assert_eq!(flows::FortiMail::InAdmin.flow().product(), Product::FortiMail);
```"
    };
    (flow_id_in_edition) => {
        r#"

```
use port_catalog::{Product, flows};

let old = Product::FortiMail.edition("5.4").unwrap();
assert_eq!(flows::FortiMail::InAdmin.in_edition(old).unwrap().edition(), old);
```"#
    };
    (flow_id_is_current) => {
        r"

```
use port_catalog::flows;

assert!(flows::FortiMail::InAdmin.is_current());
```"
    };
}

/// No example, in other crates.
#[doc(hidden)]
#[macro_export]
macro_rules! __no_example {
    ($method:ident) => {
        ""
    };
}
