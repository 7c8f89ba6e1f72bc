//! The description agrees with what the service does.

use serde_json::Value;

use crate::client::Client;
use crate::made::{Echo, Running, image, limits, numbers, table};

fn document(service: &Running) -> Value {
    let answer = Client::new(service.address).get("/openapi.json");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    answer.json()
}

#[test]
fn the_example_is_answered_and_its_schema_is_exact() {
    for (page, key) in [
        (image(), "inputs"),
        (table(), "records"),
        (numbers(), "inputs"),
    ] {
        let service = Running::new(page, Echo, limits());
        let document = document(&service);
        assert_eq!(document["openapi"], "3.1.0");
        let content = &document["paths"]["/v1/predict"]["post"]["requestBody"]["content"];
        let example = &content["application/json"]["example"];
        let answer = Client::new(service.address).predict(&example.to_string());
        assert_eq!(answer.status, 200, "{answer:?}");
        let schemas = &document["components"]["schemas"];
        let question = &schemas["Question"];
        assert_eq!(question["required"], serde_json::json!([key]));
        assert_eq!(question["properties"][key]["maxItems"], limits().rows);
        assert_eq!(question["additionalProperties"], false);
    }
}

#[test]
fn every_path_is_there_and_every_status_described() {
    let service = Running::new(image(), Echo, limits());
    let document = document(&service);
    let paths = document["paths"].as_object().unwrap();
    let mut client = Client::new(service.address);
    for (path, methods) in paths {
        let status = client.get(path).status;
        let expected = if methods.get("get").is_some() {
            200
        } else {
            405
        };
        assert_eq!(status, expected, "{path}");
    }
    let responses = &paths["/v1/predict"]["post"]["responses"];
    for status in [
        "200", "400", "408", "413", "415", "421", "422", "431", "500", "503",
    ] {
        assert!(responses[status]["description"].is_string(), "{status}");
    }
    for status in ["200", "400", "421", "431"] {
        let responses = &paths["/health"]["get"]["responses"];
        assert!(responses[status]["description"].is_string(), "{status}");
    }
}

#[test]
fn references_lead_somewhere() {
    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str));
                members
                    .values()
                    .for_each(|member| references(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    let service = Running::new(table(), Echo, limits());
    let document = document(&service);
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 10);
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}
