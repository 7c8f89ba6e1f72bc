//! What is no model of integers.

use privet_gradients::network::{Architecture, InputShape, LayerSpec};
use privet_integer::{
    IntegerError, IntegerLayer, IntegerModel, IntegerParameters, Settings, TrainedLayer, quantise,
};

use crate::networks::{CLASSES, Case, conv, grid, network};

fn case(layers: Vec<LayerSpec>) -> Case {
    Case::new(
        network(InputShape::image(1, 4, 4), layers),
        grid(4, false),
        1,
    )
}

fn refusal(case: &Case, trained: &[TrainedLayer], weight_bits: u32) -> String {
    let settings = Settings { weight_bits };
    let quantised = quantise(&case.architecture, trained, case.grid, settings);
    quantised.unwrap_err().to_string()
}

#[test]
fn networks_outside_of_the_profile_are_refused() {
    let case = case(vec![LayerSpec::Relu]);
    let error = refusal(&case, &case.trained(), 8);
    assert!(error.starts_with("layer 1 (relu)"), "{error}");
    let norm = case_with_group_norm();
    let error = TrainedLayer::from_flat(&norm, &vec![0.0; norm.parameters()]).unwrap_err();
    assert!(error.to_string().contains("group_norm"), "{error}");
}

fn case_with_group_norm() -> Architecture {
    network(
        InputShape::image(2, 4, 4),
        vec![LayerSpec::GroupNorm { groups: 1 }],
    )
}

#[test]
fn trained_values_that_do_not_fit_are_refused() {
    let case = case(vec![conv(2, 3, 1, 0, 1)]);
    let trained = case.trained();
    for bits in [0, 1, 17, 99] {
        assert!(refusal(&case, &trained, bits).contains("2 to 16"));
    }
    assert!(refusal(&case, &trained[..1], 8).contains("1 trained layers"));
    let mut few = trained.clone();
    few[0].weights.pop();
    assert!(refusal(&case, &few, 8).contains("17 weights and 2 biases where 18 and 2"));
    for value in [f32::NAN, f32::INFINITY] {
        let mut diverged = trained.clone();
        diverged[1].bias[0] = value;
        assert!(refusal(&case, &diverged, 8).starts_with("layer 3 (linear): it holds"));
    }
    let flat = TrainedLayer::from_flat(&case.architecture, &case.parameters[1..]);
    assert!(flat.unwrap_err().to_string().contains("parameters"));
}

#[test]
fn a_bias_beside_tiny_weights_is_refused_and_a_layer_of_zeros_is_not() {
    let case = case(vec![]);
    let mut trained = case.trained();
    trained[0].weights.fill(1e-38);
    trained[0].bias.fill(1e38);
    assert!(refusal(&case, &trained, 8).contains("more than 120 bits"));
    trained[0].weights.fill(0.0);
    trained[0].bias.copy_from_slice(&[1.0, 2.0, -3.0]);
    let settings = Settings::default();
    let model = quantise(&case.architecture, &trained, case.grid, settings)
        .unwrap()
        .model;
    let scores = model.evaluate(&[7; 16]).unwrap();
    let scale = model.outputs()[1].scale;
    let real: Vec<f64> = scores.iter().map(|&score| score as f64 * scale).collect();
    for (real, bias) in real.iter().zip([1.0, 2.0, -3.0]) {
        assert!((real - bias).abs() < 1e-3, "{real}");
    }
}

/// Those of a network of zeros too, as an export is compared with one made anew.
#[test]
fn the_bits_of_weights_are_found_again() {
    let case = case(vec![conv(2, 3, 1, 0, 1), LayerSpec::Square]);
    for weight_bits in 2..=16 {
        let settings = Settings { weight_bits };
        let mut trained = case.trained();
        for zeros in 0..=trained.len() {
            let quantised = quantise(&case.architecture, &trained, case.grid, settings);
            assert_eq!(Settings::of(&quantised.unwrap().model), settings);
            if let Some(layer) = trained.get_mut(zeros) {
                layer.weights.fill(0.0);
                layer.bias.fill(0.0);
            }
        }
    }
}

/// A model of one linear layer behind squares.
fn linear(weight: i32, bias: i128, squares: usize) -> Result<IntegerModel, IntegerError> {
    let parameters = |weight, bias| IntegerParameters {
        weights: vec![weight],
        bias: vec![bias],
        scale: 1.0,
    };
    let layer = |weight, bias| IntegerLayer::Linear {
        outputs: 1,
        parameters: parameters(weight, bias),
    };
    let mut layers = vec![layer(weight, bias)];
    layers.extend(std::iter::repeat_n(IntegerLayer::Square, squares));
    layers.push(layer(weight, bias));
    IntegerModel::new(InputShape::flat(1), grid(2, false), layers, 1)
}

#[test]
fn values_beyond_128_bits_are_refused_and_all_below_are_exact() {
    // (3 * 2^20 + 1)^4 times 2^20 has 108 bits.
    let model = linear(1 << 20, 1, 2).unwrap();
    assert_eq!(model.outputs().last().unwrap().bits, 108);
    let exact = ((3i128 << 20) + 1).pow(4) * (1 << 20) + 1;
    assert_eq!(model.evaluate(&[3]).unwrap(), [exact]);
    let error = linear(i32::MAX, 1, 2).unwrap_err();
    assert!(
        matches!(
            error,
            IntegerError::Overflow {
                position: 3,
                kind: "square"
            }
        ),
        "{error}"
    );
    assert!(error.to_string().contains("weight_bits"));
    let error = linear(1, i128::MAX, 0).unwrap_err();
    assert!(
        matches!(error, IntegerError::Overflow { position: 1, .. }),
        "{error}"
    );
    let error = linear(1, i128::MAX / 2, 1).unwrap_err();
    assert!(
        matches!(error, IntegerError::Overflow { position: 2, .. }),
        "{error}"
    );
}

#[test]
fn huge_networks_are_refused_before_memory_is_taken() {
    let layers = |kernel| {
        vec![
            IntegerLayer::SumPool { kernel, stride: 1 },
            IntegerLayer::GlobalSum,
            IntegerLayer::Linear {
                outputs: CLASSES,
                parameters: IntegerParameters {
                    weights: vec![1; 3],
                    bias: vec![0; 3],
                    scale: 1.0,
                },
            },
        ]
    };
    for (side, kernel, what) in [(1 << 12, 1, "values"), (1 << 11, 512, "multiplications")] {
        let shape = InputShape::image(1, side, side);
        let error = IntegerModel::new(shape, grid(2, false), layers(kernel), CLASSES).unwrap_err();
        assert!(error.to_string().contains(what), "{error}");
    }
}

#[test]
fn inputs_off_the_grid_are_refused() {
    let model = case(vec![LayerSpec::Square]).quantise(4).model;
    assert!(model.evaluate(&[15; 16]).is_ok());
    for (input, expected) in [
        (vec![0; 15], "15 values"),
        (vec![16; 16], "16 is no level: the numbers are 0 to 15"),
        (vec![-1; 16], "-1 is no level"),
        (vec![i64::MIN; 16], "no level"),
    ] {
        let error = model.evaluate(&input).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    assert_eq!(model.numbers(&[1.0; 16]).unwrap(), [15; 16]);
    assert!(
        model
            .numbers(&[0.51; 16])
            .unwrap_err()
            .to_string()
            .contains("0.51")
    );
    assert!(model.numbers(&[f32::NAN; 16]).is_err());
    assert!(model.compare(&[0.0; 17], &[0.0; 3]).is_err());
    assert!(model.compare(&[0.0; 16], &[0.0; 2]).is_err());
}
