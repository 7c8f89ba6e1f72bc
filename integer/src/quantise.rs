//! Trained weights as whole numbers.

use privet_gradients::network::{Architecture, InputGrid};
use serde::{Deserialize, Serialize};

use crate::deviation::largest_difference;
use crate::error::IntegerError;
use crate::fold::{RealParameters, fold};
use crate::layer::{IntegerLayer, IntegerParameters};
use crate::model::IntegerModel;
use crate::ranges::{check_size, misfit, scale_after};
use crate::trained::TrainedLayer;

/// How weights are rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Bits of a weight, its sign included: 2 to 16.
    pub weight_bits: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { weight_bits: 8 }
    }
}

/// A model, and how far it can be from the network.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantised {
    /// The model.
    pub model: IntegerModel,
    /// No score times its scale, as real numbers, differs by more from that of the network evaluated
    /// exactly, whatever the input on the grid: proven from the roundings of inputs, weights, biases
    /// and scales layer by layer, itself rounded up at each operation. Far above what is usual; NaN or
    /// infinite where nothing is proven.
    ///
    /// Two things come on top: what an evaluation in single precision rounds, and, with `public_norm`,
    /// what folding it in double precision does (relative to the terms of a sum, some 1e-16 a term).
    pub largest_difference: f64,
}

/// Largest bias, in magnitude: what is above leaves no room for a sum.
const LARGEST_BIAS: f64 = (1u128 << 120) as f64;

/// Rounds a network of profile `encrypted-inference` to whole numbers.
///
/// Each layer's weights are divided by one scale, `max |w| / (2^(weight_bits - 1) - 1)`, and rounded
/// to the nearest whole number, halves away from 0; a bias is rounded at the scale of the sums that it
/// joins, input scale times weight scale, with as many bits as it takes. Everything else is exact:
/// normalisation by public constants is folded into its neighbours before, a mean becomes a sum with
/// its divisor in the scale, and no value is rounded between layers.
///
/// The sizes are checked first: nothing is computed of a network that is too large.
///
/// Only weights, which are released, and the public grid decide: there is no data to look at.
///
/// # Errors
/// A network outside of the profile or too large, trained values that do not fit it or are not finite,
/// bits out of range, or values that may need more than 128 bits.
pub fn quantise(
    architecture: &Architecture,
    trained: &[TrainedLayer],
    grid: InputGrid,
    settings: Settings,
) -> Result<Quantised, IntegerError> {
    let levels = settings.levels()?;
    check_size(architecture)?;
    let folded = fold(architecture, trained)?;
    let shapes = folded.architecture.layers();
    let mut scale = grid.spacing();
    let mut layers = Vec::with_capacity(shapes.len());
    for (index, (shape, real)) in shapes.iter().zip(&folded.parameters).enumerate() {
        let own = real.as_ref().map(|real| rounded(real, scale, levels));
        let own = own
            .transpose()
            .map_err(|reason| misfit(index, shape, reason))?;
        let layer = IntegerLayer::of(&shape.spec, own)
            .ok_or_else(|| misfit(index, shape, "it is not among the profile's layers".into()))?;
        scale = scale_after(&layer, shape, scale);
        layers.push(layer);
    }
    let (input, classes) = (architecture.input(), architecture.classes());
    let model = IntegerModel::new(input, grid, layers, classes)?;
    let largest_difference = largest_difference(&model, shapes, &folded.parameters);
    Ok(Quantised {
        model,
        largest_difference,
    })
}

impl Settings {
    /// The bits that the weights of a model were rounded to, by [`quantise`]: the largest weight of a
    /// layer has them all, and the scale of a layer of zeros is one over the largest that it could have.
    #[must_use]
    pub fn of(model: &IntegerModel) -> Self {
        let layers = model.layers().iter().filter_map(IntegerLayer::parameters);
        let levels = layers.map(|own| {
            let largest = own.weights.iter().map(|weight| weight.unsigned_abs()).max();
            match largest.unwrap_or(0) {
                0 => own.scale.recip().round() as u32,
                largest => largest,
            }
        });
        let levels = levels.max().unwrap_or(1).clamp(1, (1 << 15) - 1);
        Self {
            weight_bits: 1 + (levels + 1).ilog2(),
        }
    }

    /// The largest rounded weight.
    pub(crate) fn levels(self) -> Result<i32, IntegerError> {
        match self.weight_bits {
            bits @ 2..=16 => Ok((1 << (bits - 1)) - 1),
            bits => Err(IntegerError::Setting {
                key: "weight_bits",
                value: bits.to_string(),
                remedy: "give 2 to 16",
            }),
        }
    }
}

/// Weights and bias as whole numbers, for inputs of a scale.
fn rounded(
    real: &RealParameters,
    input_scale: f64,
    levels: i32,
) -> Result<IntegerParameters, String> {
    let largest = real.weights.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
    // A layer of zeros is its bias, at whatever scale.
    let scale = match largest > 0.0 {
        true => largest / f64::from(levels),
        false => 1.0 / f64::from(levels),
    };
    let unit = input_scale * scale;
    if !(scale.is_normal() && unit.is_normal()) {
        return Err(format!(
            "its largest weight is {largest}, which is out of range"
        ));
    }
    let weights = real.weights.iter().map(|weight| {
        // Within the levels by the choice of the scale, but for rounding.
        let nearest = (weight / scale).round() as i32;
        nearest.clamp(-levels, levels)
    });
    let bias = real.bias.iter().map(|bias| {
        let nearest = (bias / unit).round();
        match nearest.abs() <= LARGEST_BIAS {
            true => Ok(nearest as i128),
            false => Err(format!(
                "its bias of {bias} needs more than 120 bits at the scale of its sums, {unit}: use \
                 fewer weight_bits or input_bits, or fewer squares"
            )),
        }
    });
    Ok(IntegerParameters {
        weights: weights.collect(),
        bias: bias.collect::<Result<_, _>>()?,
        scale,
    })
}
