//! How far the scores of whole numbers can be from those of the network.

use privet_gradients::network::LayerShape;

use crate::fold::RealParameters;
use crate::forward::{forward, window};
use crate::model::IntegerModel;
use crate::numbers::Number;

/// Half the distance of doubles between 1 and 2: what an operation rounds, relative to its result.
const ROUNDING: f64 = f64::EPSILON / 2.0;

/// Bound of the distance of single-precision levels from the whole number times the spacing: each is
/// rounded once, at most 1, and so is the spacing.
const OF_INPUTS: f64 = 1.0000001 * (f32::EPSILON as f64) / 4.0;

/// How far a value of integers, times its scale, can be from that of the real network. Both bounds are
/// rounded up at each operation: a nonnegative result that was rounded to the nearest double is at most
/// the next double's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Deviation {
    /// Bound of the absolute value of the integers' side.
    size: f64,
    /// Bound of the absolute difference.
    difference: f64,
}

/// A weight on both sides.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WeightPair {
    /// Absolute value of the network's weight.
    real: f64,
    /// Bound of the absolute value of the rounded weight times its scale.
    rounded: f64,
    /// Bound of their absolute difference.
    difference: f64,
}

impl WeightPair {
    fn new(real: f64, weight: i32, scale: f64) -> Self {
        let rounded = f64::from(weight) * scale;
        let slack = up(rounded.abs() * 2.0 * ROUNDING);
        Self {
            real: real.abs(),
            rounded: plus(rounded.abs(), slack),
            difference: plus(up((real - rounded).abs()), slack),
        }
    }
}

impl Number for Deviation {
    type Weight = WeightPair;

    fn zero() -> Self {
        Self {
            size: 0.0,
            difference: 0.0,
        }
    }

    /// `w x - w' x' = w (x - x') + (w - w') x'`.
    fn add_product(&self, weight: &WeightPair, value: &Self) -> Option<Self> {
        let of_value = times(weight.real, value.difference);
        let of_weight = times(weight.difference, value.size);
        Some(Self {
            size: plus(self.size, times(weight.rounded, value.size)),
            difference: plus(self.difference, plus(of_value, of_weight)),
        })
    }

    fn add(&self, other: &Self) -> Option<Self> {
        Some(Self {
            size: plus(self.size, other.size),
            difference: plus(self.difference, other.difference),
        })
    }

    /// `x^2 - x'^2 = (x - x') (x - x' + 2 x')`.
    fn square(&self) -> Option<Self> {
        Some(Self {
            size: times(self.size, self.size),
            difference: times(self.difference, plus(self.difference, 2.0 * self.size)),
        })
    }
}

/// At least the number that was rounded to this nonnegative double.
fn up(rounded: f64) -> f64 {
    rounded.next_up()
}

fn plus(a: f64, b: f64) -> f64 {
    up(a + b)
}

fn times(a: f64, b: f64) -> f64 {
    up(a * b)
}

/// Bound of the difference between the scores of both networks; NaN where there is none.
pub(crate) fn largest_difference(
    model: &IntegerModel,
    shapes: &[LayerShape],
    real: &[Option<RealParameters>],
) -> f64 {
    let input = Deviation {
        size: 1.0 + 2.0 * ROUNDING,
        difference: OF_INPUTS,
    };
    let mut values = vec![input; model.input().len()];
    let mut scale = model.grid().spacing();
    let layers = model.layers().iter().zip(model.outputs());
    for ((layer, output), (shape, real)) in layers.zip(shapes.iter().zip(real)) {
        let (mut weights, mut bias) = (Vec::new(), Vec::new());
        if let (Some(own), Some(real)) = (layer.parameters(), real) {
            let both = real.weights.iter().zip(&own.weights);
            weights.extend(both.map(|(&real, &weight)| WeightPair::new(real, weight, own.scale)));
            let both = real.bias.iter().zip(&own.bias);
            bias.extend(both.map(|(&real, &bias)| of_bias(real, bias, scale, own.scale)));
        }
        let Some(outputs) = forward(shape, &weights, &bias, &values) else {
            return f64::NAN;
        };
        values = outputs;
        let area = window(shape).map_or(1, |([tall, wide], _)| tall * wide) as f64;
        scale = output.scale;
        // Signs that cancel make the range of whole numbers the tighter bound.
        let bounds = output.bounds;
        let largest = bounds.low.unsigned_abs().max(bounds.high.unsigned_abs());
        let size = times(up(largest as f64), scale);
        for value in &mut values {
            value.size = up(value.size / area).min(size);
            // The output's scale was rounded once.
            let of_scale = times(value.size, 2.0 * ROUNDING);
            value.size = plus(value.size, of_scale);
            value.difference = plus(up(value.difference / area), of_scale);
        }
    }
    let differences = values.iter().map(|value| value.difference);
    differences.fold(0.0, |a: f64, b| if b > a || b.is_nan() { b } else { a })
}

/// A bias on both sides.
fn of_bias(real: f64, bias: i128, input_scale: f64, scale: f64) -> Deviation {
    let rounded = bias as f64 * input_scale * scale;
    // Three roundings: to a double, and of two products.
    let slack = up(rounded.abs() * 4.0 * ROUNDING);
    Deviation {
        size: plus(rounded.abs(), slack),
        difference: plus(up((real - rounded).abs()), slack),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1 and 2^20 times a quarter of the distance of doubles at 1: to the nearest, the sum stays 1.
    #[test]
    fn sums_of_bounds_are_rounded_up() {
        let tiny = Deviation {
            size: ROUNDING / 2.0,
            difference: ROUNDING / 2.0,
        };
        let mut sum = Deviation {
            size: 1.0,
            difference: 1.0,
        };
        assert_eq!(1.0 + tiny.size, 1.0);
        for _ in 0..1 << 20 {
            sum = sum.add(&tiny).unwrap();
        }
        let exact = 1.0 + ROUNDING / 2.0 * f64::from(1 << 20);
        assert!(sum.size >= exact && sum.difference >= exact, "{sum:?}");
        assert!(sum.size < 1.0 + 4e-10, "{sum:?}");
    }

    /// 3 * fl(1/3) is not 1, and 3 * 0.1 rounds: a weight that is a level differs by what its scale
    /// rounds, which is all below the bound.
    #[test]
    fn products_of_bounds_hold_what_was_rounded() {
        let pair = WeightPair::new(0.1 * 3.0, 3, 0.1);
        // The exact product of 3 and the double nearest to 0.1 is 2^-56 off its double.
        assert!(pair.difference >= 2.0_f64.powi(-56), "{pair:?}");
        let bias = of_bias(0.0, (1 << 60) + 1, 1.0, 1.0);
        assert!(bias.size > (1u64 << 60) as f64, "{bias:?}");
        let third = Deviation {
            size: 1.0 / 3.0,
            difference: 1.0 / 3.0,
        };
        assert!(third.square().unwrap().size > (1.0 / 3.0) * (1.0 / 3.0));
        assert!(third.square().unwrap().difference > 1.0 / 3.0);
    }
}
