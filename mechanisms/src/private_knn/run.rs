//! The running mechanism: samples out, votes in, answers out.

use super::PrivateKnn;
use crate::noise::PlanNoise;
use crate::noisy_max::{next_query, same_classes};
use crate::sampling::poisson;
use crate::{Answer, MechanismError, ReleasedLabel, Sensitive, VoteHistogram};

/// A started private kNN.
///
/// Queries are released once each and in order from 0. Samples and noise of query `i` are functions
/// of the key, the plan and `i`, so a run started again from the same key on the same records gives
/// the same answers.
#[derive(Debug)]
pub struct PrivateKnnRun {
    plan: PrivateKnn,
    noise: PlanNoise,
    records: Sensitive<usize>,
    next_query: u64,
    answered: u64,
}

impl PrivateKnnRun {
    pub(super) fn new(plan: PrivateKnn, noise: PlanNoise, records: Sensitive<usize>) -> Self {
        Self {
            plan,
            noise,
            records,
            next_query: 0,
            answered: 0,
        }
    }

    /// Answers query number `query`.
    ///
    /// `vote` is given the positions of a sample's records, ascending, and returns how the
    /// neighbours of this query among them vote: the nearest k, or all of a sample that has fewer.
    /// It is called once, or twice with different samples: for the check, and if that is passed for
    /// the answer. The module says what it must not depend on.
    ///
    /// # Errors
    /// A query out of order or beyond the plan, before anything is drawn; a histogram with other
    /// classes, or with another number of ballots than k or the sample give; what `vote` says. Nothing was released
    /// then, and the same query may be offered again; but that it happened may depend on private
    /// data: report it to the operator, publish nothing.
    pub fn release(
        &mut self,
        query: u64,
        mut vote: impl FnMut(&Sensitive<Vec<usize>>) -> Result<Sensitive<VoteHistogram>, MechanismError>,
    ) -> Result<Answer, MechanismError> {
        next_query(query, self.next_query, self.plan.parameters.queries)?;
        let answer = self.answer(query, &mut vote)?;
        self.next_query += 1;
        self.answered += u64::from(answer.label().is_some());
        Ok(answer)
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
        self.answered == self.plan.parameters.max_answers
    }

    fn answer(
        &self,
        query: u64,
        vote: &mut impl FnMut(
            &Sensitive<Vec<usize>>,
        ) -> Result<Sensitive<VoteHistogram>, MechanismError>,
    ) -> Result<Answer, MechanismError> {
        if self.is_exhausted() {
            return Ok(Answer::Exhausted);
        }
        if let Some((threshold, noise)) = self.plan.check {
            let votes = self.votes("sample of the check", query, vote)?;
            let score = votes.expose_sensitive().max_count().into();
            let mut stream = self.noise.stream("threshold", query);
            if !noise.reaches(score, threshold, &mut stream) {
                return Ok(Answer::Abstained);
            }
        }
        let votes = self.votes("sample of the answer", query, vote)?;
        let mut stream = self.noise.stream("votes", query);
        let counts = votes.expose_sensitive().counts();
        let class = self.plan.vote_noise.argmax(counts, &mut stream);
        Ok(Answer::Label(ReleasedLabel::new(query, class)))
    }

    /// The votes on a fresh sample.
    fn votes(
        &self,
        part: &str,
        query: u64,
        vote: &mut impl FnMut(
            &Sensitive<Vec<usize>>,
        ) -> Result<Sensitive<VoteHistogram>, MechanismError>,
    ) -> Result<Sensitive<VoteHistogram>, MechanismError> {
        let parameters = &self.plan.parameters;
        let mut coins = self.noise.stream(part, query);
        let sample = self
            .records
            .as_ref()
            .map(|&records| poisson::choose(parameters.sampling_probability, records, &mut coins));
        let votes = vote(&sample)?;
        let histogram = votes.expose_sensitive();
        same_classes("a histogram", histogram.classes(), parameters.classes)?;
        let ballots = histogram.counts().iter().map(|&count| u64::from(count));
        let voters = sample.expose_sensitive().len() as u64;
        if ballots.sum::<u64>() != voters.min(parameters.neighbours.into()) {
            return Err(MechanismError::BallotsOfNeighbours);
        }
        Ok(votes)
    }
}
