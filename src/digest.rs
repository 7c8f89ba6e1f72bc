//! Digests of private values. They are private themselves: who can guess a record can check the
//! guess against a plain hash. They leave memory only under a key, or into `private/`.

use ndarray::{Array2, ArrayView2};
use privet_mechanisms::Sensitive;
use privet_training::data::{Examples, UnitIndex};
use sha2::{Digest, Sha256};

/// SHA-256 of vote counts and of the public questions that they answer.
pub(crate) fn of_counts(
    counts: &Sensitive<Array2<u32>>,
    questions: ArrayView2<'_, f32>,
) -> Sensitive<[u8; 32]> {
    counts.as_ref().map(|counts| {
        let mut hasher = Sha256::new();
        hasher.update(of_inputs(questions));
        hasher.update((counts.ncols() as u64).to_le_bytes());
        for count in counts {
            hasher.update(count.to_le_bytes());
        }
        hasher.finalize().into()
    })
}

/// SHA-256 of all records and of the config that is to be run on them.
pub(crate) fn of_examples(examples: &Sensitive<Examples>, config: &str) -> Sensitive<[u8; 32]> {
    examples.as_ref().map(|examples| {
        let mut hasher = Sha256::new();
        hasher.update((config.len() as u64).to_le_bytes());
        hasher.update(config.as_bytes());
        let mut record = Vec::new();
        for index in 0..examples.len() {
            examples.record_bytes(index, &mut record);
            hasher.update(&record);
        }
        hasher.finalize().into()
    })
}

/// The same with the grouping of the records: other groups are another release.
pub(crate) fn of_units(
    units: &Sensitive<UnitIndex>,
    records: Sensitive<[u8; 32]>,
) -> Sensitive<[u8; 32]> {
    units.as_ref().zip(records).map(|(units, records)| {
        let mut hasher = Sha256::new();
        hasher.update(records);
        for rows in (0..units.len()).filter_map(|unit| units.rows(unit)) {
            hasher.update((rows.len() as u64).to_le_bytes());
            for &row in rows {
                hasher.update((row as u64).to_le_bytes());
            }
        }
        hasher.finalize().into()
    })
}

/// SHA-256 of public inputs, in hexadecimal digits.
pub(crate) fn of_inputs(inputs: ArrayView2<'_, f32>) -> String {
    let mut hasher = Sha256::new();
    for input in inputs {
        hasher.update(input.to_le_bytes());
    }
    hex(&hasher.finalize())
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
