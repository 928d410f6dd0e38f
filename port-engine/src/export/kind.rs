//! What an export must contain at each place, for a comparison and for a dataset.

use port_core::{Direction, Enabled, Fact, Groups, Requirement, Scope, Transport};
use serde_json::Value;

use super::spec::{self, byte, port};

/// How much of an export is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checks {
    /// What a comparison needs. Words and facts may be unknown, since the export may be of another version.
    Comparison,
    /// Everything that a dataset has. Other members are ignored.
    Dataset,
}

/// What a value of an export must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Flows,
    Flow,
    FlowId,
    Word,
    Id,
    Direction,
    Requirement,
    Groups,
    Scope,
    Enabled,
    Edition,
    Facts,
    Fact,
    Texts,
    Text,
    OptionalText,
    Flag,
    Specs,
    Spec,
    OptionalWord,
    OptionalId,
    OptionalTransport,
    OptionalPort,
    OptionalByte,
    Group,
    SmallGroup,
    Source,
    Row,
    Anything,
}

impl Kind {
    /// The kind, as a message names it.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Kind::Flows => "an array of flows",
            Kind::Flow => "a flow",
            Kind::FlowId | Kind::Id => "an id",
            Kind::Word => "a word",
            Kind::Direction => "a direction",
            Kind::Requirement => "a requirement",
            Kind::Groups => "a relation of groups",
            Kind::Scope => "a scope",
            Kind::Enabled => "a default state",
            Kind::Edition => "an edition",
            Kind::Facts => "a list of facts",
            Kind::Fact => "a fact",
            Kind::Texts => "a list of strings",
            Kind::Text => "a string",
            Kind::OptionalText => "a string or null",
            Kind::Flag => "true or false",
            Kind::Specs => "a list of port specs",
            Kind::Spec => "a port spec",
            Kind::OptionalWord => "a word or null",
            Kind::OptionalId => "an id or null",
            Kind::OptionalTransport => "a transport or null",
            Kind::OptionalPort => "a port or null",
            Kind::OptionalByte => "a number or null",
            Kind::Group | Kind::SmallGroup => "the number of a group",
            Kind::Source => "a source",
            Kind::Row => "a row number",
            Kind::Anything => "JSON",
        }
    }

    /// What to write, if the noun doesn't say it.
    pub(super) fn help(self, checks: Checks) -> Option<String> {
        let words = |words: Vec<&str>| format!("use one of {}", words.join(", "));
        let help = match self {
            Kind::Flows => "write the export with `port-catalog list --format json`".to_string(),
            Kind::Flow | Kind::Spec | Kind::Source => {
                let (last, first) = self.required(checks).split_last()?;
                format!("{} has {} and {last}", self.noun(), first.join(", "))
            }
            Kind::FlowId | Kind::Id | Kind::OptionalId => "use lowercase letters, digits and hyphens".to_string(),
            Kind::Word | Kind::OptionalWord => "use lowercase letters, digits, hyphens and underscores".to_string(),
            Kind::Direction => words(Direction::ALL.iter().map(|word| word.as_str()).collect()),
            Kind::Requirement => words(Requirement::ALL.iter().map(|word| word.as_str()).collect()),
            Kind::Groups => words(Groups::ALL.iter().map(|word| word.as_str()).collect()),
            Kind::Scope => words(Scope::ALL.iter().map(|word| word.as_str()).collect()),
            Kind::Enabled => words(Enabled::ALL.iter().map(|word| word.as_str()).collect()),
            Kind::Edition => "use lowercase letters, digits, dots and hyphens, such as 6.2.0".to_string(),
            Kind::Fact => words(Fact::ALL.iter().map(|word| word.as_str()).collect()),
            Kind::OptionalTransport => words(Transport::ALL.iter().map(|word| word.as_str()).collect()),
            Kind::OptionalPort => "use a number from 1 to 65535".to_string(),
            Kind::Group => "use a number from 0".to_string(),
            Kind::SmallGroup | Kind::OptionalByte => "use a number from 0 to 255".to_string(),
            Kind::Row => "use a number from 1".to_string(),
            _ => return None,
        };
        Some(help)
    }

    /// The kind of a member of an object of this kind.
    pub(super) fn member(self, name: &str, checks: Checks) -> Kind {
        let is_dataset = checks == Checks::Dataset;
        match (self, name) {
            (Kind::Flow, "id") => Kind::FlowId,
            (Kind::Flow, "ports") => Kind::Specs,
            (Kind::Flow, "hosts" | "interfaces") => Kind::Texts,
            (Kind::Flow, "direction") if is_dataset => Kind::Direction,
            (Kind::Flow, "vendor" | "product" | "peer") if is_dataset => Kind::Id,
            (Kind::Flow, "purpose") if is_dataset => Kind::Text,
            (Kind::Flow, "requirement") if is_dataset => Kind::Requirement,
            (Kind::Flow, "edition") if is_dataset => Kind::Edition,
            (Kind::Flow, "groups") if is_dataset => Kind::Groups,
            (Kind::Flow, "scope") if is_dataset => Kind::Scope,
            (Kind::Flow, "enabled") if is_dataset => Kind::Enabled,
            (Kind::Flow, "condition" | "recommended_interface" | "customization" | "note") if is_dataset => {
                Kind::OptionalText
            }
            (Kind::Flow, "configurable") if is_dataset => Kind::Flag,
            (Kind::Flow, "curated") if is_dataset => Kind::Facts,
            (Kind::Flow, "source") if is_dataset => Kind::Source,
            (Kind::Flow, "product" | "direction" | "peer") => Kind::Word,
            // In a comparison, these words of a flow may be unknown.
            (Kind::Flow, "edition" | "groups" | "scope" | "enabled") | (Kind::Source, "document" | "edition") => {
                Kind::Text
            }
            (Kind::Source, "url" | "section" | "peer" | "label" | "ports") => Kind::OptionalText,
            (Kind::Source, "row") => Kind::Row,
            (Kind::Spec, "transport") if is_dataset => Kind::OptionalTransport,
            (Kind::Flow, "component") | (Kind::Spec, "service") if is_dataset => Kind::OptionalId,
            (Kind::Spec, "group") if is_dataset => Kind::SmallGroup,
            (Kind::Flow, "component") | (Kind::Spec, "transport" | "service") => Kind::OptionalWord,
            (Kind::Spec, "first" | "last") => Kind::OptionalPort,
            (Kind::Spec, "ip_protocol" | "icmp_type") => Kind::OptionalByte,
            (Kind::Spec, "group") => Kind::Group,
            _ => Kind::Anything,
        }
    }

    /// The kind of the items of a list of this kind; `None` if it isn't a list.
    pub(super) fn item(self) -> Option<Kind> {
        match self {
            Kind::Flows => Some(Kind::Flow),
            Kind::Specs => Some(Kind::Spec),
            Kind::Texts => Some(Kind::Text),
            Kind::Facts => Some(Kind::Fact),
            Kind::Anything => Some(Kind::Anything),
            _ => None,
        }
    }

    /// Whether it is an object.
    pub(super) fn is_object(self) -> bool {
        matches!(self, Kind::Flow | Kind::Spec | Kind::Source | Kind::Anything)
    }

    /// The members that an object of this kind must have.
    pub(super) fn required(self, checks: Checks) -> &'static [&'static str] {
        match (self, checks) {
            (Kind::Flow, Checks::Comparison) => &["id", "product", "direction", "peer", "ports"],
            (Kind::Flow, Checks::Dataset) => {
                &["id", "vendor", "product", "direction", "peer", "purpose", "ports", "requirement", "source"]
            }
            (Kind::Spec, _) => &spec::MEMBERS,
            (Kind::Source, _) => &["document", "edition", "row"],
            _ => &[],
        }
    }

    /// Whether a value that isn't a list or an object is of this kind.
    pub(super) fn admits(self, value: &Value) -> bool {
        let text = value.as_str();
        match self {
            Kind::FlowId | Kind::Word => text.is_some_and(is_word),
            Kind::Id => text.is_some_and(is_id),
            Kind::OptionalWord => value.is_null() || text.is_some_and(is_word),
            Kind::OptionalId => value.is_null() || text.is_some_and(is_id),
            Kind::Direction => text.is_some_and(|text| text.parse::<Direction>().is_ok()),
            Kind::Requirement => text.is_some_and(|text| text.parse::<Requirement>().is_ok()),
            Kind::Groups => text.is_some_and(|text| text.parse::<Groups>().is_ok()),
            Kind::Scope => text.is_some_and(|text| text.parse::<Scope>().is_ok()),
            Kind::Enabled => text.is_some_and(|text| text.parse::<Enabled>().is_ok()),
            Kind::Edition => text.is_some_and(|text| port_data::id::check_edition_id(text).is_ok()),
            Kind::Fact => text.is_some_and(|text| text.parse::<Fact>().is_ok()),
            Kind::OptionalTransport => value.is_null() || text.is_some_and(|text| text.parse::<Transport>().is_ok()),
            Kind::Text => value.is_string(),
            Kind::OptionalText => value.is_null() || value.is_string(),
            Kind::Flag => value.is_boolean(),
            Kind::OptionalPort => value.is_null() || port(value).is_some(),
            Kind::OptionalByte => value.is_null() || byte(value).is_some(),
            Kind::Group => value.is_u64(),
            Kind::SmallGroup => value.as_u64().is_some_and(|group| u8::try_from(group).is_ok()),
            Kind::Row => value.as_u64().and_then(|row| u32::try_from(row).ok()).is_some_and(|row| row > 0),
            Kind::Anything => true,
            Kind::Flows | Kind::Flow | Kind::Texts | Kind::Facts | Kind::Specs | Kind::Spec | Kind::Source => false,
        }
    }
}

/// Whether a text can be a word of this version or another.
fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
}

/// Whether a text can be an id.
fn is_id(text: &str) -> bool {
    is_word(text) && !text.contains('_')
}
