//! How to write rules: options that only some formats have, and names for tables and chains.

use std::fmt;
use std::str::FromStr;

use super::target::Target;

/// How to write rules. Every option that is set has to be one that the format has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutputOptions {
    /// The platform. `None` means the first target of the format.
    pub target: Option<Target>,
    /// Log what no rule allows.
    pub log: bool,
    /// Count the packets and bytes of each rule.
    pub counter: bool,
    /// Allow queries to the cluster's name servers.
    pub allow_dns: bool,
    /// The table that contains the chains. `None` means the usual one.
    pub table: Option<TableName>,
    /// The beginning of the names of the chains. `None` means the ruleset's name.
    pub chain: Option<ChainPrefix>,
}

/// An option that only some formats have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputOption {
    /// `--log`
    Log,
    /// `--counter`
    Counter,
    /// `--allow-dns`
    AllowDns,
    /// `--table`
    Table,
    /// `--chain`
    Chain,
}

impl OutputOption {
    /// The option as the command spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            OutputOption::Log => "--log",
            OutputOption::Counter => "--counter",
            OutputOption::AllowDns => "--allow-dns",
            OutputOption::Table => "--table",
            OutputOption::Chain => "--chain",
        }
    }
}

impl OutputOptions {
    /// The options that are set.
    pub fn set(&self) -> impl Iterator<Item = OutputOption> {
        let all = [
            (self.log, OutputOption::Log),
            (self.counter, OutputOption::Counter),
            (self.allow_dns, OutputOption::AllowDns),
            (self.table.is_some(), OutputOption::Table),
            (self.chain.is_some(), OutputOption::Chain),
        ];
        all.into_iter().filter(|(is_set, _)| *is_set).map(|(_, option)| option)
    }

    /// The beginning of the names of the chains of a ruleset with this name.
    #[must_use]
    pub fn chain_prefix<'a>(&'a self, ruleset: &'a str) -> &'a str {
        self.chain.as_ref().map_or(ruleset, ChainPrefix::as_str)
    }
}

/// The name of a table that nft accepts without quotes.
///
/// ```
/// use port_engine::rules::output_options::TableName;
///
/// assert_eq!("port_catalog".parse::<TableName>().unwrap().as_str(), "port_catalog");
/// assert!("set".parse::<TableName>().is_err(), "a keyword of nft");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableName(String);

/// The longest name of a table, in characters.
const LONGEST_TABLE: usize = 80;

/// The words that nft doesn't accept as the name of a table: those of nft 1.0.6, then those that later versions have added.
pub const NFT_KEYWORDS: &[&str] = &[
    "accept",
    "add",
    "ah",
    "all",
    "and",
    "arp",
    "auto-merge",
    "bridge",
    "cgroup",
    "chain",
    "comment",
    "comp",
    "constant",
    "continue",
    "counter",
    "cpu",
    "create",
    "ct",
    "day",
    "dccp",
    "define",
    "delete",
    "describe",
    "device",
    "devices",
    "dnat",
    "drop",
    "dst",
    "dup",
    "dynamic",
    "ecn",
    "element",
    "elements",
    "eq",
    "esp",
    "ether",
    "exists",
    "expires",
    "export",
    "exthdr",
    "fib",
    "flags",
    "flow",
    "flowtable",
    "flush",
    "frag",
    "fwd",
    "gc-interval",
    "ge",
    "get",
    "goto",
    "gt",
    "handle",
    "hbh",
    "hook",
    "hour",
    "ibriport",
    "ibrname",
    "icmp",
    "icmpv6",
    "igmp",
    "iif",
    "iifgroup",
    "iifname",
    "iiftype",
    "import",
    "include",
    "index",
    "inet",
    "insert",
    "interval",
    "ip",
    "ip6",
    "ipsec",
    "jhash",
    "jump",
    "last",
    "le",
    "limit",
    "list",
    "log",
    "lshift",
    "lt",
    "map",
    "mark",
    "masquerade",
    "meta",
    "meter",
    "mh",
    "missing",
    "monitor",
    "ne",
    "netdev",
    "nftrace",
    "not",
    "notrack",
    "numgen",
    "obriport",
    "obrname",
    "offload",
    "oif",
    "oifgroup",
    "oifname",
    "oiftype",
    "or",
    "osf",
    "pkttype",
    "policy",
    "position",
    "priority",
    "queue",
    "quota",
    "random",
    "redefine",
    "redirect",
    "reject",
    "rename",
    "replace",
    "reset",
    "return",
    "rshift",
    "rt",
    "rt0",
    "rt2",
    "rtclassid",
    "rule",
    "ruleset",
    "sctp",
    "secmark",
    "set",
    "size",
    "skgid",
    "skuid",
    "snat",
    "socket",
    "srh",
    "symhash",
    "synproxy",
    "table",
    "tcp",
    "th",
    "time",
    "timeout",
    "tproxy",
    "type",
    "typeof",
    "udp",
    "udplite",
    "undefine",
    "update",
    "vlan",
    "vmap",
    "xor",
    "xt",
    "destroy",
    "geneve",
    "gre",
    "gretap",
    "vni",
    "vxlan",
    "xfrm",
    "tunnel",
];

impl TableName {
    /// The name as a text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TableName {
    type Err = ParseTableError;

    fn from_str(text: &str) -> Result<TableName, ParseTableError> {
        let is_valid = is_identifier(text, LONGEST_TABLE) && !NFT_KEYWORDS.contains(&text);
        if is_valid { Ok(TableName(text.to_string())) } else { Err(ParseTableError) }
    }
}

/// The beginning of the names of chains, which `-inbound` or `-out` follows: short enough for iptables.
///
/// ```
/// use port_engine::rules::output_options::ChainPrefix;
///
/// assert_eq!("MAIL_GATEWAY".parse::<ChainPrefix>().unwrap().as_str(), "MAIL_GATEWAY");
/// assert!("mail gateway".parse::<ChainPrefix>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainPrefix(String);

/// The longest prefix: iptables has a limit of 28 characters for the name of a chain, of which `-out` needs 4.
const LONGEST_PREFIX: usize = 24;

impl ChainPrefix {
    /// The prefix as a text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ChainPrefix {
    type Err = ParseChainError;

    fn from_str(text: &str) -> Result<ChainPrefix, ParseChainError> {
        if is_identifier(text, LONGEST_PREFIX) { Ok(ChainPrefix(text.to_string())) } else { Err(ParseChainError) }
    }
}

/// Whether a text is a letter, then letters, digits, `_` and `-`, and at most `max` characters long.
fn is_identifier(text: &str, max: usize) -> bool {
    text.len() <= max
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|character| character.is_ascii_alphanumeric() || matches!(character, '_' | '-'))
}

/// A text that isn't a valid name for a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseTableError;

impl fmt::Display for ParseTableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "write at most {LONGEST_TABLE} letters, digits, _ and -, beginning with a letter, but no keyword of nft"
        )
    }
}

impl std::error::Error for ParseTableError {}

/// A text that isn't a valid beginning for names of chains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseChainError;

impl fmt::Display for ParseChainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "write at most {LONGEST_PREFIX} letters, digits, _ and -, beginning with a letter")
    }
}

impl std::error::Error for ParseChainError {}
