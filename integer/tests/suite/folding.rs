//! Normalisation by public constants becomes part of its neighbours, borders included.

use privet_gradients::network::{InputShape, LayerSpec};
use privet_integer::IntegerLayer;

use crate::networks::{Case, conv, grid, network, norm, pool};

const IMAGE: InputShape = InputShape::image(2, 5, 4);

/// Relative difference of the scores with weights of 16 bits, and the convolution's number of biases.
fn difference(layers: Vec<LayerSpec>) -> (f64, usize) {
    let case = Case::new(network(IMAGE, layers), grid(4, false), 12);
    let scores = case.scores();
    let size = scores.iter().fold(0.0_f32, |a, b| a.max(b.abs()));
    let model = case.quantise(16).model;
    let convolution = model.layers().iter().find_map(|layer| match layer {
        IntegerLayer::Conv2d { parameters, .. } => Some(parameters.bias.len()),
        _ => None,
    });
    let compared = model.compare(&case.inputs, &scores).unwrap();
    (
        compared.largest_difference / f64::from(size),
        convolution.unwrap_or(0),
    )
}

#[test]
fn a_norm_goes_into_the_layer_before_or_after_it() {
    let channels = || norm(&[0.8, -0.6], &[0.4, 1.7]);
    let four = || norm(&[0.8, -0.6, 0.1, 0.2], &[0.4, 1.7, 0.9, 1.0]);
    let features: Vec<f64> = (0..40).map(|place| 0.5 + f64::from(place) / 20.0).collect();
    for (layers, biases) in [
        (vec![channels(), conv(4, 3, 1, 0, 1)], 4),
        (vec![channels(), conv(4, 3, 1, 0, 2), LayerSpec::Square], 4),
        // Behind padding the bias depends on the place: 5x4 outputs of 4 channels.
        (vec![channels(), conv(4, 3, 1, 1, 1)], 80),
        (
            vec![channels(), conv(4, 3, 1, 1, 2), four(), LayerSpec::Square],
            80,
        ),
        // A mean of 0 is 0 under the padding too.
        (vec![norm(&[0.0], &[0.3]), conv(4, 3, 1, 1, 1)], 4),
        (vec![conv(4, 3, 2, 1, 2), four(), LayerSpec::Square], 4),
        (vec![channels(), pool(2, None), conv(4, 2, 1, 0, 1)], 4),
        (
            vec![channels(), norm(&[0.1], &[2.0]), conv(4, 2, 1, 2, 1)],
            4 * 8 * 7,
        ),
        (vec![channels(), LayerSpec::GlobalAvgPool], 0),
        (vec![channels()], 0),
        (vec![LayerSpec::Flatten, norm(&features, &features)], 0),
        (
            vec![
                conv(4, 2, 1, 0, 1),
                LayerSpec::Square,
                four(),
                pool(2, Some(1)),
            ],
            4,
        ),
    ] {
        let (difference, found) = difference(layers.clone());
        assert!(difference < 2e-4, "{layers:?}: {difference}");
        assert_eq!(found, biases, "{layers:?}");
    }
}
