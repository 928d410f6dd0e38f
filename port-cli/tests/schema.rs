//! The JSON Schema of the flows: what is printed fits it, and what is not so is refused by it.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use jsonschema::Validator;
use port_catalog::{Direction, Fact, Requirement, Transport};
use serde_json::{Value, json};

fn schema() -> Value {
    serde_json::from_str(port_cli::json::SCHEMA).unwrap()
}

fn validator() -> Validator {
    jsonschema::draft202012::new(&schema()).unwrap()
}

fn printed(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_port-catalog")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn flows() -> Vec<Value> {
    serde_json::from_str(&printed(&["list", "--format", "json"])).unwrap()
}

/// What the schema complains of.
fn faults(validator: &Validator, value: &Value) -> Vec<String> {
    validator.iter_errors(value).map(|fault| format!("{}: {fault}", fault.instance_path())).collect()
}

#[test]
fn it_is_a_schema() {
    jsonschema::draft202012::meta::validate(&schema()).unwrap();
    // And it can be read by people: whatever has a name says what it is.
    for object in ["flow", "spec", "source"] {
        for (name, property) in schema()["$defs"][object]["properties"].as_object().unwrap() {
            let described = property["description"].is_string() || name == "source";
            assert!(described, "{object}.{name}");
        }
    }
}

#[test]
fn it_is_printed_as_it_stands_in_the_repository() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/flow.schema.json");
    assert_eq!(printed(&["schema"]), std::fs::read_to_string(file).unwrap());
}

#[test]
fn what_is_printed_fits_it() {
    let validator = validator();
    for call in [
        &["list", "--format", "json"][..],
        &["list", "--product", "fortimail", "--format", "json"],
        &["port", "443", "--format", "json"],
        &["show", "fortimail-in-admin", "--format", "json"],
    ] {
        let value: Value = serde_json::from_str(&printed(call)).unwrap();
        assert_eq!(faults(&validator, &value), [""; 0], "{call:?}");
    }
    assert_eq!(faults(&validator, &json!([])), [""; 0]);
    let mut of_one = schema();
    of_one["type"] = json!("object");
    of_one["$ref"] = json!("#/$defs/flow");
    of_one.as_object_mut().unwrap().remove("items");
    let of_one = jsonschema::draft202012::new(&of_one).unwrap();
    for line in printed(&["list", "--format", "jsonl"]).lines() {
        assert_eq!(faults(&of_one, &serde_json::from_str(line).unwrap()), [""; 0]);
    }
}

#[test]
fn it_names_the_words_of_the_catalog_and_the_members_of_its_output() {
    let schema = schema();
    let words = |pointer: &str| -> Vec<Value> { schema.pointer(pointer).unwrap().as_array().unwrap().clone() };
    let all = |words: Vec<&str>| -> Vec<Value> { words.into_iter().map(Value::from).collect() };
    let directions = Direction::ALL.iter().map(|word| word.as_str()).collect();
    assert_eq!(words("/$defs/flow/properties/direction/enum"), all(directions));
    let requirements = Requirement::ALL.iter().map(|word| word.as_str()).collect();
    assert_eq!(words("/$defs/flow/properties/requirement/enum"), all(requirements));
    let facts = Fact::ALL.iter().map(|word| word.as_str()).collect();
    assert_eq!(words("/$defs/flow/properties/curated/items/enum"), all(facts));
    let mut transports: Vec<Value> = all(Transport::ALL.iter().map(|word| word.as_str()).collect());
    transports.push(Value::Null);
    assert_eq!(words("/$defs/spec/properties/transport/enum"), transports);
    // Those with ports, those without, and no transport at all.
    let with_ports =
        Transport::ALL.iter().filter(|transport| transport.has_ports()).map(|word| word.as_str()).collect();
    assert_eq!(words("/$defs/spec/oneOf/0/properties/transport/enum"), all(with_ports));

    let flow = &flows()[0];
    for (object, value) in [("flow", flow), ("spec", &flow["ports"][0]), ("source", &flow["source"])] {
        let members: Vec<&String> = value.as_object().unwrap().keys().collect();
        let properties: Vec<&String> = schema["$defs"][object]["properties"].as_object().unwrap().keys().collect();
        assert_eq!(properties, members, "{object}");
        assert_eq!(schema["$defs"][object]["required"], json!(members), "{object}");
        assert_eq!(schema["$defs"][object]["additionalProperties"], false, "{object}");
    }
}

/// The paths of all members of a value, and of the items of its lists.
fn paths(value: &Value, path: &str) -> Vec<String> {
    let under = |name: &str, value: &Value| {
        let path = format!("{path}/{name}");
        let mut under = paths(value, &path);
        under.insert(0, path);
        under
    };
    match value {
        Value::Object(members) => members.iter().flat_map(|(name, value)| under(name, value)).collect(),
        Value::Array(items) => {
            items.iter().enumerate().flat_map(|(place, item)| under(&place.to_string(), item)).collect()
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
    let flows = flows();
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
            // An object or a truth is nowhere else; a number or a text may not stand where the other does.
            let others = [json!({}), json!(7.5), json!("x\ny"), json!([[]])];
            for other in others.iter().filter(|other| std::mem::discriminant(*other) != std::mem::discriminant(value)) {
                let mut mutated = flow.clone();
                *mutated.pointer_mut(&path).unwrap() = other.clone();
                let may_be_text = value.is_null() && other.is_string() && !path.ends_with("/transport");
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
    // Every member, and every item of a list, was there to be tried.
    assert_eq!(tried.len(), 16 + 7 + 1 + 5 + 3, "{tried:?}");
}

#[test]
fn no_fact_may_be_what_the_catalog_never_says() {
    let validator = validator();
    let flows = flows();
    let refused = |id: &str, path: &str, value: Value| {
        let mut flow = flows.iter().find(|flow| flow["id"] == id).unwrap().clone();
        assert!(validator.is_valid(&json!([flow.clone()])));
        *flow.pointer_mut(path).unwrap() = value.clone();
        assert!(!validator.is_valid(&json!([flow])), "{id}: {path} is {value}");
    };
    let pop3 = "fortimail-in-email-client-pop3";
    let admin = "fortimail-in-admin";
    for id in ["", "Fortimail", "forti mail", "-fortimail", "fortimail-", "forti--mail", "1-fortimail", &"x".repeat(81)]
    {
        refused(admin, "/id", json!(id));
        refused(admin, "/peer", json!(id));
        refused(admin, "/ports/0/service", json!(id));
    }
    for port in [json!(0), json!(-1), json!(65536), json!(443.5), json!("443"), json!(null)] {
        refused(admin, "/ports/0/first", port.clone());
        refused(admin, "/ports/0/last", port);
    }
    refused(admin, "/ports/0/transport", json!("sctp"));
    refused(admin, "/ports/0/transport", json!("TCP"));
    refused(admin, "/ports/0/transport", json!("esp"));
    refused(admin, "/ports/0/transport", json!(null));
    refused(admin, "/ports/0/group", json!(256));
    refused(admin, "/ports/0/group", json!(-1));
    refused(admin, "/ports", json!([]));
    refused(admin, "/direction", json!("both"));
    refused(admin, "/requirement", json!("optional"));
    refused(admin, "/requirement", json!("conditional"));
    refused(admin, "/condition", json!("on Sundays"));
    refused(admin, "/purpose", json!(""));
    refused(admin, "/curated", json!(["note"]));
    refused(admin, "/curated", json!(["peer", "peer"]));
    refused(admin, "/hosts", json!(["a.example", "a.example"]));
    refused(admin, "/source/row", json!(0));
    refused(pop3, "/requirement", json!("unstated"));
    refused(pop3, "/condition", json!(null));
    refused(pop3, "/condition", json!(""));
    // A service without a number, and a protocol without ports.
    let backup = "fortimail-in-external-email-server-config-backup";
    refused(backup, "/ports/0/service", json!(null));
    refused(backup, "/ports/0/first", json!(22));
    refused(backup, "/ports/0/transport", json!("tcp"));
    let esp = flows.iter().find(|flow| flow["ports"].as_array().unwrap().iter().any(|spec| spec["transport"] == "esp"));
    let esp = esp.unwrap();
    let place = esp["ports"].as_array().unwrap().iter().position(|spec| spec["transport"] == "esp").unwrap();
    refused(esp["id"].as_str().unwrap(), &format!("/ports/{place}/first"), json!(50));
    refused(esp["id"].as_str().unwrap(), &format!("/ports/{place}/transport"), json!("any"));
    let admin: Value = flows[0].clone();
    assert!(!validator.is_valid(&admin), "a flow is no array of flows");
    assert!(!validator.is_valid(&json!([admin, 1])));
}
