//! Writes the enums and the packed tables down as tokens.

use port_data::Catalog;
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote};

use crate::documentation;
use crate::pack::{Ids, Lists, Packed};
use crate::text_index::TextIndex;

/// All items of a catalog.
pub fn catalog(catalog: &Catalog, packed: &Packed) -> TokenStream {
    let [vendors, products, peers, services, flows] = &packed.ids;
    let enums = [
        Enum {
            name: "Vendor",
            kind: "vendor",
            documentation: "A vendor of this catalog.",
            variants: catalog.vendors.iter().map(|row| (row.variant.as_str(), documentation::vendor(row))).collect(),
            ids: vendors,
        },
        Enum {
            name: "Product",
            kind: "product",
            documentation: "A product of this catalog: what its flows are to and from.",
            variants: catalog
                .products
                .iter()
                .map(|row| (row.variant.as_str(), documentation::product(catalog, row)))
                .collect(),
            ids: products,
        },
        Enum {
            name: "Peer",
            kind: "peer",
            documentation: "A peer: the other end of a flow.",
            variants: catalog.peers.iter().map(|row| (row.variant.as_str(), documentation::peer(row))).collect(),
            ids: peers,
        },
        Enum {
            name: "Service",
            kind: "service",
            documentation: "A service: an application protocol, with its port in the IANA registry where it has one.",
            variants: catalog.services.iter().map(|row| (row.variant.as_str(), documentation::service(row))).collect(),
            ids: services,
        },
        Enum {
            name: "FlowId",
            kind: "flow id",
            documentation: "The id of a flow: one variant for each row of each document.",
            variants: catalog
                .flows
                .iter()
                .map(|row| (row.variant.as_str(), documentation::flow(catalog, row)))
                .collect(),
            ids: flows,
        },
    ];
    let definitions = enums.iter().map(Enum::definition);
    let abilities = enums.iter().map(Enum::abilities);
    let tables = tables(packed);
    quote! {
        #(#definitions)*

        /// Names this catalog where code is generic over catalogs.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct Data;

        ::port_catalog::__facts!(Data);

        const _: () = {
            #tables
            #(#abilities)*
        };
    }
}

/// An enum of the catalog: its variants, each with its documentation.
struct Enum<'a> {
    name: &'static str,
    kind: &'static str,
    documentation: &'static str,
    variants: Vec<(&'a str, String)>,
    ids: &'a Ids,
}

impl Enum<'_> {
    fn definition(&self) -> TokenStream {
        let (name, documentation) = (ident(self.name), self.documentation);
        let variants = self.variants.iter().map(|(variant, documentation)| {
            let variant = ident(variant);
            quote!(#[doc = #documentation] #variant,)
        });
        quote! {
            #[doc = #documentation]
            #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
            #[non_exhaustive]
            pub enum #name { #(#variants)* }
        }
    }

    fn abilities(&self) -> TokenStream {
        let (name, kind) = (ident(self.name), self.kind);
        let variants = self.variants.iter().map(|(variant, _)| ident(variant));
        let count = number(self.variants.len());
        let first_text = number(self.ids.first_text);
        let index = text_index(&self.ids.index);
        quote! {
            ::port_catalog::__id!(#name, #kind, Data, #count, [#(#name::#variants),*], #first_text, #index);
        }
    }
}

/// The tables of the catalog's data.
fn tables(packed: &Packed) -> TokenStream {
    let width = ident(if u16::try_from(packed.greatest()).is_ok() { "u16" } else { "u32" });
    let mut ends = Vec::new();
    let mut end = 0;
    for text in &packed.texts {
        end += text.len();
        ends.push(end);
    }
    let texts = packed.texts.iter().filter(|text| !text.is_empty());
    let ends = list(&ends, &quote!(u32));
    let vendors = rows(&packed.vendors);
    let vendor_products = lists(&packed.vendor_products);
    let vendor_flows = lists(&packed.vendor_flows);
    let products = rows(&packed.products);
    let product_interfaces = lists(&packed.product_interfaces);
    let product_flows = lists(&packed.product_flows);
    let peers = rows(&packed.peers);
    let peer_includes = lists(&packed.peer_includes);
    let peer_flows = lists(&packed.peer_flows);
    let services = rows(&packed.services);
    let service_flows = lists(&packed.service_flows);
    let flows = rows(&packed.flows);
    let flow_specs = list(&packed.flow_specs, &quote!(Number));
    let specs = rows(&packed.specs);
    let flow_hosts = lists(&packed.flow_hosts);
    let host_names = list(&packed.host_names, &quote!(Number));
    let host_index = text_index(&packed.host_index);
    let host_flows = lists(&packed.host_flows);
    let pages = list(&packed.ports.pages, &quote!(u16));
    let page_count = number(packed.ports.classes.len());
    let classes = packed.ports.classes.iter().map(|page| array(page));
    let port_starts = list(&packed.ports.flows.starts, &quote!(u32));
    let port_flows = list(&packed.ports.flows.items, &quote!(Number));
    quote! {
        use ::port_catalog::__private::{HostIndex, Lists, PortIndex, TextIndex, Texts, layout};

        type Number = #width;

        impl ::port_catalog::Catalog for Data {
            type Vendor = Vendor;
            type Product = Product;
            type Peer = Peer;
            type Service = Service;
            type FlowId = FlowId;
            type Number = Number;
            const TEXTS: Texts = Texts { blob: ::core::concat!(#(#texts),*), ends: #ends };
            const VENDORS: &'static [[Number; layout::vendor::WIDTH]] = { #vendors };
            const VENDOR_PRODUCTS: Lists<Number> = #vendor_products;
            const VENDOR_FLOWS: Lists<Number> = #vendor_flows;
            const PRODUCTS: &'static [[Number; layout::product::WIDTH]] = { #products };
            const PRODUCT_INTERFACES: Lists<Number> = #product_interfaces;
            const PRODUCT_FLOWS: Lists<Number> = #product_flows;
            const PEERS: &'static [[Number; layout::peer::WIDTH]] = { #peers };
            const PEER_INCLUDES: Lists<Number> = #peer_includes;
            const PEER_FLOWS: Lists<Number> = #peer_flows;
            const SERVICES: &'static [[Number; layout::service::WIDTH]] = { #services };
            const SERVICE_FLOWS: Lists<Number> = #service_flows;
            const FLOWS: &'static [[Number; layout::flow::WIDTH]] = { #flows };
            const FLOW_SPECS: &'static [Number] = #flow_specs;
            const SPECS: &'static [[Number; layout::spec::WIDTH]] = { #specs };
            const FLOW_HOSTS: Lists<Number> = #flow_hosts;
            const HOSTS: HostIndex<Number> = HostIndex { names: #host_names, index: #host_index, flows: #host_flows };
            const PORTS: PortIndex<Number> = PortIndex {
                pages: #pages,
                classes: {
                    static CLASSES: [[u16; layout::port::PAGE]; #page_count] = [#(#classes),*];
                    &CLASSES
                },
                starts: #port_starts,
                items: #port_flows,
            };
        }
    }
}

/// A table of rows, as a static of its own: a constant would be copied into every crate that looks at it.
fn rows<const WIDTH: usize>(rows: &[[usize; WIDTH]]) -> TokenStream {
    let (count, width) = (number(rows.len()), number(WIDTH));
    let rows = rows.iter().map(|row| array(row));
    quote! {
        static ROWS: [[Number; #width]; #count] = [#(#rows),*];
        &ROWS
    }
}

/// A list of numbers of a type, as a static of its own.
fn list(numbers: &[usize], of: &TokenStream) -> TokenStream {
    let count = number(numbers.len());
    let numbers = array(numbers);
    quote! {{
        static NUMBERS: [#of; #count] = #numbers;
        &NUMBERS
    }}
}

fn lists(lists: &Lists) -> TokenStream {
    let starts = list(&lists.starts, &quote!(Number));
    let items = list(&lists.items, &quote!(Number));
    quote!(Lists { starts: #starts, items: #items })
}

fn text_index(index: &TextIndex) -> TokenStream {
    let seed = Literal::u64_unsuffixed(index.seed);
    let displacements: Vec<usize> = index.displacements.iter().map(|displacement| (*displacement).into()).collect();
    let displacements = list(&displacements, &quote!(u16));
    let slots = list(&index.slots, &quote!(Number));
    quote!(TextIndex { seed: #seed, displacements: #displacements, slots: #slots })
}

fn array(numbers: &[usize]) -> TokenStream {
    let numbers = numbers.iter().copied().map(number);
    quote!([#(#numbers),*])
}

fn number(number: usize) -> impl ToTokens {
    Literal::usize_unsuffixed(number)
}

fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}
