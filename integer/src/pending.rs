//! Normalisation that the next linear layer or convolution has to take in.

use privet_gradients::network::{InputShape, LayerShape, LayerSpec};

use crate::fold::RealParameters;
use crate::forward::{forward, pixels, weights_of_output};

/// `scale x + shift` that a later layer has to take in, for each channel or value.
pub(crate) struct Pending {
    scale: Vec<f64>,
    shift: Vec<f64>,
}

/// What is pending, and then a normalisation.
pub(crate) fn then(pending: Option<Pending>, mean: &[f64], scale: &[f64]) -> Pending {
    let before = pending.unwrap_or_else(|| Pending {
        scale: vec![1.0; mean.len()],
        shift: vec![0.0; mean.len()],
    });
    let shifts = before.shift.iter().zip(mean).zip(scale);
    Pending {
        shift: shifts
            .map(|((shift, mean), scale)| (shift - mean) * scale)
            .collect(),
        scale: (before.scale.iter().zip(scale))
            .map(|(before, scale)| before * scale)
            .collect(),
    }
}

/// The constants of channels as those of values.
pub(crate) fn flattened(pending: Pending, input: InputShape) -> Pending {
    let [channels, height, width] = pixels(input);
    let of_values = |of_channels: Vec<f64>| match of_channels.len() == channels {
        true => spread(&of_channels, height * width),
        false => of_channels,
    };
    Pending {
        scale: of_values(pending.scale),
        shift: of_values(pending.shift),
    }
}

/// Each number this many times.
fn spread(numbers: &[f64], times: usize) -> Vec<f64> {
    let each = numbers.iter();
    each.flat_map(|&number| std::iter::repeat_n(number, times))
        .collect()
}

/// A layer that is given `scale x + shift`, as a layer that is given `x`.
pub(crate) fn taken_in(
    layer: &LayerShape,
    own: RealParameters,
    pending: &Pending,
) -> RealParameters {
    let [_, height, width] = pixels(layer.input);
    let shifts = spread(&pending.shift, height * width);
    // What the layer makes of the shifts alone is what it adds.
    let added = forward(layer, &own.weights, &own.bias, &shifts).unwrap_or_default();
    let channels = layer.output.depth();
    let places = (added.len() / channels.max(1)).max(1);
    let alike = |values: &[f64]| values.iter().all(|value| *value == values[0]);
    let bias = match added.chunks_exact(places).all(alike) {
        true => added.into_iter().step_by(places).collect(),
        false => added,
    };
    let of_output = weights_of_output(layer);
    let mut weights = own.weights;
    for (place, weight) in weights.iter_mut().enumerate() {
        let channel = match layer.spec {
            LayerSpec::Conv2d {
                channels,
                kernel,
                groups,
                ..
            } => {
                let seen = layer.input.depth() / groups;
                let group = place / of_output / (channels / groups);
                group * seen + place % of_output / (kernel * kernel)
            }
            _ => place % of_output,
        };
        *weight *= pending.scale[channel];
    }
    RealParameters { weights, bias }
}
