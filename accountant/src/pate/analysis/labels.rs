//! What multi-label voting costs for given sums.

use super::curve::Weighted;
use super::{ERROR_ALLOWANCE, EpsilonAtOrder, Settings};
use crate::Conversion;
use crate::pate::DataDependent;
use crate::pate::multi_label::{LabelSums, LabelVoting};

/// What the bits of all the queries cost.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LabelAnalysis {
    /// Delta of both epsilons.
    pub delta: f64,
    /// How RDP became epsilon.
    pub conversion: Conversion,
    /// Whatever the votes. Public.
    pub data_independent: EpsilonAtOrder,
    /// A proved bound for these sums: `Pr[M(x) in S] <= e^epsilon Pr[M(x') in S] + delta` for the
    /// votes x at hand and every neighbour x'. Queries must not depend on earlier answers.
    pub data_dependent: DataDependent<EpsilonAtOrder>,
}

/// Computes the cost of the bits of all queries of `sums`, each at theorem 6 where that is less
/// than what holds for any votes; every query is answered, so that costs add up. There is no
/// sanitised value: no smooth sensitivity of this mechanism is known.
#[must_use]
pub fn analyze_labels(
    sums: &LabelSums,
    voting: &LabelVoting,
    settings: &Settings,
) -> LabelAnalysis {
    let queries = sums.queries() as f64;
    let independent = |order| match sums.queries() {
        0 => 0.0,
        _ => queries * voting.rdp(order) * (1.0 + ERROR_ALLOWANCE),
    };
    let mut costs = Weighted::default();
    for query in sums.each() {
        costs.add(1.0, voting.data_dependent(query));
    }
    let dependent = |order| costs.rdp(order, voting.rdp(order)).min(independent(order));
    LabelAnalysis {
        delta: settings.delta,
        conversion: settings.conversion,
        data_independent: settings.best(independent, independent),
        data_dependent: DataDependent::new(settings.best(dependent, dependent)),
    }
}
