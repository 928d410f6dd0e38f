//! The public interface of port-catalog, line by line: what must stay for a program that uses it to compile.
//!
//! Read from the sources as rustfmt lays them out, and so the same with every compiler. Half of the interface is written by macros
//! of ours, whose bodies are read like all else. The variants of ids stand in a snapshot of their own.

use std::fs;
use std::io;
use std::path::Path;

/// The files with items that `lib.rs` lets out, itself among them, and what `catalog!` makes.
pub const FILES: [&str; 8] = [
    "port-catalog/src/lib.rs",
    "port-catalog/src/catalog.rs",
    "port-catalog/src/flow.rs",
    "port-catalog/src/query.rs",
    "port-catalog/src/serde.rs",
    "port-catalog/src/shared/expression.rs",
    "port-catalog/src/shared/words.rs",
    "port-data/expanded.rs",
];

/// The public interface of the workspace at this place.
///
/// # Errors
///
/// Where a file cannot be read.
pub fn public(root: &Path) -> io::Result<String> {
    let mut interface = String::from("A line that goes or changes breaks those who use the catalog.\n");
    for file in FILES {
        interface += &format!("\n{file}\n");
        for line in lines(&fs::read_to_string(root.join(file))?) {
            interface += &format!("  {line}\n");
        }
    }
    Ok(interface)
}

/// What a file of Rust lets out: each item's head in one line, under that of the block it stands in.
#[must_use]
pub fn lines(rust: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut is_hidden = false;
    let mut in_trait = false;
    let mut lines = rust.lines();
    while let Some(line) = lines.next() {
        let (text, indent) = (line.trim(), line.len() - line.trim_start().len());
        match text {
            "#[doc(hidden)]" => is_hidden = true,
            "#[cfg(test)]" => break,
            "}" if indent == 0 => in_trait = false,
            _ if text.starts_with("//") => {}
            // Who uses the catalog may use these too, but is told nothing by their order.
            _ if text.starts_with("#[derive(") || text == "#[non_exhaustive]" => found.push(text.to_string()),
            _ if text.starts_with("#[") => {}
            _ => {
                let is_head = text.starts_with("pub ")
                    || text.starts_with("impl")
                    || in_trait && ["fn ", "const ", "type "].iter().any(|item| text.starts_with(item))
                    || is_word(text);
                if is_head && !is_hidden {
                    found.push(format!("{}{}", &line[..indent], head(text, &mut lines)));
                    in_trait |= text.starts_with("pub trait ");
                } else if is_hidden && text.starts_with("pub mod ") {
                    let end = format!("{}}}", &line[..indent]);
                    lines.by_ref().find(|line| *line == end);
                }
                is_hidden = false;
            }
        }
    }
    found
}

/// Whether a line names a set of words, or one of them and its text, as the macro for words has them.
fn is_word(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_uppercase()) && (text.contains(" is a \"") || text.contains(" = \""))
}

/// An item up to its body or value, which may be several lines further on.
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
    fn what_is_public_is_listed_with_its_block_and_what_is_hidden_is_not() {
        let rust = "\
//! pub fn not_this();
use core::fmt;

#[derive(Clone, Copy)]
pub struct Flow<C: Catalog = Data> {
    pub row: usize,
    place: u16,
}

impl<C: Catalog> Flow<C> {
    /// pub fn nor this
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

words! {
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

pub use published::{Data, FlowId};

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
                "pub use published::{Data, FlowId}",
            ]
        );
    }
}
