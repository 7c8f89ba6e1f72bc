//! Fashion-MNIST: MNIST's shape, pictures of clothes.

use crate::data::{CatalogEntry, InputShape, KnownChecksum, Storage};

use super::image_set::{ImageFile, ImageSet, TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS};

/// The label map, in the words of the data set's README.
const CLOTHES: [&str; 10] = [
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
];

/// The files. The checksums are of the gzip files as published (TensorFlow Datasets lists the
/// same): none is published of the unpacked content, so the files must be kept packed.
pub(in crate::data) const FASHION_MNIST: ImageSet = ImageSet {
    entry: CatalogEntry {
        name: "fashion-mnist",
        title: "Fashion-MNIST",
        description: "Pictures of clothes as 28x28 grey pixels. The training file is private, the t10k file public.",
        records: 70_000,
        shape: InputShape::image(1, 28, 28),
        classes: &CLOTHES,
        license: "MIT",
        attribution: "Xiao, H., Rasul, K. & Vollgraf, R. (2017). Fashion-MNIST: a Novel Image Dataset for Benchmarking \
                      Machine Learning Algorithms. arXiv:1708.07747. Copyright Zalando SE.",
        homepage: "https://github.com/zalandoresearch/fashion-mnist",
        storage: Storage::Downloaded,
    },
    train_images: ImageFile {
        name: TRAIN_IMAGES,
        dimensions: &[60_000, 28, 28],
        checksum: KnownChecksum::Packed(
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        ),
    },
    train_labels: ImageFile {
        name: TRAIN_LABELS,
        dimensions: &[60_000],
        checksum: KnownChecksum::Packed(
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        ),
    },
    test_images: ImageFile {
        name: TEST_IMAGES,
        dimensions: &[10_000, 28, 28],
        checksum: KnownChecksum::Packed(
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        ),
    },
    test_labels: ImageFile {
        name: TEST_LABELS,
        dimensions: &[10_000],
        checksum: KnownChecksum::Packed(
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        ),
    },
    pool: 9_000,
    // Published constants, as for MNIST.
    mean: 0.2860,
    deviation: 0.3530,
};
