//! Total RDP of all queries as a function of the order.

use super::queries::Queries;
use crate::pate::{Aggregator, TwoOutcomes, noisy_max, threshold_check};
use crate::rdp::Order;

/// Width of a bin of `ln q` in the coarse curve, relative to `1 + |ln q|`.
const BIN: f64 = 0.01;

/// Costs that are added up, each with a weight.
#[derive(Clone, Debug, Default)]
pub(super) struct Weighted {
    bounds: Vec<(f64, TwoOutcomes)>,
    /// The weight of what has no data-dependent bound.
    rest: f64,
}

impl Weighted {
    pub(super) fn add(&mut self, weight: f64, bound: Option<TwoOutcomes>) {
        match bound {
            Some(bound) => self.bounds.push((weight, bound)),
            None => self.rest += weight,
        }
    }

    /// The sum at `order`, where each cost is at most `independent`.
    pub(super) fn rdp(&self, order: Order, independent: f64) -> f64 {
        let cost =
            |(weight, bound): &(f64, TwoOutcomes)| weight * bound.rdp(order.get()).min(independent);
        // Nothing of infinite cost is nothing.
        let rest = if self.rest > 0.0 {
            self.rest * independent
        } else {
            0.0
        };
        let sum = self.bounds.iter().map(cost).sum::<f64>() + rest;
        sum * (1.0 + f64::EPSILON * (self.bounds.len() as f64 + 8.0))
    }
}

/// The published data-dependent cost: of each query, the check plus the probability that it is
/// answered times the answer.
#[derive(Clone, Debug)]
pub(super) struct Curve {
    aggregator: Aggregator,
    checks: Weighted,
    answers: Weighted,
}

impl Curve {
    /// The curve itself.
    pub(super) fn exact(queries: &Queries, aggregator: &Aggregator) -> Self {
        let each = queries
            .each
            .iter()
            .map(|query| (query.log_q, queries.probability(query)));
        Self::new(queries, aggregator, each)
    }

    /// Nearly the same curve, much faster, to find the best order with: answers of nearly the
    /// same `ln q` are taken together at their mean.
    pub(super) fn coarse(queries: &Queries, aggregator: &Aggregator) -> Self {
        let mut bins: std::collections::BTreeMap<i64, (f64, f64)> = Default::default();
        for query in &queries.each {
            let weight = queries.probability(query);
            let bin = (libm::log1p(-query.log_q) / BIN) as i64;
            let (total, moment) = bins.entry(bin).or_default();
            *total += weight;
            *moment += weight * query.log_q;
        }
        let means = bins.into_values().map(|(total, moment)| {
            let mean = moment / total;
            (if mean.is_finite() { mean } else { 0.0 }, total)
        });
        Self::new(queries, aggregator, means)
    }

    fn new(
        queries: &Queries,
        aggregator: &Aggregator,
        answered: impl Iterator<Item = (f64, f64)>,
    ) -> Self {
        let (noise, scale) = (aggregator.noise, aggregator.scale);
        let mut curve = Self {
            aggregator: *aggregator,
            checks: Weighted::default(),
            answers: Weighted::default(),
        };
        for (log_q, weight) in answered {
            curve
                .answers
                .add(weight, noisy_max::data_dependent(noise, scale, log_q));
        }
        for checked in &queries.checked {
            let Some(check) = aggregator.check else {
                continue;
            };
            let law = checked.law.as_ref();
            let bound =
                law.and_then(|law| threshold_check::data_dependent(check.noise, check.scale, law));
            curve.checks.add(checked.count, bound);
        }
        curve
    }

    /// Total RDP at `order`, rounded up.
    pub(super) fn rdp(&self, order: Order) -> f64 {
        let (check, answer) = independent(&self.aggregator, order);
        self.checks.rdp(order, check) + self.answers.rdp(order, answer)
    }
}

/// The data-independent cost of one check (0 without one) and one answer.
pub(super) fn independent(aggregator: &Aggregator, order: Order) -> (f64, f64) {
    let changed = aggregator.changed_votes;
    let check = aggregator.check.map_or(0.0, |check| {
        threshold_check::rdp(check.noise, check.scale, changed, order)
    });
    (
        check,
        noisy_max::rdp(aggregator.noise, aggregator.scale, changed, order),
    )
}
