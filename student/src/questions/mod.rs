//! Which public inputs to ask the teachers about.
//!
//! Everything that decides is public: the pool, what was asked before, and a student, which is
//! post-processing of released labels. So asking well costs no privacy.

mod diverse;
mod random;
mod typical;
mod uncertain;

use ndarray::Array2;
use privet_training::data::PublicInputs;
use privet_training::gradient::GradientEngine;
use privet_training::seed::seeded_generator;
use serde::{Deserialize, Serialize};

use crate::{Student, StudentError};
pub use uncertain::Uncertainty;

/// `choose = { kind = "uncertain", measure = "margin" }`: how a round's questions are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum QuestionStrategy {
    /// Uniformly among those not asked yet.
    Random {},
    /// Far from each other and from all asked before, in the space of the student's features (of the
    /// inputs, before there is a student): greedy k-centre.
    Diverse {},
    /// One for each cluster of the pool, the most typical of it, in the space of the student's features
    /// (of the inputs, before there is a student): for few questions. See TypiClust (Hacohen et al. 2022).
    Typical {},
    /// Those of which the student is least sure, and far from each other: a k-centre selection
    /// among the `candidates` times as many least sure ones. As `diverse` before there is a student.
    Uncertain {
        /// What sure means.
        #[serde(default)]
        measure: Uncertainty,
        /// Candidates for each question, at least 1; 1 takes the least sure ones as they come.
        #[serde(default = "default_candidates")]
        candidates: usize,
    },
}

fn default_candidates() -> usize {
    5
}

/// A student that says what it does not know, and the engine that runs it.
#[derive(Clone, Copy)]
pub struct Learner<'a> {
    /// The student.
    pub student: &'a Student,
    /// An engine with all layers of the student.
    pub engine: &'a dyn GradientEngine,
}

/// Rounds of questions about one public pool; no position is asked twice.
#[derive(Clone, Debug)]
pub struct Questions<'a> {
    pool: &'a PublicInputs,
    /// In the order of asking.
    asked: Vec<usize>,
    seed: u64,
    rounds: u64,
}

impl<'a> Questions<'a> {
    /// Nothing is asked yet.
    pub fn new(pool: &'a PublicInputs, seed: u64) -> Self {
        Self {
            pool,
            asked: Vec::new(),
            seed,
            rounds: 0,
        }
    }

    /// Positions asked so far, in the order of asking.
    pub fn asked(&self) -> &[usize] {
        &self.asked
    }

    /// Positions of the pool for the next round, in the order in which to ask: `count` many, or all
    /// that are left. Equal seeds, earlier rounds and students give equal questions.
    ///
    /// # Errors
    /// A student that does not fit the pool; nothing is asked then.
    pub fn next_round(
        &mut self,
        strategy: QuestionStrategy,
        count: usize,
        learner: Option<Learner<'_>>,
    ) -> Result<Vec<usize>, StudentError> {
        let mut open = vec![true; self.pool.len()];
        for &position in &self.asked {
            open[position] = false;
        }
        let open: Vec<usize> = (0..self.pool.len()).filter(|&at| open[at]).collect();
        let mut generator = seeded_generator(self.seed, "questions", self.rounds);
        let chosen = match (strategy, learner) {
            (QuestionStrategy::Random {}, _) => random::choose(&open, count, &mut generator),
            (
                QuestionStrategy::Uncertain {
                    measure,
                    candidates,
                },
                Some(Learner { student, engine }),
            ) => {
                let rows = self.pool.select(&open);
                let answers = student.probabilities(engine, &rows)?;
                let wanted = count.saturating_mul(candidates.max(1));
                let least_sure = uncertain::least_sure(&answers, measure, wanted);
                let nearest: Vec<usize> = least_sure.iter().map(|&at| open[at]).collect();
                let features = student.features(engine, &self.pool.select(&nearest))?;
                // The least sure one is the first centre.
                let places = diverse::centres(&features, &[], 0, count);
                places.into_iter().map(|at| nearest[at]).collect()
            }
            (QuestionStrategy::Typical {}, learner) => {
                let features = self.features(learner)?;
                typical::choose(&features, &self.asked, count, &mut generator)
            }
            (_, learner) => {
                let features = self.features(learner)?;
                let first = random::choose(&open, 1, &mut generator);
                match first.first() {
                    Some(&first) => diverse::centres(&features, &self.asked, first, count),
                    None => Vec::new(),
                }
            }
        };
        self.rounds += 1;
        self.asked.extend(&chosen);
        Ok(chosen)
    }

    /// Counts a round that was asked in an earlier attempt: these positions, in this order.
    pub fn repeat(&mut self, positions: &[usize]) {
        self.rounds += 1;
        self.asked.extend(positions);
    }

    fn features(&self, learner: Option<Learner<'_>>) -> Result<Array2<f32>, StudentError> {
        match learner {
            Some(Learner { student, engine }) => student.features(engine, self.pool),
            None => Ok(self.pool.inputs().to_owned()),
        }
    }
}
