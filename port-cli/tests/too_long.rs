//! A file that exceeds the size limit is rejected without reading it to the end, even if it has no end.

use std::fs::File;
use std::path::Path;
use std::process::Command;

use port_catalog_tests::fixture;

/// The calls that read a file, with `FILE` for its path.
const CALLS: [&[&str]; 5] = [
    &["audit", "--product", "mailgate", "--nmap", "FILE"],
    &["audit", "--product", "mailgate", "--ss", "FILE"],
    &["audit", "--product", "mailgate", "--nft", "FILE"],
    &["diff", "FILE", "FILE"],
    &["rules", "--product", "mailgate", "--format", "nftables", "--site", "FILE"],
];

fn assert_every_call_rejects(file: &Path) {
    let file = file.to_str().unwrap();
    for call in CALLS {
        let arguments = call.iter().map(|argument| argument.replace("FILE", file));
        let mut command = Command::new(env!("CARGO_BIN_EXE_port-catalog"));
        let output = command.args(arguments).args(fixture::arguments()).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{call:?}: {stderr}");
        assert!(output.stdout.is_empty(), "{call:?}");
        let expected =
            format!("error[call-too-large]: {file}: file exceeds {} MiB; ", port_cli::input::MAX_BYTES >> 20);
        assert!(stderr.starts_with(&expected), "{call:?}: {stderr}");
    }
}

#[test]
fn a_file_of_a_terabyte_is_rejected() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("long");
    // The file is sparse, so it takes no space on the disk.
    File::create(&path).unwrap().set_len(1 << 40).unwrap();
    assert_every_call_rejects(&path);
}

#[cfg(unix)]
#[test]
fn a_device_without_an_end_is_rejected() {
    assert_every_call_rejects(Path::new("/dev/zero"));
}
