//! Closed vocabularies of the engine: enums whose variants have a word for arguments and JSON, and a one-line summary.

/// Defines an enum with `ALL`, `as_str`, `summary`, `Display`, `FromStr` and `Serialize`. The documentation of a variant is its
/// summary, which the command's help shows.
macro_rules! words {
    (
        $(#[$meta:meta])*
        $name:ident is a $kind:literal {
            $(#[doc = $summary:literal] $variant:ident = $word:literal,)+
        }
    ) => {
        $(#[$meta])*
        // Help isn't Markdown.
        #[allow(clippy::doc_markdown)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $(#[doc = $summary] $variant,)+
        }

        impl $name {
            #[doc = concat!("Every ", $kind, ", in order.")]
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The word as arguments and JSON write it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $($name::$variant => $word,)+
                }
            }

            /// What the word means, in one line.
            #[must_use]
            pub fn summary(self) -> &'static str {
                match self {
                    $($name::$variant => $summary.trim_ascii(),)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = port_core::ParseIdError;

            fn from_str(text: &str) -> Result<Self, port_core::ParseIdError> {
                let found = $name::ALL.iter().copied().find(|word| word.as_str() == text);
                found.ok_or_else(|| port_core::ParseIdError::new($kind, text, |text| {
                    port_core::nearest::nearest(text, $name::ALL.iter().map(|word| word.as_str()))
                }))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

pub(crate) use words;
