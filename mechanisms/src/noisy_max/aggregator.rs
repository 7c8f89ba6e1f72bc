//! The running mechanism: votes in, answers out.

use super::argmax::argmax;
use super::plan::Plan;
use super::{Answer, ReleasedLabel, VoteHistogram};
use crate::noise::PlanNoise;
use crate::{MechanismError, Sensitive};

/// A started noisy-max plan.
///
/// Queries are released once each and in order from 0. The noise of query `i` is a function of the
/// key, the plan and `i`, so an aggregator started again from the same key and fed the same votes
/// gives the same answers: a resumed run replays from query 0 and publishes nothing new until it
/// is past the point where it stopped. The order is what keeps `max_answers` a bound over both
/// attempts: a resumed run cannot spend it on other queries.
#[derive(Debug)]
pub struct Aggregator {
    plan: Plan,
    noise: PlanNoise,
    next_query: u64,
    answered: u64,
}

impl Aggregator {
    pub(super) fn new(plan: Plan, noise: PlanNoise) -> Self {
        Self {
            plan,
            noise,
            next_query: 0,
            answered: 0,
        }
    }

    /// Answers query number `query` from the votes on it.
    ///
    /// An error means that nothing was drawn or released, and that the same query may be offered
    /// again.
    pub fn release(
        &mut self,
        query: u64,
        votes: &Sensitive<VoteHistogram>,
    ) -> Result<Answer, MechanismError> {
        let votes = votes.expose_sensitive();
        self.check(query, votes)?;
        self.next_query += 1;
        if self.answered == self.plan.max_answers {
            return Ok(Answer::Exhausted);
        }
        if !self.passes_threshold(query, votes) {
            return Ok(Answer::Abstained);
        }
        self.answered += 1;
        Ok(Answer::Label(ReleasedLabel::new(
            query,
            self.noisy_max(query, votes),
        )))
    }

    /// How many queries the plan has.
    pub fn planned_queries(&self) -> u64 {
        self.plan.queries.queries
    }

    /// The only query that may be released next.
    pub fn next_query(&self) -> u64 {
        self.next_query
    }

    /// How many labels were released.
    pub fn answered(&self) -> u64 {
        self.answered
    }

    /// Whether every planned label was released.
    pub fn is_exhausted(&self) -> bool {
        self.answered == self.plan.max_answers
    }

    /// All of these conditions are public.
    fn check(&self, query: u64, votes: &VoteHistogram) -> Result<(), MechanismError> {
        let planned = self.plan.queries;
        if query != self.next_query {
            return Err(MechanismError::QueryOrder {
                query,
                expected: self.next_query,
            });
        }
        if query >= planned.queries {
            return Err(MechanismError::QueryBeyondPlan {
                query,
                queries: planned.queries,
            });
        }
        if votes.classes() != planned.classes {
            let found = format!("a histogram of {} classes", votes.classes());
            return Err(MechanismError::Classes {
                found,
                classes: planned.classes,
            });
        }
        Ok(())
    }

    fn passes_threshold(&self, query: u64, votes: &VoteHistogram) -> bool {
        self.plan.threshold.is_none_or(|threshold| {
            let mut stream = self.noise.stream("threshold", query);
            f64::from(votes.max_count()) + threshold.noise.sample(&mut stream) >= threshold.votes
        })
    }

    fn noisy_max(&self, query: u64, votes: &VoteHistogram) -> usize {
        let mut stream = self.noise.stream("votes", query);
        let mut noisy = |&count| f64::from(count) + self.plan.vote_noise.sample(&mut stream);
        let noisy: Vec<f64> = votes.counts().iter().map(&mut noisy).collect();
        argmax(&noisy, &mut stream)
    }
}
