//! Serialises words and ids as their texts, and a flow as `port-catalog list --format json` shows it.

use core::fmt;
use core::marker::PhantomData;
use core::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, SerializeStruct, Serializer};

use crate::shared::words::{Direction, Fact, PeerKind, PortRange, Requirement, Transport, Unknown};
use crate::{Catalog, Flow, Id, PortSpec, Source};

/// Reads any word or id from a text.
///
/// # Errors
///
/// Where there is no text, or one that is no such word or id.
#[doc(hidden)]
pub fn deserialize<'de, T: FromStr<Err = Unknown>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct Text<T>(PhantomData<T>);

    impl<T: FromStr<Err = Unknown>> Visitor<'_> for Text<T> {
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

as_text!(Direction, Fact, PeerKind, Requirement, Transport);

/// Serialises an enum of any catalog as its ids.
#[doc(hidden)]
#[macro_export]
macro_rules! __serde_id {
    ($name:ident) => {
        impl $crate::__private::serde::Serialize for $name {
            fn serialize<S: $crate::__private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                serializer.serialize_str($crate::Id::as_str(*self))
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::__private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::__private::deserialize(deserializer)
            }
        }
    };
}

/// Serialises an iterator as a sequence. Some formats want to know its length beforehand.
struct Sequence<I>(I);

impl<T: Serialize, I: Iterator<Item = T> + Clone> Serialize for Sequence<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(Some(self.0.clone().count()))?;
        for item in self.0.clone() {
            sequence.serialize_element(&item)?;
        }
        sequence.end()
    }
}

impl<I: Id> Serialize for PortSpec<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut spec = serializer.serialize_struct("PortSpec", 5)?;
        spec.serialize_field("transport", &self.transport())?;
        spec.serialize_field("first", &self.range().map(PortRange::first))?;
        spec.serialize_field("last", &self.range().map(PortRange::last))?;
        spec.serialize_field("service", &self.service().map(Id::as_str))?;
        spec.serialize_field("group", &self.group())?;
        spec.end()
    }
}

impl Serialize for Source {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut source = serializer.serialize_struct("Source", 7)?;
        source.serialize_field("document", self.document)?;
        source.serialize_field("edition", self.edition)?;
        source.serialize_field("section", &self.section)?;
        source.serialize_field("row", &self.row)?;
        source.serialize_field("peer", &self.peer)?;
        source.serialize_field("label", &self.label)?;
        source.serialize_field("ports", &self.ports)?;
        source.end()
    }
}

impl<C: Catalog> Serialize for Flow<C> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut flow = serializer.serialize_map(Some(16))?;
        flow.serialize_entry("id", self.id().as_str())?;
        flow.serialize_entry("vendor", self.vendor().as_str())?;
        flow.serialize_entry("product", self.product().as_str())?;
        flow.serialize_entry("direction", &self.direction())?;
        flow.serialize_entry("peer", self.peer().as_str())?;
        flow.serialize_entry("purpose", self.purpose())?;
        flow.serialize_entry("ports", &Sequence(self.ports()))?;
        flow.serialize_entry("requirement", &self.requirement())?;
        flow.serialize_entry("condition", &self.condition())?;
        flow.serialize_entry("interfaces", &Sequence(self.interfaces()))?;
        flow.serialize_entry("recommended_interface", &self.recommended_interface())?;
        flow.serialize_entry("hosts", &Sequence(self.hosts()))?;
        flow.serialize_entry("configurable", &self.configurable())?;
        flow.serialize_entry("customization", &self.customization())?;
        flow.serialize_entry("curated", &Sequence(self.curated()))?;
        flow.serialize_entry("source", &self.source())?;
        flow.end()
    }
}
