//! ufw in a root directory of its own: what it lists and allows.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::openings::{Openings, system_protocol};
use crate::python_worker::{PythonWorker, worker_command};
use crate::tools::{private_sandbox, tool};

/// ufw with a directory as its root. It is mounted at `/mnt`, since ufw warns about world-writable directories such as `/tmp`.
pub struct Ufw {
    pub directory: TempDir,
    pub command: PathBuf,
    pub worker: PythonWorker,
    /// What a command allows, given the profile's ports.
    pub known: HashMap<(String, String), Vec<Allowed>>,
}

/// A profile as ufw lists it.
pub struct Profile {
    pub name: String,
    pub title: String,
    pub description: String,
    pub ports: String,
}

/// An iptables rule that ufw makes.
#[derive(Clone, Debug)]
pub struct Allowed {
    pub program: &'static str,
    pub chain: String,
    pub protocol: String,
    pub ports: BTreeSet<u16>,
    pub source: String,
    pub destination: String,
    pub profile: String,
}

pub const ROOT: [&str; 2] = ["--rootdir=/", "--datadir=/mnt"];

/// A root with the files of an installed ufw, which is disabled.
pub fn root() -> TempDir {
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
pub const IN_ROOT: [&str; 3] = ["sh", "-c", "mount --bind \"$0\" /mnt && exec \"$@\""];

impl Ufw {
    pub fn start() -> Option<Ufw> {
        let command = tool("ufw")?;
        let directory = root();
        let worker = worker_command(&command, &["ufw.frontend"]);
        let worker: Vec<&str> = worker.iter().map(String::as_str).collect();
        let mut sandboxed =
            private_sandbox(&[&IN_ROOT[..], &[directory.path().to_str().unwrap()], &worker[..]].concat())?;
        let worker = PythonWorker::start(sandboxed.env("LC_ALL", "C.UTF-8"));
        Some(Ufw { directory, command, worker, known: HashMap::new() })
    }

    pub fn run(&mut self, calls: &[String]) -> Vec<String> {
        let words = |call: &String| ROOT.into_iter().chain(call.split(' ')).map(str::to_string).collect();
        self.worker.run(&self.command, &calls.iter().map(words).collect::<Vec<_>>())
    }

    /// The profiles of a file.
    pub fn profiles(&mut self, text: &str) -> Vec<Profile> {
        fs::write(self.directory.path().join("etc/ufw/applications.d/written.ufw"), text).unwrap();
        let printed = self.run(&["app info all".to_string()]).remove(0);
        assert!(!printed.lines().any(|line| line.starts_with("WARN")), "{printed}\n{text}");
        printed.split("\n--\n").filter(|printed| !printed.trim().is_empty()).map(profile).collect()
    }

    /// What each command of a file allows.
    pub fn allowed<'a>(&mut self, commands: &[&'a str], profiles: &[Profile]) -> Vec<(&'a str, Vec<Allowed>)> {
        let key = |command: &str| {
            let Some((_, name)) = command.rsplit_once(" app ") else { return (command.to_string(), String::new()) };
            let profile = profiles.iter().find(|profile| profile.name == name).expect(command);
            (command.to_string(), profile.ports.clone())
        };
        let unknown: Vec<&str> =
            commands.iter().copied().filter(|command| !self.known.contains_key(&key(command))).collect();
        let calls = unknown.iter().map(|command| format!("--dry-run {}", command.strip_prefix("ufw ").expect(command)));
        for (command, printed) in unknown.iter().zip(self.run(&calls.collect::<Vec<_>>())) {
            let allowed: Vec<Allowed> = printed.lines().filter_map(allowed).collect();
            let names_profile = allowed.iter().all(|one| match command.rsplit_once(" app ") {
                Some((_, profile)) => one.profile == profile,
                None => one.profile.is_empty() && command.contains(&format!(" proto {} ", one.protocol)),
            });
            assert!(!allowed.is_empty() && names_profile, "{command}: {printed}");
            self.known.insert(key(command), allowed);
        }
        commands.iter().map(|command| (*command, self.known[&key(command)].clone())).collect()
    }

    /// What the commands of a file open, by the ids of flows.
    pub fn openings(&mut self, text: &str) -> Openings {
        let profiles = self.profiles(text);
        let flows: BTreeMap<&str, (&str, &str)> =
            profiles.iter().map(|profile| (profile.name.as_str(), described_flow(&profile.description))).collect();
        let mut openings = Openings::new();
        let mut used = BTreeSet::new();
        let (commands, comments): (Vec<&str>, Vec<&str>) = commands(text).unzip();
        for ((command, allowed), comment) in self.allowed(&commands, &profiles).into_iter().zip(comments) {
            assert_any_address(command, &allowed);
            for one in &allowed {
                let (id, direction) = match command.contains(" proto ") {
                    true => described_protocol(comment),
                    false => flows[one.profile.as_str()],
                };
                let chains = [("input", "inbound"), ("output", "outbound"), ("forward", direction)];
                assert!(chains.contains(&(&one.chain, direction)), "{command}: {one:?}");
                let protocol = system_protocol(&one.protocol);
                let opening = |port: &u16| (id.to_string(), direction.to_string(), protocol.clone(), *port);
                openings.extend(one.ports.iter().map(opening));
            }
            used.extend(allowed.iter().map(|one| one.profile.clone()).filter(|profile| !profile.is_empty()));
        }
        assert_eq!(used.len(), profiles.len(), "a profile is not used: {text}");
        openings
    }
}

/// Asserts that a command allows any address, and the same for IPv4 and IPv6.
pub fn assert_any_address(command: &str, allowed: &[Allowed]) {
    let [v4, v6] = ["ufw", "ufw6"].map(|program| {
        let rules = allowed.iter().filter(|one| one.program == program);
        rules.map(|one| (&one.protocol, &one.ports)).collect::<BTreeSet<_>>()
    });
    // Only IPv4 has IGMP.
    assert!(if command.contains(" proto igmp ") { v6.is_empty() } else { v4 == v6 }, "{command}");
    assert!(allowed.iter().all(|one| one.source.is_empty() && one.destination.is_empty()), "{command}: {allowed:?}");
}

/// The commands of a file that allow something, by the prefix that its instructions mention, each with the rest of its comment.
fn commands(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let commands = text.lines().filter_map(|line| line.strip_prefix("#$ "));
    let allow = commands.filter(|command| !command.starts_with("ufw show added | "));
    allow.map(|command| command.split_once(" comment 'port-catalog ").expect(command))
}

pub fn profile(printed: &str) -> Profile {
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
pub fn described_flow(description: &str) -> (&str, &str) {
    let (id, way) = description.split_once(", ").expect(description);
    let direction = if way.starts_with("from ") { "inbound" } else { "outbound" };
    (id, direction)
}

/// The flow's id and direction in the comment of a command for a protocol: `mailgate inbound: mailgate-in-peer'`.
pub fn described_protocol(comment: &str) -> (&str, &str) {
    let (ruleset, id) = comment.trim_end_matches('\'').split_once(": ").expect(comment);
    (id, ruleset.rsplit(' ').next().unwrap())
}

/// A line such as `-A ufw-user-input -p tcp --dport 22 -s 10.0.0.0/8 -j ACCEPT -m comment --comment 'dapp_name'`.
pub fn allowed(line: &str) -> Option<Allowed> {
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
        // A protocol without ports.
        ports: if ports.is_empty() { BTreeSet::from([0]) } else { ports.split(',').flat_map(range).collect() },
        source: take("-s"),
        destination: take("-d"),
        profile: if profile.is_empty() {
            profile
        } else {
            profile.strip_prefix("'dapp_").and_then(|name| name.strip_suffix('\'')).expect(line).to_string()
        },
    };
    assert_eq!(take("-j"), "ACCEPT", "{line}");
    assert!(options.is_empty(), "{line}: {options:?}");
    Some(allowed)
}

pub fn range(text: &str) -> std::ops::RangeInclusive<u16> {
    let (first, last) = text.split_once(':').unwrap_or((text, text));
    first.parse().unwrap()..=last.parse().unwrap()
}
