//! One step of stochastic gradient descent.

use super::SgdSpec;

/// With `g` the gradient plus `weight_decay` times the parameter: the velocity becomes
/// `momentum * velocity + g`, and the parameter goes down by `rate` times the velocity, or times
/// `g + momentum * velocity` with Nesterov's momentum. `velocity` starts at 0 and is empty without
/// momentum.
pub(super) fn step(
    spec: &SgdSpec,
    rate: f32,
    parameters: &mut [f32],
    gradient: &[f32],
    velocity: &mut [f32],
) {
    let decay = spec.weight_decay as f32;
    let momentum = spec.momentum as f32;
    let pairs = parameters.iter_mut().zip(gradient);
    if velocity.is_empty() {
        for (parameter, &slope) in pairs {
            *parameter -= rate * (slope + decay * *parameter);
        }
    } else if spec.nesterov {
        for ((parameter, &slope), velocity) in pairs.zip(velocity) {
            let slope = slope + decay * *parameter;
            *velocity = momentum * *velocity + slope;
            *parameter -= rate * (slope + momentum * *velocity);
        }
    } else {
        for ((parameter, &slope), velocity) in pairs.zip(velocity) {
            *velocity = momentum * *velocity + (slope + decay * *parameter);
            *parameter -= rate * *velocity;
        }
    }
}
