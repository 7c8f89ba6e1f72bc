//! The public constants of private kNN, and what they cost.

use privet_accountant::{DpEvent, VoteNoise};

use super::PrivateKnnRun;
use crate::error::in_range;
use crate::noise::FixedPoint;
use crate::noisy_max::{VoteSampler, answers_fit};
use crate::{MechanismError, NoiseSource, Sampling, Sensitive};

/// The public constants of [`PrivateKnn`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PrivateKnnParameters {
    /// How many classes a record can have, at least 2.
    pub classes: usize,
    /// How many queries may be asked, at least 1.
    pub queries: u64,
    /// How many neighbours vote (the paper's `k`), at least 1. It does not enter the cost.
    pub neighbours: u32,
    /// The probability `gamma` with which a record is in a sample, above 0 and at most 1.
    pub sampling_probability: f64,
    /// Standard deviation `sigma` of the noise on every count, in votes.
    pub vote_scale: f64,
    /// Whether the neighbours must agree first.
    pub check: Option<KnnCheck>,
    /// The most labels that are released; without a check, as many as there are queries at most.
    pub max_answers: u64,
}

/// The check of [`PrivateKnn`] on the largest count, in votes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KnnCheck {
    /// The noisy largest count must reach this many votes.
    pub threshold: f64,
    /// Standard deviation `sigma_1` of the noise on it.
    pub threshold_scale: f64,
}

/// The plan of private kNN; see [`private_knn`](crate::private_knn) for what it computes, its
/// sensitivity and its theorem.
///
/// **Event.** `Composed(SelfComposed(PoissonSampled(gamma, Gaussian(sigma_1)), queries),
/// SelfComposed(PoissonSampled(gamma, Gaussian(sigma / sqrt(2))), max_answers))`, the first part
/// only with a check; the noise multiplier is rounded down. Accountants know its cost under
/// add-or-remove-one and replace-special, and some under replace-one.
#[derive(Debug, Clone, PartialEq)]
pub struct PrivateKnn {
    pub(super) name: String,
    event: DpEvent,
    pub(super) parameters: PrivateKnnParameters,
    pub(super) vote_noise: VoteSampler,
    pub(super) check: Option<(FixedPoint, VoteSampler)>,
}

impl PrivateKnn {
    /// Checks every number.
    ///
    /// # Errors
    /// Fewer than 2 classes, no queries, no neighbours, a sampling probability that is none or 0,
    /// a scale outside 2^-20 to 2^40 votes, a threshold that is not 0 and not of such a magnitude,
    /// or no answers or more than queries.
    pub fn new(parameters: PrivateKnnParameters) -> Result<Self, MechanismError> {
        let PrivateKnnParameters {
            classes,
            queries,
            neighbours,
            sampling_probability,
            vote_scale,
            check,
            max_answers,
        } = parameters;
        in_range("classes", classes as f64, classes >= 2, "at least 2")?;
        in_range("queries", queries as f64, queries >= 1, "at least 1")?;
        in_range(
            "neighbours",
            neighbours.into(),
            neighbours >= 1,
            "at least 1",
        )?;
        Sampling::Poisson {
            sampling_probability,
        }
        .validate()?;
        answers_fit(max_answers, queries)?;
        let sampler = |field, scale| VoteSampler::new(VoteNoise::Gaussian, field, scale);
        let vote_noise = sampler("vote_scale", vote_scale)?;
        let sampled = |noise_multiplier, count| {
            let gaussian = DpEvent::gaussian(noise_multiplier)?;
            let event = DpEvent::poisson_sampled(sampling_probability, gaussian)?;
            DpEvent::self_composed(event, count)
        };
        // The quotient by a number above sqrt(2), rounded down: at most sigma / sqrt(2).
        let noise_multiplier = (vote_scale / std::f64::consts::SQRT_2.next_up()).next_down();
        let mut events = Vec::new();
        let mut checked = None;
        let mut name = format!(
            "private-knn classes={classes} queries={queries} neighbours={neighbours} \
             sampling-probability={sampling_probability} noise={:?} vote-scale={vote_scale} \
             max-answers={max_answers}",
            VoteNoise::Gaussian
        );
        if let Some(check) = check {
            let KnnCheck {
                threshold,
                threshold_scale,
            } = check;
            let noise = sampler("threshold_scale", threshold_scale)?;
            checked = Some((FixedPoint::from_f64("threshold", threshold)?, noise));
            events.push(sampled(threshold_scale, queries)?);
            name += &format!(" threshold={threshold} threshold-scale={threshold_scale}");
        }
        events.push(sampled(noise_multiplier, max_answers)?);
        Ok(Self {
            name,
            event: DpEvent::composed(events),
            parameters,
            vote_noise,
            check: checked,
        })
    }

    /// What an accountant charges for all that a run may release.
    pub fn event(&self) -> DpEvent {
        self.event.clone()
    }

    /// The public constants.
    pub fn parameters(&self) -> &PrivateKnnParameters {
        &self.parameters
    }

    /// The mechanism over so many private records, with noise and samples from `noise`; once for
    /// each plan and source.
    pub fn start(
        &self,
        noise: &NoiseSource,
        records: Sensitive<usize>,
    ) -> Result<PrivateKnnRun, MechanismError> {
        let noise = noise.start(&self.name)?;
        Ok(PrivateKnnRun::new(self.clone(), noise, records))
    }
}
