//! The schemas of `--json`: every line that the commands write is of its schema, and what is not is refused by it.

use serde_json::{Value, json};

use crate::cases::case;
use crate::offsets::{FOLDERS, folder};
use crate::plimsoll;

fn schema(name: &str) -> Value {
    let path = format!(
        "{}/../specs/cli/schemas/{name}.schema.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).expect("JSON")
}

/// As much of JSON Schema as the schemas use; a word that is not known here fails, so that none is passed over.
fn is_of(value: &Value, schema: &Value) -> bool {
    let words = schema.as_object().expect("a schema is an object");
    words.iter().all(|(word, says)| match &**word {
        "$schema" | "title" => true,
        "const" => value == says,
        "enum" => says.as_array().expect("an array").contains(value),
        "anyOf" => says
            .as_array()
            .expect("an array")
            .iter()
            .any(|it| is_of(value, it)),
        "type" => match says.as_array() {
            Some(types) => types.iter().any(|it| is_of_type(value, it)),
            None => is_of_type(value, says),
        },
        "items" => value
            .as_array()
            .is_none_or(|all| all.iter().all(|it| is_of(it, says))),
        "required" => {
            let names = says.as_array().expect("an array").iter();
            let mut names = names.map(|it| it.as_str().expect("a name"));
            names.all(|name| value.get(name).is_some())
        }
        "properties" => {
            let mut properties = says.as_object().expect("an object").iter();
            properties.all(|(name, it)| value.get(name).is_none_or(|value| is_of(value, it)))
        }
        "additionalProperties" => {
            let known = words.get("properties").and_then(Value::as_object);
            let other = |name: &String| known.is_none_or(|known| !known.contains_key(name));
            value.as_object().is_none_or(|all| {
                let mut others = all.iter().filter(|(name, _)| other(name));
                others.all(|(_, it)| match says {
                    Value::Bool(allowed) => *allowed,
                    says => is_of(it, says),
                })
            })
        }
        other => panic!("not known: {other}"),
    })
}

fn is_of_type(value: &Value, name: &Value) -> bool {
    match name.as_str().expect("a type's name") {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("not known: {other}"),
    }
}

fn lines(args: &[&str]) -> Vec<Value> {
    let called = plimsoll(args);
    let line = |line: &str| serde_json::from_str(line).expect("JSON");
    called.out.lines().map(line).collect()
}

/// Kinds that were met, so that none is only believed.
fn hold(name: &str, calls: &[Vec<&str>]) -> Vec<String> {
    let schema = schema(name);
    let mut kinds = Vec::new();
    for args in calls {
        for line in lines(args) {
            assert!(is_of(&line, &schema), "{args:?}: {line}");
            kinds.push(line["kind"].as_str().unwrap_or_default().to_owned());
        }
    }
    kinds.sort();
    kinds.dedup();
    kinds
}

#[test]
fn every_line_is_of_its_schema() {
    let cases = [
        "datadir/kafka-logs-1",
        "fresh",
        "kafka-20036",
        "count-wrong",
        "kafka-20254",
        "bad-utf8",
        "zero-tail",
        "kip915-v5",
    ];
    let mut directories: Vec<String> = cases.iter().map(|name| case(name)).collect();
    directories.extend(FOLDERS.map(folder));
    let of = |command, more: &[&'static str]| -> Vec<Vec<&str>> {
        let call = |it| [&[command, "--json"], more, &[it]].concat();
        directories.iter().map(|it| call(it.as_str())).collect()
    };
    let log = hold("log", &of("log", &["--records"]));
    let kinds = [
        "batch",
        "damage",
        "partition",
        "producer",
        "record",
        "segment",
    ];
    assert_eq!(log, kinds);
    let offsets = hold("offsets", &of("offsets", &[]));
    assert_eq!(offsets, ["error", "group", "partition"]);
    hold("table", &[vec!["table", "--json"]]);
    for command in ["log", "offsets"] {
        assert_eq!(
            hold(command, &[vec![command, "--json", "/nonexistent"]]),
            ["error"]
        );
    }
}

/// A field that is missing, one that nobody has written down, and one of another type.
#[test]
fn what_is_not_of_a_schema_is_refused_by_it() {
    for (command, directory) in [("log", "fresh"), ("offsets", "kafka-20254")] {
        let (schema, directory) = (schema(command), case(directory));
        for line in lines(&[command, "--json", &directory]) {
            let fields = line.as_object().expect("an object").clone();
            for name in fields.keys() {
                let mut less = fields.clone();
                less.remove(name);
                assert!(!is_of(&Value::Object(less), &schema), "without {name}");
                let mut other = fields.clone();
                other.insert(name.clone(), json!([[true]]));
                assert!(!is_of(&Value::Object(other), &schema), "another {name}");
            }
            let mut more = fields;
            more.insert("not_written_down".to_owned(), json!(1));
            assert!(!is_of(&Value::Object(more), &schema));
        }
    }
}
