//! Evaluation against big integers, and quantised networks against the networks.

use num_bigint::BigInt;
use privet_gradients::network::{InputShape, LayerSpec};
use privet_integer::{IntegerLayer, IntegerModel};
use proptest::prelude::*;

use crate::networks::{Case, cases, conv, grid, network, norm, pool};

/// An image, or a row as one channel of one row, addressed by whole numbers of either sign.
struct Image {
    sides: [i64; 3],
    values: Vec<BigInt>,
}

impl Image {
    fn of(shape: InputShape, values: Vec<BigInt>) -> Self {
        let sides = match shape {
            InputShape::Image {
                channels,
                height,
                width,
            } => [channels, height, width],
            other => [1, 1, other.len()],
        };
        Self {
            sides: sides.map(|side| side as i64),
            values,
        }
    }

    /// Zero outside.
    fn at(&self, place: [i64; 3]) -> BigInt {
        let mut index = 0;
        for (at, side) in place.into_iter().zip(self.sides) {
            if !(0..side).contains(&at) {
                return BigInt::ZERO;
            }
            index = index * side + at;
        }
        self.values[index as usize].clone()
    }
}

/// Every value of an output, by its place.
fn fill(shape: InputShape, value: impl Fn([i64; 3]) -> BigInt) -> Vec<BigInt> {
    let [channels, rows, columns] = Image::of(shape, vec![]).sides;
    let mut values = Vec::new();
    for channel in 0..channels {
        for row in 0..rows {
            values.extend((0..columns).map(|column| value([channel, row, column])));
        }
    }
    values
}

/// The format's formulas, word by word.
fn layer(layer: &IntegerLayer, input: Image, output: InputShape) -> Vec<BigInt> {
    match layer {
        IntegerLayer::Flatten => input.values,
        IntegerLayer::Square => input.values.iter().map(|value| value * value).collect(),
        IntegerLayer::GlobalSum => (0..input.sides[0])
            .map(|channel| {
                let area = input.sides[1] * input.sides[2];
                let place = |place| [channel, place / input.sides[2], place % input.sides[2]];
                (0..area).map(|at| input.at(place(at))).sum()
            })
            .collect(),
        IntegerLayer::SumPool { kernel, stride } => fill(output, |[channel, row, column]| {
            let (kernel, stride) = (*kernel as i64, *stride as i64);
            (0..kernel * kernel)
                .map(|at| {
                    let (a, b) = (at / kernel, at % kernel);
                    input.at([channel, row * stride + a, column * stride + b])
                })
                .sum()
        }),
        IntegerLayer::Linear {
            outputs,
            parameters,
        } => (0..*outputs)
            .map(|o| {
                let inputs = input.values.len();
                let weights = &parameters.weights[o * inputs..][..inputs];
                let products = weights.iter().zip(&input.values).map(|(w, x)| x * *w);
                products.sum::<BigInt>() + parameters.bias[o]
            })
            .collect(),
        IntegerLayer::Conv2d {
            channels,
            kernel,
            stride,
            padding,
            groups,
            parameters,
        } => {
            let [kernel, stride, padding] = [*kernel, *stride, *padding].map(|n| n as i64);
            let seen = input.sides[0] / *groups as i64;
            let made = (channels / groups) as i64;
            let [_, rows, columns] = Image::of(output, vec![]).sides;
            fill(output, |[o, row, column]| {
                let bias = match parameters.bias.len() == *channels {
                    true => o,
                    false => (o * rows + row) * columns + column,
                };
                let mut sum = BigInt::from(parameters.bias[bias as usize]);
                for c in 0..seen {
                    for a in 0..kernel {
                        for b in 0..kernel {
                            let weight = ((o * seen + c) * kernel + a) * kernel + b;
                            let place = [
                                o / made * seen + c,
                                row * stride + a - padding,
                                column * stride + b - padding,
                            ];
                            sum += input.at(place) * parameters.weights[weight as usize];
                        }
                    }
                }
                sum
            })
        }
    }
}

/// All layers of a model, in big integers.
pub(crate) fn values(model: &IntegerModel, input: &[i64]) -> Vec<Vec<BigInt>> {
    let mut shape = model.input();
    let mut last: Vec<BigInt> = input.iter().map(|&number| number.into()).collect();
    let mut all = Vec::new();
    for (own, output) in model.layers().iter().zip(model.outputs()) {
        last = layer(own, Image::of(shape, last), output.shape);
        shape = output.shape;
        all.push(last.clone());
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// Exact evaluation is that of unbounded integers, no value leaves its range, and the scores are
    /// the network's up to the proven difference and what single precision rounds.
    #[test]
    fn random_networks_are_evaluated_exactly_and_near_the_network(case in cases(), bits in 3..17_u32) {
        // Deep networks have no room for fine weights.
        let quantised = (2..=bits).rev().find_map(|bits| case.try_quantise(bits).ok()).unwrap();
        let model = &quantised.model;
        for row in case.rows() {
            let input = model.numbers(row).unwrap();
            let all = values(model, &input);
            for (values, output) in all.iter().zip(model.outputs()) {
                let (low, high) = (output.bounds.low.into(), output.bounds.high.into());
                prop_assert!(values.iter().all(|value| (&low..=&high).contains(&value)));
                let beyond = BigInt::from(1) << (output.bits - 1);
                prop_assert!(-&beyond <= low && high < beyond);
                prop_assert_eq!(values.len(), output.shape.len());
            }
            let scores: Vec<BigInt> = model.evaluate(&input).unwrap().iter().map(|&score| score.into()).collect();
            prop_assert_eq!(all.last().unwrap(), &scores);
        }
        let scores = case.scores();
        let size = scores.iter().fold(1.0_f32, |a, b| a.max(b.abs()));
        let compared = model.compare(&case.inputs, &scores).unwrap();
        prop_assert_eq!(compared.examples, 4);
        // Single precision rounds a sum of positive and negative terms by more than its size shows.
        let allowed = quantised.largest_difference + 1e-4 * f64::from(size);
        prop_assert!(compared.largest_difference <= allowed, "{} > {allowed}", compared.largest_difference);
    }
}

/// With fine weights the scores are the network's: the proven bound is not what makes the test above
/// pass.
#[test]
fn fine_weights_give_the_networks_scores() {
    let layers = vec![
        norm(&[0.4, 0.1], &[0.5, 0.8]),
        conv(4, 3, 1, 1, 2),
        norm(&[0.2, -0.1, 0.0, 0.3], &[1.5, 2.0, 1.0, 0.7]),
        LayerSpec::Square,
        pool(2, Some(1)),
        norm(&[0.3], &[2.0]),
        conv(4, 2, 2, 0, 1),
        LayerSpec::Square,
    ];
    let case = Case::new(
        network(InputShape::image(2, 6, 5), layers),
        grid(4, true),
        8,
    );
    let scores = case.scores();
    let size = scores.iter().fold(0.0_f32, |a, b| a.max(b.abs()));
    let differences = [4, 6, 8, 10].map(|bits| {
        let compared = case.quantise(bits).model.compare(&case.inputs, &scores);
        compared.unwrap().largest_difference / f64::from(size)
    });
    assert!(differences[3] < 4e-3, "{differences:?}");
    // Two more bits of a weight are a quarter of the difference, more or less.
    assert!(differences[3] < differences[0] / 16.0, "{differences:?}");
}

/// Weights that are levels lose nothing: scores times their scale are the network's, exactly.
#[test]
fn weights_that_are_levels_lose_nothing() {
    let layers = vec![conv(2, 2, 1, 1, 1), LayerSpec::Square, pool(2, None)];
    let mut case = Case::new(
        network(InputShape::image(1, 3, 3), layers),
        grid(2, true),
        3,
    );
    // Weights of -3 to 3 with 3 bits, each layer with a 3; biases whole.
    let mut start = 0;
    for layer in case.architecture.layers() {
        let own = &mut case.parameters[start..start + layer.parameters()];
        start += own.len();
        for (place, value) in own.iter_mut().enumerate() {
            *value = ((place * 5 + 3) % 7) as f32 - 3.0;
        }
    }
    let quantised = case.quantise(3);
    let compared = quantised
        .model
        .compare(&case.inputs, &case.scores())
        .unwrap();
    assert!(compared.largest_difference < 1e-12, "{compared:?}");
    assert_eq!(compared.agreement(), 1.0);
    assert!(
        quantised.largest_difference < 1e-4,
        "{}",
        quantised.largest_difference
    );
}
