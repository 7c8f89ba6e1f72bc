//! How exact the prefix sums are.

/// The squared error of prefix sums of released gradients, a coordinate, in units of
/// (noise multiplier times clipping norm) squared.
///
/// The model of plain SGD with a constant learning rate is a prefix sum of gradients, so this is
/// the noise of the model in the course of the training. It is public: it depends on the plan only.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PrefixError {
    /// The mean over all steps.
    pub mean_squared: f64,
    /// The largest over all steps.
    pub max_squared: f64,
}

impl PrefixError {
    /// Of noise whose prefix sums have these variances when its source has variance 1.
    pub(super) fn new(squared_sensitivity: f64, variances: &[f64]) -> Self {
        let mean = variances.iter().sum::<f64>() / variances.len().max(1) as f64;
        let max = variances.iter().copied().fold(0.0, f64::max);
        Self {
            mean_squared: squared_sensitivity * mean,
            max_squared: squared_sensitivity * max,
        }
    }
}
