//! The rules of the registry of deployments: those of its schema that concern our entries (commit 057e5d8 of
//! opendp/deployments-registry-data, `schemas/deployments-schema.yaml`).

use serde_json::{Value, json};

/// Objects of the schema: path, required keys, other keys. No object may hold any other.
const OBJECTS: [(&str, &[&str], &[&str]); 9] = [
    ("", &["url_slug", "deployment"], &[]),
    (
        "/deployment",
        &["basic", "administrative"],
        &[
            "dp_variant",
            "privacy_loss",
            "deployment_model",
            "implementation",
        ],
    ),
    (
        "/deployment/basic",
        &[
            "name",
            "data_curators",
            "description",
            "intended_use",
            "data_product_type",
            "data_product_region",
            "publication_date",
        ],
        &["data_product_sector"],
    ),
    (
        "/deployment/dp_variant",
        &[],
        &["variant_name", "data_domain", "unprotected_quantities"],
    ),
    (
        "/deployment/privacy_loss",
        &[],
        &[
            "privacy_unit",
            "privacy_unit_details",
            "number_of_privacy_units",
            "privacy_parameters",
            "privacy_parameters_details",
        ],
    ),
    (
        "/deployment/privacy_loss/privacy_parameters",
        &[],
        &["epsilon", "delta", "rho"],
    ),
    (
        "/deployment/deployment_model",
        &[],
        &[
            "model_name",
            "model_name_details",
            "trust_assumptions",
            "actors",
            "release_type",
            "release_type_details",
            "data_source_type",
            "data_source_type_details",
            "access_type",
            "access_type_details",
        ],
    ),
    (
        "/deployment/implementation",
        &[],
        &[
            "preprocessing_and_hyperparameter_tuning",
            "mechanisms",
            "composition",
            "post_processing",
            "justification",
            "utility",
            "additional_information",
        ],
    ),
    (
        "/deployment/administrative",
        &["status", "registry_authors", "tier"],
        &["evidence_sources"],
    ),
];

/// Keys with a list of allowed values.
const ENUMERATIONS: [(&str, &[&str]); 8] = [
    (
        "/deployment/basic/data_curators/0/data_curator_type",
        &["Government", "Industry", "Nonprofit"],
    ),
    (
        "/deployment/basic/data_product_type",
        &[
            "Summary statistics",
            "Machine learning model",
            "Dataset",
            "Synthetic data",
            "Interactive API",
            "SQL queries",
        ],
    ),
    (
        "/deployment/basic/data_product_sector",
        &[
            "Technology",
            "Healthcare",
            "Education",
            "Government",
            "Energy",
            "Finance",
        ],
    ),
    (
        "/deployment/dp_variant/variant_name",
        &[
            "Pure DP",
            "Approximate DP",
            "Zero-concentrated DP",
            "Renyi DP",
            "Custom",
        ],
    ),
    (
        "/deployment/deployment_model/model_name",
        &["Local", "Central", "Shuffle", "Federated", "Varies"],
    ),
    (
        "/deployment/deployment_model/release_type",
        &["One release", "Many releases"],
    ),
    (
        "/deployment/deployment_model/data_source_type",
        &["Static", "Dynamic"],
    ),
    (
        "/deployment/deployment_model/access_type",
        &["Interactive", "Non-interactive"],
    ),
];

/// Keys that hold numbers; all others that are no objects or lists hold texts.
const NUMBERS: [&str; 4] = ["tier", "number_of_privacy_units", "epsilon", "delta"];

/// What the schema has against an entry.
pub(super) fn violations(entry: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (path, required, optional) in OBJECTS {
        let Some(object) = entry.pointer(path).and_then(Value::as_object) else {
            found.push(format!("no object {path}"));
            continue;
        };
        found.extend(
            required
                .iter()
                .filter(|key| !object.contains_key(**key))
                .map(|key| format!("{path}/{key} missing")),
        );
        let known = |key: &str| required.contains(&key) || optional.contains(&key);
        found.extend(
            object
                .keys()
                .filter(|key| !known(key))
                .map(|key| format!("{path}/{key} unknown")),
        );
        for (key, value) in object
            .iter()
            .filter(|(_, value)| !value.is_object() && !value.is_array())
        {
            if value.is_number() != NUMBERS.contains(&key.as_str())
                || !(value.is_number() || value.is_string())
            {
                found.push(format!("{path}/{key} has another type"));
            }
        }
    }
    for (path, allowed) in ENUMERATIONS {
        match entry.pointer(path) {
            None => {}
            Some(Value::String(value)) if allowed.contains(&value.as_str()) => {}
            Some(value) => found.push(format!("{path} = {value}")),
        }
    }
    let date = entry
        .pointer("/deployment/basic/publication_date")
        .and_then(Value::as_str);
    let is_date = |date: &str| {
        date.len() == 10
            && date.bytes().enumerate().all(|(at, byte)| match at {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            })
    };
    if !date.is_some_and(is_date) {
        found.push("publication_date is no date".into());
    }
    let administrative = &entry["deployment"]["administrative"];
    if administrative["registry_authors"]
        .as_array()
        .is_none_or(Vec::is_empty)
    {
        found.push("no registry_authors".into());
    }
    assert_eq!(administrative["status"], "Draft");
    assert!([json!(1), json!(2), json!(3)].contains(&administrative["tier"]));
    let sources = administrative
        .get("evidence_sources")
        .and_then(Value::as_object);
    for source in sources.into_iter().flat_map(|sources| sources.values()) {
        assert!(source["misc"].as_object().is_some_and(|misc| {
            misc.keys()
                .all(|key| ["author", "title", "url"].contains(&key.as_str()))
        }));
    }
    found
}
