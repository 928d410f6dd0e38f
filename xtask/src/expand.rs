//! Shows what `catalog!` makes of tables, as Rust that people can read.

use std::path::Path;

use port_data::Errors;

/// The formatted expansion of a directory of tables.
///
/// # Errors
///
/// Everything that is wrong with the tables.
pub fn expand(directory: &Path) -> Result<String, Errors> {
    let tokens = port_codegen::expand(&port_data::read(directory)?);
    let file = syn::parse2(tokens).expect("the generator writes Rust");
    Ok(prettyplease::unparse(&file))
}
