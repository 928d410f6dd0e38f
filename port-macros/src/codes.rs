//! The codes of mistakes in a call of `catalog!`.
//!
//! They are in a file of their own, which the tests include, since a procedural macro crate can't export constants.

port_data::codes! {
    #[doc = "An argument of `catalog!` isn't `dir = \"...\"` or `crate = path`."]
    ARGUMENT = "call-catalog-argument";
    #[doc = "The argument `crate` of `catalog!` isn't a path."]
    PATH_OF_CRATE = "call-catalog-crate-path";
    #[doc = "The directory of `catalog!` isn't a string literal without escapes."]
    NOT_A_LITERAL = "call-catalog-not-a-literal";
    #[doc = "The compiler wasn't started by cargo."]
    NO_CARGO = "call-catalog-no-cargo";
    #[doc = "The path of a table isn't UTF-8."]
    PATH = "call-catalog-path";
}
