//! The experiment's seed: initialisation, shuffling and partition. It never touches privacy noise.

use rand::SeedableRng;
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

#[cfg(test)]
mod tests {
    use super::*;
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
