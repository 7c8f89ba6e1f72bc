//! Features of whole data sets in a folder that runs share, so that points of a sweep compute them once.
//!
//! They are as private as the records they are made of; the folder is that of
//! [shared votes](crate::vote_share), whose names tell nothing of the records.

use std::io::Cursor;
use std::path::Path;

use anyhow::{Context, Result};
use ndarray::Array2;
use ndarray_npy::{ReadNpyExt, WriteNpyExt};
use privet_mechanisms::Sensitive;
use privet_training::data::RowStore;
use sha2::{Digest, Sha256};

use crate::progress::Progress;
use crate::run_dir::atomic;
use crate::vote_share::{Place, VoteShare};

const ROWS: &str = "rows.npy";
const DIGEST: &str = "rows.sha256";

/// A folder of shared features.
#[derive(Debug)]
pub(super) struct SharedRows {
    share: VoteShare,
    progress: Progress,
}

impl SharedRows {
    pub(super) fn open(folder: &Path, progress: Progress) -> Result<Self> {
        let share = VoteShare::open(folder)?;
        Ok(Self { share, progress })
    }

    fn place(&self, inputs: &Sensitive<[u8; 32]>) -> Option<Place> {
        self.share.place(inputs, self.progress).ok()
    }
}

/// What cannot be read or written is computed again.
impl RowStore for SharedRows {
    fn load(&self, inputs: &Sensitive<[u8; 32]>) -> Option<Array2<f32>> {
        let place = self.place(inputs)?;
        let bytes = std::fs::read(place.folder.join(ROWS)).ok()?;
        let digest = std::fs::read(place.folder.join(DIGEST)).ok()?;
        let intact = Sha256::digest(&bytes).as_slice() == digest;
        let rows = intact.then(|| Array2::read_npy(Cursor::new(bytes)).ok());
        rows.flatten()
    }

    fn save(&self, inputs: &Sensitive<[u8; 32]>, rows: &Array2<f32>) {
        // Nothing is lost but time.
        let _ = self.place(inputs).map(|place| write(&place.folder, rows));
    }
}

fn write(folder: &Path, rows: &Array2<f32>) -> Result<()> {
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
        assert!(open().load(&one).is_none());
        open().save(&one, &rows);
        assert_eq!(open().load(&one), Some(rows));
        assert!(open().load(&two).is_none());
        let file = open().place(&one).unwrap().folder.join(ROWS);
        let mut bytes = std::fs::read(&file).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        std::fs::write(&file, bytes).unwrap();
        assert!(open().load(&one).is_none());
    }
}
