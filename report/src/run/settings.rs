//! `config.resolved.toml` as a flat table: what tells one run from another.

use std::collections::BTreeMap;

use toml::Value;

/// Keys such as `teachers.count`, and their values as text.
pub type Settings = BTreeMap<String, String>;

/// The key of the part of the public records that a run is tested on.
pub const FOLD: &str = "data.public_fold.number";

/// Keys that say how much privacy and noise there is, or which repetition a run is: runs that differ in
/// these alone are points of one curve.
const ALONG_A_CURVE: [&str; 9] = [
    "seed",
    FOLD,
    "privacy.epsilon",
    "privacy.delta",
    "aggregator.sigma",
    "aggregator.scale",
    "aggregator.sigma_threshold",
    "aggregator.scale_threshold",
    "dp_sgd.noise_multiplier",
];

/// Reads the file's text.
pub(super) fn read(text: &str) -> Result<Settings, String> {
    let table: toml::Table = text.parse().map_err(|error| format!("{error}"))?;
    Ok(flat("", &Value::Table(table)))
}

/// A table and what is in it under its path.
pub(crate) fn flat(path: &str, value: &Value) -> Settings {
    let mut settings = Settings::new();
    flatten(path, value, &mut settings);
    settings
}

/// What tells a run from other points of its curve's kind: everything but privacy, noise, seed, and
/// where it is charged and what becomes of its model.
#[must_use]
pub fn variant(settings: &Settings) -> Settings {
    let kept = settings.iter();
    let aside = ["ledger.", "export."];
    let tells = |key: &str| {
        !ALONG_A_CURVE.contains(&key) && !aside.iter().any(|table| key.starts_with(table))
    };
    kept.filter(|(key, _)| tells(key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

fn flatten(path: &str, value: &Value, settings: &mut Settings) {
    let below = |key: &str| match path {
        "" => key.to_string(),
        _ => format!("{path}.{key}"),
    };
    match value {
        Value::Table(table) => {
            for (key, value) in table {
                flatten(&below(key), value, settings);
            }
        }
        Value::String(text) => {
            settings.insert(path.into(), text.clone());
        }
        _ => {
            settings.insert(path.into(), value.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_and_seed_make_no_variant() {
        let of = |text| variant(&read(text).unwrap());
        let one = of("seed = 1\n[privacy]\nepsilon = 1.0\n[teachers]\ncount = 100");
        let two = of("seed = 2\n[privacy]\nepsilon = 4.0\n[teachers]\ncount = 100");
        let three = of("seed = 2\n[privacy]\nepsilon = 4.0\n[teachers]\ncount = 250");
        assert_eq!(one, two);
        assert_ne!(two, three);
        let four = of("seed = 2\n[teachers]\ncount = 100\n[export.owner]\ntrust = \"x\"");
        assert_eq!(two, four);
        assert_eq!(three["teachers.count"], "250");
        assert!(read("a = ").is_err());
    }
}
