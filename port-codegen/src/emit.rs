//! Emits the enums and the tables of a catalog as tokens.

use port_core::layout::{edition, flow, peer, product, profile, service, spec, vendor};
use port_data::Catalog;
use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::documentation;
use crate::pack::pack;
use crate::packed::{Ids, Packed};
use crate::statics::{Statics, ident};

/// The types of the ids.
pub fn ids(catalog: &Catalog) -> TokenStream {
    let definitions = enums(catalog).map(|one| one.definition());
    let number = flow_number(catalog.flow_ids);
    let documentation = comment(
        "The id of a flow of any product. [`flows`] has a type for each product, with a constant for each of its flows.",
    );
    quote! {
        #(#definitions)*

        #[doc = #documentation]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct FlowId(#number);
    }
}

/// The module with the ids of the flows.
pub fn flow_ids(catalog: &Catalog) -> TokenStream {
    let products = product_flows(catalog);
    let documentation = comment("The ids of each product's flows, as constants of a type for each product.");
    quote! {
        #[doc = #documentation]
        #[allow(non_upper_case_globals)]
        pub mod flows {
            use super::FlowId;
            #(#products)*
        }
    }
}

/// The marker type of the catalog, and its tables, given the path of the crate `port_catalog`, and the name of its macro that gives the
/// examples in the documentation.
pub fn data(catalog: &Catalog, port_catalog: &TokenStream, example: &TokenStream) -> TokenStream {
    let packed = pack(catalog);
    let mut statics = Statics::default();
    let tables = tables(&packed, &mut statics, port_catalog);
    let impls: Vec<TokenStream> =
        enums(catalog).iter().zip(&packed.ids).map(|(one, ids)| one.impls(ids, &mut statics, port_catalog)).collect();
    let flow_id = flow_id(&packed.ids[FLOW_IDS], &mut statics, port_catalog);
    let statics = statics.items;
    let documentation = comment("Names this catalog in code that is generic over catalogs.");
    quote! {
        #[doc = #documentation]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct Data;

        #port_catalog::__facts!(Data, #example);

        const _: () = {
            use #port_catalog::__private::{
                Column, FlowLists, HashInput, HostIndex, Lists, OlderRows, PackedInts, PortIndex, StringPool, TextColumn, TextIndex, layout
            };
            #(#statics)*
            #tables
            #(#impls)*
            #flow_id
        };
    }
}

/// The position of the flows' ids in the ids of the packed tables.
const FLOW_IDS: usize = 4;

/// The enums of the catalog, in the order of its tables.
fn enums(catalog: &Catalog) -> [Enum<'_>; FLOW_IDS] {
    let product = |index: usize| (catalog.products[index].variant.as_str(), documentation::product(catalog, index));
    let users = documentation::Users::new(catalog);
    let peer = |index: usize| (catalog.peers[index].variant.as_str(), documentation::peer(catalog, &users, index));
    let service =
        |index: usize| (catalog.services[index].variant.as_str(), documentation::service(catalog, &users, index));
    [
        Enum {
            name: "Vendor",
            documentation: "A vendor of this catalog.",
            variants: catalog.vendors.iter().map(|row| (row.variant.as_str(), documentation::vendor(row))).collect(),
            prefix: "VENDOR",
            kind: "vendor",
        },
        Enum {
            name: "Product",
            documentation: "A product of this catalog.",
            variants: (0..catalog.products.len()).map(product).collect(),
            prefix: "PRODUCT",
            kind: "product",
        },
        Enum {
            name: "Peer",
            documentation: "A peer: the other end of a flow.",
            variants: (0..catalog.peers.len()).map(peer).collect(),
            prefix: "PEER",
            kind: "peer",
        },
        Enum {
            name: "Service",
            documentation: "A service: an application protocol, with its port in the IANA registry if it has one.",
            variants: (0..catalog.services.len()).map(service).collect(),
            prefix: "SERVICE",
            kind: "service",
        },
    ]
}

/// For each product, a type without values that has the ids of its flows as constants.
///
/// An enum of its flows with its traits would be checked variant by variant and trait by trait: catalogs of 100,000 flows would take
/// twice the time and 1.7 times the memory to compile.
fn product_flows(catalog: &Catalog) -> impl Iterator<Item = TokenStream> + '_ {
    let mut number = 0_usize;
    catalog.flows[..catalog.flow_ids].chunk_by(|one, next| one.product == next.product).map(move |flows| {
        let name = ident(&catalog.products[flows[0].product].variant);
        let documentation = comment(&documentation::flows_of(catalog, flows[0].product));
        let constants = flows.iter().map(|row| {
            let (name, documentation) = (ident(&row.variant), comment(&documentation::flow(catalog, row)));
            // The words by which rustdoc's search finds it besides its name.
            let ports = documentation::port_numbers(row);
            let alias = if ports.is_empty() { TokenStream::new() } else { quote!(#[doc(alias(#(#ports),*))]) };
            let id = Literal::usize_unsuffixed(number);
            number += 1;
            quote!(#[doc = #documentation] #alias pub const #name: FlowId = FlowId(#id);)
        });
        quote! {
            #[doc = #documentation]
            pub enum #name {}
            impl #name { #(#constants)* }
        }
    })
}

/// The type of a flow's number.
fn flow_number(flows: usize) -> TokenStream {
    if u16::try_from(flows).is_ok() { quote!(u16) } else { quote!(u32) }
}

/// The ids of all flows.
fn flow_id(ids: &Ids, statics: &mut Statics, port_catalog: &TokenStream) -> TokenStream {
    let (texts, index) = (statics.hot_strings("FLOW_IDS", &ids.ids), statics.text_index("FLOW_INDEX", &ids.index));
    let number = flow_number(ids.ids.len());
    let count = Literal::usize_unsuffixed(ids.ids.len());
    quote! {
        const FLOW_IDS: StringPool = #texts;
        const FLOW_INDEX: TextIndex = #index;
        #port_catalog::__flow_id!(FlowId, #number, #count, Data, FLOW_IDS, FLOW_INDEX);
    }
}

/// An enum of ids.
struct Enum<'a> {
    name: &'a str,
    documentation: &'a str,
    /// The name and the documentation of each variant.
    variants: Vec<(&'a str, String)>,
    /// The prefix of its tables' names.
    prefix: &'static str,
    kind: &'static str,
}

impl Enum<'_> {
    fn definition(&self) -> TokenStream {
        let (name, documentation) = (ident(self.name), comment(self.documentation));
        let never = comment("No value has this variant. With it, `as` can't turn an id into a number.");
        let variants = self.variants.iter().map(|(name, documentation)| {
            let (name, documentation) = (ident(name), comment(documentation));
            quote!(#[doc = #documentation] #name,)
        });
        quote! {
            #[doc = #documentation]
            #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
            #[non_exhaustive]
            pub enum #name {
                #(#variants)*
                #[doc = #never]
                #[doc(hidden)]
                __Never(::core::convert::Infallible),
            }
        }
    }

    /// The traits and methods, and the constant that lists the variants.
    ///
    /// It is one constant, used nowhere else in generated code: the compiler checks every variant of every element for each
    /// constant that contains the list.
    fn impls(&self, packed: &Ids, statics: &mut Statics, port_catalog: &TokenStream) -> TokenStream {
        let (name, kind) = (ident(self.name), self.kind);
        let [ids_name, index_name] = ["IDS", "INDEX"].map(|part| format!("{}_{part}", self.prefix));
        let ids = statics.hot_strings(&ids_name, &packed.ids);
        let index = statics.text_index(&index_name, &packed.index);
        let [ids_name, index_name] = [ids_name, index_name].map(|name| ident(&name));
        let facts = ident(&format!("{}Facts", self.name));
        let variants: Vec<_> = self.variants.iter().map(|(variant, _)| ident(variant)).collect();
        let indexes = (0..variants.len()).map(Literal::usize_unsuffixed);
        let every = comment(&format!("Every {kind}, in catalog order."));
        quote! {
            impl #name {
                #[doc = #every]
                pub const ALL: &'static [#name] = &[#(#name::#variants),*];

                #[inline]
                const fn number(self) -> usize {
                    match self {
                        #(#name::#variants => #indexes,)*
                        #name::__Never(never) => match never {},
                    }
                }
            }
            const #ids_name: StringPool = #ids;
            const #index_name: TextIndex = #index;
            #port_catalog::__id!(#name, #kind, #facts, Data, #ids_name, #index_name);
        }
    }
}

/// The columns of the small tables are all hot, since bits would save little.
fn every_column(_: usize) -> bool {
    true
}

/// The tables of the catalog's data.
fn tables(packed: &Packed, statics: &mut Statics, port_catalog: &TokenStream) -> TokenStream {
    let [vendors, vendor_texts, vendor_columns] =
        statics.table("VENDOR", &packed.vendors, [&vendor::NUMBER_NAMES, &vendor::TEXT_NAMES], every_column);
    let vendor_products = statics.lists("VENDOR_PRODUCTS", &packed.vendor_products);
    let [products, product_texts, product_columns] =
        statics.table("PRODUCT", &packed.products, [&product::NUMBER_NAMES, &product::TEXT_NAMES], every_column);
    let product_interfaces = statics.lists("PRODUCT_INTERFACES", &packed.product_interfaces);
    let product_components = statics.lists("PRODUCT_COMPONENTS", &packed.product_components);
    let names = statics.strings("NAMES", &packed.names);
    let [editions, edition_texts, edition_columns] =
        statics.table("EDITION", &packed.editions, [&edition::NUMBER_NAMES, &edition::TEXT_NAMES], every_column);
    let product_editions = statics.hot_numbers("PRODUCT_EDITIONS", &packed.product_editions);
    let [peers, peer_texts, peer_columns] =
        statics.table("PEER", &packed.peers, [&peer::NUMBER_NAMES, &peer::TEXT_NAMES], every_column);
    let peer_includes = statics.lists("PEER_INCLUDES", &packed.peer_includes);
    let [services, service_texts, service_columns] =
        statics.table("SERVICE", &packed.services, [&service::NUMBER_NAMES, &service::TEXT_NAMES], every_column);
    // Queries filter by these.
    let is_hot = |column| matches!(column, flow::PRODUCT | flow::PEER | flow::PROFILE);
    let [flows, flow_texts, flow_columns] =
        statics.table("FLOW", &packed.flows, [&flow::NUMBER_NAMES, &flow::TEXT_NAMES], is_hot);
    let is_hot_profile = |column| matches!(column, profile::NEWER | profile::DIRECTION);
    let [profiles, _, _] = statics.table("PROFILE", &packed.profiles, [&profile::NUMBER_NAMES, &[]], is_hot_profile);
    let [older_ids, older_starts, older_columns, older_values] = [
        ("IDS", &packed.older.ids),
        ("STARTS", &packed.older.starts),
        ("COLUMNS", &packed.older.columns),
        ("VALUES", &packed.older.values),
    ]
    .map(|(column, numbers)| statics.numbers(&format!("OLDER_{column}"), numbers));
    let spec_lists = statics.hot_numbers("SPEC_LISTS_STARTS", &packed.spec_lists);
    let [specs, _, _] = statics.table("SPEC", &packed.specs, [&spec::NUMBER_NAMES, &[]], |column| column != spec::MORE);
    let host_lists = statics.lists("HOST_LISTS", &packed.host_lists);
    let host_names = statics.hot_strings("HOST_NAMES", &packed.hosts);
    let host_index = statics.text_index("HOST_INDEX", &packed.host_index);
    let host_flows = statics.hot_numbers("HOST_FLOWS", &packed.host_flows);
    let host_covering = statics.hot_numbers("HOST_COVERING", &packed.host_covering);
    let port_pages = statics.hot_numbers("PORT_PAGES", &packed.ports.pages);
    let port_lists = statics.hot_numbers("PORT_FLOW_LISTS", &packed.ports.lists);
    let flow_lists = statics.flow_lists("FLOW_LISTS", &packed.flow_lists);
    quote! {
        impl #port_catalog::Catalog for Data {
            type Vendor = Vendor;
            type Product = Product;
            type Peer = Peer;
            type Service = Service;
            type FlowId = FlowId;
        }

        impl #port_catalog::__private::Tables for Data {
            const VENDORS: [Column; layout::vendor::NUMBERS] = #vendors;
            const VENDOR_TEXTS: StringPool = #vendor_texts;
            const VENDOR_TEXT_COLUMNS: [TextColumn; layout::vendor::TEXTS] = #vendor_columns;
            const VENDOR_PRODUCTS: Lists = #vendor_products;
            const PRODUCTS: [Column; layout::product::NUMBERS] = #products;
            const PRODUCT_TEXTS: StringPool = #product_texts;
            const PRODUCT_TEXT_COLUMNS: [TextColumn; layout::product::TEXTS] = #product_columns;
            const PRODUCT_INTERFACES: Lists = #product_interfaces;
            const PRODUCT_COMPONENTS: Lists = #product_components;
            const NAMES: StringPool = #names;
            const EDITIONS: [Column; layout::edition::NUMBERS] = #editions;
            const EDITION_TEXTS: StringPool = #edition_texts;
            const EDITION_TEXT_COLUMNS: [TextColumn; layout::edition::TEXTS] = #edition_columns;
            const PRODUCT_EDITIONS: PackedInts = #product_editions;
            const PEERS: [Column; layout::peer::NUMBERS] = #peers;
            const PEER_TEXTS: StringPool = #peer_texts;
            const PEER_TEXT_COLUMNS: [TextColumn; layout::peer::TEXTS] = #peer_columns;
            const PEER_INCLUDES: Lists = #peer_includes;
            const SERVICES: [Column; layout::service::NUMBERS] = #services;
            const SERVICE_TEXTS: StringPool = #service_texts;
            const SERVICE_TEXT_COLUMNS: [TextColumn; layout::service::TEXTS] = #service_columns;
            const FLOWS: [Column; layout::flow::NUMBERS] = #flows;
            const FLOW_TEXTS: StringPool = #flow_texts;
            const FLOW_TEXT_COLUMNS: [TextColumn; layout::flow::TEXTS] = #flow_columns;
            const PROFILES: [Column; layout::profile::NUMBERS] = #profiles;
            const OLDER: OlderRows = OlderRows {
                ids: #older_ids, starts: #older_starts, columns: #older_columns, values: #older_values
            };
            const SPEC_LISTS: PackedInts = #spec_lists;
            const SPECS: [Column; layout::spec::NUMBERS] = #specs;
            const HOST_LISTS: Lists = #host_lists;
            const HOST_NAMES: StringPool = #host_names;
            const HOSTS: HostIndex = HostIndex { index: #host_index, flows: #host_flows, covering: #host_covering };
            const PORTS: PortIndex = PortIndex { pages: #port_pages, lists: #port_lists };
            const FLOW_LISTS: FlowLists = #flow_lists;
        }
    }
}

/// A doc comment's text, which begins with a space.
fn comment(documentation: &str) -> String {
    format!(" {documentation}")
}
