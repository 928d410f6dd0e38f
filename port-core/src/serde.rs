//! Serializes words as strings, and port specs as `port-catalog list --format json` prints them.

use core::fmt;
use core::marker::PhantomData;
use core::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::{
    Direction, Enabled, Fact, Groups, ParseIdError, PeerKind, PortRange, PortRangeError, PortSpec, Requirement, Scope,
    Transport,
};

/// Deserializes a word or an id from a string. `kind` is what errors say was expected.
///
/// # Errors
///
/// The value isn't a string, or isn't a known word or id.
#[doc(hidden)]
pub fn deserialize<'de, T: FromStr<Err = ParseIdError>, D: Deserializer<'de>>(
    deserializer: D,
    kind: &'static str,
) -> Result<T, D::Error> {
    struct Text<T> {
        kind: &'static str,
        value: PhantomData<T>,
    }

    impl<T: FromStr<Err = ParseIdError>> Visitor<'_> for Text<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "a {}", self.kind)
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(E::custom)
        }
    }

    deserializer.deserialize_str(Text { kind, value: PhantomData })
}

macro_rules! as_text {
    ($($name:ty),+) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserialize(deserializer, <$name>::KIND)
            }
        }
    )+};
}

as_text!(Direction, Enabled, Fact, Groups, PeerKind, Requirement, Scope, Transport);
#[cfg(feature = "upgrade")]
as_text!(crate::ChangeClass);

impl Serialize for PortRange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PortRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Range;

        impl Visitor<'_> for Range {
            type Value = PortRange;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a port or a range of ports such as \"8000-8100\"")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<PortRange, E> {
                text.parse().map_err(|error| E::custom(format_args!("{error} (found {text:?})")))
            }

            fn visit_u64<E: Error>(self, port: u64) -> Result<PortRange, E> {
                let port = u16::try_from(port).map_err(|_| PortRangeError::TooLarge);
                let range = port.and_then(PortRange::try_from);
                range.map_err(E::custom)
            }
        }

        if deserializer.is_human_readable() {
            deserializer.deserialize_any(Range)
        } else {
            deserializer.deserialize_str(Range)
        }
    }
}

impl<S: Serialize> Serialize for PortSpec<S> {
    fn serialize<W: Serializer>(&self, serializer: W) -> Result<W::Ok, W::Error> {
        // Protocols without ports have two more fields.
        let is_portless = self.transport().is_some_and(|transport| !transport.has_ports());
        let mut spec = serializer.serialize_struct("PortSpec", if is_portless { 7 } else { 5 })?;
        spec.serialize_field("transport", &self.transport())?;
        spec.serialize_field("first", &self.range().map(PortRange::first))?;
        spec.serialize_field("last", &self.range().map(PortRange::last))?;
        spec.serialize_field("service", &self.service_ref())?;
        spec.serialize_field("group", &self.group())?;
        if is_portless {
            spec.serialize_field("ip_protocol", &self.ip_protocol())?;
            spec.serialize_field("icmp_type", &self.icmp_type())?;
        }
        spec.end()
    }
}
