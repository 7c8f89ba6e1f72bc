//! A network as written in a config: a preset or an explicit list of layers.

use serde::{Deserialize, Serialize};

use super::InputShape;
use super::{Architecture, LayerSpec, NetworkError};

/// Named networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// One linear layer: multinomial logistic regression.
    Linear,
    /// Linear layers of the widths in `hidden` with relu between them.
    Mlp,
    /// The small convolutional network of the DP-SGD literature (tanh units, Papernot et al. 2021):
    /// conv 16@8x8/2 padding 3, tanh, max pool 2/1, conv 32@4x4/2, tanh, max pool 2/1, linear 32,
    /// tanh, linear. Needs images of at least 16x16 pixels.
    Cnn,
}

impl Preset {
    fn name(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Mlp => "mlp",
            Self::Cnn => "cnn",
        }
    }
}

/// A network: `preset` or `layers`; preset `mlp` where neither is given.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkSpec {
    /// A named network; `mlp` where it and `layers` are left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<Preset>,
    /// Widths of the hidden layers of preset `mlp`; `[64]` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden: Option<Vec<usize>>,
    /// An explicit list of layers instead of a preset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layers: Option<Vec<LayerSpec>>,
}

impl NetworkSpec {
    /// A named network.
    pub fn preset(preset: Preset) -> Self {
        Self {
            preset: Some(preset),
            ..Self::default()
        }
    }

    /// A multilayer perceptron with hidden layers of these widths.
    pub fn mlp(hidden: &[usize]) -> Self {
        Self {
            preset: Some(Preset::Mlp),
            hidden: Some(hidden.to_vec()),
            ..Self::default()
        }
    }

    /// An explicit list of layers.
    pub fn layers(layers: Vec<LayerSpec>) -> Self {
        Self {
            layers: Some(layers),
            ..Self::default()
        }
    }

    /// The network for inputs of one shape and a number of classes, every shape checked.
    ///
    /// # Errors
    /// A layer that does not fit, an output that is not one score a class, or keys that exclude
    /// each other.
    pub fn resolve(&self, input: InputShape, classes: usize) -> Result<Architecture, NetworkError> {
        let layers = match (&self.layers, self.preset) {
            (Some(_), Some(_)) => Err(NetworkError::Parameters(
                "`layers` and `preset` exclude each other: keep one of them".into(),
            )),
            (Some(_), None) if self.hidden.is_some() => Err(NetworkError::Parameters(
                "`hidden` belongs to preset \"mlp\": remove it or write the layers out".into(),
            )),
            (Some(layers), None) => Ok(layers.clone()),
            (None, preset) => {
                preset_layers(preset.unwrap_or(Preset::Mlp), &self.hidden, input, classes)
            }
        }?;
        Architecture::new(input, layers, classes)
    }
}

const DEFAULT_HIDDEN: [usize; 1] = [64];

fn preset_layers(
    preset: Preset,
    hidden: &Option<Vec<usize>>,
    input: InputShape,
    classes: usize,
) -> Result<Vec<LayerSpec>, NetworkError> {
    if hidden.is_some() && preset != Preset::Mlp {
        return Err(NetworkError::Preset {
            preset: preset.name(),
            reason: "it has no `hidden`: remove the key or use preset = \"mlp\"".into(),
        });
    }
    let mut layers = Vec::new();
    if matches!(input, InputShape::Image { .. }) && preset != Preset::Cnn {
        layers.push(LayerSpec::Flatten);
    }
    match preset {
        Preset::Linear => {}
        Preset::Mlp => {
            for &outputs in hidden.as_deref().unwrap_or(&DEFAULT_HIDDEN) {
                layers.extend([LayerSpec::Linear { outputs }, LayerSpec::Relu]);
            }
        }
        Preset::Cnn => {
            match input {
                InputShape::Image { height, width, .. } if height.min(width) >= 16 => {}
                _ => {
                    return Err(NetworkError::Preset {
                        preset: preset.name(),
                        reason: format!(
                            "it needs images of at least 16x16 pixels, these inputs are {input}: \
                             use preset = \"mlp\" or an explicit list of layers"
                        ),
                    });
                }
            }
            let pool = LayerSpec::MaxPool {
                kernel: 2,
                stride: Some(1),
            };
            layers.extend([
                LayerSpec::Conv2d {
                    channels: 16,
                    kernel: 8,
                    stride: 2,
                    padding: 3,
                    groups: 1,
                },
                LayerSpec::Tanh,
                pool.clone(),
                LayerSpec::Conv2d {
                    channels: 32,
                    kernel: 4,
                    stride: 2,
                    padding: 0,
                    groups: 1,
                },
                LayerSpec::Tanh,
                pool,
                LayerSpec::Flatten,
                LayerSpec::Linear { outputs: 32 },
                LayerSpec::Tanh,
            ]);
        }
    }
    layers.push(LayerSpec::Linear { outputs: classes });
    Ok(layers)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MNIST: InputShape = InputShape::Image {
        channels: 1,
        height: 28,
        width: 28,
    };

    #[test]
    fn the_cnn_preset_has_the_published_number_of_parameters() {
        let architecture = NetworkSpec::preset(Preset::Cnn).resolve(MNIST, 10).unwrap();
        // 16*64+16 + 32*256+32 + 512*32+32 + 32*10+10, as in the DP-SGD literature.
        assert_eq!(architecture.parameters(), 26_010);
    }

    #[test]
    fn presets_refuse_inputs_that_they_cannot_take() {
        let error = NetworkSpec::preset(Preset::Cnn)
            .resolve(InputShape::flat(20), 2)
            .unwrap_err();
        assert!(error.to_string().contains("16x16"), "{error}");
        let mut both = NetworkSpec::preset(Preset::Linear);
        both.layers = Some(vec![LayerSpec::Flatten]);
        assert!(both.resolve(MNIST, 10).is_err());
        let mut hidden = NetworkSpec::preset(Preset::Linear);
        hidden.hidden = Some(vec![3]);
        assert!(hidden.resolve(MNIST, 10).is_err());
    }
}
