//! The contents of a port cell.

use port_core::{Groups, PortSpec};

/// The contents of a port cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The specs, in the order of the cell. Their groups are numbered from 0 without gaps.
    ///
    /// The service is the name as printed: `HTTPS`, `NAT-T`. The transport is [`Transport::Any`](port_core::Transport::Any) if
    /// neither the cell nor the protocol column states one for a number. A spec without a number has a service, or is a protocol
    /// without ports; its transport is `None` unless one is stated (`TCP/HTTPS`).
    pub specs: Vec<PortSpec<String>>,
    /// How the groups relate: all are needed only if words such as `and` join them.
    pub groups: Groups,
    /// Why there are no specs. `None` if there are some.
    pub no_port: Option<NoPort>,
    /// Whether the cell calls its number a default.
    pub is_default: bool,
    /// Footnote marks as printed: `*`, `†`, `¹`, `[1]`.
    pub marks: Vec<String>,
    /// All other text, as printed but without the brackets around it: `server mode only`, `or defined by certificate`, `IP 50`,
    /// the host of `host.example:443`.
    pub remarks: Vec<String>,
}

impl Default for Cell {
    fn default() -> Cell {
        Cell {
            specs: Vec::new(),
            groups: Groups::All,
            no_port: None,
            is_default: false,
            marks: Vec::new(),
            remarks: Vec::new(),
        }
    }
}

/// Why a cell has no specs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPort {
    /// The cell is empty or a dash.
    Empty,
    /// The cell is `N/A`.
    NotApplicable,
    /// The cell names a protocol below IP, such as `ETH Layer 0x8890`, which is in the remarks.
    BelowIp,
    /// The cell has words that name no port, such as `See comments`, which are in the remarks.
    Words,
}
