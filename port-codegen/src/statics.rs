//! Emits packed tables as statics.
//!
//! The bytes of each column and each pool of strings are a static with a name of its own, such as `FLOW_PEER`. They have to be
//! statics: a constant would be copied into every crate that reads it.

use port_core::id_hash::HashInput;
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;

use crate::packed::{FlowLists, Lists, Table, TextColumn};
use crate::text_index::TextIndex;

/// The statics of a catalog. Each method adds the statics of one value, and returns the expression that refers to them.
#[derive(Default)]
pub(crate) struct Statics {
    pub(crate) items: Vec<TokenStream>,
}

impl Statics {
    /// A table: its number columns, its texts, and its text columns.
    pub(crate) fn table<const NUMBERS: usize, const TEXTS: usize>(
        &mut self,
        name: &str,
        table: &Table<NUMBERS, TEXTS>,
        number_names: [&str; NUMBERS],
        text_names: [&str; TEXTS],
    ) -> [TokenStream; 3] {
        let columns: Vec<TokenStream> = number_names
            .iter()
            .zip(&table.numbers)
            .map(|(column, numbers)| self.numbers(&format!("{name}_{column}"), numbers))
            .collect();
        let mut text_columns = Vec::new();
        for (column, TextColumn { first, numbers }) in text_names.iter().zip(&table.text_columns) {
            let first = Literal::usize_unsuffixed(*first);
            let numbers = self.numbers(&format!("{name}_{column}"), numbers);
            text_columns.push(quote!(TextColumn { first: #first, numbers: #numbers }));
        }
        let texts = match TEXTS {
            0 => TokenStream::new(),
            _ => self.strings(&format!("{name}_TEXTS"), &table.texts),
        };
        [quote!([#(#columns),*]), texts, quote!([#(#text_columns),*])]
    }

    pub(crate) fn strings(&mut self, name: &str, strings: &[String]) -> TokenStream {
        let mut starts = vec![0];
        for string in strings {
            starts.push(starts[starts.len() - 1] + string.len());
        }
        let (pool, literal) = (ident(&format!("{name}_POOL")), string_literal(strings));
        self.items.push(quote!(static #pool: &str = #literal;));
        let starts = self.numbers(&format!("{name}_STARTS"), &starts);
        quote!(StringPool { blob: &#pool, starts: #starts })
    }

    pub(crate) fn lists(&mut self, name: &str, lists: &Lists) -> TokenStream {
        let starts = self.numbers(&format!("{name}_STARTS"), &lists.starts);
        let items = self.numbers(&format!("{name}_ITEMS"), &lists.items);
        quote!(Lists { starts: #starts, items: #items })
    }

    pub(crate) fn flow_lists(&mut self, name: &str, lists: &FlowLists) -> TokenStream {
        let [starts, lengths, exact, ranges, items] = [
            ("STARTS", &lists.starts),
            ("LENGTHS", &lists.lengths),
            ("EXACT", &lists.exact),
            ("RANGES", &lists.ranges),
            ("ITEMS", &lists.items),
        ]
        .map(|(column, numbers)| self.numbers(&format!("{name}_{column}"), numbers));
        quote!(FlowLists { starts: #starts, lengths: #lengths, exact: #exact, ranges: #ranges, items: #items })
    }

    pub(crate) fn text_index(&mut self, name: &str, index: &TextIndex) -> TokenStream {
        let seed = Literal::u64_unsuffixed(index.seed);
        let displacements = self.numbers(&format!("{name}_DISPLACEMENTS"), &index.displacements);
        let slots = self.numbers(&format!("{name}_SLOTS"), &index.slots);
        let input = match index.input {
            HashInput::Samples => quote!(HashInput::Samples),
            HashInput::Ends => quote!(HashInput::Ends),
            HashInput::Whole => quote!(HashInput::Whole),
        };
        quote!(TextIndex { input: #input, seed: #seed, displacements: #displacements, slots: #slots })
    }

    /// Numbers as bytes in one literal, since a literal for each number costs the compiler a hundred times as much.
    pub(crate) fn numbers(&mut self, name: &str, numbers: &[usize]) -> TokenStream {
        const NUMBERS_PER_LINE: usize = 16;
        let greatest = numbers.iter().copied().max().unwrap_or(0);
        let (width, bytes) = match greatest {
            0..=0xFF => (quote!(Width::One), 1),
            0x100..=0xFFFF => (quote!(Width::Two), 2),
            _ => (quote!(Width::Four), 4),
        };
        assert!(u32::try_from(greatest).is_ok(), "a number has at most four bytes");
        let lines = numbers.chunks(NUMBERS_PER_LINE).map(|line| {
            let bytes = line.iter().flat_map(|number| number.to_le_bytes().into_iter().take(bytes));
            bytes.map(|byte| format!("\\x{byte:02x}")).collect::<String>()
        });
        let (name, literal) = (ident(name), literal("b", lines));
        let count = Literal::usize_unsuffixed(numbers.len() * bytes);
        self.items.push(quote!(static #name: [u8; #count] = *#literal;));
        quote!(PackedInts { width: #width, bytes: &#name })
    }
}

/// Strings end to end in one literal, each on its own line.
fn string_literal(strings: &[String]) -> Literal {
    let lines = strings.iter().filter(|string| !string.is_empty()).map(|string| {
        // Not `escape_debug`: what it escapes depends on the Unicode version of the standard library.
        let escape = |character: char| match character {
            '"' | '\\' => format!("\\{character}"),
            _ if character.is_ascii_control() => format!("\\x{:02x}", u32::from(character)),
            _ => character.to_string(),
        };
        let escaped: String = string.chars().map(escape).collect();
        // A space at the start of a line would be skipped.
        match escaped.strip_prefix(' ') {
            Some(rest) => format!("\\x20{rest}"),
            None => escaped,
        }
    });
    literal("", lines)
}

/// A literal whose lines are joined without a separator. A single line isn't broken.
fn literal(prefix: &str, lines: impl Iterator<Item = String>) -> Literal {
    let lines: Vec<String> = lines.collect();
    let text = match &lines[..] {
        [line] => format!("{prefix}\"{line}\""),
        lines => format!("{prefix}\"\\\n{}\"", lines.iter().map(|line| format!("{line}\\\n")).collect::<String>()),
    };
    text.parse().expect("escaped text makes a valid literal")
}

pub(crate) fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}
