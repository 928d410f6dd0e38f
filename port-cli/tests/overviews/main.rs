//! What people see of a catalog with many products: who uses a port, and which products there are.

mod port;
mod products;

use port_cli::output::Output;
use serde_json::{Map, Value};

/// Runs a call on a terminal of a width, or in a pipe.
fn run(arguments: &[&str], width: Option<u16>) -> Output {
    let all = [&["port-catalog"], arguments].concat();
    port_cli::cli::parse(all.iter().map(Into::into)).unwrap().run(width)
}

/// The text of a call that succeeds without messages, without its styles.
fn text(arguments: &[&str], width: Option<u16>) -> String {
    let output = run(arguments, width);
    assert_eq!((output.code, output.messages.as_slice()), (0, &[][..]), "{arguments:?}");
    output.text.replace("\u{1b}[1m", "").replace("\u{1b}[0m", "")
}

/// The objects that a call prints as JSON.
fn json(arguments: &[&str]) -> Vec<Map<String, Value>> {
    serde_json::from_str(&run(&[arguments, &["--format", "json"]].concat(), None).text).unwrap()
}

/// The message of a call that prints nothing else.
fn message(arguments: &[&str], code: u8) -> String {
    let output = run(arguments, Some(80));
    assert_eq!((output.code, output.text.as_str(), output.messages.len()), (code, "", 1), "{arguments:?}");
    output.messages[0].clone()
}

fn assert_width(text: &str, width: usize) {
    for line in text.lines() {
        assert!(line.chars().count() <= width, "{line}");
    }
}
