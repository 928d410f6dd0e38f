//! The checked-in expansion of this project's tables: what `catalog!` expands to, token for token.

use proc_macro2::TokenStream;

/// The tokens of a text, but for the commas that a formatter adds at the end of what it breaks into lines.
fn tokens(text: &str) -> String {
    let tokens: TokenStream = text.parse().expect("Rust");
    let text = tokens.to_string().replace(" ]", "]").replace(" )", ")");
    [" }", "]", ")"].iter().fold(text, |text, end| text.replace(&format!(" ,{end}"), end))
}

#[test]
fn the_checked_in_file_is_the_macros_expansion() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../port-catalog/src/published.rs");
    let checked_in = std::fs::read_to_string(file).expect("port-catalog links to the file");
    let catalog = port_data::read(port_data::TABLES.as_ref()).expect("the tables hold");
    let expansion = port_codegen::expand(&catalog);
    // The macro returns these very tokens, and beside them only what names the tables' files to the compiler.
    similar(&tokens(&checked_in), &tokens(&expansion.to_string()));
}

/// Compares two long texts, and shows where they part.
fn similar(left: &str, right: &str) {
    let same = left.bytes().zip(right.bytes()).take_while(|(left, right)| left == right).count();
    let around =
        |text: &str| text.get(same.saturating_sub(60)..(same + 60).min(text.len())).unwrap_or_default().to_string();
    assert!(left == right, "`cargo xtask regenerate` mends it:\n{}\n{}", around(left), around(right));
}
