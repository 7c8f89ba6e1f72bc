//! The trained values of a layer, whatever framework they come from.

use privet_gradients::network::{Architecture, LayerSpec};

use crate::error::IntegerError;
use crate::forward::weights_of_output;
use crate::ranges::misfit;

/// Weights and bias of one linear layer or convolution.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainedLayer {
    /// `[outputs, inputs]`, or `[channels, channels in / groups, kernel, kernel]`, row-major: as
    /// PyTorch and exported models have them.
    pub weights: Vec<f32>,
    /// One number for each output or output channel.
    pub bias: Vec<f32>,
}

impl TrainedLayer {
    /// The layers of a network from the flat vector of all its parameters, in the order of the
    /// gradient engines: layer by layer, the weight before the bias, a linear weight as `[inputs,
    /// outputs]`.
    ///
    /// # Errors
    /// A vector of another length than the network's, or a layer with parameters that is neither
    /// linear nor a convolution.
    pub fn from_flat(architecture: &Architecture, flat: &[f32]) -> Result<Vec<Self>, IntegerError> {
        if flat.len() != architecture.parameters() {
            return Err(IntegerError::Count {
                what: "parameters",
                expected: architecture.parameters(),
                found: flat.len(),
            });
        }
        let mut rest = flat;
        let mut trained = Vec::new();
        for (index, layer) in architecture.layers().iter().enumerate() {
            let (own, after) = rest.split_at(layer.parameters());
            rest = after;
            if own.is_empty() {
                continue;
            }
            let outputs = match layer.spec {
                LayerSpec::Linear { outputs } => outputs,
                LayerSpec::Conv2d { channels, .. } => channels,
                _ => {
                    let reason = "only linear and conv2d layers have weights here: use the layers of \
                                  profile \"encrypted-inference\"";
                    return Err(misfit(index, layer, reason.into()));
                }
            };
            let (weights, bias) = own.split_at(own.len() - outputs);
            let weights = match layer.spec {
                LayerSpec::Linear { .. } => transposed(weights, weights_of_output(layer), outputs),
                _ => weights.to_vec(),
            };
            trained.push(Self {
                weights,
                bias: bias.to_vec(),
            });
        }
        Ok(trained)
    }
}

/// `[rows, columns]` as `[columns, rows]`.
fn transposed(values: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    (0..columns)
        .flat_map(|column| (0..rows).map(move |row| values[row * columns + column]))
        .collect()
}
