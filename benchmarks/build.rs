//! Generates the alternatives: the catalog's keys and answers as an array, a `match`, and tables of phf and strum.

use std::collections::HashMap;
use std::env;
use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use port_catalog::{FlowId, Id, Peer, Product, Service, Transport, Vendor, by_port};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let modules = [
        ports()?,
        ids::<Product>("product"),
        ids::<Peer>("peer"),
        ids::<Service>("service"),
        ids::<FlowId>("flow_id"),
        ids::<Vendor>("vendor"),
    ];
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("alternatives.rs"), quote!(#(#modules)*).to_string())?;

    let version = Command::new(env::var("RUSTC")?).arg("--version").output()?.stdout;
    println!("cargo::rustc-env=RUSTC_VERSION={}", String::from_utf8(version)?.trim());
    Ok(())
}

/// The numbers of the flows that use each TCP port.
fn ports() -> Result<TokenStream, Box<dyn Error>> {
    let mut answers: Vec<Vec<u16>> = vec![vec![]];
    let mut numbers = HashMap::from([(vec![], 0)]);
    // The ranges of ports with the same flows, and the number of their list.
    let mut ranges: Vec<(u16, u16, u16)> = Vec::new();
    for port in 0..=u16::MAX {
        let answer: Vec<u16> = by_port(Transport::Tcp, port)
            .map(|flow| u16::try_from(flow.id().index()).expect("the catalog has fewer flows"))
            .collect();
        let number = *numbers.entry(answer).or_insert_with_key(|answer| {
            answers.push(answer.clone());
            answers.len() - 1
        });
        let number = u16::try_from(number).map_err(|_| "more than 65,536 distinct lists of flows")?;
        match ranges.last_mut() {
            Some((_, last, known)) if *known == number => *last = port,
            _ => ranges.push((port, port, number)),
        }
    }
    let indexes = ranges.iter().flat_map(|(first, last, number)| (*first..=*last).map(move |_| *number));
    let used = ranges.iter().filter(|(.., number)| *number != 0);
    let (ports, lists): (Vec<u16>, Vec<u16>) =
        used.clone().flat_map(|(first, last, number)| (*first..=*last).map(move |port| (port, *number))).unzip();
    let arms = used.map(|(first, last, number)| {
        let number = usize::from(*number);
        quote!(#first..=#last => ANSWERS[#number])
    });
    let answer_count = answers.len();
    let answers: Vec<TokenStream> = answers.iter().map(|flows| quote!(&[#(#flows),*])).collect();
    Ok(quote! {
        pub mod port {
            /// Every distinct list of flows.
            pub static ANSWERS: [&[u16]; #answer_count] = [#(#answers),*];

            /// The number of each port's list.
            pub static LISTS: [u16; 65536] = [#(#indexes),*];

            /// The number of the list of each port that has flows.
            pub static PHF: phf::Map<u16, u16> = phf::phf_map! { #(#ports => #lists),* };

            pub fn by_match(port: u16) -> &'static [u16] {
                match port {
                    #(#arms,)*
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
        I::ALL.iter().enumerate().map(|(number, id)| (format_ident!("Id{number}"), id.as_str())).unzip();
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
