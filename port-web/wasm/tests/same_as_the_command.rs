//! The tools give the same bytes as the command.

use std::path::{Path, PathBuf};

use port_catalog_tests::{fixture, root};
use port_engine::dataset::Dataset;
use port_engine::rules::formats::RulesFormat;
use port_web_wasm::Tools;
use serde_json::{Value, json};

/// The dataset of a directory of tables.
fn dataset(tables: &Path) -> Dataset {
    Dataset::from_tables(&port_data::read(tables).expect("the tables are valid"))
}

/// What the command prints for arguments: its text without escape sequences, and its messages.
fn command(tables: &Path, arguments: &[&str]) -> (String, Vec<String>) {
    let tables = tables.display().to_string();
    let all = [&["port-catalog", "--tables", &tables, "--only-tables"], arguments].concat();
    let Ok(cli) = port_cli::cli::parse(all.iter().map(Into::into)) else { panic!("{all:?} are arguments") };
    let output = cli.run(None);
    assert!(output.code < 2 || output.text.is_empty(), "{all:?}: {output:?}");
    (output.text.replace("\u{1b}[1m", "").replace("\u{1b}[0m", ""), output.messages)
}

/// What a tool answers: its text and its messages.
fn answer(tools: &Tools, tool: &str, request: &Value) -> (String, Vec<String>) {
    let answer: Value = serde_json::from_str(&tools.run(tool, &request.to_string())).unwrap();
    let messages = answer["messages"].as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_string());
    (answer["text"].as_str().unwrap().to_string(), messages.collect())
}

/// The products of tables, each with its editions.
fn editions(dataset: &Dataset) -> Vec<(String, String)> {
    let products = dataset.products.iter();
    products
        .flat_map(|product| product.editions.iter().map(|edition| (product.id.clone(), edition.id.clone())))
        .collect()
}

fn tables() -> [PathBuf; 4] {
    [fixture::tables(), fixture::editions(), fixture::protocols(), fixture::upgrades()]
}

#[test]
fn rules_of_every_format_are_those_of_the_command() {
    for tables in tables() {
        let dataset = dataset(&tables);
        let tools = Tools::new(&dataset.to_text()).unwrap();
        for (product, edition) in editions(&dataset) {
            let named = format!("{product}@{edition}");
            for format in RulesFormat::ALL {
                let request = json!({ "product": product, "edition": edition, "format": format.as_str() });
                let expected = command(&tables, &["rules", "--format", format.as_str(), "--product", &named]);
                assert_eq!(answer(&tools, "rules", &request), expected, "{named} {format}");
            }
        }
    }
}

#[test]
fn options_and_addresses_change_rules_as_they_do_for_the_command() {
    let tables = fixture::editions();
    let tools = Tools::new(&dataset(&tables).to_text()).unwrap();
    let addresses: Value = serde_json::from_str(&tools.run("addresses", r#"{"product": "cluster"}"#)).unwrap();
    let mut site = String::new();
    for (number, entry) in addresses.as_array().unwrap().iter().enumerate() {
        let [table, key] = ["table", "key"].map(|member| entry[member].as_str().unwrap());
        if !site.contains(&format!("[{table}]")) {
            site += &format!("[{table}]\n");
        }
        site += &format!("{key} = [\"192.0.2.{}\"]\n", number + 1);
    }
    assert!(addresses.as_array().unwrap().len() > 4, "{addresses}");
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("site.toml");
    std::fs::write(&file, &site).unwrap();
    let file = file.display().to_string();
    let targets = [("terraform", "azure"), ("ansible", "windows")];
    for (format, target) in
        ["nftables", "fortigate", "networkpolicy"].map(|format| (format, "")).into_iter().chain(targets)
    {
        let request = json!({
            "product": "cluster", "format": format, "target": target, "site": site, "direction": "inbound", "required-only": false,
            "all-scopes": true, "alternatives": "first", "unstated": "tcp", "name": "mine", "enabled-only": true,
        });
        let arguments = [
            "rules",
            "--format",
            format,
            "--product",
            "cluster",
            "--site",
            &file,
            "--direction",
            "inbound",
            "--all-scopes",
            "--alternatives",
            "first",
            "--unstated",
            "tcp",
            "--name",
            "mine",
            "--enabled-only",
        ];
        let option = ["--target", target];
        let arguments = [&arguments[..], if target.is_empty() { &[] } else { &option }].concat();
        let (text, messages) = answer(&tools, "rules", &request);
        assert_eq!((text.clone(), messages), command(&tables, &arguments), "{format}");
        assert!(text.contains("192.0.2."), "{text}");
    }
}

#[test]
fn what_is_wrong_with_addresses_is_a_message_and_no_rule() {
    let tools = Tools::new(&dataset(&fixture::tables()).to_text()).unwrap();
    let request =
        json!({ "product": "mail-gate", "format": "nftables", "site": "[products]\nmail-gate = [\"10.0.0.0/33\"]\n" });
    let answer: Value = serde_json::from_str(&tools.run("rules", &request.to_string())).unwrap();
    assert_eq!((answer["failed"].as_bool(), answer["text"].as_str()), (Some(true), Some("")), "{answer}");
    assert!(answer["messages"][0].as_str().unwrap().contains("site.toml:2:"), "{answer}");
    for (tool, request) in [("rules", "{"), ("audit", "[]"), ("upgrade", "{}"), ("conflicts", "1"), ("other", "{}")] {
        let answer: Value = serde_json::from_str(&tools.run(tool, request)).unwrap();
        assert!(answer["messages"][0].as_str().unwrap().starts_with("error[page-request]: "), "{tool}: {answer}");
    }
}

#[test]
fn upgrades_are_those_of_the_command() {
    for tables in [fixture::editions(), fixture::upgrades()] {
        let dataset = dataset(&tables);
        let tools = Tools::new(&dataset.to_text()).unwrap();
        for product in dataset.products.iter().filter(|product| product.editions.len() > 1) {
            for (from, to) in [(0, 1), (1, 0)] {
                let [from, to] = [from, to].map(|index: usize| product.editions[index].id.as_str());
                for format in ["text", "markdown", "json"] {
                    let request = json!({ "product": product.id, "from": from, "to": to, "format": format });
                    let expected = command(&tables, &["upgrade", &product.id, from, to, "--format", format]);
                    assert_eq!(answer(&tools, "upgrade", &request), expected, "{} {from} {to}", product.id);
                }
            }
        }
    }
}

#[test]
fn conflicts_are_those_of_the_command() {
    for tables in [fixture::tables(), fixture::editions()] {
        let dataset = dataset(&tables);
        let tools = Tools::new(&dataset.to_text()).unwrap();
        let products: Vec<&str> = dataset.products.iter().map(|product| product.id.as_str()).collect();
        let named: Vec<Value> = products.iter().map(|product| json!({ "product": product })).collect();
        for format in ["table", "json"] {
            let request = json!({ "products": named, "format": format, "listeners": true });
            let arguments = [&["conflicts", "--listeners", "--format", format][..], &products].concat();
            assert_eq!(answer(&tools, "conflicts", &request), command(&tables, &arguments), "{format}");
        }
    }
}

#[test]
fn audits_of_dropped_files_are_those_of_the_command() {
    let tables = fixture::tables();
    let dataset = dataset(&tables);
    let mut tools = Tools::new(&dataset.to_text()).unwrap();
    let samples = root().join("port-engine/tests/fixtures");
    let directory = tempfile::tempdir().unwrap();
    let save = directory.path().join("rules.v4");
    let rules = "# Generated by iptables-save v1.8.9\n*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n\
                 -A INPUT -p tcp -m tcp --dport 443 -j ACCEPT\nCOMMIT\n";
    std::fs::write(&save, rules).unwrap();
    let file = |name: &str| samples.join(name);
    for files in [
        vec![("--nmap", file("two-hosts.xml"))],
        vec![("--nmap", file("masscan.xml"))],
        vec![("--ss", file("ss.txt"))],
        vec![("--nft", file("rules.json"))],
        vec![("--iptables", save.clone())],
        vec![("--ss", file("ss.txt")), ("--nft", file("rules.json"))],
    ] {
        tools.clear_files();
        let mut arguments = vec!["audit".to_string()];
        for (option, path) in &files {
            tools.add_file(path.display().to_string(), std::fs::read(path).unwrap());
            arguments.extend([(*option).to_string(), path.display().to_string()]);
        }
        for product in dataset.products.iter().map(|product| product.id.as_str()).take(3) {
            for format in ["table", "json"] {
                let request = json!({ "product": product, "format": format });
                let rest = ["--product", product, "--format", format];
                let all: Vec<&str> = arguments.iter().map(String::as_str).chain(rest).collect();
                assert_eq!(answer(&tools, "audit", &request), command(&tables, &all), "{all:?}");
            }
        }
    }
}
