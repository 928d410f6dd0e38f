//! Everything that can be wrong with a call and with the output of nmap, ss and nft: one case each, with its whole message.

use std::fs;

use port_catalog_tests::diagnostics::{Cases, assert_every_code_has_a_case};

use crate::rejections::Rejections;
use crate::{fixture, run};

const CASES: &str = "port-cli/tests/audit/diagnostics.txt";

/// A scan of one host, one fact per line.
const SCAN: &str = "<?xml version=\"1.0\"?>
<nmaprun scanner=\"nmap\" args=\"nmap\" start=\"1\">
<scaninfo type=\"syn\" protocol=\"tcp\" services=\"1-10\"/>
<host><status state=\"up\"/><address addr=\"192.0.2.9\" addrtype=\"ipv4\"/>
<ports><extraports state=\"closed\"/></ports>
</host>
<runstats><finished exit=\"success\"/></runstats>
</nmaprun>
";

/// A ruleset of one chain, a line for each object.
const RULES: &str = "{\"nftables\": [{\"metainfo\": {\"version\": \"1.0.6\", \"json_schema_version\": 1}},
{\"table\": {\"family\": \"inet\", \"name\": \"f\", \"handle\": 1}},
{\"chain\": {\"family\": \"inet\", \"table\": \"f\", \"name\": \"in\", \"handle\": 1, \"type\": \"filter\", \"hook\": \"input\", \"prio\": 0, \"policy\": \"drop\"}},
{\"rule\": {\"family\": \"inet\", \"table\": \"f\", \"chain\": \"in\", \"handle\": 2, \"expr\": [{\"jump\": {\"target\": \"mail\"}}]}},
{\"chain\": {\"family\": \"inet\", \"table\": \"f\", \"name\": \"mail\", \"handle\": 3}},
{\"set\": {\"family\": \"inet\", \"table\": \"f\", \"name\": \"ports\", \"handle\": 5, \"type\": \"inet_service\", \"elem\": [25]}},
{\"rule\": {\"family\": \"inet\", \"table\": \"f\", \"chain\": \"mail\", \"handle\": 4, \"expr\": [{\"match\": {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"tcp\", \"field\": \"dport\"}}, \"right\": \"@ports\"}}, {\"accept\": null}]}}
]}
";

impl Rejections {
    /// Adds a case: a valid file in which one text is replaced.
    fn changed(&mut self, name: &str, option: &str, valid: &str, (from, to): (&str, &str)) {
        assert!(valid.contains(from), "{from}");
        let file = self
            .file(if option == "--nmap" { "scan.xml" } else { "rules.json" }, valid.replacen(from, to, 1).as_bytes());
        let input = match (from, to) {
            (from, "") => format!("without {from}"),
            (from, to) if to.contains(from) => to.to_string(),
            (from, to) => format!("{to} instead of {from}"),
        };
        self.reject(name, &input, &["--product", "mailgate", option, &file]);
    }
}

#[test]
fn every_rejection() {
    let mut rejections = Rejections::new(CASES);
    wrong_calls(&mut rejections);
    other_files(&mut rejections);
    nmap_files(&mut rejections);
    ss_files(&mut rejections);
    nft_files(&mut rejections);
    iptables_files(&mut rejections);
    rejections.cases.assert();
}

fn wrong_calls(rejections: &mut Rejections) {
    let (scan, ss, rules) = (fixture("two-hosts.xml"), fixture("ss.txt"), fixture("rules.json"));
    let site = rejections.file("site.toml", b"[products]\nmailgate = \"192.0.2.20\"\nendpoint = \"192.0.2.21\"\n");
    let calls: [(&str, &[&str]); 17] = [
        ("no source", &["--product", "mailgate"]),
        ("two hosts and one machine", &["--product", "mailgate", "--nmap", &scan, "--ss", &ss]),
        ("standard input twice", &["--product", "mailgate", "--ss", "-", "--nft", "-"]),
        ("a peer of listeners", &["--product", "mailgate", "--ss", &ss, "--from", "192.0.2.5"]),
        ("an interface of listeners", &["--product", "mailgate", "--ss", &ss, "--iface", "eth0"]),
        ("a site for listeners", &["--product", "mailgate", "--ss", &ss, "--site", &site]),
        (
            "a peer of a scan and of rules",
            &["--product", "mailgate", "--nmap", &scan, "--host", "192.0.2.2", "--nft", &rules, "--from", "192.0.2.5"],
        ),
        ("a peer that is a host name", &["--product", "mailgate", "--nft", &rules, "--from", "mail.example"]),
        ("a firewall in the network without addresses", &["--product", "mailgate", "--nft", &rules, "--at", "network"]),
        (
            "a firewall in the network for a product without addresses",
            &["--product", "archive", "--nft", &rules, "--at", "network", "--site", &site],
        ),
        (
            "a firewall in the network for two machines",
            &["--product", "mailgate", "--product", "endpoint", "--nft", &rules, "--at", "network", "--site", &site],
        ),
        ("a host without a scan", &["--product", "mailgate", "--ss", "ss.txt", "--host", "192.0.2.2"]),
        ("a family for a scan", &["--product", "mailgate", "--nmap", "two-hosts.xml", "--family", "ipv4"]),
        ("a misspelt finding", &["--product", "mailgate", "--ss", "ss.txt", "--fail-on", "mising"]),
        ("an unknown format", &["--product", "mailgate", "--ss", "ss.txt", "--format", "csv"]),
        ("no product", &["--ss", "ss.txt"]),
        ("a misspelt product", &["--product", "malegate", "--ss", "ss.txt"]),
    ];
    for (name, call) in calls {
        rejections.reject(name, "", call);
    }
}

/// Files that aren't the output of the tool at all.
fn other_files(rejections: &mut Rejections) {
    let (nmap, ss, nft) = (fixture("two-hosts.xml"), fixture("ss.txt"), fixture("rules.json"));
    let utf16 = rejections.file("utf16.txt", b"\xff\xfet\0c\0p\0");
    let latin = rejections.file("latin.xml", b"<nmaprun scanner=\"nmap\">\n<host comment=\"caf\xe9\"/>");
    let empty = rejections.file("empty", b"");
    let plain_rules = rejections.file("rules.nft", b"table inet filter {\n}\n");
    let page = rejections.file("page.html", b"<html></html>");
    let for_people = rejections.file("scan.nmap", b"# Nmap 7.93 scan initiated\nNmap scan report for 192.0.2.2\n");
    let masscan_list = rejections.file("list.txt", b"#masscan\nopen tcp 25 192.0.2.10 1700000000\n# end\n");
    let masscan_json =
        b"[\n{   \"ip\": \"192.0.2.10\",   \"timestamp\": \"1700000000\", \"ports\": [ {\"port\": 25} ] }\n]\n";
    let masscan_json = rejections.file("list.json", masscan_json);
    let iptables = rejections.file("rules.v4", b"# Generated by iptables-save\n*filter\n");
    let netstat = rejections.file("netstat.txt", b"Active Internet connections (only servers)\n");
    // The file is sparse, so it takes no space on the disk.
    let long = rejections.file("long.xml", b"");
    fs::File::options().write(true).open(&long).unwrap().set_len(1 << 30).unwrap();
    for (name, option, input, file) in [
        ("a file that doesn't exist", "--nmap", "nowhere.xml", "nowhere.xml"),
        ("an empty file", "--nmap", "an empty file", &empty),
        ("no listeners at all", "--ss", "an empty file", &empty),
        ("a file in Latin-1", "--nmap", "caf\\xe9", &latin),
        ("a file in UTF-16", "--ss", "a file in UTF-16", &utf16),
        ("a file that is too large", "--nmap", "a gigabyte", &long),
        ("ss instead of nmap", "--nmap", "the output of ss", &ss),
        ("nft instead of nmap", "--nmap", "the output of nft", &nft),
        ("a web page instead of nmap", "--nmap", "<html></html>", &page),
        ("masscan's list", "--nmap", "#masscan", &masscan_list),
        ("masscan's JSON", "--nmap", "[ { \"ip\": ..., \"ports\": ...", &masscan_json),
        ("nmap's output for people", "--nmap", "# Nmap 7.93 scan initiated", &for_people),
        ("nmap instead of ss", "--ss", "the output of nmap", &nmap),
        ("nft instead of ss", "--ss", "the output of nft", &nft),
        ("netstat instead of ss", "--ss", "Active Internet connections (only servers)", &netstat),
        ("nft without JSON", "--nft", "table inet filter {", &plain_rules),
        ("iptables instead of nft", "--nft", "*filter", &iptables),
        ("nmap instead of nft", "--nft", "the output of nmap", &nmap),
        ("ss instead of nft", "--nft", "the output of ss", &ss),
    ] {
        rejections.reject(name, input, &["--product", "mailgate", option, file]);
    }
}

fn nmap_files(rejections: &mut Rejections) {
    let nmap = fixture("two-hosts.xml");
    let text = fs::read_to_string(&nmap).unwrap();
    let twins = rejections.file("twins.xml", text.replace("192.0.2.3", "192.0.2.2").as_bytes());
    let cut = rejections.file("cut.xml", &text.as_bytes()[..1500]);
    let attributes: String = (0..=10_000).map(|number| format!(" a{number}=\"\"")).collect();
    let attributes =
        rejections.file("attributes.xml", SCAN.replacen("<host>", &format!("<host{attributes}>"), 1).as_bytes());
    for (name, input, file, more) in [
        ("a host that wasn't scanned", "--host 192.0.2.9", &nmap, &["--host", "192.0.2.9"][..]),
        ("an address of two hosts", "--host 192.0.2.2, which two hosts have", &twins, &["--host", "192.0.2.2"]),
        ("a scan that was cut off", "the first 1500 bytes of a scan", &cut, &[]),
        ("an element with too many attributes", "a host with 10001 attributes", &attributes, &[]),
    ] {
        rejections.reject(name, input, &[&["--product", "mailgate", "--nmap", file], more].concat());
    }
    for (name, from, to) in [
        ("a host without ports", "<ports><extraports state=\"closed\"/></ports>", ""),
        ("a host that timed out", "<host>", "<host timedout=\"true\">"),
        ("a host that is down", "state=\"up\"", "state=\"down\""),
        ("a scan without an end", "<finished exit=\"success\"/>", ""),
        ("a scan that failed with a reason", "exit=\"success\"", "exit=\"error\" errormsg=\"no route\""),
        ("a scan that failed", "exit=\"success\"", "exit=\"error\""),
        ("another scanner", "scanner=\"nmap\"", "scanner=\"other\""),
        ("an unknown state", "state=\"closed\"", "state=\"ajar\""),
        ("a reversed range", "services=\"1-10\"", "services=\"10-1\""),
        ("a number with a sign", "services=\"1-10\"", "services=\"1-+9\""),
        ("a port that is too large", "services=\"1-10\"", "services=\"1-65536\""),
        ("an empty item in a list of ports", "services=\"1-10\"", "services=\"1,,2\""),
        ("an unknown protocol", "protocol=\"tcp\"", "protocol=\"tpc\""),
        ("a port without a state", "<extraports", "<port portid=\"5\" protocol=\"tcp\"/><extraports"),
        ("a port without a number", "<extraports", "<port protocol=\"tcp\"><state state=\"open\"/></port><extraports"),
        ("a misspelt end tag", "</host>", "</hots>"),
    ] {
        rejections.changed(&format!("nmap: {name}"), "--nmap", SCAN, (from, to));
    }
}

fn ss_files(rejections: &mut Rejections) {
    for (name, line) in [
        ("no protocol", "LISTEN 0 128 0.0.0.0:22 0.0.0.0:*"),
        ("an unknown protocol", "tpc LISTEN 0 128 0.0.0.0:1 0.0.0.0:*"),
        ("an unknown state", "tcp LISTENING 0 128 0.0.0.0:1 0.0.0.0:*"),
        ("udp as ss of RHEL 6 prints it", "tcp UNCONN 0 0 *:68 *:* users:((\"dhclient\",1171,6))"),
        ("a port without an address", "tcp LISTEN 0 128 22 0.0.0.0:*"),
        ("a service name instead of a port", "tcp LISTEN 0 128 0.0.0.0:ssh 0.0.0.0:*"),
        ("a host name instead of an address", "tcp LISTEN 0 128 mail:25 0.0.0.0:*"),
        ("a peer without a port", "tcp LISTEN 0 128 0.0.0.0:25 0.0.0.0"),
        ("no peer", "tcp LISTEN 0 128 0.0.0.0:2"),
        ("no local address", "tcp LISTEN 0"),
    ] {
        let file = rejections.file("ss.txt", format!("tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:*\n{line}").as_bytes());
        rejections.reject(&format!("ss: {name}"), line, &["--product", "mailgate", "--ss", &file]);
    }
    for (name, text) in [
        ("connections only", "tcp ESTAB 0 0 192.0.2.1:22 192.0.2.2:50000"),
        ("other sockets only", "u_str LISTEN 0 128 /run/socket 26619 * 0"),
        ("a header without a protocol", "State Recv-Q Send-Q Local Address:Port Peer Address:Port\n"),
        ("a summary", "Total: 21\n"),
    ] {
        let file = rejections.file("ss.txt", text.as_bytes());
        rejections.reject(&format!("ss: {name}"), text, &["--product", "mailgate", "--ss", &file]);
    }
}

/// Rules of each kind, a line for each fact.
const SAVED: &str = "# Generated by iptables-save v1.8.9 (nf_tables) on Fri Nov 27 13:20:42 2026
*filter
:INPUT DROP [0:0]
:user - [0:0]
-A INPUT -s 192.0.2.1/32 -j user
-A user -p tcp -m comment --comment \"a b\" -j ACCEPT
COMMIT
";

fn iptables_files(rejections: &mut Rejections) {
    for (name, from, to) in [
        ("no COMMIT", "COMMIT\n", ""),
        ("a COMMIT that was cut off", "COMMIT\n", "COMM"),
        ("a quote that isn't closed", "a b\"", "a b"),
        ("an unknown table", "*filter", "*fliter"),
        ("an unknown policy", "DROP [", "REJECT ["),
        ("a policy of a chain that isn't built in", "user - [", "user DROP ["),
        ("a chain listed twice", ":user", ":INPUT DROP [0:0]\n:user"),
        ("a rule of a chain that isn't listed", ":user - [0:0]\n", ""),
        ("a command", "-A INPUT", "-I INPUT"),
        ("a line that is neither", "-A INPUT", "INPUT"),
        ("an option without a value", "-s 192.0.2.1/32 -j user", "-s"),
        ("an address of the other family", "192.0.2.1/32", "2001:db8::1/128"),
        ("rules of ip6tables", "iptables-save", "ip6tables-save"),
        ("a table saved twice", "COMMIT\n", "COMMIT\n*filter\nCOMMIT\n"),
        ("a table that is left out", "*filter", "# Table `nat' is incompatible, use 'nft' tool.\n*filter"),
    ] {
        rejections.changed(&format!("iptables: {name}"), "--iptables", SAVED, (from, to));
    }
    let file = rejections.file("comments.v4", b"# Generated by iptables-save v1.8.9 (nf_tables) on Fri\n");
    rejections.reject("iptables: no table", "a comment", &["--product", "mailgate", "--iptables", &file]);
    let (rules, nft) = (rejections.file("iptables.v4", SAVED.as_bytes()), fixture("rules.json"));
    let commands = rejections.file("commands.txt", b"-P INPUT DROP\n-A INPUT -j ACCEPT\n");
    for (name, option, input, file) in [
        ("iptables instead of ip6tables", "--ip6tables", "rules of iptables", &rules),
        ("nft instead of iptables", "--iptables", "a listing of nft", &nft),
        ("iptables -S instead of iptables-save", "--iptables", "-P INPUT DROP", &commands),
    ] {
        rejections.reject(&format!("iptables: {name}"), input, &["--product", "mailgate", option, file]);
    }
    let many = "-A INPUT -i eth0 -p tcp -m tcp --dport 25 -j ACCEPT\n".repeat(60_000);
    let many = rejections.file("many.v4", format!("*filter\n:INPUT DROP [0:0]\n{many}COMMIT\n").as_bytes());
    rejections.reject("iptables: too many rules", "60,000 rules", &["--product", "mailgate", "--iptables", &many]);
}

fn nft_files(rejections: &mut Rejections) {
    let text = fs::read_to_string(fixture("rules.json")).unwrap();
    let cut = rejections.file("cut.json", &text.as_bytes()[..1500]);
    let call = ["--product", "mailgate", "--nft", &cut];
    rejections.reject("a ruleset that was cut off", "the first 1500 bytes of a ruleset", &call);
    let (chain, jump) = (
        "{\"chain\": {\"family\": \"inet\", \"table\": \"f\", \"name\": \"mail\", \"handle\": 3}},\n",
        "{\"jump\": {\"target\": \"mail\"}}",
    );
    let table = "{\"table\": {\"family\": \"inet\", \"name\": \"f\", \"handle\": 1}},\n";
    for (name, from, to) in [
        ("another key", "\"nftables\"", "\"tables\""),
        ("a newer schema", "\"json_schema_version\": 1", "\"json_schema_version\": 2"),
        ("no schema version", "\"json_schema_version\": 1", "\"release\": 1"),
        ("an object of two kinds", table, "{\"table\": 1, \"chain\": 2},\n"),
        ("a table that isn't listed", table, ""),
        ("a name that is a number", "\"name\": \"f\"", "\"name\": 5"),
        ("an unknown policy", "\"policy\": \"drop\"", "\"policy\": \"maybe\""),
        ("a chain listed twice", "\"name\": \"mail\"", "\"name\": \"in\""),
        ("a rule of a chain that isn't listed", "\"chain\": \"mail\"", "\"chain\": \"mial\""),
        ("a handle that is a text", "\"handle\": 4", "\"handle\": \"4\""),
        ("elements that aren't a list", "\"elem\": [25]", "\"elem\": 25"),
        ("an unknown kind of object", table, "{\"add\": {}},\n"),
        ("a jump to a chain that isn't listed", jump, "{\"jump\": {\"target\": \"web\"}}"),
        ("a chain that calls itself", jump, "{\"jump\": {\"target\": \"in\"}}"),
        ("a set that isn't listed", "\"right\": \"@ports\"", "\"right\": \"@prots\""),
    ] {
        rejections.changed(&format!("nft: {name}"), "--nft", RULES, (from, to));
    }
    // Each of ten chains calls the next one eight times, which is 8 to the power of 10 paths.
    let calls: String = (0..10)
        .map(|number| {
            let own = |name: &str, more: &str| {
                format!("{{\"{name}\": {{\"family\": \"inet\", \"table\": \"f\", {more}}}}},\n")
            };
            let jump = format!("{{\"jump\": {{\"target\": \"c{}\"}}}}", number + 1);
            let rule = own("rule", &format!("\"chain\": \"c{number}\", \"handle\": 9, \"expr\": [{jump}]"));
            own("chain", &format!("\"name\": \"c{number}\"")) + &rule.repeat(if number < 9 { 8 } else { 0 })
        })
        .collect();
    let ruleset = RULES.replacen(jump, "{\"jump\": {\"target\": \"c0\"}}", 1).replacen(chain, &(calls + chain), 1);
    let file = rejections.file("rules.json", ruleset.as_bytes());
    let input = "ten chains, each of which calls the next one eight times";
    let call = ["--product", "mailgate", "--nft", &file];
    rejections.reject("nft: chains that call each other too often", input, &call);
}

#[test]
fn calls_of_conflicts_that_are_rejected() {
    let mut cases = Cases::new("port-cli/tests/audit/conflicts-diagnostics.txt");
    for (name, products) in [
        ("one product", &["mailgate"][..]),
        ("an unknown product", &["mailgate", "malegate"]),
        ("a product twice", &["mailgate", "archive", "mailgate"]),
        ("an edition that its product doesn't have", &["mailgate@1.0", "archive"]),
        ("the newest edition twice", &["mailgate", "mailgate@2.4"]),
        ("a component that no product has", &["mailgate", "archive", "--component", "worker"]),
    ] {
        let call = [&["conflicts"], products].concat();
        let output = run(&call);
        assert_eq!(output.status.code(), Some(2), "{call:?}");
        cases.output(name, &call.join(" "), &output, &[]);
    }
    cases.assert();
}

#[test]
fn every_code_has_a_case() {
    assert_every_code_has_a_case(
        port_engine::audit::codes::ALL,
        &[CASES, crate::fleet_diagnostics::CASES, crate::fleet_diagnostics::CONTRADICTIONS],
    );
}

#[test]
fn the_output_is_printed_even_if_fail_on_fails() {
    let output = run(&["audit", "--product", "mailgate", "--ss", &fixture("ss.txt"), "--fail-on", "missing"]);
    assert_eq!((output.status.code(), output.stdout.is_empty()), (Some(1), false));
    assert!(String::from_utf8_lossy(&output.stderr).contains("fails: "));
}
