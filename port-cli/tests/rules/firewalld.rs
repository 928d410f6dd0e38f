//! What firewalld makes of the services and policies: as its own command tells them, and as it loads them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::PathBuf;

use port_cli::rules::formats::{File, firewalld};
use port_cli::rules::model::one_line;
use tempfile::TempDir;

use crate::cases::{Compared, as_people_read_it, files, of_texts, site};
use crate::kept::{Kept, programs};
use crate::openings::{Openings, port_catalog, products};
use crate::tools::{piped, private_sandbox, sandboxed, tool};

/// firewalld's command, for configurations in folders of their own.
struct Firewalld {
    command: PathBuf,
    kept: Kept,
    /// The least that firewalld is installed with: zones, none of which lets anything through.
    installed: TempDir,
    /// What services open, by their text.
    known: HashMap<String, Opened>,
}

/// What a service opens: protocols with their ports, which are 0 for what has none.
type Opened = Vec<(String, u16)>;

/// A service or a policy, as firewalld tells it.
type Fields = BTreeMap<String, String>;

fn installed() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("zones")).unwrap();
    for (zone, target) in [("public", ""), ("trusted", "ACCEPT"), ("drop", "DROP"), ("block", "%%REJECT%%")] {
        let target = if target.is_empty() { String::new() } else { format!(" target=\"{target}\"") };
        fs::write(folder.path().join(format!("zones/{zone}.xml")), format!("<zone{target}/>\n")).unwrap();
    }
    folder
}

/// A folder with these files as the administrator's configuration.
fn configured(files: &[File]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("firewalld.conf"), "DefaultZone=public\n").unwrap();
    for file in files {
        let path = folder.path().join(&file.name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &file.text).unwrap();
    }
    folder
}

impl Firewalld {
    fn start() -> Option<Firewalld> {
        let command = tool("firewall-offline-cmd")?;
        let programs = programs(&command, &["firewall.core.fw"]);
        let programs: Vec<&str> = programs.iter().map(String::as_str).collect();
        let kept = Kept::start(&mut sandboxed(&programs)?);
        Some(Firewalld { command, kept, installed: installed(), known: HashMap::new() })
    }

    /// What firewalld's command prints of a configuration, for each of its options.
    fn run(&mut self, files: &[File], options: &[String]) -> Vec<String> {
        let configured = configured(files);
        let folders = [("--system-config", &configured), ("--default-config", &self.installed)];
        let folders = folders.map(|(name, folder)| format!("{name}={}", folder.path().display()));
        let call = |option: &String| [&folders[..], &["--verbose".to_string(), option.clone()]].concat();
        self.kept.run(&self.command, &options.iter().map(call).collect::<Vec<_>>())
    }

    /// The services of files.
    fn services(&mut self, files: &[&File]) -> Vec<Fields> {
        let options: Vec<String> = files.iter().map(|file| format!("--info-service={}", name(file))).collect();
        let files: Vec<File> = files.iter().copied().cloned().collect();
        let service = |(printed, file): (String, &File)| {
            let [(told, service)] = &told(&printed)[..] else { panic!("{printed}") };
            assert_eq!(told, name(file));
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

    /// The policies of a configuration that is free of errors.
    fn policies(&mut self, files: &[File]) -> Vec<(String, Fields)> {
        let printed = self.run(files, &["--check-config".to_string(), "--list-all-policies".to_string()]);
        assert_eq!(printed[0].trim(), "");
        told(&printed[1])
    }

    /// What the policies of a configuration open.
    fn openings(&mut self, files: &[File]) -> Openings {
        let services: Vec<&File> = files.iter().filter(|file| file.name.starts_with("services/")).collect();
        let services = self.opened(&services);
        let mut openings = Openings::new();
        let mut used = BTreeSet::new();
        for (policy, fields) in self.policies(files) {
            let direction = direction(&policy, &fields);
            assert_eq!((fields["target"].as_str(), fields["rich rules"].as_str()), ("CONTINUE", ""), "{policy}");
            for id in fields["services"].split_whitespace() {
                let opening =
                    |(protocol, port): &(String, u16)| (id.to_string(), direction.to_string(), protocol.clone(), *port);
                openings.extend(services[id].iter().map(opening));
                used.insert(id.to_string());
            }
        }
        assert_eq!(used.len(), services.len(), "a service is not used");
        openings
    }
}

/// The name that a file gives to what stands in it.
fn name(file: &File) -> &str {
    let (_, name) = file.name.split_once('/').unwrap();
    name.strip_suffix(".xml").unwrap()
}

/// Things as firewalld tells them: a line with the name, below it fields with their values; those of `rich rules` a line each.
fn told(printed: &str) -> Vec<(String, Fields)> {
    let mut told: Vec<(String, Fields)> = Vec::new();
    let mut last = String::new();
    for line in printed.lines().filter(|line| !line.trim().is_empty()) {
        if !line.starts_with([' ', '\t']) {
            told.push((line.split(' ').next().unwrap().to_string(), Fields::new()));
            continue;
        }
        let (_, fields) = told.last_mut().expect(line);
        match line.strip_prefix("  ").and_then(|line| line.split_once(':')) {
            Some((field, value)) => {
                last = field.to_string();
                fields.insert(last.clone(), value.trim().to_string());
            }
            None => *fields.get_mut(&last).expect(line) += &format!("{}\n", line.trim()),
        }
    }
    told
}

/// The direction of a policy: its zones say it where they are known, and its name does.
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
    let protocols = service["protocols"].split_whitespace().map(|protocol| (protocol.to_string(), 0));
    ports.chain(protocols).collect()
}

#[test]
fn firewalld_tells_what_the_catalog_lists() {
    if let Some(firewalld) = Firewalld::start() {
        let firewalld = RefCell::new(firewalld);
        let format = Compared { format: "firewalld", places: &["host", "network"], says: |_| true };
        format.with(|files| firewalld.borrow_mut().openings(files));
    }
}

/// Starts firewalld's engine on two folders as the daemon does, without the daemon.
const LOAD: &str = "
import sys
from firewall import config
config.set_system_config_paths(sys.argv[1])
config.set_default_config_paths(sys.argv[2])
from firewall.core.fw import Firewall
Firewall().start()
";

/// The rules that firewalld loads for its policies, each below the chain that it is in.
fn loaded(files: &[File]) -> Option<String> {
    let (command, _) = (tool("firewall-offline-cmd")?, tool("nft")?);
    let (configured, installed) = (configured(files), installed());
    let [configured, installed] = [&configured, &installed].map(|folder| folder.path().to_str().unwrap());
    let python = programs(&command, &[]).remove(0);
    let load = "mount -t tmpfs none /run && \"$0\" -c \"$1\" \"$2\" \"$3\" >&2 && nft list table inet firewalld";
    let printed = piped(private_sandbox(&["sh", "-c", load, &python, LOAD, configured, installed])?, "");
    let mut loaded = String::new();
    for chain in printed.split("\tchain ").filter(|chain| chain.starts_with("filter_")) {
        let mut lines = chain.lines();
        let name = lines.next().and_then(|line| line.strip_suffix(" {")).expect(chain);
        if name.contains("_policy_fortimail-") && name.ends_with("_allow") {
            let rules = lines.filter_map(|line| line.strip_prefix("\t\t"));
            loaded += &format!("{name}\n{}", rules.map(|rule| format!("  {rule}\n")).collect::<String>());
        }
    }
    Some(loaded)
}

#[test]
fn firewalld_loads_the_policies_when_zones_are_named() {
    let site = site();
    let only = ["in-email-client-pop3", "in-fortimail-ha-heartbeat", "out-ldap", "out-dns", "out-ocsp"];
    let only: Vec<String> = only.iter().map(|flow| format!("--only=fortimail-{flow}")).collect();
    let only: Vec<&str> = only.iter().map(String::as_str).collect();
    let site = ["--site", site.path().to_str().unwrap()];
    let mut read = String::new();
    for place in ["host", "network"] {
        let call = [&["--format", "firewalld", "--product", "fortimail", "--at", place], &site[..], &only].concat();
        let mut files = files(&call);
        let Some(before) = loaded(&files) else { return };
        for file in &mut files {
            for (zone, side) in [("<ingress-zone ", "ingress"), ("<egress-zone ", "egress")] {
                let (head, policy) = file.text.split_once("\n<policy").unwrap_or((&file.text, ""));
                if !policy.is_empty() && !policy.contains(zone) {
                    let named = policy.replacen(">\n", &format!(">\n  <{side}-zone name=\"ANY\"/>\n"), 1);
                    file.text = format!("{head}\n<policy{named}");
                }
            }
        }
        let after = loaded(&files).unwrap();
        read +=
            &format!("--at {place}, as written:\n{before}\n--at {place}, with the zones that it asks for:\n{after}\n");
    }
    insta::assert_snapshot!("what_firewalld_loads", read);
}

#[test]
fn what_standard_error_says_stands_in_a_policy() {
    let site = site();
    let mut said = 0;
    for product in products() {
        for with_site in [&["--site", site.path().to_str().unwrap()][..], &[]] {
            let output =
                port_catalog(&[&["rules", "--format", "firewalld", "--product", &product], with_site].concat());
            let printed = String::from_utf8(output.stdout).unwrap();
            let (policies, _) = printed.split_once("==> services/").unwrap();
            let comments: Vec<&str> =
                policies.lines().filter_map(|line| line.trim().strip_prefix("<!-- ")?.strip_suffix(" -->")).collect();
            for line in String::from_utf8(output.stderr).unwrap().lines() {
                assert!(comments.iter().any(|comment| line.starts_with(comment)), "{product}: {line}");
                said += 1;
            }
        }
    }
    assert!(said > 20, "only {said} lines were said");
}

#[test]
fn texts_come_back_as_they_were() {
    let Some(mut firewalld) = Firewalld::start() else { return };
    let ruleset = of_texts();
    let files = (firewalld::WRITER.files)(&ruleset.clone().fit(&firewalld::WRITER.limits));
    let services: Vec<&File> = files.iter().filter(|file| file.name.starts_with("services/")).collect();
    assert_eq!(services.len(), ruleset.flows.len());
    for (file, service) in services.iter().zip(firewalld.services(&services)) {
        let flow = ruleset.flows.iter().find(|flow| flow.id == name(file)).unwrap();
        assert_eq!(service["summary"], one_line(flow.purpose).trim());
        assert_eq!(service["description"], flow.comments().collect::<Vec<_>>().join("; ").trim());
    }
}

#[test]
fn a_policy_has_a_name_that_firewalld_takes() {
    for (name, policy) in [
        ("a", "a-in"),
        ("thirteen-char", "thirteen-char-in"),
        // Names that begin alike stay others: they end in a digest.
        ("fourteen-chars", "four-613d2399-in"),
        ("fourteen-chart", "four-623d252c-in"),
    ] {
        let files =
            files(&["--format", "firewalld", "--product", "fortimail", "--direction", "inbound", "--name", name]);
        assert_eq!(files[0].name, format!("policies/{policy}.xml"));
    }
}

#[test]
fn firewalld_as_people_read_it() {
    insta::assert_snapshot!("firewalld_as_people_read_it", as_people_read_it("firewalld"));
}
