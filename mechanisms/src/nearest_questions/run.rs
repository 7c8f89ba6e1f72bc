//! The running mechanism: answers out.

use crate::noise::PlanNoise;
use crate::noisy_max::{VoteSampler, next_query};
use crate::{Answer, MechanismError, ReleasedLabel, Sensitive};

/// Started nearest questions: all ballots are cast.
///
/// Questions are answered once each and in order from 0. The noise of a question is a function of
/// the key, the plan and its number, so a run started again from the same key with the same ballots gives
/// the same answers.
#[derive(Debug)]
pub struct NearestQuestionsRun {
    vote_noise: VoteSampler,
    noise: PlanNoise,
    counts: Sensitive<Vec<Vec<u32>>>,
    next_query: u64,
}

impl NearestQuestionsRun {
    pub(super) fn new(
        vote_noise: VoteSampler,
        noise: PlanNoise,
        counts: Sensitive<Vec<Vec<u32>>>,
    ) -> Self {
        Self {
            vote_noise,
            noise,
            counts,
            next_query: 0,
        }
    }

    /// Answers query number `query`.
    ///
    /// # Errors
    /// A query out of order or beyond the plan, before anything is drawn.
    pub fn release(&mut self, query: u64) -> Result<Answer, MechanismError> {
        let counts = self.counts.expose_sensitive();
        next_query(query, self.next_query, counts.len() as u64)?;
        let mut stream = self.noise.stream("votes", query);
        let class = self.vote_noise.argmax(&counts[query as usize], &mut stream);
        self.next_query += 1;
        Ok(Answer::Label(ReleasedLabel::new(query, class)))
    }
}
