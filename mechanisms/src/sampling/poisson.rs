//! Each unit by its own coin.

use rand::Rng;
use zeroize::Zeroizing;

use crate::NoiseStream;

/// How many units' first bytes are drawn at once.
const CHUNK: usize = 4096;
/// How many first bytes are looked at together.
const BLOCK: usize = 16;

/// Of the units `0..units` those whose coin says yes, ascending.
///
/// **Numerics: the declared `q` is an upper bound, exactly.** With `t = floor(q 2^64)` a unit
/// is chosen iff a uniform 64-bit number is below `t`, that is with probability `t / 2^64`, which
/// is at most `q` and less than 2^-64 below it. No logarithm is taken, and no skip is rounded. A
/// smaller probability `q' <= q` costs no more: with `P` and `Q` the outputs without and with the
/// unit, `(1 - q') P + q' Q = (1 - c) P + c ((1 - q) P + q Q)` with `c = q' / q`, and the
/// divergences in use are jointly quasi-convex.
///
/// **Speed.** The comparison goes from the highest byte down and stops where the bytes differ: one
/// byte of randomness a unit, and 7 more for one unit in 256. Blocks of bytes that choose nobody
/// are passed over at once.
pub(crate) fn choose(
    sampling_probability: f64,
    units: usize,
    coins: &mut NoiseStream,
) -> Vec<usize> {
    if sampling_probability == 1.0 {
        return (0..units).collect();
    }
    // Exact: a power of two does not round, the cast drops the fraction, and q < 1.
    let threshold = (sampling_probability * 2_f64.powi(64)) as u64;
    let (top, rest) = ((threshold >> 56) as u8, threshold << 8 >> 8);

    let mut chosen = Vec::new();
    let mut buffer = Zeroizing::new([0_u8; CHUNK]);
    for start in (0..units).step_by(CHUNK) {
        let bytes = &mut buffer[..CHUNK.min(units - start)];
        coins.fill_bytes(bytes);
        for (block, bytes) in bytes.chunks(BLOCK).enumerate() {
            // No early exit, so that it compiles to one comparison of vectors.
            if !bytes.iter().fold(false, |any, &byte| any | (byte <= top)) {
                continue;
            }
            for (offset, &byte) in bytes.iter().enumerate() {
                if byte < top || (byte == top && coins.next_u64() >> 8 < rest) {
                    chosen.push(start + block * BLOCK + offset);
                }
            }
        }
    }
    chosen
}
