//! The public interface of port-catalog, line by line: what programs that use it may rely on.
//!
//! It is read from the sources as rustfmt formats them, so that it is the same with every compiler. Bodies of macros are read
//! like everything else. The variants of ids are in a snapshot of their own.

use std::fs;
use std::io;
use std::path::Path;

/// The files with public items: those that `port-catalog/src/lib.rs` re-exports, itself, and what `catalog!` expands to.
pub const FILES: [&str; 16] = [
    "port-catalog/src/lib.rs",
    "port-catalog/src/catalog.rs",
    "port-catalog/src/edition.rs",
    "port-catalog/src/enum_methods.rs",
    "port-catalog/src/flow.rs",
    "port-catalog/src/flow_lists.rs",
    "port-catalog/src/iterators.rs",
    "port-catalog/src/query.rs",
    "port-catalog/src/serde.rs",
    "port-catalog/src/upgrade.rs",
    "port-core/src/parse_id_error.rs",
    "port-core/src/port_range.rs",
    "port-core/src/port_spec.rs",
    "port-core/src/serde.rs",
    "port-core/src/vocabulary.rs",
    "port-catalog/src/generated.rs",
];

/// The public interface of the workspace at `root`.
///
/// # Errors
///
/// The first file that can't be read.
pub fn public(root: &Path) -> Result<String, (&'static str, io::Error)> {
    let mut interface = String::from("Removing or changing a line breaks those who use the catalog.\n");
    for file in FILES {
        interface += &format!("\n{file}\n");
        let rust = fs::read_to_string(root.join(file)).map_err(|error| (file, error))?;
        for line in lines(&rust) {
            interface += &format!("  {line}\n");
        }
    }
    Ok(interface)
}

/// The public items of a Rust file: each on one line without its body, below the block that contains it, and above it the first line of
/// its documentation.
#[must_use]
pub fn lines(rust: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut is_hidden = false;
    let mut in_trait = false;
    let mut documentation: Option<&str> = None;
    let mut lines = rust.lines();
    while let Some(line) = lines.next() {
        let (text, indent) = (line.trim(), line.len() - line.trim_start().len());
        match text {
            "#[doc(hidden)]" => is_hidden = true,
            "#[cfg(test)]" => break,
            "}" if indent == 0 => in_trait = false,
            _ if text.starts_with("///") => documentation = documentation.or(Some(text)),
            _ if text.starts_with("//") => {}
            // Programs may rely on these too, but not on their order.
            _ if text.starts_with("#[derive(") || text == "#[non_exhaustive]" => found.push(text.to_string()),
            _ if text.starts_with("#[") => {}
            _ => {
                let is_head = text.starts_with("pub ")
                    || text.starts_with("impl")
                    || in_trait && ["fn ", "const ", "type "].iter().any(|item| text.starts_with(item))
                    || is_word(text);
                if is_head && !is_hidden {
                    found.extend(documentation.map(|first| format!("{}{first}", &line[..indent])));
                    found.push(format!("{}{}", &line[..indent], head(text, &mut lines)));
                    in_trait |= text.starts_with("pub trait ");
                } else if is_hidden && text.starts_with("pub mod ") {
                    let end = format!("{}}}", &line[..indent]);
                    lines.by_ref().find(|line| *line == end);
                }
                is_hidden = false;
                documentation = None;
            }
        }
    }
    found
}

/// Whether a line of `vocabulary!` names a set of words, or one word and its text.
fn is_word(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_uppercase()) && (text.contains(" is a \"") || text.contains(" = \""))
}

/// An item up to its body or value, which may begin several lines later.
fn head<'a>(first: &'a str, rest: &mut impl Iterator<Item = &'a str>) -> String {
    let mut head = first.to_string();
    let is_whole =
        |text: &str| text.ends_with(['{', ';', '}', ',']) && text.matches('(').count() == text.matches(')').count();
    while !is_whole(&head) && !head.ends_with('[') {
        let Some(next) = rest.next() else { break };
        head += " ";
        head += next.trim();
    }
    if first.contains("const ") && !first.contains("fn ") {
        head.truncate(head.find(" = ").unwrap_or(head.len()));
    }
    head.trim_end_matches(['{', ';', ',']).trim_end().to_string()
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn public_items_are_listed_with_their_blocks_and_hidden_ones_are_not() {
        let rust = "\
//! pub fn not_an_item();
use core::fmt;

#[derive(Clone, Copy)]
pub struct Flow<C: Catalog = Data> {
    pub row: usize,
    index: u16,
}

impl<C: Catalog> Flow<C> {
    /// pub fn not_an_item_either
    #[must_use]
    pub fn long(
        self,
        other: Flow,
    ) -> bool {
        private()
    }

    #[doc(hidden)]
    #[inline]
    pub fn hidden(self) {}

    pub(crate) fn inner(self) {}

    pub const ALL: &'static [Flow] = &[
        Flow,
    ];

    pub const fn id(self) -> C::FlowId {
        self.0
    }
}

pub trait Id {
    const ALL: &'static [Self];
    fn as_str(self) -> &'static str;
    #[doc(hidden)]
    fn hidden(self);
}

impl fmt::Display for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

vocabulary! {
    Direction is a \"direction\" {
        Inbound = \"inbound\",
    }
}

#[doc(hidden)]
#[macro_export]
macro_rules! __id {
    ($name:ident) => {
        impl $name {
            pub fn name(self) {}
        }
    };
}

#[doc(hidden)]
pub mod __private {
    pub fn nothing() {}
}

pub use generated::{Data, FlowId};

#[cfg(test)]
mod tests {
    pub fn nothing() {}
}
";
        assert_eq!(
            lines(rust),
            [
                "#[derive(Clone, Copy)]",
                "pub struct Flow<C: Catalog = Data>",
                "    pub row: usize",
                "impl<C: Catalog> Flow<C>",
                "    /// pub fn not_an_item_either",
                "    pub fn long( self, other: Flow, ) -> bool",
                "    pub const ALL: &'static [Flow]",
                "    pub const fn id(self) -> C::FlowId",
                "pub trait Id",
                "    const ALL: &'static [Self]",
                "    fn as_str(self) -> &'static str",
                "impl fmt::Display for Flow",
                "    Direction is a \"direction\"",
                "        Inbound = \"inbound\"",
                "        impl $name",
                "            pub fn name(self) {}",
                "pub use generated::{Data, FlowId}",
            ]
        );
    }
}
