//! Ansible runs generated playbooks, as root in namespaces of their own, and ansible-lint checks the arguments of modules.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use port_engine::rules::formats::writer::File;
use serde_json::Value;

use super::{command, edited, files_of, infrastructure, printed, products_of_fixtures};
use crate::ansible::{rich_rule_parser, rich_rules, ufw_command};
use crate::cases::{all_products, rules, site};
use crate::parsed::yaml;
use crate::playbook::calls;
use crate::tools::{piped, private_sandbox, tool};
use crate::ufw_program::{Ufw, allowed, root};

const TARGETS: [&str; 4] = ["firewalld", "ufw", "fortios", "windows"];

#[test]
#[ignore = "needs the tools of tests/tools/install-infrastructure.sh, which .ci/full installs"]
fn ansible_parses_the_playbooks_of_all_products() {
    for target in TARGETS {
        let (_directory, paths) = files_of(all_products(), &["--format", "ansible", "--target", target]);
        let mut ansible = command("ansible-playbook");
        let output = ansible.args(["--syntax-check", "-i", "localhost,"]).args(&paths).output().unwrap();
        assert!(output.status.success(), "{target}: {}", printed(&output));
    }
}

/// What ansible-lint prints about playbooks. Its exit code is 0 for wrong arguments, which it calls experimental.
fn linted(paths: &[PathBuf], directory: &Path) -> String {
    let mut lint = command("ansible-lint");
    // Comments are as long as what they are about.
    let options = ["--offline", "-q", "--nocolor", "-f", "pep8", "-x", "yaml[line-length]"];
    let output = lint.args(options).args(paths).current_dir(directory).output().unwrap();
    assert!(output.status.success(), "{}", printed(&output));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
#[ignore = "needs the tools of tests/tools/install-infrastructure.sh, which .ci/full installs"]
fn ansible_lint_accepts_playbooks() {
    for target in TARGETS {
        let (directory, paths) = files_of(products_of_fixtures(), &["--format", "ansible", "--target", target]);
        assert_eq!(linted(&paths, directory.path()), "", "{target}");
        if target == "fortios" {
            let (from, to) = ("          protocol: ", "          protokol: ");
            let path = paths.iter().find(|path| fs::read_to_string(path).unwrap().contains(from)).unwrap();
            let printed = linted(&[edited(path, from, to)], directory.path());
            assert!(printed.contains("args[module]"), "{printed}");
        }
    }
}

/// The module for Windows, whose arguments ansible-lint can't check.
const MODULE: &str = "community.windows.win_firewall_rule";

#[test]
#[ignore = "needs the tools of tests/tools/install-infrastructure.sh, which .ci/full installs"]
fn the_module_for_windows_documents_all_arguments() {
    let Some(parser) = yaml() else { return };
    let output = command("ansible-doc").args(["--json", MODULE]).output().unwrap();
    let documented: Value = serde_json::from_slice(&output.stdout).unwrap();
    let options = documented[MODULE]["doc"]["options"].as_object().unwrap();
    let (_directory, paths) = files_of(products_of_fixtures(), &["--format", "ansible", "--target", "windows"]);
    let mut names = BTreeSet::new();
    for path in paths {
        let ruleset = path.file_stem().unwrap().to_str().unwrap();
        for call in calls(&parser, &fs::read_to_string(&path).unwrap(), ruleset) {
            assert_eq!(call.module, MODULE);
            for (name, value) in call.arguments {
                let choices = options.get(&name).expect(&name).get("choices").and_then(Value::as_array);
                assert!(choices.is_none_or(|choices| choices.contains(&value)), "{name}: {value}");
                names.insert(name);
            }
        }
    }
    assert!(names.contains("icmp_type_code") && names.len() > 10, "{names:?}");
}

/// Writes a playbook for the site, and an inventory whose only host is this machine.
fn playbook(directory: &Path, target: &str) -> File {
    let site = site();
    let call = ["--format=ansible", "--target", target, "--product=mailgate", "--unnamed=any", "--site"];
    let text = rules(&[&call[..], &[site.path().to_str().unwrap()]].concat());
    fs::write(directory.join("mailgate.yml"), &text).unwrap();
    let python = "ansible_connection=local ansible_become=false ansible_python_interpreter=/usr/bin/python3";
    fs::write(directory.join("inventory"), format!("[mailgate]\nlocalhost {python}\n")).unwrap();
    File { name: "mailgate.yml".to_string(), text }
}

/// Runs a playbook twice and then with the state `absent`; prints after each run, below a line with `---`, what `list` prints.
fn run(directory: &Path, mounts: &str, list: &str) -> Option<[String; 3]> {
    let script = format!(
        "set -e\n{mounts}\ncd \"$0\"\nexport ANSIBLE_HOME=\"$0\" PATH=\"$1:$PATH\" ANSIBLE_LOCALHOST_WARNING=false LC_ALL=C.UTF-8\n\
         for state in present present absent; do\n\
         ansible-playbook -i inventory -e mailgate_state=$state mailgate.yml > log 2>&1 || {{ cat log >&2; exit 1; }}\n\
         echo '---'; {list}; done"
    );
    let programs = infrastructure("ansible-playbook").parent().unwrap().to_path_buf();
    let command = ["sh", "-c", &script, directory.to_str().unwrap(), programs.to_str().unwrap()];
    let printed = piped(private_sandbox(&command)?, "");
    let parts: Vec<String> = printed.split("---\n").skip(1).map(str::to_string).collect();
    Some(parts.try_into().expect("three runs"))
}

#[test]
#[ignore = "needs the tools of tests/tools/install-infrastructure.sh, which .ci/full installs"]
fn ansible_adds_and_removes_rules_of_ufw() {
    let (Some(parser), Some(mut ufw), Some(_)) = (yaml(), Ufw::start(), tool("ufw")) else { return };
    let root = root();
    let file = playbook(root.path(), "ufw");
    let mounts = "mount --bind \"$0/etc/ufw\" /etc/ufw\nmount --bind \"$0/etc/default/ufw\" /etc/default/ufw\nmount -t tmpfs tmpfs /run";
    let Some([first, second, removed]) = run(root.path(), mounts, "cat etc/ufw/user.rules etc/ufw/user6.rules") else {
        return;
    };
    let rules =
        |text: &str| -> BTreeSet<String> { text.lines().filter_map(allowed).map(|rule| format!("{rule:?}")).collect() };
    let commands: Vec<String> =
        calls(&parser, &file.text, "mailgate").into_iter().map(|call| ufw_command(call, "mailgate")).collect();
    let commands: Vec<&str> =
        commands.iter().map(|line| line.strip_prefix("#$ ").unwrap().split(" comment ").next().unwrap()).collect();
    let expected = ufw.allowed(&commands, &[]).into_iter().flat_map(|(_, allowed)| allowed);
    let expected: BTreeSet<String> = expected.map(|rule| format!("{rule:?}")).collect();
    assert!(expected.len() > 10);
    assert_eq!(rules(&first), expected);
    assert_eq!(first, second, "the second run changes something");
    assert_eq!(rules(&removed), BTreeSet::new());
}

#[test]
#[ignore = "needs the tools of tests/tools/install-infrastructure.sh, which .ci/full installs"]
fn ansible_adds_and_removes_rich_rules_of_firewalld() {
    let (Some(parser), Some(rich), Some(_)) = (yaml(), rich_rule_parser(), tool("firewall-offline-cmd")) else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let file = playbook(directory.path(), "firewalld");
    let mounts = "mkdir -p \"$0/firewalld\"\ncp -r /etc/firewalld/. \"$0/firewalld\"\nmount --bind \"$0/firewalld\" /etc/firewalld\nmount -t tmpfs tmpfs /run";
    let Some([first, second, removed]) = run(directory.path(), mounts, "firewall-offline-cmd --list-rich-rules") else {
        return;
    };
    let listed = |text: &str| -> BTreeSet<String> { text.lines().map(str::to_string).collect() };
    let written = rich_rules(&parser, &file).into_iter().map(|(_, rule)| {
        let read = rich.borrow_mut().ask(&serde_json::json!(rule));
        crate::openings::text(&read["text"])
    });
    let written: BTreeSet<String> = written.collect();
    assert!(written.len() > 10);
    assert_eq!(listed(&first), written);
    assert_eq!(listed(&second), written);
    assert_eq!(removed.trim(), "");
}
