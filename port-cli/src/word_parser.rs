//! Parses the words of closed vocabularies in arguments.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use port_core::{Direction, Requirement};
use port_engine::audit::address_family::AddressFamily;
use port_engine::audit::inventory::finding::FindingKind;
use port_engine::diagram::DiagramFormat;
use port_engine::diff::Impact;
use port_engine::rules::formats::RulesFormat;
use port_engine::rules::options::{Alternatives, FirewallLocation, UnnamedPeers, UnstatedTransport};
use port_engine::rules::target::Target;

/// A vocabulary whose words are possible values of an argument.
pub trait Vocabulary: Copy + Send + Sync + 'static {
    /// Every word.
    fn all() -> &'static [Self];
    /// The word as arguments write it.
    fn word(self) -> &'static str;
    /// What the help says about the word; empty for nothing.
    fn summary(self) -> &'static str {
        ""
    }
}

impl Vocabulary for Direction {
    fn all() -> &'static [Direction] {
        Direction::ALL
    }

    fn word(self) -> &'static str {
        self.as_str()
    }
}

impl Vocabulary for Requirement {
    fn all() -> &'static [Requirement] {
        Requirement::ALL
    }

    fn word(self) -> &'static str {
        self.as_str()
    }
}

/// Implements [`Vocabulary`] for the engine's enums, which have `ALL`, `as_str` and `summary`.
macro_rules! vocabulary {
    ($($name:ty),+ $(,)?) => {$(
        impl Vocabulary for $name {
            fn all() -> &'static [$name] {
                <$name>::ALL
            }

            fn word(self) -> &'static str {
                self.as_str()
            }

            fn summary(self) -> &'static str {
                <$name>::summary(self)
            }
        }
    )+};
}

vocabulary!(
    AddressFamily,
    Alternatives,
    DiagramFormat,
    FirewallLocation,
    FindingKind,
    Impact,
    RulesFormat,
    Target,
    UnnamedPeers,
    UnstatedTransport,
    port_engine::audit::verdict::Failure,
    port_engine::conflicts::ConflictFinding,
);

/// The parser of an argument that is a word of a vocabulary.
pub fn words<V: Vocabulary>() -> impl TypedValueParser<Value = V> {
    let values = V::all().iter().map(|word| {
        let value = clap::builder::PossibleValue::new(word.word());
        match word.summary() {
            "" => value,
            summary => value.help(summary),
        }
    });
    PossibleValuesParser::new(values).map(|text| {
        let found = V::all().iter().copied().find(|word| word.word() == text);
        found.expect("clap only accepts possible values")
    })
}
