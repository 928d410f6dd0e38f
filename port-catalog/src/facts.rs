//! Reads the facts of vendors, products, peers and services from the packed tables, for the enums of any catalog.
#![expect(missing_docs, reason = "the enum method of the same name is documented")]
#![allow(clippy::inline_always, reason = "if the column is known, so is its width, and a read is one load")]

use crate::catalog::{Catalog, Id};
use crate::packed::element;
use port_core::layout::{peer, product, service};
use port_core::{PeerKind, Transport};

#[inline(always)]
pub fn vendor_text<C: Catalog>(vendor: C::Vendor, column: usize) -> &'static str {
    C::VENDOR_TEXTS.get(C::VENDOR_TEXT_COLUMNS[column].get(vendor.index()))
}

pub fn vendor_products<C: Catalog>(vendor: C::Vendor) -> impl ExactSizeIterator<Item = C::Product> + Clone {
    C::VENDOR_PRODUCTS.get(vendor.index()).map(C::Product::from_index)
}

#[inline(always)]
pub fn product_text<C: Catalog>(product: C::Product, column: usize) -> &'static str {
    C::PRODUCT_TEXTS.get(C::PRODUCT_TEXT_COLUMNS[column].get(product.index()))
}

pub fn product_field<C: Catalog>(product: C::Product) -> Option<&'static str> {
    Some(product_text::<C>(product, product::FIELD)).filter(|field| !field.is_empty())
}

pub fn product_vendor<C: Catalog>(product: C::Product) -> C::Vendor {
    C::Vendor::from_index(C::PRODUCTS[product::VENDOR].get(product.index()))
}

pub fn product_interfaces<C: Catalog>(product: C::Product) -> impl ExactSizeIterator<Item = &'static str> + Clone {
    C::PRODUCT_INTERFACES.get(product.index()).map(|name| C::NAMES.get(name))
}

pub fn product_components<C: Catalog>(product: C::Product) -> impl ExactSizeIterator<Item = &'static str> + Clone {
    C::PRODUCT_COMPONENTS.get(product.index()).map(|name| C::NAMES.get(name))
}

#[inline(always)]
pub fn edition_text<C: Catalog>(index: usize, column: usize) -> &'static str {
    C::EDITION_TEXTS.get(C::EDITION_TEXT_COLUMNS[column].get(index))
}

#[inline(always)]
pub fn peer_text<C: Catalog>(peer: C::Peer, column: usize) -> &'static str {
    C::PEER_TEXTS.get(C::PEER_TEXT_COLUMNS[column].get(peer.index()))
}

pub fn peer_kind<C: Catalog>(peer: C::Peer) -> PeerKind {
    element(PeerKind::ALL, C::PEERS[peer::KIND].get(peer.index()))
}

pub fn peer_includes<C: Catalog>(peer: C::Peer) -> impl ExactSizeIterator<Item = C::Peer> + Clone {
    C::PEER_INCLUDES.get(peer.index()).map(C::Peer::from_index)
}

#[inline(always)]
pub fn service_text<C: Catalog>(service: C::Service, column: usize) -> &'static str {
    C::SERVICE_TEXTS.get(C::SERVICE_TEXT_COLUMNS[column].get(service.index()))
}

pub fn service_port<C: Catalog>(service: C::Service) -> Option<u16> {
    let port = C::SERVICES[service::PORT].get(service.index());
    u16::try_from(port).ok().filter(|port| *port != 0)
}

pub fn service_encryption<C: Catalog>(service: C::Service) -> Option<bool> {
    match C::SERVICES[service::ENCRYPTED].get(service.index()) {
        0 => None,
        known => Some(known == 2),
    }
}

pub fn service_transports<C: Catalog>(service: C::Service) -> impl Iterator<Item = Transport> + Clone {
    let carried_by = C::SERVICES[service::TRANSPORTS].get(service.index());
    let transports = Transport::ALL.iter().copied().enumerate();
    transports.filter(move |(index, _)| carried_by & (1 << index) != 0).map(|(_, transport)| transport)
}
