//! Every line of Privet that draws privacy noise or samples a batch.
//!
//! A *plan* ([`GnMax`], [`NoisySgdMechanism`], ...) is made from public constants. It yields two
//! things that therefore cannot disagree: the [`DpEvent`] that an accountant charges, and the
//! mechanism that is run. What depends on private data travels inside [`Sensitive`]; what a
//! mechanism returns is public.
//!
//! ```
//! use privet_mechanisms::{
//!     Answer, ChangedVotes, GnMax, NoiseKey, NoiseSource, NoisyMax, Sensitive, VoteHistogram,
//!     VoteQueries,
//! };
//!
//! # fn main() -> Result<(), privet_mechanisms::MechanismError> {
//! let queries = VoteQueries { classes: 3, queries: 100, changed_votes: ChangedVotes::ONE };
//! let plan = GnMax::new(40.0, queries)?;
//! let _to_be_charged_first = plan.event();
//!
//! let noise = NoiseSource::from_key(&NoiseKey::generate()?);
//! let mut aggregator = plan.start(&noise)?;
//! let votes = Sensitive::new(VoteHistogram::new(vec![240, 6, 4])?);
//! if let Answer::Label(label) = aggregator.release(0, &votes)? {
//!     println!("query {} has class {}", label.query(), label.class());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Map
//! - [`noise`]: the key, the source, its substreams; Gaussian samples in floating point, Gaussian
//!   and Laplace ones as exact real numbers, and exact integers of three kinds.
//! - [`noisy_max`]: PATE's aggregators, from votes to labels.
//! - [`private_knn`]: the same without teachers, from neighbours in a sample to labels.
//! - [`nearest_questions`]: without teachers as well, but records choose their questions.
//! - [`moments`]: mean and deviation of each channel, to normalise inputs by.
//! - [`multi_label`]: from vectors of teachers to one bit a label.
//! - [`sampling`]: how the units of a batch are drawn, and what that does to the cost.
//! - [`noisy_sgd`]: clip, sum, noise, average; clipping norms that adapt.
//! - [`selection`]: the best of a random number of private trials.
//! - [`correlated`]: noise that the steps share, for training without sampling.
//!
//! # What is not promised
//! - **Exact arithmetic of noisy SGD, unless you ask for it.** Whatever PATE releases (a noisy max,
//!   a check, a label's bit) is decided exactly: counts and thresholds are integers, noise is sampled
//!   without floating point, and the decision is that of the real numbers. The noise of noisy SGD is
//!   by default drawn and added in floating point, where the set of reachable outputs depends on the
//!   value that is hidden; Mironov ("On significance of the least significant bits for differential
//!   privacy", CCS 2012) turned this into an attack on Laplace noise. Noisy SGD publishes the rounded
//!   numbers themselves, and its sums of gradients round as well. A plan with [`Arithmetic::Exact`]
//!   has neither gap: integer sums of gradients on a [`Grid`] and exactly sampled
//!   [`RoundedGaussian`] noise. What is then left to trust is the gradient engine's promise (see
//!   [`IntegerSum`]).
//! - **Time.** How long a draw takes depends on private data (a larger batch takes longer), and
//!   that of exact noise on the noise itself.
//! - **Unbounded adversaries.** Noise is the output of ChaCha20 under a key from the operating
//!   system, so every guarantee is computational (Mironov, Pandey, Reingold and Vadhan,
//!   "Computational differential privacy", CRYPTO 2009).

pub mod correlated;
mod error;
pub mod moments;
pub mod multi_label;
pub mod nearest_questions;
pub mod noise;
pub mod noisy_max;
pub mod noisy_sgd;
pub mod private_knn;
pub mod sampling;
pub mod selection;
mod sensitive;

pub use correlated::{CorrelatedGaussian, CorrelatedNoise, CorrelatedParameters, NoiseStrategy};
pub use error::MechanismError;
pub use moments::{Moments, NoisyMoments, NoisyMomentsParameters};
pub use multi_label::{
    LabelVotes, MultiLabel, MultiLabelParameters, MultiLabelRun, ReleasedLabels, VoteSign,
};
pub use nearest_questions::{
    NearestBallots, NearestQuestions, NearestQuestionsParameters, NearestQuestionsRun,
};
pub use noise::{
    DiscreteGaussian, DiscreteLaplace, ExactGaussian, ExactLaplace, Gaussian, LazyReal, NoiseKey,
    NoiseOrigin, NoiseSource, NoiseStream, RoundedGaussian, noisy_ceiling,
};
pub use noisy_max::{
    Aggregator, Answer, ChangedVotes, ConfidentGnMax, ConfidentScales, GnMax, InteractiveGnMax,
    InteractiveParameters, LnMax, NoisyMax, Prediction, ReinforcedLabel, ReleasedLabel,
    VoteHistogram, VoteQueries,
};
pub use noisy_sgd::{
    AdaptiveClipping, Arithmetic, ClippedSum, Clipping, ClippingPlan, Grid, IntegerSum,
    NoisySgdMechanism, NoisySgdParameters, NoisySgdRun, RunState, clip_factor,
};
pub use private_knn::{KnnCheck, PrivateKnn, PrivateKnnParameters, PrivateKnnRun};
pub use privet_accountant::{DpEvent, NeighboringRelation, VoteNoise};
pub use sampling::{DrawnBatch, Sampling};
pub use selection::{
    PrivateSelection, PrivateSelectionParameters, PrivateSelectionRun, Trial, Winner,
};
pub use sensitive::Sensitive;
