//! What may be asked: the commands and their options, and the parsers of what they take.

use std::ffi::{OsStr, OsString};
use std::fmt::Display;
use std::marker::PhantomData;
use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Args, Command, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use port_catalog::{Direction, FlowId, Peer, Product, Service, Transport, Unknown, Vendor};
use port_data::hidden::Shown;

use crate::{diagram, diff};

/// The network ports that vendors' products require, with the source of every fact
#[derive(Debug, Parser)]
#[command(name = "port-catalog", version, max_term_width = 100)]
#[command(after_help = "\
Exit codes: 0 done, also where nothing was found; 1 what --fail-on names was found; 2 wrong arguments or input, with the \
reason on standard error and nothing on standard output; 3 something was dropped from rules under --strict.

Examples:
  port-catalog port 8013                              who uses 8013?
  port-catalog list --product fortimail --direction inbound
  port-catalog list --peer ldap-server --format csv
  port-catalog show fortimail-in-email-client-pop3    one flow, with its source
  port-catalog diagram --product fortimail > fortimail.mmd")]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Request,
}

/// A command.
#[derive(Debug, Subcommand)]
pub enum Request {
    /// List flows: all of them, or those that fit every option
    #[command(after_help = "Examples:
  port-catalog list --product securitygateway --direction outbound
  port-catalog list --vendor fortinet --port 514/udp
  port-catalog list --host mdaemon.com    hosts of that name and under it
  port-catalog list --format json > flows.json")]
    List {
        /// Which flows.
        #[command(flatten)]
        filter: Filter,
        /// How to print them.
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// Say who uses a port, in every product
    #[command(after_help = "Examples:
  port-catalog port 8013
  port-catalog port 514/udp")]
    Port {
        /// A port, with or without a transport: 8013, 8013/tcp
        #[arg(value_name = "PORT[/TRANSPORT]")]
        port: Port,
        /// How to print the flows.
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// Show one flow, with its source
    #[command(after_help = "Example:
  port-catalog show fortimail-in-email-client-pop3")]
    Show {
        /// The flow's id, as `list` prints it
        #[arg(value_name = "FLOW-ID", value_parser = OneOf::<FlowId>::new(), hide_possible_values = true)]
        id: FlowId,
        /// How to print it.
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// List the products, with their documents and editions
    #[command(after_help = "Examples:
  port-catalog products
  port-catalog products --format json")]
    Products {
        /// How to print them.
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// Compare what a product's document lists with what is open on its machine
    #[command(after_help = crate::audit::call::AFTER_HELP)]
    Audit(crate::audit::call::Call),
    /// Say which ports of products on one host collide
    #[command(after_help = crate::conflicts::call::AFTER_HELP)]
    Conflicts(crate::conflicts::call::Call),
    /// Write rules that let a product's flows through a firewall
    #[command(after_help = crate::rules::choices::HELP)]
    Rules(crate::rules::choices::Request),
    /// Compare two exports of the catalog, and say what changes at the firewalls
    #[command(after_help = diff::call::HELP)]
    Diff(diff::call::Call),
    /// Draw a product, its peers, and what flows between them
    #[command(after_help = diagram::HELP)]
    Diagram(diagram::Call),
    /// Print the manual, a page for each command
    #[command(after_help = "Examples:
  port-catalog manual | man -l -
  port-catalog manual --out ~/.local/share/man/man1    for man port-catalog-list")]
    Manual {
        /// Write each page into a file of this folder, and print their names
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// Print the JSON Schema of what `list --format json` prints
    #[command(after_help = "Example:
  port-catalog schema > flow.schema.json")]
    Schema,
    /// Print the completions of a shell
    #[command(after_help = "Example:
  port-catalog completions bash > ~/.local/share/bash-completion/completions/port-catalog")]
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: Shell,
    },
}

/// Which flows: those that fit all that is given.
#[derive(Debug, Default, Args)]
pub struct Filter {
    /// Only flows of this product
    #[arg(long, value_parser = OneOf::<Product>::new())]
    pub product: Option<Product>,
    /// Only flows of this vendor's products
    #[arg(long, value_parser = OneOf::<Vendor>::new())]
    pub vendor: Option<Vendor>,
    /// Only flows that the peer opens (inbound), or the product (outbound)
    #[arg(long, value_parser = OneOf::<Direction>::new())]
    pub direction: Option<Direction>,
    /// Only flows to and from this peer
    #[arg(long, value_parser = OneOf::<Peer>::new(), hide_possible_values = true)]
    pub peer: Option<Peer>,
    /// Only flows that speak this service on one of their ports
    #[arg(long, value_parser = OneOf::<Service>::new(), hide_possible_values = true)]
    pub service: Option<Service>,
    /// Only flows that use this port; a flow without a stated transport counts for TCP and for UDP
    #[arg(long, value_name = "PORT[/TRANSPORT]")]
    pub port: Option<Port>,
    /// Only flows to this host, or to hosts under this name
    #[arg(long)]
    pub host: Option<String>,
}

/// How an answer is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people: as wide as the terminal, plain where it goes to a file or a pipe
    Table,
    /// One array
    Json,
    /// One object a line
    Jsonl,
    /// One line each, below a header; what a spreadsheet would take for a formula is behind an apostrophe
    Csv,
    /// A table for a document
    Markdown,
}

/// A port as one asks for it: with a transport, or with any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Port {
    /// The transport; `any` where none was given.
    pub transport: Transport,
    /// The number, 1 to 65535.
    pub number: u16,
}

impl FromStr for Port {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (number, transport) = match text.split_once('/') {
            Some((number, transport)) => (number, transport.parse().ok()),
            None => (text, Some(Transport::Any)),
        };
        let digits = number.bytes().all(|byte| byte.is_ascii_digit());
        let number = number.parse().ok().filter(|number| digits && *number != 0);
        match (number, transport.filter(|transport| transport.has_ports())) {
            (Some(number), Some(transport)) => Ok(Port { transport, number }),
            (None, _) => Err("expected a port from 1 to 65535, such as 443 or 443/tcp".to_string()),
            (_, None) => Err("expected tcp, udp or any after the port, such as 443/tcp".to_string()),
        }
    }
}

impl Display for Port {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.transport {
            Transport::Any => write!(f, "{}", self.number),
            transport => write!(f, "{}/{transport}", self.number),
        }
    }
}

/// A word or an id that has a list of all: completions offer them, and an unknown one is answered with the nearest.
#[derive(Debug)]
pub struct OneOf<T>(PhantomData<T>);

impl<T> Clone for OneOf<T> {
    fn clone(&self) -> Self {
        OneOf(PhantomData)
    }
}

impl<T> OneOf<T> {
    /// The parser of a `T`.
    pub fn new() -> Self {
        OneOf(PhantomData)
    }
}

impl<T> Default for OneOf<T> {
    fn default() -> Self {
        OneOf::new()
    }
}

/// What has a list of all.
pub trait Listed: FromStr<Err = Unknown> + Clone + Send + Sync + 'static {
    /// The texts of all.
    fn texts() -> Vec<&'static str>;
}

macro_rules! listed {
    ($($name:ty),+) => {$(
        impl Listed for $name {
            fn texts() -> Vec<&'static str> {
                <$name>::ALL.iter().map(|one| one.as_str()).collect()
            }
        }
    )+};
}

listed!(Direction, FlowId, Peer, Product, Service, Vendor);

impl<T: Listed> TypedValueParser for OneOf<T> {
    type Value = T;

    fn parse_ref(&self, command: &Command, argument: Option<&Arg>, value: &OsStr) -> Result<T, clap::Error> {
        let text = value.to_string_lossy();
        text.parse().map_err(|unknown: Unknown| {
            let mut error = clap::Error::new(ErrorKind::InvalidValue).with_cmd(command);
            let name = argument.map(ToString::to_string).unwrap_or_default();
            error.insert(ContextKind::InvalidArg, ContextValue::String(name));
            // One that looks like a word that is known is told with what makes it another.
            error.insert(ContextKind::InvalidValue, ContextValue::String(ascii(&text)));
            let suggested = suggestions(&text, &T::texts(), unknown);
            error.insert(ContextKind::SuggestedValue, ContextValue::Strings(suggested));
            error
        })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue>>> {
        Some(Box::new(T::texts().into_iter().map(PossibleValue::new)))
    }
}

/// A text with what is no character of ASCII as what it is.
fn ascii(text: &str) -> String {
    let escape = |character: char| match character.is_ascii() {
        true => character.to_string(),
        false => character.escape_default().to_string(),
    };
    text.chars().map(escape).collect()
}

/// What a text that is unknown may have meant: the names that it is a part of, or else the nearest.
fn suggestions(text: &str, known: &[&str], unknown: Unknown) -> Vec<String> {
    /// More than these nobody reads.
    const MOST: usize = 5;
    let has_text = |name: &&&str| text.len() > 2 && name.contains(&text.to_lowercase());
    let mut names: Vec<String> = known.iter().filter(has_text).take(MOST).map(ToString::to_string).collect();
    if names.is_empty() {
        names.extend(unknown.nearest().map(str::to_string));
    }
    names
}

/// The arguments of a call, the program's name first.
///
/// # Errors
///
/// What is wrong with them. What clap tells of an argument is what stands there, so that it is told of them as they are shown.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Arguments, clap::Error> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    Arguments::try_parse_from(&arguments).map_err(|error| {
        let shown = arguments.iter().map(|argument| Shown(argument.to_string_lossy()).to_string());
        let mut error = Arguments::try_parse_from(shown).err().unwrap_or(error);
        name_the_nearest(&mut error);
        error
    })
}

/// Names the nearest of an option's words, where clap finds none near enough to name.
fn name_the_nearest(error: &mut clap::Error) {
    let (Some(ContextValue::String(found)), Some(ContextValue::Strings(words))) =
        (error.get(ContextKind::InvalidValue), error.get(ContextKind::ValidValue))
    else {
        return;
    };
    let nearest = words.iter().min_by_key(|word| strsim::damerau_levenshtein(found, word)).cloned();
    if let (None, Some(nearest)) = (error.get(ContextKind::SuggestedValue), nearest) {
        error.insert(ContextKind::SuggestedValue, ContextValue::Strings(vec![nearest]));
    }
}

#[cfg(test)]
mod tests {
    use super::{Arguments, Port};
    use clap::CommandFactory;
    use port_catalog::Transport;

    #[test]
    fn the_commands_are_well_defined() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_port_may_have_a_transport() {
        let port = |text: &str| text.parse::<Port>().ok().map(|port| (port.number, port.transport));
        assert_eq!(port("443"), Some((443, Transport::Any)));
        assert_eq!(port("443/tcp"), Some((443, Transport::Tcp)));
        assert_eq!(port("65535/udp"), Some((65535, Transport::Udp)));
        for text in ["", "0", "65536", "+1", "-1", "443/", "443/esp", "443/TCP", "tcp/443", "80-90", "x"] {
            assert_eq!(port(text), None, "{text}");
        }
    }
}
