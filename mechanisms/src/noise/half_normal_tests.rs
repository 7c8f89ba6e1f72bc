//! The building blocks of the normal distribution. Seeds are fixed; were they not, a bound would be
//! crossed with probability below 1e-6.

use super::*;

const TRIALS: u32 = 400_000;

/// Asserts that `event` has probability `p` and not one that is 1 % larger or smaller.
fn assert_probability(p: f64, mut event: impl FnMut() -> bool) {
    let successes = (0..TRIALS).filter(|_| event()).count() as f64;
    let frequency = successes / f64::from(TRIALS);
    // Hoeffding: P(|frequency - p| > t) <= 2 exp(-2 n t^2) = 1e-7.
    let t = (2e7_f64.ln() / (2.0 * f64::from(TRIALS))).sqrt();
    assert!((frequency - p).abs() <= t, "{frequency} for {p}");
    assert!(0.02 * p > 2.0 * t, "the test could not fail");
}

#[test]
fn half_exponential_coins_have_their_probability() {
    let mut stream = NoiseStream::from_seed(&[1; 32]);
    assert_probability((-0.5_f64).exp(), || exp_minus_half(&mut stream));
}

#[test]
fn coins_of_a_share_have_their_probability() {
    let mut stream = NoiseStream::from_seed(&[2; 32]);
    let mut digits = NoiseStream::from_seed(&[3; 32]);
    for k in [0, 1, 2, 5] {
        let x = Uniform::new(&mut digits);
        let value = f64::from(x.digits(&mut digits)()) / 2_f64.powi(32);
        let k_ = k as f64;
        let p = (-value * (2.0 * k_ + value) / (2.0 * k_ + 2.0)).exp();
        let mut x = x;
        assert_probability(p, || exp_minus_share(k, &mut x, &mut stream));
    }
}

#[test]
fn integer_parts_are_those_of_a_half_normal_number() {
    let mut stream = NoiseStream::from_seed(&[4; 32]);
    let mut counts = [0_u32; 64];
    for _ in 0..TRIALS {
        counts[half_normal(&mut stream).0 as usize] += 1;
    }
    let below = |x: f64| libm::erf(x / std::f64::consts::SQRT_2);
    let t = (2e7_f64.ln() / (2.0 * f64::from(TRIALS))).sqrt();
    for (k, &count) in counts.iter().enumerate() {
        let p = below(k as f64 + 1.0) - below(k as f64);
        let frequency = f64::from(count) / f64::from(TRIALS);
        assert!((frequency - p).abs() <= t, "{k}: {frequency} for {p}");
    }
}
