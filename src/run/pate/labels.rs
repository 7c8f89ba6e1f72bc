//! From votes to released labels.

use anyhow::{Context as _, Result};
use privet_mechanisms::{Answer, NoiseOrigin, ReleasedLabel};
use privet_teachers::Votes;
use serde_json::json;

use super::PatePlan;
use super::data_dependent::Findings;
use crate::digest;
use crate::ledger::RunLedger;
use crate::run::context::Context;

/// What left the private side.
pub(super) struct Labeled {
    /// The position in the pool of each query.
    pub(super) asked: Vec<usize>,
    /// The labels that came back.
    pub(super) labels: Vec<ReleasedLabel>,
    /// What the votes say about the cost.
    pub(super) findings: Findings,
    /// Where the noise came from.
    pub(super) noise: NoiseOrigin,
}

impl PatePlan<'_> {
    /// Reserves the plan's cost, then asks about the candidates.
    pub(super) fn label(
        &self,
        context: &mut Context,
        ledger: &mut RunLedger,
        candidates: &[usize],
        votes: &Votes,
    ) -> Result<Labeled> {
        let questions = context.dataset.pool.inputs().select(candidates);
        let inputs = digest::of_counts(votes.counts(), questions.inputs());
        let event = self.mechanism.event.clone();
        let noise = self
            .config
            .privacy
            .replay()
            .reserve(
                &context.dir,
                ledger,
                "labels of public examples",
                &event,
                &inputs,
                |ledger, event| self.accounting.afford(ledger, event),
            )?
            .noise;
        let asked = self.questions(context);
        let queries = self.config.aggregation.queries;
        let phase = context.progress.phase("aggregation", queries);
        let mut aggregator = self.mechanism.plan.start(&noise)?;
        let row_of = rows(candidates, context.dataset.pool.len());
        let mut labels = Vec::new();
        for (query, &position) in asked.iter().enumerate() {
            let row = row_of[position].context("a question that nobody voted on")?;
            match aggregator.release(query as u64, &votes.histogram(row)?)? {
                Answer::Label(label) => labels.push(label),
                Answer::Abstained => {}
                Answer::Exhausted => break,
            }
            phase.message(format!("{} labels", labels.len()));
            phase.update(query as u64 + 1);
        }
        context.seconds.aggregation = Some(phase.finish());
        context.metrics.record(&json!({
            "phase": "aggregation",
            "queries": queries,
            "labels_released": labels.len(),
        }))?;
        let voted: Vec<usize> = asked
            .iter()
            .filter_map(|&position| row_of[position])
            .collect();
        Ok(Labeled {
            findings: self.data_dependent(context, votes, &voted, &noise)?,
            asked,
            labels,
            noise: noise.origin(),
        })
    }
}

/// The row of the votes on each example of the pool, where there is one.
fn rows(candidates: &[usize], pool: usize) -> Vec<Option<usize>> {
    let mut rows = vec![None; pool];
    for (row, &position) in candidates.iter().enumerate() {
        rows[position] = Some(row);
    }
    rows
}
