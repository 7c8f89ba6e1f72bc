//! Events: what was done to the private data, in words that every accountant understands.

mod constructors;
mod error;
mod number;
mod repetitions;
mod wire;

use serde::{Deserialize, Serialize};

pub use error::EventError;
pub use number::{
    ChangedVotes, Count, DeltaParameter, EpsilonParameter, NoiseMultiplier, NumBuckets, Rho,
    SamplingProbability, Sensitivity, Shift, Smoothness, StandardDeviation, VoteNoiseScale,
};
pub use repetitions::Repetitions;

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
    /// A sum of one vector of integers per record, plus independent discrete Laplace noise on
    /// every coordinate: `Pr[x] = tanh(1/(2 t)) exp(-|x|/t)` at every integer x.
    ///
    /// `sensitivity` is the largest L1 norm of ONE record's vector and the scale is
    /// t = `noise_multiplier` times `sensitivity` (`dp_accounting`'s `noise_parameter` is 1/t).
    /// Under replace-one the accountant doubles the sensitivity and leaves t alone.
    #[non_exhaustive]
    DiscreteLaplace {
        /// Scale t over the sensitivity.
        noise_multiplier: NoiseMultiplier,
        /// Largest L1 norm of one record's contribution: a whole number.
        sensitivity: Sensitivity,
    },
    /// A sum of one integer per record, plus discrete Gaussian noise:
    /// `Pr[x]` proportional to `exp(-x^2/(2 s^2))` at every integer x.
    ///
    /// `sensitivity` is the largest absolute value of ONE record's integer and
    /// s = `noise_multiplier` times `sensitivity`. Under replace-one the accountant doubles the
    /// sensitivity and leaves s alone. (Canonne, Kamath and Steinke 2020.)
    #[non_exhaustive]
    DiscreteGaussian {
        /// s over the sensitivity.
        noise_multiplier: NoiseMultiplier,
        /// Largest absolute value of one record's contribution: a whole number.
        sensitivity: Sensitivity,
    },
    /// Randomized response on one record's value out of k = `num_buckets`: with probability
    /// 1 - p the value itself, else, p = `noise_parameter`, a uniformly drawn one of the k.
    ///
    /// Every record answers for itself. Replacing the record changes the value; under
    /// replace-special the special record's answer is uniform; under add-or-remove-one the
    /// existence of the answer itself would tell, so accountants refuse.
    #[non_exhaustive]
    RandomizedResponse {
        /// Probability p of a uniform answer.
        noise_parameter: SamplingProbability,
        /// The number k of possible answers: at least 2.
        num_buckets: NumBuckets,
    },
    /// A mechanism of which only this is known: it is (`epsilon`, `delta`)-differentially private
    /// under the relation of the accountant.
    #[non_exhaustive]
    EpsilonDelta {
        /// Epsilon, in nats.
        epsilon: EpsilonParameter,
        /// Delta, a probability.
        delta: DeltaParameter,
    },
    /// A mechanism of which only this is known: under the relation of the accountant its Renyi
    /// divergence of every order alpha > 1 is at most `xi + rho alpha`
    /// ((xi, rho)-zero-concentrated differential privacy; Bun and Steinke 2016, definition 8.1).
    #[non_exhaustive]
    ZCdp {
        /// The part that grows with the order.
        rho: Rho,
        /// The constant part; 0 for plain rho-zCDP.
        xi: Rho,
    },
    /// A mechanism whose outputs on two neighbours are dominated by this pair: `N(0, s^2)` without
    /// the record (or the group of records), and with it `N(c_i, s^2)` where i has probability
    /// `sampling_probabilities[i]`. (Choquette-Choo, Ganesh, Steinke and Thakurta 2023.)
    ///
    /// `s` and `sensitivities` are in one unit. The relation adds or removes the record or group.
    #[non_exhaustive]
    MixtureOfGaussians {
        /// s, above 0.
        standard_deviation: StandardDeviation,
        /// The c_i, each finite and at least 0.
        sensitivities: Vec<f64>,
        /// Their probabilities: as many, each in [0, 1], summing to 1.
        sampling_probabilities: Vec<f64>,
    },
    /// `event` applied to `sample_size` different records out of exactly `source_dataset_size`,
    /// every such subset with the same probability. The size is public.
    #[non_exhaustive]
    SampledWithoutReplacement {
        /// Number of records, a public constant.
        source_dataset_size: Count,
        /// Number of records in a sample.
        sample_size: Count,
        /// What is done to the sample.
        event: Box<DpEvent>,
    },
    /// `event` applied to `sample_size` independent uniform draws out of exactly
    /// `source_dataset_size` records; a record can be drawn more than once.
    #[non_exhaustive]
    SampledWithReplacement {
        /// Number of records, a public constant.
        source_dataset_size: Count,
        /// Number of draws.
        sample_size: Count,
        /// What is done to the sample.
        event: Box<DpEvent>,
    },
    /// A Poisson sample cut down to a maximum size, then the Gaussian mechanism on the sum.
    ///
    /// Each of at most `dataset_size` records is in the sample with probability
    /// `sampling_probability`; of a sample larger than `truncated_batch_size` a uniformly drawn
    /// subset of that size is kept. Noise as in [`Gaussian`](Self::Gaussian). (Ganesh 2025.)
    #[non_exhaustive]
    TruncatedSubsampledGaussian {
        /// The most records that there are, a public constant.
        dataset_size: Count,
        /// Probability that a record is in the sample before it is cut.
        sampling_probability: SamplingProbability,
        /// The most records of a sample.
        truncated_batch_size: Count,
        /// Standard deviation over the largest L2 norm of one record's contribution.
        noise_multiplier: NoiseMultiplier,
    },
    /// `steps` releases of `event`, of which each record takes part in exactly `selected`: a
    /// uniformly drawn subset of the steps of that size, independently for each record. With
    /// `selected` 1 these are "balls in bins". Which steps a record is in is not released.
    /// (Feldman and Shenfeld 2025; Chua et al. 2024, "Balls-and-Bins".)
    #[non_exhaustive]
    RandomAllocation {
        /// Number of releases in one pass.
        steps: Count,
        /// In how many of them a record takes part: at most `steps`.
        selected: Count,
        /// What is released each time.
        event: Box<DpEvent>,
    },
    /// One pass over fixed batches of a random permutation of the records: each record is in
    /// exactly one of `batches` releases of `event`, and all batches have the same size.
    ///
    /// Accountants refuse it: no upper bound better than `event` itself is known for several
    /// steps, and the true cost can be far above that of Poisson sampling (Chua et al. 2024, "How
    /// Private are DP-SGD Implementations?").
    #[non_exhaustive]
    Shuffled {
        /// Number of batches.
        batches: Count,
        /// What is released of each batch.
        event: Box<DpEvent>,
    },
    /// Prefix sums by binary trees with Gaussian noise on every node (DP-FTRL), in a single
    /// epoch: a record contributes to at most one step over all the trees.
    ///
    /// The noise of a node has standard deviation `noise_multiplier` times the largest L2 norm
    /// of one record's vector; `step_counts` holds the number of leaves of each tree. (Kairouz
    /// et al. 2021, "Practical and Private (Deep) Learning without Sampling or Shuffling",
    /// appendix D.)
    #[non_exhaustive]
    SingleEpochTreeAggregation {
        /// Standard deviation of a node over the largest L2 norm of one contribution.
        noise_multiplier: NoiseMultiplier,
        /// Leaves of each tree: at least one tree, each with at least one leaf.
        step_counts: Vec<Count>,
    },
    /// `event` run a random number of times, of which only the best output is released
    /// (Papernot and Steinke 2022). The number is drawn independently of everything and never
    /// released; "best" is by a score that is part of the output of `event`.
    #[non_exhaustive]
    RepeatAndSelect {
        /// One run.
        event: Box<DpEvent>,
        /// How many runs.
        #[serde(flatten)]
        repetitions: Repetitions,
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
        /// Its scale in votes, as [`VoteNoise`] says.
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
        /// Its scale in votes, as [`VoteNoise`] says.
        scale: VoteNoiseScale,
        /// The most ballots that differ between two neighbours.
        changed_votes: ChangedVotes,
    },
    /// One real number f, released as `f + s S (Z + shift)`: Z is standard normal, s is
    /// `noise_multiplier`, and S the `smoothness`-smooth sensitivity of f, which bounds by how much f
    /// differs between two neighbours (under the relation of the accountant) and itself differs
    /// between them by a factor of at most `exp(smoothness)`.
    ///
    /// PATE's sanitised epsilon (Papernot et al. 2018, appendix B; for the cost that is charged see
    /// [`release_rdp`](crate::pate::sanitized::release_rdp)).
    #[non_exhaustive]
    SmoothSensitivityRelease {
        /// beta of the smooth sensitivity.
        smoothness: Smoothness,
        /// Standard deviation of the noise over the smooth sensitivity.
        noise_multiplier: NoiseMultiplier,
        /// By how many standard deviations the release lies above f.
        shift: Shift,
    },
}

/// The distribution of the noise that PATE adds to vote counts.
///
/// Ties of the maximum are broken uniformly at random.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoteNoise {
    /// Normal with mean 0; its scale is the standard deviation.
    Gaussian,
    /// Laplace with mean 0, density `exp(-|x|/b) / (2 b)`; its scale is b.
    Laplace,
    /// On the integers, `Pr[x]` proportional to `exp(-x^2 / (2 s^2))`; its scale is s. (A normal
    /// draw rounded to an integer is [`Gaussian`](Self::Gaussian): rounding is post-processing.)
    DiscreteGaussian,
    /// On the integers, `Pr[x]` proportional to `exp(-|x|/t)`; its scale is t.
    DiscreteLaplace,
}

impl DpEvent {
    /// The name of the kind as it is spelled in JSON.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::NoOp => "no_op",
            Self::NonPrivate => "non_private",
            Self::Gaussian { .. } => "gaussian",
            Self::Laplace { .. } => "laplace",
            Self::DiscreteLaplace { .. } => "discrete_laplace",
            Self::DiscreteGaussian { .. } => "discrete_gaussian",
            Self::RandomizedResponse { .. } => "randomized_response",
            Self::EpsilonDelta { .. } => "epsilon_delta",
            Self::ZCdp { .. } => "z_cdp",
            Self::MixtureOfGaussians { .. } => "mixture_of_gaussians",
            Self::SampledWithoutReplacement { .. } => "sampled_without_replacement",
            Self::SampledWithReplacement { .. } => "sampled_with_replacement",
            Self::TruncatedSubsampledGaussian { .. } => "truncated_subsampled_gaussian",
            Self::RandomAllocation { .. } => "random_allocation",
            Self::Shuffled { .. } => "shuffled",
            Self::SingleEpochTreeAggregation { .. } => "single_epoch_tree_aggregation",
            Self::RepeatAndSelect { .. } => "repeat_and_select",
            Self::PoissonSampled { .. } => "poisson_sampled",
            Self::SelfComposed { .. } => "self_composed",
            Self::Composed { .. } => "composed",
            Self::NoisyMax { .. } => "noisy_max",
            Self::ThresholdCheck { .. } => "threshold_check",
            Self::SmoothSensitivityRelease { .. } => "smooth_sensitivity_release",
        }
    }

    /// How many events lie inside each other along the deepest path, this one included.
    fn depth(&self) -> usize {
        1 + match self {
            Self::PoissonSampled { event, .. }
            | Self::SampledWithoutReplacement { event, .. }
            | Self::SampledWithReplacement { event, .. }
            | Self::RandomAllocation { event, .. }
            | Self::Shuffled { event, .. }
            | Self::RepeatAndSelect { event, .. }
            | Self::SelfComposed { event, .. } => event.depth(),
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
