//! The running mechanism: votes in, answers out.

use super::plan::{Check, Plan, Score};
use super::{Answer, Prediction, ReinforcedLabel, ReleasedLabel, VoteHistogram};
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
    ///
    /// The noise belongs to the number of the query. Where questions are chosen as the run goes, a run
    /// that is resumed must ask the same at each number; another question there needs another key.
    pub fn release(
        &mut self,
        query: u64,
        votes: &Sensitive<VoteHistogram>,
    ) -> Result<Answer, MechanismError> {
        self.answer(query, votes, None)
    }

    /// The same for [`InteractiveGnMax`](super::InteractiveGnMax), which compares the votes with
    /// the student's prediction.
    ///
    /// A run that is resumed replays its answers only for the same predictions, which a student can
    /// give again: what it learned from is released. Another prediction is another question, so the
    /// check of it has other noise, and then both attempts must be charged; another example at the
    /// same number needs another key.
    pub fn release_with_prediction(
        &mut self,
        query: u64,
        votes: &Sensitive<VoteHistogram>,
        prediction: &Prediction,
    ) -> Result<Answer, MechanismError> {
        self.answer(query, votes, Some(prediction))
    }

    fn answer(
        &mut self,
        query: u64,
        votes: &Sensitive<VoteHistogram>,
        prediction: Option<&Prediction>,
    ) -> Result<Answer, MechanismError> {
        let votes = votes.expose_sensitive();
        self.check(query, votes, prediction)?;
        self.next_query += 1;
        if self.answered == self.plan.max_answers {
            return Ok(Answer::Exhausted);
        }
        if let Some(check) = self.plan.check
            && !self.passes(&check, query, votes, prediction)
        {
            let reinforced = self.confident_class(&check, prediction);
            return Ok(reinforced.map_or(Answer::Abstained, |class| {
                Answer::Reinforced(ReinforcedLabel::new(query, class))
            }));
        }
        self.answered += 1;
        let mut stream = self.noise.stream("votes", query);
        let class = self.plan.vote_noise.argmax(votes.counts(), &mut stream);
        Ok(Answer::Label(ReleasedLabel::new(query, class)))
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
    fn check(
        &self,
        query: u64,
        votes: &VoteHistogram,
        prediction: Option<&Prediction>,
    ) -> Result<(), MechanismError> {
        let planned = self.plan.queries;
        next_query(query, self.next_query, planned.queries)?;
        same_classes("a histogram", votes.classes(), planned.classes)?;
        let interactive = self.plan.is_interactive();
        match prediction {
            Some(prediction) if interactive => {
                same_classes("a prediction", prediction.classes(), planned.classes)
            }
            None if !interactive => Ok(()),
            _ => Err(MechanismError::Prediction { interactive }),
        }
    }

    fn passes(
        &self,
        check: &Check,
        query: u64,
        votes: &VoteHistogram,
        prediction: Option<&Prediction>,
    ) -> bool {
        let (part, score) = match (check.score, prediction) {
            (Score::Disagreement { teachers, .. }, Some(prediction)) => (
                format!("threshold for {}", prediction.digest()),
                prediction.disagreement(votes.counts(), teachers),
            ),
            _ => ("threshold".to_owned(), votes.max_count().into()),
        };
        let mut stream = self.noise.stream(&part, query);
        check.noise.reaches(score, check.threshold, &mut stream)
    }

    /// The student's class, if it may be reinforced: a function of public values.
    fn confident_class(&self, check: &Check, prediction: Option<&Prediction>) -> Option<usize> {
        match check.score {
            Score::Disagreement { confidence, .. } => prediction?.confident_class(confidence),
            Score::LargestCount => None,
        }
    }
}

/// Refuses a query that is not the next one, or that the plan does not pay for.
pub(crate) fn next_query(query: u64, expected: u64, queries: u64) -> Result<(), MechanismError> {
    if query != expected {
        return Err(MechanismError::QueryOrder { query, expected });
    }
    if query >= queries {
        return Err(MechanismError::QueryBeyondPlan { query, queries });
    }
    Ok(())
}

/// Refuses `what` of another number of classes than planned.
pub(crate) fn same_classes(what: &str, found: usize, classes: usize) -> Result<(), MechanismError> {
    if found == classes {
        return Ok(());
    }
    let found = format!("{what} of {found} classes");
    Err(MechanismError::Classes { found, classes })
}
