//! Attacks on the mechanisms: what they leak at least, with a stated confidence.
//!
//! An accountant bounds epsilon from above, by proof. An audit bounds it from below, by attack: it
//! plays the game that differential privacy speaks of and counts how often it wins. A lower bound
//! above the claimed epsilon means that the program is wrong, and not that the attacker was lucky,
//! except with the stated probability of failure. A lower bound below the claim proves nothing: the
//! attack may be weak. So every audit here says what it would have seen.
//!
//! ```
//! use privet_accountant::NeighboringRelation;
//! use privet_audit::noisy_max::{AuditPlan, NoisyMaxReleases, VotePair, audit};
//! use privet_audit::{Claim, Confidence};
//! use privet_mechanisms::{ChangedVotes, GnMax, NoiseKey, NoiseSource, NoisyMax, VoteQueries};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let queries = VoteQueries { classes: 2, queries: 1, changed_votes: ChangedVotes::ONE };
//! let plan = GnMax::new(2.0, queries)?;
//! let claim = Claim::of(&plan.event(), NeighboringRelation::AddOrRemoveOne, 1e-5)?;
//!
//! let noise = NoiseSource::from_key(&NoiseKey::generate()?);
//! let releases = NoisyMaxReleases::new(&plan, VotePair::tie(queries, 100)?, noise);
//! let wanted = AuditPlan { releases: 2_000, confidence: Confidence::new(0.999)?, gaussian: true };
//! let found = audit(&releases, &claim, wanted, &|_| ())?;
//! assert!(!found.refutes_the_claim());
//! # Ok(()) }
//! ```
//!
//! # Map
//! - [`confidence`], [`rate`]: confidence, and exact (Clopper-Pearson) bounds on a probability;
//! - [`attack`]: what the error rates of an attack say about epsilon, mu and a whole curve;
//! - [`claim`]: what is claimed of a mechanism;
//! - [`noisy_max`]: PATE's aggregators, released many times on worst-case votes;
//! - [`one_run`]: epsilon from the guesses about many canaries in one training;
//! - [`noisy_sgd`]: canaries with known gradients in the mechanism of noisy SGD;
//! - [`membership`]: who was in the training data, by their losses.

pub mod attack;
pub mod claim;
pub mod confidence;
mod error;
pub mod membership;
pub mod noisy_max;
pub mod noisy_sgd;
pub mod one_run;
mod quantile;
pub mod rate;

pub use attack::ErrorRates;
pub use claim::Claim;
pub use confidence::Confidence;
pub use error::AuditError;
pub use rate::Rate;
