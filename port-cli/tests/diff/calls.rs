//! Exit codes and inputs of `diff`.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::{catalog, directory, exports, run, text};

#[test]
fn fail_on_sets_the_exit_code_and_the_difference_is_still_printed() {
    let [old, new] = exports();
    let directory = directory(&old, &new);
    let call = |more: &[&str]| run(directory.path(), &[&["diff", "old.json", "new.json"], more].concat());
    let plain = call(&[]);
    for (fail_on, message) in [
        ("moves", "fails: moves in 1 flow\n"),
        ("reworded,opens", "fails: opens in 4 flows, reworded in 6 flows\n"),
        ("limits,limits", "fails: limits in 1 flow\n"),
    ] {
        let output = call(&["--fail-on", fail_on]);
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(1), message));
        assert_eq!(output.stdout, plain.stdout);
    }
    let every_impact = "moves,opens,closes,widens,narrows,limits,unknown,reworded";
    let same = run(directory.path(), &["diff", "old.json", "old.json", "--fail-on", every_impact]);
    assert_eq!((same.status.code(), text(&same.stderr)), (Some(0), ""));
}

#[test]
fn one_export_may_be_standard_input() {
    let [old, new] = exports();
    let directory = directory(&old, &new);
    let files = run(directory.path(), &["diff", "old.json", "new.json"]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_port-catalog"))
        .current_dir(directory.path())
        .args(["diff", "old.json", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&fs::read(directory.path().join("new.json")).unwrap()).unwrap();
    assert_eq!(child.wait_with_output().unwrap().stdout, files.stdout);
}

#[test]
fn a_byte_order_mark_is_ignored() {
    let directory = directory(&catalog(), &[]);
    let marked = [b"\xef\xbb\xbf", fs::read(directory.path().join("old.json")).unwrap().as_slice()].concat();
    fs::write(directory.path().join("new.json"), marked).unwrap();
    let output = run(directory.path(), &["diff", "old.json", "new.json"]);
    assert_eq!(text(&output.stdout), "Nothing differs.\n32 flows before, 32 after\n");
}

#[test]
fn exports_of_different_products_are_a_warning_that_is_printed_first() {
    let only = |products: &[&str]| -> Vec<Value> {
        catalog().into_iter().filter(|flow| products.contains(&flow["product"].as_str().unwrap())).collect()
    };
    let help = "if the exports were filtered differently, export the same products again";
    let call = |old: &[&str], new: &[&str]| {
        let call = ["diff", "old.json", "new.json", "--fail-on", "closes"];
        let output = run(directory(&only(old), &only(new)).path(), &call);
        text(&output.stderr).to_string()
    };
    assert_eq!(
        call(&["mailgate", "archive"], &["endpoint", "archive"]),
        format!(
            "warning: only the older export has mailgate (13 flows); {help}\n\
             warning: only the newer export has endpoint (5 flows); {help}\n\
             fails: closes in 13 flows\n"
        )
    );
    assert_eq!(call(&["mailgate"], &["mailgate"]), "");
}
