//! Splitting one file into private part, pool and test set by each record's own inputs.
//!
//! A split by position would move records between the parts when one is added or removed, and then
//! the public side would tell of the private one. Here the place of a record is a function of its
//! own inputs and public constants: no other record matters, equal inputs go together, and no label
//! is looked at. So a test input is never one that the student may ask about. (A record that is
//! replaced by another may change its part: places within a part are stable under adding and removing
//! only, [`PrivateExamples::are_split_by_content`](super::PrivateExamples::are_split_by_content).)

use ndarray::ArrayView1;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{DataError, Examples, examples::append_input_bytes};

/// Where a record goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// Confidential: trained on with privacy.
    Private,
    /// Public and unlabelled: the student may ask about it.
    Pool,
    /// Public and labelled: for evaluation.
    Test,
}

/// The expected shares of the pool and of the test set; the rest is private.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "UncheckedSplitFractions")]
pub struct SplitFractions {
    pool: f64,
    test: f64,
}

/// The same before its numbers are checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UncheckedSplitFractions {
    /// The share of the pool, above 0.
    pool: f64,
    /// The share of the test set, above 0; both together are below 1.
    test: f64,
}

impl SplitFractions {
    /// A `pool` and a `test` share, each above 0, with something left for the private part.
    ///
    /// # Errors
    /// When a share is not above 0 or both together reach 1.
    pub fn new(pool: f64, test: f64) -> Result<Self, DataError> {
        if pool > 0.0 && test > 0.0 && pool + test < 1.0 {
            return Ok(Self { pool, test });
        }
        Err(DataError::Option {
            key: "split",
            value: format!("{{pool = {pool}, test = {test}}}"),
            problem: "these shares leave a part empty".to_owned(),
            remedy: "give shares above 0 that add up to less than 1; the rest is private"
                .to_owned(),
        })
    }

    /// The share of the pool.
    #[must_use]
    pub const fn pool(&self) -> f64 {
        self.pool
    }

    /// The share of the test set.
    #[must_use]
    pub const fn test(&self) -> f64 {
        self.test
    }

    /// The share of the private part: what the others leave.
    #[must_use]
    pub const fn private(&self) -> f64 {
        1.0 - self.pool - self.test
    }
}

impl TryFrom<UncheckedSplitFractions> for SplitFractions {
    type Error = DataError;

    fn try_from(unchecked: UncheckedSplitFractions) -> Result<Self, DataError> {
        Self::new(unchecked.pool, unchecked.test)
    }
}

/// Sends each record to a part by SHA-256 of a public salt and the record's inputs.
#[derive(Debug, Clone)]
pub struct RecordSplitter {
    fractions: SplitFractions,
    salt: String,
}

impl RecordSplitter {
    /// The salt where the config names none. It is public; another salt is another split.
    pub const DEFAULT_SALT: &str = "privet";

    /// A splitter with these shares and this public salt.
    #[must_use]
    pub fn new(fractions: SplitFractions, salt: impl Into<String>) -> Self {
        Self {
            fractions,
            salt: salt.into(),
        }
    }

    /// The part of a record with these encoded inputs.
    #[must_use]
    pub fn part(&self, input: ArrayView1<'_, f32>) -> Part {
        let mut bytes = b"privet split 1\0".to_vec();
        bytes.extend((self.salt.len() as u64).to_le_bytes());
        bytes.extend(self.salt.as_bytes());
        append_input_bytes(input, &mut bytes);
        let digest = Sha256::digest(&bytes);
        let leading = digest
            .iter()
            .take(8)
            .fold(0_u64, |number, &byte| number << 8 | u64::from(byte));
        // 53 bits, the most that a double holds exactly: uniform on 0..1.
        let position = (leading >> 11) as f64 / (1_u64 << 53) as f64;
        if position < self.fractions.pool {
            Part::Pool
        } else if position < self.fractions.pool + self.fractions.test {
            Part::Test
        } else {
            Part::Private
        }
    }

    /// The private part, the pool and the test set, each in the order of the file.
    #[must_use]
    pub fn split(&self, examples: &Examples) -> [Examples; 3] {
        let parts: Vec<Part> = examples
            .inputs()
            .rows()
            .into_iter()
            .map(|input| self.part(input))
            .collect();
        [Part::Private, Part::Pool, Part::Test].map(|wanted| {
            let indices: Vec<usize> = (0..parts.len())
                .filter(|&index| parts[index] == wanted)
                .collect();
            examples.select(&indices)
        })
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, Axis};
    use proptest::prelude::*;

    use super::*;

    fn splitter() -> RecordSplitter {
        RecordSplitter::new(
            SplitFractions::new(0.2, 0.3).unwrap(),
            RecordSplitter::DEFAULT_SALT,
        )
    }

    fn examples(rows: usize) -> Examples {
        let inputs =
            Array2::from_shape_fn((rows, 3), |(row, column)| (row * 7 + column) as f32 / 8.0);
        Examples::new(
            inputs,
            (0..rows as u32).map(|row| row % 2).collect(),
            2,
            "x",
        )
        .unwrap()
    }

    #[test]
    fn the_shares_are_met() {
        let [private, pool, test] = splitter()
            .split(&examples(20_000))
            .map(|part| part.len() as f64 / 20_000.0);
        assert!(
            (private - 0.5).abs() < 0.02 && (pool - 0.2).abs() < 0.02 && (test - 0.3).abs() < 0.02
        );
    }

    #[test]
    fn the_split_is_stable() {
        // Computed with Python's hashlib and struct: a change here would move the records of every
        // user.
        let parts: Vec<Part> = examples(8)
            .inputs()
            .rows()
            .into_iter()
            .map(|input| splitter().part(input))
            .collect();
        use Part::{Private, Test};
        assert_eq!(
            parts,
            [
                Test, Private, Private, Private, Test, Private, Private, Test
            ]
        );
    }

    #[test]
    fn another_salt_is_another_split() {
        let other = RecordSplitter::new(SplitFractions::new(0.2, 0.3).unwrap(), "other");
        assert_ne!(splitter().split(&examples(100))[1].labels().len(), 0);
        assert!(splitter().split(&examples(100))[1] != other.split(&examples(100))[1]);
    }

    #[test]
    fn impossible_shares_are_refused() {
        for (pool, test) in [
            (0.0, 0.5),
            (0.5, 0.0),
            (0.5, 0.5),
            (-0.1, 0.5),
            (f64::NAN, 0.5),
            (0.5, f64::NAN),
        ] {
            assert!(SplitFractions::new(pool, test).is_err());
        }
        assert!(serde_json::from_str::<SplitFractions>(r#"{"pool":0.9,"test":0.2}"#).is_err());
        assert!(
            serde_json::from_str::<SplitFractions>(r#"{"pool":0.1,"test":0.2,"rest":1}"#).is_err()
        );
    }

    proptest! {
        /// Invariant 11: adding or removing one record moves no other.
        #[test]
        fn a_neighbour_differs_by_one_record_in_one_part(removed in 0_usize..200) {
            let all = examples(200);
            let kept: Vec<usize> = (0..200).filter(|&index| index != removed).collect();
            let with = splitter().split(&all);
            let without = splitter().split(&all.select(&kept));
            let mut differing = 0;
            for (with, without) in with.iter().zip(&without) {
                if with == without {
                    continue;
                }
                differing += 1;
                let position = with.inputs().rows().into_iter().position(|row| row == all.input(removed)).unwrap();
                let rest: Vec<usize> = (0..with.len()).filter(|&index| index != position).collect();
                prop_assert!(with.select(&rest) == *without);
            }
            prop_assert_eq!(differing, 1);
        }

        #[test]
        fn equal_inputs_go_together_whatever_their_labels_and_order(order in Just((0..40_usize).collect::<Vec<_>>()).prop_shuffle()) {
            let doubled: Vec<usize> = order.iter().map(|index| index / 2).collect();
            let examples = examples(20).select(&doubled);
            let parts = splitter().split(&examples);
            for (number, part) in parts.iter().enumerate() {
                for other in parts.iter().skip(number + 1) {
                    for row in part.inputs().axis_iter(Axis(0)) {
                        prop_assert!(other.inputs().axis_iter(Axis(0)).all(|candidate| candidate != row));
                    }
                }
            }
        }
    }
}
