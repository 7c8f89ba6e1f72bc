//! Normalisation by public constants.

use crate::network::LayerShape;

/// `(x - mean) * scale` for each channel.
#[derive(Debug)]
pub(in crate::cpu) struct PublicNorm {
    means: Vec<f32>,
    scales: Vec<f32>,
}

impl PublicNorm {
    /// The layer, if it is one.
    pub(in crate::cpu) fn of(layer: &LayerShape) -> Option<Self> {
        let (means, scales) = layer.public_norm_as_trained()?;
        Some(Self { means, scales })
    }

    /// The outputs of a block of rows, channels last.
    pub(in crate::cpu) fn forward(&self, inputs: &[f32], outputs: &mut [f32]) {
        let pixels = inputs.chunks_exact(self.means.len());
        for (input, output) in pixels.zip(outputs.chunks_exact_mut(self.means.len())) {
            let constants = self.means.iter().zip(&self.scales);
            for ((output, input), (mean, scale)) in output.iter_mut().zip(input).zip(constants) {
                *output = (input - mean) * scale;
            }
        }
    }

    /// The gradient at the input of a block, from that at the output.
    pub(in crate::cpu) fn backward(&self, deltas: &[f32], input_deltas: &mut [f32]) {
        let pixels = deltas.chunks_exact(self.scales.len());
        for (delta, input_delta) in pixels.zip(input_deltas.chunks_exact_mut(self.scales.len())) {
            let scaled = delta.iter().zip(&self.scales);
            for (input_delta, (delta, scale)) in input_delta.iter_mut().zip(scaled) {
                *input_delta = delta * scale;
            }
        }
    }
}
