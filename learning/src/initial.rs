//! Initial parameters, drawn from the experiment's seed.

use privet_gradients::network::{Architecture, InputShape, LayerShape, LayerSpec};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Initial parameters of a network, flat, in the order of its layers, weight before bias.
///
/// Linear layers and convolutions: uniform on `(-b, b)` with `b = 1 / sqrt(inputs of one output)`,
/// weights and biases, PyTorch's default; embeddings: uniform with variance 1; gains 1 and shifts 0.
pub fn initial_parameters(architecture: &Architecture, generator: &mut ChaCha8Rng) -> Vec<f32> {
    let mut parameters = Vec::with_capacity(architecture.parameters());
    for layer in architecture.layers() {
        layer.walk(&mut |layer| append(layer, &mut parameters, generator));
    }
    parameters
}

/// Appends the parameters of one layer, those of inner layers not included.
fn append(layer: &LayerShape, parameters: &mut Vec<f32>, generator: &mut ChaCha8Rng) {
    let count = layer.own_parameters();
    let bound = match (&layer.spec, layer.input) {
        (LayerSpec::GroupNorm { .. } | LayerSpec::LayerNorm, _) => {
            parameters.extend(std::iter::repeat_n(1.0, count / 2));
            return parameters.extend(std::iter::repeat_n(0.0, count / 2));
        }
        (LayerSpec::Conv2d { kernel, groups, .. }, input) => {
            fan_in(input.depth() / groups * kernel * kernel)
        }
        (
            LayerSpec::Linear { .. } | LayerSpec::MultiHeadAttention { .. },
            InputShape::Sequence { width, .. },
        ) => fan_in(width),
        (LayerSpec::Linear { .. }, input) => fan_in(input.len()),
        (LayerSpec::Embedding { .. }, _) => 3f32.sqrt(),
        _ => return,
    };
    parameters.extend((0..count).map(|_| generator.random_range(-bound..bound)));
}

fn fan_in(inputs: usize) -> f32 {
    1.0 / (inputs as f32).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::seeded_generator;

    const CONV: LayerSpec = LayerSpec::Conv2d {
        channels: 6,
        kernel: 5,
        stride: 1,
        padding: 2,
        groups: 2,
    };

    /// Largest absolute value of a part, as a share of the bound that it must stay below.
    fn fills(part: &[f32], bound: f64) {
        let largest = part
            .iter()
            .fold(0.0f32, |most, value| most.max(value.abs()));
        let share = f64::from(largest) / bound;
        assert!((0.9..=1.0).contains(&share), "{share}");
    }

    /// The seed is fixed: parts of 100 values fall short of nine tenths of their bound with a
    /// probability of 3e-5.
    #[test]
    fn every_layer_fills_its_bound_in_the_order_of_the_flat_vector() {
        let layers = vec![
            LayerSpec::Residual {
                layers: vec![CONV],
                shortcut: vec![CONV],
            },
            LayerSpec::GroupNorm { groups: 3 },
            LayerSpec::Flatten,
            LayerSpec::Linear { outputs: 7 },
        ];
        let network = Architecture::new(InputShape::image(4, 3, 3), layers, 7).unwrap();
        let draw = |index| initial_parameters(&network, &mut seeded_generator(1, "test", index));
        let parameters = draw(0);
        assert_eq!(parameters.len(), network.parameters());
        let conv = 6 * 2 * 25 + 6;
        let bound = 1.0 / 50f64.sqrt();
        fills(&parameters[..conv], bound);
        fills(&parameters[conv..2 * conv], bound);
        assert_eq!(parameters[2 * conv..][..6], [1.0; 6]);
        assert_eq!(parameters[2 * conv + 6..][..6], [0.0; 6]);
        fills(&parameters[2 * conv + 12..], 1.0 / 54f64.sqrt());
        assert_eq!(draw(0), parameters);
        assert_ne!(draw(1), parameters);
    }

    #[test]
    fn sequences_have_bounds_by_their_width() {
        let layers = vec![
            LayerSpec::Embedding {
                vocabulary: 30,
                width: 16,
            },
            LayerSpec::MultiHeadAttention { heads: 2 },
            LayerSpec::LayerNorm,
            LayerSpec::Linear { outputs: 8 },
            LayerSpec::GlobalAvgPool,
        ];
        let network = Architecture::new(InputShape::flat(12), layers, 8).unwrap();
        let parameters = initial_parameters(&network, &mut seeded_generator(2, "test", 0));
        assert_eq!(parameters.len(), network.parameters());
        let (embedding, attention) = (30 * 16, 4 * 16 * 17);
        fills(&parameters[..embedding], 3f64.sqrt());
        fills(&parameters[embedding..][..attention], 0.25);
        fills(&parameters[embedding + attention + 32..], 0.25);
    }
}
