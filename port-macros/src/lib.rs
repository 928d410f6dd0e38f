//! The procedural macro `catalog!`: `port-data` reads the tables and `port-codegen` generates the Rust.
//!
//! The only argument is parsed by hand: a parser of Rust would cost dependants more build time than this whole crate.

#![warn(missing_docs)]

mod codes;

use std::path::{Path, PathBuf};

use port_data::{Code, Diagnostic, Place};
use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

/// Compiles a directory of tables into enums and static tables with all their queries.
///
/// `catalog! { dir = "ports" }` reads the tables in a directory of the calling package; `catalog!()` reads those of
/// `port-catalog` itself. It defines `Vendor`, `Product`, `Peer`, `Service`, `FlowId`, `flows`, `by_port`, `query` and `Data`, which
/// names the catalog in generic code, so call it in a module of its own.
///
/// A directory with `editions.csv` has a flow table for each edition, `flows/<product>/<edition>.csv`. Without it, each product has
/// one edition, whose document is in `products.csv`, and one table, `flows/<product>.csv`.
///
/// The package must depend on `port-catalog` by that name. A changed table recompiles the calling crate. A new flow table takes
/// effect when its edition is added to `editions.csv`, or its product to `products.csv`.
///
/// # Errors
///
/// Everything wrong with the tables is a compile error with its file, line, column and code. Paths are relative to the root of the
/// workspace, or absolute if the tables are elsewhere. A macro can't print warnings: `port-catalog check ports` shows them.
///
/// The variants of ids are those that the tables name, or the ids in UpperCamelCase. A changed display name changes no variant.
#[proc_macro]
pub fn catalog(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = TokenStream::from(input).into_iter().collect::<Vec<_>>();
    match directory(&input).and_then(expand) {
        Ok(items) => items.into(),
        Err(errors) => errors.into_iter().map(CompileError::into_tokens).collect::<TokenStream>().into(),
    }
}

/// A diagnostic, and the part of the call that the compiler shows with it.
struct CompileError {
    diagnostic: Diagnostic,
    span: Span,
}

impl CompileError {
    fn into_tokens(self) -> TokenStream {
        let message = format!("{} [{}]", self.diagnostic, self.diagnostic.code);
        quote_spanned!(self.span=> ::core::compile_error!{ #message })
    }
}

/// What to write as the argument.
const ARGUMENT_HELP: &str = "write dir = \"a directory of tables\"";

fn error<T>(span: Span, code: Code, message: impl Into<String>, help: &str) -> Result<T, Vec<CompileError>> {
    Err(vec![CompileError { diagnostic: Diagnostic::new(code, message).help(help), span }])
}

/// A directory of tables, and the argument that names it.
struct Directory {
    tables: PathBuf,
    span: Span,
}

/// Parses the argument: `dir = "..."`, or nothing.
fn directory(arguments: &[TokenTree]) -> Result<Directory, Vec<CompileError>> {
    let [name, rest @ ..] = arguments else {
        return Ok(Directory { tables: PathBuf::from(port_data::TABLES), span: Span::call_site() });
    };
    if !matches!(name, TokenTree::Ident(name) if name == "dir") {
        return error(name.span(), codes::ARGUMENT, format!("unknown argument {name}"), ARGUMENT_HELP);
    }
    let [equals, value, rest @ ..] = rest else {
        return error(name.span(), codes::ARGUMENT, "argument dir has no value", ARGUMENT_HELP);
    };
    if !is_punctuation(equals, '=') {
        return error(equals.span(), codes::ARGUMENT, format!("unexpected {equals} after dir"), ARGUMENT_HELP);
    }
    let span = value.span();
    let Some(dir) = literal_text(value) else {
        let message = format!("directory isn't a string literal without escapes (found {value})");
        return error(span, codes::NOT_A_LITERAL, message, "write the path itself, since macros aren't expanded here");
    };
    match rest {
        [] => {}
        [comma] if is_punctuation(comma, ',') => {}
        [.., last] => {
            return error(last.span(), codes::ARGUMENT, format!("unexpected {last} after the directory"), "remove it");
        }
    }
    match std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from) {
        Some(package) => Ok(Directory { tables: package.join(dir), span }),
        None => error(span, codes::NO_CARGO, "CARGO_MANIFEST_DIR is not set", "compile the crate with cargo"),
    }
}

fn is_punctuation(token: &TokenTree, character: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == character)
}

/// The text of a string literal, raw or not. A literal with an escape isn't accepted, since a path needs none.
fn literal_text(value: &TokenTree) -> Option<String> {
    let literal = match value {
        TokenTree::Literal(literal) => literal.to_string(),
        // A literal that another macro passed on.
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
            let mut tokens = group.stream().into_iter();
            return tokens.next().filter(|_| tokens.next().is_none()).as_ref().and_then(literal_text);
        }
        _ => return None,
    };
    let quoted = literal.trim_start_matches('r').trim_matches('#');
    let text = quoted.strip_prefix('"')?.strip_suffix('"')?;
    (literal.starts_with('r') || !text.contains('\\')).then(|| text.to_string())
}

fn expand(directory: Directory) -> Result<TokenStream, Vec<CompileError>> {
    let Directory { tables, span } = directory;
    let catalog = port_data::read(&tables).map_err(|errors| compile_errors(errors, span))?;
    let items = port_codegen::expand(&catalog);
    let paths = catalog.files.iter().map(|file| utf8_path(file, span)).collect::<Result<Vec<_>, _>>()?;
    // The expansion mentions the files, so that a change to one of them recompiles it.
    Ok(quote! {
        #items
        const _: &[&[u8]] = &[#(::core::include_bytes!(#paths)),*];
    })
}

/// A path as a string literal has it.
fn utf8_path(file: &Path, span: Span) -> Result<&str, Vec<CompileError>> {
    file.to_str().ok_or_else(|| {
        let diagnostic =
            Diagnostic::new(codes::PATH, "path is not UTF-8").help("rename the directory").at(Place::file(file));
        vec![CompileError { diagnostic, span }]
    })
}

/// The errors of tables. Their paths are relative to the compiler's directory if they are below it, as those of the compiler's own
/// errors are: terminals and editors open both. Cargo starts the compiler in the root of the workspace.
fn compile_errors(diagnostics: Vec<Diagnostic>, span: Span) -> Vec<CompileError> {
    // Without a current directory, the paths stay absolute.
    let current = std::env::current_dir().ok();
    let relative = |diagnostic: Diagnostic| {
        let place = diagnostic.place.clone();
        let place = match &current {
            Some(current) => place.relative_to(current),
            None => place,
        };
        CompileError { diagnostic: diagnostic.at(place), span }
    };
    diagnostics.into_iter().map(relative).collect()
}
