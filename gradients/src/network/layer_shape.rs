//! A layer with the shapes that go in and come out.

use super::{InputShape, LayerSpec};

/// A layer with the shapes that go in and come out.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerShape {
    /// The layer as written.
    pub spec: LayerSpec,
    /// Shape of one example before the layer.
    pub input: InputShape,
    /// Shape of one example after the layer.
    pub output: InputShape,
    /// The branch of a residual block; empty for every other layer.
    pub branch: Vec<LayerShape>,
    /// The shortcut of a residual block; empty for every other layer.
    pub shortcut: Vec<LayerShape>,
}

impl LayerShape {
    /// Number of trainable values, those of inner layers included.
    pub fn parameters(&self) -> usize {
        let inner = |layers: &[Self]| {
            layers
                .iter()
                .map(Self::parameters)
                .fold(0, usize::saturating_add)
        };
        self.own_parameters()
            .saturating_add(inner(&self.branch))
            .saturating_add(inner(&self.shortcut))
    }

    /// Number of trainable values of the layer itself. In the flat vector a weight or gain comes
    /// before its bias or shift.
    pub fn own_parameters(&self) -> usize {
        let product =
            |factors: &[usize]| factors.iter().copied().fold(1usize, usize::saturating_mul);
        match (&self.spec, self.input) {
            (LayerSpec::Linear { outputs }, input) => {
                let inputs = match input {
                    InputShape::Sequence { width, .. } => width,
                    other => other.len(),
                };
                product(&[inputs.saturating_add(1), *outputs])
            }
            (
                LayerSpec::Conv2d {
                    channels,
                    kernel,
                    groups,
                    ..
                },
                InputShape::Image { channels: from, .. },
            ) => {
                let seen = product(&[from / groups, *kernel, *kernel]);
                product(&[seen.saturating_add(1), *channels])
            }
            (LayerSpec::GroupNorm { .. } | LayerSpec::LayerNorm, input) => {
                product(&[2, input.depth()])
            }
            (LayerSpec::Embedding { vocabulary, width }, _) => product(&[*vocabulary, *width]),
            // Queries, keys, values and the output, each width by width with a bias.
            (LayerSpec::MultiHeadAttention { .. }, InputShape::Sequence { width, .. }) => {
                product(&[4, width, width.saturating_add(1)])
            }
            _ => 0,
        }
    }

    /// Mean and deviation of a `public_norm`, one for each channel of an image, feature of a vector or
    /// column of a sequence; `None` for every other layer.
    pub fn public_norm(&self) -> Option<(Vec<f64>, Vec<f64>)> {
        let LayerSpec::PublicNorm { mean, deviation } = &self.spec else {
            return None;
        };
        let of_each = |constants: &[f64]| match constants {
            &[for_all] => vec![for_all; self.input.depth()],
            each => each.to_vec(),
        };
        Some((of_each(mean), of_each(deviation)))
    }

    /// Mean and scale of a `public_norm`, `(x - mean) * scale`, as many of each; `None` for every other
    /// layer.
    ///
    /// The scale is one over the deviation, both in single precision: what engines train with, and so
    /// what everything that follows from a trained network has to take.
    pub fn public_norm_as_trained(&self) -> Option<(Vec<f32>, Vec<f32>)> {
        let (means, deviations) = self.public_norm()?;
        Some((
            means.iter().map(|&mean| mean as f32).collect(),
            deviations.iter().map(|&d| 1.0 / d as f32).collect(),
        ))
    }

    /// Calls `visit` with this layer and all inner ones, in the order of the flat vector.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Self)) {
        visit(self);
        for layer in self.branch.iter().chain(&self.shortcut) {
            layer.walk(visit);
        }
    }
}
