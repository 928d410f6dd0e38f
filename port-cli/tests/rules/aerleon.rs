//! The files for Aerleon, compiled with aclgen. Its output for nftables and iptables is loaded and read back.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use port_engine::rules::formats::writer::File;
use serde_json::{Value, json};

use crate::aclgen::{Aclgen, written};
use crate::cases::{Comparison, all_products, files, sample_output, site};
use crate::openings::{Opening, Openings, assert_same, flows_in, is_icmp, protocol, system_protocol, text};
use crate::tools::{piped, sandboxed, tool};
use crate::{iptables, nftables};

/// Loads the output of aclgen, and writes what each program lists.
const LOAD: &str = r#"
set -e
cd "$0"
nft -f made.nft
nft -n -j list ruleset > nft.listed
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
struct Loader {
    aclgen: Aclgen,
    /// The direction of each flow, which the rules of a forwarding firewall don't show.
    directions: BTreeMap<String, String>,
}

impl Loader {
    fn start() -> Option<Loader> {
        for program in ["nft", "iptables-restore", "ip6tables-restore"] {
            tool(program)?;
        }
        sandboxed(&[])?;
        let directions = |(tables, product): (PathBuf, String)| {
            flows_in(&tables, &product).into_iter().map(|flow| (text(&flow["id"]), text(&flow["direction"])))
        };
        Some(Loader { aclgen: Aclgen::start()?, directions: all_products().into_iter().flat_map(directions).collect() })
    }

    /// What nft and the save programs list after the output of aclgen was loaded.
    fn loaded(&self, files: &[File]) -> Loaded {
        let made = self.aclgen.made(files, true).into_iter().map(|(name, text)| {
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
        let (icmp, both): (Openings, Openings) = v4.into_iter().partition(|opening| is_icmp("icmp", opening));
        let (icmpv6, v6): (Openings, Openings) = v6.into_iter().partition(|opening| is_icmp("icmpv6", opening));
        assert_same(&v6, &both, "IPv6, compared with IPv4");
        let both: Openings = both.into_iter().chain(icmp).chain(icmpv6).collect();
        let openings = loaded.nft.iter().flat_map(|term| {
            let direction = self.direction(&term.hook, &term.id);
            let opening = move |protocol: String, port| (term.id.clone(), direction.to_string(), protocol, port);
            let ports = term.ports.iter().map(move |port| opening(term.protocol.clone(), *port));
            ports.chain(term.icmp_types.iter().map(move |number| opening(format!("{}/{number}", term.protocol), 0)))
        });
        let openings = openings.collect();
        assert_same(&openings, &both, "nftables, compared with iptables");
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
                ["-A", chain, "-p", protocol, ref matches @ .., "-j", "ACCEPT"] => {
                    // aclgen writes no state for ICMPv6.
                    let matches = matches.join(" ").replace("-m state --state NEW,RELATED,ESTABLISHED", "");
                    let matches: Vec<&str> = matches.split_whitespace().collect();
                    let (ports, icmp_type) = match matches[..] {
                        [] => (vec![0..=0], String::new()),
                        ["-m", "tcp" | "udp" | "sctp" | "multiport", "--dport" | "--dports", ports] => {
                            (ports.split(',').map(iptables::range).collect(), String::new())
                        }
                        ["-m", "icmp" | "icmp6", "--icmp-type" | "--icmpv6-type", icmp_type] => {
                            (vec![0..=0], format!("/{icmp_type}"))
                        }
                        _ => panic!("{line}"),
                    };
                    let id = ids[chain];
                    let direction = self.direction(hooks[chain], id);
                    let protocol = system_protocol(protocol) + &icmp_type;
                    let opening = |port| (id.to_string(), direction.to_string(), protocol.clone(), port);
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

/// A rule as nft lists it: in a chain with a term's name, to which a chain with a hook jumps.
#[derive(Debug)]
struct Listed {
    hook: String,
    /// The flow's id, which is the chain's comment.
    id: String,
    protocol: String,
    ports: Vec<u16>,
    /// The types of ICMP.
    icmp_types: Vec<u64>,
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
                // Established and related.
                [json!({"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": [2, 4]}})]
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
    assert!(types.len() == 16 && types.contains(&&json!(135)), "{types:?}");
}

fn term(chain: &str, matches: &[Value], hook: &str, id: &str) -> Listed {
    let mut term = Listed {
        hook: hook.to_string(),
        id: id.to_string(),
        protocol: String::new(),
        ports: Vec::new(),
        icmp_types: Vec::new(),
        source: String::new(),
        destination: String::new(),
    };
    let mut families = BTreeSet::new();
    for one in matches.iter().map(|one| &one["match"]) {
        let (left, right) = (&one["left"], &one["right"]);
        if left["ct"]["key"] == "state" {
            assert_eq!(right, 8, "not only new: {one}");
            continue;
        }
        assert_eq!(one["op"], "==", "{one}");
        let payload = &left["payload"];
        let of = payload["protocol"].as_str();
        match (of, payload["field"].as_str().or(left["meta"]["key"].as_str())) {
            (Some(of), Some("dport")) => {
                term.protocol = of.to_string();
                term.ports = nftables::values(right).into_iter().flat_map(nftables::ports).collect();
            }
            (Some(of @ ("icmp" | "icmpv6")), Some("type")) => {
                term.protocol = of.to_string();
                term.icmp_types = nftables::values(right).iter().map(|number| number.as_u64().unwrap()).collect();
                families.insert(if of == "icmp" { "ip" } else { "ip6" });
            }
            (Some(of @ ("ip" | "ip6")), Some("saddr" | "daddr")) => {
                let end = if payload["field"] == "saddr" { &mut term.source } else { &mut term.destination };
                *end = nftables::addresses(right);
                families.insert(of);
            }
            (Some("ip"), Some("protocol")) | (None, Some("l4proto")) => {
                term.protocol = protocol(right.as_u64().unwrap());
                term.ports = vec![0];
                families.extend(of);
                families.extend((term.protocol == "icmpv6").then_some("ip6"));
            }
            _ => panic!("{one}"),
        }
    }
    assert!(families.len() < 2, "both families: {matches:?}");
    // The name of the chain ends in the protocol; a number follows if there are several rules for it.
    let suffix = format!("-{}", term.protocol.replace('/', ""));
    let is_numbered = |(_, rest): (usize, &str)| chain.ends_with(rest) || chain.contains(&format!("{rest}-"));
    assert!(chain.match_indices(&suffix).any(is_numbered), "{chain}: {}", term.protocol);
    term
}

/// Aerleon knows neither these protocols nor these types.
const UNKNOWN: [&str; 8] = ["icmp/200", "icmp/255", "icmpv6/200", "icmpv6/255", "ip/0", "ip/43", "ip/99", "ip/255"];

#[test]
fn aclgen_allows_exactly_what_the_catalog_lists() {
    let Some(loader) = Loader::start() else { return };
    let can_express = |opening: &Opening| !UNKNOWN.contains(&opening.2.as_str());
    let aerleon = Comparison { format: "aerleon", locations: &["host", "network"], can_express };
    aerleon.run(|files| loader.read(files));
}

#[test]
fn terms_use_networks_with_the_addresses_of_the_site() {
    let Some(loader) = Loader::start() else { return };
    let site = site();
    // The flow of the last peer is limited to IPv4; this must not limit other flows.
    let last = "acme-cloud = \"10.9.9.9\"\n";
    std::fs::write(&site, std::fs::read_to_string(&site).unwrap() + last).unwrap();
    let path = site.path().to_str().unwrap();
    let files =
        files(&["--format", "aerleon", "--product", "mailgate", "--at", "network", "--unnamed", "any", "--site", path]);
    let listed = loader.loaded(&files);
    let ends = |id: &str| -> Vec<String> {
        // aclgen writes a rule for each family, and some rules twice.
        let term_ends: BTreeSet<String> = listed
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
    assert!(listed.v4.contains("-s 10.0.0.0/8 -d 192.0.2.10/32 -p tcp -m multiport --dports 25,465 "), "{}", listed.v4);
    assert!(
        listed.v6.contains("-s 2001:db8:1::/48 -d 2001:db8::10/128 -p tcp -m multiport --dports 25,465 "),
        "{}",
        listed.v6
    );
}

#[test]
fn aerleon_sample() {
    insta::assert_snapshot!("aerleon_sample", sample_output("aerleon"));
}
