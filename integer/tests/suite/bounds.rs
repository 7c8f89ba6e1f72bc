//! Ranges are reached.

use privet_gradients::network::{Architecture, InputShape, LayerSpec};
use privet_integer::IntegerModel;

use crate::exact::values;
use crate::networks::{CLASSES, Case, conv, grid, network};

/// The input that makes a sum of weighted inputs largest: each at the end that its weight asks for.
fn towards(model: &IntegerModel, weights: impl Iterator<Item = i64>) -> Vec<i64> {
    let (low, high) = (model.grid().lowest(), model.grid().highest());
    weights.map(|w| if w > 0 { high } else { low }).collect()
}

#[test]
fn a_linear_layer_reaches_both_ends_of_its_range() {
    for (bits, signed) in [(2, false), (4, true), (8, false)] {
        let layers = vec![LayerSpec::Linear { outputs: CLASSES }];
        let architecture = Architecture::new(InputShape::flat(9), layers, CLASSES).unwrap();
        let case = Case::new(architecture, grid(bits, signed), 4);
        let model = case.quantise(8).model;
        let weights = &model.layers()[0].parameters().unwrap().weights;
        let mut seen = Vec::new();
        for row in weights.chunks(9) {
            for sign in [1, -1] {
                let input = towards(&model, row.iter().map(|&w| i64::from(w) * sign));
                seen.extend(model.evaluate(&input).unwrap());
            }
        }
        let bounds = model.outputs()[0].bounds;
        assert_eq!(seen.iter().min(), Some(&bounds.low));
        assert_eq!(seen.iter().max(), Some(&bounds.high));
        // One bit less would not hold them.
        let less = 1i128 << (model.outputs()[0].bits - 2);
        assert!(bounds.high >= less || bounds.low < -less);
    }
}

#[test]
fn a_convolution_and_its_square_reach_the_ends() {
    let layers = vec![conv(2, 3, 1, 0, 1), LayerSpec::Square];
    let case = Case::new(
        network(InputShape::image(1, 3, 3), layers),
        grid(3, false),
        6,
    );
    let model = case.quantise(6).model;
    let weights = &model.layers()[0].parameters().unwrap().weights;
    let (mut sums, mut squares) = (Vec::new(), Vec::new());
    for kernel in weights.chunks(9) {
        for sign in [1, -1] {
            let input = towards(&model, kernel.iter().map(|&w| i64::from(w) * sign));
            let all = values(&model, &input);
            sums.extend(all[0].clone());
            squares.extend(all[1].clone());
        }
    }
    let [sum, square] = [0, 1].map(|layer| model.outputs()[layer].bounds);
    assert_eq!(sums.iter().min(), Some(&sum.low.into()));
    assert_eq!(sums.iter().max(), Some(&sum.high.into()));
    assert_eq!(squares.iter().max(), Some(&square.high.into()));
    assert_eq!(square.low, 0);
}
