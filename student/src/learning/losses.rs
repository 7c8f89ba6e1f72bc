//! Functions of the scores of one row, with their slopes.

/// Softmax of the scores into `probabilities`; returns `ln sum exp`.
pub(crate) fn softmax(scores: &[f32], probabilities: &mut [f32]) -> f32 {
    let largest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    for (probability, score) in probabilities.iter_mut().zip(scores) {
        *probability = libm::expf(score - largest);
    }
    let total: f32 = probabilities.iter().sum();
    for probability in probabilities {
        *probability /= total;
    }
    largest + libm::logf(total)
}

/// `weight * cross-entropy` of a class, in nats.
pub(super) fn cross_entropy(scores: &[f32], class: u32, weight: f32, slopes: &mut [f32]) -> f64 {
    let total = softmax(scores, slopes);
    let own = scores.get(class as usize).copied().unwrap_or(f32::NAN);
    if let Some(slope) = slopes.get_mut(class as usize) {
        *slope -= 1.0;
    }
    scale(slopes, weight);
    f64::from(weight) * f64::from(total - own)
}

/// `weight * KL(target || softmax(scores))`, in nats, for a target that stays as it is.
pub(super) fn divergence(scores: &[f32], target: &[f32], weight: f32, slopes: &mut [f32]) -> f64 {
    let total = softmax(scores, slopes);
    let mut value = 0.0;
    for ((slope, score), target) in slopes.iter_mut().zip(scores).zip(target) {
        if *target > 0.0 {
            value += f64::from(*target) * f64::from(libm::logf(*target) - (score - total));
        }
        *slope -= target;
    }
    scale(slopes, weight);
    f64::from(weight) * value
}

/// `weight * entropy of softmax(scores)`, in nats.
pub(super) fn entropy(scores: &[f32], weight: f32, slopes: &mut [f32]) -> f64 {
    let total = softmax(scores, slopes);
    let entropy: f32 = slopes
        .iter()
        .zip(scores)
        .map(|(probability, score)| probability * (total - score))
        .sum();
    for (slope, score) in slopes.iter_mut().zip(scores) {
        // d/ds_k of the entropy is -p_k (ln p_k + entropy).
        *slope *= -(score - total + entropy);
    }
    scale(slopes, weight);
    f64::from(weight) * f64::from(entropy)
}

/// `weight * softplus(l)` of `l = ln sum exp scores`: what it costs to call a generated row real.
pub(super) fn generated(scores: &[f32], weight: f32, slopes: &mut [f32]) -> f64 {
    let total = softmax(scores, slopes);
    scale(slopes, weight * sigmoid(total));
    f64::from(weight) * softplus(f64::from(total))
}

/// `weight * (softplus(l) - l)`: what it costs to call a real row generated.
pub(super) fn real(scores: &[f32], weight: f32, slopes: &mut [f32]) -> f64 {
    let total = softmax(scores, slopes);
    scale(slopes, -weight * sigmoid(-total));
    f64::from(weight) * softplus(-f64::from(total))
}

fn sigmoid(value: f32) -> f32 {
    1.0 / (1.0 + libm::expf(-value))
}

/// `ln(1 + e^x)`, without overflow.
fn softplus(value: f64) -> f64 {
    value.max(0.0) + libm::log1p(libm::exp(-value.abs()))
}

fn scale(slopes: &mut [f32], factor: f32) {
    for slope in slopes {
        *slope *= factor;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCORES: [f32; 3] = [0.5, -1.0, 2.0];

    /// Compares slopes with central differences.
    fn check(function: impl Fn(&[f32], &mut [f32]) -> f64) -> f64 {
        let mut slopes = [0.0; 3];
        let value = function(&SCORES, &mut slopes);
        for class in 0..3 {
            let at = |step: f32| {
                let mut scores = SCORES;
                scores[class] += step;
                function(&scores, &mut [0.0; 3])
            };
            let slope = (at(0.01) - at(-0.01)) / 0.02;
            assert!(
                (slope - f64::from(slopes[class])).abs() < 1e-4,
                "{slope} {slopes:?}"
            );
        }
        value
    }

    #[test]
    fn slopes_are_the_derivatives_of_the_values() {
        let mut p = [0.0; 3];
        let total = f64::from(softmax(&SCORES, &mut p));
        assert!((p.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-5, "{found}");
        near(
            check(|s, d| cross_entropy(s, 1, 0.5, d)),
            0.5 * (total + 1.0),
        );
        let target = [0.25, 0.75, 0.0];
        let expected = 0.25 * (0.25f64.ln() - 0.5 + total) + 0.75 * (0.75f64.ln() + 1.0 + total);
        near(check(|s, d| divergence(s, &target, 2.0, d)), 2.0 * expected);
        let expected: f64 = p.iter().map(|&p| -f64::from(p) * f64::from(p).ln()).sum();
        near(check(|s, d| entropy(s, 1.5, d)), 1.5 * expected);
        near(
            check(|s, d| generated(s, 0.5, d)),
            0.5 * (1.0 + total.exp()).ln(),
        );
        near(
            check(|s, d| real(s, 0.5, d)),
            0.5 * (1.0 + (-total).exp()).ln(),
        );
        near(divergence(&SCORES, &p, 1.0, &mut [0.0; 3]), 0.0);
    }

    #[test]
    fn large_scores_do_not_overflow() {
        let mut slopes = [0.0; 2];
        for scores in [[500.0, -500.0], [-500.0, -400.0]] {
            assert!(generated(&scores, 1.0, &mut slopes).is_finite());
            assert!(real(&scores, 1.0, &mut slopes).is_finite());
            assert!(entropy(&scores, 1.0, &mut slopes).is_finite());
            assert!(slopes.iter().all(|slope| slope.is_finite()));
        }
    }
}
