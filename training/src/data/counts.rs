//! Vote counts as they stand in an NPY file.

use std::path::Path;

use ndarray::Array2;

use super::{DataError, file::read_unpacked, npy::read_npy};

/// The largest count: sums over classes stay exact in every arithmetic.
const LARGEST: f64 = 1e9;

/// Reads counts of votes, `[queries, classes]`, from an NPY file of any real type.
///
/// # Errors
/// [`DataError`] names the file, and the row and column (never the value, which may be private) of a
/// number that counts no votes: one that is negative, not whole, not finite, or above 10^9; a query without a vote; or queries of
/// different numbers of votes.
pub fn read_counts(path: &Path) -> Result<Array2<u32>, DataError> {
    let array = read_npy(&read_unpacked(path)?)?;
    let &[queries, classes] = array.dimensions.as_slice() else {
        return Err(array.unexpected("[queries, classes]: the votes for each class, a row a query"));
    };
    let fail = |problem, remedy| DataError::Npy {
        file: array.file.clone(),
        problem,
        remedy,
    };
    if queries == 0 || classes < 2 {
        return Err(array.unexpected("at least one query of at least two classes"));
    }
    let counts = array.values.try_map(|index, value| {
        if (0.0..=LARGEST).contains(&value) && value.fract() == 0.0 {
            return Ok(value as u32);
        }
        let (row, class) = (index / classes, index % classes);
        Err(fail(
            format!("row {row}, class {class} is no number of votes"),
            "give whole numbers from 0 to 10^9, votes as they were counted before any noise",
        ))
    })?;
    let sum = |row: &[u32]| row.iter().map(|&count| u64::from(count)).sum::<u64>();
    let voters = counts.chunks(classes).next().map_or(0, sum);
    for (row, found) in counts.chunks(classes).map(sum).enumerate() {
        if found != voters || found == 0 {
            return Err(fail(
                format!("row {row} holds another number of votes than row 0, or none"),
                "every teacher casts one vote a query: give the votes of one ensemble",
            ));
        }
    }
    Array2::from_shape_vec((queries, classes), counts)
        .map_err(|_| array.unexpected("[queries, classes]"))
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, Array2, array};

    use super::*;
    use crate::data::npy::tests::npy_bytes;

    fn read(bytes: &[u8]) -> Result<Array2<u32>, DataError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("votes.npy");
        std::fs::write(&path, bytes).unwrap();
        read_counts(&path)
    }

    #[track_caller]
    fn refused(votes: &Array2<f64>, words: &str) {
        let error = read(&npy_bytes(votes)).unwrap_err().to_string();
        assert!(
            error.contains(words) && error.contains("votes.npy: "),
            "{error}"
        );
    }

    #[test]
    fn counts_of_every_type_are_read() {
        let votes = array![[3_u32, 0, 2], [0, 5, 0]];
        assert_eq!(read(&npy_bytes(&votes)).unwrap(), votes);
        assert_eq!(read(&npy_bytes(&votes.mapv(f64::from))).unwrap(), votes);
        assert_eq!(read(&npy_bytes(&votes.mapv(i64::from))).unwrap(), votes);
    }

    #[test]
    fn what_counts_no_votes_is_refused() {
        refused(
            &array![[1.0, 2.0], [-1.0, 4.0]],
            "row 1, class 0 is no number of votes",
        );
        refused(&array![[1.5, 2.0]], "row 0, class 0 is no number");
        refused(&array![[1.0, f64::NAN]], "row 0, class 1 is no number");
        refused(&array![[1.0, f64::INFINITY]], "row 0, class 1 is no number");
        refused(&array![[1.0, 1e12]], "row 0, class 1 is no number");
        refused(
            &array![[1.0, 2.0], [2.0, 2.0]],
            "row 1 holds another number of votes than row 0",
        );
        refused(&array![[0.0, 0.0]], "row 0 holds another number of votes");
        refused(&Array2::zeros((0, 3)), "at least one query");
        refused(&array![[5.0]], "at least two classes");
        let flat = read(&npy_bytes(&Array1::<f64>::zeros(4)))
            .unwrap_err()
            .to_string();
        assert!(flat.contains("[queries, classes]"), "{flat}");
        assert!(
            read(b"a,b\n1,2\n")
                .unwrap_err()
                .to_string()
                .contains("not an NPY file")
        );
    }
}
