//! A representation as it travels inside a model file: a description and named tensors.

use privet_gradients::network::{InputShape, LayerSpec};
use serde::{Deserialize, Serialize};

use crate::{Encoder, FeatureError, PrincipalComponents, Stage, StageSpec, Standardise, Tensor};

/// What [`FeatureMap::to_parts`](crate::FeatureMap::to_parts) gives.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureParts {
    /// Kinds and settings of the stages.
    pub description: FeatureDescription,
    /// What was fitted. The tensors of the first stage are named `1.mean`, and so on.
    pub tensors: Vec<Tensor>,
}

/// Kinds and settings of the stages of a map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureDescription {
    /// Shape of the inputs of the first stage.
    pub input: InputShape,
    /// The stages in order.
    pub stages: Vec<StageDescription>,
}

/// Kind and settings of one stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum StageDescription {
    /// A stage that a config describes in full.
    Configured(StageSpec),
    /// A network's trunk.
    Encoder {
        /// Its layers.
        layers: Vec<LayerSpec>,
        /// Width of its output.
        outputs: usize,
    },
}

impl StageDescription {
    /// The stage's kind as written in a config.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Configured(spec) => spec.kind(),
            Self::Encoder { .. } => "encoder",
        }
    }

    /// The stage for inputs of a shape, from its tensors.
    pub(crate) fn restore(
        &self,
        input: InputShape,
        shelf: &mut Shelf,
    ) -> Result<Box<dyn Stage>, FeatureError> {
        Ok(match self {
            Self::Configured(StageSpec::Pca {
                components,
                whitening,
            }) => Box::new(PrincipalComponents::from_tensors(
                input,
                *components,
                *whitening,
                shelf,
            )?),
            Self::Configured(StageSpec::Standardise { by }) => {
                Box::new(Standardise::from_tensors(input, *by, shelf)?)
            }
            Self::Configured(fixed) => fixed.fixed(input)?,
            Self::Encoder { layers, outputs } => {
                Box::new(Encoder::from_tensors(input, layers, *outputs, shelf)?)
            }
        })
    }
}

/// Tensors that stages take what is theirs from.
#[derive(Debug)]
pub(crate) struct Shelf {
    tensors: Vec<Tensor>,
    /// Position of the stage that takes, counted from 1.
    pub(crate) position: usize,
}

impl Shelf {
    pub(crate) fn new(tensors: Vec<Tensor>) -> Self {
        Self {
            tensors,
            position: 1,
        }
    }

    /// The values of the current stage's tensor of a name, which must have this shape and be finite.
    pub(crate) fn take(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, FeatureError> {
        let name = tensor_name(self.position, name);
        let refuse = |what: String| {
            let remedy = "the file is damaged or of another model: write it again";
            Err(FeatureError::Parts(format!("{what}; {remedy}")))
        };
        let Some(found) = self.tensors.iter().position(|tensor| tensor.name == name) else {
            return refuse(format!("there is no tensor \"{name}\""));
        };
        let tensor = self.tensors.swap_remove(found);
        if tensor.shape != shape {
            let found = &tensor.shape;
            return refuse(format!("\"{name}\" has shape {found:?}, not {shape:?}"));
        }
        let expected = shape
            .iter()
            .try_fold(1usize, |all, axis| all.checked_mul(*axis));
        if expected != Some(tensor.values.len()) {
            let values = tensor.values.len();
            return refuse(format!("\"{name}\" of shape {shape:?} has {values} values"));
        }
        if !tensor.values.iter().all(|value| value.is_finite()) {
            return refuse(format!("\"{name}\" holds a value that is not finite"));
        }
        Ok(tensor.values)
    }

    /// Refuses tensors that no stage has taken.
    pub(crate) fn finish(self) -> Result<(), FeatureError> {
        match self.tensors.first() {
            None => Ok(()),
            Some(Tensor { name, .. }) => Err(FeatureError::Parts(format!(
                "the tensor \"{name}\" belongs to no stage, or is there twice; write the file again"
            ))),
        }
    }
}

/// Name of a tensor of the stage at a position, counted from 1.
pub(crate) fn tensor_name(position: usize, name: &str) -> String {
    format!("{position}.{name}")
}
