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
    let of = Width::of(packed);
    let abilities = enums.iter().map(|of_enum| of_enum.abilities(of));
    let tables = tables(packed, of);
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

    fn abilities(&self, of: Width) -> TokenStream {
        let (name, kind) = (ident(self.name), self.kind);
        let variants = self.variants.iter().map(|(variant, _)| ident(variant));
        let count = number(self.variants.len());
        let first_text = number(self.ids.first_text);
        let index = text_index(&self.ids.index, of);
        quote! {
            ::port_catalog::__id!(#name, #kind, Data, #count, [#(#name::#variants),*], #first_text, #index);
        }
    }
}

/// The tables of the catalog's data.
fn tables(packed: &Packed, of: Width) -> TokenStream {
    let mut ends = Vec::new();
    let mut end = 0;
    for text in &packed.texts {
        end += text.len();
        ends.push(end);
    }
    let texts = packed.texts.iter().filter(|text| !text.is_empty());
    let ends = list(&ends, Width::U32);
    let vendors = rows(&packed.vendors, of);
    let vendor_products = lists(&packed.vendor_products, of);
    let vendor_flows = lists(&packed.vendor_flows, of);
    let products = rows(&packed.products, of);
    let product_interfaces = lists(&packed.product_interfaces, of);
    let product_flows = lists(&packed.product_flows, of);
    let peers = rows(&packed.peers, of);
    let peer_includes = lists(&packed.peer_includes, of);
    let peer_flows = lists(&packed.peer_flows, of);
    let services = rows(&packed.services, of);
    let service_flows = lists(&packed.service_flows, of);
    let flows = rows(&packed.flows, of);
    let flow_specs = list(&packed.flow_specs, of);
    let specs = rows(&packed.specs, of);
    let flow_hosts = lists(&packed.flow_hosts, of);
    let host_names = list(&packed.host_names, of);
    let host_index = text_index(&packed.host_index, of);
    let host_flows = lists(&packed.host_flows, of);
    let pages = list(&packed.ports.pages, Width::U16);
    let page_count = number(packed.ports.classes.len());
    let classes = packed.ports.classes.iter().map(|page| array(page, Width::U16));
    let port_starts = list(&packed.ports.flows.starts, Width::U32);
    let port_flows = list(&packed.ports.flows.items, of);
    quote! {
        use ::port_catalog::__private::{HostIndex, Lists, PortIndex, TextIndex, Texts, layout};

        type Number = #of;

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

/// The width of the numbers of a table. The compiler cuts a literal that does not fit in generated code without a word.
#[derive(Clone, Copy)]
enum Width {
    U16,
    U32,
}

impl Width {
    /// Wide enough for every number of the catalog.
    fn of(packed: &Packed) -> Width {
        if packed.greatest() <= Width::U16.greatest() { Width::U16 } else { Width::U32 }
    }

    fn greatest(self) -> usize {
        match self {
            Width::U16 => u16::MAX.into(),
            Width::U32 => u32::MAX as usize,
        }
    }
}

impl ToTokens for Width {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let name = match self {
            Width::U16 => "u16",
            Width::U32 => "u32",
        };
        ident(name).to_tokens(tokens);
    }
}

/// A table of rows, as a static of its own: a constant would be copied into every crate that looks at it.
fn rows<const COLUMNS: usize>(rows: &[[usize; COLUMNS]], of: Width) -> TokenStream {
    let (count, columns) = (number(rows.len()), number(COLUMNS));
    let rows = rows.iter().map(|row| array(row, of));
    quote! {
        static ROWS: [[#of; #columns]; #count] = [#(#rows),*];
        &ROWS
    }
}

/// A list of numbers, as a static of its own.
fn list(numbers: &[usize], of: Width) -> TokenStream {
    let count = number(numbers.len());
    let numbers = array(numbers, of);
    quote! {{
        static NUMBERS: [#of; #count] = #numbers;
        &NUMBERS
    }}
}

fn lists(lists: &Lists, of: Width) -> TokenStream {
    let starts = list(&lists.starts, of);
    let items = list(&lists.items, of);
    quote!(Lists { starts: #starts, items: #items })
}

fn text_index(index: &TextIndex, of: Width) -> TokenStream {
    let seed = Literal::u64_unsuffixed(index.seed);
    let displacements: Vec<usize> = index.displacements.iter().map(|displacement| (*displacement).into()).collect();
    let displacements = list(&displacements, Width::U16);
    let slots = list(&index.slots, of);
    quote!(TextIndex { seed: #seed, displacements: #displacements, slots: #slots })
}

fn array(numbers: &[usize], of: Width) -> TokenStream {
    let numbers = numbers.iter().map(|one| {
        assert!(*one <= of.greatest(), "a table is as wide as its greatest number");
        number(*one)
    });
    quote!([#(#numbers),*])
}

fn number(number: usize) -> impl ToTokens {
    Literal::usize_unsuffixed(number)
}

fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}
