//! From votes to released labels.

use anyhow::{Context as _, Result, bail};
use privet_mechanisms::{
    Aggregator, Answer, NearestQuestions, NearestQuestionsRun, NoiseOrigin, NoiseSource,
    PrivateKnnRun, ReleasedLabel, Sensitive,
};
use privet_student::questions::Questions;
use privet_student::{PseudoLabel, Student};
use privet_teachers::{Neighbours, Votes, nearest_questions};
use privet_training::data::{Examples, PublicInputs};
use serde_json::json;

use super::PatePlan;
use super::data_dependent::{Findings, OF_ALL_TOGETHER, OF_SAMPLES, unavailable};
use super::distillation::Crossed;
use super::release::Release;
use super::rounds::{Round, Rounds};
use crate::config::pate::Answering;
use crate::digest;
use crate::ledger::RunLedger;
use crate::run::context::Context;
use crate::run::student;
use crate::run_dir::Reserved;

/// What is reserved for them.
pub(super) const PURPOSE: &str = "labels of public examples";

/// What left the private side.
#[derive(Default)]
pub(super) struct Labeled {
    /// The position in the pool of each query.
    pub(super) asked: Vec<usize>,
    /// The same of all questions of the plan, also of those that came after the last answer.
    planned: Vec<usize>,
    /// The labels that came back.
    pub(super) labels: Vec<ReleasedLabel>,
    /// What the student of the time said of examples where the teachers did not contradict it.
    pub(super) reinforced: Vec<PseudoLabel>,
    /// What the votes say about the cost.
    pub(super) findings: Findings,
    /// Where the noise came from.
    pub(super) noise: Option<NoiseOrigin>,
}

impl Labeled {
    /// What a student learns from, in one way or another.
    pub(super) fn crossed(&self) -> Crossed<'_> {
        Crossed {
            asked: &self.asked,
            labels: &self.labels,
            reinforced: &self.reinforced,
        }
    }
}

/// The running mechanism with what it looks at.
enum Oracle<'a> {
    Votes {
        aggregator: Box<Aggregator>,
        votes: &'a Votes,
        /// The row of the votes on each example of the pool, where there is one.
        rows: Vec<Option<usize>>,
        interactive: bool,
    },
    Neighbours {
        run: Box<PrivateKnnRun>,
        neighbours: Neighbours<'a>,
        pool: &'a PublicInputs,
    },
    NearestQuestions {
        plan: &'a NearestQuestions,
        noise: &'a NoiseSource,
        examples: &'a Sensitive<Examples>,
        pool: &'a PublicInputs,
        /// From when the questions are known.
        run: Option<Box<NearestQuestionsRun>>,
    },
}

impl Oracle<'_> {
    /// Hears all questions of a round before the first of them is asked.
    fn hear(&mut self, round: &Round) -> Result<()> {
        if let Self::NearestQuestions {
            plan,
            noise,
            examples,
            pool,
            run,
        } = self
        {
            let questions = pool.select(&round.positions);
            let each = plan.parameters().ballots;
            let ballots = nearest_questions(examples, questions.inputs(), each);
            *run = Some(Box::new(plan.start(noise, &ballots)?));
        }
        Ok(())
    }

    /// Asks about the question at `index` of a round; it is query number `query` of the run.
    fn ask(&mut self, query: u64, round: &Round, index: usize) -> Result<Answer> {
        let position = round.positions[index];
        Ok(match self {
            Self::Votes {
                aggregator,
                votes,
                rows,
                interactive,
            } => {
                let row = rows[position].context("a question that nobody voted on")?;
                let histogram = votes.histogram(row)?;
                match interactive {
                    false => aggregator.release(query, &histogram)?,
                    true => {
                        let prediction = round.prediction(index, votes.classes())?;
                        aggregator.release_with_prediction(query, &histogram, &prediction)?
                    }
                }
            }
            Self::Neighbours {
                run,
                neighbours,
                pool,
            } => {
                let inputs = pool.inputs();
                run.release(query, |sample| {
                    neighbours.votes(inputs.row(position), sample)
                })?
            }
            Self::NearestQuestions { run, .. } => {
                let run = run.as_mut().context("nobody has voted")?;
                run.release(query)?
            }
        })
    }
}

impl PatePlan<'_> {
    /// Reserves the plan's cost, then asks in rounds. `votes` are those of teachers on the
    /// `candidates`; there are none where the records themselves vote.
    pub(super) fn label(
        &self,
        context: &mut Context,
        ledger: &mut RunLedger,
        candidates: &[usize],
        votes: Option<&Votes>,
    ) -> Result<Labeled> {
        let inputs = self.inputs(context, candidates, votes)?;
        let reserved = self.config.privacy.replay().reserve(
            &context.dir,
            ledger,
            PURPOSE,
            &self.mechanism.event,
            &inputs,
            |ledger, event| self.accounting.afford(ledger, event),
        )?;
        let pool = context.dataset.pool.inputs().clone();
        // Where teachers have voted, no record is needed any more.
        let records = votes
            .is_none()
            .then(|| context.dataset.private.examples().clone());
        let mut oracle = self.oracle(candidates, (votes, records.as_ref()), &pool, &reserved)?;
        let labeled = self.ask(context, &mut oracle, &pool, &reserved)?;
        context.metrics.record(&json!({
            "phase": "aggregation",
            "queries": labeled.asked.len(),
            "labels_released": labeled.labels.len(),
            "labels_reinforced": labeled.reinforced.len(),
        }))?;
        let findings = match &oracle {
            Oracle::Votes { votes, rows, .. } => {
                // Where the answers ended depends on the votes: a bound on the cost of what was reached
                // would be none on that of the mechanism.
                let voted: Vec<usize> = labeled
                    .planned
                    .iter()
                    .filter_map(|&position| rows[position])
                    .collect();
                self.data_dependent(context, votes, &voted, &reserved.noise)?
            }
            Oracle::Neighbours { .. } => unavailable(context, OF_SAMPLES)?,
            Oracle::NearestQuestions { .. } => unavailable(context, OF_ALL_TOGETHER)?,
        };
        Ok(Labeled {
            findings,
            noise: Some(reserved.noise.origin()),
            ..labeled
        })
    }

    /// A digest of the private values that decide what is released, and of the public pool.
    fn inputs(
        &self,
        context: &Context,
        candidates: &[usize],
        votes: Option<&Votes>,
    ) -> Result<Sensitive<[u8; 32]>> {
        let pool = context.dataset.pool.inputs();
        Ok(match votes {
            Some(votes) => digest::of_counts(votes.counts(), pool.select(candidates).inputs()),
            None => {
                let asked = digest::of_inputs(pool.inputs());
                digest::of_examples(context.dataset.private.examples(), &[asked.as_bytes()])
            }
        })
    }

    fn oracle<'s, 'a>(
        &'s self,
        candidates: &[usize],
        voters: (Option<&'a Votes>, Option<&'a Sensitive<Examples>>),
        pool: &'a PublicInputs,
        reserved: &'a Reserved,
    ) -> Result<Oracle<'a>>
    where
        's: 'a,
    {
        Ok(match (&self.mechanism.release, voters) {
            (Release::NoisyMax(plan), (Some(votes), _)) => {
                let mut rows = vec![None; pool.len()];
                for (row, &position) in candidates.iter().enumerate() {
                    rows[position] = Some(row);
                }
                let answering = self.config.aggregation.answering;
                Oracle::Votes {
                    aggregator: Box::new(plan.start(&reserved.noise)?),
                    votes,
                    rows,
                    interactive: matches!(answering, Answering::Interactive { .. }),
                }
            }
            (Release::PrivateKnn(plan), (_, Some(examples))) => {
                let count = plan.parameters().neighbours as usize;
                let records = examples.as_ref().map(|examples| examples.len());
                Oracle::Neighbours {
                    run: Box::new(plan.start(&reserved.noise, records)?),
                    neighbours: Neighbours::new(examples, count),
                    pool,
                }
            }
            (Release::NearestQuestions(plan), (_, Some(examples))) => Oracle::NearestQuestions {
                plan,
                noise: &reserved.noise,
                examples,
                pool,
                run: None,
            },
            _ => bail!("there is nobody to ask"),
        })
    }

    fn ask(
        &self,
        context: &mut Context,
        oracle: &mut Oracle<'_>,
        pool: &PublicInputs,
        reserved: &Reserved,
    ) -> Result<Labeled> {
        let (queries, rounds) = (
            self.config.aggregation.queries,
            self.config.questions.rounds,
        );
        let questions = Questions::new(pool, context.seed());
        let mut plan = Rounds::open(context, reserved, questions)?;
        let mut labeled = Labeled::default();
        let mut student: Option<Student> = None;
        let mut seconds = 0.0;
        let mut exhausted = false;
        for round in 0..rounds {
            if exhausted {
                break;
            }
            if round > 0 && !labeled.labels.is_empty() {
                let set = labeled.crossed().set(pool)?;
                student = student::interim(context, self.config.student()?, &self.student, &set)?;
            }
            let until =
                |round: u64| (u128::from(queries) * u128::from(round) / u128::from(rounds)) as u64;
            let count = (until(round + 1) - until(round)) as usize;
            let asked = plan.next(self, context, (round as usize, count), student.as_ref())?;
            let phase = context
                .progress
                .phase("aggregation", asked.positions.len() as u64);
            labeled.planned.extend(&asked.positions);
            oracle.hear(&asked)?;
            let mut sure = Vec::new();
            for index in 0..asked.positions.len() {
                let query = labeled.asked.len() as u64;
                labeled.asked.push(asked.positions[index]);
                match oracle.ask(query, &asked, index)? {
                    Answer::Label(label) => labeled.labels.push(label),
                    Answer::Reinforced(_) => sure.push(asked.positions[index]),
                    Answer::Abstained => {}
                    Answer::Exhausted => {
                        exhausted = true;
                        break;
                    }
                }
                let released = labeled.labels.len();
                phase.message(
                    format!("{released} labels"),
                    json!({"labels_released": released}),
                );
                phase.update(index as u64 + 1);
            }
            seconds += phase.finish();
            if let Some(student) = &student {
                let own = student.pseudo_labels(&context.engine, pool, &sure)?;
                labeled.reinforced.extend(own);
            }
        }
        context.seconds.aggregation = Some(seconds);
        Ok(labeled)
    }
}
