//! The public constants of multi-label voting, and what they cost.

use privet_accountant::pate::LabelVoting;
use privet_accountant::{DpEvent, VoteNoise};

use super::MultiLabelRun;
use super::clip::GRID_BITS;
use crate::error::in_range;
use crate::noise::{FixedPoint, Scale};
use crate::{ChangedVotes, ExactGaussian, MechanismError, NoiseSource};

/// The public constants of [`MultiLabel`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MultiLabelParameters {
    /// How many labels there are, at least 1.
    pub labels: usize,
    /// The number of teachers, at least 1.
    pub teachers: u32,
    /// How many queries may be asked, at least 1.
    pub queries: u64,
    /// In how many teachers' vectors neighbours differ.
    pub changed_votes: ChangedVotes,
    /// The L2 norm `tau` to which a teacher's vector is clipped, from 2^-20 to 2^16.
    pub norm: f64,
    /// Whether entries may be negative.
    pub sign: VoteSign,
    /// A label is on if its noisy sum reaches this.
    pub threshold: f64,
    /// Standard deviation `sigma` of the noise on every label's sum, in the unit of the entries.
    pub scale: f64,
}

/// Which entries a teacher's vector can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VoteSign {
    /// None below 0, such as bits or probabilities; votes with a negative entry are refused. Two
    /// clipped vectors are at most `sqrt(2) tau` apart.
    NonNegative,
    /// Any, such as logits. Two clipped vectors are at most `2 tau` apart.
    Any,
}

/// The plan of multi-label voting; see [`multi_label`](crate::multi_label) for what it computes, its
/// sensitivity and its theorem.
///
/// **Event.** `SelfComposed(ThresholdCheck(Gaussian, sigma / (c tau), k), queries)` with `c` as
/// [`VoteSign`] says; the scale is rounded down. All labels of a query together cost one such
/// check.
#[derive(Debug, Clone, PartialEq)]
pub struct MultiLabel {
    pub(super) name: String,
    event: DpEvent,
    voting: LabelVoting,
    pub(super) parameters: MultiLabelParameters,
    /// `tau` in units of the grid, rounded down.
    pub(super) norm_units: u64,
    pub(super) threshold: FixedPoint,
    pub(super) noise: ExactGaussian,
}

impl MultiLabel {
    /// Checks every number.
    ///
    /// # Errors
    /// No labels, teachers or queries; a norm out of its range; a scale outside 2^-20 to 2^40, or
    /// a threshold that is not 0 and not of such a magnitude.
    pub fn new(parameters: MultiLabelParameters) -> Result<Self, MechanismError> {
        let MultiLabelParameters {
            labels,
            teachers,
            queries,
            changed_votes,
            norm,
            sign,
            threshold,
            scale,
        } = parameters;
        in_range("labels", labels as f64, labels >= 1, "at least 1")?;
        in_range("teachers", teachers.into(), teachers >= 1, "at least 1")?;
        in_range("queries", queries as f64, queries >= 1, "at least 1")?;
        let grid = (1_u64 << GRID_BITS) as f64;
        let possible = (1.0 / grid..=65536.0).contains(&norm);
        in_range("norm", norm, possible, "between 2^-20 and 2^16")?;
        // Exact: a product with a power of two, and a cast that drops the fraction.
        let norm_units = (norm * grid) as u64;
        let noise = ExactGaussian(Scale::new("scale", scale)?);
        let exact_threshold = FixedPoint::from_f64("threshold", threshold)?;
        let apart = sign.distance(norm_units as f64 / grid);
        let ratio = (scale / apart).next_down();
        let changed = changed_votes.get();
        let query = DpEvent::threshold_check(VoteNoise::Gaussian, ratio, changed)?;
        let voting = LabelVoting::new(threshold, scale, ratio, changed)?;
        Ok(Self {
            name: format!(
                "multi-label labels={labels} teachers={teachers} queries={queries} \
                 changed-votes={changed} norm={norm} sign={sign:?} threshold={threshold} \
                 noise={:?} scale={scale}",
                VoteNoise::Gaussian
            ),
            event: DpEvent::self_composed(query, queries)?,
            voting,
            parameters,
            norm_units,
            threshold: exact_threshold,
            noise,
        })
    }

    /// What an accountant charges for all that a run may release.
    pub fn event(&self) -> DpEvent {
        self.event.clone()
    }

    /// The mechanism as the analysis of its [sums](Self::clipped_sums) knows it: what the same query
    /// costs for the votes at hand.
    pub fn voting(&self) -> LabelVoting {
        self.voting
    }

    /// The public constants.
    pub fn parameters(&self) -> &MultiLabelParameters {
        &self.parameters
    }

    /// The mechanism, with noise from `noise`; once for each plan and source.
    pub fn start(&self, noise: &NoiseSource) -> Result<MultiLabelRun, MechanismError> {
        let noise = noise.start(&self.name)?;
        Ok(MultiLabelRun::new(self.clone(), noise))
    }
}

impl VoteSign {
    /// The largest L2 distance of two vectors of this norm, rounded up.
    fn distance(self, norm: f64) -> f64 {
        match self {
            Self::NonNegative => (std::f64::consts::SQRT_2.next_up() * norm).next_up(),
            Self::Any => 2.0 * norm,
        }
    }
}
