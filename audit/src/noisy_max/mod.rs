//! PATE's aggregators, released many times on two neighbouring vote histograms.
//!
//! - [`VotePair`]: the worst neighbours that a plan allows;
//! - [`Releases`]: something that can be released again and again on either of them;
//! - [`NoisyMaxReleases`]: any [`NoisyMax`](privet_mechanisms::NoisyMax) plan, by its own code;
//! - [`SimulatedNoisyMax`]: a stand-in with noise of any size, for what an audit can see;
//! - [`audit()`]: from releases to lower bounds.
//!
//! The votes are made up, so that nothing here is private, and an aggregator is audited at its worst
//! whatever the teachers of a run think.

mod audit;
mod choice;
mod releases;
mod simulated;
mod tally;
mod votes;

pub use audit::{AuditPlan, FEWEST_RELEASES, Found, GaussianBound, audit};
pub use releases::{Neighbour, NoisyMaxReleases, Releases};
pub use simulated::{SimulatedCheck, SimulatedNoise, SimulatedNoisyMax};
pub use votes::VotePair;
