//! The training itself.

use privet_gradients::{GradientEngine, GradientError, GradientRequest, GradientWorker};
use privet_mechanisms::{DrawnBatch, Grid, NoisySgdMechanism, NoisySgdRun};

use super::gather::Gatherer;
use super::total::Total;
use super::{NoisySgdSettings, PrivateUnits};
use crate::checkpoint::{Checkpoint, CheckpointError, Identity};
use crate::network::Architecture;
use crate::optimizer::{AveragedWeights, Optimizer};
use crate::plain::TrainingError;

/// One training by noisy SGD: everything but the mechanism, which decides batches and noise.
///
/// The only way from the private examples to the parameters is [`NoisySgdRun::release`]: what the
/// optimizer sees is already private, so momentum, Adam's moments, the average of the parameters
/// and the network after each step are post-processing (Dwork and Roth 2014, Proposition 2.1).
///
/// A step takes the batch that the plan's sampler drew:
/// ```
/// # use privet_mechanisms::{NoisySgdRun, DrawnBatch};
/// # use privet_training::noisy::NoisySgdTraining;
/// fn step(training: &mut NoisySgdTraining<'_>, run: &mut NoisySgdRun, batch: DrawnBatch) {
///     let _ = training.step(run, batch);
/// }
/// ```
///
/// Records that someone picked are of another type:
/// ```compile_fail,E0308
/// # use privet_mechanisms::NoisySgdRun;
/// # use privet_training::noisy::NoisySgdTraining;
/// fn step(training: &mut NoisySgdTraining<'_>, run: &mut NoisySgdRun, batch: Vec<usize>) {
///     let _ = training.step(run, batch);
/// }
/// ```
///
/// A batch is stepped on once:
/// ```compile_fail,E0382
/// # use privet_mechanisms::{NoisySgdRun, DrawnBatch};
/// # use privet_training::noisy::NoisySgdTraining;
/// fn step_twice(training: &mut NoisySgdTraining<'_>, run: &mut NoisySgdRun, batch: DrawnBatch) {
///     let _ = training.step(run, batch);
///     let _ = training.step(run, batch);
/// }
/// ```
pub struct NoisySgdTraining<'a> {
    worker: Box<dyn GradientWorker>,
    gatherer: Gatherer<'a>,
    parameters: Vec<f32>,
    optimizer: Optimizer,
    average: Option<AveragedWeights>,
    identity: Identity,
}

impl<'a> NoisySgdTraining<'a> {
    /// Starts from `parameters`, for a run of `plan` on `units`.
    ///
    /// # Errors
    /// A network that the engine or noisy SGD cannot train, or settings without a meaning.
    pub fn new(
        engine: &dyn GradientEngine,
        architecture: &Architecture,
        parameters: Vec<f32>,
        units: PrivateUnits<'a>,
        plan: &NoisySgdMechanism,
        settings: &NoisySgdSettings,
    ) -> Result<Self, TrainingError> {
        settings.check(architecture, plan)?;
        let expected = architecture.parameters();
        if parameters.len() != expected {
            let found = parameters.len();
            return Err(GradientError::Parameters { expected, found }.into());
        }
        Ok(Self {
            worker: engine.worker(architecture)?,
            gatherer: Gatherer::new(units, architecture.input(), settings),
            optimizer: Optimizer::new(settings.optimizer, plan.steps(), expected),
            average: settings
                .weight_average
                .map(|average| AveragedWeights::new(average, &parameters)),
            parameters,
            identity: Identity::new(architecture, plan, settings),
        })
    }

    /// The model after the steps taken so far: the average of the parameters where one is kept.
    pub fn model(&self) -> &[f32] {
        match &self.average {
            Some(average) => average.values(),
            None => &self.parameters,
        }
    }

    /// The parameters at which the gradients of the next step are taken.
    pub fn parameters(&self) -> &[f32] {
        &self.parameters
    }

    /// Scores of the model before the softmax, `[rows, classes]`, for public rows.
    ///
    /// # Errors
    /// Inputs of another width.
    pub fn scores(&mut self, inputs: &[f32]) -> Result<Vec<f32>, TrainingError> {
        let model = match &self.average {
            Some(average) => average.values(),
            None => &self.parameters,
        };
        Ok(self.worker.scores(model, inputs)?)
    }

    /// Takes one step on a batch that the plan's sampler drew. An empty batch is a step on noise
    /// alone.
    ///
    /// # Errors
    /// A batch of another run, out of order, or beyond the plan; nothing is released then.
    pub fn step(&mut self, run: &mut NoisySgdRun, batch: DrawnBatch) -> Result<(), TrainingError> {
        self.step_and_show(run, batch, |_| ())
    }

    /// The same, and shows the noisy gradient that the step releases: it is public.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn step_and_show(
        &mut self,
        run: &mut NoisySgdRun,
        batch: DrawnBatch,
        show: impl FnOnce(&[f32]),
    ) -> Result<(), TrainingError> {
        let total = self.clipped_sum(run, &batch)?;
        let noise = run.noise_standard_deviation() / run.plan().expected_batch_size();
        let gradient = total.release(run, batch)?;
        show(&gradient);
        self.optimizer
            .step(&mut self.parameters, &gradient, noise * noise)?;
        if let Some(average) = &mut self.average {
            average.update(&self.parameters, self.optimizer.state().steps);
        }
        Ok(())
    }

    /// The clipped sum of a logical batch, from its physical batches; an empty one is one of them.
    fn clipped_sum(
        &mut self,
        run: &NoisySgdRun,
        batch: &DrawnBatch,
    ) -> Result<Total, TrainingError> {
        let grid = run.grid(self.parameters.len())?;
        let chosen = batch.indices();
        let mut rest = *chosen.expose_sensitive();
        let mut total = self.clipped_part(run, grid, batch.step(), &mut rest)?;
        while !rest.is_empty() {
            total.add(self.clipped_part(run, grid, batch.step(), &mut rest)?)?;
        }
        Ok(total)
    }

    /// The clipped sum of as many units of `rest` as fit, which are taken off it.
    fn clipped_part(
        &mut self,
        run: &NoisySgdRun,
        grid: Option<Grid>,
        step: u64,
        rest: &mut &[usize],
    ) -> Result<Total, TrainingError> {
        let batch = self.gatherer.next(step, rest)?;
        let request = GradientRequest {
            clipping: Some(run.clipping()),
            grid: grid.map(|grid| grid.spacing()),
            ..GradientRequest::default()
        };
        let part = self.worker.gradient_sum(&self.parameters, batch, request)?;
        Total::of_part(run.clipping(), grid, part)
    }

    /// Everything that the next step depends on beside data, plan and noise key.
    pub fn checkpoint(&self, run: &NoisySgdRun) -> Checkpoint {
        Checkpoint {
            identity: self.identity.clone(),
            run: run.state(),
            parameters: self.parameters.clone(),
            optimizer: self.optimizer.state().clone(),
            average: self.average.as_ref().map(|a| a.values().to_vec()),
        }
    }

    /// Goes on where the checkpoint was taken, with a run that was resumed from its state. Then
    /// every step is the one that an uninterrupted training takes, to the last bit.
    ///
    /// # Errors
    /// A checkpoint of another network, plan or settings, or of another step than the run's;
    /// nothing is changed then.
    pub fn restore(
        &mut self,
        checkpoint: Checkpoint,
        run: &NoisySgdRun,
    ) -> Result<(), CheckpointError> {
        self.identity.check(&checkpoint.identity)?;
        if checkpoint.run != run.state() {
            return Err(CheckpointError::Mismatch("steps"));
        }
        if checkpoint.parameters.len() != self.parameters.len() {
            return Err(CheckpointError::Mismatch("layers"));
        }
        let average = match (&self.average, checkpoint.average) {
            (None, None) => None,
            (Some(average), Some(values)) if values.len() == self.parameters.len() => {
                Some(average.resumed(values))
            }
            _ => return Err(CheckpointError::Mismatch("training settings")),
        };
        self.optimizer
            .resume(checkpoint.optimizer)
            .map_err(|_| CheckpointError::Mismatch("training settings"))?;
        self.average = average;
        self.parameters = checkpoint.parameters;
        Ok(())
    }

    /// The trained model.
    ///
    /// # Errors
    /// Parameters that are no longer finite.
    pub fn finish(self, run: &NoisySgdRun) -> Result<Vec<f32>, TrainingError> {
        match self.model().iter().all(|value| value.is_finite()) {
            true => Ok(self.model().to_vec()),
            false => Err(TrainingError::NotFinite {
                steps: run.released(),
            }),
        }
    }
}
