//! Emits packed tables as statics.
//!
//! The bytes of each column and each pool of strings are a static with a name of its own, such as `FLOW_PEER`. They have to be
//! statics: a constant would be copied into every crate that reads it.

use port_core::id_hash::HashInput;
use port_core::layout::STRINGS_PER_BLOCK;
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;

use crate::bits::{SparseColumn, exact_bits, pack_bits, whole_bytes};
use crate::packed::{FlowLists, Lists, Table, TextColumn};
use crate::text_index::TextIndex;

/// The statics of a catalog. Each method adds the statics of one value, and returns the expression that refers to them.
#[derive(Default)]
pub(crate) struct Statics {
    pub(crate) items: Vec<TokenStream>,
}

impl Statics {
    /// A table: its number columns, its texts, and its text columns. `is_hot` says which number columns look-ups and filters read.
    pub(crate) fn table<const NUMBERS: usize, const TEXTS: usize>(
        &mut self,
        name: &str,
        table: &Table<NUMBERS, TEXTS>,
        [number_names, text_names]: [&[&str]; 2],
        is_hot: impl Fn(usize) -> bool,
    ) -> [TokenStream; 3] {
        let mut columns = Vec::new();
        for (column, (column_name, numbers)) in number_names.iter().zip(&table.numbers).enumerate() {
            let name = format!("{name}_{column_name}");
            columns.push(if is_hot(column) { self.hot_column(&name, numbers) } else { self.column(&name, numbers) });
        }
        let mut text_columns = Vec::new();
        for (column, TextColumn { first, numbers }) in text_names.iter().zip(&table.text_columns) {
            let first = Literal::usize_unsuffixed(*first);
            let numbers = self.column(&format!("{name}_{column}"), numbers);
            text_columns.push(quote!(TextColumn { first: #first, numbers: #numbers }));
        }
        let texts = match TEXTS {
            0 => TokenStream::new(),
            _ => self.strings(&format!("{name}_TEXTS"), &table.texts),
        };
        [quote!([#(#columns),*]), texts, quote!([#(#text_columns),*])]
    }

    /// A column that queries filter by.
    fn hot_column(&mut self, name: &str, numbers: &[usize]) -> TokenStream {
        let numbers = self.hot_numbers(name, numbers);
        quote!(Column::dense(#numbers))
    }

    /// A column with numbers for all rows, or for those that have one other than 0 if that takes much less.
    fn column(&mut self, name: &str, numbers: &[usize]) -> TokenStream {
        let Some(SparseColumn { present, ranks, integers }) = SparseColumn::new(numbers) else {
            let numbers = self.numbers(name, numbers);
            return quote!(Column::dense(#numbers));
        };
        let present = self.hot_numbers(&format!("{name}_PRESENT"), &present);
        let ranks = self.numbers(&format!("{name}_RANKS"), &ranks);
        let integers = self.numbers(name, &integers);
        quote!(Column::sparse(#present, #ranks, #integers))
    }

    /// Strings in blocks, whose starts take fewer bits.
    pub(crate) fn strings(&mut self, name: &str, strings: &[String]) -> TokenStream {
        let starts = starts(strings);
        let blocks: Vec<usize> = starts.iter().copied().step_by(STRINGS_PER_BLOCK).collect();
        let starts: Vec<usize> =
            starts.iter().enumerate().map(|(index, start)| start - blocks[index / STRINGS_PER_BLOCK]).collect();
        let blocks = self.numbers(&format!("{name}_BLOCKS"), &blocks);
        let starts = self.numbers(&format!("{name}_STARTS"), &starts);
        self.pool(name, strings, &blocks, &starts)
    }

    /// Strings that look-ups compare. All blocks start at 0, which needs no bytes and no load.
    pub(crate) fn hot_strings(&mut self, name: &str, strings: &[String]) -> TokenStream {
        let blocks = packed_ints(0, 0, &quote!(&[]));
        let starts = self.hot_numbers(&format!("{name}_STARTS"), &starts(strings));
        self.pool(name, strings, &blocks, &starts)
    }

    fn pool(&mut self, name: &str, strings: &[String], blocks: &TokenStream, starts: &TokenStream) -> TokenStream {
        let (pool, literal) = (ident(&format!("{name}_POOL")), string_literal(strings));
        self.items.push(quote!(static #pool: &str = #literal;));
        quote!(StringPool { blob: &#pool, blocks: #blocks, starts: #starts })
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
        .map(|(column, numbers)| self.hot_numbers(&format!("{name}_{column}"), numbers));
        quote!(FlowLists { starts: #starts, lengths: #lengths, exact: #exact, ranges: #ranges, items: #items })
    }

    pub(crate) fn text_index(&mut self, name: &str, index: &TextIndex) -> TokenStream {
        let seed = Literal::u64_unsuffixed(index.seed);
        let displacements = self.hot_numbers(&format!("{name}_DISPLACEMENTS"), &index.displacements);
        let slots = self.hot_numbers(&format!("{name}_SLOTS"), &index.slots);
        let input = match index.input {
            HashInput::Samples => quote!(HashInput::Samples),
            HashInput::Ends => quote!(HashInput::Ends),
            HashInput::Whole => quote!(HashInput::Whole),
        };
        quote!(TextIndex { input: #input, seed: #seed, displacements: #displacements, slots: #slots })
    }

    /// Numbers that look-ups read: whole bytes, so that a read is one load.
    pub(crate) fn hot_numbers(&mut self, name: &str, numbers: &[usize]) -> TokenStream {
        self.packed(name, numbers, whole_bytes(numbers))
    }

    /// Numbers in as few bits as the greatest needs.
    pub(crate) fn numbers(&mut self, name: &str, numbers: &[usize]) -> TokenStream {
        self.packed(name, numbers, exact_bits(numbers))
    }

    /// Numbers as bytes in one literal, since a literal for each number costs the compiler a hundred times as much.
    fn packed(&mut self, name: &str, numbers: &[usize], bits: usize) -> TokenStream {
        const BYTES_PER_LINE: usize = 24;
        let bytes = pack_bits(bits, numbers);
        if bytes.is_empty() {
            return packed_ints(bits, numbers.len(), &quote!(&[]));
        }
        let lines = bytes
            .chunks(BYTES_PER_LINE)
            .map(|line| line.iter().map(|byte| format!("\\x{byte:02x}")).collect::<String>());
        let (name, literal) = (ident(name), literal("b", lines));
        let count = Literal::usize_unsuffixed(bytes.len());
        self.items.push(quote!(static #name: [u8; #count] = *#literal;));
        packed_ints(bits, numbers.len(), &quote!(&#name))
    }
}

fn packed_ints(bits: usize, len: usize, bytes: &TokenStream) -> TokenStream {
    let [bits, len] = [bits, len].map(Literal::usize_unsuffixed);
    quote!(PackedInts { bits: #bits, len: #len, bytes: #bytes })
}

/// Where each string starts in a pool, and the end of the last.
fn starts(strings: &[String]) -> Vec<usize> {
    let mut end = 0;
    let ends = strings.iter().map(|string| {
        end += string.len();
        end
    });
    [0].into_iter().chain(ends).collect()
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
