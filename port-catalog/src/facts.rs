//! Reads the facts of vendors, products, peers and services out of the packed tables, for the enums of any catalog.
#![expect(missing_docs, reason = "each is the method of the same name of the enums, which documents it")]
#![allow(clippy::inline_always, reason = "where a column is known, its width is, and the rest of it is a load")]

use crate::catalog::{Catalog, Id};
use crate::packed::element;
use port_core::layout::{peer, product, service};
use port_core::{PeerKind, Transport};

#[inline(always)]
pub fn vendor_text<C: Catalog>(vendor: C::Vendor, column: usize) -> &'static str {
    C::VENDOR_TEXTS.get(C::VENDOR_TEXT_COLUMNS[column].get(vendor.place()))
}

pub fn vendor_products<C: Catalog>(vendor: C::Vendor) -> impl ExactSizeIterator<Item = C::Product> + Clone {
    C::VENDOR_PRODUCTS.get(vendor.place()).map(|place| element(C::Product::all(), place))
}

#[inline(always)]
pub fn product_text<C: Catalog>(product: C::Product, column: usize) -> &'static str {
    C::PRODUCT_TEXTS.get(C::PRODUCT_TEXT_COLUMNS[column].get(product.place()))
}

pub fn product_vendor<C: Catalog>(product: C::Product) -> C::Vendor {
    element(C::Vendor::all(), C::PRODUCTS[product::VENDOR].get(product.place()))
}

pub fn product_interfaces<C: Catalog>(product: C::Product) -> impl ExactSizeIterator<Item = &'static str> + Clone {
    C::PRODUCT_INTERFACES.get(product.place()).map(|name| C::INTERFACES.get(name))
}

#[inline(always)]
pub fn peer_text<C: Catalog>(peer: C::Peer, column: usize) -> &'static str {
    C::PEER_TEXTS.get(C::PEER_TEXT_COLUMNS[column].get(peer.place()))
}

pub fn peer_kind<C: Catalog>(peer: C::Peer) -> PeerKind {
    element(PeerKind::ALL, C::PEERS[peer::KIND].get(peer.place()))
}

pub fn peer_includes<C: Catalog>(peer: C::Peer) -> impl ExactSizeIterator<Item = C::Peer> + Clone {
    C::PEER_INCLUDES.get(peer.place()).map(|place| element(C::Peer::all(), place))
}

#[inline(always)]
pub fn service_text<C: Catalog>(service: C::Service, column: usize) -> &'static str {
    C::SERVICE_TEXTS.get(C::SERVICE_TEXT_COLUMNS[column].get(service.place()))
}

pub fn service_port<C: Catalog>(service: C::Service) -> Option<u16> {
    let port = C::SERVICES[service::PORT].get(service.place());
    u16::try_from(port).ok().filter(|port| *port != 0)
}

pub fn service_transports<C: Catalog>(service: C::Service) -> impl Iterator<Item = Transport> + Clone {
    let carried_by = C::SERVICES[service::TRANSPORTS].get(service.place());
    let transports = Transport::ALL.iter().copied().enumerate();
    transports.filter(move |(place, _)| carried_by & (1 << place) != 0).map(|(_, transport)| transport)
}
