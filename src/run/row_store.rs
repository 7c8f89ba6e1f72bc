//! Features of whole data sets in a folder that runs share, so that points of a sweep compute them once.
//!
//! They are as private as the records they are made of; the folder is that of
//! [shared votes](crate::vote_share), whose names tell nothing of the records.

use std::io::Cursor;
use std::path::Path;

use anyhow::Context;
use ndarray::Array2;
use ndarray_npy::{ReadNpyExt, WriteNpyExt};
use privet_mechanisms::Sensitive;
use privet_training::data::{FeatureError, MakeRows, RowStore};
use sha2::{Digest, Sha256};

use crate::progress::Progress;
use crate::run_dir::atomic;
use crate::vote_share::VoteShare;

const ROWS: &str = "rows.npy";
const DIGEST: &str = "rows.sha256";

/// A folder of shared features.
#[derive(Debug)]
pub(super) struct SharedRows {
    share: VoteShare,
    progress: Progress,
}

impl SharedRows {
    pub(super) fn open(folder: &Path, progress: Progress) -> anyhow::Result<Self> {
        let share = VoteShare::open(folder)?;
        Ok(Self { share, progress })
    }
}

/// What cannot be read or written is computed again.
impl RowStore for SharedRows {
    fn get_or(
        &self,
        inputs: &Sensitive<[u8; 32]>,
        shape: (usize, usize),
        make: &mut MakeRows<'_>,
    ) -> Result<Array2<f32>, FeatureError> {
        let waiting = "features: waiting for another run that computes the same ones";
        // Held until they are there.
        let Ok(place) = self.share.place(inputs, self.progress, waiting) else {
            return make();
        };
        if let Some(rows) = read(&place.folder).filter(|rows| rows.dim() == shape) {
            return Ok(rows);
        }
        let rows = make()?;
        // Nothing is lost but time.
        let _ = write(&place.folder, &rows);
        Ok(rows)
    }
}

fn read(folder: &Path) -> Option<Array2<f32>> {
    let bytes = std::fs::read(folder.join(ROWS)).ok()?;
    let digest = std::fs::read(folder.join(DIGEST)).ok()?;
    let intact = Sha256::digest(&bytes).as_slice() == digest;
    let rows = intact.then(|| Array2::read_npy(Cursor::new(bytes)).ok());
    rows.flatten()
}

fn write(folder: &Path, rows: &Array2<f32>) -> anyhow::Result<()> {
    let mut bytes = Cursor::new(Vec::new());
    rows.write_npy(&mut bytes).context("writing features")?;
    let bytes = bytes.into_inner();
    let digest = Sha256::digest(&bytes);
    for (name, bytes) in [(ROWS, bytes.as_slice()), (DIGEST, digest.as_slice())] {
        atomic::write(&folder.join(name), bytes, atomic::Access::Owner)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_for_the_same_purpose_unless_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("share");
        let open = || SharedRows::open(&path, Progress::Quiet).unwrap();
        let (one, two) = (Sensitive::new([1; 32]), Sensitive::new([2; 32]));
        let rows = ndarray::array![[1.0_f32, 2.0], [3.0, 4.0]];
        // Whether they had to be made.
        let made = |inputs: &Sensitive<[u8; 32]>, shape| {
            let mut made = false;
            let mut make = || {
                made = true;
                Ok(rows.clone())
            };
            let found = open().get_or(inputs, shape, &mut make).unwrap();
            assert_eq!(found, rows);
            made
        };
        assert!(made(&one, (2, 2)));
        assert!(!made(&one, (2, 2)));
        assert!(made(&two, (2, 2)));
        assert!(made(&one, (2, 3)));
        let place = open().share.place(&one, Progress::Quiet, "").unwrap();
        let file = place.folder.join(ROWS);
        drop(place);
        let mut bytes = std::fs::read(&file).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        std::fs::write(&file, bytes).unwrap();
        assert!(made(&one, (2, 2)));
        assert!(!made(&one, (2, 2)));
        let mut fail = || {
            Err(FeatureError::Width {
                kind: "pca",
                expected: 1,
                found: 2,
            })
        };
        assert!(
            open()
                .get_or(&Sensitive::new([3; 32]), (2, 2), &mut fail)
                .is_err()
        );
    }
}
