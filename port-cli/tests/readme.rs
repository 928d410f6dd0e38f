//! What the README shows is what the command prints.

use std::process::Command;

/// The calls in the README's `console` blocks, each with the output below it.
fn calls(text: &str) -> Vec<(String, String)> {
    let blocks = text.split("```console\n").skip(1).map(|block| block.split("```").next().unwrap_or_default());
    let calls = blocks.map(|block| {
        let (call, output) = block.split_once('\n').expect("a call stands on a line of its own");
        (call.to_string(), output.to_string())
    });
    calls.collect()
}

#[test]
fn every_call_prints_what_the_readme_shows() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
    let text = std::fs::read_to_string(file).unwrap();
    let calls = calls(&text);
    assert!(calls.len() >= 4);
    let mut mended = text.clone();
    for (call, shown) in &calls {
        let arguments = call.strip_prefix("$ cargo run -- ").or(call.strip_prefix("$ port-catalog ")).expect(call);
        let output = Command::new(env!("CARGO_BIN_EXE_port-catalog")).args(arguments.split(' ')).output().unwrap();
        assert!(output.status.success(), "{call}");
        let printed = String::from_utf8(output.stdout).unwrap();
        mended = mended.replace(&format!("{call}\n{shown}```"), &format!("{call}\n{printed}```"));
    }
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(file, &mended).unwrap();
    } else {
        assert_same_lines(&mended, &text);
    }
}

/// Compares line by line, so that a difference is told by its line.
fn assert_same_lines(printed: &str, shown: &str) {
    for (number, (printed, shown)) in printed.lines().zip(shown.lines()).enumerate() {
        assert_eq!(
            printed,
            shown,
            "README.md:{}: UPDATE_README=1 cargo test -p port-cli --test readme mends it",
            number + 1
        );
    }
    assert_eq!(printed.len(), shown.len());
}
