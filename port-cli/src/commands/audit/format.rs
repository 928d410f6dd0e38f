//! The output formats of `audit`.

use clap::ValueEnum;

/// How an audit is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AuditFormat {
    /// Text for people, the most urgent findings and the totals last
    Table,
    /// One object; for several hosts, an object with their list
    Json,
    /// One object per line and finding, for --inventory and --flows
    Jsonl,
    /// One line per finding, for --inventory and --flows
    Csv,
}
