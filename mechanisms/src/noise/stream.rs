//! One stream of random bits.

use std::convert::Infallible;
use std::fmt;

use chacha20::ChaCha20Rng;
use rand::{Rng, SeedableRng, TryCryptoRng, TryRng};

/// A stream of ChaCha20 (20 rounds); its state is zeroed when it is dropped.
///
/// It implements `rand`'s `Rng` and `CryptoRng`, so any distribution can be drawn from it. It is
/// not `Clone`: the same bits are not drawn twice by accident.
pub struct NoiseStream(ChaCha20Rng);

impl NoiseStream {
    pub(super) fn from_seed(seed: &[u8; 32]) -> Self {
        Self::with_nonce(seed, 0)
    }

    /// The keystream of `seed` for one of its 2^64 nonces.
    pub(super) fn with_nonce(seed: &[u8; 32], nonce: u64) -> Self {
        let mut generator = ChaCha20Rng::from_seed(*seed);
        generator.set_stream(nonce);
        Self(generator)
    }

    /// Heads or tails.
    #[inline]
    pub(super) fn coin(&mut self) -> bool {
        self.next_u32() >> 31 == 1
    }

    /// A number in `0..bound`, each with exactly the same probability; 0 if `bound` is 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        // Draw as many bits as `bound - 1` has, again until they fit: at most twice on average.
        let mask = match bound {
            0 | 1 => return 0,
            _ => u64::MAX >> (bound - 1).leading_zeros(),
        };
        loop {
            let draw = self.next_u64() & mask;
            if draw < bound {
                return draw;
            }
        }
    }
}

impl TryRng for NoiseStream {
    type Error = Infallible;

    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.0.try_next_u32()
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0.try_next_u64()
    }

    #[inline]
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.try_fill_bytes(bytes)
    }
}

impl TryCryptoRng for NoiseStream {}

impl fmt::Debug for NoiseStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NoiseStream(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First keystream words of ChaCha20 with a zero key and nonce (RFC 8439, A.1, vector 1).
    #[test]
    fn it_is_chacha_with_twenty_rounds() {
        let mut stream = NoiseStream::from_seed(&[0; 32]);
        assert_eq!(stream.next_u32(), 0xade0_b876);
        assert_eq!(stream.next_u32(), 0x903d_f1a0);
    }

    #[test]
    fn below_stays_below_and_reaches_every_value() {
        let mut stream = NoiseStream::from_seed(&[1; 32]);
        for bound in 1..20 {
            let mut seen = vec![false; bound as usize];
            for _ in 0..1000 {
                seen[stream.below(bound) as usize] = true;
            }
            assert!(seen.iter().all(|&s| s), "{bound}");
        }
        assert_eq!(stream.below(0), 0);
        stream.below(u64::MAX);
    }
}
