//! Cross-fitting of the public images: each is tested by a model that has not seen it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::DataError;

/// One of several ways to divide public images into pool and test set, such that each image is tested
/// once in all of them.
///
/// Image `i` of the file belongs to part `1 + i mod of`. The part `number` is the test set, all others are
/// the pool. Every one of the runs is a release of its own: the mean of their accuracies is that of the
/// procedure, and each model has its own epsilon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "UncheckedPublicFold")]
pub struct PublicFold {
    number: usize,
    of: usize,
}

/// The same before its numbers are checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UncheckedPublicFold {
    /// The part that is the test set, from 1.
    number: usize,
    /// The number of parts, at least 2.
    of: usize,
}

impl PublicFold {
    /// Part `number` of `of` as the test set.
    ///
    /// # Errors
    /// Fewer than two parts, or a number that none of them has.
    pub fn new(number: usize, of: usize) -> Result<Self, DataError> {
        let fold = Self { number, of };
        if of >= 2 && (1..=of).contains(&number) {
            return Ok(fold);
        }
        Err(DataError::Option {
            key: "public_fold",
            value: fold.to_string(),
            problem: "there is no such part".to_owned(),
            remedy: "give `of` at least 2 and `number` from 1 to `of`".to_owned(),
        })
    }

    /// The part that is the test set, from 1.
    #[must_use]
    pub const fn number(&self) -> usize {
        self.number
    }

    /// The number of parts.
    #[must_use]
    pub const fn of(&self) -> usize {
        self.of
    }

    /// Positions of the pool and of the test set among `images`, in the order of the file.
    pub(super) fn divide(self, images: usize) -> (Vec<usize>, Vec<usize>) {
        (0..images).partition(|image| image % self.of != self.number - 1)
    }
}

/// As a config has it.
impl fmt::Display for PublicFold {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{{number = {}, of = {}}}", self.number, self.of)
    }
}

impl TryFrom<UncheckedPublicFold> for PublicFold {
    type Error = DataError;

    fn try_from(unchecked: UncheckedPublicFold) -> Result<Self, DataError> {
        Self::new(unchecked.number, unchecked.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_image_is_tested_once() {
        for (images, of) in [(10, 2), (11, 3), (7, 7)] {
            let mut tested = vec![0; images];
            for number in 1..=of {
                let (pool, test) = PublicFold::new(number, of).unwrap().divide(images);
                assert_eq!(pool.len() + test.len(), images);
                assert!(test.iter().all(|image| !pool.contains(image)));
                assert!(test.len() >= images / of);
                for image in test {
                    tested[image] += 1;
                }
            }
            assert_eq!(tested, vec![1; images]);
        }
    }

    #[test]
    fn parts_that_do_not_exist_are_refused() {
        for (number, of) in [(0, 2), (3, 2), (1, 1), (1, 0)] {
            assert!(PublicFold::new(number, of).is_err(), "{number} of {of}");
        }
        let read = |text: &str| serde_json::from_str::<PublicFold>(text);
        assert_eq!(read(r#"{"number": 2, "of": 5}"#).unwrap().number(), 2);
        assert!(read(r#"{"number": 6, "of": 5}"#).is_err());
        assert!(read(r#"{"number": 1, "of": 5, "seed": 1}"#).is_err());
    }
}
