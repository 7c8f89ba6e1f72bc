//! A trained network as a representation.

use ndarray::{Array2, ArrayView2};
use privet_gradients::cpu::CpuEngine;
use privet_gradients::network::{Architecture, InputShape, LayerSpec, NetworkError};
use privet_gradients::{GradientEngine, GradientError};

use crate::parts::Shelf;
use crate::stage::check_width;
use crate::{FeatureError, Stage, StageDescription, Tensor};

/// The outputs of a network's trunk with fixed parameters, dropout off.
///
/// **Privacy.** Parameters come from public rows alone (a self-supervised encoder, a published
/// network): for private rows a function of one record, fixed in advance. It costs nothing and leaves
/// sensitivity as it is. Parameters that were trained on private records are private, whatever is
/// done with them here; an `Encoder` cannot know, so its maker answers for it.
#[derive(Clone, Debug)]
pub struct Encoder {
    architecture: Architecture,
    parameters: Vec<f32>,
}

/// Rows that go through the network at a time.
const BLOCK: usize = 4096;

impl Encoder {
    /// Name of its tensor.
    pub const PARAMETERS: &str = "parameters";

    /// A trunk with its parameters, in the order of the flat vector. Of a network with a head that
    /// is to be left out, [`Architecture::features`] is the trunk, and its parameters are the first.
    ///
    /// # Errors
    /// Parameters that are not as many as the network's or not finite, or a layer that the CPU
    /// engine does not have.
    pub fn new(architecture: Architecture, parameters: Vec<f32>) -> Result<Self, FeatureError> {
        if architecture.parameters() != parameters.len() {
            return Err(FeatureError::Engine(GradientError::Parameters {
                expected: architecture.parameters(),
                found: parameters.len(),
            }));
        }
        if !parameters.iter().all(|value| value.is_finite()) {
            return Err(FeatureError::Network(NetworkError::Parameters(
                "a parameter of the encoder is not finite: train it again with a lower learning \
                 rate"
                    .into(),
            )));
        }
        CpuEngine::default().worker(&architecture)?;
        Ok(Self {
            architecture,
            parameters,
        })
    }

    /// The network.
    #[must_use]
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// Its parameters, in the order of the flat vector.
    #[must_use]
    pub fn parameters(&self) -> &[f32] {
        &self.parameters
    }

    pub(crate) fn from_tensors(
        input: InputShape,
        layers: &[LayerSpec],
        outputs: usize,
        shelf: &mut Shelf,
    ) -> Result<Self, FeatureError> {
        let architecture = Architecture::new(input, layers.to_vec(), outputs)?;
        let parameters = shelf.take(Self::PARAMETERS, &[architecture.parameters()])?;
        Self::new(architecture, parameters)
    }
}

impl Stage for Encoder {
    fn input(&self) -> InputShape {
        self.architecture.input()
    }

    fn output(&self) -> InputShape {
        InputShape::flat(self.architecture.classes())
    }

    fn apply(&self, rows: ArrayView2<'_, f32>) -> Result<Array2<f32>, FeatureError> {
        check_width(self, rows)?;
        let mut worker = CpuEngine::default().worker(&self.architecture)?;
        let standard = rows.as_standard_layout();
        let inputs = standard.as_slice().unwrap_or_default();
        let outputs = self.architecture.classes();
        let mut scores = Vec::with_capacity(rows.nrows() * outputs);
        for inputs in inputs.chunks(BLOCK * self.input().len()) {
            scores.extend(worker.scores(&self.parameters, inputs)?);
        }
        Ok(Array2::from_shape_vec((rows.nrows(), outputs), scores)?)
    }

    fn description(&self) -> StageDescription {
        let layers = self.architecture.layers().iter();
        StageDescription::Encoder {
            layers: layers.map(|layer| layer.spec.clone()).collect(),
            outputs: self.architecture.classes(),
        }
    }

    fn tensors(&self) -> Vec<Tensor> {
        vec![Tensor::new(
            Self::PARAMETERS,
            vec![self.parameters.len()],
            self.parameters.clone(),
        )]
    }
}
