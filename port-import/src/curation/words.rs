//! The typed values of a curation file: words of a vocabulary, layouts, and port expressions.

use std::collections::BTreeSet;
use std::str::FromStr;

use port_core::{Groups, ParseIdError, PortSpec, Transport};
use port_data::Diagnostic;
use port_data::hidden::QuotedAscii;
use port_data::id::check_id;
use port_data::port_expression;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::FIXME;
use crate::page::Layout;

/// Port specs written as an expression, such as `tcp/25 smtp | tcp/465`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortList {
    /// The expression.
    pub text: String,
    /// What it says.
    pub specs: Vec<PortSpec<String>>,
    /// Whether all groups of the specs are needed.
    pub groups: Groups,
}

impl<'de> Deserialize<'de> for PortList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<PortList, D::Error> {
        let text = String::deserialize(deserializer)?;
        // A draft is read too. Its marks are reported on their own.
        if text == FIXME {
            return Ok(PortList { text, specs: Vec::new(), groups: Groups::All });
        }
        match port_expression::parse(&text, |id, _| check_id(id)) {
            Ok((specs, groups)) => Ok(PortList { text, specs, groups }),
            Err(problems) => {
                let problems = problems.iter().map(|(_, problem)| Diagnostic::text(problem));
                Err(D::Error::custom(problems.collect::<Vec<_>>().join(", ")))
            }
        }
    }
}

impl PortList {
    /// The numbers in it, as they are written: `5900` and `100` of `tcp/5900+100`, `8` of `icmp/8`.
    pub fn numbers(&self) -> BTreeSet<String> {
        self.numbers_after(|_| true)
    }

    /// The numbers of ports and counts.
    pub fn port_numbers(&self) -> BTreeSet<String> {
        self.numbers_after(Transport::has_ports)
    }

    fn numbers_after(&self, is_wanted: impl Fn(Transport) -> bool) -> BTreeSet<String> {
        let specs = self.text.split([',', ';', '|']).map(str::trim);
        let of_spec = |spec: &str| {
            let (transport, numbers) = spec.split(' ').next()?.split_once('/')?;
            let is_wanted = transport.parse().is_ok_and(&is_wanted);
            is_wanted.then(|| numbers.split(['-', '+']).map(str::to_string).collect::<Vec<_>>())
        };
        specs.filter_map(of_spec).flatten().collect()
    }

    /// Whether a service is written after the spec that begins with a port.
    pub fn has_service(&self, port: &str, service: &str) -> bool {
        self.specs.iter().any(|spec| {
            let first = spec.range().map(|range| range.first().to_string());
            first.as_deref() == Some(port) && spec.service_ref().is_some_and(|own| own == service)
        })
    }
}

/// What a list of ports without a word between them means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lists {
    /// All of the ports are needed.
    All,
    /// Any one of them is enough.
    Alternatives,
}

pub(super) fn lists<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Lists>, D::Error> {
    match String::deserialize(deserializer)?.as_str() {
        "all" => Ok(Some(Lists::All)),
        "alternatives" => Ok(Some(Lists::Alternatives)),
        text => {
            Err(D::Error::custom(format!("unknown meaning of a list {}; write all or alternatives", QuotedAscii(text))))
        }
    }
}

pub(super) fn layout<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Layout, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(D::Error::custom)
}

/// A word of the catalog's vocabulary.
pub(super) fn word<'de, D: Deserializer<'de>, T: FromStr<Err = ParseIdError>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text == FIXME {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|error: ParseIdError| {
        let message = format!("unknown {} {}", error.kind(), QuotedAscii(&text));
        let help = error.nearest().map(|nearest| format!("; did you mean \"{nearest}\"?"));
        D::Error::custom(message + &help.unwrap_or_default())
    })
}

/// A text as a TOML string. Rust's own quotes escape some letters in a form that TOML doesn't have.
#[must_use]
pub fn quote(text: &str) -> String {
    toml::Value::from(text).to_string()
}
