//! Serializes ids as strings, and a flow as `port-catalog list --format json` prints it.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, SerializeStruct, Serializer};

use crate::{Catalog, Edition, Flow, Id, Source};

/// Implements serde's traits for an enum of any catalog.
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
                $crate::__private::deserialize(deserializer, <$name as $crate::Id>::KIND)
            }
        }
    };
}

/// Serializes an iterator as a sequence. Some formats need its length first.
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

impl Serialize for Source {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut source = serializer.serialize_struct("Source", 8)?;
        source.serialize_field("document", self.document)?;
        source.serialize_field("edition", self.edition)?;
        source.serialize_field("url", self.url)?;
        source.serialize_field("section", &self.section)?;
        source.serialize_field("row", &self.row)?;
        source.serialize_field("peer", &self.peer)?;
        source.serialize_field("label", &self.label)?;
        source.serialize_field("ports", &self.ports)?;
        source.end()
    }
}

/// As it displays: `fortimail@6.2.0`.
impl<C: Catalog> Serialize for Edition<C> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<C: Catalog> Serialize for Flow<C> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut flow = serializer.serialize_map(Some(22))?;
        flow.serialize_entry("id", self.id().as_str())?;
        flow.serialize_entry("vendor", self.vendor().as_str())?;
        flow.serialize_entry("product", self.product().as_str())?;
        flow.serialize_entry("edition", self.edition().name())?;
        flow.serialize_entry("direction", &self.direction())?;
        flow.serialize_entry("component", &self.component())?;
        flow.serialize_entry("peer", self.peer().as_str())?;
        flow.serialize_entry("purpose", self.purpose())?;
        flow.serialize_entry("ports", &Sequence(self.ports().map(|spec| spec.map_service(Id::as_str))))?;
        flow.serialize_entry("groups", &self.groups())?;
        flow.serialize_entry("requirement", &self.requirement())?;
        flow.serialize_entry("condition", &self.condition())?;
        flow.serialize_entry("scope", &self.scope())?;
        flow.serialize_entry("enabled", &self.enabled())?;
        flow.serialize_entry("interfaces", &Sequence(self.interfaces()))?;
        flow.serialize_entry("recommended_interface", &self.recommended_interface())?;
        flow.serialize_entry("hosts", &Sequence(self.hosts()))?;
        flow.serialize_entry("configurable", &self.configurable())?;
        flow.serialize_entry("customization", &self.customization())?;
        flow.serialize_entry("note", &self.note())?;
        flow.serialize_entry("curated", &Sequence(self.curated()))?;
        flow.serialize_entry("source", &self.source())?;
        flow.end()
    }
}
