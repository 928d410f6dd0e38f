//! The shell of `catalog!`: the tables are read by `port-data`, the Rust is made by `port-codegen`.

use std::path::{Path, PathBuf};

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{LitStr, Token};

/// Compiles a directory of tables into enums and static tables with all their queries.
///
/// `catalog! { dir = "ports" }` reads the tables below the package's directory; `catalog!()` reads those of `port-catalog`
/// itself. A module of its own is the place for it: it defines `Vendor`, `Product`, `Peer`, `Service`, `FlowId`, `by_port`,
/// `query` and `Data`, which names the catalog in generic code.
///
/// The package must know `port-catalog` by that name. A table that changes compiles the calling crate anew; a file of flows
/// that is added without a row in `products.csv` is only noticed then.
///
/// # Errors
///
/// Each thing that is wrong with the tables is a compile error with its file, line and column, what was found there and
/// what was expected.
#[proc_macro]
pub fn catalog(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    expand(input.into()).unwrap_or_else(|error| error.to_compile_error()).into()
}

/// The arguments: `dir = "..."`, or nothing.
struct Arguments {
    dir: Option<LitStr>,
}

impl Parse for Arguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.is_empty() {
            return Ok(Arguments { dir: None });
        }
        let name: syn::Ident = input.parse()?;
        if name != "dir" {
            return Err(syn::Error::new(
                name.span(),
                format!("found {name}, expected dir = \"a directory of tables\""),
            ));
        }
        input.parse::<Token![=]>()?;
        let dir = input.parse()?;
        input.parse::<Option<Token![,]>>()?;
        Ok(Arguments { dir: Some(dir) })
    }
}

fn expand(input: TokenStream) -> syn::Result<TokenStream> {
    let arguments: Arguments = syn::parse2(input)?;
    let (base, span) = match &arguments.dir {
        Some(dir) => (package_directory(dir.span())?, dir.span()),
        None => (PathBuf::from(port_data::TABLES), Span::call_site()),
    };
    let directory = arguments.dir.as_ref().map_or(base.clone(), |dir| base.join(dir.value()));
    let catalog = port_data::read(&directory).map_err(|errors| compile_errors(errors, &base, span))?;
    let items = port_codegen::expand(&catalog);
    let tracked = catalog.files.iter().map(|file| track(file, span)).collect::<syn::Result<Vec<_>>>()?;
    Ok(quote! {
        #items
        #(#tracked)*
    })
}

/// The directory of the package that is being compiled.
fn package_directory(span: Span) -> syn::Result<PathBuf> {
    match std::env::var_os("CARGO_MANIFEST_DIR") {
        Some(directory) => Ok(PathBuf::from(directory)),
        None => Err(syn::Error::new(span, "found no CARGO_MANIFEST_DIR, expected to be compiled by cargo")),
    }
}

/// Names a file in the expansion, so that a change to it compiles the expansion anew.
fn track(file: &Path, span: Span) -> syn::Result<TokenStream> {
    match file.to_str() {
        Some(path) => Ok(quote!(
            const _: &[u8] = ::core::include_bytes!(#path);
        )),
        None => Err(syn::Error::new(span, format!("{}: expected a path in UTF-8", file.display()))),
    }
}

fn compile_errors(errors: port_data::Errors, base: &Path, span: Span) -> syn::Error {
    let errors = errors.0.into_iter().map(|error| syn::Error::new(span, error.relative_to(base)));
    errors
        .reduce(|mut all, error| {
            all.combine(error);
            all
        })
        .unwrap_or_else(|| syn::Error::new(span, "the tables cannot be read"))
}
