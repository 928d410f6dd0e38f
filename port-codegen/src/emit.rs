//! Emits the enums and the tables of a catalog as tokens.

use port_core::layout::{flow, peer, product, service, spec, vendor};
use port_data::Catalog;
use proc_macro2::TokenStream;
use quote::quote;

use crate::documentation;
use crate::packed::{Ids, Packed};
use crate::statics::{Statics, ident};

/// All items of a catalog.
pub fn catalog(catalog: &Catalog, packed: &Packed) -> TokenStream {
    let enums = enums(catalog, packed);
    let definitions = enums.iter().map(Enum::definition);
    let mut statics = Statics::default();
    let tables = tables(packed, &mut statics);
    let impls: Vec<TokenStream> = enums.iter().map(|one| one.impls(&mut statics)).collect();
    let statics = statics.items;
    let data = comment("Names this catalog in code that is generic over catalogs.");
    quote! {
        #(#definitions)*

        #[doc = #data]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct Data;

        ::port_catalog::__facts!(Data);

        const _: () = {
            use ::port_catalog::__private::{
                FlowLists, HashInput, HostIndex, Lists, PackedInts, PortIndex, StringPool, TextColumn, TextIndex, Width, layout
            };
            #(#statics)*
            #tables
            #(#impls)*
        };
    }
}

/// The enums of the catalog, in the order of its tables.
fn enums<'a>(catalog: &'a Catalog, packed: &'a Packed) -> [Enum<'a>; 5] {
    let [vendors, products, peers, services, flows] = &packed.ids;
    [
        Enum {
            name: "Vendor",
            prefix: "VENDOR",
            kind: "vendor",
            documentation: "A vendor of this catalog.",
            variants: catalog
                .vendors
                .iter()
                .map(|row| Variant::new(&row.variant, documentation::vendor(row)))
                .collect(),
            ids: vendors,
        },
        Enum {
            name: "Product",
            prefix: "PRODUCT",
            kind: "product",
            documentation: "A product of this catalog.",
            variants: catalog
                .products
                .iter()
                .map(|row| Variant::new(&row.variant, documentation::product(catalog, row)))
                .collect(),
            ids: products,
        },
        Enum {
            name: "Peer",
            prefix: "PEER",
            kind: "peer",
            documentation: "A peer: the other end of a flow.",
            variants: catalog.peers.iter().map(|row| Variant::new(&row.variant, documentation::peer(row))).collect(),
            ids: peers,
        },
        Enum {
            name: "Service",
            prefix: "SERVICE",
            kind: "service",
            documentation: "A service: an application protocol, with its port in the IANA registry if it has one.",
            variants: catalog
                .services
                .iter()
                .map(|row| Variant::new(&row.variant, documentation::service(row)))
                .collect(),
            ids: services,
        },
        Enum {
            name: "FlowId",
            prefix: "FLOW",
            kind: "flow id",
            documentation: "The id of a flow: one variant for each row of each document.",
            variants: catalog
                .flows
                .iter()
                .map(|row| Variant {
                    aliases: documentation::port_numbers(row),
                    ..Variant::new(&row.variant, documentation::flow(catalog, row))
                })
                .collect(),
            ids: flows,
        },
    ]
}

/// An enum of the catalog.
struct Enum<'a> {
    name: &'static str,
    /// The prefix of its tables' names.
    prefix: &'static str,
    kind: &'static str,
    documentation: &'static str,
    variants: Vec<Variant<'a>>,
    ids: &'a Ids,
}

/// A variant of an enum, with its documentation and the words by which rustdoc's search finds it besides its name.
struct Variant<'a> {
    name: &'a str,
    documentation: String,
    aliases: Vec<String>,
}

impl<'a> Variant<'a> {
    fn new(name: &'a str, documentation: String) -> Variant<'a> {
        Variant { name, documentation, aliases: Vec::new() }
    }

    fn definition(&self) -> TokenStream {
        let (name, documentation) = (ident(self.name), comment(&self.documentation));
        let aliases = &self.aliases;
        let alias = match aliases.is_empty() {
            true => TokenStream::new(),
            false => quote!(#[doc(alias(#(#aliases),*))]),
        };
        quote!(#[doc = #documentation] #alias #name,)
    }
}

impl Enum<'_> {
    fn definition(&self) -> TokenStream {
        let (name, documentation) = (ident(self.name), comment(self.documentation));
        let variants = self.variants.iter().map(Variant::definition);
        quote! {
            #[doc = #documentation]
            #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
            #[non_exhaustive]
            pub enum #name { #(#variants)* }
        }
    }

    fn impls(&self, statics: &mut Statics) -> TokenStream {
        let (name, kind) = (ident(self.name), self.kind);
        let variants = self.variants.iter().map(|variant| ident(variant.name));
        let [ids_name, index_name] = ["IDS", "INDEX"].map(|part| format!("{}_{part}", self.prefix));
        let ids = statics.strings(&ids_name, &self.ids.ids);
        let index = statics.text_index(&index_name, &self.ids.index);
        let [ids_name, index_name] = [ids_name, index_name].map(|name| ident(&name));
        let every = comment(&format!("Every {kind}, in catalog order."));
        // `ALL` is one constant, used nowhere else in generated code: the compiler checks every variant of every element for
        // each constant that contains the list.
        quote! {
            impl #name {
                #[doc = #every]
                pub const ALL: &'static [#name] = &[#(#name::#variants),*];
            }
            const #ids_name: StringPool = #ids;
            const #index_name: TextIndex = #index;
            ::port_catalog::__id!(#name, #kind, Data, #ids_name, #index_name);
        }
    }
}

/// The tables of the catalog's data.
fn tables(packed: &Packed, statics: &mut Statics) -> TokenStream {
    let [vendors, vendor_texts, vendor_columns] =
        statics.table("VENDOR", &packed.vendors, vendor::NUMBER_NAMES, vendor::TEXT_NAMES);
    let vendor_products = statics.lists("VENDOR_PRODUCTS", &packed.vendor_products);
    let [products, product_texts, product_columns] =
        statics.table("PRODUCT", &packed.products, product::NUMBER_NAMES, product::TEXT_NAMES);
    let product_interfaces = statics.lists("PRODUCT_INTERFACES", &packed.product_interfaces);
    let interfaces = statics.strings("INTERFACES", &packed.interfaces);
    let [peers, peer_texts, peer_columns] = statics.table("PEER", &packed.peers, peer::NUMBER_NAMES, peer::TEXT_NAMES);
    let peer_includes = statics.lists("PEER_INCLUDES", &packed.peer_includes);
    let [services, service_texts, service_columns] =
        statics.table("SERVICE", &packed.services, service::NUMBER_NAMES, service::TEXT_NAMES);
    let [flows, flow_texts, flow_columns] = statics.table("FLOW", &packed.flows, flow::NUMBER_NAMES, flow::TEXT_NAMES);
    let flow_specs = statics.numbers("FLOW_SPECS_STARTS", &packed.flow_specs);
    let [specs, _, _] = statics.table("SPEC", &packed.specs, spec::NUMBER_NAMES, spec::TEXT_NAMES);
    let flow_hosts = statics.lists("FLOW_HOSTS", &packed.flow_hosts);
    let host_names = statics.strings("HOST_NAMES", &packed.hosts);
    let host_index = statics.text_index("HOST_INDEX", &packed.host_index);
    let host_lists = statics.numbers("HOST_FLOW_LISTS", &packed.host_lists);
    let port_pages = statics.numbers("PORT_PAGES", &packed.ports.pages);
    let port_lists = statics.numbers("PORT_FLOW_LISTS", &packed.ports.lists);
    let flow_lists = statics.flow_lists("FLOW_LISTS", &packed.flow_lists);
    quote! {
        impl ::port_catalog::Catalog for Data {
            type Vendor = Vendor;
            type Product = Product;
            type Peer = Peer;
            type Service = Service;
            type FlowId = FlowId;
            const VENDORS: [PackedInts; layout::vendor::NUMBERS] = #vendors;
            const VENDOR_TEXTS: StringPool = #vendor_texts;
            const VENDOR_TEXT_COLUMNS: [TextColumn; layout::vendor::TEXTS] = #vendor_columns;
            const VENDOR_PRODUCTS: Lists = #vendor_products;
            const PRODUCTS: [PackedInts; layout::product::NUMBERS] = #products;
            const PRODUCT_TEXTS: StringPool = #product_texts;
            const PRODUCT_TEXT_COLUMNS: [TextColumn; layout::product::TEXTS] = #product_columns;
            const PRODUCT_INTERFACES: Lists = #product_interfaces;
            const INTERFACES: StringPool = #interfaces;
            const PEERS: [PackedInts; layout::peer::NUMBERS] = #peers;
            const PEER_TEXTS: StringPool = #peer_texts;
            const PEER_TEXT_COLUMNS: [TextColumn; layout::peer::TEXTS] = #peer_columns;
            const PEER_INCLUDES: Lists = #peer_includes;
            const SERVICES: [PackedInts; layout::service::NUMBERS] = #services;
            const SERVICE_TEXTS: StringPool = #service_texts;
            const SERVICE_TEXT_COLUMNS: [TextColumn; layout::service::TEXTS] = #service_columns;
            const FLOWS: [PackedInts; layout::flow::NUMBERS] = #flows;
            const FLOW_TEXTS: StringPool = #flow_texts;
            const FLOW_TEXT_COLUMNS: [TextColumn; layout::flow::TEXTS] = #flow_columns;
            const FLOW_SPECS: PackedInts = #flow_specs;
            const SPECS: [PackedInts; layout::spec::NUMBERS] = #specs;
            const FLOW_HOSTS: Lists = #flow_hosts;
            const HOSTS: HostIndex = HostIndex { names: #host_names, index: #host_index, lists: #host_lists };
            const PORTS: PortIndex = PortIndex { pages: #port_pages, lists: #port_lists };
            const FLOW_LISTS: FlowLists = #flow_lists;
        }
    }
}

/// A doc comment's text, which begins with a space.
fn comment(documentation: &str) -> String {
    format!(" {documentation}")
}
