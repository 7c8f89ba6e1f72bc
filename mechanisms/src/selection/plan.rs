//! The public constants of a selection, and what it costs.

use privet_accountant::DpEvent;
use privet_accountant::event::Repetitions;

use super::PrivateSelectionRun;
use crate::error::in_range;
use crate::{DiscreteGaussian, MechanismError, NoiseSource};

/// Most trials on average: more cost more than they can find.
const MOST_TRIALS: u32 = 10_000;

/// The public constants of [`PrivateSelection`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PrivateSelectionParameters {
    /// How many settings there are to choose from, at least 1.
    pub candidates: u32,
    /// The mean of the number of trials, from 1 to 10,000.
    pub mean_trials: u32,
    /// By how much neighbours can change a count: 1 where records are protected, the largest number
    /// of records of one user where users are.
    pub score_sensitivity: u32,
    /// Scale of the discrete Gaussian noise on a count, in records.
    pub score_scale: f64,
}

/// The plan of a private selection; see [`selection`](crate::selection) for what it computes, its
/// sensitivity and its theorem.
///
/// **Event.** `RepeatAndSelect(Composed(training, DiscreteGaussian(scale / sensitivity,
/// sensitivity)), K)` with K geometric.
#[derive(Debug, Clone, PartialEq)]
pub struct PrivateSelection {
    pub(super) name: String,
    event: DpEvent,
    pub(super) parameters: PrivateSelectionParameters,
    pub(super) noise: DiscreteGaussian,
}

impl PrivateSelection {
    /// A selection among trainings that all cost `training`.
    ///
    /// # Errors
    /// A number out of its range.
    pub fn new(
        parameters: PrivateSelectionParameters,
        training: &DpEvent,
    ) -> Result<Self, MechanismError> {
        let PrivateSelectionParameters {
            candidates,
            mean_trials,
            score_sensitivity,
            score_scale,
        } = parameters;
        in_range(
            "candidates",
            candidates.into(),
            candidates >= 1,
            "at least 1",
        )?;
        let possible = (1..=MOST_TRIALS).contains(&mean_trials);
        in_range(
            "mean_trials",
            mean_trials.into(),
            possible,
            "from 1 to 10,000",
        )?;
        let sensitivity = score_sensitivity.into();
        in_range(
            "score_sensitivity",
            sensitivity,
            score_sensitivity >= 1,
            "at least 1",
        )?;
        let noise = DiscreteGaussian::new(score_scale)?;
        let ratio = (score_scale / sensitivity).next_down();
        let score = DpEvent::discrete_gaussian(ratio, score_sensitivity.into())?;
        let trial = DpEvent::composed(vec![training.clone(), score]);
        // Shape 1 is the geometric distribution, whose parameter is one over its mean.
        let trials = Repetitions::truncated_negative_binomial(mean_trials.into(), 1.0)?;
        Ok(Self {
            name: format!(
                "private selection candidates={candidates} mean-trials={mean_trials} \
                 sensitivity={score_sensitivity} scale={score_scale}"
            ),
            event: DpEvent::repeat_and_select(trial, trials)?,
            parameters,
            noise,
        })
    }

    /// What an accountant charges for the winner, all trials included.
    pub fn event(&self) -> DpEvent {
        self.event.clone()
    }

    /// The public constants.
    pub fn parameters(&self) -> &PrivateSelectionParameters {
        &self.parameters
    }

    /// The mechanism, with noise from `noise`; once for each plan and source.
    ///
    /// # Errors
    /// [`MechanismError::AlreadyStarted`].
    pub fn start(&self, noise: &NoiseSource) -> Result<PrivateSelectionRun, MechanismError> {
        let noise = noise.start(&self.name)?;
        Ok(PrivateSelectionRun::new(self.clone(), noise))
    }
}
