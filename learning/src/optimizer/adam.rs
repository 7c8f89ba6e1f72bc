//! One step of Adam.

use super::AdamSpec;

/// What is added to the root of the mean square, as in PyTorch.
const STABILITY: f32 = 1e-8;

/// What Adam remembers of the past, one value a parameter, starting at 0.
pub(super) struct Moments<'a> {
    /// Mean of the gradients.
    pub(super) mean: &'a mut [f32],
    /// Mean of their squares.
    pub(super) square: &'a mut [f32],
}

/// Where a training stands.
#[derive(Clone, Copy)]
pub(super) struct At {
    /// Size of this step.
    pub(super) rate: f64,
    /// Which step it is, counted from 1.
    pub(super) step: u64,
    /// Whether weight decay stays out of the gradient.
    pub(super) decoupled: bool,
    /// The noise's variance in the mean square, averaged as the squares are; see [`step`].
    pub(super) noise_moment: f64,
}

/// With `m` and `v` the decaying means of gradient and square over `1 - beta^step`, a parameter
/// goes down by `rate m / (sqrt(v) + 1e-8)`.
///
/// With the correction for noise it goes down by `rate m / sqrt(max(v - noise, floor))`: noise of
/// variance `s^2` on the gradient adds `s^2` to the expected square, and `noise` is the mean of the
/// past variances that has the same weights as `v` (constant noise has `noise = s^2`, Algorithm 1
/// of Tang et al. 2024; an adaptive clipping norm changes it from step to step).
pub(super) fn step(
    spec: &AdamSpec,
    at: At,
    parameters: &mut [f32],
    gradient: &[f32],
    moments: Moments<'_>,
) {
    let power = |beta: f64| libm::pow(beta, at.step as f64);
    let (mean_weight, square_weight) = (1.0 - power(spec.beta_1), 1.0 - power(spec.beta_2));
    let step_size = (at.rate / mean_weight) as f32;
    let square_scale = (1.0 / square_weight) as f32;
    let (noise, floor, stability) = match spec.noise_bias_correction {
        true => (
            (at.noise_moment / square_weight) as f32,
            spec.variance_floor as f32,
            0.0,
        ),
        false => (0.0, 0.0, STABILITY),
    };
    let (penalty, kept) = match at.decoupled {
        true => (0.0, (1.0 - at.rate * spec.weight_decay) as f32),
        false => (spec.weight_decay as f32, 1.0),
    };
    let (beta_1, beta_2) = (spec.beta_1 as f32, spec.beta_2 as f32);
    let (new_1, new_2) = ((1.0 - spec.beta_1) as f32, (1.0 - spec.beta_2) as f32);

    let pairs = parameters.iter_mut().zip(gradient);
    let moments = moments.mean.iter_mut().zip(moments.square);
    for ((parameter, &slope), (mean, square)) in pairs.zip(moments) {
        let slope = slope + penalty * *parameter;
        *mean = beta_1 * *mean + new_1 * slope;
        *square = beta_2 * *square + new_2 * slope * slope;
        let root = (*square * square_scale - noise).max(floor).sqrt() + stability;
        *parameter = kept * *parameter - step_size * *mean / root;
    }
}
