//! The plan of a noisy SGD training.

use privet_accountant::{DpEvent, NeighboringRelation};

use super::{ClippingPlan, NoisySgdParameters, NoisySgdRun, RunState};
use crate::correlated::CorrelatedGaussian;
use crate::error::{in_range, positive};
use crate::{MechanismError, NoiseSource, Sensitive};

/// Noisy SGD (DP-SGD): in each step a batch of sampled units, each unit's gradient clipped, their
/// sum plus Gaussian noise of standard deviation `z` times its sensitivity, over a public constant.
///
/// Algorithm 1 of Abadi, Chu, Goodfellow, McMahan, Mironov, Talwar and Zhang, "Deep learning with
/// differential privacy" (CCS 2016), with the expected batch size as the divisor.
///
/// **Sensitivity.** Adding or removing a unit that is in the batch changes the sum by at most
/// [`Clipping::sensitivity`](super::Clipping::sensitivity) in L2: `C` where clipping is flat or
/// automatic, `sqrt(sum of C_l^2)` where it is per layer. (Replacing one changes it by up to twice
/// that; [`Sampling`](crate::Sampling) says where this is accounted.)
///
/// **Theorem.** A step is the Gaussian mechanism with noise multiplier `z` on the batch (with
/// adaptive clipping: on gradients and count together), and [`Sampling`](crate::Sampling) says what
/// its batches make of that. Steps compose adaptively, and all intermediate models may be published.
/// An empty batch is a step on noise alone. Where units take turns, the training is a
/// [`CorrelatedGaussian`].
///
/// **Safe side.** The noise is larger than stated by the factor
/// 1 + [`CLIPPING_SLACK`](super::CLIPPING_SLACK), which covers contributions that rounding let
/// exceed the sensitivity by that much. In exact arithmetic it is larger once more by less than that,
/// for the rounding of each gradient ([`Grid`](super::Grid)).
///
/// **Unit.** A unit is a record, or a user with all their records, as the caller groups them;
/// clipping norms and released values are in the gradient's unit.
#[derive(Debug, Clone, PartialEq)]
pub struct NoisySgdMechanism {
    parameters: NoisySgdParameters,
    gradient_noise_multiplier: f64,
    correlated: Option<CorrelatedGaussian>,
}

impl NoisySgdMechanism {
    /// The plan, if the parameters make one.
    ///
    /// # Errors
    /// A number out of its range, or parts of a plan that do not go together.
    pub fn new(parameters: NoisySgdParameters) -> Result<Self, MechanismError> {
        let NoisySgdParameters {
            sampling,
            declared_units,
            steps,
            clipping,
            noise_multiplier,
            arithmetic,
            ..
        } = &parameters;
        let some = |field, value: u64| in_range(field, value as f64, value >= 1, "at least 1");
        sampling.validate()?;
        some("declared_units", *declared_units)?;
        some("steps", *steps)?;
        positive(
            "noise_multiplier",
            *noise_multiplier,
            "a finite number above 0",
        )?;
        let gradient_noise_multiplier = clipping.validate(*noise_multiplier, *arithmetic)?;
        let correlated = parameters.correlated()?;
        // The numbers make an event, under the relation that the sampling has one for.
        let relation = match sampling.participation() {
            Some(_) => NeighboringRelation::ReplaceSpecial,
            None => NeighboringRelation::AddOrRemoveOne,
        };
        sampling.event(relation, *noise_multiplier, *steps)?;
        Ok(Self {
            parameters,
            gradient_noise_multiplier,
            correlated,
        })
    }

    /// What an accountant charges for the whole training under `relation`.
    ///
    /// # Errors
    /// Under `relation` the training has no cost that an accountant could tell from its event; the
    /// error says why and what to do.
    pub fn event(&self, relation: NeighboringRelation) -> Result<DpEvent, MechanismError> {
        self.event_after(relation, self.parameters.steps)
    }

    /// What the first `steps` steps cost, as far as that is known to be less than the whole. A run
    /// of fewer steps than planned is charged as a whole all the same.
    ///
    /// # Errors
    /// No step at all, or as for [`event`](Self::event).
    pub fn event_after(
        &self,
        relation: NeighboringRelation,
        steps: u64,
    ) -> Result<DpEvent, MechanismError> {
        let NoisySgdParameters {
            sampling,
            noise_multiplier,
            clipping,
            ..
        } = &self.parameters;
        if let (ClippingPlan::Adaptive(_), true) =
            (clipping, relation != NeighboringRelation::AddOrRemoveOne)
        {
            return Err(MechanismError::Relation {
                relation,
                reason: "the noise on the count of adaptive clipping is made for a unit that comes \
                         or goes and moves it by 1/2; one that becomes empty still counts, and \
                         moves it by 1: take add-or-remove-one, or a fixed clipping norm",
            });
        }
        sampling.event(relation, *noise_multiplier, steps)
    }

    /// The noise of a training in which units take turns.
    pub fn correlated(&self) -> Option<&CorrelatedGaussian> {
        self.correlated.as_ref()
    }

    /// The public constants.
    pub fn parameters(&self) -> &NoisySgdParameters {
        &self.parameters
    }

    /// How many steps are released.
    pub fn steps(&self) -> u64 {
        self.parameters.steps
    }

    /// What the noisy sums are divided by.
    pub fn expected_batch_size(&self) -> f64 {
        let NoisySgdParameters {
            sampling,
            declared_units,
            ..
        } = &self.parameters;
        sampling.expected_batch_size(*declared_units)
    }

    /// Standard deviation of the noise on the sum of gradients over its sensitivity: the noise
    /// multiplier, or more where the same step also pays for a count.
    pub fn gradient_noise_multiplier(&self) -> f64 {
        self.gradient_noise_multiplier
    }

    /// The mechanism on `units` private units, from step 0.
    ///
    /// # Errors
    /// A second run from the same source, or more units than the plan was made for.
    pub fn start(
        &self,
        noise: &NoiseSource,
        units: Sensitive<usize>,
    ) -> Result<NoisySgdRun, MechanismError> {
        let clipping_norm = match &self.parameters.clipping {
            ClippingPlan::Fixed(_) => None,
            ClippingPlan::Adaptive(adaptive) => Some(adaptive.initial_norm),
        };
        let state = RunState {
            step: 0,
            clipping_norm,
        };
        self.start_at(state, noise, units)
    }

    /// The mechanism from a saved state on, for a run that is resumed from a checkpoint of the
    /// model at that state. With the same key, data and model, the steps since the checkpoint
    /// repeat exactly.
    ///
    /// # Errors
    /// As [`start`](Self::start), and a state that does not fit the plan.
    pub fn start_at(
        &self,
        state: RunState,
        noise: &NoiseSource,
        units: Sensitive<usize>,
    ) -> Result<NoisySgdRun, MechanismError> {
        NoisySgdRun::new(self.clone(), state, units, |plan| noise.start(plan))
    }

    /// Every parameter, also those to come; it names the noise, so other parameters have other
    /// noise.
    pub(super) fn name(&self) -> String {
        format!("noisy-sgd {:?}", self.parameters)
    }
}
