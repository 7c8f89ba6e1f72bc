//! Public normalisation becomes part of its neighbours.

use privet_gradients::network::{Architecture, LayerShape, LayerSpec, Profile, PublicNormFold};

use crate::error::IntegerError;
use crate::forward::weights_of_output;
use crate::pending::{Pending, flattened, taken_in, then};
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

/// Folds every `public_norm` into the linear layer or convolution right before it, or into the next.
///
/// The constants are those of the engines, in single precision ([`LayerShape::public_norm_as_trained`]), taken in
/// up to the rounding of double precision, padding included: a convolution pads the normalised
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
        if let Some((mean, scale)) = layer.public_norm_as_trained() {
            let (mean, scale) = (doubles(&mean), doubles(&scale));
            match (PublicNormFold::of(layers, index), parameters.last_mut()) {
                (Some(PublicNormFold::Before), Some(Some(before))) => {
                    normalise_outputs(before, &mean, &scale);
                }
                _ => pending = Some(then(pending, &mean, &scale)),
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
    Ok(RealParameters {
        weights: doubles(&trained.weights),
        bias: doubles(&trained.bias),
    })
}

fn doubles(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&value| f64::from(value)).collect()
}

/// `(y - mean) * scale` of the outputs `y` of a layer.
fn normalise_outputs(layer: &mut RealParameters, mean: &[f64], scale: &[f64]) {
    let channels = mean.len();
    let (weights, values) = (layer.weights.len() / channels, layer.bias.len() / channels);
    for (own, scale) in layer.weights.chunks_exact_mut(weights).zip(scale) {
        own.iter_mut().for_each(|weight| *weight *= scale);
    }
    let constants = mean.iter().zip(scale);
    for (own, (mean, scale)) in layer.bias.chunks_exact_mut(values).zip(constants) {
        own.iter_mut()
            .for_each(|bias| *bias = (*bias - mean) * scale);
    }
}

#[cfg(test)]
mod tests {
    use privet_gradients::network::InputShape;

    use super::*;

    /// The norm's constants, in single precision as engines have them, folded in double precision.
    #[test]
    fn constants_are_those_that_networks_are_trained_with() {
        let (mean, scale) = (f64::from(0.1307_f32), f64::from(1.0 / 0.3081_f32));
        assert!((scale - 1.0 / 0.3081).abs() > 1e-9, "no test of anything");
        let norm = || LayerSpec::PublicNorm {
            mean: vec![0.1307],
            deviation: vec![0.3081],
        };
        let linear = || LayerSpec::Linear { outputs: 2 };
        let trained = |weights: &[f32]| TrainedLayer {
            weights: weights.to_vec(),
            bias: vec![1.0, 2.0],
        };
        let folded = |layers, trained: &[TrainedLayer]| {
            let architecture = Architecture::new(InputShape::flat(1), layers, 2).unwrap();
            let folded = fold(&architecture, trained).unwrap();
            folded.parameters[0].clone().unwrap()
        };
        let first = trained(&[0.5, -0.25]);
        let before = folded(vec![norm(), linear()], std::slice::from_ref(&first));
        assert_eq!(before.weights, [0.5 * scale, -0.25 * scale]);
        let shift = -mean * scale;
        assert_eq!(before.bias, [1.0 + 0.5 * shift, 2.0 - 0.25 * shift]);
        let after = folded(
            vec![linear(), norm(), linear()],
            &[first, trained(&[1.0; 4])],
        );
        assert_eq!(after.weights, [0.5 * scale, -0.25 * scale]);
        assert_eq!(after.bias, [(1.0 - mean) * scale, (2.0 - mean) * scale]);
    }
}
