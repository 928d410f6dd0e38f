//! The codes of mistakes in a call of `catalog!`.
//!
//! They are in a file of their own, which the tests include, since a procedural macro crate can't export constants.

port_data::codes! {
    #[doc = "The argument of `catalog!` isn't `dir = \"...\"`."]
    ARGUMENT = "call-catalog-argument";
    #[doc = "The directory of `catalog!` isn't a string literal without escapes."]
    NOT_A_LITERAL = "call-catalog-not-a-literal";
    #[doc = "The compiler wasn't started by cargo."]
    NO_CARGO = "call-catalog-no-cargo";
    #[doc = "The path of a table isn't UTF-8."]
    PATH = "call-catalog-path";
}
