//! PATE's private side: from confidential records to released labels.
//!
//! [`Partition`] gives each record to one teacher; [`Ensemble`] trains the teachers on their shards
//! and collects their ballots as [`Votes`]; [`labelling::release_labels`] passes the votes through
//! a noisy-max mechanism. Everything before that last step is
//! [`Sensitive`](privet_mechanisms::Sensitive).
//!
//! One record touches one ballot: a teacher's vote is bit-identical whatever the other shards hold
//! (Papernot et al. 2017, section 2), and the partition states how many ballots a neighbouring data
//! set can change, which is the number that the mechanism is charged for.

mod ensemble;
mod error;
pub mod labelling;
mod partition;
mod votes;

pub use ensemble::{Ensemble, FIXED_VOTE, TeacherOutcome};
pub use error::TeachersError;
pub use partition::{Partition, PartitionRule};
pub use votes::Votes;
