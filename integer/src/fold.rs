//! Public normalisation becomes part of its neighbours.

use privet_gradients::network::{
    Architecture, InputShape, LayerShape, LayerSpec, Profile, PublicNormFold,
};

use crate::error::IntegerError;
use crate::forward::{forward, pixels, weights_of_output};
use crate::ranges::misfit;
use crate::trained::TrainedLayer;

/// Weights and bias in double precision; the bias for each output channel, or for each output value.
#[derive(Clone, Debug)]
pub(crate) struct RealParameters {
    pub(crate) weights: Vec<f64>,
    pub(crate) bias: Vec<f64>,
}

/// The same network without `public_norm`.
#[derive(Debug)]
pub(crate) struct Folded {
    pub(crate) architecture: Architecture,
    /// For each layer of it.
    pub(crate) parameters: Vec<Option<RealParameters>>,
}

/// `scale x + shift` that a later layer has to take in, for each channel or value.
struct Pending {
    scale: Vec<f64>,
    shift: Vec<f64>,
}

/// Folds every `public_norm` into the linear layer or convolution right before it, or into the next.
///
/// Exact up to the rounding of double precision, padding included: a convolution pads the normalised
/// image with zeros, which are not zeros of the image before, so what it adds to an output near the
/// border is another number than in the middle, and the bias becomes one for each output value.
pub(crate) fn fold(
    architecture: &Architecture,
    trained: &[TrainedLayer],
) -> Result<Folded, IntegerError> {
    Profile::EncryptedInference.check(architecture)?;
    let layers = architecture.layers();
    let matrices = layers.iter().filter(|layer| layer.parameters() > 0).count();
    if matrices != trained.len() {
        return Err(IntegerError::Count {
            what: "trained layers",
            expected: matrices,
            found: trained.len(),
        });
    }
    let mut trained = trained.iter();
    let mut pending: Option<Pending> = None;
    let (mut kept, mut parameters) = (Vec::new(), Vec::<Option<RealParameters>>::new());
    for (index, layer) in layers.iter().enumerate() {
        if let Some((mean, deviation)) = layer.public_norm() {
            match (PublicNormFold::of(layers, index), parameters.last_mut()) {
                (Some(PublicNormFold::Before), Some(Some(before))) => {
                    normalise_outputs(before, &mean, &deviation);
                }
                _ => pending = Some(then(pending, &mean, &deviation)),
            }
            continue;
        }
        let mut own = None;
        if layer.parameters() > 0
            && let Some(trained) = trained.next()
        {
            let real = checked(layer, trained).map_err(|reason| misfit(index, layer, reason))?;
            own = Some(match pending.take() {
                Some(pending) => taken_in(layer, real, &pending),
                None => real,
            });
        }
        if layer.spec == LayerSpec::Flatten {
            pending = pending.map(|pending| flattened(pending, layer.input));
        }
        kept.push(layer.spec.clone());
        parameters.push(own);
    }
    let architecture = Architecture::new(architecture.input(), kept, architecture.classes())?;
    Ok(Folded {
        architecture,
        parameters,
    })
}

/// The trained values, if they fit the layer and are finite.
fn checked(layer: &LayerShape, trained: &TrainedLayer) -> Result<RealParameters, String> {
    let channels = layer.output.depth();
    let weights = weights_of_output(layer) * channels;
    if (trained.weights.len(), trained.bias.len()) != (weights, channels) {
        return Err(format!(
            "it has {} weights and {} biases where {weights} and {channels} are needed",
            trained.weights.len(),
            trained.bias.len()
        ));
    }
    let all = trained.weights.iter().chain(&trained.bias);
    if let Some(value) = all.clone().find(|value| !value.is_finite()) {
        return Err(format!("it holds {value}: the training diverged"));
    }
    let real = |values: &[f32]| values.iter().map(|&value| f64::from(value)).collect();
    Ok(RealParameters {
        weights: real(&trained.weights),
        bias: real(&trained.bias),
    })
}

/// `(y - mean) / deviation` of the outputs `y` of a layer.
fn normalise_outputs(layer: &mut RealParameters, mean: &[f64], deviation: &[f64]) {
    let channels = mean.len();
    let (weights, values) = (layer.weights.len() / channels, layer.bias.len() / channels);
    for (own, deviation) in layer.weights.chunks_exact_mut(weights).zip(deviation) {
        own.iter_mut().for_each(|weight| *weight /= deviation);
    }
    let constants = mean.iter().zip(deviation);
    for (own, (mean, deviation)) in layer.bias.chunks_exact_mut(values).zip(constants) {
        own.iter_mut()
            .for_each(|bias| *bias = (*bias - mean) / deviation);
    }
}

/// What is pending, and then a normalisation.
fn then(pending: Option<Pending>, mean: &[f64], deviation: &[f64]) -> Pending {
    let before = pending.unwrap_or_else(|| Pending {
        scale: vec![1.0; mean.len()],
        shift: vec![0.0; mean.len()],
    });
    let scales = before.scale.iter().zip(deviation);
    let shifts = before.shift.iter().zip(mean).zip(deviation);
    Pending {
        scale: scales.map(|(scale, deviation)| scale / deviation).collect(),
        shift: shifts
            .map(|((shift, mean), deviation)| (shift - mean) / deviation)
            .collect(),
    }
}

/// The constants of channels as those of values.
fn flattened(pending: Pending, input: InputShape) -> Pending {
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
fn taken_in(layer: &LayerShape, own: RealParameters, pending: &Pending) -> RealParameters {
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
