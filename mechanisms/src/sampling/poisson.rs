//! Each record by its own coin.

use privet_accountant::DpEvent;
use rand::Rng;
use zeroize::Zeroizing;

use super::{BatchId, BatchSampler, PoissonBatch};
use crate::error::in_range;
use crate::{MechanismError, NoiseStream, Sensitive};

/// Poisson sampling: each record is in the batch with probability `q`, independently of all other
/// records and of all other steps. `q` is a public constant.
///
/// **Neighbouring relation.** Add-or-remove-one (and replace-special, a record replaced by an
/// empty one). Under replace-one the accountant refuses the event: amplification by Poisson
/// sampling is proved for the other relations.
///
/// **Theorem.** `PoissonSampled(q, step)`: Mironov, Talwar and Zhang, "Renyi differential privacy
/// of the sampled Gaussian mechanism" (2019), section 3; Zhu and Wang, "Poisson subsampled Renyi
/// differential privacy" (ICML 2019). The batch and its size stay private.
///
/// **Numerics: the declared `q` is an upper bound, exactly.** With `t = floor(q 2^64)` a record
/// is chosen iff a uniform 64-bit number is below `t`, that is with probability `t / 2^64`, which
/// is at most `q` and less than 2^-64 below it. No logarithm is taken, and no skip is rounded. A
/// smaller probability `q' <= q` costs no more: with `P` and `Q` the outputs without and with the
/// record, `(1 - q') P + q' Q = (1 - c) P + c ((1 - q) P + q Q)` with `c = q' / q`, and the
/// divergences in use are jointly quasi-convex.
///
/// **Speed.** The comparison goes from the highest byte down and stops where the bytes differ: one
/// byte of randomness a record, and 7 more for one record in 256.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PoissonSampling {
    sampling_probability: f64,
}

/// How many records' first bytes are drawn at once.
const CHUNK: usize = 4096;

impl PoissonSampling {
    /// Refuses what is not a probability, and 0, which would draw nothing for ever.
    pub fn new(sampling_probability: f64) -> Result<Self, MechanismError> {
        let valid = sampling_probability > 0.0 && sampling_probability <= 1.0;
        let expected = "above 0 and at most 1 (expected batch size over declared size)";
        in_range(
            "sampling_probability",
            sampling_probability,
            valid,
            expected,
        )?;
        Ok(Self {
            sampling_probability,
        })
    }

    /// The probability `q`.
    pub fn sampling_probability(&self) -> f64 {
        self.sampling_probability
    }

    fn choose(&self, records: usize, coins: &mut NoiseStream) -> Vec<usize> {
        if self.sampling_probability == 1.0 {
            return (0..records).collect();
        }
        // Exact: a power of two does not round, the cast drops the fraction, and q < 1.
        let threshold = (self.sampling_probability * 2_f64.powi(64)) as u64;
        let (top, rest) = ((threshold >> 56) as u8, threshold << 8 >> 8);

        let mut chosen = Vec::new();
        let mut buffer = Zeroizing::new([0_u8; CHUNK]);
        for start in (0..records).step_by(CHUNK) {
            let bytes = &mut buffer[..CHUNK.min(records - start)];
            coins.fill_bytes(bytes);
            for (offset, &byte) in bytes.iter().enumerate() {
                if byte < top || (byte == top && coins.next_u64() >> 8 < rest) {
                    chosen.push(start + offset);
                }
            }
        }
        chosen
    }
}

impl BatchSampler for PoissonSampling {
    type Batch = PoissonBatch;

    fn sampled(&self, step: DpEvent) -> Result<DpEvent, MechanismError> {
        Ok(DpEvent::poisson_sampled(self.sampling_probability, step)?)
    }

    fn draw(
        &self,
        records: &Sensitive<usize>,
        id: BatchId,
        coins: &mut NoiseStream,
    ) -> PoissonBatch {
        let indices = records.as_ref().map(|&records| self.choose(records, coins));
        PoissonBatch::new(id, indices)
    }
}
