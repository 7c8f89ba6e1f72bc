//! A network as written in a config: a preset or an explicit list of layers.

use serde::{Deserialize, Serialize};

use super::preset::preset_layers;
use super::{Architecture, InputShape, LayerSpec, NetworkError, Preset, Profile};

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
    /// What the network must be fit for besides; refused where a layer is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
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
    /// A layer that does not fit, an output that is not one score a class, keys that exclude each
    /// other, or a network that does not fit its profile.
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
        let architecture = Architecture::new(input, layers, classes)?;
        if let Some(profile) = self.profile {
            profile.check(&architecture)?;
        }
        Ok(architecture)
    }
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
