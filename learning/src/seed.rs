//! The experiment's seed: initialisation, shuffling and partition. It never touches privacy noise.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

/// A generator for one purpose of one experiment.
///
/// Every use (initialising teacher 17, shuffling its epochs, ...) has its own generator, so that
/// what one of them draws never depends on what another has drawn, nor on the order in which
/// threads run. Privacy noise and batch sampling never come from here: see `privet-mechanisms`.
pub fn seeded_generator(seed: u64, purpose: &str, index: u64) -> ChaCha8Rng {
    let mut hasher = Sha256::new();
    hasher.update(b"privet experiment seed v1");
    hasher.update(seed.to_le_bytes());
    hasher.update((purpose.len() as u64).to_le_bytes());
    hasher.update(purpose.as_bytes());
    hasher.update(index.to_le_bytes());
    ChaCha8Rng::from_seed(hasher.finalize().into())
}

/// A standard normal number, by the method of Box and Muller (1958). For training: privacy noise
/// comes from `privet-mechanisms`.
pub fn standard_normal(generator: &mut ChaCha8Rng) -> f32 {
    // In (0, 1], so that the logarithm is finite.
    let uniform = 1.0 - generator.random::<f64>();
    let angle = std::f64::consts::TAU * generator.random::<f64>();
    (libm::sqrt(-2.0 * libm::log(uniform)) * libm::cos(angle)) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The seed is fixed; the bounds are 5 standard errors wide.
    #[test]
    fn normal_numbers_have_the_moments_of_the_normal_distribution() {
        let mut generator = seeded_generator(1, "normal", 0);
        let values: Vec<f64> = (0..20_000)
            .map(|_| f64::from(standard_normal(&mut generator)))
            .collect();
        let moment = |power| values.iter().map(|v| v.powi(power)).sum::<f64>() / 20_000.0;
        assert!(moment(1).abs() < 0.036, "{}", moment(1));
        assert!((moment(2) - 1.0).abs() < 0.05, "{}", moment(2));
        assert!((moment(4) - 3.0).abs() < 0.35, "{}", moment(4));
    }
    use rand::Rng;

    #[test]
    fn purposes_and_indices_are_independent() {
        let first = |purpose, index| seeded_generator(7, purpose, index).next_u64();
        assert_eq!(first("teacher", 1), first("teacher", 1));
        assert_ne!(first("teacher", 1), first("teacher", 2));
        assert_ne!(first("teacher", 1), first("student", 1));
        assert_ne!(
            seeded_generator(8, "teacher", 1).next_u64(),
            first("teacher", 1)
        );
    }
}
