//! The part of a model card that machines read.

use super::FileNote;
use super::training::task;
use crate::papers::words;
use crate::papers::yaml::{Map, Yaml};
use crate::papers::{Facts, Owner};

/// Identifiers of licences that the Hub knows: the common ones of its list (hub-docs,
/// repositories-licenses). Any other licence is `other`, with a name.
const LICENSES: [&str; 37] = [
    "afl-3.0",
    "agpl-3.0",
    "apache-2.0",
    "artistic-2.0",
    "bsd-2-clause",
    "bsd-3-clause",
    "bsl-1.0",
    "cc-by-2.0",
    "cc-by-3.0",
    "cc-by-4.0",
    "cc-by-nc-2.0",
    "cc-by-nc-3.0",
    "cc-by-nc-4.0",
    "cc-by-nc-nd-3.0",
    "cc-by-nc-nd-4.0",
    "cc-by-nc-sa-3.0",
    "cc-by-nc-sa-4.0",
    "cc-by-nd-4.0",
    "cc-by-sa-3.0",
    "cc-by-sa-4.0",
    "cc0-1.0",
    "epl-1.0",
    "epl-2.0",
    "etalab-2.0",
    "eupl-1.1",
    "gpl-2.0",
    "gpl-3.0",
    "isc",
    "lgpl-2.1",
    "lgpl-3.0",
    "mit",
    "mpl-2.0",
    "odbl",
    "openrail",
    "pddl",
    "unlicense",
    "zlib",
];

/// YAML between two lines of dashes, with an empty line behind it.
pub(super) fn front_matter(facts: &Facts, owner: &Owner, files: &[FileNote]) -> String {
    let warning = match facts.is_private() {
        true => "",
        false => "# NOT PRIVATE\n",
    };
    let hub = owner
        .hub_datasets
        .iter()
        .map(Yaml::from)
        .collect::<Vec<Yaml>>();
    let measured = facts.result.utility.test_accuracy.is_some();
    let map = license(owner)
        .with("library_name", "privet")
        .with_some("pipeline_tag", task(facts))
        .with("tags", tags(facts, files))
        .with_some("datasets", (!hub.is_empty()).then_some(hub))
        .with_some("metrics", measured.then(|| vec![Yaml::from("accuracy")]))
        .with_some("model-index", index(facts, owner))
        .with_some("differential_privacy", guarantee(facts));
    format!("---\n{warning}{}---\n\n", map.text())
}

fn license(owner: &Owner) -> Map {
    let Some(license) = &owner.license else {
        return Map::default();
    };
    let identifier = license.trim().to_lowercase();
    match LICENSES.contains(&identifier.as_str()) {
        true => Map::default().with("license", identifier),
        false => Map::default()
            .with("license", "other")
            .with("license_name", license)
            .with_some("license_link", owner.license_url.as_ref()),
    }
}

fn tags(facts: &Facts, files: &[FileNote]) -> Vec<Yaml> {
    let promise = match facts.is_private() {
        true => "differential-privacy",
        false => "not-private",
    };
    let formats = files.iter().filter_map(|file| match file.format.as_str() {
        "safetensors" => Some("safetensors"),
        "onnx" => Some("onnx"),
        "burnpack" => Some("burn"),
        _ => None,
    });
    let tags = [promise, facts.method()].into_iter().chain(formats);
    tags.map(Yaml::from).collect()
}

/// What was measured, in the Hub's `model-index`; none where nothing was.
fn index(facts: &Facts, owner: &Owner) -> Option<Vec<Yaml>> {
    let accuracy = facts.result.utility.test_accuracy?;
    let dataset = Map::default()
        .with("type", slug(facts.dataset(), '-'))
        .with("name", facts.dataset())
        .with("split", "test");
    let metric = Map::default()
        .with("type", "accuracy")
        .with("name", "Accuracy on public test data")
        .with("value", Yaml::Number((accuracy * 1e4).round() / 1e4));
    let kind = task(facts).unwrap_or("classification");
    let result = Map::default()
        .with("task", Map::default().with("type", kind))
        .with("dataset", dataset)
        .with("metrics", vec![metric.into()]);
    let model = Map::default()
        .with("name", words::model_name(facts, owner))
        .with("results", vec![result.into()]);
    Some(vec![model.into()])
}

/// The guarantee in numbers, under a key of our own; none without one.
fn guarantee(facts: &Facts) -> Option<Map> {
    let stated = facts.guarantee()?;
    Some(
        Map::default()
            .with("epsilon", Yaml::AtMost(stated.epsilon))
            .with("delta", Yaml::Number(stated.delta))
            .with("unit", &facts.privacy.unit)
            .with("neighboring", &stated.neighboring)
            .with("accountant", &stated.accountant)
            .with_some("conversion", stated.conversion.as_ref())
            .with("noise", &stated.noise),
    )
}

/// A name of lower-case letters, digits and one separator.
pub(in crate::papers) fn slug(text: &str, separator: char) -> String {
    let mut slug = String::new();
    for c in text.chars() {
        match c.is_ascii_alphanumeric() {
            true => slug.push(c.to_ascii_lowercase()),
            false if !slug.is_empty() && !slug.ends_with(separator) => slug.push(separator),
            false => {}
        }
    }
    match slug.trim_end_matches(separator) {
        "" => "unnamed".into(),
        slug => slug.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licences_are_those_of_the_hub_or_have_a_name() {
        let of = |license: &str| {
            let owner = Owner {
                license: Some(license.into()),
                ..Owner::default()
            };
            super::license(&owner).text()
        };
        assert_eq!(of("Apache-2.0"), "license: \"apache-2.0\"\n");
        assert_eq!(
            of("our: own"),
            "license: \"other\"\nlicense_name: \"our: own\"\n"
        );
        assert!(LICENSES.is_sorted());
        assert_eq!(slug("My *Data* (v2)", '_'), "my_data_v2");
        assert_eq!(slug("..", '-'), "unnamed");
    }
}
