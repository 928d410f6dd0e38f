//! Reads the facts of vendors, products, peers and services from the packed tables, given the index of a row, for the ids of any
//! catalog.
#![expect(missing_docs, reason = "the method of the same name is documented")]
#![allow(clippy::inline_always, reason = "if the column is known, so is its width, and a read is one load")]

use crate::catalog::{Catalog, Id};
use crate::iterators::{Ids, Names, Words};
use crate::packed::element;
use port_core::layout::{peer, product, service};
use port_core::{PeerKind, Transport};

/// A text that may be missing.
#[inline]
pub(crate) const fn optional(text: &'static str) -> Option<&'static str> {
    if text.is_empty() { None } else { Some(text) }
}

#[inline(always)]
pub const fn vendor_text<C: Catalog>(vendor: usize, column: usize) -> &'static str {
    C::VENDOR_TEXTS.get_const(C::VENDOR_TEXT_COLUMNS[column].get(vendor))
}

pub const fn vendor_products<C: Catalog>(vendor: usize) -> Ids<C::Product> {
    Ids::new(C::VENDOR_PRODUCTS, vendor)
}

#[inline(always)]
pub const fn product_text<C: Catalog>(product: usize, column: usize) -> &'static str {
    C::PRODUCT_TEXTS.get_const(C::PRODUCT_TEXT_COLUMNS[column].get(product))
}

pub const fn product_field<C: Catalog>(product: usize) -> Option<&'static str> {
    optional(product_text::<C>(product, product::FIELD))
}

pub const fn product_vendor<C: Catalog>(product: usize) -> C::Vendor {
    element(C::Vendor::ALL, C::PRODUCTS[product::VENDOR].get(product))
}

pub const fn product_interfaces<C: Catalog>(product: usize) -> Names {
    Names::new(const { &C::NAMES }, const { &C::PRODUCT_INTERFACES }, product)
}

pub const fn product_components<C: Catalog>(product: usize) -> Names {
    Names::new(const { &C::NAMES }, const { &C::PRODUCT_COMPONENTS }, product)
}

#[inline(always)]
pub(crate) const fn edition_text<C: Catalog>(edition: usize, column: usize) -> &'static str {
    edition_text_at::<C>(C::EDITION_TEXT_COLUMNS[column].get(edition))
}

/// One function for all columns, since the text costs more than the call.
#[inline(never)]
const fn edition_text_at<C: Catalog>(number: usize) -> &'static str {
    C::EDITION_TEXTS.get_const(number)
}

#[inline(always)]
pub const fn peer_text<C: Catalog>(peer: usize, column: usize) -> &'static str {
    C::PEER_TEXTS.get_const(C::PEER_TEXT_COLUMNS[column].get(peer))
}

pub const fn peer_kind<C: Catalog>(peer: usize) -> PeerKind {
    element(PeerKind::ALL, C::PEERS[peer::KIND].get(peer))
}

pub const fn peer_includes<C: Catalog>(peer: usize) -> Ids<C::Peer> {
    Ids::new(C::PEER_INCLUDES, peer)
}

#[inline(always)]
pub const fn service_text<C: Catalog>(service: usize, column: usize) -> &'static str {
    C::SERVICE_TEXTS.get_const(C::SERVICE_TEXT_COLUMNS[column].get(service))
}

pub const fn service_port<C: Catalog>(service: usize) -> Option<u16> {
    match port(C::SERVICES[service::PORT].get(service)) {
        0 => None,
        port => Some(port),
    }
}

pub const fn service_encryption<C: Catalog>(service: usize) -> Option<bool> {
    match C::SERVICES[service::ENCRYPTED].get(service) {
        0 => None,
        known => Some(known == 2),
    }
}

pub const fn service_transports<C: Catalog>(service: usize) -> Words<Transport> {
    Words::new(Transport::ALL, C::SERVICES[service::TRANSPORTS].get(service))
}

/// A port number from a table. The tables were checked at compile time: ports fit in 16 bits.
#[inline]
#[allow(clippy::cast_possible_truncation, reason = "the number is compared first")]
pub(crate) const fn port(number: usize) -> u16 {
    if number <= u16::MAX as usize { number as u16 } else { 0 }
}
