//! The procedural macro `catalog!`: `port-data` reads the tables and `port-codegen` generates the Rust.
//!
//! The arguments are parsed by hand: a parser of Rust would cost dependants more build time than this whole crate.

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
/// If the package depends on `port-catalog` under another name, or through a crate that re-exports it, `crate` gives the path:
/// `catalog! { dir = "ports", crate = ::my_library::port_catalog }`.
///
/// A changed table recompiles the calling crate. A new flow table takes effect when its edition is added to `editions.csv`, or its
/// product to `products.csv`.
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
    match arguments(&input).and_then(expand) {
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

/// What to write as the arguments.
const ARGUMENT_HELP: &str =
    "write dir = \"a directory of tables\", and crate = a path if port_catalog has another name";

fn error<T>(span: Span, code: Code, message: impl Into<String>, help: &str) -> Result<T, Vec<CompileError>> {
    Err(vec![CompileError { diagnostic: Diagnostic::new(code, message).help(help), span }])
}

/// The arguments of a call.
struct Arguments {
    /// `None` for the tables of `port-catalog`.
    directory: Option<Directory>,
    /// The path of the crate `port_catalog`.
    port_catalog: TokenStream,
}

/// A directory of tables, and the argument that names it.
struct Directory {
    tables: PathBuf,
    span: Span,
}

/// Parses the arguments: `dir = "..."` and `crate = a::path`, in any order and each at most once. Without `dir`, the tables are those of
/// `port-catalog`.
fn arguments(tokens: &[TokenTree]) -> Result<Arguments, Vec<CompileError>> {
    let (mut dir, mut port_catalog) = (None, None);
    let mut rest = tokens;
    while let [name, after @ ..] = rest {
        let known = name.to_string();
        if !matches!(name, TokenTree::Ident(_)) || !["dir", "crate"].contains(&known.as_str()) {
            return error(name.span(), codes::ARGUMENT, format!("unknown argument {name}"), ARGUMENT_HELP);
        }
        let [equals, after @ ..] = after else {
            return error(name.span(), codes::ARGUMENT, format!("argument {name} has no value"), ARGUMENT_HELP);
        };
        if !is_punctuation(equals, '=') {
            let message = format!("unexpected {equals} after {name}");
            return error(equals.span(), codes::ARGUMENT, message, ARGUMENT_HELP);
        }
        let end = after.iter().position(|token| is_punctuation(token, ',')).unwrap_or(after.len());
        let (value, after) = after.split_at(end);
        let Some(first) = value.first() else {
            return error(name.span(), codes::ARGUMENT, format!("argument {name} has no value"), ARGUMENT_HELP);
        };
        let is_repeated = if known == "dir" {
            dir.replace(directory(first, &value[1..])?).is_some()
        } else {
            let path = value.iter().cloned().collect::<TokenStream>();
            if let Some(other) = value.iter().find(|token| !is_part_of_path(token)) {
                return error(
                    other.span(),
                    codes::PATH_OF_CRATE,
                    format!("crate isn't a path (found {path})"),
                    PATH_HELP,
                );
            }
            port_catalog.replace(path).is_some()
        };
        if is_repeated {
            return error(
                name.span(),
                codes::ARGUMENT,
                format!("argument {name} is repeated"),
                "remove one of the two",
            );
        }
        rest = after.get(1..).unwrap_or_default();
    }
    Ok(Arguments { directory: dir, port_catalog: port_catalog.unwrap_or_else(|| quote!(::port_catalog)) })
}

/// What to write as the path of the crate.
const PATH_HELP: &str =
    "write the path at which this crate finds port_catalog, such as ::ports or ::my_library::port_catalog";

/// Whether a token can be part of a path: an identifier, a colon, or a path that another macro passed on.
fn is_part_of_path(token: &TokenTree) -> bool {
    match token {
        TokenTree::Ident(_) => true,
        TokenTree::Group(group) => {
            group.delimiter() == Delimiter::None && group.stream().into_iter().all(|token| is_part_of_path(&token))
        }
        _ => is_punctuation(token, ':'),
    }
}

/// The directory that the value of `dir` names, given the value and the tokens up to the next argument.
fn directory(value: &TokenTree, rest: &[TokenTree]) -> Result<Directory, Vec<CompileError>> {
    let span = value.span();
    let Some(dir) = literal_text(value) else {
        let message = format!("directory isn't a string literal without escapes (found {value})");
        return error(span, codes::NOT_A_LITERAL, message, "write the path itself, since macros aren't expanded here");
    };
    if let [.., last] = rest {
        return error(last.span(), codes::ARGUMENT, format!("unexpected {last} after the directory"), "remove it");
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

fn expand(arguments: Arguments) -> Result<TokenStream, Vec<CompileError>> {
    let Arguments { directory, port_catalog } = arguments;
    let is_own = directory.is_none();
    let own = || Directory { tables: port_data::TABLES.into(), span: Span::call_site() };
    let Directory { tables, span } = directory.unwrap_or_else(own);
    let catalog = port_data::read(&tables).map_err(|errors| compile_errors(errors, span))?;
    let items = match is_own {
        true => port_codegen::expand(&catalog),
        false => port_codegen::expand_in_dependant(&catalog, &port_catalog),
    };
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
