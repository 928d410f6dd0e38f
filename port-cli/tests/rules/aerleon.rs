//! The files for Aerleon, compiled with aclgen. Its output for nftables and iptables is loaded and read back; for other targets, every
//! term has to occur in the output.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use port_catalog_tests::fixture;
use port_engine::rules::formats::writer::File;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::cases::{Comparison, files, files_with, sample_output, site};
use crate::openings::{Opening, Openings, assert_same, flows, products, text};
use crate::python_worker::PythonWorker;
use crate::tools::{piped, sandboxed, tool};
use crate::{iptables, nftables};

/// Loads the output of aclgen, and writes what each program lists.
const LOAD: &str = r#"
set -e
cd "$0"
nft -f made.nft
nft -j list ruleset > nft.listed
nft list ruleset > nft.text
nft flush ruleset
for version in 4 6; do
    program=$([ $version = 6 ] && echo ip6tables || echo iptables)
    $program-restore --test < v$version.ipt
    $program-restore < v$version.ipt
    $program-save > v$version.saved
done
"#;

/// aclgen, and what is needed to read its output.
struct Aclgen {
    python: RefCell<PythonWorker>,
    /// The direction of each flow, which the rules of a forwarding firewall don't show.
    directions: BTreeMap<String, String>,
}

impl Aclgen {
    fn start() -> Option<Aclgen> {
        for program in ["nft", "iptables-restore", "ip6tables-restore"] {
            tool(program)?;
        }
        sandboxed(&[])?;
        let python = tool("aclgen")?.with_file_name("python3");
        let python = PythonWorker::start(Command::new(python).args(["-c", include_str!("ask_aclgen.py")]));
        let directions =
            |product: &String| flows(product).into_iter().map(|flow| (text(&flow["id"]), text(&flow["direction"])));
        Some(Aclgen { python: RefCell::new(python), directions: products().iter().flat_map(directions).collect() })
    }

    /// The output of aclgen, by name.
    fn made(&self, files: &[File], others: bool) -> BTreeMap<String, String> {
        let directory = written(files);
        let answer = self.python.borrow_mut().ask(&json!({ "directory": directory.path(), "others": others }));
        for warning in answer["warnings"].as_array().unwrap() {
            // Terms with IPv4 addresses only are empty in a filter for IPv6.
            assert!(text(warning).ends_with("of inet6 address family are present."), "{warning}");
        }
        let made = answer["made"].as_object().unwrap();
        made.iter().map(|(name, made)| (name.clone(), text(made))).collect()
    }

    /// What nft and the save programs list after the output of aclgen was loaded.
    fn loaded(&self, files: &[File]) -> Loaded {
        let made = self.made(files, false).into_iter().map(|(name, text)| {
            // The file for nftables is named after the product.
            let name = if name.rsplit('.').next() == Some("nft") { "made.nft".to_string() } else { name };
            File { name, text }
        });
        let directory = written(&made.collect::<Vec<_>>());
        piped(sandboxed(&["sh", "-c", LOAD, directory.path().to_str().unwrap()]).unwrap(), "");
        let read = |name: &str| std::fs::read_to_string(directory.path().join(name)).unwrap();
        Loaded {
            nft: listed(&serde_json::from_str(&read("nft.listed")).unwrap(), &comments(&read("nft.text"))),
            v4: read("v4.saved"),
            v6: read("v6.saved"),
        }
    }

    /// The openings that nft lists. The iptables programs have to list the same.
    fn read(&self, files: &[File]) -> Openings {
        let loaded = self.loaded(files);
        let [v4, v6] = [&loaded.v4, &loaded.v6].map(|saved| self.saved(saved));
        assert_same(&v6, &v4, "IPv6, compared with IPv4");
        let openings = loaded.nft.iter().flat_map(|term| {
            let direction = self.direction(&term.hook, &term.id);
            term.ports.iter().map(move |port| (term.id.clone(), direction.to_string(), term.protocol.clone(), *port))
        });
        let openings = openings.collect();
        assert_same(&openings, &v4, "nftables, compared with iptables");
        openings
    }

    /// The direction of a hook, or of the flow if the hook forwards.
    fn direction<'a>(&'a self, hook: &str, id: &str) -> &'a str {
        match hook.to_lowercase().as_str() {
            "input" => "inbound",
            "output" => "outbound",
            "forward" => &self.directions[id],
            other => panic!("{other}: {id}"),
        }
    }

    /// The openings that a save program prints. A term is a chain with a comment and at least one rule.
    fn saved(&self, saved: &str) -> Openings {
        let mut openings = Openings::new();
        let (mut hooks, mut ids) = (BTreeMap::new(), BTreeMap::new());
        for line in saved.lines().filter(|line| line.starts_with("-A ")) {
            let words: Vec<&str> = line.split(' ').collect();
            match words[..] {
                ["-A", hook, "-j", chain] if hook == hook.to_uppercase() => {
                    assert!(hooks.insert(chain, hook).is_none(), "{line}");
                }
                ["-A", _, "-j", "DROP"] => {}
                ["-A", chain, "-m", "comment", "--comment", id] => assert!(ids.insert(chain, id).is_none(), "{line}"),
                [
                    "-A",
                    chain,
                    "-p",
                    protocol,
                    ref matches @ ..,
                    "-m",
                    "state",
                    "--state",
                    "NEW,RELATED,ESTABLISHED",
                    "-j",
                    "ACCEPT",
                ] => {
                    let ports = match matches {
                        [] => vec![0..=0],
                        ["-m", "tcp" | "udp" | "multiport", "--dport" | "--dports", ports] => {
                            ports.split(',').map(iptables::range).collect()
                        }
                        _ => panic!("{line}"),
                    };
                    let id = ids[chain];
                    let direction = self.direction(hooks[chain], id);
                    let opening = |port| (id.to_string(), direction.to_string(), protocol.to_string(), port);
                    openings.extend(ports.into_iter().flatten().map(opening));
                }
                _ => panic!("{line}"),
            }
        }
        openings
    }
}

/// The listing after loading.
struct Loaded {
    nft: Vec<Listed>,
    v4: String,
    v6: String,
}

/// A directory with these files.
pub fn written(files: &[File]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for file in files {
        let path = directory.path().join(&file.name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, &file.text).unwrap();
    }
    directory
}

/// A rule as nft lists it: in a chain with a term's name, to which a chain with a hook jumps.
#[derive(Debug)]
struct Listed {
    hook: String,
    /// The flow's id, which is the chain's comment.
    id: String,
    protocol: String,
    ports: Vec<u16>,
    source: String,
    destination: String,
}

/// The comments of chains, which are only in nft's text output.
fn comments(listed: &str) -> BTreeMap<&str, &str> {
    let lines: Vec<&str> = listed.lines().map(str::trim).collect();
    let pairs = lines.windows(2).filter_map(|pair| {
        let chain = pair[0].strip_prefix("chain ")?.strip_suffix(" {")?;
        Some((chain, pair[1].strip_prefix("comment \"")?.strip_suffix('"')?))
    });
    pairs.collect()
}

fn listed(ruleset: &Value, comments: &BTreeMap<&str, &str>) -> Vec<Listed> {
    let items = ruleset["nftables"].as_array().unwrap();
    let chains = items.iter().filter_map(|item| item.get("chain"));
    let hooks: BTreeMap<&str, &str> =
        chains.filter_map(|chain| Some((chain["name"].as_str()?, chain["hook"].as_str()?))).collect();
    let mut jumps: BTreeMap<&str, &str> = BTreeMap::new();
    let mut listed = Vec::new();
    for rule in items.iter().filter_map(|item| item.get("rule")) {
        let chain = rule["chain"].as_str().unwrap();
        let [matches @ .., verdict] = rule["expr"].as_array().unwrap().as_slice() else { panic!("{rule}") };
        if let Some(target) = verdict["jump"]["target"].as_str() {
            assert!(matches.is_empty() && jumps.insert(target, hooks[chain]).is_none(), "{rule}");
        } else if hooks.contains_key(chain) {
            assert_eq!(
                matches,
                [json!({"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": ["established", "related"]}})]
            );
        } else if chain.starts_with("accept-loopback-") || chain.starts_with("accept-icmpv6-") {
            assert_host_term(chain, matches);
        } else if verdict.get("drop").is_some() {
            assert!(chain.starts_with("default-deny-") && matches.is_empty(), "{rule}");
        } else {
            assert!(verdict.get("accept").is_some(), "{rule}");
            listed.push((chain, matches));
        }
    }
    listed.into_iter().map(|(chain, matches)| term(chain, matches, jumps[chain], comments[chain])).collect()
}

/// Asserts that a term accepts only loopback, or only some types of `ICMPv6`.
fn assert_host_term(chain: &str, matches: &[Value]) {
    if chain.starts_with("accept-loopback-") {
        let key = if chain.ends_with("-input") { "iifname" } else { "oifname" };
        assert_eq!(matches[0], json!({ "match": { "op": "==", "left": { "meta": { "key": key } }, "right": "lo" } }));
        return;
    }
    assert_eq!(matches.len(), 1);
    assert_eq!(matches[0]["match"]["left"], json!({ "payload": { "protocol": "icmpv6", "field": "type" } }));
    let types = nftables::values(&matches[0]["match"]["right"]);
    assert!(types.len() == 16 && types.contains(&&json!("nd-neighbor-solicit")), "{types:?}");
}

fn term(chain: &str, matches: &[Value], hook: &str, id: &str) -> Listed {
    let (_, protocol) = chain.rsplit_once('-').unwrap();
    let mut term = Listed {
        hook: hook.to_string(),
        id: id.to_string(),
        protocol: protocol.to_string(),
        ports: Vec::new(),
        source: String::new(),
        destination: String::new(),
    };
    for one in matches.iter().map(|one| &one["match"]) {
        let (left, right) = (&one["left"], &one["right"]);
        if left["ct"]["key"] == "state" {
            assert_eq!(right, "new", "{one}");
            continue;
        }
        assert_eq!(one["op"], "==", "{one}");
        match (left["payload"]["protocol"].as_str(), left["payload"]["field"].as_str()) {
            (Some(of), Some("dport")) => {
                assert_eq!(of, protocol);
                term.ports = nftables::values(right).into_iter().flat_map(nftables::ports).collect();
            }
            (Some("ip" | "ip6"), Some("saddr")) => term.source = nftables::addresses(right),
            (Some("ip" | "ip6"), Some("daddr")) => term.destination = nftables::addresses(right),
            (Some("ip"), Some("protocol")) | (None, None) => {
                assert!((right == "esp") && (protocol == "esp"), "{one}");
                term.ports = vec![0];
            }
            _ => panic!("{one}"),
        }
    }
    term
}

#[test]
fn aclgen_allows_exactly_what_the_catalog_lists() {
    let Some(aclgen) = Aclgen::start() else { return };
    let aerleon = Comparison { format: "aerleon", locations: &["host", "network"], can_express: |_: &Opening| true };
    aerleon.run(|files| aclgen.read(files));
}

#[test]
fn every_term_is_in_the_output_for_other_targets() {
    let Some(aclgen) = Aclgen::start() else { return };
    for product in products() {
        let files = files_with(&fixture::tables(), &["--format", "aerleon", "--product", &product]);
        let terms = files[1].text.split("\n      - name: \"").skip(1);
        let terms = terms.filter(|term| !term.contains("\n        platform: nftables\n"));
        let names: Vec<&str> = terms.map(|term| term.split('"').next().unwrap()).collect();
        assert!(names.len() > 5, "{names:?}");
        let made = aclgen.made(&files, true);
        for name in ["arista.eacl", "cisco.acl", "juniper.jcl", "paloalto.xml", "srx.srx"] {
            let made = made.get(name).unwrap_or_else(|| panic!("no {name} for {product}"));
            let without: Vec<&&str> = names.iter().filter(|name| !made.contains(**name)).collect();
            assert!(without.is_empty(), "{name} for {product}: {without:?}");
        }
    }
}

#[test]
fn terms_use_networks_with_the_addresses_of_the_site() {
    let Some(aclgen) = Aclgen::start() else { return };
    let site = site();
    // The flow of the last peer is limited to IPv4; this must not limit other flows.
    let last = "acme-cloud = \"10.9.9.9\"\n";
    std::fs::write(&site, std::fs::read_to_string(&site).unwrap() + last).unwrap();
    let path = site.path().to_str().unwrap();
    let files =
        files(&["--format", "aerleon", "--product", "mailgate", "--at", "network", "--unnamed", "any", "--site", path]);
    let loaded = aclgen.loaded(&files);
    let ends = |id: &str| -> Vec<String> {
        // aclgen writes a rule for each family, and some rules twice.
        let term_ends: BTreeSet<String> = loaded
            .nft
            .iter()
            .filter(|rule| rule.id == id)
            .map(|rule| format!("{} > {}", rule.source, rule.destination))
            .collect();
        term_ends.into_iter().collect()
    };
    assert_eq!(
        ends("mailgate-in-email-client-smtp"),
        ["10.0.0.0/8 198.51.100.7 > 192.0.2.10", "2001:db8:1::/48 > 2001:db8::10"]
    );
    assert_eq!(ends("mailgate-out-ldap-server"), ["192.0.2.10 > 10.0.5.1"]);
    assert_eq!(ends("mailgate-out-nas"), ["192.0.2.10 > 10.3.3.3"]);
    assert_eq!(ends("mailgate-out-acme-cloud-rating"), ["192.0.2.10 > 10.9.9.9"]);
    assert_eq!(ends("mailgate-in-admin"), [" > 192.0.2.10", " > 2001:db8::10"]);
    assert_eq!(ends("mailgate-out-dns-server"), ["192.0.2.10 > 0.0.0.0/0"]);
    assert!(loaded.v4.contains("-s 10.0.0.0/8 -d 192.0.2.10/32 -p tcp -m multiport --dports 25,465 "), "{}", loaded.v4);
    assert!(
        loaded.v6.contains("-s 2001:db8:1::/48 -d 2001:db8::10/128 -p tcp -m multiport --dports 25,465 "),
        "{}",
        loaded.v6
    );
}

#[test]
fn aerleon_sample() {
    insta::assert_snapshot!("aerleon_sample", sample_output("aerleon"));
}
