//! Loading a later version leaves nothing of the earlier one: both are loaded one after the other, and what the tool lists is compared
//! with a fresh load of the later one.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use port_engine::rules::formats::writer::File;
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use port_catalog_tests::fixture;

use crate::cases::{files, files_with};
use crate::fortigate::{self, Configuration, Entry};
use crate::openings::port_catalog;
use crate::parsed::{hcl, yaml};
use crate::tools::{piped, private_sandbox, sandboxed, tool};
use crate::ufw_program::root;

/// The files of two versions.
pub struct Change {
    pub name: &'static str,
    pub earlier: Vec<File>,
    pub later: Vec<File>,
}

fn site(ldap_server: &str) -> NamedTempFile {
    let file = NamedTempFile::new().unwrap();
    let products = "[products]\nmailgate = [\"192.0.2.10\", \"2001:db8::10\"]\n";
    let peers = "[peers]\nemail-client = [\"10.0.0.0/8\", \"2001:db8:1::/48\"]\nemail-server = \"10.7.0.1\"\n";
    fs::write(&file, format!("{products}{peers}ldap-server = {ldap_server}\n")).unwrap();
    file
}

/// Every kind of change, for a format whose firewalls can be at these locations.
pub fn changes(format: &str, locations: &[&str]) -> Vec<Change> {
    let sites = [site("[\"10.0.5.1\", \"2001:db8:5::1\"]"), site("\"10.0.5.9\"")];
    let [first, second] = sites.each_ref().map(|site| site.path().to_str().unwrap());
    let write = |site: &str, options: &[&str]| {
        files(&[&["--format", format, "--product", "mailgate", "--site", site], options].concat())
    };
    let default = locations[0];
    let change =
        |name, later: &[&str]| Change { name, earlier: write(first, &["--at", default]), later: write(first, later) };
    let inbound = "--only=mailgate-in-email-client-smtp";
    let outbound = "--only=mailgate-out-ldap-server";
    let mut changes = vec![
        Change { name: "another address", ..change("", &["--at", default]) },
        change("fewer ports", &["--at", default, "--alternatives", "first"]),
        change("one flow in each direction", &["--at", default, inbound, outbound]),
        change("no outbound flow", &["--at", default, inbound]),
        change("no inbound flow", &["--at", default, outbound]),
    ];
    changes[0].later = write(second, &["--at", default]);
    if let [_, other] = locations {
        changes.push(change("another location", &["--at", other]));
    }
    changes
}

/// Asserts that a load of both versions gives the same as a load of the later one, and that the earlier one gives something else.
fn assert_nothing_is_left(format: &str, locations: &[&str], loaded: impl Fn(&[&[File]]) -> String) {
    for Change { name, earlier, later } in changes(format, locations) {
        let fresh = loaded(&[&later]);
        assert_ne!(loaded(&[&earlier]), fresh, "{format}: {name}");
        assert_eq!(loaded(&[&earlier, &later]), fresh, "{format}: {name}");
    }
    let Change { later, .. } = &changes(format, locations)[0];
    assert_eq!(loaded(&[later, later]), loaded(&[later]), "{format}: loaded again");
}

/// The versions of a single file, by their paths in a directory.
fn numbered(versions: &[&[File]]) -> (tempfile::TempDir, Vec<String>) {
    let directory = tempfile::tempdir().unwrap();
    let write = |(number, files): (usize, &&[File])| {
        let [file] = files else { panic!("one file") };
        let path = directory.path().join(number.to_string());
        fs::write(&path, &file.text).unwrap();
        path.to_str().unwrap().to_string()
    };
    let paths = versions.iter().enumerate().map(write).collect();
    (directory, paths)
}

/// Loads files next to rules of the user's own, which jump to the chains after the first load.
const NFT: &str = r#"
set -e
nft -f - <<'end'
table inet filter {
    chain input { type filter hook input priority 0; }
    chain own { tcp dport 9 accept; }
}
table inet other { chain input { type filter hook input priority 0; jump own; }
    chain own { tcp dport 10 accept; }
}
end
nft -f "$0"
for direction in inbound outbound; do nft add rule inet filter input jump mailgate-$direction; done
for file; do nft -f "$file"; done
nft -s list ruleset
"#;

#[test]
fn nothing_of_an_earlier_version_is_left_in_nftables() {
    if tool("nft").is_none() || sandboxed(&[]).is_none() {
        return;
    }
    // The rules are the same for both locations; only the user's jumps are not.
    assert_nothing_is_left("nftables", &["host"], |versions| {
        let (_directory, paths) = numbered(versions);
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let listed = piped(sandboxed(&[&["sh", "-c", NFT], &paths[..]].concat()).unwrap(), "");
        assert!(listed.contains("tcp dport 9 accept") && listed.contains("tcp dport 10 accept"), "{listed}");
        listed
    });
}

const IPTABLES: &str = r#"
set -e
$0 -A INPUT -i lo -j ACCEPT
for file; do
    $0-restore --noflush < "$file"
    sed -n 's/^#   \(.* -A .*\)/\1/p' "$file" | sh -e
done
$0-save | grep -v '^#'
"#;

#[test]
fn nothing_of_an_earlier_version_is_left_in_iptables() {
    for program in ["iptables", "ip6tables"] {
        if tool(&format!("{program}-restore")).is_none() || sandboxed(&[]).is_none() {
            return;
        }
        assert_nothing_is_left(program, &["host"], |versions| {
            let (_directory, paths) = numbered(versions);
            let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
            piped(sandboxed(&[&["sh", "-c", IPTABLES, program], &paths[..]].concat()).unwrap(), "")
        });
    }
}

/// Runs an enabled ufw on a copy of its configuration, with each file in turn in its directory, and prints what it has loaded.
const UFW: &str = r#"
set -e
mount --bind "$0/etc/ufw" /etc/ufw
mount --bind "$0/etc/default/ufw" /etc/default/ufw
mount -t tmpfs tmpfs /run
ip link set lo up
ufw --force enable > /dev/null
for file; do
    cp "$file" /etc/ufw/applications.d/mailgate.ufw
    sed -n 's/^#[$] //p' /etc/ufw/applications.d/mailgate.ufw | sh -e > "$0/log" 2>&1 || { cat "$0/log" >&2; exit 1; }
done
for program in iptables ip6tables; do $program-save | grep -- '^-A ufw6\?-user-\(input\|output\|forward\) ' || true; done
"#;

#[test]
fn nothing_of_an_earlier_version_is_left_in_ufw() {
    if tool("ufw").is_none() || private_sandbox(&[]).is_none() {
        return;
    }
    assert_nothing_is_left("ufw", &["host", "network"], |versions| {
        let (directory, (_files, paths)) = (root(), numbered(versions));
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let script = ["sh", "-c", UFW, directory.path().to_str().unwrap()];
        piped(private_sandbox(&[&script, &paths[..]].concat()).unwrap(), "")
    });
}

#[test]
fn protocols_of_an_earlier_version_are_not_left_in_ufw() {
    if tool("ufw").is_none() || private_sandbox(&[]).is_none() {
        return;
    }
    let call = ["--format", "ufw", "--product", "relay"];
    let earlier = files_with(&fixture::protocols(), &call);
    let later = files_with(&fixture::protocols(), &[&call[..], &["--only", "relay-in-neighbour-sctp"]].concat());
    let loaded = |versions: &[&[File]]| {
        let (directory, (_files, paths)) = (root(), numbered(versions));
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let script = ["sh", "-c", UFW, directory.path().to_str().unwrap()];
        piped(private_sandbox(&[&script, &paths[..]].concat()).unwrap(), "")
    };
    let fresh = loaded(&[&later]);
    let before = loaded(&[&earlier]);
    assert!(
        before.contains(" -p gre ") && before.contains(" -p vrrp ") && !fresh.contains(" -p gre "),
        "{before}{fresh}"
    );
    assert_eq!(loaded(&[&earlier, &later]), fresh);
}

/// What aclgen generates from a directory into which the versions were written one after the other.
#[test]
fn nothing_of_an_earlier_version_is_left_in_what_aclgen_generates() {
    let Some(aclgen) = tool("aclgen") else { return };
    assert_nothing_is_left("aerleon", &["host", "network"], |versions| {
        let directory = tempfile::tempdir().unwrap();
        for files in versions {
            for file in *files {
                let path = directory.path().join(&file.name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, &file.text).unwrap();
            }
            let output = Command::new(&aclgen).current_dir(directory.path()).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        fs::read_to_string(directory.path().join("mailgate.nft")).unwrap()
    });
}

/// The entries of a device after it has read scripts: `set` replaces the value of a field, `unset` removes it, and everything else stays.
fn configured(
    parser: &mut crate::python_worker::PythonWorker,
    versions: &[&[File]],
) -> BTreeMap<(String, String), Entry> {
    let mut entries: BTreeMap<(String, String), Entry> = BTreeMap::new();
    for files in versions {
        for (section, edits) in Configuration::read(parser, &files[0].text).0 {
            for (name, fields) in edits {
                let entry = entries.entry((section.clone(), name)).or_default();
                entry.extend(fields);
                entry.retain(|_, values| !values.is_empty());
            }
        }
    }
    entries
}

#[test]
fn a_fortigate_updates_the_policies_of_an_earlier_version_in_their_place() {
    let Some(mut parser) = fortigate::parser() else { return };
    for Change { name, earlier, later } in changes("fortigate", &["network"]) {
        let fresh = configured(&mut parser, &[&later]);
        let reloaded = configured(&mut parser, &[&earlier, &later]);
        for (key, entry) in &fresh {
            assert_eq!(reloaded.get(key), Some(entry), "{name}: {key:?}");
        }
        // A script can't delete what it doesn't know. This is reported.
        let stale: Vec<_> =
            reloaded.keys().filter(|key| key.0 == "firewall policy" && !fresh.contains_key(key)).collect();
        assert_eq!(stale.is_empty(), !name.contains("flow"), "{name}: {stale:?}");
        let reported = "# left out the deletion of policies that only an earlier version has";
        assert!(later[0].text.contains(reported), "{name}");
        assert!(stale.iter().all(|key| reloaded[*key]["comments"][0].starts_with("mailgate, ")), "{stale:?}");
    }
}

/// `kubectl apply` replaces an object with the same kind and name, and all its lists.
#[test]
fn a_later_networkpolicy_is_the_same_object() {
    let Some(validator) = crate::networkpolicy::validator() else { return };
    for Change { name, earlier, later } in changes("networkpolicy", &["host"]) {
        let read = |files: &[File]| validator.borrow_mut().ask(&json!({ "text": files[0].text }))["policy"].clone();
        let (earlier, policy) = (read(&earlier), read(&later));
        assert_eq!(earlier["metadata"], policy["metadata"], "{name}");
        assert_eq!((&earlier["kind"], &earlier["apiVersion"]), (&policy["kind"], &policy["apiVersion"]), "{name}");
        assert_ne!(earlier["spec"], policy["spec"], "{name}");
        let left_alone = later[0].text.contains("connections (not selected; the policy doesn't limit them)");
        let directions = policy["spec"]["policyTypes"].as_array().unwrap().len();
        assert_eq!(left_alone, directions == 1, "{name}");
    }
}

/// Terraform and `CloudFormation` delete what a later version doesn't contain. Rules with the same key are the same rule.
#[test]
fn a_later_configuration_has_the_same_keys_for_the_same_rules() {
    let (Some(hcl), Some(yaml)) = (hcl(), yaml()) else { return };
    let rules = |format: &str, file: &File| -> BTreeMap<String, Value> {
        let rules = match format {
            "terraform" => {
                let variables = hcl.parse(&file.text)["variable"].as_object().unwrap().clone();
                let defaults = variables.values().filter_map(|variable| variable[0]["default"].as_object());
                defaults.flatten().map(|(key, rule)| (key.clone(), rule.clone())).collect::<Vec<_>>()
            }
            _ => yaml.parse(&file.text)["Resources"].as_object().unwrap().clone().into_iter().collect(),
        };
        let without_flows = rules.into_iter().map(|(key, mut rule)| {
            // Other flows may need the same rule.
            rule.as_object_mut().unwrap().retain(|field, _| !["flows", "Metadata"].contains(&field.as_str()));
            if let Some(properties) = rule.get_mut("Properties") {
                properties.as_object_mut().unwrap().remove("Description");
            }
            (key, rule)
        });
        without_flows.collect()
    };
    for format in ["terraform", "cloudformation"] {
        for Change { name, earlier, later } in changes(format, &["host"]) {
            assert_eq!(earlier[0].name, later[0].name, "{format}: {name}");
            let (earlier, later) = (rules(format, &earlier[0]), rules(format, &later[0]));
            let kept: Vec<&String> = later.keys().filter(|key| earlier.contains_key(*key)).collect();
            assert!(!kept.is_empty() && earlier.len() > kept.len(), "{format}: {name}");
            assert!(kept.iter().all(|key| earlier[*key] == later[*key]), "{format}: {name}");
        }
    }
}

#[test]
fn the_direction_that_is_not_asked_for_is_left_alone_and_reported() {
    for (format, reported) in [
        ("nftables", "left out outbound connections (not selected; an earlier version's rules stay in their chain)\n"),
        ("iptables", "left out outbound connections (not selected; an earlier version's rules stay in their chain)\n"),
        ("firewalld", "left out outbound connections (not selected; an earlier version's policy stays)\n"),
        ("ufw", "left out outbound connections (not selected; an earlier version's rules stay)\n"),
        ("fortigate", "left out outbound connections (not selected; an earlier version's policies stay)\n"),
        ("networkpolicy", "left out outbound connections (not selected; the policy doesn't limit them)\n"),
        ("terraform", "left out outbound connections (not selected; an earlier version's rules are deleted)\n"),
        ("cloudformation", "left out outbound connections (not selected; an earlier version's rules are deleted)\n"),
        ("ansible", "left out outbound connections (not selected; an earlier version's rules stay)\n"),
    ] {
        let call = ["rules", "--format", format, "--product", "mailgate", "--direction", "inbound"];
        let output = port_catalog(&call);
        let [printed, messages] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        assert!(messages.contains(reported), "{format}: {messages}");
        let controlled: Vec<&str> = printed
            .lines()
            .filter(|line| line.contains("mailgate-out") || line.contains("outbound'") || line.contains("Egress"))
            .collect();
        assert!(controlled.is_empty(), "{format}: {controlled:?}");
    }
}
