//! The tasks of a playbook, with the values of their loops.

use serde_json::{Map, Value, json};

use crate::openings::text;
use crate::parsed::TextParser;

/// What a module is called with.
pub struct ModuleCall {
    pub module: String,
    pub arguments: Map<String, Value>,
    /// The condition of the task.
    pub when: Option<String>,
}

/// The calls of a playbook for a ruleset, without the check of the state.
pub fn calls(parser: &TextParser, playbook: &str, ruleset: &str) -> Vec<ModuleCall> {
    let playbook = parser.parse(playbook);
    let [play] = playbook.as_array().unwrap().as_slice() else { panic!("one play: {playbook}") };
    let name = ruleset.replace('-', "_");
    assert_eq!(play["hosts"], name);
    assert_eq!(play["vars"], json!({ format!("{name}_state"): "present" }));
    let tasks = play["tasks"].as_array().unwrap();
    let is_checked = format!("{name}_state in [\"present\", \"absent\"]");
    assert_eq!(tasks[0]["ansible.builtin.assert"], json!({ "that": is_checked, "quiet": true }));
    let names: Vec<String> = tasks.iter().map(|task| text(&task["name"])).collect();
    assert!(names.iter().all(|name| !name.contains("{{")), "{names:?}");
    tasks[1..].iter().flat_map(calls_of_task).collect()
}

fn calls_of_task(task: &Value) -> Vec<ModuleCall> {
    let mut fields = task.as_object().unwrap().clone();
    fields.remove("name");
    let items = fields.remove("loop").map_or_else(|| vec![Value::Null], |items| items.as_array().unwrap().clone());
    assert!(!items.is_empty(), "{task}");
    let when = fields.remove("when").as_ref().map(text);
    assert_eq!(fields.len(), 1, "{task}");
    let (module, arguments) = fields.into_iter().next().unwrap();
    let call = |item: &Value| {
        let arguments = arguments.as_object().unwrap().iter();
        let arguments = arguments.filter_map(|(name, value)| Some((name.clone(), expanded(value, item)?)));
        ModuleCall { module: module.clone(), arguments: arguments.collect(), when: when.clone() }
    };
    items.iter().map(call).collect()
}

/// An argument with the values of an item, or nothing if it is omitted.
fn expanded(value: &Value, item: &Value) -> Option<Value> {
    let template = value.as_str().and_then(|text| text.strip_prefix("{{ item")?.strip_suffix(" }}"));
    let Some(template) = template else { return Some(value.clone()) };
    let (field, default) = template.split_once(" | ").unwrap_or((template, ""));
    let found = if field.is_empty() { Some(item) } else { item.get(field.strip_prefix('.').unwrap()) };
    match (found, default) {
        (Some(found), _) => Some(found.clone()),
        (None, "default(omit)") => None,
        (None, "default('any')") => Some(json!("any")),
        (None, _) => panic!("{item} has no {field}"),
    }
}
