//! Digests of private values. They are private themselves: who can guess a record can check the
//! guess against a plain hash. They leave memory only under a key, or into `private/`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use ndarray::{Array2, Array3, ArrayView2};
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

/// SHA-256 of the vectors of teachers and of the public pool that they vote on.
pub(crate) fn of_ballots(
    ballots: &Sensitive<Array3<f32>>,
    pool: ArrayView2<'_, f32>,
) -> Sensitive<[u8; 32]> {
    ballots.as_ref().map(|ballots| {
        let mut hasher = Sha256::new();
        hasher.update(of_inputs(pool));
        for &size in ballots.shape() {
            hasher.update((size as u64).to_le_bytes());
        }
        for entry in ballots {
            hasher.update(entry.to_le_bytes());
        }
        hasher.finalize().into()
    })
}

/// SHA-256 of all records, where they stand in their file, how many and how wide they are, and of
/// everything public that decides what is computed of them. Each part is framed by its length, so that no two inputs give one text.
pub(crate) fn of_examples(examples: &Sensitive<Examples>, public: &[&[u8]]) -> Sensitive<[u8; 32]> {
    examples.as_ref().map(|examples| {
        let mut hasher = Sha256::new();
        hasher.update((public.len() as u64).to_le_bytes());
        for part in public {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        let width = examples.inputs().ncols();
        for size in [examples.len(), width, examples.classes()] {
            hasher.update((size as u64).to_le_bytes());
        }
        let mut record = Vec::new();
        for (index, &position) in examples.positions().iter().enumerate() {
            // The place of a record can decide who learns from it.
            hasher.update((position as u64).to_le_bytes());
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
        for (unit, rows) in (0..units.len()).filter_map(|unit| Some((unit, units.rows(unit)?))) {
            // A name decides the shard of its records.
            let name = units.name(unit).unwrap_or_default();
            hasher.update((name.len() as u64).to_le_bytes());
            hasher.update(name);
            hasher.update((rows.len() as u64).to_le_bytes());
            for &row in rows {
                hasher.update((row as u64).to_le_bytes());
            }
        }
        hasher.finalize().into()
    })
}

/// SHA-256 of a file's bytes.
pub(crate) fn of_file(path: &Path) -> Result<Sensitive<[u8; 32]>> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(Sensitive::new(bytes).map(|bytes| Sha256::digest(bytes).into()))
}

/// SHA-256 of public inputs, in hexadecimal digits.
pub(crate) fn of_inputs(inputs: ArrayView2<'_, f32>) -> String {
    let mut hasher = Sha256::new();
    for input in inputs {
        hasher.update(input.to_le_bytes());
    }
    hex(&hasher.finalize())
}

/// SHA-256 of a text that is released, in hexadecimal digits.
pub(crate) fn of_text(text: &str) -> String {
    of_bytes(text.as_bytes())
}

/// SHA-256 of a file that is released, in hexadecimal digits.
pub(crate) fn of_bytes(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    fn digest(inputs: Array2<f32>, labels: &[u32], public: &[&[u8]]) -> [u8; 32] {
        let examples = Examples::new(inputs, labels.to_vec(), 2, "x").unwrap();
        *of_examples(&Sensitive::new(examples), public).expose_sensitive()
    }

    #[test]
    fn the_same_bytes_in_another_shape_have_another_digest() {
        // Inputs and labels of the first are, byte by byte, those of the second.
        let two = digest(array![[1.0], [2.0]], &[0, 1], &[]);
        let one = digest(array![[1.0, 0.0, 2.0]], &[1], &[]);
        assert_ne!(two, one);
    }

    #[test]
    fn the_place_of_a_record_counts() {
        let inputs = array![[1.0], [2.0], [3.0]];
        let examples = Examples::new(inputs, vec![0, 1, 0], 2, "x").unwrap();
        let of = |places: &[usize]| {
            let chosen = Sensitive::new(examples.select(places));
            *of_examples(&chosen, &[]).expose_sensitive()
        };
        let moved = Examples::new(array![[1.0], [9.0], [2.0]], vec![0, 0, 1], 2, "x").unwrap();
        let moved = *of_examples(&Sensitive::new(moved.select(&[0, 2])), &[]).expose_sensitive();
        assert_ne!(of(&[0, 1]), moved);
    }

    #[test]
    fn public_parts_do_not_run_into_each_other() {
        let of = |public: &[&[u8]]| digest(array![[1.0]], &[0], public);
        let all = [
            of(&[]),
            of(&[b""]),
            of(&[b"ab", b"c"]),
            of(&[b"a", b"bc"]),
            of(&[b"abc"]),
        ];
        for (index, one) in all.iter().enumerate() {
            assert!(all.iter().skip(index + 1).all(|other| other != one));
        }
    }
}
