//! The result of a check of a release, and the files that several checks read.

use port_data::Diagnostic;

/// The result of a check: what was found, or what is missing.
pub(super) type Check = Result<String, Diagnostic>;

/// The snapshots of the public interface, line by line. Removing or changing a line breaks somebody's program.
pub(super) const INTERFACE: [&str; 2] =
    ["tests/snapshots/public_api_of_port-catalog.snap", "tests/snapshots/public_ids_and_their_variants.snap"];
