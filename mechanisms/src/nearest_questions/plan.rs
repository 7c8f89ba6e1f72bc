//! The public constants of nearest questions, and what they cost.

use privet_accountant::{DpEvent, VoteNoise};

use super::{NearestBallots, NearestQuestionsRun};
use crate::error::in_range;
use crate::noisy_max::VoteSampler;
use crate::{MechanismError, NoiseSource, Sensitive};

/// The public constants of [`NearestQuestions`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NearestQuestionsParameters {
    /// How many classes a record can have, at least 2.
    pub classes: usize,
    /// How many questions are asked, from 1 to 2^24. They do not enter the cost.
    pub queries: u64,
    /// On how many questions a record votes (`m`), from 1 to as many as there are.
    pub ballots: u32,
    /// Standard deviation `sigma` of the noise on every count, in votes.
    pub vote_scale: f64,
}

/// The plan of nearest questions; see [`nearest_questions`](crate::nearest_questions) for what it
/// computes, its sensitivity and its theorem.
///
/// **Event.** `Gaussian(sigma / sqrt(m))` for all labels together; the noise multiplier is rounded down.
///
/// **Unit.** `sigma` is in votes.
#[derive(Debug, Clone, PartialEq)]
pub struct NearestQuestions {
    name: String,
    event: DpEvent,
    parameters: NearestQuestionsParameters,
    vote_noise: VoteSampler,
}

impl NearestQuestions {
    /// Checks every number.
    ///
    /// # Errors
    /// Fewer than 2 classes, no questions or more than 2^24, no ballots or more than questions, or a
    /// scale outside 2^-20 to 2^40 votes.
    pub fn new(parameters: NearestQuestionsParameters) -> Result<Self, MechanismError> {
        let NearestQuestionsParameters {
            classes,
            queries,
            ballots,
            vote_scale,
        } = parameters;
        in_range("classes", classes as f64, classes >= 2, "at least 2")?;
        let fits = (1..=1 << 24).contains(&queries);
        in_range("queries", queries as f64, fits, "from 1 to 2^24")?;
        let fits = (1..=queries).contains(&ballots.into());
        let expected = "at least 1, at most queries";
        in_range("ballots", ballots.into(), fits, expected)?;
        let vote_noise = VoteSampler::new(VoteNoise::Gaussian, "vote_scale", vote_scale)?;
        // The root rounded up, the quotient down: at most sigma / sqrt(m).
        let noise_multiplier = (vote_scale / f64::from(ballots).sqrt().next_up()).next_down();
        Ok(Self {
            name: format!(
                "nearest-questions classes={classes} queries={queries} ballots={ballots} noise={:?} \
                 vote-scale={vote_scale}",
                VoteNoise::Gaussian
            ),
            event: DpEvent::gaussian(noise_multiplier)?,
            parameters,
            vote_noise,
        })
    }

    /// What an accountant charges for all labels together.
    pub fn event(&self) -> DpEvent {
        self.event.clone()
    }

    /// The public constants.
    pub fn parameters(&self) -> &NearestQuestionsParameters {
        &self.parameters
    }

    /// The mechanism over these ballots, with noise from `noise`; once for each plan and source.
    ///
    /// # Errors
    /// Ballots that are not what the plan says, before anything is drawn: on other questions or on another
    /// number of them, twice on one, or for a class that does not exist. That it happened may depend on
    /// private data: report it to the operator, publish nothing.
    pub fn start(
        &self,
        noise: &NoiseSource,
        ballots: &Sensitive<NearestBallots>,
    ) -> Result<NearestQuestionsRun, MechanismError> {
        let counts = ballots
            .expose_sensitive()
            .count(&self.parameters)
            .map(Sensitive::new)?;
        let noise = noise.start(&self.name)?;
        Ok(NearestQuestionsRun::new(self.vote_noise, noise, counts))
    }
}
