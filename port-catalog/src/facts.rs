//! Reads the facts of vendors, products, peers and services out of the packed tables, for the enums of any catalog.
#![expect(missing_docs, reason = "each is the method of the same name of the enums, which documents it")]

use crate::catalog::{Catalog, Id};
use crate::flow::Flows;
use crate::shared::layout::{peer, product, service, vendor};
use crate::shared::words::{PeerKind, Transport};

pub fn vendor_text<C: Catalog>(vendor: C::Vendor, column: usize) -> &'static str {
    C::TEXTS.get(C::VENDORS.get(vendor.place(), column))
}

pub fn vendor_products<C: Catalog>(vendor: C::Vendor) -> impl ExactSizeIterator<Item = C::Product> + Clone {
    C::VENDOR_PRODUCTS.get(vendor.place()).map(|place| C::Product::all()[place])
}

pub fn vendor_flows<C: Catalog>(vendor: C::Vendor) -> Flows<C> {
    Flows::of(C::VENDORS.get(vendor.place(), vendor::FLOWS))
}

pub fn product_text<C: Catalog>(product: C::Product, column: usize) -> &'static str {
    C::TEXTS.get(C::PRODUCTS.get(product.place(), column))
}

pub fn product_vendor<C: Catalog>(product: C::Product) -> C::Vendor {
    C::Vendor::all()[C::PRODUCTS.get(product.place(), product::VENDOR)]
}

pub fn product_interfaces<C: Catalog>(product: C::Product) -> impl ExactSizeIterator<Item = &'static str> + Clone {
    C::PRODUCT_INTERFACES.get(product.place()).map(|name| C::TEXTS.get(name))
}

pub fn product_flows<C: Catalog>(product: C::Product) -> Flows<C> {
    Flows::of(C::PRODUCTS.get(product.place(), product::FLOWS))
}

pub fn peer_text<C: Catalog>(peer: C::Peer, column: usize) -> &'static str {
    C::TEXTS.get(C::PEERS.get(peer.place(), column))
}

pub fn peer_kind<C: Catalog>(peer: C::Peer) -> PeerKind {
    PeerKind::ALL[C::PEERS.get(peer.place(), peer::KIND)]
}

pub fn peer_includes<C: Catalog>(peer: C::Peer) -> impl ExactSizeIterator<Item = C::Peer> + Clone {
    C::PEER_INCLUDES.get(peer.place()).map(|place| C::Peer::all()[place])
}

pub fn peer_flows<C: Catalog>(peer: C::Peer) -> Flows<C> {
    Flows::of(C::PEERS.get(peer.place(), peer::FLOWS))
}

pub fn service_text<C: Catalog>(service: C::Service, column: usize) -> &'static str {
    C::TEXTS.get(C::SERVICES.get(service.place(), column))
}

pub fn service_port<C: Catalog>(service: C::Service) -> Option<u16> {
    let port = C::SERVICES.get(service.place(), service::PORT);
    u16::try_from(port).ok().filter(|port| *port != 0)
}

pub fn service_transports<C: Catalog>(service: C::Service) -> impl Iterator<Item = Transport> + Clone {
    let carried_by = C::SERVICES.get(service.place(), service::TRANSPORTS);
    let transports = Transport::ALL.iter().copied().enumerate();
    transports.filter(move |(place, _)| carried_by & (1 << place) != 0).map(|(_, transport)| transport)
}

pub fn service_flows<C: Catalog>(service: C::Service) -> Flows<C> {
    Flows::of(C::SERVICES.get(service.place(), service::FLOWS))
}
