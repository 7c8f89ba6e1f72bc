//! Banded Toeplitz strategies.

use privet_accountant::event::Count;
use privet_accountant::sampler::banded;

use super::participation::Pattern;
use super::{CorrelatedGaussian, optimize};
use crate::MechanismError;
use crate::error::{in_range, positive};

/// A lower triangular Toeplitz strategy `C[i][j] = c_(i-j)` with a few coefficients, the bands:
/// `c_0 = 1`, and no coefficient is negative or larger than the one before.
///
/// The training releases what can be computed from `C x + z`, where row `t` of `x` is the clipped
/// sum of step `t` and `z` is independent Gaussian noise: the clipped sums plus noise `C^-1 z`.
/// With one band that is independent noise. (Choquette-Choo et al., "(Amplified) banded matrix
/// factorization: a unified approach to private training", NeurIPS 2023; Toeplitz strategies:
/// McKenna, "Scaling up the banded matrix factorization mechanism for differentially private ML",
/// 2024.)
///
/// **Sensitivity.** No entry of `C` is negative, so no entry of `C^T C` is: among contributions of
/// norm at most 1, equal ones are the worst, also where they are vectors, and the sensitivity is
/// the largest norm of a sum of columns. As the coefficients do not increase, the earliest and
/// closest participations are the worst (Kalinin and Lampert, "Banded square root matrix
/// factorization for differentially private model training", 2024). Both conditions are checked
/// when a strategy is made.
///
/// **Stability.** The same conditions keep the zeros of the coefficients' polynomial out of the
/// open unit disc (Enestrom and Kakeya), so that the recurrence that applies `C^-1` does not blow
/// rounding errors up.
#[derive(Debug, Clone, PartialEq)]
pub struct BandedToeplitz {
    coefficients: Vec<f64>,
}

impl BandedToeplitz {
    /// A strategy with these coefficients, divided by the first.
    ///
    /// # Errors
    /// There is none, the first is not a finite positive number, or one is negative, not a number
    /// or larger than the one before.
    pub fn new(coefficients: Vec<f64>) -> Result<Self, MechanismError> {
        let first = coefficients.first().copied().unwrap_or(f64::NAN);
        positive(
            "first coefficient of the strategy",
            first,
            "a finite number above 0",
        )?;
        let strategy = Self {
            coefficients: coefficients.iter().map(|c| c / first).collect(),
        };
        // The accountant knows which coefficients it has a theorem for.
        let bands = strategy.bands() as u64;
        strategy.squared_sensitivity(
            bands,
            Pattern {
                separation: bands,
                participations: 1,
            },
        )?;
        Ok(strategy)
    }

    /// Independent noise.
    pub fn independent() -> Self {
        Self {
            coefficients: vec![1.0],
        }
    }

    /// The first coefficients of the square root of the matrix of prefix sums:
    /// `1, 1/2, 3/8, 5/16, ...`, which with as many bands as steps is nearly optimal for a single
    /// participation (Fichtenberger, Henzinger and Upadhyay, "Constant matters", ICML 2023).
    ///
    /// # Errors
    /// No bands, or more than [`MAX_STEPS`](CorrelatedGaussian::MAX_STEPS).
    pub fn square_root(bands: usize) -> Result<Self, MechanismError> {
        let valid = (1..=CorrelatedGaussian::MAX_STEPS).contains(&(bands as u64));
        in_range("bands", bands as f64, valid, "between 1 and 16777216")?;
        let next = |(index, value): &(f64, f64)| {
            let index = index + 1.0;
            Some((index, value * (2.0 * index - 1.0) / (2.0 * index)))
        };
        let all = std::iter::successors(Some((0.0, 1.0)), next);
        Self::new(all.take(bands).map(|(_, value)| value).collect())
    }

    /// The coefficients with the least mean squared error of the prefix sums over `steps` steps, as
    /// long as no two participations of a record are less than `bands` steps apart.
    ///
    /// Found by descent from the [`square_root`](Self::square_root), which is never better. One
    /// step of the descent takes time proportional to `steps * bands`, and there are some dozens.
    /// Sums, products, quotients and square roots are all of its arithmetic, so that the same
    /// arguments give the same coefficients on every machine.
    ///
    /// # Errors
    /// No bands, more bands than steps, more steps than
    /// [`MAX_STEPS`](CorrelatedGaussian::MAX_STEPS), or more than
    /// [`MAX_BAND_STEPS`](CorrelatedGaussian::MAX_BAND_STEPS) of both multiplied.
    pub fn optimized(bands: usize, steps: u64) -> Result<Self, MechanismError> {
        check_time(bands, steps)?;
        let start = Self::square_root(bands)?;
        let valid = (bands as u64..=CorrelatedGaussian::MAX_STEPS).contains(&steps);
        let expected = "at least the number of bands and at most 16777216";
        in_range("steps", steps as f64, valid, expected)?;
        Self::new(optimize::descend(start.coefficients, steps as usize))
    }

    /// The coefficients, `c_0 = 1` first.
    pub fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    /// How many coefficients there are. [`CorrelatedNoise`](super::CorrelatedNoise) keeps one
    /// vector less than that.
    pub fn bands(&self) -> usize {
        self.coefficients.len()
    }

    /// Refuses noise of earlier steps that fills more than 2^32 numbers, 32 GiB.
    pub(super) fn check_memory(&self, dimension: usize) -> Result<(), MechanismError> {
        let remembered = (self.bands() - 1) as f64 * dimension as f64;
        let valid = remembered <= 2_f64.powi(32);
        let expected = "at most 2^32 (8 bytes each); take fewer bands, a tree, or a smaller model";
        in_range("(bands - 1) times parameters", remembered, valid, expected).map(drop)
    }

    /// The squared sensitivity to contributions of norm at most 1, rounded up.
    pub(super) fn squared_sensitivity(
        &self,
        steps: u64,
        pattern: Pattern,
    ) -> Result<f64, MechanismError> {
        Ok(banded::squared_sensitivity(
            &self.coefficients,
            Count::new(steps)?,
            Count::new(pattern.separation)?,
            Count::new(pattern.participations)?,
        )?)
    }

    /// The variance of the noise of every prefix sum, `z` having variance 1.
    ///
    /// With `A` the matrix of prefix sums, `A C^-1` is Toeplitz; its coefficients `d_s` solve
    /// `C d = (1, 1, ...)`, and the prefix sum up to step `t` has variance `d_0^2 + ... + d_t^2`.
    pub(super) fn prefix_variances(&self, steps: u64) -> Vec<f64> {
        let mut variance = 0.0;
        let add = |d: f64| {
            variance += d * d;
            variance
        };
        optimize::prefix_coefficients(&self.coefficients, steps as usize)
            .into_iter()
            .map(add)
            .collect()
    }
}

/// Refuses what would take hours to plan.
pub(super) fn check_time(bands: usize, steps: u64) -> Result<(), MechanismError> {
    let product = (bands as u64).saturating_mul(steps);
    let valid = product <= CorrelatedGaussian::MAX_BAND_STEPS;
    let expected = "at most 268435456 (2^28); take fewer bands, a tree, or fewer steps";
    in_range("bands times steps", product as f64, valid, expected).map(drop)
}
