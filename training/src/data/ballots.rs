//! The ballots of multi-label voting as they stand in an NPY file.

use std::path::Path;

use ndarray::Array3;
use privet_mechanisms::VoteSign;

use super::{DataError, file::read_unpacked, npy::read_npy};

/// What the three dimensions are.
const SHAPE: &str = "[teachers, examples, labels]: the vector of each teacher for each example";

/// Reads the vectors of teachers, `[teachers, examples, labels]`, from an NPY file of any real
/// type, truth values included.
///
/// # Errors
/// [`DataError`] names the file, and the teacher, example and label (never the value, which may be
/// private) of a number that is not finite in single precision, or below 0 where `sign` has none;
/// it is also for arrays of other dimensions, and for empty ones.
pub fn read_ballots(path: &Path, sign: VoteSign) -> Result<Array3<f32>, DataError> {
    let array = read_npy(&read_unpacked(path)?)?;
    let &[teachers, examples, labels] = array.dimensions.as_slice() else {
        return Err(array.unexpected(SHAPE));
    };
    if teachers == 0 || examples == 0 || labels == 0 {
        return Err(array.unexpected("at least one teacher, one example and one label"));
    }
    let fail = |index: usize, problem: &str, remedy| {
        let (row, label) = (index / labels, index % labels);
        let (teacher, example) = (row / examples, row % examples);
        DataError::Npy {
            file: array.file.clone(),
            problem: format!("teacher {teacher}, example {example}, label {label} {problem}"),
            remedy,
        }
    };
    let entries = array.values.try_map(|index, value| {
        let entry = value as f32;
        if !entry.is_finite() {
            let remedy = "give finite numbers: a teacher without an answer votes 0 for every label";
            return Err(fail(
                index,
                "is no finite number of single precision",
                remedy,
            ));
        }
        if sign == VoteSign::NonNegative && entry < 0.0 {
            let remedy = "give votes of at least 0, or say in the config that votes have any sign";
            return Err(fail(index, "is below 0", remedy));
        }
        Ok(entry)
    })?;
    Array3::from_shape_vec((teachers, examples, labels), entries)
        .map_err(|_| array.unexpected(SHAPE))
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, Array3, array};

    use super::*;
    use crate::data::npy::tests::npy_bytes;

    fn read(bytes: &[u8], sign: VoteSign) -> Result<Array3<f32>, DataError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ballots.npy");
        std::fs::write(&path, bytes).unwrap();
        read_ballots(&path, sign)
    }

    #[track_caller]
    fn refused(bytes: &[u8], words: &str) {
        let error = read(bytes, VoteSign::NonNegative).unwrap_err().to_string();
        assert!(
            error.contains(words) && error.contains("ballots.npy"),
            "{error}"
        );
    }

    #[test]
    fn vectors_of_every_type_are_read() {
        let ballots = array![[[1.0_f32, 0.0], [0.5, 2.0], [0.0, 0.0]]];
        let same = |bytes: &[u8]| read(bytes, VoteSign::NonNegative).unwrap();
        assert_eq!(same(&npy_bytes(&ballots)), ballots);
        assert_eq!(same(&npy_bytes(&ballots.mapv(f64::from))), ballots);
        let bits = ballots.mapv(|entry| entry > 0.0);
        assert_eq!(
            same(&npy_bytes(&bits)),
            bits.mapv(|bit| f32::from(u8::from(bit)))
        );
        let logits = ballots.mapv(|entry| -entry);
        assert_eq!(read(&npy_bytes(&logits), VoteSign::Any).unwrap(), logits);
    }

    #[test]
    fn what_is_no_vector_of_votes_is_refused() {
        let mut ballots = Array3::<f64>::ones((2, 3, 4));
        for value in [f64::NAN, f64::INFINITY, 1e39] {
            ballots[[1, 2, 3]] = value;
            refused(
                &npy_bytes(&ballots),
                "teacher 1, example 2, label 3 is no finite number",
            );
        }
        ballots[[1, 2, 3]] = 1.0;
        ballots[[1, 0, 2]] = -0.25;
        let negative = npy_bytes(&ballots);
        refused(&negative, "teacher 1, example 0, label 2 is below 0");
        assert!(read(&negative, VoteSign::Any).is_ok());
        refused(
            &npy_bytes(&Array2::<f64>::ones((2, 3))),
            "[teachers, examples, labels]",
        );
        refused(&npy_bytes(&Array3::<f64>::ones((2, 0, 4))), "at least one");
        refused(b"a,b\n1,2\n", "not an NPY file");
    }
}
