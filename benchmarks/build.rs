//! Writes the rivals down: the catalog's own keys and answers, the way that an array, `match`, phf and strum take them.

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
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("rivals.rs"), quote!(#(#modules)*).to_string())?;

    let version = Command::new(env::var("RUSTC")?).arg("--version").output()?.stdout;
    println!("cargo::rustc-env=RUSTC_VERSION={}", String::from_utf8(version)?.trim());
    Ok(())
}

/// The flows of each port over TCP, by their numbers.
fn ports() -> Result<TokenStream, Box<dyn Error>> {
    let mut answers: Vec<Vec<u16>> = vec![vec![]];
    let mut places = BTreeMap::new();
    for port in 0..=u16::MAX {
        let answer: Vec<u16> = by_port(Transport::Tcp, port).map(|flow| flow.id() as u16).collect();
        if !answer.is_empty() {
            let known = answers.iter().position(|known| *known == answer);
            places.insert(port, known.unwrap_or(answers.len()));
            if known.is_none() {
                answers.push(answer);
            }
        }
    }
    let place = |port: u16| u8::try_from(places.get(&port).copied().unwrap_or_default());
    let bytes = (0..=u16::MAX).map(place).collect::<Result<Vec<u8>, _>>();
    let bytes =
        bytes.map_err(|_| "found more than 256 different answers to a port, expected the limit to fit bytes")?;
    let answers: Vec<TokenStream> = answers.iter().map(|flows| quote!(&[#(#flows),*])).collect();
    let of_ports = places.values().map(|place| &answers[*place]).collect::<Vec<_>>();
    let (ports, answer_count) = (places.keys().collect::<Vec<_>>(), answers.len());
    Ok(quote! {
        pub mod port {
            /// Every different list of flows.
            pub static ANSWERS: [&[u16]; #answer_count] = [#(#answers),*];

            /// The place among them of each port's.
            pub static BYTES: [u8; 65536] = [#(#bytes),*];

            pub static PHF: phf::Map<u16, &[u16]> = phf::phf_map! { #(#ports => #of_ports),* };

            pub fn by_match(port: u16) -> &'static [u16] {
                match port {
                    #(#ports => #of_ports,)*
                    _ => &[],
                }
            }
        }
    })
}

/// An enum with the ids of one of the catalog's.
fn ids<I: Id>(module: &str) -> TokenStream {
    let module = format_ident!("{module}");
    let (variants, texts): (Vec<_>, Vec<_>) =
        I::all().iter().enumerate().map(|(number, id)| (format_ident!("Id{number}"), id.as_str())).unzip();
    quote! {
        pub mod #module {
            #[derive(Clone, Copy, strum::EnumString)]
            pub enum Rival { #(#[strum(serialize = #texts)] #variants),* }

            pub const ALL: &[Rival] = &[#(Rival::#variants),*];

            pub static PHF: phf::Map<&str, Rival> = phf::phf_map! { #(#texts => Rival::#variants),* };

            pub fn by_match(text: &str) -> Option<Rival> {
                match text {
                    #(#texts => Some(Rival::#variants),)*
                    _ => None,
                }
            }
        }
    }
}
