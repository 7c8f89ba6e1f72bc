//! The JSON file: a round trip, and files that contradict themselves.

use privet_gradients::network::{InputShape, LayerSpec};
use privet_integer::{Description, IntegerFile};
use serde_json::{Value, json};

use crate::networks::{Case, conv, grid, network, norm, pool};

/// A small file with every kind of layer.
pub(crate) fn file() -> IntegerFile {
    let layers = vec![
        norm(&[0.4], &[0.5]),
        conv(4, 3, 1, 1, 2),
        LayerSpec::Square,
        pool(2, Some(1)),
        LayerSpec::GlobalAvgPool,
    ];
    let case = Case::new(
        network(InputShape::image(2, 4, 4), layers),
        grid(3, true),
        2,
    );
    let model = case.quantise(5).model;
    let inputs: Vec<Vec<i64>> = case.rows().map(|row| model.numbers(row).unwrap()).collect();
    IntegerFile::new(model, description(), &inputs[..2]).unwrap()
}

fn description() -> Description {
    Description {
        dataset: "shapes".into(),
        classes: ["a", "b", "c"].map(str::to_owned).to_vec(),
        preprocessing: json!({"kind": "pixels"}),
        privacy: json!({"epsilon": 1.25, "delta": 1e-5}),
        statement_sha256: None,
    }
}

#[test]
fn a_file_survives_json_bit_by_bit() {
    let file = file();
    let text = file.to_json().unwrap();
    let read = IntegerFile::from_json(text.as_bytes()).unwrap();
    assert_eq!(read, file);
    assert_eq!(read.to_json().unwrap(), text);
    assert_eq!(read.golden().len(), 2);
    for golden in read.golden() {
        assert_eq!(read.model().evaluate(&golden.input).unwrap(), golden.logits);
    }
    assert_eq!(read.description(), &description());
}

/// Files that are out there stay readable: a change of the format needs another version.
#[test]
fn a_file_of_the_first_version_is_read_and_written_alike() {
    let text = include_str!("model.integer.json");
    let file = IntegerFile::from_json(text.as_bytes()).unwrap();
    assert_eq!(file.to_json().unwrap(), text);
}

#[test]
fn files_that_contradict_themselves_are_refused() {
    let text = file().to_json().unwrap();
    let whole: Value = serde_json::from_str(&text).unwrap();
    let changes: [(&str, Value, &str); 20] = [
        ("/format", json!("privet-integer-2"), "format"),
        ("/rounding", json!("nearest"), "rounding"),
        ("/input/scale", json!(0.5), "input"),
        ("/input/grid/bits", json!(4), "scale"),
        ("/input/grid/bits", json!(64), "2 to 8"),
        ("/input/shape/height", json!(5), "layer 1"),
        ("/input/shape/height", json!(1u64 << 40), "layer 1"),
        ("/layers/0/layer/channels", json!(1u64 << 62), "layer 1"),
        ("/layers/0/layer/padding", json!(u64::MAX), "padding"),
        ("/layers/0/layer/stride", json!(0), "stride"),
        (
            "/layers/0/layer/parameters/weights",
            json!([1]),
            "1 weights",
        ),
        (
            "/layers/0/layer/parameters/weights/0",
            json!(0.5),
            "invalid type",
        ),
        (
            "/layers/0/layer/parameters/bias",
            json!(["1", "2"]),
            "its bias has 2",
        ),
        (
            "/layers/0/layer/parameters/bias/0",
            json!("+1"),
            "decimal text",
        ),
        ("/layers/0/layer/parameters/scale", json!(-1.0), "above 0"),
        ("/layers/0/output/bits", json!(3), "output of layer 1"),
        (
            "/layers/1/output/bounds/high",
            json!("5"),
            "output of layer 2",
        ),
        ("/layers/4/output/scale", json!(1e-9), "output of layer 5"),
        ("/description/classes", json!(["a", "b"]), "2 classes"),
        ("/golden/1/logits/0", json!("7"), "other scores"),
    ];
    for (place, value, expected) in changes {
        let mut changed = whole.clone();
        *changed.pointer_mut(place).expect(place) = value;
        let error = IntegerFile::from_json(changed.to_string().as_bytes());
        let error = error.expect_err(place).to_string();
        assert!(error.contains(expected), "{place}: {error}");
    }
    for place in [
        "",
        "/input",
        "/input/grid",
        "/layers/0",
        "/layers/0/layer",
        "/layers/1/layer",
        "/layers/0/layer/parameters",
        "/layers/0/output",
        "/description",
        "/golden/0",
    ] {
        let mut changed = whole.clone();
        let object = changed.pointer_mut(place).unwrap().as_object_mut().unwrap();
        object.insert("colour".into(), json!(1));
        let error = IntegerFile::from_json(changed.to_string().as_bytes());
        let error = error.expect_err(place).to_string();
        assert!(error.contains("colour"), "{place}: {error}");
    }
}

#[test]
fn too_many_golden_vectors_and_wrong_label_maps_are_refused() {
    let file = file();
    let input = file.golden()[0].input.clone();
    let many = IntegerFile::new(file.model().clone(), description(), &vec![input; 65]);
    assert!(many.unwrap_err().to_string().contains("65 golden"));
    let mut two = description();
    two.classes.pop();
    assert!(IntegerFile::new(file.model().clone(), two, &[]).is_err());
}
