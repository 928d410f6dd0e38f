//! The checked-in expansion of this project's tables: what `catalog!` expands to, token for token.

use proc_macro2::{TokenStream, TokenTree};

/// The tokens, but for the commas that a formatter adds at the end of what it breaks into lines.
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
fn the_checked_in_file_is_the_macros_expansion() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../port-catalog/src/published.rs");
    let checked_in = std::fs::read_to_string(file).expect("port-catalog links to the file");
    let checked_in = tokens(checked_in.parse().expect("Rust"));
    let catalog = port_data::read(port_data::TABLES.as_ref()).expect("the tables hold");
    // The macro returns these very tokens, and beside them only what names the tables' files to the compiler.
    let expansion = tokens(port_codegen::expand(&catalog));
    for (number, (checked_in, expanded)) in checked_in.iter().zip(&expansion).enumerate() {
        assert_eq!(checked_in, expanded, "token {number}; `cargo xtask regenerate` mends it");
    }
    assert_eq!(checked_in.len(), expansion.len());
}
