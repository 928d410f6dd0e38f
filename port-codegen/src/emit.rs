//! Emits the enums and the tables of a catalog as tokens.

use port_core::layout::{flow, peer, product, service, spec, vendor};
use port_data::{Catalog, Peer, Product, Service, Vendor};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::documentation;
use crate::packed::{Ids, Packed};
use crate::statics::{Statics, ident};

/// All items of a catalog.
pub fn catalog(catalog: &Catalog, packed: &Packed) -> TokenStream {
    let enums = enums(catalog, packed);
    let products = product_flows(catalog);
    let mut statics = Statics::default();
    let tables = tables(packed, &mut statics);
    let impls: Vec<TokenStream> = enums.iter().map(|one| one.impls(&mut statics)).collect();
    let flow_id = flow_id(&packed.ids[FLOW_IDS], &mut statics);
    let statics = statics.items;
    let flow_number = flow_number(catalog.flows.len());
    let definitions = enums.iter().map(|one| one.definition.definition());
    let product_definitions = products.iter().map(|product| product.flows.definition());
    let product_impls = products.iter().map(ProductFlows::impls);
    let [data, id, flows] = [
        "Names this catalog in code that is generic over catalogs.",
        "The id of a flow of any product. [`flows`] has an enum for each product, with a variant for each of its flows.",
        "The flows of each product, as an enum with a variant for each flow.",
    ]
    .map(comment);
    quote! {
        #(#definitions)*

        #[doc = #id]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct FlowId(#flow_number);

        #[doc = #flows]
        pub mod flows {
            #(#product_definitions)*
        }

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
            #flow_id
            #(#product_impls)*
        };
    }
}

/// The position of the flows' ids in the ids of the packed tables.
const FLOW_IDS: usize = 4;

/// The enums of the catalog, in the order of its tables.
fn enums<'a>(catalog: &'a Catalog, packed: &'a Packed) -> [Enum<'a>; FLOW_IDS] {
    let [vendors, products, peers, services, _] = &packed.ids;
    let definition = |name, documentation: &str, variants| EnumDefinition {
        name,
        documentation: documentation.to_string(),
        variants,
    };
    let vendor = |row: &'a Vendor| Variant::new(&row.variant, documentation::vendor(row));
    let product = |row: &'a Product| Variant::new(&row.variant, documentation::product(catalog, row));
    let peer = |row: &'a Peer| Variant::new(&row.variant, documentation::peer(row));
    let service = |row: &'a Service| Variant::new(&row.variant, documentation::service(row));
    [
        Enum {
            definition: definition("Vendor", "A vendor of this catalog.", catalog.vendors.iter().map(vendor).collect()),
            prefix: "VENDOR",
            kind: "vendor",
            ids: vendors,
        },
        Enum {
            definition: definition(
                "Product",
                "A product of this catalog.",
                catalog.products.iter().map(product).collect(),
            ),
            prefix: "PRODUCT",
            kind: "product",
            ids: products,
        },
        Enum {
            definition: definition(
                "Peer",
                "A peer: the other end of a flow.",
                catalog.peers.iter().map(peer).collect(),
            ),
            prefix: "PEER",
            kind: "peer",
            ids: peers,
        },
        Enum {
            definition: definition(
                "Service",
                "A service: an application protocol, with its port in the IANA registry if it has one.",
                catalog.services.iter().map(service).collect(),
            ),
            prefix: "SERVICE",
            kind: "service",
            ids: services,
        },
    ]
}

/// The enum of a product's flows.
struct ProductFlows<'a> {
    flows: EnumDefinition<'a>,
    /// The product's id.
    product: &'a str,
    /// The number of its first flow. The flows of a product are next to each other.
    first: usize,
}

fn product_flows(catalog: &Catalog) -> Vec<ProductFlows<'_>> {
    let mut first = 0;
    let mut products = Vec::with_capacity(catalog.products.len());
    for flows in catalog.flows.chunk_by(|one, next| one.product == next.product) {
        let product = &catalog.products[flows[0].product];
        let variants = flows.iter().map(|row| Variant {
            aliases: documentation::port_numbers(row),
            ..Variant::new(&row.variant, documentation::flow(catalog, row))
        });
        let documentation = format!("The flows of {}", documentation::product(catalog, product));
        let flows_of_product = EnumDefinition { name: &product.variant, documentation, variants: variants.collect() };
        products.push(ProductFlows { flows: flows_of_product, product: &product.id, first });
        first += flows.len();
    }
    products
}

impl ProductFlows<'_> {
    fn impls(&self) -> TokenStream {
        let (name, first) = (ident(self.flows.name), Literal::usize_unsuffixed(self.first));
        let all = self.flows.all(&quote!(flows::#name), "flow of the product");
        let kind = format!("flow of {}", self.product);
        quote! {
            #all
            ::port_catalog::__product_flows!(#name, #kind, #first);
        }
    }
}

/// The type of a flow's number.
fn flow_number(flows: usize) -> TokenStream {
    if u16::try_from(flows).is_ok() { quote!(u16) } else { quote!(u32) }
}

/// The ids of all flows.
fn flow_id(ids: &Ids, statics: &mut Statics) -> TokenStream {
    let (texts, index) = (statics.strings("FLOW_IDS", &ids.ids), statics.text_index("FLOW_INDEX", &ids.index));
    let number = flow_number(ids.ids.len());
    let count = Literal::usize_unsuffixed(ids.ids.len());
    quote! {
        const FLOW_IDS: StringPool = #texts;
        const FLOW_INDEX: TextIndex = #index;
        ::port_catalog::__flow_id!(FlowId, #number, #count, Data, FLOW_IDS, FLOW_INDEX);
    }
}

/// The definition of an enum.
struct EnumDefinition<'a> {
    name: &'a str,
    documentation: String,
    variants: Vec<Variant<'a>>,
}

/// An enum of ids.
struct Enum<'a> {
    definition: EnumDefinition<'a>,
    /// The prefix of its tables' names.
    prefix: &'static str,
    kind: &'static str,
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

impl EnumDefinition<'_> {
    fn definition(&self) -> TokenStream {
        let (name, documentation) = (ident(self.name), comment(&self.documentation));
        let variants = self.variants.iter().map(Variant::definition);
        quote! {
            #[doc = #documentation]
            #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
            #[non_exhaustive]
            pub enum #name { #(#variants)* }
        }
    }

    /// The constant that lists the variants, in the implementation of a type.
    ///
    /// It is one constant, used nowhere else in generated code: the compiler checks every variant of every element for each
    /// constant that contains the list.
    fn all(&self, of_type: &TokenStream, kind: &str) -> TokenStream {
        let variants = self.variants.iter().map(|variant| ident(variant.name));
        let every = comment(&format!("Every {kind}, in catalog order."));
        quote! {
            impl #of_type {
                #[doc = #every]
                pub const ALL: &'static [#of_type] = &[#(#of_type::#variants),*];
            }
        }
    }
}

impl Enum<'_> {
    fn impls(&self, statics: &mut Statics) -> TokenStream {
        let (name, kind) = (ident(self.definition.name), self.kind);
        let [ids_name, index_name] = ["IDS", "INDEX"].map(|part| format!("{}_{part}", self.prefix));
        let ids = statics.strings(&ids_name, &self.ids.ids);
        let index = statics.text_index(&index_name, &self.ids.index);
        let [ids_name, index_name] = [ids_name, index_name].map(|name| ident(&name));
        let all = self.definition.all(&quote!(#name), kind);
        quote! {
            #all
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
