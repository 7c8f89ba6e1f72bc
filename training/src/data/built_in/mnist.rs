//! MNIST: four IDX files from a data directory.

use crate::data::{CatalogEntry, InputShape, KnownChecksum, Storage};

use super::image_set::{ImageFile, ImageSet, TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS};

/// The label map of digits.
pub(super) const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/// The files. The checksums are of the unpacked content, so a file may be packed by anyone.
pub(in crate::data) const MNIST: ImageSet = ImageSet {
    entry: CatalogEntry {
        name: "mnist",
        title: "MNIST",
        description: "Handwritten digits as 28x28 grey pixels. The training file is private, the t10k file public.",
        records: 70_000,
        shape: InputShape::image(1, 28, 28),
        classes: &DIGITS,
        license: "CC BY-SA 3.0",
        attribution: "LeCun, Y., Cortes, C. & Burges, C. J. C. (1998). The MNIST database of handwritten digits. \
                      Derived from NIST Special Databases 1 and 3.",
        homepage: "http://yann.lecun.com/exdb/mnist/",
        storage: Storage::Downloaded,
    },
    train_images: ImageFile {
        name: TRAIN_IMAGES,
        dimensions: &[60_000, 28, 28],
        checksum: KnownChecksum::Unpacked(
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        ),
    },
    train_labels: ImageFile {
        name: TRAIN_LABELS,
        dimensions: &[60_000],
        checksum: KnownChecksum::Unpacked(
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        ),
    },
    test_images: ImageFile {
        name: TEST_IMAGES,
        dimensions: &[10_000, 28, 28],
        checksum: KnownChecksum::Unpacked(
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        ),
    },
    test_labels: ImageFile {
        name: TEST_LABELS,
        dimensions: &[10_000],
        checksum: KnownChecksum::Unpacked(
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ),
    },
    pool: 9_000,
    // The mean and deviation of a pixel that are published in countless tutorials: public
    // constants.
    mean: 0.1307,
    deviation: 0.3081,
};
