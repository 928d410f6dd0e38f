//! The traits of `serde` as a bound of [`Id`](crate::Id): none without the feature.

/// An id that serializes and deserializes, if the feature `serde` is enabled.
#[cfg(feature = "serde")]
pub trait SerdeId: ::serde::Serialize + ::serde::de::DeserializeOwned {}

#[cfg(feature = "serde")]
impl<T: ::serde::Serialize + ::serde::de::DeserializeOwned> SerdeId for T {}

/// Any id: the feature `serde` isn't enabled.
#[cfg(not(feature = "serde"))]
pub trait SerdeId {}

#[cfg(not(feature = "serde"))]
impl<T> SerdeId for T {}
