//! A file that is too long is refused, and not read to its end; nor is one that has no end.

use std::fs::File;
use std::path::Path;
use std::process::Command;

/// The calls that read a file, with the file in the place of `FILE`.
const CALLS: [&[&str]; 5] = [
    &["audit", "--product", "fortimail", "--nmap", "FILE"],
    &["audit", "--product", "fortimail", "--ss", "FILE"],
    &["audit", "--product", "fortimail", "--nft", "FILE"],
    &["diff", "FILE", "FILE"],
    &["rules", "--product", "fortimail", "--format", "nftables", "--site", "FILE"],
];

fn is_refused_by_every_call(file: &Path) {
    let file = file.to_str().unwrap();
    for call in CALLS {
        let arguments = call.iter().map(|argument| argument.replace("FILE", file));
        let output = Command::new(env!("CARGO_BIN_EXE_port-catalog")).args(arguments).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{call:?}: {told}");
        assert!(output.stdout.is_empty(), "{call:?}");
        let expected =
            format!("error: {file}: found more than {} bytes, expected at most so many; ", port_cli::file::MAX_BYTES);
        assert!(told.starts_with(&expected), "{call:?}: {told}");
    }
}

#[test]
fn a_file_of_a_terabyte() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long");
    // A hole: it takes no room on the disk.
    File::create(&path).unwrap().set_len(1 << 40).unwrap();
    is_refused_by_every_call(&path);
}

#[cfg(unix)]
#[test]
fn a_device_that_never_ends() {
    is_refused_by_every_call(Path::new("/dev/zero"));
}
