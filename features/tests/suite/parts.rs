//! Maps that travel as parts.

use privet_features::{FeatureDescription, FeatureMap, FeatureParts};
use proptest::prelude::*;

use crate::rows::{images, maps};

#[test]
fn a_map_that_has_travelled_gives_the_same_bits() {
    let rows = images(20);
    for map in maps() {
        let parts = map.to_parts();
        // Through JSON, as in a model file.
        let text = serde_json::to_string(&parts.description).unwrap();
        let description: FeatureDescription = serde_json::from_str(&text).unwrap();
        assert_eq!(description, parts.description);
        let again = FeatureMap::from_parts(FeatureParts {
            description,
            tensors: parts.tensors.clone(),
        })
        .unwrap();
        assert_eq!(again.to_parts(), parts);
        assert_eq!(
            again.apply(rows.view()).unwrap(),
            map.apply(rows.view()).unwrap()
        );
    }
}

/// What reading says of parts that were changed.
fn error(change: impl FnOnce(&mut FeatureParts)) -> String {
    let mut parts = maps().swap_remove(0).to_parts();
    change(&mut parts);
    FeatureMap::from_parts(parts).unwrap_err().to_string()
}

#[test]
fn bad_tensors_are_refused() {
    let names: Vec<_> = maps()[0].to_parts().tensors;
    let names: Vec<&str> = names.iter().map(|tensor| tensor.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "1.mean",
            "1.deviation",
            "4.mean",
            "4.deviation",
            "5.mean",
            "5.projection",
            "6.parameters"
        ]
    );
    for at in 0..names.len() {
        assert!(error(|p| drop(p.tensors.remove(at))).contains("no tensor"));
        assert!(error(|p| p.tensors[at].shape.push(1)).contains("has shape"));
        assert!(error(|p| p.tensors[at].shape[0] = usize::MAX).contains("has shape"));
        assert!(error(|p| p.tensors[at].values.truncate(1)).contains("values"));
        assert!(error(|p| p.tensors[at].values[0] = f32::NAN).contains("not finite"));
        assert!(error(|p| p.tensors[at].name.push('s')).contains("no tensor"));
        assert!(error(|p| p.tensors.push(p.tensors[at].clone())).contains("no stage"));
    }
    assert!(error(|p| p.tensors[1].values[0] = 0.0).contains("above 0"));
    assert!(error(|p| p.tensors[3].values[0] = -1.0).contains("above 0"));
}

/// What reading says where a text of the description was replaced.
fn replaced(from: &str, to: &str) -> String {
    let mut parts = maps().swap_remove(0).to_parts();
    let text = serde_json::to_string(&parts.description).unwrap();
    assert!(text.contains(from), "{text}");
    match serde_json::from_str(&text.replacen(from, to, 1)) {
        Err(error) => error.to_string(),
        Ok(description) => {
            parts.description = description;
            FeatureMap::from_parts(parts).unwrap_err().to_string()
        }
    }
}

#[test]
fn bad_descriptions_are_refused() {
    for (from, to, expected) in [
        ("\"width\":16", "\"width\":24", "stage 4"),
        ("\"height\":12", "\"height\":0", "0x16"),
        (
            "\"height\":12",
            "\"height\":18446744073709551615",
            "stage 2",
        ),
        ("\"scales\":2", "\"scales\":4000000000", "`scales`"),
        ("\"angles\":4", "\"angles\":63", "stage"),
        (
            "\"components\":20",
            "\"components\":18446744073709551615",
            "shape",
        ),
        ("\"components\":20", "\"components\":0", "components"),
        ("\"whitening\":0.25", "\"whitening\":-1", "`whitening`"),
        (
            "\"outputs\":13",
            "\"outputs\":18446744073709551615",
            "layer",
        ),
        ("\"groups\":5", "\"groups\":0", "`groups`"),
        ("\"by\":\"channel\"", "\"by\":\"feature\"", "shape"),
        ("scattering", "skattering", "unknown variant"),
    ] {
        let error = replaced(from, to);
        assert!(error.contains(expected), "{from} to {to}: {error}");
    }
    assert!(
        error(|p| {
            let stage = p.description.stages[0].clone();
            p.description.stages.resize(100_000, stage);
        })
        .contains("at most 64")
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever one byte of the description becomes, reading it ends in a map or an error.
    #[test]
    fn no_change_of_a_description_is_fatal(at in 0usize..2000, byte in b' '..b'~') {
        let mut parts = maps().swap_remove(1).to_parts();
        let mut text = serde_json::to_vec(&parts.description).unwrap();
        let at = at % text.len();
        text[at] = byte;
        if let Ok(description) = serde_json::from_slice(&text) {
            parts.description = description;
            let _ = FeatureMap::from_parts(parts);
        }
    }
}
