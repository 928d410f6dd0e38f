//! Serializes words as strings, and port specs as `port-catalog list --format json` prints them.

use core::fmt;
use core::marker::PhantomData;
use core::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::{
    Direction, Enabled, Fact, Groups, ParseIdError, PeerKind, PortRange, PortSpec, Requirement, Scope, Transport,
};

/// Deserializes a word or an id from a string.
///
/// # Errors
///
/// The value isn't a string, or isn't a known word or id.
#[doc(hidden)]
pub fn deserialize<'de, T: FromStr<Err = ParseIdError>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct Text<T>(PhantomData<T>);

    impl<T: FromStr<Err = ParseIdError>> Visitor<'_> for Text<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a word or an id of port-catalog")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(E::custom)
        }
    }

    deserializer.deserialize_str(Text(PhantomData))
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
                deserialize(deserializer)
            }
        }
    )+};
}

as_text!(Direction, Enabled, Fact, Groups, PeerKind, Requirement, Scope, Transport);
#[cfg(feature = "upgrade")]
as_text!(crate::ChangeClass);

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
