//! The shell of `catalog!`: the tables are read by `port-data`, the Rust is made by `port-codegen`.
//!
//! Its one argument is read by hand: a parser of Rust would cost whoever depends on the catalog more than all of this crate.

#![warn(missing_docs)]

use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

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
    let input = TokenStream::from(input).into_iter().collect::<Vec<_>>();
    match directory(&input).and_then(expand) {
        Ok(items) => items.into(),
        Err(errors) => errors.into_iter().map(CompileError::into_tokens).collect::<TokenStream>().into(),
    }
}

/// Something that is wrong, and the part of the call that the compiler shows with it.
struct CompileError {
    message: String,
    span: Span,
}

impl CompileError {
    fn into_tokens(self) -> TokenStream {
        let message = self.message;
        quote_spanned!(self.span=> ::core::compile_error!{ #message })
    }
}

fn error<T>(span: Span, message: impl Into<String>) -> Result<T, Vec<CompileError>> {
    Err(vec![CompileError { message: message.into(), span }])
}

/// Where tables stand, from where their errors name them, and what in the call says so.
struct Directory {
    tables: PathBuf,
    base: PathBuf,
    span: Span,
}

/// Reads the arguments: `dir = "..."`, or nothing.
fn directory(arguments: &[TokenTree]) -> Result<Directory, Vec<CompileError>> {
    const EXPECTED: &str = "expected dir = \"a directory of tables\"";
    let [name, rest @ ..] = arguments else {
        let base = PathBuf::from(port_data::TABLES);
        return Ok(Directory { tables: base.clone(), base, span: Span::call_site() });
    };
    if !matches!(name, TokenTree::Ident(name) if name == "dir") {
        return error(name.span(), format!("found {name}, {EXPECTED}"));
    }
    let [equals, value, rest @ ..] = rest else {
        return error(name.span(), format!("found nothing after dir, {EXPECTED}"));
    };
    if !is(equals, '=') {
        return error(equals.span(), format!("found {equals} after dir, {EXPECTED}"));
    }
    let span = value.span();
    let Some(dir) = text(value) else {
        let message = "expected a string literal without a backslash; macros are not expanded here";
        return error(span, format!("found {value}, {message}"));
    };
    match rest {
        [] => {}
        [comma] if is(comma, ',') => {}
        [.., more] => return error(more.span(), format!("found {more} after the directory, expected nothing")),
    }
    match std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from) {
        Some(base) => Ok(Directory { tables: base.join(dir), base, span }),
        None => error(span, "found no CARGO_MANIFEST_DIR, expected to be compiled by cargo"),
    }
}

fn is(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

/// The text of a string literal, raw or not. One with an escape is none: a path needs none.
fn text(value: &TokenTree) -> Option<String> {
    let literal = match value {
        TokenTree::Literal(literal) => literal.to_string(),
        // A literal that a macro was given, and passed on.
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
            let mut tokens = group.stream().into_iter();
            return tokens.next().filter(|_| tokens.next().is_none()).as_ref().and_then(text);
        }
        _ => return None,
    };
    let quoted = literal.trim_start_matches('r').trim_matches('#');
    let text = quoted.strip_prefix('"')?.strip_suffix('"')?;
    (literal.starts_with('r') || !text.contains('\\')).then(|| text.to_string())
}

fn expand(directory: Directory) -> Result<TokenStream, Vec<CompileError>> {
    let Directory { tables, base, span } = directory;
    let catalog = port_data::read(&tables).map_err(|errors| compile_errors(errors, &base, span))?;
    let items = port_codegen::expand(&catalog);
    let tracked = catalog.files.iter().map(|file| track(file, span)).collect::<Result<TokenStream, _>>()?;
    Ok(quote! { #items #tracked })
}

/// Names a file in the expansion, so that a change to it compiles the expansion anew.
fn track(file: &Path, span: Span) -> Result<TokenStream, Vec<CompileError>> {
    match file.to_str() {
        Some(path) => Ok(quote!(
            const _: &[u8] = ::core::include_bytes!(#path);
        )),
        None => error(span, format!("{}: expected a path in UTF-8", file.display())),
    }
}

fn compile_errors(diagnostics: Vec<port_data::Diagnostic>, base: &Path, span: Span) -> Vec<CompileError> {
    let message = |diagnostic: port_data::Diagnostic| {
        let place = diagnostic.place.clone().relative_to(base);
        format!("{} [{}]", diagnostic.clone().at(place), diagnostic.code)
    };
    diagnostics.into_iter().map(|diagnostic| CompileError { message: message(diagnostic), span }).collect()
}
