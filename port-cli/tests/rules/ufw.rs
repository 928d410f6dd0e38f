//! The profiles for ufw and the commands that use them, run by ufw.

use std::cell::RefCell;
use std::fs;
use std::process::Command;

use port_catalog_tests::fixture;
use port_core::{Direction, PortRange};
use port_engine::rules::fit::fit;
use port_engine::rules::formats::{self, RulesFormat};
use port_engine::rules::model::one_line;
use port_engine::rules::output_options::OutputOptions;

use crate::cases::{Comparison, fitted_files, made_up, rules, rules_with, ruleset_of_texts, sample_output, site};
use crate::openings::{Opening, assert_same, port_catalog_with, products};
use crate::tools::{piped, private_sandbox, tool};
use crate::ufw_program::{IN_ROOT, ROOT, Ufw, allowed, root};

#[test]
fn ufw_allows_exactly_what_the_catalog_lists() {
    if let Some(ufw) = Ufw::start() {
        let ufw = RefCell::new(ufw);
        let can_express =
            |opening: &Opening| ["tcp", "udp", "esp", "ah", "gre", "vrrp", "ip/2"].contains(&opening.2.as_str());
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
        assert_eq!(profile.ports, format!("{}/tcp", flow.rules[0].traffic.ports[0]), "{title}");
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
        let file = &(formats::ufw::WRITER.files)(&ruleset, &OutputOptions::default())[0];
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
        let (protocols, called): (Vec<&str>, Vec<&str>) =
            called.into_iter().partition(|words| words.contains("<proto>"));
        for words in protocols {
            let comment = format!("<comment><port-catalog {} ", ruleset.name);
            assert!(words.starts_with("<allow><") && words.contains(&comment) && words.ends_with(">"), "{words}");
        }
        let expected = profiles.iter().map(|profile| {
            let flow =
                ruleset.flows.iter().rfind(|flow| profile.starts_with(&flow.id[..40.min(flow.id.len())])).unwrap();
            let way = if flow.direction == Direction::Outbound { "out" } else { "in" };
            let name = &ruleset.name;
            let comment = format!("port-catalog {name} {}", flow.direction);
            format!("<allow><{way}><from><any><to><any><app><{profile}><comment><{comment}>")
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
    ruleset.flows[0].rules[0].traffic.ports = ports.clone().map(|port| PortRange::new(port, port).unwrap()).collect();
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
        &[
            &["--format", "ufw", "--product", "mailgate", "--unnamed=any", "--site", site.path().to_str().unwrap()],
            &only[..],
        ]
        .concat(),
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
fn a_protocol_without_ports_is_allowed_without_a_profile() {
    let call = ["--format", "ufw", "--product", "endpoint", "--only", "endpoint-out-vpn"];
    let printed = rules(&call);
    let command =
        "#$ ufw allow out proto esp from any to any comment 'port-catalog endpoint outbound: endpoint-out-vpn'\n";
    assert!(printed.contains(command) && printed.contains("\nports=500,4500/udp\n"), "{printed}");
}

#[test]
fn what_ufw_cannot_express_is_dropped() {
    let call = ["rules", "--format", "ufw", "--product", "relay", "--strict", "--peer", "neighbour"];
    let output = port_catalog_with(&fixture::protocols(), &call);
    assert_eq!(output.status.code(), Some(3));
    let messages = String::from_utf8(output.stderr).unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    for protocol in ["sctp", "ipip", "ip/99", "ip/89", "icmp", "icmpv6"] {
        let dropped = format!("dropped {protocol} (ufw can't express it)");
        assert!(messages.contains(&format!("{dropped} [relay-")), "{protocol}: {messages}");
        assert!(printed.contains(&format!("\n# {dropped}\n")), "{protocol}: {printed}");
    }
}
