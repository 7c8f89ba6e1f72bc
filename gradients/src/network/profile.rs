//! What a network must be fit for.

use serde::{Deserialize, Serialize};

use super::{Architecture, InputShape, LayerShape, LayerSpec, NetworkError};

/// A use that not every network is fit for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// Evaluation on encrypted inputs, with additions and multiplications of integers alone: linear,
    /// conv2d, avg_pool, global_avg_pool, flatten, public_norm beside a layer that takes it in, and
    /// square at most twice; the last layer is linear.
    EncryptedInference,
}

/// Multiplications of encrypted numbers one after another, at most: each needs larger keys.
const MOST_SQUARES: usize = 2;

/// The neighbour that takes in a `public_norm`, whose affine map becomes part of its weights and bias.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublicNormFold {
    /// The linear or conv2d layer right before it, other `public_norm` layers aside.
    Before,
    /// The next linear or conv2d layer, with only pooling, flatten and `public_norm` on the way.
    After,
}

impl PublicNormFold {
    /// Where the `public_norm` at `index` goes; `None` where no neighbour can take it in.
    pub fn of(layers: &[LayerShape], index: usize) -> Option<Self> {
        let (before, after) = (layers.get(..index)?, layers.get(index + 1..)?);
        let matrix = |layer: &LayerShape| {
            matches!(
                layer.spec,
                LayerSpec::Linear { .. } | LayerSpec::Conv2d { .. }
            )
        };
        let norm = |layer: &LayerShape| matches!(layer.spec, LayerSpec::PublicNorm { .. });
        let passes = |layer: &LayerShape| {
            norm(layer)
                || matches!(
                    layer.spec,
                    LayerSpec::AvgPool { .. } | LayerSpec::GlobalAvgPool | LayerSpec::Flatten
                )
        };
        if before
            .iter()
            .rev()
            .find(|layer| !norm(layer))
            .is_some_and(matrix)
        {
            return Some(Self::Before);
        }
        let next = after.iter().find(|layer| !passes(layer))?;
        matrix(next).then_some(Self::After)
    }
}

impl Profile {
    /// The profile as written in a config.
    pub fn name(self) -> &'static str {
        match self {
            Self::EncryptedInference => "encrypted-inference",
        }
    }

    /// Checks a network.
    ///
    /// # Errors
    /// The first layer that the profile excludes, or a network that does not end with a linear
    /// layer.
    pub fn check(self, architecture: &Architecture) -> Result<(), NetworkError> {
        let layers = architecture.layers();
        let mut squares = 0;
        for (index, layer) in layers.iter().enumerate() {
            squares += usize::from(layer.spec == LayerSpec::Square);
            let refused = match squares > MOST_SQUARES {
                true => Some(format!(
                    "it is square number {squares}, and {MOST_SQUARES} are the most: take it out"
                )),
                false => refusal(layers, index, layer),
            };
            if let Some(reason) = refused {
                return Err(NetworkError::Layer {
                    position: index + 1,
                    kind: layer.spec.kind(),
                    reason: format!("profile \"{}\": {reason}", self.name()),
                });
            }
        }
        match layers.last().map(|layer| &layer.spec) {
            Some(LayerSpec::Linear { .. }) => Ok(()),
            _ => Err(NetworkError::Profile {
                profile: self.name(),
                reason: format!(
                    "scores must come from a linear layer: end the list with \
                     {{ kind = \"linear\", outputs = {} }}",
                    architecture.classes()
                ),
            }),
        }
    }
}

/// Why a layer cannot be evaluated with additions and multiplications of integers.
fn refusal(layers: &[LayerShape], index: usize, layer: &LayerShape) -> Option<String> {
    if matches!(layer.input, InputShape::Sequence { .. }) {
        return Some("it takes a sequence: give images or rows of numbers".into());
    }
    let remedy = match layer.spec {
        LayerSpec::Linear { .. }
        | LayerSpec::Conv2d { .. }
        | LayerSpec::AvgPool { .. }
        | LayerSpec::GlobalAvgPool
        | LayerSpec::Square
        | LayerSpec::Flatten => return None,
        LayerSpec::PublicNorm { .. } => match PublicNormFold::of(layers, index) {
            Some(_) => return None,
            None => {
                return Some(
                    "no neighbour can take it in: put it right after a linear or conv2d layer, or \
                     before one with no square between"
                        .into(),
                );
            }
        },
        LayerSpec::Relu
        | LayerSpec::Tanh
        | LayerSpec::Gelu
        | LayerSpec::Silu
        | LayerSpec::Sigmoid => "use { kind = \"square\" }, or preset = \"encrypted-cnn\"",
        LayerSpec::MaxPool { .. } => "use avg_pool",
        LayerSpec::GlobalMaxPool => "use global_avg_pool",
        LayerSpec::GroupNorm { .. } | LayerSpec::LayerNorm => {
            "use public_norm, whose constants are fixed"
        }
        LayerSpec::Residual { .. } => "write its layers one after another",
        LayerSpec::Dropout { .. }
        | LayerSpec::Embedding { .. }
        | LayerSpec::MultiHeadAttention { .. } => "leave it out",
    };
    Some(format!(
        "it is not among the layers that can be encrypted: {remedy}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const IMAGE: InputShape = InputShape::image(2, 8, 8);

    fn check(layers: Vec<LayerSpec>) -> Result<(), String> {
        let architecture = Architecture::new(IMAGE, layers, 3).unwrap();
        let checked = Profile::EncryptedInference.check(&architecture);
        checked.map_err(|error| error.to_string())
    }

    fn conv() -> LayerSpec {
        LayerSpec::Conv2d {
            channels: 4,
            kernel: 3,
            stride: 2,
            padding: 1,
            groups: 2,
        }
    }

    fn norm() -> LayerSpec {
        LayerSpec::PublicNorm {
            mean: vec![0.5],
            deviation: vec![2.0],
        }
    }

    /// The layers, then what leads to three scores.
    fn ended(mut layers: Vec<LayerSpec>) -> Vec<LayerSpec> {
        layers.extend([LayerSpec::Flatten, LayerSpec::Linear { outputs: 3 }]);
        layers
    }

    #[test]
    fn layers_of_additions_and_multiplications_are_allowed() {
        let pool = LayerSpec::AvgPool {
            kernel: 2,
            stride: Some(1),
        };
        let square = LayerSpec::Square;
        let layers = ended(vec![
            norm(),
            conv(),
            square.clone(),
            pool,
            norm(),
            conv(),
            norm(),
            square,
        ]);
        assert_eq!(check(layers), Ok(()));
        let layers = vec![
            conv(),
            LayerSpec::GlobalAvgPool,
            LayerSpec::Linear { outputs: 3 },
        ];
        assert_eq!(check(layers), Ok(()));
    }

    #[test]
    fn other_layers_are_refused_with_the_way_out() {
        let pool = LayerSpec::MaxPool {
            kernel: 2,
            stride: None,
        };
        let block = LayerSpec::Residual {
            layers: vec![],
            shortcut: vec![],
        };
        for (layer, remedy) in [
            (LayerSpec::Relu, "square"),
            (LayerSpec::Tanh, "encrypted-cnn"),
            (pool, "avg_pool"),
            (LayerSpec::GroupNorm { groups: 2 }, "public_norm"),
            (LayerSpec::LayerNorm, "public_norm"),
            (LayerSpec::Dropout { probability: 0.1 }, "leave it out"),
            (block, "one after another"),
        ] {
            let error = check(ended(vec![conv(), layer.clone()])).unwrap_err();
            let start = format!(
                "layer 2 ({}): profile \"encrypted-inference\"",
                layer.kind()
            );
            assert!(
                error.starts_with(&start) && error.contains(remedy),
                "{error}"
            );
        }
    }

    #[test]
    fn a_third_square_is_refused_and_so_is_an_end_that_is_not_linear() {
        let square = || LayerSpec::Square;
        assert_eq!(check(ended(vec![square(), conv(), square()])), Ok(()));
        let error = check(ended(vec![square(), conv(), square(), square()])).unwrap_err();
        assert!(error.starts_with("layer 4 (square)"), "{error}");
        let mut layers = ended(vec![]);
        layers.push(square());
        assert!(check(layers).unwrap_err().contains("end the list"));
    }

    #[test]
    fn a_norm_that_nothing_takes_in_is_refused() {
        for layers in [
            vec![norm(), LayerSpec::Square],
            vec![conv(), LayerSpec::Square, norm(), LayerSpec::Square],
            vec![conv(), LayerSpec::Flatten, norm(), LayerSpec::Square],
        ] {
            let error = check(ended(layers)).unwrap_err();
            assert!(error.contains("right after"), "{error}");
        }
    }
}
