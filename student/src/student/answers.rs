//! What a student says about public inputs.

use ndarray::Array2;
use privet_training::data::PublicInputs;
use privet_training::evaluate;
use privet_training::gradient::{GradientEngine, GradientError};
use privet_training::network::{Architecture, Network};

use super::{Student, StudentError, check_width};
use crate::PseudoLabel;
use crate::learning::softmax;

impl Student {
    /// The student's probability of each class, `[inputs, classes]`.
    ///
    /// # Errors
    /// Inputs that do not fit, or an engine that has not all layers of the network.
    pub fn probabilities(
        &self,
        engine: &dyn GradientEngine,
        inputs: &PublicInputs,
    ) -> Result<Array2<f32>, StudentError> {
        let mut answers = scores(&self.network, engine, self.network.architecture(), inputs)?;
        for mut answer in answers.rows_mut() {
            let scores = answer.to_vec();
            if let Some(answer) = answer.as_slice_mut() {
                softmax(&scores, answer);
            }
        }
        Ok(answers)
    }

    /// What the last layer with parameters is given for each input, `[inputs, features]`: see
    /// [`Architecture::features`].
    ///
    /// # Errors
    /// Inputs that do not fit, or an engine that has not all layers of the network.
    pub fn features(
        &self,
        engine: &dyn GradientEngine,
        inputs: &PublicInputs,
    ) -> Result<Array2<f32>, StudentError> {
        let features = self.network.architecture().features();
        let features = features.map_err(GradientError::from)?;
        scores(&self.network, engine, &features, inputs)
    }

    /// The student's own answers to some public inputs, as labels to learn from.
    ///
    /// # Errors
    /// Inputs that do not fit, or a position outside them.
    pub fn pseudo_labels(
        &self,
        engine: &dyn GradientEngine,
        inputs: &PublicInputs,
        positions: &[usize],
    ) -> Result<Vec<PseudoLabel>, StudentError> {
        let inside = |&&position: &&usize| position >= inputs.len();
        if let Some(&position) = positions.iter().find(inside) {
            return Err(StudentError::NoSuchInput {
                position,
                inputs: inputs.len(),
            });
        }
        let architecture = self.network.architecture();
        let asked = inputs.select(positions);
        let scores = scores(&self.network, engine, architecture, &asked)?;
        let scores: Vec<f32> = scores.into_iter().collect();
        let classes = evaluate::best_classes(&scores, architecture.classes());
        let pairs = positions.iter().zip(classes);
        Ok(pairs
            .map(|(&position, class)| PseudoLabel::new(position, class))
            .collect())
    }
}

/// Scores of a network up to some layer, whose parameters are the first of the network's.
pub(crate) fn scores(
    network: &Network,
    engine: &dyn GradientEngine,
    architecture: &Architecture,
    inputs: &PublicInputs,
) -> Result<Array2<f32>, StudentError> {
    let rows = inputs.inputs();
    check_width(architecture, rows)?;
    let parameters = network.flat_parameters();
    let own = parameters.get(..architecture.parameters());
    let own = own.unwrap_or_default();
    let mut worker = engine.worker(architecture)?;
    let standard = rows.as_standard_layout();
    let scores = worker.scores(own, standard.as_slice().unwrap_or_default())?;
    let shape = (rows.nrows(), architecture.classes());
    Array2::from_shape_vec(shape, scores).map_err(|error| {
        StudentError::Asking(GradientError::Request(format!("the engine gave {error}")))
    })
}
