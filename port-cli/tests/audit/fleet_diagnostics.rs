//! Everything that can be wrong with inventories, the products of their hosts, and logs: one case each, with its whole message.

use std::fs;

use port_catalog_tests::diagnostics::Cases;

use crate::rejections::Rejections;
use crate::run;

pub const CASES: &str = "port-cli/tests/audit/fleet-diagnostics.txt";

pub const CONTRADICTIONS: &str = "port-cli/tests/audit/contradictions.txt";

const HEADER: &str = "host,transport,address,port,process,product,component\n";

#[test]
fn calls_and_files_that_are_rejected() {
    let mut rejections = Rejections::new(CASES);
    calls(&mut rejections);
    inventories(&mut rejections);
    assignments(&mut rejections);
    logs(&mut rejections);
    rejections.cases.assert();
}

fn calls(rejections: &mut Rejections) {
    let inventory = rejections.file("inventory.csv", format!("{HEADER}h,tcp,::,25,,mailgate,\n").as_bytes());
    let bare = rejections.file("bare.csv", b"host,transport,address,port\nh,tcp,::,25\n");
    let hosts = rejections.file("hosts.csv", b"host,product\nh,mailgate\n");
    let log = rejections.file("flows.csv", b"source,destination,transport,port\n");
    let site = rejections.file("site.toml", b"version = 1\n[peers]\nadmin = \"192.0.2.7\"\n");
    let names = rejections.file("names.toml", b"version = 1\n[products]\nmailgate = \"mail.example\"\n");
    let product = ["--product", "mailgate"];
    for (name, call) in [
        ("products in the inventory and in a file", vec!["--inventory", &inventory, "--assign", &hosts]),
        ("products in the inventory and in the call", [&product[..], &["--inventory", &inventory]].concat()),
        ("products in the call and in a file", [&product[..], &["--inventory", &bare, "--assign", &hosts]].concat()),
        ("no products", vec!["--inventory", &bare]),
        ("products without an inventory", [&product[..], &["--ss", "-", "--assign", &hosts]].concat()),
        ("grouped lines without a coverage", [&product[..], &["--inventory", &bare, "--grouped"]].concat()),
        ("an unknown coverage", [&product[..], &["--inventory", &bare, "--covers", "tcp,443"]].concat()),
        ("standard input for both files", vec!["--inventory", "-", "--assign", "-"]),
        (
            "an inventory with the listeners of one machine",
            [&product[..], &["--inventory", &bare, "--ss", "-"]].concat(),
        ),
        ("an inventory with a site", [&product[..], &["--inventory", &bare, "--site", &site]].concat()),
        ("an inventory of an unknown product", vec!["--product", "malegate", "--inventory", &bare]),
        ("an unknown part of all hosts", [&product[..], &["--component", "worker", "--inventory", &bare]].concat()),
        ("lines of JSON for one machine", [&product[..], &["--ss", "-", "--format", "jsonl"]].concat()),
        ("a log without the product's addresses", [&product[..], &["--flows", &log]].concat()),
        ("a log with a site without the product", [&product[..], &["--flows", &log, "--site", &site]].concat()),
        ("a log with a site with host names", [&product[..], &["--flows", &log, "--site", &names]].concat()),
        ("a log with a host name", [&product[..], &["--flows", &log, "--host", "mail.example"]].concat()),
        ("a log with an inventory", [&product[..], &["--flows", &log, "--inventory", &bare]].concat()),
        (
            "a finding that logs don't show",
            [&product[..], &["--flows", &log, "--host", "192.0.2.1", "--fail-on", "restricted"]].concat(),
        ),
        (
            "standard input for two logs",
            [&product[..], &["--flows", "-", "--flows", "-", "--host", "192.0.2.1"]].concat(),
        ),
        ("a coverage without an inventory", [&product[..], &["--ss", "-", "--covers", "tcp"]].concat()),
        ("an unknown kind of finding", [&product[..], &["--inventory", &bare, "--only", "open"]].concat()),
        ("rows without logs", [&product[..], &["--ss", "-", "--top", "5"]].concat()),
    ] {
        rejections.reject(name, "", &call);
    }
}

fn inventories(rejections: &mut Rejections) {
    for (name, text) in [
        ("nothing", ""),
        ("no port", "host,transport,address,ports\n"),
        ("no column host", "transport,address,port\n"),
        ("a column twice", "host,transport,address,port,Host\n"),
        ("a quote in the header", "host,\"transport,address,port\n"),
    ] {
        let file = rejections.file("inventory.csv", text.as_bytes());
        rejections.reject(&format!("inventory: {name}"), text, &["--product", "mailgate", "--inventory", &file]);
    }
    for (name, line) in [
        ("too few cells", "h,tcp,::,25"),
        ("too many cells", "h,tcp,::,25,a,b,mailgate,"),
        ("a quote that isn't closed", "h,tcp,::,25,\"a,mailgate,"),
        ("text after a quote", "h,tcp,::,25,\"a\"b,mailgate,"),
        ("no host", ",tcp,::,25,a,mailgate,"),
        ("an unknown transport", "h,tpc,::,25,a,mailgate,"),
        ("a host name as the address", "h,tcp,localhost,25,a,mailgate,"),
        ("no address", "h,tcp,,25,a,mailgate,"),
        ("port 0", "h,tcp,::,0,a,mailgate,"),
        ("a service name", "h,tcp,::,smtp,a,mailgate,"),
        ("an unknown product", "h,tcp,::,25,a,malegate,"),
        ("an unknown edition", "h,tcp,::,25,a,mailgate@9,"),
        ("an unknown component", "h,tcp,::,25,a,mailgate,worker"),
        ("a component without a product", "h,tcp,::,25,a,,worker"),
    ] {
        let file = rejections.file("inventory.csv", format!("{HEADER}{line}\n").as_bytes());
        rejections.reject(&format!("inventory: {name}"), line, &["--inventory", &file]);
    }
    let text = [HEADER.as_bytes(), b"h\xff,tcp,::,25,a,mailgate,\n"].concat();
    let file = rejections.file("inventory.csv", &text);
    rejections.reject("inventory: not UTF-8", "h and the byte FF", &["--inventory", &file]);
    let many = format!("{HEADER}{}", "h,tcp,::,x,a,mailgate,\n".repeat(53));
    let file = rejections.file("many.csv", many.as_bytes());
    let output = run(&["audit", "--inventory", &file]);
    assert_eq!(String::from_utf8_lossy(&output.stderr).lines().count(), 51);
    let text = "host,transport,address,port\na,tcp,::,25\nb,tcp,::,25\na,tcp,::,26\n";
    let file = rejections.file("inventory.csv", text.as_bytes());
    let call = ["--product", "mailgate", "--inventory", &file, "--grouped", "--covers", "tcp", "--fail-on", "exposed"];
    let output = run(&[&["audit"], &call[..]].concat());
    let directory = rejections.directory.path().to_path_buf();
    rejections.cases.stderr("inventory: lines that aren't grouped", text, &output, &[&directory]);
    for (name, bytes) in [
        ("xz", &b"\xfd7zXZ\0\0"[..]),
        ("a ZIP archive", b"PK\x03\x04abc"),
        ("Parquet", b"PAR1abc"),
        ("UTF-16", b"\xff\xfeh\0"),
    ] {
        let file = rejections.file("inventory.csv", bytes);
        rejections.reject(&format!("inventory: {name}"), name, &["--product", "mailgate", "--inventory", &file]);
    }
    let file = rejections.file("cut.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\x03abc");
    let output = run(&["audit", "--product", "mailgate", "--inventory", &file]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&output.stderr)
            .contains("cut.gz: the gzip data is damaged or cut off; compress it again")
    );
}

fn assignments(rejections: &mut Rejections) {
    let inventory = rejections.file("inventory.csv", b"host,transport,address,port\nh,tcp,::,25\n");
    for (name, text) in [
        ("no product", "host\nh\n"),
        ("another column", "host,product,comment\nh,mailgate,a\n"),
        ("a column twice", "host,product,host\nh,mailgate,h\n"),
        ("too few cells", "host,product\nh\n"),
        ("an empty host", "host,product\n,mailgate\n"),
        ("an empty product", "host,product\nh,\n"),
        ("two unknown products", "host,product\nh,malegate\ni,zzz\n"),
        ("an unknown component", "host,product,component\nh,mailgate,worker\n"),
        ("an unknown edition", "host,product\nh,mailgate@9\n"),
    ] {
        let file = rejections.file("hosts.csv", text.as_bytes());
        rejections.reject(&format!("products of hosts: {name}"), text, &["--inventory", &inventory, "--assign", &file]);
    }
}

/// The fixture's products have one edition and no components.
#[test]
fn contradictions_are_rejected() {
    let directory = tempfile::tempdir().unwrap();
    let mut cases = Cases::new(CONTRADICTIONS);
    for (name, text) in [
        (
            "two editions",
            "host,transport,address,port,product,component\nh,tcp,::,25,fortimail,\nh,tcp,::,26,fortimail@5.4,\n",
        ),
        (
            "a product and its component",
            "host,transport,address,port,product,component\nh,tcp,::,25,rke2,\nh,tcp,::,26,rke2,agent\n",
        ),
    ] {
        let file = directory.path().join("inventory.csv");
        fs::write(&file, text).unwrap();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_port-catalog"));
        let output = command.args(["audit", "--inventory", file.to_str().unwrap()]).output().unwrap();
        cases.output(name, text, &output, &[directory.path()]);
    }
    let file = directory.path().join("hosts.csv");
    let text = "host,product\nh,fortimail\nH,fortimail@5.4\n";
    fs::write(&file, text).unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_port-catalog"));
    let output = command.args(["audit", "--inventory", "-", "--assign", file.to_str().unwrap()]).output().unwrap();
    cases.output("two editions in a file", text, &output, &[directory.path()]);
    cases.assert();
}

fn logs(rejections: &mut Rejections) {
    let fields = "#fields\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\n";
    for (name, text) in [
        ("nothing", String::new()),
        ("another format", "hello\n".to_string()),
        ("another log of Zeek", "#path\tdns\n#fields\tts\n".to_string()),
        ("a header of Zeek without a field", fields.replace("\tproto", "")),
        ("no header of Zeek", "#separator \\x09\n1\t192.0.2.1\n".to_string()),
        ("an invalid address", format!("{fields}192.0.2\t1\t192.0.2.2\t25\ttcp\n")),
        ("an invalid port", format!("{fields}192.0.2.1\t1\t192.0.2.2\t65536\ttcp\n")),
        ("an invalid protocol", format!("{fields}192.0.2.1\t1\t192.0.2.2\t25\ttpc\n")),
        ("JSON that was cut off", "{\"id.orig_h\":\"192.0.2.1\",\"id.or".to_string()),
        ("JSON of another log", "{\"ts\":1,\"query\":\"a.example\"}\n".to_string()),
        ("a header of VPC without a field", "srcaddr dstaddr srcport dstport\n".to_string()),
        ("CSV without a column", "source,destination,port\n".to_string()),
        ("CSV with a column twice", "source,destination,port,transport,port\n".to_string()),
        (
            "CSV with an invalid count",
            "source,destination,port,transport,count\n192.0.2.1,192.0.2.2,25,tcp,-1\n".to_string(),
        ),
    ] {
        let file = rejections.file("log", text.as_bytes());
        let call = ["--product", "mailgate", "--host", "192.0.2.20", "--flows", &file];
        rejections.reject(&format!("log: {name}"), &text, &call);
    }
}
