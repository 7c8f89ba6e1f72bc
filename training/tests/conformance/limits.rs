//! Empty batches, the order of parameters, scores, and dropout.

use burn::tensor::{Device, Tensor, TensorData};
use privet_gradients::dropout;
use privet_mechanisms::Clipping;
use privet_training::data::InputShape;
use privet_training::gradient::{BurnEngine, GradientRequest, Units};
use privet_training::network::{LayerSpec, ParameterLayout};

use crate::engines::{ask, clipped, engines, engines_of};
use crate::layers::cases;
use crate::reference::{CLASSES, case, distance};

#[test]
fn an_empty_batch_gives_zeros() {
    let rule = Clipping::Flat { norm: 1.0 };
    for case in cases() {
        for (name, engine) in engines_of(&case) {
            let empty = case.without(0, case.labels.len());
            let parameters = case.network.architecture().parameters();
            let grid = GradientRequest {
                grid: Some(0.5),
                ..clipped(&rule)
            };
            for request in [clipped(&rule), GradientRequest::default(), grid] {
                for units in [Units::Rows, Units::Copies(4), Units::Sizes(&[])] {
                    let answer = ask(&*engine, &empty, units, request);
                    assert_eq!(answer.sum, vec![0.0; parameters], "{name}");
                    assert!(answer.norms.is_empty());
                    assert_eq!((answer.not_finite, answer.loss), (0, 0.0));
                }
            }
            let nobody = ask(&*engine, &empty, Units::Sizes(&[0, 0]), clipped(&rule));
            assert_eq!(nobody.norms, [0.0, 0.0]);
        }
    }
}

/// More rows at a time change roundings alone, and below a millionth.
#[test]
fn the_physical_batch_does_not_matter() {
    let rule = Clipping::Flat { norm: 0.2 };
    let sizes = [2, 1, 3, 1];
    for case in cases() {
        let case = case.without(7, case.labels.len() - 7);
        for units in [Units::Rows, Units::Sizes(&sizes)] {
            let sum = |rows| {
                let engine = BurnEngine::default().with_physical_batch(rows);
                ask(&engine, &case, units, clipped(&rule)).sum
            };
            let whole = sum(256);
            for rows in [1, 2, 4, 5] {
                let error = distance(&sum(rows), &whole);
                assert!(error < 1e-6, "{}, {rows} rows: {error:e}", case.name);
            }
        }
    }
}

#[test]
fn scores_are_those_of_the_network() {
    for case in cases() {
        for (name, engine) in engines_of(&case) {
            let mut worker = engine.worker(case.network.architecture()).unwrap();
            let parameters = case.network.flat_parameters();
            let scores = worker.scores(&parameters, &case.inputs).unwrap();
            let shape = [case.labels.len(), case.width()];
            let data = TensorData::new(case.inputs.clone(), shape);
            let rows = Tensor::<2>::from_data(data, &Device::flex());
            let expected: Vec<f32> = case.network.forward(rows).into_data().iter().collect();
            assert_eq!(scores.len(), CLASSES * case.labels.len());
            for (score, expected) in scores.iter().zip(&expected) {
                assert!((score - expected).abs() < 1e-5, "{name}, {}", case.name);
            }
        }
    }
}

/// Dropout right behind the input is a change of the input.
#[test]
fn dropout_drops_what_the_shared_function_says() {
    let probability = 0.4;
    let layers = |dropped: bool| {
        let block = match dropped {
            true => vec![LayerSpec::Dropout { probability }],
            false => vec![LayerSpec::Relu],
        };
        // Place 2 among all layers: the first one, the block, its branch.
        vec![
            LayerSpec::Flatten,
            LayerSpec::Residual {
                layers: block,
                shortcut: vec![LayerSpec::Relu],
            },
            LayerSpec::Linear { outputs: CLASSES },
        ]
    };
    let shape = InputShape::image(1, 3, 4);
    let mut with = case("dropout of the input", shape, layers(true), 8);
    with.inputs
        .iter_mut()
        .for_each(|value| *value = value.abs());
    let mut without = with.clone();
    without.network = case("dropout of the input", shape, layers(false), 8).network;
    for (row, values) in without.inputs.chunks_mut(12).enumerate() {
        let mut kept = values.to_vec();
        dropout::keep(77, 2, row, &mut kept, probability);
        // relu(x) + relu(x) of half of what the branch and the shortcut give.
        for (value, kept) in values.iter_mut().zip(kept) {
            *value = (*value + kept) / 2.0;
        }
    }
    for (name, engine) in engines() {
        let request = GradientRequest {
            dropout: Some(77),
            ..GradientRequest::default()
        };
        let found = ask(&*engine, &with, Units::Rows, request);
        let expected = ask(&*engine, &without, Units::Rows, GradientRequest::default());
        let error = distance(&found.sum, &expected.sum);
        assert!(error < 1e-5, "{name}: {error:e}");
        assert!((found.loss - expected.loss).abs() < 1e-5, "{name}");
        let off = ask(&*engine, &with, Units::Rows, GradientRequest::default());
        assert!(distance(&off.sum, &expected.sum) > 0.01, "{name}");
    }
}

#[test]
fn flat_parameters_are_in_the_order_of_the_layers() {
    let layers = vec![
        LayerSpec::Embedding {
            vocabulary: 4,
            width: 6,
        },
        LayerSpec::Residual {
            layers: vec![
                LayerSpec::LayerNorm,
                LayerSpec::MultiHeadAttention { heads: 2 },
                LayerSpec::Linear { outputs: 2 },
            ],
            shortcut: vec![LayerSpec::Linear { outputs: 2 }],
        },
        LayerSpec::Flatten,
        LayerSpec::Linear { outputs: CLASSES },
    ];
    let network = case("order", InputShape::flat(3), layers, 1).network;
    let layout = ParameterLayout::of(&network).unwrap();
    let paths: Vec<&str> = layout
        .slots()
        .iter()
        .map(|slot| slot.path.as_str())
        .collect();
    assert_eq!(
        paths,
        [
            "layers.0.weight",
            "layers.1.branch.0.gamma",
            "layers.1.branch.0.beta",
            "layers.1.branch.1.query.weight",
            "layers.1.branch.1.query.bias",
            "layers.1.branch.1.key.weight",
            "layers.1.branch.1.key.bias",
            "layers.1.branch.1.value.weight",
            "layers.1.branch.1.value.bias",
            "layers.1.branch.1.output.weight",
            "layers.1.branch.1.output.bias",
            "layers.1.branch.2.weight",
            "layers.1.branch.2.bias",
            "layers.1.shortcut.0.weight",
            "layers.1.shortcut.0.bias",
            "layers.3.weight",
            "layers.3.bias",
        ]
    );
    assert_eq!(layout.len(), network.architecture().parameters());
    let values: Vec<f32> = (0..layout.len()).map(|i| i as f32).collect();
    let network = layout.load(network, &values).unwrap();
    assert_eq!(network.flat_parameters(), values);
    assert!(layout.load(network, &values[1..]).is_err());
}
