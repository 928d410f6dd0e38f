//! The services and policies for firewalld, as its command lists them and as it loads them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::PathBuf;

use port_catalog_tests::fixture;
use port_engine::rules::formats::RulesFormat;
use port_engine::rules::formats::writer::File;
use port_engine::rules::model::one_line;
use tempfile::TempDir;

use crate::cases::{Comparison, files, fitted_files, ruleset_of_texts, sample_output, site};
use crate::firewalld_icmp::icmp_rules;
use crate::openings::{Opening, Openings, fixture_tables, port_catalog_with, products_in, system_protocol};
use crate::python_worker::{PythonWorker, worker_command};
use crate::reload::{Change, changes};
use crate::tools::{piped, private_sandbox, sandboxed, tool};

/// firewalld's command, for configurations in temporary directories.
struct Firewalld {
    command: PathBuf,
    worker: PythonWorker,
    /// The minimum of an installed firewalld: zones that allow nothing.
    installed: TempDir,
    /// What services open, by the text of their files.
    known: HashMap<String, Opened>,
}

/// What a service opens: protocols with their ports. The port is 0 for a protocol without ports.
type Opened = Vec<(String, u16)>;

/// The fields of a service or policy, as firewalld lists them.
type Fields = BTreeMap<String, String>;

fn installed() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for kind in ["zones", "icmptypes"] {
        fs::create_dir(directory.path().join(kind)).unwrap();
    }
    for file in fs::read_dir("/usr/lib/firewalld/icmptypes").unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), directory.path().join("icmptypes").join(file.file_name())).unwrap();
    }
    for (zone, target) in [("public", ""), ("trusted", "ACCEPT"), ("drop", "DROP"), ("block", "%%REJECT%%")] {
        let target = if target.is_empty() { String::new() } else { format!(" target=\"{target}\"") };
        fs::write(directory.path().join(format!("zones/{zone}.xml")), format!("<zone{target}/>\n")).unwrap();
    }
    directory
}

/// A directory with these files as the administrator's configuration.
fn configured(files: &[File]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("firewalld.conf"), "DefaultZone=public\n").unwrap();
    for file in files {
        let path = directory.path().join(&file.name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &file.text).unwrap();
    }
    directory
}

impl Firewalld {
    fn start() -> Option<Firewalld> {
        let command = tool("firewall-offline-cmd")?;
        let worker = worker_command(&command, &["firewall.core.fw"]);
        let worker: Vec<&str> = worker.iter().map(String::as_str).collect();
        let worker = PythonWorker::start(&mut sandboxed(&worker)?);
        Some(Firewalld { command, worker, installed: installed(), known: HashMap::new() })
    }

    /// What firewalld's command prints for a configuration, for each of the options.
    fn run(&mut self, files: &[File], options: &[String]) -> Vec<String> {
        let configured = configured(files);
        let directories = [("--system-config", &configured), ("--default-config", &self.installed)];
        let directories = directories.map(|(name, directory)| format!("{name}={}", directory.path().display()));
        let call = |option: &String| [&directories[..], &["--verbose".to_string(), option.clone()]].concat();
        self.worker.run(&self.command, &options.iter().map(call).collect::<Vec<_>>())
    }

    /// The services of files.
    fn services(&mut self, files: &[&File]) -> Vec<Fields> {
        let options: Vec<String> = files.iter().map(|file| format!("--info-service={}", name(file))).collect();
        let files: Vec<File> = files.iter().copied().cloned().collect();
        let service = |(printed, file): (String, &File)| {
            let [(listed, service)] = &listed(&printed)[..] else { panic!("{printed}") };
            assert_eq!(listed, name(file));
            service.clone()
        };
        self.run(&files, &options).into_iter().zip(&files).map(service).collect()
    }

    /// What services open.
    fn opened<'a>(&mut self, files: &[&'a File]) -> BTreeMap<&'a str, Opened> {
        let unknown: Vec<&File> = files.iter().copied().filter(|file| !self.known.contains_key(&file.text)).collect();
        for (file, service) in unknown.iter().zip(self.services(&unknown)) {
            self.known.insert(file.text.clone(), opened(&service));
        }
        files.iter().map(|file| (name(file), self.known[&file.text].clone())).collect()
    }

    /// The policies of a configuration, which must be valid.
    fn policies(&mut self, files: &[File]) -> Vec<(String, Fields)> {
        let printed = self.run(files, &["--check-config".to_string(), "--list-all-policies".to_string()]);
        assert_eq!(printed[0].trim(), "");
        listed(&printed[1])
    }

    /// What the policies of a configuration open.
    fn openings(&mut self, files: &[File]) -> Openings {
        let services: Vec<&File> = files.iter().filter(|file| file.name.starts_with("services/")).collect();
        let services = self.opened(&services);
        let mut openings = Openings::new();
        let mut used = BTreeSet::new();
        for (policy, fields) in self.policies(files) {
            let direction = direction(&policy, &fields);
            assert_eq!(fields["target"], "CONTINUE", "{policy}");
            for service in fields["services"].split_whitespace() {
                // The service of a flow between components has a suffix at the other end.
                let id = service.strip_suffix("_out").unwrap_or(service);
                let opening =
                    |(protocol, port): &(String, u16)| (id.to_string(), direction.to_string(), protocol.clone(), *port);
                openings.extend(services[service].iter().map(opening));
                used.insert(service.to_string());
            }
            let file = files.iter().find(|file| file.name == format!("policies/{policy}.xml")).unwrap();
            let written = icmp_rules(&file.text);
            let rules: BTreeSet<&str> = written.iter().map(|rule| rule.listed.as_str()).collect();
            assert_eq!(rules, fields["rich rules"].lines().collect::<BTreeSet<_>>(), "{policy}");
            openings.extend(written.iter().map(|rule| (rule.id.clone(), direction.to_string(), rule.protocol(), 0)));
        }
        assert_eq!(used.len(), services.len(), "a service is not used by any policy");
        openings
    }
}

/// The name of the service or policy in a file.
fn name(file: &File) -> &str {
    let (_, name) = file.name.split_once('/').unwrap();
    name.strip_suffix(".xml").unwrap()
}

/// Parses services or policies as firewalld lists them: a line with the name, and fields below it. Each of the `rich rules` is a line.
fn listed(printed: &str) -> Vec<(String, Fields)> {
    let mut listed: Vec<(String, Fields)> = Vec::new();
    let mut last = String::new();
    for line in printed.lines().filter(|line| !line.trim().is_empty()) {
        if !line.starts_with([' ', '\t']) {
            listed.push((line.split(' ').next().unwrap().to_string(), Fields::new()));
            continue;
        }
        let (_, fields) = listed.last_mut().expect(line);
        match line.strip_prefix("  ").and_then(|line| line.split_once(':')) {
            Some((field, value)) => {
                last = field.to_string();
                fields.insert(last.clone(), value.trim().to_string());
            }
            None => *fields.get_mut(&last).expect(line) += &format!("{}\n", line.trim()),
        }
    }
    listed
}

/// The direction of a policy, from its name. Its zones must agree, if it has any.
fn direction(policy: &str, fields: &Fields) -> &'static str {
    let direction = if policy.ends_with("-out") { "outbound" } else { "inbound" };
    let zones = (fields["ingress-zones"].as_str(), fields["egress-zones"].as_str());
    let known = [("inbound", ("", "HOST")), ("outbound", ("HOST", "ANY")), (direction, ("", ""))];
    assert!(known.contains(&(direction, zones)), "{policy}: {zones:?}");
    direction
}

fn opened(service: &Fields) -> Opened {
    for field in ["source-ports", "modules", "destination", "includes", "helpers"] {
        assert_eq!(service[field], "", "{field}");
    }
    let ports = service["ports"].split_whitespace().flat_map(|port| {
        let (range, protocol) = port.split_once('/').expect(port);
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let ports: std::ops::RangeInclusive<u16> = first.parse().unwrap()..=last.parse().unwrap();
        ports.map(move |port| (protocol.to_string(), port))
    });
    let protocols = service["protocols"].split_whitespace().map(|protocol| (system_protocol(protocol), 0));
    ports.chain(protocols).collect()
}

#[test]
fn firewalld_allows_exactly_what_the_catalog_lists() {
    if let Some(firewalld) = Firewalld::start() {
        let firewalld = RefCell::new(firewalld);
        // Types without a name, and protocol 0, which is any protocol for one of its backends.
        let can_express = |opening: &Opening| {
            !["icmp/200", "icmp/255", "icmpv6/200", "icmpv6/255", "ip/0"].contains(&opening.2.as_str())
        };
        let format = Comparison { format: "firewalld", locations: &["host", "network"], can_express };
        format.run(|files| firewalld.borrow_mut().openings(files));
    }
}

/// Starts firewalld's engine on two directories, as the daemon does, but without the daemon.
const LOAD: &str = "
import sys
from firewall import config
config.set_system_config_paths(sys.argv[1])
config.set_default_config_paths(sys.argv[2])
from firewall.core.fw import Firewall
Firewall().start()
";

/// The rules that firewalld loads for its policies, below the names of their chains.
pub fn loaded(files: &[File]) -> Option<String> {
    let (command, _) = (tool("firewall-offline-cmd")?, tool("nft")?);
    let (configured, installed) = (configured(files), installed());
    let [configured, installed] = [&configured, &installed].map(|directory| directory.path().to_str().unwrap());
    let python = worker_command(&command, &[]).remove(0);
    let load = "mount -t tmpfs none /run && \"$0\" -c \"$1\" \"$2\" \"$3\" >&2 && nft -n list table inet firewalld";
    let printed = piped(private_sandbox(&["sh", "-c", load, &python, LOAD, configured, installed])?, "");
    let mut loaded = String::new();
    for chain in printed.split("\tchain ").filter(|chain| chain.starts_with("filter_")) {
        let mut lines = chain.lines();
        let name = lines.next().and_then(|line| line.strip_suffix(" {")).expect(chain);
        if name.contains("_policy_mailgate-") && name.ends_with("_allow") {
            let rules = lines.filter_map(|line| line.strip_prefix("\t\t"));
            loaded += &format!("{name}\n{}", rules.map(|rule| format!("  {rule}\n")).collect::<String>());
        }
    }
    Some(loaded)
}

/// Adds the zones that a policy lacks.
pub fn add_zones(files: &mut [File]) {
    for file in files {
        for (zone, side) in [("<ingress-zone ", "ingress"), ("<egress-zone ", "egress")] {
            let (head, policy) = file.text.split_once("\n<policy").unwrap_or((&file.text, ""));
            if !policy.is_empty() && !policy.contains(zone) {
                let named = policy.replacen(">\n", &format!(">\n  <{side}-zone name=\"ANY\"/>\n"), 1);
                file.text = format!("{head}\n<policy{named}");
            }
        }
    }
}

/// A later version replaces files of the earlier one. Files that it doesn't contain stay.
#[test]
fn nothing_of_an_earlier_version_is_left_in_firewalld() {
    for Change { name, mut earlier, mut later } in changes("firewalld", &["host"]) {
        add_zones(&mut earlier);
        add_zones(&mut later);
        let Some(fresh) = loaded(&later) else { return };
        let stays = |file: &&File| later.iter().all(|new| new.name != file.name);
        let both: Vec<File> = earlier.iter().filter(stays).chain(&later).cloned().collect();
        assert_ne!(loaded(&earlier).unwrap(), fresh, "{name}");
        assert_eq!(loaded(&both).unwrap(), fresh, "{name}");
    }
}

#[test]
fn firewalld_loads_the_policies_once_zones_are_added() {
    let site = site();
    let only =
        ["in-email-client-pop3", "in-mailgate-heartbeat", "out-ldap-server", "out-dns-server", "out-email-server"];
    let only: Vec<String> = only.iter().map(|flow| format!("--only=mailgate-{flow}")).collect();
    let only: Vec<&str> = only.iter().map(String::as_str).collect();
    let site = ["--unnamed=any", "--site", site.path().to_str().unwrap()];
    let mut read = String::new();
    for location in ["host", "network"] {
        let call = [&["--format", "firewalld", "--product", "mailgate", "--at", location], &site[..], &only].concat();
        let mut files = files(&call);
        let Some(before) = loaded(&files) else { return };
        add_zones(&mut files);
        let after = loaded(&files).unwrap();
        read += &format!("--at {location}, as written:\n{before}\n--at {location}, with zones added:\n{after}\n");
    }
    insta::assert_snapshot!("loaded_policies", read);
}

#[test]
fn every_message_is_also_a_comment_in_a_policy() {
    let site = site();
    let mut messages = 0;
    // The site is for the fixture.
    let with_site = ["--unnamed=any", "--site", site.path().to_str().unwrap()];
    for (tables, site) in [(fixture::tables(), &[][..]), (fixture_tables(), &with_site)] {
        for product in products_in(&tables) {
            let call = [&["rules", "--format", "firewalld", "--product", &product], site].concat();
            let output = port_catalog_with(&tables, &call);
            let printed = String::from_utf8(output.stdout).unwrap();
            let (policies, _) = printed.split_once("==> services/").unwrap();
            let comments: Vec<&str> =
                policies.lines().filter_map(|line| line.trim().strip_prefix("<!-- ")?.strip_suffix(" -->")).collect();
            for line in String::from_utf8(output.stderr).unwrap().lines() {
                assert!(comments.iter().any(|comment| line.starts_with(comment)), "{product}: {line}");
                messages += 1;
            }
        }
    }
    assert!(messages > 20, "only {messages} messages");
}

#[test]
fn texts_are_read_back_unchanged() {
    let Some(mut firewalld) = Firewalld::start() else { return };
    let ruleset = ruleset_of_texts();
    let files = fitted_files(RulesFormat::Firewalld, ruleset.clone());
    let services: Vec<&File> = files.iter().filter(|file| file.name.starts_with("services/")).collect();
    assert_eq!(services.len(), ruleset.flows.len());
    for (file, service) in services.iter().zip(firewalld.services(&services)) {
        let flow = ruleset.flows.iter().find(|flow| flow.id == name(file)).unwrap();
        assert_eq!(service["summary"], one_line(&flow.purpose).trim());
        assert_eq!(service["description"], flow.comments().collect::<Vec<_>>().join("; ").trim());
    }
}

#[test]
fn names_of_policies_are_short_enough() {
    for (name, policy) in [
        ("a", "a-in"),
        ("thirteen-char", "thirteen-char-in"),
        // Shortened names end in a digest, so that they stay different.
        ("fourteen-chars", "four-613d2399-in"),
        ("fourteen-chart", "four-623d252c-in"),
    ] {
        let files =
            files(&["--format", "firewalld", "--product", "mailgate", "--direction", "inbound", "--name", name]);
        assert_eq!(files[0].name, format!("policies/{policy}.xml"));
    }
}

#[test]
fn firewalld_sample() {
    insta::assert_snapshot!("firewalld_sample", sample_output("firewalld"));
}
