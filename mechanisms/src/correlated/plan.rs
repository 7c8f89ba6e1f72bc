//! The plan of a training with correlated noise.

use privet_accountant::{DpEvent, NeighboringRelation};

use super::{BatchAssignment, CorrelatedNoise, NoiseStrategy, Participation, PrefixError};
use crate::error::{in_range, positive};
use crate::noisy_sgd::CLIPPING_SLACK;
use crate::{MechanismError, NoiseSource};

/// The public constants of a training with correlated noise.
#[derive(Debug, Clone, PartialEq)]
pub struct CorrelatedParameters {
    /// The shape of the noise.
    pub strategy: NoiseStrategy,
    /// How often and how far apart one record takes part.
    pub participation: Participation,
    /// How a record comes to its steps.
    pub assignment: BatchAssignment,
    /// How many steps are released, at least 1 and at most [`CorrelatedGaussian::MAX_STEPS`].
    pub steps: u64,
    /// The L2 norm `C` to which every record's contribution to a step is clipped.
    pub clipping_norm: f64,
    /// Standard deviation of the Gaussian noise over the sensitivity of the whole training.
    pub noise_multiplier: f64,
}

/// The matrix mechanism for training: every step's clipped sum plus Gaussian noise that is
/// correlated across steps.
///
/// With `x` the clipped sums of all steps, one a row, the training releases functions of
/// `S x + z`, where `z` has independent normal entries of standard deviation
/// `noise_multiplier * clipping_norm * sensitivity`. What is released by step `t` needs only rows
/// of the strategy `S` that end by step `t`.
///
/// **Sensitivity.** The largest change of `S x` when one record's contributions, each of norm at
/// most 1 in units of the clipping norm, vanish from the steps in which it takes part; see
/// [`BandedToeplitz`](super::BandedToeplitz), [`TreeEstimator`](super::TreeEstimator). Rounded up,
/// from the very coefficients that the noise is made with.
///
/// **Relation.** Replace-special ("zero-out"): the record's contributions vanish, and all others
/// stay in their steps. Add-or-remove-one is the same where records come to their steps by
/// [`RecordHash`](BatchAssignment::RecordHash), and refused otherwise. Under replace-one the change
/// is at most the sum of two such changes, the sensitivity doubles, and accountants double it for
/// the event as it is.
///
/// **Theorem.** Without sampling the whole training is one Gaussian mechanism, also though every
/// step's gradients depend on the releases before (Denisov, McMahan, Rush, Smith and Thakurta,
/// "Improved differential privacy for SGD via optimal private linear operators on adaptive
/// streams", NeurIPS 2022). With cyclic Poisson sampling and no more bands than groups it is
/// `ceil(steps / groups)` Poisson-sampled Gaussian mechanisms (Choquette-Choo et al., "(Amplified)
/// banded matrix factorization", NeurIPS 2023). A training that stops early has paid for all.
///
/// **Safe side.** The noise is larger by the factor 1 + [`CLIPPING_SLACK`], as in
/// [`NoisySgdMechanism`](crate::NoisySgdMechanism).
#[derive(Debug, Clone, PartialEq)]
pub struct CorrelatedGaussian {
    parameters: CorrelatedParameters,
    squared_sensitivity: f64,
}

impl CorrelatedGaussian {
    /// The most steps of a plan: its error is computed step by step.
    pub const MAX_STEPS: u64 = 1 << 24;

    /// The most that bands times steps can be: planning takes time proportional to it.
    pub const MAX_BAND_STEPS: u64 = 1 << 28;

    /// The plan, if the parameters make one.
    ///
    /// # Errors
    /// A number is out of its range, there are more bands than steps or too many of both, or the
    /// participation is cyclic Poisson sampling and the strategy is a tree or has more bands than groups.
    pub fn new(parameters: CorrelatedParameters) -> Result<Self, MechanismError> {
        let CorrelatedParameters {
            ref strategy,
            participation,
            steps,
            clipping_norm,
            noise_multiplier,
            ..
        } = parameters;
        let in_time = (1..=Self::MAX_STEPS).contains(&steps);
        in_range("steps", steps as f64, in_time, "between 1 and 16777216")?;
        // As for independent noise: neither a sum nor its noise leaves the range of f32.
        let in_f32 = (1e-10..=1e20).contains(&clipping_norm);
        let expected = "between 1e-10 and 1e20";
        in_range("clipping_norm", clipping_norm, in_f32, expected)?;
        positive(
            "noise_multiplier",
            noise_multiplier,
            "a finite number above 0",
        )?;
        participation.check()?;
        strategy.check_time(steps)?;
        let squared_sensitivity = strategy.squared_sensitivity(participation, steps)?;
        Ok(Self {
            parameters,
            squared_sensitivity,
        })
    }

    /// What an accountant charges for the whole training under `relation`.
    ///
    /// # Errors
    /// Under `relation` the training has no event: the error says why and what to do.
    pub fn event(&self, relation: NeighboringRelation) -> Result<DpEvent, MechanismError> {
        let CorrelatedParameters {
            participation,
            assignment,
            steps,
            noise_multiplier,
            ..
        } = self.parameters;
        participation.event(relation, assignment, noise_multiplier, steps)
    }

    /// The public constants.
    pub fn parameters(&self) -> &CorrelatedParameters {
        &self.parameters
    }

    /// The L2 sensitivity of the whole training (with cyclic Poisson sampling: of one use of a
    /// record) over the clipping norm, rounded up.
    pub fn sensitivity(&self) -> f64 {
        self.squared_sensitivity.sqrt().next_up()
    }

    /// The standard deviation of the independent noise `z`, on a coordinate of a sum.
    pub fn noise_standard_deviation(&self) -> f64 {
        let CorrelatedParameters {
            noise_multiplier,
            clipping_norm,
            ..
        } = self.parameters;
        let slack = (1.0 + CLIPPING_SLACK) * (1.0 + 4.0 * f64::EPSILON);
        noise_multiplier * clipping_norm * self.sensitivity() * slack
    }

    /// The error of prefix sums of the released gradients.
    pub fn prefix_error(&self) -> PrefixError {
        let steps = self.parameters.steps;
        let variances = self.parameters.strategy.prefix_variances(steps);
        PrefixError::new(self.squared_sensitivity, &variances)
    }

    /// The root mean squared error of prefix sums over that of independent noise with the same
    /// participation and the same noise multiplier, that is, with the same event.
    pub fn relative_prefix_error(&self) -> f64 {
        let CorrelatedParameters {
            participation,
            steps,
            ..
        } = self.parameters;
        // One band: a participation changes one row by 1, and a prefix of t steps has t noises.
        let participations = participation.pattern(steps).participations as f64;
        let independent = participations * (steps as f64 + 1.0) / 2.0;
        (self.prefix_error().mean_squared / independent).sqrt()
    }

    /// The noise of the training, from step 0.
    ///
    /// # Errors
    /// This plan was already started from `noise`.
    pub fn start(&self, noise: &NoiseSource) -> Result<CorrelatedNoise, MechanismError> {
        self.start_at(0, noise)
    }

    /// The noise from `step` on, exactly as it would be had the run not stopped before that step.
    /// The noise of all earlier steps is drawn again, which takes as long as the first time.
    ///
    /// # Errors
    /// `step` is beyond the plan, or this plan was already started from `noise`.
    pub fn start_at(
        &self,
        step: u64,
        noise: &NoiseSource,
    ) -> Result<CorrelatedNoise, MechanismError> {
        let steps = self.parameters.steps;
        if step > steps {
            return Err(MechanismError::StepBeyondPlan { step, steps });
        }
        CorrelatedNoise::new(self, noise.start(&self.name())?, step)
    }

    /// Every parameter in words; it names the noise, so other parameters have other noise.
    fn name(&self) -> String {
        let CorrelatedParameters {
            strategy,
            participation,
            assignment,
            steps,
            clipping_norm,
            noise_multiplier,
        } = &self.parameters;
        format!(
            "correlated-gaussian strategy={strategy:?} participation={participation:?} \
             assignment={assignment:?} steps={steps} clipping-norm={clipping_norm} \
             noise-multiplier={noise_multiplier}"
        )
    }
}
