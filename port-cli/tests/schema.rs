//! The JSON Schema of flows: what the command prints is valid, and values that the catalog never has are not.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use jsonschema::Validator;
use port_catalog_tests::fixture;
use port_core::{Direction, Enabled, Fact, Groups, Requirement, Scope, Transport};
use serde_json::{Value, json};

fn schema() -> Value {
    serde_json::from_str(port_cli::commands::schema::SCHEMA).unwrap()
}

fn validator() -> Validator {
    jsonschema::draft202012::new(&schema()).unwrap()
}

fn printed(arguments: &[&str]) -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_port-catalog")).args(arguments).args(fixture::arguments()).output().unwrap();
    assert!(output.status.success(), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn flows() -> Vec<Value> {
    serde_json::from_str(&printed(&["list", "--format", "json"])).unwrap()
}

/// What a call prints on the catalog with several editions, components and every protocol.
fn printed_of_editions(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_port-catalog"));
    let output =
        command.args(arguments).arg("--only-tables").arg("--tables").arg(fixture::editions()).output().unwrap();
    assert!(output.status.success(), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Every flow of every edition of that catalog.
fn flows_of_editions() -> Vec<Value> {
    serde_json::from_str(&printed_of_editions(&["list", "--edition", "all", "--format", "json"])).unwrap()
}

/// The schema's errors.
fn errors(validator: &Validator, value: &Value) -> Vec<String> {
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn the_schema_is_valid_and_describes_every_property() {
    jsonschema::draft202012::meta::validate(&schema()).unwrap();
    for object in ["flow", "spec", "source"] {
        for (name, property) in schema()["$defs"][object]["properties"].as_object().unwrap() {
            let described = property["description"].is_string() || name == "source";
            assert!(described, "{object}.{name}");
        }
    }
}

#[test]
fn the_printed_schema_is_the_file() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/flow.schema.json");
    assert_eq!(printed(&["schema"]), std::fs::read_to_string(file).unwrap());
}

#[test]
fn all_output_is_valid() {
    let validator = validator();
    for call in [
        &["list", "--format", "json"][..],
        &["list", "--product", "mailgate", "--format", "json"],
        &["port", "443", "--format", "json"],
        &["show", "mailgate-in-admin", "--format", "json"],
    ] {
        let value: Value = serde_json::from_str(&printed(call)).unwrap();
        assert_eq!(errors(&validator, &value), [""; 0], "{call:?}");
    }
    for call in [
        &["list", "--format", "json"][..],
        &["list", "--edition", "all", "--format", "json"],
        &["list", "--product", "cluster@1.0", "--format", "json"],
        &["port", "icmp/8", "--format", "json"],
        &["show", "cluster-in-admin-ssh", "--format", "json"],
    ] {
        let value: Value = serde_json::from_str(&printed_of_editions(call)).unwrap();
        assert_eq!(errors(&validator, &value), [""; 0], "{call:?}");
    }
    // The built-in catalog, and the same flows as the crate serializes them.
    let output = Command::new(env!("CARGO_BIN_EXE_port-catalog"))
        .args(["list", "--edition", "all", "--format", "json"])
        .output()
        .unwrap();
    let built_in: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(errors(&validator, &json!(built_in)), [""; 0]);
    let editions = port_catalog::Product::ALL.iter().flat_map(|product| product.editions());
    let serialized: Vec<Value> =
        editions.flat_map(|edition| edition.flows()).map(|flow| serde_json::to_value(flow).unwrap()).collect();
    assert_eq!(json!(serialized).to_string(), json!(built_in).to_string());
    assert_eq!(errors(&validator, &json!([])), [""; 0]);
    let mut one_flow = schema();
    one_flow["type"] = json!("object");
    one_flow["$ref"] = json!("#/$defs/flow");
    one_flow.as_object_mut().unwrap().remove("items");
    let one_flow = jsonschema::draft202012::new(&one_flow).unwrap();
    let lines = printed(&["list", "--format", "jsonl"])
        + &printed_of_editions(&["list", "--edition", "all", "--format", "jsonl"]);
    for line in lines.lines() {
        assert_eq!(errors(&one_flow, &serde_json::from_str(line).unwrap()), [""; 0]);
    }
}

#[test]
fn the_schema_has_the_words_of_the_vocabulary_and_the_keys_of_the_output() {
    let schema = schema();
    let words = |pointer: &str| -> Vec<Value> { schema.pointer(pointer).unwrap().as_array().unwrap().clone() };
    let all = |words: Vec<&str>| -> Vec<Value> { words.into_iter().map(Value::from).collect() };
    let directions = Direction::ALL.iter().map(|word| word.as_str()).collect();
    assert_eq!(words("/$defs/flow/properties/direction/enum"), all(directions));
    let requirements = Requirement::ALL.iter().map(|word| word.as_str()).collect();
    assert_eq!(words("/$defs/flow/properties/requirement/enum"), all(requirements));
    let groups = Groups::ALL.iter().map(|word| word.as_str()).collect();
    assert_eq!(words("/$defs/flow/properties/groups/enum"), all(groups));
    let scopes = Scope::ALL.iter().map(|word| word.as_str()).collect();
    assert_eq!(words("/$defs/flow/properties/scope/enum"), all(scopes));
    let defaults = Enabled::ALL.iter().map(|word| word.as_str()).collect();
    assert_eq!(words("/$defs/flow/properties/enabled/enum"), all(defaults));
    let facts = Fact::ALL.iter().map(|word| word.as_str()).collect();
    assert_eq!(words("/$defs/flow/properties/curated/items/enum"), all(facts));
    let as_set = |words: Vec<Value>| -> BTreeSet<String> { words.iter().map(ToString::to_string).collect() };
    let mut transports: Vec<Value> = all(Transport::ALL.iter().map(|word| word.as_str()).collect());
    transports.push(Value::Null);
    assert_eq!(as_set(words("/$defs/spec/properties/transport/enum")), as_set(transports));
    let with_ports =
        Transport::ALL.iter().filter(|transport| transport.has_ports()).map(|word| word.as_str()).collect();
    assert_eq!(words("/$defs/spec/oneOf/0/properties/transport/enum"), all(with_ports));
    let without_ports = Transport::ALL.iter().filter(|transport| !transport.has_ports());
    let [protocols, icmp] = [1, 2].map(|index| words(&format!("/$defs/spec/oneOf/{index}/properties/transport/enum")));
    assert_eq!(as_set([protocols, icmp].concat()), as_set(all(without_ports.map(|word| word.as_str()).collect())));

    let flow = &flows()[0];
    let flows = flows_of_editions();
    let is_portless = |spec: &&Value| spec["transport"] == "esp";
    let esp = flows.iter().find_map(|flow| flow["ports"].as_array().unwrap().iter().find(is_portless)).unwrap();
    for (object, value, required) in [("flow", flow, 22), ("spec", esp, 5), ("source", &flow["source"], 8)] {
        let members: Vec<&String> = value.as_object().unwrap().keys().collect();
        let properties: Vec<&String> = schema["$defs"][object]["properties"].as_object().unwrap().keys().collect();
        assert_eq!(properties, members, "{object}");
        assert_eq!(schema["$defs"][object]["required"], json!(members[..required]), "{object}");
        assert_eq!(schema["$defs"][object]["additionalProperties"], false, "{object}");
    }
    // Only protocols without ports have the last two members.
    assert_eq!(schema["$defs"]["spec"]["oneOf"][1]["required"], json!(["ip_protocol", "icmp_type"]));
}

/// The paths of all members of a value, and of the items of its lists.
fn paths(value: &Value, path: &str) -> Vec<String> {
    let below = |name: &str, value: &Value| {
        let path = format!("{path}/{name}");
        let mut below = paths(value, &path);
        below.insert(0, path);
        below
    };
    match value {
        Value::Object(members) => members.iter().flat_map(|(name, value)| below(name, value)).collect(),
        Value::Array(items) => {
            items.iter().enumerate().flat_map(|(index, item)| below(&index.to_string(), item)).collect()
        }
        _ => Vec::new(),
    }
}

fn remove(value: &mut Value, path: &str) {
    let (parent, name) = path.rsplit_once('/').unwrap();
    if let Value::Object(members) = value.pointer_mut(parent).unwrap() {
        members.remove(name);
    }
}

#[test]
fn no_member_may_be_missing_added_or_of_another_type() {
    let validator = validator();
    let flows = [flows(), flows_of_editions()].concat();
    let mut tried = BTreeSet::new();
    for flow in &flows {
        let is_valid = |flow: &Value| validator.is_valid(&Value::Array(vec![flow.clone()]));
        for path in paths(flow, "") {
            let value = flow.pointer(&path).unwrap();
            let is_item = path.rsplit('/').next().unwrap().bytes().all(|byte| byte.is_ascii_digit());
            tried.insert(
                path.split('/')
                    .map(|name| if name.starts_with(char::is_numeric) { "*" } else { name })
                    .collect::<Vec<_>>()
                    .join("/"),
            );
            let mut less = flow.clone();
            remove(&mut less, &path);
            assert!(is_item || !is_valid(&less), "without {path}");
            // A value of another type is invalid, except a text instead of null.
            let others = [json!({}), json!(7.5), json!("x\ny"), json!([[]])];
            for other in others.iter().filter(|other| std::mem::discriminant(*other) != std::mem::discriminant(value)) {
                let mut mutated = flow.clone();
                *mutated.pointer_mut(&path).unwrap() = other.clone();
                // Neither has a text, but the name of a component is one.
                let is_a_word = path.ends_with("/transport") || path.ends_with("/component");
                let may_be_text = value.is_null() && other.is_string() && !is_a_word;
                assert!(!is_valid(&mutated) || may_be_text, "{path} is {other}: {}", flow["id"]);
            }
            if value.is_boolean() || value.is_object() {
                continue;
            }
            let mut mutated = flow.clone();
            *mutated.pointer_mut(&path).unwrap() = json!(true);
            assert!(!is_valid(&mutated), "{path} is true");
        }
        for object in ["", "/source", "/ports/0"] {
            let mut more = flow.clone();
            more.pointer_mut(object).unwrap()["more"] = json!(null);
            assert!(!is_valid(&more), "{object} has more");
        }
    }
    // The fixture has every member, and items in every list: of flows, sources, lists of specs, specs, and lists of texts.
    assert_eq!(tried.len(), 22 + 8 + 1 + 7 + 3, "{tried:?}");
}

#[test]
fn values_that_the_catalog_never_has_are_invalid() {
    let validator = validator();
    let flows = flows();
    let assert_invalid = |id: &str, path: &str, value: Value| {
        let mut flow = flows.iter().find(|flow| flow["id"] == id).unwrap().clone();
        assert!(validator.is_valid(&json!([flow.clone()])));
        *flow.pointer_mut(path).unwrap() = value.clone();
        assert!(!validator.is_valid(&json!([flow])), "{id}: {path} is {value}");
    };
    let pop3 = "mailgate-in-email-client-pop3";
    let admin = "mailgate-in-admin";
    for id in ["", "Mailgate", "mail gate", "-mailgate", "mailgate-", "mail--gate", "1-mailgate", &"x".repeat(81)] {
        assert_invalid(admin, "/id", json!(id));
        assert_invalid(admin, "/peer", json!(id));
        assert_invalid(admin, "/ports/0/service", json!(id));
    }
    for port in [json!(0), json!(-1), json!(65536), json!(443.5), json!("443"), json!(null)] {
        assert_invalid(admin, "/ports/0/first", port.clone());
        assert_invalid(admin, "/ports/0/last", port);
    }
    assert_invalid(admin, "/ports/0/transport", json!("dccp"));
    assert_invalid(admin, "/ports/0/transport", json!("gre"));
    assert_invalid(admin, "/ports/0/transport", json!("TCP"));
    for edition in ["", "6.2.0 ", "Version", "-1", ".5", "6/2", &"x".repeat(81)] {
        assert_invalid(admin, "/edition", json!(edition));
    }
    assert_invalid(admin, "/component", json!(""));
    assert_invalid(admin, "/component", json!("Control plane"));
    assert_invalid(admin, "/groups", json!("any"));
    assert_invalid(admin, "/scope", json!("site"));
    assert_invalid(admin, "/scope", json!(null));
    assert_invalid(admin, "/enabled", json!(true));
    assert_invalid(admin, "/ports/0/transport", json!("esp"));
    assert_invalid(admin, "/ports/0/transport", json!(null));
    assert_invalid(admin, "/ports/0/group", json!(256));
    assert_invalid(admin, "/ports/0/group", json!(-1));
    assert_invalid(admin, "/ports", json!([]));
    assert_invalid(admin, "/direction", json!("both"));
    assert_invalid(admin, "/requirement", json!("optional"));
    assert_invalid(admin, "/requirement", json!("conditional"));
    assert_invalid(admin, "/condition", json!("on Sundays"));
    assert_invalid(admin, "/purpose", json!(""));
    assert_invalid(admin, "/curated", json!(["note"]));
    assert_invalid(admin, "/curated", json!(["peer", "peer"]));
    assert_invalid(admin, "/hosts", json!(["a.example", "a.example"]));
    assert_invalid(admin, "/source/row", json!(0));
    assert_invalid(admin, "/source/url", json!("docs.example"));
    assert_invalid(admin, "/note", json!(""));
    assert_invalid(pop3, "/requirement", json!("unstated"));
    assert_invalid(pop3, "/condition", json!(null));
    assert_invalid(pop3, "/condition", json!(""));
    // A service without a port, and a protocol without ports.
    let backup = "mailgate-in-email-server-backup";
    assert_invalid(backup, "/ports/0/service", json!(null));
    assert_invalid(backup, "/ports/0/first", json!(22));
    assert_invalid(backup, "/ports/0/transport", json!("tcp"));
    let esp = flows.iter().find(|flow| flow["ports"].as_array().unwrap().iter().any(|spec| spec["transport"] == "esp"));
    let esp = esp.unwrap();
    let index = esp["ports"].as_array().unwrap().iter().position(|spec| spec["transport"] == "esp").unwrap();
    assert_invalid(esp["id"].as_str().unwrap(), &format!("/ports/{index}/first"), json!(50));
    assert_invalid(esp["id"].as_str().unwrap(), &format!("/ports/{index}/transport"), json!("any"));
    // Numbers of protocols, and types of ICMP.
    let protocols = flows_of_editions();
    let assert_invalid_spec = |transport: &str, change: Value| {
        let is_one = |spec: &&mut Value| spec["transport"] == transport;
        let mut flows = protocols.clone();
        let spec = flows.iter_mut().find_map(|flow| flow["ports"].as_array_mut().unwrap().iter_mut().find(is_one));
        let spec = spec.unwrap().as_object_mut().unwrap();
        for (key, value) in change.as_object().unwrap() {
            match value {
                Value::String(removed) if removed == "removed" => drop(spec.remove(key)),
                value => drop(spec.insert(key.clone(), value.clone())),
            }
        }
        assert!(!validator.is_valid(&json!(flows)), "{transport}: {change}");
    };
    for transport in ["esp", "ah", "gre", "ipip", "vrrp", "ip", "icmp", "icmpv6"] {
        for key in ["ip_protocol", "icmp_type"] {
            assert_invalid_spec(transport, json!({ key: "removed" }));
            assert_invalid_spec(transport, json!({ key: 256 }));
            assert_invalid_spec(transport, json!({ key: "50" }));
        }
        assert_invalid_spec(transport, json!({ "ip_protocol": null }));
        assert_invalid_spec(transport, json!({ "ip_protocol": 6 }));
        assert_invalid_spec(transport, json!({ "first": 1, "last": 1 }));
    }
    assert_invalid_spec("gre", json!({ "icmp_type": 8 }));
    for transport in ["tcp", "udp", "sctp", "any"] {
        assert_invalid_spec(transport, json!({ "ip_protocol": 6 }));
        assert_invalid_spec(transport, json!({ "icmp_type": null }));
    }
    let flow = flows[0].clone();
    assert!(!validator.is_valid(&flow), "a flow is not an array of flows");
    assert!(!validator.is_valid(&json!([flow, 1])));
}
