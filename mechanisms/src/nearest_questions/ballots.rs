//! Ballots of records, before they are counted.

use super::NearestQuestionsParameters;
use crate::MechanismError;

/// For each record the questions that it votes on, and the class that it votes for. Lives inside
/// [`Sensitive`](crate::Sensitive).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearestBallots {
    questions: Vec<u32>,
    classes: Vec<u32>,
}

impl NearestBallots {
    /// `classes` has the class of each record, `questions` the numbers of its questions, those of one record
    /// after those of the other. Both are checked where they are counted.
    pub fn new(questions: Vec<u32>, classes: Vec<u32>) -> Self {
        Self { questions, classes }
    }

    /// The questions, those of one record after those of the other.
    pub fn questions(&self) -> &[u32] {
        &self.questions
    }

    /// The class of each record.
    pub fn classes(&self) -> &[u32] {
        &self.classes
    }

    /// The votes on each question, a count for each class.
    ///
    /// # Errors
    /// A record whose ballots are not on as many different questions as the plan says, or a class or a
    /// question that does not exist: by such a record the sensitivity would be another.
    pub(super) fn count(
        &self,
        plan: &NearestQuestionsParameters,
    ) -> Result<Vec<Vec<u32>>, MechanismError> {
        let wrong = MechanismError::BallotsOfRecords {
            ballots: plan.ballots,
        };
        let each = plan.ballots as usize;
        if Some(self.questions.len()) != self.classes.len().checked_mul(each) {
            return Err(wrong);
        }
        let queries = usize::try_from(plan.queries).map_err(|_| wrong.clone())?;
        let mut counts = vec![vec![0_u32; plan.classes]; queries];
        // The last record that voted on a question.
        let mut voted = vec![usize::MAX; queries];
        for (record, (questions, &class)) in
            self.questions.chunks(each).zip(&self.classes).enumerate()
        {
            for &question in questions {
                let question = question as usize;
                let count = counts
                    .get_mut(question)
                    .and_then(|counts| counts.get_mut(class as usize))
                    .ok_or_else(|| wrong.clone())?;
                if std::mem::replace(&mut voted[question], record) == record {
                    return Err(wrong);
                }
                *count = count.saturating_add(1);
            }
        }
        Ok(counts)
    }
}
