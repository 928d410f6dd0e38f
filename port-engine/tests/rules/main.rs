//! Tests of the rules as a library: fitting rulesets to formats, the rules of upgrades, and diagnostics.

mod changes;
mod diagnostics;
mod fit;
mod report;
