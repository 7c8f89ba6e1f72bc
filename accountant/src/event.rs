//! Events: what was done to the private data, in words that every accountant understands.

mod error;
mod number;
mod wire;

use serde::{Deserialize, Serialize};

pub use error::EventError;
pub use number::{ChangedVotes, Count, NoiseMultiplier, SamplingProbability, VoteNoiseScale};

/// The deepest nesting of events that a fallible constructor builds.
pub const MAX_DEPTH: usize = 32;

/// One use of private data by a differentially private mechanism.
///
/// An event says what was done, never what it costs: the cost is an accountant's business. Names
/// and meanings are those of `dp_accounting`'s `DpEvent` where it has the event. An event holds
/// only public constants, and an invalid event cannot be made: values enter through the
/// constructors below, and JSON is read through the same constructors.
///
/// ```
/// use privet_accountant::DpEvent;
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let step = DpEvent::poisson_sampled(0.01, DpEvent::gaussian(1.0)?)?;
/// let training = DpEvent::self_composed(step, 1000)?;
/// let json = serde_json::to_string(&training)?;
/// assert_eq!(serde_json::from_str::<DpEvent>(&json)?, training);
/// assert!(DpEvent::gaussian(-1.0).unwrap_err().to_string().contains("noise_multiplier = -1"));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", try_from = "wire::Unchecked")]
#[non_exhaustive]
pub enum DpEvent {
    /// Nothing touched the private data. Costs nothing.
    NoOp,
    /// Private data was released without protection. Costs an infinite epsilon.
    NonPrivate,
    /// A sum of one vector per record, plus independent Gaussian noise on every coordinate.
    ///
    /// The noise has standard deviation `noise_multiplier` times the largest L2 norm of ONE
    /// record's vector, that is, times the L2 sensitivity under add-or-remove-one (and
    /// replace-special). Under replace-one the sensitivity is twice that, and the accountant
    /// doubles it: the event stays the same. (`dp_accounting` does not double it.)
    #[non_exhaustive]
    Gaussian {
        /// Standard deviation over the largest L2 norm of one record's contribution.
        noise_multiplier: NoiseMultiplier,
    },
    /// A sum of one vector per record, plus independent Laplace noise on every coordinate.
    ///
    /// The noise has density `exp(-|x|/b) / (2 b)` with scale b = `noise_multiplier` times the
    /// largest L1 norm of ONE record's vector. Under replace-one the accountant doubles the
    /// sensitivity, as for [`Gaussian`](Self::Gaussian).
    #[non_exhaustive]
    Laplace {
        /// Scale b over the largest L1 norm of one record's contribution.
        noise_multiplier: NoiseMultiplier,
    },
    /// `event` applied to a random sample of the records: each record is in the sample with
    /// probability `sampling_probability`, independently of all other records and of the rest of
    /// the run. The sample and its size are not released.
    #[non_exhaustive]
    PoissonSampled {
        /// Probability that a record is in the sample.
        sampling_probability: SamplingProbability,
        /// What is done to the sample.
        event: Box<DpEvent>,
    },
    /// `event`, `count` times over on the same data with fresh randomness. The releases may be
    /// chosen adaptively as long as each is such an event.
    #[non_exhaustive]
    SelfComposed {
        /// How many times.
        count: Count,
        /// What is done each time.
        event: Box<DpEvent>,
    },
    /// All of `events`, each on the same data with fresh randomness, in any order; adaptive
    /// composition as in [`SelfComposed`](Self::SelfComposed). Never directly nested.
    #[non_exhaustive]
    Composed {
        /// What is done.
        events: Vec<DpEvent>,
    },
    /// PATE's noisy maximum: the index j that maximises `n_j + noise_j` is released, nothing else.
    ///
    /// `n_j` is the number of ballots for class j, each voter has one ballot for one class, and
    /// the noise of each class is an independent draw of scale `scale`. Two neighbouring data
    /// sets (under the relation of the accountant) differ in at most `changed_votes` ballots,
    /// each of which may move from any class to any class; the number of voters is a public
    /// constant. So the relation is already accounted for and nothing is doubled. This is GNMax
    /// (Gaussian) and LNMax (Laplace) of Papernot et al. 2017, 2018.
    #[non_exhaustive]
    NoisyMax {
        /// The distribution of the noise.
        noise: VoteNoise,
        /// Its scale in votes: standard deviation (Gaussian) or scale b (Laplace).
        scale: VoteNoiseScale,
        /// The most ballots that differ between two neighbours.
        changed_votes: ChangedVotes,
    },
    /// PATE's threshold check: one bit is released, whether `max_j n_j + noise >= T` for a public
    /// threshold T, with one draw of noise.
    ///
    /// Votes and `changed_votes` are as in [`NoisyMax`](Self::NoisyMax); the first step of
    /// Confident-GNMax (Papernot et al. 2018, algorithm 1).
    #[non_exhaustive]
    ThresholdCheck {
        /// The distribution of the noise.
        noise: VoteNoise,
        /// Its scale in votes: standard deviation (Gaussian) or scale b (Laplace).
        scale: VoteNoiseScale,
        /// The most ballots that differ between two neighbours.
        changed_votes: ChangedVotes,
    },
}

/// The distribution of the noise that PATE adds to vote counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoteNoise {
    /// Normal with mean 0; its scale is the standard deviation.
    Gaussian,
    /// Laplace with mean 0, density `exp(-|x|/b) / (2 b)`; its scale is b.
    Laplace,
}

impl DpEvent {
    /// [`NoOp`](Self::NoOp).
    #[must_use]
    pub const fn no_op() -> Self {
        Self::NoOp
    }

    /// [`NonPrivate`](Self::NonPrivate).
    #[must_use]
    pub const fn non_private() -> Self {
        Self::NonPrivate
    }

    /// [`Gaussian`](Self::Gaussian) noise on a sum.
    ///
    /// # Errors
    /// `noise_multiplier` is negative, infinite or not a number.
    pub fn gaussian(noise_multiplier: f64) -> Result<Self, EventError> {
        Ok(Self::Gaussian {
            noise_multiplier: NoiseMultiplier::new(noise_multiplier)?,
        })
    }

    /// [`Laplace`](Self::Laplace) noise on a sum.
    ///
    /// # Errors
    /// `noise_multiplier` is negative, infinite or not a number.
    pub fn laplace(noise_multiplier: f64) -> Result<Self, EventError> {
        Ok(Self::Laplace {
            noise_multiplier: NoiseMultiplier::new(noise_multiplier)?,
        })
    }

    /// `event` on a [Poisson sample](Self::PoissonSampled) of the records.
    ///
    /// # Errors
    /// `sampling_probability` is not in [0, 1], or the event is nested deeper than [`MAX_DEPTH`].
    pub fn poisson_sampled(sampling_probability: f64, event: Self) -> Result<Self, EventError> {
        event.check_room_around(1)?;
        Ok(Self::PoissonSampled {
            sampling_probability: SamplingProbability::new(sampling_probability)?,
            event: Box::new(event),
        })
    }

    /// `event`, `count` times: [`SelfComposed`](Self::SelfComposed).
    ///
    /// # Errors
    /// `count` is 0, or the event is nested deeper than [`MAX_DEPTH`].
    pub fn self_composed(event: Self, count: u64) -> Result<Self, EventError> {
        event.check_room_around(1)?;
        Ok(Self::SelfComposed {
            count: Count::new(count)?,
            event: Box::new(event),
        })
    }

    /// All of `events`: [`Composed`](Self::Composed). Compositions among `events` are spliced in,
    /// so that a composition never directly holds another; no events at all cost nothing.
    #[must_use]
    pub fn composed(events: Vec<Self>) -> Self {
        let splice = |event| match event {
            Self::Composed { events } => events,
            other => vec![other],
        };
        Self::Composed {
            events: events.into_iter().flat_map(splice).collect(),
        }
    }

    /// PATE's [noisy maximum](Self::NoisyMax); `scale` and `changed_votes` count votes.
    ///
    /// # Errors
    /// `scale` is negative, infinite or not a number, or `changed_votes` is 0.
    pub fn noisy_max(noise: VoteNoise, scale: f64, changed_votes: u32) -> Result<Self, EventError> {
        let (scale, changed_votes) = (
            VoteNoiseScale::new(scale)?,
            ChangedVotes::new(changed_votes)?,
        );
        Ok(Self::NoisyMax {
            noise,
            scale,
            changed_votes,
        })
    }

    /// PATE's [threshold check](Self::ThresholdCheck); `scale` and `changed_votes` count votes.
    ///
    /// # Errors
    /// `scale` is negative, infinite or not a number, or `changed_votes` is 0.
    pub fn threshold_check(
        noise: VoteNoise,
        scale: f64,
        changed_votes: u32,
    ) -> Result<Self, EventError> {
        let (scale, changed_votes) = (
            VoteNoiseScale::new(scale)?,
            ChangedVotes::new(changed_votes)?,
        );
        Ok(Self::ThresholdCheck {
            noise,
            scale,
            changed_votes,
        })
    }

    /// The name of the kind as it is spelled in JSON.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::NoOp => "no_op",
            Self::NonPrivate => "non_private",
            Self::Gaussian { .. } => "gaussian",
            Self::Laplace { .. } => "laplace",
            Self::PoissonSampled { .. } => "poisson_sampled",
            Self::SelfComposed { .. } => "self_composed",
            Self::Composed { .. } => "composed",
            Self::NoisyMax { .. } => "noisy_max",
            Self::ThresholdCheck { .. } => "threshold_check",
        }
    }

    /// How many events lie inside each other along the deepest path, this one included.
    fn depth(&self) -> usize {
        1 + match self {
            Self::PoissonSampled { event, .. } | Self::SelfComposed { event, .. } => event.depth(),
            Self::Composed { events } => events.iter().map(Self::depth).max().unwrap_or(0),
            _ => 0,
        }
    }

    /// Refuses an event that cannot be wrapped `levels` times without passing [`MAX_DEPTH`].
    pub(crate) fn check_room_around(&self, levels: usize) -> Result<(), EventError> {
        let depth = self.depth() + levels;
        if depth > MAX_DEPTH {
            Err(EventError::TooDeep { depth })
        } else {
            Ok(())
        }
    }
}
