//! Generates the alternatives: the catalog's keys and answers as an array, a `match`, and tables of phf and strum.

use std::collections::BTreeMap;
use std::env;
use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use port_catalog::{FlowId, Id, Peer, Product, Service, Transport, by_port};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let modules =
        [ports()?, ids::<Product>("product"), ids::<Peer>("peer"), ids::<Service>("service"), ids::<FlowId>("flow_id")];
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("alternatives.rs"), quote!(#(#modules)*).to_string())?;

    let version = Command::new(env::var("RUSTC")?).arg("--version").output()?.stdout;
    println!("cargo::rustc-env=RUSTC_VERSION={}", String::from_utf8(version)?.trim());
    Ok(())
}

/// The numbers of the flows that use each TCP port.
fn ports() -> Result<TokenStream, Box<dyn Error>> {
    let mut answers: Vec<Vec<u16>> = vec![vec![]];
    let mut indexes = BTreeMap::new();
    for port in 0..=u16::MAX {
        let answer: Vec<u16> = by_port(Transport::Tcp, port)
            .map(|flow| u16::try_from(flow.id().index()).expect("the catalog has fewer flows"))
            .collect();
        if !answer.is_empty() {
            let known = answers.iter().position(|known| *known == answer);
            indexes.insert(port, known.unwrap_or(answers.len()));
            if known.is_none() {
                answers.push(answer);
            }
        }
    }
    let index = |port: u16| u8::try_from(indexes.get(&port).copied().unwrap_or_default());
    let bytes = (0..=u16::MAX).map(index).collect::<Result<Vec<u8>, _>>();
    let bytes = bytes.map_err(|_| "more than 256 distinct lists of flows; an index no longer fits a byte")?;
    let answers: Vec<TokenStream> = answers.iter().map(|flows| quote!(&[#(#flows),*])).collect();
    let flows_by_port = indexes.values().map(|index| &answers[*index]).collect::<Vec<_>>();
    let (ports, answer_count) = (indexes.keys().collect::<Vec<_>>(), answers.len());
    Ok(quote! {
        pub mod port {
            /// Every distinct list of flows.
            pub static ANSWERS: [&[u16]; #answer_count] = [#(#answers),*];

            /// The index of each port's list.
            pub static BYTES: [u8; 65536] = [#(#bytes),*];

            pub static PHF: phf::Map<u16, &[u16]> = phf::phf_map! { #(#ports => #flows_by_port),* };

            pub fn by_match(port: u16) -> &'static [u16] {
                match port {
                    #(#ports => #flows_by_port,)*
                    _ => &[],
                }
            }
        }
    })
}

/// An enum with the ids of one of the catalog's enums.
fn ids<I: Id>(module: &str) -> TokenStream {
    let module = format_ident!("{module}");
    let (variants, texts): (Vec<_>, Vec<_>) =
        I::all().iter().enumerate().map(|(number, id)| (format_ident!("Id{number}"), id.as_str())).unzip();
    quote! {
        pub mod #module {
            #[derive(Clone, Copy, strum::EnumString)]
            pub enum Alternative { #(#[strum(serialize = #texts)] #variants),* }

            pub const ALL: &[Alternative] = &[#(Alternative::#variants),*];

            pub static PHF: phf::Map<&str, Alternative> = phf::phf_map! { #(#texts => Alternative::#variants),* };

            pub fn by_match(text: &str) -> Option<Alternative> {
                match text {
                    #(#texts => Some(Alternative::#variants),)*
                    _ => None,
                }
            }
        }
    }
}
