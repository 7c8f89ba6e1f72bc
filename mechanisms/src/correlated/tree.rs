//! Tree aggregation: its sensitivity and its error.

use super::participation::{Participation, Pattern};

/// How a prefix sum is made from the noisy nodes of a binary tree over the steps.
///
/// Every node of the tree whose subtree is complete holds the sum of its steps' clipped sums plus
/// noise of its own. The prefix sum up to step `t` is the sum over the nodes that make up the
/// binary digits of `t`, and the gradient of step `t` is the difference of two prefix sums.
/// (Dwork, Naor, Pitassi and Rothblum, "Differential privacy under continual observation", STOC
/// 2010; Kairouz, McMahan, Song, Thakkar, Thakurta and Xu, "Practical and private (deep) learning
/// without sampling or shuffling", ICML 2021.)
///
/// **Sensitivity.** All nodes together are one release `H x + z`, where `H` has entries 0 and 1. No
/// entry of `H^T H` is negative, so contributions that are all equal are the worst and the squared
/// sensitivity is the largest sum over the nodes of (participations below the node) squared: for
/// one participation the number of nodes above a leaf, `floor(log2 steps) + 1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TreeEstimator {
    /// The noisy nodes as they are.
    Plain,
    /// Each node by the weighted mean of its own noisy value and the sum of its children's
    /// estimates, of least variance: `1 / (2 - 2^-height)` instead of 1, leaves having height 0.
    /// (Honaker, "Efficient use of differentially private binary trees", 2015, the estimate from
    /// below, which needs no later step.)
    Honaker,
}

impl TreeEstimator {
    /// The weight of a node's own noisy value; the rest goes to the sum of its children.
    pub(super) fn own_weight(self, height: u32) -> f64 {
        match self {
            Self::Plain => 1.0,
            // Of values with variances 1 and 2 v(height - 1); it equals the variance of the mean.
            Self::Honaker => 1.0 / (2.0 - 0.5_f64.powi(height as i32)),
        }
    }

    /// The variance of the noise of every prefix sum, a node's own having variance 1.
    pub(super) fn prefix_variances(self, steps: u64) -> Vec<f64> {
        let variance = |prefix: u64| {
            (0..u64::BITS)
                .filter(|height| prefix >> height & 1 == 1)
                .map(|height| self.own_weight(height))
                .sum()
        };
        (1..=steps).map(variance).collect()
    }
}

/// The squared sensitivity of the complete nodes of a tree over `steps` steps: exact for
/// [`Participation::FixedOrder`] and a single participation, else an upper bound.
pub(super) fn squared_sensitivity(participation: Participation, steps: u64) -> u64 {
    match participation {
        Participation::FixedOrder { steps_per_epoch } => (0..steps_per_epoch.min(steps))
            .map(|offset| of_fixed_order(offset, steps_per_epoch, steps))
            .max()
            .unwrap_or(0),
        other => of_pattern(other.pattern(steps), steps),
    }
}

/// Of participations at `offset`, `offset + separation`, ....
fn of_fixed_order(offset: u64, separation: u64, steps: u64) -> u64 {
    let mut total = 0;
    for height in heights(steps) {
        let complete = steps >> height;
        let mut step = offset;
        while step >> height < complete {
            let node = step >> height;
            let next_node = (node + 1) << height;
            let here = (next_node - step).div_ceil(separation);
            total += here * here;
            step = step.saturating_add(here.saturating_mul(separation));
        }
    }
    total
}

/// An upper bound over all patterns: on every level no node holds more participations than fit into
/// it, and squares are largest when as many nodes as possible are full.
fn of_pattern(pattern: Pattern, steps: u64) -> u64 {
    let Pattern {
        separation,
        participations,
    } = pattern;
    let of_level = |height: u32| {
        let (complete, width) = (steps >> height, 1_u64 << height);
        let full = width.div_ceil(separation).min(participations);
        let all = participations.min(full * complete);
        (all / full) * full * full + (all % full) * (all % full)
    };
    heights(steps).map(of_level).sum()
}

/// The heights of complete nodes.
fn heights(steps: u64) -> std::ops::Range<u32> {
    0..u64::BITS - steps.leading_zeros()
}
