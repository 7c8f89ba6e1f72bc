//! The range and the scale of every layer's values, from the weights and the input grid.

use privet_gradients::network::{Architecture, InputGrid, InputShape, LayerShape, LayerSpec};
use serde::{Deserialize, Serialize};

use crate::bounds::Bounds;
use crate::error::IntegerError;
use crate::forward::{forward, weights_of_output, window, work};
use crate::layer::{IntegerLayer, IntegerParameters};
use crate::numbers::Interval;

/// Values of the input or of a layer's output, at most.
const MOST_VALUES: u64 = 1 << 22;

/// Multiplications for one input, at most: a second or so of exact evaluation.
const MOST_WORK: u64 = 1 << 28;

/// Multiplications for all golden vectors and the ranges, at most: reading a file takes seconds and not
/// minutes, whoever wrote it.
const MOST_WORK_OF_FILE: u64 = 1 << 30;

/// Evaluations that the ranges of all layers cost: both ends of each range.
const RANGES: u64 = 2;

/// Golden vectors of a file, at most.
const MOST_GOLDEN: u64 = 64;

/// What comes out of a layer, whatever the input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerOutput {
    /// Shape of the output.
    pub shape: InputShape,
    /// The range that no value leaves.
    pub bounds: Bounds,
    /// Bits of a two's complement number that holds every value.
    pub bits: u32,
    /// The real number that a value of 1 stands for.
    pub scale: f64,
}

/// Refuses networks that are too large to evaluate, before memory is taken for them.
pub(crate) fn check_size(architecture: &Architecture) -> Result<(), IntegerError> {
    let refuse = |what, found, most| {
        Err(IntegerError::TooLarge {
            what,
            found,
            most,
            remedy: "encrypted inference needs a smaller network",
        })
    };
    let sizes = architecture.layers().iter().map(|layer| layer.output.len());
    let largest = sizes.fold(architecture.input().len(), usize::max) as u64;
    if largest > MOST_VALUES {
        return refuse("values in a layer", largest, MOST_VALUES);
    }
    let all = work_of(architecture);
    match all > MOST_WORK {
        true => refuse("multiplications for an input", all, MOST_WORK),
        false => Ok(()),
    }
}

/// Golden vectors that a file of a network may have: 64, or what 2^30 multiplications allow.
pub(crate) fn most_golden(architecture: &Architecture) -> usize {
    let evaluations = MOST_WORK_OF_FILE / work_of(architecture).max(1);
    evaluations.saturating_sub(RANGES).min(MOST_GOLDEN) as usize
}

/// Multiplications for one input. Normalisation is folded into its neighbours and costs none.
fn work_of(architecture: &Architecture) -> u64 {
    let layers = architecture.layers().iter();
    let evaluated = layers.filter(|layer| !matches!(layer.spec, LayerSpec::PublicNorm { .. }));
    evaluated.map(work).fold(0, u64::saturating_add)
}

/// What comes out of each layer, if its parameters fit it and every value fits 128 bits.
pub(crate) fn outputs(
    architecture: &Architecture,
    grid: InputGrid,
    layers: &[IntegerLayer],
) -> Result<Vec<LayerOutput>, IntegerError> {
    let range = Interval {
        low: i128::from(grid.lowest()),
        high: i128::from(grid.highest()),
    };
    let mut values = vec![range; architecture.input().len()];
    let mut scale = grid.spacing();
    let mut outputs = Vec::with_capacity(layers.len());
    for (index, (layer, shape)) in layers.iter().zip(architecture.layers()).enumerate() {
        let mut bias = Vec::new();
        if let Some(own) = layer.parameters() {
            check_parameters(own, shape).map_err(|reason| misfit(index, shape, reason))?;
            bias.extend(own.bias.iter().map(|&bias| Interval::of(bias)));
        }
        let weights = layer.parameters().map_or(&[][..], |own| &own.weights);
        values = forward(shape, weights, &bias, &values).ok_or_else(|| overflow(index, shape))?;
        scale = scale_after(layer, shape, scale);
        if !scale.is_normal() {
            let reason = format!("the scale of its outputs would be {scale}");
            return Err(misfit(index, shape, reason));
        }
        let bounds = Bounds::of(&values);
        outputs.push(LayerOutput {
            shape: shape.output,
            bounds,
            bits: bounds.bits(),
            scale,
        });
    }
    Ok(outputs)
}

/// Scale of a layer's outputs, from that of its inputs.
pub(crate) fn scale_after(layer: &IntegerLayer, shape: &LayerShape, scale: f64) -> f64 {
    match (layer.parameters(), window(shape)) {
        (Some(own), _) => scale * own.scale,
        (None, Some(([tall, wide], _))) => scale / (tall * wide) as f64,
        (None, None) if *layer == IntegerLayer::Square => scale * scale,
        (None, None) => scale,
    }
}

/// Why the parameters do not fit their layer.
fn check_parameters(own: &IntegerParameters, shape: &LayerShape) -> Result<(), String> {
    let channels = shape.output.depth();
    let expected = weights_of_output(shape) * channels;
    if own.weights.len() != expected {
        return Err(format!(
            "it has {} weights where {expected} are needed",
            own.weights.len()
        ));
    }
    if own.bias.len() != channels && own.bias.len() != shape.output.len() {
        return Err(format!(
            "its bias has {} numbers: one for each of {channels} channels is needed, or one for \
             each of {} values",
            own.bias.len(),
            shape.output.len()
        ));
    }
    match own.scale.is_normal() && own.scale > 0.0 {
        true => Ok(()),
        false => Err(format!("its scale is {}: it must be above 0", own.scale)),
    }
}

/// The error about a layer's parameters.
pub(crate) fn misfit(index: usize, shape: &LayerShape, reason: String) -> IntegerError {
    IntegerError::Parameters {
        position: index + 1,
        kind: shape.spec.kind(),
        reason,
    }
}

/// The error about a layer whose values do not fit.
pub(crate) fn overflow(index: usize, shape: &LayerShape) -> IntegerError {
    IntegerError::Overflow {
        position: index + 1,
        kind: shape.spec.kind(),
    }
}
