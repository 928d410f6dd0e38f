//! Tests of the rules as a library: fitting rulesets to formats, and diagnostics.

mod diagnostics;
mod fit;
mod report;
