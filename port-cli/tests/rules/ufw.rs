//! The profiles for ufw and the commands that use them, run by ufw in a root directory of its own.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use port_catalog_tests::fixture;
use port_core::{Direction, PortRange};
use port_engine::rules::fit::fit;
use port_engine::rules::formats::{self, RulesFormat};
use port_engine::rules::model::one_line;
use tempfile::TempDir;

use crate::cases::{Comparison, fitted_files, made_up, rules, rules_with, ruleset_of_texts, sample_output, site};
use crate::openings::{Opening, Openings, assert_same, port_catalog, products};
use crate::python_worker::{PythonWorker, worker_command};
use crate::tools::{piped, private_sandbox, tool};

/// ufw with a directory as its root. It is mounted at `/mnt`, since ufw warns about world-writable directories such as `/tmp`.
struct Ufw {
    directory: TempDir,
    command: PathBuf,
    worker: PythonWorker,
    /// What a command allows, given the profile's ports.
    known: HashMap<(String, String), Vec<Allowed>>,
}

/// A profile as ufw lists it.
struct Profile {
    name: String,
    title: String,
    description: String,
    ports: String,
}

/// An iptables rule that ufw makes.
#[derive(Clone, Debug)]
struct Allowed {
    program: &'static str,
    chain: String,
    protocol: String,
    ports: BTreeSet<u16>,
    source: String,
    destination: String,
    profile: String,
}

const ROOT: [&str; 2] = ["--rootdir=/", "--datadir=/mnt"];

/// A root with the files of an installed ufw, which is disabled.
fn root() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let etc = directory.path().join("etc");
    for path in ["default", "ufw/applications.d", "../lib/ufw"] {
        fs::create_dir_all(etc.join(path)).unwrap();
    }
    for file in ["before", "after", "user"].iter().flat_map(|name| [format!("{name}.rules"), format!("{name}6.rules")])
    {
        fs::copy(format!("/usr/share/ufw/iptables/{file}"), etc.join("ufw").join(file)).unwrap();
    }
    fs::write(etc.join("ufw/ufw.conf"), "ENABLED=no\nLOGLEVEL=off\n").unwrap();
    let policies = "IPV6=yes\nDEFAULT_INPUT_POLICY=DROP\nDEFAULT_OUTPUT_POLICY=DROP\nDEFAULT_FORWARD_POLICY=DROP\n";
    fs::write(etc.join("default/ufw"), format!("{policies}DEFAULT_APPLICATION_POLICY=SKIP\n")).unwrap();
    directory
}

/// Runs a command in a sandbox with a directory mounted at `/mnt`.
const IN_ROOT: [&str; 3] = ["sh", "-c", "mount --bind \"$0\" /mnt && exec \"$@\""];

impl Ufw {
    fn start() -> Option<Ufw> {
        let command = tool("ufw")?;
        let directory = root();
        let worker = worker_command(&command, &["ufw.frontend"]);
        let worker: Vec<&str> = worker.iter().map(String::as_str).collect();
        let mut sandboxed =
            private_sandbox(&[&IN_ROOT[..], &[directory.path().to_str().unwrap()], &worker[..]].concat())?;
        let worker = PythonWorker::start(sandboxed.env("LC_ALL", "C.UTF-8"));
        Some(Ufw { directory, command, worker, known: HashMap::new() })
    }

    fn run(&mut self, calls: &[String]) -> Vec<String> {
        let words = |call: &String| ROOT.into_iter().chain(call.split(' ')).map(str::to_string).collect();
        self.worker.run(&self.command, &calls.iter().map(words).collect::<Vec<_>>())
    }

    /// The profiles of a file.
    fn profiles(&mut self, text: &str) -> Vec<Profile> {
        fs::write(self.directory.path().join("etc/ufw/applications.d/written.ufw"), text).unwrap();
        let printed = self.run(&["app info all".to_string()]).remove(0);
        assert!(!printed.lines().any(|line| line.starts_with("WARN")), "{printed}\n{text}");
        printed.split("\n--\n").filter(|printed| !printed.trim().is_empty()).map(profile).collect()
    }

    /// What each command of a file allows.
    fn allowed<'a>(&mut self, commands: &[&'a str], profiles: &[Profile]) -> Vec<(&'a str, Vec<Allowed>)> {
        let key = |command: &str| {
            let (_, name) = command.rsplit_once(" app ").expect(command);
            let profile = profiles.iter().find(|profile| profile.name == name).expect(command);
            (command.to_string(), profile.ports.clone())
        };
        let unknown: Vec<&str> =
            commands.iter().copied().filter(|command| !self.known.contains_key(&key(command))).collect();
        let calls = unknown.iter().map(|command| format!("--dry-run {}", command.strip_prefix("ufw ").expect(command)));
        for (command, printed) in unknown.iter().zip(self.run(&calls.collect::<Vec<_>>())) {
            let allowed: Vec<Allowed> = printed.lines().filter_map(allowed).collect();
            let names_profile = allowed.iter().all(|one| command.ends_with(&format!(" app {}", one.profile)));
            assert!(!allowed.is_empty() && names_profile, "{command}: {printed}");
            self.known.insert(key(command), allowed);
        }
        commands.iter().map(|command| (*command, self.known[&key(command)].clone())).collect()
    }

    /// What the commands of a file open, by the ids of flows.
    fn openings(&mut self, text: &str) -> Openings {
        let profiles = self.profiles(text);
        let flows: BTreeMap<&str, (&str, &str)> =
            profiles.iter().map(|profile| (profile.name.as_str(), described_flow(&profile.description))).collect();
        let mut openings = Openings::new();
        let mut used = BTreeSet::new();
        for (command, allowed) in self.allowed(&commands(text).collect::<Vec<_>>(), &profiles) {
            assert_any_address(command, &allowed);
            for one in &allowed {
                let (id, direction) = flows[one.profile.as_str()];
                let chains = [("input", "inbound"), ("output", "outbound"), ("forward", direction)];
                assert!(chains.contains(&(&one.chain, direction)), "{command}: {one:?}");
                let opening = |port: &u16| (id.to_string(), direction.to_string(), one.protocol.clone(), *port);
                openings.extend(one.ports.iter().map(opening));
            }
            used.extend(allowed.iter().map(|one| one.profile.clone()));
        }
        assert_eq!(used.len(), profiles.len(), "a profile is not used: {text}");
        openings
    }
}

/// Asserts that a command allows any address, and the same for IPv4 and IPv6.
fn assert_any_address(command: &str, allowed: &[Allowed]) {
    let [v4, v6] = ["ufw", "ufw6"].map(|program| {
        let rules = allowed.iter().filter(|one| one.program == program);
        rules.map(|one| (&one.protocol, &one.ports)).collect::<BTreeSet<_>>()
    });
    assert_eq!(v4, v6, "{command}");
    assert!(allowed.iter().all(|one| one.source.is_empty() && one.destination.is_empty()), "{command}: {allowed:?}");
}

/// The commands of a file, by the prefix that its instructions mention.
fn commands(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| line.strip_prefix("#$ "))
}

fn profile(printed: &str) -> Profile {
    let (texts, ports) = printed.trim().split_once("\n\n").expect(printed);
    // ufw breaks long lines at spaces.
    let texts = texts.replace('\n', " ");
    let (name, texts) = texts.strip_prefix("Profile: ").and_then(|rest| rest.split_once(" Title: ")).expect(printed);
    let (title, description) = texts.split_once(" Description: ").expect(printed);
    let ports: Vec<&str> = ports.lines().skip(1).map(str::trim).collect();
    Profile {
        name: name.to_string(),
        title: title.to_string(),
        description: description.to_string(),
        ports: ports.join("|"),
    }
}

/// The flow's id and direction in a description.
fn described_flow(description: &str) -> (&str, &str) {
    let (id, way) = description.split_once(", ").expect(description);
    let direction = if way.starts_with("from ") { "inbound" } else { "outbound" };
    (id, direction)
}

/// A line such as `-A ufw-user-input -p tcp --dport 22 -s 10.0.0.0/8 -j ACCEPT -m comment --comment 'dapp_name'`.
fn allowed(line: &str) -> Option<Allowed> {
    let (program, rest) = line.strip_prefix("-A ")?.split_once("-user-")?;
    let program = ["ufw", "ufw6"].into_iter().find(|known| *known == program)?;
    let (chain, rest) = rest.split_once(' ')?;
    let chain = ["input", "output", "forward"].into_iter().find(|known| *known == chain)?;
    let words: Vec<&str> = rest.split(' ').collect();
    let mut options = BTreeMap::new();
    for pair in words.chunks(2) {
        let [option, value] = pair else { panic!("{line}") };
        assert!(*option == "-m" || options.insert(*option, *value).is_none(), "{line}");
    }
    let mut take = |option: &str| options.remove(option).unwrap_or_default().to_string();
    let ports = take("--dport") + &take("--dports");
    let profile = take("--comment");
    let allowed = Allowed {
        program,
        chain: chain.to_string(),
        protocol: take("-p"),
        ports: ports.split(',').flat_map(range).collect(),
        source: take("-s"),
        destination: take("-d"),
        profile: profile.strip_prefix("'dapp_").and_then(|name| name.strip_suffix('\'')).expect(line).to_string(),
    };
    assert_eq!(take("-j"), "ACCEPT", "{line}");
    assert!(options.is_empty(), "{line}: {options:?}");
    Some(allowed)
}

fn range(text: &str) -> std::ops::RangeInclusive<u16> {
    let (first, last) = text.split_once(':').unwrap_or((text, text));
    first.parse().unwrap()..=last.parse().unwrap()
}

#[test]
fn ufw_allows_exactly_what_the_catalog_lists() {
    if let Some(ufw) = Ufw::start() {
        let ufw = RefCell::new(ufw);
        let can_express = |opening: &Opening| opening.2 != "esp";
        let format = Comparison { format: "ufw", locations: &["host", "network"], can_express };
        format.run(|files| ufw.borrow_mut().openings(&files[0].text));
    }
}

#[test]
fn ufw_shows_the_purpose_of_each_profile() {
    let Some(mut ufw) = Ufw::start() else { return };
    for product in products() {
        let text = rules_with(&fixture::tables(), &["--format", "ufw", "--product", &product]);
        let profiles = ufw.profiles(&text);
        assert_eq!(profiles.len(), text.lines().filter(|line| line.starts_with('[')).count());
        for profile in profiles {
            let comment = format!("# {} (", profile.title);
            assert!(text.lines().any(|line| line.starts_with(&comment)), "{}: {comment}", profile.name);
        }
    }
}

#[test]
fn texts_are_read_back_unchanged() {
    let Some(mut ufw) = Ufw::start() else { return };
    let ruleset = ruleset_of_texts();
    let files = fitted_files(RulesFormat::Ufw, ruleset.clone());
    let profiles = ufw.profiles(&files[0].text);
    assert_eq!(profiles.len(), ruleset.flows.len());
    for flow in &ruleset.flows {
        let profile = profiles.iter().find(|profile| profile.name == flow.id).expect(&flow.id);
        // ufw has a limit of 1024 characters, and breaks long lines at spaces.
        let title: String = one_line(&flow.purpose).trim().chars().take(1024).collect();
        assert_eq!(words(&title), words(&profile.title));
        assert_eq!(profile.ports, format!("{}/tcp", flow.rules[0].ports[0]), "{title}");
    }
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

/// A shell runs the commands as the instructions in the file say, with a function instead of ufw that prints its arguments.
#[test]
fn no_text_is_a_command_for_the_shell() {
    let directory = tempfile::tempdir().unwrap();
    let rulesets = [made_up(), ruleset_of_texts()].map(|ruleset| fit(ruleset, &formats::ufw::WRITER.limits));
    for ruleset in rulesets {
        let file = &(formats::ufw::WRITER.files)(&ruleset)[0];
        let instruction = file
            .text
            .lines()
            .find_map(|line| line.strip_prefix("#   ").filter(|line| line.starts_with("sed ")))
            .unwrap();
        fs::write(directory.path().join(&file.name), &file.text).unwrap();
        let commands = instruction.strip_suffix(" | sh -e").unwrap().replace("/etc/ufw/applications.d/", "");
        let script = format!("ufw() {{ for word; do printf '<%s>' \"$word\"; done; echo; }}\neval \"$({commands})\"");
        let mut sh = Command::new("sh");
        sh.args(["-c", &script]).current_dir(directory.path());
        let printed = piped(sh, "");
        let called: Vec<&str> = printed.lines().collect();
        let profiles: Vec<&str> =
            file.text.lines().filter_map(|line| line.strip_prefix('[')?.strip_suffix(']')).collect();
        let expected = profiles.iter().map(|profile| {
            let flow =
                ruleset.flows.iter().rfind(|flow| profile.starts_with(&flow.id[..40.min(flow.id.len())])).unwrap();
            let way = if flow.direction == Direction::Outbound { "out" } else { "in" };
            format!("<allow><{way}><from><any><to><any><app><{profile}>")
        });
        assert_eq!(called, expected.collect::<Vec<_>>());
    }
}

#[test]
fn ports_that_are_too_long_for_a_profile_are_split() {
    let Some(mut ufw) = Ufw::start() else { return };
    let mut ruleset = made_up();
    let ports = (0..200).map(|index| 20000 + index * 2);
    ruleset.flows.truncate(1);
    ruleset.flows[0].rules[0].ports = ports.clone().map(|port| PortRange::new(port, port).unwrap()).collect();
    let files = fitted_files(RulesFormat::Ufw, ruleset);
    assert_eq!(ufw.profiles(&files[0].text).len(), 2);
    let opening = |port| ("made-up-single".to_string(), "inbound".to_string(), "tcp".to_string(), port);
    assert_same(&ufw.openings(&files[0].text), &ports.map(opening).collect(), "200 ports");
}

/// Runs the commands as the instructions in the file say, with the file in ufw's directory.
#[test]
fn the_instructions_run_all_commands() {
    let Some(ufw) = tool("ufw") else { return };
    let (site, directory) = (site(), root());
    let only = ["mailgate-in-email-client-smtp", "mailgate-out-ldap-server", "mailgate-out-email-server"];
    let only: Vec<&str> = only.iter().flat_map(|id| ["--only", id]).collect();
    let text = rules(
        &[&["--format", "ufw", "--product", "mailgate", "--site", site.path().to_str().unwrap()], &only[..]].concat(),
    );
    fs::write(directory.path().join("etc/ufw/applications.d/mailgate.ufw"), &text).unwrap();
    let instruction = text.lines().find_map(|line| line.strip_prefix("#   ")).unwrap();
    let commands = instruction.strip_suffix(" | sh -e").expect("a pipe to a shell").replace("/etc/", "/mnt/etc/");
    // The same shell runs the commands, so that they use the function.
    let script = format!(
        "ufw() {{ {} {} \"$@\"; }}\neval \"$({commands})\" >&2\ncat /mnt/etc/ufw/user.rules /mnt/etc/ufw/user6.rules",
        ufw.display(),
        ROOT.join(" ")
    );
    let directory = directory.path().to_str().unwrap();
    let Some(sandbox) = private_sandbox(&[&IN_ROOT[..], &[directory, "sh", "-c", &script]].concat()) else { return };
    let printed = piped(sandbox, "");
    let mut rules: Vec<String> = printed
        .lines()
        .filter_map(allowed)
        .map(|one| format!("{} {} {} > {}", one.chain, one.profile, one.source, one.destination))
        .collect();
    rules.sort();
    assert_eq!(
        rules,
        [
            "input mailgate-in-email-client-smtp 10.0.0.0/8 > 192.0.2.10",
            "input mailgate-in-email-client-smtp 198.51.100.7 > 192.0.2.10",
            "input mailgate-in-email-client-smtp 2001:db8:1::/48 > 2001:db8::10",
            "output mailgate-out-email-server 192.0.2.10 > ",
            "output mailgate-out-email-server 2001:db8::10 > ",
            "output mailgate-out-ldap-server 192.0.2.10 > 10.0.5.1",
        ]
    );
}

#[test]
fn ufw_sample() {
    insta::assert_snapshot!("ufw_sample", sample_output("ufw"));
}

#[test]
fn esp_is_dropped_from_profiles() {
    let call = ["rules", "--format", "ufw", "--product", "endpoint", "--only", "endpoint-out-vpn", "--strict"];
    let output = port_catalog(&call);
    assert_eq!(output.status.code(), Some(3));
    let dropped = "dropped esp (ufw profiles can't express it)";
    assert!(String::from_utf8_lossy(&output.stderr).contains(&format!("{dropped} [endpoint-out-vpn]\n")));
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(printed.contains(&format!("\n# {dropped}\n")) && printed.contains("\nports=500,4500/udp\n"), "{printed}");
}
