//! Writes the enums and the packed tables down as tokens.

use port_data::Catalog;
use port_core::id_hash::HashInput;
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote};

use crate::documentation;
use crate::pack::{Ids, Lists, Packed, Table};
use crate::text_index::TextIndex;

/// All items of a catalog.
pub fn catalog(catalog: &Catalog, packed: &Packed) -> TokenStream {
    let [vendors, products, peers, services, flows] = &packed.ids;
    let enums = [
        Enum {
            name: "Vendor",
            constant: "VENDOR",
            kind: "vendor",
            documentation: "A vendor of this catalog.",
            variants: catalog.vendors.iter().map(|row| (row.variant.as_str(), documentation::vendor(row))).collect(),
            ids: vendors,
        },
        Enum {
            name: "Product",
            constant: "PRODUCT",
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
            constant: "PEER",
            kind: "peer",
            documentation: "A peer: the other end of a flow.",
            variants: catalog.peers.iter().map(|row| (row.variant.as_str(), documentation::peer(row))).collect(),
            ids: peers,
        },
        Enum {
            name: "Service",
            constant: "SERVICE",
            kind: "service",
            documentation: "A service: an application protocol, with its port in the IANA registry where it has one.",
            variants: catalog.services.iter().map(|row| (row.variant.as_str(), documentation::service(row))).collect(),
            ids: services,
        },
        Enum {
            name: "FlowId",
            constant: "FLOW_ID",
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
    let data = comment("Names this catalog where code is generic over catalogs.");
    quote! {
        #(#definitions)*

        #[doc = #data]
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
    constant: &'static str,
    kind: &'static str,
    documentation: &'static str,
    variants: Vec<(&'a str, String)>,
    ids: &'a Ids,
}

impl Enum<'_> {
    fn definition(&self) -> TokenStream {
        let (name, documentation) = (ident(self.name), comment(self.documentation));
        let variants = self.variants.iter().map(|(variant, documentation)| {
            let (variant, documentation) = (ident(variant), comment(documentation));
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
        let (ids, index) = (texts(&self.ids.ids), text_index(&self.ids.index));
        let [ids_name, index_name] = ["IDS", "INDEX"].map(|part| ident(&format!("{}_{part}", self.constant)));
        let every = comment(&format!("Every {kind}, in the catalog's order."));
        // In one constant and no other: for each that it stands in, the compiler looks at every variant of every element.
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
fn tables(packed: &Packed) -> TokenStream {
    let [vendors, vendor_texts, vendor_columns] = table(&packed.vendors);
    let vendor_products = lists(&packed.vendor_products);
    let [products, product_texts, product_columns] = table(&packed.products);
    let product_interfaces = lists(&packed.product_interfaces);
    let interfaces = texts(&packed.interfaces);
    let [peers, peer_texts, peer_columns] = table(&packed.peers);
    let peer_includes = lists(&packed.peer_includes);
    let [services, service_texts, service_columns] = table(&packed.services);
    let [flows, flow_texts, flow_columns] = table(&packed.flows);
    let flow_specs = numbers(&packed.flow_specs);
    let [specs, _, _] = table(&packed.specs);
    let flow_hosts = lists(&packed.flow_hosts);
    let host_names = texts(&packed.hosts);
    let host_index = text_index(&packed.host_index);
    let host_lists = numbers(&packed.host_lists);
    let pages = numbers(&packed.ports.pages);
    let port_lists = numbers(&packed.ports.lists);
    let flow_lists = flow_lists(&packed.flow_lists);
    quote! {
        use ::port_catalog::__private::{
            FlowLists, HostIndex, Lists, PackedInts, PortIndex, HashInput, TextColumn, TextIndex, StringPool, Width, layout
        };

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
            const PORTS: PortIndex = PortIndex { pages: #pages, lists: #port_lists };
            const FLOW_LISTS: FlowLists = #flow_lists;
        }
    }
}

/// A table: its columns of numbers, its texts, and its columns of texts.
fn table<const NUMBERS: usize, const TEXTS: usize>(table: &Table<NUMBERS, TEXTS>) -> [TokenStream; 3] {
    let columns = table.numbers.iter().map(|column| numbers(column));
    let text_columns = table.text_columns.iter().map(|column| {
        let (first, numbers) = (number(column.first), numbers(&column.numbers));
        quote!(TextColumn { first: #first, numbers: #numbers })
    });
    [quote!([#(#columns),*]), texts(&table.texts), quote!([#(#text_columns),*])]
}

/// StringPool end to end, each on a line of its own.
fn texts(texts: &[String]) -> TokenStream {
    let mut starts = vec![0];
    for text in texts {
        starts.push(starts[starts.len() - 1] + text.len());
    }
    let (blob, starts) = (text_literal(texts), numbers(&starts));
    quote! {
        StringPool {
            blob: {
                static BLOB: &str = #blob;
                &BLOB
            },
            starts: #starts,
        }
    }
}

fn lists(lists: &Lists) -> TokenStream {
    let starts = numbers(&lists.starts);
    let items = numbers(&lists.items);
    quote!(Lists { starts: #starts, items: #items })
}

fn flow_lists(lists: &Lists) -> TokenStream {
    let (_, starts) = lists.starts.split_last().expect("the end of the last list is there");
    let lengths: Vec<usize> = lists.starts.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let (starts, lengths, items) = (numbers(starts), numbers(&lengths), numbers(&lists.items));
    quote!(FlowLists { starts: #starts, lengths: #lengths, items: #items })
}

fn text_index(index: &TextIndex) -> TokenStream {
    let seed = Literal::u64_unsuffixed(index.seed);
    let displacements = numbers(&index.displacements);
    let slots = numbers(&index.slots);
    let reach = match index.reach {
        HashInput::Samples => quote!(HashInput::Samples),
        HashInput::Ends => quote!(HashInput::Ends),
        HashInput::Whole => quote!(HashInput::Whole),
    };
    quote!(TextIndex { reach: #reach, seed: #seed, displacements: #displacements, slots: #slots })
}

/// PackedInts as bytes, in a static of their own: a constant would be copied into every crate that looks at it.
///
/// One literal, since a literal for each number costs the compiler a hundred times as much.
fn numbers(numbers: &[usize]) -> TokenStream {
    const A_LINE: usize = 16;
    let greatest = numbers.iter().copied().max().unwrap_or(0);
    let (width, bytes) = match greatest {
        0..=0xFF => (quote!(Width::One), 1),
        0x100..=0xFFFF => (quote!(Width::Two), 2),
        _ => (quote!(Width::Four), 4),
    };
    assert!(u32::try_from(greatest).is_ok(), "a number has four bytes at most");
    let lines = numbers.chunks(A_LINE).map(|line| {
        let bytes = line.iter().flat_map(|number| number.to_le_bytes().into_iter().take(bytes));
        bytes.map(|byte| format!("\\x{byte:02x}")).collect::<String>()
    });
    let literal = literal("b", lines);
    let count = number(numbers.len() * bytes);
    quote! {
        PackedInts {
            width: #width,
            bytes: {
                static BYTES: [u8; #count] = *#literal;
                &BYTES
            },
        }
    }
}

/// StringPool end to end in one literal, each on a line of its own.
fn text_literal(texts: &[String]) -> Literal {
    let lines = texts.iter().filter(|text| !text.is_empty()).map(|text| {
        // Not as the standard library escapes for debugging, which depends on its version of Unicode.
        let escape = |character: char| match character {
            '"' | '\\' => format!("\\{character}"),
            _ if character.is_ascii_control() => format!("\\x{:02x}", u32::from(character)),
            _ => character.to_string(),
        };
        let escaped: String = text.chars().map(escape).collect();
        // Blanks at the start of a line would be skipped.
        match escaped.strip_prefix(' ') {
            Some(rest) => format!("\\x20{rest}"),
            None => escaped,
        }
    });
    literal("", lines)
}

/// A literal whose lines are joined without anything between them.
fn literal(prefix: &str, lines: impl Iterator<Item = String>) -> Literal {
    let lines: String = lines.map(|line| format!("{line}\\\n")).collect();
    format!("{prefix}\"\\\n{lines}\"").parse().expect("escaped text makes a literal")
}

/// A documentation as a comment has it, with a blank before its first word.
fn comment(documentation: &str) -> String {
    format!(" {documentation}")
}

fn number(number: usize) -> impl ToTokens {
    Literal::usize_unsuffixed(number)
}

fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}
