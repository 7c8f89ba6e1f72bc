//! PATE's private side: from confidential records to released labels.
//!
//! [`Partition`] gives each record, or each user, to one teacher, and [`PartitionProof`] shows that
//! it does; [`Ensemble`] trains the teachers, each a [`Learner`], on their shards and collects their
//! ballots as [`Votes`], in a [`BallotLog`] where the run may be interrupted;
//! [`labelling::release_labels`] passes the votes through a noisy-max mechanism. Without teachers,
//! [`Neighbours`] lets the records nearest to a query vote, and [`nearest_questions`] lets records vote on the
//! questions nearest to them. Everything before the release is
//! [`Sensitive`](privet_mechanisms::Sensitive).
//!
//! One record touches one ballot: a teacher's vote is bit-identical whatever the other shards hold
//! (Papernot et al. 2017, section 2), and the partition states how many ballots a neighbouring data
//! set can change, which is the number that the mechanism is charged for.

mod ballots;
mod distance;
mod ensemble;
mod error;
pub mod labelling;
mod learner;
mod nearest_questions;
mod neighbours;
mod partition;
mod votes;

pub use ballots::{BallotLog, BallotLogError, BallotLogHeader, FIXED_VOTE, TeacherOutcome};
pub use ensemble::{Ensemble, VotesAndOutcomes};
pub use error::TeachersError;
pub use learner::{Learner, LinearDiscriminant, RidgeRegression};
pub use nearest_questions::nearest_questions;
pub use neighbours::Neighbours;
pub use partition::{Partition, PartitionProof, PartitionRule, ProofVerdict};
pub use votes::Votes;
