//! What these very vectors say about the cost, beside what holds for any.

use anyhow::Result;
use privet_accountant::Conversion;
use privet_accountant::pate::LabelSums;
use privet_accountant::pate::analysis::{Settings, analyze_labels};
use privet_mechanisms::{MultiLabel, Sensitive};
use serde_json::json;

use super::MultiLabelPlan;
use crate::run::context::Context;
use crate::run::pate::data_dependent::{Findings, at_order, keep};

impl MultiLabelPlan<'_> {
    /// Analyses the sums of all questions. What it finds goes to `private/`.
    pub(super) fn data_dependent(
        &self,
        context: &Context,
        plan: &MultiLabel,
        asked: &[usize],
    ) -> Result<Findings> {
        let mut sums = Vec::with_capacity(asked.len() * plan.parameters().labels);
        for &position in asked {
            let of_question = plan.clipped_sums(&self.votes(plan, position)?)?;
            sums.extend(of_question.into_exposed_sensitive());
        }
        let sums = LabelSums::new(sums, plan.parameters().labels)?;
        let settings = Settings::new(self.config.privacy.delta)?
            .with_conversion(Conversion::CanonneKamathSteinke2020);
        let analysis = analyze_labels(&sums, &plan.voting(), &settings);
        let found = analysis.data_dependent.reveal_for_private_diagnostics();
        keep(
            context,
            json!({
                "delta": analysis.delta,
                "proved_bound": at_order(found),
                "data_independent_by_rdp": at_order(analysis.data_independent),
            }),
        )?;
        Ok(Findings {
            sanitized: None,
            raw: Some(Sensitive::new(found.epsilon)),
        })
    }
}
