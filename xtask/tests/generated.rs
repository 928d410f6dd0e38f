//! The checked-in `port-catalog/src/generated.rs` is what `catalog!` expands to, token for token.

use proc_macro2::{TokenStream, TokenTree};

/// The tokens, without the trailing commas that a formatter adds to lists that it breaks into lines.
fn tokens(stream: TokenStream) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for token in stream {
        match token {
            TokenTree::Group(group) => {
                all.push(format!("{:?}", group.delimiter()));
                all.extend(tokens(group.stream()));
                if all.last().is_some_and(|last| last == ",") {
                    all.pop();
                }
                all.push(format!("end of {:?}", group.delimiter()));
            }
            token => all.push(token.to_string()),
        }
    }
    all
}

#[test]
fn the_checked_in_file_is_the_expansion_of_the_macro() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../port-catalog/src/generated.rs");
    let checked_in = std::fs::read_to_string(file).expect("the file is part of port-catalog");
    let checked_in = tokens(checked_in.parse().expect("Rust"));
    let catalog = port_data::read(port_data::TABLES.as_ref()).expect("the tables are valid");
    // The macro adds only the names of the tables' files for the compiler.
    let expansion = tokens(port_codegen::expand(&catalog));
    for (number, (checked_in, expanded)) in checked_in.iter().zip(&expansion).enumerate() {
        assert_eq!(checked_in, expanded, "token {number}; `cargo xtask regenerate` updates it");
    }
    assert_eq!(checked_in.len(), expansion.len());
}
