//! Noisy SGD (DP-SGD, Abadi et al. 2016): clip each example's gradient, sum, add noise, step.

use burn::optim::ModuleOptimizer;
use privet_mechanisms::{
    ClippedSum, Clipping, NoisySgdMechanism, NoisySgdRun, PoissonBatch, Sensitive,
};

use crate::data::Examples;
use crate::gradient::{Batch, GradientEngine, GradientRequest, GradientWorker};
use crate::network::{Network, ParameterLayout};
use crate::optimizer::OptimizerSpec;
use crate::plain::{TrainingError, floats, gather};

/// One training by noisy SGD: everything but the mechanism, which decides batches and noise.
///
/// The only way from the private examples to the network is [`NoisySgdRun::release`]: what the
/// optimizer sees is already private, so momentum, Adam's moments and the network after each step
/// are post-processing (Dwork and Roth 2014, Proposition 2.1).
///
/// A step takes the batch that the plan's sampler drew:
/// ```
/// # use privet_mechanisms::{NoisySgdRun, PoissonBatch, Sensitive};
/// # use privet_training::{data::Examples, noisy::NoisySgdTraining};
/// fn step(
///     training: NoisySgdTraining<'_>,
///     run: &mut NoisySgdRun,
///     batch: PoissonBatch,
///     examples: &Sensitive<Examples>,
/// ) {
///     let _ = training.step(run, batch, examples);
/// }
/// ```
///
/// Records that someone picked are of another type:
/// ```compile_fail,E0308
/// # use privet_mechanisms::{NoisySgdRun, Sensitive};
/// # use privet_training::{data::Examples, noisy::NoisySgdTraining};
/// fn step(
///     training: NoisySgdTraining<'_>,
///     run: &mut NoisySgdRun,
///     batch: Vec<usize>,
///     examples: &Sensitive<Examples>,
/// ) {
///     let _ = training.step(run, batch, examples);
/// }
/// ```
///
/// A batch is stepped on once:
/// ```compile_fail,E0382
/// # use privet_mechanisms::{NoisySgdRun, PoissonBatch, Sensitive};
/// # use privet_training::{data::Examples, noisy::NoisySgdTraining};
/// fn step_twice(
///     training: NoisySgdTraining<'_>,
///     run: &mut NoisySgdRun,
///     batch: PoissonBatch,
///     examples: &Sensitive<Examples>,
/// ) {
///     let training = training.step(run, batch, examples).unwrap();
///     let _ = training.step(run, batch, examples);
/// }
/// ```
pub struct NoisySgdTraining<'a> {
    worker: Box<dyn GradientWorker + 'a>,
    learning_rate: f64,
    optimizer: ModuleOptimizer,
    layout: ParameterLayout,
    network: Network,
}

impl<'a> NoisySgdTraining<'a> {
    /// Starts from `network`.
    ///
    /// # Errors
    /// A network with a parameter used twice, whose gradient could not be clipped as one.
    pub fn new(
        engine: &'a dyn GradientEngine,
        network: Network,
        optimizer: &OptimizerSpec,
    ) -> Result<Self, TrainingError> {
        Ok(Self {
            worker: engine.worker(network.architecture())?,
            learning_rate: optimizer.learning_rate(),
            optimizer: optimizer.build(),
            layout: ParameterLayout::of(&network)?,
            network,
        })
    }

    /// The network after the steps taken so far.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Takes one step on a batch that the plan's sampler drew. An empty batch is a step on noise
    /// alone.
    ///
    /// # Errors
    /// A batch of another run, out of order, or beyond the plan; nothing is released then.
    pub fn step(
        mut self,
        run: &mut NoisySgdRun,
        batch: PoissonBatch,
        examples: &Sensitive<Examples>,
    ) -> Result<Self, TrainingError> {
        let gradient = noisy_gradient(&mut *self.worker, &self.network, run, batch, examples)?;
        self.network = self.layout.step(
            &mut self.optimizer,
            self.learning_rate,
            self.network,
            &gradient,
        )?;
        Ok(self)
    }

    /// The trained network.
    ///
    /// # Errors
    /// Parameters that are no longer finite.
    pub fn finish(self, run: &NoisySgdRun) -> Result<Network, TrainingError> {
        let finite = self.network.flat_parameters().iter().all(|v| v.is_finite());
        match finite {
            true => Ok(self.network),
            false => Err(TrainingError::NotFinite {
                steps: run.released(),
            }),
        }
    }
}

fn noisy_gradient(
    worker: &mut dyn GradientWorker,
    network: &Network,
    run: &mut NoisySgdRun,
    batch: PoissonBatch,
    examples: &Sensitive<Examples>,
) -> Result<Vec<f32>, TrainingError> {
    let norm = NoisySgdMechanism::clipping_norm(run.plan());
    let private = examples.expose_sensitive();
    let (inputs, labels) = gather(
        private.inputs(),
        private.labels(),
        batch.indices().expose_sensitive(),
    );
    let clipping = Clipping::Flat { norm };
    let request = GradientRequest {
        clipping: Some(&clipping),
        ..GradientRequest::default()
    };
    let batch_sum = worker.gradient_sum(
        &network.flat_parameters(),
        Batch::of_rows(&inputs, &labels),
        request,
    )?;
    let sum = floats(batch_sum.sum.into_exposed_sensitive())?;
    Ok(run.release(batch, ClippedSum::new(Sensitive::new(sum), norm))?)
}
