//! Features in front of the network: their tensors by name, and back.
//!
//! Tensors are named `features.N.mean` and so on, N counting the stages from 1; an encoder's are
//! those of a network behind `features.N.`, for example `features.1.layers.0.weight`.

use privet_features::{
    Encoder, FeatureDescription, FeatureMap, FeatureParts, StageDescription, Tensor,
};
use privet_training::network::{Architecture, Network, ParameterLayout};

use crate::ExportError;
use crate::tensors::{Convention, NamedTensor, into_network, of_network};

/// The tensors of all stages.
///
/// # Errors
/// An encoder that holds what is not finite.
pub(crate) fn tensors(
    map: &FeatureMap,
    convention: Convention,
) -> Result<Vec<NamedTensor>, ExportError> {
    let mut all = Vec::new();
    for (index, stage) in map.stages().enumerate() {
        let scope = scope(index);
        let own = match stage.description() {
            StageDescription::Encoder { layers, outputs } => {
                let architecture = Architecture::new(stage.input(), layers, outputs)?;
                let tensors = stage.tensors();
                let flat = tensors.first().map_or(&[][..], |tensor| &tensor.values);
                of_network(&encoder(architecture, flat)?, convention)?
            }
            StageDescription::Configured(_) => stage
                .tensors()
                .into_iter()
                .map(|tensor| NamedTensor {
                    name: tensor.name,
                    shape: tensor.shape,
                    values: tensor.values,
                })
                .collect(),
        };
        all.extend(own.into_iter().map(|tensor| NamedTensor {
            name: format!("{scope}.{}", tensor.name),
            ..tensor
        }));
    }
    Ok(all)
}

/// The map of a description, with the tensors that `find` gives by name: shape and values, or what is
/// wrong. A file of `bytes` can hold no more numbers than that.
///
/// # Errors
/// Stages that do not fit each other, and tensors that are missing or do not fit.
pub(crate) fn read(
    description: FeatureDescription,
    convention: Convention,
    bytes: usize,
    find: impl Fn(&str) -> Result<(Vec<usize>, Vec<f32>), String>,
) -> Result<FeatureMap, ExportError> {
    let mut tensors = Vec::new();
    let mut shape = description.input;
    for (index, stage) in description.stages.iter().enumerate() {
        let scope = scope(index);
        let found = |name: &str| find(&format!("{scope}.{name}"));
        match stage {
            StageDescription::Encoder { layers, outputs } => {
                let architecture = Architecture::new(shape, layers.clone(), *outputs)?;
                if architecture.parameters().saturating_mul(4) > bytes {
                    return Err(ExportError::Metadata("features"));
                }
                shape = privet_training::data::InputShape::flat(*outputs);
                let network = into_network(architecture, convention, found)?;
                let values = network.flat_parameters();
                tensors.push(Tensor {
                    name: format!("{}.{}", index + 1, Encoder::PARAMETERS),
                    shape: vec![values.len()],
                    values,
                });
            }
            StageDescription::Configured(spec) => {
                shape = spec.output(shape)?;
                for name in spec.tensor_names() {
                    let (sizes, values) = found(name).map_err(|reason| ExportError::Tensor {
                        name: format!("{scope}.{name}"),
                        reason,
                    })?;
                    tensors.push(Tensor {
                        name: format!("{}.{name}", index + 1),
                        shape: sizes,
                        values,
                    });
                }
            }
        }
    }
    Ok(FeatureMap::from_parts(FeatureParts {
        description,
        tensors,
    })?)
}

/// What the names of a stage's tensors begin with.
pub(crate) fn scope(index: usize) -> String {
    format!("features.{}", index + 1)
}

/// An encoder's trunk as a network.
fn encoder(architecture: Architecture, flat: &[f32]) -> Result<Network, ExportError> {
    let device = burn::tensor::Device::flex();
    let network = Network::new(architecture, 0, "encoder", 0, &device);
    Ok(ParameterLayout::of(&network)?.load(network, flat)?)
}
