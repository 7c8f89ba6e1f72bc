//! From votes to labels: the only door out of the private side.

use privet_mechanisms::{Aggregator, Answer, ReleasedLabel};

use crate::{TeachersError, Votes};

/// Asks the mechanism about every query in order until the plan is exhausted.
///
/// The caller has charged the plan's event before: an [`Aggregator`] exists only as the other half
/// of a plan. `after_query` is told how many queries are done and how many labels are out.
///
/// # Errors
/// Votes on more queries than the plan has, before anything is drawn; a mechanism that refuses a
/// query, for example one that was released before.
pub fn release_labels(
    votes: &Votes,
    aggregator: &mut Aggregator,
    mut after_query: impl FnMut(u64, usize),
) -> Result<Vec<ReleasedLabel>, TeachersError> {
    if votes.queries() as u64 > aggregator.planned_queries() {
        return Err(TeachersError::Queries {
            votes: votes.queries(),
            queries: aggregator.planned_queries(),
        });
    }
    let mut labels = Vec::new();
    for query in 0..votes.queries() {
        let histogram = votes.histogram(query)?;
        match aggregator.release(query as u64, &histogram)? {
            Answer::Label(label) => labels.push(label),
            Answer::Reinforced(_) | Answer::Abstained => {}
            Answer::Exhausted => break,
        }
        after_query(query as u64 + 1, labels.len());
    }
    Ok(labels)
}
