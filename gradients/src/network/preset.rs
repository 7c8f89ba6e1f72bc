//! Networks with a name.

use serde::{Deserialize, Serialize};

use super::{InputShape, LayerSpec, NetworkError};

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
    /// A small convolutional network for profile `encrypted-inference`, of depth two:
    /// conv 8@5x5/2 padding 2, square, avg pool 2, linear 32, square, linear. Needs images of at
    /// least 8x8 pixels; for inputs of about 0 to 1.
    EncryptedCnn,
}

impl Preset {
    fn name(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Mlp => "mlp",
            Self::Cnn => "cnn",
            Self::EncryptedCnn => "encrypted-cnn",
        }
    }

    /// A preset of the same kind that takes inputs of any shape.
    fn of_any_shape(self) -> Self {
        match self {
            // The profile for encrypted inference has no activation that `mlp` uses.
            Self::Linear | Self::EncryptedCnn => Self::Linear,
            Self::Mlp | Self::Cnn => Self::Mlp,
        }
    }

    /// Refuses inputs that are no images, or too small ones.
    fn require_side(self, input: InputShape, least: usize) -> Result<(), NetworkError> {
        match input {
            InputShape::Image { height, width, .. } if height.min(width) >= least => Ok(()),
            _ => Err(NetworkError::Preset {
                preset: self.name(),
                reason: format!(
                    "it needs images of at least {least}x{least} pixels, these inputs are {input}: \
                     use preset = \"{}\" or an explicit list of layers",
                    self.of_any_shape().name()
                ),
            }),
        }
    }
}

const DEFAULT_HIDDEN: [usize; 1] = [64];

/// The layers of a preset.
pub(super) fn preset_layers(
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
    let convolves = matches!(preset, Preset::Cnn | Preset::EncryptedCnn);
    if matches!(input, InputShape::Image { .. }) && !convolves {
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
            preset.require_side(input, 16)?;
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
        Preset::EncryptedCnn => {
            preset.require_side(input, 8)?;
            layers.extend([
                LayerSpec::Conv2d {
                    channels: 8,
                    kernel: 5,
                    stride: 2,
                    padding: 2,
                    groups: 1,
                },
                LayerSpec::Square,
                LayerSpec::AvgPool {
                    kernel: 2,
                    stride: None,
                },
                LayerSpec::Flatten,
                LayerSpec::Linear { outputs: 32 },
                LayerSpec::Square,
            ]);
        }
    }
    layers.push(LayerSpec::Linear { outputs: classes });
    Ok(layers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::NetworkSpec;

    const MNIST: InputShape = InputShape::image(1, 28, 28);

    #[test]
    fn the_cnn_preset_has_the_published_number_of_parameters() {
        let architecture = NetworkSpec::preset(Preset::Cnn).resolve(MNIST, 10).unwrap();
        // 16*64+16 + 32*256+32 + 512*32+32 + 32*10+10, as in the DP-SGD literature.
        assert_eq!(architecture.parameters(), 26_010);
    }

    #[test]
    fn the_encrypted_preset_fits_its_profile_on_large_and_small_images() {
        for input in [
            MNIST,
            InputShape::image(3, 32, 32),
            InputShape::image(1, 8, 8),
        ] {
            let spec = NetworkSpec {
                profile: Some(crate::network::Profile::EncryptedInference),
                ..NetworkSpec::preset(Preset::EncryptedCnn)
            };
            spec.resolve(input, 10).unwrap();
        }
        let small =
            NetworkSpec::preset(Preset::EncryptedCnn).resolve(InputShape::image(1, 8, 7), 2);
        assert!(small.unwrap_err().to_string().contains("8x8"));
    }
}
