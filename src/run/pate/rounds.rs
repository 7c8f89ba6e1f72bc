//! Rounds of questions, kept until the run is complete.
//!
//! What is asked in a later round depends on a student of the earlier ones. A resumed run repeats its
//! noise, so it must repeat its questions and predictions too, to the last bit: they are written
//! down, under the seal of the reservation, before the round is answered.

use anyhow::{Context as _, Result, bail};
use ndarray::Array2;
use privet_mechanisms::Prediction;
use privet_student::Student;
use privet_student::questions::{Learner, Questions};
use serde::{Deserialize, Serialize};

use super::PatePlan;
use crate::run::context::Context;
use crate::run_dir::{Reserved, SealedFile};

/// One round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Round {
    /// Positions in the pool, in the order of asking.
    pub(super) positions: Vec<usize>,
    /// What the student of the earlier rounds predicts of each, a probability for each class; none in
    /// the first round.
    pub(super) predictions: Option<Vec<Vec<f32>>>,
}

impl Round {
    /// The prediction for the question at `index`: without a student every class is as likely.
    pub(super) fn prediction(&self, index: usize, classes: usize) -> Result<Prediction> {
        let uniform = || vec![1.0 / classes as f64; classes];
        let probabilities = match &self.predictions {
            Some(rows) => rows[index].iter().map(|&value| f64::from(value)).collect(),
            None => uniform(),
        };
        Ok(Prediction::new(&probabilities)?)
    }
}

/// The rounds so far, and the file that keeps them.
pub(super) struct Rounds<'a> {
    file: SealedFile,
    stored: Vec<Round>,
    questions: Questions<'a>,
}

impl<'a> Rounds<'a> {
    /// Those of an interrupted run, or none yet.
    pub(super) fn open(
        context: &Context,
        reserved: &Reserved,
        questions: Questions<'a>,
    ) -> Result<Self> {
        let file = SealedFile::of(reserved);
        let way_out = "start a new run with --out DIR, and count this one as spent: other questions with the \
                       same noise would tell of the votes";
        let stored = file.load(&context.dir, way_out, |bytes| serde_json::from_slice(bytes))?;
        // Metrics are begun when the first round has been answered.
        if reserved.repeated
            && stored.is_none()
            && context.dir.root().join("metrics.jsonl").exists()
        {
            bail!("the rounds of questions under private/ are gone: {way_out}");
        }
        Ok(Self {
            file,
            stored: stored.unwrap_or_default(),
            questions,
        })
    }

    /// Round number `index` with `count` questions: as it is stored, or else chosen now and stored.
    pub(super) fn next(
        &mut self,
        plan: &PatePlan<'_>,
        context: &Context,
        (index, count): (usize, usize),
        student: Option<&Student>,
    ) -> Result<Round> {
        let learner = student.map(|student| Learner {
            student,
            engine: &context.engine,
        });
        if let Some(round) = self.stored.get(index) {
            self.questions.repeat(&round.positions);
            return Ok(round.clone());
        }
        let strategy = plan.config.questions.choose;
        let positions = self.questions.next_round(strategy, count, learner)?;
        let asked = context.dataset.pool.inputs().select(&positions);
        let predictions = student
            .map(|student| student.probabilities(&context.engine, &asked))
            .transpose()?
            .filter(|rows| rows.iter().all(|share| share.is_finite()))
            .map(|rows: Array2<f32>| rows.rows().into_iter().map(|row| row.to_vec()).collect());
        let round = Round {
            positions,
            predictions,
        };
        self.stored.push(round.clone());
        let bytes = serde_json::to_vec(&self.stored).context("writing the rounds")?;
        self.file.save(&context.dir, &bytes)?;
        Ok(round)
    }
}
