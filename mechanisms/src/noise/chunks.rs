//! Noise for a long vector: fixed chunks, each with a stream of its own, on all threads.

use rayon::prelude::*;
use zeroize::Zeroizing;

use super::NoiseStream;

/// How many coordinates share a stream. Fixed: it decides which noise a coordinate gets.
///
/// Small enough that 26,000 coordinates keep several threads busy, large enough that what a stream
/// draws ahead and throws away (up to 256 bytes) is below 2 %.
pub(crate) const CHUNK: usize = 2048;

/// The streams of one vector: chunk `i` is the ChaCha20 keystream of the vector's key under nonce
/// `i`, so no two chunks share a bit and the result does not depend on the number of threads.
pub(crate) struct ChunkStreams {
    seed: Zeroizing<[u8; 32]>,
}

impl ChunkStreams {
    pub(super) fn from_seed(seed: Zeroizing<[u8; 32]>) -> Self {
        Self { seed }
    }

    /// Calls `perturb` with every chunk of `values` and its stream.
    pub(crate) fn for_each<T: Send>(
        &self,
        values: &mut [T],
        perturb: impl Fn(&mut [T], &mut NoiseStream) + Sync,
    ) {
        let one = |(index, chunk): (usize, &mut [T])| perturb(chunk, &mut self.stream(index));
        // A single chunk is not worth waking another thread.
        if values.len() <= CHUNK {
            values.chunks_mut(CHUNK).enumerate().for_each(one);
        } else {
            values.par_chunks_mut(CHUNK).enumerate().for_each(one);
        }
    }

    fn stream(&self, chunk: usize) -> NoiseStream {
        NoiseStream::with_nonce(&self.seed, chunk as u64)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use rand::Rng;

    fn draw(length: usize, threads: usize) -> Vec<u64> {
        let streams = ChunkStreams::from_seed(Zeroizing::new([7; 32]));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let mut values = vec![0; length];
        pool.build().unwrap().install(|| {
            streams.for_each(&mut values, |chunk, stream| {
                chunk.fill_with(|| stream.next_u64());
            });
        });
        values
    }

    #[test]
    fn the_noise_does_not_depend_on_the_number_of_threads() {
        let length = 5 * CHUNK + 17;
        let one = draw(length, 1);
        assert_eq!(one, draw(length, 3));
        // A shorter vector has the same noise where it has any.
        assert_eq!(one[..CHUNK + 1], draw(CHUNK + 1, 2));
        assert_eq!(one[..3], draw(3, 1));
    }

    #[test]
    fn no_word_is_drawn_twice() {
        let values = draw(40 * CHUNK, 2);
        let distinct: BTreeSet<u64> = values.iter().copied().collect();
        assert_eq!(distinct.len(), values.len());
    }
}
