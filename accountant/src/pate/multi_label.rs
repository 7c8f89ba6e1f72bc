//! The cost of releasing which labels a query has, where every voter gives a vector.

use std::fmt;

use super::stable::{log_complement, log_erfc, log_sum};
use super::{PateError, TwoOutcomes, threshold_check};
use crate::event::{ChangedVotes, VoteNoiseScale};
use crate::rdp::Order;
use crate::{EventError, VoteNoise};

/// Multi-label voting in public constants.
///
/// Voters give vectors over the labels whose L2 norm is clipped. Their sum gets Gaussian noise of
/// standard deviation sigma in every coordinate, and a label is on if its noisy sum reaches a
/// threshold T. One changed vector moves the sum by at most D in L2; k of them by at most k D.
///
/// **Cost whatever the votes** ([`rdp`](Self::rdp)): that of the Gaussian mechanism on the sum,
/// `alpha (k D)^2 / (2 sigma^2)`, since bits are post-processing.
///
/// **Cost for given sums** ([`data_dependent`](Self::data_dependent)): theorem 6 of Papernot et
/// al. 2018 ("Scalable Private Learning with PATE") holds for any mechanism with such a bound at
/// two orders and an outcome i* that is missed with probability at most q. The outcome is here the
/// vector of bits that the sums without noise give. Noises are independent, so
/// `q = 1 - prod_l (1 - p_l)` with `p_l = erfc(|S_l - T| / (sigma sqrt(2))) / 2`. It holds for any k.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LabelVoting {
    threshold: f64,
    scale: VoteNoiseScale,
    scale_over_distance: VoteNoiseScale,
    changed_votes: ChangedVotes,
}

/// The sums of the clipped vectors, one for each label of each query. They are private; `Debug`
/// shows their shape only.
#[derive(Clone, PartialEq)]
pub struct LabelSums {
    sums: Vec<f64>,
    labels: usize,
}

impl LabelVoting {
    /// `threshold` is T and `scale` sigma, both in the unit of the vectors' entries;
    /// `scale_over_distance` is sigma / D, rounded down; `changed_votes` is k.
    ///
    /// # Errors
    /// A threshold that is not finite, a scale that is none, or no changed vote.
    pub fn new(
        threshold: f64,
        scale: f64,
        scale_over_distance: f64,
        changed_votes: u32,
    ) -> Result<Self, EventError> {
        if !threshold.is_finite() {
            return Err(EventError::OutOfRange {
                field: "threshold",
                value: threshold,
                allowed: "a finite number",
            });
        }
        Ok(Self {
            threshold,
            scale: VoteNoiseScale::new(scale)?,
            scale_over_distance: VoteNoiseScale::new(scale_over_distance)?,
            changed_votes: ChangedVotes::new(changed_votes)?,
        })
    }

    /// RDP of one query, whatever the votes.
    #[must_use]
    pub fn rdp(&self, order: Order) -> f64 {
        let (scale, changed) = (self.scale_over_distance, self.changed_votes);
        threshold_check::rdp(VoteNoise::Gaussian, scale, changed, order)
    }

    /// `ln q`, rounded up: how likely the bits of a query with these sums are not those that the
    /// sums without noise give.
    #[must_use]
    pub fn log_q(&self, sums: &[f64]) -> f64 {
        let scale = self.scale.get();
        if scale == 0.0 {
            return 0.0;
        }
        let log_wrong = |&sum: &f64| {
            // The sum may have been rounded to a double, and the difference is.
            let rounding = f64::EPSILON * (sum.abs() + self.threshold.abs());
            let distance = ((sum - self.threshold).abs() - 2.0 * rounding).max(0.0);
            log_erfc(distance / (scale * std::f64::consts::SQRT_2)) - std::f64::consts::LN_2
        };
        let wrong: Vec<f64> = sums.iter().map(log_wrong).collect();
        let union = wrong.iter().copied().fold(f64::NEG_INFINITY, log_sum);
        // Where q is tiny the union bound is q but for e^{-30} of it, and does not cancel.
        let log = if union < -30.0 {
            union
        } else {
            log_complement(wrong.iter().copied().map(log_complement).sum())
        };
        let labels = sums.len() as f64;
        let raised = log + 1e-14 * (2.0 + log.abs() + libm::log(labels)) + 1e-15 * labels;
        // Also where it is not a number, 0 is safe; with noise nothing is impossible.
        if raised < 0.0 {
            raised.max(-1e300)
        } else {
            0.0
        }
    }

    /// The data-dependent bound on one query with these sums, where the theorem's conditions
    /// hold. Private.
    #[must_use]
    pub fn data_dependent(&self, sums: &[f64]) -> Option<TwoOutcomes> {
        let ratio = self.scale_over_distance.get() / f64::from(self.changed_votes.get());
        // The RDP of order mu is mu over this; rounded down.
        let variance = 2.0 * ratio * ratio * (1.0 - 4.0 * f64::EPSILON);
        TwoOutcomes::from_rdp(self.log_q(sums), variance)
    }

    /// RDP of one query with these sums: the smaller of the [data-dependent
    /// bound](Self::data_dependent) and the [data-independent one](Self::rdp). Private.
    #[must_use]
    pub fn data_dependent_rdp(&self, sums: &[f64], order: Order) -> f64 {
        let independent = self.rdp(order);
        self.data_dependent(sums)
            .map_or(independent, |bound| bound.rdp(order.get()).min(independent))
    }
}

impl LabelSums {
    /// Sums in row-major order, `labels` of them for each query.
    ///
    /// # Errors
    /// [`PateError::UnequalLength`] for no labels, or rows of unequal length;
    /// [`PateError::OutOfRange`] for a sum that is not finite, without its value.
    pub fn new(sums: Vec<f64>, labels: usize) -> Result<Self, PateError> {
        if labels == 0 || !sums.len().is_multiple_of(labels) {
            return Err(PateError::UnequalLength {
                name: "the last query's row of sums",
                found: sums.len().checked_rem(labels).unwrap_or_default(),
                expected: labels,
            });
        }
        if !sums.iter().all(|sum| sum.is_finite()) {
            return Err(PateError::OutOfRange {
                name: "sum of votes",
                value: f64::NAN,
                allowed: "a finite number",
            });
        }
        Ok(Self { sums, labels })
    }

    /// The number of queries.
    #[must_use]
    pub fn queries(&self) -> usize {
        self.sums.len() / self.labels
    }

    /// The sums of each query. Private.
    pub fn each(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.sums.chunks_exact(self.labels)
    }
}

impl fmt::Debug for LabelSums {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("LabelSums")
            .field("queries", &self.queries())
            .field("labels", &self.labels)
            .finish_non_exhaustive()
    }
}
