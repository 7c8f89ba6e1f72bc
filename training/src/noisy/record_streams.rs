//! Random streams that belong to records, for augmentation under privacy.

use privet_mechanisms::Sensitive;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

use crate::data::Examples;
use crate::seed::seeded_generator;

/// A generator for each record and step, from the experiment's seed and the record's own values.
///
/// The seed is public, so what is drawn must not depend on which other records there are: were the
/// generator shared by a batch, one more record would change the augmentation of all that come
/// after it, and the sum would change by more than one clipping norm. Equal records draw equally.
pub(super) struct RecordStreams {
    seed: u64,
    keys: Sensitive<Vec<u64>>,
}

impl RecordStreams {
    /// Reads every record once.
    pub(super) fn new(seed: u64, examples: &Sensitive<Examples>) -> Self {
        let keys = examples.as_ref().map(|examples| {
            let mut bytes = Vec::new();
            let mut key = |record| {
                examples.record_bytes(record, &mut bytes);
                let digest = Sha256::digest(&bytes);
                digest
                    .iter()
                    .take(8)
                    .fold(0, |key, &byte| key << 8 | u64::from(byte))
            };
            (0..examples.len()).map(&mut key).collect()
        });
        Self { seed, keys }
    }

    /// What all records share in one step.
    pub(super) fn step(&self, step: u64) -> StepStreams<'_> {
        StepStreams {
            key: seeded_generator(self.seed, "noisy SGD augmentation", step).next_u64(),
            records: &self.keys,
        }
    }
}

/// The generators of one step.
#[derive(Clone, Copy)]
pub(super) struct StepStreams<'a> {
    key: u64,
    records: &'a Sensitive<Vec<u64>>,
}

impl StepStreams<'_> {
    /// The generator of a record.
    pub(super) fn generator(&self, record: usize) -> ChaCha8Rng {
        let key = self.records.expose_sensitive().get(record);
        ChaCha8Rng::seed_from_u64(self.key ^ key.copied().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn drawn(inputs: ndarray::Array2<f32>, step: u64) -> Vec<u64> {
        let labels = vec![0; inputs.nrows()];
        let records = inputs.nrows();
        let examples = Sensitive::new(Examples::new(inputs, labels, 1, "test").unwrap());
        let streams = RecordStreams::new(5, &examples);
        (0..records)
            .map(|record| streams.step(step).generator(record).next_u64())
            .collect()
    }

    #[test]
    fn a_record_draws_the_same_whatever_the_others_are() {
        let all = drawn(array![[1.0], [2.0], [3.0], [2.0]], 4);
        let fewer = drawn(array![[3.0], [2.0]], 4);
        assert_eq!([all[2], all[1]], fewer[..]);
        assert_eq!(all[1], all[3]);
        assert_ne!(all[0], all[1]);
        assert_ne!(all, drawn(array![[1.0], [2.0], [3.0], [2.0]], 5));
    }
}
