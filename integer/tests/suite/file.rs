//! The JSON file: a round trip, and files that contradict themselves.

use privet_gradients::network::{InputShape, LayerSpec};
use privet_integer::{Description, EncodingExample, IntegerFile, Settings, quantise};
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
        ("/input/shape/height", json!(1u64 << 40), "values: scale"),
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

/// Pixels of 0 to 60 on 16 levels, 4 apart.
#[test]
fn examples_of_the_encoding_are_at_and_near_ties() {
    let levels = grid(4, false);
    let raw = |value| value * 60.0;
    let encode = |raw: f64| levels.round(raw / 60.0);
    let examples = EncodingExample::near_ties(None, levels, true, raw, encode);
    let found: Vec<(f64, i64)> = (examples.iter())
        .map(|example| ((example.raw * 1e3).round() / 1e3, example.number))
        .collect();
    let (a, b) = ([(0.0, 0), (2.0, 0), (2.0, 1), (2.0, 1)], [(28.0, 7)]);
    let (c, d) = (
        [(30.0, 7), (30.0, 8), (30.0, 8)],
        [(58.0, 14), (58.0, 15), (58.0, 15), (60.0, 15)],
    );
    assert_eq!(found, [&a[..], &b, &c, &d].concat());
    let signed = grid(4, true);
    let encode = |raw: f64| signed.round(raw);
    let examples = EncodingExample::near_ties(Some("age"), signed, true, |v| v, encode);
    // Away from 0 on both sides.
    let at = |raw| examples.iter().find(|example| example.raw == raw / 7.0);
    assert_eq!(at(-6.5).map(|example| example.number), Some(-7));
    assert_eq!(at(0.5).map(|example| example.number), Some(1));
    let without = EncodingExample::near_ties(Some("age"), signed, false, |v| v, encode);
    assert_eq!(without.len() + 3, examples.len());
    let with = file().with_encoding(Vec::new()).unwrap();
    assert_eq!(with, file());
    // Levels of 3 bits end at 3.
    let error = file().with_encoding(examples.clone()).unwrap_err();
    assert!(error.to_string().contains("levels are -3..=3"), "{error}");
    let fit: Vec<_> = examples
        .into_iter()
        .filter(|e| e.number.abs() <= 3)
        .collect();
    let many = vec![fit[0].clone(); EncodingExample::MOST + 1];
    assert!(file().with_encoding(many).is_err());
    let with = file().with_encoding(fit.clone()).unwrap();
    let text = with.to_json().unwrap();
    let read = IntegerFile::from_json(text.as_bytes()).unwrap();
    assert_eq!((read.encoding(), &read), (&fit[..], &with));
    let damaged = text.replacen("\"number\":", "\"number\":9", 1);
    assert!(IntegerFile::from_json(damaged.as_bytes()).is_err());
}

/// Sixteen convolution weights on a large image cost much to evaluate: a small file that would keep
/// its reader busy for minutes.
#[test]
fn small_files_of_much_work_have_few_golden_vectors() {
    let layers = vec![
        conv(1, 16, 1, 0, 1),
        pool(4, None),
        LayerSpec::GlobalAvgPool,
    ];
    let large = |side| {
        let input = InputShape::image(1, side, side);
        let mut case = Case::new(network(input, layers.clone()), grid(2, false), 1);
        // The first weights are enough.
        case.inputs.truncate(0);
        let settings = Settings { weight_bits: 2 };
        quantise(&case.architecture, &case.trained(), case.grid, settings)
    };
    let small = large(64).unwrap().model;
    assert_eq!(small.most_golden(), 64);
    let model = large(300).unwrap().model;
    let work: u64 = 285 * 285 * 256 + 71 * 71 * 16 + 71 * 71 + 1 + 3;
    assert_eq!(model.most_golden() as u64, (1 << 30) / work - 2);
    let many = vec![vec![0; 300 * 300]; model.most_golden() + 1];
    let error = IntegerFile::new(model, description(), &many).unwrap_err();
    let expected = format!("{} golden vectors are too many", many.len());
    assert!(error.to_string().starts_with(&expected), "{error}");
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
